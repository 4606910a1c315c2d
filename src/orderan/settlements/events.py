"""Facts about settlements."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from orderan.kit.events import Event


@dataclass(frozen=True)
class FileBrought(Event):
    """A settlement file or a bank statement was taken in; recorded under the file."""

    kind: ClassVar[str] = "settlements.file_brought.v1"

    file_kind: str
    account_id: UUID | None
    lines: int
    known_before: int
    unread: int


@dataclass(frozen=True)
class DifferenceExplained(Event):
    """A person said what a difference is; recorded under the entry."""

    kind: ClassVar[str] = "settlements.difference_explained.v1"

    why: str
    difference_minor: int
    currency: str

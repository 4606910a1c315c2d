"""Facts about imports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from orderan.kit.events import Event


@dataclass(frozen=True)
class ImportFinished(Event):
    """A file is in, every line of it accounted for; entity is the run.

    Its orders tell no facts of their own: nobody is to be mailed about a purchase of last year.
    """

    kind: ClassVar[str] = "importing.finished.v1"

    source: str
    channel: str
    lines: int
    ordered: int
    returned: int
    waiting: int

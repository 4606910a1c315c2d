"""The noun of taking a rail out of use by hand."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Pause:
    """A time in which no new payment begins on a rail, because a person said so.

    Attributes:
        until: When it is opened again by itself; None when a person has to.
        opened_at: When it was; None while it lasts.
    """

    id: UUID
    rail_id: UUID
    paused_at: datetime
    paused_by: str
    reason: str
    until: datetime | None
    opened_at: datetime | None
    opened_by: str | None

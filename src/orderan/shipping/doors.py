"""Doors at which nobody took a parcel, and what its buyer wants done about it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum, auto
from uuid import UUID


class DoorWish(StrEnum):
    """What a buyer may want.

    ANOTHER_DAY    it is brought again on a day they name
    OTHER_ADDRESS  it is brought elsewhere, or found better
    SEND_BACK      they want it no more
    """

    ANOTHER_DAY = auto()
    OTHER_ADDRESS = auto()
    SEND_BACK = auto()


@dataclass(frozen=True, slots=True)
class MissedDoor:
    """A try to hand a parcel over that was in vain.

    Attributes:
        deliver_on: The day they want it, where that is what they want.
        words_enc: Where they want it, sealed with their own key; empty where they have none any more.
    """

    id: UUID
    order_id: UUID
    parcel_id: UUID
    state: str
    wish: str | None
    deliver_on: date | None
    words_enc: bytes | None
    missed_at: datetime
    wished_at: datetime | None
    moved_at: datetime
    moved_by: str

"""The nouns of RFID."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum, auto
from typing import Final
from uuid import UUID

TAG_SESSION: Final = "tgs"
Within = Collection[UUID] | None
"""Locations a caller may touch; None is all."""


class TagPurpose(StrEnum):
    """What tags are read for: goods that arrive, a part of a stock-take, a courier's pick-up."""

    RECEIPT = auto()
    COUNT = auto()
    DISPATCH = auto()


@dataclass(frozen=True, slots=True)
class TagSession:
    """Tags that are read for one thing.

    Attributes:
        target_id: The location goods arrive at, the area that is counted, or the pick-up.
        booked_units: Units that came of it.
    """

    id: UUID
    purpose: TagPurpose
    target_id: UUID
    location_id: UUID
    opened_by: str
    opened_at: datetime
    booked_by: str | None = None
    booked_at: datetime | None = None
    booked_units: int = 0


@dataclass(frozen=True, slots=True)
class TagClaim:
    """A tagged unit that is to be received.

    Attributes:
        before: The session that received it last, where it was and came again.
    """

    epc: str
    sku_id: UUID
    lot_id: UUID
    before: UUID | None = None


@dataclass(frozen=True, slots=True)
class ContainerLine:
    """Goods in a carton, as its supplier told."""

    sku_id: UUID
    quantity: int
    lot: str | None = None
    expires_on: date | None = None

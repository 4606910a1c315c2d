"""Facts about stock-takes."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from orderan.kit.events import Event


@dataclass(frozen=True)
class StockTakeOpened(Event):
    """Goods of a location are to be counted, in so many areas."""

    kind: ClassVar[str] = "stocktake.stock_take_opened.v1"

    location_id: UUID
    areas: int


@dataclass(frozen=True)
class StockTakePosted(Event):
    """Its differences were agreed to and booked.

    Attributes:
        found, lost: Units booked.
        held: Units that are missing and not booked yet, because they are promised or moved meanwhile.
    """

    kind: ClassVar[str] = "stocktake.stock_take_posted.v1"

    location_id: UUID
    found: int
    lost: int
    held: int

"""Facts about stock.

Each receipt, adjustment, return and transfer is an entity of its own: facts about a sku would make
everybody who touches a popular one wait for the others' sequence numbers.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from orderan.inventory.store import Movement
from orderan.kit.events import Event, Fact
from orderan.kit.ids import new_id


@dataclass(frozen=True)
class StockReceived(Event):
    """Units arrived from a supplier and are free for sale."""

    kind: ClassVar[str] = "inventory.stock_received.v1"

    cause_id: UUID | None
    skus: tuple[UUID, ...]
    locations: tuple[UUID, ...]
    quantities: tuple[int, ...]


@dataclass(frozen=True)
class StockAdjusted(Event):
    """A count was corrected: quantities are positive for found, negative for lost."""

    kind: ClassVar[str] = "inventory.stock_adjusted.v1"

    skus: tuple[UUID, ...]
    locations: tuple[UUID, ...]
    quantities: tuple[int, ...]


@dataclass(frozen=True)
class StockReturned(Event):
    """Units of a holder came back into a bucket of a location."""

    kind: ClassVar[str] = "inventory.stock_returned.v1"

    holder_id: UUID | None
    sku_id: UUID
    location_id: UUID
    into: str
    quantity: int


@dataclass(frozen=True)
class TransferDispatched(Event):
    """Goods left one location for another."""

    kind: ClassVar[str] = "inventory.transfer_dispatched.v1"

    from_location: UUID
    to_location: UUID
    skus: tuple[UUID, ...]
    quantities: tuple[int, ...]


@dataclass(frozen=True)
class TransferArrived(Event):
    """Goods of a transfer arrived, or were found missing; complete when nothing is under way."""

    kind: ClassVar[str] = "inventory.transfer_arrived.v1"

    to_location: UUID
    skus: tuple[UUID, ...]
    received: tuple[int, ...]
    lost: tuple[int, ...]
    complete: bool


@dataclass(frozen=True)
class StockRanLow(Event):
    """Free units of a sku at a location fell to its reorder point or below."""

    kind: ClassVar[str] = "inventory.stock_ran_low.v1"

    sku_id: UUID
    location_id: UUID
    free: int
    reorder_point: int


def returned(movement: Movement) -> Fact:
    return Fact(
        new_id(),
        StockReturned(
            holder_id=movement.cause_id,
            sku_id=movement.key.sku_id,
            location_id=movement.to_location,
            into=movement.to_bucket,
            quantity=movement.quantity,
        ),
    )


def received(movements: Iterable[Movement], *, cause_id: UUID | None) -> Fact:
    moved = list(movements)
    return Fact(
        new_id(),
        StockReceived(
            cause_id=cause_id,
            skus=tuple(movement.key.sku_id for movement in moved),
            locations=tuple(movement.to_location for movement in moved),
            quantities=tuple(movement.quantity for movement in moved),
        ),
    )

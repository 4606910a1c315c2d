"""Facts about orders."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from orderan.kit.events import Event


@dataclass(frozen=True)
class OrderPlaced(Event):
    """An order exists; its stock is reserved, or allocated when it was accepted at once."""

    kind: ClassVar[str] = "orders.placed.v1"

    number: int
    channel_id: UUID
    terms: str
    currency: str
    total_minor: int
    commercial: str
    skus: Sequence[UUID]


@dataclass(frozen=True)
class OrderAccepted(Event):
    """Paid, or due later by its terms: the shop owes the goods."""

    kind: ClassVar[str] = "orders.accepted.v1"

    number: int


@dataclass(frozen=True)
class OrderExpired(Event):
    """Nobody paid in time; the stock is free again."""

    kind: ClassVar[str] = "orders.expired.v1"

    number: int
    hold_until: datetime | None

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
class OrderVerification(Event):
    """Its buyer is asked whether they mean it, or it is known by now.

    Attributes:
        verification: `waiting`, `confirmed`, `refused`, `unreachable` or `waived`.
    """

    kind: ClassVar[str] = "orders.verification_moved.v1"

    number: int
    verification: str


@dataclass(frozen=True)
class OrderExpired(Event):
    """Nobody paid in time; the stock is free again."""

    kind: ClassVar[str] = "orders.expired.v1"

    number: int
    hold_until: datetime | None


@dataclass(frozen=True)
class OrderDelivered(Event):
    """Every unit that is still owed has reached the buyer."""

    kind: ClassVar[str] = "orders.delivered.v1"

    number: int


@dataclass(frozen=True)
class OrderCancelled(Event):
    """Nothing of it will be delivered; its stock is free again."""

    kind: ClassVar[str] = "orders.cancelled.v1"

    number: int


@dataclass(frozen=True)
class UnitsCancelled(Event):
    """Some units were cancelled: (line, units); the rest stands, at a new total."""

    kind: ClassVar[str] = "orders.units_cancelled.v1"

    number: int
    version: int
    units: Sequence[tuple[int, int]]
    total_minor: int
    difference_minor: int
    currency: str


@dataclass(frozen=True)
class UnitsSubstituted(Event):
    """Units that are missing were replaced by what their buyer lets stand in, at no higher price."""

    kind: ClassVar[str] = "orders.units_substituted.v1"

    number: int
    version: int
    substitution_id: UUID
    line_no: int
    sku: str
    by_line_no: int
    by_sku: str
    units: int
    total_minor: int
    difference_minor: int
    currency: str


@dataclass(frozen=True)
class OrderChanged(Event):
    """A change set was confirmed; the version before it is kept."""

    kind: ClassVar[str] = "orders.changed.v1"

    number: int
    version: int
    total_minor: int
    difference_minor: int
    currency: str


@dataclass(frozen=True)
class OrderCompleted(Event):
    """Delivered and paid: nobody owes anybody anything."""

    kind: ClassVar[str] = "orders.completed.v1"

    number: int


@dataclass(frozen=True)
class HoldPlaced(Event):
    """The order waits, and why."""

    kind: ClassVar[str] = "orders.hold_placed.v1"

    number: int
    hold: str
    expires_at: datetime | None


@dataclass(frozen=True)
class HoldReleased(Event):
    """One reason to wait is gone; others may stand."""

    kind: ClassVar[str] = "orders.hold_released.v1"

    number: int
    hold: str
    expired: bool


@dataclass(frozen=True)
class OrderTagged(Event):
    """Labels were put on or taken off."""

    kind: ClassVar[str] = "orders.tagged.v1"

    number: int
    added: Sequence[str]
    removed: Sequence[str]


@dataclass(frozen=True)
class DepositAgreed(Event):
    """The order is accepted once so much of it is paid; one that is paid at the door is let go with it."""

    kind: ClassVar[str] = "orders.deposit_agreed.v1"

    number: int
    amount_minor: int
    currency: str


@dataclass(frozen=True)
class ClockStopped(Event):
    """The time to pay does not pass from `since` on: paying is not possible."""

    kind: ClassVar[str] = "orders.clock_stopped.v1"

    number: int
    since: datetime


@dataclass(frozen=True)
class ClockStarted(Event):
    """The time to pay passes again, until a later limit."""

    kind: ClassVar[str] = "orders.clock_started.v1"

    number: int
    hold_until: datetime

"""Facts about parcels; they are recorded under their order."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from orderan.kit.events import Event


@dataclass(frozen=True)
class ParcelShipped(Event):
    """A courier took a parcel."""

    kind: ClassVar[str] = "shipping.parcel_shipped.v1"

    parcel_id: UUID
    courier: str
    service: str
    awb: str
    weight_g: int


@dataclass(frozen=True)
class ParcelMoved(Event):
    """A parcel came into another state."""

    kind: ClassVar[str] = "shipping.parcel_moved.v1"

    parcel_id: UUID
    courier: str
    awb: str
    was: str
    state: str


@dataclass(frozen=True)
class DeliveryExpected(Event):
    """What is known, before the last mile, of the door a parcel goes to; for whoever brings it.

    Attributes:
        answer: The buyer's `home`, `another_day` or `nobody`, or `unreachable`.
        deliver_on: The day they want it, YYYY-MM-DD, where they named one.
    """

    kind: ClassVar[str] = "shipping.delivery_expected.v1"

    parcel_id: UUID
    courier: str
    awb: str
    answer: str
    deliver_on: str | None


@dataclass(frozen=True)
class ParcelBooked(Event):
    """A courier was booked for a packed task.

    Attributes:
        awb: None where the courier gives it later.
        cod_minor: Cash it is to collect, minor units.
    """

    kind: ClassVar[str] = "shipping.parcel_booked.v1"

    booking_id: UUID
    task_id: UUID
    courier: str
    service: str
    awb: str | None
    cod_minor: int


@dataclass(frozen=True)
class BookingEnded(Event):
    """A booking came to nothing.

    Attributes:
        state: `failed`, or `withdrawn` where it was taken back.
    """

    kind: ClassVar[str] = "shipping.booking_ended.v1"

    booking_id: UUID
    task_id: UUID
    courier: str | None
    awb: str | None
    state: str
    reason: str | None


@dataclass(frozen=True)
class ClaimMoved(Event):
    """A claim to a courier was opened or came into another state.

    Attributes:
        why: `lost` or `damaged`.
        was: None where it was opened.
        paid_minor: What the courier paid the shop; it is no money of the order's.
        reference: Under which name it was paid.
    """

    kind: ClassVar[str] = "shipping.claim_moved.v1"

    claim_id: UUID
    parcel_id: UUID
    courier: str
    why: str
    was: str | None
    state: str
    amount_minor: int
    accepted_minor: int | None
    paid_minor: int | None
    reference: str | None


@dataclass(frozen=True)
class DoorWished(Event):
    """A buyer said what is to be done with a parcel nobody took.

    Attributes:
        wish: `another_day`, `other_address` or `send_back`; an address itself is not told here.
        deliver_on: The day, YYYY-MM-DD, where it is one.
    """

    kind: ClassVar[str] = "shipping.door_wished.v1"

    door_id: UUID
    parcel_id: UUID
    wish: str
    deliver_on: str | None


@dataclass(frozen=True)
class DeliveryLate(Event):
    """An order, or a parcel of it, will hardly arrive on the day it is promised for; told once of each promise.

    Attributes:
        promise_id: Of which.
        parcel_id: None of the order as a whole.
        promised_on: The day, YYYY-MM-DD.
        risk: Why: `not_left`, `later`, `slow`, `attempt_failed` or `missed`.
    """

    kind: ClassVar[str] = "shipping.delivery_late.v1"

    promise_id: UUID
    parcel_id: UUID | None
    promised_on: str
    risk: str

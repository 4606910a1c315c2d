"""What couriers are asked and what they say, in our words. Money is whole rupiah, weight grams, length millimetres."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, auto


class Status(StrEnum):
    """What a courier says of a parcel.

    BOOKED            a number is given out, or a pickup is asked for
    COURIER_ASSIGNED  somebody is on the way to fetch it
    PICKED_UP         the courier has it
    IN_TRANSIT        between hubs
    OUT_FOR_DELIVERY  on the vehicle to the door
    DELIVERY_FAILED   an attempt that did not succeed; it may be tried again
    DELIVERED         the buyer has it
    RETURNING         on its way back to the sender
    RETURNED          the sender has it: never the same as delivered
    CANCELLED         nobody will carry it
    LOST, DAMAGED     it will not arrive as it was sent
    NOTED             known, and says nothing of where the parcel is
    """

    BOOKED = auto()
    COURIER_ASSIGNED = auto()
    PICKED_UP = auto()
    IN_TRANSIT = auto()
    OUT_FOR_DELIVERY = auto()
    DELIVERY_FAILED = auto()
    DELIVERED = auto()
    RETURNING = auto()
    RETURNED = auto()
    CANCELLED = auto()
    LOST = auto()
    DAMAGED = auto()
    NOTED = auto()


@dataclass(frozen=True, slots=True)
class Field:
    """Something an account is opened with.

    Attributes:
        secret: Sealed, and never shown again.
        default: What it is where nobody says; None where somebody has to.
        made: Nobody outside chooses it, so that it is made up where it is left empty.
    """

    name: str
    secret: bool
    default: str | None = None
    made: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """An account at a provider, ready to be opened.

    Attributes:
        base_url: Where its API is; empty where nobody is called.
    """

    provider: str
    base_url: str
    credentials: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a parcel is fetched or brought.

    Attributes:
        phone: +62812..., as it is dialled from abroad.
        district: The kecamatan.
        latitude, longitude: Degrees; riders who come within the hour need them.
    """

    name: str
    phone: str
    address: str
    district: str
    city: str
    province: str
    postal_code: str
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """A parcel's outside; a length of 0 is not known."""

    weight_g: int
    length_mm: int = 0
    width_mm: int = 0
    height_mm: int = 0


@dataclass(frozen=True, slots=True)
class Item:
    """What is in it, for whoever insures it; the weight is that of one unit."""

    name: str
    quantity: int
    price_minor: int
    weight_g: int


@dataclass(frozen=True, slots=True)
class RatesAsked:
    """What carrying a parcel would cost.

    Attributes:
        couriers: Our codes; those the account does not serve are left out.
        value_minor: Worth of the goods.
        cod_minor: Cash to collect, 0 for none.
    """

    origin: Place
    destination: Place
    box: Box
    couriers: tuple[str, ...]
    value_minor: int
    cod_minor: int = 0
    insured: bool = False


@dataclass(frozen=True, slots=True)
class Rate:
    """An offer.

    Attributes:
        courier: Our code of who carries it.
        service: The courier's own word, as it is booked.
        cost_minor: For carrying alone.
        insurance_minor: On top where it was asked for insured; None where the offer does not say.
        cod_fee_minor: On top where cash is collected; None where nobody said.
        cod: Whether they collect cash at that door.
        least_days, most_days: From pickup to the door as promised; 0 is the same day, None unsaid.
    """

    courier: str
    service: str
    cost_minor: int
    insurance_minor: int | None = None
    cod_fee_minor: int | None = None
    cod: bool = False
    least_days: int | None = None
    most_days: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A parcel to be carried.

    Attributes:
        key: Ours, once per parcel and try: what is asked again under it is the same booking.
        courier, service: As the rate said.
        cost_minor: As quoted, for those who want to be told their own price.
        serial: Which number of a range, for those who hand out no numbers themselves.
        note: For the rider.
    """

    key: str
    order_number: str
    courier: str
    service: str
    origin: Place
    destination: Place
    box: Box
    items: tuple[Item, ...]
    value_minor: int
    cod_minor: int = 0
    insured: bool = False
    cost_minor: int = 0
    serial: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Booked:
    """A booking as the courier has it.

    Attributes:
        reference: The courier's name for it, by which it is cancelled.
        awb: The tracking number; None where it comes later.
        routing_code: What sorts it, large on the label; None where the courier has none.
        cost_minor: What they charge; None where they do not say.
    """

    reference: str
    awb: str | None
    routing_code: str | None = None
    cost_minor: int | None = None
    status: Status | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One thing a courier says happened to a parcel.

    Attributes:
        at: When it happened, by their clock; None where they do not say.
        status: None for a word that is not in the books.
        word, code: As they wrote them.
        note: What they add for people, often with names in it.
        refused: The buyer would not have it or would not pay: an attempt of another kind than an empty house.
    """

    at: datetime | None
    status: Status | None
    word: str
    code: str = ""
    note: str = ""
    place: str = ""
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Track:
    """Everything a courier says of a parcel, as it tells it.

    Attributes:
        steps: Oldest first.
        known: False where the courier has never heard of it; in the first hours they often have not.
    """

    awb: str
    steps: tuple[Step, ...]
    known: bool = True


@dataclass(frozen=True, slots=True)
class Received:
    """A request that came for an account; header names are lower case."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Notice:
    """What a letter tells of one parcel.

    Attributes:
        courier: Our code of who carries it; None where the letter does not say.
        awb, reference, key: The number, the courier's name of the booking, ours: whichever it has.
        proven: Whether it shows more than that somebody knew the address; where not, the courier is asked.
        cost_minor: What it costs after they weighed it; None where it is not about that.
    """

    courier: str | None
    awb: str | None
    reference: str | None
    key: str | None
    steps: tuple[Step, ...]
    proven: bool
    cost_minor: int | None = None
    routing_code: str | None = None


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """The answer a courier expects."""

    status: int
    media_type: str
    body: bytes

"""Parcels booked at couriers: who sends them, and how far each booking is."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from orderan.couriers import Booked


@dataclass(frozen=True, slots=True)
class Sender:
    """Who a courier asks for at a location.

    Attributes:
        phone: +62812..., as it is dialled from abroad.
    """

    location_id: UUID
    name: str
    phone: str
    postcode: str


@dataclass(frozen=True, slots=True)
class Carrier:
    """Who is to carry a parcel, and what that was said to cost; minor units.

    Attributes:
        service: The courier's own word.
        insurance_minor, cod_fee_minor: None where the offer did not say.
        least_days, most_days: As promised, None unsaid.
    """

    account_id: UUID
    courier: str
    service: str
    cost_minor: int | None = None
    insurance_minor: int | None = None
    cod_fee_minor: int | None = None
    least_days: int | None = None
    most_days: int | None = None


@dataclass(frozen=True, slots=True)
class Booking:
    """A try to have a packed task carried.

    Attributes:
        key: Ours, by which the courier knows it; the same however often it is asked.
        account_id, courier, service: None as long as nobody chose.
        value_minor: Worth of the goods.
        cod_minor: Cash it was asked to collect.
        cost_minor, insurance_minor, cod_fee_minor: As offered; None where nobody said.
        charged_minor: What the courier says it charges for carrying; None where it does not.
        serial: Which number of the account's range it has.
        prepared: The courier's name for it from before it was booked; None where ours will do.
        reference: The courier's name for it once it has it.
        reason: Why it failed, is not known or is not let go, in the courier's word.
        parcel_id: The parcel it left in.
        ask_at: When it is taken up next; None when nothing is to be asked.
        asked: How often it was since it came to stand so.
    """

    id: UUID
    order_id: UUID
    task_id: UUID
    key: str
    state: str
    account_id: UUID | None
    courier: str | None
    service: str | None
    weight_g: int
    value_minor: int
    cod_minor: int
    insured: bool
    cost_minor: int | None
    insurance_minor: int | None
    cod_fee_minor: int | None
    charged_minor: int | None
    least_days: int | None
    most_days: int | None
    serial: int | None
    prepared: str | None
    reference: str | None
    awb: str | None
    routing_code: str | None
    reason: str | None
    parcel_id: UUID | None
    wanted_by: str
    wanted_at: datetime
    moved_at: datetime
    ask_at: datetime | None
    asked: int

    @property
    def carrier(self) -> Carrier | None:
        """Who carries it, once that was chosen."""
        if self.account_id is None or self.courier is None or self.service is None:
            return None
        return Carrier(
            self.account_id,
            self.courier,
            self.service,
            self.cost_minor,
            self.insurance_minor,
            self.cod_fee_minor,
            self.least_days,
            self.most_days,
        )

    @property
    def expected_minor(self) -> int | None:
        """What it costs as far as anybody said: what is charged, else what was offered, with what comes on top."""
        carrying = self.cost_minor if self.charged_minor is None else self.charged_minor
        if carrying is None:
            return None
        return carrying + (self.insurance_minor or 0) + (self.cod_fee_minor or 0)

    def booked(self) -> Booked:
        """As its courier has it, for taking it back."""
        return Booked(self.reference or self.key, self.awb, self.routing_code)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A parcel somebody wants carried.

    Attributes:
        carrier: Who a person chose; None leaves it to the rules.
        insured: For the worth of its goods, whatever the rules say.
    """

    order_id: UUID
    task_id: UUID
    weight_g: int
    value_minor: int
    cod_minor: int
    carrier: Carrier | None = None
    insured: bool = False


@dataclass(frozen=True, slots=True)
class Renamed:
    """What a courier says of a booking by letter, as far as it says it.

    Attributes:
        account_id: Whose letter it was.
        reference, key: Its name for the booking, ours; one of them.
        cost_minor: What it charges after weighing.
        ended: In its word: it will not carry it.
        proven: The letter shows whose it is; of one that does not nothing is believed.
    """

    account_id: UUID
    reference: str | None
    key: str | None
    awb: str | None = None
    routing_code: str | None = None
    cost_minor: int | None = None
    ended: str | None = None
    proven: bool = False

"""Who carries a parcel: what the shop wants as data, and what there is to choose from."""

from dataclasses import dataclass
from enum import StrEnum, auto


@dataclass(frozen=True, slots=True)
class WhenCarried:
    """Which parcels a rule is for; what is empty or None is for all.

    Attributes:
        areas: Beginnings of region codes: a province, a city or a kecamatan.
        cod: Only those whose cash is collected, or only those whose is not.
        at_least_minor, at_most_minor: Worth of the goods, both included.
        over_g: Heavier than this.
    """

    areas: tuple[str, ...] = ()
    cod: bool | None = None
    at_least_minor: int | None = None
    at_most_minor: int | None = None
    over_g: int | None = None


class CarryPayer(StrEnum):
    """Who bears a service beside the carrying."""

    SHOP = auto()
    BUYER = auto()
    MERCHANT = auto()
    PLATFORM = auto()


@dataclass(frozen=True, slots=True)
class CarryRule:
    """What holds for some parcels. Carriers are a courier, `jne`, or one of its services, `jne:yes`.

    Attributes:
        only: Nobody else, as long as one of them offers.
        never: Not these, even where nobody else offers.
        first: Of those that are left these come first, in this order.
        insure: Whether its goods are insured.
        insure_payer: Who bears that.
        subsidy_payer: Who bears what the buyer does not pay of the way; None says nothing of it.
    """

    name: str
    when: WhenCarried = WhenCarried()
    only: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    insure: bool = False
    insure_payer: CarryPayer = CarryPayer.SHOP
    subsidy_payer: CarryPayer | None = None


@dataclass(frozen=True, slots=True)
class CarryPolicy:
    """How a shop chooses: what it pays for a day, and for a parcel that is not brought at the first try; and its rules.

    Attributes:
        day_minor: A day on the road is worth as much, rupiah.
        failure_minor: A first try that fails costs as much: calls, ways, goods that come back.
        rules: All that apply hold, the first of them that says who comes first decides that.
    """

    day_minor: int = 2_000
    failure_minor: int = 15_000
    rules: tuple[CarryRule, ...] = ()


@dataclass(frozen=True, slots=True)
class ToCarry:
    """A parcel, as far as rules look at it.

    Attributes:
        area: The kecamatan's code, or a postcode where no area is known.
    """

    area: str
    weight_g: int
    value_minor: int
    cod_minor: int


@dataclass(frozen=True, slots=True)
class CarrierOffer:
    """Somebody who would carry it.

    Attributes:
        id: Account, courier and service with colons between, for telling it again.
        total_minor: Carrying, insurance and collecting together.
        days: Expected from door to door: measured in that area, else as promised.
        first_share: Of its parcels there so many are brought at the first try, from 0 to 1.
        measured: Of how many parcels that is known.
        source: Where the offer comes from.
    """

    id: str
    courier: str
    service: str
    total_minor: int
    days: float
    first_share: float
    measured: int
    takes_cod: bool
    source: str


class WhyCarrier(StrEnum):
    """Why a carrier comes first.

    ALONE     nobody else offers it, or nobody else may
    RULE      a rule puts it first
    CHEAPEST  it costs least, and is not slower or less certain by more than that is worth
    WORTH     it costs more, and is worth it: faster, or more certain to be brought at once
    """

    ALONE = auto()
    RULE = auto()
    CHEAPEST = auto()
    WORTH = auto()


@dataclass(frozen=True, slots=True)
class RankedCarrier:
    """A carrier and what choosing it comes to, rupiah."""

    id: str
    worth_minor: int


@dataclass(frozen=True, slots=True)
class CarrierChoice:
    """Who carries it.

    Attributes:
        ranked: Everybody who may, the best first; nobody where nobody may.
        why: None where nobody may.
        rule: Which rule put the first one first, or left it alone.
        insured: Whether a rule insures the goods.
    """

    ranked: tuple[RankedCarrier, ...]
    why: WhyCarrier | None
    rule: str | None
    insured: bool

"""The nouns of trust: what is scored, what is measured of it, the rules, the verdict."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, auto
from typing import Final
from uuid import UUID


class Way(StrEnum):
    """When the money comes: at the door, or before anything leaves."""

    COD = auto()
    PREPAID = auto()


class KeyKind(StrEnum):
    """What ties orders to each other."""

    PHONE = auto()
    ADDRESS = auto()
    EMAIL = auto()
    DEVICE = auto()
    IP = auto()
    CARD = auto()
    DOMAIN = auto()
    NETWORK = auto()
    AREA = auto()


LINKING: Final = (
    KeyKind.PHONE,
    KeyKind.ADDRESS,
    KeyKind.EMAIL,
    KeyKind.DEVICE,
    KeyKind.IP,
    KeyKind.CARD,
)
"""Keys that are remembered of an order: those that two orders of strangers do not share by chance."""

LISTED: Final = (
    KeyKind.PHONE,
    KeyKind.ADDRESS,
    KeyKind.EMAIL,
    KeyKind.DOMAIN,
    KeyKind.DEVICE,
    KeyKind.NETWORK,
    KeyKind.CARD,
)
"""Keys that can be put on a list."""


@dataclass(frozen=True, slots=True)
class Traces:
    """What a buyer left behind, as it came; it is turned into keys and kept nowhere.

    Attributes:
        phone: E.164.
        line: The street line of the address.
        area: Kelurahan, kecamatan and city in words, as they came with the address.
        village_code: Kelurahan as in Indonesia's administrative codes, 13 characters with dots.
        district_code: Kecamatan the postcode lies in, 8 characters, where the village is not known.
        device: Whatever the shop's site names a device by.
        ip_area, billing_area: Province codes ("31"), or other words for a place, of the address the
            request came from and of the payer; they are compared with the delivery's.
        card: The first six to eight digits of the card.
        note: What the buyer wrote.
        is_customer: The shop knows the phone already.
    """

    phone: str | None = None
    email: str | None = None
    name: str = ""
    line: str = ""
    area: str = ""
    village_code: str | None = None
    district_code: str | None = None
    postcode: str | None = None
    device: str | None = None
    ip: str | None = None
    ip_area: str | None = None
    billing_area: str | None = None
    card: str | None = None
    note: str | None = None
    is_customer: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """Something to score, before anything is looked up.

    Attributes:
        at: Aware, in the shop's zone: its hour is compared with what is usual.
        keys: Keyed hashes by kind; the area alone is in clear.
        signs: Measures that need no history.
        wider: Keys of the wider ranges its card is in, the longest first: a list may name any of them.
        houses: Further keys of the house it goes to, of the kind `ADDRESS` too: by its postcode, where the first is by
            its district, or by the words of its area.
        bound: It stands already somewhere else, such as at a marketplace: it can be held, not denied.
        is_customer: The shop knew the buyer before anything was remembered here.
    """

    id: UUID
    at: datetime
    way: Way
    amount_minor: int
    keys: Mapping[KeyKind, bytes]
    signs: "Mapping[Measure, int]" = field(default_factory=dict)
    bound: bool = False
    is_customer: bool = False
    wider: tuple[bytes, ...] = ()
    houses: tuple[bytes, ...] = ()

    @property
    def area(self) -> str:
        """The district's code, empty when it is not known."""
        return self.keys.get(KeyKind.AREA, b"").decode()


class Measure(StrEnum):
    """What is measured of an order; whole numbers, zero when nothing is known."""

    PHONE_ORDERS_DAY = auto()
    ADDRESS_ORDERS_DAY = auto()
    DEVICE_ORDERS_DAY = auto()
    IP_ORDERS_HOUR = auto()
    CARD_ORDERS_DAY = auto()
    PHONES_AT_ADDRESS = auto()
    PHONES_AT_DEVICE = auto()
    PERSON_REFUSED = auto()
    PERSON_RETURNED = auto()
    PERSON_DISPUTED = auto()
    PERSON_FRAUD = auto()
    ADDRESS_REFUSED = auto()
    DEVICE_FRAUD = auto()
    DEVICE_REFUSED = auto()
    EMAIL_REFUSED = auto()
    AREA_REFUSED_PERCENT = auto()
    AREA_RETURNED_PERCENT = auto()
    AMOUNT_THOUSANDS = auto()
    AMOUNT_OF_SHOP_PERCENT = auto()
    AMOUNT_OF_BUYER_PERCENT = auto()
    HOUR_RARE = auto()
    HOUR_OF_BUYER = auto()
    IP_ELSEWHERE = auto()
    BILLING_ELSEWHERE = auto()
    EMAIL_DISPOSABLE = auto()
    PHONE_FRESH = auto()
    PHONE_FOREIGN = auto()
    TEXT_SIGNS = auto()
    ADDRESS_VAGUE = auto()
    PERSON_DELIVERED = auto()


SAFER: Final = frozenset({Measure.PERSON_DELIVERED})
"""Measures of which more speaks for an order; of every other, more speaks against it."""


class Outcome(StrEnum):
    """What is done with an order, the mildest first."""

    ACCEPT = auto()
    ASK = auto()
    DEPOSIT = auto()
    PREPAID_ONLY = auto()
    HOLD = auto()
    REFUSE = auto()


DENIALS: Final = (Outcome.DEPOSIT, Outcome.PREPAID_ONLY, Outcome.REFUSE)
"""Outcomes with which nothing is placed on the terms that were asked for."""

OUTCOMES_OF: Final[Mapping[Way, tuple[Outcome, ...]]] = {
    Way.COD: tuple(Outcome),
    Way.PREPAID: (Outcome.ACCEPT, Outcome.HOLD, Outcome.REFUSE),
}
"""What can become of an order: one that is paid first is neither asked about nor told to be paid first."""


@dataclass(frozen=True, slots=True)
class Rule:
    """So many points once a measure reaches a height.

    Attributes:
        points: Above zero for a measure that speaks against an order, below zero for one that speaks for it.
        ways: Empty is every way.
        off: It gives no points, and stays to be used again.
    """

    name: str
    measure: Measure
    at_least: int
    points: int
    ways: tuple[Way, ...] = ()
    off: bool = False


@dataclass(frozen=True, slots=True)
class Bands:
    """From how many points on something is done; None is never. What is worse begins later."""

    ask: int | None = None
    deposit: int | None = None
    prepaid_only: int | None = None
    hold: int | None = None
    refuse: int | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules a shop scores by.

    Attributes:
        acts: What the score says is done; otherwise it is only written down.
    """

    rules: tuple[Rule, ...]
    cod: Bands = Bands()
    prepaid: Bands = Bands()
    acts: bool = False

    def bands(self, way: Way) -> Bands:
        return self.cod if way is Way.COD else self.prepaid


@dataclass(frozen=True, slots=True)
class Leaning:
    """A sign that moved a learned model, and the points it gives.

    Attributes:
        code: A measure, or `cod`.
        value: What was measured, zero where nothing was.
    """

    code: str
    value: int
    points: int


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a learned model says of an order.

    Attributes:
        version: Of the model.
        permille: Of a thousand orders like it, how many end badly.
        leanings: The signs that moved it most, the weightiest first; their points are all that it adds.
    """

    version: int
    permille: int
    leanings: tuple[Leaning, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """All a verdict is made from.

    Attributes:
        measures: Those that are not zero.
        blocked, allowed: Kinds of keys of it that stand on a list.
        opinion: Of the model that spoke, None while none does.
    """

    way: Way
    amount_minor: int
    measures: Mapping[Measure, int]
    blocked: tuple[KeyKind, ...] = ()
    allowed: tuple[KeyKind, ...] = ()
    bound: bool = False
    opinion: Opinion | None = None


@dataclass(frozen=True, slots=True)
class Because:
    """One reason.

    Attributes:
        code: A measure, `cod`, or `blocked_phone`, `allowed_phone` and so on.
        value: What was measured.
        points: What it added.
        rule: What gave the points; None is a list or a model.
        model: Version of the model that gave them.
    """

    code: str
    value: int
    points: int
    rule: str | None = None
    model: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The score with its reasons.

    Attributes:
        would: What the score says.
        outcome: What is done: less when the rules only watch, or the order stands elsewhere already.
        because: The weightiest against the order first; what speaks for it comes last.
    """

    points: int
    would: Outcome
    outcome: Outcome
    because: tuple[Because, ...]


class Ended(StrEnum):
    """How an order ended, as far as it says something of the buyer.

    DISOWNED    its buyer, asked before it left, did not mean it. It counts as refused on the device and the house it
                came from, never on the phone or the person: whoever says that they never ordered may have had
                their number typed by somebody else, and is not to be turned away for it
    """

    DELIVERED = auto()
    REFUSED = auto()
    RETURNED = auto()
    DISPUTED = auto()
    FRAUD = auto()
    DISOWNED = auto()


@dataclass(frozen=True, slots=True)
class Tally:
    """How orders of a key ended, counted."""

    delivered: int = 0
    refused: int = 0
    returned: int = 0
    disputed: int = 0
    fraud: int = 0
    delivered_minor: int = 0


@dataclass(slots=True)
class Seen:
    """What is known of one key: its newest orders, the newest first, how they ended, and lists.

    Attributes:
        recent: (when, who) of the newest orders of a month; who is the hash of a phone.
        verdicts: Of lists it stands on.
    """

    recent: list[tuple[datetime, bytes | None]] = field(default_factory=list)
    tally: Tally = Tally()
    verdict: "ListVerdict | None" = None


class ListVerdict(StrEnum):
    """What a list says; of a domain also that its mailboxes are thrown away, which is a sign and no verdict."""

    BLOCK = auto()
    ALLOW = auto()
    DISPOSABLE = auto()


@dataclass(frozen=True, slots=True)
class Norm:
    """What is usual in the shop.

    Attributes:
        hours: Orders by hour of the day, 24 numbers.
    """

    orders: int
    median_minor: int
    hours: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Assessed:
    """A subject with its facts and its verdict.

    Attributes:
        followed: Of the rules those that gave it points: enough to score it again.
    """

    subject: Subject
    facts: Facts
    verdict: Verdict
    followed: Policy
    version: int
    first_time: bool

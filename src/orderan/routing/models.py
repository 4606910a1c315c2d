"""The nouns of choosing a rail: what is to be paid, what could carry it, the operator's rules, the answer."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto
from typing import Final

PROBE_BP: Final = 400
"""Of ten thousand payments, how many try another rail than the best: enough to see it get well, or fall ill."""
DRAWS: Final = 100_000_000
"""A draw is a whole number below this; `draw_of` makes it from what names the payment."""


class Standing(StrEnum):
    """How a rail is, as whoever watches it says."""

    WELL = auto()
    DEGRADED = auto()
    DOWN = auto()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A rail that could carry the payment: it is open, offers the method and takes the amount.

    Attributes:
        id: The rail's, as text.
        rank: The operator's standing order of rails, lowest first; it settles ties.
        fee_minor: What it would cost for this amount, tax included.
        success: Share of charges expected to give what is asked for.
        paid: Share of those expected to be paid.
        maintenance: Whether a window of its gateway or bank is open now, or opens before it could be paid.
    """

    id: str
    gateway: str
    rank: int
    fee_minor: int
    success: float
    paid: float = 1.0
    standing: Standing = Standing.WELL
    maintenance: bool = False


@dataclass(frozen=True, slots=True)
class ToPay:
    """What is to be paid, and how.

    Attributes:
        margin_minor: What the shop keeps of it before the fee, if it is paid.
        at: In the shop's zone: rules speak of its hours and weekdays.
        draw: Below DRAWS; everything that is drawn for this payment comes from it, so that the same
            question has the same answer.
        again: The order was tried before: whoever comes back is not what another rail is tried out with.
    """

    method: str
    amount_minor: int
    margin_minor: int
    at: datetime
    draw: int
    bank: str | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class When:
    """What a rule applies to; whatever is left empty applies to all.

    Attributes:
        at_least_minor, at_most_minor: Of the amount, both included.
        fee_above_minor: Where even the cheapest rail costs more than this.
        from_hour, to_hour: 22 to 6 goes over midnight; the last hour is not included.
        weekdays: Monday is 1, Sunday 7.
    """

    methods: tuple[str, ...] = ()
    banks: tuple[str, ...] = ()
    at_least_minor: int | None = None
    at_most_minor: int | None = None
    fee_above_minor: int | None = None
    from_hour: int | None = None
    to_hour: int | None = None
    weekdays: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Weight:
    """A gateway's part of a split."""

    gateway: str
    parts: int


@dataclass(frozen=True, slots=True)
class Rule:
    """One of the operator's rules: the first that applies decides, and no other is asked.

    Attributes:
        prefer: Gateways in this order, before those it does not name.
        split: Or so many parts of the payments to each; the one drawn comes first.
        cheapest: Or by fee.
        last: Gateways that come after all others of the same standing.
        firm: It stands even against health: a preferred rail comes first while it is down, and
            payments of this rule never probe.
    """

    name: str
    when: When = When()
    prefer: tuple[str, ...] = ()
    split: tuple[Weight, ...] = ()
    cheapest: bool = False
    last: tuple[str, ...] = ()
    firm: bool = False


class Approach(StrEnum):
    """What decided the first place."""

    RULE = auto()
    SPLIT = auto()
    VALUE = auto()
    PROBE = auto()
    LEAST_BAD = auto()
    ONLY = auto()


class Because(StrEnum):
    """Why a rail stands where it does; a rail may have several."""

    PREFERRED = auto()
    DRAWN = auto()
    CHEAPEST = auto()
    PUT_LAST = auto()
    PROBED = auto()
    MAINTENANCE = auto()
    IS_DEGRADED = auto()
    IS_DOWN = auto()
    WORTH = auto()


@dataclass(frozen=True, slots=True)
class Ranked:
    """A rail in its place.

    Attributes:
        worth_minor: Success x paid x margin less the fee of those paid: what trying it is expected to earn.
    """

    id: str
    gateway: str
    because: tuple[Because, ...]
    worth_minor: int
    success: float
    paid: float
    fee_minor: int
    standing: Standing


@dataclass(frozen=True, slots=True)
class Choice:
    """The rails in the order in which they are tried, with all it takes to explain it.

    Attributes:
        rule: The name of the rule that applied, if one did.
    """

    rails: tuple[Ranked, ...]
    approach: Approach
    rule: str | None = None

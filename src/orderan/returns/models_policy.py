"""What buyers may send back, in the shop's own words."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto
from typing import Final


class Cause(StrEnum):
    """Why something comes back."""

    DAMAGED = auto()
    DEFECTIVE = auto()
    WRONG_ITEM = auto()
    NOT_AS_DESCRIBED = auto()
    INCOMPLETE = auto()
    WRONG_SIZE = auto()
    CHANGED_MIND = auto()


class Payer(StrEnum):
    """Who pays the way back."""

    SHOP = auto()
    BUYER = auto()


class Condition(StrEnum):
    """How goods have to come back."""

    ANY = auto()
    UNUSED = auto()
    SEALED = auto()


@dataclass(frozen=True, slots=True)
class CauseRule:
    """What holds for a cause.

    Attributes:
        explained: The buyer has to say in words what is wrong.
    """

    cause: Cause
    pays: Payer
    condition: Condition = Condition.ANY
    explained: bool = False


class Remedy(StrEnum):
    """What a buyer gets for what comes back."""

    REFUND = auto()
    CREDIT = auto()
    EXCHANGE = auto()


class TrustedAt(StrEnum):
    """From when on a buyer with a history has the refund, the goods unseen."""

    INSPECTION = auto()
    DROP_OFF = auto()
    SCAN = auto()


OUR_FAULT: Final = (
    Cause.DAMAGED,
    Cause.DEFECTIVE,
    Cause.WRONG_ITEM,
    Cause.NOT_AS_DESCRIBED,
    Cause.INCOMPLETE,
)
FIRST_CAUSES: Final = (
    *(CauseRule(cause, Payer.SHOP, explained=True) for cause in OUR_FAULT),
    CauseRule(Cause.WRONG_SIZE, Payer.BUYER, Condition.UNUSED),
    CauseRule(Cause.CHANGED_MIND, Payer.BUYER, Condition.UNUSED),
)


@dataclass(frozen=True, slots=True)
class ReturnPolicy:
    """Until when what may come back, and who decides.

    Attributes:
        days: Since the order was delivered; 0 takes nothing back.
        never: Categories that never come back, as they are written at the products.
        causes: Those that are accepted, and on which terms.
        agreed_below_minor: Of a request worth less nobody is asked: it is approved at once. 0 is never.
        ways: What a buyer may choose; money is always among it.
        trusted_at: When a trusted buyer has the refund: after inspection as everybody, when they brought the goods to
            a counter, or when a courier scanned the parcel.
        trusted_below_minor: Of what is worth this or more nobody is trusted.
        trusted_orders: Who had so many orders delivered, and never kept what they were paid for, is trusted.
        weight_off_percent: By how much a parcel may weigh other than its goods do.
    """

    days: int = 7
    never: tuple[str, ...] = ()
    causes: tuple[CauseRule, ...] = FIRST_CAUSES
    agreed_below_minor: int = 0
    ways: tuple[Remedy, ...] = tuple(Remedy)
    trusted_at: TrustedAt = TrustedAt.INSPECTION
    trusted_below_minor: int = 0
    trusted_orders: int = 3
    weight_off_percent: int = 25

    def rule_of(self, cause: Cause) -> CauseRule | None:
        """What holds for a cause; None where it is not accepted."""
        return next((rule for rule in self.causes if rule.cause is cause), None)


FIRST_POLICY: Final = ReturnPolicy()
"""What holds while a shop wrote nothing."""


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """A policy somebody wrote."""

    version: int
    policy: ReturnPolicy
    made_by: str
    made_at: datetime


class Why(StrEnum):
    """Why a line cannot come back."""

    NOT_DELIVERED = auto()
    TOO_LATE = auto()
    NEVER = auto()
    NOTHING_LEFT = auto()


@dataclass(frozen=True, slots=True)
class Returnable:
    """What of a line its buyer may send back.

    Attributes:
        at_most: Units; 0 with the reason why.
    """

    line_no: int
    at_most: int
    why_not: Why | None = None

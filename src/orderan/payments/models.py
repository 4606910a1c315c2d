"""The nouns of money."""

from dataclasses import dataclass
from enum import StrEnum, auto
from uuid import UUID

from orderan.payments.states import Money


class MoneyKind(StrEnum):
    """What happened to money; amounts are always positive, the kind gives the sign."""

    PENDING = auto()
    PENDING_CLEARED = auto()
    UNKNOWN = auto()
    UNKNOWN_CLEARED = auto()
    CAPTURED = auto()
    CAPTURE_REVERSED = auto()
    COD_COLLECTED = auto()
    COD_REMITTED = auto()
    REFUNDED = auto()
    REFUND_REVERSED = auto()


@dataclass(frozen=True, slots=True)
class Standing:
    """Sums of an order's events, minor units.

    Attributes:
        paid_minor: Taken in, refunds not subtracted.
        balance_minor: What the shop has kept beyond the total: negative is owed by the buyer,
            positive is owed to them.
    """

    state: Money
    paid_minor: int
    refunded_minor: int
    collected_minor: int
    remitted_minor: int
    balance_minor: int


@dataclass(frozen=True, slots=True)
class MoneyEvent:
    """One thing that happened to an order's money.

    Attributes:
        method: `bank_transfer`, `cash`, `cod`, later a gateway's.
        amount_minor: Above zero; the kind gives the sign.
        reference: The method's own reference; one of a kind counts once.
    """

    order_id: UUID
    kind: MoneyKind
    method: str
    amount_minor: int
    currency: str
    reference: str | None = None
    note: str | None = None

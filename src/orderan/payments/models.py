"""The nouns of money."""

from dataclasses import dataclass
from datetime import datetime
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
    FORGONE = auto()
    CREDITED = auto()
    PROMOTION_GRANTED = auto()
    PROMOTION_WITHDRAWN = auto()
    PROMOTION_RETURNED = auto()


@dataclass(frozen=True, slots=True)
class Standing:
    """Sums of an order's events, minor units.

    Attributes:
        paid_minor: Taken in, refunds not subtracted.
        balance_minor: What the shop has kept beyond what is asked: negative is owed by the buyer,
            positive is owed to them.
        forgone_minor: Not asked for any more, since the goods came back before they were paid for.
        credited_minor: Not asked for again, since it was paid back for goods that came back.
        covered_minor: Not asked of the buyer, since a payment promotion covers it; no money of theirs.
    """

    state: Money
    paid_minor: int
    refunded_minor: int
    collected_minor: int
    remitted_minor: int
    balance_minor: int
    forgone_minor: int = 0
    credited_minor: int = 0
    covered_minor: int = 0


@dataclass(frozen=True, slots=True)
class RefundLine:
    """What part of a refund is for: units of an order line, minor units of money."""

    line_no: int
    quantity: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Refund:
    """Money promised back to a buyer.

    Attributes:
        lines: What it is for; with `shipping_minor` they come to no more than it, goodwill has no line.
        method, reference: How it was paid, once it was.
        approval: Whether a second person agreed, and who it was.
        paid_minor: What of it left the shop already; it may go back in parts.
        held_for: Why it does not leave the shop for now, a stable code; None where nothing holds it.
    """

    id: UUID
    order_id: UUID
    amount_minor: int
    currency: str
    reason: str
    lines: tuple[RefundLine, ...]
    state: str
    granted_by: str
    granted_at: datetime
    closed_by: str | None = None
    closed_at: datetime | None = None
    method: str | None = None
    reference: str | None = None
    approval: str = "not_needed"
    judged_by: str | None = None
    judged_at: datetime | None = None
    paid_minor: int = 0
    held_for: str | None = None
    shipping_minor: int = 0

    @property
    def left_minor(self) -> int:
        """What of it did not leave the shop yet."""
        return self.amount_minor - self.paid_minor


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

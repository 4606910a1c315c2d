"""Facts about money."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from orderan.kit.events import Event


@dataclass(frozen=True)
class MoneyMoved(Event):
    """An event was appended to an order's money ledger."""

    kind: ClassVar[str] = "payments.money_moved.v1"

    what: str
    method: str
    amount_minor: int
    currency: str
    reference: str | None


@dataclass(frozen=True)
class RefundGranted(Event):
    """The shop promised money back; it is not paid yet."""

    kind: ClassVar[str] = "payments.refund_granted.v1"

    refund_id: UUID
    amount_minor: int
    currency: str


@dataclass(frozen=True)
class RefundClosed(Event):
    """A granted refund was executed or withdrawn."""

    kind: ClassVar[str] = "payments.refund_closed.v1"

    refund_id: UUID
    state: str
    amount_minor: int
    currency: str
    method: str | None
    reference: str | None


@dataclass(frozen=True)
class RefundJudged(Event):
    """A second person agreed to a refund, or did not."""

    kind: ClassVar[str] = "payments.refund_judged.v1"

    refund_id: UUID
    approval: str
    amount_minor: int
    currency: str


@dataclass(frozen=True)
class RefundReopened(Event):
    """What was paid back came back to the shop: it is owed to the buyer again.

    Attributes:
        amount_minor: What came back, which may be a part of the refund.
    """

    kind: ClassVar[str] = "payments.refund_reopened.v1"

    refund_id: UUID
    amount_minor: int
    currency: str


@dataclass(frozen=True)
class VoucherIssued(Event):
    """There is money on a voucher from now on.

    Attributes:
        customer_id: Whose it is; None: of whoever brings its code.
        refund_id: The refund it stands for, if it does.
    """

    kind: ClassVar[str] = "payments.voucher_issued.v1"

    amount_minor: int
    currency: str
    customer_id: UUID | None
    refund_id: UUID | None

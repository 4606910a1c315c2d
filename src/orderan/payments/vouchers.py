"""The nouns of vouchers: money a buyer has with the shop, and what comes onto it and goes off it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto
from uuid import UUID

from orderan.payments.states import VoucherState

VOUCHER_METHOD = "voucher"
"""How the ledger calls paying with one."""


class VoucherMoveKind(StrEnum):
    """Why a voucher's balance changed.

    ISSUED     the shop put its amount on it
    SPENT      it paid for an order; the only kind that takes off
    TAKEN_OFF  an order that did not begin, or came to nothing, let it go
    RETURNED   a refund of an order it had paid for
    CREDITED   a refund the buyer took as a voucher instead of money
    """

    ISSUED = auto()
    SPENT = auto()
    TAKEN_OFF = auto()
    RETURNED = auto()
    CREDITED = auto()


@dataclass(frozen=True, slots=True)
class Voucher:
    """Money a buyer has with the shop.

    Attributes:
        customer_id: Whose it is; None: of whoever brings its code.
        code_end: How its code ends, so that a person finds it; the code itself is not kept.
        amount_minor: What it was issued for.
        balance_minor: What is on it; nothing while a second person has not agreed.
        valid_until: It pays for nothing from then on.
        refund_id: The refund it stands for, if it does.
        judged_by: The second person.
    """

    id: UUID
    customer_id: UUID | None
    code_end: str | None
    currency: str
    amount_minor: int
    balance_minor: int
    state: str
    reason: str
    valid_until: datetime
    refund_id: UUID | None
    issued_by: str
    issued_at: datetime
    judged_by: str | None
    judged_at: datetime | None
    moved_at: datetime

    def pays(self, now: datetime) -> bool:
        """Whether it can pay for something now."""
        return self.state == VoucherState.ACTIVE and self.balance_minor > 0 and now < self.valid_until


@dataclass(frozen=True, slots=True)
class VoucherMove:
    """A change of a balance; negative takes off."""

    id: UUID
    voucher_id: UUID
    kind: str
    change_minor: int
    order_id: UUID | None
    refund_id: UUID | None
    actor: str
    at: datetime

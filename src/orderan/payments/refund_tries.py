"""The nouns of sending a refund back through gateways: where it may go, in which parts, and the tries."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from orderan.payments.attempts import Attempt


@dataclass(frozen=True, slots=True)
class Source:
    """Money that came in by one try of the buyer's, and how it may go back the same way.

    Attributes:
        paid_at: When it came in, by our ledger.
        room_minor: What of it is still with us and not on its way back.
        refundable, partly: Whether its gateway sends back, and whether in parts.
        until: Until when it does; None without a limit.
    """

    attempt: Attempt
    paid_at: datetime
    room_minor: int
    refundable: bool = False
    partly: bool = True
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a refund, to go back to where it came from."""

    attempt: Attempt
    amount_minor: int


@dataclass(frozen=True, slots=True)
class RefundTry:
    """One try to send a part of a refund back through the gateway its money came from.

    Attributes:
        key: Ours, by which the gateway knows it; the same however often it is asked.
        reason: Why it failed or is not known, in the gateway's word.
        booked_minor: What of it stands in the order's ledger as refunded: nothing, or all.
        ask_at: When the gateway is asked next what became of it; None when nothing can become of it.
        asked: How often it was since it came to stand so.
    """

    id: UUID
    refund_id: UUID
    order_id: UUID
    attempt_id: UUID
    key: str
    amount_minor: int
    currency: str
    state: str
    gateway_id: str | None
    reason: str | None
    booked_minor: int
    began_by: str
    began_at: datetime
    moved_at: datetime
    ask_at: datetime | None
    asked: int

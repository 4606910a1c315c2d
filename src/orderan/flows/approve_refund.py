"""A second person's word on a refund above the shop's limit: it may be paid, or the promise is taken back."""

from datetime import datetime
from uuid import UUID

from orderan.flows.book_refund import lock_refund
from orderan.flows.instead_of_money import carry_out_refund
from orderan.flows.refund_order import withdraw_refund
from orderan.kit.db import Tx
from orderan.orders import insert_moves
from orderan.payments import ApprovalEvent, ReasonMissing, Refund, judge_refund


async def approve_refund(tx: Tx, refund_id: UUID, *, now: datetime) -> Refund:
    """Agree that a refund is paid; one of a return goes the way its buyer chose at once.

    Raises:
        RefundNotFound: No such refund.
        OwnRefund: Who granted it cannot agree to it.
        IllegalMove: Somebody judged it before, or it is over.
    """
    await _judge(tx, refund_id, ApprovalEvent.APPROVE, reason=None, now=now)
    order, refund = await lock_refund(tx, refund_id)
    return await carry_out_refund(tx, order, refund, now=now)


async def refuse_refund(tx: Tx, refund_id: UUID, *, reason: str, now: datetime) -> Refund:
    """Say no, and why; the promise is taken back with it.

    Raises:
        ReasonMissing: Nobody would know why.
        RefundNotFound, OwnRefund, IllegalMove: As above.
        RefundInTheAir, RefundPartlyPaid: It is on its way already.
    """
    if not reason.strip():
        raise ReasonMissing
    judged = await _judge(tx, refund_id, ApprovalEvent.REFUSE, reason=reason, now=now)
    await withdraw_refund(tx, refund_id, reason=reason, now=now)
    return judged


async def _judge(
    tx: Tx, refund_id: UUID, event: ApprovalEvent, *, reason: str | None, now: datetime
) -> Refund:
    _, refund = await lock_refund(tx, refund_id)
    judged = await judge_refund(tx, refund_id, event, reason=reason, now=now)
    move = (refund.order_id, refund.approval, str(event), judged.approval)
    await insert_moves(tx, "refund", [move], reason=reason, now=now)
    return judged

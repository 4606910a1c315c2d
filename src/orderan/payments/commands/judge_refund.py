"""A second person's word on a refund. The caller has locked the order's row."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.kit.events import record
from orderan.kit.ids import to_text
from orderan.kit.states import IllegalMove
from orderan.payments import store_refunds
from orderan.payments.commands.refunds import find_refund
from orderan.payments.errors_refunds import OwnRefund
from orderan.payments.events import RefundJudged
from orderan.payments.models import Refund
from orderan.payments.states import APPROVAL, Approval, ApprovalEvent, RefundState


async def judge_refund(
    tx: Tx, refund_id: UUID, event: ApprovalEvent, *, reason: str | None = None, now: datetime
) -> Refund:
    """Agree to a refund, or not; returns it with the word on it.

    Raises:
        RefundNotFound: No such refund.
        OwnRefund: Who granted it cannot be the second person.
        IllegalMove: It was judged before, or it is not granted any more; nothing changed.
    """
    refund = await find_refund(tx, refund_id)
    if refund.granted_by == tx.actor:
        raise OwnRefund(to_text("rfd", refund_id))
    if refund.state != RefundState.GRANTED:
        raise IllegalMove(APPROVAL.name, refund.state, event)
    becomes = APPROVAL.after(Approval(refund.approval), event)
    if not await store_refunds.set_approval(tx, refund, becomes, now=now):
        APPROVAL.after(becomes, event)
    fact = RefundJudged(refund_id, becomes, refund.amount_minor, refund.currency)
    await record(tx, refund.order_id, fact, now=now, reason=reason)
    return replace(refund, approval=becomes, judged_by=tx.actor, judged_at=now)

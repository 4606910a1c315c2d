"""Refunds: promised to the buyer, then paid or withdrawn. The caller has locked the order's row."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.kit.events import record
from orderan.kit.ids import new_id, to_text
from orderan.payments import store
from orderan.payments.errors import AmountNotPositive, RefundNotFound, RefundTooLarge
from orderan.payments.events import RefundClosed, RefundGranted
from orderan.payments.models import Refund, RefundLine
from orderan.payments.rules import refundable
from orderan.payments.states import REFUND, RefundEvent, RefundState


async def grant_refund(
    tx: Tx,
    order_id: UUID,
    *,
    amount_minor: int,
    currency: str,
    reason: str,
    lines: Sequence[RefundLine] = (),
    now: datetime,
) -> Refund:
    """Promise money back; nothing is paid yet.

    Raises:
        AmountNotPositive: Zero or less.
        RefundTooLarge: More than was taken in and is not yet given or promised back.
    """
    if amount_minor <= 0:
        raise AmountNotPositive(amount_minor)
    refund = Refund(
        id=new_id(),
        order_id=order_id,
        amount_minor=amount_minor,
        currency=currency,
        reason=reason,
        lines=tuple(lines),
        state=REFUND.initial,
        granted_by=tx.actor,
        granted_at=now,
    )
    if not await store.insert_refund(tx, refund):
        sums = await store.sums(tx, [order_id])
        promised = (await store.promised(tx, [order_id])).get(order_id, 0)
        at_most = refundable(sums[order_id], promised_minor=promised)
        raise RefundTooLarge(amount_minor, at_most, currency)
    await record(tx, order_id, RefundGranted(refund.id, amount_minor, currency), now=now, reason=reason)
    return refund


async def find_refund(tx: Tx, refund_id: UUID) -> Refund:
    """Raises RefundNotFound."""
    refund = await store.refund_by_id(tx, refund_id)
    if refund is None:
        raise RefundNotFound(to_text("rfd", refund_id))
    return refund


async def close_refund(
    tx: Tx,
    refund_id: UUID,
    event: RefundEvent,
    *,
    method: str | None = None,
    reference: str | None = None,
    now: datetime,
) -> Refund:
    """Mark a refund executed or withdrawn; returns it as it was.

    Raises:
        RefundNotFound: The shop has no such refund.
        IllegalMove: It was executed or withdrawn before; nothing changed.
    """
    refund = await find_refund(tx, refund_id)
    becomes = REFUND.after(RefundState(refund.state), event)
    closed = await store.close_refund(
        tx, refund_id, was=refund.state, becomes=becomes, method=method, reference=reference, now=now
    )
    if not closed:
        REFUND.after(becomes, event)
    fact = RefundClosed(refund_id, becomes, refund.amount_minor, refund.currency, method, reference)
    await record(tx, refund.order_id, fact, now=now)
    return refund

"""Refunds: promised to the buyer, then paid or withdrawn. The caller has locked the order's row."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.kit.events import record
from orderan.kit.ids import new_id, to_text
from orderan.payments import rules_refunds, store, store_payouts, store_refunds
from orderan.payments.errors import AmountNotPositive
from orderan.payments.errors_payouts import PayoutOpen
from orderan.payments.errors_refunds import (
    ApprovalNeeded,
    RefundHeld,
    RefundInTheAir,
    RefundNotFound,
    RefundPartlyPaid,
    RefundPartsTooMuch,
    RefundTooLarge,
)
from orderan.payments.events import RefundClosed, RefundGranted, RefundReopened
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
    shipping_minor: int = 0,
    now: datetime,
) -> Refund:
    """Promise money back; nothing is paid yet. Above the shop's limit it waits for a second person.

    What the same person promised for this order before and nobody else agreed to counts with it, so
    that a large refund is not let through in small ones.

    Raises:
        AmountNotPositive: Zero or less; or shipping below zero.
        RefundPartsTooMuch: Its lines and its shipping come to more than the amount.
        RefundTooLarge: More than was taken in and is not yet given or promised back.
    """
    if amount_minor <= 0:
        raise AmountNotPositive(amount_minor)
    if shipping_minor < 0:
        raise AmountNotPositive(shipping_minor)
    parts = sum(line.amount_minor for line in lines) + shipping_minor
    if parts > amount_minor:
        raise RefundPartsTooMuch(parts, amount_minor, currency)
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
        approval=rules_refunds.approval_at_first(
            amount_minor + await store_refunds.unjudged(tx, order_id), await store_refunds.approve_above(tx)
        ),
        shipping_minor=shipping_minor,
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
    """Mark a refund executed or withdrawn by hand; returns it as it was.

    Raises:
        RefundNotFound: The shop has no such refund.
        IllegalMove: It was executed or withdrawn before; nothing changed.
        RefundInTheAir, PayoutOpen: A gateway or a bank may be sending it back.
        ApprovalNeeded: A second person has to agree before it is executed.
        RefundPartlyPaid: A part of it was sent; it cannot be withdrawn.
    """
    refund = await find_refund(tx, refund_id)
    becomes = REFUND.after(RefundState(refund.state), event)
    await require_here(tx, refund_id)
    if event is RefundEvent.EXECUTE:
        await require_agreement(tx, refund)
    elif refund.paid_minor:
        raise RefundPartlyPaid(refund.paid_minor, refund.amount_minor, refund.currency)
    closed = await store.close_refund(
        tx, refund_id, was=refund.state, becomes=becomes, method=method, reference=reference, now=now
    )
    if not closed:
        REFUND.after(becomes, event)
    fact = RefundClosed(refund_id, becomes, refund.amount_minor, refund.currency, method, reference)
    await record(tx, refund.order_id, fact, now=now)
    return refund


async def hold_refund(tx: Tx, refund_id: UUID, why: str | None) -> None:
    """Keep a refund whose order is locked in the shop, or let it go with None; what is on its way stays so."""
    await store_refunds.set_held(tx, refund_id, why)


async def require_agreement(tx: Tx, refund: Refund) -> None:
    """Look that a refund may be paid as far as people have a say in it.

    The limit is the one of this moment: one that was lowered since the refund was granted counts.

    Raises:
        RefundHeld: Something is to be cleared up first.
        ApprovalNeeded: Nobody else has agreed to it yet.
    """
    if refund.held_for is not None:
        raise RefundHeld(to_text("rfd", refund.id), refund.held_for)
    limit = await store_refunds.approve_above(tx)
    if not rules_refunds.agreed(refund, limit):
        raise ApprovalNeeded(refund.amount_minor, limit or 0, refund.currency)


async def require_here(tx: Tx, refund_id: UUID) -> None:
    """Look that a refund is not on its way already.

    Raises:
        RefundInTheAir: A gateway may be sending it back.
        PayoutOpen: A bank is asked to.
    """
    if await store_refunds.in_the_air(tx, refund_id):
        raise RefundInTheAir(to_text("rfd", refund_id))
    if await store_payouts.payout_open(tx, refund_id):
        raise PayoutOpen(to_text("rfd", refund_id))


async def pay_part(
    tx: Tx, refund: Refund, amount_minor: int, *, method: str, reference: str, now: datetime
) -> Refund:
    """A part of a granted refund left the shop; with the last one it is executed. Returns it as it is now."""
    paid = refund.paid_minor + amount_minor
    whole = paid == refund.amount_minor
    state = REFUND.after(RefundState(refund.state), RefundEvent.EXECUTE)
    after = await store_refunds.set_paid(
        tx,
        refund,
        paid_minor=paid,
        state=state if whole else RefundState.GRANTED,
        method=method,
        reference=reference,
        now=now,
    )
    if whole:
        fact = RefundClosed(refund.id, state, refund.amount_minor, refund.currency, method, reference)
        await record(tx, refund.order_id, fact, now=now)
    return after


async def take_part_back(tx: Tx, refund: Refund, amount_minor: int, *, now: datetime) -> Refund:
    """What was paid came back: that much of the refund is owed again, an executed one is granted again."""
    if refund.state == RefundState.EXECUTED:
        REFUND.after(RefundState.EXECUTED, RefundEvent.REOPEN)
    after = await store_refunds.set_paid(
        tx,
        refund,
        paid_minor=refund.paid_minor - amount_minor,
        state=RefundState.GRANTED,
        method=None,
        reference=None,
        now=now,
    )
    fact = RefundReopened(refund.id, amount_minor, refund.currency)
    await record(tx, refund.order_id, fact, now=now)
    return after

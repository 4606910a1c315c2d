"""A payout from the moment no gateway can send a refund. The caller has locked the order's row."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

import psycopg

from orderan.kit import audit
from orderan.kit.audit import Trace
from orderan.kit.db import Tx
from orderan.kit.ids import new_id, to_text
from orderan.payments import store_payouts as store
from orderan.payments.commands.refunds import require_agreement, require_here
from orderan.payments.errors_payouts import OwnPayout, PayoutNotFound, PayoutOpen, SecondLookNeeded
from orderan.payments.models import Refund
from orderan.payments.payouts import Payout, Sealed
from orderan.payments.states import PAYOUT, REFUND, PayoutEvent, PayoutState, RefundEvent, RefundState

BUYER = "buyer"
"""Who types the account by a link."""


async def open_payout(tx: Tx, refund: Refund, customer_id: UUID, *, now: datetime) -> Payout:
    """What is left of a refund is to be paid out to an account that nobody knows yet.

    Raises:
        IllegalMove: It is not granted any more.
        ApprovalNeeded: A second person has to agree first.
        RefundInTheAir: A gateway may be sending it back.
        PayoutOpen: It is being paid out already.
    """
    REFUND.after(RefundState(refund.state), RefundEvent.EXECUTE)
    await require_agreement(tx, refund)
    await require_here(tx, refund.id)
    payout = Payout(
        id=new_id(),
        refund_id=refund.id,
        order_id=refund.order_id,
        customer_id=customer_id,
        amount_minor=refund.left_minor,
        currency=refund.currency,
        state=PAYOUT.initial,
        bank=None,
        account_enc=None,
        holder_enc=None,
        holder_differs=False,
        link_until=None,
        opened_by=tx.actor,
        opened_at=now,
        entered_by=None,
        approved_by=None,
        batch=None,
        reference=None,
        moved_at=now,
    )
    try:
        async with tx.savepoint():
            await store.insert_payout(tx, payout)
    except psycopg.errors.UniqueViolation as taken:
        raise PayoutOpen(to_text("rfd", refund.id)) from taken
    opened = Trace("payout.open", "payout", to_text("pto", payout.id), None, {"state": payout.state})
    await audit.leave(tx, opened, now=now)
    return payout


async def find_payout(tx: Tx, payout_id: UUID) -> Payout:
    """Raises PayoutNotFound."""
    payout = await store.payout_by_id(tx, payout_id)
    if payout is None:
        raise PayoutNotFound(to_text("pto", payout_id))
    return payout


async def enter_account(
    tx: Tx, payout: Payout, account: Sealed, *, holder_differs: bool, now: datetime
) -> Payout:
    """Write down the account, in place of the one that stood there.

    Raises:
        IllegalMove: It was approved, paid or cancelled before.
    """
    return await _moved(
        tx,
        payout,
        PayoutEvent.ENTER,
        replace(
            payout,
            bank=account.bank,
            account_enc=account.account,
            holder_enc=account.holder,
            holder_differs=holder_differs,
            entered_by=tx.actor,
        ),
        now=now,
    )


async def approve_payout(
    tx: Tx, payout: Payout, refund: Refund, *, looked_twice: bool = False, now: datetime
) -> Payout:
    """Somebody other than who typed the account lets it go with the next transfer file.

    Its amount is what is left of the refund now.

    Raises:
        OwnPayout: Who typed it cannot approve it.
        SecondLookNeeded: The holder is called otherwise than the buyer, and nobody said that they saw it.
        ApprovalNeeded, RefundInTheAir: The refund may not be paid now.
        IllegalMove: No account waits to be approved, or the refund is over.
    """
    PAYOUT.after(PayoutState(payout.state), PayoutEvent.APPROVE)
    REFUND.after(RefundState(refund.state), RefundEvent.EXECUTE)
    if payout.entered_by == tx.actor:
        raise OwnPayout(to_text("pto", payout.id))
    if payout.holder_differs and not looked_twice:
        raise SecondLookNeeded(to_text("pto", payout.id))
    await require_agreement(tx, refund)
    await require_here(tx, refund.id)
    after = replace(payout, amount_minor=refund.left_minor, approved_by=tx.actor)
    return await _moved(tx, payout, PayoutEvent.APPROVE, after, now=now)


async def pay_payout(tx: Tx, payout: Payout, *, reference: str, now: datetime) -> Payout:
    """The bank made the transfer. Raises IllegalMove where it was not approved, or is over."""
    return await _moved(tx, payout, PayoutEvent.PAY, replace(payout, reference=reference), now=now)


async def bounce_payout(tx: Tx, payout: Payout, *, now: datetime) -> Payout:
    """The bank did not make the transfer, or sent it back: another account is waited for.

    Raises:
        IllegalMove: No file has it, and no bank.
        PayoutOpen: Its refund, owed again since, is being paid out already.
    """
    after = replace(
        payout,
        bank=None,
        account_enc=None,
        holder_enc=None,
        holder_differs=False,
        entered_by=None,
        approved_by=None,
        batch=None,
        reference=None,
    )
    try:
        async with tx.savepoint():
            return await _moved(tx, payout, PayoutEvent.BOUNCE, after, now=now)
    except psycopg.errors.UniqueViolation as taken:
        raise PayoutOpen(to_text("rfd", payout.refund_id)) from taken


async def cancel_payout(tx: Tx, payout: Payout, *, now: datetime) -> Payout:
    """It is not paid out; the account is let go. Raises IllegalMove where a file has it, or it is over."""
    after = replace(payout, account_enc=None, holder_enc=None)
    return await _moved(tx, payout, PayoutEvent.CANCEL, after, now=now)


async def _moved(tx: Tx, payout: Payout, event: PayoutEvent, after: Payout, *, now: datetime) -> Payout:
    becomes = PAYOUT.after(PayoutState(payout.state), event)
    after = replace(after, state=becomes, moved_at=now, link_until=None)
    if not await store.save_payout(tx, after, was=payout.state):
        PAYOUT.after(becomes, event)
    before, since = {"state": payout.state}, {"state": str(becomes)}
    await audit.leave(
        tx, Trace(f"payout.{event}", "payout", to_text("pto", payout.id), before, since), now=now
    )
    return after

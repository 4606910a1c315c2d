"""Vouchers, from their issue to their last rupiah. Whoever spends or returns has locked the order's row first."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from orderan.kit import audit
from orderan.kit.audit import Trace
from orderan.kit.db import Tx
from orderan.kit.events import record
from orderan.kit.ids import new_id, to_text
from orderan.payments import rules_vouchers as rules
from orderan.payments import store_refunds
from orderan.payments import store_vouchers as store
from orderan.payments.errors import AmountNotPositive
from orderan.payments.errors_vouchers import (
    OwnVoucher,
    VoucherNotFound,
    VoucherOver,
    VoucherReasonMissing,
    VoucherUnusable,
)
from orderan.payments.events import VoucherIssued
from orderan.payments.models import Refund
from orderan.payments.states import VOUCHER, VoucherEvent, VoucherState
from orderan.payments.vouchers import Voucher, VoucherMove, VoucherMoveKind

LONGEST_REASON = 300


async def issue_voucher(
    tx: Tx,
    *,
    amount_minor: int,
    currency: str,
    customer_id: UUID | None,
    reason: str,
    valid_until: datetime | None = None,
    now: datetime,
) -> tuple[Voucher, str | None]:
    """Give a customer money to spend here, or make a code for whoever brings it; above the shop's limit for refunds a
    second person has to agree before there is anything on it.

    Args:
        customer_id: None makes a code, which is told this once.
        valid_until: None is a year from now.

    Returns:
        The voucher, and its code where it has one.

    Raises:
        AmountNotPositive: Zero or less.
        VoucherReasonMissing: Nobody would know why.
        VoucherOver: It would be over already.
    """
    if amount_minor <= 0:
        raise AmountNotPositive(amount_minor)
    if not reason.strip():
        raise VoucherReasonMissing
    until = valid_until or now + rules.LASTS
    if until <= now:
        raise VoucherOver(until)
    made, code = await _made(
        tx, amount_minor, currency, customer_id, reason.strip(), until, refund_id=None, now=now
    )
    limit = await store_refunds.approve_above(tx)
    # The one just made counts with the others.
    if limit is not None and await store.unjudged_of(tx, since=now - rules.COUNTED_FOR) > limit:
        return made, code
    return await _approved(tx, made, judged_by=None, now=now), code


async def issue_for_refund(
    tx: Tx, refund: Refund, amount_minor: int, *, customer_id: UUID | None, now: datetime
) -> tuple[Voucher, VoucherMove, str | None]:
    """A voucher a buyer takes instead of money; the refund was agreed to as every refund is."""
    reason = to_text("rfd", refund.id)
    until = now + rules.LASTS
    made, code = await _made(
        tx, amount_minor, refund.currency, customer_id, reason, until, refund_id=refund.id, now=now
    )
    move = _move(made.id, VoucherMoveKind.CREDITED, amount_minor, refund.order_id, refund.id, tx, now)
    active = await _approved(tx, made, judged_by=None, move=move, now=now)
    return active, move, code


async def _made(
    tx: Tx,
    amount_minor: int,
    currency: str,
    customer_id: UUID | None,
    reason: str,
    until: datetime,
    *,
    refund_id: UUID | None,
    now: datetime,
) -> tuple[Voucher, str | None]:
    code = rules.new_code() if customer_id is None else None
    made = Voucher(
        id=new_id(),
        customer_id=customer_id,
        code_end=rules.plain(code)[-rules.SHOWN :] if code else None,
        currency=currency,
        amount_minor=amount_minor,
        balance_minor=0,
        state=VOUCHER.initial,
        reason=reason[:LONGEST_REASON],
        valid_until=until,
        refund_id=refund_id,
        issued_by=tx.actor,
        issued_at=now,
        judged_by=None,
        judged_at=None,
        moved_at=now,
    )
    await store.insert_voucher(tx, made, code_hash=rules.code_hash(code) if code else None)
    after = {"amount_minor": amount_minor, "currency": currency, "state": made.state}
    await audit.leave(tx, Trace("voucher.issue", "voucher", to_text("vch", made.id), None, after), now=now)
    return made, code


async def find_voucher(tx: Tx, voucher_id: UUID) -> Voucher:
    """A voucher, locked.

    Raises:
        VoucherNotFound: The shop has no such voucher.
    """
    found = await store.lock_voucher(tx, voucher_id)
    if found is None:
        raise VoucherNotFound(to_text("vch", voucher_id))
    return found


async def voucher_behind(tx: Tx, code: str) -> Voucher:
    """The voucher of a code, locked.

    Raises:
        VoucherNotFound: No voucher has this code.
    """
    found = await store.lock_by_code(tx, rules.code_hash(code))
    if found is None:
        raise VoucherNotFound(code[:40])
    return found


async def move_voucher(tx: Tx, found: Voucher, event: VoucherEvent, *, now: datetime) -> Voucher:
    """Agree to a locked voucher, decline it, block it, or let it be spent again.

    Raises:
        OwnVoucher: Who issued it agrees to it.
        IllegalMove: It does not stand so.
    """
    becomes = VOUCHER.after(VoucherState(found.state), event)
    if event is VoucherEvent.APPROVE:
        if found.issued_by == tx.actor:
            raise OwnVoucher
        return await _approved(tx, found, judged_by=tx.actor, now=now)
    judged_by = tx.actor if event is VoucherEvent.DECLINE else None
    return await _moved(tx, found, event, becomes, judged_by=judged_by, now=now)


async def _approved(
    tx: Tx, found: Voucher, *, judged_by: str | None, move: VoucherMove | None = None, now: datetime
) -> Voucher:
    becomes = VOUCHER.after(VoucherState(found.state), VoucherEvent.APPROVE)
    active = await _moved(tx, found, VoucherEvent.APPROVE, becomes, judged_by=judged_by, now=now)
    put_on = move or _move(found.id, VoucherMoveKind.ISSUED, found.amount_minor, None, None, tx, now)
    await store.book_moves(tx, [put_on])
    fact = VoucherIssued(found.amount_minor, found.currency, found.customer_id, found.refund_id)
    await record(tx, found.id, fact, now=now)
    return replace(active, balance_minor=found.amount_minor)


async def _moved(
    tx: Tx, found: Voucher, event: VoucherEvent, becomes: str, *, judged_by: str | None, now: datetime
) -> Voucher:
    moved = await store.move_voucher(tx, found, becomes, judged_by=judged_by, now=now)
    if moved is None:
        message = "a voucher moved while it was locked"
        raise AssertionError(message)
    before, after = {"state": found.state}, {"state": becomes}
    trace = Trace(f"voucher.{event}", "voucher", to_text("vch", found.id), before, after)
    await audit.leave(tx, trace, now=now)
    return moved


async def spend_vouchers(
    tx: Tx, vouchers: Sequence[Voucher], order_id: UUID, amount_minor: int, *, currency: str, now: datetime
) -> list[VoucherMove]:
    """Take so much off locked vouchers for an order, the one that is over first being used up first.

    Raises:
        VoucherUnusable: They have not so much, or one cannot pay now.
    """
    moves = []
    left = amount_minor
    for one in sorted(vouchers, key=lambda voucher: (voucher.valid_until, voucher.id)):
        if not one.pays(now) or one.currency != currency:
            raise VoucherUnusable(to_text("vch", one.id))
        if part := min(left, one.balance_minor):
            moves.append(_move(one.id, VoucherMoveKind.SPENT, -part, order_id, None, tx, now))
            left -= part
    if left or not moves:
        raise VoucherUnusable(to_text("vch", vouchers[0].id) if vouchers else "")
    await store.book_moves(tx, moves)
    return moves


async def put_back(
    tx: Tx,
    order_id: UUID,
    amount_minor: int,
    *,
    refund_id: UUID | None = None,
    now: datetime,
) -> list[VoucherMove]:
    """Give vouchers back what they paid for an order, or a part of it, the one used last first; returns what was.

    What comes back can be spent for another month at least.

    Args:
        refund_id: The refund that gives it back; None where the order itself came to nothing.
    """
    kind = VoucherMoveKind.TAKEN_OFF if refund_id is None else VoucherMoveKind.RETURNED
    moves = []
    left = amount_minor
    for voucher_id, spent in (await store.spent_on(tx, [order_id])).get(order_id, []):
        if part := min(left, spent):
            moves.append(_move(voucher_id, kind, part, order_id, refund_id, tx, now))
            left -= part
    if moves:
        # In the order of their ids, as whoever spends takes them.
        for voucher_id in sorted({move.voucher_id for move in moves}):
            await find_voucher(tx, voucher_id)
        await store.book_moves(tx, moves, valid_until=now + rules.RETURNED_LASTS)
    return moves


def _move(
    voucher_id: UUID,
    kind: VoucherMoveKind,
    change_minor: int,
    order_id: UUID | None,
    refund_id: UUID | None,
    tx: Tx,
    now: datetime,
) -> VoucherMove:
    return VoucherMove(new_id(), voucher_id, kind, change_minor, order_id, refund_id, tx.actor, now)

"""Vouchers have their part of every refund back, and a buyer may take all of one as a voucher.

share    what vouchers paid of an order goes back onto them in the proportion in which their money and other money
         are still there, before the rest of a refund leaves another way
instead  what is left goes onto a new voucher of the buyer's: money that stays in the shop and is theirs
exchange as much of it as another thing costs goes onto a voucher, which pays for that thing at once
"""

from datetime import datetime
from uuid import UUID

from orderan.flows.book_refund import book_part, lock_refund
from orderan.kit.db import Tx
from orderan.kit.errors import Refusal
from orderan.kit.ids import to_text
from orderan.orders import Order, lock_orders
from orderan.payments import (
    REFUND,
    VOUCHER_METHOD,
    MoneyEvent,
    MoneyKind,
    Refund,
    RefundEvent,
    RefundState,
    Voucher,
    VoucherMove,
    find_voucher,
    issue_for_refund,
    put_back,
    require_agreement,
    require_here,
    returned_by,
    returned_onto,
    spent_on,
    sums,
    voucher_share,
)


async def share_of_vouchers(tx: Tx, refund: Refund) -> int:
    """What of a refund goes back onto the vouchers that paid for its order; nothing once it did."""
    if refund.state != RefundState.GRANTED or await returned_by(tx, refund.id):
        return 0
    spent = sum(minor for _, minor in (await spent_on(tx, [refund.order_id])).get(refund.order_id, []))
    return voucher_share(refund.left_minor, spent, (await sums(tx, [refund.order_id]))[refund.order_id])


async def return_to_vouchers(tx: Tx, order: Order, refund: Refund, *, now: datetime) -> Refund:
    """Put back onto the vouchers of an order their part of a refund, before the rest leaves another way.

    Args:
        order, refund: Locked.

    Raises:
        ApprovalNeeded: A second person has to agree first.
        MoreThanThereIs: What was taken in has been taken back meanwhile.
    """
    share = await share_of_vouchers(tx, refund)
    if not share:
        return refund
    await require_agreement(tx, refund)
    for move in await put_back(tx, order.id, share, refund_id=refund.id, now=now):
        refund = await _book_move(tx, order.id, refund, move, now=now)
    return refund


async def refund_to_voucher(
    tx: Tx, refund_id: UUID, *, now: datetime
) -> tuple[Refund, Voucher | None, str | None]:
    """The buyer takes what is left of a refund as a voucher instead of money.

    What vouchers paid goes back onto those; the rest onto a new one of the order's customer, or one with a code
    where the order names nobody.

    Returns:
        The refund, executed; the new voucher, if the rest needed one; its code, told this once.

    Raises:
        RefundNotFound, IllegalMove: There is none that waits to be paid.
        ApprovalNeeded: A second person has to agree first.
        RefundInTheAir, PayoutOpen: A gateway or a bank may be sending it.
        MoreThanThereIs: What was taken in has been taken back meanwhile.
    """
    order, refund = await lock_refund(tx, refund_id)
    REFUND.after(RefundState(refund.state), RefundEvent.EXECUTE)
    await require_here(tx, refund_id)
    await require_agreement(tx, refund)
    refund = await return_to_vouchers(tx, order, refund, now=now)
    if refund.state == RefundState.EXECUTED:
        return refund, None, None
    voucher, move, code = await issue_for_refund(
        tx, refund, refund.left_minor, customer_id=order.customer_id, now=now
    )
    return await _book_move(tx, order.id, refund, move, now=now), voucher, code


async def credit_part(
    tx: Tx, order: Order, refund: Refund, wanted_minor: int, *, now: datetime
) -> tuple[Refund, list[Voucher], int]:
    """So much of a refund as something else costs goes onto vouchers, to pay for it in the same transaction.

    What vouchers have back of it already counts; what is not needed of the rest stays to be paid as money.

    Args:
        order, refund: Locked, after `return_to_vouchers`.

    Returns:
        The refund as it stands now, the locked vouchers its money is on, and how much of it that is.

    Raises:
        RefundInTheAir, PayoutOpen: A gateway or a bank may be sending it.
        ApprovalNeeded: A second person has to agree first.
    """
    back = await returned_onto(tx, refund.id)
    vouchers = [one for one in [await find_voucher(tx, known) for known in sorted(back)] if one.pays(now)]
    there = sum(back[one.id] for one in vouchers)
    amount = min(refund.left_minor, max(wanted_minor - there, 0))
    if not amount or refund.state != RefundState.GRANTED:
        return refund, vouchers, there
    await require_here(tx, refund.id)
    await require_agreement(tx, refund)
    made, move, _ = await issue_for_refund(tx, refund, amount, customer_id=order.customer_id, now=now)
    refund = await _book_move(tx, order.id, refund, move, now=now)
    return refund, [*vouchers, made], there + amount


async def _book_move(tx: Tx, order_id: UUID, refund: Refund, move: VoucherMove, *, now: datetime) -> Refund:
    part = MoneyEvent(
        order_id,
        MoneyKind.REFUNDED,
        VOUCHER_METHOD,
        move.change_minor,
        refund.currency,
        to_text("vmv", move.id),
    )
    # Each part is weighed against the order as the part before it left it.
    order = (await lock_orders(tx, [order_id]))[order_id]
    booked = await book_part(tx, order, refund, part, now=now)
    if isinstance(booked, Refusal):
        raise booked
    return booked

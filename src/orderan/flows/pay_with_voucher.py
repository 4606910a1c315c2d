"""A voucher pays for an order, or a part of it beside another way to pay; and what it paid comes back.

use      the order is locked, then the vouchers: two orders that want the same rupiah come one after the other, and
         the database refuses what would overspend. While a try to pay is in the air, nothing else pays
rest     what is left is nothing, or enough for another way to pay; a little less is taken off otherwise
twice    who asks again for what a voucher paid already has what they asked for
off      until the order goes ahead a buyer may take it off again
over     an order that comes to nothing lets it go by itself, as far as nobody promised that money back

To the ledger a voucher is one more way money came in: captured when it pays, reversed when it is let go,
refunded with its part of every refund (refund_order).
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from orderan.flows.payable import least_asked, payable
from orderan.flows.settle_payment import settle_payments
from orderan.kit.db import Tx
from orderan.kit.errors import Refusal
from orderan.kit.ids import to_text
from orderan.orders import Commercial, Order, OrderNotFound, lock_orders, orders_by_id
from orderan.payments import (
    VOUCHER_METHOD,
    AttemptInTheAir,
    MoneyEvent,
    MoneyKind,
    NoVoucher,
    Rail,
    Voucher,
    VoucherLeavesTooLittle,
    VoucherMove,
    VoucherNotOff,
    VoucherUnusable,
    lock_those_of,
    orders_in_the_air,
    promised,
    put_back,
    rails,
    refundable,
    spend_vouchers,
    spent_on,
    sums,
    voucher_behind,
    vouchers_of,
)

CLOSED = frozenset({Commercial.CANCELLED, Commercial.EXPIRED})


async def use_voucher(tx: Tx, order_id: UUID, *, code: str | None = None, now: datetime) -> int:
    """Pay what is due with the voucher of a code, or with what the buyer has on theirs; returns how much.

    Of an order that waits for its deposit, the deposit is due.

    Raises:
        OrderNotFound, NothingToPay: Of the order.
        AttemptInTheAir: What became of an earlier try is not known yet.
        VoucherNotFound, VoucherUnusable: Of the code.
        NoVoucher: The buyer has nothing on a voucher.
        VoucherLeavesTooLittle: No way to pay takes what would be left, nor is there less to take.
    """
    order = await payable(tx, order_id)
    if await orders_in_the_air(tx, [order_id]):
        raise AttemptInTheAir(str(order_id))
    vouchers = await _vouchers(tx, order, code, now=now)
    amount = most_to_take(order, sum(one.balance_minor for one in vouchers), await rails(tx))
    moves = await spend_vouchers(tx, vouchers, order_id, amount, currency=order.currency, now=now)
    await _book(tx, order, moves, MoneyKind.CAPTURED, now=now)
    return amount


async def pay_with(
    tx: Tx, order: Order, vouchers: Sequence[Voucher], at_most_minor: int, *, now: datetime
) -> Order:
    """Pay for a locked order with so much of locked vouchers, as far as what is left can be paid.

    Where all that is due is less than any way to pay takes beside them, they keep their money. Returns the order as
    it stands then.

    Args:
        vouchers: Which can pay now.
    """
    if order.due_minor <= 0 or at_most_minor <= 0:
        return order
    try:
        amount = most_to_take(order, at_most_minor, await rails(tx))
    except VoucherLeavesTooLittle:
        return order
    moves = await spend_vouchers(tx, vouchers, order.id, amount, currency=order.currency, now=now)
    await _book(tx, order, moves, MoneyKind.CAPTURED, now=now)
    return (await lock_orders(tx, [order.id]))[order.id]


async def _vouchers(tx: Tx, order: Order, code: str | None, *, now: datetime) -> list[Voucher]:
    if code is not None:
        one = await voucher_behind(tx, code)
        if not one.pays(now) or one.currency != order.currency:
            raise VoucherUnusable(to_text("vch", one.id))
        return [one]
    theirs = [] if order.customer_id is None else await lock_those_of(tx, order.customer_id, now=now)
    found = [one for one in theirs if one.currency == order.currency]
    if not found:
        raise NoVoucher(str(order.number))
    return found


def most_to_take(order: Order, there_minor: int, carried: Sequence[Rail]) -> int:
    """What vouchers with so much on them pay of an order now, so that what is left can be paid another way.

    Of an order that waits for its deposit that is what is left of the deposit: the rest is paid at the door.

    Raises:
        VoucherLeavesTooLittle: See there.
    """
    due = order.deposit_due_minor if order.wants_deposit else order.due_minor
    amount, least = min(there_minor, due), least_asked(carried)
    if amount == due or due - amount >= least:
        return amount
    if due <= least:
        raise VoucherLeavesTooLittle(least, order.currency)
    # Less than the vouchers have: what they leave would be below the least otherwise.
    return due - least


async def voucher_there(tx: Tx, order: Order, *, now: datetime) -> int:
    """What the buyer's own vouchers would pay of an order now; nothing where they could not. Nothing is locked."""
    if order.customer_id is None:
        return 0
    theirs = [one for one in await vouchers_of(tx, order.customer_id) if one.currency == order.currency]
    there = sum(one.balance_minor for one in theirs if one.pays(now))
    if not there:
        return 0
    try:
        return most_to_take(order, there, await rails(tx))
    except VoucherLeavesTooLittle:
        return 0


async def pays_already(tx: Tx, order_id: UUID, *, code: str | None = None) -> bool:
    """Whether the voucher of a code, or one of the buyer's own, paid for an order and did not get it back.

    Raises:
        VoucherNotFound: No voucher has this code.
    """
    spent = {voucher_id for voucher_id, _ in (await spent_on(tx, [order_id])).get(order_id, [])}
    order = (await orders_by_id(tx, [order_id])).get(order_id) if spent else None
    if order is None:
        return False
    if code is not None:
        return (await voucher_behind(tx, code)).id in spent
    theirs = [] if order.customer_id is None else await vouchers_of(tx, order.customer_id)
    return any(one.id in spent for one in theirs)


async def take_voucher_off(tx: Tx, order_id: UUID, *, now: datetime) -> int:
    """Give vouchers back what they paid for an order that waits for the rest, or for its deposit; returns how much.

    Raises:
        OrderNotFound: No such order.
        AttemptInTheAir: What became of an earlier try is not known yet.
        VoucherNotOff: It went ahead, or no voucher pays for it.
    """
    order = (await lock_orders(tx, [order_id])).get(order_id)
    if order is None:
        raise OrderNotFound(str(order_id))
    if await orders_in_the_air(tx, [order_id]):
        raise AttemptInTheAir(str(order_id))
    waits = order.commercial == Commercial.AWAITING_PAYMENT or order.wants_deposit
    if not waits or order.refunded_minor:
        raise VoucherNotOff(str(order.number))
    back = await _let_go(tx, order, now=now)
    if not back:
        raise VoucherNotOff(str(order.number))
    return back


async def let_vouchers_go(tx: Tx, orders: Sequence[Order], *, now: datetime) -> None:
    """Orders came to nothing: vouchers that paid for them have their money back in the same instant.

    Args:
        orders: Locked, as they stand now; those that go on are left alone.
    """
    over = [
        order for order in orders if order.commercial in CLOSED and order.paid_minor > order.refunded_minor
    ]
    spent = await spent_on(tx, [order.id for order in over]) if over else {}
    for order in over:
        if order.id in spent:
            await _let_go(tx, order, now=now)


async def _let_go(tx: Tx, order: Order, *, now: datetime) -> int:
    spent = sum(minor for _, minor in (await spent_on(tx, [order.id])).get(order.id, []))
    said = (await promised(tx, [order.id])).get(order.id, 0)
    back = min(spent, refundable((await sums(tx, [order.id]))[order.id], promised_minor=said))
    if back <= 0:
        return 0
    moves = await put_back(tx, order.id, back, now=now)
    await _book(tx, order, moves, MoneyKind.CAPTURE_REVERSED, now=now)
    return back


async def _book(
    tx: Tx, order: Order, moves: Sequence[VoucherMove], kind: MoneyKind, *, now: datetime
) -> None:
    events = [
        MoneyEvent(
            order.id, kind, VOUCHER_METHOD, abs(move.change_minor), order.currency, to_text("vmv", move.id)
        )
        for move in moves
    ]
    for answer in await settle_payments(tx, events, now=now):
        if isinstance(answer, Refusal):
            raise answer

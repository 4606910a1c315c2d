"""Exchanging: another thing for what comes back, held from the request on and paid with what the goods were worth.

open     the replacement is placed in the transaction of the request: its stock is held, or nothing is opened
settle   the refund of the return pays for it by a voucher that lives for one moment; units that did not come are
         taken off it first. What is left of the refund goes to the buyer as money; what is missing is asked for
drop     nothing came back, or nothing was granted: the replacement is cancelled and its stock is free

The order of the return is locked before its replacement, which is the younger of the two.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from orderan.catalog import siblings_of
from orderan.flows.cancel_order import cancel_order
from orderan.flows.forgo import UNPAID
from orderan.flows.pay_with_voucher import pay_with
from orderan.flows.place_replacement import Swap, place_replacement
from orderan.flows.refund_vouchers import credit_part, return_to_vouchers
from orderan.flows.settle_payment import settle_payment
from orderan.kit.db import Tx
from orderan.kit.ids import to_text
from orderan.orders import Commercial, Line, Order, Units, limit_payment, lock_orders
from orderan.orders import lines_of as order_lines
from orderan.payments import MoneyEvent, MoneyKind, Refund
from orderan.returns import (
    Exchange,
    ExchangeEvent,
    ExchangeState,
    GoodsReturn,
    NotExchangeable,
    Wanted,
    coming_back,
    exchange_of,
    lines_of,
    move_exchange,
    open_exchange,
    received_before,
)
from orderan.shops import list_channels


async def begin_exchange(
    tx: Tx, order: Order, made: GoodsReturn, wanted: Sequence[Wanted], *, same_product: bool, now: datetime
) -> Order:
    """Place what replaces the units of a return that was just opened; returns the replacement.

    Args:
        order: Locked.
        same_product: Whether only what is sold under the same product may replace a thing.

    Raises:
        NotExchangeable: Names every line for which nothing, or nothing that may be, was chosen; or it costs nothing.
        UnknownSkus, NoPrice: Of what was chosen.
        StockShort: Not every unit is there.
    """
    lines = {line.line_no: line for line in await order_lines(tx, order.id)}
    if wrong := await _unfit(tx, lines, wanted, same_product=same_product):
        raise NotExchangeable(wrong)
    before = await received_before(tx, order.id, made.id)
    others = await coming_back(tx, order.id)
    swaps = [
        Swap(
            lines[want.line_no],
            want.quantity,
            want.sku,
            before.get(want.line_no, 0) + others.get(want.line_no, 0) - want.quantity,
        )
        for want in wanted
    ]
    replacement, _ = await place_replacement(tx, order, swaps, note=f"{order.number}-R{made.number}", now=now)
    if not replacement.total_minor:
        # A gift for a gift would be on its way before anybody saw what comes back.
        raise NotExchangeable(tuple((want.line_no, want.sku) for want in wanted))
    tied = {want.line_no: number for number, want in enumerate(wanted, 1)}
    await open_exchange(tx, made.id, replacement.id, tied, now=now)
    return replacement


async def _unfit(
    tx: Tx, lines: Mapping[int, Line], wanted: Sequence[Wanted], *, same_product: bool
) -> tuple[tuple[int, str], ...]:
    siblings = await siblings_of(tx, {lines[want.line_no].sku_id for want in wanted}) if same_product else {}
    twice: Collection[int] = {
        want.line_no for at, want in enumerate(wanted) if want.line_no in {one.line_no for one in wanted[:at]}
    }
    return tuple(
        (want.line_no, want.sku)
        for want in wanted
        if not want.sku
        or want.line_no in twice
        or (same_product and want.sku not in siblings.get(lines[want.line_no].sku_id, ()))
    )


async def settle_exchange(
    tx: Tx, order: Order, found: GoodsReturn, exchange: Exchange, refund: Refund, *, now: datetime
) -> Refund:
    """Pay for the replacement of a resolved return with its refund; returns the refund as it stands then.

    A replacement that came to nothing meanwhile, or that its buyer paid for, leaves the refund to be paid as money.

    Args:
        order, refund: Locked; the refund may be paid.
    """
    replacement = (await lock_orders(tx, [exchange.order_id]))[exchange.order_id]
    if replacement.commercial in {Commercial.CANCELLED, Commercial.EXPIRED}:
        await move_exchange(tx, exchange, ExchangeEvent.DROP, now=now)
        return refund
    await move_exchange(tx, exchange, ExchangeEvent.SETTLE, now=now)
    if replacement.commercial != Commercial.AWAITING_PAYMENT:
        return refund
    replacement = await _without_missing(tx, found, exchange, replacement, now=now)
    replacement = await _round_off(tx, order, exchange, replacement, refund, now=now)
    refund = await return_to_vouchers(tx, order, refund, now=now)
    refund, vouchers, there = await credit_part(tx, order, refund, replacement.due_minor, now=now)
    replacement = await pay_with(tx, replacement, vouchers, there, now=now)
    if replacement.commercial == Commercial.AWAITING_PAYMENT:
        channel = next(one for one in await list_channels(tx) if one.id == replacement.channel_id)
        await limit_payment(tx, replacement, now + channel.payment_hold, now=now)
    return refund


async def _without_missing(
    tx: Tx, found: GoodsReturn, exchange: Exchange, replacement: Order, *, now: datetime
) -> Order:
    """The replacement less what nothing came back for; a trusted buyer's is whole."""
    if found.trusted_at is not None:
        return replacement
    missing = [
        Units(exchange.lines[line.line_no], line.quantity - line.received)
        for line in await lines_of(tx, found.id)
        if line.line_no in exchange.lines and line.received < line.quantity
    ]
    if not missing:
        return replacement
    return await cancel_order(
        tx, replacement.id, units=missing, reason=to_text("ret", exchange.return_id), now=now
    )


async def _round_off(
    tx: Tx, order: Order, exchange: Exchange, replacement: Order, refund: Refund, *, now: datetime
) -> Order:
    """Ask nothing for a rupiah a line that only rounding makes, where each thing costs what the one it replaces did."""
    old = {line.line_no: line.unit_price_minor for line in await order_lines(tx, order.id)}
    new = {line.line_no: line.unit_price_minor for line in await order_lines(tx, replacement.id)}
    even = all(old[line_no] == new[number] for line_no, number in exchange.lines.items())
    gap = replacement.due_minor - refund.left_minor
    if not even or not 0 < gap <= len(exchange.lines):
        return replacement
    unasked = MoneyEvent(
        replacement.id,
        MoneyKind.FORGONE,
        UNPAID,
        gap,
        replacement.currency,
        to_text("ret", exchange.return_id),
    )
    await settle_payment(tx, unasked, now=now)
    return (await lock_orders(tx, [replacement.id]))[replacement.id]


async def drop_exchange(tx: Tx, return_id: UUID, *, reason: str, now: datetime) -> None:
    """Nothing comes of the exchange of a return whose order is locked, if it has one that still waits.

    A replacement its buyer began to pay for stands by itself.
    """
    exchange = await exchange_of(tx, return_id)
    if exchange is None or exchange.state != ExchangeState.HELD:
        return
    replacement = (await lock_orders(tx, [exchange.order_id]))[exchange.order_id]
    await move_exchange(tx, exchange, ExchangeEvent.DROP, now=now)
    if replacement.commercial == Commercial.AWAITING_PAYMENT and not replacement.paid_minor:
        await cancel_order(tx, replacement.id, reason=reason, now=now)

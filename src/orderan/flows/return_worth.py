"""What a return is worth to its buyer, at what they paid for it: of the goods that were inspected, or of all it names."""

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from orderan.flows.forgo import UNPAID
from orderan.flows.refund_parts import given, is_rest
from orderan.kit.db import Tx
from orderan.kit.ids import to_text
from orderan.kit.money import split_minor
from orderan.orders import Order
from orderan.orders import lines_of as order_lines
from orderan.payments import MoneyKind, RefundLine, booked, cash_of, promised, refunds_of, sums
from orderan.returns import GoodsReturn, lines_of, received_before, returns_of, without, worth


async def worth_inspected(tx: Tx, order: Order, found: GoodsReturn) -> list[RefundLine]:
    """What its inspected goods are worth."""
    lines = await lines_of(tx, found.id)
    return await _worth(
        tx, order, found, [(line.line_no, line.to_stock + line.to_quarantine) for line in lines]
    )


async def worth_named(tx: Tx, order: Order, found: GoodsReturn) -> list[RefundLine]:
    """What everything it is to bring back is worth."""
    return await _worth(
        tx, order, found, [(line.line_no, line.quantity) for line in await lines_of(tx, found.id)]
    )


async def _worth(
    tx: Tx, order: Order, found: GoodsReturn, units: Collection[tuple[int, int]]
) -> list[RefundLine]:
    before = await received_before(tx, order.id, found.id)
    lines, refunds = await order_lines(tx, order.id), await refunds_of(tx, order.id)
    gave = given(
        lines,
        refunds,
        of_returns={one.goods_return.refund_id for one in await returns_of(tx, order.id)},
        before=_turn_of(found),
        but=found.refund_id,
    )
    proposed = worth(
        lines,
        units,
        refunded_before=Counter(before) + Counter(gave.by_hand),
        given_minor=gave.minor,
        tax_included=order.tax_included,
    )
    name = to_text("ret", found.id)
    forgone = (await booked(tx, MoneyKind.FORGONE, method=UNPAID, references=[name])).get(name, 0)
    others = [refund for refund in refunds if refund.id != found.refund_id]
    last = is_rest(order, lines, others, dict(units))
    return await _in_money(tx, order, without(proposed, forgone), last=last)


def _turn_of(found: GoodsReturn) -> datetime | None:
    """Since when its units are a return's; what was refunded by hand later comes behind them. See `received_before`."""
    return found.requested_at if found.parcel_id else found.trusted_at or found.received_at


async def _in_money(tx: Tx, order: Order, proposed: list[RefundLine], *, last: bool) -> list[RefundLine]:
    """The lines at what the buyer paid for them in money, when a promotion covered a part of the order."""
    of_order = (await sums(tx, [order.id]))[order.id]
    promised_minor = (await promised(tx, [order.id])).get(order.id, 0)
    amounts = [line.amount_minor for line in proposed]
    money = cash_of(sum(amounts), of_order, promised_minor=promised_minor, last=last)
    if not proposed or money == sum(amounts):
        return proposed
    parts = split_minor(money, amounts)
    return [replace(line, amount_minor=part) for line, part in zip(proposed, parts, strict=True)]

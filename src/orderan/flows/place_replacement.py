"""Placing the order a return is exchanged for: its stock is held at once, its money comes with what is sent back.

price    at today's prices; what a discount took off a unit that comes back it takes off what replaces it, and
         bringing it costs nothing
stock    every unit is there, or nothing is placed
wait     its stock is held for as long as goods may take to come back; the time to pay begins afterwards
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from orderan.catalog import Offer
from orderan.flows.quote_order import Inquiry, InquiryLine, Market, Priced, look_up, price
from orderan.inventory import ClaimState, Demand, StockShort, Want, sourced, take_stock
from orderan.kit import decisions
from orderan.kit.db import Tx
from orderan.kit.ids import new_id
from orderan.orders import (
    Commercial,
    Headline,
    Line,
    NewOrder,
    Order,
    Terms,
    Verification,
    destinations,
    group_of,
    open_orders,
    take_numbers,
)
from orderan.payments import share_of_line, standing
from orderan.pricing import Discount
from orderan.shops import list_channels, shop_by_id

HELD_FOR: Final = timedelta(days=30)
"""How long the stock of a replacement waits for what it replaces."""
CARRIED: Final = "exchange"
"""How a discount is called that follows a unit to what replaces it."""


@dataclass(frozen=True, slots=True)
class Swap:
    """Units of a line that come back, and the sku that replaces them.

    Attributes:
        before: Units of the line that came back earlier.
    """

    line: Line
    units: int
    sku: str
    before: int = 0


async def place_replacement(
    tx: Tx, order: Order, swaps: Sequence[Swap], *, note: str, now: datetime
) -> tuple[Order, list[Line]]:
    """Place what replaces units of a locked order; line n of it is for swap n.

    Raises:
        UnknownSkus, NoPrice: Of what was chosen.
        StockShort: Not every unit is there; nothing was placed.
    """
    shop = await shop_by_id(tx, tx.shop_id)
    channel = next(one for one in await list_channels(tx) if one.id == order.channel_id)
    village = None
    if order.address_id is not None:
        village = (await destinations(tx, [order.address_id], order.customer_id)).get(order.address_id)
    basket = Inquiry(channel.code, [InquiryLine(swap.sku, swap.units) for swap in swaps])
    market = await look_up(tx, shop, [basket], now=now)
    priced = _price(basket, swaps, market, await group_of(tx, order.customer_id), village, now)
    made = _order(order, swaps, priced, (await take_numbers(tx, 1))[0], note=note, actor=tx.actor, now=now)
    demand = Demand(
        made.id,
        [want for number, swap in enumerate(swaps, 1) for want in _wants(number, swap, priced)],
        village_code=village,
        beyond_stock=False,
        value_minor=made.total_minor,
        channel_id=made.channel_id,
    )
    [taken] = await take_stock(tx, [(demand, ClaimState.RESERVED)], now=now)
    if isinstance(taken, StockShort):
        raise taken
    lines = _lines(made, swaps, priced)
    await open_orders(tx, [NewOrder(made, lines)], now=now)
    if taken.claims:
        await decisions.keep(tx, [sourced(demand, taken)], now=now)
    return made, lines


def _price(
    basket: Inquiry,
    swaps: Sequence[Swap],
    market: Market,
    group: str | None,
    village: str | None,
    now: datetime,
) -> Priced:
    plain = price(basket, market, group=group, village_code=village, now=now)
    carried = [
        Discount(CARRIED, "merchant", off, number)
        for number, (swap, unit) in enumerate(zip(swaps, plain.prices, strict=True), 1)
        if (off := min(discount_carried(swap), unit * swap.units))
    ]
    with_them = Inquiry(basket.channel, basket.lines, carried)
    return price(with_them, market, group=group, village_code=village, now=now)


def discount_carried(swap: Swap) -> int:
    """What discounts took off the units of a swap."""
    line = swap.line
    paid = share_of_line(
        line.goods_minor - line.discount_minor,
        line.quantity - line.cancelled,
        units=swap.units,
        before=swap.before,
    )
    return max(line.unit_price_minor * swap.units - paid, 0)


def _wants(number: int, swap: Swap, priced: Priced) -> list[Want]:
    offer: Offer = priced.offers[number - 1]
    if offer.parts:
        return [Want(number, part.sku_id, part.quantity * swap.units) for part in offer.parts]
    return [Want(number, offer.sku_id, swap.units)] if offer.is_stocked else []


def _order(
    order: Order, swaps: Sequence[Swap], priced: Priced, number: int, *, note: str, actor: str, now: datetime
) -> Order:
    sums = priced.quote
    return Order(
        shop_id=order.shop_id,
        id=new_id(),
        number=number,
        channel_id=order.channel_id,
        external_id=None,
        cart_id=None,
        kind=order.kind,
        terms=Terms.PREPAID,
        customer_id=order.customer_id,
        address_id=order.address_id,
        currency=order.currency,
        commercial=Commercial.AWAITING_PAYMENT,
        money=standing({}, total_minor=sums.total_minor, terms=Terms.PREPAID).state,
        verification=Verification.NOT_NEEDED,
        headline=Headline.AWAITING_PAYMENT,
        open_holds=0,
        goods_minor=sums.goods_minor,
        discount_minor=sums.discount_minor,
        shipping_minor=sums.shipping_minor,
        tax_minor=sums.tax_minor,
        rounding_minor=sums.rounding_minor,
        total_minor=sums.total_minor,
        paid_minor=0,
        refunded_minor=0,
        tax_included=sums.tax_included,
        shipping_service=None,
        units=sum(swap.units for swap in swaps),
        version=1,
        note=note,
        placed_by=actor,
        placed_at=now,
        hold_until=now + HELD_FOR,
        accepted_at=None,
        delivered_at=None,
        closed_at=None,
    )


def _lines(order: Order, swaps: Sequence[Swap], priced: Priced) -> list[Line]:
    return [
        Line(
            order_id=order.id,
            line_no=sums.line_no,
            sku_id=offer.sku_id,
            sku_code=offer.code,
            title=offer.title,
            unit_price_minor=unit,
            quantity=swap.units,
            goods_minor=sums.goods_minor,
            discount_minor=sums.discount_minor,
            tax_minor=sums.tax_minor,
            tax_class=offer.tax_class,
            tax_rate_bp=rate.rate_bp,
            tax_base_numerator=rate.base_numerator,
            tax_base_denominator=rate.base_denominator,
            discounts=[list(part) for part in sums.discounts] or None,
        )
        for swap, offer, unit, rate, sums in zip(
            swaps, priced.offers, priced.prices, priced.rates, priced.quote.lines, strict=True
        )
    ]

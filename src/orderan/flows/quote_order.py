"""Quoting an order: what it costs, by the same sums whether somebody asks or places it.

once a batch   channels, offers, today's tax rates and the shipping table are looked up
per order      every line gets its best price, discounts their shares, tax and shipping are added

Placement quotes by the same two functions, so a quote is what placement charges as long as
nothing it rests on has changed; `expected_total_minor` tells when something has.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from orderan.catalog import Offer, TaxRate, UnknownSkus, offers, rates_on, tax_rates
from orderan.customers import customer_groups
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.i18n import local_date
from orderan.pricing import (
    Discount,
    NoPrice,
    Quote,
    ShippingTable,
    ToQuote,
    TotalChanged,
    best_price,
    quote,
    shipping_fee,
    shipping_table,
)
from orderan.shops import Channel, Shop, UnknownChannel, channels_by_code

NO_TAX = TaxRate("none", date.min, 0, 1, 1)


class BasketLine(Protocol):
    """So many of a sku."""

    @property
    def sku(self) -> str: ...
    @property
    def quantity(self) -> int: ...


class Basket(Protocol):
    """What can be quoted; a placement is one."""

    @property
    def channel(self) -> str: ...
    @property
    def lines(self) -> Sequence[BasketLine]: ...
    @property
    def discounts(self) -> Sequence[Discount]: ...
    @property
    def shipping_service(self) -> str | None: ...
    @property
    def expected_total_minor(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class InquiryLine:
    """A line somebody asks the price of."""

    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A basket somebody asks the price of.

    Attributes:
        phone: E.164, of a buyer who may be known and have a price group; nobody is made.
        village_code: Where it would go.
    """

    channel: str
    lines: Sequence[InquiryLine]
    discounts: Sequence[Discount] = field(default=())
    shipping_service: str | None = None
    phone: str | None = None
    village_code: str | None = None
    expected_total_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Market:
    """What a batch of baskets is priced by, looked up once; rates are those of the shop's day."""

    shop: Shop
    channels: Mapping[str, Channel]
    offers: Mapping[str, Offer]
    rates: Mapping[str, TaxRate]
    shipping: ShippingTable | None


@dataclass(frozen=True, slots=True)
class Priced:
    """A basket with its prices; offers, prices and rates stand in the order of its lines."""

    channel: Channel
    offers: Sequence[Offer]
    prices: Sequence[int]
    rates: Sequence[TaxRate]
    quote: Quote


async def quote_order(
    tx: Tx, shop: Shop, inquiry: Inquiry, *, keyring: Keyring, now: datetime
) -> tuple[Priced, str]:
    """What a basket would cost if it were placed now, and the currency; nothing is written.

    Refusals: UnknownChannel, UnknownSkus, NoPrice, NoShippingFee, DiscountTooLarge, TotalChanged.
    """
    market = await look_up(tx, shop, [inquiry], now=now)
    if inquiry.channel not in market.channels:
        raise UnknownChannel(inquiry.channel)
    group = None
    if inquiry.phone:
        group = (await customer_groups(tx, keyring, [inquiry.phone]))[0]
    return price(inquiry, market, group=group, village_code=inquiry.village_code, now=now), shop.currency


async def look_up(tx: Tx, shop: Shop, baskets: Collection[Basket], *, now: datetime) -> Market:
    """What pricing these baskets needs, in a fixed number of statements however many there are."""
    codes = {line.sku for basket in baskets for line in basket.lines}
    ships = any(basket.shipping_service for basket in baskets)
    return Market(
        shop=shop,
        channels=await channels_by_code(tx, {basket.channel for basket in baskets}),
        offers=await offers(tx, codes, now=now),
        rates=rates_on(await tax_rates(tx), local_date(now, shop.time_zone)),
        shipping=await shipping_table(tx) if ships else None,
    )


def price(
    basket: Basket, market: Market, *, group: str | None, village_code: str | None, now: datetime
) -> Priced:
    """Price one basket whose channel is known.

    Args:
        group: The buyer's customer group, which some price lists are for.
        village_code: Where it goes, for shipping.

    Raises:
        UnknownSkus, NoPrice: Name every sku concerned.
        NoShippingFee: The zone table has no fee for the service there.
        DiscountTooLarge: A discount exceeds the goods it is for.
        TotalChanged: The basket says what total is expected, and it is another; carries the quote.
    """
    if missing := tuple(line.sku for line in basket.lines if line.sku not in market.offers):
        raise UnknownSkus(missing)
    channel = market.channels[basket.channel]
    chosen = [market.offers[line.sku] for line in basket.lines]
    prices = _prices(basket, chosen, channel, market.shop, group)
    rates = [market.rates.get(offer.tax_class, NO_TAX) for offer in chosen]
    shipping = 0
    if basket.shipping_service and market.shipping is not None:
        weight = sum(offer.weight_g * line.quantity for offer, line in zip(chosen, basket.lines, strict=True))
        shipping = shipping_fee(
            market.shipping, basket.shipping_service, village_code=village_code, weight_g=weight, now=now
        )
    lines = [
        ToQuote(
            line_no=number,
            quantity=line.quantity,
            unit_price_minor=unit,
            weight_g=offer.weight_g,
            tax_class=offer.tax_class,
            tax_rate_bp=rate.rate_bp,
            base_numerator=rate.base_numerator,
            base_denominator=rate.base_denominator,
        )
        for number, (line, offer, unit, rate) in enumerate(
            zip(basket.lines, chosen, prices, rates, strict=True), 1
        )
    ]
    total = quote(
        lines, basket.discounts, shipping_minor=shipping, tax_included=market.shop.prices_include_tax
    )
    if basket.expected_total_minor not in (None, total.total_minor):
        raise TotalChanged.to(total, expected_minor=basket.expected_total_minor or 0)
    return Priced(channel, chosen, prices, rates, total)


def _prices(
    basket: Basket, chosen: Sequence[Offer], channel: Channel, shop: Shop, group: str | None
) -> list[int]:
    prices = [
        best_price(
            offer.prices, currency=shop.currency, channel_id=channel.id, group=group, quantity=line.quantity
        )
        for offer, line in zip(chosen, basket.lines, strict=True)
    ]
    if missing := tuple(offer.code for offer, unit in zip(chosen, prices, strict=True) if unit is None):
        raise NoPrice(missing)
    return [unit for unit in prices if unit is not None]

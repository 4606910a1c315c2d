"""What an order gets more of: today's price for its buyer, and the tax of the day it was placed."""

from collections.abc import Callable, Mapping

from orderan.catalog import Offer, UnknownSkus, rates_on, tax_rates
from orderan.kit.db import Tx
from orderan.kit.i18n import local_date
from orderan.orders import Article, Order, Tax, group_of
from orderan.pricing import NoPrice, best_price
from orderan.shops import shop_by_id

Articles = Callable[[str, int], Article]
"""A sku code and a quantity to what is sold; raises UnknownSkus, NoPrice."""


async def articles_for(tx: Tx, order: Order, known: Mapping[str, Offer]) -> Articles:
    """What an order would get of each of these offers."""
    shop = await shop_by_id(tx, tx.shop_id)
    rates = rates_on(await tax_rates(tx), local_date(order.placed_at, shop.time_zone))
    group = await group_of(tx, order.customer_id)

    def article(code: str, quantity: int) -> Article:
        offer = known.get(code)
        if offer is None:
            raise UnknownSkus((code,))
        price = best_price(
            offer.prices, currency=order.currency, channel_id=order.channel_id, group=group, quantity=quantity
        )
        if price is None:
            raise NoPrice((code,))
        rate = rates.get(offer.tax_class)
        tax = Tax(rate.rate_bp, rate.base_numerator, rate.base_denominator) if rate else Tax(0, 1, 1)
        return Article(offer.sku_id, offer.code, offer.title, price, offer.tax_class, tax)

    return article

"""Pricing: a quote for lines, with discounts and who pays them, tax, shipping; it adds up.

Owns     shipping_zone, shipping_zone_area, shipping_fee
Promises total = goods - discounts + shipping + tax (unless included) + rounding, to the minor unit
Ignores  stock, orders; an offer comes in as plain prices
"""

from orderan.pricing.commands.set_shipping import put_zone, set_fee
from orderan.pricing.errors import (
    AreaTaken,
    DiscountTooLarge,
    NoPrice,
    NoShippingFee,
    NoSuchZone,
    TotalChanged,
    ZoneCodeTaken,
)
from orderan.pricing.models import Discount, Fee, Quote, QuotedLine, ShippingTable, ToQuote, ZoneWithFees
from orderan.pricing.rules import best_price, quote, shipping_fee
from orderan.pricing.views import shipping_table, shipping_zones

__all__ = [
    "AreaTaken",
    "Discount",
    "DiscountTooLarge",
    "Fee",
    "NoPrice",
    "NoShippingFee",
    "NoSuchZone",
    "Quote",
    "QuotedLine",
    "ShippingTable",
    "ToQuote",
    "TotalChanged",
    "ZoneCodeTaken",
    "ZoneWithFees",
    "best_price",
    "put_zone",
    "quote",
    "set_fee",
    "shipping_fee",
    "shipping_table",
    "shipping_zones",
]

"""Pricing: a quote for lines, with discounts and who pays them, tax, shipping; it adds up.

Owns     shipping_zone, shipping_zone_area, shipping_fee
Promises total = goods - discounts + shipping + tax (unless included) + rounding, to the minor unit
Ignores  stock, orders; an offer comes in as plain prices
"""

from orderan.pricing.errors import DiscountTooLarge, NoPrice, NoShippingFee, TotalChanged
from orderan.pricing.models import Discount, Quote, QuotedLine, ShippingTable, ToQuote
from orderan.pricing.rules import best_price, quote, shipping_fee
from orderan.pricing.views import shipping_table

__all__ = [
    "Discount",
    "DiscountTooLarge",
    "NoPrice",
    "NoShippingFee",
    "Quote",
    "QuotedLine",
    "ShippingTable",
    "ToQuote",
    "TotalChanged",
    "best_price",
    "quote",
    "shipping_fee",
    "shipping_table",
]

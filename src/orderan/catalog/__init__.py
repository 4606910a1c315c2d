"""Catalog: products, the skus sold, bundles, prices by list, tax by class.

Owns     product, sku, bundle_part, price_list, price, tax_rate
Promises a sku code and a GTIN belong to one sku of the shop; prices and taxes are valid over intervals
Ignores  stock, orders, customers
"""

from orderan.catalog.commands.set_tax_rate import set_tax_rate
from orderan.catalog.errors import UnknownSkus
from orderan.catalog.models import BundlePart, Offer, Price, Product, Sku, TaxRate
from orderan.catalog.store import (
    insert_price_list,
    insert_prices,
    insert_products,
    insert_skus,
    insert_tax_rate,
    set_parts,
)
from orderan.catalog.views import offers, tax_rates

__all__ = [
    "BundlePart",
    "Offer",
    "Price",
    "Product",
    "Sku",
    "TaxRate",
    "UnknownSkus",
    "insert_price_list",
    "insert_prices",
    "insert_products",
    "insert_skus",
    "insert_tax_rate",
    "offers",
    "set_parts",
    "set_tax_rate",
    "tax_rates",
]

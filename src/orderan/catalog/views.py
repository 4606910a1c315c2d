"""Reading the catalogue."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from orderan.catalog.models import BundlePart, Offer, Price, PriceList, PriceRow, TaxRate
from orderan.kit.db import Tx

UNTAXED = "none"
"""The class of what carries no tax."""


async def offers(tx: Tx, codes: Collection[str], *, now: datetime) -> dict[str, Offer]:
    """Active skus among these codes, each with its bundle parts and the prices valid now.

    Two statements however many codes there are.
    """
    rows = await tx.all(
        """
        SELECT sku.id, sku.code, sku.weight_g, sku.is_stocked, sku.is_bundle, product.tax_class,
               CASE WHEN sku.name = '' THEN product.name ELSE product.name || ' – ' || sku.name END AS title,
               price.min_quantity, price.valid_from, price.valid_until, price.amount_minor,
               price_list.rank, price_list.currency, price_list.channel_id, price_list.customer_group
        FROM sku
        JOIN product ON product.shop_id = sku.shop_id AND product.id = sku.product_id
        LEFT JOIN price ON price.shop_id = sku.shop_id AND price.sku_id = sku.id
             AND price.valid_from <= %(now)s AND (price.valid_until IS NULL OR price.valid_until > %(now)s)
        LEFT JOIN price_list ON price_list.shop_id = price.shop_id AND price_list.id = price.price_list_id
        WHERE sku.shop_id = %(shop)s AND sku.code = ANY(%(codes)s)
          AND sku.state = 'active' AND product.state = 'active'
        """,
        {"shop": tx.shop_id, "codes": list(codes), "now": now},
    )
    prices: dict[Any, list[Price]] = defaultdict(list)
    for row in rows:
        if row.amount_minor is not None:
            prices[row.id].append(_price(row))
    parts = await _parts(tx, {row.id for row in rows if row.is_bundle})
    return {
        row.code: Offer(
            sku_id=row.id,
            code=row.code,
            title=row.title,
            tax_class=row.tax_class,
            weight_g=row.weight_g,
            is_stocked=row.is_stocked,
            parts=tuple(parts.get(row.id, ())),
            prices=tuple(prices[row.id]),
        )
        for row in rows
    }


def _price(row: Any) -> Price:
    return Price(
        rank=row.rank,
        currency=row.currency,
        channel_id=row.channel_id,
        customer_group=row.customer_group,
        min_quantity=row.min_quantity,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        amount_minor=row.amount_minor,
    )


async def _parts(tx: Tx, bundles: Collection[Any]) -> dict[Any, list[BundlePart]]:
    if not bundles:
        return {}
    rows = await tx.all(
        """
        SELECT bundle_id, part_id, quantity
        FROM bundle_part
        WHERE shop_id = %(shop)s AND bundle_id = ANY(%(bundles)s)
        ORDER BY bundle_id, part_id
        """,
        {"shop": tx.shop_id, "bundles": list(bundles)},
    )
    parts: dict[Any, list[BundlePart]] = defaultdict(list)
    for row in rows:
        parts[row.bundle_id].append(BundlePart(row.part_id, row.quantity))
    return parts


async def tax_rates(tx: Tx) -> list[TaxRate]:
    """Every tax rate of the shop, oldest first."""
    rows = await tx.all(
        """
        SELECT tax_class, valid_from, rate_bp, base_numerator, base_denominator
        FROM tax_rate
        WHERE shop_id = %(shop)s
        ORDER BY tax_class, valid_from
        """,
        {"shop": tx.shop_id},
    )
    return [TaxRate(**row._asdict()) for row in rows]


async def price_lists(tx: Tx) -> list[PriceList]:
    """Every price list, the general ones first, then by rank."""
    rows = await tx.all(
        """
        SELECT id, code, name, currency, channel_id, customer_group, rank
        FROM price_list
        WHERE shop_id = %(shop)s
        ORDER BY (channel_id IS NULL AND customer_group IS NULL) DESC, rank, code
        """,
        {"shop": tx.shop_id},
    )
    return [PriceList(**row._asdict()) for row in rows]


async def prices_of(tx: Tx, sku_ids: Collection[UUID]) -> list[PriceRow]:
    """Every price these skus ever had and will have, by list and step, oldest first."""
    rows = await tx.all(
        """
        SELECT price_list_id, sku_id, min_quantity, valid_from, valid_until, amount_minor
        FROM price
        WHERE shop_id = %(shop)s AND sku_id = ANY(%(skus)s)
        ORDER BY price_list_id, sku_id, min_quantity, valid_from
        """,
        {"shop": tx.shop_id, "skus": list(sku_ids)},
    )
    return [PriceRow(**row._asdict()) for row in rows]


async def tax_classes(tx: Tx) -> list[str]:
    """Tax classes that may stand on a product: those with a rate, and the untaxed one."""
    rows = await tx.all(
        "SELECT DISTINCT tax_class FROM tax_rate WHERE shop_id = %(shop)s", {"shop": tx.shop_id}
    )
    return sorted({row.tax_class for row in rows} | {UNTAXED})


async def siblings_of(tx: Tx, skus: Collection[UUID]) -> dict[UUID, list[str]]:
    """Codes of what is sold under the same product as each of these skus, itself included."""
    rows = await tx.all(
        """
        SELECT sku.id, other.code
        FROM sku
        JOIN sku AS other ON other.shop_id = sku.shop_id AND other.product_id = sku.product_id
             AND other.state = 'active'
        JOIN product ON product.shop_id = sku.shop_id AND product.id = sku.product_id AND product.state = 'active'
        WHERE sku.shop_id = %(shop)s AND sku.id = ANY(%(skus)s)
        ORDER BY other.code
        """,
        {"shop": tx.shop_id, "skus": list(skus)},
    )
    found: dict[UUID, list[str]] = defaultdict(list)
    for row in rows:
        found[row.id].append(row.code)
    return dict(found)


async def weight_of(tx: Tx, units: Mapping[UUID, int]) -> int:
    """Grams of so many of each of these skus, as their pages say; 0 where one of them says nothing."""
    rows = await tx.all(
        "SELECT id, weight_g FROM sku WHERE shop_id = %(shop)s AND id = ANY(%(skus)s)",
        {"shop": tx.shop_id, "skus": list(units)},
    )
    if any(not row.weight_g for row in rows):
        return 0
    return sum(row.weight_g * units[row.id] for row in rows)

"""Writing the catalogue: a statement per table, however many rows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from orderan.catalog.models import BundlePart, PriceList, PriceRow, Product, Sku
from orderan.kit.db import Tx
from orderan.kit.ids import new_id

_PRODUCT = ("id", "name", "description", "brand", "category", "tax_class", "state", "images", "created_at")
_SKU = (
    "id",
    "product_id",
    "code",
    "name",
    "options",
    "gtin",
    "unit",
    "weight_g",
    "length_mm",
    "width_mm",
    "height_mm",
    "is_bundle",
    "is_stocked",
    "lot_tracked",
    "state",
    "created_at",
)


def _columns(tx: Tx, rows: Sequence[Any], names: Sequence[str], json: str) -> dict[str, Any]:
    """Arrays by column name, for unnest."""
    arrays: dict[str, Any] = {name: [getattr(row, name) for row in rows] for name in names}
    arrays[json] = [Jsonb(value) for value in arrays[json]]
    return arrays | {"shop": tx.shop_id}


async def insert_products(tx: Tx, products: Sequence[Product]) -> None:
    """Insert products; those of a sheet come by the thousand."""
    if not products:
        return
    await tx.run(
        """
        INSERT INTO product (shop_id, id, name, description, brand, category, tax_class, state, images, created_at)
        SELECT %(shop)s, made.* FROM unnest(
            %(id)s::uuid[], %(name)s::text[], %(description)s::text[], %(brand)s::text[], %(category)s::text[],
            %(tax_class)s::text[], %(state)s::text[], %(images)s::jsonb[], %(created_at)s::timestamptz[]) AS made
        """,
        _columns(tx, products, _PRODUCT, "images"),
    )


async def update_products(tx: Tx, products: Sequence[Product]) -> None:
    """Write every field of products that exist."""
    if not products:
        return
    await tx.run(
        """
        UPDATE product
        SET name = new.name, description = new.description, brand = new.brand, category = new.category,
            tax_class = new.tax_class, state = new.state, images = new.images
        FROM unnest(
            %(id)s::uuid[], %(name)s::text[], %(description)s::text[], %(brand)s::text[], %(category)s::text[],
            %(tax_class)s::text[], %(state)s::text[], %(images)s::jsonb[])
            AS new (id, name, description, brand, category, tax_class, state, images)
        WHERE product.shop_id = %(shop)s AND product.id = new.id
        """,
        _columns(tx, products, _PRODUCT, "images"),
    )


async def insert_skus(tx: Tx, skus: Sequence[Sku]) -> None:
    """Insert skus.

    Raises:
        psycopg.errors.UniqueViolation: sku_code_once or sku_gtin_once.
    """
    if not skus:
        return
    await tx.run(
        """
        INSERT INTO sku (shop_id, id, product_id, code, name, options, gtin, unit, weight_g, length_mm, width_mm,
                         height_mm, is_bundle, is_stocked, lot_tracked, state, created_at)
        SELECT %(shop)s, made.* FROM unnest(
            %(id)s::uuid[], %(product_id)s::uuid[], %(code)s::text[], %(name)s::text[], %(options)s::jsonb[],
            %(gtin)s::text[], %(unit)s::text[], %(weight_g)s::int[], %(length_mm)s::int[], %(width_mm)s::int[],
            %(height_mm)s::int[], %(is_bundle)s::bool[], %(is_stocked)s::bool[], %(lot_tracked)s::bool[],
            %(state)s::text[], %(created_at)s::timestamptz[]) AS made
        """,
        _columns(tx, skus, _SKU, "options"),
    )


async def update_skus(tx: Tx, skus: Sequence[Sku]) -> None:
    """Write every field of skus that exist, but for the product and whether it is a bundle.

    Raises:
        psycopg.errors.UniqueViolation: sku_code_once or sku_gtin_once.
    """
    if not skus:
        return
    await tx.run(
        """
        UPDATE sku
        SET code = new.code, name = new.name, options = new.options, gtin = new.gtin, unit = new.unit,
            weight_g = new.weight_g, length_mm = new.length_mm, width_mm = new.width_mm,
            height_mm = new.height_mm, is_stocked = new.is_stocked, lot_tracked = new.lot_tracked,
            state = new.state
        FROM unnest(
            %(id)s::uuid[], %(code)s::text[], %(name)s::text[], %(options)s::jsonb[], %(gtin)s::text[],
            %(unit)s::text[], %(weight_g)s::int[], %(length_mm)s::int[], %(width_mm)s::int[],
            %(height_mm)s::int[], %(is_stocked)s::bool[], %(lot_tracked)s::bool[], %(state)s::text[])
            AS new (id, code, name, options, gtin, unit, weight_g, length_mm, width_mm, height_mm, is_stocked,
                    lot_tracked, state)
        WHERE sku.shop_id = %(shop)s AND sku.id = new.id
        """,
        _columns(tx, skus, _SKU, "options"),
    )


async def lock_product(tx: Tx, product_id: UUID) -> Product | None:
    """Lock a product's row against other changes; orders that name its skus go on."""
    row = await tx.maybe(
        """
        SELECT shop_id, id, name, description, brand, category, tax_class, state, images, created_at
        FROM product
        WHERE shop_id = %(shop)s AND id = %(id)s
        FOR NO KEY UPDATE
        """,
        {"shop": tx.shop_id, "id": product_id},
    )
    return Product(**row._asdict()) if row else None


async def lock_skus(tx: Tx, sku_ids: Collection[UUID]) -> dict[UUID, Sku]:
    """Lock the rows of these skus in key order: whoever changes a sku, its parts or prices waits."""
    rows = await tx.all(
        """
        SELECT shop_id, id, product_id, code, name, options, gtin, unit, weight_g, length_mm, width_mm, height_mm,
               is_bundle, is_stocked, lot_tracked, state, created_at
        FROM sku
        WHERE shop_id = %(shop)s AND id = ANY(%(ids)s)
        ORDER BY id
        FOR NO KEY UPDATE
        """,
        {"shop": tx.shop_id, "ids": list(sku_ids)},
    )
    return {row.id: Sku(**row._asdict()) for row in rows}


async def set_parts(tx: Tx, bundle_id: UUID, parts: Sequence[BundlePart]) -> None:
    """Replace what a bundle is made of."""
    await set_all_parts(tx, {bundle_id: parts})


async def set_all_parts(tx: Tx, bundles: Mapping[UUID, Sequence[BundlePart]]) -> None:
    """Replace what many bundles are made of."""
    if not bundles:
        return
    await tx.run(
        "DELETE FROM bundle_part WHERE shop_id = %(shop)s AND bundle_id = ANY(%(bundles)s)",
        {"shop": tx.shop_id, "bundles": list(bundles)},
    )
    rows = [(bundle, part.sku_id, part.quantity) for bundle, parts in bundles.items() for part in parts]
    await tx.run(
        """
        INSERT INTO bundle_part (shop_id, bundle_id, part_id, quantity)
        SELECT %(shop)s, made.* FROM unnest(%(bundles)s::uuid[], %(parts)s::uuid[], %(quantities)s::int[]) AS made
        """,
        {
            "shop": tx.shop_id,
            "bundles": [row[0] for row in rows],
            "parts": [row[1] for row in rows],
            "quantities": [row[2] for row in rows],
        },
    )


async def set_substitutes(tx: Tx, sku_id: UUID, substitutes: Sequence[UUID]) -> None:
    """Replace what may stand in for a sku, the best first."""
    await tx.run(
        "DELETE FROM sku_substitute WHERE shop_id = %(shop)s AND sku_id = %(sku)s",
        {"shop": tx.shop_id, "sku": sku_id},
    )
    await tx.run(
        """
        INSERT INTO sku_substitute (shop_id, sku_id, substitute_id, rank)
        SELECT %(shop)s, %(sku)s, made.* FROM unnest(%(substitutes)s::uuid[], %(ranks)s::int[]) AS made
        """,
        {
            "shop": tx.shop_id,
            "sku": sku_id,
            "substitutes": list(substitutes),
            "ranks": list(range(1, len(substitutes) + 1)),
        },
    )


async def insert_price_list(
    tx: Tx,
    *,
    code: str,
    name: str,
    currency: str,
    channel_id: UUID | None = None,
    customer_group: str | None = None,
    rank: int = 0,
    now: datetime,
    list_id: UUID | None = None,
) -> UUID:
    """Insert a price list.

    Raises:
        psycopg.errors.UniqueViolation: price_list_code_once.
    """
    list_id = list_id or new_id()
    await tx.run(
        """
        INSERT INTO price_list (shop_id, id, code, name, currency, channel_id, customer_group, rank, created_at)
        VALUES (%(shop)s, %(id)s, %(code)s, %(name)s, %(currency)s, %(channel)s, %(group)s, %(rank)s, %(now)s)
        """,
        {
            "shop": tx.shop_id,
            "id": list_id,
            "code": code,
            "name": name,
            "currency": currency,
            "channel": channel_id,
            "group": customer_group,
            "rank": rank,
            "now": now,
        },
    )
    return list_id


async def update_price_list(tx: Tx, price_list: PriceList) -> None:
    await tx.run(
        """
        UPDATE price_list
        SET name = %(name)s, channel_id = %(channel_id)s, customer_group = %(customer_group)s, rank = %(rank)s
        WHERE shop_id = %(shop)s AND id = %(id)s
        """,
        asdict(price_list) | {"shop": tx.shop_id},
    )


async def insert_prices(
    tx: Tx, prices: Sequence[tuple[UUID, UUID, int, datetime, datetime | None, int]]
) -> None:
    """Rows of (price list, sku, min quantity, valid from, valid until, amount)."""
    if not prices:
        return
    await tx.run(
        """
        INSERT INTO price (shop_id, price_list_id, sku_id, min_quantity, valid_from, valid_until, amount_minor)
        SELECT %(shop)s, made.* FROM unnest(
            %(lists)s::uuid[], %(skus)s::uuid[], %(steps)s::int[], %(froms)s::timestamptz[],
            %(untils)s::timestamptz[], %(amounts)s::bigint[]) AS made
        """,
        {
            "shop": tx.shop_id,
            "lists": [price[0] for price in prices],
            "skus": [price[1] for price in prices],
            "steps": [price[2] for price in prices],
            "froms": [price[3] for price in prices],
            "untils": [price[4] for price in prices],
            "amounts": [price[5] for price in prices],
        },
    )


async def replace_prices(tx: Tx, gone: Sequence[PriceRow], made: Sequence[PriceRow]) -> None:
    """Take rows away and put others in their place; the caller holds the locks of their skus."""
    if gone:
        await tx.run(
            """
            DELETE FROM price
            USING unnest(%(lists)s::uuid[], %(skus)s::uuid[], %(steps)s::int[], %(froms)s::timestamptz[])
                  AS gone (price_list_id, sku_id, min_quantity, valid_from)
            WHERE price.shop_id = %(shop)s
              AND price.price_list_id = gone.price_list_id
              AND price.sku_id = gone.sku_id
              AND price.min_quantity = gone.min_quantity
              AND price.valid_from = gone.valid_from
            """,
            {
                "shop": tx.shop_id,
                "lists": [row.price_list_id for row in gone],
                "skus": [row.sku_id for row in gone],
                "steps": [row.min_quantity for row in gone],
                "froms": [row.valid_from for row in gone],
            },
        )
    await insert_prices(
        tx,
        [
            (
                row.price_list_id,
                row.sku_id,
                row.min_quantity,
                row.valid_from,
                row.valid_until,
                row.amount_minor,
            )
            for row in made
        ],
    )


async def insert_tax_rate(
    tx: Tx, tax_class: str, valid_from: date, rate_bp: int, base_numerator: int, base_denominator: int
) -> None:
    await tx.run(
        """
        INSERT INTO tax_rate (shop_id, tax_class, valid_from, rate_bp, base_numerator, base_denominator)
        VALUES (%(shop)s, %(class)s, %(from)s, %(rate)s, %(up)s, %(down)s)
        """,
        {
            "shop": tx.shop_id,
            "class": tax_class,
            "from": valid_from,
            "rate": rate_bp,
            "up": base_numerator,
            "down": base_denominator,
        },
    )


async def lock_tax_rate(tx: Tx, tax_class: str, valid_from: date) -> Any:
    """The rate of a class from exactly this date, locked; None when there is none."""
    return await tx.maybe(
        """
        SELECT rate_bp, base_numerator, base_denominator
        FROM tax_rate
        WHERE shop_id = %(shop)s AND tax_class = %(class)s AND valid_from = %(from)s
        FOR UPDATE
        """,
        {"shop": tx.shop_id, "class": tax_class, "from": valid_from},
    )


async def put_tax_rate(
    tx: Tx, tax_class: str, valid_from: date, rate_bp: int, base_numerator: int, base_denominator: int
) -> None:
    """Write a rate, over the one of the same class and date."""
    await tx.run(
        """
        INSERT INTO tax_rate (shop_id, tax_class, valid_from, rate_bp, base_numerator, base_denominator)
        VALUES (%(shop)s, %(class)s, %(from)s, %(rate)s, %(up)s, %(down)s)
        ON CONFLICT (shop_id, tax_class, valid_from) DO UPDATE
        SET rate_bp = excluded.rate_bp, base_numerator = excluded.base_numerator,
            base_denominator = excluded.base_denominator
        """,
        {
            "shop": tx.shop_id,
            "class": tax_class,
            "from": valid_from,
            "rate": rate_bp,
            "up": base_numerator,
            "down": base_denominator,
        },
    )

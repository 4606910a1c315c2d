"""Writing the catalogue."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from orderan.catalog.models import BundlePart, Product, Sku
from orderan.kit.db import Tx
from orderan.kit.ids import new_id


async def insert_products(tx: Tx, products: Sequence[Product]) -> None:
    await tx.run_each(
        """
        INSERT INTO product (shop_id, id, name, description, brand, category, tax_class, state, images, created_at)
        VALUES (%(shop_id)s, %(id)s, %(name)s, %(description)s, %(brand)s, %(category)s, %(tax_class)s, %(state)s,
                %(images)s, %(created_at)s)
        """,
        [asdict(product) | {"images": Jsonb(product.images)} for product in products],
    )


async def insert_skus(tx: Tx, skus: Sequence[Sku]) -> None:
    await tx.run_each(
        """
        INSERT INTO sku (shop_id, id, product_id, code, name, options, gtin, unit, weight_g, length_mm, width_mm,
                         height_mm, is_bundle, is_stocked, lot_tracked, state, created_at)
        VALUES (%(shop_id)s, %(id)s, %(product_id)s, %(code)s, %(name)s, %(options)s, %(gtin)s, %(unit)s,
                %(weight_g)s, %(length_mm)s, %(width_mm)s, %(height_mm)s, %(is_bundle)s, %(is_stocked)s,
                %(lot_tracked)s, %(state)s, %(created_at)s)
        """,
        [asdict(sku) | {"options": Jsonb(sku.options)} for sku in skus],
    )


async def set_parts(tx: Tx, bundle_id: UUID, parts: Sequence[BundlePart]) -> None:
    """Replace what a bundle is made of."""
    await tx.run(
        "DELETE FROM bundle_part WHERE shop_id = %(shop)s AND bundle_id = %(bundle)s",
        {"shop": tx.shop_id, "bundle": bundle_id},
    )
    await tx.run_each(
        """
        INSERT INTO bundle_part (shop_id, bundle_id, part_id, quantity)
        VALUES (%(shop)s, %(bundle)s, %(part)s, %(quantity)s)
        """,
        [
            {"shop": tx.shop_id, "bundle": bundle_id, "part": part.sku_id, "quantity": part.quantity}
            for part in parts
        ],
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
) -> UUID:
    list_id = new_id()
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


async def insert_prices(
    tx: Tx, prices: Sequence[tuple[UUID, UUID, int, datetime, datetime | None, int]]
) -> None:
    """Rows of (price list, sku, min quantity, valid from, valid until, amount)."""
    names = ("list", "sku", "min_quantity", "valid_from", "valid_until", "amount")
    await tx.run_each(
        """
        INSERT INTO price (shop_id, price_list_id, sku_id, min_quantity, valid_from, valid_until, amount_minor)
        VALUES (%(shop)s, %(list)s, %(sku)s, %(min_quantity)s, %(valid_from)s, %(valid_until)s, %(amount)s)
        """,
        [{"shop": tx.shop_id} | dict(zip(names, price, strict=True)) for price in prices],
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

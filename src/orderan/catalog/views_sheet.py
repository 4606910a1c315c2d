"""Reading the catalogue for sheets: what a sheet concerns, and the whole of it for export."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from orderan.catalog.models import PriceList, Product, Sku
from orderan.catalog.planning import Standing
from orderan.catalog.sheet import Sheet
from orderan.catalog.views import price_lists, prices_of, tax_classes
from orderan.catalog.views_products import bundle_parts, bundles_with, skus_by_code
from orderan.kit.db import Tx


async def standing_for(tx: Tx, sheet: Sheet, lists: dict[str, PriceList]) -> Standing:
    """Everything a sheet must be judged against; a fixed number of statements however long it is."""
    codes = {row.cells["sku"] for row in sheet.rows if "sku" in row.cells}
    parts = {
        part.partition("*")[0].strip()
        for row in sheet.rows
        if "parts" in row.cells
        for part in row.cells["parts"].replace("\n", ";").split(";")
    }
    skus = await skus_by_code(tx, codes | parts)
    ids = [sku.id for code, sku in skus.items() if code in codes]
    names = {row.cells["product"].lower() for row in sheet.rows if "product" in row.cells}
    named = await _products_named(tx, names)
    products = await _products(tx, {sku.product_id for sku in skus.values()} | _all(named.values()))
    made_of: dict[UUID, dict[str, int]] = defaultdict(dict)
    for part in await bundle_parts(tx, [sku.id for sku in skus.values() if sku.is_bundle]):
        made_of[part.bundle_id][part.code] = part.quantity
    return Standing(
        skus=skus,
        products=products,
        named=named,
        gtins=await _gtins(tx, {row.cells["gtin"] for row in sheet.rows if "gtin" in row.cells}),
        parts=made_of,
        in_bundles=await bundles_with(tx, ids),
        prices=await prices_of(tx, ids),
        lists=lists,
        tax_classes=await tax_classes(tx),
    )


def _all(groups: Iterable[Collection[UUID]]) -> set[UUID]:
    return {one for group in groups for one in group}


async def _products(tx: Tx, ids: Collection[UUID]) -> dict[UUID, Product]:
    rows = await tx.all(
        """
        SELECT shop_id, id, name, description, brand, category, tax_class, state, images, created_at
        FROM product
        WHERE shop_id = %(shop)s AND id = ANY(%(ids)s)
        """,
        {"shop": tx.shop_id, "ids": list(ids)},
    )
    return {row.id: Product(**row._asdict()) for row in rows}


async def _products_named(tx: Tx, names: Collection[str]) -> dict[str, list[UUID]]:
    rows = await tx.all(
        """
        SELECT lower(name) AS lower_name, id
        FROM product
        WHERE shop_id = %(shop)s AND lower(name) = ANY(%(names)s)
        ORDER BY id
        """,
        {"shop": tx.shop_id, "names": list(names)},
    )
    found: dict[str, list[UUID]] = defaultdict(list)
    for row in rows:
        found[row.lower_name].append(row.id)
    return dict(found)


async def _gtins(tx: Tx, gtins: Collection[str]) -> dict[str, str]:
    keys = [gtin.replace(" ", "").zfill(14) for gtin in gtins]
    rows = await tx.all(
        """
        SELECT lpad(gtin, 14, '0') AS gtin_key, code
        FROM sku
        WHERE shop_id = %(shop)s AND gtin IS NOT NULL AND lpad(gtin, 14, '0') = ANY(%(keys)s)
        """,
        {"shop": tx.shop_id, "keys": keys},
    )
    return {row.gtin_key: row.code for row in rows}


async def lists_by_column(tx: Tx) -> dict[str, PriceList]:
    """Price lists by lower-cased code, and the first general one as the empty text."""
    lists = await price_lists(tx)
    found = {price_list.code.lower(): price_list for price_list in lists}
    if lists and lists[0].is_general:
        found[""] = lists[0]
    return found


async def whole_catalogue(
    tx: Tx, *, now: datetime
) -> tuple[list[tuple[Sku, Product]], dict[UUID, dict[str, int]], dict[tuple[UUID, str, int], int]]:
    """Every sku with its product, the parts of bundles, and today's prices by (sku, list code, step)."""
    rows = await tx.all(
        """
        SELECT sku.shop_id, sku.id, sku.product_id, sku.code, sku.name, sku.options, sku.gtin, sku.unit,
               sku.weight_g, sku.length_mm, sku.width_mm, sku.height_mm, sku.is_bundle, sku.is_stocked,
               sku.lot_tracked, sku.state, sku.created_at
        FROM sku
        JOIN product ON product.shop_id = sku.shop_id AND product.id = sku.product_id
        WHERE sku.shop_id = %(shop)s
        ORDER BY lower(product.name), product.id, sku.id
        """,
        {"shop": tx.shop_id},
    )
    skus = [Sku(**row._asdict()) for row in rows]
    products = await _products(tx, {sku.product_id for sku in skus})
    parts: dict[UUID, dict[str, int]] = defaultdict(dict)
    for part in await bundle_parts(tx, [sku.id for sku in skus if sku.is_bundle]):
        parts[part.bundle_id][part.code] = part.quantity
    prices = await tx.all(
        """
        SELECT price.sku_id, price_list.code, price.min_quantity, price.amount_minor
        FROM price
        JOIN price_list ON price_list.shop_id = price.shop_id AND price_list.id = price.price_list_id
        WHERE price.shop_id = %(shop)s AND price.valid_from <= %(now)s
          AND (price.valid_until IS NULL OR price.valid_until > %(now)s)
        """,
        {"shop": tx.shop_id, "now": now},
    )
    return (
        [(sku, products[sku.product_id]) for sku in skus],
        parts,
        {(row.sku_id, row.code, row.min_quantity): row.amount_minor for row in prices},
    )

"""Reading products and skus for people: lists, details, look-ups."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from orderan.catalog.errors import ProductNotFound, SkuNotFound
from orderan.catalog.models import (
    PRODUCT_PREFIX,
    SKU_PREFIX,
    Part,
    Product,
    ProductCard,
    ProductDetail,
    Sku,
)
from orderan.catalog.views import prices_of
from orderan.kit.db import Tx
from orderan.kit.ids import to_text

_SKU: LiteralString = """
    sku.shop_id, sku.id, sku.product_id, sku.code, sku.name, sku.options, sku.gtin, sku.unit, sku.weight_g,
    sku.length_mm, sku.width_mm, sku.height_mm, sku.is_bundle, sku.is_stocked, sku.lot_tracked, sku.state,
    sku.created_at
"""
_FITS: LiteralString = """
    (%(q)s = '' OR lower(product.name) LIKE %(beginning)s OR lower(product.name) LIKE '%% ' || %(beginning)s
     OR product.id IN (
        SELECT product_id FROM sku
        WHERE shop_id = %(shop)s AND lower(code) LIKE %(beginning)s
        UNION ALL
        SELECT product_id FROM sku
        WHERE shop_id = %(shop)s AND gtin IS NOT NULL AND lpad(gtin, 14, '0') = lpad(%(digits)s, 14, '0')))
"""


async def list_products(
    tx: Tx,
    *,
    q: str = "",
    category: str = "",
    state: str = "",
    after: tuple[str, UUID] | None = None,
    limit: int = 50,
    now: datetime,
) -> list[ProductCard]:
    """Products by name, a page at a time.

    Args:
        q: The beginning of a word of the name or of a sku code, or a whole GTIN.
        after: Lower-cased name and id of the last product seen.
    """
    rows = await tx.all(
        f"""
        SELECT product.id, product.name, product.brand, product.category, product.tax_class, product.state,
               product.images, product.created_at, coalesce(own.skus, 0) AS skus,
               coalesce(own.codes, '{{}}') AS codes, coalesce(own.sku_ids, '{{}}') AS sku_ids,
               coalesce(own.has_bundle, false) AS has_bundle, cost.least_minor, cost.most_minor
        FROM product
        LEFT JOIN LATERAL (
            SELECT count(*) AS skus, array_agg(code ORDER BY id) AS codes, array_agg(id ORDER BY id) AS sku_ids,
                   bool_or(is_bundle) AS has_bundle
            FROM sku
            WHERE sku.shop_id = %(shop)s AND sku.product_id = product.id
              AND (sku.state = 'active' OR product.state = 'archived')
        ) AS own ON true
        LEFT JOIN LATERAL (
            SELECT min(amount_minor) AS least_minor, max(amount_minor) AS most_minor
            FROM price
            JOIN price_list ON price_list.shop_id = price.shop_id AND price_list.id = price.price_list_id
            WHERE price.shop_id = %(shop)s AND price.sku_id = ANY(own.sku_ids) AND price.min_quantity = 1
              AND price.valid_from <= %(now)s AND (price.valid_until IS NULL OR price.valid_until > %(now)s)
              AND price_list.channel_id IS NULL AND price_list.customer_group IS NULL
        ) AS cost ON true
        WHERE product.shop_id = %(shop)s
          AND (%(category)s = '' OR product.category = %(category)s)
          AND (%(state)s = '' OR product.state = %(state)s)
          AND (%(after_id)s::uuid IS NULL OR (lower(product.name), product.id) > (%(after_name)s, %(after_id)s))
          AND {_FITS}
        ORDER BY lower(product.name), product.id
        LIMIT %(limit)s
        """,
        {
            "shop": tx.shop_id,
            "category": category,
            "state": state,
            "after_name": after[0] if after else "",
            "after_id": after[1] if after else None,
            "limit": limit,
            "now": now,
        }
        | _wanted(q),
    )
    return [ProductCard(**row._asdict()) for row in rows]


def _wanted(q: str) -> dict[str, str]:
    text = " ".join(q.lower().split())
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return {"q": text, "beginning": f"{escaped}%", "digits": text if text.isdigit() else "-"}


async def product_detail(tx: Tx, product_id: UUID) -> ProductDetail:
    """A product with its skus, the parts of its bundles and all prices; four statements.

    Raises:
        ProductNotFound: The shop has none of this id.
    """
    row = await tx.maybe(
        """
        SELECT shop_id, id, name, description, brand, category, tax_class, state, images, created_at
        FROM product
        WHERE shop_id = %(shop)s AND id = %(id)s
        """,
        {"shop": tx.shop_id, "id": product_id},
    )
    if row is None:
        raise ProductNotFound(to_text(PRODUCT_PREFIX, product_id))
    skus = await skus_of(tx, product_id)
    ids = [sku.id for sku in skus]
    return ProductDetail(
        Product(**row._asdict()), skus, await bundle_parts(tx, ids), await prices_of(tx, ids)
    )


async def skus_of(tx: Tx, product_id: UUID) -> list[Sku]:
    """The skus of a product, those on sale first, in the order they were made."""
    rows = await tx.all(
        f"""
        SELECT {_SKU}
        FROM sku
        WHERE sku.shop_id = %(shop)s AND sku.product_id = %(product)s
        ORDER BY sku.state, sku.id
        """,
        {"shop": tx.shop_id, "product": product_id},
    )
    return [Sku(**row._asdict()) for row in rows]


async def sku_by_id(tx: Tx, sku_id: UUID) -> Sku:
    """Raises SkuNotFound."""
    found = await skus_by_id(tx, [sku_id])
    if not found:
        raise SkuNotFound(to_text(SKU_PREFIX, sku_id))
    return found[sku_id]


async def skus_by_id(tx: Tx, sku_ids: Collection[UUID]) -> dict[UUID, Sku]:
    """Skus of either state among these ids."""
    rows = await tx.all(
        f"SELECT {_SKU} FROM sku WHERE sku.shop_id = %(shop)s AND sku.id = ANY(%(ids)s)",
        {"shop": tx.shop_id, "ids": list(sku_ids)},
    )
    return {row.id: Sku(**row._asdict()) for row in rows}


async def skus_by_code(tx: Tx, codes: Collection[str]) -> dict[str, Sku]:
    """Skus of either state among these codes."""
    rows = await tx.all(
        f"SELECT {_SKU} FROM sku WHERE sku.shop_id = %(shop)s AND sku.code = ANY(%(codes)s)",
        {"shop": tx.shop_id, "codes": list(codes)},
    )
    return {row.code: Sku(**row._asdict()) for row in rows}


async def substitutes_of(tx: Tx, sku_ids: Collection[UUID]) -> dict[UUID, list[Sku]]:
    """What may stand in for each of these skus, of either state, the best first."""
    rows = await tx.all(
        f"""
        SELECT sku_substitute.sku_id AS instead_of, {_SKU}
        FROM sku_substitute
        JOIN sku ON sku.shop_id = sku_substitute.shop_id AND sku.id = sku_substitute.substitute_id
        WHERE sku_substitute.shop_id = %(shop)s AND sku_substitute.sku_id = ANY(%(ids)s)
        ORDER BY sku_substitute.sku_id, sku_substitute.rank
        """,
        {"shop": tx.shop_id, "ids": list(sku_ids)},
    )
    found: dict[UUID, list[Sku]] = defaultdict(list)
    for row in rows:
        values = row._asdict()
        found[values.pop("instead_of")].append(Sku(**values))
    return found


async def list_skus(
    tx: Tx,
    *,
    q: str = "",
    gtin: str = "",
    product_id: UUID | None = None,
    state: str = "",
    after: str = "",
    limit: int = 50,
) -> list[tuple[Sku, str]]:
    """Skus by code with the name of their product, a page at a time.

    Args:
        q: The beginning of the code or of a word of the product's name, or a whole GTIN.
        after: The last code seen.
    """
    rows = await tx.all(
        f"""
        SELECT {_SKU}, product.name AS product_name
        FROM sku
        JOIN product ON product.shop_id = sku.shop_id AND product.id = sku.product_id
        WHERE sku.shop_id = %(shop)s
          AND sku.code > %(after)s
          AND (%(state)s = '' OR sku.state = %(state)s)
          AND (%(product)s::uuid IS NULL OR sku.product_id = %(product)s)
          AND (%(gtin)s = '' OR (sku.gtin IS NOT NULL AND lpad(sku.gtin, 14, '0') = lpad(%(gtin)s, 14, '0')))
          AND (%(q)s = '' OR lower(sku.code) LIKE %(beginning)s OR lower(product.name) LIKE %(beginning)s
               OR lower(product.name) LIKE '%% ' || %(beginning)s
               OR (sku.gtin IS NOT NULL AND lpad(sku.gtin, 14, '0') = lpad(%(digits)s, 14, '0')))
        ORDER BY sku.code
        LIMIT %(limit)s
        """,
        {
            "shop": tx.shop_id,
            "gtin": gtin,
            "product": product_id,
            "state": state,
            "after": after,
            "limit": limit,
        }
        | _wanted(q),
    )
    return [_with_product(row._asdict()) for row in rows]


def _with_product(row: dict[str, Any]) -> tuple[Sku, str]:
    product_name = row.pop("product_name")
    return Sku(**row), product_name


async def bundle_parts(tx: Tx, bundle_ids: Collection[UUID]) -> list[Part]:
    """What these bundles are made of, by code of the part."""
    rows = await tx.all(
        """
        SELECT bundle_part.bundle_id, sku.id AS sku_id, sku.code, bundle_part.quantity, sku.state,
               CASE WHEN sku.name = '' THEN product.name ELSE product.name || ' – ' || sku.name END AS title
        FROM bundle_part
        JOIN sku ON sku.shop_id = bundle_part.shop_id AND sku.id = bundle_part.part_id
        JOIN product ON product.shop_id = sku.shop_id AND product.id = sku.product_id
        WHERE bundle_part.shop_id = %(shop)s AND bundle_part.bundle_id = ANY(%(bundles)s)
        ORDER BY bundle_part.bundle_id, sku.code
        """,
        {"shop": tx.shop_id, "bundles": list(bundle_ids)},
    )
    return [Part(**row._asdict()) for row in rows]


async def bundles_with(tx: Tx, part_ids: Collection[UUID]) -> dict[UUID, list[str]]:
    """Codes of the active bundles each of these skus is a part of."""
    rows = await tx.all(
        """
        SELECT bundle_part.part_id, array_agg(sku.code ORDER BY sku.code) AS codes
        FROM bundle_part
        JOIN sku ON sku.shop_id = bundle_part.shop_id AND sku.id = bundle_part.bundle_id
        WHERE bundle_part.shop_id = %(shop)s AND bundle_part.part_id = ANY(%(parts)s) AND sku.state = 'active'
        GROUP BY bundle_part.part_id
        """,
        {"shop": tx.shop_id, "parts": list(part_ids)},
    )
    return {row.part_id: row.codes for row in rows}


async def categories_of(tx: Tx, codes: Collection[str]) -> dict[str, str]:
    """Category of the product of each of these skus, by code; "" where it has none."""
    rows = await tx.all(
        """
        SELECT sku.code, product.category
        FROM sku
        JOIN product ON product.shop_id = sku.shop_id AND product.id = sku.product_id
        WHERE sku.shop_id = %(shop)s AND sku.code = ANY(%(codes)s)
        """,
        {"shop": tx.shop_id, "codes": list(codes)},
    )
    return {row.code: row.category for row in rows}


async def categories(tx: Tx) -> list[str]:
    """Categories that products are in, by name."""
    rows = await tx.all(
        "SELECT DISTINCT category FROM product WHERE shop_id = %(shop)s AND category <> '' ORDER BY category",
        {"shop": tx.shop_id},
    )
    return [row.category for row in rows]

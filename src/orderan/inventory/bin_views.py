"""Reading bins."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from orderan.inventory.bin_models import Bin, BinKind, Binned
from orderan.inventory.models import StockKey
from orderan.kit.db import Tx


async def list_bins(
    tx: Tx,
    location_id: UUID,
    *,
    only: Collection[UUID] | None = None,
    codes: Collection[str] | None = None,
    after: str | None = None,
    limit: int | None = None,
) -> list[Bin]:
    """Bins of a location by code, with what lies in them counted.

    Args:
        after: Only codes past this one.
    """
    rows = await tx.all(
        """
        SELECT bin.id, bin.location_id, bin.code, bin.kind, bin.zone, bin.x_cm, bin.y_cm, bin.active, bin.blocked_why,
               inside.units, inside.skus
        FROM bin
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(quantity), 0)::bigint AS units, count(DISTINCT sku_id)::int AS skus
            FROM bin_stock
            WHERE bin_stock.shop_id = bin.shop_id AND bin_stock.bin_id = bin.id AND bin_stock.quantity > 0) AS inside
        WHERE bin.shop_id = %(shop)s AND bin.location_id = %(location)s
          AND (%(only)s::uuid[] IS NULL OR bin.id = ANY(%(only)s))
          AND (%(codes)s::text[] IS NULL OR bin.code = ANY(%(codes)s))
          AND (%(after)s::text IS NULL OR bin.code > %(after)s)
        ORDER BY bin.code
        LIMIT %(limit)s
        """,
        {
            "shop": tx.shop_id,
            "location": location_id,
            "only": None if only is None else list(only),
            "codes": None if codes is None else list(codes),
            "after": after,
            "limit": limit,
        },
    )
    return [Bin(**row._asdict() | {"kind": BinKind(row.kind)}) for row in rows]


async def zones_of(tx: Tx, location_id: UUID) -> list[str]:
    """Zones of a location that have bins in use; bins without a zone are in none."""
    rows = await tx.all(
        """
        SELECT DISTINCT zone FROM bin
        WHERE shop_id = %(shop)s AND location_id = %(location)s AND active AND zone <> ''
        ORDER BY zone
        """,
        {"shop": tx.shop_id, "location": location_id},
    )
    return [row.zone for row in rows]


@dataclass(frozen=True, slots=True)
class Inside:
    """Units of a stock row in a bin, as a list shows them."""

    bin_id: UUID
    key: StockKey
    sku: str
    title: str
    lot: str | None
    expires_on: date | None
    quantity: int


async def inside(tx: Tx, bins: Collection[UUID]) -> list[Inside]:
    """What lies in these bins."""
    rows = await tx.all(
        """
        SELECT bin_stock.bin_id, bin_stock.sku_id, bin_stock.location_id, bin_stock.owner_id, bin_stock.lot_id,
               sku.code AS sku, lot.code AS lot, lot.expires_on, bin_stock.quantity,
               CASE WHEN sku.name = '' THEN product.name ELSE product.name || ' – ' || sku.name END AS title
        FROM bin_stock
        JOIN sku ON sku.shop_id = bin_stock.shop_id AND sku.id = bin_stock.sku_id
        JOIN product ON product.shop_id = sku.shop_id AND product.id = sku.product_id
        LEFT JOIN lot ON lot.shop_id = bin_stock.shop_id AND lot.id = bin_stock.lot_id
        WHERE bin_stock.shop_id = %(shop)s AND bin_stock.bin_id = ANY(%(bins)s) AND bin_stock.quantity > 0
        ORDER BY bin_stock.bin_id, sku.code, lot.expires_on
        """,
        {"shop": tx.shop_id, "bins": list(bins)},
    )
    return [
        Inside(
            row.bin_id,
            StockKey(row.sku_id, row.location_id, row.owner_id, row.lot_id),
            row.sku,
            row.title,
            row.lot,
            row.expires_on,
            row.quantity,
        )
        for row in rows
    ]


async def where_binned(tx: Tx, keys: Collection[StockKey], *, blocked: bool = False) -> list[Binned]:
    """Bins that hold units of these rows; those that are blocked only where that is asked for."""
    rows = await tx.all(
        """
        SELECT bin.id, bin.code, bin.kind, bin.x_cm, bin.y_cm, bin_stock.sku_id, bin_stock.location_id,
               bin_stock.owner_id, bin_stock.lot_id, bin_stock.quantity
        FROM unnest(%(skus)s::uuid[], %(locations)s::uuid[], %(owners)s::uuid[], %(lots)s::uuid[])
             AS asked (sku_id, location_id, owner_id, lot_id)
        JOIN bin_stock USING (sku_id, location_id, owner_id, lot_id)
        JOIN bin ON bin.shop_id = bin_stock.shop_id AND bin.id = bin_stock.bin_id
        WHERE bin_stock.shop_id = %(shop)s AND bin_stock.quantity > 0 AND (%(blocked)s OR bin.blocked_at IS NULL)
        ORDER BY bin.code
        """,
        {
            "shop": tx.shop_id,
            "blocked": blocked,
            "skus": [key.sku_id for key in keys],
            "locations": [key.location_id for key in keys],
            "owners": [key.owner_id for key in keys],
            "lots": [key.lot_id for key in keys],
        },
    )
    return [
        Binned(
            row.id,
            row.code,
            BinKind(row.kind),
            row.x_cm,
            row.y_cm,
            StockKey(row.sku_id, row.location_id, row.owner_id, row.lot_id),
            row.quantity,
        )
        for row in rows
    ]


async def has_bins(tx: Tx, locations: Collection[UUID]) -> set[UUID]:
    """Those of these locations where goods lie in bins."""
    rows = await tx.all(
        "SELECT DISTINCT location_id FROM bin WHERE shop_id = %(shop)s AND active AND location_id = ANY(%(locations)s)",
        {"shop": tx.shop_id, "locations": list(locations)},
    )
    return {row.location_id for row in rows}


async def unbinned(tx: Tx, keys: Collection[StockKey]) -> dict[StockKey, int]:
    """Units on hand of these rows that lie in no bin."""
    rows = await tx.all(
        """
        SELECT sku_id, location_id, owner_id, lot_id, on_hand - binned AS units
        FROM unnest(%(skus)s::uuid[], %(locations)s::uuid[], %(owners)s::uuid[], %(lots)s::uuid[])
             AS asked (sku_id, location_id, owner_id, lot_id)
        JOIN stock USING (sku_id, location_id, owner_id, lot_id)
        WHERE stock.shop_id = %(shop)s
        """,
        {
            "shop": tx.shop_id,
            "skus": [key.sku_id for key in keys],
            "locations": [key.location_id for key in keys],
            "owners": [key.owner_id for key in keys],
            "lots": [key.lot_id for key in keys],
        },
    )
    return {StockKey(row.sku_id, row.location_id, row.owner_id, row.lot_id): row.units for row in rows}

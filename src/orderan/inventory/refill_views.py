"""Pick faces that run low, and the reserve bins that fill them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from orderan.inventory.models import StockKey
from orderan.kit.db import Tx


@dataclass(frozen=True, slots=True)
class PickFace:
    """A bin that holds a sku ready for pickers.

    Attributes:
        least, most: Below `least` units it is filled up to `most`.
        units: Of the sku in it now.
    """

    bin_id: UUID
    bin: str
    sku_id: UUID
    sku: str
    least: int
    most: int
    units: int


async def pick_faces(tx: Tx, location_id: UUID, *, after: str = "", limit: int = 50) -> list[PickFace]:
    """Pick faces of a location by code; only codes past `after`."""
    rows = await tx.all(
        """
        SELECT pick_face.bin_id, bin.code AS bin, pick_face.sku_id, sku.code AS sku, least, most,
               coalesce((SELECT sum(quantity) FROM bin_stock
                         WHERE bin_stock.shop_id = pick_face.shop_id AND bin_stock.bin_id = pick_face.bin_id
                           AND bin_stock.sku_id = pick_face.sku_id), 0)::bigint AS units
        FROM pick_face
        JOIN bin ON bin.shop_id = pick_face.shop_id AND bin.id = pick_face.bin_id
        JOIN sku ON sku.shop_id = pick_face.shop_id AND sku.id = pick_face.sku_id
        WHERE pick_face.shop_id = %(shop)s AND bin.location_id = %(location)s AND bin.code || '/' || sku.code > %(after)s
        ORDER BY bin.code || '/' || sku.code
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "location": location_id, "after": after, "limit": limit},
    )
    return [PickFace(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Refill:
    """Units to bring from a reserve bin to a pick face.

    Attributes:
        there: Units of the sku in the pick face now.
        units: To bring out of this reserve; never more than it holds, nor than the pick face has room for.
    """

    to_bin: UUID
    to_code: str
    from_bin: UUID
    from_code: str
    key: StockKey
    sku: str
    title: str
    lot: str | None
    expires_on: date | None
    there: int
    least: int
    most: int
    units: int


async def refills(
    tx: Tx, location_id: UUID, *, bins: Collection[UUID] | None = None, limit: int = 200
) -> list[Refill]:
    """What pick faces below their least are filled with, the emptiest first; what expires first is brought first.

    A reserve that serves several pick faces is offered to each: whoever comes first takes it, and the next list
    has what is left. Blocked bins are neither filled nor taken from.

    Args:
        bins: Only these pick faces; None is all of them.
    """
    rows = await tx.all(
        """
        WITH low AS (
            SELECT pick_face.shop_id, pick_face.bin_id, bin.code, pick_face.sku_id, least, most,
                   coalesce(sum(bin_stock.quantity), 0)::bigint AS there
            FROM pick_face
            JOIN bin ON bin.shop_id = pick_face.shop_id AND bin.id = pick_face.bin_id
            LEFT JOIN bin_stock ON bin_stock.shop_id = pick_face.shop_id AND bin_stock.bin_id = pick_face.bin_id
                 AND bin_stock.sku_id = pick_face.sku_id
            WHERE pick_face.shop_id = %(shop)s AND bin.location_id = %(location)s AND bin.active AND bin.blocked_at IS NULL
              AND (%(bins)s::uuid[] IS NULL OR bin.id = ANY(%(bins)s))
            GROUP BY pick_face.shop_id, pick_face.bin_id, bin.code, pick_face.sku_id, least, most
            HAVING coalesce(sum(bin_stock.quantity), 0) < least
        ), reserve AS (
            SELECT low.bin_id AS to_bin, low.code AS to_code, bin.id AS from_bin, bin.code AS from_code, bin_stock.sku_id,
                   bin_stock.location_id, bin_stock.owner_id, bin_stock.lot_id, lot.code AS lot, lot.expires_on,
                   low.there, low.least, low.most, bin_stock.quantity,
                   sum(bin_stock.quantity) OVER (
                       PARTITION BY low.bin_id, low.sku_id
                       ORDER BY lot.expires_on NULLS LAST, bin_stock.quantity, bin.code, bin_stock.lot_id, bin_stock.owner_id
                   ) - bin_stock.quantity AS earlier
            FROM low
            JOIN bin_stock ON bin_stock.shop_id = low.shop_id AND bin_stock.sku_id = low.sku_id AND bin_stock.quantity > 0
            JOIN bin ON bin.shop_id = bin_stock.shop_id AND bin.id = bin_stock.bin_id AND bin.location_id = %(location)s
                 AND bin.kind = 'reserve' AND bin.active AND bin.blocked_at IS NULL
            LEFT JOIN lot ON lot.shop_id = bin_stock.shop_id AND lot.id = bin_stock.lot_id
        )
        SELECT to_bin, to_code, from_bin, from_code, reserve.sku_id, reserve.location_id, owner_id, lot_id, sku.code AS sku,
               CASE WHEN sku.name = '' THEN product.name ELSE product.name || ' – ' || sku.name END AS title,
               lot, expires_on, there, least, most, least(quantity, most - there - earlier)::bigint AS units
        FROM reserve
        JOIN sku ON sku.shop_id = %(shop)s AND sku.id = reserve.sku_id
        JOIN product ON product.shop_id = sku.shop_id AND product.id = sku.product_id
        WHERE earlier < most - there
        ORDER BY there::numeric / least, to_code, sku.code, earlier
        LIMIT %(limit)s
        """,
        {
            "shop": tx.shop_id,
            "location": location_id,
            "bins": None if bins is None else list(bins),
            "limit": limit,
        },
    )
    return [
        Refill(
            to_bin=row.to_bin,
            to_code=row.to_code,
            from_bin=row.from_bin,
            from_code=row.from_code,
            key=StockKey(row.sku_id, row.location_id, row.owner_id, row.lot_id),
            sku=row.sku,
            title=row.title,
            lot=row.lot,
            expires_on=row.expires_on,
            there=row.there,
            least=row.least,
            most=row.most,
            units=row.units,
        )
        for row in rows
    ]

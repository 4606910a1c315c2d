"""What is there to count, what it is worth, and who was promised what is missing."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from orderan.inventory import StockKey
from orderan.kit.db import Tx


@dataclass(frozen=True, slots=True)
class Spot:
    """Goods of a stock row in a bin, or (`bin_id` None) in none."""

    key: StockKey
    sku: str
    bin_id: UUID | None
    bin: str


async def spots_of(tx: Tx, location_id: UUID, *, skus: Collection[UUID] | None = None) -> list[Spot]:
    """Where the book has goods of a location, by sku; of named skus (None: all) also where it has none left."""
    rows = await tx.all(
        """
        SELECT sku_id, location_id, owner_id, lot_id, code, bin_id, bin
        FROM (
            SELECT bin_stock.sku_id, bin_stock.location_id, bin_stock.owner_id, bin_stock.lot_id, sku.code,
                   bin.id AS bin_id, bin.code AS bin
            FROM bin
            JOIN bin_stock ON bin_stock.shop_id = bin.shop_id AND bin_stock.bin_id = bin.id AND bin_stock.quantity > 0
            JOIN sku ON sku.shop_id = bin_stock.shop_id AND sku.id = bin_stock.sku_id
            WHERE bin.shop_id = %(shop)s AND bin.location_id = %(location)s AND bin.active
            UNION ALL
            SELECT stock.sku_id, stock.location_id, stock.owner_id, stock.lot_id, sku.code, NULL, ''
            FROM stock
            JOIN sku ON sku.shop_id = stock.shop_id AND sku.id = stock.sku_id
            WHERE stock.shop_id = %(shop)s AND stock.location_id = %(location)s
              AND (stock.on_hand > stock.binned OR (%(skus)s::uuid[] IS NOT NULL AND stock.binned = 0))
        ) AS spot
        WHERE %(skus)s::uuid[] IS NULL OR sku_id = ANY(%(skus)s)
        ORDER BY code, lot_id, owner_id, bin
        """,
        {"shop": tx.shop_id, "location": location_id, "skus": None if skus is None else list(skus)},
    )
    return [Spot(StockKey(*row[:4]), row.code, row.bin_id, row.bin) for row in rows]


async def worth_of(tx: Tx, skus: Collection[UUID], *, now: datetime) -> dict[UUID, int]:
    """Rupiah a unit of each sku is worth: the lowest price it is sold for now, since the shop keeps no costs."""
    rows = await tx.all(
        """
        SELECT price.sku_id, min(price.amount_minor)::bigint AS minor
        FROM price
        JOIN price_list ON price_list.shop_id = price.shop_id AND price_list.id = price.price_list_id
        WHERE price.shop_id = %(shop)s AND price.sku_id = ANY(%(skus)s) AND price.min_quantity = 1
          AND price.valid_from <= %(now)s AND (price.valid_until IS NULL OR price.valid_until > %(now)s)
          AND price_list.currency = 'IDR'
        GROUP BY price.sku_id
        """,
        {"shop": tx.shop_id, "skus": list(skus), "now": now},
    )
    return {row.sku_id: row.minor for row in rows}


@dataclass(frozen=True, slots=True)
class PromisedTo:
    """An order that was promised goods of which too few are there.

    Attributes:
        units: Of them, as far as the order was promised.
        short: Of all orders together, units that cannot be booked as missing until somebody was told.
    """

    order_id: UUID
    number: int
    key: StockKey
    sku: str
    units: int
    short: int


async def promised_short(tx: Tx, missing: Mapping[StockKey, int]) -> list[PromisedTo]:
    """Orders that were promised goods of which so many are missing: the youngest first, as many as it takes."""
    short = {key: units for key, units in missing.items() if units > 0}
    rows = await tx.all(
        """
        WITH asked AS (
            SELECT *
            FROM unnest(%(skus)s::uuid[], %(locations)s::uuid[], %(owners)s::uuid[], %(lots)s::uuid[], %(units)s::bigint[])
                 AS asked (sku_id, location_id, owner_id, lot_id, units)
        ), row AS (
            SELECT asked.*, asked.units - (stock.on_hand - stock.reserved - stock.allocated) AS short
            FROM asked
            JOIN stock USING (sku_id, location_id, owner_id, lot_id)
            WHERE stock.shop_id = %(shop)s
        ), promised AS (
            SELECT sales_order.id, sales_order.number, row.sku_id, row.location_id, row.owner_id, row.lot_id, row.short,
                   sum(claim.quantity)::bigint AS units,
                   sum(sum(claim.quantity)) OVER (
                       PARTITION BY row.sku_id, row.location_id, row.owner_id, row.lot_id
                       ORDER BY sales_order.number DESC) AS upto
            FROM row
            JOIN claim USING (sku_id, location_id, owner_id, lot_id)
            JOIN sales_order ON sales_order.shop_id = claim.shop_id AND sales_order.id = claim.holder_id
            WHERE claim.shop_id = %(shop)s AND row.short > 0
            GROUP BY sales_order.id, sales_order.number, row.sku_id, row.location_id, row.owner_id, row.lot_id, row.short
        )
        SELECT promised.id, promised.number, promised.sku_id, promised.location_id, promised.owner_id, promised.lot_id,
               sku.code, units, short
        FROM promised
        JOIN sku ON sku.shop_id = %(shop)s AND sku.id = promised.sku_id
        WHERE upto - units < short
        ORDER BY sku.code, promised.number DESC
        LIMIT 100
        """,
        {
            "shop": tx.shop_id,
            "skus": [key.sku_id for key in short],
            "locations": [key.location_id for key in short],
            "owners": [key.owner_id for key in short],
            "lots": [key.lot_id for key in short],
            "units": list(short.values()),
        },
    )
    return [
        PromisedTo(row.id, row.number, StockKey(*row[2:6]), row.code, int(row.units), int(row.short))
        for row in rows
    ]

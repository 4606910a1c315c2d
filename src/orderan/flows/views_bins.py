"""What lies on the floor of a location with bins, and where a picker finds what is on a sheet."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from orderan.fulfilment import in_hand
from orderan.inventory import Binned, StockKey, Take, less, taken, walk, where_binned
from orderan.kit.db import Tx


@dataclass(frozen=True, slots=True)
class OnTheFloor:
    """Units of a stock row that lie in no bin and in nobody's hands, and where they could go.

    Attributes:
        bin: The bin proposed: where more of the same lies, else lay, else an empty one near the packing
            table; None where none of these is.
    """

    key: StockKey
    sku: str
    title: str
    lot: str | None
    expires_on: date | None
    units: int
    bin_id: UUID | None
    bin: str | None


async def on_the_floor(tx: Tx, location_id: UUID, *, limit: int = 200) -> list[OnTheFloor]:
    """What is to be put away at a location, by sku; nothing where goods lie in no bins."""
    held = await in_hand(tx, location_id)
    rows = await tx.all(
        """
        SELECT stock.sku_id, stock.location_id, stock.owner_id, stock.lot_id, sku.code AS sku, lot.code AS lot,
               lot.expires_on, stock.on_hand - stock.binned - coalesce(held.units, 0) AS units, home.id AS bin_id,
               home.code AS bin,
               CASE WHEN sku.name = '' THEN product.name ELSE product.name || ' – ' || sku.name END AS title
        FROM stock
        JOIN sku ON sku.shop_id = stock.shop_id AND sku.id = stock.sku_id
        JOIN product ON product.shop_id = sku.shop_id AND product.id = sku.product_id
        LEFT JOIN lot ON lot.shop_id = stock.shop_id AND lot.id = stock.lot_id
        LEFT JOIN unnest(%(skus)s::uuid[], %(owners)s::uuid[], %(lots)s::uuid[], %(units)s::bigint[])
             AS held (sku_id, owner_id, lot_id, units)
             ON held.sku_id = stock.sku_id AND held.owner_id = stock.owner_id AND held.lot_id = stock.lot_id
        LEFT JOIN LATERAL (
            SELECT bin.id, bin.code
            FROM bin_stock
            JOIN bin ON bin.shop_id = bin_stock.shop_id AND bin.id = bin_stock.bin_id
            WHERE bin_stock.shop_id = stock.shop_id AND bin_stock.sku_id = stock.sku_id
              AND bin_stock.location_id = stock.location_id AND bin.active AND bin.blocked_at IS NULL
              AND (bin_stock.quantity > 0
                   OR NOT EXISTS (SELECT FROM bin_stock AS other
                                  WHERE other.shop_id = bin.shop_id AND other.bin_id = bin.id AND other.quantity > 0))
            ORDER BY bin_stock.quantity = 0, bin.kind = 'reserve', bin.code
            LIMIT 1
        ) AS home ON TRUE
        WHERE stock.shop_id = %(shop)s AND stock.location_id = %(location)s
          AND stock.on_hand - stock.binned - coalesce(held.units, 0) > 0
          AND EXISTS (SELECT FROM bin WHERE bin.shop_id = stock.shop_id AND bin.location_id = stock.location_id AND bin.active)
        ORDER BY sku.code, lot.expires_on, stock.lot_id
        LIMIT %(limit)s
        """,
        {
            "shop": tx.shop_id,
            "location": location_id,
            "limit": limit,
            "skus": [key.sku_id for key in held],
            "owners": [key.owner_id for key in held],
            "lots": [key.lot_id for key in held],
            "units": list(held.values()),
        },
    )
    found = [
        OnTheFloor(
            StockKey(row.sku_id, row.location_id, row.owner_id, row.lot_id),
            row.sku,
            row.title,
            row.lot,
            row.expires_on,
            row.units,
            row.bin_id,
            row.bin,
        )
        for row in rows
    ]
    return await _with_empty_bins(tx, location_id, found)


async def _with_empty_bins(tx: Tx, location_id: UUID, found: list[OnTheFloor]) -> list[OnTheFloor]:
    homeless = list(dict.fromkeys(one.key.sku_id for one in found if one.bin_id is None))
    if not homeless:
        return found
    taken_already = [one.bin_id for one in found if one.bin_id]
    rows = await tx.all(
        """
        SELECT id, code
        FROM bin
        WHERE shop_id = %(shop)s AND location_id = %(location)s AND active AND blocked_at IS NULL AND kind = 'pick'
          AND NOT (id = ANY(%(taken)s))
          AND NOT EXISTS (SELECT FROM bin_stock
                          WHERE bin_stock.shop_id = bin.shop_id AND bin_stock.bin_id = bin.id AND bin_stock.quantity > 0)
        ORDER BY x_cm + y_cm, code
        LIMIT %(limit)s
        """,
        {
            "shop": tx.shop_id,
            "location": location_id,
            "taken": taken_already,
            "limit": len(homeless),
        },
    )
    homes = dict(zip(homeless, rows, strict=False))
    return [
        replace(one, bin_id=home.id, bin=home.code)
        if one.bin_id is None and (home := homes.get(one.key.sku_id))
        else one
        for one in found
    ]


Wanted = tuple[StockKey, int]
"""Units of a stock row that a line of a sheet still needs."""


async def where_to_take(
    tx: Tx, wanted: Mapping[int, Wanted]
) -> tuple[dict[int, list[tuple[Binned, int]]], list[int]]:
    """Bins and units for each line of a sheet, and the lines in the order a picker walks.

    A unit in a bin serves one line. What lies in no bin comes last: it is on the floor.

    Args:
        wanted: By line, any name for it.
    """
    bins: dict[StockKey, list[Binned]] = {}
    for one in await where_binned(tx, _keys(wanted.values())):
        bins.setdefault(one.key, []).append(one)
    found: dict[int, list[tuple[Binned, int]]] = {}
    for line, (key, units) in wanted.items():
        found[line] = taken(bins.get(key, []), Take(key, units))
        bins[key] = less(bins.get(key, []), found[line])
    way = walk(((places[0][0].x_cm, places[0][0].y_cm), line) for line, places in found.items() if places)
    return found, way + [line for line in wanted if not found[line]]


def _keys(wanted: Iterable[Wanted]) -> Collection[StockKey]:
    return {key for key, _ in wanted}

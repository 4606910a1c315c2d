"""Writing bins; whoever changes what is in them has locked the stock rows, in key order."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from orderan.inventory.bin_models import BinAsked, BinMove
from orderan.inventory.models import StockKey
from orderan.kit.db import Tx
from orderan.kit.ids import new_id

Change = tuple[UUID, StockKey, int]
"""Units (positive) put into a bin or (negative) taken out of it."""


async def keep_bins_open(tx: Tx, bins: Collection[UUID]) -> None:
    """Nobody closes or blocks these bins until the transaction ends; whoever began to do so is waited for."""
    await tx.all(
        """
        SELECT 1 FROM bin
        WHERE shop_id = %(shop)s AND id = ANY(%(bins)s)
        ORDER BY id
        FOR SHARE
        """,
        {"shop": tx.shop_id, "bins": list(bins)},
    )


async def lock_bins(tx: Tx, location_id: UUID, codes: Collection[str]) -> None:
    """Nobody puts anything into these bins until the transaction ends; whoever began to do so is waited for."""
    await tx.all(
        """
        SELECT 1 FROM bin
        WHERE shop_id = %(shop)s AND location_id = %(location)s AND code = ANY(%(codes)s)
        ORDER BY id
        FOR NO KEY UPDATE
        """,
        {"shop": tx.shop_id, "location": location_id, "codes": list(codes)},
    )


async def put_bins(tx: Tx, location_id: UUID, bins: Sequence[BinAsked], *, now: datetime) -> None:
    """Make bins, or draw those of the same codes anew."""
    await tx.run(
        """
        INSERT INTO bin (shop_id, id, location_id, code, kind, zone, x_cm, y_cm, active, created_at)
        SELECT %(shop)s, id, %(location)s, code, kind, zone, x_cm, y_cm, active, %(now)s
        FROM unnest(%(ids)s::uuid[], %(codes)s::text[], %(kinds)s::text[], %(zones)s::text[], %(xs)s::int[],
                    %(ys)s::int[], %(actives)s::boolean[]) AS made (id, code, kind, zone, x_cm, y_cm, active)
        ORDER BY code
        ON CONFLICT ON CONSTRAINT bin_code_once DO UPDATE
        SET kind = excluded.kind, zone = excluded.zone, x_cm = excluded.x_cm, y_cm = excluded.y_cm,
            active = excluded.active
        """,
        {
            "shop": tx.shop_id,
            "location": location_id,
            "now": now,
            "ids": [new_id() for _ in bins],
            "codes": [one.code for one in bins],
            "kinds": [str(one.kind) for one in bins],
            "zones": [one.zone for one in bins],
            "xs": [one.x_cm for one in bins],
            "ys": [one.y_cm for one in bins],
            "actives": [one.active for one in bins],
        },
    )


async def set_blocked(tx: Tx, bin_id: UUID, why: str | None, *, now: datetime) -> None:
    await tx.run(
        """
        UPDATE bin SET blocked_why = %(why)s, blocked_at = CASE WHEN %(why)s::text IS NULL THEN NULL ELSE %(now)s END
        WHERE shop_id = %(shop)s AND id = %(id)s
        """,
        {"shop": tx.shop_id, "id": bin_id, "why": why, "now": now},
    )


async def change_bins(tx: Tx, kind: BinMove, changes: Sequence[Change], *, now: datetime) -> None:
    """Book units into bins and out of them, and write down each; a bin must hold what is taken out."""
    if not changes:
        return
    params = {
        "shop": tx.shop_id,
        "kind": kind,
        "actor": tx.actor,
        "now": now,
        "ids": [new_id() for _ in changes],
        "bins": [bin_id for bin_id, _, _ in changes],
        "skus": [key.sku_id for _, key, _ in changes],
        "locations": [key.location_id for _, key, _ in changes],
        "owners": [key.owner_id for _, key, _ in changes],
        "lots": [key.lot_id for _, key, _ in changes],
        "changes": [change for _, _, change in changes],
    }
    await tx.run(
        """
        INSERT INTO bin_move (shop_id, id, bin_id, sku_id, owner_id, lot_id, change, kind, actor, occurred_at)
        SELECT %(shop)s, id, bin_id, sku_id, owner_id, lot_id, change, %(kind)s, %(actor)s, %(now)s
        FROM unnest(%(ids)s::uuid[], %(bins)s::uuid[], %(skus)s::uuid[], %(owners)s::uuid[], %(lots)s::uuid[],
                    %(changes)s::bigint[]) AS moved (id, bin_id, sku_id, owner_id, lot_id, change)
        """,
        params,
    )
    await tx.run(
        """
        INSERT INTO bin_stock (shop_id, bin_id, sku_id, location_id, owner_id, lot_id, quantity)
        SELECT DISTINCT %(shop)s, bin_id, sku_id, location_id, owner_id, lot_id, 0
        FROM unnest(%(bins)s::uuid[], %(skus)s::uuid[], %(locations)s::uuid[], %(owners)s::uuid[], %(lots)s::uuid[])
             AS asked (bin_id, sku_id, location_id, owner_id, lot_id)
        ON CONFLICT DO NOTHING
        """,
        params,
    )
    await tx.run(
        """
        WITH change AS (
            SELECT bin_id, sku_id, owner_id, lot_id, sum(change)::bigint AS units
            FROM unnest(%(bins)s::uuid[], %(skus)s::uuid[], %(owners)s::uuid[], %(lots)s::uuid[], %(changes)s::bigint[])
                 AS moved (bin_id, sku_id, owner_id, lot_id, change)
            GROUP BY bin_id, sku_id, owner_id, lot_id
        )
        UPDATE bin_stock SET quantity = bin_stock.quantity + change.units
        FROM change
        WHERE bin_stock.shop_id = %(shop)s AND bin_stock.bin_id = change.bin_id AND bin_stock.sku_id = change.sku_id
          AND bin_stock.owner_id = change.owner_id AND bin_stock.lot_id = change.lot_id
        """,
        params,
    )
    await tx.run(
        """
        WITH change AS (
            SELECT sku_id, location_id, owner_id, lot_id, sum(change)::bigint AS units
            FROM unnest(%(skus)s::uuid[], %(locations)s::uuid[], %(owners)s::uuid[], %(lots)s::uuid[],
                        %(changes)s::bigint[]) AS moved (sku_id, location_id, owner_id, lot_id, change)
            GROUP BY sku_id, location_id, owner_id, lot_id
        )
        UPDATE stock SET binned = stock.binned + change.units
        FROM change
        WHERE stock.shop_id = %(shop)s AND stock.sku_id = change.sku_id AND stock.location_id = change.location_id
          AND stock.owner_id = change.owner_id AND stock.lot_id = change.lot_id AND change.units <> 0
        """,
        params,
    )


async def empty_bins(tx: Tx, keys: Collection[StockKey], *, now: datetime) -> None:
    """Take out of the bins what left these locked rows without a picker: `stock.binned` is less than the bins hold.

    Pick faces first and the fewest first, as a picker would have taken it.
    """
    await tx.send(
        """
        WITH held AS (
            SELECT bin_stock.shop_id, bin_stock.bin_id, bin_stock.sku_id, bin_stock.location_id, bin_stock.owner_id, bin_stock.lot_id,
                   bin_stock.quantity, stock.binned, sum(bin_stock.quantity) OVER of_row AS every,
                   sum(bin_stock.quantity) OVER (of_row ORDER BY bin.kind = 'reserve', bin_stock.quantity, bin.code) AS upto
            FROM unnest(%(skus)s::uuid[], %(locations)s::uuid[], %(owners)s::uuid[], %(lots)s::uuid[])
                 AS asked (sku_id, location_id, owner_id, lot_id)
            JOIN stock USING (sku_id, location_id, owner_id, lot_id)
            JOIN bin_stock USING (shop_id, sku_id, location_id, owner_id, lot_id)
            JOIN bin ON bin.shop_id = bin_stock.shop_id AND bin.id = bin_stock.bin_id
            WHERE stock.shop_id = %(shop)s AND bin_stock.quantity > 0
            WINDOW of_row AS (PARTITION BY bin_stock.sku_id, bin_stock.location_id, bin_stock.owner_id, bin_stock.lot_id)
        ), drawn AS (
            SELECT shop_id, bin_id, sku_id, owner_id, lot_id,
                   least(quantity, greatest(every - binned - (upto - quantity), 0))::bigint AS units
            FROM held
            WHERE every > binned
        ), lowered AS (
            UPDATE bin_stock SET quantity = bin_stock.quantity - drawn.units
            FROM drawn
            WHERE bin_stock.shop_id = %(shop)s AND bin_stock.bin_id = drawn.bin_id
              AND bin_stock.sku_id = drawn.sku_id AND bin_stock.owner_id = drawn.owner_id
              AND bin_stock.lot_id = drawn.lot_id AND drawn.units > 0
            RETURNING bin_stock.bin_id
        )
        INSERT INTO bin_move (shop_id, id, bin_id, sku_id, owner_id, lot_id, change, kind, actor, occurred_at)
        SELECT shop_id, gen_random_uuid(), bin_id, sku_id, owner_id, lot_id, -units, 'left', %(actor)s, %(now)s
        FROM drawn
        WHERE units > 0
        """,
        {
            "shop": tx.shop_id,
            "actor": tx.actor,
            "now": now,
            "skus": [key.sku_id for key in keys],
            "locations": [key.location_id for key in keys],
            "owners": [key.owner_id for key in keys],
            "lots": [key.lot_id for key in keys],
        },
    )

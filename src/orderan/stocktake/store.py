"""Writing stock-takes; whoever changes one has locked it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from orderan.inventory import StockKey
from orderan.kit.db import Tx
from orderan.kit.ids import NIL, new_id
from orderan.stocktake.models import Area, AreaAsked, Row, Scope, StockTake, Tolerance
from orderan.stocktake.states import AREA, AreaState, TakeState


async def insert_take(tx: Tx, take: StockTake) -> None:
    await tx.run(
        """
        INSERT INTO stock_take (shop_id, id, location_id, state, scope, note, tolerance_units, tolerance_minor, opened_by,
                                opened_at, moved_at)
        VALUES (%(shop)s, %(id)s, %(location)s, %(state)s, %(scope)s, %(note)s, %(units)s, %(minor)s, %(by)s, %(at)s,
                %(at)s)
        """,
        {
            "shop": tx.shop_id,
            "id": take.id,
            "location": take.location_id,
            "state": take.state,
            "scope": take.scope,
            "note": take.note,
            "units": take.tolerance.units,
            "minor": take.tolerance.minor,
            "by": take.opened_by,
            "at": take.opened_at,
        },
    )


async def insert_areas(
    tx: Tx, take_id: UUID, areas: Sequence[AreaAsked], worth: dict[UUID, int], *, now: datetime
) -> None:
    """Areas in the order they are walked, each with the rows the book has there."""
    ids = [new_id() for _ in areas]
    await tx.run(
        """
        INSERT INTO stock_take_area (shop_id, id, take_id, no, bin_id, label, state, counters, live, moved_at)
        SELECT %(shop)s, id, %(take)s, no, bin_id, label, %(state)s, '{}', TRUE, %(now)s
        FROM unnest(%(ids)s::uuid[], %(nos)s::int[], %(bins)s::uuid[], %(labels)s::text[]) AS made (id, no, bin_id, label)
        """,
        {
            "shop": tx.shop_id,
            "take": take_id,
            "state": AREA.initial,
            "now": now,
            "ids": ids,
            "nos": list(range(1, len(areas) + 1)),
            "bins": [area.bin_id for area in areas],
            "labels": [area.label for area in areas],
        },
    )
    rows = [
        (area_id, area.bin_id, key) for area_id, area in zip(ids, areas, strict=True) for key in area.keys
    ]
    await insert_rows(tx, take_id, rows, worth)


async def insert_rows(
    tx: Tx, take_id: UUID, rows: Sequence[tuple[UUID, UUID | None, StockKey]], worth: dict[UUID, int]
) -> None:
    """Goods to count: (area, bin, row); those that are there stay as they are.

    Args:
        worth: Minor units a unit of each sku is worth; 0 where it is not named.
    """
    await tx.run(
        """
        INSERT INTO stock_take_row (shop_id, area_id, sku_id, location_id, owner_id, lot_id, take_id, spot_id, unit_minor,
                                    flagged, posted, live)
        SELECT %(shop)s, area_id, sku_id, location_id, owner_id, lot_id, %(take)s, spot_id, unit_minor, FALSE, 0, TRUE
        FROM unnest(%(areas)s::uuid[], %(spots)s::uuid[], %(worth)s::bigint[], %(skus)s::uuid[], %(locations)s::uuid[],
                    %(owners)s::uuid[], %(lots)s::uuid[])
             AS made (area_id, spot_id, unit_minor, sku_id, location_id, owner_id, lot_id)
        ON CONFLICT ON CONSTRAINT stock_take_row_pkey DO NOTHING
        """,
        {
            "shop": tx.shop_id,
            "take": take_id,
            "areas": [area_id for area_id, _, _ in rows],
            "spots": [bin_id or NIL for _, bin_id, _ in rows],
            "worth": [worth.get(key.sku_id, 0) for _, _, key in rows],
        }
        | _columns([key for _, _, key in rows]),
    )


def _columns(keys: Sequence[StockKey]) -> dict[str, list[UUID]]:
    return {
        "skus": [key.sku_id for key in keys],
        "locations": [key.location_id for key in keys],
        "owners": [key.owner_id for key in keys],
        "lots": [key.lot_id for key in keys],
    }


async def lock_take(tx: Tx, take_id: UUID) -> StockTake | None:
    row = await tx.maybe(
        """
        SELECT id, location_id, state, scope, note, tolerance_units, tolerance_minor, opened_by, opened_at, approved_by,
               approved_at
        FROM stock_take
        WHERE shop_id = %(shop)s AND id = %(id)s
        FOR NO KEY UPDATE
        """,
        {"shop": tx.shop_id, "id": take_id},
    )
    return None if row is None else take_of(row)


def take_of(row: Any) -> StockTake:
    return StockTake(
        id=row.id,
        location_id=row.location_id,
        state=TakeState(row.state),
        scope=Scope(row.scope),
        note=row.note,
        tolerance=Tolerance(row.tolerance_units, row.tolerance_minor),
        opened_by=row.opened_by,
        opened_at=row.opened_at,
        approved_by=row.approved_by,
        approved_at=row.approved_at,
    )


def area_of(row: Any) -> Area:
    return Area(
        id=row.id,
        take_id=row.take_id,
        no=row.no,
        bin_id=row.bin_id,
        label=row.label,
        state=AreaState(row.state),
        counter=row.counter,
        counters=tuple(row.counters),
    )


async def set_take_state(
    tx: Tx, take: StockTake, becomes: TakeState, *, approved_by: str | None = None, now: datetime
) -> None:
    """Move a locked stock-take; one that ends lets its bins and goods be counted by another."""
    await tx.run(
        """
        UPDATE stock_take
        SET state = %(becomes)s, moved_at = %(now)s, approved_by = %(by)s,
            approved_at = CASE WHEN %(by)s::text IS NULL THEN NULL ELSE %(now)s::timestamptz END
        WHERE shop_id = %(shop)s AND id = %(id)s AND state = %(was)s
        """,
        {
            "shop": tx.shop_id,
            "id": take.id,
            "was": take.state,
            "becomes": becomes,
            "by": approved_by,
            "now": now,
        },
    )
    if becomes in {TakeState.POSTED, TakeState.CANCELLED}:
        params = {"shop": tx.shop_id, "take": take.id}
        await tx.run(
            "UPDATE stock_take_area SET live = FALSE WHERE shop_id = %(shop)s AND take_id = %(take)s", params
        )
        await tx.run(
            "UPDATE stock_take_row SET live = FALSE WHERE shop_id = %(shop)s AND take_id = %(take)s", params
        )


async def set_area_states(
    tx: Tx, areas: Collection[Area], becomes: AreaState, *, counter: str | None, now: datetime
) -> None:
    """Move areas of a locked stock-take that are as they were read; whoever counts is one of the counters."""
    await tx.run(
        """
        UPDATE stock_take_area
        SET state = %(becomes)s, moved_at = %(now)s, counter = %(counter)s,
            counters = CASE WHEN %(counter)s::text IS NULL OR %(counter)s = ANY(counters) THEN counters
                            ELSE counters || %(counter)s::text END
        FROM unnest(%(ids)s::uuid[], %(states)s::text[]) AS was (id, state)
        WHERE stock_take_area.shop_id = %(shop)s AND stock_take_area.id = was.id AND stock_take_area.state = was.state
        """,
        {
            "shop": tx.shop_id,
            "ids": [area.id for area in areas],
            "states": [area.state for area in areas],
            "becomes": becomes,
            "counter": counter,
            "now": now,
        },
    )


async def put_rows(tx: Tx, area_id: UUID, rows: Sequence[Row]) -> None:
    """Write what rows of an area have become."""
    await tx.run(
        """
        UPDATE stock_take_row
        SET before = made.before, counted = made.counted, after = made.after, first = made.first,
            difference = made.difference, flagged = made.flagged
        FROM unnest(%(skus)s::uuid[], %(owners)s::uuid[], %(lots)s::uuid[], %(befores)s::bigint[], %(counts)s::bigint[],
                    %(afters)s::bigint[], %(firsts)s::bigint[], %(differences)s::bigint[], %(flags)s::boolean[])
             AS made (sku_id, owner_id, lot_id, before, counted, after, first, difference, flagged)
        WHERE stock_take_row.shop_id = %(shop)s AND stock_take_row.area_id = %(area)s
          AND stock_take_row.sku_id = made.sku_id AND stock_take_row.owner_id = made.owner_id
          AND stock_take_row.lot_id = made.lot_id
        """,
        {
            "shop": tx.shop_id,
            "area": area_id,
            "skus": [row.key.sku_id for row in rows],
            "owners": [row.key.owner_id for row in rows],
            "lots": [row.key.lot_id for row in rows],
            "befores": [row.before for row in rows],
            "counts": [row.counted for row in rows],
            "afters": [row.after for row in rows],
            "firsts": [row.first for row in rows],
            "differences": [row.difference for row in rows],
            "flags": [row.flagged for row in rows],
        },
    )


async def flag_differences(tx: Tx, areas: Collection[UUID]) -> None:
    """Whatever differs in these areas has to be counted again."""
    await tx.run(
        """
        UPDATE stock_take_row SET flagged = TRUE
        WHERE shop_id = %(shop)s AND area_id = ANY(%(areas)s) AND difference <> 0
        """,
        {"shop": tx.shop_id, "areas": list(areas)},
    )


async def add_posted(tx: Tx, booked: Sequence[tuple[UUID, StockKey, int]]) -> None:
    """What of the differences was booked: (area, row, units)."""
    await tx.run(
        """
        UPDATE stock_take_row SET posted = stock_take_row.posted + made.units
        FROM unnest(%(areas)s::uuid[], %(skus)s::uuid[], %(owners)s::uuid[], %(lots)s::uuid[], %(units)s::bigint[])
             AS made (area_id, sku_id, owner_id, lot_id, units)
        WHERE stock_take_row.shop_id = %(shop)s AND stock_take_row.area_id = made.area_id
          AND stock_take_row.sku_id = made.sku_id AND stock_take_row.owner_id = made.owner_id
          AND stock_take_row.lot_id = made.lot_id
        """,
        {
            "shop": tx.shop_id,
            "areas": [area_id for area_id, _, _ in booked],
            "skus": [key.sku_id for _, key, _ in booked],
            "owners": [key.owner_id for _, key, _ in booked],
            "lots": [key.lot_id for _, key, _ in booked],
            "units": [units for _, _, units in booked],
        },
    )

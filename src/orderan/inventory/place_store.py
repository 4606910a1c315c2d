"""Writing what stock stands on: locations, lots, policies, permission to oversell."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from orderan.inventory.errors import UnknownLocation
from orderan.inventory.models import Location, LocationKind, Lot, StockKey
from orderan.kit.db import Tx


async def insert_location(tx: Tx, location: Location, *, now: datetime) -> None:
    await tx.run(
        """
        INSERT INTO location (shop_id, id, code, name, kind, village_code, address, time_zone, sells, rank,
                              active, created_at)
        VALUES (%(shop_id)s, %(id)s, %(code)s, %(name)s, %(kind)s, %(village_code)s, %(address)s, %(time_zone)s,
                %(sells)s, %(rank)s, %(active)s, %(now)s)
        """,
        asdict(location) | {"now": now},
    )


async def lock_location(tx: Tx, location_id: UUID) -> Location:
    """Raises UnknownLocation."""
    row = await tx.maybe(
        """
        SELECT shop_id, id, code, name, kind, village_code, address, time_zone, sells, rank, active
        FROM location
        WHERE shop_id = %(shop)s AND id = %(id)s
        FOR NO KEY UPDATE
        """,
        {"shop": tx.shop_id, "id": location_id},
    )
    if row is None:
        raise UnknownLocation(str(location_id))
    return Location(**row._asdict() | {"kind": LocationKind(row.kind)})


async def update_location(tx: Tx, location: Location) -> None:
    await tx.run(
        """
        UPDATE location
        SET code = %(code)s, name = %(name)s, village_code = %(village_code)s, address = %(address)s,
            time_zone = %(time_zone)s, sells = %(sells)s, rank = %(rank)s, active = %(active)s
        WHERE shop_id = %(shop_id)s AND id = %(id)s
        """,
        asdict(location),
    )


async def insert_lots(tx: Tx, lots: Sequence[Lot], *, now: datetime) -> None:
    """Make the lots whose (sku, code) is not there yet."""
    await tx.run(
        """
        INSERT INTO lot (shop_id, id, sku_id, code, expires_on, created_at)
        SELECT %(shop)s, id, sku_id, code, expires_on, %(now)s
        FROM unnest(%(ids)s::uuid[], %(skus)s::uuid[], %(codes)s::text[], %(expiries)s::date[])
             AS made (id, sku_id, code, expires_on)
        ORDER BY sku_id, code
        ON CONFLICT ON CONSTRAINT lot_code_once DO NOTHING
        """,
        {
            "shop": tx.shop_id,
            "now": now,
            "ids": [lot.id for lot in lots],
            "skus": [lot.sku_id for lot in lots],
            "codes": [lot.code for lot in lots],
            "expiries": [lot.expires_on for lot in lots],
        },
    )


async def put_policy(
    tx: Tx, sku_id: UUID, location_id: UUID, *, safety: int, reorder_point: int
) -> dict[str, int] | None:
    """Write a policy; returns what stood before."""
    params = {
        "shop": tx.shop_id,
        "sku": sku_id,
        "location": location_id,
        "safety": safety,
        "reorder_point": reorder_point,
    }
    before = await tx.maybe(
        """
        SELECT safety, reorder_point
        FROM stock_policy
        WHERE shop_id = %(shop)s AND sku_id = %(sku)s AND location_id = %(location)s
        FOR UPDATE
        """,
        params,
    )
    await tx.run(
        """
        INSERT INTO stock_policy (shop_id, sku_id, location_id, safety, reorder_point)
        VALUES (%(shop)s, %(sku)s, %(location)s, %(safety)s, %(reorder_point)s)
        ON CONFLICT ON CONSTRAINT stock_policy_pkey
        DO UPDATE SET safety = excluded.safety, reorder_point = excluded.reorder_point
        """,
        params,
    )
    return before._asdict() if before else None


async def set_oversell(tx: Tx, key: StockKey, units: int) -> None:
    await tx.run(
        """
        UPDATE stock SET oversell = %(units)s
        WHERE shop_id = %(shop)s AND sku_id = %(sku)s AND location_id = %(location)s AND owner_id = %(owner)s
          AND lot_id = %(lot)s
        """,
        {
            "shop": tx.shop_id,
            "sku": key.sku_id,
            "location": key.location_id,
            "owner": key.owner_id,
            "lot": key.lot_id,
            "units": units,
        },
    )

"""Writing shipping zones and fees."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.errors import UniqueViolation

from orderan.kit.db import Tx


async def lock_zone(tx: Tx, zone_id: UUID) -> Any:
    """A zone's code and name, locked; None when the shop has none of this id."""
    return await tx.maybe(
        "SELECT code, name FROM shipping_zone WHERE shop_id = %(shop)s AND id = %(id)s FOR UPDATE",
        {"shop": tx.shop_id, "id": zone_id},
    )


async def put_zone(tx: Tx, zone_id: UUID, *, code: str, name: str) -> bool:
    """Write a zone; not when another one has the code."""
    try:
        async with tx.savepoint():
            await tx.run(
                """
                INSERT INTO shipping_zone (shop_id, id, code, name)
                VALUES (%(shop)s, %(id)s, %(code)s, %(name)s)
                ON CONFLICT (shop_id, id) DO UPDATE SET code = excluded.code, name = excluded.name
                """,
                {"shop": tx.shop_id, "id": zone_id, "code": code, "name": name},
            )
    except UniqueViolation:
        return False
    return True


async def areas_of(tx: Tx, zone_id: UUID) -> list[str]:
    rows = await tx.all(
        """
        SELECT region_code FROM shipping_zone_area
        WHERE shop_id = %(shop)s AND zone_id = %(zone)s
        ORDER BY region_code
        """,
        {"shop": tx.shop_id, "zone": zone_id},
    )
    return [row.region_code for row in rows]


async def areas_elsewhere(tx: Tx, zone_id: UUID, areas: Collection[str]) -> list[str]:
    """Which of these areas belong to other zones."""
    rows = await tx.all(
        """
        SELECT region_code FROM shipping_zone_area
        WHERE shop_id = %(shop)s AND zone_id <> %(zone)s AND region_code = ANY(%(areas)s)
        ORDER BY region_code
        """,
        {"shop": tx.shop_id, "zone": zone_id, "areas": list(areas)},
    )
    return [row.region_code for row in rows]


async def replace_areas(tx: Tx, zone_id: UUID, areas: Collection[str]) -> None:
    await tx.run(
        "DELETE FROM shipping_zone_area WHERE shop_id = %(shop)s AND zone_id = %(zone)s",
        {"shop": tx.shop_id, "zone": zone_id},
    )
    await tx.run(
        """
        INSERT INTO shipping_zone_area (shop_id, region_code, zone_id)
        SELECT %(shop)s, area, %(zone)s FROM unnest(%(areas)s::text[]) AS area
        """,
        {"shop": tx.shop_id, "zone": zone_id, "areas": list(areas)},
    )


async def fee_of(tx: Tx, zone_id: UUID, service: str, *, now: datetime) -> dict[str, Any] | None:
    """The fee of a service that holds now."""
    row = await tx.maybe(
        """
        SELECT service, first_kg_minor, next_kg_minor
        FROM shipping_fee
        WHERE shop_id = %(shop)s AND zone_id = %(zone)s AND service = %(service)s AND valid_from <= %(now)s
        ORDER BY valid_from DESC
        LIMIT 1
        """,
        {"shop": tx.shop_id, "zone": zone_id, "service": service, "now": now},
    )
    return None if row is None else row._asdict()


async def put_fee(
    tx: Tx, zone_id: UUID, service: str, *, valid_from: datetime, first_kg_minor: int, next_kg_minor: int
) -> None:
    await tx.run(
        """
        INSERT INTO shipping_fee (shop_id, zone_id, service, valid_from, first_kg_minor, next_kg_minor)
        VALUES (%(shop)s, %(zone)s, %(service)s, %(from)s, %(first)s, %(next)s)
        ON CONFLICT (shop_id, zone_id, service, valid_from) DO UPDATE
        SET first_kg_minor = excluded.first_kg_minor, next_kg_minor = excluded.next_kg_minor
        """,
        {
            "shop": tx.shop_id,
            "zone": zone_id,
            "service": service,
            "from": valid_from,
            "first": first_kg_minor,
            "next": next_kg_minor,
        },
    )

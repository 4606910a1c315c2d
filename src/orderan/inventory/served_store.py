"""How many orders chose a location today, of those that serve so many a day; a day is that of its own calendar.

An order that is cancelled again has used its turn: work was planned around it.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx


async def served_today(tx: Tx, locations: Collection[UUID], *, now: datetime) -> dict[UUID, int]:
    """Orders that chose these locations today."""
    rows = await tx.all(
        """
        SELECT served_day.location_id, served_day.orders
        FROM served_day
        JOIN location ON location.shop_id = served_day.shop_id AND location.id = served_day.location_id
        WHERE served_day.shop_id = %(shop)s AND served_day.location_id = ANY(%(locations)s)
          AND served_day.day = (%(now)s::timestamptz AT TIME ZONE location.time_zone)::date
        """,
        {"shop": tx.shop_id, "locations": list(locations), "now": now},
    )
    return {row.location_id: row.orders for row in rows}


async def count_served(tx: Tx, orders: Mapping[UUID, int], *, now: datetime) -> None:
    """Add to today's orders of locations."""
    if not orders:
        return
    locations = sorted(orders)
    await tx.send(
        """
        INSERT INTO served_day AS had (shop_id, location_id, day, orders)
        SELECT location.shop_id, location.id, (%(now)s::timestamptz AT TIME ZONE location.time_zone)::date, more.orders
        FROM unnest(%(locations)s::uuid[], %(orders)s::bigint[]) AS more (location_id, orders)
        JOIN location ON location.shop_id = %(shop)s AND location.id = more.location_id
        ORDER BY location.id
        ON CONFLICT (shop_id, location_id, day) DO UPDATE SET orders = had.orders + excluded.orders
        """,
        {
            "shop": tx.shop_id,
            "locations": locations,
            "orders": [orders[location] for location in locations],
            "now": now,
        },
        must=(len(locations), "an order chose a location that is not there"),
    )

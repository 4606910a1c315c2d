"""Reading the shipping zone table."""

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.pricing.models import ShippingTable


async def shipping_table(tx: Tx) -> ShippingTable:
    """The shop's whole zone table; small (hundreds of rows), so it is read whole."""
    areas = await tx.all(
        "SELECT region_code, zone_id FROM shipping_zone_area WHERE shop_id = %(shop)s", {"shop": tx.shop_id}
    )
    rows = await tx.all(
        """
        SELECT zone_id, service, valid_from, first_kg_minor, next_kg_minor
        FROM shipping_fee
        WHERE shop_id = %(shop)s
        ORDER BY valid_from DESC
        """,
        {"shop": tx.shop_id},
    )
    fees: dict[tuple[UUID, str], list[tuple[datetime, int, int]]] = defaultdict(list)
    for row in rows:
        fees[row.zone_id, row.service].append((row.valid_from, row.first_kg_minor, row.next_kg_minor))
    return ShippingTable({row.region_code: row.zone_id for row in areas}, dict(fees))

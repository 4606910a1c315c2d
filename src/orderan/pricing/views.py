"""Reading the shipping zone table."""

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.pricing.models import Fee, ShippingTable, ZoneWithFees


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


async def shipping_zones(tx: Tx, *, now: datetime) -> list[ZoneWithFees]:
    """Every zone of the shop by name, with its areas and the fees that hold now."""
    zones = await tx.all(
        """
        SELECT shipping_zone.id, shipping_zone.code, shipping_zone.name,
               array(SELECT region_code FROM shipping_zone_area AS area
                     WHERE area.shop_id = shipping_zone.shop_id AND area.zone_id = shipping_zone.id
                     ORDER BY region_code) AS areas
        FROM shipping_zone
        WHERE shipping_zone.shop_id = %(shop)s
        ORDER BY shipping_zone.name, shipping_zone.id
        """,
        {"shop": tx.shop_id},
    )
    fees = await tx.all(
        """
        SELECT DISTINCT ON (zone_id, service) zone_id, service, first_kg_minor, next_kg_minor
        FROM shipping_fee
        WHERE shop_id = %(shop)s AND valid_from <= %(now)s
        ORDER BY zone_id, service, valid_from DESC
        """,
        {"shop": tx.shop_id, "now": now},
    )
    by_zone: dict[UUID, list[Fee]] = defaultdict(list)
    for row in fees:
        by_zone[row.zone_id].append(Fee(row.service, row.first_kg_minor, row.next_kg_minor))
    return [
        ZoneWithFees(row.id, row.code, row.name, tuple(row.areas), tuple(by_zone[row.id])) for row in zones
    ]

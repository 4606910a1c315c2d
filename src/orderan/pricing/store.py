"""Writing the shipping zone table."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.kit.ids import new_id


async def add_zone(tx: Tx, *, code: str, name: str, regions: Collection[str]) -> UUID:
    """A zone for these region codes; `*` is every place no other zone has."""
    zone_id = new_id()
    await tx.run(
        "INSERT INTO shipping_zone (shop_id, id, code, name) VALUES (%(shop)s, %(id)s, %(code)s, %(name)s)",
        {"shop": tx.shop_id, "id": zone_id, "code": code, "name": name},
    )
    await tx.run(
        """
        INSERT INTO shipping_zone_area (shop_id, region_code, zone_id)
        SELECT %(shop)s, region_code, %(zone)s FROM unnest(%(regions)s::text[]) AS area (region_code)
        """,
        {"shop": tx.shop_id, "zone": zone_id, "regions": list(regions)},
    )
    return zone_id


async def set_fee(
    tx: Tx, zone_id: UUID, service: str, *, first_kg_minor: int, next_kg_minor: int, valid_from: datetime
) -> None:
    """What a service costs to a zone from an instant on."""
    await tx.run(
        """
        INSERT INTO shipping_fee (shop_id, zone_id, service, valid_from, first_kg_minor, next_kg_minor)
        VALUES (%(shop)s, %(zone)s, %(service)s, %(from)s, %(first)s, %(next)s)
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

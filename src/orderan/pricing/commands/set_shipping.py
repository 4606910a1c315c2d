"""Shipping zones and their fees: made, given areas, priced from an instant on."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx
from orderan.kit.ids import new_id
from orderan.pricing import store
from orderan.pricing.errors import AreaTaken, NoSuchZone, ZoneCodeTaken


async def put_zone(
    tx: Tx, zone_id: UUID | None, *, code: str, name: str, areas: Collection[str], now: datetime
) -> UUID:
    """Make a zone, or change one; its areas are replaced.

    Args:
        areas: Region codes as the regions have them (`31`, `31.71`); `*` is the rest.

    Raises:
        NoSuchZone: The shop has none of this id.
        ZoneCodeTaken: Another zone has the code.
        AreaTaken: An area is in another zone already; names all of them.
    """
    before = None
    if zone_id is not None:
        row = await store.lock_zone(tx, zone_id)
        if row is None:
            raise NoSuchZone
        before = {"code": row.code, "name": row.name, "areas": await store.areas_of(tx, zone_id)}
    wanted = sorted(set(areas))
    made = zone_id or new_id()
    if not await store.put_zone(tx, made, code=code, name=name):
        raise ZoneCodeTaken(code)
    if taken := await store.areas_elsewhere(tx, made, wanted):
        raise AreaTaken(tuple(taken))
    await store.replace_areas(tx, made, wanted)
    after = {"code": code, "name": name, "areas": wanted}
    if before != after:
        await leave(tx, Trace("zone.set", "shipping_zone", str(made), before=before, after=after), now=now)
    return made


async def set_fee(
    tx: Tx, zone_id: UUID, *, service: str, first_kg_minor: int, next_kg_minor: int, now: datetime
) -> None:
    """What a service costs to a zone from now on; the fees before stay for the record.

    Args:
        first_kg_minor, next_kg_minor: Minor units, >= 0.

    Raises:
        NoSuchZone: The shop has none of this id.
    """
    row = await store.lock_zone(tx, zone_id)
    if row is None:
        raise NoSuchZone
    before = await store.fee_of(tx, zone_id, service, now=now)
    after = {"service": service, "first_kg_minor": first_kg_minor, "next_kg_minor": next_kg_minor}
    if before == after:
        return
    await store.put_fee(
        tx, zone_id, service, valid_from=now, first_kg_minor=first_kg_minor, next_kg_minor=next_kg_minor
    )
    await leave(tx, Trace("fee.set", "shipping_zone", str(zone_id), before=before, after=after), now=now)

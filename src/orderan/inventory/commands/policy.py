"""What a shop decides about a sku at a place: safety stock, reorder point, permission to oversell."""

from datetime import datetime
from uuid import UUID

from orderan.inventory import place_store, store, views
from orderan.inventory.errors import OversellInUse
from orderan.inventory.models import StockKey
from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx


async def set_policy(
    tx: Tx, sku_id: UUID, location_id: UUID, *, safety: int, reorder_point: int, now: datetime
) -> None:
    """Set units kept back from sale and the level at which a person is told; both 0 or more.

    Raises:
        UnknownLocation: The place holds no counted stock.
    """
    await views.require_counted(tx, {location_id})
    before = await place_store.put_policy(tx, sku_id, location_id, safety=safety, reorder_point=reorder_point)
    trace = Trace(
        "stock.policy",
        "sku",
        str(sku_id),
        before=before and {"location": str(location_id)} | before,
        after={"location": str(location_id), "safety": safety, "reorder_point": reorder_point},
    )
    await leave(tx, trace, now=now)


async def permit_oversell(tx: Tx, key: StockKey, *, units: int, now: datetime) -> None:
    """Allow a stock row to be sold this many units beyond what is on hand; 0 forbids it.

    Raises:
        OversellInUse: More than that is already sold beyond what is on hand.
        UnknownLocation: The place holds no counted stock.
    """
    await views.require_counted(tx, {key.location_id})
    await store.ensure_rows(tx, [key])
    await store.lock_rows(tx, [key])
    there = (await views.counters(tx, [key]))[key]
    if -there.free > units:
        raise OversellInUse(units, -there.free)
    await place_store.set_oversell(tx, key, units)
    trace = Trace(
        "stock.oversell",
        "sku",
        str(key.sku_id),
        before={"location": str(key.location_id), "oversell": there.oversell},
        after={"location": str(key.location_id), "oversell": units},
    )
    await leave(tx, trace, now=now)

"""Correct a count: goods found or lost, with the reason."""

from collections.abc import Sequence
from datetime import datetime

from orderan.inventory import store, views
from orderan.inventory.errors import StockShort
from orderan.inventory.models import Bucket, LocationKind, MovementKind, Shortfall, StockKey
from orderan.inventory.store import Movement
from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx


async def adjust_stock(
    tx: Tx, changes: Sequence[tuple[StockKey, int]], *, reason: str, now: datetime
) -> None:
    """Add (positive) or take away (negative) free units, against the loss account.

    Raises:
        StockShort: More would be taken than is free; promised units are never adjusted away.
        UnknownLocation: A key names a place that holds no counted stock.
    """
    loss = await views.account(tx, LocationKind.LOSS)
    await views.require_counted(tx, {key.location_id for key, _ in changes})
    await store.ensure_rows(tx, [key for key, _ in changes])
    await store.lock_rows(tx, [key for key, _ in changes])
    free = await views.free_units(tx, [key for key, _ in changes])
    short = tuple(
        Shortfall(key.sku_id, -change, free[key]) for key, change in changes if free[key] + change < 0
    )
    if short:
        raise StockShort(short)
    movements = []
    for key, change in changes:
        ends = (loss, key.location_id) if change > 0 else (key.location_id, loss)
        movements.append(
            Movement(key, abs(change), ends[0], Bucket.FREE, ends[1], Bucket.FREE, reason=reason)
        )
    await store.move(
        tx, MovementKind.ADJUST, movements, counted={key.location_id for key, _ in changes}, now=now
    )
    traces = [
        Trace("stock.adjust", "sku", str(key.sku_id), after={"location": str(key.location_id), "by": change})
        for key, change in changes
    ]
    await leave(tx, *traces, now=now)

"""Correct a count: goods found or lost, with the reason."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from orderan.inventory import events, rules, store, views
from orderan.inventory.errors import StockShort
from orderan.inventory.models import Bucket, LocationKind, MovementKind, Shortfall, StockKey
from orderan.inventory.store import Movement
from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx
from orderan.kit.events import record
from orderan.kit.ids import new_id


async def adjust_stock(
    tx: Tx, changes: Sequence[tuple[StockKey, int]], *, reason: str, now: datetime
) -> None:
    """Add (positive) or take away (negative) free units, against the loss account.

    Changes of one row are summed first; rows whose sum is zero are left alone.

    Raises:
        StockShort: More would be taken than is free; promised units are never adjusted away.
        UnknownLocation: A key names a place that holds no counted stock.
    """
    sums = {key: change for key, change in rules.per_key(changes).items() if change}
    if not sums:
        return
    loss = await views.account(tx, LocationKind.LOSS)
    await views.require_counted(tx, {key.location_id for key in sums})
    await store.ensure_rows(tx, sums)
    await store.lock_rows(tx, sums)
    there = await views.counters(tx, sums)
    short = tuple(
        Shortfall(key.sku_id, -change, max(0, there[key].free))
        for key, change in sums.items()
        if change < 0 and there[key].free + change < 0
    )
    if short:
        raise StockShort(short)
    await store.move(
        tx,
        MovementKind.ADJUST,
        [_movement(key, change, loss, reason) for key, change in sums.items()],
        counted={key.location_id for key in sums},
        now=now,
    )
    traces = [
        Trace(
            "stock.adjust",
            "sku",
            str(key.sku_id),
            after={"location": str(key.location_id), "by": change, "reason": reason},
        )
        for key, change in sums.items()
    ]
    await leave(tx, *traces, now=now)
    adjusted = events.StockAdjusted(
        skus=tuple(key.sku_id for key in sums),
        locations=tuple(key.location_id for key in sums),
        quantities=tuple(sums.values()),
    )
    await record(tx, new_id(), adjusted, now=now, reason=reason)


def _movement(key: StockKey, change: int, loss: UUID, reason: str) -> Movement:
    ends = (loss, key.location_id) if change > 0 else (key.location_id, loss)
    return Movement(key, abs(change), ends[0], Bucket.FREE, ends[1], Bucket.FREE, reason=reason)

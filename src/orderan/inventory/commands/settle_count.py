"""Book what a count found and missed: bins, counters and ledger in one go."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from orderan.inventory import bin_store, bin_views, events, store, views
from orderan.inventory.bin_models import BinMove
from orderan.inventory.count_rules import CountOff, bookable
from orderan.inventory.models import Bucket, LocationKind, MovementKind, StockKey
from orderan.inventory.store import Movement
from orderan.kit.db import Tx
from orderan.kit.events import record
from orderan.kit.ids import new_id


async def settle_count(
    tx: Tx, changes: Sequence[CountOff], *, cause_id: UUID, reason: str, now: datetime
) -> list[int]:
    """Book changes against the loss account as far as possible; returns the units booked of each.

    Units missed in one bin and found in another have only moved: the ledger has nothing of it.

    Raises:
        UnknownLocation: A key names a place that holds no counted stock.
    """
    keys = {one.key for one in changes}
    if not keys:
        return []
    loss = await views.account(tx, LocationKind.LOSS)
    await views.require_counted(tx, {key.location_id for key in keys})
    await store.ensure_rows(tx, keys)
    await store.lock_rows(tx, keys)
    counted = await views.counters(tx, keys)
    spots: dict[tuple[UUID | None, StockKey], int] = {
        (one.bin_id, one.key): one.quantity for one in await bin_views.where_binned(tx, keys, blocked=True)
    }
    spots |= {(None, key): units for key, units in (await bin_views.unbinned(tx, keys)).items()}
    booked = bookable(changes, inside=spots, free={key: counted[key].free for key in keys})
    sums = dict.fromkeys(sorted(keys), 0)
    for one, units in zip(changes, booked, strict=True):
        sums[one.key] += units
    binned = [
        (one.bin_id, one.key, units)
        for one, units in zip(changes, booked, strict=True)
        if one.bin_id is not None and units
    ]
    # Bins never hold more than is on hand: what leaves them goes before the counters, what comes into them after.
    await bin_store.change_bins(tx, BinMove.COUNT, [one for one in binned if one[2] < 0], now=now)
    movements = [_movement(key, units, loss, cause_id, reason) for key, units in sums.items() if units]
    await store.move(tx, MovementKind.COUNT, movements, counted={key.location_id for key in keys}, now=now)
    await bin_store.change_bins(tx, BinMove.COUNT, [one for one in binned if one[2] > 0], now=now)
    if moved := {key: units for key, units in sums.items() if units}:
        adjusted = events.StockAdjusted(
            skus=tuple(key.sku_id for key in moved),
            locations=tuple(key.location_id for key in moved),
            quantities=tuple(moved.values()),
        )
        await record(tx, new_id(), adjusted, now=now, reason=reason)
    return booked


def _movement(key: StockKey, units: int, loss: UUID, cause_id: UUID, reason: str) -> Movement:
    ends = (loss, key.location_id) if units > 0 else (key.location_id, loss)
    return Movement(key, abs(units), ends[0], Bucket.FREE, ends[1], Bucket.FREE, cause_id, reason)

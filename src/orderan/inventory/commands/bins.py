"""Draw the shelves of a location, block a bin and open it again."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from orderan.inventory import bin_store, bin_views, place_store, store, views
from orderan.inventory.bin_errors import BinHoldsGoods, UnknownBin
from orderan.inventory.bin_models import Bin, BinAsked, BinMove
from orderan.inventory.commands.set_aside import set_aside
from orderan.inventory.models import Bucket
from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx


async def draw_bins(tx: Tx, location_id: UUID, bins: Sequence[BinAsked], *, now: datetime) -> list[Bin]:
    """Make bins, or change those whose codes are there; of two of one code the last counts.

    Raises:
        UnknownLocation: The shop has none of that id, or it holds no counted stock.
        BinHoldsGoods: One would be closed with goods in it; nothing was changed.
    """
    await place_store.lock_location(tx, location_id)
    await views.require_counted(tx, {location_id})
    asked = {one.code: one for one in bins}
    await bin_store.lock_bins(tx, location_id, asked)
    before = {one.code: one for one in await bin_views.list_bins(tx, location_id, codes=asked)}
    for code, one in asked.items():
        if not one.active and code in before and before[code].units:
            raise BinHoldsGoods(code, before[code].units)
    await bin_store.put_bins(tx, location_id, list(asked.values()), now=now)
    after = await bin_views.list_bins(tx, location_id, codes=asked)
    traces = [
        Trace(
            "bin.draw",
            "bin",
            str(one.id),
            before=_plain(before[one.code]) if one.code in before else None,
            after=_plain(one),
        )
        for one in after
        if one.code not in before or _plain(before[one.code]) != _plain(one)
    ]
    await leave(tx, *traces, now=now)
    return after


async def block_bin(tx: Tx, location_id: UUID, bin_id: UUID, *, why: str | None, now: datetime) -> Bin:
    """Nothing goes in or out until somebody has looked; `why` None opens it again.

    Raises:
        UnknownBin: The location has none of that id.
    """
    found = await bin_views.list_bins(tx, location_id, only=[bin_id])
    if not found:
        raise UnknownBin(str(bin_id))
    await bin_store.set_blocked(tx, bin_id, why, now=now)
    trace = Trace(
        "bin.block" if why else "bin.unblock",
        "bin",
        str(bin_id),
        before={"blocked_why": found[0].blocked_why},
        after={"blocked_why": why},
    )
    await leave(tx, trace, now=now)
    [after] = await bin_views.list_bins(tx, location_id, only=[bin_id])
    return after


async def doubt_bin(
    tx: Tx, location_id: UUID, bin_id: UUID, skus: Collection[UUID], *, why: str, now: datetime
) -> None:
    """A picker did not find goods that the book has in a bin: it is blocked, and what of them is free is not for sale.

    Units that are promised stay promised: whoever was promised them is told by their own task.

    Args:
        skus: What was looked for; other goods in the bin stay for sale, and wait until the bin is open again.

    Raises:
        UnknownBin: The location has none of that id.
    """
    there = [row for row in await bin_views.inside(tx, [bin_id]) if row.key.sku_id in skus]
    keys = [row.key for row in there]
    await store.lock_rows(tx, keys)
    counted = await views.counters(tx, keys)
    held = {
        one.key: one.quantity
        for one in await bin_views.where_binned(tx, keys, blocked=True)
        if one.bin_id == bin_id
    }
    doubted = {key: units for key in keys if (units := min(held.get(key, 0), counted[key].free)) > 0}
    gone = [(bin_id, key, -units) for key, units in doubted.items()]
    await bin_store.change_bins(tx, BinMove.LEFT, gone, now=now)
    if doubted:
        await set_aside(tx, doubted, into=Bucket.QUARANTINE, reason=why, now=now)
    await block_bin(tx, location_id, bin_id, why=why, now=now)


def _plain(one: Bin) -> dict[str, object]:
    return {
        "code": one.code,
        "kind": one.kind,
        "zone": one.zone,
        "x_cm": one.x_cm,
        "y_cm": one.y_cm,
        "active": one.active,
    }

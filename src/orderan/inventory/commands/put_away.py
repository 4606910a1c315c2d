"""Goods go into bins, from bin to bin, and out of them into a picker's hands."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from orderan.inventory import bin_rules, bin_store, bin_views, rules, store
from orderan.inventory.bin_errors import BinBlocked, BinShort, NothingToPutAway, UnknownBin
from orderan.inventory.bin_models import Bin, BinMove, PutAway, Shift, Take
from orderan.inventory.models import StockKey
from orderan.kit.db import Tx


async def put_away(
    tx: Tx, puts: Sequence[PutAway], *, in_hand: Mapping[StockKey, int], now: datetime
) -> None:
    """Units of the floor go into bins; all of them or none.

    Args:
        in_hand: Units of these rows that were picked and have not left: they are on nobody's floor.

    Raises:
        UnknownBin, BinBlocked: Of any of them.
        NothingToPutAway: More than lies on the floor of a row, all its puts together.
    """
    keys = {put.key for put in puts}
    await store.lock_rows(tx, keys)
    await bin_store.keep_bins_open(tx, {put.bin_id for put in puts})
    await _open(tx, [(put.bin_id, put.key.location_id) for put in puts])
    floor = await bin_views.unbinned(tx, keys)
    for key, asked in rules.per_key((put.key, put.quantity) for put in puts).items():
        there = max(floor.get(key, 0) - in_hand.get(key, 0), 0)
        if asked > there:
            raise NothingToPutAway(asked, there)
    changes = [(put.bin_id, put.key, put.quantity) for put in puts]
    await bin_store.change_bins(tx, BinMove.PUT_AWAY, changes, now=now)


async def shift(tx: Tx, shifts: Sequence[Shift], *, now: datetime) -> None:
    """Units go from bin to bin, as when a reserve fills a pick face; all of them or none.

    Raises:
        UnknownBin, BinBlocked: Of any of them.
        BinShort: A bin holds fewer than leave it.
    """
    keys = {one.key for one in shifts}
    await store.lock_rows(tx, keys)
    ends = [(bin_id, one.key.location_id) for one in shifts for bin_id in (one.from_bin, one.to_bin)]
    await bin_store.keep_bins_open(tx, {bin_id for bin_id, _ in ends})
    named = await _open(tx, ends)
    held = {(one.bin_id, one.key): one.quantity for one in await bin_views.where_binned(tx, keys)}
    leaving: dict[tuple[UUID, StockKey], int] = {}
    for one in shifts:
        leaving[one.from_bin, one.key] = leaving.get((one.from_bin, one.key), 0) + one.quantity
    for (bin_id, key), units in leaving.items():
        if units > held.get((bin_id, key), 0):
            raise BinShort(named[bin_id].code, units, held.get((bin_id, key), 0))
    changes = [
        change
        for one in shifts
        for change in ((one.from_bin, one.key, -one.quantity), (one.to_bin, one.key, one.quantity))
    ]
    await bin_store.change_bins(tx, BinMove.SHIFT, changes, now=now)


async def take_from_bins(tx: Tx, takes: Sequence[Take], *, now: datetime) -> None:
    """Units leave their bins in a picker's hands; they stay on hand until they are handed over.

    Units that lie in no bin are taken from the floor, of which nothing is booked: so a take of which a
    part is binned, or nothing, is all right as long as it names no bin.

    Raises:
        UnknownBin, BinBlocked: A bin that a take names.
        BinShort: It holds fewer units of these goods.
    """
    keys = {take.key for take in takes}
    await store.lock_rows(tx, keys)
    named = await _open(tx, [(take.bin_id, take.key.location_id) for take in takes if take.bin_id])
    held = await bin_views.where_binned(tx, keys)
    changes: list[bin_store.Change] = []
    for take in takes:
        found = bin_rules.taken(held, take)
        units = sum(count for _, count in found)
        if take.bin_id and units < take.quantity:
            raise BinShort(named[take.bin_id].code, take.quantity, units)
        changes += [(one.bin_id, one.key, -count) for one, count in found]
        held = bin_rules.less(held, found)
    await bin_store.change_bins(tx, BinMove.PICK, changes, now=now)


async def _open(tx: Tx, wanted: Collection[tuple[UUID, UUID]]) -> dict[UUID, Bin]:
    found: dict[UUID, Bin] = {}
    for location_id in {location for _, location in wanted}:
        only = {bin_id for bin_id, location in wanted if location == location_id}
        bins = {one.id: one for one in await bin_views.list_bins(tx, location_id, only=only)}
        for bin_id in only:
            if bin_id not in bins or not bins[bin_id].active:
                raise UnknownBin(str(bin_id))
            if (why := bins[bin_id].blocked_why) is not None:
                raise BinBlocked(bins[bin_id].code, why)
        found |= bins
    return found

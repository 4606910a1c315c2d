"""Count an area: begin, say what is there, end; and whatever sends it to somebody else."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from orderan.inventory import StockKey, inside, lock_rows, unbinned
from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx
from orderan.kit.ids import to_text
from orderan.stocktake import rules, store, views
from orderan.stocktake.commands.open import Within, lock_take
from orderan.stocktake.errors import AreaNotFound, AreaOfAnother, CountedBefore, NotAllCounted, NotInTake
from orderan.stocktake.models import Area, Counted, Row, Scope, StockTake
from orderan.stocktake.states import AREA, TAKE, AreaEvent, AreaState, TakeEvent, TakeState

MOST_NAMED = 10
COUNTS = frozenset({AreaState.COUNTING, AreaState.RECOUNTING})


async def lock_area(tx: Tx, area_id: UUID, *, within: Within = None) -> tuple[StockTake, Area]:
    """Lock the stock-take of an area, and the area with it.

    Raises:
        AreaNotFound: Not there for this caller.
    """
    take_id = await views.take_of_area(tx, area_id)
    if take_id is None:
        raise AreaNotFound(to_text("opa", area_id))
    take = await lock_take(tx, take_id, within=within)
    [area] = await views.areas_of(tx, take_id, only=[area_id])
    return take, area


async def begin_area(
    tx: Tx,
    take: StockTake,
    area: Area,
    *,
    worth: Mapping[UUID, int],
    in_hand: Mapping[StockKey, int],
    now: datetime,
) -> None:
    """Count a locked area from now on; what the book has there is kept. Whoever counts it already goes on.

    Args:
        in_hand: Units that were picked and have not left: they are in no bin, and not on the floor.

    Raises:
        AreaOfAnother: Somebody else counts it.
        CountedBefore: The caller counted it before.
        IllegalMove: It is settled, or the stock-take is.
    """
    TAKE.after(take.state, TakeEvent.COMPLETE)
    if area.state in COUNTS and area.counter == tx.actor:
        return
    if area.state in COUNTS:
        raise AreaOfAnother(area.counter or "")
    becomes = AREA.after(area.state, AreaEvent.BEGIN)
    if tx.actor in area.counters:
        raise CountedBefore
    if area.bin_id and take.scope is not Scope.SKUS and not area.again:
        there = await inside(tx, [area.bin_id])
        await store.insert_rows(tx, take.id, [(area.id, area.bin_id, one.key) for one in there], dict(worth))
    rows = await views.rows_in(tx, area.id)
    book = await _book(tx, area, rows, in_hand)
    begun = [
        replace(row, before=book[row.key], counted=None, after=None, first=row.counted)
        for row in rows
        if row.flagged or not area.again
    ]
    await store.put_rows(tx, area.id, [replace(row, difference=None) for row in begun])
    await store.set_area_states(tx, [area], becomes, counter=tx.actor, now=now)


async def leave_area(tx: Tx, take: StockTake, area: Area, *, now: datetime) -> None:
    """Stop counting a locked area; what was counted is forgotten, and another person may begin.

    Raises:
        AreaOfAnother: Somebody else counts it.
        IllegalMove: Nobody counts it.
    """
    becomes = AREA.after(area.state, AreaEvent.LEAVE)
    if area.counter != tx.actor:
        raise AreaOfAnother(area.counter or "")
    rows = [row for row in await views.rows_in(tx, area.id) if row.flagged or not area.again]
    forgotten = [replace(row, before=None, counted=row.first, after=None, first=None) for row in rows]
    await store.put_rows(tx, area.id, forgotten)
    await store.set_area_states(tx, [area], becomes, counter=None, now=now)
    TAKE.after(take.state, TakeEvent.COMPLETE)


async def tally(
    tx: Tx,
    take: StockTake,
    area: Area,
    counts: Sequence[Counted],
    *,
    names: Mapping[StockKey, str],
    add: bool,
    worth: Mapping[UUID, int],
) -> None:
    """Note what was counted in a locked area; goods the book does not have there are found goods.

    Args:
        names: What to call goods in a refusal.
        add: To what was counted of them so far; else instead of it.

    Raises:
        AreaOfAnother: The caller does not count it.
        NotInTake: Goods that another area has, that the stock-take is not about, or that need no second count.
        IllegalMove: Nobody counts it, or the stock-take is settled.
    """
    TAKE.after(take.state, TakeEvent.COMPLETE)
    AREA.after(area.state, AreaEvent.SETTLE)
    if area.counter != tx.actor:
        raise AreaOfAnother(area.counter or "")
    rows = {row.key: row for row in await views.rows_in(tx, area.id)}
    keyed = [replace(one, key=_row_for(one.key, rows)) for one in counts]
    found = [key for key in dict.fromkeys(one.key for one in keyed) if key not in rows]
    for key in found:
        if take.scope is Scope.SKUS or area.again or await views.counted_in_another(tx, area, key):
            raise NotInTake(names.get(key, ""))
    await store.insert_rows(tx, take.id, [(area.id, area.bin_id, key) for key in found], dict(worth))
    rows |= {key: Row(key, 0, 0, None, None) for key in found}
    for one in keyed:
        row = rows[one.key]
        if area.again and not row.flagged:
            raise NotInTake(names.get(one.key, ""))
        rows[one.key] = replace(row, counted=(row.counted or 0) * add + one.units)
    await store.put_rows(tx, area.id, [rows[key] for key in dict.fromkeys(one.key for one in keyed)])


def _row_for(key: StockKey, rows: Mapping[StockKey, Row]) -> StockKey:
    """Goods carry no name of their owner: the row of the same sku and lot, our own where there are several."""
    if key in rows:
        return key
    same = [one for one in rows if (one.sku_id, one.lot_id) == (key.sku_id, key.lot_id)]
    return same[-1] if same else key


async def finish_area(
    tx: Tx,
    take: StockTake,
    area: Area,
    *,
    in_hand: Mapping[StockKey, int],
    now: datetime,
) -> AreaState:
    """End the count of a locked area and compare it with the book; the last of them completes the stock-take.

    Goods of a bin that nobody scanned are not there. Of goods that are named to the counter, each needs a figure.

    Raises:
        AreaOfAnother: The caller does not count it.
        NotAllCounted: Named goods have no figure; the count goes on.
        IllegalMove: Nobody counts it, or the stock-take is settled.
    """
    TAKE.after(take.state, TakeEvent.COMPLETE)
    AREA.after(area.state, AreaEvent.SETTLE)
    if area.counter != tx.actor:
        raise AreaOfAnother(area.counter or "")
    if names_goods(take, area):
        blank = [one.sku for one in await views.seen_in(tx, area) if one.counted is None]
        if blank:
            raise NotAllCounted(tuple(dict.fromkeys(blank))[:MOST_NAMED])
    rows = [row for row in await views.rows_in(tx, area.id) if row.flagged or not area.again]
    await lock_rows(tx, [row.key for row in rows])
    book = await _book(tx, area, rows, in_hand)
    ended = [
        replace(row, before=row.before or 0, counted=row.counted or 0, after=book[row.key]) for row in rows
    ]
    settled = list(_compared(ended, take, again=area.again))
    await store.put_rows(tx, area.id, settled)
    event = AreaEvent.DOUBT if any(row.flagged for row in settled) else AreaEvent.SETTLE
    becomes = AREA.after(area.state, event)
    await store.set_area_states(tx, [area], becomes, counter=None, now=now)
    await _complete(tx, take, now=now)
    return becomes


def names_goods(take: StockTake, area: Area) -> bool:
    """Whether a counter is told which goods to look for: in no bin, in a second count, or when only some are counted."""
    return area.bin_id is None or area.again or take.scope is Scope.SKUS


def _compared(rows: Sequence[Row], take: StockTake, *, again: bool) -> Iterable[Row]:
    groups: dict[tuple[UUID, UUID], list[Row]] = {}
    for row in rows:
        groups.setdefault((row.key.sku_id, row.key.lot_id), []).append(row)
    for same in groups.values():
        counts = rules.shared(sum(row.counted or 0 for row in same), same)
        for row, counted in zip(same, counts, strict=True):
            difference = rules.off(counted, row.before or 0, row.after or 0)
            flagged = not again and rules.must_recount(difference, row.unit_minor, take.tolerance)
            yield replace(row, counted=counted, difference=difference, flagged=flagged)


async def _book(
    tx: Tx, area: Area, rows: Sequence[Row], in_hand: Mapping[StockKey, int]
) -> dict[StockKey, int]:
    """Units the book has in an area now."""
    if area.bin_id:
        held = {one.key: one.quantity for one in await inside(tx, [area.bin_id])}
        return {row.key: held.get(row.key, 0) for row in rows}
    floor = await unbinned(tx, [row.key for row in rows])
    return {row.key: max(floor.get(row.key, 0) - in_hand.get(row.key, 0), 0) for row in rows}


async def _complete(tx: Tx, take: StockTake, *, now: datetime) -> None:
    if take.state is TakeState.COUNTING and not await views.unsettled(tx, take.id):
        await store.set_take_state(tx, take, TAKE.after(take.state, TakeEvent.COMPLETE), now=now)


async def skip_area(tx: Tx, take: StockTake, area: Area, *, now: datetime) -> None:
    """Leave a locked area out of the stock-take.

    Raises:
        IllegalMove: Somebody counts it or counted it.
    """
    TAKE.after(take.state, TakeEvent.COMPLETE)
    becomes = AREA.after(area.state, AreaEvent.SKIP)
    await store.set_area_states(tx, [area], becomes, counter=None, now=now)
    trace = Trace("stock_take.skip", "stock_take", str(take.id), after={"area": area.label})
    await leave(tx, trace, now=now)
    await _complete(tx, take, now=now)


async def doubt_areas(tx: Tx, take: StockTake, areas: Collection[Area], *, now: datetime) -> None:
    """Let what differs in counted areas be counted once more, by somebody who did not count it.

    Raises:
        IllegalMove: One is not counted, or the stock-take was booked or cancelled.
    """
    if take.state is not TakeState.COUNTING:
        await store.set_take_state(tx, take, TAKE.after(take.state, TakeEvent.REOPEN), now=now)
    for area in areas:
        AREA.after(area.state, AreaEvent.DOUBT)
    await store.flag_differences(tx, {area.id for area in areas})
    await store.set_area_states(tx, areas, AreaState.RECOUNT, counter=None, now=now)
    labels = [area.label for area in areas]
    await leave(tx, Trace("stock_take.doubt", "stock_take", str(take.id), after={"areas": labels}), now=now)

"""Counting an area of a stock-take.

begin    what the book has there is kept; nobody is told
count    goods as they are scanned or typed; what the book does not have there is found
finish   the book is read once more: what moved in between is no difference
again    over the tolerance, somebody else counts it once more

Units that were picked and have not left are in no bin and not on the floor: a picker has them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from orderan.flows.views_counting import worth_of
from orderan.fulfilment import in_hand
from orderan.inventory import LotNeeded, StockKey, UnknownSku, find_or_make_lots, stocked_skus
from orderan.kit.db import Tx
from orderan.kit.ids import NIL
from orderan.stocktake import (
    AreaState,
    Counted,
    Within,
    areas_of,
    begin_area,
    doubt_areas,
    finish_area,
    leave_area,
    lock_area,
    lock_take,
    skip_area,
    tally,
)


@dataclass(frozen=True, slots=True)
class GoodsCounted:
    """Units of a sku by code or barcode; lot None is goods without lots."""

    sku: str
    units: int
    lot: str | None = None


async def begin_counting(tx: Tx, area_id: UUID, *, within: Within = None, now: datetime) -> None:
    """Raises AreaNotFound, AreaOfAnother, CountedBefore, IllegalMove."""
    take, area = await lock_area(tx, area_id, within=within)
    held = await in_hand(tx, take.location_id)
    await begin_area(tx, take, area, worth={}, in_hand=held, now=now)


async def count_goods(
    tx: Tx,
    area_id: UUID,
    goods: Sequence[GoodsCounted],
    *,
    add: bool,
    within: Within = None,
    now: datetime,
) -> None:
    """Note goods that were counted; `add` them to what was counted of the same, or put the figure instead.

    Raises:
        AreaNotFound, AreaOfAnother, NotInTake, IllegalMove.
        UnknownSku: Names every sku that is not there or holds no stock.
        LotNeeded: Names every sku that is kept by lot and came without one.
    """
    take, area = await lock_area(tx, area_id, within=within)
    known = await stocked_skus(tx, {one.sku for one in goods})
    if missing := tuple(dict.fromkeys(one.sku for one in goods if one.sku not in known)):
        raise UnknownSku(missing)
    bare = [known[one.sku].code for one in goods if known[one.sku].lot_tracked and not one.lot]
    if bare:
        raise LotNeeded(tuple(dict.fromkeys(bare)))
    wanted = [(known[one.sku].id, one.lot, None) for one in goods if one.lot]
    lots = await find_or_make_lots(tx, wanted, now=now)
    counts, names = [], {}
    for one in goods:
        sku = known[one.sku]
        key = StockKey(sku.id, take.location_id, NIL, lots[sku.id, one.lot].id if one.lot else NIL)
        counts.append(Counted(key, one.units))
        names[key] = sku.code
    worth = await worth_of(tx, {sku.id for sku in known.values()}, now=now)
    await tally(tx, take, area, counts, names=names, add=add, worth=worth)


async def finish_counting(tx: Tx, area_id: UUID, *, within: Within = None, now: datetime) -> AreaState:
    """Raises AreaNotFound, AreaOfAnother, NotAllCounted, IllegalMove."""
    take, area = await lock_area(tx, area_id, within=within)
    held = await in_hand(tx, take.location_id)
    return await finish_area(tx, take, area, in_hand=held, now=now)


async def leave_counting(tx: Tx, area_id: UUID, *, within: Within = None, now: datetime) -> None:
    """Raises AreaNotFound, AreaOfAnother, IllegalMove."""
    take, area = await lock_area(tx, area_id, within=within)
    await leave_area(tx, take, area, now=now)


async def skip_counting(tx: Tx, area_id: UUID, *, within: Within = None, now: datetime) -> None:
    """Raises AreaNotFound, IllegalMove."""
    take, area = await lock_area(tx, area_id, within=within)
    await skip_area(tx, take, area, now=now)


async def count_again(
    tx: Tx, take_id: UUID, areas: Sequence[UUID], *, within: Within = None, now: datetime
) -> None:
    """Raises TakeNotFound, IllegalMove."""
    take = await lock_take(tx, take_id, within=within)
    await doubt_areas(tx, take, await areas_of(tx, take_id, only=areas), now=now)

"""Open a stock-take, and end it without booking anything."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx
from orderan.kit.events import record
from orderan.kit.ids import new_id, to_text
from orderan.stocktake import store, views
from orderan.stocktake.errors import CountedElsewhere, NothingToCount, TakeNotFound, ToleranceUnreadable
from orderan.stocktake.events import StockTakeOpened
from orderan.stocktake.models import AreaAsked, Scope, StockTake, Tolerance
from orderan.stocktake.states import TAKE, TakeEvent

Within = Collection[UUID] | None


async def open_take(
    tx: Tx,
    location_id: UUID,
    areas: Sequence[AreaAsked],
    *,
    scope: Scope,
    tolerance: Tolerance,
    note: str = "",
    worth: Mapping[UUID, int],
    now: datetime,
) -> StockTake:
    """Let these areas of a locked location be counted.

    Args:
        worth: Minor units a unit of each sku is worth.

    Raises:
        NothingToCount: No areas.
        ToleranceUnreadable: It is below zero.
        CountedElsewhere: An open stock-take counts some of it; nothing was opened.
    """
    if not areas:
        raise NothingToCount
    if tolerance.units < 0 or (tolerance.minor is not None and tolerance.minor < 0):
        raise ToleranceUnreadable
    if labels := await views.live_labels(tx, location_id, areas):
        raise CountedElsewhere(tuple(labels))
    take = StockTake(
        id=new_id(),
        location_id=location_id,
        state=TAKE.initial,
        scope=scope,
        note=note,
        tolerance=tolerance,
        opened_by=tx.actor,
        opened_at=now,
    )
    await store.insert_take(tx, take)
    await store.insert_areas(tx, take.id, areas, dict(worth), now=now)
    after = {"location": str(location_id), "scope": scope, "areas": len(areas), "note": note}
    await leave(tx, Trace("stock_take.open", "stock_take", str(take.id), after=after), now=now)
    await record(tx, take.id, StockTakeOpened(location_id, len(areas)), now=now)
    return take


async def lock_take(tx: Tx, take_id: UUID, *, within: Within = None) -> StockTake:
    """Lock a stock-take.

    Raises:
        TakeNotFound: Not there for this caller.
    """
    take = await store.lock_take(tx, take_id)
    if take is None or (within is not None and take.location_id not in within):
        raise TakeNotFound(to_text("opn", take_id))
    return take


async def cancel_take(tx: Tx, take_id: UUID, *, within: Within = None, now: datetime) -> StockTake:
    """End it; nothing is booked, and what it counted may be counted by another.

    Raises:
        TakeNotFound: Not there for this caller.
        IllegalMove: It was booked or cancelled already.
    """
    take = await lock_take(tx, take_id, within=within)
    becomes = TAKE.after(take.state, TakeEvent.CANCEL)
    await store.set_take_state(tx, take, becomes, now=now)
    await leave(tx, Trace("stock_take.cancel", "stock_take", str(take_id)), now=now)
    return take

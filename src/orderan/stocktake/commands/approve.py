"""Agree to what was counted, and note what of it was booked."""

from collections.abc import Sequence
from datetime import datetime

from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx
from orderan.kit.events import record
from orderan.stocktake import store, views
from orderan.stocktake.errors import ApprovedByCounter
from orderan.stocktake.events import StockTakePosted
from orderan.stocktake.models import Off, StockTake
from orderan.stocktake.states import TAKE, TakeEvent, TakeState


async def agree(tx: Tx, take: StockTake) -> list[Off]:
    """What a locked stock-take has to book; of one that was booked in part, the rest.

    Raises:
        ApprovedByCounter: The caller counted something of it.
        IllegalMove: It is not counted to the end, or cancelled.
    """
    if take.state is not TakeState.POSTED:
        TAKE.after(take.state, TakeEvent.APPROVE)
    if tx.actor in await views.counted_by(tx, take.id):
        raise ApprovedByCounter
    return await views.to_post(tx, take.id)


async def book(tx: Tx, take: StockTake, asked: Sequence[Off], booked: Sequence[int], *, now: datetime) -> int:
    """Note what was booked of each difference; returns the units that are held back."""
    rows = [(one.area_id, one.key, units) for one, units in zip(asked, booked, strict=True) if units]
    await store.add_posted(tx, rows)
    held = sum(abs(one.change - units) for one, units in zip(asked, booked, strict=True))
    found = sum(units for units in booked if units > 0)
    lost = -sum(units for units in booked if units < 0)
    if take.state is not TakeState.POSTED:
        becomes = TAKE.after(take.state, TakeEvent.APPROVE)
        await store.set_take_state(tx, take, becomes, approved_by=tx.actor, now=now)
    after = {"found": found, "lost": lost, "held": held}
    await leave(tx, Trace("stock_take.approve", "stock_take", str(take.id), after=after), now=now)
    await record(tx, take.id, StockTakePosted(take.location_id, found, lost, held), now=now)
    return held

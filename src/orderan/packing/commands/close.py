"""A packing is done, looked at again, or not needed any more; the caller has locked its task."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx
from orderan.packing import rules, store, views
from orderan.packing.commands.pack import open_parcels, put_in_rest
from orderan.packing.errors import (
    OverrideNotAllowed,
    OverrideUnexplained,
    PackingBlocked,
    PackingNotOpen,
)
from orderan.packing.models import Goods, Packing
from orderan.packing.states import PACKING, PackingEvent, PackingState

SHORTEST_WHY: Final = 5
LONGEST_WHY: Final = 300


async def close_packing(
    tx: Tx,
    task_id: UUID,
    goods: Sequence[Goods],
    *,
    why: str | None = None,
    may_override: bool,
    now: datetime,
) -> Packing:
    """Every parcel is as it should be and may leave.

    Args:
        why: Why it may leave although something of it is not as it should be; units nobody scanned are then said to
            be in the last parcel. None does not close it in spite of anything.
        may_override: Whether whoever asks may say so.

    Raises:
        PackingNotOpen: It is not on the table.
        PackingBlocked: Something is in the way, and nobody said why it may leave all the same, or nobody can.
        OverrideNotAllowed, OverrideUnexplained: Of whoever said so.
    """
    packing, parcels = await open_parcels(tx, task_id)
    inside = await views.units_inside(tx, [packing.id])
    kinds = {carton.id: carton for carton in await views.cartons(tx)}
    policy = await views.packing_policy(tx)
    found = rules.obstacles(goods, parcels, inside, kinds, policy)
    overridden = None
    if found:
        if why is None or not all(one.overridable for one in found):
            raise PackingBlocked(found)
        if not may_override:
            raise OverrideNotAllowed
        overridden = " ".join(why.split())[:LONGEST_WHY]
        if len(overridden) < SHORTEST_WHY:
            raise OverrideUnexplained
        await put_in_rest(tx, packing, goods, parcels[-1].no)
        after = {"reason": overridden, "obstacles": [one.plain() for one in found]}
        await leave(tx, Trace("packing.override", "task", str(task_id), after=after), now=now)
    becomes = PACKING.after(PackingState.OPEN, PackingEvent.CLOSE)
    await store.set_state(
        tx,
        [packing.id],
        was=PackingState.OPEN,
        becomes=becomes,
        closed_by=tx.actor,
        override_why=overridden,
        now=now,
    )
    return packing


async def reopen_packing(tx: Tx, task_id: UUID, *, now: datetime) -> Packing:
    """Look at it once more; nothing of it may leave before it is closed again.

    Raises:
        PackingNotOpen: It was never on the table.
        IllegalMove: It is open.
    """
    packing = (await store.lock_packings(tx, [task_id])).get(task_id)
    if packing is None:
        raise PackingNotOpen
    was = PackingState(packing.state)
    becomes = PACKING.after(was, PackingEvent.REOPEN)
    await store.set_state(tx, [packing.id], was=was, becomes=becomes, now=now)
    return packing


async def drop_packings(tx: Tx, tasks: Collection[UUID], *, now: datetime) -> None:
    """Nothing of these tasks is left to send."""
    found = (await store.lock_packings(tx, tasks)).values()
    for was in (PackingState.OPEN, PackingState.CLOSED):
        group = [packing.id for packing in found if packing.state == was]
        if group:
            await store.set_state(tx, group, was=was, becomes=PACKING.after(was, PackingEvent.DROP), now=now)

"""Make a wave of lists, and move it as its lists are walked."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.kit.ids import new_id, to_text
from orderan.picking import store, views
from orderan.picking.errors import ListNotFound, ListOfAnother, TasksInWaves, WaveNotFound
from orderan.picking.models import Method, PickList, Trolley, Wave
from orderan.picking.states import LIST, WAVE, ListEvent, ListState, WaveEvent, WaveState
from orderan.picking.store import OnList

Within = Collection[UUID] | None


async def make_wave(
    tx: Tx,
    location_id: UUID,
    trolleys: Sequence[Trolley],
    *,
    method: Method,
    alone_cm: int,
    courier: str = "",
    cutoff_at: datetime | None = None,
    now: datetime,
) -> Wave:
    """Put locked tasks on lists, a trolley each.

    Raises:
        TasksInWaves: One is on a list already; nothing was written.
    """
    tasks = {job.task_id for trolley in trolleys for job in trolley.jobs}
    if already := await views.live_on(tx, tasks):
        raise TasksInWaves(tuple(sorted(already)))
    wave = Wave(
        id=new_id(),
        location_id=location_id,
        state=WAVE.initial,
        method=method,
        courier=courier,
        cutoff_at=cutoff_at,
        made_by=tx.actor,
        orders=len(tasks),
        units=sum(job.units for trolley in trolleys for job in trolley.jobs),
        walk_cm=sum(trolley.walk_cm for trolley in trolleys),
        alone_cm=alone_cm,
        released_at=now,
        moved_at=now,
    )
    await store.insert_wave(tx, wave)
    lists = [
        PickList(
            new_id(), wave.id, location_id, no, trolley.zone, LIST.initial, None, trolley.walk_cm, None, now
        )
        for no, trolley in enumerate(trolleys, start=1)
    ]
    on_lists = [
        OnList(one.id, job.task_id, trolley.zone, slot)
        for one, trolley in zip(lists, trolleys, strict=True)
        for slot, job in enumerate(trolley.jobs, start=1)
    ]
    await store.insert_lists(tx, lists, on_lists)
    return wave


async def lock_wave(tx: Tx, wave_id: UUID, *, within: Within = None) -> tuple[Wave, list[PickList]]:
    """Lock a wave, and its lists with it.

    Raises:
        WaveNotFound: Not there for this caller.
    """
    wave = await store.lock_wave(tx, wave_id)
    if wave is None or (within is not None and wave.location_id not in within):
        raise WaveNotFound(to_text("wav", wave_id))
    return wave, await store.lists_of(tx, wave_id)


async def lock_list(tx: Tx, list_id: UUID, *, within: Within = None) -> tuple[Wave, PickList]:
    """Lock the wave of a list; the list is as it is then.

    Raises:
        ListNotFound: Not there for this caller.
    """
    found = await views.find_list(tx, list_id)
    if found is None or (within is not None and found.location_id not in within):
        raise ListNotFound(to_text("pkl", list_id))
    wave, lists = await lock_wave(tx, found.wave_id)
    return wave, next(one for one in lists if one.id == list_id)


async def take_list(tx: Tx, wave: Wave, one: PickList, *, over: bool = False, now: datetime) -> None:
    """The caller walks a list of a locked wave from now on; saying it again changes nothing.

    Args:
        over: Take it from whoever has it: they went home.

    Raises:
        ListOfAnother: Somebody else has it, and `over` was not said.
        IllegalMove: It is over.
    """
    if one.state == ListState.TAKEN:
        if one.picker == tx.actor:
            return
        if not over:
            raise ListOfAnother(one.picker or "")
        await put_back(tx, one, now=now)
        one = replace(one, state=ListState.OPEN)
    await _move_lists(tx, [one], ListEvent.TAKE, picker=tx.actor, now=now)
    if wave.state == WaveState.RELEASED:
        await move_wave(tx, wave, WaveEvent.BEGIN, now=now)


async def put_back(tx: Tx, one: PickList, *, now: datetime) -> None:
    """The picker of a list stops; another goes on.

    Raises:
        IllegalMove: Nobody has it.
    """
    await _move_lists(tx, [one], ListEvent.PUT_BACK, now=now)


async def finish_list(tx: Tx, wave: Wave, one: PickList, *, now: datetime) -> None:
    """Nothing on a list is left to pick; with the last one its wave is done.

    Raises:
        IllegalMove: It is over already.
    """
    await _move_lists(tx, [one], ListEvent.FINISH, now=now)
    rest = await store.lists_of(tx, wave.id)
    if all(ListState(other.state) in LIST.finals for other in rest):
        await move_wave(tx, wave, WaveEvent.FINISH, now=now)


async def drop_wave(tx: Tx, wave: Wave, lists: Sequence[PickList], *, now: datetime) -> None:
    """Take a wave back that nobody began with; its tasks wait for another.

    Raises:
        IllegalMove: Somebody began, or it is over.
    """
    await move_wave(tx, wave, WaveEvent.DROP, now=now)
    await _move_lists(tx, [one for one in lists if one.state == ListState.OPEN], ListEvent.DROP, now=now)


async def move_wave(tx: Tx, wave: Wave, event: WaveEvent, *, now: datetime) -> None:
    """Move a locked wave.

    Raises:
        IllegalMove: It is in a state this event does not happen in.
    """
    becomes = WAVE.after(WaveState(wave.state), event)
    if await store.set_wave_state(tx, wave, becomes, now=now) != 1:
        message = "a wave moved while it was locked"
        raise AssertionError(message)


async def _move_lists(
    tx: Tx, lists: Sequence[PickList], event: ListEvent, *, picker: str | None = None, now: datetime
) -> None:
    if not lists:
        return
    [becomes] = {LIST.after(ListState(one.state), event) for one in lists}
    if await store.set_list_states(tx, lists, becomes, picker=picker, now=now) != len(lists):
        message = "lists moved while their wave was locked"
        raise AssertionError(message)


async def leave_out(tx: Tx, list_id: UUID, tasks: Collection[UUID]) -> None:
    """These tasks cannot be walked with this list: another wave may have them."""
    if tasks:
        await store.take_off(tx, list_id, tasks)

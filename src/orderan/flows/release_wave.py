"""Waves: which orders are walked together, shown first and then released.

draw      what a wave would be: its trolleys, how far they are walked, and how far order by order would be
release   its tasks are locked, given to the pickers and put on lists, all or none
due       the worker does so for every courier that leaves soon
drop      nobody began: its orders wait for another wave
take      a picker walks a list; what cannot be started any more is left out of it
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from orderan.flows.pick_task import Within, lock_work, release_tasks, start_picking
from orderan.flows.views_bins import where_to_take
from orderan.flows.views_waves import Candidate, Criteria, Floor, candidates, floor_of, list_sheet
from orderan.fulfilment import TaskState, obstacles, readiness
from orderan.inventory import Binned, list_locations
from orderan.kit.db import Tx
from orderan.orders import EVERYTHING, Scope
from orderan.picking import (
    Cutoff,
    Job,
    ListState,
    Method,
    NothingToRelease,
    PickingPolicy,
    PickList,
    TasksInWaves,
    Trolley,
    Wave,
    automatic_places,
    cutoffs_of,
    drop_wave,
    finish_list,
    first_for,
    is_due,
    leave_out,
    lists_waiting,
    lock_list,
    lock_wave,
    make_wave,
    next_closing,
    policy_of,
    put_back,
    s_shape,
    slots_of,
    take_list,
    trolleys,
    was_released,
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a wave would be.

    Attributes:
        not_ready: Orders that fit but for something that stands in the way of picking them.
        lines: Stock rows over all its orders.
        bins: Places that are gone to, over all trolleys.
        loose: Units that lie in no bin; nobody knows how far they are.
        alone_cm: How far its orders would be walked one by one.
    """

    orders: Sequence[Candidate]
    not_ready: int
    trolleys: Sequence[Trolley]
    lines: int
    units: int
    bins: int
    loose: int
    walk_cm: int
    alone_cm: int


async def draw_wave(
    tx: Tx, scope: Scope, location_id: UUID, criteria: Criteria, policy: PickingPolicy
) -> Drawn:
    """What a wave of a location would be; nothing is changed."""
    found, not_ready = await candidates(tx, scope, location_id, criteria)
    floor = await floor_of(tx, location_id)
    wanted = {(turn, place): one for turn, task in enumerate(found) for place, one in enumerate(task.wanted)}
    index = list(wanted)
    places, _ = await where_to_take(tx, dict(enumerate(wanted.values())))
    at: dict[int, list[tuple[Binned, int]]] = defaultdict(list)
    for line, (turn, _) in enumerate(index):
        at[turn] += places[line]
    jobs = [job for turn, task in enumerate(found) for job in _jobs(task, at[turn], floor, policy.method)]
    slots = 1 if policy.method is Method.ORDER else policy.slots
    made = trolleys(jobs, depth_cm=floor.depth_cm, slots=slots, most_units=policy.most_units)
    units = sum(task.units for task in found)
    return Drawn(
        orders=found,
        not_ready=not_ready,
        trolleys=made,
        lines=len(wanted),
        units=units,
        bins=sum(len({spot for job in trolley.jobs for spot in job.spots}) for trolley in made),
        loose=units - sum(count for bins in at.values() for _, count in bins),
        walk_cm=sum(trolley.walk_cm for trolley in made),
        alone_cm=sum(
            s_shape([(bin_.x_cm, bin_.y_cm) for bin_, _ in at[turn]], depth_cm=floor.depth_cm)
            for turn in range(len(found))
        ),
    )


def _jobs(task: Candidate, bins: Sequence[tuple[Binned, int]], floor: Floor, method: Method) -> list[Job]:
    """A task as one walk, or as one in each zone it has goods in; what lies in no bin goes with the first."""
    if method is not Method.ZONE:
        return [Job(task.task_id, [(bin_.x_cm, bin_.y_cm) for bin_, _ in bins], task.units)]
    zones: dict[str, list[tuple[Binned, int]]] = defaultdict(list)
    for bin_, units in bins:
        zones[floor.zones[bin_.bin_id]].append((bin_, units))
    if not zones:
        return [Job(task.task_id, [], task.units)]
    loose = task.units - sum(units for _, units in bins)
    return [
        Job(
            task.task_id,
            [(bin_.x_cm, bin_.y_cm) for bin_, _ in zones[zone]],
            sum(units for _, units in zones[zone]) + (0 if turn else loose),
            zone,
        )
        for turn, zone in enumerate(sorted(zones))
    ]


async def release_wave(
    tx: Tx,
    scope: Scope,
    location_id: UUID,
    criteria: Criteria,
    policy: PickingPolicy,
    *,
    courier: str = "",
    cutoff_at: datetime | None = None,
    now: datetime,
) -> Wave:
    """Give a wave to the pickers.

    Raises:
        NothingToRelease: No order fits.
        TasksInWaves: Somebody else released one of them meanwhile, or it moved on; nothing was released.
        PickingBlocked: Its buyer takes back their word in this moment; nothing was released.
    """
    drawn = await draw_wave(tx, scope, location_id, criteria, policy)
    if not drawn.orders:
        raise NothingToRelease
    ids = [one.task_id for one in drawn.orders]
    _, tasks = await lock_work(tx, ids, within=scope.location_ids)
    if moved := [task.id for task in tasks if task.state not in {TaskState.PLANNED, TaskState.RELEASED}]:
        raise TasksInWaves(tuple(moved))
    wave = await make_wave(
        tx,
        location_id,
        drawn.trolleys,
        method=policy.method,
        alone_cm=drawn.alone_cm,
        courier=courier,
        cutoff_at=cutoff_at,
        now=now,
    )
    if planned := [task.id for task in tasks if task.state == TaskState.PLANNED]:
        await release_tasks(tx, planned, within=scope.location_ids, now=now)
    return wave


async def release_due(tx: Tx, *, now: datetime) -> int:
    """Release a wave for each courier that leaves a location soon, where the worker does that; returns orders."""
    released = 0
    places = {place.id: place for place in await list_locations(tx)}
    for location_id in await automatic_places(tx):
        place = places[location_id]
        policy = await policy_of(tx, location_id)
        cutoffs = await cutoffs_of(tx, location_id)
        for cutoff in cutoffs:
            closes_at = next_closing(cutoff, place.time_zone, now)
            criteria = await _leaving_with(tx, location_id, cutoff, cutoffs, place.time_zone, now)
            if criteria.only and is_due(
                cutoff,
                closes_at,
                now,
                ready=len(criteria.only),
                slots=policy.slots,
                waiting=await lists_waiting(tx, location_id),
                most_waiting=policy.waiting_lists,
                released=await was_released(tx, location_id, cutoff.courier, closes_at),
            ):
                wave = await release_wave(
                    tx,
                    EVERYTHING,
                    location_id,
                    criteria,
                    policy,
                    courier=cutoff.courier,
                    cutoff_at=closes_at,
                    now=now,
                )
                released += wave.orders
    return released


async def _leaving_with(
    tx: Tx, location_id: UUID, cutoff: Cutoff, cutoffs: Sequence[Cutoff], zone: str, now: datetime
) -> Criteria:
    """Orders whose next departure is this one: those of its services that no courier takes sooner."""
    found, _ = await candidates(tx, EVERYTHING, location_id, Criteria(services=cutoff.services))
    first: Mapping[str | None, tuple[datetime, Cutoff] | None] = {
        service: first_for(service, cutoffs, zone, now) for service in {one.service for one in found}
    }
    return Criteria(
        only=[
            one.task_id
            for one in found
            if (leaves := first[one.service]) is not None and leaves[1].id == cutoff.id
        ]
    )


async def drop_released(tx: Tx, wave_id: UUID, *, within: Within = None, now: datetime) -> None:
    """Take a wave back that nobody began with; its orders can be drawn again.

    Raises:
        WaveNotFound: Not there for this caller.
        IllegalMove: Somebody began, or it is over.
    """
    wave, lists = await lock_wave(tx, wave_id, within=within)
    await drop_wave(tx, wave, lists, now=now)


async def begin_list(
    tx: Tx, list_id: UUID, *, over: bool = False, within: Within = None, now: datetime
) -> list[UUID]:
    """The caller walks a list; returns the tasks that were left out, because something stands in their way.

    Args:
        over: Take it from whoever has it.

    Raises:
        ListNotFound: Not there for this caller.
        ListOfAnother: Somebody else has it, and `over` was not said.
        IllegalMove: It is over.
    """
    orders, tasks = await lock_work(tx, await slots_of(tx, list_id), within=within)
    wave, one = await lock_list(tx, list_id, within=within)
    await take_list(tx, wave, one, over=over, now=now)
    ready = await readiness(tx, orders)
    released = [task for task in tasks if task.state == TaskState.RELEASED]
    blocked = [task.id for task in released if obstacles(ready[task.order_id])]
    if able := [task.id for task in released if task.id not in blocked]:
        await start_picking(tx, able, within=within, now=now)
    await leave_out(tx, list_id, blocked)
    await end_walked(tx, list_id, now=now)
    return blocked


async def stop_list(tx: Tx, list_id: UUID, *, within: Within = None, now: datetime) -> None:
    """Put a list back, for another picker to go on with.

    Raises:
        ListNotFound: Not there for this caller.
        IllegalMove: Nobody has it.
    """
    _, one = await lock_list(tx, list_id, within=within)
    await put_back(tx, one, now=now)


async def end_walked(tx: Tx, list_id: UUID, *, now: datetime) -> bool:
    """End a list that nothing is left to walk for; says whether it did. Its orders are locked."""
    wave, one = await lock_list(tx, list_id)
    if one.state not in {ListState.OPEN, ListState.TAKEN} or await _is_walked_for(tx, one):
        return False
    await finish_list(tx, wave, one, now=now)
    return True


async def _is_walked_for(tx: Tx, one: PickList) -> bool:
    sheet = await list_sheet(tx, one.id, one.location_id, one.zone)
    return bool(sheet.stops)

"""Routes that were asked for, and the runs they become."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from psycopg.errors import UniqueViolation

from orderan.fleet import store, store_planning, views
from orderan.fleet.errors import DepotMissing, NotMovable, PlanningUnderWay, PlanOvertaken, StopNotFound
from orderan.fleet.events import RunMoved, StopMoved
from orderan.fleet.models import Depot, Planning, Run, RunStop, Tour
from orderan.fleet.states import (
    AHEAD,
    PLANNING,
    RUN,
    STOP,
    PlanningEvent,
    PlanningState,
    RunEvent,
    RunState,
    StopEvent,
    StopState,
)
from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx
from orderan.kit.events import Fact, record_all
from orderan.kit.ids import new_id, to_text

PATIENCE: Final = timedelta(minutes=5)
"""After which what was asked for and never answered stands in nobody's way."""


async def ask_planning(
    tx: Tx, location_id: UUID, *, run_id: UUID | None, weather: str, now: datetime
) -> Planning:
    """Ask for routes of all that waits at a location, or for the rest of one run.

    Raises:
        DepotMissing: Nobody said where vans of this location begin.
        PlanningUnderWay: The same was asked for and is being solved.
    """
    if location_id not in await views.depots(tx):
        raise DepotMissing(to_text("loc", location_id))
    await store_planning.give_up(tx, location_id, before=now - PATIENCE, why="given_up", now=now)
    made = Planning(new_id(), location_id, run_id, weather, PlanningState.ASKED, now, now)
    if not await store_planning.insert_planning(tx, made):
        raise PlanningUnderWay
    return made


async def end_planning(
    tx: Tx,
    planning_id: UUID,
    *,
    refusal: str | None = None,
    outcome: Mapping[str, Any] | None = None,
    now: datetime,
) -> None:
    """Write what came of it: a refusal by its code, or counts of what was planned.

    Raises:
        PlanOvertaken: It was ended before, or is not the shop's.
    """
    event = PlanningEvent.APPLY if refusal is None else PlanningEvent.REFUSE
    becomes = PLANNING.after(PlanningState.ASKED, event)
    ended = await store_planning.end_planning(
        tx, planning_id, becomes=becomes, refusal=refusal, outcome=outcome, now=now
    )
    if ended != 1:
        raise PlanOvertaken


async def locked_depot(tx: Tx, location_id: UUID) -> Depot:
    """The depot of a location, locked: plans of it are made one after another.

    Raises:
        DepotMissing: Nobody said where vans of this location begin.
    """
    depot = await store.lock_depot(tx, location_id)
    if depot is None:
        raise DepotMissing(to_text("loc", location_id))
    return depot


async def make_runs(
    tx: Tx,
    location_id: UUID,
    tours: Sequence[Tour],
    *,
    instead_of: Mapping[UUID, int],
    day: date,
    weather: str,
    now: datetime,
) -> list[UUID]:
    """Make runs of tours; those they were solved to replace are cancelled. Returns the new ones.

    Args:
        instead_of: Version of each planned run as it was solved with.

    Raises:
        PlanOvertaken: A run changed since, or a van, a driver or a parcel is on another; nothing was made.
    """
    runs = await store.lock_runs(tx, instead_of)
    if {run.id: run.version for run in runs.values()} != dict(instead_of):
        raise PlanOvertaken
    await cancel_runs(tx, list(runs.values()), now=now)
    made = [(new_id(), tour) for tour in tours]
    stops = [
        RunStop(
            id=new_id(),
            run_id=run_id,
            order_id=parcel.order_id,
            parcel_id=parcel.parcel_id,
            turn=turn,
            state=STOP.initial,
            arrives_at=arrives,
            opens_at=opens,
            closes_at=closes,
            cash_minor=parcel.cash_minor,
            moved_at=now,
            reason=None,
            pinned=parcel.pinned,
        )
        for run_id, tour in made
        for turn, (parcel, arrives, opens, closes) in enumerate(tour.stops, 1)
    ]
    rows = [
        (run_id, tour.van_id, tour.driver_id, tour.leaves_at, tour.returns_at, tour.metres)
        for run_id, tour in made
    ]
    try:
        async with tx.savepoint():
            await store.insert_runs(tx, rows, location_id=location_id, day=day, weather=weather, now=now)
            await store.insert_stops(tx, stops)
    except UniqueViolation as fault:
        raise PlanOvertaken from fault
    facts = [
        Fact(run_id, RunMoved(location_id, tour.van_id, None, str(RUN.initial))) for run_id, tour in made
    ]
    await record_all(tx, facts, now=now)
    return [run_id for run_id, _ in made]


async def cancel_runs(tx: Tx, runs: Sequence[Run], *, now: datetime) -> None:
    """Runs that did not leave are not made; their parcels wait for others. The caller has locked the runs.

    Raises:
        IllegalMove: One has left.
    """
    for run in runs:
        RUN.after(run.state, RunEvent.CANCEL)
    await skip_ahead(tx, runs, now=now)
    for run in runs:
        await move_run(tx, run, RunEvent.CANCEL, now=now)


async def skip_ahead(tx: Tx, runs: Collection[Run], *, now: datetime) -> list[RunStop]:
    """Take every stop that was not made off these runs; returns them. The caller has locked the runs."""
    ahead = [stop for stop in await views.stops_of(tx, [run.id for run in runs]) if stop.state in AHEAD]
    await skip_stops(tx, ahead, now=now)
    return ahead


async def skip_stops(tx: Tx, stops: Sequence[RunStop], *, now: datetime) -> None:
    """Take stops off their runs, which the caller has locked.

    Raises:
        IllegalMove: One was made.
    """
    for was in AHEAD:
        some = [stop for stop in stops if stop.state == was]
        becomes = STOP.after(was, StopEvent.SKIP)
        moved = await store.set_stops(
            tx, [stop.id for stop in some], was=was, becomes=becomes, reason=None, now=now
        )
        if moved != len(some):
            raise PlanOvertaken
    facts = [
        Fact(
            stop.run_id,
            StopMoved(
                stop.id, stop.parcel_id, str(stop.state), str(STOP.after(stop.state, StopEvent.SKIP)), None
            ),
        )
        for stop in stops
    ]
    await record_all(tx, facts, now=now)
    for run_id in sorted({stop.run_id for stop in stops}):
        await store.touch(tx, run_id)


async def move_run(tx: Tx, run: Run, event: RunEvent, *, now: datetime) -> None:
    """Move a run the caller has locked.

    Raises:
        IllegalMove: It is in a state this event does not happen in.
    """
    becomes = RUN.after(run.state, event)
    if await store.set_run(tx, run, becomes=becomes, now=now) != 1:
        message = "a run moved while it was locked"
        raise AssertionError(message)
    await record_all(
        tx, [Fact(run.id, RunMoved(run.location_id, run.van_id, str(run.state), str(becomes)))], now=now
    )


async def put_in_turn(
    tx: Tx,
    run_id: UUID,
    tour: Tour,
    *,
    version: int,
    now: datetime,
) -> None:
    """Give the stops of a run that are ahead the turns of a tour.

    Args:
        version: The run as it was solved.

    Raises:
        PlanOvertaken: The run changed since; nothing was done.
    """
    run = (await store.lock_runs(tx, [run_id])).get(run_id)
    if run is None or run.version != version or run.state not in {RunState.PLANNED, RunState.OUT}:
        raise PlanOvertaken
    stops = await views.stops_of(tx, [run_id])
    ahead = {stop.parcel_id: stop for stop in stops if stop.state in AHEAD}
    if {parcel.parcel_id for parcel, *_ in tour.stops} != set(ahead):
        raise PlanOvertaken
    made = max((stop.turn for stop in stops if stop.state not in AHEAD), default=0)
    turns = [
        (ahead[parcel.parcel_id].id, run_id, made + place, arrives)
        for place, (parcel, arrives, _, _) in enumerate(tour.stops, 1)
    ]
    await store.set_turns(tx, turns)
    await store.set_tour(
        tx,
        run_id,
        leaves_at=tour.leaves_at if run.state is RunState.PLANNED else run.leaves_at,
        returns_at=tour.returns_at,
        metres=tour.metres if run.state is RunState.PLANNED else run.metres,
        now=now,
    )


async def move_stop(tx: Tx, stop_id: UUID, to_run: UUID, *, now: datetime) -> RunStop:
    """Give a stop to another van of the same place that has not left either, as its last; returns it as it was.

    Raises:
        StopNotFound: The shop has no such stop.
        NotMovable: One of the vans has left, or they belong to different places.
    """
    stop = await views.stop_of(tx, stop_id)
    if stop is None:
        raise StopNotFound(to_text("stp", stop_id))
    runs = await store.lock_runs(tx, {stop.run_id, to_run})
    target = runs.get(to_run)
    if (
        target is None
        or stop.run_id == to_run
        or any(run.state is not RunState.PLANNED for run in runs.values())
        or len({run.location_id for run in runs.values()}) != 1
    ):
        raise NotMovable
    stop = await views.stop_of(tx, stop_id)
    if stop is None or stop.state is not StopState.PLANNED or stop.run_id not in runs:
        raise NotMovable
    there = await views.stops_of(tx, [to_run])
    last = max((one.turn for one in there), default=0)
    await store.set_turns(tx, [(stop.id, to_run, last + 1, target.returns_at)])
    await store.touch(tx, stop.run_id)
    await store.touch(tx, to_run)
    trace = Trace(
        "fleet.move_stop",
        "run",
        str(to_run),
        before={"run": str(stop.run_id), "parcel": str(stop.parcel_id)},
        after={"run": str(to_run), "parcel": str(stop.parcel_id)},
    )
    await leave(tx, trace, now=now)
    return stop

"""Planning the tours of own vans: asked for on a page, solved by a job, applied to what it was solved for.

    asked    a row says so, and a job does it; the page may be closed
    read     what waits, vans, drivers and where doors are, in a transaction that writes nothing
    solved   in a thread, with no transaction open, for so many seconds and no longer; distances may be asked outside
    applied  runs that did not leave are replaced, all of them or none; what changed meanwhile is solved anew
    told     a decision keeps what was known, what it costs, and why a parcel stayed

The same, smaller, for the rest of one run: a stop failed, a van is late, a parcel was moved.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from orderan.fleet import (
    AHEAD,
    STALE,
    Depot,
    DepotMissing,
    Driver,
    Layout,
    NobodyDrives,
    NothingWaits,
    Planning,
    PlanningState,
    PlanningUnderWay,
    PlanOvertaken,
    Run,
    RunState,
    StopState,
    Tour,
    Van,
    Waiting,
    areas,
    ask_planning,
    crews_of,
    depots,
    drivers_of,
    end_planning,
    laid_out,
    laid_out_again,
    locked_depot,
    make_runs,
    nearest_area,
    planning_of,
    positions,
    put_in_turn,
    run_for,
    run_of,
    runs_of_day,
    shift_of,
    stops_of,
    tour_in_turn,
    tours_of,
    urgency_of,
    vans_of,
    why_left,
    wishes,
    with_the_left_out,
)
from orderan.flows.collect_cod import cash_at_doors
from orderan.flows.fleet_distances import Distances
from orderan.flows.views_fleet import Carried, carried, carried_from, door_points
from orderan.kit import decisions, jobs
from orderan.kit.calling import Caller as Outside
from orderan.kit.clock import Clock
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.decisions import Decision
from orderan.kit.errors import Refusal
from orderan.kit.ids import to_text
from orderan.routes import Osrm, Point, Roads, Solution, cost_of, pace, solve
from orderan.shipping import parcels_of_orders

PLAN_S: Final = 8.0
"""A dispatcher waits so long for a whole day."""
AGAIN_S: Final = 2.0
"""And so long for the rest of a run."""
TRIES: Final = 3
"""How often what changed while it was solved is solved anew."""
LIGHT_G: Final = 500
"""What a parcel that nobody weighed counts as."""
RULE: Final = "routes@1"
PLANNING_KIND: Final = "fleet_plan"

Within = Collection[UUID] | None


@dataclass(frozen=True, slots=True)
class Ground:
    """What is to be solved.

    Attributes:
        instead_of: Version of each run that would be replaced.
        start: Where the van of a run that is out is.
        kept, cash_minor: What failed and is in that van, and the cash it has.
    """

    depot: Depot
    day: date
    vans: Sequence[Van]
    drivers: Sequence[Driver]
    waiting: Sequence[Waiting]
    instead_of: Mapping[UUID, int]
    start: Point | None = None
    kept: Sequence[Waiting] = ()
    cash_minor: int = 0


async def plan_day(
    tx: Tx, location_id: UUID, *, weather: str, within: Within = None, now: datetime
) -> Planning:
    """Ask for tours of all that waits at a location, and leave a job that makes them.

    Raises:
        DepotMissing: Nobody said where its vans begin, or it is outside `within`.
        PlanningUnderWay: It was asked for and is being solved.
    """
    if within is not None and location_id not in within:
        raise DepotMissing(to_text("loc", location_id))
    made = await ask_planning(tx, location_id, run_id=None, weather=weather, now=now)
    await _defer(tx, made)
    return made


async def plan_again(tx: Tx, run_id: UUID, *, within: Within = None, now: datetime) -> Planning:
    """Ask for another order of what a run has ahead.

    Raises:
        RunNotFound: The shop has no such run, or it is outside `within`.
        PlanningUnderWay: It was asked for and is being solved.
    """
    run = await run_for(tx, run_id, within=within)
    made = await ask_planning(tx, run.location_id, run_id=run.id, weather=run.weather, now=now)
    await _defer(tx, made)
    return made


async def plan_again_by_itself(tx: Tx, run: Run, *, now: datetime) -> None:
    """The same where nobody asked: something did not go as planned."""
    try:
        await plan_again(tx, run.id, now=now)
    except PlanningUnderWay:
        # Whoever asked before gets what is true now: it is read after this transaction ends.
        return


async def _defer(tx: Tx, made: Planning) -> None:
    await jobs.defer(
        tx,
        plan_job,
        lock=f"fleet:{tx.shop_id}:{made.location_id}",
        planning_id=str(made.id),
        actor=tx.actor,
    )


async def make_plan(
    db: Database,
    caller: Caller,
    keyring: Keyring,
    planning_id: UUID,
    *,
    clock: Clock,
    distances: Distances,
    seconds: tuple[float, float] = (PLAN_S, AGAIN_S),
) -> Refusal | None:
    """Do what was asked for; why nothing was planned, None when something was.

    What is over already, by a run before this one or beside it, stays as it is.
    """
    refusal: Refusal = PlanOvertaken()
    for _ in range(TRIES):
        asked = await db.run(caller, lambda tx: planning_of(tx, planning_id))
        if asked is None or asked.state is not PlanningState.ASKED:
            return None
        try:
            if asked.run_id is None:
                await _whole_day(db, caller, keyring, asked, clock, distances, seconds[0])
            else:
                await _rest_of(db, caller, keyring, asked, asked.run_id, clock, distances, seconds[1])
        except PlanOvertaken as overtaken:
            refusal = overtaken
        except Refusal as other:
            refusal = other
            break
        else:
            return None
    end = partial(end_planning, planning_id=planning_id, refusal=refusal.code, now=clock.now())
    try:
        await db.run(caller, end)
    except PlanOvertaken:
        # Another run of the same job came to its end meanwhile: what it wrote stands.
        return None
    return refusal


async def _whole_day(
    db: Database,
    caller: Caller,
    keyring: Keyring,
    asked: Planning,
    clock: Clock,
    distances: Distances,
    seconds: float,
) -> None:
    now = clock.now()
    ground = await db.run(caller, lambda tx: read_ground(tx, keyring, asked.location_id, now=now))
    crews = crews_of(ground.depot, ground.vans, ground.drivers, ground.day, now=now)
    if not ground.waiting:
        raise NothingWaits
    if not crews:
        raise NobodyDrives(len(ground.vans), len(ground.drivers))
    placed = [parcel for parcel in ground.waiting if parcel.point is not None]
    factor = _factor(ground, crews, asked.weather, distances.roads, now=now)
    points = [ground.depot.point, *(parcel.point for parcel in placed if parcel.point is not None)]
    table, source = await distances.between(points, factor=factor)
    layout = laid_out(ground.depot, crews, placed, ground.day, table, now=now)
    solution = await asyncio.to_thread(solve, layout.problem, seconds=seconds)
    tours, left = tours_of(layout, solution)
    unplaced = [parcel for parcel in ground.waiting if parcel.point is None]
    vans = [van for van, _ in crews]
    reasons = {str(parcel.parcel_id): why_left(parcel, vans) for parcel in [*left, *unplaced]}

    async def apply(tx: Tx) -> None:
        await locked_depot(tx, asked.location_id)
        moment = clock.now()
        there = await read_ground(tx, keyring, asked.location_id, now=moment)
        if not _still(ground, there, tours):
            raise PlanOvertaken
        runs = await make_runs(
            tx,
            asked.location_id,
            tours,
            instead_of=ground.instead_of,
            day=ground.day,
            weather=asked.weather,
            now=moment,
        )
        outcome = _outcome(layout, solution, tours, reasons, source)
        await end_planning(tx, asked.id, outcome=outcome, now=moment)
        told = {
            "parcels": len(ground.waiting),
            "vans": len(ground.vans),
            "drivers": len(ground.drivers),
            "weather": asked.weather,
            "factor": round(factor, 3),
            "seconds": seconds,
            "distances": source,
        }
        made = {"runs": [str(run) for run in runs], "left": reasons, **outcome}
        codes = sorted(set(reasons.values())) or ["all_planned"]
        decision = Decision(asked.id, PLANNING_KIND, RULE, told, made, codes)
        await decisions.keep(tx, [decision], now=moment)

    await db.run(caller, apply)


def _still(ground: Ground, there: Ground, tours: Sequence[Tour]) -> bool:
    """Whether what was solved can be done: parcels, vans and drivers are as free as they were, runs as planned."""
    parcels = {parcel.parcel_id for parcel in there.waiting}
    vans, drivers = {van.id for van in there.vans}, {one.staff_id for one in there.drivers}
    return (
        dict(there.instead_of) == dict(ground.instead_of)
        and all(tour.van_id in vans and tour.driver_id in drivers for tour in tours)
        and all(parcel.parcel_id in parcels for tour in tours for parcel, *_ in tour.stops)
    )


def _outcome(
    layout: Layout, solution: Solution, tours: Sequence[Tour], reasons: Mapping[str, str], source: str
) -> dict[str, Any]:
    routes = replace(solution, left_out=())
    return {
        "tours": len(tours),
        "stops": sum(len(tour.stops) for tour in tours),
        "metres": sum(tour.metres for tour in tours),
        "cost_minor": cost_of(layout.problem, routes) // 10,
        "unpinned": sum(not parcel.pinned for tour in tours for parcel, *_ in tour.stops),
        "stays": len(reasons),
        "distances": source,
    }


async def _rest_of(
    db: Database,
    caller: Caller,
    keyring: Keyring,
    asked: Planning,
    run_id: UUID,
    clock: Clock,
    distances: Distances,
    seconds: float,
) -> None:
    now = clock.now()
    found = await db.run(caller, lambda tx: _read_rest(tx, keyring, run_id, now=now))
    run, ground = found
    [van], [driver] = ground.vans, ground.drivers
    ahead = ground.waiting
    if not ahead:
        raise NothingWaits
    start = ground.start or ground.depot.point
    factor = _factor(ground, [(van, driver)], asked.weather, distances.roads, now=now)
    if run.state is RunState.OUT:
        points = [ground.depot.point, start, *(parcel.point or ground.depot.point for parcel in ahead)]
        table, source = await distances.between(points, factor=factor)
        layout = laid_out_again(
            ground.depot,
            (van, driver),
            ahead,
            ground.kept,
            ground.cash_minor,
            ground.day,
            table,
            now=now,
        )
    else:
        points = [ground.depot.point, *(parcel.point or ground.depot.point for parcel in ahead)]
        table, source = await distances.between(points, factor=factor)
        if shift_of(ground.depot, driver, ground.day, now=now) is None:
            raise NobodyDrives(1, 0)
        layout = laid_out(ground.depot, [(van, driver)], ahead, ground.day, table, now=now)
    solution = await asyncio.to_thread(solve, layout.problem, seconds=seconds)
    tour = tour_in_turn(layout, with_the_left_out(layout, solution))

    async def apply(tx: Tx) -> None:
        moment = clock.now()
        await put_in_turn(tx, run_id, tour, version=run.version, now=moment)
        outcome = _outcome(layout, solution, [tour], {}, source)
        await end_planning(tx, asked.id, outcome=outcome, now=moment)
        told = {
            "run": str(run_id),
            "parcels": len(ahead),
            "weather": asked.weather,
            "factor": round(factor, 3),
            "seconds": seconds,
            "distances": source,
        }
        late = sum(arrives > closes for _, arrives, _, closes in tour.stops)
        decision = Decision(asked.id, PLANNING_KIND, RULE, told, {"late": late, **outcome}, ["rest_of_run"])
        await decisions.keep(tx, [decision], now=moment)

    await db.run(caller, apply)


async def read_ground(tx: Tx, keyring: Keyring, location_id: UUID, *, now: datetime) -> Ground:
    """What waits at a location, with the vans and drivers that are not out."""
    depot = (await depots(tx)).get(location_id)
    if depot is None:
        raise DepotMissing(to_text("loc", location_id))
    day = now.astimezone(ZoneInfo(depot.zone)).date()
    runs = await runs_of_day(tx, location_id, day)
    planned = {run.id: run.version for run in runs if run.state is RunState.PLANNED}
    out = [run for run in runs if run.state is RunState.OUT]
    rows = [
        row
        for row in await carried_from(tx, location_id)
        if not row.in_van
        and (row.held_by is None or row.held_by in planned)
        and (row.deliver_on is None or row.deliver_on <= day)
    ]
    return Ground(
        depot=depot,
        day=day,
        vans=[
            van
            for van in await vans_of(tx, location_id)
            if van.active and van.id not in {run.van_id for run in out}
        ],
        drivers=[
            named.driver
            for named in await drivers_of(tx, location_id)
            if named.driver.active and named.driver.staff_id not in {run.driver_id for run in out}
        ],
        waiting=await _waiting(tx, keyring, rows, depot, day),
        instead_of=planned,
    )


async def _read_rest(tx: Tx, keyring: Keyring, run_id: UUID, *, now: datetime) -> tuple[Run, Ground]:
    run = await run_of(tx, run_id)
    if run is None or run.state not in {RunState.PLANNED, RunState.OUT}:
        raise NothingWaits
    depot = (await depots(tx))[run.location_id]
    stops = await stops_of(tx, [run_id])
    rows = await carried(tx, {stop.parcel_id for stop in stops})
    waiting = await _waiting(tx, keyring, list(rows.values()), depot, run.day)
    by_parcel = {parcel.parcel_id: parcel for parcel in waiting}
    ahead = [by_parcel[stop.parcel_id] for stop in stops if stop.state in AHEAD]
    failed = [by_parcel[stop.parcel_id] for stop in stops if stop.state is StopState.FAILED]
    van = next(van for van in await vans_of(tx, run.location_id) if van.id == run.van_id)
    driver = next(
        (
            named.driver
            for named in await drivers_of(tx, run.location_id)
            if named.driver.staff_id == run.driver_id
        ),
        None,
    )
    if driver is None:
        raise NobodyDrives(1, 0)
    seen = (await positions(tx, [van.id])).get(van.id)
    made = [stop for stop in stops if stop.state not in AHEAD]
    last = max(made, key=lambda stop: (stop.moved_at, stop.turn), default=None)
    start = by_parcel[last.parcel_id].point if last is not None else None
    if seen is not None and now - seen.seen_at <= STALE:
        start = seen.point
    return run, Ground(
        depot,
        run.day,
        [van],
        [driver],
        ahead,
        {run.id: run.version},
        start,
        failed,
        sum(stop.collected_minor for stop in stops),
    )


async def _waiting(
    tx: Tx, keyring: Keyring, rows: Sequence[Carried], depot: Depot, day: date
) -> list[Waiting]:
    zone = ZoneInfo(depot.zone)
    points = await door_points(tx, keyring, rows)
    middles = await areas(tx)
    hours = await wishes(tx, [row.parcel_id for row in rows])
    parcels = {parcel.id: parcel for parcel in await parcels_of_orders(tx, {row.order_id for row in rows})}
    cash = await cash_at_doors(tx, [parcels[row.parcel_id] for row in rows])
    return [
        Waiting(
            parcel_id=row.parcel_id,
            order_id=row.order_id,
            point=points.get(row.parcel_id) or nearest_area(middles, row.village_code),
            pinned=row.parcel_id in points,
            weight_g=row.weight_g or LIGHT_G,
            cash_minor=cash[row.parcel_id],
            opens=hours[row.parcel_id][0] if row.parcel_id in hours else None,
            closes=hours[row.parcel_id][1] if row.parcel_id in hours else None,
            urgency=urgency_of(
                shipped_on=row.shipped_at.astimezone(zone).date(),
                deliver_on=row.deliver_on,
                tried=row.tried,
                day=day,
            ),
        )
        for row in rows
    ]


def _factor(
    ground: Ground, crews: Sequence[tuple[Van, Driver]], weather: str, roads: Roads, *, now: datetime
) -> float:
    """How much slower than usual driving is, of the hours these drivers have before them."""
    zone = ZoneInfo(ground.depot.zone)
    shifts = [
        shift
        for _, driver in crews
        if (shift := shift_of(ground.depot, driver, ground.day, now=now)) is not None
    ]
    here = now.astimezone(zone)
    begins = min((shift[0] for shift in shifts), default=here).astimezone(zone)
    ends = max((shift[1] for shift in shifts), default=here).astimezone(zone)
    return pace(roads, begins, ends, weather)


@jobs.job("fleet.plan")
async def plan_job(tools: jobs.Tools, *, shop_id: int, planning_id: str, actor: str) -> None:
    """Plan on behalf of who asked for it."""
    caller = Caller(shop_id, actor)
    if tools.osrm_url is None:
        await make_plan(
            tools.db, caller, tools.keyring, UUID(planning_id), clock=tools.clock, distances=Distances()
        )
        return
    async with Outside() as outside:
        distances = Distances(Osrm(outside, tools.osrm_url))
        await make_plan(
            tools.db, caller, tools.keyring, UUID(planning_id), clock=tools.clock, distances=distances
        )

"""Tours for what there is to plan: solved with no transaction open, and applied to what they were solved for or not at all.

whole day    every run of a location that did not leave is replaced, all of them or none
rest of run  the same, smaller: a stop failed, a van is late, a parcel was moved
decision     what was known, what it costs, and why a parcel stayed
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from orderan.fleet import (
    Layout,
    NobodyDrives,
    NothingWaits,
    Planning,
    PlanOvertaken,
    RunState,
    Tour,
    crews_of,
    end_planning,
    laid_out,
    laid_out_again,
    locked_depot,
    make_runs,
    put_in_turn,
    shift_of,
    tour_in_turn,
    tours_of,
    why_left,
    with_the_left_out,
)
from orderan.flows.fleet_distances import Distances
from orderan.flows.plan_ground import Ground, read_ground, read_rest, slower_by
from orderan.kit import decisions
from orderan.kit.clock import Clock
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.decisions import Decision
from orderan.routes import Solution, cost_of, solve

RULE: Final = "routes@1"
PLANNING_KIND: Final = "fleet_plan"


async def plan_whole_day(
    db: Database,
    caller: Caller,
    keyring: Keyring,
    asked: Planning,
    clock: Clock,
    distances: Distances,
    seconds: float,
) -> None:
    """Replace the runs of a location that did not leave by tours of all that waits there.

    Raises:
        NothingWaits, NobodyDrives: There is nothing to plan, or nobody to drive it.
        DepotMissing: Nobody says any more where its vans begin.
        PlanOvertaken: What was solved cannot be done any more; nothing was changed.
    """
    now = clock.now()
    ground = await db.run(caller, lambda tx: read_ground(tx, keyring, asked.location_id, now=now))
    crews = crews_of(ground.depot, ground.vans, ground.drivers, ground.day, now=now)
    if not ground.waiting:
        raise NothingWaits
    if not crews:
        raise NobodyDrives(len(ground.vans), len(ground.drivers))
    placed = [parcel for parcel in ground.waiting if parcel.point is not None]
    factor = slower_by(ground, crews, asked.weather, distances.roads, now=now)
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
        decision = Decision(asked.id, kind=PLANNING_KIND, rule=RULE, inputs=told, outcome=made, reasons=codes)
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


async def plan_rest_of(
    db: Database,
    caller: Caller,
    keyring: Keyring,
    asked: Planning,
    run_id: UUID,
    clock: Clock,
    distances: Distances,
    seconds: float,
) -> None:
    """Put what a run has ahead in another order.

    Raises:
        NothingWaits, NobodyDrives: There is nothing ahead, or nobody to drive it.
        PlanOvertaken: The run changed meanwhile; nothing was changed.
    """
    now = clock.now()
    found = await db.run(caller, lambda tx: read_rest(tx, keyring, run_id, now=now))
    run, ground = found
    [van], [driver] = ground.vans, ground.drivers
    ahead = ground.waiting
    if not ahead:
        raise NothingWaits
    start = ground.start or ground.depot.point
    factor = slower_by(ground, [(van, driver)], asked.weather, distances.roads, now=now)
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
        made = {"late": late, **outcome}
        decision = Decision(
            asked.id, kind=PLANNING_KIND, rule=RULE, inputs=told, outcome=made, reasons=["rest_of_run"]
        )
        await decisions.keep(tx, [decision], now=moment)

    await db.run(caller, apply)

"""Planning the tours of own vans: asked for on a page, solved by a job, applied to what it was solved for.

    asked    a row says so, and a job does it; the page may be closed
    read     what waits, vans, drivers and where doors are, in a transaction that writes nothing: `plan_ground`
    solved   in a thread, with no transaction open, for so many seconds and no longer; distances may be asked outside
    applied  runs that did not leave are replaced, all of them or none; what changed meanwhile is solved anew: `solve_runs`
    told     a decision keeps what was known, what it costs, and why a parcel stayed

The same, smaller, for the rest of one run: a stop failed, a van is late, a parcel was moved.
"""

from collections.abc import Collection
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from orderan.fleet import (
    DepotMissing,
    Planning,
    PlanningState,
    PlanningUnderWay,
    PlanOvertaken,
    Run,
    ask_planning,
    end_planning,
    planning_of,
    run_for,
)
from orderan.flows.fleet_distances import Distances
from orderan.flows.solve_runs import plan_rest_of, plan_whole_day
from orderan.kit import jobs
from orderan.kit.calling import Caller as Outside
from orderan.kit.clock import Clock
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import Refusal
from orderan.kit.ids import to_text
from orderan.routes import Osrm

PLAN_S: Final = 8.0
"""A dispatcher waits so long for a whole day."""
AGAIN_S: Final = 2.0
"""And so long for the rest of a run."""
TRIES: Final = 3
"""How often what changed while it was solved is solved anew."""

Within = Collection[UUID] | None


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
                await plan_whole_day(db, caller, keyring, asked, clock, distances, seconds[0])
            else:
                await plan_rest_of(db, caller, keyring, asked, asked.run_id, clock, distances, seconds[1])
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

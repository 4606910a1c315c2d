"""One run of an own van: its stops in turn, what can be done to it, and what a driver saw at a door."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from orderan.access import Permission
from orderan.fleet import (
    RUN_PREFIX,
    STOP_PREFIX,
    PlanningState,
    RunNotFound,
    RunState,
    StopNotFound,
    depots,
    last_planning,
    move_stop,
    run_for,
    stop_of,
)
from orderan.flows.drive_run import WHY, back, break_down, close
from orderan.flows.fleet_doors import proof_shown
from orderan.flows.plan_runs import plan_again
from orderan.flows.views_fleet import carried
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.ids import from_text, to_text
from orderan.web.dashboard.desk import Visit
from orderan.web.dashboard.fleet import NOTHING_SENT, READ, WRITE
from orderan.web.dashboard.fleet_door import parcel_path
from orderan.web.dashboard.fleet_shown import drawn_runs, may_see_row, run_path, shown_runs
from orderan.web.dashboard.fleet_words import RUNS, STOPS
from orderan.web.dashboard.order_looks import path_of as order_path
from orderan.web.forms import Sent, amount_typed, one, posted, refused
from orderan.web.here import place_of
from orderan.web.once import once
from orderan.web.pages import page
from orderan.web.stock_scope import LOCATION

SAID: Final[Mapping[str, str]] = {
    "asked": N_("Rute sedang dihitung."),
    "moved": N_("Titik antar dipindah. Urutannya sedang dihitung ulang."),
    "back": N_("Mobil sudah kembali."),
    "closed": N_("Perjalanan ditutup."),
}


@get("/fleet/runs/{run_id:str}", opt=READ, include_in_schema=False)
async def run_page(
    visit: NamedDependency[Visit], run_id: FromPath[str], said: FromQuery[str] = ""
) -> Response[str]:
    """One run: its stops in turn, and what can be done to it."""
    return await _run(visit, run_id, said=said)


async def _run(visit: Visit, text: str, *, said: str = "", sent: Sent = NOTHING_SENT) -> Response[str]:
    async def read(tx: Tx) -> dict[str, Any]:
        run = await run_for(tx, from_text(RUN_PREFIX, text), within=visit.principal.location_ids)
        found = await shown_runs(
            tx,
            visit.keyring,
            visit.principal,
            run.location_id,
            day=run.day,
            now=visit.now,
            only=run.id,
        )
        if not found:
            raise RunNotFound(text)
        depot = (await depots(tx))[run.location_id]
        others = [
            (to_text(RUN_PREFIX, other.run.id), other.van.name)
            for other in await shown_runs(
                tx, visit.keyring, visit.principal, run.location_id, day=run.day, now=visit.now
            )
            if other.run.id != run.id and other.run.state is RunState.PLANNED
        ]
        planning = await last_planning(tx, run.location_id)
        solving = planning is not None and planning.run_id == run.id and planning.state is PlanningState.ASKED
        return {
            "shown": found[0],
            "others": others if run.state is RunState.PLANNED else [],
            "map": drawn_runs(place_of(visit.request).words, depot.point, found, [], {}),
            "solving": solving,
        }

    found = await visit.db.run(visit.caller, read)
    return page(
        visit.request,
        "fleet/run.html",
        block="run",
        status_code=409 if sent.refused else 200,
        now=visit.now,
        said=SAID.get(said),
        sent=sent,
        run_words=RUNS,
        stop_words=STOPS,
        why=WHY,
        order_path=order_path,
        parcel_path=parcel_path,
        may_write=visit.principal.may(Permission.FLEET_WRITE),
        may_see=visit.principal.may(Permission.PERSONAL_READ),
        **found,
    )


@post("/fleet/runs/{run_id:str}/{verb:str}", opt=WRITE, include_in_schema=False)
async def run_turned(
    visit: NamedDependency[Visit], run_id: FromPath[str], verb: FromPath[str]
) -> Response[Any]:
    """Plan it again, move a stop to another van, or say that the van broke down, is back, or that all is counted."""
    form = await posted(visit.request)

    async def work(tx: Tx) -> str:
        return await _turn(tx, visit, from_text(RUN_PREFIX, run_id), verb, form)

    try:
        return await once(visit.request, visit.db, visit.caller, form, work, now=visit.now)
    except RunNotFound:
        raise
    except Refusal as refusal:
        return await _run(visit, run_id, sent=refused(visit.request, verb, form, refusal, {}))


async def _turn(tx: Tx, visit: Visit, run_id: UUID, verb: str, form: FormMultiDict) -> str:
    within, now, here = visit.principal.location_ids, visit.now, run_path(run_id)
    run = await run_for(tx, run_id, within=within)
    match verb:
        case "again":
            await plan_again(tx, run_id, within=within, now=now)
            return f"{here}?said=asked"
        case "move":
            stop, to = from_text(STOP_PREFIX, one(form, "stop")), from_text(RUN_PREFIX, one(form, "to"))
            await run_for(tx, to, within=within)
            moved = await move_stop(tx, stop, to, now=now)
            if moved.run_id != run.id:
                raise StopNotFound(one(form, "stop"))
            await plan_again(tx, to, within=within, now=now)
            return f"{here}?said=moved"
        case "broken":
            await break_down(tx, run_id, within=within, now=now)
            return f"/fleet?location={to_text(LOCATION, run.location_id)}&said=broken"
        case "back":
            await back(tx, run_id, driver_id=None, within=within, now=now)
            return f"{here}?said=back"
        case "close":
            counted = amount_typed(one(form, "counted"), "IDR")
            anyway = one(form, "anyway") == "yes"
            await close(tx, run_id, counted_minor=counted, anyway=anyway, within=within, now=now)
            return f"{here}?said=closed"
        case _:
            raise RunNotFound(verb)


@get("/fleet/stops/{stop_id:str}/photo", opt={"needs": Permission.PERSONAL_READ}, include_in_schema=False)
async def photo(visit: NamedDependency[Visit], stop_id: FromPath[str]) -> Response[bytes]:
    """The picture a driver took at a door."""

    async def read(tx: Tx) -> tuple[str, bytes]:
        stop = await stop_of(tx, from_text(STOP_PREFIX, stop_id))
        if stop is None:
            raise StopNotFound(stop_id)
        await run_for(tx, stop.run_id, within=visit.principal.location_ids)
        row = (await carried(tx, [stop.parcel_id]))[stop.parcel_id]
        _, taken = await proof_shown(tx, visit.keyring, stop.id)
        if taken is None or not may_see_row(visit.principal, row):
            raise StopNotFound(stop_id)
        return taken

    kind, content = await visit.db.run(visit.caller, read)
    media = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}[kind]
    return Response(content, media_type=media, headers={"cache-control": "private, no-store"})


handlers: list[Any] = [run_page, run_turned, photo]

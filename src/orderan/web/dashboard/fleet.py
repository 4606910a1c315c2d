"""Dispatch of own vans: what is out, what waits, and a map of it."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery

from orderan.access import Permission
from orderan.fleet import (
    DepotMissing,
    Planning,
    PlanningState,
    depots,
    drivers_of,
    last_planning,
    vans_of,
)
from orderan.flows.plan_runs import plan_day
from orderan.flows.solve_runs import PLANNING_KIND
from orderan.flows.views_fleet import carried_from
from orderan.flows.views_work import work_places
from orderan.kit import decisions
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.ids import from_text, to_text
from orderan.routes import WEATHER
from orderan.web.dashboard.desk import Visit, scope_of
from orderan.web.dashboard.fleet_door import parcel_path
from orderan.web.dashboard.fleet_shown import drawn_runs, known_points, may_see_row, shown_runs
from orderan.web.dashboard.fleet_words import DISTANCES, LEFT, REFUSED, RUNS, WEATHERS
from orderan.web.dashboard.order_looks import path_of as order_path
from orderan.web.forms import Sent, one, posted, refused
from orderan.web.here import place_of
from orderan.web.once import once
from orderan.web.pages import page
from orderan.web.stock_scope import LOCATION, require_scope

READ: Final = {"needs": Permission.FLEET_READ}
WRITE: Final = {"needs": Permission.FLEET_WRITE}
NOTHING_SENT: Final = Sent()
SAID: Final[Mapping[str, str]] = {
    "asked": N_("Rute sedang dihitung."),
    "broken": N_("Mobil dicatat rusak. Paketnya menunggu mobil lain: susun rute lagi."),
    "kept": N_("Tersimpan. Rute berikutnya memakainya."),
}


@get("/fleet", opt=READ, include_in_schema=False)
async def fleet_page(
    visit: NamedDependency[Visit], location: FromQuery[str] = "", said: FromQuery[str] = ""
) -> Response[str]:
    """Runs of today and what waits, on a map and in words."""
    return await _board(visit, location, said=said)


async def _board(visit: Visit, location: str, *, said: str = "", sent: Sent = NOTHING_SENT) -> Response[str]:
    wanted = from_text(LOCATION, location) if location else None
    if wanted is not None:
        require_scope(visit.principal, wanted)
    found = await visit.db.run(visit.caller, lambda tx: _read_board(tx, visit, wanted))
    return page(
        visit.request,
        "fleet/board.html",
        block="board",
        status_code=409 if sent.refused else 200,
        now=visit.now,
        said=SAID.get(said),
        sent=sent,
        weathers=list(WEATHERS.items()),
        run_words=RUNS,
        left_words=LEFT,
        refused_words=REFUSED,
        distance_words=DISTANCES,
        parcel_path=parcel_path,
        order_path=order_path,
        may_write=visit.principal.may(Permission.FLEET_WRITE),
        **found,
    )


async def _read_board(tx: Tx, visit: Visit, wanted: UUID | None) -> dict[str, Any]:
    known = await depots(tx)
    places = await work_places(tx, scope_of(visit.principal))
    with_vans = [place for place in places if place.id in known]
    place = next((one for one in [*with_vans, *places] if wanted in (None, one.id)), None)
    depot = known.get(place.id) if place else None
    shown: dict[str, Any] = {
        "places": [(to_text(LOCATION, one.id), one.name) for one in places],
        "place": to_text(LOCATION, place.id) if place else "",
        "place_name": place.name if place else "",
        "depot": depot,
        "runs": [],
        "waiting": [],
        "map": None,
        "planning": None,
        "solving": False,
        "vans": 0,
        "drivers": 0,
    }
    if place is None or depot is None:
        return shown
    today = visit.now.astimezone(ZoneInfo(depot.zone)).date()
    runs = await shown_runs(tx, visit.keyring, visit.principal, place.id, day=today, now=visit.now)
    rows = [row for row in await carried_from(tx, place.id) if row.held_by is None and not row.in_van]
    rows = [row for row in rows if may_see_row(visit.principal, row)]
    planning = await last_planning(tx, place.id)
    reasons = await _left(tx, planning)
    points = await known_points(tx, visit.keyring, rows)
    return shown | {
        "runs": runs,
        "waiting": [(row, reasons.get(row.parcel_id), row.parcel_id in points) for row in rows],
        "map": drawn_runs(place_of(visit.request).words, depot.point, runs, rows, points),
        "planning": planning,
        "solving": planning is not None and planning.state is PlanningState.ASKED,
        "vans": sum(van.active for van in await vans_of(tx, place.id)),
        "drivers": sum(named.driver.active for named in await drivers_of(tx, place.id)),
    }


async def _left(tx: Tx, planning: Planning | None) -> dict[UUID, str]:
    """Why parcels were left out of the last plan."""
    if planning is None or planning.state is not PlanningState.APPLIED:
        return {}
    for made in await decisions.about(tx, planning.id):
        if made.kind == PLANNING_KIND:
            return {UUID(parcel): reason for parcel, reason in made.outcome.get("left", {}).items()}
    return {}


@post("/fleet/plan", opt=WRITE, include_in_schema=False)
async def plan_asked(visit: NamedDependency[Visit]) -> Response[Any]:
    """Have routes made of all that waits at a place; the page tells when they are there."""
    form = await posted(visit.request)
    location = one(form, "location")

    async def work(tx: Tx) -> str:
        place = from_text(LOCATION, location)
        require_scope(visit.principal, place)
        weather = one(form, "weather")
        await plan_day(
            tx,
            place,
            weather=weather if weather in WEATHER else "clear",
            within=visit.principal.location_ids,
            now=visit.now,
        )
        return f"/fleet?location={location}&said=asked"

    try:
        return await once(visit.request, visit.db, visit.caller, form, work, now=visit.now)
    except Refusal as refusal:
        place = "" if isinstance(refusal, DepotMissing) else location
        return await _board(visit, place, sent=refused(visit.request, "plan", form, refusal, {}))


handlers: list[Any] = [fleet_page, plan_asked]

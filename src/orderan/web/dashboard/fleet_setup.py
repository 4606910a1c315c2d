"""What a fleet is made of: where its vans begin, vans, drivers, and the middle of regions."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from orderan.access import list_staff
from orderan.fleet import (
    PREFIX,
    AreaUnusable,
    DepotMissing,
    Driver,
    DriverUnusable,
    HoursUnreadable,
    PointUnreadable,
    Van,
    VanNameTaken,
    VanUnusable,
    areas,
    depots,
    drivers_of,
    keep_area,
    keep_depot,
    keep_driver,
    keep_van,
    own_van,
    read_point,
    vans_of,
)
from orderan.flows.views_work import work_places
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.ids import from_text, new_id, to_text
from orderan.web.dashboard.desk import Visit, scope_of
from orderan.web.dashboard.fleet import NOTHING_SENT, WRITE
from orderan.web.dashboard.fleet_door import time_typed
from orderan.web.forms import (
    AmountUnreadable,
    CountUnreadable,
    Sent,
    amount_typed,
    count_typed,
    one,
    posted,
    refused,
)
from orderan.web.once import once
from orderan.web.pages import page
from orderan.web.stock_scope import LOCATION, require_scope

STAFF: Final = "stf"
BESIDE: Final[Mapping[str, Mapping[type[Refusal], str]]] = {
    "depot": {PointUnreadable: "point", HoursUnreadable: "opens", CountUnreadable: "service"},
    "van": {
        VanNameTaken: "name",
        VanUnusable: "name",
        CountUnreadable: "kilograms",
        AmountUnreadable: "cash",
    },
    "driver": {HoursUnreadable: "begins", DriverUnusable: "staff"},
    "area": {AreaUnusable: "area", PointUnreadable: "point"},
}
SAID: Final = {
    "depot": N_("Titik awal tersimpan."),
    "van": N_("Mobil tersimpan."),
    "driver": N_("Sopir tersimpan."),
    "area": N_("Titik wilayah tersimpan."),
}


@get("/fleet/setup", opt=WRITE, include_in_schema=False)
async def setup_page(
    visit: NamedDependency[Visit], location: FromQuery[str] = "", said: FromQuery[str] = ""
) -> Response[str]:
    """Depot, vans, drivers and regions of a place."""
    return await _page(visit, location, said=said)


async def _page(visit: Visit, location: str, *, said: str = "", sent: Sent = NOTHING_SENT) -> Response[str]:
    wanted = from_text(LOCATION, location) if location else None
    if wanted is not None:
        require_scope(visit.principal, wanted)

    async def read(tx: Tx) -> dict[str, Any]:
        places = await work_places(tx, scope_of(visit.principal))
        place = next((one for one in places if wanted in (None, one.id)), None)
        known = await depots(tx)
        staff = [(to_text(STAFF, one.id), one.name) for one in await list_staff(tx) if one.state == "active"]
        return {
            "places": [(to_text(LOCATION, one.id), one.name) for one in places],
            "place": to_text(LOCATION, place.id) if place else "",
            "depot": known.get(place.id) if place else None,
            "vans": [(to_text(PREFIX, van.id), van) for van in await vans_of(tx, place.id)] if place else [],
            "drivers": await drivers_of(tx, place.id) if place else [],
            "areas": sorted((await areas(tx)).items()),
            "staff": staff,
        }

    found = await visit.db.run(visit.caller, read)
    return page(
        visit.request,
        "fleet/setup.html",
        status_code=422 if sent.refused else 200,
        now=visit.now,
        said=SAID.get(said),
        sent=sent,
        **found,
    )


@post("/fleet/setup/{location_id:str}/{what:str}", opt=WRITE, include_in_schema=False)
async def part_kept(
    visit: NamedDependency[Visit], location_id: FromPath[str], what: FromPath[str]
) -> Response[Any]:
    """Keep one part of it, as it was typed."""
    form = await posted(visit.request)

    async def work(tx: Tx) -> str:
        place = from_text(LOCATION, location_id)
        require_scope(visit.principal, place)
        await _keep(tx, visit, place, what, form)
        return f"/fleet/setup?location={location_id}&said={what}"

    try:
        return await once(visit.request, visit.db, visit.caller, form, work, now=visit.now)
    except Refusal as refusal:
        if what not in BESIDE or isinstance(refusal, DepotMissing):
            raise
        sent = refused(visit.request, what, form, refusal, BESIDE[what])
        return await _page(visit, location_id, sent=sent)


async def _keep(tx: Tx, visit: Visit, place: UUID, what: str, form: FormMultiDict) -> None:
    match what:
        case "depot":
            await keep_depot(
                tx,
                place,
                read_point(one(form, "point")),
                opens=time_typed(one(form, "opens")),
                closes=time_typed(one(form, "closes")),
                service_s=60 * count_typed(one(form, "service")),
                now=visit.now,
            )
        case "van":
            await keep_van(tx, await _van(tx, place, form), now=visit.now)
        case "driver":
            driver = Driver(
                from_text(STAFF, one(form, "staff")),
                place,
                time_typed(one(form, "begins")),
                time_typed(one(form, "ends")),
                one(form, "active") == "yes",
            )
            await keep_driver(tx, driver, now=visit.now)
        case "area":
            area, point = one(form, "area").strip(), read_point(one(form, "point"))
            await keep_area(tx, area, point, now=visit.now)
        case _:
            raise DepotMissing(what)


async def _van(tx: Tx, place: UUID, form: FormMultiDict) -> Van:
    text = one(form, "van")
    van_id = (await own_van(tx, place, from_text(PREFIX, text))).id if text else new_id()
    return Van(
        id=van_id,
        location_id=place,
        name=" ".join(one(form, "name").split()),
        capacity_g=1000 * count_typed(one(form, "kilograms")),
        capacity_parcels=count_typed(one(form, "parcels")),
        cash_limit_minor=amount_typed(one(form, "cash"), "IDR"),
        fixed_minor=amount_typed(one(form, "fixed"), "IDR"),
        per_km_minor=amount_typed(one(form, "per_km"), "IDR"),
        per_hour_minor=amount_typed(one(form, "per_hour"), "IDR"),
        active=one(form, "active") == "yes",
    )


handlers: list[Any] = [setup_page, part_kept]

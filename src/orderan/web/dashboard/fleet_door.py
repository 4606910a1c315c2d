"""Where the door of a parcel is, and when somebody is home: what a dispatcher hears on the telephone."""

from datetime import time
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath

from orderan.access import Permission
from orderan.fleet import HoursUnreadable, PointUnreadable, StopNotFound, read_point, wishes
from orderan.flows.fleet_doors import parcel_here, pin_door, set_hours
from orderan.flows.views_fleet import Carried, door_points
from orderan.kit.db import Tx
from orderan.kit.ids import from_text, to_text
from orderan.web.dashboard.desk import Visit
from orderan.web.dashboard.fleet_shown import may_see_row
from orderan.web.dashboard.order_looks import path_of as order_path
from orderan.web.forms import Sent, one, posted, refused
from orderan.web.once import once
from orderan.web.pages import page
from orderan.web.stock_scope import LOCATION

WRITE: Final = {"needs": Permission.FLEET_WRITE}
NOTHING_SENT: Final = Sent()


def parcel_path(parcel_id: UUID) -> str:
    """Where its door is pinned and its hours are written."""
    return f"/fleet/parcels/{to_text('pcl', parcel_id)}"


@get("/fleet/parcels/{parcel:str}", opt=WRITE, include_in_schema=False)
async def door_page(visit: NamedDependency[Visit], parcel: FromPath[str]) -> Response[str]:
    """Where the door of a parcel is, and when somebody is home."""
    return await _door(visit, parcel)


async def _door(visit: Visit, text: str, *, sent: Sent = NOTHING_SENT) -> Response[str]:
    async def read(tx: Tx) -> dict[str, Any]:
        row = await _parcel(tx, visit, text)
        pinned = (await door_points(tx, visit.keyring, [row])).get(row.parcel_id)
        hours = (await wishes(tx, [row.parcel_id])).get(row.parcel_id)
        return {"row": row, "pinned": pinned, "hours": hours}

    found = await visit.db.run(visit.caller, read)
    return page(
        visit.request,
        "fleet/door.html",
        status_code=422 if sent.refused else 200,
        now=visit.now,
        sent=sent,
        path=parcel_path(found["row"].parcel_id),
        order_path=order_path(found["row"].order_id),
        fleet_path=f"/fleet?location={to_text(LOCATION, found['row'].location_id)}",
        **found,
    )


async def _parcel(tx: Tx, visit: Visit, text: str) -> Carried:
    row = await parcel_here(tx, from_text("pcl", text), within=visit.principal.location_ids)
    if not may_see_row(visit.principal, row):
        raise StopNotFound(text)
    return row


@post("/fleet/parcels/{parcel:str}", opt=WRITE, include_in_schema=False)
async def door_pinned(visit: NamedDependency[Visit], parcel: FromPath[str]) -> Response[Any]:
    """Keep both; a point that is left empty stays as it is, hours that are left empty are forgotten."""
    form = await posted(visit.request)

    async def work(tx: Tx) -> str:
        row = await _parcel(tx, visit, parcel)
        within = visit.principal.location_ids
        if one(form, "point").strip():
            point = read_point(one(form, "point"))
            await pin_door(tx, visit.keyring, row.parcel_id, point, within=within, now=visit.now)
        await set_hours(tx, row.parcel_id, _hours(form), within=within, now=visit.now)
        return f"/fleet?location={to_text(LOCATION, row.location_id)}&said=kept"

    beside = {PointUnreadable: "point", HoursUnreadable: "opens"}
    try:
        return await once(visit.request, visit.db, visit.caller, form, work, now=visit.now)
    except (PointUnreadable, HoursUnreadable) as refusal:
        return await _door(visit, parcel, sent=refused(visit.request, "door", form, refusal, beside))


def _hours(form: FormMultiDict) -> tuple[time, time] | None:
    opens, closes = one(form, "opens").strip(), one(form, "closes").strip()
    return (time_typed(opens), time_typed(closes)) if opens or closes else None


def time_typed(typed: str) -> time:
    """A time of day as a browser or a person writes it.

    Raises:
        HoursUnreadable: It is none.
    """
    try:
        return time.fromisoformat(typed.replace(".", ":")).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError as fault:
        raise HoursUnreadable(typed[:20]) from fault


handlers: list[Any] = [door_page, door_pinned]

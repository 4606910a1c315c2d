"""Locations in the dashboard: places that hold stock, and the accounts beside them."""

from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from orderan.access import Permission, Principal
from orderan.inventory import (
    Location,
    LocationBusy,
    LocationCannotSell,
    LocationCodeTaken,
    LocationKind,
    UnknownLocation,
    add_location,
    change_location,
    close_location,
    list_locations,
    reopen_location,
)
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import Refusal
from orderan.kit.ids import from_text, new_id, to_text
from orderan.web.dashboard.stock import READ, Asking, whole
from orderan.web.dashboard.stock_forms import REQUIRED
from orderan.web.dashboard.stock_words import PLACES, TABS, ZONES
from orderan.web.errors import sentence
from orderan.web.forms import one, posted, taken_once
from orderan.web.here import place_of
from orderan.web.pages import page
from orderan.web.stock_scope import LOCATION, require_scope

OPENABLE = ("warehouse", "store", "quarantine")
SETTINGS = {"needs": Permission.SETTINGS_WRITE}
FIELDS = ("code", "name", "kind", "village_code", "address", "time_zone", "sells", "rank")


@get("/stock/locations", opt=READ, include_in_schema=False)
async def locations_page(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    said: FromQuery[str] = "",
) -> Response[str]:
    """The ones that serve first on top."""
    found = await db.run(caller, list_locations)
    return page(
        request,
        "stock/locations.html",
        locations=[
            one for one in found if principal.location_ids is None or one.id in principal.location_ids
        ],
        kinds=PLACES,
        said=said,
        loc=lambda place_id: to_text(LOCATION, place_id),
        tabs=[(href, label, href == "/stock/locations") for href, label in TABS],
        may_write=principal.may(Permission.SETTINGS_WRITE),
    )


@get("/stock/locations/new", opt=SETTINGS, include_in_schema=False)
async def location_form(request: Asking) -> Response[str]:
    """An empty form."""
    values = dict.fromkeys(FIELDS, "") | {
        "kind": "warehouse",
        "time_zone": "Asia/Jakarta",
        "sells": "yes",
        "rank": "0",
    }
    return _form(request, values)


@get("/stock/locations/{location_id:str}", opt=SETTINGS, include_in_schema=False)
async def location_edit(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    location_id: FromPath[str],
) -> Response[str]:
    """The form of one location."""
    location = await _found(db, caller, principal, location_id)
    values = {name: str(getattr(location, name) or "") for name in FIELDS} | {
        "sells": "yes" if location.sells else "",
        "rank": str(location.rank),
    }
    return _form(request, values, location=location)


async def _found(db: Database, caller: Caller, principal: Principal, text: str) -> Location:
    wanted = from_text(LOCATION, text)
    require_scope(principal, wanted)
    found = next((place for place in await db.run(caller, list_locations) if place.id == wanted), None)
    if found is None:
        raise UnknownLocation(text)
    return found


def _form(
    request: Asking,
    values: dict[str, str],
    *,
    location: Location | None = None,
    errors: dict[str, str] | None = None,
    general: str = "",
) -> Response[str]:
    return page(
        request,
        "stock/location_form.html",
        status_code=422 if errors or general else 200,
        values=values,
        location=location,
        path=f"/stock/locations/{to_text(LOCATION, location.id) if location else 'new'}",
        kinds=[(kind, PLACES[kind][0]) for kind in OPENABLE],
        zones=ZONES,
        errors=errors or {},
        general=general,
    )


@post("/stock/locations/new", opt=SETTINGS, include_in_schema=False)
async def location_opened(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Open a location."""
    return await _save(request, db, caller, None, now=now)


@post("/stock/locations/{location_id:str}", opt=SETTINGS, include_in_schema=False)
async def location_changed(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    location_id: FromPath[str],
) -> Response[Any]:
    """Change one."""
    return await _save(request, db, caller, await _found(db, caller, principal, location_id), now=now)


async def _save(
    request: Asking, db: Database, caller: Caller, location: Location | None, *, now: datetime
) -> Response[Any]:
    form = await posted(request)
    values = {name: one(form, name).strip() for name in FIELDS}
    errors = _wrong(request, values, location)
    if not errors:
        try:
            await db.run(caller, taken_once(form, lambda tx: _write(tx, values, location, now=now), now=now))
        except (LocationCodeTaken, LocationCannotSell) as refusal:
            field = "code" if isinstance(refusal, LocationCodeTaken) else "sells"
            errors[field] = sentence(refusal, place_of(request).words)
        else:
            return Redirect("/stock/locations?said=saved", status_code=303)
    return _form(request, values, location=location, errors=errors)


def _wrong(request: Asking, values: dict[str, str], location: Location | None) -> dict[str, str]:
    words = place_of(request).words
    errors = {name: words.gettext(REQUIRED) for name in ("code", "name") if not values[name]}
    if len(values["code"]) > 32 or not all(letter.isalnum() or letter in "._-" for letter in values["code"]):
        errors["code"] = words.gettext("Paling banyak 32 huruf, angka, titik, atau garis; tanpa spasi.")
    if whole(values["rank"] or "0") is None:
        errors["rank"] = words.gettext("Isi bilangan bulat, 0 atau lebih.")
    if location is None and values["kind"] not in OPENABLE:
        errors["kind"] = words.gettext(REQUIRED)
    if values["time_zone"] not in dict(ZONES):
        errors["time_zone"] = words.gettext(REQUIRED)
    parts = values["village_code"].split(".")
    if values["village_code"] and not (
        [len(part) for part in parts] == [2, 2, 2, 4] and "".join(parts).isdigit()
    ):
        errors["village_code"] = words.gettext("Tulis kode kelurahan seperti 31.71.01.1001.")
    return errors


async def _write(tx: Tx, values: dict[str, str], location: Location | None, *, now: datetime) -> None:
    told: dict[str, Any] = {
        "code": values["code"],
        "name": values["name"][:120],
        "village_code": values["village_code"] or None,
        "address": values["address"][:300],
        "time_zone": values["time_zone"],
        "sells": bool(values["sells"]),
        "rank": whole(values["rank"] or "0") or 0,
    }
    if location is not None:
        await change_location(tx, location.id, **told, now=now)
        return
    kind = LocationKind(values["kind"])
    opened = Location(shop_id=tx.shop_id, id=new_id(), kind=kind, active=True, **told)
    await add_location(tx, opened, now=now)


@post("/stock/locations/{location_id:str}/{verb:str}", opt=SETTINGS, include_in_schema=False)
async def location_turned(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    location_id: FromPath[str],
    verb: FromPath[str],
) -> Response[Any]:
    """Close a location or open it again."""
    location = await _found(db, caller, principal, location_id)
    turn = {"close": close_location, "reopen": reopen_location}.get(verb)
    if turn is None:
        raise UnknownLocation(verb)
    try:
        await db.run(caller, lambda tx: turn(tx, location.id, now=now))
    except LocationBusy as refusal:
        return _refused(request, location, refusal)
    return Redirect("/stock/locations?said=saved", status_code=303)


def _refused(request: Asking, location: Location, refusal: Refusal) -> Response[str]:
    values = {name: str(getattr(location, name) or "") for name in FIELDS}
    told = sentence(refusal, place_of(request).words)
    return _form(request, values, location=location, general=told)


handlers = [
    locations_page,
    location_form,
    location_edit,
    location_opened,
    location_changed,
    location_turned,
]

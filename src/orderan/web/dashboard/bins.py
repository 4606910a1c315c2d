"""Shelves in the dashboard: the bins of a place, one bin, and what is to be put away."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from orderan.access import Permission, Principal
from orderan.flows.put_away_goods import put_away_goods
from orderan.flows.views_bins import on_the_floor
from orderan.inventory import (
    Bin,
    BinAsked,
    BinKind,
    Inside,
    Location,
    PutAway,
    Shift,
    StockKey,
    UnknownBin,
    block_bin,
    draw_bins,
    inside,
    list_bins,
    shift,
    zones_of,
)
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.ids import from_text, to_text
from orderan.web.api.bins import BIN, bins_named
from orderan.web.dashboard.stock import READ, SHOWN, WRITE, Asking, whole
from orderan.web.dashboard.stock_forms import REQUIRED
from orderan.web.dashboard.stock_words import TABS
from orderan.web.errors import sentence
from orderan.web.forms import Fields, many, one, posted, taken_once
from orderan.web.here import place_of
from orderan.web.pages import page
from orderan.web.stock_scope import LOCATION, cursor, places_of, read_code

KINDS: Final = {
    "pick": (N_("Rak ambil"), "box"),
    "reserve": (N_("Rak cadangan"), "box-multiple"),
}
MOST_DRAWN: Final = 500
AISLE_CM: Final = 300
BAY_CM: Final = 120
FIELDS: Final = ("zone", "kind", "aisles", "bays", "levels")


def bin_path(one: Bin) -> str:
    return f"/stock/bins/{to_text(LOCATION, one.location_id)}/{to_text(BIN, one.id)}"


async def _places(tx: Tx, principal: Principal) -> list[Location]:
    return [place for place in await places_of(tx, principal) if place.active]


def _chosen(places: Sequence[Location], text: str) -> Location | None:
    wanted = from_text(LOCATION, text) if text else None
    return next((place for place in places if wanted in (None, place.id)), None)


@get("/stock/bins", opt=READ, include_in_schema=False)
async def bins_page(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    location: FromQuery[str] = "",
    after: FromQuery[str] = "",
    said: FromQuery[str] = "",
) -> Response[str]:
    """Bins of a place, with what lies in them counted."""
    return await _list(request, db, caller, principal, location, after=after, said=said)


async def _list(
    request: Asking,
    db: Database,
    caller: Caller,
    principal: Principal,
    location: str,
    *,
    after: str = "",
    said: str = "",
    values: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> Response[str]:
    async def read(tx: Tx) -> tuple[list[Location], Location | None, list[Bin], int, list[str]]:
        places = await _places(tx, principal)
        place = _chosen(places, location)
        bins = await list_bins(tx, place.id, after=read_code(after), limit=SHOWN + 1) if place else []
        floor = await on_the_floor(tx, place.id) if place else []
        zones = await zones_of(tx, place.id) if place else []
        return places, place, bins, sum(one.units for one in floor), zones

    places, place, bins, floor, zones = await db.run(caller, read)
    return page(
        request,
        "stock/bins.html",
        status_code=422 if errors else 200,
        places=[(to_text(LOCATION, one.id), one.name) for one in places],
        place=place,
        place_id=to_text(LOCATION, place.id) if place else "",
        bins=bins[:SHOWN],
        older=cursor(bins[SHOWN - 1].code) if len(bins) > SHOWN else None,
        floor=floor,
        zones=zones,
        kinds=KINDS,
        said=said,
        values=dict.fromkeys(FIELDS, "")
        | {"kind": "pick", "aisles": "2", "bays": "6", "levels": "3"}
        | (values or {}),
        errors=errors or {},
        bin_path=bin_path,
        tabs=[(href, label, href == "/stock/bins") for href, label in TABS],
        may_write=principal.may(Permission.INVENTORY_WRITE),
    )


@post("/stock/bins/{location_id:str}", opt=WRITE, include_in_schema=False)
async def bins_typed(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    location_id: FromPath[str],
) -> Response[Any]:
    """Draw the bins of some aisles: zone A, two aisles of six bays with three levels is A1-01-1 to A2-06-3."""
    form = await posted(request)
    values = {name: one(form, name).strip() for name in FIELDS}
    place = _chosen(await db.run(caller, lambda tx: _places(tx, principal)), location_id)
    if place is None:
        raise UnknownBin(location_id)
    drawn, errors = _drawn(request, values)
    if errors:
        return await _list(request, db, caller, principal, location_id, values=values, errors=errors)
    await db.run(caller, taken_once(form, lambda tx: draw_bins(tx, place.id, drawn, now=now), now=now))
    return Redirect(f"/stock/bins?location={location_id}&said=drawn", status_code=303)


def _drawn(request: Asking, values: dict[str, str]) -> tuple[list[BinAsked], dict[str, str]]:
    words = place_of(request).words
    errors = {}
    if not values["zone"]:
        errors["zone"] = words.gettext(REQUIRED)
    elif len(values["zone"]) > 8 or not values["zone"].isalnum():
        errors["zone"] = words.gettext(N_("Paling banyak 8 huruf atau angka."))
    counts = {name: whole(values[name], least=1) for name in ("aisles", "bays", "levels")}
    for name, count in counts.items():
        if count is None or count > 99:
            errors[name] = words.gettext(N_("Isi bilangan bulat dari 1 sampai 99."))
    if errors:
        return [], errors
    aisles, bays, levels = (count or 0 for count in counts.values())
    if aisles * bays * levels > MOST_DRAWN:
        errors["aisles"] = words.gettext(N_("Paling banyak %(most)s rak sekali buat."), most=MOST_DRAWN)
        return [], errors
    kind = BinKind.RESERVE if values["kind"] == "reserve" else BinKind.PICK
    zone = values["zone"].upper()
    return [
        BinAsked(f"{zone}{aisle}-{bay:02}-{level}", kind, zone, aisle * AISLE_CM, bay * BAY_CM)
        for aisle in range(1, aisles + 1)
        for bay in range(1, bays + 1)
        for level in range(1, levels + 1)
    ], {}


@get("/stock/bins/{location_id:str}/{bin_id:str}", opt=READ, include_in_schema=False)
async def bin_page(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    location_id: FromPath[str],
    bin_id: FromPath[str],
) -> Response[str]:
    """What lies in one bin, and what can be done with it."""
    return await _one(request, db, caller, principal, location_id, bin_id)


async def _found(tx: Tx, principal: Principal, location_id: str, bin_id: str) -> tuple[Location, Bin]:
    place = _chosen(await _places(tx, principal), location_id)
    wanted = from_text(BIN, bin_id)
    found = await list_bins(tx, place.id, only=[wanted]) if place else []
    if place is None or not found:
        raise UnknownBin(bin_id)
    return place, found[0]


async def _one(
    request: Asking,
    db: Database,
    caller: Caller,
    principal: Principal,
    location_id: str,
    bin_id: str,
    *,
    typed: dict[str, str] | None = None,
    general: str = "",
) -> Response[str]:
    async def read(tx: Tx) -> tuple[Location, Bin, list[Inside]]:
        place, found = await _found(tx, principal, location_id, bin_id)
        return place, found, await inside(tx, [found.id])

    place, found, goods = await db.run(caller, read)
    return page(
        request,
        "stock/bin.html",
        status_code=409 if general else 200,
        place=place,
        place_id=to_text(LOCATION, place.id),
        bin=found,
        bin_id=to_text(BIN, found.id),
        path=bin_path(found),
        goods=goods,
        keys=[_key_text(row.key) for row in goods],
        kinds=KINDS,
        typed=typed or {},
        general=general,
        may_write=principal.may(Permission.INVENTORY_WRITE),
    )


@post("/stock/bins/{location_id:str}/{bin_id:str}/{verb:str}", opt=WRITE, include_in_schema=False)
async def bin_turned(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    location_id: FromPath[str],
    bin_id: FromPath[str],
    verb: FromPath[str],
) -> Response[Any]:
    """Block a bin, open it again, or move goods out of it into another."""
    form = await posted(request)

    async def command(tx: Tx) -> Bin:
        place, found = await _found(tx, principal, location_id, bin_id)
        if verb == "move":
            to = one(form, "to").strip()
            target = (await bins_named(tx, place.id, {to}))[to]
            units = whole(one(form, "quantity"), least=1) or 0
            await shift(tx, [Shift(found.id, target.id, _key(form), units)], now=now)
        elif verb == "block":
            why = one(form, "why").strip()[:300] or place_of(request).words.gettext(N_("Diperiksa"))
            await block_bin(tx, place.id, found.id, why=why, now=now)
        elif verb == "open":
            await block_bin(tx, place.id, found.id, why=None, now=now)
        else:
            raise UnknownBin(verb)
        return found

    try:
        found = await db.run(caller, taken_once(form, command, now=now))
    except Refusal as refusal:
        told = sentence(refusal, place_of(request).words)
        typed = {name: one(form, name) for name in ("why", "to", "quantity")}
        return await _one(request, db, caller, principal, location_id, bin_id, typed=typed, general=told)
    return Redirect(bin_path(found), status_code=303)


@get("/stock/put-away", opt=READ, include_in_schema=False)
async def floor_page(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    location: FromQuery[str] = "",
    said: FromQuery[str] = "",
) -> Response[str]:
    """What lies in no bin, with the bin proposed for each."""
    return await _floor(request, db, caller, principal, location, said=said)


async def _floor(
    request: Asking,
    db: Database,
    caller: Caller,
    principal: Principal,
    location: str,
    *,
    said: str = "",
    typed: Sequence[tuple[str, str]] = (),
    general: str = "",
) -> Response[str]:
    async def read(tx: Tx) -> tuple[list[Location], Location | None, list[Any], bool]:
        places = await _places(tx, principal)
        place = _chosen(places, location)
        rows = await on_the_floor(tx, place.id) if place else []
        return places, place, rows, bool(place and await list_bins(tx, place.id, limit=1))

    places, place, rows, drawn = await db.run(caller, read)
    return page(
        request,
        "stock/put_away.html",
        status_code=409 if general else 200,
        places=[(to_text(LOCATION, one.id), one.name) for one in places],
        place=place,
        place_id=to_text(LOCATION, place.id) if place else "",
        rows=rows,
        drawn=drawn,
        keys=[_key_text(row.key) for row in rows],
        typed=list(typed),
        said=said,
        general=general,
        tabs=[(href, label, href == "/stock/bins") for href, label in TABS],
        may_write=principal.may(Permission.INVENTORY_WRITE),
    )


@post("/stock/put-away/{location_id:str}", opt=WRITE, include_in_schema=False)
async def goods_put_away(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    location_id: FromPath[str],
) -> Response[Any]:
    """Every row with a bin and a quantity goes into it; all of them or none."""
    form = await posted(request)
    typed = list(zip(many(form, "bin"), many(form, "quantity"), strict=False))

    async def command(tx: Tx) -> None:
        place = _chosen(await _places(tx, principal), location_id)
        if place is None:
            raise UnknownBin(location_id)
        asked = [
            (key, code.strip(), units)
            for key, (code, text) in zip(many(form, "key"), typed, strict=False)
            if code.strip() and (units := whole(text, least=1))
        ]
        bins = await bins_named(tx, place.id, {code for _, code, _ in asked})
        puts = [PutAway(bins[code].id, _read_key(key, place.id), units) for key, code, units in asked]
        await put_away_goods(tx, place.id, puts, now=now)

    try:
        await db.run(caller, taken_once(form, command, now=now))
    except Refusal as refusal:
        told = sentence(refusal, place_of(request).words)
        return await _floor(request, db, caller, principal, location_id, typed=typed, general=told)
    return Redirect(f"/stock/put-away?location={location_id}&said=put", status_code=303)


def _key_text(key: StockKey) -> str:
    return ".".join(
        to_text(head, part)
        for head, part in zip(("sku", "own", "lot"), (key.sku_id, key.owner_id, key.lot_id), strict=True)
    )


def _read_key(text: str, location_id: UUID) -> StockKey:
    parts = text.split(".")
    if len(parts) != 3:
        raise UnknownBin(text)
    sku, owner, lot = (from_text(head, part) for head, part in zip(("sku", "own", "lot"), parts, strict=True))
    return StockKey(sku, location_id, owner, lot)


def _key(form: Fields) -> StockKey:
    place, _, rest = one(form, "key").partition("/")
    return _read_key(rest, from_text(LOCATION, place))


handlers = [
    bins_page,
    bins_typed,
    bin_page,
    bin_turned,
    floor_page,
    goods_put_away,
]

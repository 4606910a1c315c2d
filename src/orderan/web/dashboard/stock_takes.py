"""Stock-takes in the dashboard: the list, a new one, and one with what differs, for whoever approves it."""

import re
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from orderan.access import Permission
from orderan.flows.approve_stock_take import approve_stock_take, orders_short
from orderan.flows.count_stock_take import count_again, skip_counting
from orderan.flows.open_stock_take import TakeAsked, open_stock_take
from orderan.flows.views_counting import PromisedTo
from orderan.inventory import UnknownBin, UnknownSku
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.ids import from_text, to_text
from orderan.stocktake import (
    Area,
    CountedElsewhere,
    Difference,
    NothingToCount,
    Scope,
    StockTake,
    TakeNotFound,
    TakeRow,
    TakeState,
    Tolerance,
    areas_of,
    cancel_take,
    differences,
    list_takes,
    to_post,
)
from orderan.web.dashboard.desk import Visit
from orderan.web.dashboard.names import Names, names_of
from orderan.web.dashboard.stock import READ, SHOWN, WRITE
from orderan.web.dashboard.stock_forms import REQUIRED
from orderan.web.dashboard.stock_words import TABS
from orderan.web.errors import sentence
from orderan.web.forms import one, posted, refused, taken_once, whole_rupiah
from orderan.web.here import place_of
from orderan.web.pages import page
from orderan.web.stock_scope import LOCATION, STOCK_TAKE, cursor, places_of, read_moment, require_scope

APPROVE: Final = {"needs": Permission.INVENTORY_APPROVE}
AREA: Final = "opa"
MOST_NAMED: Final = 500
FIELDS: Final = ("location", "scope", "named", "units", "worth", "note")
BESIDE: Final[dict[type[Refusal], str]] = {
    NothingToCount: "named",
    CountedElsewhere: "named",
    UnknownBin: "named",
    UnknownSku: "named",
}
SCOPES: Final = {
    "all": N_("Seluruh lokasi"),
    "zones": N_("Zona tertentu"),
    "bins": N_("Rak tertentu"),
    "skus": N_("SKU tertentu"),
}
TAKES: Final = {
    "counting": (N_("Sedang dihitung"), "act", "list-check"),
    "counted": (N_("Menunggu persetujuan"), "wait", "hourglass"),
    "posted": (N_("Disetujui"), "done", "circle-check"),
    "cancelled": (N_("Dibatalkan"), "calm", "ban"),
}
AREAS: Final = {
    "open": (N_("Belum dihitung"), "calm", "circle-dot"),
    "counting": (N_("Sedang dihitung"), "act", "list-check"),
    "recount": (N_("Perlu hitung ulang"), "wait", "refresh"),
    "recounting": (N_("Sedang dihitung ulang"), "act", "list-check"),
    "counted": (N_("Selesai"), "done", "circle-check"),
    "skipped": (N_("Dilewati"), "calm", "ban"),
}


def take_path(take_id: UUID) -> str:
    return f"/stock/takes/{to_text(STOCK_TAKE, take_id)}"


@get("/stock/takes", opt=READ, include_in_schema=False)
async def takes_page(visit: NamedDependency[Visit], after: FromQuery[str] = "") -> Response[str]:
    """Newest first."""
    within = visit.principal.location_ids
    found = await visit.db.run(
        visit.caller,
        lambda tx: list_takes(tx, within=within, before=read_moment(after), limit=SHOWN + 1),
    )
    last = found[SHOWN - 1].take if len(found) > SHOWN else None
    return page(
        visit.request,
        "stock/takes.html",
        now=visit.now,
        takes=found[:SHOWN],
        states=TAKES,
        scopes=SCOPES,
        older=cursor(last.opened_at, last.id) if last else None,
        tabs=[(href, label, href == "/stock/takes") for href, label in TABS],
        take_path=take_path,
        may_write=visit.principal.may(Permission.INVENTORY_WRITE),
    )


@get("/stock/takes/new", opt=WRITE, include_in_schema=False)
async def take_form(visit: NamedDependency[Visit]) -> Response[str]:
    """An empty form."""
    return await _form(visit, {}, {})


async def _form(
    visit: Visit, typed: dict[str, str], errors: dict[str, str], general: str = ""
) -> Response[str]:
    places = await visit.db.run(visit.caller, lambda tx: places_of(tx, visit.principal))
    options = [(to_text(LOCATION, place.id), place.name) for place in places if place.active]
    values = dict.fromkeys(FIELDS, "") | {"scope": "all", "units": "0"}
    if len(options) == 1:
        values["location"] = options[0][0]
    return page(
        visit.request,
        "stock/take_new.html",
        status_code=422 if errors or general else 200,
        places=options,
        scopes=list(SCOPES.items()),
        values=values | typed,
        errors=errors,
        general=general,
    )


@post("/stock/takes/new", opt=WRITE, include_in_schema=False)
async def take_typed(visit: NamedDependency[Visit]) -> Response[Any]:
    """Open it; what is named may be written with commas, spaces or line by line."""
    form = await posted(visit.request)
    typed = {name: one(form, name).strip() for name in FIELDS}
    words = place_of(visit.request).words
    named = tuple(dict.fromkeys(part for part in re.split(r"[,;\s]+", typed["named"]) if part))[:MOST_NAMED]
    scope = Scope(typed["scope"]) if typed["scope"] in set(Scope) else Scope.ALL
    errors = {}
    if not typed["location"]:
        errors["location"] = words.gettext(REQUIRED)
    if scope is not Scope.ALL and not named:
        errors["named"] = words.gettext(REQUIRED)
    if not typed["units"].isdecimal() or len(typed["units"]) > 6:
        errors["units"] = words.gettext(N_("Isi bilangan bulat, 0 atau lebih."))
    minor = whole_rupiah(typed["worth"]) if typed["worth"] else None
    if typed["worth"] and minor is None:
        errors["worth"] = words.gettext(N_("Isi jumlah rupiah."))
    if errors:
        return await _form(visit, typed, errors)

    async def command(tx: Tx) -> StockTake:
        place = from_text(LOCATION, typed["location"])
        require_scope(visit.principal, place)
        tolerance = Tolerance(int(typed["units"]), minor)
        asked = TakeAsked(
            place, scope, named if scope is not Scope.ALL else (), tolerance, typed["note"][:300]
        )
        return await open_stock_take(tx, asked, now=visit.now)

    try:
        take = await visit.db.run(visit.caller, taken_once(form, command, now=visit.now))
    except Refusal as refusal:
        sent = refused(visit.request, "take", form, refusal, BESIDE)
        return await _form(visit, typed, dict(sent.errors), sent.general)
    return Redirect(f"{take_path(take.id)}?said=opened", status_code=303)


@get("/stock/takes/{take_id:str}", opt=READ, include_in_schema=False)
async def take_page(
    visit: NamedDependency[Visit],
    take_id: FromPath[str],
    said: FromQuery[str] = "",
    after: FromQuery[str] = "",
) -> Response[str]:
    """How far it is; whoever approves sees what differs, and nobody else."""
    return await _page(visit, take_id, said=said, after=after)


async def _page(
    visit: Visit, text: str, *, said: str = "", after: str = "", general: str = "", status: int = 200
) -> Response[str]:
    wanted = from_text(STOCK_TAKE, text)
    approves = visit.principal.may(Permission.INVENTORY_APPROVE)
    past = int(after) if after.isdecimal() and len(after) < 8 else 0

    async def read(
        tx: Tx,
    ) -> tuple[TakeRow, list[Area], list[Difference], list[PromisedTo], Names]:
        found = await list_takes(tx, within=visit.principal.location_ids, only=wanted)
        if not found:
            raise TakeNotFound(text)
        [row] = found
        areas = await areas_of(tx, wanted)
        rows = await differences(tx, wanted, after=past, limit=SHOWN + 1) if approves else []
        waits = row.take.state is TakeState.COUNTED or bool(row.held)
        short = await orders_short(tx, await to_post(tx, wanted)) if approves and waits else []
        people = {who for area in areas for who in (*area.counters, area.counter) if who}
        people |= {row.take.opened_by, row.take.approved_by or row.take.opened_by}
        return row, areas, rows, short, await names_of(tx, sorted(people), {})

    row, areas, rows, short, names = await visit.db.run(visit.caller, read)
    counted = {who for area in areas for who in area.counters}
    return page(
        visit.request,
        "stock/take.html",
        status_code=status,
        now=visit.now,
        row=row,
        take=row.take,
        path=take_path(wanted),
        areas=areas,
        differences=rows[:SHOWN],
        older=str(past + SHOWN) if len(rows) > SHOWN else None,
        short=[(f"/orders/{to_text('ord', one.order_id)}", one) for one in short],
        who=lambda actor: names.who(actor, place_of(visit.request).words),
        states=TAKES,
        area_states=AREAS,
        area_id=lambda area: to_text(AREA, area.id),
        said=said,
        general=general,
        cause=to_text(STOCK_TAKE, wanted),
        approves=approves,
        counted_it=visit.caller.actor in counted,
        may_count=visit.principal.may(Permission.INVENTORY_WRITE),
    )


@post("/stock/takes/{take_id:str}/{verb:str}", opt=APPROVE, include_in_schema=False, status_code=200)
async def take_turned(
    visit: NamedDependency[Visit],
    take_id: FromPath[str],
    verb: FromPath[str],
) -> Response[Any]:
    """Approve it, have an area counted again or left out, or cancel it."""
    form = await posted(visit.request)
    within = visit.principal.location_ids
    wanted = from_text(STOCK_TAKE, take_id)

    async def command(tx: Tx) -> str:
        if verb == "approve":
            return (
                "held" if await approve_stock_take(tx, wanted, within=within, now=visit.now) else "approved"
            )
        if verb == "again":
            area = from_text(AREA, one(form, "area"))
            await count_again(tx, wanted, [area], within=within, now=visit.now)
        elif verb == "skip":
            await skip_counting(tx, from_text(AREA, one(form, "area")), within=within, now=visit.now)
        elif verb == "cancel":
            await cancel_take(tx, wanted, within=within, now=visit.now)
        else:
            raise TakeNotFound(verb)
        return verb

    try:
        said = await visit.db.run(visit.caller, taken_once(form, command, now=visit.now))
    except Refusal as refusal:
        told = sentence(refusal, place_of(visit.request).words)
        return await _page(visit, take_id, general=told, status=409)
    return Redirect(f"{take_path(wanted)}?said={said}", status_code=303)


handlers = [takes_page, take_form, take_typed, take_page, take_turned]

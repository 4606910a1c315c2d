"""Counting on a phone: which bins are to be counted, and one of them, without a word of what the book says."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from orderan.flows.count_stock_take import (
    GoodsCounted,
    begin_counting,
    count_goods,
    finish_counting,
    leave_counting,
)
from orderan.inventory import LotNeeded, UnknownSku
from orderan.kit.db import Tx
from orderan.kit.errors import Refusal
from orderan.kit.ids import from_text, to_text
from orderan.stocktake import (
    Area,
    AreaNotFound,
    AreaState,
    NotInTake,
    Seen,
    StockTake,
    ToCount,
    find_area,
    names_goods,
    seen_in,
    to_count,
)
from orderan.web.dashboard.desk import Visit, whole
from orderan.web.dashboard.names import Names, names_of
from orderan.web.dashboard.stock import WRITE
from orderan.web.dashboard.stock_takes import AREA, AREAS
from orderan.web.forms import CountUnreadable, Fields, Sent, numbered, one, posted, refused, taken_once
from orderan.web.here import place_of
from orderan.web.pages import page

BESIDE: Final[Mapping[type[Refusal], str]] = {
    UnknownSku: "code",
    NotInTake: "code",
    LotNeeded: "lot",
    CountUnreadable: "many",
}


def area_path(area_id: UUID) -> str:
    return f"/stock/counting/{to_text(AREA, area_id)}"


@get("/stock/counting", opt=WRITE, include_in_schema=False)
async def counting_page(visit: NamedDependency[Visit], said: FromQuery[str] = "") -> Response[str]:
    """What one counts now, what waits for a second count, and what nobody has begun."""

    async def read(tx: Tx) -> tuple[list[ToCount], Names]:
        rows = await to_count(tx, within=visit.principal.location_ids)
        people = sorted({row.area.counter for row in rows if row.area.counter})
        return rows, await names_of(tx, people, {})

    rows, names = await visit.db.run(visit.caller, read)
    me = visit.caller.actor
    words = place_of(visit.request).words
    return page(
        visit.request,
        "stock/counting.html",
        said=said,
        mine=[row for row in rows if row.area.counter == me],
        free=[row for row in rows if row.area.counter is None and me not in row.area.counters],
        others=[row for row in rows if row.area.counter not in (None, me)],
        own=sum(row.area.counter is None and me in row.area.counters for row in rows),
        states=AREAS,
        area_path=area_path,
        who=lambda actor: names.who(actor, words),
    )


@dataclass(slots=True)
class Line:
    """Goods as a counter sees them; goods of several owners look the same."""

    sku: str
    title: str
    unit: str
    lot: str | None
    expires_on: date | None
    counted: int | None


def _lines(seen: list[Seen], *, named: bool) -> list[Line]:
    lines: dict[tuple[str, str | None], Line] = {}
    for one_seen in seen:
        if one_seen.counted is None and not named:
            continue
        line = lines.setdefault(
            (one_seen.sku, one_seen.lot),
            Line(one_seen.sku, one_seen.title, one_seen.unit, one_seen.lot, one_seen.expires_on, None),
        )
        if one_seen.counted is not None:
            line.counted = (line.counted or 0) + one_seen.counted
    return list(lines.values())


@get("/stock/counting/{area_id:str}", opt=WRITE, include_in_schema=False)
async def area_page(
    visit: NamedDependency[Visit], area_id: FromPath[str], said: FromQuery[str] = ""
) -> Response[str]:
    """What was counted so far, and where goods have to be named, which."""
    return await _area(visit, area_id, said=said)


async def _area(visit: Visit, text: str, *, said: str = "", sent: Sent | None = None) -> Response[str]:
    async def read(tx: Tx) -> tuple[StockTake, Area, list[Seen]]:
        found = await find_area(tx, from_text(AREA, text))
        within = visit.principal.location_ids
        if found is None or (within is not None and found[0].location_id not in within):
            raise AreaNotFound(text)
        return *found, await seen_in(tx, found[1])

    take, area, seen = await visit.db.run(visit.caller, read)
    named = names_goods(take, area)
    return page(
        visit.request,
        "stock/count_area.html",
        status_code=422 if sent else 200,
        area=area,
        path=area_path(area.id),
        lines=_lines(seen, named=named),
        named=named,
        mine=area.counter == visit.caller.actor,
        counted_before=visit.caller.actor in area.counters and area.counter != visit.caller.actor,
        open=take.state == "counting",
        states=AREAS,
        said=said,
        sent=sent or Sent(),
    )


@post("/stock/counting/{area_id:str}/{verb:str}", opt=WRITE, include_in_schema=False, status_code=200)
async def area_turned(
    visit: NamedDependency[Visit], area_id: FromPath[str], verb: FromPath[str]
) -> Response[Any]:
    """Begin, say what is there, end, or leave it to somebody else."""
    form = await posted(visit.request)
    wanted = from_text(AREA, area_id)
    within = visit.principal.location_ids

    async def command(tx: Tx) -> str:
        if verb == "begin":
            await begin_counting(tx, wanted, within=within, now=visit.now)
        elif verb == "scan":
            goods = [
                GoodsCounted(one(form, "code").strip(), _units(one(form, "many")), _lot(one(form, "lot")))
            ]
            await count_goods(tx, wanted, goods, add=True, within=within, now=visit.now)
            return "scanned"
        elif verb == "figures":
            if goods := _figures(form):
                await count_goods(tx, wanted, goods, add=False, within=within, now=visit.now)
            if one(form, "then") == "finish":
                ended = await finish_counting(tx, wanted, within=within, now=visit.now)
                return "recount" if ended is AreaState.RECOUNT else "counted"
            return "saved"
        elif verb == "leave":
            await leave_counting(tx, wanted, within=within, now=visit.now)
            return "left"
        else:
            raise AreaNotFound(verb)
        return ""

    try:
        said = await visit.db.run(visit.caller, taken_once(form, command, now=visit.now))
    except Refusal as refusal:
        sent = refused(visit.request, verb, form, refusal, BESIDE if verb == "scan" else {})
        return await _area(visit, area_id, sent=sent)
    if said in {"counted", "recount", "left"}:
        return Redirect(f"/stock/counting?said={said}", status_code=303)
    return Redirect(area_path(wanted) + (f"?said={said}" if said else ""), status_code=303)


def _units(typed: str) -> int:
    units = whole(typed or "1")
    if units is None:
        raise CountUnreadable(typed[:40])
    return units


def _lot(typed: str) -> str | None:
    return typed.strip()[:64] or None


def _figures(form: Fields) -> list[GoodsCounted]:
    """Figures of the rows that have one; a blank row is not counted yet."""
    skus, lots = numbered(form, "sku_"), numbered(form, "lot_")
    return [
        GoodsCounted(skus[number], _units(typed), _lot(lots.get(number, "")))
        for number, typed in numbered(form, "units_").items()
        if typed.strip() and number in skus
    ]


handlers = [counting_page, area_page, area_turned]

"""Returns in the dashboard: the list, one return with its next step, a new one."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from orderan.access import Permission, Principal
from orderan.flows.dispute_return import send_with
from orderan.flows.return_photos import keep_return_photos
from orderan.flows.settle_return import (
    ask_return,
    close_return,
    decide_return,
    inspect_goods,
    propose_refund,
    receive_goods_back,
    resolve_return,
)
from orderan.flows.views_parcel_back import ParcelBack, parcel_back
from orderan.flows.views_returns import (
    ReturnedLine,
    ReturnRow,
    one_return,
    return_counts,
    return_list,
    return_with_awb,
)
from orderan.flows.views_work import work_places
from orderan.inventory import UnknownLocation
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.ids import from_text, to_text
from orderan.kit.text import read_number
from orderan.orders import Line, OrderNotFound, lines_of, order_numbered, require_sight
from orderan.returns import Inspected, PhotoMoment, Remedy, ReturnEvent, Wanted
from orderan.web.cursors import cursor_of, read_cursor
from orderan.web.dashboard.desk import Asking, Flash, scope_of, told
from orderan.web.dashboard.return_parcels import dispute_path, seen_of
from orderan.web.forms import AmountUnreadable, amount_typed, count_typed, numbered, one, posted, sent_once
from orderan.web.here import place_of
from orderan.web.pages import page
from orderan.web.photos import photos_sent
from orderan.web.return_words import WAYS

SHOWN: Final = 50
TABS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "asked": (N_("Perlu keputusan"), ("requested",)),
    "coming": (N_("Ditunggu"), ("approved", "in_transit")),
    "here": (N_("Perlu diperiksa"), ("received",)),
    "judged": (N_("Perlu diselesaikan"), ("inspected", "resolved")),
    "over": (N_("Selesai"), ("closed", "rejected")),
}

MOMENTS: Final = {"receive": PhotoMoment.RECEPTION, "inspect": PhotoMoment.INSPECTION}
"""Which steps are photographed."""
TAKEN: Final[dict[PhotoMoment, str]] = {
    PhotoMoment.REQUEST: N_("Dari pembeli"),
    PhotoMoment.RECEPTION: N_("Waktu diterima"),
    PhotoMoment.INSPECTION: N_("Waktu diperiksa"),
}


def path_of(return_id: UUID) -> str:
    return f"/returns/{to_text('ret', return_id)}"


def order_path(order_id: UUID) -> str:
    return f"/orders/{to_text('ord', order_id)}"


@get("/returns", opt={"needs": Permission.RETURNS_READ}, include_in_schema=False)
async def returns_page(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    tab: FromQuery[str] = "",
    after: FromQuery[str] = "",
    q: FromQuery[str] = "",
) -> Response[Any]:
    """Returns by what they need next, the oldest first; or the one whose parcel has a number."""
    scope = scope_of(principal)
    awb = q.strip()[:60]
    named = await db.run(caller, lambda tx: return_with_awb(tx, scope, awb)) if awb else None
    if named is not None:
        return Redirect(path_of(named), status_code=303)

    async def read(tx: Tx) -> tuple[dict[str, int], str, list[ReturnRow]]:
        counts = await return_counts(tx, scope)
        filled = (name for name, (_, group) in TABS.items() if any(counts.get(state) for state in group))
        chosen = tab if tab in TABS else next(filled, "asked")
        states = TABS[chosen][1]
        return (
            counts,
            chosen,
            await return_list(tx, scope, states=states, after=read_cursor(after), limit=SHOWN + 1),
        )

    counts, chosen, rows = await db.run(caller, read)
    last = rows[SHOWN - 1] if len(rows) > SHOWN else None
    return page(
        request,
        "returns/list.html",
        now=now,
        tabs=[
            (name, label, sum(counts.get(state, 0) for state in group) if name != "over" else None)
            for name, (label, group) in TABS.items()
        ],
        tab=chosen,
        returns=rows[:SHOWN],
        older=cursor_of(last.requested_at, last.id) if last else None,
        after=after,
        q=awb,
        path_of=path_of,
        may_write=principal.may(Permission.RETURNS_WRITE),
    )


@get("/returns/new", opt={"needs": Permission.RETURNS_WRITE}, include_in_schema=False)
async def return_form(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    order: FromQuery[str] = "",
) -> Response[str]:
    """First the order's number, then what of it comes back."""
    return await form_of(request, db, caller, principal, order)


async def form_of(
    request: Asking,
    db: Database,
    caller: Caller,
    principal: Principal,
    order: str,
    *,
    values: dict[str, str] | None = None,
    general: str = "",
    status: int = 200,
) -> Response[str]:
    """The form, with whatever was typed and what was wrong with it."""
    lines: list[Line] = []
    if order:

        async def read(tx: Tx) -> list[Line]:
            return await lines_of(tx, await _order(tx, principal, order))

        try:
            lines = await db.run(caller, read)
        except Refusal as refusal:
            general = general or told(refusal, place_of(request).words)
            status = 422 if status == 200 else status
    return page(
        request,
        "returns/new.html",
        status_code=status,
        order=order,
        lines=[line for line in lines if line.shipped > line.returned],
        looked=bool(lines),
        ways=[(str(way), place_of(request).words.gettext(label)) for way, label in WAYS.items()],
        values=values or {},
        general=general,
    )


async def _order(tx: Tx, principal: Principal, typed: str) -> UUID:
    found = await order_numbered(tx, read_number(typed))
    if found is None:
        raise OrderNotFound(typed)
    await require_sight(tx, scope_of(principal), [found])
    return found


@post("/returns/new", opt={"needs": Permission.RETURNS_WRITE}, include_in_schema=False, status_code=200)
async def return_asked(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Open it, or show the form again with what is wrong."""
    form = await posted(request)
    values = {name: value for name, value in form.items() if isinstance(value, str)}
    order, reason = one(form, "order"), one(form, "reason").strip()[:300]

    async def command(tx: Tx) -> UUID:
        await sent_once(tx, form, now=now)
        way = next((known for known in Remedy if known == one(form, "way")), Remedy.REFUND)
        wanted = _wanted(values, reason)
        found = await _order(tx, principal, order)
        made = await ask_return(tx, found, wanted, reason=reason, way=way, now=now)
        return made.id

    try:
        made = await db.run(caller, command)
    except Refusal as refusal:
        general = told(refusal, place_of(request).words)
        return await form_of(
            request, db, caller, principal, order, values=values, general=general, status=422
        )
    return Redirect(path_of(made), status_code=303)


def _wanted(values: dict[str, str], reason: str) -> list[Wanted]:
    counts = {line_no: count_typed(typed) for line_no, typed in numbered(values, "units_").items()}
    skus = numbered(values, "sku_")
    return [
        Wanted(line_no, units, reason, sku=skus.get(line_no, "").strip()[:100])
        for line_no, units in counts.items()
        if units
    ]


@get("/returns/{return_id:str}", opt={"needs": Permission.RETURNS_READ}, include_in_schema=False)
async def return_page(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    return_id: FromPath[str],
) -> Response[str]:
    """One return, its next step on top."""
    return await detail(request, db, caller, principal, now, from_text("ret", return_id))


async def detail(
    request: Asking,
    db: Database,
    caller: Caller,
    principal: Principal,
    now: datetime,
    return_id: UUID,
    *,
    flashes: list[Flash] | None = None,
    values: dict[str, str] | None = None,
    status: int = 200,
) -> Response[str]:
    """The page, with whatever was typed and what was wrong with it."""
    scope = scope_of(principal)

    async def read(tx: Tx) -> tuple[ReturnRow, list[ReturnedLine], int, list[Any], ParcelBack]:
        row, lines = await one_return(tx, scope, return_id)
        worth = sum(part.amount_minor for part in await propose_refund(tx, return_id))
        return row, lines, worth, await work_places(tx, scope), await parcel_back(tx, return_id)

    row, lines, worth, places, parcel = await db.run(caller, read)
    return page(
        request,
        "returns/detail.html",
        status_code=status,
        now=now,
        flashes=flashes or [],
        found=row,
        lines=lines,
        worth=worth,
        places=[(to_text("loc", one.id), one.name) for one in places],
        place=to_text("loc", row.location_id) if row.location_id else "",
        values=values or {},
        path=path_of(row.id),
        way=WAYS[Remedy(row.way)],
        parcel=parcel,
        taken=TAKEN,
        sound={line.line_no: line.received - line.damaged for line in parcel.received},
        disputed=parcel.dispute is not None and parcel.dispute.state in {"open", "evidence"},
        dispute_path=dispute_path(row.id),
        replacement=order_path(row.replacement_id) if row.replacement_id else "",
        order_path=order_path(row.order_id),
        may_write=principal.may(Permission.RETURNS_WRITE),
        may_grant=principal.may(Permission.REFUNDS_GRANT),
    )


@post(
    "/returns/{return_id:str}/step",
    opt={"needs": Permission.RETURNS_WRITE},
    include_in_schema=False,
    status_code=200,
)
async def return_moved(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    keyring: NamedDependency[Keyring],
    now: NamedDependency[datetime],
    return_id: FromPath[str],
) -> Response[Any]:
    """Approve, reject, give a number, note as sent, receive, inspect, give up or close, as the button says."""
    found = from_text("ret", return_id)
    form = await posted(request)
    values = {name: value for name, value in form.items() if isinstance(value, str)}
    photos = await photos_sent(form)

    async def command(tx: Tx) -> None:
        _, lines = await one_return(tx, scope_of(principal), found)
        await _step(tx, principal, found, lines, values, now)
        if moment := MOMENTS.get(values.get("step", "")):
            await keep_return_photos(tx, keyring, found, photos, moment, now=now)

    return await _answered(request, db, caller, principal, now, found, command, values)


async def _step(
    tx: Tx,
    principal: Principal,
    found: UUID,
    lines: list[ReturnedLine],
    values: dict[str, str],
    now: datetime,
) -> None:
    within = principal.location_ids
    note = values.get("note", "").strip()[:300] or None
    match values.get("step", ""):
        case "receive":
            place = from_text("loc", values.get("place", ""))
            if not principal.sees_location(place):
                raise UnknownLocation(values.get("place", ""))
            came = {line.line_no: count_typed(values.get(f"came_{line.line_no}", "")) for line in lines}
            seen = seen_of(values, came)
            await receive_goods_back(tx, found, came, location_id=place, seen=seen, within=within, now=now)
        case "inspect":
            judged = [_inspected(line, values) for line in lines]
            await inspect_goods(tx, found, judged, note=note, within=within, now=now)
        case "awb":
            await send_with(tx, found, courier=values.get("courier", ""), awb=values.get("awb", ""), now=now)
        case "close":
            await close_return(tx, found, within=within, now=now)
        case ("approve" | "reject" | "send" | "give_up") as name:
            await decide_return(tx, found, ReturnEvent(name), note=note, within=within, now=now)


def _inspected(line: ReturnedLine, values: dict[str, str]) -> Inspected:
    return Inspected(
        line.line_no,
        count_typed(values.get(f"stock_{line.line_no}", "")),
        count_typed(values.get(f"aside_{line.line_no}", "")),
        values.get(f"condition_{line.line_no}", "").strip()[:300],
    )


@post(
    "/returns/{return_id:str}/resolve",
    opt={"needs": Permission.REFUNDS_GRANT},
    include_in_schema=False,
    status_code=200,
)
async def return_resolved(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    return_id: FromPath[str],
) -> Response[Any]:
    """Grant the refund that was typed, or none."""
    found = from_text("ret", return_id)
    form = await posted(request)
    values = {name: value for name, value in form.items() if isinstance(value, str)}

    async def command(tx: Tx) -> None:
        row, _ = await one_return(tx, scope_of(principal), found)
        note = values.get("note", "").strip()[:300] or None
        if not values.get("amount", "").strip():
            # Nothing back at all is a decision of its own: it is typed as 0, and never forgotten.
            raise AmountUnreadable("")
        amount = amount_typed(values["amount"], row.currency)
        await resolve_return(
            tx, found, amount_minor=amount, note=note, within=principal.location_ids, now=now
        )

    return await _answered(request, db, caller, principal, now, found, command, values)


async def _answered(
    request: Asking,
    db: Database,
    caller: Caller,
    principal: Principal,
    now: datetime,
    found: UUID,
    command: Any,
    values: dict[str, str],
) -> Response[Any]:
    try:
        await db.run(caller, command)
    except Refusal as refusal:
        flashes = [("loss", told(refusal, place_of(request).words))]
        return await detail(
            request, db, caller, principal, now, found, flashes=flashes, values=values, status=409
        )
    return Redirect(path_of(found), status_code=303)


handlers = [returns_page, return_form, return_asked, return_page, return_moved, return_resolved]

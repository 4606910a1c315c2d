"""Stock in the dashboard: the list with live numbers, one sku all around, the ledger."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Redirect, ServerSentEvent

from orderan.access import Permission, Principal
from orderan.inventory import (
    Availability,
    MovementKind,
    OversellInUse,
    StockKey,
    availability,
    claims_on,
    movements,
    permit_oversell,
    policies_of,
    rows_of,
    set_policy,
    stocked_skus,
)
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.i18n import local_date
from orderan.kit.ids import NotAnId, from_text, to_text
from orderan.orders import load_orders, visible
from orderan.web.api.availability import streamed
from orderan.web.api.stock_naming import MOST_UNITS
from orderan.web.dashboard.desk import scope_of
from orderan.web.dashboard.stock_words import BUCKETS, KINDS, TABS, actor_names
from orderan.web.errors import sentence
from orderan.web.forms import one, posted
from orderan.web.here import place_of
from orderan.web.live_stock import MOST_WATCHED
from orderan.web.pages import page
from orderan.web.stock_scope import (
    LOCATION,
    SKU,
    cursor,
    places_of,
    read_code,
    read_moment,
    require_scope,
)

Asking = Request[Any, Any, Any]

SHOWN: Final = 50
LOOKED_UP: Final = 12
READ: Final = {"needs": Permission.INVENTORY_READ}
WRITE: Final = {"needs": Permission.INVENTORY_WRITE}


def sku_path(sku_id: UUID) -> str:
    return f"/stock/items/{to_text(SKU, sku_id)}"


@get("/stock", opt=READ, include_in_schema=False)
async def stock_page(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    q: FromQuery[str] = "",
    location: FromQuery[str] = "",
    low: FromQuery[str] = "",
    after: FromQuery[str] = "",
    before: FromQuery[str] = "",
    said: FromQuery[str] = "",
) -> Response[str]:
    """Skus by code; per place what can be sold, fresh by itself."""
    chosen = from_text(LOCATION, location) if location else None

    async def read(tx: Tx) -> tuple[list[Availability], Any]:
        places = await places_of(tx, principal)
        seen = [place.id for place in places if chosen in (None, place.id)]
        found = await availability(
            tx,
            now=now,
            search=q,
            locations=seen,
            low_only=bool(low),
            after=read_code(after),
            before=read_code(before) if not after else None,
            limit=SHOWN + 1,
        )
        return found, places

    found, places = await db.run(caller, read)
    more = len(found) > SHOWN
    back = bool(before and not after)
    shown = found[-SHOWN:] if back else found[:SHOWN]
    return page(
        request,
        "stock/list.html",
        block="rows",
        now=now,
        skus=shown,
        places=[place for place in places if chosen in (None, place.id)],
        all_places=places,
        location=location,
        q=q,
        low=low,
        older=cursor(shown[-1].code) if shown and (more or back) else None,
        newer=cursor(shown[0].code) if shown and (after or (back and more)) else None,
        stream=_stream_of(shown),
        said=said,
        may_write=principal.may(Permission.INVENTORY_WRITE),
        **_shared("/stock"),
    )


def _stream_of(skus: Sequence[Availability]) -> str:
    return "/stock/stream?skus=" + ",".join(sku.code for sku in skus[:MOST_WATCHED]) if skus else ""


def _shared(current: str) -> dict[str, Any]:
    return {
        "tabs": [(href, label, href == current) for href, label in TABS],
        "sku_path": sku_path,
        "loc": lambda place_id: to_text(LOCATION, place_id),
        "kinds": KINDS,
        "buckets": BUCKETS,
    }


@get("/stock/stream", opt=READ, include_in_schema=False)
async def stock_stream(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    state: State,
    skus: Annotated[str, QueryParameter(min_length=1, max_length=MOST_WATCHED * 65)],
) -> ServerSentEvent:
    """Changes of the skus on a page."""
    return await streamed(db, caller, principal, state.stock_watch, skus)


@get("/stock/lookup", opt=READ, include_in_schema=False)
async def stock_lookup(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    now: NamedDependency[datetime],
    q: FromQuery[str] = "",
) -> list[dict[str, str]]:
    """Stocked skus that fit what is being typed, for comboboxes; a barcode fits whole."""
    found = await db.run(caller, lambda tx: availability(tx, now=now, search=q, limit=LOOKED_UP))
    return [{"value": sku.code, "label": sku.code, "sub": sku.title} for sku in found]


@get("/stock/items/{sku:str}", opt=READ, include_in_schema=False)
async def sku_page(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    sku: FromPath[str],
    said: FromQuery[str] = "",
) -> Response[str]:
    """Where it is, in which lots, promised to whom, and what happened to it."""
    return await _sku_page(request, db, caller, principal, now, from_text(SKU, sku), said=said)


async def _sku_page(
    request: Asking,
    db: Database,
    caller: Caller,
    principal: Principal,
    now: datetime,
    sku_id: UUID,
    *,
    said: str = "",
    errors: dict[str, str] | None = None,
    typed: dict[str, str] | None = None,
    status_code: int = 200,
) -> Response[str]:
    async def read(tx: Tx) -> dict[str, Any]:
        places = await places_of(tx, principal)
        seen = [place.id for place in places]
        found = await availability(tx, now=now, skus=[sku_id], locations=seen)
        if not found:
            raise NotAnId
        claims = await claims_on(tx, sku_id, locations=seen)
        moved = await movements(tx, sku_id=sku_id, locations=principal.location_ids, limit=20)
        holders = await load_orders(
            tx, await visible(tx, [claim.holder_id for claim in claims], scope_of(principal))
        )
        return {
            "sku": found[0],
            "places": places,
            "names": {place.id: place.name for place in places},
            "rows": await rows_of(tx, sku_id, locations=seen),
            "claims": claims,
            "orders": {holder: order for holder, (order, _) in holders.items()},
            "moved": moved,
            "actors": await actor_names(tx, {one.actor for one in moved}),
            "policies": await policies_of(tx, sku_id),
        }

    context = await db.run(caller, read)
    return page(
        request,
        "stock/item.html",
        status_code=status_code,
        now=now,
        today=local_date(now, place_of(request).zone),
        soon=local_date(now, place_of(request).zone) + timedelta(days=30),
        said=said,
        errors=errors or {},
        typed=typed or {},
        may_write=principal.may(Permission.INVENTORY_WRITE),
        stream=_stream_of([context["sku"]]),
        order_id=lambda holder: to_text("ord", holder),
        **context,
        **_shared("/stock"),
    )


@post("/stock/items/{sku:str}/policy", opt=WRITE, include_in_schema=False)
async def policy_changed(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    sku: FromPath[str],
) -> Response[Any]:
    """Safety stock and reorder point at each place; only what was changed is written."""
    sku_id, form = from_text(SKU, sku), await posted(request)
    typed = {name: one(form, name) for name in form}

    async def command(tx: Tx) -> bool:
        before, wanted = await policies_of(tx, sku_id), []
        for place in await places_of(tx, principal):
            name = to_text(LOCATION, place.id)
            if f"safety-{name}" not in typed:
                continue
            safety = whole(typed[f"safety-{name}"] or "0")
            reorder = whole(typed.get(f"reorder-{name}") or "0")
            if safety is None or reorder is None:
                return False
            if (safety, reorder) != before.get(place.id, (0, 0)):
                wanted.append((place.id, safety, reorder))
        for place_id, safety, reorder in wanted:
            await set_policy(tx, sku_id, place_id, safety=safety, reorder_point=reorder, now=now)
        return True

    if not await db.run(caller, command):
        spoken = place_of(request).words.gettext("Isi bilangan bulat, 0 atau lebih.")
        return await _sku_page(
            request,
            db,
            caller,
            principal,
            now,
            sku_id,
            errors={"policy": spoken},
            typed=typed,
            status_code=422,
        )
    return Redirect(f"{sku_path(sku_id)}?said=policy", status_code=303)


@post("/stock/items/{sku:str}/oversell", opt=WRITE, include_in_schema=False)
async def oversell_changed(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    sku: FromPath[str],
) -> Response[Any]:
    """Permission to sell a stock row beyond what is on hand."""
    sku_id, form = from_text(SKU, sku), await posted(request)
    try:
        place, owner, lot = (UUID(part) for part in one(form, "row").split(","))
    except ValueError as fault:
        raise NotAnId from fault
    require_scope(principal, place)
    units = whole(one(form, "oversell"))
    if units is None:
        spoken = place_of(request).words.gettext("Isi bilangan bulat, 0 atau lebih.")
        return await _sku_page(
            request, db, caller, principal, now, sku_id, errors={"oversell": spoken}, status_code=422
        )
    try:
        key = StockKey(sku_id, place, owner, lot)
        await db.run(caller, lambda tx: permit_oversell(tx, key, units=units, now=now))
    except OversellInUse as refusal:
        spoken = sentence(refusal, place_of(request).words)
        return await _sku_page(
            request, db, caller, principal, now, sku_id, errors={"oversell": spoken}, status_code=422
        )
    return Redirect(f"{sku_path(sku_id)}?said=oversell", status_code=303)


def whole(text: str, *, least: int = 0) -> int | None:
    """A whole number as typed in a form, thousands separated or not; None when it is none."""
    plain = text.strip().replace(".", "").replace(",", "")
    sign = -1 if plain.startswith("-") else 1
    digits = plain.lstrip("+-") if plain[1:2].isdigit() or plain.isdigit() else plain
    if not (digits.isascii() and digits.isdigit()) or len(digits) > len(str(MOST_UNITS)):
        return None
    value = sign * int(digits)
    return value if least <= value <= MOST_UNITS else None


@get("/stock/movements", opt=READ, include_in_schema=False)
async def movements_page(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    q: FromQuery[str] = "",
    location: FromQuery[str] = "",
    kind: FromQuery[str] = "",
    since: FromQuery[str] = "",
    until: FromQuery[str] = "",
    cause: FromQuery[str] = "",
    after: FromQuery[str] = "",
) -> Response[str]:
    """The ledger, newest first."""
    zone = ZoneInfo(principal.zone)
    begin, end = _day(since, zone), _day(until, zone)

    async def read(tx: Tx) -> dict[str, Any]:
        sku = (await stocked_skus(tx, [q.strip()])).get(q.strip()) if q.strip() else None
        unknown = bool(q.strip()) and sku is None
        found = (
            []
            if unknown
            else await movements(
                tx,
                sku_id=sku.id if sku else None,
                location_id=from_text(LOCATION, location) if location else None,
                locations=principal.location_ids,
                kinds=[kind] if kind in set(MovementKind) else None,
                cause_id=from_text(cause.partition("_")[0], cause) if cause else None,
                since=begin,
                until=end + timedelta(days=1) if end else None,
                after=read_moment(after),
                limit=SHOWN + 1,
            )
        )
        return {
            "moved": found[:SHOWN],
            "more": len(found) > SHOWN,
            "places": await places_of(tx, principal),
            "actors": await actor_names(tx, {one.actor for one in found}),
        }

    context = await db.run(caller, read)
    last = context["moved"][-1] if context["more"] else None
    return page(
        request,
        "stock/movements.html",
        block="rows",
        now=now,
        q=q,
        location=location,
        kind=kind,
        since=since,
        until=until,
        cause=cause,
        after=after,
        older=cursor(last.occurred_at, last.id) if last else None,
        **context,
        **_shared("/stock/movements"),
    )


def _day(text: str, zone: ZoneInfo) -> datetime | None:
    """The beginning of a day by the reader's clock; what is no date does not narrow."""
    try:
        return datetime.combine(date.fromisoformat(text), time(), zone)
    except ValueError:
        return None


handlers = [
    stock_page,
    stock_stream,
    stock_lookup,
    sku_page,
    policy_changed,
    oversell_changed,
    movements_page,
]

"""How a place gives work to its pickers, and when couriers leave it."""

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from orderan.access import Permission, Principal
from orderan.inventory import Location, UnknownLocation
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.ids import from_text, new_id, to_text
from orderan.picking import (
    Cutoff,
    Method,
    PickingPolicy,
    add_cutoff,
    cutoffs_of,
    drop_cutoff,
    policy_of,
    set_policy,
)
from orderan.shipping import COURIERS
from orderan.web.dashboard.desk import Visit, told
from orderan.web.dashboard.stock import whole
from orderan.web.dashboard.stock_forms import REQUIRED
from orderan.web.dashboard.waves import METHODS, courier_name
from orderan.web.forms import many, one, posted, taken_once
from orderan.web.here import place_of
from orderan.web.pages import page
from orderan.web.stock_scope import LOCATION, places_of

CUTOFF: Final = "cut"
READ: Final = {"needs": Permission.FULFILMENT_READ}
WRITE: Final = {"needs": Permission.INVENTORY_WRITE}
HOME: Final = "/warehouse/picking"
DAYS: Final = (
    (1, N_("Senin")),
    (2, N_("Selasa")),
    (3, N_("Rabu")),
    (4, N_("Kamis")),
    (5, N_("Jumat")),
    (6, N_("Sabtu")),
    (7, N_("Minggu")),
)
COUNTS: Final = ("slots", "most_units", "waiting_lists")
TYPED: Final = ("courier", "services", "closes", "lead")
MOST_SERVICES: Final = 20


@get(HOME, opt=READ, include_in_schema=False)
async def rules_page(visit: NamedDependency[Visit], place: FromQuery[str] = "") -> Response[str]:
    """How one place picks."""
    return await _rules(visit, place)


async def _rules(
    visit: Visit,
    place: str,
    *,
    values: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    days: Sequence[str] | None = None,
    general: str = "",
) -> Response[str]:
    async def read(tx: Tx) -> tuple[list[Location], Location | None, PickingPolicy, list[Cutoff]]:
        places = await _places(tx, visit.principal)
        wanted = from_text(LOCATION, place) if place else None
        chosen = next((one_ for one_ in places if wanted in (None, one_.id)), None)
        if chosen is None:
            return places, None, PickingPolicy(), []
        return places, chosen, await policy_of(tx, chosen.id), await cutoffs_of(tx, chosen.id)

    places, chosen, policy, cutoffs = await visit.db.run(visit.caller, read)
    kept = {name: str(getattr(policy, name)) for name in (*COUNTS, "method")}
    return page(
        visit.request,
        "warehouse/picking.html",
        status_code=422 if errors or general else 200,
        places=[(to_text(LOCATION, one_.id), one_.name) for one_ in places],
        place_id=to_text(LOCATION, chosen.id) if chosen else "",
        policy=policy,
        cutoffs=[(to_text(CUTOFF, one_.id), one_, time(*divmod(one_.closes_minute, 60))) for one_ in cutoffs],
        methods=[(str(code), label) for code, label in METHODS.items()],
        couriers=[(code, courier.name) for code, courier in COURIERS.items()],
        courier_name=courier_name,
        days=DAYS,
        named=dict(DAYS),
        ticked=set(days if days is not None else ("1", "2", "3", "4", "5", "6")),
        values=dict.fromkeys(TYPED, "") | {"closes": "16:00", "lead": "180"} | kept | dict(values or {}),
        errors=dict(errors or {}),
        general=general,
        may_write=visit.principal.may(Permission.INVENTORY_WRITE),
    )


async def _places(tx: Tx, principal: Principal) -> list[Location]:
    return [
        place
        for place in await places_of(tx, principal)
        if place.active and place.kind in {"warehouse", "store"}
    ]


async def _require(tx: Tx, principal: Principal, text: str) -> UUID:
    wanted = from_text(LOCATION, text)
    if wanted not in {place.id for place in await _places(tx, principal)}:
        raise UnknownLocation(text)
    return wanted


@post(HOME + "/{location_id:str}", opt=WRITE, include_in_schema=False, status_code=200)
async def policy_typed(visit: NamedDependency[Visit], location_id: FromPath[str]) -> Response[Any]:
    """Keep how a place picks."""
    form = await posted(visit.request)
    counts = {name: whole(one(form, name), least=1) for name in COUNTS}
    words = place_of(visit.request).words
    errors = {
        name: words.gettext(N_("Isi bilangan bulat dari 1 sampai %(most)s."), most=most)
        for name, most in zip(COUNTS, (60, 1_000_000, 1_000), strict=True)
        if not 1 <= (counts[name] or 0) <= most
    }
    values = {name: one(form, name) for name in (*COUNTS, "method")}
    if errors:
        return await _rules(visit, location_id, values=values, errors=errors)
    policy = PickingPolicy(
        method=next((method for method in Method if method == values["method"]), Method.CLUSTER),
        slots=counts["slots"] or 1,
        most_units=counts["most_units"] or 1,
        waiting_lists=counts["waiting_lists"] or 1,
        automatic=one(form, "automatic") == "yes",
        elsewhere=one(form, "elsewhere") == "yes",
        substitute=one(form, "substitute") == "yes",
        partial=one(form, "partial") == "yes",
    )

    async def command(tx: Tx) -> None:
        place = await _require(tx, visit.principal, location_id)
        await set_policy(tx, place, policy, now=visit.now)

    await visit.db.run(visit.caller, command)
    return Redirect(f"{HOME}?place={location_id}", status_code=303)


@post(HOME + "/{location_id:str}/cutoffs", opt=WRITE, include_in_schema=False, status_code=200)
async def cutoff_typed(visit: NamedDependency[Visit], location_id: FromPath[str]) -> Response[Any]:
    """A courier leaves the place at this time of these days."""
    form = await posted(visit.request)
    values = {name: one(form, name).strip() for name in TYPED}
    days = many(form, "day")
    cutoff, errors = _read(visit, values, days)

    async def command(tx: Tx) -> None:
        assert cutoff is not None
        place = await _require(tx, visit.principal, location_id)
        made = Cutoff(cutoff.id, place, *_rest(cutoff))
        await add_cutoff(tx, made, now=visit.now)

    if cutoff is None:
        return await _rules(visit, location_id, values=values, errors=errors, days=days)
    try:
        await visit.db.run(visit.caller, taken_once(form, command, now=visit.now))
    except Refusal as refusal:
        said = told(refusal, place_of(visit.request).words)
        return await _rules(visit, location_id, values=values, days=days, general=said)
    return Redirect(f"{HOME}?place={location_id}", status_code=303)


def _rest(cutoff: Cutoff) -> tuple[str, Sequence[str], int, int, Sequence[int]]:
    return cutoff.courier, cutoff.services, cutoff.closes_minute, cutoff.lead_minutes, cutoff.days


def _read(
    visit: Visit, values: Mapping[str, str], days: Sequence[str]
) -> tuple[Cutoff | None, dict[str, str]]:
    words = place_of(visit.request).words
    errors = {}
    if values["courier"] not in COURIERS:
        errors["courier"] = words.gettext(REQUIRED)
    closes = _minute(values["closes"])
    if closes is None:
        errors["closes"] = words.gettext(N_("Isi jam seperti 16:00."))
    lead = whole(values["lead"], least=1)
    if lead is None or lead >= 24 * 60:
        errors["lead"] = words.gettext(N_("Isi menit dari 1 sampai 1.439."))
    chosen = sorted({int(day) for day in days if day in {str(no) for no, _ in DAYS}})
    if not chosen:
        errors["day"] = words.gettext(N_("Pilih paling sedikit satu hari."))
    services = [part.strip() for part in values["services"].split(",") if part.strip()]
    if len(services) > MOST_SERVICES or any(len(part) > 40 for part in services):
        errors["services"] = words.gettext(N_("Paling banyak 20 layanan, masing-masing 40 huruf."))
    if errors or closes is None or lead is None:
        return None, errors
    return Cutoff(new_id(), new_id(), values["courier"], services, closes, lead, chosen), errors


def _minute(text: str) -> int | None:
    hour, separator, minute = text.replace(".", ":").partition(":")
    if not separator or not (hour + minute).isdecimal() or len(minute) != 2 or len(hour) > 2:
        return None
    return int(hour) * 60 + int(minute) if int(hour) < 24 and int(minute) < 60 else None


@post(
    HOME + "/{location_id:str}/cutoffs/{cutoff_id:str}/drop",
    opt=WRITE,
    include_in_schema=False,
    status_code=200,
)
async def cutoff_dropped(
    visit: NamedDependency[Visit], location_id: FromPath[str], cutoff_id: FromPath[str]
) -> Response[Any]:
    """The courier does not leave then any more."""

    async def command(tx: Tx) -> None:
        place = await _require(tx, visit.principal, location_id)
        await drop_cutoff(tx, place, from_text(CUTOFF, cutoff_id), now=visit.now)

    await visit.db.run(visit.caller, command)
    return Redirect(f"{HOME}?place={location_id}", status_code=303)


handlers = [rules_page, policy_typed, cutoff_typed, cutoff_dropped]

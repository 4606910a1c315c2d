"""Waves in the dashboard: drawn by criteria, shown before they are released, and followed as they are walked."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from orderan.access import Permission, Principal
from orderan.flows.release_wave import Drawn, draw_wave, drop_released, release_wave, stop_list
from orderan.flows.views_waves import Criteria, ListRow, list_rows
from orderan.flows.views_work import work_places
from orderan.inventory import Location
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.ids import from_text, to_text
from orderan.picking import (
    Cutoff,
    Method,
    NothingToRelease,
    PickingPolicy,
    Wave,
    WaveNotFound,
    WaveState,
    courier_leaves,
    cutoffs_of,
    next_closing,
    policy_of,
    waves,
)
from orderan.shipping import COURIERS
from orderan.web.dashboard.desk import Flash, Visit, scope_of, told
from orderan.web.dashboard.names import names_of
from orderan.web.forms import many, one, posted, taken_once
from orderan.web.here import place_of
from orderan.web.pages import page
from orderan.web.stock_scope import LOCATION, cursor, places_of, read_moment, require_scope

WAVE: Final = "wav"
LIST: Final = "pkl"
READ: Final = {"needs": Permission.FULFILMENT_READ}
WRITE: Final = {"needs": Permission.FULFILMENT_WRITE}
SHOWN: Final = 50
METHODS: Final = {
    Method.ORDER: N_("Satu per satu"),
    Method.BATCH: N_("Batch: disortir di meja kemas"),
    Method.CLUSTER: N_("Klaster: tiap pesanan punya slot di troli"),
    Method.ZONE: N_("Zona: tiap pengambil di zonanya"),
}
STATES: Final = {
    "released": (N_("Dirilis"), "wait", "player-play"),
    "picking": (N_("Sedang diambil"), "wait", "clipboard-list"),
    "done": (N_("Selesai"), "done", "circle-check"),
    "dropped": (N_("Dibatalkan"), "calm", "circle-x"),
}
LISTS: Final = {
    "open": (N_("Menunggu pengambil"), "wait", "hourglass"),
    "taken": (N_("Sedang diambil"), "wait", "clipboard-list"),
    "done": (N_("Selesai"), "done", "circle-check"),
    "dropped": (N_("Dibatalkan"), "calm", "circle-x"),
}
SINGLES: Final = {"": None, "one": True, "more": False}
AGES: Final = {"": None, "1": timedelta(hours=1), "4": timedelta(hours=4), "24": timedelta(days=1)}
FIELDS: Final = ("place", "courier", "service", "single", "age", "method", "most")
MOST_ORDERS: Final = 500


def wave_path(wave_id: UUID) -> str:
    return f"/warehouse/waves/{to_text(WAVE, wave_id)}"


def courier_name(code: str) -> str:
    return COURIERS[code].name if code in COURIERS else code


@get("/warehouse/waves", opt=READ, include_in_schema=False)
async def waves_page(
    visit: NamedDependency[Visit], place: FromQuery[str] = "", after: FromQuery[str] = ""
) -> Response[str]:
    """Waves of the places one may see, the newest first."""
    scope = scope_of(visit.principal)
    chosen = from_text(LOCATION, place) if place else None

    async def read(tx: Tx) -> tuple[list[Any], list[Wave], list[ListRow]]:
        places = await work_places(tx, scope)
        seen = [one.id for one in places if chosen in (None, one.id)]
        found = await waves(tx, seen, after=read_moment(after), limit=SHOWN + 1)
        return places, found, await list_rows(tx, scope, states=["open", "taken"])

    places, found, lists = await visit.db.run(visit.caller, read)
    more = len(found) > SHOWN
    return page(
        visit.request,
        "warehouse/waves.html",
        now=visit.now,
        places=[(to_text(LOCATION, one.id), one.name) for one in places],
        names={one.id: one.name for one in places},
        place=place,
        waves=found[:SHOWN],
        older=cursor(found[SHOWN - 1].released_at, found[SHOWN - 1].id) if more else None,
        waiting=sum(one.state == "open" for one in lists),
        walking=sum(one.state == "taken" for one in lists),
        states=STATES,
        methods=METHODS,
        courier_name=courier_name,
        wave_path=wave_path,
        may_write=visit.principal.may(Permission.FULFILMENT_WRITE),
        may_set=visit.principal.may(Permission.INVENTORY_WRITE),
    )


@get("/warehouse/waves/new", opt=WRITE, include_in_schema=False)
async def wave_drawn(visit: NamedDependency[Visit]) -> Response[str]:
    """What a wave by these criteria would be; nothing is changed."""
    query = visit.request.query_params
    return await _drawn(visit, {name: str(query.get(name, "")) for name in FIELDS})


async def _drawn(
    visit: Visit, values: Mapping[str, str], *, flashes: Sequence[Flash] = (), status: int = 200
) -> Response[str]:
    async def read(
        tx: Tx,
    ) -> tuple[list[Location], Location | None, list[Cutoff], PickingPolicy, Drawn | None]:
        places = await _places(tx, visit.principal)
        chosen = _chosen(places, values["place"])
        if chosen is None:
            return places, None, [], PickingPolicy(), None
        cutoffs = await cutoffs_of(tx, chosen.id)
        policy = _policy(await policy_of(tx, chosen.id), values)
        criteria, _ = _criteria(values, chosen, cutoffs, visit.now)
        drawn = await draw_wave(tx, scope_of(visit.principal), chosen.id, criteria, policy)
        return places, chosen, cutoffs, policy, drawn

    places, chosen, cutoffs, policy, drawn = await visit.db.run(visit.caller, read)
    leaving = {
        one.courier: next_closing(one, chosen.time_zone, visit.now) for one in reversed(cutoffs) if chosen
    }
    return page(
        visit.request,
        "warehouse/wave_new.html",
        status_code=status,
        now=visit.now,
        flashes=list(flashes),
        places=[(to_text(LOCATION, one.id), one.name) for one in places],
        values=dict(values)
        | {
            "place": to_text(LOCATION, chosen.id) if chosen else "",
            "method": str(policy.method),
            "most": values["most"] or "200",
        },
        couriers=[(code, courier_name(code)) for code in leaving],
        leaving=leaving,
        methods=[(str(code), label) for code, label in METHODS.items()],
        policy=policy,
        drawn=drawn,
        task_text=lambda task_id: to_text("tsk", task_id),
        may_set=visit.principal.may(Permission.INVENTORY_WRITE),
    )


async def _places(tx: Tx, principal: Principal) -> list[Location]:
    return [
        place
        for place in await places_of(tx, principal)
        if place.active and place.kind in {"warehouse", "store"}
    ]


def _chosen(places: Sequence[Location], text: str) -> Location | None:
    wanted = from_text(LOCATION, text) if text else None
    return next((place for place in places if wanted in (None, place.id)), None)


def _policy(policy: PickingPolicy, values: Mapping[str, str]) -> PickingPolicy:
    method = next((one for one in Method if one == values["method"]), policy.method)
    return replace(policy, method=method)


def _criteria(
    values: Mapping[str, str], place: Location, cutoffs: Sequence[Cutoff], now: datetime
) -> tuple[Criteria, datetime | None]:
    """What was asked for, and when its courier leaves."""
    services, leaves = courier_leaves(values["courier"], cutoffs, place.time_zone, now)
    if values["service"]:
        services.add(values["service"])
    age = AGES.get(values["age"])
    typed = values["most"]
    most = int(typed) if typed.isdecimal() and 0 < int(typed) <= MOST_ORDERS else 200
    criteria = Criteria(
        services=sorted(services),
        before=None if age is None else now - age,
        single=SINGLES.get(values["single"]),
        most=most,
    )
    return criteria, leaves


@post("/warehouse/waves/new", opt=WRITE, include_in_schema=False, status_code=200)
async def wave_released(visit: NamedDependency[Visit]) -> Response[Any]:
    """Release what was shown; orders that came since wait for the next wave."""
    form = await posted(visit.request)
    values = {name: one(form, name).strip() for name in FIELDS}

    async def command(tx: Tx) -> Wave:
        return await _release(tx, visit, form, values)

    try:
        wave = await visit.db.run(visit.caller, taken_once(form, command, now=visit.now))
    except Refusal as refusal:
        flashes = [("loss", told(refusal, place_of(visit.request).words))]
        return await _drawn(visit, values, flashes=flashes, status=409)
    return Redirect(wave_path(wave.id), status_code=303)


async def _release(tx: Tx, visit: Visit, form: FormMultiDict, values: Mapping[str, str]) -> Wave:
    place = _chosen(await _places(tx, visit.principal), values["place"])
    if place is None:
        raise NothingToRelease
    require_scope(visit.principal, place.id)
    criteria, leaves = _criteria(values, place, await cutoffs_of(tx, place.id), visit.now)
    seen = [from_text("tsk", task) for task in many(form, "task")]
    return await release_wave(
        tx,
        scope_of(visit.principal),
        place.id,
        replace(criteria, only=seen),
        _policy(await policy_of(tx, place.id), values),
        courier=values["courier"] if leaves else "",
        cutoff_at=leaves,
        now=visit.now,
    )


@get("/warehouse/waves/{wave_id:str}", opt=READ, include_in_schema=False)
async def wave_page(visit: NamedDependency[Visit], wave_id: FromPath[str]) -> Response[str]:
    """The lists of a wave: who walks them, and how far they are."""
    return await _wave(visit, wave_id)


async def _wave(
    visit: Visit, wave_id: str, *, flashes: Sequence[Flash] = (), status: int = 200
) -> Response[str]:
    async def read(tx: Tx) -> tuple[Wave, list[ListRow], str, str]:
        wave = await _find(tx, visit.principal, wave_id)
        places = {str(one.id): one.name for one in await work_places(tx, scope_of(visit.principal))}
        names = await names_of(tx, [wave.made_by], places)
        lists = await list_rows(tx, scope_of(visit.principal), wave_id=wave.id)
        who = names.who(wave.made_by, place_of(visit.request).words)
        return wave, lists, names.place(wave.location_id), who

    wave, lists, place, who = await visit.db.run(visit.caller, read)
    return page(
        visit.request,
        "warehouse/wave.html",
        status_code=status,
        now=visit.now,
        flashes=list(flashes),
        wave=wave,
        path=wave_path(wave.id),
        place=place,
        who=who,
        lists=[(to_text(LIST, row.id), row) for row in lists],
        states=STATES,
        list_states=LISTS,
        methods=METHODS,
        courier_name=courier_name,
        picked=sum(row.picked for row in lists),
        units=sum(row.units for row in lists),
        may_drop=wave.state == WaveState.RELEASED and visit.principal.may(Permission.FULFILMENT_WRITE),
        may_write=visit.principal.may(Permission.FULFILMENT_WRITE),
        may_ship=visit.principal.may(Permission.SHIPPING_WRITE),
    )


async def _find(tx: Tx, principal: Principal, text: str) -> Wave:
    found = await waves(tx, principal.location_ids, only=from_text(WAVE, text))
    if not found:
        raise WaveNotFound(text)
    return found[0]


@post("/warehouse/waves/{wave_id:str}/{verb:str}", opt=WRITE, include_in_schema=False, status_code=200)
async def wave_turned(
    visit: NamedDependency[Visit], wave_id: FromPath[str], verb: FromPath[str]
) -> Response[Any]:
    """Take the wave back, or put a list of it back whose picker went home."""
    form = await posted(visit.request)
    within = visit.principal.location_ids

    async def command(tx: Tx) -> None:
        wave = await _find(tx, visit.principal, wave_id)
        if verb == "drop":
            await drop_released(tx, wave.id, within=within, now=visit.now)
        elif verb == "put-back":
            await stop_list(tx, from_text(LIST, one(form, "list")), within=within, now=visit.now)

    try:
        await visit.db.run(visit.caller, command)
    except Refusal as refusal:
        flashes = [("loss", told(refusal, place_of(visit.request).words))]
        return await _wave(visit, wave_id, flashes=flashes, status=409)
    return Redirect(f"/warehouse/waves/{wave_id}", status_code=303)


handlers = [waves_page, wave_drawn, wave_released, wave_page, wave_turned]

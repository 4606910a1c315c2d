"""Waves over the API: proposed, released, followed, dropped."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.flows.release_wave import Drawn, draw_wave, drop_released, release_wave
from orderan.flows.views_waves import Criteria, list_rows
from orderan.inventory import Location, UnknownLocation
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.picking import (
    Method,
    Wave,
    WaveNotFound,
    WaveState,
    courier_leaves,
    cutoffs_of,
    policy_of,
    waves,
)
from orderan.web.api.answering import READ, Cursor, PageSize, once, scope_of, told_after
from orderan.web.api.pick_lists import PickListTold, list_told
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told
from orderan.web.api.tasks import LocationId, TaskId
from orderan.web.cursors import cursor_of, read_cursor
from orderan.web.stock_scope import LOCATION, places_of

WAVE: Final = "wav"
MOST_ORDERS: Final = 500
WORKED_AT: Final = frozenset({"warehouse", "store"})

Service = Annotated[str, Field(min_length=1, max_length=40)]


class WaveAsked(Asked):
    """Which orders of a location are walked together; what is absent narrows nothing."""

    location_id: LocationId
    courier: Annotated[
        str, Field(max_length=40, description="Its code: orders of its services, to be ready when it leaves")
    ] = ""
    services: Annotated[tuple[Service, ...], Field(max_length=20)] = ()
    placed_before: datetime | None = None
    single: Annotated[
        bool | None, Field(description="Orders of one unit alone, or of more; absent is all")
    ] = None
    most: Annotated[int, Field(ge=1, le=MOST_ORDERS, description="Orders at most, the oldest first")] = 200
    method: Annotated[Method | None, Field(description="Absent: as the location picks")] = None
    tasks: Annotated[
        list[TaskId] | None,
        Field(max_length=MOST_ORDERS, description="Among these, such as those of a proposal"),
    ] = None


class ProposedOrderTold(Told):
    """An order that would be walked."""

    task_id: str
    order_id: str
    number: str
    service: str | None
    placed_at: datetime
    units: int


class ProposedListTold(Told):
    """What one picker would walk, in centimetres."""

    zone: str
    tasks: list[str]
    walk_cm: int


class WaveProposedTold(Told):
    """What a wave would be; `alone_cm` is how far its orders would be walked one by one."""

    method: Method
    orders: list[ProposedOrderTold]
    lists: list[ProposedListTold]
    not_ready: int
    units: int
    loose: int
    walk_cm: int
    alone_cm: int


class WaveTold(Told):
    """A wave; `cutoff_at` is what it has to be ready for, null is no courier's."""

    id: str
    location_id: str
    state: WaveState
    method: Method
    courier: str
    cutoff_at: datetime | None
    made_by: str
    orders: int
    units: int
    walk_cm: int
    alone_cm: int
    released_at: datetime
    moved_at: datetime


class WaveWholeTold(WaveTold):
    """A wave with its lists."""

    lists: list[PickListTold]


class WavesTold(Told):
    """A page of waves."""

    data: list[WaveTold]
    next_cursor: str | None


@get("/", summary="List waves", opt={"needs": Permission.FULFILMENT_READ}, responses=READ)
async def waves_listed(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    standing_in: Annotated[WaveState | None, QueryParameter(name="state")] = None,
    location_id: FromQuery[str | None] = None,
    cursor: Cursor = "",
    limit: PageSize = 50,
) -> WavesTold:
    """The newest first."""
    places = principal.location_ids
    if location_id:
        wanted = from_text(LOCATION, location_id)
        places = frozenset({wanted} if places is None or wanted in places else ())

    async def read(tx: Tx) -> WavesTold:
        found = await waves(tx, places, state=standing_in, after=read_cursor(cursor), limit=limit + 1)
        more = cursor_of(found[limit - 1].released_at, found[limit - 1].id) if len(found) > limit else None
        return WavesTold(data=[WaveTold(**_facts(wave)) for wave in found[:limit]], next_cursor=more)

    return await db.run(caller, read)


@post(
    "/propose",
    summary="What a wave would be",
    opt={"needs": Permission.FULFILMENT_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def wave_proposed(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: WaveAsked,
    idempotency_key: IdempotencyKey,
) -> WaveProposedTold:
    """Nothing is changed. Releasing with `tasks` of the answer releases this and no order that came since."""

    async def command(tx: Tx) -> WaveProposedTold:
        place = await _place(tx, principal, data.location_id)
        criteria, _ = await _criteria(tx, place, data, now=now)
        policy = await policy_of(tx, place.id)
        policy = replace(policy, method=data.method or policy.method)
        drawn = await draw_wave(tx, scope_of(principal), place.id, criteria, policy)
        return _proposed(drawn, policy.method)

    return await once(request, principal, runner, idempotency_key, command, now=now)


@post("/", summary="Release a wave", opt={"needs": Permission.FULFILMENT_WRITE}, responses=REFUSED)
async def wave_released(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: WaveAsked,
    idempotency_key: IdempotencyKey,
) -> WaveWholeTold:
    """Its tasks are given to the pickers and put on lists, all of them or none."""

    async def command(tx: Tx) -> WaveWholeTold:
        place = await _place(tx, principal, data.location_id)
        criteria, cutoff_at = await _criteria(tx, place, data, now=now)
        policy = await policy_of(tx, place.id)
        wave = await release_wave(
            tx,
            scope_of(principal),
            place.id,
            criteria,
            replace(policy, method=data.method or policy.method),
            courier=data.courier if cutoff_at else "",
            cutoff_at=cutoff_at,
            now=now,
        )
        return await _whole(tx, principal, wave.id)

    return await once(request, principal, runner, idempotency_key, command, now=now, status=201)


@get("/{wave_id:str}", summary="A wave", opt={"needs": Permission.FULFILMENT_READ}, responses=READ)
async def wave_read(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    wave_id: FromPath[str],
) -> WaveWholeTold:
    """With its lists: who walks them, and how far they are."""
    wave = from_text(WAVE, wave_id)
    return await db.run(caller, lambda tx: _whole(tx, principal, wave))


@post(
    "/{wave_id:str}/drop",
    summary="Take a wave back",
    opt={"needs": Permission.FULFILMENT_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def wave_dropped(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    wave_id: FromPath[str],
    idempotency_key: IdempotencyKey,
) -> WaveWholeTold:
    """Only one that nobody began with; its orders can be drawn again."""
    wave = from_text(WAVE, wave_id)

    async def drop(tx: Tx) -> None:
        await drop_released(tx, wave, within=principal.location_ids, now=now)

    command = told_after(drop, lambda tx: _whole(tx, principal, wave))
    return await once(request, principal, runner, idempotency_key, command, now=now)


async def _place(tx: Tx, principal: Principal, text: str) -> Location:
    wanted = from_text(LOCATION, text)
    for place in await places_of(tx, principal):
        if place.id == wanted and place.active and place.kind in WORKED_AT:
            return place
    raise UnknownLocation(text)


async def _criteria(
    tx: Tx, place: Location, asked: WaveAsked, *, now: datetime
) -> tuple[Criteria, datetime | None]:
    """What was asked for, and when its courier leaves."""
    services, leaves = courier_leaves(asked.courier, await cutoffs_of(tx, place.id), place.time_zone, now)
    criteria = Criteria(
        services=sorted({*asked.services, *services}),
        before=asked.placed_before,
        single=asked.single,
        most=asked.most,
        only=None if asked.tasks is None else [from_text("tsk", task) for task in asked.tasks],
    )
    return criteria, leaves


async def _whole(tx: Tx, principal: Principal, wave_id: UUID) -> WaveWholeTold:
    found = await waves(tx, principal.location_ids, only=wave_id)
    if not found:
        raise WaveNotFound(to_text(WAVE, wave_id))
    lists = await list_rows(tx, scope_of(principal), wave_id=wave_id)
    return WaveWholeTold(**_facts(found[0]), lists=[list_told(row) for row in lists])


def _facts(wave: Wave) -> dict[str, Any]:
    return {
        "id": to_text(WAVE, wave.id),
        "location_id": to_text(LOCATION, wave.location_id),
        "state": WaveState(wave.state),
        "method": wave.method,
        "courier": wave.courier,
        "cutoff_at": wave.cutoff_at,
        "made_by": wave.made_by,
        "orders": wave.orders,
        "units": wave.units,
        "walk_cm": wave.walk_cm,
        "alone_cm": wave.alone_cm,
        "released_at": wave.released_at,
        "moved_at": wave.moved_at,
    }


def _proposed(drawn: Drawn, method: Method) -> WaveProposedTold:
    return WaveProposedTold(
        method=method,
        orders=[
            ProposedOrderTold(
                task_id=to_text("tsk", one.task_id),
                order_id=to_text("ord", one.order_id),
                number=str(one.number),
                service=one.service,
                placed_at=one.placed_at,
                units=one.units,
            )
            for one in drawn.orders
        ],
        lists=[
            ProposedListTold(
                zone=trolley.zone,
                tasks=[to_text("tsk", job.task_id) for job in trolley.jobs],
                walk_cm=trolley.walk_cm,
            )
            for trolley in drawn.trolleys
        ],
        not_ready=drawn.not_ready,
        units=drawn.units,
        loose=drawn.loose,
        walk_cm=drawn.walk_cm,
        alone_cm=drawn.alone_cm,
    )


handlers = [
    Router(
        "/api/v1/waves",
        route_handlers=[waves_listed, wave_proposed, wave_released, wave_read, wave_dropped],
        tags=["warehouse"],
    )
]

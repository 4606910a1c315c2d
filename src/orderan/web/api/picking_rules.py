"""How a location picks, and when couriers leave it, over the API."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Request, Router, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.inventory import UnknownLocation
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text, new_id, to_text
from orderan.kit.runner import Runner
from orderan.picking import (
    Cutoff,
    Method,
    NotAPolicy,
    PickingPolicy,
    add_cutoff,
    cutoffs_of,
    drop_cutoff,
    policy_of,
    set_policy,
)
from orderan.shipping import COURIERS
from orderan.web.api.answering import READ, once, told_after
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told
from orderan.web.stock_scope import LOCATION, places_of

CUTOFF: Final = "cut"
OF_A_DAY: Final = r"^([01]\d|2[0-3]):[0-5]\d$"


class PickingAsked(Asked):
    """How a location gives work to its pickers, all of it, from the next wave on."""

    method: Method
    slots: Annotated[int, Field(ge=1, le=60, description="Orders on one trolley at most")]
    most_units: Annotated[int, Field(ge=1, le=1_000_000)]
    waiting_lists: Annotated[
        int, Field(ge=1, le=1_000, description="While so many wait for a picker, no wave releases itself")
    ]
    automatic: Annotated[bool, Field(description="Waves are released by the cut-offs")]
    elsewhere: Annotated[bool, Field(description="What is missing is taken from another location")]
    substitute: Annotated[
        bool, Field(description="What no location has is replaced, where its buyer lets it")
    ]
    partial: Annotated[bool, Field(description="What nobody has is left out of the order and refunded")]


class CutoffAsked(Asked):
    """When a courier leaves a location, by the location's clock; days from Monday, 1."""

    courier: Annotated[str, Field(min_length=1, max_length=40)]
    services: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=40)], ...], Field(max_length=20)
    ] = ()
    closes: Annotated[str, Field(pattern=OF_A_DAY, examples=["16:30"])]
    lead_minutes: Annotated[int, Field(ge=1, le=1439)]
    days: Annotated[list[Annotated[int, Field(ge=1, le=7)]], Field(min_length=1, max_length=7)]


class CutoffTold(Told):
    """When a courier leaves; no services are all of them."""

    id: str
    courier: str
    services: list[str]
    closes: str
    lead_minutes: int
    days: list[int]


class PickingTold(Told):
    """How a location picks, and when couriers leave it."""

    location_id: str
    method: Method
    slots: int
    most_units: int
    waiting_lists: int
    automatic: bool
    elsewhere: bool
    substitute: bool
    partial: bool
    cutoffs: list[CutoffTold]


@get(
    "/{location_id:str}",
    summary="How a location picks",
    opt={"needs": Permission.FULFILMENT_READ},
    responses=READ,
)
async def picking_read(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    location_id: FromPath[str],
) -> PickingTold:
    """The usual way where nobody said another."""

    async def read(tx: Tx) -> PickingTold:
        return await _told(tx, await _place(tx, principal, location_id))

    return await db.run(caller, read)


@put(
    "/{location_id:str}",
    summary="Say how a location picks",
    opt={"needs": Permission.INVENTORY_WRITE},
    responses=REFUSED,
)
async def picking_set(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    location_id: FromPath[str],
    data: PickingAsked,
) -> PickingTold:
    """The same request again changes nothing."""

    async def command(tx: Tx) -> PickingTold:
        place = await _place(tx, principal, location_id)
        await set_policy(tx, place, PickingPolicy(**data.model_dump()), now=now)
        return await _told(tx, place)

    return await db.run(caller, command)


@post(
    "/{location_id:str}/cutoffs",
    summary="Say when a courier leaves",
    opt={"needs": Permission.INVENTORY_WRITE},
    responses=REFUSED,
)
async def cutoff_added(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    location_id: FromPath[str],
    data: CutoffAsked,
    idempotency_key: IdempotencyKey,
) -> PickingTold:
    """One of a courier at a minute."""

    async def command(tx: Tx) -> PickingTold:
        if data.courier not in COURIERS:
            raise NotAPolicy("courier")
        place = await _place(tx, principal, location_id)
        hour, minute = data.closes.split(":")
        cutoff = Cutoff(
            new_id(),
            place,
            data.courier,
            data.services,
            int(hour) * 60 + int(minute),
            data.lead_minutes,
            sorted(set(data.days)),
        )
        await add_cutoff(tx, cutoff, now=now)
        return await _told(tx, place)

    return await once(request, principal, runner, idempotency_key, command, now=now, status=201)


@post(
    "/{location_id:str}/cutoffs/{cutoff_id:str}/drop",
    summary="A courier leaves then no more",
    opt={"needs": Permission.INVENTORY_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def cutoff_dropped(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    location_id: FromPath[str],
    cutoff_id: FromPath[str],
    idempotency_key: IdempotencyKey,
) -> PickingTold:
    """Nothing happens where that was said before."""
    cutoff = from_text(CUTOFF, cutoff_id)

    async def drop(tx: Tx) -> None:
        await drop_cutoff(tx, await _place(tx, principal, location_id), cutoff, now=now)

    async def tell(tx: Tx) -> PickingTold:
        return await _told(tx, await _place(tx, principal, location_id))

    return await once(request, principal, runner, idempotency_key, told_after(drop, tell), now=now)


async def _place(tx: Tx, principal: Principal, text: str) -> UUID:
    wanted = from_text(LOCATION, text)
    places = await places_of(tx, principal)
    if not any(one.id == wanted and one.active and one.kind in {"warehouse", "store"} for one in places):
        raise UnknownLocation(text)
    return wanted


async def _told(tx: Tx, place: UUID) -> PickingTold:
    policy = await policy_of(tx, place)
    return PickingTold(
        location_id=to_text(LOCATION, place),
        method=policy.method,
        slots=policy.slots,
        most_units=policy.most_units,
        waiting_lists=policy.waiting_lists,
        automatic=policy.automatic,
        elsewhere=policy.elsewhere,
        substitute=policy.substitute,
        partial=policy.partial,
        cutoffs=[
            CutoffTold(
                id=to_text(CUTOFF, one.id),
                courier=one.courier,
                services=list(one.services),
                closes="{:02d}:{:02d}".format(*divmod(one.closes_minute, 60)),
                lead_minutes=one.lead_minutes,
                days=list(one.days),
            )
            for one in await cutoffs_of(tx, place)
        ],
    )


handlers = [
    Router(
        "/api/v1/picking",
        route_handlers=[picking_read, picking_set, cutoff_added, cutoff_dropped],
        tags=["warehouse"],
    )
]

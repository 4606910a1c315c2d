"""Parcels and couriers over the API."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.flows.accept_part import accept_part
from orderan.flows.deliver import move_on
from orderan.flows.views_work import ParcelRow, one_parcel, parcel_list
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.shipping import COURIERS, ParcelEvent, ParcelState, tracking_link
from orderan.verification import DayState
from orderan.web.api.answering import READ, Cursor, PageSize, once, scope_of
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told
from orderan.web.cursors import cursor_of, read_cursor

MOST_PARCELS = 500


class CourierTold(Told):
    """A courier."""

    code: str
    name: str
    awb_pattern: str
    collects_cash: bool


class CouriersTold(Told):
    """Every courier there is."""

    data: list[CourierTold]


class ParcelTold(Told):
    """A parcel."""

    id: str
    order_id: str
    order_number: str
    courier: str
    service: str
    awb: str
    tracking_link: str | None
    state: ParcelState
    weight_g: int
    created_at: datetime
    shipped_at: datetime | None
    delivered_at: datetime | None
    deliver_on: date | None
    """The day its buyer wants it, where they named one."""
    door: DayState | None
    """What its buyer said of the day it comes, or where the asking stands; null where nobody asked."""
    accepted_in_part: bool
    """Whether its buyer kept a part of it, and the rest comes back."""


class ParcelsTold(Told):
    """A page of parcels."""

    data: list[ParcelTold]
    next_cursor: str | None


class MovedAsked(Asked):
    """Something happened to parcels; all of them move, or none."""

    parcels: Annotated[
        list[Annotated[str, Field(max_length=40)]], Field(min_length=1, max_length=MOST_PARCELS)
    ]
    event: Annotated[
        ParcelEvent, Field(description="deliver, move, go_out, fail, send_back, arrive_back, lose, damage")
    ]
    reason: Annotated[str | None, Field(max_length=300)] = None


class ParcelMovedTold(Told):
    """Parcels as they stand now."""

    data: list[ParcelTold]


@get(
    "/couriers",
    summary="Couriers",
    opt={"needs": Permission.SHIPPING_READ},
    sync_to_thread=False,
    responses=READ,
)
def couriers_listed() -> CouriersTold:
    """With what their tracking numbers look like."""
    return CouriersTold(
        data=[
            CourierTold(code=one.code, name=one.name, awb_pattern=one.awb_pattern, collects_cash=one.cod)
            for one in COURIERS.values()
        ]
    )


@get("/parcels", summary="List parcels", opt={"needs": Permission.SHIPPING_READ}, responses=READ)
async def parcels_listed(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    standing_in: Annotated[ParcelState | None, QueryParameter(name="state")] = None,
    courier: FromQuery[str | None] = None,
    awb: FromQuery[str | None] = None,
    cursor: Cursor = "",
    limit: PageSize = 50,
) -> ParcelsTold:
    """The newest first."""
    states = [standing_in] if standing_in else list(ParcelState)

    async def read(tx: Tx) -> ParcelsTold:
        rows = await parcel_list(
            tx,
            scope_of(principal),
            states=states,
            courier=courier,
            awb=awb,
            after=read_cursor(cursor),
            limit=limit + 1,
        )
        more = cursor_of(rows[limit - 1].created_at, rows[limit - 1].id) if len(rows) > limit else None
        return ParcelsTold(data=[parcel_told(row) for row in rows[:limit]], next_cursor=more)

    return await db.run(caller, read)


@get("/parcels/{parcel_id:str}", summary="A parcel", opt={"needs": Permission.SHIPPING_READ}, responses=READ)
async def parcel_read(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    parcel_id: FromPath[str],
) -> ParcelTold:
    """Where it is."""
    parcel = from_text("pcl", parcel_id)
    return await db.run(caller, lambda tx: parcel_by_id(tx, principal, parcel))


async def parcel_by_id(tx: Tx, principal: Principal, parcel_id: UUID) -> ParcelTold:
    return parcel_told(await one_parcel(tx, scope_of(principal), parcel_id))


def parcel_told(row: ParcelRow) -> ParcelTold:
    return ParcelTold(
        id=to_text("pcl", row.id),
        order_id=to_text("ord", row.order_id),
        order_number=str(row.number),
        courier=row.courier,
        service=row.service,
        awb=row.awb,
        tracking_link=tracking_link(row.courier, row.awb),
        state=ParcelState(row.state),
        weight_g=row.weight_g,
        created_at=row.created_at,
        shipped_at=row.shipped_at,
        delivered_at=row.delivered_at,
        deliver_on=row.deliver_on,
        door=None if row.door is None else DayState(row.door),
        accepted_in_part=row.part,
    )


@post(
    "/parcels/move",
    summary="Parcels were delivered, or anything else happened to them",
    opt={"needs": Permission.SHIPPING_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def parcels_moved(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: MovedAsked,
    idempotency_key: IdempotencyKey,
) -> ParcelMovedTold:
    """Refused as `illegal_move` when one is in a state this does not happen in; then none moves."""

    async def command(tx: Tx) -> ParcelMovedTold:
        ids = list(dict.fromkeys(from_text("pcl", parcel) for parcel in data.parcels))
        for parcel in ids:
            await one_parcel(tx, scope_of(principal), parcel)
        await move_on(tx, ids, data.event, reason=data.reason, within=principal.location_ids, now=now)
        return ParcelMovedTold(data=[await parcel_by_id(tx, principal, parcel) for parcel in ids])

    return await once(request, principal, runner, idempotency_key, command, now=now)


class KeptAsked(Asked):
    """Units of an order line that the buyer kept; bundles count whole."""

    line: Annotated[int, Field(ge=1, le=100_000)]
    quantity: Annotated[int, Field(ge=0, le=1_000_000)]


class PartAsked(Asked):
    """What the buyer kept and pays for; of a line that is missing nothing was kept."""

    kept: Annotated[list[KeptAsked], Field(min_length=1, max_length=200)]


class PartTold(Told):
    """What became of a parcel; amounts in minor units."""

    parcel: ParcelTold
    return_id: str
    forgone: int
    """What is not asked for any more."""
    due: int
    """What its order has left to collect."""
    currency: str


@post(
    "/parcels/{parcel_id:str}/accept-part",
    summary="A buyer kept a part of a COD parcel at the door",
    opt={"needs": Permission.SHIPPING_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def part_accepted(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    parcel_id: FromPath[str],
    data: PartAsked,
    idempotency_key: IdempotencyKey,
) -> PartTold:
    """The parcel is delivered, the rest comes back as a return, and the order's due follows; shipping is still due."""
    kept: dict[int, int] = {}
    for one in data.kept:
        kept[one.line] = kept.get(one.line, 0) + one.quantity

    async def command(tx: Tx) -> PartTold:
        row = await one_parcel(tx, scope_of(principal), from_text("pcl", parcel_id))
        taken = await accept_part(tx, row.id, kept, within=principal.location_ids, now=now)
        return PartTold(
            parcel=await parcel_by_id(tx, principal, row.id),
            return_id=to_text("ret", taken.goods_return.id),
            forgone=taken.forgone_minor,
            due=taken.due_minor,
            currency=taken.currency,
        )

    return await once(request, principal, runner, idempotency_key, command, now=now)


handlers = [
    Router(
        "/api/v1",
        route_handlers=[couriers_listed, parcels_listed, parcel_read, parcels_moved, part_accepted],
        tags=["parcels"],
    )
]

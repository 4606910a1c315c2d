"""Stock-takes over the API: open one, say what lies in a bin, see what differs, approve."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.flows.approve_stock_take import approve_stock_take
from orderan.flows.count_stock_take import (
    GoodsCounted,
    begin_counting,
    count_again,
    count_goods,
    finish_counting,
    skip_counting,
)
from orderan.flows.open_stock_take import TakeAsked, open_stock_take
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.stocktake import (
    Area,
    AreaState,
    Scope,
    TakeNotFound,
    TakeState,
    Tolerance,
    areas_of,
    cancel_take,
    differences,
    list_takes,
)
from orderan.web.api.answering import once
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told
from orderan.web.api.stock_naming import MOST_ROWS, Code, Counts, Cursor, Limit, LocationId, Lot
from orderan.web.stock_scope import LOCATION, STOCK_TAKE, CursorUnreadable, cursor, read_moment, require_scope

AREA = "opa"
Minor = Annotated[int, Field(ge=0, le=10**15)]


class StockTakeAsked(Asked):
    """What is to be counted; `named` are zones, bins or skus, by scope.

    `tolerance_minor` left out: what a difference is worth does not matter.
    """

    location_id: LocationId
    scope: Scope = Scope.ALL
    named: Annotated[tuple[Code, ...], Field(max_length=MOST_ROWS)] = ()
    tolerance_units: Counts = 0
    tolerance_minor: Minor | None = None
    note: Annotated[str, Field(max_length=300)] = ""


class StockTakeTold(Told):
    """A stock-take; `held` are units that are missing and not booked yet."""

    id: str
    location_id: str
    state: TakeState
    scope: Scope
    note: str
    tolerance_units: int
    tolerance_minor: int | None
    areas: int
    settled: int
    held: int
    opened_at: datetime
    approved_at: datetime | None


class StockTakePageTold(Told):
    """Stock-takes, newest first."""

    data: list[StockTakeTold]
    next_cursor: str | None


class CountAreaTold(Told):
    """What one person counts at once: a bin, or a stretch of goods in no bin."""

    id: str
    no: int
    label: str
    state: AreaState


class CountAreaPageTold(Told):
    """Areas of a stock-take in the order they are walked."""

    data: list[CountAreaTold]
    next_cursor: str | None


class GoodsCountedAsked(Asked):
    """Units of a sku that lie there, by its code or barcode."""

    sku: Code
    units: Counts
    lot: Lot = None


class AreaCountAsked(Asked):
    """Everything that lies in an area; goods of a bin that are not named are not there."""

    area_id: Annotated[str, Field(min_length=1, max_length=40, description="Such as opa_...")]
    rows: Annotated[list[GoodsCountedAsked], Field(max_length=MOST_ROWS)]


class AreaChosenAsked(Asked):
    """Which area."""

    area_id: Annotated[str, Field(min_length=1, max_length=40, description="Such as opa_...")]


class DifferenceTold(Told):
    """Goods of which there are more or fewer than the book had while they were counted."""

    area: str
    sku: str
    title: str
    lot: str | None
    book_before: int
    book_after: int
    counted: int
    counted_first: int | None
    difference: int
    worth_minor: int
    booked: int


class DifferencePageTold(Told):
    """Differences, those worth most first."""

    data: list[DifferenceTold]
    next_cursor: str | None


async def _told(tx: Tx, principal: Principal, take_id: UUID) -> StockTakeTold:
    found = await _list(tx, principal, only=take_id, limit=1)
    if not found:
        raise TakeNotFound(to_text(STOCK_TAKE, take_id))
    return found[0]


async def _list(
    tx: Tx,
    principal: Principal,
    *,
    only: UUID | None = None,
    before: tuple[datetime, UUID] | None = None,
    limit: int,
) -> list[StockTakeTold]:
    rows = await list_takes(tx, within=principal.location_ids, only=only, before=before, limit=limit)
    return [
        StockTakeTold(
            id=to_text(STOCK_TAKE, row.take.id),
            location_id=to_text(LOCATION, row.take.location_id),
            state=row.take.state,
            scope=row.take.scope,
            note=row.take.note,
            tolerance_units=row.take.tolerance.units,
            tolerance_minor=row.take.tolerance.minor,
            areas=row.areas,
            settled=row.settled,
            held=row.held,
            opened_at=row.take.opened_at,
            approved_at=row.take.approved_at,
        )
        for row in rows
    ]


@post(
    "/stock-takes", summary="Open a stock-take", opt={"needs": Permission.INVENTORY_WRITE}, responses=REFUSED
)
async def take_opened(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: StockTakeAsked,
    idempotency_key: IdempotencyKey,
) -> StockTakeTold:
    """Refused as `counted_elsewhere` where an open one counts some of it."""

    async def command(tx: Tx) -> StockTakeTold:
        place = from_text(LOCATION, data.location_id)
        require_scope(principal, place)
        tolerance = Tolerance(data.tolerance_units, data.tolerance_minor)
        asked = TakeAsked(place, data.scope, data.named, tolerance, data.note)
        take = await open_stock_take(tx, asked, now=now)
        return await _told(tx, principal, take.id)

    return await once(request, principal, runner, idempotency_key, command, now=now, status=201)


@get("/stock-takes", summary="Stock-takes", opt={"needs": Permission.INVENTORY_READ}, responses=REFUSED)
async def takes_listed(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    after: Cursor = "",
    limit: Limit = 50,
) -> StockTakePageTold:
    """Newest first."""
    begin = read_moment(after)
    found = await db.run(caller, lambda tx: _list(tx, principal, before=begin, limit=limit + 1))
    last = found[limit - 1] if len(found) > limit else None
    more = cursor(last.opened_at, from_text(STOCK_TAKE, last.id)) if last else None
    return StockTakePageTold(data=found[:limit], next_cursor=more)


@get(
    "/stock-takes/{take_id:str}",
    summary="One stock-take",
    opt={"needs": Permission.INVENTORY_READ},
    responses=REFUSED,
)
async def take_read(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    take_id: FromPath[str],
) -> StockTakeTold:
    """How far it is; never what the book says."""
    return await db.run(caller, lambda tx: _told(tx, principal, from_text(STOCK_TAKE, take_id)))


@get(
    "/stock-takes/{take_id:str}/areas",
    summary="What is to be counted",
    opt={"needs": Permission.INVENTORY_READ},
    responses=REFUSED,
)
async def areas_listed(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    take_id: FromPath[str],
    after: Annotated[str, QueryParameter(name="cursor", max_length=20)] = "",
    limit: Limit = 50,
) -> CountAreaPageTold:
    """In the order they are walked."""
    past = _past(after)

    async def read(tx: Tx) -> list[Area]:
        wanted = from_text(STOCK_TAKE, take_id)
        await _told(tx, principal, wanted)
        return [area for area in await areas_of(tx, wanted) if area.no > past]

    found = await db.run(caller, read)
    return CountAreaPageTold(
        data=[_area(area) for area in found[:limit]],
        next_cursor=str(found[limit - 1].no) if len(found) > limit else None,
    )


def _past(text: str) -> int:
    if text and not (text.isascii() and text.isdecimal()):
        raise CursorUnreadable
    return int(text or 0)


def _area(area: Area) -> CountAreaTold:
    return CountAreaTold(id=to_text(AREA, area.id), no=area.no, label=area.label, state=area.state)


@post(
    "/stock-takes/{take_id:str}/counts",
    summary="Count an area",
    opt={"needs": Permission.INVENTORY_WRITE},
    responses=REFUSED,
    status_code=200,
)
async def area_counted(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    take_id: FromPath[str],
    data: AreaCountAsked,
    idempotency_key: IdempotencyKey,
) -> CountAreaTold:
    """The whole count of an area at once, compared with the book of this moment; `recount` is another caller's."""

    async def command(tx: Tx) -> CountAreaTold:
        wanted, area_id = from_text(STOCK_TAKE, take_id), from_text(AREA, data.area_id)
        await _told(tx, principal, wanted)
        within = principal.location_ids
        await begin_counting(tx, area_id, within=within, now=now)
        goods = [GoodsCounted(row.sku, row.units, row.lot) for row in data.rows]
        if goods:
            await count_goods(tx, area_id, goods, add=True, within=within, now=now)
        await finish_counting(tx, area_id, within=within, now=now)
        return _area((await areas_of(tx, wanted, only=[area_id]))[0])

    return await once(request, principal, runner, idempotency_key, command, now=now)


@get(
    "/stock-takes/{take_id:str}/differences",
    summary="What differs",
    opt={"needs": Permission.INVENTORY_APPROVE},
    responses=REFUSED,
)
async def differences_listed(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    take_id: FromPath[str],
    after: Annotated[str, QueryParameter(name="cursor", max_length=20)] = "",
    limit: Limit = 50,
) -> DifferencePageTold:
    """For whoever approves: those who count are not told."""
    past = _past(after)

    async def read(tx: Tx) -> list[DifferenceTold]:
        wanted = from_text(STOCK_TAKE, take_id)
        await _told(tx, principal, wanted)
        return [
            DifferenceTold(
                area=one.label,
                sku=one.sku,
                title=one.title,
                lot=one.lot,
                book_before=one.before,
                book_after=one.after,
                counted=one.counted,
                counted_first=one.first,
                difference=one.difference,
                worth_minor=one.worth_minor,
                booked=one.posted,
            )
            for one in await differences(tx, wanted, after=past, limit=limit + 1)
        ]

    found = await db.run(caller, read)
    return DifferencePageTold(
        data=found[:limit], next_cursor=str(past + limit) if len(found) > limit else None
    )


@post(
    "/stock-takes/{take_id:str}/approvals",
    summary="Approve a stock-take",
    opt={"needs": Permission.INVENTORY_APPROVE},
    responses=REFUSED,
    status_code=200,
)
async def take_approved(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    take_id: FromPath[str],
    idempotency_key: IdempotencyKey,
) -> StockTakeTold:
    """Books the differences; asked again, books what was held back and became free."""

    async def command(tx: Tx) -> StockTakeTold:
        wanted = from_text(STOCK_TAKE, take_id)
        await approve_stock_take(tx, wanted, within=principal.location_ids, now=now)
        return await _told(tx, principal, wanted)

    return await once(request, principal, runner, idempotency_key, command, now=now)


@post(
    "/stock-takes/{take_id:str}/cancellations",
    summary="Cancel a stock-take",
    opt={"needs": Permission.INVENTORY_APPROVE},
    responses=REFUSED,
    status_code=200,
)
async def take_cancelled(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    take_id: FromPath[str],
    idempotency_key: IdempotencyKey,
) -> StockTakeTold:
    """Nothing is booked."""

    async def command(tx: Tx) -> StockTakeTold:
        wanted = from_text(STOCK_TAKE, take_id)
        await cancel_take(tx, wanted, within=principal.location_ids, now=now)
        return await _told(tx, principal, wanted)

    return await once(request, principal, runner, idempotency_key, command, now=now)


@post(
    "/stock-takes/{take_id:str}/recounts",
    summary="Have an area counted again",
    opt={"needs": Permission.INVENTORY_APPROVE},
    responses=REFUSED,
    status_code=200,
)
async def area_doubted(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    take_id: FromPath[str],
    data: AreaChosenAsked,
    idempotency_key: IdempotencyKey,
) -> StockTakeTold:
    """What differs in it, by somebody who did not count it."""

    async def command(tx: Tx) -> StockTakeTold:
        wanted = from_text(STOCK_TAKE, take_id)
        area = from_text(AREA, data.area_id)
        await count_again(tx, wanted, [area], within=principal.location_ids, now=now)
        return await _told(tx, principal, wanted)

    return await once(request, principal, runner, idempotency_key, command, now=now)


@post(
    "/stock-takes/{take_id:str}/skips",
    summary="Leave an area out",
    opt={"needs": Permission.INVENTORY_APPROVE},
    responses=REFUSED,
    status_code=200,
)
async def area_skipped(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    take_id: FromPath[str],
    data: AreaChosenAsked,
    idempotency_key: IdempotencyKey,
) -> StockTakeTold:
    """Only one that nobody has begun."""

    async def command(tx: Tx) -> StockTakeTold:
        within = principal.location_ids
        await skip_counting(tx, from_text(AREA, data.area_id), within=within, now=now)
        return await _told(tx, principal, from_text(STOCK_TAKE, take_id))

    return await once(request, principal, runner, idempotency_key, command, now=now)


handlers = [
    Router(
        "/api/v1",
        route_handlers=[
            take_opened,
            takes_listed,
            take_read,
            areas_listed,
            area_counted,
            differences_listed,
            take_approved,
            take_cancelled,
            area_doubted,
            area_skipped,
        ],
        tags=["stock"],
    )
]

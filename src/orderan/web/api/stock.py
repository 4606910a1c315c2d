"""Stock over the API: what is available, what happened, receiving, adjusting, counting, places."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeVar, cast

import msgspec
from litestar import Request, Response, Router, get, post, put
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import ServerSentEvent
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.inventory import (
    Availability,
    Bucket,
    Counted,
    Goods,
    Level,
    Location,
    LocationKind,
    MovementKind,
    StockedSku,
    StockKey,
    UnknownLocation,
    UnknownSku,
    add_location,
    adjust_stock,
    availability,
    change_location,
    close_location,
    count_stock,
    find_or_make_lots,
    list_locations,
    movements,
    receive_goods,
    reopen_location,
    restore_stock,
    set_aside,
    set_policy,
    stocked_skus,
    write_off,
)
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import Refusal
from orderan.kit.ids import NIL, from_text, new_id, to_text
from orderan.kit.runner import Answer, Runner
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Problem, Told, key_of
from orderan.web.errors import STATUS, refusal_problem, request_id_of, words_of
from orderan.web.live_stock import MOST_WATCHED, StockWatch
from orderan.web.stock_scope import (
    LOCATION,
    MOVEMENT,
    SKU,
    cause_text,
    cursor,
    read_cause,
    read_code,
    read_moment,
    require_scope,
    stream,
)

T = TypeVar("T", bound=Told)

MOST_LISTED = 200
MOST_ROWS = 500
MOST_UNITS = 10**9

Code = Annotated[str, Field(min_length=1, max_length=64)]
Units = Annotated[int, Field(ge=1, le=MOST_UNITS)]
Counts = Annotated[int, Field(ge=0, le=MOST_UNITS)]
Reason = Annotated[str, Field(min_length=1, max_length=300)]
LocationId = Annotated[str, Field(min_length=1, max_length=40, description="Such as loc_...")]
Cursor = Annotated[str, QueryParameter(max_length=300, description="next_cursor of the page before")]
Limit = Annotated[int, QueryParameter(ge=1, le=MOST_LISTED)]


class LevelTold(Told):
    """Units; `available` is what the next order can have."""

    on_hand: int
    reserved: int
    allocated: int
    free: int
    safety: int
    available: int
    incoming: int
    damaged: int
    quarantine: int


class AvailabilityTold(Told):
    """A sku over the locations the key may see, and at each of them."""

    sku_id: str
    sku: str
    title: str
    low: bool
    total: LevelTold
    locations: dict[str, LevelTold]


class AvailabilitiesTold(Told):
    """A page of skus by code."""

    data: list[AvailabilityTold]
    next_cursor: str | None


class MovementTold(Told):
    """Units that went from one account to another."""

    id: str
    sku: str
    lot: str | None
    quantity: int
    from_location: str
    from_bucket: Bucket
    to_location: str
    to_bucket: Bucket
    kind: MovementKind
    cause: str | None
    reason: str | None
    actor: str
    occurred_at: datetime


class MovementsTold(Told):
    """A page of the ledger, newest first."""

    data: list[MovementTold]
    next_cursor: str | None


class LocationTold(Told):
    """A place or an account."""

    id: str
    code: str
    name: str
    kind: LocationKind
    village_code: str | None
    address: str
    time_zone: str
    sells: bool
    rank: int
    active: bool


class LocationsTold(Told):
    """Every location the key may see."""

    data: list[LocationTold]


class LocationAsked(Asked):
    """A location; its kind is chosen once."""

    code: Annotated[str, Field(min_length=1, max_length=32, pattern=r"^[A-Za-z0-9._-]+$")]
    name: Annotated[str, Field(min_length=1, max_length=120)]
    kind: Literal["warehouse", "store", "quarantine"]
    village_code: Annotated[str | None, Field(pattern=r"^\d\d\.\d\d\.\d\d\.\d{4}$")] = None
    address: Annotated[str, Field(max_length=300)] = ""
    time_zone: Literal["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"] = "Asia/Jakarta"
    sells: bool = True
    rank: Annotated[int, Field(ge=0, le=1000)] = 0
    active: bool = True


class GoodsAsked(Asked):
    """Units that arrived; `sku` is a code or a barcode."""

    sku: Code
    quantity: Units
    lot: Annotated[str | None, Field(min_length=1, max_length=64)] = None
    expires_on: date | None = None


class ReceiptAsked(Asked):
    """Goods that arrived at a location, all or nothing."""

    location_id: LocationId
    goods: Annotated[list[GoodsAsked], Field(min_length=1, max_length=MOST_ROWS)]
    expected: Annotated[bool, Field(description="Lessen what is incoming by what arrived")] = False


class ReceiptTold(Told):
    """What was booked in."""

    units: int
    rows: int


class AdjustmentAsked(Asked):
    """Units found (positive) or lost (negative)."""

    sku: Code
    location_id: LocationId
    change: Annotated[int, Field(ge=-MOST_UNITS, le=MOST_UNITS)]
    lot: Annotated[str | None, Field(min_length=1, max_length=64)] = None


class AdjustmentsAsked(Asked):
    """Corrections with one reason, all or nothing."""

    reason: Reason
    changes: Annotated[list[AdjustmentAsked], Field(min_length=1, max_length=MOST_ROWS)]


class AdjustedTold(Told):
    """How many rows were corrected."""

    rows: int


class ConditionAsked(Asked):
    """Units that go off sale, come back, or are given up."""

    sku: Code
    location_id: LocationId
    lot: Annotated[str | None, Field(min_length=1, max_length=64)] = None
    quantity: Units
    verb: Literal["set_aside", "restore", "write_off"]
    bucket: Annotated[Literal["damaged", "quarantine"], Field(description="Where they go, or come from")]
    reason: Reason


class CountAsked(Asked):
    """What is on the shelf, promised units included."""

    sku: Code
    location: Annotated[str, Field(min_length=1, max_length=32, description="Code of the location")]
    on_hand: Counts
    lot: Annotated[str | None, Field(min_length=1, max_length=64)] = None
    expires_on: date | None = None


class CountsAsked(Asked):
    """A stock-take; each row for itself."""

    reason: Reason
    rows: Annotated[list[CountAsked], Field(min_length=1, max_length=MOST_ROWS)]


class CountTold(Told):
    """What became of a row: `change` made to on hand, or `problem`."""

    index: int
    change: int
    problem: Problem | None = None


class CountsTold(Told):
    """Results in the order the rows were sent."""

    changed: int
    refused: int
    results: list[CountTold]


class PolicyAsked(Asked):
    """Units kept back from sale, and the level at which a person is told (0: never)."""

    safety: Counts
    reorder_point: Counts


@get(
    "/availability", summary="What is available", opt={"needs": Permission.INVENTORY_READ}, responses=REFUSED
)
async def availability_listed(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    sku: Annotated[list[str] | None, QueryParameter(max_length=64, description="Codes or barcodes")] = None,
    q: Annotated[str, QueryParameter(max_length=120)] = "",
    location: Annotated[str, QueryParameter(max_length=40)] = "",
    low: bool = False,
    after: Cursor = "",
    limit: Limit = 50,
) -> AvailabilitiesTold:
    """By sku code. `/availability/stream?skus=A,B` sends the same numbers as they change, as
    server-sent events `stock` with `sku`, `location` (an id, or `all`) and `available`.
    """
    places = principal.location_ids
    if location:
        require_scope(principal, from_text(LOCATION, location))
        places = frozenset({from_text(LOCATION, location)})

    async def read(tx: Tx) -> list[Availability]:
        ids = None
        if sku:
            ids = [one.id for one in (await stocked_skus(tx, sku)).values()]
        return await availability(
            tx,
            now=now,
            skus=ids,
            search=q,
            locations=places,
            low_only=low,
            after=read_code(after),
            limit=limit + 1,
        )

    found = await db.run(caller, read)
    more = cursor(found[limit - 1].code) if len(found) > limit else None
    return AvailabilitiesTold(data=[_available(one) for one in found[:limit]], next_cursor=more)


def _available(one: Availability) -> AvailabilityTold:
    return AvailabilityTold(
        sku_id=to_text(SKU, one.sku_id),
        sku=one.code,
        title=one.title,
        low=one.low,
        total=_level(one.total),
        locations={to_text(LOCATION, place): _level(level) for place, level in one.at.items()},
    )


def _level(level: Level) -> LevelTold:
    return LevelTold(
        on_hand=level.on_hand,
        reserved=level.reserved,
        allocated=level.allocated,
        free=level.free,
        safety=level.safety,
        available=level.sellable,
        incoming=level.incoming,
        damaged=level.damaged,
        quarantine=level.quarantine,
    )


@get(
    "/availability/stream",
    opt={"needs": Permission.INVENTORY_READ},
    # A document of answers has no words for one that never ends.
    include_in_schema=False,
)
async def availability_streamed(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    state: State,
    skus: Annotated[str, QueryParameter(min_length=1, max_length=MOST_WATCHED * 65)],
) -> ServerSentEvent:
    """Changes of these skus (codes, by commas) as they happen."""
    return await streamed(db, caller, principal, state.stock_watch, skus)


async def streamed(
    db: Database, caller: Caller, principal: Principal, watch: StockWatch, skus: str
) -> ServerSentEvent:
    """The stream of the skus named, by commas.

    Raises:
        UnknownSku: None of the names is a stocked sku of the shop.
    """
    wanted = list(dict.fromkeys(name for name in skus.split(",") if name))[:MOST_WATCHED]
    known = await db.run(caller, lambda tx: stocked_skus(tx, wanted))
    if not known:
        raise UnknownSku(tuple(wanted))
    return stream(watch, principal, {one.id for one in known.values()})


@get(
    "/stock-movements",
    summary="The stock ledger",
    opt={"needs": Permission.INVENTORY_READ},
    responses=REFUSED,
)
async def movements_listed(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    sku: Annotated[str, QueryParameter(max_length=64)] = "",
    location: Annotated[str, QueryParameter(max_length=40)] = "",
    kind: Annotated[list[MovementKind] | None, QueryParameter()] = None,
    cause: Annotated[str, QueryParameter(max_length=40, description="An order or a transfer")] = "",
    since: datetime | None = None,
    until: datetime | None = None,
    after: Cursor = "",
    limit: Limit = 50,
) -> MovementsTold:
    """Newest first; since <= occurred_at < until."""

    async def read(tx: Tx) -> MovementsTold:
        found = await movements(
            tx,
            sku_id=(await one_sku(tx, sku)).id if sku else None,
            location_id=from_text(LOCATION, location) if location else None,
            locations=principal.location_ids,
            kinds=kind,
            cause_id=read_cause(cause) if cause else None,
            since=since,
            until=until,
            after=read_moment(after),
            limit=limit + 1,
        )
        last = found[limit - 1] if len(found) > limit else None
        return MovementsTold(
            data=[
                MovementTold(
                    id=to_text(MOVEMENT, one.id),
                    sku=one.sku,
                    lot=one.lot,
                    quantity=one.quantity,
                    from_location=to_text(LOCATION, one.from_location),
                    from_bucket=Bucket(one.from_bucket),
                    to_location=to_text(LOCATION, one.to_location),
                    to_bucket=Bucket(one.to_bucket),
                    kind=MovementKind(one.kind),
                    cause=cause_text(one.kind, one.cause_id),
                    reason=one.reason,
                    actor=one.actor,
                    occurred_at=one.occurred_at,
                )
                for one in found[:limit]
            ],
            next_cursor=cursor(last.occurred_at, last.id) if last else None,
        )

    return await db.run(caller, read)


async def one_sku(tx: Tx, text: str) -> StockedSku:
    """A stocked sku by code or barcode.

    Raises:
        UnknownSku: There is none.
    """
    found = (await stocked_skus(tx, [text])).get(text)
    if found is None:
        raise UnknownSku((text,))
    return found


async def key_named(tx: Tx, sku: str, location_id: str, lot: str | None, *, now: datetime) -> StockKey:
    """The stock row of our own goods that a request names.

    Raises:
        UnknownSku, NotAnId.
    """
    found = await one_sku(tx, sku)
    lot_id = NIL
    if lot:
        lot_id = (await find_or_make_lots(tx, [(found.id, lot, None)], now=now))[found.id, lot].id
    return StockKey(found.id, from_text(LOCATION, location_id), NIL, lot_id)


@post(
    "/stock-receipts", summary="Receive goods", opt={"needs": Permission.INVENTORY_WRITE}, responses=REFUSED
)
async def goods_received(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: ReceiptAsked,
    idempotency_key: IdempotencyKey,
) -> ReceiptTold:
    """Free for sale at once; lots that are not known yet are made."""

    async def command(tx: Tx) -> ReceiptTold:
        place = from_text(LOCATION, data.location_id)
        require_scope(principal, place)
        goods = [Goods(one.sku, one.quantity, one.lot, one.expires_on) for one in data.goods]
        booked = await receive_goods(tx, goods, location_id=place, expected=data.expected, now=now)
        return ReceiptTold(units=sum(one.quantity for one in booked), rows=len(booked))

    return await once(request, principal, runner, idempotency_key, command, now=now, status=201)


@post(
    "/stock-adjustments",
    summary="Correct stock with a reason",
    opt={"needs": Permission.INVENTORY_WRITE},
    responses=REFUSED,
)
async def stock_adjusted(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: AdjustmentsAsked,
    idempotency_key: IdempotencyKey,
) -> AdjustedTold:
    """Against the loss account. Promised units are never adjusted away."""

    async def command(tx: Tx) -> AdjustedTold:
        changes = []
        for one in data.changes:
            key = await key_named(tx, one.sku, one.location_id, one.lot, now=now)
            require_scope(principal, key.location_id)
            changes.append((key, one.change))
        await adjust_stock(tx, changes, reason=data.reason, now=now)
        return AdjustedTold(rows=len(changes))

    return await once(request, principal, runner, idempotency_key, command, now=now, status=201)


@post(
    "/stock-conditions",
    summary="Set units aside, restore them, or write them off",
    opt={"needs": Permission.INVENTORY_WRITE},
    responses=REFUSED,
)
async def condition_changed(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: ConditionAsked,
    idempotency_key: IdempotencyKey,
) -> AdjustedTold:
    """Between sale, damaged and quarantine of one place."""

    async def command(tx: Tx) -> AdjustedTold:
        key = await key_named(tx, data.sku, data.location_id, data.lot, now=now)
        require_scope(principal, key.location_id)
        units, bucket = {key: data.quantity}, Bucket(data.bucket)
        if data.verb == "set_aside":
            await set_aside(tx, units, into=bucket, reason=data.reason, now=now)
        elif data.verb == "restore":
            await restore_stock(tx, units, out_of=bucket, reason=data.reason, now=now)
        else:
            await write_off(tx, units, out_of=bucket, reason=data.reason, now=now)
        return AdjustedTold(rows=1)

    return await once(request, principal, runner, idempotency_key, command, now=now, status=201)


@post(
    "/stock-counts",
    summary="Stock-take",
    opt={"needs": Permission.INVENTORY_WRITE},
    responses=REFUSED,
    status_code=200,
)
async def stock_counted(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: CountsAsked,
    idempotency_key: IdempotencyKey,
) -> CountsTold:
    """Sets on hand to what was counted; a row that is refused hinders no other."""
    spoken, request_id = words_of(request), request_id_of(request)

    async def command(tx: Tx) -> CountsTold:
        await require_codes(tx, principal, {row.location for row in data.rows})
        rows = [Counted(row.sku, row.location, row.on_hand, row.lot, row.expires_on) for row in data.rows]
        results = await count_stock(tx, rows, reason=data.reason, now=now)
        told = [
            CountTold(
                index=index,
                change=result.change,
                problem=Problem(**refusal_problem(result.refusal, spoken, request_id=request_id))
                if result.refusal
                else None,
            )
            for index, result in enumerate(results)
        ]
        refused = sum(result.refusal is not None for result in results)
        return CountsTold(
            changed=sum(result.change != 0 for result in results), refused=refused, results=told
        )

    return await once(request, principal, runner, idempotency_key, command, now=now, status=200)


async def require_codes(tx: Tx, principal: Principal, codes: set[str]) -> None:
    """Raises OutsideScope where a code names a place the principal may not touch."""
    for place in await list_locations(tx):
        if place.code in codes:
            require_scope(principal, place.id)


@put(
    "/stock-policies/{sku:str}/{location_id:str}",
    summary="Set safety stock and reorder point",
    opt={"needs": Permission.INVENTORY_WRITE},
    responses=REFUSED,
    status_code=204,
)
async def policy_set(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    sku: FromPath[str],
    location_id: FromPath[str],
    data: PolicyAsked,
) -> None:
    """Of a sku (code) at a location; the same request again changes nothing."""

    async def command(tx: Tx) -> None:
        place = from_text(LOCATION, location_id)
        require_scope(principal, place)
        found = await one_sku(tx, sku)
        await set_policy(tx, found.id, place, safety=data.safety, reorder_point=data.reorder_point, now=now)

    await db.run(caller, command)


@get("/locations", summary="Locations", opt={"needs": Permission.INVENTORY_READ}, responses=REFUSED)
async def locations_listed(
    db: NamedDependency[Database], caller: NamedDependency[Caller], principal: NamedDependency[Principal]
) -> LocationsTold:
    """Places and accounts, the ones that serve first on top."""
    found = await db.run(caller, list_locations)
    seen = principal.location_ids
    return LocationsTold(data=[located(one) for one in found if seen is None or one.id in seen])


@post("/locations", summary="Add a location", opt={"needs": Permission.SETTINGS_WRITE}, responses=REFUSED)
async def location_added(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: LocationAsked,
    idempotency_key: IdempotencyKey,
) -> LocationTold:
    """A warehouse, a store or a quarantine room."""

    async def command(tx: Tx) -> LocationTold:
        location = Location(
            shop_id=tx.shop_id,
            id=new_id(),
            kind=LocationKind(data.kind),
            **data.model_dump(exclude={"kind"}),
        )
        await add_location(tx, location, now=now)
        return located(location)

    return await once(request, principal, runner, idempotency_key, command, now=now, status=201)


@put(
    "/locations/{location_id:str}",
    summary="Change a location",
    opt={"needs": Permission.SETTINGS_WRITE},
    responses=REFUSED,
)
async def location_changed(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    location_id: FromPath[str],
    data: LocationAsked,
) -> LocationTold:
    """All of it but its kind; `active` false closes it, which open promises or transfers prevent."""

    async def command(tx: Tx) -> LocationTold:
        place = from_text(LOCATION, location_id)
        require_scope(principal, place)
        told = data.model_dump(exclude={"kind", "active"})
        changed = await change_location(tx, place, **told, now=now)
        if changed.kind != data.kind:
            raise UnknownLocation(location_id)
        if changed.active != data.active:
            turn = reopen_location if data.active else close_location
            changed = await turn(tx, place, now=now)
        return located(changed)

    return await db.run(caller, command)


def located(location: Location) -> LocationTold:
    return LocationTold(
        id=to_text(LOCATION, location.id),
        code=location.code,
        name=location.name,
        kind=location.kind,
        village_code=location.village_code,
        address=location.address,
        time_zone=location.time_zone,
        sells=location.sells,
        rank=location.rank,
        active=location.active,
    )


async def once(
    request: Request[Any, Any, Any],
    principal: Principal,
    runner: Runner,
    idempotency_key: str,
    command: Callable[[Tx], Awaitable[T]],
    *,
    now: datetime,
    status: int,
) -> T:
    """Run a command under its idempotency key and answer with what it tells, or told the first time."""
    spoken, request_id = words_of(request), request_id_of(request)

    async def answered(tx: Tx) -> Answer:
        return Answer(status, (await command(tx)).model_dump_json().encode())

    def refused(refusal: Refusal) -> Answer:
        document = refusal_problem(refusal, spoken, request_id=request_id)
        return Answer(STATUS[refusal.kind], msgspec.json.encode(document))

    key = await key_of(request, principal, idempotency_key)
    answer = await runner.once(principal.caller(request_id), key, answered, refused=refused, now=now)
    media = "application/json" if answer.status < 400 else "application/problem+json"
    return cast("T", Response(answer.body, status_code=answer.status, media_type=media))


handlers = [
    Router(
        "/api/v1",
        route_handlers=[
            availability_listed,
            availability_streamed,
            movements_listed,
            goods_received,
            stock_adjusted,
            condition_changed,
            stock_counted,
            policy_set,
            locations_listed,
            location_added,
            location_changed,
        ],
        tags=["stock"],
    )
]

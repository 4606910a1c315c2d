"""Shelves over the API: drawing bins, putting goods away, moving them, blocking a bin."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Router, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.flows.put_away_goods import put_away_goods
from orderan.flows.views_bins import OnTheFloor, on_the_floor
from orderan.inventory import (
    Bin,
    BinAsked,
    BinKind,
    PutAway,
    Shift,
    UnknownBin,
    block_bin,
    draw_bins,
    list_bins,
    shift,
)
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.web.api.answering import once
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told
from orderan.web.api.stock_naming import (
    MOST_ROWS,
    Code,
    Cursor,
    Limit,
    LocationId,
    Lot,
    Units,
    key_named,
)
from orderan.web.stock_scope import LOCATION, cursor, read_code, require_scope

BIN = "bin"
BinCode = Annotated[str, Field(min_length=1, max_length=32, pattern=r"^[A-Za-z0-9._-]+$")]
Centimetres = Annotated[int, Field(ge=0, le=100_000)]


class BinDrawn(Asked):
    """A bin; its code is what it is known by. `x_cm` and `y_cm` are from the packing table."""

    code: BinCode
    kind: BinKind = BinKind.PICK
    zone: Annotated[str, Field(max_length=32)] = ""
    x_cm: Centimetres = 0
    y_cm: Centimetres = 0
    active: bool = True


class BinsDrawn(Asked):
    """Bins of a location, made or changed, all or none."""

    bins: Annotated[list[BinDrawn], Field(min_length=1, max_length=MOST_ROWS)]


class BinTold(Told):
    """A bin with how much lies in it; `blocked_why` says why nobody may touch it."""

    id: str
    location_id: str
    code: str
    kind: BinKind
    zone: str
    x_cm: int
    y_cm: int
    active: bool
    blocked_why: str | None
    units: int
    skus: int


class BinsTold(Told):
    """Bins by code."""

    data: list[BinTold]


class BinPageTold(Told):
    """A page of the bins of a location, by code."""

    data: list[BinTold]
    next_cursor: str | None


class FloorRowTold(Told):
    """Units that lie in no bin and in nobody's hands; `bin` is where they could go."""

    sku: str
    title: str
    lot: str | None
    expires_on: date | None
    units: int
    bin: str | None


class FloorTold(Told):
    """What is to be put away."""

    data: list[FloorRowTold]


class PutAwayAsked(Asked):
    """Units for a bin."""

    bin: BinCode
    sku: Code
    lot: Lot = None
    quantity: Units


class PutAwaysAsked(Asked):
    """Goods from the floor into bins, all or none."""

    location_id: LocationId
    rows: Annotated[list[PutAwayAsked], Field(min_length=1, max_length=MOST_ROWS)]


class ShiftAsked(Asked):
    """Units from one bin to another."""

    from_bin: BinCode
    to_bin: BinCode
    sku: Code
    lot: Lot = None
    quantity: Units


class ShiftsAsked(Asked):
    """Goods between bins of a location, all or none."""

    location_id: LocationId
    rows: Annotated[list[ShiftAsked], Field(min_length=1, max_length=MOST_ROWS)]


class BinBlockAsked(Asked):
    """Why nobody may take from a bin or put into it; none opens it again."""

    location_id: LocationId
    bin: BinCode
    why: Annotated[str | None, Field(min_length=1, max_length=300)] = None


@get(
    "/locations/{location_id:str}/bins",
    summary="Bins of a location",
    opt={"needs": Permission.INVENTORY_READ},
    responses=REFUSED,
)
async def bins_listed(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    location_id: FromPath[str],
    after: Cursor = "",
    limit: Limit = 50,
) -> BinPageTold:
    """By code."""
    place = from_text(LOCATION, location_id)
    require_scope(principal, place)
    found = await db.run(caller, lambda tx: list_bins(tx, place, after=read_code(after), limit=limit + 1))
    more = cursor(found[limit - 1].code) if len(found) > limit else None
    return BinPageTold(data=[binned(one) for one in found[:limit]], next_cursor=more)


@put(
    "/locations/{location_id:str}/bins",
    summary="Draw bins",
    opt={"needs": Permission.INVENTORY_WRITE},
    responses=REFUSED,
)
async def bins_drawn(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    location_id: FromPath[str],
    data: BinsDrawn,
) -> BinsTold:
    """Those that are named are made or changed; others stay as they are. A bin with goods in it is not closed."""
    place = from_text(LOCATION, location_id)
    require_scope(principal, place)
    asked = [BinAsked(**one.model_dump()) for one in data.bins]
    drawn = await db.run(caller, lambda tx: draw_bins(tx, place, asked, now=now))
    return BinsTold(data=[binned(one) for one in drawn])


@get(
    "/locations/{location_id:str}/floor",
    summary="Goods to put away",
    opt={"needs": Permission.INVENTORY_READ},
    responses=REFUSED,
)
async def floor_listed(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    location_id: FromPath[str],
) -> FloorTold:
    """What came in, came back, or was picked for nothing, with a bin proposed for each."""
    place = from_text(LOCATION, location_id)
    require_scope(principal, place)
    found = await db.run(caller, lambda tx: on_the_floor(tx, place))
    return FloorTold(data=[_floor(one) for one in found])


@post("/put-aways", summary="Put goods away", opt={"needs": Permission.INVENTORY_WRITE}, responses=REFUSED)
async def goods_put_away(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: PutAwaysAsked,
    idempotency_key: IdempotencyKey,
) -> BinsTold:
    """Refused as `nothing_to_put_away` where fewer units lie on the floor; answers with the bins as they are then."""

    async def command(tx: Tx) -> BinsTold:
        place = from_text(LOCATION, data.location_id)
        require_scope(principal, place)
        bins = await bins_named(tx, place, {row.bin for row in data.rows})
        puts = [
            PutAway(
                bins[row.bin].id,
                await key_named(tx, row.sku, data.location_id, row.lot, now=now),
                row.quantity,
            )
            for row in data.rows
        ]
        await put_away_goods(tx, place, puts, now=now)
        return BinsTold(data=[binned(one) for one in await list_bins(tx, place, codes=bins)])

    return await once(request, principal, runner, idempotency_key, command, now=now, status=201)


@post(
    "/bin-shifts",
    summary="Move goods between bins",
    opt={"needs": Permission.INVENTORY_WRITE},
    responses=REFUSED,
)
async def goods_shifted(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: ShiftsAsked,
    idempotency_key: IdempotencyKey,
) -> BinsTold:
    """Refused as `bin_short` where a bin holds fewer; answers with the bins as they are then."""

    async def command(tx: Tx) -> BinsTold:
        place = from_text(LOCATION, data.location_id)
        require_scope(principal, place)
        bins = await bins_named(tx, place, {code for row in data.rows for code in (row.from_bin, row.to_bin)})
        shifts = [
            Shift(
                bins[row.from_bin].id,
                bins[row.to_bin].id,
                await key_named(tx, row.sku, data.location_id, row.lot, now=now),
                row.quantity,
            )
            for row in data.rows
        ]
        await shift(tx, shifts, now=now)
        return BinsTold(data=[binned(one) for one in await list_bins(tx, place, codes=bins)])

    return await once(request, principal, runner, idempotency_key, command, now=now, status=201)


@post(
    "/bin-blocks",
    summary="Block a bin, or open it again",
    opt={"needs": Permission.INVENTORY_WRITE},
    responses=REFUSED,
    status_code=200,
)
async def bin_blocked(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: BinBlockAsked,
    idempotency_key: IdempotencyKey,
) -> BinTold:
    """Sheets lead nobody to a blocked bin, and nothing goes in or out."""

    async def command(tx: Tx) -> BinTold:
        place = from_text(LOCATION, data.location_id)
        require_scope(principal, place)
        bins = await bins_named(tx, place, {data.bin})
        return binned(await block_bin(tx, place, bins[data.bin].id, why=data.why, now=now))

    return await once(request, principal, runner, idempotency_key, command, now=now)


async def bins_named(tx: Tx, location_id: UUID, codes: set[str]) -> dict[str, Bin]:
    """Bins of a location by code.

    Raises:
        UnknownBin: One is not there.
    """
    found = {one.code: one for one in await list_bins(tx, location_id, codes=codes)}
    if missing := codes - set(found):
        raise UnknownBin(min(missing))
    return found


async def bin_named(tx: Tx, location_id: UUID, code: str | None) -> UUID | None:
    """The bin of a code; None of none.

    Raises:
        UnknownBin: It is not there.
    """
    return (await bins_named(tx, location_id, {code}))[code].id if code else None


def binned(one: Bin) -> BinTold:
    return BinTold(
        id=to_text(BIN, one.id),
        location_id=to_text(LOCATION, one.location_id),
        code=one.code,
        kind=one.kind,
        zone=one.zone,
        x_cm=one.x_cm,
        y_cm=one.y_cm,
        active=one.active,
        blocked_why=one.blocked_why,
        units=one.units,
        skus=one.skus,
    )


def _floor(one: OnTheFloor) -> FloorRowTold:
    return FloorRowTold(
        sku=one.sku, title=one.title, lot=one.lot, expires_on=one.expires_on, units=one.units, bin=one.bin
    )


handlers = [
    Router(
        "/api/v1",
        route_handlers=[
            bins_listed,
            bins_drawn,
            floor_listed,
            goods_put_away,
            goods_shifted,
            bin_blocked,
        ],
        tags=["stock"],
    )
]

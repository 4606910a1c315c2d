"""What is available, over the API: asked for once, or followed as it changes."""

from datetime import datetime
from typing import Annotated

from litestar import Router, get
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from litestar.response import ServerSentEvent

from orderan.access import Permission, Principal
from orderan.inventory import (
    Availability,
    Level,
    UnknownSku,
    availability,
    stocked_skus,
)
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text, to_text
from orderan.web.api.shapes import REFUSED, Told
from orderan.web.api.stock_naming import Cursor, Limit
from orderan.web.live_stock import MOST_WATCHED, StockWatch
from orderan.web.stock_scope import LOCATION, SKU, cursor, read_code, require_scope, stream


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


handlers = [Router("/api/v1", route_handlers=[availability_listed, availability_streamed], tags=["stock"])]

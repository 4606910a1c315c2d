"""Days that are promised, over the API: those of an order, and what a shop counts with."""

from datetime import date, datetime
from typing import Annotated, Any

from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.orders import require_sight
from orderan.shipping import (
    PERCENTS,
    DayOff,
    Promise,
    PromiseSource,
    PromiseTerms,
    Risk,
    keep_promise_terms,
    promise_terms,
    promises_of,
)
from orderan.web.api.answering import READ, once, scope_of
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told

Weekday = Annotated[int, Field(ge=1, le=7)]
SomeDays = Annotated[int, Field(ge=0, le=60)]


class DayPromisedTold(Told):
    """A day an order or a parcel of it is promised for."""

    parcel_id: str | None = Field(description="Null of the order as a whole, as it was accepted")
    leaves_on: date
    promised_on: date
    source: PromiseSource = Field(
        description="`measured` by what parcels took, said by the `courier`, or from the shop's `table`"
    )
    made_at: datetime
    risk: Risk | None = Field(description="Why it is, or was, in danger")
    risk_at: datetime | None
    closed_at: datetime | None
    kept: bool | None = Field(description="Whether it arrived by then; null while nobody knows")


class DaysPromisedTold(Told):
    """The order's own first, then its parcels'."""

    data: list[DayPromisedTold]


class DayOffAsked(Asked):
    """A day nobody packs or carries on."""

    day: date
    name: Annotated[str, Field(min_length=1, max_length=80)]


class DayOffTold(Told):
    """A day nobody packs or carries on."""

    day: date
    name: str


class PromiseTermsAsked(Asked):
    """The next version of what a shop counts with, all of it."""

    version: Annotated[int, Field(ge=0, le=10**9, description="The version it was made from, 0 for none")]
    percent: Annotated[int, Field(description=f"So many parcels of a hundred arrive in time: {PERCENTS}")]
    least_parcels: Annotated[int, Field(ge=1, le=100_000)]
    pack_days: SomeDays
    cutoff_minute: Annotated[int, Field(ge=0, le=1439, description="Minutes of the shop's day")]
    packs_on: Annotated[list[Weekday], Field(min_length=1, max_length=7)]
    carries_on: Annotated[list[Weekday], Field(min_length=1, max_length=7)]
    city_days: SomeDays
    province_days: SomeDays
    far_days: SomeDays
    days_off: Annotated[list[DayOffAsked], Field(default_factory=list, max_length=200)]


class PromiseTermsTold(Told):
    """What a shop counts with when it promises a day."""

    version: int = Field(description="0 is what a shop begins with")
    percent: int
    least_parcels: int
    pack_days: int
    cutoff_minute: int
    packs_on: list[int]
    carries_on: list[int]
    city_days: int
    province_days: int
    far_days: int
    days_off: list[DayOffTold]


@get(
    "/orders/{order_id:str}/promises",
    summary="The days an order is promised for",
    opt={"needs": Permission.ORDERS_READ},
    responses=READ,
)
async def promises_read(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    order_id: FromPath[str],
) -> DaysPromisedTold:
    """Why a day was promised stands in the order's decisions."""
    order = from_text("ord", order_id)

    async def read(tx: Tx) -> list[Promise]:
        await require_sight(tx, scope_of(principal), [order])
        return await promises_of(tx, [order])

    return DaysPromisedTold(data=[_promise(one) for one in await db.run(caller, read)])


@get(
    "/promise-terms",
    summary="What a shop counts with when it promises a day",
    opt={"needs": Permission.SETTINGS_READ},
    responses=READ,
)
async def promise_terms_read(
    db: NamedDependency[Database], caller: NamedDependency[Caller]
) -> PromiseTermsTold:
    """What holds for promises to come."""
    return await db.run(caller, _terms)


@post(
    "/promise-terms",
    summary="Write the next version of what a shop counts with",
    opt={"needs": Permission.SETTINGS_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def promise_terms_kept(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: PromiseTermsAsked,
    idempotency_key: IdempotencyKey,
) -> PromiseTermsTold:
    """It holds for promises to come. Refused where somebody wrote another version meanwhile."""
    terms = PromiseTerms(
        percent=data.percent,
        least_parcels=data.least_parcels,
        pack_days=data.pack_days,
        cutoff_minute=data.cutoff_minute,
        packs_on=tuple(sorted(set(data.packs_on))),
        carries_on=tuple(sorted(set(data.carries_on))),
        city_days=data.city_days,
        province_days=data.province_days,
        far_days=data.far_days,
        days_off=tuple(DayOff(one.day, one.name.strip()) for one in data.days_off),
    )

    async def command(tx: Tx) -> PromiseTermsTold:
        await keep_promise_terms(tx, terms, expected=data.version, now=now)
        return await _terms(tx)

    return await once(request, principal, runner, idempotency_key, command, now=now)


async def _terms(tx: Tx) -> PromiseTermsTold:
    version, terms = await promise_terms(tx)
    return PromiseTermsTold(
        version=version,
        percent=terms.percent,
        least_parcels=terms.least_parcels,
        pack_days=terms.pack_days,
        cutoff_minute=terms.cutoff_minute,
        packs_on=list(terms.packs_on),
        carries_on=list(terms.carries_on),
        city_days=terms.city_days,
        province_days=terms.province_days,
        far_days=terms.far_days,
        days_off=[DayOffTold(day=one.day, name=one.name) for one in terms.days_off],
    )


def _promise(one: Promise) -> DayPromisedTold:
    return DayPromisedTold(
        parcel_id=None if one.parcel_id is None else to_text("pcl", one.parcel_id),
        leaves_on=one.leaves_on,
        promised_on=one.promised_on,
        source=one.source,
        made_at=one.made_at,
        risk=one.risk,
        risk_at=one.risk_at,
        closed_at=one.closed_at,
        kept=one.kept,
    )


handlers = [
    Router(
        "/api/v1",
        route_handlers=[promises_read, promise_terms_read, promise_terms_kept],
        tags=["parcels"],
    )
]

"""Stock put right over the API: corrections, units off sale, stock-takes."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from litestar import Request, Router, post
from litestar.di import NamedDependency
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.inventory import (
    Bucket,
    Counted,
    adjust_stock,
    count_stock,
    restore_stock,
    set_aside,
    write_off,
)
from orderan.kit.db import Tx
from orderan.kit.runner import Runner
from orderan.web.api.answering import once
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Problem, Told
from orderan.web.api.stock_naming import (
    MOST_ROWS,
    MOST_UNITS,
    Code,
    Counts,
    LocationId,
    Lot,
    Reason,
    Units,
    key_named,
    require_codes,
)
from orderan.web.errors import refusal_problem, request_id_of, words_of
from orderan.web.stock_scope import (
    require_scope,
)


class AdjustmentAsked(Asked):
    """Units found (positive) or lost (negative)."""

    sku: Code
    location_id: LocationId
    change: Annotated[int, Field(ge=-MOST_UNITS, le=MOST_UNITS)]
    lot: Lot = None


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
    lot: Lot = None
    quantity: Units
    verb: Literal["set_aside", "restore", "write_off"]
    bucket: Annotated[Literal["damaged", "quarantine"], Field(description="Where they go, or come from")]
    reason: Reason


class CountAsked(Asked):
    """What is on the shelf, promised units included."""

    sku: Code
    location: Annotated[str, Field(min_length=1, max_length=32, description="Code of the location")]
    on_hand: Counts
    lot: Lot = None
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


handlers = [
    Router("/api/v1", route_handlers=[stock_adjusted, condition_changed, stock_counted], tags=["stock"])
]

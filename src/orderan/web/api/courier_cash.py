"""Buyers' cash over the API: what couriers collected and what they paid us."""

from datetime import datetime
from typing import Annotated, Any

from litestar import Request, Router, post
from litestar.di import NamedDependency
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.flows.collect_cod import Cash, collect_cod, remit_cod
from orderan.kit.db import Tx
from orderan.kit.runner import Runner
from orderan.web.api.answering import (
    once,
    scope_of,
)
from orderan.web.api.payments import MOST_ROWS, Amount, Reference, RowsTold, rows_told
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey


class CashAsked(Asked):
    """A line of a courier's statement; without an amount it is whatever is due."""

    awb: Annotated[str, Field(min_length=1, max_length=60)]
    amount: Amount | None = None


class CollectedAsked(Asked):
    """A courier has buyers' cash."""

    courier: Annotated[str, Field(min_length=1, max_length=40)]
    rows: Annotated[list[CashAsked], Field(min_length=1, max_length=MOST_ROWS)]


class RemittedAsked(CollectedAsked):
    """A courier paid us."""

    statement: Reference


@post(
    "/cod/collected",
    summary="A courier has buyers' cash",
    opt={"needs": Permission.PAYMENTS_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def cash_collected(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: CollectedAsked,
    idempotency_key: IdempotencyKey,
) -> RowsTold:
    """Rows by tracking number; a refused one hinders no other."""

    async def command(tx: Tx) -> RowsTold:
        rows = [Cash(row.awb, row.amount) for row in data.rows]
        return rows_told(request, await collect_cod(tx, data.courier, rows, scope_of(principal), now=now))

    return await once(request, principal, runner, idempotency_key, command, now=now)


@post(
    "/cod/remitted",
    summary="A courier paid us",
    opt={"needs": Permission.PAYMENTS_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def cash_remitted(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: RemittedAsked,
    idempotency_key: IdempotencyKey,
) -> RowsTold:
    """A courier's statement, line by line; sent twice it books once."""

    async def command(tx: Tx) -> RowsTold:
        rows = [Cash(row.awb, row.amount) for row in data.rows]
        told = await remit_cod(tx, data.courier, data.statement, rows, scope_of(principal), now=now)
        return rows_told(request, told)

    return await once(request, principal, runner, idempotency_key, command, now=now)


handlers = [
    Router(
        "/api/v1",
        route_handlers=[
            cash_collected,
            cash_remitted,
        ],
        tags=["payments"],
    )
]

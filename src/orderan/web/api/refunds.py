"""Refunds over the API: promised, paid by hand, or taken back."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.flows.refund_order import execute_refund, promise_refund, withdraw_refund
from orderan.flows.views_money import RefundRow, refund_list
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.orders import require_sight
from orderan.payments import (
    RefundLine,
    RefundState,
    find_refund,
)
from orderan.web.api.answering import (
    MOST_MINOR,
    READ,
    Cursor,
    PageSize,
    once,
    scope_of,
)
from orderan.web.api.payments import Amount, Method, OrderId, Reason, Reference
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told
from orderan.web.cursors import cursor_of, read_cursor


class RefundLineAsked(Asked):
    """What part of a refund is for."""

    line: Annotated[int, Field(ge=1, le=100_000)]
    quantity: Annotated[int, Field(ge=1, le=1_000_000)]
    amount: Annotated[int, Field(ge=0, le=MOST_MINOR)]


class RefundAsked(Asked):
    """Money to promise back."""

    order_id: OrderId
    amount: Amount
    reason: Reason
    lines: Annotated[tuple[RefundLineAsked, ...], Field(max_length=200)] = ()
    shipping: Annotated[int, Field(ge=0, le=MOST_MINOR)] = 0


class RefundPaidAsked(Asked):
    """How a promised refund was paid."""

    method: Method
    reference: Reference | None = None


class WithdrawAsked(Asked):
    """Why a promise is taken back."""

    reason: Reason


class RefundTold(Told):
    """A refund."""

    id: str
    order_id: str
    amount: int
    currency: str
    reason: str
    state: RefundState
    granted_by: str
    granted_at: datetime
    closed_by: str | None
    closed_at: datetime | None
    method: str | None
    reference: str | None


class RefundsTold(Told):
    """A page of refunds."""

    data: list[RefundTold]
    next_cursor: str | None


@get("/refunds", summary="List refunds", opt={"needs": Permission.PAYMENTS_READ}, responses=READ)
async def refunds_listed(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    standing_in: Annotated[RefundState | None, QueryParameter(name="state")] = None,
    order_id: FromQuery[str | None] = None,
    cursor: Cursor = "",
    limit: PageSize = 50,
) -> RefundsTold:
    """The longest promised first."""
    states = [standing_in] if standing_in else list(RefundState)
    order = from_text("ord", order_id) if order_id else None

    async def read(tx: Tx) -> RefundsTold:
        rows = await refund_list(
            tx, scope_of(principal), states=states, order_id=order, after=read_cursor(cursor), limit=limit + 1
        )
        more = cursor_of(rows[limit - 1].granted_at, rows[limit - 1].id) if len(rows) > limit else None
        return RefundsTold(data=[refund_told(row) for row in rows[:limit]], next_cursor=more)

    return await db.run(caller, read)


def refund_told(row: RefundRow) -> RefundTold:
    return RefundTold(
        id=to_text("rfd", row.id),
        order_id=to_text("ord", row.order_id),
        amount=row.amount_minor,
        currency=row.currency,
        reason=row.reason,
        state=RefundState(row.state),
        granted_by=row.granted_by,
        granted_at=row.granted_at,
        closed_by=row.closed_by,
        closed_at=row.closed_at,
        method=row.method,
        reference=row.reference,
    )


async def _refund(tx: Tx, principal: Principal, refund_id: UUID) -> RefundTold:
    refund = await find_refund(tx, refund_id)
    rows = await refund_list(
        tx, scope_of(principal), states=list(RefundState), order_id=refund.order_id, limit=10_000
    )
    return next(refund_told(row) for row in rows if row.id == refund_id)


@post(
    "/refunds",
    summary="Promise a refund",
    opt={"needs": Permission.REFUNDS_GRANT},
    status_code=201,
    responses=REFUSED,
)
async def refund_granted(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: RefundAsked,
    idempotency_key: IdempotencyKey,
) -> RefundTold:
    """Promising is not paying: somebody executes it later, with the transfer's reference."""

    async def command(tx: Tx) -> RefundTold:
        order = from_text("ord", data.order_id)
        await require_sight(tx, scope_of(principal), [order])
        lines = [RefundLine(line.line, line.quantity, line.amount) for line in data.lines]
        refund = await promise_refund(
            tx,
            order,
            amount_minor=data.amount,
            reason=data.reason,
            lines=lines,
            shipping_minor=data.shipping,
            now=now,
        )
        return await _refund(tx, principal, refund.id)

    return await once(request, principal, runner, idempotency_key, command, now=now, status=201)


@post(
    "/refunds/{refund_id:str}/execute",
    summary="A refund was paid",
    opt={"needs": Permission.REFUNDS_EXECUTE},
    status_code=200,
    responses=REFUSED,
)
async def refund_paid(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    refund_id: FromPath[str],
    data: RefundPaidAsked,
    idempotency_key: IdempotencyKey,
) -> RefundTold:
    """The money left the shop; it counts from now on."""

    async def command(tx: Tx) -> RefundTold:
        refund = from_text("rfd", refund_id)
        await require_sight(tx, scope_of(principal), [(await find_refund(tx, refund)).order_id])
        await execute_refund(tx, refund, method=data.method, reference=data.reference, now=now)
        return await _refund(tx, principal, refund)

    return await once(request, principal, runner, idempotency_key, command, now=now)


@post(
    "/refunds/{refund_id:str}/withdraw",
    summary="Take a promised refund back",
    opt={"needs": Permission.REFUNDS_GRANT},
    status_code=200,
    responses=REFUSED,
)
async def refund_withdrawn(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    refund_id: FromPath[str],
    data: WithdrawAsked,
    idempotency_key: IdempotencyKey,
) -> RefundTold:
    """It will not be paid after all."""

    async def command(tx: Tx) -> RefundTold:
        refund = from_text("rfd", refund_id)
        await require_sight(tx, scope_of(principal), [(await find_refund(tx, refund)).order_id])
        await withdraw_refund(tx, refund, reason=data.reason, now=now)
        return await _refund(tx, principal, refund)

    return await once(request, principal, runner, idempotency_key, command, now=now)


handlers = [
    Router(
        "/api/v1",
        route_handlers=[
            refunds_listed,
            refund_granted,
            refund_paid,
            refund_withdrawn,
        ],
        tags=["payments"],
    )
]

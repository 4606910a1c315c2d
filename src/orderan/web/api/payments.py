"""Money over the API: events booked by hand or by another system, refunds, cash at couriers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.flows.collect_cod import Cash, collect_cod, remit_cod
from orderan.flows.refund_order import execute_refund, promise_refund, withdraw_refund
from orderan.flows.settle_payment import settle_payment, settle_payments
from orderan.flows.views_money import RefundRow, refund_list
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import Refusal
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.orders import OrderNotFound, load_orders, require_sight, seen_orders
from orderan.payments import (
    Money,
    MoneyEvent,
    MoneyKind,
    RefundLine,
    RefundState,
    Standing,
    find_refund,
    money_of,
)
from orderan.web.api.answering import (
    MOST_MINOR,
    READ,
    Cursor,
    PageSize,
    once,
    problem_of,
    scope_of,
)
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Problem, Told
from orderan.web.cursors import cursor_of, read_cursor
from orderan.web.errors import STATUS

MOST_ROWS = 500
Amount = Annotated[int, Field(ge=1, le=MOST_MINOR, description="Minor units")]
Method = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z0-9_]+$")]
Reference = Annotated[str, Field(min_length=1, max_length=120)]
Reason = Annotated[str, Field(min_length=1, max_length=300)]
OrderId = Annotated[str, Field(min_length=1, max_length=40, description="`ord_...`")]


ByHand = Literal[
    MoneyKind.CAPTURED,
    MoneyKind.CAPTURE_REVERSED,
    MoneyKind.COD_COLLECTED,
    MoneyKind.COD_REMITTED,
    MoneyKind.PENDING,
    MoneyKind.PENDING_CLEARED,
    MoneyKind.UNKNOWN,
    MoneyKind.UNKNOWN_CLEARED,
]
"""What a person or a program may say happened. Money goes back by a refund that was granted."""


class PaymentAsked(Asked):
    """Something that happened to an order's money."""

    order_id: OrderId
    kind: ByHand = MoneyKind.CAPTURED
    method: Method
    amount: Amount
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "IDR"
    reference: Reference | None = None
    note: Annotated[str | None, Field(max_length=500)] = None

    def event(self) -> MoneyEvent:
        return MoneyEvent(
            from_text("ord", self.order_id),
            self.kind,
            self.method,
            self.amount,
            self.currency,
            self.reference,
            self.note,
        )


class PaymentsAsked(Asked):
    """Many at once, each for itself."""

    payments: Annotated[list[PaymentAsked], Field(min_length=1, max_length=MOST_ROWS)]


class StandingTold(Told):
    """Where an order's money stands; amounts are minor units, a negative balance is owed by the buyer."""

    money: Money
    paid: int
    refunded: int
    collected: int
    remitted: int
    balance: int


class LedgerTold(Told):
    """One event of an order's money."""

    seq: int
    kind: str
    method: str
    amount: int
    currency: str
    reference: str | None
    note: str | None
    actor: str
    at: datetime


class MoneyTold(Told):
    """An order's money: the whole ledger and what it adds up to."""

    order_id: str
    standing: StandingTold
    promised_back: int
    refundable: int
    events: list[LedgerTold]


class RowTold(Told):
    """What became of one row: `standing`, or `problem`."""

    index: int
    status: int
    standing: StandingTold | None = None
    problem: Problem | None = None


class RowsTold(Told):
    """Results in the order the rows were sent."""

    booked: int
    refused: int
    results: list[RowTold]


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


def standing_told(stands: Standing) -> StandingTold:
    return StandingTold(
        money=stands.state,
        paid=stands.paid_minor,
        refunded=stands.refunded_minor,
        collected=stands.collected_minor,
        remitted=stands.remitted_minor,
        balance=stands.balance_minor,
    )


def rows_told(request: Request[Any, Any, Any], answers: Sequence[Standing | Refusal]) -> RowsTold:
    results = []
    for index, answer in enumerate(answers):
        if isinstance(answer, Refusal):
            problem = problem_of(request, answer)
            results.append(RowTold(index=index, status=STATUS[answer.kind], problem=problem))
        else:
            results.append(RowTold(index=index, status=200, standing=standing_told(answer)))
    refused = sum(isinstance(answer, Refusal) for answer in answers)
    return RowsTold(booked=len(answers) - refused, refused=refused, results=results)


@post(
    "/payments",
    summary="Book a money event",
    opt={"needs": Permission.PAYMENTS_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def payment_booked(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: PaymentAsked,
    idempotency_key: IdempotencyKey,
) -> StandingTold:
    """The order follows: paid in full, it is accepted and its work is planned."""

    async def command(tx: Tx) -> StandingTold:
        event = data.event()
        await require_sight(tx, scope_of(principal), [event.order_id])
        return standing_told(await settle_payment(tx, event, now=now))

    return await once(request, principal, runner, idempotency_key, command, now=now)


@post(
    "/payments/batch",
    summary="Book up to 500 money events",
    opt={"needs": Permission.PAYMENTS_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def payments_booked(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: PaymentsAsked,
    idempotency_key: IdempotencyKey,
) -> RowsTold:
    """A refused row books nothing and hinders no other. Standings are those after the whole batch."""

    async def command(tx: Tx) -> RowsTold:
        events = [asked.event() for asked in data.payments]
        seen = await seen_orders(tx, scope_of(principal), {event.order_id for event in events})
        mine = [event for event in events if event.order_id in seen]
        booked = iter(await settle_payments(tx, mine, now=now))
        answers = [
            next(booked) if event.order_id in seen else OrderNotFound(str(event.order_id)) for event in events
        ]
        return rows_told(request, answers)

    return await once(request, principal, runner, idempotency_key, command, now=now)


@get(
    "/orders/{order_id:str}/money",
    summary="An order's money",
    opt={"needs": Permission.PAYMENTS_READ},
    responses=READ,
)
async def money_read(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    order_id: FromPath[str],
) -> MoneyTold:
    """The whole ledger, oldest first, and what it adds up to."""
    order = from_text("ord", order_id)

    async def read(tx: Tx) -> MoneyTold:
        await require_sight(tx, scope_of(principal), [order])
        row, _ = (await load_orders(tx, [order]))[order]
        money = await money_of(tx, order, total_minor=row.total_minor, terms=row.terms)
        return MoneyTold(
            order_id=order_id,
            standing=standing_told(money.standing),
            promised_back=money.promised_minor,
            refundable=money.refundable_minor,
            events=[
                LedgerTold(
                    seq=event.seq,
                    kind=event.kind,
                    method=event.method,
                    amount=event.amount_minor,
                    currency=event.currency,
                    reference=event.reference,
                    note=event.note,
                    actor=event.actor,
                    at=event.at,
                )
                for event in money.ledger
            ],
        )

    return await db.run(caller, read)


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
            tx, order, amount_minor=data.amount, reason=data.reason, lines=lines, now=now
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
            payment_booked,
            payments_booked,
            money_read,
            refunds_listed,
            refund_granted,
            refund_paid,
            refund_withdrawn,
            cash_collected,
            cash_remitted,
        ],
        tags=["payments"],
    )
]

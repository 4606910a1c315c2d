"""Money over the API: events booked by hand or by another system, refunds, cash at couriers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.flows.confirm_payment import Said, confirm_payment, confirm_payments
from orderan.flows.pay_links import PayLinks
from orderan.flows.payable import is_payable
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import Refusal
from orderan.kit.ids import from_text
from orderan.kit.runner import Runner
from orderan.orders import OrderNotFound, load_orders, require_sight, seen_orders
from orderan.payments import (
    Money,
    MoneyEvent,
    MoneyKind,
    Standing,
    money_of,
)
from orderan.web.api.answering import (
    MOST_MINOR,
    READ,
    once,
    problem_of,
    scope_of,
)
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Problem, Told
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
    besides: Annotated[bool, Field(description="It is none of what a gateway is still being asked about")] = (
        False
    )

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
    pay_page: Annotated[
        str | None, Field(description="Where the buyer pays; nothing where nobody has to pay online")
    ]
    events: list[LedgerTold]


class PaymentRowTold(Told):
    """What became of one row: `standing`, or `problem`."""

    index: int
    status: int
    standing: StandingTold | None = None
    problem: Problem | None = None


class RowsTold(Told):
    """Results in the order the rows were sent."""

    booked: int
    refused: int
    results: list[PaymentRowTold]


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
            results.append(PaymentRowTold(index=index, status=STATUS[answer.kind], problem=problem))
        else:
            results.append(PaymentRowTold(index=index, status=200, standing=standing_told(answer)))
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
    """The order follows: paid in full, it is accepted and its work is planned.

    Money that comes in while a gateway is still being asked about the order is refused, unless it came `besides`.
    """

    async def command(tx: Tx) -> StandingTold:
        event = data.event()
        await require_sight(tx, scope_of(principal), [event.order_id])
        return standing_told(await confirm_payment(tx, event, besides=data.besides, now=now))

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
        said = [Said(asked.event(), asked.besides) for asked in data.payments]
        seen = await seen_orders(tx, scope_of(principal), {one.event.order_id for one in said})
        mine = [one for one in said if one.event.order_id in seen]
        booked = iter(await confirm_payments(tx, mine, now=now))
        answers = [
            next(booked) if one.event.order_id in seen else OrderNotFound(str(one.event.order_id))
            for one in said
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
    links: NamedDependency[PayLinks],
    now: NamedDependency[datetime],
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
            pay_page=links.pay_page(row.shop_id, order, now=now) if is_payable(row) else None,
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


handlers = [
    Router(
        "/api/v1",
        route_handlers=[
            payment_booked,
            payments_booked,
            money_read,
        ],
        tags=["payments"],
    )
]

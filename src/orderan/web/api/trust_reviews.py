"""Held orders over the API: the queue, the evidence of one, and the decision."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.flows.judge_order import clear_order, refuse_order
from orderan.kit import decisions
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.orders import Order, orders_by_id
from orderan.trust import (
    Ended,
    KeyKind,
    Review,
    ReviewNotFound,
    ReviewState,
    links_of,
    open_reviews_of,
    review_of_order,
    scores_of,
)
from orderan.web.api.answering import READ, PageSize, once
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told
from orderan.web.principal import require_whole_shop

JUDGES = {"clear": clear_order, "refuse": refuse_order}


class JudgedAsked(Asked):
    """What was found: clear lets the order go on, refuse cancels it and remembers its buyer."""

    decision: Literal["clear", "refuse"]
    note: Annotated[str, Field(min_length=1, max_length=200)]


class ReviewTold(Told):
    """An order that is or was held for a look; the amount is minor units of its currency."""

    order_id: str
    order_number: str
    state: ReviewState
    amount: int
    currency: str
    points: int
    opened_at: datetime
    deadline: datetime
    judged_by: str | None
    judgement: str | None


class ReasonTold(Told):
    """One reason of a score."""

    code: str = Field(description="A measure, `cod`, or `blocked_` or `allowed_` and the kind of key")
    value: int
    points: int
    model: int | None = Field(
        description="Version of the model that gave the points; null is a rule or a list"
    )


class TiedTold(Told):
    """An order that shares something with the held one."""

    order_id: str
    order_number: str
    shares: list[KeyKind]
    ended: list[Ended] = Field(description="How it ended so far; empty while nobody knows")


class ReviewWholeTold(ReviewTold):
    """A held order with its evidence."""

    reasons: list[ReasonTold]
    tied: list[TiedTold]


class ReviewsTold(Told):
    """The queue."""

    data: list[ReviewTold]


@get("/", summary="List held orders", opt={"needs": Permission.TRUST_READ}, responses=READ)
async def reviews_listed(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    limit: PageSize = 50,
) -> ReviewsTold:
    """Those that wait for a look: what is due soon first, then the dearest."""
    require_whole_shop(principal, Permission.TRUST_READ)

    async def read(tx: Tx) -> ReviewsTold:
        found = await open_reviews_of(tx, now=now, limit=limit)
        orders = await orders_by_id(tx, [review.id for review in found])
        return ReviewsTold(data=[ReviewTold(**_facts(one, orders[one.id])) for one in found])

    return await db.run(caller, read)


@get("/{order_id:str}", summary="A held order", opt={"needs": Permission.TRUST_READ}, responses=READ)
async def review_read(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    order_id: FromPath[str],
) -> ReviewWholeTold:
    """With why it is held, and the orders it is tied to."""
    require_whole_shop(principal, Permission.TRUST_READ)
    found = from_text("ord", order_id)
    return await db.run(caller, lambda tx: _whole(tx, found))


@post(
    "/{order_id:str}/judge",
    summary="Let a held order go on, or refuse it",
    opt={"needs": Permission.TRUST_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def review_judged(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    order_id: FromPath[str],
    data: JudgedAsked,
    idempotency_key: IdempotencyKey,
) -> ReviewWholeTold:
    """Refused as `illegal_move` where somebody looked before."""
    require_whole_shop(principal, Permission.TRUST_WRITE)

    async def command(tx: Tx) -> ReviewWholeTold:
        found = from_text("ord", order_id)
        await JUDGES[data.decision](tx, found, note=data.note, now=now)
        return await _whole(tx, found)

    return await once(request, principal, runner, idempotency_key, command, now=now)


async def _whole(tx: Tx, order_id: UUID) -> ReviewWholeTold:
    review = await review_of_order(tx, order_id)
    if review is None:
        raise ReviewNotFound.of(order_id)
    links = await links_of(tx, order_id)
    ids = list(dict.fromkeys(link.other_id for link in links))
    orders, scores = await orders_by_id(tx, [order_id, *ids]), await scores_of(tx, ids)
    made = [one for one in await decisions.about(tx, order_id) if one.kind == "trust"]
    return ReviewWholeTold(
        **_facts(review, orders[order_id]),
        reasons=[
            ReasonTold(code=one["code"], value=one["value"], points=one["points"], model=one.get("model"))
            for one in (made[-1].outcome["because"] if made else ())
        ],
        tied=[
            TiedTold(
                order_id=to_text("ord", other),
                order_number=str(orders[other].number),
                shares=[link.kind for link in links if link.other_id == other],
                ended=sorted(scores[other].ended) if other in scores else [],
            )
            for other in ids
        ],
    )


def _facts(review: Review, order: Order) -> dict[str, Any]:
    return {
        "order_id": to_text("ord", review.id),
        "order_number": str(order.number),
        "state": review.state,
        "amount": review.amount_minor,
        "currency": order.currency,
        "points": review.points,
        "opened_at": review.opened_at,
        "deadline": review.deadline,
        "judged_by": review.judged_by,
        "judgement": review.judgement,
    }


handlers = [
    Router("/api/v1/reviews", route_handlers=[reviews_listed, review_read, review_judged], tags=["trust"])
]

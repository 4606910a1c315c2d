"""Asking buyers of COD orders over the API: who has not answered, and what somebody heard."""

from datetime import datetime
from enum import StrEnum, auto
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.flows.hear_buyer import answer_by_hand, ask_again, waive_verification
from orderan.flows.views_asking import Turn, Unsaid, progress_of, unsaid_orders
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import to_text
from orderan.kit.runner import Runner
from orderan.orders import orders_by_id
from orderan.verification import (
    Attempt,
    AttemptEvent,
    AttemptState,
    Failure,
    Way,
    attempts_of,
)
from orderan.web.api.answering import READ, Cursor, PageSize, once, scope_of
from orderan.web.api.order_steps import Doing
from orderan.web.api.order_told import seen
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told
from orderan.web.cursors import cursor_of, read_cursor

Note = Annotated[str, Field(max_length=300)]


class AttemptTold(Told):
    """One call or message, and what came of it; cost in rupiah."""

    way: Way
    state: AttemptState
    provider: str | None
    answer: str | None
    failure: Failure | None
    """Of one that asked nobody: why."""
    failure_code: str | None
    """What the provider called it."""
    note: str | None
    cost: int | None
    recording_url: str | None
    """For whoever may read personal data."""
    began_at: datetime
    moved_at: datetime


class VerificationTold(Told):
    """An order and where its buyer's word stands."""

    order_id: str
    verification: str
    commercial: str
    way: str | None
    """Of the policy's ways the one it is at; null where nothing runs."""
    tried: int | None
    tries: int | None
    attempts: list[AttemptTold]


class WaitingTold(Told):
    """An order whose buyer has not given their word."""

    order_id: str
    number: str
    total: int
    currency: str
    verification: str
    turn: Turn
    way: str | None
    attempts: int
    tried: int | None
    """Tries of the way it is at, by now."""
    tries: int | None
    """Of how many."""
    may_ring_at: datetime
    """From when on the buyer's telephone may ring."""
    placed_at: datetime
    next_at: datetime | None
    deadline: datetime | None
    wants_deposit: bool
    """Whether a deposit is waited for in place of their word."""
    over: bool
    """Whether every way was tried, and only the deadline is waited for."""
    failed_way: Way | None
    """Of the last try that is over, where that one asked nobody."""
    failure: Failure | None
    """Why it did not."""
    failure_code: str | None
    """What its provider called it."""


class WaitingsTold(Told):
    """A page of them, the longest waiting first."""

    data: list[WaitingTold]
    next_cursor: str | None


class Word(StrEnum):
    """What was heard: yes, no, or nobody."""

    CONFIRMED = auto()
    REFUSED = auto()
    MISSED = auto()


EVENTS: Final = {
    Word.CONFIRMED: AttemptEvent.CONFIRM,
    Word.REFUSED: AttemptEvent.REFUSE,
    Word.MISSED: AttemptEvent.MISS,
}


class AnswerAsked(Asked):
    """What the buyer said; a refusal has to say why."""

    answer: Word
    note: Note = ""


class WaiveAsked(Asked):
    """Why the order goes on without its buyer's word."""

    reason: Annotated[str, Field(min_length=1, max_length=300)]


@get(
    "/verifications",
    summary="Orders that wait for their buyer's word",
    opt={"needs": Permission.ORDERS_READ},
    responses=READ,
)
async def waiting_listed(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    turn: Annotated[Turn | None, QueryParameter(description="Whose move it is")] = None,
    cursor: Cursor = "",
    limit: PageSize = 50,
) -> WaitingsTold:
    """The longest waiting first: `call` an agent, `wait` for another way, `unreachable` for a decision."""
    rows = await db.run(
        caller,
        lambda tx: unsaid_orders(
            tx, scope_of(principal), turn=turn, after=read_cursor(cursor), limit=limit + 1, now=now
        ),
    )
    shown = rows[:limit]
    return WaitingsTold(
        data=[_waiting_told(row) for row in shown],
        next_cursor=cursor_of(shown[-1].placed_at, shown[-1].id) if len(rows) > limit else None,
    )


def _waiting_told(row: Unsaid) -> WaitingTold:
    return WaitingTold(
        order_id=to_text("ord", row.id),
        number=str(row.number),
        total=row.total_minor,
        currency=row.currency,
        verification=row.verification,
        turn=row.turn,
        way=row.way,
        attempts=row.attempts,
        tried=row.progress.tried if row.progress else None,
        tries=row.progress.tries if row.progress else None,
        may_ring_at=row.may_ring_at,
        placed_at=row.placed_at,
        next_at=row.next_at,
        deadline=row.deadline,
        wants_deposit=row.wants_deposit,
        over=row.over,
        failed_way=row.failed.way if row.failed else None,
        failure=row.failed.failure if row.failed else None,
        failure_code=row.failed.failure_code if row.failed else None,
    )


@get(
    "/verifications/{order_id:str}",
    summary="What was tried to have a buyer's word",
    opt={"needs": Permission.ORDERS_READ},
    responses=READ,
)
async def verification_read(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    order_id: FromPath[str],
) -> VerificationTold:
    """Every attempt, the oldest first."""

    async def read(tx: Tx) -> VerificationTold:
        return await _verification(tx, principal, await seen(tx, principal, order_id))

    return await db.run(caller, read)


async def _verification(tx: Tx, principal: Principal, order_id: UUID) -> VerificationTold:
    order = (await orders_by_id(tx, [order_id]))[order_id]
    progress = await progress_of(tx, order_id)
    hears = principal.may(Permission.PERSONAL_READ)
    return VerificationTold(
        order_id=to_text("ord", order_id),
        verification=order.verification,
        commercial=order.commercial,
        way=progress.way if progress else None,
        tried=progress.tried if progress else None,
        tries=progress.tries if progress else None,
        attempts=[attempt_told(one, hears=hears) for one in await attempts_of(tx, order_id)],
    )


def attempt_told(one: Attempt, *, hears: bool) -> AttemptTold:
    """What is told of an attempt.

    Args:
        hears: Whether whoever asks may hear what was recorded.
    """
    return AttemptTold(
        way=one.way,
        state=one.state,
        provider=one.provider,
        answer=one.answer,
        failure=one.failure,
        failure_code=one.failure_code,
        note=one.note,
        cost=one.cost_minor,
        recording_url=one.recording_url if hears else None,
        began_at=one.began_at,
        moved_at=one.moved_at,
    )


async def _done(
    request: Request[Any, Any, Any],
    principal: Principal,
    runner: Runner,
    key: str,
    order_id: str,
    doing: Doing,
    now: datetime,
) -> VerificationTold:
    async def command(tx: Tx) -> VerificationTold:
        found = await seen(tx, principal, order_id)
        await doing(tx, found)
        return await _verification(tx, principal, found)

    return await once(request, principal, runner, key, command, now=now)


@post(
    "/verifications/{order_id:str}/answer",
    summary="Write down a buyer's word",
    opt={"needs": Permission.ORDERS_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def answer_written(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    order_id: FromPath[str],
    data: AnswerAsked,
    idempotency_key: IdempotencyKey,
) -> VerificationTold:
    """The first answer decides: confirmed, work may begin; refused, it is cancelled and its stock is free."""

    async def doing(tx: Tx, found: UUID) -> None:
        await answer_by_hand(tx, found, EVENTS[data.answer], note=data.note, now=now)

    return await _done(request, principal, runner, idempotency_key, order_id, doing, now)


@post(
    "/verifications/{order_id:str}/waive",
    summary="Go on without a buyer's word",
    opt={"needs": Permission.ORDERS_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def verification_waived(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    order_id: FromPath[str],
    data: WaiveAsked,
    idempotency_key: IdempotencyKey,
) -> VerificationTold:
    """The reason stands in the order's timeline."""

    async def doing(tx: Tx, found: UUID) -> None:
        await waive_verification(tx, found, reason=data.reason, now=now)

    return await _done(request, principal, runner, idempotency_key, order_id, doing, now)


@post(
    "/verifications/{order_id:str}/ask-again",
    summary="Begin anew to ask a buyer",
    opt={"needs": Permission.ORDERS_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def asked_again(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    order_id: FromPath[str],
    idempotency_key: IdempotencyKey,
) -> VerificationTold:
    """Of a buyer nobody reached, by the policy as it is now."""

    async def doing(tx: Tx, found: UUID) -> None:
        await ask_again(tx, found, now=now)

    return await _done(request, principal, runner, idempotency_key, order_id, doing, now)


handlers = [
    Router(
        "/api/v1",
        route_handlers=[
            waiting_listed,
            verification_read,
            answer_written,
            verification_waived,
            asked_again,
        ],
        tags=["verification"],
    )
]

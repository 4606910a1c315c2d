"""Asking buyers of COD orders over the API: the policy, who has not answered, and what somebody heard."""

from datetime import datetime
from enum import StrEnum, auto
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Request, Router, get, post, put
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
    DayPolicy,
    Policy,
    Rule,
    Silence,
    Step,
    Verdict,
    Way,
    When,
    attempts_of,
    keep_policy,
    plain,
    policy_now,
)
from orderan.web.api.answering import READ, Cursor, PageSize, once, scope_of
from orderan.web.api.order_steps import Doing
from orderan.web.api.order_told import seen
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told
from orderan.web.cursors import cursor_of, read_cursor

Amount = Annotated[int | None, Field(ge=0, le=10**15)]
Count = Annotated[int | None, Field(ge=0, le=1_000_000)]
Minutes = Annotated[int, Field(ge=0, le=100_000)]
Hour = Annotated[int, Field(ge=0, le=24)]
Area = Annotated[str, Field(min_length=2, max_length=13)]
Note = Annotated[str, Field(max_length=300)]
OWN: Final = Policy()
"""What is followed where nobody wrote anything."""


class WhenShape(Asked):
    """Conditions that all have to hold; what is null always holds. Areas are beginnings of official codes."""

    at_least_minor: Amount = None
    at_most_minor: Amount = None
    areas: Annotated[list[Area], Field(default_factory=list, max_length=100)]
    first_order: bool | None = None
    delivered_at_least: Count = None
    refused_at_most: Count = None
    score_at_least: Count = None


class RuleShape(Asked):
    """The first rule whose conditions hold decides."""

    name: Annotated[str, Field(max_length=80)]
    when: WhenShape
    verdict: Verdict


class StepShape(Asked):
    """A way to ask, and how patiently."""

    way: Way
    tries: Minutes
    answer_minutes: Minutes
    spacing_minutes: Minutes
    by_number: Annotated[bool, Field(description="Of a call: the order's number is keyed in to say yes")] = (
        False
    )
    record: Annotated[
        bool, Field(description="Of a call: the provider records it, and the buyer is told so")
    ] = False


class DayShape(Asked):
    """How buyers are asked, on the day a parcel comes, whether somebody is home; hours of their own day."""

    everyone: Annotated[
        bool, Field(description="Those who paid before too; else only those who pay at the door")
    ] = False
    steps: Annotated[list[StepShape], Field(max_length=20)]
    from_hour: Hour
    to_hour: Hour


class AskingPolicyAsked(Asked):
    """The whole policy; `version` is the one it was made from, 0 for none."""

    version: Annotated[int, Field(ge=0, le=2**31 - 1)]
    rules: Annotated[list[RuleShape], Field(max_length=100)]
    steps: Annotated[list[StepShape], Field(max_length=20)]
    from_hour: Hour
    to_hour: Hour
    deadline_hours: Annotated[int, Field(ge=0, le=10_000)]
    silence: Silence
    deposit_percent: Annotated[
        int, Field(ge=0, le=100, description="Of the total, where silence is a deposit")
    ] = OWN.deposit_percent
    deposit_hours: Annotated[int, Field(ge=0, le=10_000, description="How long it may be paid")] = (
        OWN.deposit_hours
    )
    asks: Annotated[
        bool, Field(description="False asks nobody before shipping: COD orders are picked at once")
    ] = True
    on_the_day: Annotated[DayShape | None, Field(description="Null where nobody is asked on the day")] = None


class PolicyTold(Told):
    """What holds for orders to come; version 0 where nobody wrote one: the shop's own people ask everybody."""

    version: int
    rules: list[RuleShape]
    steps: list[StepShape]
    from_hour: int
    to_hour: int
    deadline_hours: int
    silence: Silence
    deposit_percent: int
    deposit_hours: int
    asks: bool
    on_the_day: DayShape | None


class AttemptTold(Told):
    """One call or message, and what came of it; cost in rupiah."""

    way: Way
    state: AttemptState
    provider: str | None
    answer: str | None
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
    "/verification-policy",
    summary="How COD buyers are asked",
    opt={"needs": Permission.SETTINGS_READ},
    responses=READ,
)
async def policy_read(db: NamedDependency[Database], caller: NamedDependency[Caller]) -> PolicyTold:
    """The version for orders to come."""
    found = await db.run(caller, policy_now)
    return _policy_told(found.version if found else 0, found.policy if found else OWN)


@put(
    "/verification-policy",
    summary="Set how COD buyers are asked",
    opt={"needs": Permission.SETTINGS_WRITE},
    responses=REFUSED,
)
async def policy_put(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    now: NamedDependency[datetime],
    data: AskingPolicyAsked,
) -> PolicyTold:
    """Writes the next version; orders that are being asked about keep theirs. The same again changes nothing."""
    policy = Policy(
        rules=tuple(Rule(one.name, _when(one.when), one.verdict) for one in data.rules),
        steps=tuple(Step(**one.model_dump()) for one in data.steps),
        from_hour=data.from_hour,
        to_hour=data.to_hour,
        deadline_hours=data.deadline_hours,
        silence=data.silence,
        asks=data.asks,
        deposit_percent=data.deposit_percent,
        deposit_hours=data.deposit_hours,
        on_the_day=_on_the_day(data.on_the_day),
    )
    version = await db.run(caller, lambda tx: keep_policy(tx, policy, expected=data.version, now=now))
    return _policy_told(version, policy)


def _on_the_day(asked: DayShape | None) -> DayPolicy | None:
    if asked is None:
        return None
    steps = tuple(Step(**one.model_dump()) for one in asked.steps)
    return DayPolicy(asked.everyone, steps, asked.from_hour, asked.to_hour)


def _policy_told(version: int, policy: Policy) -> PolicyTold:
    return PolicyTold.model_validate({"version": version} | plain(policy))


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
    )


def _when(asked: WhenShape) -> When:
    return When(**asked.model_dump() | {"areas": tuple(asked.areas)})


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
            policy_read,
            policy_put,
            waiting_listed,
            verification_read,
            answer_written,
            verification_waived,
            asked_again,
        ],
        tags=["verification"],
    )
]

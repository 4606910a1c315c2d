"""Orders that were not taken, over the API: why, what buyers say to it, and the answers.

A buyer appeals through whatever placed the order: its key needs what placing needs, and no more.
"""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.trust import (
    DENIAL_PREFIX,
    Denial,
    DenialEvent,
    DenialNotFound,
    DenialState,
    Outcome,
    appeal,
    denial,
    denials,
    judge,
)
from orderan.web.api.answering import READ, Cursor, PageSize, once
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told
from orderan.web.cursors import cursor_of, read_cursor
from orderan.web.principal import require_whole_shop

Words = Annotated[str, Field(min_length=1, max_length=200)]


class AppealAsked(Asked):
    """What the buyer says to it, without names and numbers."""

    words: Words


class AnsweredAsked(Asked):
    """What was decided: uphold leaves the denial, overturn lets the buyer's phone through for thirty days."""

    decision: Literal["uphold", "overturn"]
    words: Words


class AppealTold(Told):
    """An appeal that waits for its answer."""

    id: str
    state: DenialState
    outcome: Outcome
    reasons: list[str] = Field(description="The three weightiest, as codes")
    appealed_at: datetime | None


class DenialTold(AppealTold):
    """An order that was not taken, or not on these terms; the amount is in rupiah."""

    at: datetime
    terms: Literal["cod", "prepaid"]
    amount: int
    channel_id: str | None
    points: int
    area: str | None = Field(description="The district's code, where it is known")
    first_time: bool
    appeal: str | None
    judged_at: datetime | None
    judgement: str | None


class DenialsTold(Told):
    """A page of denials."""

    data: list[DenialTold]
    next_cursor: str | None


@get("/", summary="List orders that were not taken", opt={"needs": Permission.TRUST_READ}, responses=READ)
async def denials_listed(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    standing_in: Annotated[DenialState | None, QueryParameter(name="state")] = None,
    cursor: Cursor = "",
    limit: PageSize = 50,
) -> DenialsTold:
    """The newest first; those in state `appealed` wait for an answer."""
    require_whole_shop(principal, Permission.TRUST_READ)

    async def read(tx: Tx) -> DenialsTold:
        rows = await denials(tx, limit=limit + 1, state=standing_in, before=read_cursor(cursor))
        more = cursor_of(rows[limit - 1].at, rows[limit - 1].id) if len(rows) > limit else None
        return DenialsTold(data=[_told(one) for one in rows[:limit]], next_cursor=more)

    return await db.run(caller, read)


@get("/{denial_id:str}", summary="A denial", opt={"needs": Permission.TRUST_READ}, responses=READ)
async def denial_read(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    denial_id: FromPath[str],
) -> DenialTold:
    """With its reasons, and what came of an appeal."""
    require_whole_shop(principal, Permission.TRUST_READ)
    found = from_text(DENIAL_PREFIX, denial_id)

    async def read(tx: Tx) -> DenialTold:
        return _told(await _one(tx, found))

    return await db.run(caller, read)


@post(
    "/{denial_id:str}/appeal",
    summary="A buyer does not agree",
    opt={"needs": Permission.ORDERS_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def denial_appealed(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    denial_id: FromPath[str],
    data: AppealAsked,
    idempotency_key: IdempotencyKey,
) -> AppealTold:
    """Once for each denial, with the `denial_id` that `terms_denied` told; a person answers."""

    async def command(tx: Tx) -> AppealTold:
        found = from_text(DENIAL_PREFIX, denial_id)
        _require_sight(principal, await _one(tx, found))
        await appeal(tx, found, data.words, now=now)
        return AppealTold(**_appeal(await _one(tx, found)))

    return await once(request, principal, runner, idempotency_key, command, now=now)


@post(
    "/{denial_id:str}/judge",
    summary="Answer an appeal",
    opt={"needs": Permission.TRUST_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def denial_judged(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    denial_id: FromPath[str],
    data: AnsweredAsked,
    idempotency_key: IdempotencyKey,
) -> DenialTold:
    """Refused as `illegal_move` where nobody appealed, or it is answered."""
    require_whole_shop(principal, Permission.TRUST_WRITE)

    async def command(tx: Tx) -> DenialTold:
        found = from_text(DENIAL_PREFIX, denial_id)
        await judge(tx, found, DenialEvent(data.decision), data.words, now=now)
        return _told(await _one(tx, found))

    return await once(request, principal, runner, idempotency_key, command, now=now)


async def _one(tx: Tx, denial_id: UUID) -> Denial:
    found = await denial(tx, denial_id)
    if found is None:
        raise DenialNotFound.of(denial_id)
    return found


def _require_sight(principal: Principal, found: Denial) -> None:
    """What was not taken was at no location yet, so only its channel counts.

    Raises:
        DenialNotFound: It came through a channel outside the scope.
    """
    if principal.channel_ids is not None and found.channel_id not in principal.channel_ids:
        raise DenialNotFound.of(found.id)


def _appeal(one: Denial) -> dict[str, Any]:
    return {
        "id": to_text(DENIAL_PREFIX, one.id),
        "state": one.state,
        "outcome": one.outcome,
        "reasons": list(one.reasons),
        "appealed_at": one.appealed_at,
    }


def _told(one: Denial) -> DenialTold:
    return DenialTold(
        **_appeal(one),
        at=one.at,
        terms="cod" if one.way == "cod" else "prepaid",
        amount=one.amount_minor,
        channel_id=to_text("chn", one.channel_id) if one.channel_id else None,
        points=one.points,
        area=one.area or None,
        first_time=one.first_time,
        appeal=one.appeal,
        judged_at=one.judged_at,
        judgement=one.judgement,
    )


handlers = [
    Router(
        "/api/v1/denials",
        route_handlers=[denials_listed, denial_read, denial_appealed, denial_judged],
        tags=["trust"],
    )
]

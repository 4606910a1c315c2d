"""How routes under /api/v1 answer: once per idempotency key, within the caller's scope, by pages."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any, TypeVar, cast

import msgspec
from litestar import Request, Response
from litestar.params import QueryParameter

from orderan.access import NotSignedIn, Principal, key_still_stands
from orderan.kit.db import Tx
from orderan.kit.errors import Refusal
from orderan.kit.runner import Answer, Runner
from orderan.orders import Scope
from orderan.web.api.shapes import Problem, Told, answers, key_of
from orderan.web.errors import STATUS, refusal_problem, request_id_of, words_of

T = TypeVar("T", bound=Told)

MOST_LISTED = 200
MOST_MINOR = 10**15

Cursor = Annotated[str, QueryParameter(max_length=120, description="`next_cursor` of the page before")]
PageSize = Annotated[int, QueryParameter(ge=1, le=MOST_LISTED)]

READ = {
    400: answers(Problem, "Not the shape this document promises; every wrong field at once"),
    401: answers(Problem, "No valid API key"),
    403: answers(Problem, "The key lacks the permission"),
    404: answers(Problem, "There is none of this id in the key's scope"),
    422: answers(Problem, "Refers to something that cannot be used: not_a_cursor"),
    503: answers(Problem, "Too busy or the database is away; nothing was changed"),
}
"""What a reading route may answer instead."""


def scope_of(principal: Principal) -> Scope:
    """The channels and locations of whoever asks."""
    return Scope(principal.channel_ids, principal.location_ids)


async def require_key(tx: Tx, principal: Principal) -> None:
    """The key was looked up before the body came, which may have taken its time.

    Raises:
        NotSignedIn: It was revoked meanwhile.
    """
    if principal.key_id and not await key_still_stands(tx, [principal.key_id]):
        raise NotSignedIn


async def once(
    request: Request[Any, Any, Any],
    principal: Principal,
    runner: Runner,
    idempotency_key: str,
    command: Callable[[Tx], Awaitable[T]],
    *,
    now: datetime,
    status: int = 200,
) -> T:
    """Run a command under its idempotency key and answer with what it tells, or told the first time.

    The answer goes out as the bytes that were kept; the type is what the document promises of them.
    """
    spoken, request_id = words_of(request), request_id_of(request)

    async def answered(tx: Tx) -> Answer:
        await require_key(tx, principal)
        return Answer(status, (await command(tx)).model_dump_json().encode())

    def refused(refusal: Refusal) -> Answer:
        document = refusal_problem(refusal, spoken, request_id=request_id)
        return Answer(STATUS[refusal.kind], msgspec.json.encode(document))

    key = await key_of(request, principal, idempotency_key)
    answer = await runner.once(principal.caller(request_id), key, answered, refused=refused, now=now)
    media = "application/json" if answer.status < 400 else "application/problem+json"
    return cast("T", Response(answer.body, status_code=answer.status, media_type=media))


def told_after(
    work: Callable[[Tx], Awaitable[object]], tell: Callable[[Tx], Awaitable[T]]
) -> Callable[[Tx], Awaitable[T]]:
    """A command that does its work and answers with how things stand then."""

    async def command(tx: Tx) -> T:
        await work(tx)
        return await tell(tx)

    return command


def problem_of(request: Request[Any, Any, Any], refusal: Refusal) -> Problem:
    """A refusal of one row of many, as it would have been told alone."""
    document = refusal_problem(refusal, words_of(request), request_id=request_id_of(request))
    return Problem.model_validate(document)

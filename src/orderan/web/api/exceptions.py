"""The exception inbox over the API."""

from datetime import datetime
from typing import Annotated, Any, Literal

from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.flows.close_entry import close_entries
from orderan.flows.views_inbox import EntryRow, entry_list, one_entry
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.web.api.answering import READ, Cursor, PageSize, once, scope_of
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told
from orderan.web.errors import words_of

MOST_CLOSED = 500


class ExceptionTold(Told):
    """Something that is stuck; `payload` is what a person needs to mend it."""

    id: str
    kind: str
    reason: str
    state: str
    order_id: str | None
    money_at_stake: int
    currency: str
    deadline: datetime | None
    next_step: str
    payload: dict[str, Any]
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    closing_note: str | None


class ExceptionsTold(Told):
    """A page of entries."""

    data: list[ExceptionTold]
    next_cursor: str | None


class ClosedAsked(Asked):
    """Entries a person is done with, and why."""

    exceptions: Annotated[
        list[Annotated[str, Field(max_length=40)]], Field(min_length=1, max_length=MOST_CLOSED)
    ]
    outcome: Literal["resolved", "dismissed"]
    note: Annotated[str, Field(min_length=1, max_length=1000)]


class ClosedTold(Told):
    """Entries as they stand now."""

    data: list[ExceptionTold]


def entry_told(row: EntryRow, request: Request[Any, Any, Any]) -> ExceptionTold:
    return ExceptionTold(
        id=to_text("exc", row.id),
        kind=row.kind,
        reason=row.reason,
        state=row.state,
        order_id=to_text("ord", row.subject_id) if row.subject_kind == "order" and row.subject_id else None,
        money_at_stake=row.money_minor,
        currency=row.currency,
        deadline=row.deadline,
        next_step=words_of(request).gettext(row.next_step),
        payload=row.payload,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        closed_by=row.closed_by,
        closing_note=row.closing_note,
    )


@get("/", summary="List what is stuck", opt={"needs": Permission.INBOX_READ}, responses=READ)
async def exceptions_listed(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    standing_in: Annotated[Literal["open", "resolved", "dismissed"], QueryParameter(name="state")] = "open",
    kind: FromQuery[str | None] = None,
    by: FromQuery[Literal["money", "deadline"]] = "money",
    cursor: Cursor = "",
    limit: PageSize = 50,
) -> ExceptionsTold:
    """What costs most on top, or what is late."""
    after = from_text("exc", cursor) if cursor else None

    async def read(tx: Tx) -> ExceptionsTold:
        rows = await entry_list(
            tx, scope_of(principal), state=standing_in, kind=kind, by=by, after=after, limit=limit + 1
        )
        more = to_text("exc", rows[limit - 1].id) if len(rows) > limit else None
        return ExceptionsTold(data=[entry_told(row, request) for row in rows[:limit]], next_cursor=more)

    return await db.run(caller, read)


@get(
    "/{entry_id:str}", summary="One thing that is stuck", opt={"needs": Permission.INBOX_READ}, responses=READ
)
async def exception_read(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    entry_id: FromPath[str],
) -> ExceptionTold:
    """With its payload."""
    found = from_text("exc", entry_id)

    async def read(tx: Tx) -> ExceptionTold:
        return entry_told(await one_entry(tx, scope_of(principal), found), request)

    return await db.run(caller, read)


@post(
    "/close",
    summary="Resolve or dismiss entries",
    opt={"needs": Permission.INBOX_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def exceptions_closed(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: ClosedAsked,
    idempotency_key: IdempotencyKey,
) -> ClosedTold:
    """All of them or none. What is still stuck after a while comes back."""

    async def command(tx: Tx) -> ClosedTold:
        ids = list(dict.fromkeys(from_text("exc", entry) for entry in data.exceptions))
        scope = scope_of(principal)
        await close_entries(tx, scope, ids, state=data.outcome, note=data.note, now=now)
        return ClosedTold(data=[entry_told(await one_entry(tx, scope, entry), request) for entry in ids])

    return await once(request, principal, runner, idempotency_key, command, now=now)


handlers = [
    Router(
        "/api/v1/exceptions",
        route_handlers=[exceptions_listed, exception_read, exceptions_closed],
        tags=["exceptions"],
    )
]

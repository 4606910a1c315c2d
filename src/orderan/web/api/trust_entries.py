"""Lists over the API: whom the shop never takes orders from, and whom it always does."""

from datetime import datetime
from typing import Annotated, Any, Literal

from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from pydantic import AwareDatetime, Field

from orderan.access import Permission, Principal
from orderan.flows.list_buyers import LONGEST, Typed, list_typed
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.trust import ENTRY_PREFIX, Entry, KeyKind, ListVerdict, entries, take_off_list
from orderan.web.api.answering import READ, Cursor, PageSize, once
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told
from orderan.web.cursors import cursor_of, read_cursor
from orderan.web.principal import require_whole_shop


class EntryAsked(Asked):
    """Something to put on a list; what it is made from is kept nowhere."""

    kind: Literal["phone", "address", "email", "domain", "device", "network", "card"]
    value: Annotated[str, Field(min_length=1, max_length=LONGEST)] = Field(
        description="As people write it: a phone, a street line, an e-mail address, a domain, a device's name,"
        " an IP address, the first six to eight digits of a card"
    )
    village_code: Annotated[str | None, Field(max_length=13)] = Field(
        default=None, description="Of an address: its kelurahan, 13 characters with dots"
    )
    verdict: ListVerdict
    reason: Annotated[str, Field(min_length=1, max_length=200)]
    expires_at: AwareDatetime | None = None


class EntryTold(Told):
    """Something on a list; `shown` stands for it, masked."""

    id: str
    kind: KeyKind
    verdict: ListVerdict
    shown: str
    reason: str
    made_by: str
    made_at: datetime
    expires_at: datetime | None


class EntriesTold(Told):
    """A page of what stands on the lists now."""

    data: list[EntryTold]
    next_cursor: str | None


class RemovedTold(Told):
    """It is on no list any more."""

    id: str


@get("/", summary="List what is blocked and allowed", opt={"needs": Permission.TRUST_READ}, responses=READ)
async def entries_listed(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    cursor: Cursor = "",
    limit: PageSize = 50,
) -> EntriesTold:
    """The newest first, without what has run out."""
    require_whole_shop(principal, Permission.TRUST_READ)
    place = read_cursor(cursor)
    rows = await db.run(caller, lambda tx: entries(tx, now=now, limit=limit + 1, before=place))
    more = cursor_of(rows[limit - 1].made_at, rows[limit - 1].id) if len(rows) > limit else None
    return EntriesTold(data=[_told(one) for one in rows[:limit]], next_cursor=more)


@post(
    "/",
    summary="Block or allow",
    opt={"needs": Permission.TRUST_WRITE},
    status_code=201,
    responses=REFUSED,
)
async def entry_added(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    keyring: NamedDependency[Keyring],
    now: NamedDependency[datetime],
    data: EntryAsked,
    idempotency_key: IdempotencyKey,
) -> EntryTold:
    """From the next order on; refused as `trust_entry_there` while it stands on a list."""
    require_whole_shop(principal, Permission.TRUST_WRITE)
    typed = Typed(KeyKind(data.kind), data.value, data.village_code)

    async def command(tx: Tx) -> EntryTold:
        made = await list_typed(
            tx, keyring, typed, data.verdict, reason=data.reason, expires_at=data.expires_at, now=now
        )
        return _told(made)

    return await once(request, principal, runner, idempotency_key, command, now=now, status=201)


@post(
    "/{entry_id:str}/remove",
    summary="Take off its list",
    opt={"needs": Permission.TRUST_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def entry_removed(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    entry_id: FromPath[str],
    idempotency_key: IdempotencyKey,
) -> RemovedTold:
    """From the next order on it says nothing; that it stood there stays in the trail."""
    require_whole_shop(principal, Permission.TRUST_WRITE)

    async def command(tx: Tx) -> RemovedTold:
        await take_off_list(tx, from_text(ENTRY_PREFIX, entry_id), now=now)
        return RemovedTold(id=entry_id)

    return await once(request, principal, runner, idempotency_key, command, now=now)


def _told(entry: Entry) -> EntryTold:
    return EntryTold(
        id=to_text(ENTRY_PREFIX, entry.id),
        kind=entry.kind,
        verdict=entry.verdict,
        shown=entry.shown,
        reason=entry.reason,
        made_by=entry.made_by,
        made_at=entry.made_at,
        expires_at=entry.expires_at,
    )


handlers = [
    Router(
        "/api/v1/trust-entries", route_handlers=[entries_listed, entry_added, entry_removed], tags=["trust"]
    )
]

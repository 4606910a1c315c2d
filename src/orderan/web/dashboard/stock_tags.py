"""RFID in the dashboard: tags a reader types or somebody pastes, what they are, and booking them."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from orderan.access import Permission, Principal
from orderan.flows.read_tags import LotOf, book_tags, read_tags_for
from orderan.flows.views_tags import MOST_TOLD, TagHere, parcels_read, tags_of
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.ids import NotAnId, from_text, to_text
from orderan.marks import Read
from orderan.tagging import TAG_SESSION, TagPurpose, TagSession, hear_tags, list_sessions
from orderan.web.api.tags import MOST_READS, PREFIX, require_hand_over, session_seen, tagged_goods
from orderan.web.cursors import cursor_of, read_cursor
from orderan.web.dashboard.stock import READ, SHOWN, WRITE, Asking
from orderan.web.dashboard.stock_forms import read_date
from orderan.web.errors import sentence
from orderan.web.forms import Fields, numbered, one, posted, taken_once
from orderan.web.here import place_of
from orderan.web.pages import page
from orderan.web.stock_scope import LOCATION, places_of

PURPOSES: Final = {
    "receipt": (N_("Barang masuk"), "package-import"),
    "count": (N_("Hitung stok"), "list-check"),
    "dispatch": (N_("Serah ke kurir"), "truck-delivery"),
}
FAULTS: Final = N_("bukan tag unit atau karton")


def session_path(session_id: UUID) -> str:
    return f"/stock/tags/{to_text(TAG_SESSION, session_id)}"


@get("/stock/tags", opt=READ, include_in_schema=False)
async def sessions_page(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    after: FromQuery[str] = "",
) -> Response[str]:
    """What is read and was, the newest first, and a way to begin with goods that arrive."""

    async def read(tx: Tx) -> tuple[list[TagSession], dict[UUID, str], list[tuple[str, str]]]:
        found = await list_sessions(
            tx, within=principal.location_ids, after=read_cursor(after), limit=SHOWN + 1
        )
        places = await places_of(tx, principal)
        options = [(to_text(LOCATION, place.id), place.name) for place in places if place.active]
        return found, {place.id: place.name for place in places}, options

    found, names, places = await db.run(caller, read)
    last = found[SHOWN - 1] if len(found) > SHOWN else None
    return page(
        request,
        "stock/tag_sessions.html",
        sessions=found[:SHOWN],
        names=names,
        places=places,
        purposes=PURPOSES,
        session_path=session_path,
        older=cursor_of(last.opened_at, last.id) if last else None,
        may_write=principal.may(Permission.INVENTORY_WRITE),
    )


@post("/stock/tags", opt=WRITE, include_in_schema=False, status_code=200)
async def session_opened(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Begin to read, for a place, a part of a stock-take or a pick-up."""
    form = await posted(request)
    if one(form, "purpose") not in set(TagPurpose):
        raise NotAnId
    purpose = TagPurpose(one(form, "purpose"))
    target = from_text(PREFIX[purpose], one(form, "target"))

    async def command(tx: Tx) -> TagSession:
        require_hand_over(principal, purpose)
        return await read_tags_for(tx, purpose, target, within=principal.location_ids, now=now)

    made = await db.run(caller, taken_once(form, command, now=now))
    return Redirect(session_path(made.id), status_code=303)


@get("/stock/tags/{session_id:str}", opt=READ, include_in_schema=False)
async def session_page(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    session_id: FromPath[str],
    said: FromQuery[str] = "",
) -> Response[str]:
    """What was read, each tag once."""
    return await _session(request, db, caller, principal, session_id, said=said)


async def _session(
    request: Asking,
    db: Database,
    caller: Caller,
    principal: Principal,
    session_id: str,
    *,
    said: str = "",
    typed: str = "",
    form: Fields | None = None,
    general: str = "",
) -> Response[str]:
    async def read(tx: Tx) -> tuple[TagSession, list[TagHere], dict[UUID, str], tuple[list[str], list[str]]]:
        session = await session_seen(tx, principal, session_id)
        names = {place.id: place.name for place in await places_of(tx, principal)}
        tags = await tags_of(tx, session.id)
        on_the_way = session.purpose is TagPurpose.DISPATCH
        return session, tags, names, await parcels_read(tx, tags) if on_the_way else ([], [])

    session, tags, names, (parcels, loose) = await db.run(caller, read)
    unknown = [tag for tag in tags if tag.sku_id is None and tag.sscc is None]
    bare = sorted({tag.sku or "" for tag in tags if tag.sku_id and tag.lot_tracked and not tag.lot})
    return page(
        request,
        "stock/tag_session.html",
        status_code=409 if general else 200,
        session=session,
        path=session_path(session.id),
        place=names.get(session.location_id, ""),
        purposes=PURPOSES,
        target=_target(session),
        tags=len(tags),
        goods=tagged_goods(tags),
        cartons=[tag for tag in tags if tag.sscc],
        unknown=unknown[:MOST_TOLD],
        unknown_tags=len(unknown),
        fault=FAULTS,
        parcels=parcels,
        loose=loose[:MOST_TOLD],
        bare=bare,
        before=sum(tag.sku_id is not None and not tag.is_new for tag in tags),
        lots=numbered(form, "lot_") if form else {},
        expiries=numbered(form, "expires_on_") if form else {},
        expected=bool(form and one(form, "expected")),
        again=bool(form and one(form, "again")),
        typed=typed,
        said=said,
        general=general,
        may_write=principal.may(Permission.INVENTORY_WRITE),
    )


def _target(session: TagSession) -> str:
    """The page of what tags are read for."""
    text = to_text(PREFIX[session.purpose], session.target_id)
    if session.purpose is TagPurpose.COUNT:
        return f"/stock/counting/{text}"
    return f"/warehouse/manifests/{text}" if session.purpose is TagPurpose.DISPATCH else "/stock/movements"


@post("/stock/tags/{session_id:str}/{verb:str}", opt=WRITE, include_in_schema=False, status_code=200)
async def session_turned(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    session_id: FromPath[str],
    verb: FromPath[str],
) -> Response[Any]:
    """Add tags, one a line; or book what was read."""
    form = await posted(request)
    wanted = from_text(TAG_SESSION, session_id)
    within = principal.location_ids
    typed = one(form, "tags")

    async def command(tx: Tx) -> None:
        require_hand_over(principal, (await session_seen(tx, principal, session_id)).purpose)
        if verb == "read":
            reads = [Read(epc[:128], 0, now) for epc in typed.split()[:MOST_READS]]
            await hear_tags(tx, wanted, reads, within=within)
        elif verb == "book":
            await book_tags(
                tx,
                wanted,
                lots=_lots(form),
                expected=bool(one(form, "expected")),
                again=bool(one(form, "again")),
                within=within,
                now=now,
            )
        else:
            raise NotAnId

    try:
        await db.run(caller, taken_once(form, command, now=now))
    except Refusal as refusal:
        told = sentence(refusal, place_of(request).words)
        return await _session(
            request, db, caller, principal, session_id, typed=typed, form=form, general=told
        )
    return Redirect(f"{session_path(wanted)}?said={verb}", status_code=303)


def _lots(form: Fields) -> list[LotOf]:
    """Lots of the rows that have one."""
    skus, expiries = numbered(form, "sku_"), numbered(form, "expires_on_")
    return [
        LotOf(skus[number], lot.strip()[:64], read_date(expiries.get(number, "")))
        for number, lot in numbered(form, "lot_").items()
        if lot.strip() and number in skus
    ]


handlers: list[Any] = [sessions_page, session_opened, session_page, session_turned]

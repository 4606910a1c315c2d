"""Orders in the dashboard: the list with its filters, views, export, and actions on many at once."""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.exceptions import ValidationException
from litestar.params import FromPath
from litestar.response import Redirect, Stream

from orderan.access import NotAllowed, Permission, Principal
from orderan.customers import Card, CustomerState, Field, customer_cards, note_reading
from orderan.flows.bulk_orders import AT_ONCE, MOST, Verb, start, work_off
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import N_, Kind, Refusal, catalogue
from orderan.kit.i18n import Words
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.orders import (
    EVERYTHING,
    Filters,
    Found,
    HoldKind,
    Key,
    Listed,
    OrderNotFound,
    Row,
    bulk,
    bulk_rows,
    clean_tag,
    delete_view,
    insert_view,
    list_orders,
    load_orders,
    tags_of_many,
    understand,
    visible,
)
from orderan.web.dashboard.order_filters import (
    PAGE,
    PARAMETERS,
    TABS,
    Asked,
    Choices,
    asked_for,
    chips,
    choices,
    scope_of,
    write_key,
)
from orderan.web.dashboard.order_looks import LABELS, path_of, reader_of
from orderan.web.dashboard.order_words import names_of
from orderan.web.errors import sentence
from orderan.web.forms import many, one, posted, sent_once, taken_once
from orderan.web.here import place_of
from orderan.web.pages import page

Asking = Request[Any, Any, Any]
SHOWN: Final = 50
CHUNK: Final = 500

Word = TypeVar("Word", bound=StrEnum)


class NothingChosen(Refusal):
    """No order was chosen, or none of them is within reach."""

    code = "nothing_chosen"
    kind = Kind.INVALID
    sentence = N_("Pilih dulu pesanannya.")


class TooManyChosen(Refusal):
    """More orders than one action may have."""

    code = "too_many_chosen"
    kind = Kind.INVALID
    sentence = N_("Terlalu banyak pesanan untuk satu kali jalan. Persempit dulu filternya.")


@get("/orders", opt={"needs": Permission.ORDERS_READ}, include_in_schema=False)
async def orders_page(
    request: Asking, principal: Principal, caller: Caller, db: Database, keyring: Keyring, now: datetime
) -> Response[Any]:
    """The newest first, narrowed by what stands in the address."""
    place = place_of(request, now=now)
    said = request.query_params.get("said", "")

    async def read(tx: Tx) -> tuple[Choices, Asked, Found | None, Listed, dict[UUID, Card]]:
        known = await choices(tx, principal)
        asked = asked_for(place.query, known, principal.zone, now=now)
        found = await understand(tx, keyring, asked.text, asked.filters) if asked.text else None
        filters = found.filters if found else asked.filters
        listed = await list_orders(
            tx, filters, scope=scope_of(principal), after=asked.after, before=asked.before, limit=SHOWN
        )
        listed = await _with_tags(tx, listed)
        return known, asked, found, listed, await _cards(tx, keyring, principal, listed.rows)

    known, asked, found, listed, cards = await db.run(caller, read)
    if found and found.by == "number" and len(listed.rows) == 1:
        return Redirect(path_of(listed.rows[0].id), status_code=303)
    query = urlencode([(name, value) for name, value in place.query if name in PARAMETERS])
    return page(
        request,
        "orders/list.html",
        block="rows",
        now=now,
        rows=[_shown(row, cards) for row in listed.rows],
        older=write_key(listed.older),
        newer=write_key(listed.newer),
        paged=asked.after is not None or asked.before is not None,
        looked_back_to=listed.looked_back_to,
        found=found,
        q=asked.text,
        given=asked,
        chips=chips(place, known),
        tabs=_tabs(known, query, place.words),
        known=known,
        query=query,
        export_href=f"/orders/export.csv?{query}" if query else "/orders/export.csv",
        said=said,
        may_write=principal.may(Permission.ORDERS_WRITE),
        may_import=principal.may(Permission.IMPORTS_WRITE),
        may_pay=principal.may(Permission.PAYMENTS_WRITE),
        may_share=principal.may(Permission.SETTINGS_WRITE),
        at_once=AT_ONCE,
        **LABELS,
    )


async def _with_tags(tx: Tx, listed: Listed) -> Listed:
    tags = await tags_of_many(tx, [row.id for row in listed.rows])
    return replace(listed, rows=tuple(replace(row, tags=tags.get(row.id, ())) for row in listed.rows))


async def _cards(tx: Tx, keyring: Keyring, principal: Principal, rows: Sequence[Row]) -> dict[UUID, Card]:
    people = {row.customer_id for row in rows if row.customer_id}
    return await customer_cards(tx, keyring, people, reader=reader_of(principal))


def _shown(row: Row, cards: dict[UUID, Card]) -> dict[str, Any]:
    card = cards.get(row.customer_id) if row.customer_id else None
    return {
        "row": row,
        "id": to_text("ord", row.id),
        "buyer": card.name if card else "",
        "href": path_of(row.id),
    }


def _tabs(known: Choices, query: str, spoken: Words) -> list[dict[str, Any]]:
    views = [(spoken.gettext(label), its) for label, its in TABS]
    views += [(view.name, view.query) for view in known.views]
    made = [
        {
            "label": label,
            "href": f"/orders?{its}" if its else "/orders",
            "count": None,
            "current": its == query,
        }
        for label, its in views
    ]
    if not any(view["current"] for view in made):
        made.append(
            {
                "label": spoken.gettext("Hasil filter"),
                "href": f"/orders?{query}",
                "count": None,
                "current": True,
            }
        )
    return made


@post("/orders/views", opt={"needs": Permission.ORDERS_READ}, include_in_schema=False)
async def keep_view(
    request: Asking, principal: Principal, caller: Caller, runner: Runner, now: datetime
) -> Redirect:
    """Keep the filters of the list under a name, for oneself or for everybody."""
    form = await posted(request)
    query, name = one(form, "query"), one(form, "name").strip()[:60]
    shared = bool(one(form, "shared")) and principal.may(Permission.SETTINGS_WRITE)
    staff = None if shared else principal.staff_id
    if name:
        await runner.run(
            caller,
            taken_once(
                form,
                lambda tx: insert_view(tx, page=PAGE, staff_id=staff, name=name, query=query, now=now),
                now=now,
            ),
        )
    return Redirect(f"/orders?{query}", status_code=303)


@post("/orders/views/{view_id:str}/forget", opt={"needs": Permission.ORDERS_READ}, include_in_schema=False)
async def forget_view(
    principal: Principal, caller: Caller, runner: Runner, view_id: FromPath[str]
) -> Redirect:
    """Take a saved view off."""
    found = from_text("viw", view_id)
    shared = principal.may(Permission.SETTINGS_WRITE)
    await runner.run(
        caller, lambda tx: delete_view(tx, found, staff_id=principal.staff_id, shared_too=shared)
    )
    return Redirect("/orders", status_code=303)


NEEDS: Final = {Verb.PAY: Permission.PAYMENTS_WRITE}


@post("/orders/bulk", opt={"needs": Permission.ORDERS_READ}, include_in_schema=False)
async def bulk_asked(
    request: Asking,
    principal: Principal,
    caller: Caller,
    db: Database,
    keyring: Keyring,
    now: datetime,
) -> Redirect:
    """Do one thing to the chosen orders, or to all that the filter finds."""
    form = await posted(request)
    verb = _chosen_from(Verb, one(form, "verb"))
    principal_may(principal, NEEDS.get(verb, Permission.ORDERS_WRITE))
    arguments = _arguments(verb, one(form, "reason"), one(form, "tags"), one(form, "kind"))
    place = place_of(request, now=now)

    async def begin(tx: Tx) -> tuple[UUID, int]:
        # The tick stands in a dialog; the button of a payment stands outside it.
        if one(form, "whole") and verb is not Verb.PAY:
            query = parse_qsl(one(form, "query"))
            ids = await _whole(tx, keyring, principal, query, now=now)
        else:
            ids = await _chosen(tx, principal, many(form, "order_id"))
        if not ids:
            raise NothingChosen
        await sent_once(tx, form, now=now)
        return await start(tx, verb, arguments, ids, now=now), len(ids)

    bulk_id, count = await db.run(caller, begin)
    if count <= AT_ONCE:
        await work_off(db, caller, bulk_id, now=place.now)
    return Redirect(f"/orders/bulk/{to_text('blk', bulk_id)}", status_code=303)


def _chosen_from(words: type[Word], text: str) -> Word:
    """One of the words a form offers.

    Raises:
        ValidationException: The page never sends this.
    """
    try:
        return words(text)
    except ValueError as fault:
        raise ValidationException(f"{text!r} is none of {', '.join(words)}") from fault


def principal_may(principal: Principal, needs: Permission) -> None:
    """Raises NotAllowed."""
    if not principal.may(needs):
        raise NotAllowed(str(needs))


def _arguments(verb: Verb, reason: str, tags: str, kind: str) -> dict[str, Any]:
    match verb:
        case Verb.TAG | Verb.UNTAG:
            return {"tags": [clean_tag(tag) for tag in tags.split(",")]}
        case Verb.HOLD:
            return {
                "kind": str(_chosen_from(HoldKind, kind or HoldKind.OTHER)),
                "reason": reason.strip() or "–",
            }
        case _:
            return {"reason": reason.strip()}


async def _chosen(tx: Tx, principal: Principal, texts: Sequence[str]) -> list[UUID]:
    ids = list(dict.fromkeys(from_text("ord", text) for text in texts[: SHOWN * 20]))
    seen = await visible(tx, ids, scope_of(principal))
    return [order_id for order_id in ids if order_id in seen]


async def _whole(
    tx: Tx, keyring: Keyring, principal: Principal, query: Sequence[tuple[str, str]], *, now: datetime
) -> list[UUID]:
    known = await choices(tx, principal)
    asked = asked_for(query, known, principal.zone, now=now)
    filters = (
        (await understand(tx, keyring, asked.text, asked.filters)).filters if asked.text else asked.filters
    )
    ids: list[UUID] = []
    after: Key | None = None
    while True:
        listed = await list_orders(tx, filters, scope=scope_of(principal), after=after, limit=1_000)
        ids += [row.id for row in listed.rows]
        if len(ids) > MOST:
            raise TooManyChosen
        if listed.older is None:
            return ids
        after = listed.older


@get("/orders/whole", opt={"needs": Permission.ORDERS_READ}, include_in_schema=False)
async def whole_counted(
    request: Asking, principal: Principal, caller: Caller, db: Database, keyring: Keyring, now: datetime
) -> dict[str, str]:
    """How many orders the filter of an address finds, for whoever is about to do something to all of them.

    Counted only when asked for: a list never counts what it does not show.
    """
    place = place_of(request, now=now)
    try:
        ids = await db.run(caller, lambda tx: _whole(tx, keyring, principal, place.query, now=now))
    except TooManyChosen as refusal:
        return {"orders": sentence(refusal, place.words)}
    return {"orders": place.words.ngettext("%(num)s pesanan", "%(num)s pesanan", len(ids))}


VERBS: Final = {
    Verb.PAY: N_("Catat pembayaran"),
    Verb.CANCEL: N_("Batalkan pesanan"),
    Verb.TAG: N_("Beri label"),
    Verb.UNTAG: N_("Lepas label"),
    Verb.HOLD: N_("Tahan"),
    Verb.RELEASE: N_("Lepas penahanan"),
    Verb.COMPLETE: N_("Selesaikan"),
}


async def _action(tx: Tx, principal: Principal, bulk_id: str) -> Any:
    """A bulk action; whoever is limited to some orders sees only what they began themselves.

    Raises:
        OrderNotFound: There is none for this person.
    """
    action = await bulk(tx, from_text("blk", bulk_id))
    if action is None or (scope_of(principal) != EVERYTHING and action.started_by != principal.actor):
        raise OrderNotFound(bulk_id)
    return action


@get("/orders/bulk/{bulk_id:str}", opt={"needs": Permission.ORDERS_READ}, include_in_schema=False)
async def bulk_page(
    request: Asking, principal: Principal, caller: Caller, db: Database, now: datetime, bulk_id: FromPath[str]
) -> Response[str]:
    """How far it is, and what became of each order."""
    found = from_text("blk", bulk_id)
    spoken = place_of(request).words

    async def read(tx: Tx) -> tuple[Any, list[Any], Any]:
        action = await _action(tx, principal, bulk_id)
        return action, await bulk_rows(tx, found), await names_of(tx, [action.started_by], {})

    action, rows, names = await db.run(caller, read)
    return page(
        request,
        "orders/bulk.html",
        block="progress",
        now=now,
        action=action,
        title=VERBS[Verb(action.verb)],
        rows=[
            {"row": row, "href": path_of(row.order_id), "said": refusal_said(row.refusal, spoken)}
            for row in rows
        ],
        running=action.done + action.refused < action.total,
        who=names.who(action.started_by, spoken),
        here_path=f"/orders/bulk/{bulk_id}",
    )


@get("/orders/bulk/{bulk_id:str}/refused.csv", opt={"needs": Permission.ORDERS_READ}, include_in_schema=False)
async def bulk_refused(
    request: Asking, principal: Principal, caller: Caller, db: Database, bulk_id: FromPath[str]
) -> Response[str]:
    """The orders it could not be done to, and why."""
    spoken = place_of(request).words

    async def read(tx: Tx) -> list[Any]:
        await _action(tx, principal, bulk_id)
        return await bulk_rows(tx, from_text("blk", bulk_id), refused_only=True, limit=MOST)

    rows = await db.run(caller, read)
    text = written(
        [["number", "reason"], *([str(row.number), refusal_said(row.refusal, spoken)] for row in rows)]
    )
    return Response(
        text, media_type="text/csv", headers={"content-disposition": 'attachment; filename="refused.csv"'}
    )


def refusal_said(refusal: dict[str, Any] | None, spoken: Words) -> str:
    """A kept refusal as a sentence."""
    if refusal is None:
        return ""
    for kind in catalogue():
        if kind.code == refusal["code"]:
            return spoken.gettext(kind.sentence).format(**refusal["facts"])
    return str(refusal["code"])


HEADER: Final = (
    "number", "placed_at", "status", "money", "terms", "kind", "channel", "external_id", "customer", "units",
    "total", "paid", "refunded", "currency", "holds",
)  # fmt: skip


@get("/orders/export.csv", opt={"needs": Permission.ORDERS_READ}, include_in_schema=False)
async def export(
    request: Asking, principal: Principal, caller: Caller, db: Database, keyring: Keyring, now: datetime
) -> Stream:
    """The orders that are seen, as CSV: the filter's to the last one, or the chosen ones."""
    place = place_of(request, now=now)
    texts = [value for name, value in place.query if name == "order_id"]

    async def begin(tx: Tx) -> tuple[Choices, Filters]:
        known = await choices(tx, principal)
        if texts:
            return known, Filters(ids=tuple(await _chosen(tx, principal, texts)))
        asked = asked_for(place.query, known, principal.zone, now=now)
        found = await understand(tx, keyring, asked.text, asked.filters) if asked.text else None
        return known, found.filters if found else asked.filters

    known, filters = await db.run(caller, begin)
    channels = {channel_id: code for code, (channel_id, _) in known.channels.items()}

    name = f"orders-{now:%Y%m%d-%H%M}.csv"
    noted: set[UUID] = set()

    async def note(tx: Tx, cards: dict[UUID, Card]) -> None:
        """Whoever stands in the file with a whole name is told of it in the log, once per file."""
        named = {one for one, card in cards.items() if card.state is not CustomerState.ERASED} - noted
        if principal.may(Permission.PERSONAL_READ) and named:
            await note_reading(tx, named, [Field.NAME], purpose=f"ekspor pesanan {name}", now=now)

    async def lines() -> AsyncIterator[str]:
        yield written([HEADER])
        after: Key | None = None
        while True:

            async def read(tx: Tx, after: Key | None = after) -> tuple[Listed, dict[UUID, Card]]:
                listed = await list_orders(tx, filters, scope=scope_of(principal), after=after, limit=CHUNK)
                cards = await _cards(tx, keyring, principal, listed.rows)
                await note(tx, cards)
                return listed, cards

            listed, cards = await db.run(caller, read)
            noted.update(cards)
            yield written([_exported(row, cards, channels) for row in listed.rows])
            if listed.older is None:
                return
            after = listed.older

    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Stream(lines(), media_type="text/csv; charset=utf-8", headers=headers)


def _exported(row: Row, cards: dict[UUID, Card], channels: dict[UUID, str]) -> list[str]:
    card = cards.get(row.customer_id) if row.customer_id else None
    cells = (
        row.number, row.placed_at.isoformat(), row.headline, row.money, row.terms, row.kind,
        channels.get(row.channel_id, ""), row.external_id or "", card.name if card else "", row.units,
        row.total_minor, row.paid_minor, row.refunded_minor, row.currency, row.open_holds,
    )  # fmt: skip
    return [str(cell) for cell in cells]


def written(rows: Sequence[Sequence[str]]) -> str:
    """Rows as CSV; a cell a spreadsheet would run as a formula is defused."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([[_defused(cell) for cell in row] for row in rows])
    return out.getvalue()


def _defused(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") and not cell[1:].isdigit() else cell


@get("/orders/print", opt={"needs": Permission.ORDERS_READ}, include_in_schema=False)
async def print_page(
    request: Asking, principal: Principal, caller: Caller, db: Database, keyring: Keyring, now: datetime
) -> Response[str]:
    """The chosen orders with their lines, for paper."""
    texts = [value for name, value in place_of(request).query if name == "order_id"]

    async def read(tx: Tx) -> tuple[list[Any], dict[UUID, Card]]:
        ids = await _chosen(tx, principal, texts)
        loaded = await load_orders(tx, ids)
        people = {order.customer_id for order, _ in loaded.values() if order.customer_id}
        cards = await customer_cards(tx, keyring, people, reader=reader_of(principal))
        return [loaded[order_id] for order_id in ids if order_id in loaded], cards

    orders, cards = await db.run(caller, read)
    return page(request, "orders/print.html", now=now, orders=orders, cards=cards, **LABELS)


handlers = [
    whole_counted,
    orders_page,
    keep_view,
    forget_view,
    bulk_asked,
    bulk_page,
    bulk_refused,
    export,
    print_page,
]

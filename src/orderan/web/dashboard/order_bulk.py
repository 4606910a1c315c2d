"""One thing done to many orders: those that were ticked, or all that a filter finds."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.exceptions import ValidationException
from litestar.params import FromPath
from litestar.response import Redirect

from orderan.access import NotAllowed, Permission, Principal
from orderan.flows.bulk_orders import AT_ONCE, MOST, Verb, start, work_off
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import N_, Kind, Refusal, catalogue
from orderan.kit.i18n import Words
from orderan.kit.ids import from_text, to_text
from orderan.orders import (
    EVERYTHING,
    HoldKind,
    Key,
    OrderNotFound,
    bulk,
    bulk_rows,
    clean_tag,
    list_orders,
    understand,
)
from orderan.web.dashboard.names import names_of
from orderan.web.dashboard.order_export import written
from orderan.web.dashboard.order_filters import asked_for, choices, chosen, scope_of
from orderan.web.dashboard.order_looks import path_of
from orderan.web.errors import sentence
from orderan.web.forms import many, one, posted, sent_once
from orderan.web.here import place_of
from orderan.web.pages import page
from orderan.web.principal import may_judge

Asking = Request[Any, Any, Any]
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
    if verb is Verb.RELEASE:
        arguments["judges"] = may_judge(principal)
    place = place_of(request, now=now)

    async def begin(tx: Tx) -> tuple[UUID, int]:
        # The tick stands in a dialog; the button of a payment stands outside it.
        if one(form, "whole") and verb is not Verb.PAY:
            query = parse_qsl(one(form, "query"))
            ids = await _whole(tx, keyring, principal, query, now=now)
        else:
            ids = await chosen(tx, principal, many(form, "order_id"))
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


handlers = [bulk_asked, whole_counted, bulk_page, bulk_refused]

"""Buyers of COD orders who have to give their word: the list, one call with its script, and what was heard."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from orderan.access import Permission
from orderan.customers import (
    CustomerNotActive,
    Field,
    addresses,
    customer_card,
    customer_cards,
    reveal,
    zone_of,
)
from orderan.flows.hear_buyer import answer_by_hand, ask_again, call_later, take_buyer, waive_verification
from orderan.flows.verify_order import followed_now
from orderan.flows.views_asking import Turn, Unsaid, unsaid_counts, unsaid_orders
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.i18n import LOCALES, Words, format_time
from orderan.orders import OrderNotFound, load_orders
from orderan.shops import shop_by_id
from orderan.verification import (
    AttemptEvent,
    LaterThanDeadline,
    NotOnTheList,
    WhyMissing,
    attempts_of,
)
from orderan.web.cursors import cursor_of, read_cursor
from orderan.web.dashboard.desk import Visit, scope_of
from orderan.web.dashboard.order_detail import require_visible
from orderan.web.dashboard.order_looks import path_of, reader_of
from orderan.web.dashboard.stock_words import actor_names
from orderan.web.dashboard.verification_words import (
    STATES,
    TURNS,
    WAYS,
    WHYS,
    failure_told,
    outcome_told,
    progress_told,
    script,
)
from orderan.web.forms import DateUnreadable, Sent, moment_typed, one, posted, refused
from orderan.web.here import place_of
from orderan.web.once import once
from orderan.web.pages import page
from orderan.web.words import words as words_of

READ: Final = {"needs": Permission.ORDERS_READ}
WRITE: Final = {"needs": Permission.ORDERS_WRITE}
HOME: Final = "/verification"
SHOWN: Final = 50
NOTHING_SENT: Final = Sent()
WORDS: Final = ("confirm", "refuse", "missed")
"""Buttons of one form: what the buyer said, or that they did not."""
VERBS: Final = (*WORDS, "later", "waive", "again")
SAID: Final = {
    "confirm": N_("Pembeli memastikan pesanan %(number)s. Gudang boleh mulai."),
    "refuse": N_("Pesanan %(number)s dibatalkan dan stoknya sudah dilepas."),
    "missed": N_("Pesanan %(number)s dicatat tidak terhubung."),
    "later": N_("Pesanan %(number)s muncul lagi pada waktu yang diminta pembeli."),
    "waive": N_("Pesanan %(number)s dilanjutkan tanpa konfirmasi."),
    "again": N_("Pembeli pesanan %(number)s ditanya lagi dari awal."),
}
BESIDE: Final[Mapping[type[Refusal], str]] = {
    WhyMissing: "note",
    DateUnreadable: "at",
    LaterThanDeadline: "at",
    NotOnTheList: "at",
}


def call_path(order_id: UUID) -> str:
    """The page of a call; orders are named as on their own page."""
    return HOME + path_of(order_id).removeprefix("/orders")


@get(HOME, opt=READ, include_in_schema=False)
async def unsaid_page(
    visit: NamedDependency[Visit],
    tab: FromQuery[str] = "",
    after: FromQuery[str] = "",
    said: FromQuery[str] = "",
    about: FromQuery[str] = "",
) -> Response[str]:
    """Whom to call now, the longest waiting first."""
    turn = Turn(tab) if tab in set(Turn) else Turn.CALL
    scope = scope_of(visit.principal)

    async def read(tx: Tx) -> dict[str, Any]:
        rows = await unsaid_orders(
            tx, scope, turn=turn, after=read_cursor(after), limit=SHOWN + 1, now=visit.now
        )
        shown = rows[:SHOWN]
        people = await customer_cards(
            tx,
            visit.keyring,
            {row.customer_id for row in shown if row.customer_id},
            reader=reader_of(visit.principal),
        )
        actors = await actor_names(tx, {row.taken_by for row in shown if row.taken_by})
        return {
            "rows": [_row(visit, row, people, actors) for row in shown],
            "older": cursor_of(shown[-1].placed_at, shown[-1].id) if len(rows) > SHOWN else None,
            "counts": await unsaid_counts(tx, scope),
            "asks": (await followed_now(tx, now=visit.now)).policy.asks,
        }

    words = place_of(visit.request).words
    number = about if about.isdecimal() else ""
    return page(
        visit.request,
        "verification/list.html",
        now=visit.now,
        turn=turn,
        turns=TURNS,
        ways=WAYS,
        said=words.gettext(SAID[said], number=number) if said in SAID and number else "",
        **await visit.db.run(visit.caller, read),
    )


def _row(visit: Visit, row: Unsaid, people: Mapping[UUID, Any], actors: Mapping[str, str]) -> dict[str, Any]:
    """A row with whom it is about and what time it is where they live."""
    card = people.get(row.customer_id) if row.customer_id else None
    words = place_of(visit.request).words
    return {
        "order": row,
        "name": card.name if card else "",
        "path": call_path(row.id),
        "theirs": format_time(visit.now, zone_of(row.area), words.locale),
        "from": _later(visit, row, zone_of(row.area)),
        "progress": "" if row.over else progress_told(row.progress, words),
        "failed": _failed(row, words),
        "mine": row.taken_by == visit.principal.actor,
        "taker": words.gettext(actors[row.taken_by]) if row.taken_by else "",
    }


def _failed(row: Unsaid, words: Words) -> str:
    """By which way the last try asked nobody, and why; empty where it asked."""
    if row.failed is None:
        return ""
    way = words.gettext(WAYS[row.failed.way])
    return f"{way}: {failure_told(row.failed.failure, row.failed.failure_code, words)}".removesuffix(": ")


def _later(visit: Visit, row: Unsaid, zone: str) -> str:
    """From which hour of the buyer's day on they may be called; empty while they may."""
    if row.may_ring_at <= visit.now:
        return ""
    return format_time(row.may_ring_at, zone, place_of(visit.request).words.locale)


@get(HOME + "/{order:str}", opt=READ, include_in_schema=False)
async def call_page(
    visit: NamedDependency[Visit], order: FromPath[str], language: FromQuery[str] = "id"
) -> Response[str]:
    """One buyer: the script, what was tried, and what may be heard."""
    return await _page(visit, order, language=language)


@post(HOME + "/{order:str}/take", opt=WRITE, status_code=200, include_in_schema=False)
async def buyer_taken(visit: NamedDependency[Visit], order: FromPath[str]) -> Response[str]:
    """Take a buyer in hand: nobody else calls them for a while, and whoever may see numbers sees theirs."""
    form = await posted(visit.request)
    language = one(form, "language")

    async def command(tx: Tx) -> dict[str, str]:
        order_id = await require_visible(tx, visit.principal, order)
        taken = await take_buyer(tx, order_id, now=visit.now)
        if taken.customer_id is None or not visit.principal.may(Permission.PERSONAL_READ):
            return {}
        try:
            seen = await reveal(
                tx,
                visit.keyring,
                taken.customer_id,
                [Field.NAME, Field.PHONE],
                purpose=f"order {taken.number}",
                now=visit.now,
            )
        except CustomerNotActive:
            return {}
        return {"name": seen.name or "", "phone": seen.phone or ""}

    try:
        shown = await visit.db.run(visit.caller, command)
    except OrderNotFound:
        raise
    except Refusal as refusal:
        sent = refused(visit.request, "take", form, refusal, BESIDE)
        return await _page(visit, order, language=language, sent=sent)
    return await _page(visit, order, language=language, shown=shown)


async def _page(
    visit: Visit,
    text: str,
    *,
    language: str = "id",
    sent: Sent = NOTHING_SENT,
    shown: Mapping[str, str] | None = None,
) -> Response[str]:
    locale = language if language in LOCALES else "id"

    async def read(tx: Tx) -> dict[str, Any]:
        order_id = await require_visible(tx, visit.principal, text)
        order, lines = (await load_orders(tx, [order_id]))[order_id]
        unsaid = await unsaid_orders(tx, scope_of(visit.principal), order_id=order_id, limit=1, now=visit.now)
        attempts = await attempts_of(tx, order_id)
        reader = reader_of(visit.principal)
        card, places = None, []
        if order.customer_id:
            card = await customer_card(tx, visit.keyring, order.customer_id, reader=reader)
            places = await addresses(tx, visit.keyring, [order.customer_id], reader=reader)
        shop = await shop_by_id(tx, tx.shop_id)
        zone = zone_of(unsaid[0].area if unsaid else None)
        name = shown.get("name", "") if shown else ""
        return {
            "order": order,
            "unsaid": unsaid[0] if unsaid else None,
            "attempts": attempts,
            "actors": await actor_names(
                tx, {one.moved_by for one in attempts} | {row.taken_by for row in unsaid if row.taken_by}
            ),
            "card": card,
            "address": next((one for one in places if one.id == order.address_id), None),
            "zone": zone,
            "script": script(
                order,
                list(lines),
                shop=shop.name,
                name=name or (card.name if card else ""),
                zone=zone,
                now=visit.now,
                words=words_of(locale),
            ),
        }

    found = await visit.db.run(visit.caller, read)
    words = place_of(visit.request).words
    unsaid: Unsaid | None = found["unsaid"]
    actors: Mapping[str, str] = found["actors"]
    return page(
        visit.request,
        "verification/call.html",
        status_code=422 if sent.refused else 200,
        headers={"cache-control": "no-store"} if shown else {},
        now=visit.now,
        sent=sent,
        language=locale,
        languages=LOCALES,
        shown=shown,
        mine=unsaid is not None and unsaid.taken_by == visit.principal.actor,
        hour=format_time(visit.now, found["zone"], words.locale),
        rings_from=_later(visit, unsaid, found["zone"]) if unsaid else "",
        progress="" if unsaid is None or unsaid.over else progress_told(unsaid.progress, words),
        path=HOME + "/" + text,
        order_path="/orders/" + text,
        states=STATES,
        ways=WAYS,
        whys=WHYS,
        came_of=lambda attempt: outcome_told(attempt, words),
        name_of=lambda actor: words.gettext(actors[actor]),
        may_write=visit.principal.may(Permission.ORDERS_WRITE),
        may_reveal=visit.principal.may(Permission.PERSONAL_READ),
        **found,
    )


@post(HOME + "/{order:str}/{verb:str}", opt=WRITE, include_in_schema=False)
async def word_heard(
    visit: NamedDependency[Visit], order: FromPath[str], verb: FromPath[str]
) -> Response[Any]:
    """Write down what the buyer said, or what the shop decides without them."""
    if verb not in VERBS:
        raise OrderNotFound(verb)
    form = await posted(visit.request)

    async def work(tx: Tx) -> str:
        order_id = await require_visible(tx, visit.principal, order)
        number = await _heard(tx, visit, order_id, verb, form)
        if one(form, "back") == "order":
            return f"/orders/{order}?said=verified"
        return f"{HOME}?said={verb}&about={number}"

    try:
        return await once(visit.request, visit.db, visit.caller, form, work, now=visit.now)
    except OrderNotFound:
        raise
    except Refusal as refusal:
        name = "word" if verb in WORDS else verb
        sent = refused(visit.request, name, form, refusal, BESIDE)
        return await _page(visit, order, language=one(form, "language"), sent=sent)


async def _heard(tx: Tx, visit: Visit, order_id: UUID, verb: str, form: FormMultiDict) -> int:
    """Do what a button says; returns the order's number."""
    note, now = one(form, "note").strip()[:300], visit.now
    match verb:
        case "confirm":
            found = await answer_by_hand(tx, order_id, AttemptEvent.CONFIRM, note=note, now=now)
        case "refuse":
            found = await answer_by_hand(tx, order_id, AttemptEvent.REFUSE, note=note, now=now)
        case "missed":
            found = await answer_by_hand(tx, order_id, AttemptEvent.MISS, note=note, now=now)
        case "later":
            at = _moment(form, visit)
            found = await call_later(tx, order_id, at, note=note, now=now)
        case "waive":
            found = await waive_verification(tx, order_id, reason=note, now=now)
        case _:
            found = await ask_again(tx, order_id, now=now)
    return found.number


def _moment(form: FormMultiDict, visit: Visit) -> datetime:
    """When to call again, on the clock of whoever types it; nothing typed is a moment that is over."""
    return moment_typed(one(form, "at"), visit.principal.zone) or visit.now


handlers: list[Any] = [unsaid_page, call_page, buyer_taken, word_heard]

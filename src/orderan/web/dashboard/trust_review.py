"""An order that is held for a look: the evidence beside that of orders it is tied to, and the decision."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from orderan.access import Permission
from orderan.customers import AddressCard, Card, addresses, customer_cards
from orderan.flows.judge_order import clear_order, refuse_order
from orderan.flows.list_buyers import list_order
from orderan.kit import decisions
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Kind, Refusal
from orderan.kit.i18n import Words
from orderan.kit.ids import from_text, to_text
from orderan.orders import Order, orders_by_id
from orderan.trust import (
    LISTED,
    EntryThere,
    KeyKind,
    KeyUnusable,
    ListVerdict,
    Review,
    ReviewNotFound,
    Score,
    TrustUnexplained,
    links_among,
    links_of,
    review_of_order,
    scores_of,
)
from orderan.web.dashboard.desk import Visit
from orderan.web.dashboard.names import Names, names_of
from orderan.web.dashboard.order_looks import reader_of
from orderan.web.dashboard.order_words import HEADLINES, TERMS
from orderan.web.dashboard.trust import HERE, READ, review_path
from orderan.web.dashboard.trust_graph import HEIGHT, WIDTH, Drawing, drawn, shared
from orderan.web.dashboard.trust_lists import BESIDE as BESIDE_LISTED
from orderan.web.dashboard.trust_lists import until_typed
from orderan.web.dashboard.trust_words import REVIEWS, end_told, kinds_told, reasons_told, score_told
from orderan.web.forms import Sent, many, one, posted, refused, typed_in
from orderan.web.here import place_of
from orderan.web.once import once
from orderan.web.pages import page
from orderan.web.principal import require_whole_shop

WRITE: Final = {"needs": Permission.TRUST_WRITE}
NOTHING_SENT: Final = Sent()
BESIDE_SIDE: Final = 3
"""Tied orders beside the held one: four columns are read at once, more are only counted."""
SAID: Final[Mapping[str, str]] = {"listed": N_("Sudah masuk daftar. Pesanan berikutnya dinilai dengannya.")}
Judge = Callable[..., Awaitable[None]]
JUDGED: Final[Mapping[str, tuple[Judge, str]]] = {
    "clear": (clear_order, "cleared"),
    "refuse": (refuse_order, "refused"),
}
BESIDE: Final[Mapping[type[Refusal], str]] = {TrustUnexplained: "note"}


@get(f"{HERE}/reviews/{{order:str}}", opt=READ, include_in_schema=False)
async def review_page(
    visit: NamedDependency[Visit], order: FromPath[str], said: FromQuery[str] = ""
) -> Response[Any]:
    """The evidence, and what is to be decided."""
    return await _page(visit, from_text("ord", order), said=said)


@post(f"{HERE}/reviews/{{order:str}}", opt=WRITE, include_in_schema=False, status_code=200)
async def review_judged(visit: NamedDependency[Visit], order: FromPath[str]) -> Response[Any]:
    """Let it go on, or cancel it, with a word why."""
    require_whole_shop(visit.principal, Permission.TRUST_WRITE)
    form = await posted(visit.request)
    order_id = from_text("ord", order)
    chosen = JUDGED.get(one(form, "verdict"))
    if chosen is None:
        words = place_of(visit.request).words
        missing = Sent(
            "judge", typed_in(form), general=words.gettext("Pilih: lanjutkan, atau tolak dan batalkan.")
        )
        return await _page(visit, order_id, sent=missing)
    judge, said = chosen

    async def command(tx: Tx) -> str:
        await judge(tx, order_id, note=one(form, "note"), now=visit.now)
        return f"{HERE}?said={said}"

    try:
        return await once(visit.request, visit.db, visit.caller, form, command, now=visit.now)
    except Refusal as refusal:
        if refusal.kind is Kind.NOT_FOUND:
            raise
        return await _page(visit, order_id, sent=refused(visit.request, "judge", form, refusal, BESIDE))


@post(f"{HERE}/reviews/{{order:str}}/list", opt=WRITE, include_in_schema=False, status_code=200)
async def review_listed(visit: NamedDependency[Visit], order: FromPath[str]) -> Response[Any]:
    """Put what the order left behind on a list, without anybody having to see it."""
    require_whole_shop(visit.principal, Permission.TRUST_WRITE)
    form = await posted(visit.request)
    order_id = from_text("ord", order)
    kinds = [kind for kind in LISTED if kind in many(form, "kind")]
    verdict = ListVerdict.ALLOW if one(form, "verdict") == ListVerdict.ALLOW else ListVerdict.BLOCK

    async def command(tx: Tx) -> str:
        until = until_typed(one(form, "until"), visit.principal.zone)
        why = one(form, "reason")
        await list_order(tx, order_id, kinds, verdict, reason=why, expires_at=until, now=visit.now)
        return f"{review_path(order_id)}?said=listed"

    try:
        return await once(visit.request, visit.db, visit.caller, form, command, now=visit.now)
    except Refusal as refusal:
        if refusal.kind is Kind.NOT_FOUND:
            raise
        beside = {**BESIDE_LISTED, KeyUnusable: "kind", EntryThere: "kind"}
        return await _page(
            visit, order_id, sent=refused(visit.request, "list", form, refusal, beside), ticked=kinds
        )


async def _page(
    visit: Visit,
    order_id: UUID,
    *,
    said: str = "",
    sent: Sent = NOTHING_SENT,
    ticked: Collection[KeyKind] = (),
) -> Response[Any]:
    require_whole_shop(visit.principal, Permission.TRUST_READ)
    words = place_of(visit.request).words

    async def read(tx: Tx) -> dict[str, Any]:
        review = await review_of_order(tx, order_id)
        if review is None:
            raise ReviewNotFound.of(order_id)
        tied = shared(await links_of(tx, order_id))
        ids = [order_id, *tied]
        orders = await orders_by_id(tx, ids)
        scores = await scores_of(tx, ids)
        made = [one for one in await decisions.about(tx, order_id) if one.kind == "trust"]
        picture = drawn(order_id, tied, await links_among(tx, ids))
        side = ids[: BESIDE_SIDE + 1]
        people = {found for one in side if (found := orders[one].customer_id) is not None}
        reader = reader_of(visit.principal)
        cards = await customer_cards(tx, visit.keyring, people, reader=reader)
        homes = {home.id: home for home in await addresses(tx, visit.keyring, people, reader=reader)}
        return {
            "review": review,
            "order": orders[order_id],
            "reasons": reasons_told(made[-1].outcome, words) if made else [],
            "score": score_told(made[-1].outcome, words) if made else "",
            "beside": [_evidence(orders[one], scores.get(one), cards, homes, words) for one in side],
            "shares": [kinds_told(tied[one], words) for one in side[1:]],
            "tied": [_tied(orders[one], scores.get(one), kinds, words) for one, kinds in tied.items()],
            "picture": _pictured(picture, orders, scores, tied, words),
            "kept": [kind for kind in LISTED if kind in scores[order_id].keys],
            "names": await names_of(tx, [review.judged_by] if review.judged_by else [], {}),
        }

    found = await visit.db.run(visit.caller, read)
    review: Review = found["review"]
    names: Names = found.pop("names")
    return page(
        visit.request,
        "trust/review.html",
        status_code=422 if sent.refused else 200,
        now=visit.now,
        path=review_path(order_id),
        said=SAID.get(said, ""),
        sent=sent,
        ticked=ticked,
        state=REVIEWS[review.state],
        judged_by=names.who(review.judged_by, words) if review.judged_by else "",
        kinds=[(str(kind), kinds_told([kind], words)[0]) for kind in found.pop("kept")],
        may_write=visit.principal.may(Permission.TRUST_WRITE),
        sees_orders=visit.principal.may(Permission.ORDERS_READ),
        **found,
    )


def _evidence(
    order: Order,
    score: Score | None,
    cards: Mapping[UUID, Card],
    homes: Mapping[UUID, AddressCard],
    words: Words,
) -> dict[str, Any]:
    """A column of the evidence."""
    card = cards.get(order.customer_id) if order.customer_id else None
    home = homes.get(order.address_id) if order.address_id else None
    return {
        **_told(order, score, words),
        "placed_at": order.placed_at,
        "terms": words.gettext(TERMS[order.terms]),
        "status": words.gettext(HEADLINES[order.headline]),
        "buyer": card.name if card else None,
        "phone": card.phone if card else None,
        "email": card.email if card else None,
        "home": home.line if home else None,
        "area": home.area if home else None,
        "points": score.points if score else None,
        "first_time": score.first_time if score else None,
    }


def _told(order: Order, score: Score | None, words: Words) -> dict[str, Any]:
    text, tone, sign = end_told(score.ended if score else (), words)
    return {
        "number": order.number,
        "path": f"/orders/{to_text('ord', order.id)}",
        "amount_minor": order.total_minor,
        "currency": order.currency,
        "end": text,
        "tone": tone,
        "sign": sign,
    }


def _tied(order: Order, score: Score | None, kinds: Sequence[KeyKind], words: Words) -> dict[str, Any]:
    return {**_told(order, score, words), "at": order.placed_at, "kinds": kinds_told(kinds, words)}


def _pictured(
    picture: Drawing,
    orders: Mapping[UUID, Order],
    scores: Mapping[UUID, Score],
    tied: Mapping[UUID, Sequence[KeyKind]],
    words: Words,
) -> dict[str, Any]:
    """The drawing with what stands beside its points."""
    points = []
    for point in picture.points:
        kinds = kinds_told(tied.get(point.id, ()), words)
        under = kinds[0] + (f" +{len(kinds) - 1}" if len(kinds) > 1 else "") if kinds else ""
        told = _told(orders[point.id], scores.get(point.id), words)
        points.append({**told, "x": point.x, "y": point.y, "under": under, "kinds": kinds})
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "points": points,
        "edges": picture.edges,
        "left_out": picture.left_out,
    }


handlers: list[Any] = [review_page, review_judged, review_listed]

"""A new order for phone and chat sales, made by keyboard alone.

phone     finds the buyer and fills in name and last address
sku       typed ahead with price and stock
quote     follows what is typed; without JavaScript a button asks for it
place     at the total that was shown, and once: the form's own number is the cart
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.response import Redirect
from psycopg.errors import UniqueViolation

from orderan.access import Permission, Principal
from orderan.catalog import list_skus, offers
from orderan.customers import (
    AreaComplaint,
    Complaint,
    Doubt,
    EntryRefused,
    Field,
    PhoneUnreadable,
    addresses,
    e164,
    find_customers,
    postcode_of,
    reveal,
)
from orderan.flows.place_order import Placed, Placement, PlacementLine, place_orders
from orderan.flows.quote_order import Inquiry, InquiryLine, Priced, quote_order
from orderan.inventory import sellable_units
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import N_, Kind, Refusal
from orderan.kit.i18n import format_money, format_number
from orderan.kit.runner import Runner
from orderan.orders import OrderKind, Terms, take_numbers
from orderan.pricing import best_price, shipping_table
from orderan.shops import UnknownChannel, list_channels, shop_by_id
from orderan.trust import TermsDenied
from orderan.web.dashboard.customer_words import doubted, field_errors
from orderan.web.dashboard.order_looks import LABELS, path_of, reader_of
from orderan.web.dashboard.order_new_form import (
    LINES,
    Typed,
    asked_lines,
    blank,
    buyer_of,
    complaints_of,
    discounts_of,
    typed_of,
    village_of,
)
from orderan.web.errors import sentence
from orderan.web.forms import one, posted, total_said
from orderan.web.here import place_of
from orderan.web.pages import page

Asking = Request[Any, Any, Any]
TYPED_AHEAD: Final = 8


class NoLines(Refusal):
    """Nothing was ordered."""

    code = "no_lines"
    kind = Kind.INVALID
    sentence = N_("Isi paling sedikit satu barang.")


@get("/orders/new", opt={"needs": Permission.ORDERS_WRITE}, include_in_schema=False)
async def new_page(request: Asking, principal: Principal, caller: Caller, db: Database) -> Response[Any]:
    """An empty form."""
    return await _page(request, principal, caller, db, None)


@post("/orders/new/buyer", opt={"needs": Permission.ORDERS_WRITE}, status_code=200, include_in_schema=False)
async def buyer_found(
    request: Asking, principal: Principal, caller: Caller, db: Database, keyring: Keyring, now: datetime
) -> Response[Any]:
    """Who has this phone, and where they had things sent last. The phone travels in the body, not in logs.

    A part of the form only; whoever comes without the form is sent to it.
    """
    if request.headers.get("hx-request") != "true":
        return Redirect("/orders/new", status_code=303)
    typed = typed_of(await posted(request))

    async def read(tx: Tx) -> tuple[Typed, bool]:
        return await _known(tx, keyring, principal, typed, now)

    typed, known = await db.run(caller, read)
    headers = {"hx-trigger": "buyer-found", "cache-control": "no-store"}
    return page(request, "orders/new.html", block="buyer", headers=headers, **_context(typed, known=known))


async def _known(
    tx: Tx, keyring: Keyring, principal: Principal, typed: Typed, now: datetime
) -> tuple[Typed, bool]:
    """What was typed, with name and last address of the buyer who has the phone."""
    try:
        phone = e164(typed.phone)
    except PhoneUnreadable:
        return typed, False
    cards = await find_customers(tx, keyring, phone, limit=1, reader=reader_of(principal))
    if not cards:
        return typed, False
    card = cards[0]
    if not principal.may(Permission.PERSONAL_READ):
        return replace(typed, name=card.name), True
    mine = [one for one in await addresses(tx, keyring, [card.id]) if one.retired_at is None]
    fields = [Field.NAME, Field.ADDRESSES] if mine else [Field.NAME]
    seen = await reveal(tx, keyring, card.id, fields, purpose="pesanan baru lewat telepon", now=now)
    typed = replace(typed, name=seen.name or card.name)
    whole = next((one for one in seen.addresses or () if mine and one.id == mine[0].id), None)
    if whole is None:
        return typed, True
    return replace(
        typed,
        line=whole.line,
        village=mine[0].village_code or "",
        area=whole.area,
        postcode=whole.postcode or "",
    ), True


@get("/orders/skus", opt={"needs": Permission.ORDERS_READ}, include_in_schema=False)
async def skus_found(
    request: Asking, principal: Principal, caller: Caller, db: Database, now: datetime
) -> list[dict[str, str]]:
    """Skus that fit what is typed, with price and what can be sold now."""
    text, channel = request.query_params.get("q", "").strip(), request.query_params.get("channel", "")
    locale = place_of(request).locale
    if not text:
        return []

    async def read(tx: Tx) -> list[dict[str, str]]:
        shop = await shop_by_id(tx, tx.shop_id)
        channels = {one.code: one.id for one in await list_channels(tx) if principal.sees_channel(one.id)}
        skus = await list_skus(tx, q=text, state="active", limit=TYPED_AHEAD)
        known = await offers(tx, [sku.code for sku, _ in skus], now=now)
        parts = {part.sku_id for offer in known.values() for part in offer.parts}
        free = await sellable_units(tx, parts | {offer.sku_id for offer in known.values()}, now=now)
        found = []
        for offer in known.values():
            price = best_price(
                offer.prices,
                currency=shop.currency,
                channel_id=channels.get(channel) or UUID(int=0),
                group=None,
                quantity=1,
            )
            units = min(
                (free[part.sku_id] // part.quantity for part in offer.parts), default=free[offer.sku_id]
            )
            told = [offer.title, format_money(price, shop.currency, locale) if price is not None else "–"]
            if offer.is_stocked or offer.parts:
                told.append(
                    place_of(request).words.gettext("stok %(units)s", units=format_number(units, locale))
                )
            found.append({"value": offer.code, "label": offer.code, "sub": " · ".join(told)})
        return sorted(found, key=lambda one: one["value"])

    return await db.run(caller, read)


@post("/orders/new/quote", opt={"needs": Permission.ORDERS_WRITE}, status_code=200, include_in_schema=False)
async def quoted(
    request: Asking, principal: Principal, caller: Caller, db: Database, keyring: Keyring, now: datetime
) -> Response[Any]:
    """What it would cost now; nothing is written."""
    typed = typed_of(await posted(request))
    return await _page(request, principal, caller, db, typed, keyring=keyring, now=now, block="quote")


@post("/orders/new", opt={"needs": Permission.ORDERS_WRITE}, include_in_schema=False)
async def placed(
    request: Asking, principal: Principal, caller: Caller, db: Database, keyring: Keyring, now: datetime
) -> Response[Any]:
    """Place it; a form sent without a quote is shown with one first."""
    form = await posted(request)
    typed = typed_of(form)
    expected = total_said(typed.expected)
    if expected is None or one(form, "step") == "quote":
        return await _page(request, principal, caller, db, typed, keyring=keyring, now=now)

    async def place(tx: Tx) -> Placed | TermsDenied:
        lines = [PlacementLine(sku, units, typed.may_substitute) for sku, units in asked_lines(typed)]
        if not lines:
            raise NoLines
        shop = await shop_by_id(tx, tx.shop_id)
        placement = Placement(
            channel=typed.channel,
            lines=lines,
            buyer=buyer_of(typed, await postcode_of(tx, typed.village)),
            kind=OrderKind(typed.kind),
            terms=Terms(typed.terms),
            cart_id=typed.cart or None,
            discounts=discounts_of(typed, shop.currency),
            shipping_service=typed.service or None,
            expected_total_minor=expected,
            note=typed.note[:1000] or None,
        )
        numbers = iter(await take_numbers(tx, 1))
        [answer] = await place_orders(
            tx,
            shop,
            [placement],
            keyring=keyring,
            next_number=lambda: next(numbers),
            within=principal.channel_ids,
            now=now,
        )
        # What was denied is kept, so that it can be appealed; any other refusal leaves nothing.
        if isinstance(answer, Refusal) and not isinstance(answer, TermsDenied):
            raise answer
        return answer

    try:
        try:
            answer = await Runner(db).run(caller, place)
        except UniqueViolation:
            # The same form was sent twice at once; the order stands now and is found.
            answer = await Runner(db).run(caller, place)
        if isinstance(answer, TermsDenied):
            raise answer
    except Refusal as refused:
        return await _page(
            request,
            principal,
            caller,
            db,
            replace(typed, expected=""),
            keyring=keyring,
            now=now,
            refused=refused,
        )
    return Redirect(f"{path_of(answer.order.id)}?said=placed", status_code=303)


async def _page(
    request: Asking,
    principal: Principal,
    caller: Caller,
    db: Database,
    typed: Typed | None,
    *,
    keyring: Keyring | None = None,
    now: datetime | None = None,
    refused: Refusal | None = None,
    block: str | None = None,
) -> Response[Any]:
    words = place_of(request).words

    async def read(tx: Tx) -> dict[str, Any]:
        seen = principal.channel_ids
        channels = [one for one in await list_channels(tx) if one.active and (seen is None or one.id in seen)]
        shown = typed or blank(channels)
        priced: Priced | None = None
        short: list[tuple[str, int, int]] = []
        fault: Refusal | None = None
        known = False
        if typed is not None and keyring is not None and now is not None:
            if shown.phone and not shown.name and block is None:
                shown, known = await _known(tx, keyring, principal, shown, now)
            try:
                priced, short = await _quote(tx, principal, shown, keyring, now)
            except Refusal as refusal:
                fault = refusal
        shop = await shop_by_id(tx, tx.shop_id)
        doubts = await _doubts(tx, shown, refused) if typed is not None else []
        services = sorted({service for _, service in (await shipping_table(tx)).fees})
        return _context(shown, known=known) | {
            "channels": [(one.code, one.name) for one in channels],
            "services": services,
            "priced": priced,
            "short": short,
            "fault": sentence(fault, words) if fault and refused is None else "",
            "currency": shop.currency,
            "errors": field_errors(doubts, words),
            "doubted": doubted(doubts),
        }

    context = await db.run(caller, read)
    return page(
        request,
        "orders/new.html",
        block=block,
        status_code=422 if refused else 200,
        general=sentence(refused, words) if refused else "",
        **context,
    )


async def _doubts(tx: Tx, typed: Typed, refused: Refusal | None) -> Sequence[Complaint | AreaComplaint]:
    """What to say beside the fields: all of it when it was sent, and of what is typed so far meanwhile."""
    if isinstance(refused, EntryRefused):
        return refused.complaints
    found = complaints_of(typed, await postcode_of(tx, typed.village))
    return [one for one in found if one.doubt is not Doubt.MISSING]


def _context(typed: Typed, *, known: bool) -> dict[str, Any]:
    lines = list(typed.lines) + [("", "", "")] * (LINES - len(typed.lines))
    return {"typed": typed, "lines": lines, "known": known, "errors": {}, "doubted": set(), **LABELS}


async def _quote(
    tx: Tx, principal: Principal, typed: Typed, keyring: Keyring, now: datetime
) -> tuple[Priced | None, list[tuple[str, int, int]]]:
    """The price, and what stock lacks: (sku, wanted, there)."""
    asked = asked_lines(typed)
    if not asked:
        return None, []
    try:
        phone: str | None = e164(typed.phone) if typed.phone else None
    except PhoneUnreadable:
        phone = None
    shop = await shop_by_id(tx, tx.shop_id)
    inquiry = Inquiry(
        channel=typed.channel,
        lines=[InquiryLine(sku, units) for sku, units in asked],
        discounts=discounts_of(typed, shop.currency),
        shipping_service=typed.service or None,
        phone=phone,
        village_code=village_of(typed),
    )
    priced, _ = await quote_order(tx, shop, inquiry, keyring=keyring, now=now)
    if not principal.sees_channel(priced.channel.id):
        raise UnknownChannel(typed.channel)
    wanted: dict[UUID, int] = {}
    codes: dict[UUID, str] = {}
    for offer, (_, units) in zip(priced.offers, asked, strict=True):
        if not offer.is_stocked and not offer.parts:
            continue
        for sku_id, each in [(part.sku_id, part.quantity) for part in offer.parts] or [(offer.sku_id, 1)]:
            wanted[sku_id] = wanted.get(sku_id, 0) + each * units
            codes.setdefault(sku_id, offer.code)
    free = await sellable_units(tx, wanted, now=now)
    return priced, [(codes[sku], units, free[sku]) for sku, units in wanted.items() if free[sku] < units]


handlers = [new_page, buyer_found, skus_found, quoted, placed]

"""A buyer pays an order: chooses a method, gets something to pay with, and sees when the money is there.

Whoever has the link may pay; what is shown names nobody. The page watches by itself. While nobody knows
what became of a try, nothing else can be chosen: two payments of one order help nobody.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import segno
from litestar import Request, Response, get, post
from litestar.response import Redirect

from orderan.customers import PhoneUnreadable, e164
from orderan.flows.fitting_rails import fitting
from orderan.flows.offer_promotion import Offer, offered
from orderan.flows.pay_links import PayLinks
from orderan.flows.pay_online import Cashier, Wanted
from orderan.flows.pay_with_voucher import pays_already, take_voucher_off, use_voucher, voucher_there
from orderan.flows.payable import can_pay, is_payable, leaves_payable
from orderan.flows.views_papers import order_paper
from orderan.incidents import LOWERED_BEFORE, Banner, banner_for
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import N_, Kind, Refusal
from orderan.kit.i18n import Words
from orderan.kit.ids import NotAnId, from_text, to_text
from orderan.kit.throttle import Limit, TooManyAttempts, spend
from orderan.orders import Commercial, Order, Terms, orders_by_id
from orderan.payments import (
    GROUP_NAMES,
    IN_THE_AIR,
    METHODS,
    Attempt,
    AttemptInTheAir,
    AttemptState,
    Group,
    Method,
    NoRail,
    NothingToPay,
    NoVoucher,
    PartDoesNotFit,
    Rail,
    TransferAccount,
    VoucherLeavesTooLittle,
    VoucherNotFound,
    VoucherNotOff,
    VoucherUnusable,
    attempts_of,
    call_for_news,
    rails,
    spent_on,
    transfer_accounts,
)
from orderan.promotions import (
    PromotionDoesNotApply,
    PromotionKind,
    PromotionNotFound,
    PromotionWorthChanged,
    Redemption,
    of_attempts,
)
from orderan.shops import Shop, shop_by_id
from orderan.web.buyer.pay_words import ways_to_pay
from orderan.web.errors import sentence
from orderan.web.forms import Fields, one, posted, whole_rupiah
from orderan.web.here import place_of
from orderan.web.pages import page
from orderan.web.papers import as_pdf, invoice

BUYER: Final = "buyer"
TRIES: Final = 30
VOUCHERS: Final = 20
ASKS: Final = 30
WINDOW: Final = timedelta(hours=1)
SPENT: Final = (NoVoucher, VoucherLeavesTooLittle, VoucherUnusable)
"""What is said of a voucher that paid already as well."""
ASKS_FOR_PHONE: Final = frozenset({"ovo"})
SETTLED: Final = frozenset({Commercial.ACCEPTED, Commercial.COMPLETED})


@dataclass(eq=False)
class NoSuchPayPage(Refusal):
    """The link is not ours, was changed, or is too old."""

    code = "pay_page_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Tautan pembayaran ini tidak berlaku. Minta tautan baru kepada toko.")


@dataclass(frozen=True, slots=True)
class View:
    """What a buyer's page shows.

    Attributes:
        word: paid | checking | waiting | choose | closed
        attempt: What is being checked or waits to be paid; else the last one there was.
        offers: Per method that may be chosen, what it costs with its best promotion.
        asked_minor: What is to be paid now: what is due, or a part of it.
        covered_minor: What a promotion pays of the rest, of what waits to be paid.
        deposit_minor: What is missing of its deposit, where the rest could be paid afterwards.
        use: The promotion what waits to be paid was offered with.
        voucher_minor: What vouchers paid of it already.
        voucher_there_minor: What the buyer's own could pay of what is due.
        transfers: The shop's own bank accounts, where they may transfer to instead.
    """

    word: str
    order: Order
    shop: Shop
    attempt: Attempt | None
    methods: tuple[tuple[Group, tuple[Method, ...]], ...]
    banners: tuple[Banner, ...] = ()
    offers: Mapping[str, Offer] = field(default_factory=dict)
    asked_minor: int = 0
    covered_minor: int = 0
    deposit_minor: int = 0
    use: Redemption | None = None
    voucher_minor: int = 0
    voucher_there_minor: int = 0
    transfers: tuple[TransferAccount, ...] = ()

    @property
    def is_part(self) -> bool:
        """Whether something of what is due is left for later."""
        return self.asked_minor + self.covered_minor < self.order.due_minor

    @property
    def troubled(self) -> frozenset[str]:
        """Methods with trouble or maintenance."""
        return frozenset(banner.method for banner in self.banners if banner.begun)

    @property
    def coming(self) -> Mapping[str, Banner]:
        """Methods whose maintenance begins soon."""
        return {banner.method: banner for banner in self.banners if not banner.begun}

    @property
    def mark(self) -> str:
        """The same as long as the page need not change."""
        attempt = self.attempt
        told = "".join(sorted({"!" if banner.begun else "~" for banner in self.banners}))
        return f"{self.word}.{attempt.id.hex[-8:]}.{attempt.state}{told}" if attempt else self.word


@get("/pay/{ticket:str}", name="pay", opt={"public": True}, include_in_schema=False)
async def look(
    request: Request[Any, Any, Any], db: Database, links: PayLinks, now: datetime, ticket: str
) -> Response[Any]:
    """Where the order's payment stands, and what to do next."""
    shop_id, order_id = _order_of(links, ticket, now)
    query = request.query_params
    part = _part_in(query.get("part", ""))
    choosing = "change" in query or part is not None or "all" in query
    view = await db.run(
        Caller(shop_id, BUYER),
        lambda tx: _view(tx, order_id, choosing=choosing, part=part, whole="all" in query, now=now),
    )
    due = view.order.due_minor
    fits = part is None or view.word != "choose" or part == view.asked_minor
    refusal = None if fits else PartDoesNotFit(part or 0, 1, due)
    return _shown(request, ticket, view, now=now, refusal=refusal)


@get("/pay/{ticket:str}/standing", opt={"public": True}, include_in_schema=False)
async def watch(
    request: Request[Any, Any, Any], db: Database, links: PayLinks, now: datetime, ticket: str
) -> Response[Any]:
    """Asked by the page every few seconds: nothing as long as nothing changed, else it loads anew."""
    shop_id, order_id = _order_of(links, ticket, now)
    view = await db.run(Caller(shop_id, BUYER), lambda tx: _view(tx, order_id, choosing=False, now=now))
    if request.query_params.get("seen") == view.mark:
        return Response(None, status_code=204)
    return Response(None, status_code=204, headers={"hx-refresh": "true"})


@get("/pay/{ticket:str}/invoice.pdf", opt={"public": True}, include_in_schema=False)
async def own_invoice(
    request: Request[Any, Any, Any], db: Database, links: PayLinks, now: datetime, ticket: str
) -> Response[Any]:
    """The invoice; like the page, it names nobody."""
    shop_id, order_id = _order_of(links, ticket, now)
    found = await db.run(Caller(shop_id, BUYER), lambda tx: order_paper(tx, order_id))
    place = place_of(request, now=now)
    return await as_pdf(f"invoice-{found.order.number}", invoice(found, place.words, place.zone))


@get("/pay/{ticket:str}/back", opt={"public": True}, include_in_schema=False)
async def come_back(db: Database, links: PayLinks, now: datetime, ticket: str) -> Response[Any]:
    """The buyer returns from a gateway: it is asked at once, whatever the address says."""
    shop_id, order_id = _order_of(links, ticket, now)

    async def work(tx: Tx) -> None:
        await spend(tx, [Limit(f"pay:back:{order_id}", ASKS, WINDOW)], now=now)
        waiting = [
            attempt.id
            for attempt in await attempts_of(tx, order_id)
            if attempt.state in IN_THE_AIR | {AttemptState.OFFERED}
        ]
        await call_for_news(tx, waiting, now=now)

    # Where it was asked too often already, the clock asks all the same, a little later.
    with suppress(TooManyAttempts):
        await db.run(Caller(shop_id, BUYER), work)
    return Redirect(f"/pay/{ticket}", status_code=303)


@post("/pay/{ticket:str}", opt={"public": True}, include_in_schema=False)
async def choose(
    request: Request[Any, Any, Any],
    db: Database,
    links: PayLinks,
    cashier: Cashier,
    now: datetime,
    ticket: str,
) -> Response[Any]:
    """Pay by this method: over its rails, until one gives something to pay with."""
    shop_id, order_id = _order_of(links, ticket, now)
    caller = Caller(shop_id, BUYER)
    form = await posted(request)
    method = one(form, "method")[:40]
    typed = one(form, "phone")[:40]
    part = _part_in(one(form, "part"))
    try:
        phone = e164(typed) if method in ASKS_FOR_PHONE else None
        counted = [Limit(f"pay:try:{order_id}", TRIES, WINDOW)]
        await db.run(caller, lambda tx: spend(tx, counted, now=now))
        wish = _wish_in(form)
        await cashier.charge(
            caller,
            order_id,
            method,
            phone=phone,
            wish=wish,
            part_minor=part,
            instead_of=_instead_of(one(form, "anew")),
        )
    except (NothingToPay, AttemptInTheAir):
        return Redirect(f"/pay/{ticket}", status_code=303)
    except (
        NoRail,
        PartDoesNotFit,
        PhoneUnreadable,
        TooManyAttempts,
        PromotionNotFound,
        PromotionDoesNotApply,
        PromotionWorthChanged,
    ) as refusal:
        view = await db.run(caller, lambda tx: _view(tx, order_id, choosing=True, part=part, now=now))
        return _shown(request, ticket, view, now=now, refusal=refusal, chosen=method, phone=typed)
    return Redirect(f"/pay/{ticket}", status_code=303)


@post("/pay/{ticket:str}/voucher", opt={"public": True}, include_in_schema=False)
async def pay_by_voucher(
    request: Request[Any, Any, Any],
    db: Database,
    links: PayLinks,
    cashier: Cashier,
    now: datetime,
    ticket: str,
) -> Response[Any]:
    """Let a voucher pay, by its code or the buyer's own, or take it off again.

    What the buyer was given to pay with before was for another amount, so it is taken back; not before the voucher is
    known to be good, since a mistyped code costs nobody their number. A form sent twice is answered as the first time.
    """
    shop_id, order_id = _order_of(links, ticket, now)
    caller = Caller(shop_id, BUYER)
    form = await posted(request)
    code = one(form, "code").strip()[:40]
    off = bool(one(form, "off"))

    async def work(tx: Tx) -> None:
        if off:
            await take_voucher_off(tx, order_id, now=now)
        else:
            await use_voucher(tx, order_id, code=code or None, now=now)

    async def sent_twice(tx: Tx) -> bool:
        return not off and await pays_already(tx, order_id, code=code or None)

    try:
        counted = [Limit(f"pay:voucher:{order_id}", VOUCHERS, WINDOW)]
        await db.run(caller, lambda tx: spend(tx, counted, now=now))
        await db.run(caller, work)
        await cashier.put_aside(caller, order_id)
    except (NothingToPay, AttemptInTheAir, VoucherNotOff):
        return Redirect(f"/pay/{ticket}", status_code=303)
    except (
        NoVoucher,
        TooManyAttempts,
        VoucherLeavesTooLittle,
        VoucherNotFound,
        VoucherUnusable,
    ) as refusal:
        if isinstance(refusal, SPENT) and await db.run(caller, sent_twice):
            # The first time may have ended before what was offered was taken back.
            with suppress(AttemptInTheAir):
                await cashier.put_aside(caller, order_id)
            return Redirect(f"/pay/{ticket}", status_code=303)
        view = await db.run(caller, lambda tx: _view(tx, order_id, choosing=True, now=now))
        return _shown(request, ticket, view, now=now, refusal=refusal)
    return Redirect(f"/pay/{ticket}", status_code=303)


def _part_in(typed: str) -> int | None:
    """A part of what is due that a buyer wants to pay now; what is no amount is a part of nothing."""
    return (whole_rupiah(typed[:20]) or 0) if typed.strip() else None


def _instead_of(named: str) -> UUID | None:
    """What the buyer wants another one of; what names nothing is nothing."""
    try:
        return from_text("pay", named[:60])
    except NotAnId:
        return None


def _wish_in(form: Fields) -> Wanted | None:
    """The promotion the chosen method was shown with.

    Raises:
        PromotionNotFound: What was sent is none.
    """
    named = one(form, "promotion")[:60]
    if not named or one(form, "without"):
        return None
    shown, months = one(form, "shown")[:15], one(form, "months")[:3]
    try:
        return Wanted(from_text("prm", named), int(shown) if shown else None, int(months) if months else None)
    except (NotAnId, ValueError):
        raise PromotionNotFound(named) from None


def _order_of(links: PayLinks, ticket: str, now: datetime) -> tuple[int, UUID]:
    found = links.order_of(ticket, now=now)
    if found is None:
        raise NoSuchPayPage
    return found


async def _view(
    tx: Tx, order_id: UUID, *, choosing: bool, part: int | None = None, whole: bool = False, now: datetime
) -> View:
    """Args:
    part: What the buyer wants to pay now; the missing part of a deposit where they say nothing.
    whole: They want to pay all of it.
    """
    order = (await orders_by_id(tx, [order_id])).get(order_id)
    if order is None:
        raise NoSuchPayPage
    shop = await shop_by_id(tx, tx.shop_id)
    tries = await attempts_of(tx, order_id)
    in_the_air = [attempt for attempt in tries if attempt.state in IN_THE_AIR]
    last = tries[-1] if tries else None
    if in_the_air:
        asked = in_the_air[-1].amount_minor
        return View("checking", order, shop, in_the_air[-1], (), asked_minor=asked)
    if not is_payable(order):
        at_the_door = order.terms == Terms.COD and order.paid_minor > 0
        settled = order.commercial in SETTLED and (order.due_minor <= 0 or at_the_door)
        return View("paid" if settled else "closed", order, shop, last, ())
    uses = await of_attempts(tx, [attempt.id for attempt in tries])
    open_tries = [attempt for attempt in tries if can_pay(order, attempt, uses.get(attempt.id), now=now)]
    if open_tries and not choosing:
        waits = open_tries[-1]
        use = uses.get(waits.id)
        on_rail = await banner_for(tx, now=now, rails=[waits.rail_id], ahead=LOWERED_BEFORE)
        return View(
            "waiting",
            order,
            shop,
            waits,
            (),
            tuple(on_rail),
            asked_minor=waits.amount_minor,
            covered_minor=use.off_minor if use else 0,
            use=use,
            voucher_minor=await _by_voucher(tx, order),
            voucher_there_minor=await voucher_there(tx, order, now=now),
            transfers=await _transfers(tx, waits.amount_minor) if on_rail else (),
        )
    carried = [rail for rail in await rails(tx) if rail.state == "open"]
    deposit = order.deposit_due_minor
    deposit = deposit if order.wants_deposit or leaves_payable(order, deposit, carried) else 0
    asked = order.due_minor
    if order.wants_deposit:
        asked = deposit
    elif part is not None and 0 < part <= asked and leaves_payable(order, part, carried):
        asked = part
    elif deposit and not whole:
        asked = deposit
    methods = _methods(asked, {rail.method for rail in fitting(carried, asked)})
    told = await _troubles(tx, carried, now=now)
    codes = [method.code for _, group in methods for method in group]
    # A promotion is for whoever pays all that is due in one go.
    found = await offered(tx, order, codes, now=now) if asked == order.due_minor else []
    offers = {offer.method: offer for offer in found}
    attempt = open_tries[-1] if open_tries else last
    return View(
        "choose",
        order,
        shop,
        attempt,
        methods,
        told,
        offers,
        asked_minor=asked,
        deposit_minor=deposit,
        voucher_minor=await _by_voucher(tx, order),
        voucher_there_minor=await voucher_there(tx, order, now=now),
        transfers=await _transfers(tx, asked),
    )


async def _transfers(tx: Tx, amount_minor: int) -> tuple[TransferAccount, ...]:
    """Where so much may be transferred to."""
    way = METHODS["bank_transfer"]
    fits = way.least_minor <= amount_minor <= way.most_minor
    return tuple(await transfer_accounts(tx, shown_only=True)) if fits else ()


async def _by_voucher(tx: Tx, order: Order) -> int:
    if not order.paid_minor:
        return 0
    return sum(minor for _, minor in (await spent_on(tx, [order.id])).get(order.id, []))


async def _troubles(tx: Tx, carried: Sequence[Rail], *, now: datetime) -> tuple[Banner, ...]:
    """What is to be said of methods every rail of which has trouble; one that is left carries the others."""
    told = await banner_for(tx, now=now, methods={rail.method for rail in carried}, ahead=LOWERED_BEFORE)
    bad = {banner.rail_id for banner in told}
    well = {rail.method for rail in carried if rail.id not in bad}
    return tuple(banner for banner in told if banner.method not in well)


def _methods(amount_minor: int, carried: Collection[str]) -> tuple[tuple[Group, tuple[Method, ...]], ...]:
    """Methods that are carried and this amount fits, in the order of the catalogue."""
    fit = [
        method
        for code, method in METHODS.items()
        if code in carried and method.least_minor <= amount_minor <= method.most_minor
    ]
    groups = {method.group: None for method in fit}
    return tuple((group, tuple(method for method in fit if method.group is group)) for group in groups)


def _shown(
    request: Request[Any, Any, Any],
    ticket: str,
    view: View,
    *,
    now: datetime,
    refusal: Refusal | None = None,
    chosen: str = "",
    phone: str = "",
) -> Response[Any]:
    stored = (view.attempt.instrument if view.attempt and view.word == "waiting" else None) or {}
    instrument = {name: stored.get(name) for name in ("kind", "number", "biller", "qr", "url")}
    ways = ways_to_pay(view.attempt.method, stored["kind"]) if view.attempt and stored else ()
    return page(
        request,
        "buyer/pay.html",
        status_code=200 if refusal is None else 422,
        headers={"cache-control": "no-store", "referrer-policy": "no-referrer"},
        ticket=ticket,
        view=view,
        order=view.order,
        attempt=view.attempt,
        instrument=instrument,
        method=METHODS[view.attempt.method] if view.attempt else None,
        ways=ways,
        picture=_picture(stored.get("qr")),
        groups=GROUP_NAMES,
        transfer_group=GROUP_NAMES[Group.TRANSFER],
        asks_for_phone=ASKS_FOR_PHONE,
        kinds=PromotionKind,
        to_text=to_text,
        plans=_plans(view, place_of(request).words),
        refused=None if refusal is None else sentence(refusal, place_of(request).words),
        chosen=chosen,
        phone=phone,
        now=now,
    )


def _plans(view: View, words: Words) -> dict[str, list[tuple[int, str]]]:
    """The instalment plans of each method that has some."""
    return {
        code: [(months, words.gettext("%(months)s bulan", months=months)) for months in offer.best.months]
        for code, offer in view.offers.items()
        if offer.best is not None and offer.best.months
    }


def _picture(text: str | None) -> str | None:
    """A QR image that needs no request of its own."""
    if text is None:
        return None
    drawn: str = segno.make(text, error="m").svg_data_uri(scale=6, border=4, light="#fff")
    return drawn


handlers: list[Any] = [look, watch, come_back, own_invoice, choose, pay_by_voucher]

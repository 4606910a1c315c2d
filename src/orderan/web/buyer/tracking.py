"""Following an order: its number and the last four digits of the phone, guarded against guessing.

A wrong number and wrong digits get one answer, and both are counted: per address, and per order,
so that ten thousand endings cannot be tried out from anywhere. What is shown names nobody.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.response import Redirect

from orderan.customers import Card, Reader, customer_card, mask_name
from orderan.flows.pay_links import PayLinks
from orderan.flows.views_papers import OrderPaper, order_paper
from orderan.flows.views_road import ParcelRoad, parcel_roads
from orderan.insights import order_for_buyer
from orderan.kit.crypto import Keyring
from orderan.kit.db import ALL_SHOPS, Caller, Database, Tx
from orderan.kit.errors import N_, Kind, Refusal
from orderan.kit.i18n import local_date
from orderan.kit.text import NumberMistyped, read_number
from orderan.kit.throttle import Limit, TooManyAttempts, give_back, spend
from orderan.kit.tickets import read_ticket, write_ticket
from orderan.orders import pay_limit
from orderan.returns import ReturnWithLines, returns_of, waits_for_return
from orderan.settings import Settings
from orderan.shipping import (
    COURIERS,
    UNDER_WAY,
    Parcel,
    Promise,
    parcels_of,
    promises_of,
    tracking_link,
    waiting_doors,
)
from orderan.shops import Shop, all_shops
from orderan.web.buyer.parcel_road import drawing, happened
from orderan.web.forms import client_address, one, posted, refusals_to
from orderan.web.here import place_of
from orderan.web.pages import page
from orderan.web.papers import as_pdf, invoice

COOKIE: Final = "orderan_track"
OPEN_FOR: Final = timedelta(minutes=30)
PER_ADDRESS: Final = 30
PER_ORDER: Final = 6
WINDOW: Final = timedelta(hours=1)
LONGEST_NUMBER: Final = 10
BUYER: Final = "buyer"


@dataclass(eq=False)
class NotThatOrder(Refusal):
    """No order has this number together with these digits; which of them is wrong is not told."""

    code = "not_that_order"
    kind = Kind.INVALID
    sentence = N_("Nomor pesanan dan empat angka itu tidak cocok.")


@get("/track", name="track", opt={"public": True}, include_in_schema=False)
async def ask(request: Request[Any, Any, Any], db: Database) -> Response[Any]:
    """The form."""
    typed = {name: request.query_params.get(name, "")[:40] for name in ("number", "shop")} | {"digits": ""}
    return _form(request, await _shops(db), typed, {})


@post("/track", opt={"public": True}, include_in_schema=False)
async def check(
    request: Request[Any, Any, Any], db: Database, keyring: Keyring, settings: Settings, now: datetime
) -> Response[Any]:
    """Compare, and remember this browser for half an hour."""
    form = await posted(request)
    typed = {name: one(form, name)[:40] for name in ("number", "shop", "digits")}
    shops = await _shops(db)
    with refusals_to(
        request, {NumberMistyped: "number", NotThatOrder: "number", TooManyAttempts: "number"}
    ) as refused:
        number = read_number(typed["number"])
        shop = _chosen(shops, typed["shop"])
        limits = _limits(client_address(request), shop, number)
        order_id = await _looked_up(db, keyring, shop, number, typed["digits"], limits, now)
        answer = Redirect("/track/order", status_code=303)
        _remember(answer, keyring, shop, order_id, number, now, settings)
        return answer
    refusal = refused.refusal
    wait_s = refusal.retry_after_s if isinstance(refusal, TooManyAttempts) else 0
    return _form(request, shops, typed, refused.errors, wait_s=wait_s)


@dataclass(frozen=True, slots=True)
class _Followed:
    """What there is to see of an order.

    Attributes:
        waits: Whether its buyer is to send something back.
    """

    order: Any
    card: Card | None
    parcels: list[Parcel]
    shop: Shop | None
    returns: list[ReturnWithLines]
    waits: bool
    promises: list[Promise]
    roads: dict[UUID, ParcelRoad]
    doors: dict[UUID, UUID]


@get("/track/order", opt={"public": True}, include_in_schema=False)
async def follow(
    request: Request[Any, Any, Any], db: Database, keyring: Keyring, links: PayLinks, now: datetime
) -> Response[Any]:
    """The order this browser was let in to; otherwise the form."""
    let_in = let_in_to(request, keyring, now)
    if let_in is None:
        return Redirect("/track", status_code=303)

    async def read(tx: Tx) -> _Followed | None:
        order = await order_for_buyer(tx, let_in.number)
        if order is None or order.id != let_in.order_id:
            return None
        return _Followed(
            order,
            await customer_card(tx, keyring, order.customer_id) if order.customer_id else None,
            await parcels_of(tx, order.id),
            next((shop for shop in await all_shops(tx) if shop.shop_id == tx.shop_id), None),
            await returns_of(tx, order.id),
            await waits_for_return(tx, order.id),
            await promises_of(tx, [order.id]),
            await parcel_roads(tx, order.id),
            await waiting_doors(tx, order.id),
        )

    found = await db.run(let_in.caller, read)
    if found is None:
        return Redirect("/track", status_code=303)
    order, shop, card = found.order, found.shop, found.card
    words = place_of(request).words
    return page(
        request,
        "buyer/tracking.html",
        headers={"cache-control": "no-store"},
        order=order,
        shop=shop,
        pay_page=f"/pay/{links.ticket(shop.shop_id, order.id, now=now)}" if shop else "",
        pay_until=pay_limit(order.hold_until, order.clock_stopped_at, now=now),
        promises={one.parcel_id: one for one in found.promises},
        today=local_date(now, shop.time_zone) if shop else now.date(),
        name=mask_name(card.name) if card else "",
        parcels=[
            {
                "parcel": parcel,
                "courier": COURIERS[parcel.courier].name if parcel.courier in COURIERS else parcel.courier,
                "href": tracking_link(parcel.courier, parcel.awb),
                "happened": happened(found.roads[parcel.id], words),
                "drawn": drawing(found.roads[parcel.id], words, now=now)
                if parcel.state in UNDER_WAY
                else None,
                "on_van": found.roads[parcel.id].on_van,
                "door": f"/door/{links.door_ticket(shop.shop_id, found.doors[parcel.id], now=now)}"
                if shop and parcel.id in found.doors
                else "",
            }
            for parcel in found.parcels
        ],
        may_return=any(parcel.delivered_at for parcel in found.parcels),
        returns=found.returns,
        waits_for_return=found.waits,
        now=now,
    )


@get("/track/order/invoice.pdf", opt={"public": True}, include_in_schema=False)
async def own_invoice(
    request: Request[Any, Any, Any], db: Database, keyring: Keyring, now: datetime
) -> Response[Any]:
    """The invoice of the order this browser was let in to; like the page, it names nobody in full."""
    let_in = let_in_to(request, keyring, now)
    if let_in is None:
        return Redirect("/track", status_code=303)

    async def read(tx: Tx) -> tuple[OrderPaper, str]:
        found = await order_paper(tx, let_in.order_id)
        customer = found.order.customer_id
        return found, mask_name((await customer_card(tx, keyring, customer)).name) if customer else ""

    found, name = await db.run(let_in.caller, read)
    place = place_of(request, now=now)
    return await as_pdf(f"invoice-{found.order.number}", invoice(found, place.words, place.zone, buyer=name))


@dataclass(frozen=True, slots=True)
class LetIn:
    """An order a browser was let in to."""

    caller: Caller
    order_id: UUID
    number: int


def let_in_to(request: Request[Any, Any, Any], keyring: Keyring, now: datetime) -> LetIn | None:
    """The order this browser typed the number and the digits of, in the last half hour; None: none."""
    says = read_ticket(keyring.secret("tracking"), "track", request.cookies.get(COOKIE, ""), now=now)
    if says is None:
        return None
    return LetIn(Caller(int(says["shop"]), BUYER), UUID(says["order"]), int(says["number"]))


def _limits(address: str, shop: Shop | None, number: int) -> list[Limit]:
    return [
        Limit(f"track:address:{address}", PER_ADDRESS, WINDOW),
        Limit(f"track:order:{shop.shop_id if shop else 0}:{number}", PER_ORDER, WINDOW),
    ]


async def _looked_up(
    db: Database,
    keyring: Keyring,
    shop: Shop | None,
    number: int,
    digits: str,
    limits: list[Limit],
    now: datetime,
) -> UUID:
    """The order asked for; only attempts that are wrong count.

    The attempt is counted before it is looked at, so that parallel guesses see each other, and
    given back when it was right.

    Raises:
        TooManyAttempts, NotThatOrder: See there.
    """
    counting = Caller(ALL_SHOPS, "system:tracking")
    await db.run(counting, lambda tx: spend(tx, limits, now=now))
    order_id = await _order_of(db, keyring, shop, number, digits)
    await db.run(counting, lambda tx: give_back(tx, limits))
    return order_id


async def _order_of(db: Database, keyring: Keyring, shop: Shop | None, number: int, digits: str) -> UUID:
    """The order of a number, when its customer's phone ends with the digits.

    Raises:
        NotThatOrder: Anything else.
    """
    if shop is None or len(str(number)) > LONGEST_NUMBER:
        raise NotThatOrder

    async def read(tx: Tx) -> UUID:
        order = await order_for_buyer(tx, number)
        if order is None or order.customer_id is None:
            raise NotThatOrder
        card = await customer_card(tx, keyring, order.customer_id, reader=Reader())
        ending = "".join(letter for letter in digits if letter.isdigit())
        if card.phone is None or len(ending) != 4 or card.phone[-4:] != ending:
            raise NotThatOrder
        found: UUID = order.id
        return found

    return await db.run(Caller(shop.shop_id, BUYER), read)


def _remember(
    answer: Response[Any],
    keyring: Keyring,
    shop: Shop | None,
    order_id: UUID,
    number: int,
    now: datetime,
    settings: Settings,
) -> None:
    says = {"shop": shop.shop_id if shop else 0, "order": str(order_id), "number": number}
    answer.set_cookie(
        Cookie(
            key=COOKIE,
            value=write_ticket(keyring.secret("tracking"), "track", says, until=now + OPEN_FOR),
            max_age=int(OPEN_FOR.total_seconds()),
            path="/track",
            httponly=True,
            samesite="lax",
            secure=settings.web.secure,
        )
    )


async def _shops(db: Database) -> list[Shop]:
    return await db.run(Caller(ALL_SHOPS, "system:tracking"), all_shops)


def _chosen(shops: list[Shop], code: str) -> Shop | None:
    """The shop asked for; the only one needs no asking."""
    if len(shops) == 1:
        return shops[0]
    return next((shop for shop in shops if shop.code == code), None)


def _form(
    request: Request[Any, Any, Any],
    shops: list[Shop],
    typed: dict[str, str],
    errors: dict[str, str],
    *,
    wait_s: int = 0,
) -> Response[Any]:
    return page(
        request,
        "buyer/track.html",
        status_code=422 if errors else 200,
        headers={"retry-after": str(wait_s)} if wait_s else None,
        shops=[(shop.code, shop.name) for shop in shops] if len(shops) > 1 else [],
        typed=typed,
        errors=errors,
    )


handlers: list[Any] = [ask, check, follow, own_invoice]

"""The sandbox served: each partner under its name, pages to pay and answer at, and a page to make bad weather.

    /midtrans/...   what a client of the gateway calls; a telephone provider in the same way
    /whatsapp/...   what a client of the provider of messages calls
    /messages       the phones and the mailbox that messages reach; see `messages/pages.py`
    /page/...       where a gateway would send the buyer
    /phones         every telephone that rings or rang
    /couriers       every parcel at a simulated courier, and a rider's hands to move it on
    /               every gateway, its charges, and what can be made to go wrong

It keeps everything in memory, believes whoever can reach it, and is for this machine only.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from socket import socket
from typing import Any, Final, cast
from urllib.parse import parse_qsl, unquote

from litestar import Litestar, Request, Response, asgi, get, post
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import State
from litestar.exceptions import NotFoundException
from litestar.response import Redirect
from litestar.types import Receive, Scope, Send

from orderan.kit.clock import Clock
from orderan.sandbox import courier_pages, phone_pages
from orderan.sandbox.couriers.yard import Yard
from orderan.sandbox.faults import Break, Faults, Window
from orderan.sandbox.keys import COURIERS, MESSENGERS, NAMES, PHONES, REGISTERED, Cabinet, NotHere
from orderan.sandbox.messages.pages import ROUTES as MESSAGE_ROUTES
from orderan.sandbox.messages.post_office import PostOffice
from orderan.sandbox.models import SimReply, SimRequest
from orderan.sandbox.phones.exchange import Exchange
from orderan.sandbox.street import Street, Unplayable
from orderan.web.forms import one, posted
from orderan.web.headers import security_headers
from orderan.web.pages import page
from orderan.web.preferences import choose_preferences
from orderan.web.static import serve_static

LONGEST: Final = 256 * 1024
SHOWN: Final = 50
WEATHER: Final[dict[str, Faults]] = {
    "down": Faults(breaks={Break.ERROR_BEFORE: 1.0}),
    "silent": Faults(breaks={Break.HANG_BEFORE: 1.0}),
    "took_it": Faults(breaks={Break.HANG_AFTER: 1.0}),
    "half_broken": Faults(breaks={Break.ERROR_BEFORE: 0.3, Break.ERROR_AFTER: 0.1, Break.GARBLED: 0.1}),
    "slow": Faults(slow_s=4.0),
    "banks_away": Faults(channel_down=1.0),
    "post_late": Faults(late_s=120.0, shuffled=True),
    "post_lost": Faults(lost=1.0),
    "post_doubled": Faults(doubled=1.0),
    "post_forged": Faults(forged=1.0),
}
"""Bad days that can be had with one click, by the word the page has for them."""


def build(
    clock: Clock, *, base_url: str, secret: str, cabinet: Cabinet, mail: socket | None = None
) -> Litestar:
    """The sandbox as an application.

    Args:
        secret: For the tokens of its own forms.
        mail: Where its mail server listens; None has none.
    """
    street = Street(base_url, clock.now, cabinet)
    exchange = Exchange(cabinet.carriers(), clock.now, cabinet)
    office = PostOffice(clock.now, cabinet, street.postman)
    yard = Yard(cabinet.couriers(), clock.now, cabinet)

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        ticking = asyncio.create_task(exchange.run())
        if mail is not None:
            await office.mail.open(mail)
        yield
        ticking.cancel()
        await exchange.close()
        await office.close()
        await street.postman.close()
        await yard.postman.close()

    partners = {
        **dict.fromkeys(NAMES, street.answer),
        **dict.fromkeys(PHONES, exchange.answer),
        **dict.fromkeys(MESSENGERS, office.answer),
        **dict.fromkeys(COURIERS, yard.answer),
    }
    return Litestar(
        [
            serve_static,
            choose_preferences,
            look,
            look_at,
            act,
            send_word_to,
            make_weather,
            buyer_page,
            buyer_acts,
            *phone_pages.handlers,
            *courier_pages.handlers,
            *MESSAGE_ROUTES,
            asgi([f"/{name}" for name in partners], is_mount=True, copy_scope=True)(_played_by(partners)),
        ],
        middleware=[security_headers],
        csrf_config=CSRFConfig(
            secret=secret,
            cookie_name="orderan_sandbox_csrf",
            exclude=[f"^/{name}/" for name in (*NAMES, *PHONES, *MESSENGERS, *COURIERS)],
        ),
        lifespan=[lifespan],
        logging_config=None,
        openapi_config=None,
        state=State(
            {
                "street": street,
                "exchange": exchange,
                "post_office": office,
                "yard": yard,
                "page_paths": frozenset(),
            }
        ),
        request_max_body_size=LONGEST,
    )


def _played_by(partners: Mapping[str, Callable[[str, SimRequest], Awaitable[SimReply]]]) -> Any:
    """What answers below every partner's name.

    The name is read from the path as it was sent: a mount is chosen by how the path begins, and the name of
    one partner may begin with another's.
    """

    async def partner(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request[Any, Any, Any](scope, receive, send)
        name, _, path = unquote(request.scope["raw_path"].decode("latin-1")).lstrip("/").partition("/")
        if name not in partners:
            raise NotFoundException
        reply = await partners[name](
            name,
            SimRequest(
                request.method,
                "/" + path.rstrip("/"),
                {key.lower(): value for key, value in request.headers.items()},
                await _whole(receive),
                dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)),
            ),
        )
        await send(
            {
                "type": "http.response.start",
                "status": reply.status,
                "headers": [
                    (key.lower().encode(), value.encode("latin-1")) for key, value in reply.headers.items()
                ],
            }
        )
        await send({"type": "http.response.body", "body": reply.body, "more_body": False})

    return partner


async def _whole(receive: Receive) -> bytes:
    """The body of a request, as far as anybody would send one."""
    body = bytearray()
    more = True
    while more and len(body) <= LONGEST:
        message = cast("dict[str, Any]", await receive())
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return bytes(body)


def _street(request: Request[Any, Any, Any]) -> Street:
    return cast("Street", request.app.state.street)


@get("/", include_in_schema=False)
async def look(request: Request[Any, Any, Any]) -> Response[Any]:
    """Every gateway, and the weather."""
    street = _street(request)
    street.expire_due()
    now = street.clock()
    return page(
        request,
        "sandbox/index.html",
        gateways=[
            (name, len(gateway.book.all()), street.weather.over(name, None, now) != Faults())
            for name, gateway in street.gateways.items()
        ],
        weather=list(WEATHER),
        windows=street.weather.standing(now),
        now=now,
    )


@post("/weather", include_in_schema=False)
async def make_weather(request: Request[Any, Any, Any]) -> Response[Any]:
    """Let something go wrong at a gateway, or one of its methods, for some minutes; or clear the sky."""
    street = _street(request)
    form = await posted(request)
    gateway, kind = one(form, "gateway"), one(form, "kind")
    if kind == "clear":
        street.weather.clear()
    elif kind in WEATHER and gateway in street.gateways:
        minutes = min(max(int(one(form, "minutes") or 10), 1), 1440) if one(form, "minutes").isdigit() else 10
        now = street.clock()
        street.weather.set(
            Window(
                gateway,
                WEATHER[kind],
                one(form, "method") or None,
                now,
                now + timedelta(minutes=minutes),
                kind,
            )
        )
    return Redirect("/", status_code=303)


@get("/gateways/{name:str}", include_in_schema=False)
async def look_at(request: Request[Any, Any, Any], name: str) -> Response[Any]:
    """The newest charges of one gateway."""
    street = _street(request)
    if name not in street.gateways:
        raise NotFoundException
    street.expire_due()
    return _gateway_page(request, street, name)


def _gateway_page(
    request: Request[Any, Any, Any], street: Street, name: str, *, refused: str | None = None
) -> Response[Any]:
    return page(
        request,
        "sandbox/gateway.html",
        status_code=200 if refused is None else 422,
        name=name,
        registered=name in REGISTERED,
        address=street.cabinet.address(name) if refused is None else refused,
        refused=refused is not None,
        charges=street.gateways[name].book.all()[:SHOWN],
        bank_may=lambda charge: street.bank_may(street.gateways[name], charge),
        now=street.clock(),
    )


@post("/gateways/{name:str}/address", include_in_schema=False)
async def send_word_to(request: Request[Any, Any, Any], name: str) -> Response[Any]:
    """Register where a gateway sends word, as one would on its dashboard."""
    street = _street(request)
    if name not in street.gateways:
        raise NotFoundException
    typed = one(await posted(request), "address").strip()[:300]
    try:
        street.cabinet.register(name, typed)
    except NotHere:
        return _gateway_page(request, street, name, refused=typed)
    return Redirect(f"/gateways/{name}", status_code=303)


@post("/gateways/{name:str}/{charge_id:str}", include_in_schema=False)
async def act(request: Request[Any, Any, Any], name: str, charge_id: str) -> Response[Any]:
    """Do something to a charge: pay, decline, expire, take back, dispute, tell again, tell with a forged signature."""
    street = _street(request)
    gateway = street.gateways.get(name)
    charge = gateway.book.find(charge_id) if gateway else None
    if gateway is None or charge is None:
        raise NotFoundException
    form = await posted(request)
    amount = one(form, "amount")
    with suppress(Unplayable):
        street.act(gateway, charge, one(form, "deed"), int(amount) if amount.isdigit() else None)
    return Redirect(f"/gateways/{name}", status_code=303)


@get("/page/{number:str}", include_in_schema=False)
async def buyer_page(request: Request[Any, Any, Any], number: str) -> Response[Any]:
    """What the buyer would see at the gateway, at the bank, or in the wallet."""
    street = _street(request)
    try:
        gateway, charge = street.charge_at(number)
    except KeyError as unknown:
        raise NotFoundException from unknown
    return page(
        request,
        "sandbox/page.html",
        number=number,
        name=gateway.name,
        charge=charge,
        bank_may=street.bank_may(gateway, charge),
        now=street.clock(),
    )


@post("/page/{number:str}", include_in_schema=False)
async def buyer_acts(request: Request[Any, Any, Any], number: str) -> Response[Any]:
    """The buyer pays, says no, or has their bank take it back; where the page leads them back to, they go back."""
    street = _street(request)
    try:
        gateway, charge = street.charge_at(number)
    except KeyError as unknown:
        raise NotFoundException from unknown
    form = await posted(request)
    with suppress(Unplayable):
        street.act(gateway, charge, one(form, "deed"))
    return Redirect(f"/page/{number}", status_code=303)

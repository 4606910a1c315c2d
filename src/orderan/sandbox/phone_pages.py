"""Pages of the simulated telephones: what rings, a phone to answer, and what can be made to go wrong."""

from datetime import timedelta
from typing import Any, Final, cast

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.response import Redirect

from orderan.sandbox.faults import Window
from orderan.sandbox.keys import Cabinet, NotHere
from orderan.sandbox.phones.crowd import CROWDS, Crowd
from orderan.sandbox.phones.exchange import Exchange, NotNow
from orderan.sandbox.phones.faults import BAD_DAYS
from orderan.sandbox.phones.models import SimCall, Stage
from orderan.sandbox.phones.ports import Carrier
from orderan.web.forms import one, posted
from orderan.web.pages import page

SHOWN: Final = 50
KEYPAD: Final = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#")


def _exchange(request: Request[Any, Any, Any]) -> Exchange:
    return cast("Exchange", request.app.state.exchange)


def _found(request: Request[Any, Any, Any], name: str, call_id: str) -> tuple[Carrier, SimCall]:
    found = _exchange(request).find(name, call_id)
    if found is None:
        raise NotFoundException
    return found


@get("/phones", include_in_schema=False)
async def look(request: Request[Any, Any, Any]) -> Response[Any]:
    """Every telephone that rings or rang, newest first."""
    return _phones(request)


@get("/phones/ringing", include_in_schema=False)
async def look_again(request: Request[Any, Any, Any]) -> Response[Any]:
    """The list alone, for a page that watches it."""
    return _phones(request, "calls")


def _phones(
    request: Request[Any, Any, Any], block: str | None = None, *, refused: str | None = None
) -> Response[Any]:
    exchange = _exchange(request)
    return page(
        request,
        "sandbox/phones.html",
        block,
        status_code=200 if refused is None else 422,
        providers=list(exchange.carriers),
        calls=exchange.calls()[:SHOWN],
        crowds=list(CROWDS),
        crowd=next((name for name, shares in CROWDS.items() if _is_there(exchange, shares)), None),
        bad_days=list(BAD_DAYS),
        windows=exchange.weather.standing(exchange.clock()),
        address=_cabinet(request).address("exotel") if refused is None else refused,
        refused=refused is not None,
        now=exchange.clock(),
    )


def _is_there(exchange: Exchange, shares: object) -> bool:
    return exchange.crowd is not None and exchange.crowd.shares is shares


def _cabinet(request: Request[Any, Any, Any]) -> Cabinet:
    return cast("Cabinet", _exchange(request).registry)


@post("/phones/crowd", include_in_schema=False)
async def choose_crowd(request: Request[Any, Any, Any]) -> Response[Any]:
    """Let a crowd take the calls, or people."""
    form = await posted(request)
    shares = CROWDS.get(one(form, "crowd"))
    seed = one(form, "seed")
    _exchange(request).crowd = (
        Crowd(shares, seed=int(seed) if seed.isdecimal() and len(seed) < 10 else 1) if shares else None
    )
    return Redirect("/phones", status_code=303)


@post("/phones/weather", include_in_schema=False)
async def make_weather(request: Request[Any, Any, Any]) -> Response[Any]:
    """Let something go wrong at a provider for some minutes; or clear the sky."""
    exchange = _exchange(request)
    form = await posted(request)
    provider, kind, typed = one(form, "provider"), one(form, "kind"), one(form, "minutes")
    if kind == "clear":
        exchange.weather.clear()
    elif kind in BAD_DAYS and provider in exchange.carriers:
        minutes = min(max(int(typed), 1), 1440) if typed.isdecimal() and len(typed) < 6 else 10
        now = exchange.clock()
        end = now + timedelta(minutes=minutes)
        exchange.weather.set(Window(provider, BAD_DAYS[kind], None, now, end, kind))
    return Redirect("/phones", status_code=303)


@post("/phones/address", include_in_schema=False)
async def ask_at(request: Request[Any, Any, Any]) -> Response[Any]:
    """Write into the applets of Exotel's flow where they ask."""
    typed = one(await posted(request), "address").strip()[:300]
    try:
        _cabinet(request).register("exotel", typed)
    except NotHere:
        return _phones(request, refused=typed)
    return Redirect("/phones", status_code=303)


@get("/phones/{name:str}/{call_id:str}", include_in_schema=False)
async def phone(request: Request[Any, Any, Any], name: str, call_id: str) -> Response[Any]:
    """One telephone: what is heard, and keys to press."""
    return _phone(request, *_found(request, name, call_id))


@get("/phones/{name:str}/{call_id:str}/screen", include_in_schema=False)
async def screen(request: Request[Any, Any, Any], name: str, call_id: str) -> Response[Any]:
    """Its screen alone, for a page that watches it."""
    return _phone(request, *_found(request, name, call_id), block="screen")


def _phone(
    request: Request[Any, Any, Any], carrier: Carrier, call: SimCall, block: str | None = None
) -> Response[Any]:
    return page(
        request, "sandbox/phone.html", block, carrier=carrier.name, call=call, keypad=KEYPAD, over=call.over
    )


@post("/phones/{name:str}/{call_id:str}", include_in_schema=False)
async def act(request: Request[Any, Any, Any], name: str, call_id: str) -> Response[Any]:
    """Do what whoever is called can do; what cannot be done as the call stands changes nothing."""
    exchange, (_, call) = _exchange(request), _found(request, name, call_id)
    form = await posted(request)
    key = one(form, "key")
    try:
        match one(form, "deed"):
            case "answer":
                await exchange.pick_up(call)
            case "machine":
                await exchange.pick_up(call, machine=True)
            case "busy":
                await exchange.decline(call)
            case "ignore":
                await exchange.decline(call, Stage.NO_ANSWER)
            case "fail":
                await exchange.decline(call, Stage.FAILED)
            case "silence":
                await exchange.let_pass(call)
            case "hang_up":
                await exchange.hang_up(call)
            case _ if key in KEYPAD:
                await exchange.press(call, key)
    except NotNow:
        # Two pages, or a page and the clock, were at the same telephone: it is shown as it stands.
        pass
    return Redirect(f"/phones/{name}/{call_id}", status_code=303)


handlers: list[Any] = [
    look,
    look_again,
    choose_crowd,
    make_weather,
    ask_at,
    phone,
    screen,
    act,
]

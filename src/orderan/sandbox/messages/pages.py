"""Pages of the simulated messages: the phones they reach, the letters that came, and what can go wrong.

/messages                   every number, every letter, the crowd and the weather
/messages/phones/62812...   one phone: read, tap a button, write back
/messages/mail/...          one letter, as a mail program shows it
"""

from contextlib import suppress
from datetime import timedelta
from typing import Any, Final, cast

from litestar import MediaType, Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.response import Redirect

from orderan.sandbox.faults import Break, Faults, Window
from orderan.sandbox.keys import REGISTERED, NotHere
from orderan.sandbox.messages.crowd import CROWDS
from orderan.sandbox.messages.mail import NAME as MAIL
from orderan.sandbox.messages.post_office import PostOffice, Unplayable
from orderan.web.forms import one, posted
from orderan.web.headers import CONTENT_SECURITY_POLICY
from orderan.web.pages import page

SHOWN: Final = 50
LONGEST_TEXT: Final = 1000
WEATHER: Final[dict[str, Faults]] = {
    "down": Faults(breaks={Break.ERROR_BEFORE: 1.0}),
    "silent": Faults(breaks={Break.HANG_BEFORE: 1.0}),
    "took_it": Faults(breaks={Break.HANG_AFTER: 1.0}),
    "half_broken": Faults(breaks={Break.ERROR_BEFORE: 0.3, Break.ERROR_AFTER: 0.1, Break.GARBLED: 0.1}),
    "slow": Faults(slow_s=4.0),
    "throttled": Faults(throttled=1.0),
    "failed_later": Faults(failed_later=1.0),
    "post_late": Faults(late_s=120.0),
    "post_shuffled": Faults(shuffled=True),
    "post_lost": Faults(lost=1.0),
    "post_doubled": Faults(doubled=1.0),
    "post_forged": Faults(forged=1.0),
}
"""Bad days that can be had with one click, by the word the page has for them."""
LETTER_POLICY: Final = (
    "sandbox allow-popups; default-src 'none'; style-src 'unsafe-inline'; img-src http: https: data:;"
    " frame-ancestors 'self'"
)
"""A letter is a stranger's document: it may look as it likes and do nothing."""


def _office(request: Request[Any, Any, Any]) -> PostOffice:
    return cast("PostOffice", request.app.state.post_office)


@get("/messages", include_in_schema=False)
async def look_around(request: Request[Any, Any, Any]) -> Response[Any]:
    """Every number, every letter, the crowd and the weather."""
    return _everything(request)


@post("/messages/weather", include_in_schema=False)
async def make_message_weather(request: Request[Any, Any, Any]) -> Response[Any]:
    """Let something go wrong at a provider for some minutes; or clear the sky."""
    office = _office(request)
    form = await posted(request)
    provider, kind = one(form, "provider"), one(form, "kind")
    if kind == "clear":
        office.weather.clear()
    elif kind in WEATHER and provider in {*office.providers, MAIL}:
        minutes = min(max(int(one(form, "minutes")), 1), 1440) if one(form, "minutes").isdigit() else 10
        now = office.clock()
        office.weather.set(Window(provider, WEATHER[kind], None, now, now + timedelta(minutes=minutes), kind))
    return Redirect("/messages", status_code=303)


@post("/messages/crowd", include_in_schema=False)
async def choose_crowd(request: Request[Any, Any, Any]) -> Response[Any]:
    """Who holds the phones from now on."""
    kind = one(await posted(request), "crowd")
    if kind in CROWDS:
        _office(request).crowd = CROWDS[kind]
    return Redirect("/messages", status_code=303)


@post("/messages/providers/{name:str}/address", include_in_schema=False)
async def send_message_word_to(request: Request[Any, Any, Any], name: str) -> Response[Any]:
    """Register where a provider sends word, as one would on its dashboard."""
    office = _office(request)
    if name not in office.providers or name not in REGISTERED:
        raise NotFoundException
    typed = one(await posted(request), "address").strip()[:300]
    try:
        ours = await office.register(name, typed)
    except NotHere:
        return _everything(request, refused={name: ("elsewhere", typed)})
    if not ours:
        return _everything(request, refused={name: ("not_ours", typed)})
    return Redirect("/messages", status_code=303)


@get("/messages/phones/{digits:str}", include_in_schema=False)
async def look_at_phone(request: Request[Any, Any, Any], digits: str) -> Response[Any]:
    """One phone; looking at it reads what had arrived."""
    office, phone = _office(request), f"+{digits}"
    messages = office.on(phone)
    if not messages:
        raise NotFoundException
    office.read(phone)
    return page(
        request,
        "sandbox/message_phone.html",
        phone=phone,
        digits=digits,
        messages=messages,
        temper=office.crowd.temper(phone),
        now=office.clock(),
    )


@post("/messages/phones/{digits:str}/tap", include_in_schema=False)
async def tap_button(request: Request[Any, Any, Any], digits: str) -> Response[Any]:
    """Tap a button under a message."""
    form = await posted(request)
    with suppress(Unplayable):
        _office(request).tap(one(form, "message"), one(form, "payload"))
    return Redirect(f"/messages/phones/{digits}", status_code=303)


@post("/messages/phones/{digits:str}/write", include_in_schema=False)
async def write_back(request: Request[Any, Any, Any], digits: str) -> Response[Any]:
    """Write back from a phone."""
    form = await posted(request)
    with suppress(Unplayable):
        _office(request).write(f"+{digits}", one(form, "text")[:LONGEST_TEXT])
    return Redirect(f"/messages/phones/{digits}", status_code=303)


@get("/messages/mail/{number:str}", include_in_schema=False)
async def look_at_letter(request: Request[Any, Any, Any], number: str) -> Response[Any]:
    """One letter: its headers, and how it looks."""
    letter = _office(request).mail.find(number)
    if letter is None:
        raise NotFoundException
    return page(
        request,
        "sandbox/letter.html",
        headers={"content-security-policy": f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"},
        letter=letter,
    )


@get("/messages/mail/{number:str}/html", include_in_schema=False)
async def show_letter(request: Request[Any, Any, Any], number: str) -> Response[str]:
    """A letter's own HTML, for the frame on its page."""
    letter = _office(request).mail.find(number)
    if letter is None:
        raise NotFoundException
    headers = {"content-security-policy": LETTER_POLICY}
    return Response(letter.html, media_type=MediaType.HTML, headers=headers)


def _everything(
    request: Request[Any, Any, Any], *, refused: dict[str, tuple[str, str]] | None = None
) -> Response[Any]:
    office = _office(request)
    now = office.clock()
    names = [*office.providers, MAIL]
    return page(
        request,
        "sandbox/messages.html",
        status_code=422 if refused else 200,
        phones=office.phones()[:SHOWN],
        letters=office.mail.newest()[:SHOWN],
        mail_port=office.mail.port,
        providers=[(name, office.weather.over(name, None, now) != Faults()) for name in names],
        addresses=[(name, office.cabinet.address(name)) for name in office.providers if name in REGISTERED],
        refused=refused or {},
        crowds=list(CROWDS),
        crowd=next((name for name, crowd in CROWDS.items() if crowd == office.crowd), ""),
        weather=list(WEATHER),
        windows=office.weather.standing(now),
        now=now,
    )


ROUTES: Final = (
    look_around,
    make_message_weather,
    choose_crowd,
    send_message_word_to,
    look_at_phone,
    tap_button,
    write_back,
    look_at_letter,
    show_letter,
)

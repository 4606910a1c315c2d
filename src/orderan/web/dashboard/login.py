"""Signing in and out: password, shop where there are several, code where one is asked for."""

from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.response import Redirect

from orderan.access import (
    SESSION_LASTS,
    Account,
    CodeRefused,
    Entrance,
    LoginExpired,
    LoginRefused,
    Principal,
    end_session,
)
from orderan.kit.db import Caller
from orderan.kit.runner import Runner
from orderan.kit.throttle import TooManyAttempts
from orderan.settings import Settings
from orderan.web.errors import sentence, when_again
from orderan.web.forms import client_address, one, posted
from orderan.web.here import place_of
from orderan.web.pages import page
from orderan.web.preferences import way_back
from orderan.web.principal import SESSION_COOKIE

TICKET_COOKIE: Final = "orderan_login"
KNOWN_COOKIE: Final = "orderan_browser"
CSRF_COOKIE: Final = "orderan_csrf"
YEAR_S: Final = 365 * 86_400


@get("/login", name="login", opt={"public": True}, include_in_schema=False)
async def login(request: Request[Any, Any, Any]) -> Response[Any]:
    """The form; whoever is signed in goes on."""
    wanted = way_back(request.query_params.get("next", "/"))
    if request.scope.get("user") is not None:
        return Redirect(wanted, status_code=303)
    return page(request, "access/login.html", email="", wanted=wanted, errors={}, general="")


@post("/login", opt={"public": True}, include_in_schema=False)
async def check_password(
    request: Request[Any, Any, Any], entrance: Entrance, settings: Settings, now: datetime
) -> Response[Any]:
    """Compare the password, then ask for what is still missing."""
    form = await posted(request)
    email, wanted = one(form, "email"), way_back(one(form, "next"))
    try:
        accounts = await entrance.check_password(
            email,
            one(form, "password"),
            address=client_address(request),
            known=request.cookies.get(KNOWN_COOKIE, ""),
            now=now,
        )
    except (LoginRefused, TooManyAttempts) as refusal:
        return page(
            request,
            "access/login.html",
            status_code=429 if isinstance(refusal, TooManyAttempts) else 422,
            headers=when_again(refusal),
            email=email,
            wanted=wanted,
            errors={},
            general=sentence(refusal, place_of(request).words),
        )
    answer = await _onwards(request, entrance, accounts, wanted, settings, now)
    _set(answer, KNOWN_COOKIE, entrance.known_browser(email, now=now), YEAR_S, "/login", settings)
    return answer


@get("/login/shop", opt={"public": True}, include_in_schema=False)
async def choose_shop(request: Request[Any, Any, Any], entrance: Entrance, now: datetime) -> Response[Any]:
    """Which of the shops that the password opened."""
    accounts = entrance.accounts(request.cookies.get(TICKET_COOKIE, ""), now=now)
    wanted = way_back(request.query_params.get("next", "/"))
    return page(request, "access/shops.html", accounts=accounts, wanted=wanted)


@post("/login/shop", opt={"public": True}, include_in_schema=False)
async def chosen_shop(
    request: Request[Any, Any, Any], entrance: Entrance, settings: Settings, now: datetime
) -> Response[Any]:
    """Go on with one of them."""
    form = await posted(request)
    accounts = entrance.accounts(request.cookies.get(TICKET_COOKIE, ""), now=now)
    chosen = [account for account in accounts if str(account.shop_id) == one(form, "shop")]
    if not chosen:
        raise LoginExpired
    return await _onwards(request, entrance, chosen, way_back(one(form, "next")), settings, now)


@get("/login/code", opt={"public": True}, include_in_schema=False)
async def ask_code(request: Request[Any, Any, Any], entrance: Entrance, now: datetime) -> Response[Any]:
    """The form for a one-time code."""
    _waiting_for_code(request, entrance, now)
    wanted = way_back(request.query_params.get("next", "/"))
    return page(request, "access/code.html", wanted=wanted, errors={})


@post("/login/code", opt={"public": True}, include_in_schema=False)
async def check_code(
    request: Request[Any, Any, Any], entrance: Entrance, settings: Settings, now: datetime
) -> Response[Any]:
    """Compare the code and open the session."""
    form = await posted(request)
    account, wanted = _waiting_for_code(request, entrance, now), way_back(one(form, "next"))
    try:
        await entrance.check_code(account, one(form, "code"), now=now)
    except (CodeRefused, TooManyAttempts) as refusal:
        return page(
            request,
            "access/code.html",
            status_code=429 if isinstance(refusal, TooManyAttempts) else 422,
            headers=when_again(refusal),
            wanted=wanted,
            errors={"code": sentence(refusal, place_of(request).words)},
        )
    return await _signed_in(request, entrance, account, wanted, settings, now)


@post("/logout", opt={"signed_in": True}, include_in_schema=False)
async def logout(principal: Principal, caller: Caller, runner: Runner) -> Response[Any]:
    """End this session, here and in the database."""
    if principal.staff_id is not None and principal.session_id is not None:
        staff_id, session_id = principal.staff_id, principal.session_id
        await runner.run(caller, lambda tx: end_session(tx, staff_id, session_id))
    answer = Redirect("/login", status_code=303)
    answer.delete_cookie(SESSION_COOKIE, path="/")
    answer.delete_cookie(CSRF_COOKIE, path="/")
    return answer


def _waiting_for_code(request: Request[Any, Any, Any], entrance: Entrance, now: datetime) -> Account:
    accounts = entrance.accounts(request.cookies.get(TICKET_COOKIE, ""), now=now)
    if len(accounts) != 1 or not accounts[0].onetime_codes:
        raise LoginExpired
    return accounts[0]


async def _onwards(
    request: Request[Any, Any, Any],
    entrance: Entrance,
    accounts: list[Account],
    wanted: str,
    settings: Settings,
    now: datetime,
) -> Response[Any]:
    """To the next step that is still missing, or in."""
    if len(accounts) == 1 and not accounts[0].onetime_codes:
        return await _signed_in(request, entrance, accounts[0], wanted, settings, now)
    step = "/login/shop" if len(accounts) > 1 else "/login/code"
    answer = Redirect(f"{step}?{urlencode({'next': wanted})}", status_code=303)
    _set(answer, TICKET_COOKIE, entrance.ticket(accounts, now=now), 300, "/login", settings)
    return answer


async def _signed_in(
    request: Request[Any, Any, Any],
    entrance: Entrance,
    account: Account,
    wanted: str,
    settings: Settings,
    now: datetime,
) -> Response[Any]:
    """A new session under a new token; whatever the browser brought counts for nothing."""
    token = await entrance.sign_in(
        account, address=client_address(request), browser=request.headers.get("user-agent", ""), now=now
    )
    answer = Redirect(wanted, status_code=303)
    set_session(answer, token, settings)
    answer.delete_cookie(TICKET_COOKIE, path="/login")
    # Forms of before the login are not forms of this person.
    answer.delete_cookie(CSRF_COOKIE, path="/")
    return answer


def set_session(answer: Response[Any], token: str, settings: Settings) -> None:
    """Give the browser a session token."""
    _set(answer, SESSION_COOKIE, token, int(SESSION_LASTS.total_seconds()), "/", settings)


def _set(answer: Response[Any], name: str, value: str, age_s: int, path: str, settings: Settings) -> None:
    answer.set_cookie(
        Cookie(
            key=name,
            value=value,
            max_age=age_s,
            path=path,
            httponly=True,
            samesite="lax",
            secure=settings.web.secure,
        )
    )


handlers: list[Any] = [login, check_password, choose_shop, chosen_shop, ask_code, check_code, logout]

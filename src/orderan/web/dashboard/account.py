"""One's own account: password, one-time codes, language, and where one is signed in."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import segno
from litestar import Request, Response, get, post
from litestar.response import Redirect

from orderan.access import (
    CodeRefused,
    LoginRefused,
    NotAllowed,
    PasswordTooShort,
    Principal,
    begin_onetime_codes,
    choose_locale,
    confirm_onetime_codes,
    counted_code,
    drop_onetime_codes,
    end_other_sessions,
    end_session,
    enrolment_address,
    hashed,
    list_sessions,
    own_password_fits,
    renew_token,
    set_password,
    staff_by_id,
    use_code,
)
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Tx
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.kit.throttle import TooManyAttempts
from orderan.notifications import digest_hour, drop_digest, keep_digest
from orderan.settings import Settings
from orderan.shops import shop_by_id
from orderan.web.dashboard.login import set_session
from orderan.web.forms import one, posted, refusals_to
from orderan.web.pages import page

SAID: Final = ("password", "codes_off", "ended", "locale", "digest")


@get("/account", name="account", opt={"signed_in": True}, include_in_schema=False)
async def account(
    request: Request[Any, Any, Any], principal: Principal, caller: Caller, runner: Runner, now: datetime
) -> Response[Any]:
    """The page."""
    return await _page(request, principal, caller, runner, now)


@post("/account/password", opt={"signed_in": True}, include_in_schema=False)
async def change_password(
    request: Request[Any, Any, Any],
    principal: Principal,
    caller: Caller,
    runner: Runner,
    settings: Settings,
    now: datetime,
) -> Response[Any]:
    """A new password, after the present one; every other session ends, this one gets a new token."""
    staff_id, session_id = _person(principal)
    form = await posted(request)
    with refusals_to(
        request, {LoginRefused: "present", TooManyAttempts: "present", PasswordTooShort: "fresh"}
    ) as refused:
        await own_password_fits(runner.db, caller, staff_id, one(form, "present"), now=now)
        password_hash = await hashed(one(form, "fresh"))

        async def command(tx: Tx) -> str:
            await set_password(tx, staff_id, password_hash=password_hash, giver=principal, now=now)
            return await renew_token(tx, session_id)

        token = await runner.run(caller, command)
        answer = Redirect("/account?said=password", status_code=303)
        set_session(answer, token, settings)
        return answer
    return await _page(request, principal, caller, runner, now, errors=refused.errors)


@post("/account/codes", opt={"signed_in": True}, include_in_schema=False)
async def begin_codes(
    principal: Principal, caller: Caller, runner: Runner, keyring: Keyring
) -> Response[Any]:
    """Make a secret for an authenticator app and show it."""
    staff_id, _ = _person(principal)
    await runner.run(caller, lambda tx: begin_onetime_codes(tx, staff_id, keyring=keyring))
    return Redirect("/account/codes", status_code=303)


@get("/account/codes", opt={"signed_in": True}, include_in_schema=False)
async def show_codes(
    request: Request[Any, Any, Any], principal: Principal, caller: Caller, runner: Runner, keyring: Keyring
) -> Response[Any]:
    """The QR code, the secret for typing, and the form for the first code."""
    staff_id, _ = _person(principal)
    secret = await runner.run(caller, lambda tx: begin_onetime_codes(tx, staff_id, keyring=keyring))
    return page(request, "access/codes.html", secret=secret, errors={})


@get("/account/codes.svg", opt={"signed_in": True}, include_in_schema=False)
async def codes_picture(
    principal: Principal, caller: Caller, runner: Runner, keyring: Keyring
) -> Response[str]:
    """The QR code as a picture. Refused once the secret counts: it is never shown again."""
    staff_id, _ = _person(principal)

    async def read(tx: Tx) -> str:
        secret = await begin_onetime_codes(tx, staff_id, keyring=keyring)
        staff, shop = await staff_by_id(tx, staff_id), await shop_by_id(tx, tx.shop_id)
        return enrolment_address(secret, email=staff.email, shop=shop.name)

    drawn = segno.make(await runner.run(caller, read), error="m").svg_inline(scale=5, border=4, light="#fff")
    picture = drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return Response(picture, media_type="image/svg+xml", headers={"cache-control": "no-store"})


@post("/account/codes/confirm", opt={"signed_in": True}, include_in_schema=False)
async def confirm_codes(
    request: Request[Any, Any, Any],
    principal: Principal,
    caller: Caller,
    runner: Runner,
    keyring: Keyring,
    settings: Settings,
    now: datetime,
) -> Response[Any]:
    """Begin to ask for codes; the recovery codes are shown here and never again."""
    staff_id, session_id = _person(principal)
    typed = one(await posted(request), "code")
    with refusals_to(request, {CodeRefused: "code"}) as refused:

        async def command(tx: Tx) -> tuple[list[str], str]:
            codes = await confirm_onetime_codes(tx, staff_id, typed, keyring=keyring, now=now)
            await end_other_sessions(tx, staff_id, session_id)
            return codes, await renew_token(tx, session_id)

        codes, token = await runner.run(caller, command)
        answer = page(request, "access/recovery.html", headers={"cache-control": "no-store"}, codes=codes)
        set_session(answer, token, settings)
        return answer
    secret = await runner.run(caller, lambda tx: begin_onetime_codes(tx, staff_id, keyring=keyring))
    return page(request, "access/codes.html", status_code=422, secret=secret, errors=refused.errors)


@post("/account/codes/off", opt={"signed_in": True}, include_in_schema=False)
async def codes_off(
    request: Request[Any, Any, Any],
    principal: Principal,
    caller: Caller,
    runner: Runner,
    keyring: Keyring,
    settings: Settings,
    now: datetime,
) -> Response[Any]:
    """Ask for no codes any more, after the password and a code."""
    staff_id, session_id = _person(principal)
    form = await posted(request)
    with refusals_to(
        request, {LoginRefused: "off_password", TooManyAttempts: "off_password", CodeRefused: "off_code"}
    ) as refused:
        await own_password_fits(runner.db, caller, staff_id, one(form, "off_password"), now=now)

        async def command(tx: Tx) -> str:
            await use_code(tx, staff_id, one(form, "off_code"), keyring=keyring, now=now)
            await drop_onetime_codes(tx, staff_id, now=now)
            await end_other_sessions(tx, staff_id, session_id)
            return await renew_token(tx, session_id)

        async with counted_code(runner.db, caller, staff_id, now=now):
            token = await runner.run(caller, command)
        answer = Redirect("/account?said=codes_off", status_code=303)
        set_session(answer, token, settings)
        return answer
    return await _page(request, principal, caller, runner, now, errors=refused.errors)


@post("/account/locale", opt={"signed_in": True}, include_in_schema=False)
async def set_locale(
    request: Request[Any, Any, Any], principal: Principal, caller: Caller, runner: Runner
) -> Response[Any]:
    """The language of one's pages on every device; empty follows the browser."""
    staff_id, _ = _person(principal)
    chosen = one(await posted(request), "locale")
    await runner.run(
        caller, lambda tx: choose_locale(tx, staff_id, chosen if chosen in {"id", "en"} else None)
    )
    return Redirect("/account?said=locale", status_code=303)


@post("/account/sessions/end", opt={"signed_in": True}, include_in_schema=False)
async def end_sessions(
    request: Request[Any, Any, Any], principal: Principal, caller: Caller, runner: Runner
) -> Response[Any]:
    """End one of one's sessions, or all others."""
    staff_id, session_id = _person(principal)
    which = one(await posted(request), "session")
    if which == "others":
        await runner.run(caller, lambda tx: end_other_sessions(tx, staff_id, session_id))
    else:
        ended = from_text("ses", which)
        await runner.run(caller, lambda tx: end_session(tx, staff_id, ended))
    return Redirect("/account?said=ended", status_code=303)


@post("/account/digest", opt={"signed_in": True}, include_in_schema=False)
async def set_digest(
    request: Request[Any, Any, Any], principal: Principal, caller: Caller, runner: Runner, now: datetime
) -> Response[Any]:
    """Want a letter a day about what waits, at an hour; or none."""
    staff_id, _ = _person(principal)
    typed = one(await posted(request), "hour")
    hour = int(typed) if typed.isascii() and typed.isdigit() and int(typed) < 24 else None

    async def command(tx: Tx) -> None:
        if hour is None:
            await drop_digest(tx, staff_id)
            return
        local = now.astimezone(ZoneInfo((await shop_by_id(tx, tx.shop_id)).time_zone))
        begins = local.date() if local.hour < hour else local.date() + timedelta(days=1)
        await keep_digest(tx, staff_id, hour, begins=begins)

    await runner.run(caller, command)
    return Redirect("/account?said=digest", status_code=303)


async def _page(
    request: Request[Any, Any, Any],
    principal: Principal,
    caller: Caller,
    runner: Runner,
    now: datetime,
    errors: dict[str, str] | None = None,
) -> Response[Any]:
    staff_id, session_id = _person(principal)

    async def read(tx: Tx) -> Any:
        return (
            await staff_by_id(tx, staff_id),
            await list_sessions(tx, staff_id, now=now),
            await digest_hour(tx, staff_id),
        )

    staff, sessions, hour = await runner.run(caller, read)
    rows = [{"id": to_text("ses", one.id), "own": one.id == session_id, "session": one} for one in sessions]
    said = request.query_params.get("said", "")
    return page(
        request,
        "access/account.html",
        status_code=422 if errors else 200,
        staff=staff,
        sessions=rows,
        digest_hour=hour,
        errors=errors or {},
        said=said if said in SAID and not errors else "",
        now=now,
    )


def _person(principal: Principal) -> tuple[UUID, UUID]:
    """Staff and session; a key has no account of its own."""
    if principal.staff_id is None or principal.session_id is None:
        raise NotAllowed("account")
    return principal.staff_id, principal.session_id


handlers: list[Any] = [
    account,
    change_password,
    begin_codes,
    show_codes,
    codes_picture,
    confirm_codes,
    codes_off,
    set_locale,
    set_digest,
    end_sessions,
]

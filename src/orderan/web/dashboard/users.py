"""People of the shop: who they are, what they do, where, and whether they may come in."""

import secrets
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.params import FromPath
from litestar.response import Redirect

from orderan.access import (
    ROLES,
    EmailTaken,
    EmailUnusable,
    LastOwner,
    NameMissing,
    Permission,
    Principal,
    Role,
    RoleMissing,
    ScopeUnknown,
    Staff,
    StaffState,
    add_staff,
    change_staff,
    drop_onetime_codes,
    hashed,
    list_staff,
    renew_token,
    set_password,
    staff_by_id,
)
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Tx
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.settings import Settings
from orderan.web.dashboard.login import set_session
from orderan.web.dashboard.scopes import Places, places, typed_scope
from orderan.web.forms import many, one, posted, refusals_to, taken_once
from orderan.web.pages import page

NEEDS: Final = {"needs": Permission.ACCESS_WRITE}
FIELDS: Final = {
    EmailUnusable: "email",
    EmailTaken: "email",
    NameMissing: "name",
    RoleMissing: "role",
    ScopeUnknown: "scope",
    LastOwner: "role",
}


@get("/settings/users", name="users", opt=NEEDS, include_in_schema=False)
async def users(
    request: Request[Any, Any, Any], caller: Caller, runner: Runner, now: datetime
) -> Response[Any]:
    """Everybody of the shop."""

    async def read(tx: Tx) -> tuple[list[Staff], Places]:
        return await list_staff(tx), await places(tx)

    people, known = await runner.run(caller, read)
    rows = [{"id": to_text("stf", one.id), "staff": one, "scope": _scope_words(one, known)} for one in people]
    return page(request, "access/users.html", rows=rows, now=now)


@get("/settings/users/new", opt=NEEDS, include_in_schema=False)
async def new_user(request: Request[Any, Any, Any], caller: Caller, runner: Runner) -> Response[Any]:
    """The form for a new colleague."""
    return _form(request, await runner.run(caller, places), None, FormMultiDict([]), {})


@post("/settings/users", opt=NEEDS, include_in_schema=False)
async def add_user(
    request: Request[Any, Any, Any],
    principal: Principal,
    caller: Caller,
    runner: Runner,
    keyring: Keyring,
    now: datetime,
) -> Response[Any]:
    """Add somebody; the password made for them is shown here and never again."""
    form = await posted(request)
    known: Places = await runner.run(caller, places)
    password = secrets.token_urlsafe(12)
    with refusals_to(request, FIELDS) as refused:
        locations, channels = typed_scope(form, known)
        password_hash = await hashed(password)
        staff: Staff = await runner.run(
            caller,
            taken_once(
                form,
                lambda tx: add_staff(
                    tx,
                    email=one(form, "email"),
                    name=one(form, "name"),
                    roles=many(form, "role"),
                    password_hash=password_hash,
                    keyring=keyring,
                    location_ids=locations,
                    channel_ids=channels,
                    giver=principal,
                    now=now,
                ),
                now=now,
            ),
        )
        return _password_page(request, staff, password)
    return _form(request, known, None, form, refused.errors)


@get("/settings/users/{user:str}", opt=NEEDS, include_in_schema=False)
async def user(
    request: Request[Any, Any, Any], caller: Caller, runner: Runner, user: FromPath[str]
) -> Response[Any]:
    """One person, to change."""
    known, staff = await _one(runner, caller, from_text("stf", user))
    return _form(request, known, staff, _as_typed(staff), {})


@post("/settings/users/{user:str}", opt=NEEDS, include_in_schema=False)
async def change_user(
    request: Request[Any, Any, Any],
    principal: Principal,
    caller: Caller,
    runner: Runner,
    settings: Settings,
    now: datetime,
    user: FromPath[str],
) -> Response[Any]:
    """Name, roles and scope; whoever changes their own rights gets a new session token."""
    staff_id = from_text("stf", user)
    form = await posted(request)
    known, staff = await _one(runner, caller, staff_id)
    with refusals_to(request, FIELDS) as refused:
        scope = typed_scope(form, known)

        async def command(tx: Tx) -> str | None:
            await change_staff(
                tx,
                staff_id,
                giver=principal,
                name=one(form, "name"),
                roles=many(form, "role"),
                scope=scope,
                now=now,
            )
            own = principal.session_id if principal.staff_id == staff_id else None
            return None if own is None else await renew_token(tx, own)

        token = await runner.run(caller, command)
        answer = Redirect("/settings/users", status_code=303)
        if token is not None:
            set_session(answer, token, settings)
        return answer
    return _form(request, known, staff, form, refused.errors)


@post("/settings/users/{user:str}/state", opt=NEEDS, include_in_schema=False)
async def change_state(
    request: Request[Any, Any, Any],
    principal: Principal,
    caller: Caller,
    runner: Runner,
    now: datetime,
    user: FromPath[str],
) -> Response[Any]:
    """Keep somebody out, or let them in again."""
    staff_id = from_text("stf", user)
    wanted = StaffState.ACTIVE if one(await posted(request), "state") == "active" else StaffState.DISABLED
    known, staff = await _one(runner, caller, staff_id)
    with refusals_to(request, {LastOwner: "state"}) as refused:
        await runner.run(
            caller, lambda tx: change_staff(tx, staff_id, giver=principal, state=wanted, now=now)
        )
        return Redirect("/settings/users", status_code=303)
    return _form(request, known, staff, _as_typed(staff), refused.errors)


@post("/settings/users/{user:str}/password", opt=NEEDS, include_in_schema=False)
async def reset_password(
    request: Request[Any, Any, Any],
    principal: Principal,
    caller: Caller,
    runner: Runner,
    now: datetime,
    user: FromPath[str],
) -> Response[Any]:
    """A new password for somebody who lost theirs, shown once; one-time codes are taken off."""
    staff_id = from_text("stf", user)
    password = secrets.token_urlsafe(12)
    password_hash = await hashed(password)

    async def command(tx: Tx) -> Staff:
        await set_password(tx, staff_id, password_hash=password_hash, giver=principal, now=now)
        await drop_onetime_codes(tx, staff_id, now=now)
        return await staff_by_id(tx, staff_id)

    return _password_page(request, await runner.run(caller, command), password)


def _form(
    request: Request[Any, Any, Any],
    known: Places,
    staff: Staff | None,
    form: FormMultiDict,
    errors: dict[str, str],
) -> Response[Any]:
    return page(
        request,
        "access/user.html",
        status_code=422 if errors else 200,
        staff=staff,
        id=to_text("stf", staff.id) if staff else None,
        typed={"email": one(form, "email"), "name": one(form, "name"), "roles": many(form, "role")},
        where={
            side: {"some": one(form, f"{side}_scope") == "some", "ids": many(form, side)}
            for side in ("location", "channel")
        },
        known=known,
        every_role=[(role, sorted(ROLES[role])) for role in Role],
        errors=errors,
    )


def _password_page(request: Request[Any, Any, Any], staff: Staff, password: str) -> Response[Any]:
    return page(
        request, "access/password.html", headers={"cache-control": "no-store"}, staff=staff, password=password
    )


def _as_typed(staff: Staff) -> FormMultiDict:
    """A person as the form would have been filled in."""
    fields: list[tuple[str, Any]] = [("email", staff.email), ("name", staff.name)]
    fields += [("role", str(role)) for role in staff.roles]
    for side, ids in (("location", staff.location_ids), ("channel", staff.channel_ids)):
        fields.append((f"{side}_scope", "all" if ids is None else "some"))
        fields += [(side, str(place)) for place in ids or ()]
    return FormMultiDict(fields)


def _scope_words(staff: Staff, known: Places) -> list[str] | None:
    """Where somebody works, in names; None is everywhere."""
    named = [known.named(ids) for ids in (staff.location_ids, staff.channel_ids)]
    return None if named == [None, None] else [name for side in named for name in side or []]


async def _one(runner: Runner, caller: Caller, staff_id: UUID) -> tuple[Places, Staff]:
    async def read(tx: Tx) -> tuple[Places, Staff]:
        return await places(tx), await staff_by_id(tx, staff_id)

    found: tuple[Places, Staff] = await runner.run(caller, read)
    return found


handlers: list[Any] = [users, new_user, add_user, user, change_user, change_state, reset_password]

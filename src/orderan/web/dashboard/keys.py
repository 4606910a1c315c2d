"""API keys: made and shown once, listed with their last use, revoked at once."""

from datetime import datetime
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.params import FromPath
from litestar.response import Redirect

from orderan.access import (
    ApiKey,
    NameMissing,
    Permission,
    PermissionMissing,
    Principal,
    ScopeUnknown,
    list_keys,
    make_key,
    revoke_key,
)
from orderan.kit.db import Caller, Tx
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.web.dashboard.scopes import Places, places, typed_scope
from orderan.web.forms import many, one, posted, refusals_to, taken_once
from orderan.web.pages import page

NEEDS: Final = {"needs": Permission.ACCESS_WRITE}
FIELDS: Final = {NameMissing: "name", PermissionMissing: "permission", ScopeUnknown: "scope"}
GROUPS: Final = [
    (subject, [str(permission) for permission in Permission if permission.split(".")[0] == subject])
    for subject in dict.fromkeys(permission.split(".")[0] for permission in Permission)
]


@get("/settings/keys", name="keys", opt=NEEDS, include_in_schema=False)
async def keys(
    request: Request[Any, Any, Any], caller: Caller, runner: Runner, now: datetime
) -> Response[Any]:
    """Every key of the shop, revoked ones last."""

    async def read(tx: Tx) -> tuple[list[ApiKey], Places]:
        return await list_keys(tx), await places(tx)

    found, known = await runner.run(caller, read)
    rows = [
        {
            "id": to_text("key", key.id),
            "key": key,
            "locations": known.named(key.location_ids),
            "channels": known.named(key.channel_ids),
        }
        for key in found
    ]
    return page(request, "access/keys.html", rows=rows, now=now)


@get("/settings/keys/new", opt=NEEDS, include_in_schema=False)
async def new_key(request: Request[Any, Any, Any], caller: Caller, runner: Runner) -> Response[Any]:
    """The form for a new key."""
    return _form(request, await runner.run(caller, places), FormMultiDict([]), {})


@post("/settings/keys", opt=NEEDS, include_in_schema=False)
async def add_key(
    request: Request[Any, Any, Any], principal: Principal, caller: Caller, runner: Runner, now: datetime
) -> Response[Any]:
    """Make a key; its secret is in this answer and nowhere else."""
    form = await posted(request)
    known: Places = await runner.run(caller, places)
    with refusals_to(request, FIELDS) as refused:
        locations, channels = typed_scope(form, known)
        _, secret = await runner.run(
            caller,
            taken_once(
                form,
                lambda tx: make_key(
                    tx,
                    name=one(form, "name"),
                    permissions=many(form, "permission"),
                    location_ids=locations,
                    channel_ids=channels,
                    giver=principal,
                    now=now,
                ),
                now=now,
            ),
        )
        return page(
            request,
            "access/secret.html",
            headers={"cache-control": "no-store"},
            name=one(form, "name"),
            secret=secret,
        )
    return _form(request, known, form, refused.errors)


@post("/settings/keys/{key:str}/revoke", opt=NEEDS, include_in_schema=False)
async def revoke(
    request: Request[Any, Any, Any], caller: Caller, runner: Runner, now: datetime, key: FromPath[str]
) -> Response[Any]:
    """Revoke a key: nothing is changed by it from now on; other processes let it read for a second more."""
    key_id = from_text("key", key)
    await runner.run(caller, lambda tx: revoke_key(tx, key_id, now=now))
    request.app.state.parts.keys.forget()
    return Redirect("/settings/keys", status_code=303)


def _form(
    request: Request[Any, Any, Any], known: Places, form: FormMultiDict, errors: dict[str, str]
) -> Response[Any]:
    return page(
        request,
        "access/key.html",
        status_code=422 if errors else 200,
        typed={"name": one(form, "name"), "permissions": many(form, "permission")},
        where={
            side: {"some": one(form, f"{side}_scope") == "some", "ids": many(form, side)}
            for side in ("location", "channel")
        },
        groups=GROUPS,
        known=known,
        errors=errors,
    )


handlers: list[Any] = [keys, new_key, add_key, revoke]

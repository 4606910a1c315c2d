"""Channels: where orders come from, and how long an unpaid one holds stock."""

from datetime import datetime
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from orderan.access import Permission
from orderan.kit.db import Caller
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.shops import (
    ChannelKind,
    CodeTaken,
    CodeUnusable,
    HoldOutOfRange,
    NameEmpty,
    add_channel,
    change_channel,
    clean_code,
    clean_name,
    hold_minutes,
    list_channels,
)
from orderan.web.forms import one, posted, refusals_to, taken_once
from orderan.web.pages import page

READ: Final = {"needs": Permission.SETTINGS_READ}
WRITE: Final = {"needs": Permission.SETTINGS_WRITE}
FIELDS: Final = {NameEmpty: "name", CodeUnusable: "code", CodeTaken: "code", HoldOutOfRange: "hold"}
NAMES: Final = ("code", "name", "kind", "hold", "of")


@get("/settings/channels", name="channels", opt=READ, include_in_schema=False)
async def channels(request: Request[Any, Any, Any], caller: Caller, runner: Runner) -> Response[Any]:
    """Every channel, with what can be changed, and a form for a new one."""
    return await _page(request, caller, runner, dict.fromkeys(NAMES, ""), {})


@post("/settings/channels", opt=WRITE, include_in_schema=False)
async def new_channel(
    request: Request[Any, Any, Any], caller: Caller, runner: Runner, now: datetime
) -> Response[Any]:
    """Add a channel."""
    form = await posted(request)
    typed = {name: one(form, name) for name in NAMES} | {"of": ""}
    with refusals_to(request, FIELDS) as refused:
        code, name, hold = clean_code(typed["code"]), clean_name(typed["name"]), hold_minutes(typed["hold"])
        kind = ChannelKind(typed["kind"]) if typed["kind"] in set(ChannelKind) else ChannelKind.WEB
        await runner.run(
            caller,
            taken_once(
                form,
                lambda tx: add_channel(
                    tx, code=code, name=name, kind=kind, payment_hold_minutes=hold, now=now
                ),
                now=now,
            ),
        )
        return Redirect("/settings/channels", status_code=303)
    return await _page(request, caller, runner, typed, refused.errors)


@post("/settings/channels/{channel:str}", opt=WRITE, include_in_schema=False)
async def save_channel(
    request: Request[Any, Any, Any], caller: Caller, runner: Runner, now: datetime, channel: FromPath[str]
) -> Response[Any]:
    """Name, limit of unpaid orders, and whether it takes orders."""
    form = await posted(request)
    channel_id = from_text("chn", channel)
    typed = {name: one(form, name) for name in NAMES} | {"of": channel}
    with refusals_to(request, FIELDS) as refused:
        hold = hold_minutes(typed["hold"])
        await runner.run(
            caller,
            lambda tx: change_channel(
                tx,
                channel_id,
                name=typed["name"],
                payment_hold_minutes=hold,
                active=one(form, "active") == "yes",
                now=now,
            ),
        )
        return Redirect("/settings/channels", status_code=303)
    return await _page(request, caller, runner, typed, refused.errors)


async def _page(
    request: Request[Any, Any, Any],
    caller: Caller,
    runner: Runner,
    typed: dict[str, str],
    errors: dict[str, str],
) -> Response[Any]:
    found = await runner.run(caller, list_channels)
    return page(
        request,
        "access/channels.html",
        status_code=422 if errors else 200,
        rows=[{"id": to_text("chn", channel.id), "channel": channel} for channel in found],
        kinds=[str(kind) for kind in ChannelKind],
        typed=typed,
        errors=errors,
    )


handlers: list[Any] = [channels, new_channel, save_channel]

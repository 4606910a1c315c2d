"""The words of messages and how a shop tells its buyers things: lists, an editor with a preview, a form."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import time
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from orderan import notifications
from orderan.access import Permission
from orderan.flows.preview_message import NothingToShow, Preview, preview
from orderan.flows.telling_words import Voice
from orderan.flows.views_telling import order_numbered
from orderan.flows.word_letters import template_for
from orderan.kit.db import Tx
from orderan.kit.errors import Refusal
from orderan.kit.text import NumberMistyped, read_number
from orderan.notifications import (
    PLACE_NAMES,
    Channel,
    Kind,
    PlaceUnknown,
    Policy,
    PolicyUnusable,
    Template,
    TemplateBroken,
    TemplateEmpty,
    TemplateTooLong,
    UnknownKind,
    ValueMissing,
    places_of,
)
from orderan.payments import transfer_accounts
from orderan.shops import shop_by_id
from orderan.web.dashboard.desk import Visit, told, whole
from orderan.web.dashboard.finance import whole_shop
from orderan.web.dashboard.message_words import CHANNELS, KINDS, LANGUAGES
from orderan.web.forms import Sent, many, one, posted, refused
from orderan.web.headers import CONTENT_SECURITY_POLICY
from orderan.web.here import place_of
from orderan.web.pages import page

READ: Final = {"needs": Permission.SETTINGS_READ}
WRITE: Final = {"needs": Permission.SETTINGS_WRITE}
NOTHING_SENT: Final = Sent()
BESIDE: Final[Mapping[type[Refusal], str]] = {
    TemplateBroken: "body",
    PlaceUnknown: "body",
    TemplateTooLong: "body",
}
LETTER_SHOWN: Final = CONTENT_SECURITY_POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
"""A letter has its styles in itself, and the frame it is shown in is held to its page's policy; it runs nothing."""
SOMEBODY: Final = "Ani L."
"""Stands for the buyer in a preview: nobody's name is opened to look at words."""


def editor_path(kind: str, channel: str, locale: str) -> str:
    return f"/messages/templates/{kind}?channel={channel}&locale={locale}"


@get("/messages/templates", opt=READ, include_in_schema=False)
async def templates_page(visit: NamedDependency[Visit]) -> Response[str]:
    """Every kind of message, and on which channels the shop has words of its own."""
    own = await visit.db.run(visit.caller, notifications.own_templates)
    policy = await visit.db.run(visit.caller, notifications.policy_of)
    changed: dict[str, list[str]] = {}
    for (kind, channel, locale), template in sorted(own.items()):
        if template.body:
            changed.setdefault(kind, []).append(f"{CHANNELS[channel]} ({locale})")
    return page(
        visit.request,
        "messages/templates.html",
        now=visit.now,
        rows=[
            {"id": kind, "name": name, "silent": kind in policy.silent, "changed": changed.get(kind, [])}
            for kind, name in KINDS.items()
        ],
    )


@get("/messages/templates/{kind:str}", opt=READ, include_in_schema=False)
async def template_page(
    visit: NamedDependency[Visit],
    kind: FromPath[str],
    channel: FromQuery[str] = "whatsapp",
    locale: FromQuery[str] = "id",
    said: FromQuery[str] = "",
) -> Response[str]:
    """The words that count, with a real order in their places."""
    return await _editor(visit, kind, channel, locale, said=said)


async def _editor(
    visit: Visit,
    kind: str,
    channel: str,
    locale: str,
    *,
    said: str = "",
    sent: Sent = NOTHING_SENT,
    typed: Template | None = None,
    number: str = "",
) -> Response[str]:
    whole_shop(visit.principal)
    if kind not in set(Kind):
        raise UnknownKind(kind)
    channel = channel if channel in CHANNELS else str(Channel.WHATSAPP)
    locale = locale if locale in LANGUAGES else "id"
    words = place_of(visit.request).words

    async def read(tx: Tx) -> dict[str, Any]:
        own = await notifications.own_templates(tx)
        policy = await notifications.policy_of(tx)
        counts = template_for(own, Kind(kind), channel, locale, policy)
        transfers = await transfer_accounts(tx, shown_only=True)
        voice = Voice(await shop_by_id(tx, tx.shop_id), visit.links, policy, transfers)
        shown: Preview | None = None
        gap = ""
        if not sent.refused:
            try:
                order_id = await order_numbered(tx, read_number(number)) if number else None
                if number and order_id is None:
                    raise NothingToShow
                shown = await preview(
                    tx, typed or counts, voice, order_id=order_id, buyer=SOMEBODY, now=visit.now
                )
            except (ValueMissing, NothingToShow, NumberMistyped) as refusal:
                gap = told(refusal, words)
        return {
            "counts": counts,
            "versions": await notifications.versions_of(tx, kind, channel, locale),
            "shown": shown,
            "gap": gap,
        }

    return page(
        visit.request,
        "messages/template.html",
        status_code=422 if sent.refused else 200,
        headers={"content-security-policy": LETTER_SHOWN} if channel == Channel.EMAIL else None,
        now=visit.now,
        kind=kind,
        channel=channel,
        locale=locale,
        said=said,
        sent=sent,
        typed=typed,
        number=number,
        kinds=KINDS,
        channels=CHANNELS,
        languages=LANGUAGES,
        places=[(name, PLACE_NAMES[name]) for name in sorted(places_of(Kind(kind)))],
        room=notifications.ROOM[channel],
        may_write=visit.principal.may(Permission.SETTINGS_WRITE),
        path_of=editor_path,
        **await visit.db.run(visit.caller, read),
    )


@post("/messages/templates/{kind:str}", opt=WRITE, include_in_schema=False, status_code=200)
async def template_written(visit: NamedDependency[Visit], kind: FromPath[str]) -> Response[Any]:
    """Look at words, keep them, or go back to ours."""
    form = await posted(visit.request)
    channel, locale = one(form, "channel"), one(form, "locale")
    locale = locale if locale in LANGUAGES else "id"
    subject, body = one(form, "subject"), one(form, "body")
    try:
        if one(form, "verb") == "restore":
            await visit.db.run(
                visit.caller,
                lambda tx: notifications.restore_template(tx, kind, channel, locale, now=visit.now),
            )
            return Redirect(editor_path(kind, channel, locale) + "&said=restored", status_code=303)
        typed = notifications.checked(kind, channel, locale, subject=subject, body=body)
        if one(form, "verb") == "preview":
            return await _editor(visit, kind, channel, locale, typed=typed, number=one(form, "number"))
        await visit.db.run(
            visit.caller,
            lambda tx: notifications.write_template(
                tx, kind, channel, locale, subject=subject, body=body, now=visit.now
            ),
        )
    except (UnknownKind, notifications.UnknownMessageChannel):
        raise
    except TemplateEmpty as refusal:
        sent = refused(visit.request, "template", form, refusal, {TemplateEmpty: refusal.field})
        return await _editor(visit, kind, channel, locale, sent=sent)
    except Refusal as refusal:
        sent = refused(visit.request, "template", form, refusal, BESIDE)
        return await _editor(visit, kind, channel, locale, sent=sent)
    return Redirect(editor_path(kind, channel, locale) + "&said=saved", status_code=303)


@get("/messages/policy", opt=READ, include_in_schema=False)
async def policy_page(visit: NamedDependency[Visit], said: FromQuery[str] = "") -> Response[str]:
    """How the shop tells its buyers things."""
    return await _policy(visit, NOTHING_SENT, said=said)


async def _policy(visit: Visit, sent: Sent, *, said: str = "", typed: Policy | None = None) -> Response[str]:
    policy = typed or await visit.db.run(visit.caller, notifications.policy_of)
    return page(
        visit.request,
        "messages/policy.html",
        status_code=422 if sent.refused else 200,
        now=visit.now,
        sent=sent,
        said=said,
        policy=policy,
        kinds=KINDS,
        channels=CHANNELS,
        may_write=visit.principal.may(Permission.SETTINGS_WRITE),
    )


@post("/messages/policy", opt=WRITE, include_in_schema=False, status_code=200)
async def policy_set(visit: NamedDependency[Visit]) -> Response[Any]:
    """Keep how the shop tells its buyers things."""
    form = await posted(visit.request)
    before = await visit.db.run(visit.caller, notifications.policy_of)
    ranked = [one(form, f"channel_{rank}") for rank in range(len(CHANNELS))]
    typed = replace(
        before,
        channels=tuple(dict.fromkeys(channel for channel in ranked if channel in CHANNELS)),
        silent=frozenset(kind for kind in KINDS if kind not in many(form, "kind")),
        quiet_from=_hour(one(form, "quiet_from"), before.quiet_from),
        quiet_until=_hour(one(form, "quiet_until"), before.quiet_until),
        reminder_minutes=whole(one(form, "reminder_minutes")) or 0,
        review_days=_days(one(form, "review_days")),
        review_link=one(form, "review_link").strip(),
    )
    try:
        await visit.db.run(visit.caller, lambda tx: notifications.set_policy(tx, typed, now=visit.now))
    except PolicyUnusable as refusal:
        sent = refused(visit.request, "policy", form, refusal, {PolicyUnusable: refusal.field})
        return await _policy(visit, sent, typed=typed)
    return Redirect("/messages/policy?said=saved", status_code=303)


def _hour(typed: str, otherwise: time) -> time:
    try:
        return time.fromisoformat(typed).replace(tzinfo=None)
    except ValueError:
        return otherwise


def _days(typed: str) -> int:
    days = whole(typed)
    return -1 if days is None else days


handlers = [templates_page, template_page, template_written, policy_page, policy_set]

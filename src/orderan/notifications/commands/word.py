"""Change the shop's own words of a kind, or go back to ours."""

from datetime import datetime

from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx
from orderan.notifications import store_wants
from orderan.notifications.defaults import default_template
from orderan.notifications.errors import TemplateEmpty, TemplateTooLong, UnknownKind, UnknownMessageChannel
from orderan.notifications.kinds import ROOM, TITLED, places_of
from orderan.notifications.models import Channel, Kind, Template
from orderan.notifications.wording import check

LONGEST_SUBJECT = 200


def checked(kind: str, channel: str, locale: str, *, subject: str, body: str) -> Template:
    """A template as typed, without its version.

    Raises:
        UnknownKind, UnknownMessageChannel: There is none such.
        TemplateEmpty, TemplateTooLong, TemplateBroken, PlaceUnknown: It cannot be used.
    """
    if kind not in set(Kind):
        raise UnknownKind(kind)
    if channel not in set(Channel):
        raise UnknownMessageChannel(channel)
    subject = " ".join(subject.split()) if channel in TITLED else ""
    body = "\n".join(line.rstrip() for line in body.strip().splitlines())
    if not body:
        raise TemplateEmpty("body")
    if channel in TITLED and not subject:
        raise TemplateEmpty("subject")
    for text, longest in ((subject, LONGEST_SUBJECT), (body, ROOM[channel])):
        if len(text) > longest:
            raise TemplateTooLong(longest)
        check(text, places_of(Kind(kind)))
    return Template(kind, channel, locale, 0, subject, body)


async def write_template(
    tx: Tx, kind: str, channel: str, locale: str, *, subject: str, body: str, now: datetime
) -> Template:
    """Keep the shop's words as a new version; saying what counts already keeps nothing.

    Raises:
        UnknownKind, UnknownMessageChannel, TemplateEmpty, TemplateTooLong, TemplateBroken, PlaceUnknown: See
            `checked`.
    """
    typed = checked(kind, channel, locale, subject=subject, body=body)
    return await _keep(tx, typed, now=now)


async def restore_template(tx: Tx, kind: str, channel: str, locale: str, *, now: datetime) -> Template:
    """Go back to the words that are shipped; the shop's own stay among the versions.

    Raises:
        UnknownKind, UnknownMessageChannel: There is none such.
    """
    if kind not in set(Kind):
        raise UnknownKind(kind)
    if channel not in set(Channel):
        raise UnknownMessageChannel(channel)
    await _keep(tx, Template(kind, channel, locale, 0, "", ""), now=now)
    return default_template(Kind(kind), channel, locale)


async def _keep(tx: Tx, typed: Template, *, now: datetime) -> Template:
    while True:
        versions = await store_wants.versions_of(tx, typed.kind, typed.channel, typed.locale)
        latest = versions[0] if versions else None
        stands = ("", "") if latest is None else (latest.subject, latest.body)
        if (typed.subject, typed.body) == stands:
            return latest or typed
        number = 1 if latest is None else latest.version + 1
        made = Template(
            typed.kind, typed.channel, typed.locale, number, typed.subject, typed.body, tx.actor, now
        )
        if await store_wants.add_template(tx, made, now=now):
            break
    named = f"{typed.kind}/{typed.channel}/{typed.locale}"
    await leave(tx, Trace("message.template", "message_template", named, after={"version": number}), now=now)
    return made

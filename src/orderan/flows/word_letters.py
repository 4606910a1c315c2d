"""What goes out gets its words: whom it is for is opened, each place is filled, and what is said is kept sealed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from orderan import notifications
from orderan.customers import PREFIX as CUSTOMER
from orderan.customers import Contact, open_contacts, phone_index
from orderan.flows.judge_letters import Judged, Taken
from orderan.flows.outgoing import CLOSES
from orderan.flows.tell_restock import Ware
from orderan.flows.telling_words import Voice, values
from orderan.flows.views_telling import About
from orderan.kit import telemetry
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import to_text
from orderan.notifications import (
    NATURES,
    REFERENCE,
    Channel,
    Delivery,
    Kind,
    Letter,
    Message,
    Need,
    Policy,
    Template,
    TemplateBroken,
    ValueMissing,
    Why,
)
from orderan.reach import open_windows

_log = telemetry.log("orderan.messages")


@dataclass(frozen=True, slots=True)
class _Addressee:
    """Whom a letter is for: their contacts, where it goes, and the accounts that may write to them freely.

    Attributes:
        to: More than one of browsers only, the one subscribed last first.
    """

    contact: Contact
    to: Sequence[str]
    freely: frozenset[UUID]


async def word(
    tx: Tx, taken: Taken, still: Sequence[Judged], voice: Voice, *, keyring: Keyring, now: datetime
) -> None:
    """Word judged tries of one channel; those that cannot be worded or have nowhere to go are refused."""
    if not still:
        return
    people = {message.person_id for _, message, _ in still}
    contacts = await open_contacts(tx, keyring, people, purpose="pesan ke pembeli", now=now)
    browsers = await notifications.sealed_browsers(tx, people)
    freely = await _freely(tx, keyring, still[0][0].channel, contacts, now=now)
    own = await notifications.own_templates(tx)
    for delivery, message, about in still:
        person_id = message.person_id
        contact = contacts.get(person_id)
        if contact is None:
            taken.silence(Why.GONE, message)
            continue
        to = _addresses(delivery.channel, person_id, contact, browsers.get(person_id, ()))
        if not to:
            taken.refuse(Why.NOWHERE, delivery)
            continue
        whom = _Addressee(contact, to, freely.get(person_id, frozenset()))
        template = template_for(own, Kind(message.kind), delivery.channel, message.locale, voice.policy)
        try:
            letter = _letter(delivery, message, about, voice, template, whom, now=now)
        except (ValueMissing, TemplateBroken) as gap:
            _log.warning("message not worded", kind=message.kind, channel=delivery.channel, why=gap.code)
            taken.refuse(Why.GAP, delivery)
            continue
        said = json.dumps([letter.subject, letter.text], ensure_ascii=False)
        sealed = contact.seal.shut("delivery", "words", said)
        taken.letters.append((delivery, letter))
        taken.claimed.append((delivery.id, template.version, sealed))


def template_for(
    own: Mapping[tuple[str, str, str], Template], kind: Kind, channel: str, locale: str, policy: Policy
) -> Template:
    """The words that count: the shop's where it has some, else ours."""
    found = own.get((kind, channel, locale))
    if found is not None and found.body:
        return found
    return notifications.default_template(kind, channel, locale, has_page=bool(policy.review_link))


async def _freely(
    tx: Tx, keyring: Keyring, channel: str, contacts: Mapping[UUID, Contact], *, now: datetime
) -> dict[UUID, frozenset[UUID]]:
    """Accounts that may write to each of these people without a template: WhatsApp asks for none for a day."""
    if channel != Channel.WHATSAPP:
        return {}
    phones = {
        person: phone_index(keyring, tx.shop_id, contact.phone)
        for person, contact in contacts.items()
        if contact.phone is not None
    }
    windows = await open_windows(tx, phones.values(), at=now + CLOSES)
    return {person: windows[index] for person, index in phones.items() if index in windows}


def _addresses(channel: str, person_id: UUID, contact: Contact, browsers: Sequence[bytes]) -> Sequence[str]:
    """Where a letter goes on a channel; the shop's own app is told whom it is for."""
    match channel:
        case Channel.EMAIL:
            found = [contact.email]
        case Channel.PUSH:
            found = [contact.seal.open("push_subscription", "address", one) for one in browsers]
        case Channel.WEBHOOK:
            found = [to_text(CUSTOMER, person_id)]
        case _:
            found = [contact.phone]
    return [one for one in found if one is not None]


def _way_out(delivery: Delivery, message: Message, voice: Voice, *, now: datetime) -> str | None:
    """Where a letter nobody needs is ended with one click."""
    if delivery.channel != Channel.EMAIL or NATURES[Kind(message.kind)].need is not Need.ASKED:
        return None
    return voice.links.stop_page(voice.shop.shop_id, message.person_id, delivery.channel, now=now)


def _letter(
    delivery: Delivery,
    message: Message,
    about: About | Ware,
    voice: Voice,
    template: Template,
    whom: _Addressee,
    *,
    now: datetime,
) -> Letter:
    kind, buyer = Kind(message.kind), whom.contact.name
    given = values(kind, about, voice, buyer=buyer, locale=message.locale, zone=message.zone, now=now)
    words = notifications.render(template, given, shop=voice.shop.name, locale=message.locale)
    return Letter(
        reference=to_text(REFERENCE, delivery.id),
        channel=delivery.channel,
        to=whom.to[0],
        also=tuple(whom.to[1:]),
        kind=message.kind,
        locale=message.locale,
        subject=words.subject,
        text=words.text,
        html=words.html,
        link=given["link"],
        unsubscribe=_way_out(delivery, message, voice, now=now),
        values={name: given[name] for name in notifications.places(template.body)},
        freely=whom.freely,
    )

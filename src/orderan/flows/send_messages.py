"""Sending messages: what is due on a channel goes out with no transaction open.

take     what is due is locked, looked at again, worded, marked as being sent: one short transaction
send     the batch is handed to the channel's provider, each letter with its own time limit
note     what became of each is kept; what failed goes to the next channel, or to a person
doubt    whoever died in between leaves letters nobody knows about: the provider is asked, or the letter is
         repeated under its reference, or it is let go; it never goes out twice on a channel that cannot tell

A channel is one queue, one breaker and one task. A provider that is slow or away delays its own letters
and no others; those that can go another way do so after a while.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from orderan import notifications
from orderan.customers import PREFIX as CUSTOMER
from orderan.customers import Contact, open_contacts
from orderan.flows.hand_over_letters import ask_about, hand_over_letter
from orderan.flows.pay_links import PayLinks
from orderan.flows.tell_restock import Ware, wares
from orderan.flows.telling_words import Later, Voice, stands, values
from orderan.flows.views_telling import About, abouts
from orderan.kit import telemetry
from orderan.kit.clock import Clock
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Database, Tx, refuse_outside_call
from orderan.kit.ids import to_text
from orderan.notifications import (
    NATURES,
    REFERENCE,
    Breaker,
    Channel,
    Delivery,
    DeliveryEvent,
    Kind,
    Letter,
    Message,
    Need,
    Outcome,
    Policy,
    Sender,
    Template,
    TemplateBroken,
    ValueMissing,
    Why,
    policy_of,
    when,
)
from orderan.shops import shop_by_id

BATCH: Final = 50
"""Letters of a channel under way at a time, per worker."""
MOST_BATCHES: Final = 20

SendersOf = Callable[[Tx], Awaitable[Mapping[str, Sender]]]
"""The senders of a shop, by channel."""

_log = telemetry.log("orderan.messages")


@dataclass
class _Taken:
    """A batch as it was judged: what goes out, and what does not and why."""

    letters: list[tuple[Delivery, Letter]] = field(default_factory=list)
    claimed: list[tuple[UUID, int, bytes]] = field(default_factory=list)
    later: list[tuple[UUID, datetime]] = field(default_factory=list)
    untrue: dict[Why, list[Message]] = field(default_factory=dict)
    refused: list[Outcome] = field(default_factory=list)


@dataclass
class Messenger:
    """Sends messages for one process.

    Attributes:
        senders: Whom letters of a shop are handed to; tests put their own here.
    """

    db: Database
    clock: Clock
    keyring: Keyring
    links: PayLinks
    senders: SendersOf
    _breakers: dict[tuple[int, str], Breaker] = field(default_factory=dict)

    async def channels(self, caller: Caller) -> tuple[str, ...]:
        """Channels on which a shop tells things."""
        return (await self.db.run(caller, policy_of)).channels

    async def send_due(self, caller: Caller, channel: str) -> int:
        """Send what is due on a channel; returns how many deliveries were looked at or looked into."""
        senders = await self.db.run(caller, self.senders)
        sender, breaker = senders.get(channel), self._breaker(caller, channel)
        if sender is None or not breaker.lets(self.clock.now()):
            return await self._leave(caller, channel)
        done = await self._look_into(caller, sender)
        for _ in range(MOST_BATCHES):
            taken, lease = await self.db.run(caller, lambda tx: self._take(tx, channel))
            seen = taken.letters or taken.later or taken.untrue or taken.refused
            if not seen:
                break
            outcomes = await self._send(sender, taken.letters, lease)
            await self._note(caller, outcomes)
            if channel == Channel.PUSH:
                await self._let_browsers_go(caller, taken.letters, outcomes)
            done += len(taken.letters) + len(taken.later) + len(taken.refused)
            done += sum(map(len, taken.untrue.values()))
            if outcomes and not self._judge(caller, channel, outcomes).lets(self.clock.now()):
                break
        return done

    def _breaker(self, caller: Caller, channel: str) -> Breaker:
        return self._breakers.get((caller.shop_id, channel), Breaker())

    def _judge(self, caller: Caller, channel: str, outcomes: Sequence[Outcome]) -> Breaker:
        answered = any(one.event in {DeliveryEvent.ACCEPT, DeliveryEvent.REFUSE} for one in outcomes)
        after = self._breaker(caller, channel).after(answered=answered, now=self.clock.now())
        self._breakers[caller.shop_id, channel] = after
        return after

    async def _leave(self, caller: Caller, channel: str) -> int:
        async def work(tx: Tx) -> int:
            now = self.clock.now()
            lost = await notifications.lose_leases(tx, now=now)
            policy = await policy_of(tx)
            return lost + await notifications.leave_channel(tx, channel, policy=policy, now=now)

        return await self.db.run(caller, work)

    async def _take(self, tx: Tx, channel: str) -> tuple[_Taken, datetime]:
        """Lock what is due, judge it, word it, and mark what goes out."""
        now = self.clock.now()
        policy = await policy_of(tx)
        due = await notifications.take_due(tx, channel, limit=BATCH, now=now)
        taken = _Taken()
        if not due:
            return taken, now
        about = await _abouts(tx, [message for _, message in due], now=now)
        wants = await notifications.wants_of(tx, {message.person_id for _, message in due})
        still: list[tuple[Delivery, Message, About | Ware]] = []
        for (delivery, message), one in zip(due, about, strict=True):
            stopped = message.person_id in wants and channel in wants[message.person_id].stopped
            if one is not None and _judged(taken, delivery, message, one, policy, stopped=stopped, now=now):
                still.append((delivery, message, one))
            elif one is None:
                taken.untrue.setdefault(Why.NOT_TRUE, []).append(message)
        await self._word(tx, taken, still, now=now)
        lease = await notifications.begin_sending(tx, taken.claimed, now=now)
        await notifications.postpone(tx, taken.later)
        for why, messages in taken.untrue.items():
            await notifications.suppress(tx, messages, why, now=now)
        await notifications.note(tx, taken.refused, policy=policy, now=now)
        return taken, lease

    async def _word(
        self, tx: Tx, taken: _Taken, still: Sequence[tuple[Delivery, Message, About | Ware]], *, now: datetime
    ) -> None:
        if not still:
            return
        people = {message.person_id for _, message, _ in still}
        contacts = await open_contacts(tx, self.keyring, people, purpose="pesan ke pembeli", now=now)
        browsers = await notifications.newest_browsers(tx, people)
        own = await notifications.own_templates(tx)
        voice = Voice(await shop_by_id(tx, tx.shop_id), self.links)
        for delivery, message, about in still:
            contact = contacts.get(message.person_id)
            if contact is None:
                taken.untrue.setdefault(Why.GONE, []).append(message)
                continue
            to = _address(delivery.channel, message.person_id, contact, browsers.get(message.person_id))
            if to is None:
                taken.refused.append(Outcome(delivery.id, DeliveryEvent.REFUSE, Why.NOWHERE))
                continue
            template = template_for(own, Kind(message.kind), delivery.channel, message.locale)
            try:
                letter = _letter(delivery, message, about, voice, template, contact, to, now=now)
            except (ValueMissing, TemplateBroken) as gap:
                _log.warning("message not worded", kind=message.kind, channel=delivery.channel, why=gap.code)
                taken.refused.append(Outcome(delivery.id, DeliveryEvent.REFUSE, Why.GAP))
                continue
            said = json.dumps([letter.subject, letter.text], ensure_ascii=False)
            sealed = contact.seal.shut("delivery", "words", said)
            taken.letters.append((delivery, letter))
            taken.claimed.append((delivery.id, template.version, sealed))

    async def _send(
        self, sender: Sender, letters: Sequence[tuple[Delivery, Letter]], lease: datetime
    ) -> list[Outcome]:
        if not letters:
            return []
        refuse_outside_call(f"messages {sender.channel}")
        return list(
            await asyncio.gather(
                *(hand_over_letter(sender, one.id, letter, lease) for one, letter in letters)
            )
        )

    async def _note(self, caller: Caller, outcomes: Sequence[Outcome]) -> None:
        if not outcomes:
            return

        async def work(tx: Tx) -> int:
            return await notifications.note(tx, outcomes, policy=await policy_of(tx), now=self.clock.now())

        await self.db.run(caller, work)

    async def _let_browsers_go(
        self, caller: Caller, letters: Sequence[tuple[Delivery, Letter]], outcomes: Sequence[Outcome]
    ) -> None:
        """A browser its service does not know any more is not written to again."""
        refused = {one.delivery_id for one in outcomes if one.event is DeliveryEvent.REFUSE}
        gone = {delivery.message_id for delivery, _ in letters if delivery.id in refused}
        if gone:
            now = self.clock.now()
            await self.db.run(caller, lambda tx: notifications.drop_browsers_told(tx, gone, until=now))

    async def _look_into(self, caller: Caller, sender: Sender) -> int:
        """Find out what became of letters nobody knows about; returns how many were looked into."""

        async def take(tx: Tx) -> list[Delivery]:
            now = self.clock.now()
            await notifications.lose_leases(tx, now=now)
            return await notifications.take_doubts(tx, sender.channel, limit=BATCH, now=now)

        doubts = await self.db.run(caller, take)
        if not doubts:
            return 0
        said = await asyncio.gather(*(ask_about(sender, one) for one in doubts))
        now = self.clock.now()
        judged = [
            notifications.judged(one, sender.doubt, answer, now=now)
            for one, answer in zip(doubts, said, strict=True)
        ]
        await self._note(caller, [one for one in judged if one is not None])
        return len(doubts)


def _judged(
    taken: _Taken,
    delivery: Delivery,
    message: Message,
    about: About | Ware,
    policy: Policy,
    *,
    stopped: bool,
    now: datetime,
) -> bool:
    """Whether a delivery goes out now; else why not is noted."""
    kind = Kind(message.kind)
    standing = stands(kind, about, policy, now=now)
    if standing is False:
        taken.untrue.setdefault(Why.NOT_TRUE, []).append(message)
        return False
    if isinstance(standing, Later):
        taken.later.append((delivery.id, standing.at))
        return False
    if stopped:
        taken.refused.append(Outcome(delivery.id, DeliveryEvent.REFUSE, Why.STOPPED))
        return False
    # What a person sends again goes at once; anything else may have waited into the night.
    at: datetime | None = now
    if message.round == 1:
        at = when(kind, delivery.channel, policy, message.zone, now, until=message.useful_until)
    if at is None:
        taken.untrue.setdefault(Why.TOO_LATE, []).append(message)
        return False
    if at > now:
        taken.later.append((delivery.id, at))
        return False
    return True


async def _abouts(tx: Tx, messages: Sequence[Message], *, now: datetime) -> list[About | Ware | None]:
    """What is true now of what each message is about; None of what is gone."""
    back = {one.topic_id for one in messages if one.kind == Kind.BACK_IN_STOCK}
    goods = await wares(tx, back, now=now)
    orders = await abouts(tx, [(one.topic_id, one.subject_id) for one in messages])
    return [
        goods.get(one.topic_id) if one.topic_id in back else about
        for one, about in zip(messages, orders, strict=True)
    ]


def _address(channel: str, person_id: UUID, contact: Contact, browser: bytes | None) -> str | None:
    """Where a letter goes on a channel; the shop's own app is told whom it is for."""
    match channel:
        case Channel.EMAIL:
            return contact.email
        case Channel.PUSH:
            return contact.seal.open("push_subscription", "address", browser)
        case Channel.WEBHOOK:
            return to_text(CUSTOMER, person_id)
        case _:
            return contact.phone


def _way_out(delivery: Delivery, message: Message, voice: Voice, *, now: datetime) -> str | None:
    """Where a letter nobody needs is ended with one click."""
    if delivery.channel != Channel.EMAIL or NATURES[Kind(message.kind)].need is not Need.ASKED:
        return None
    return voice.links.stop_page(voice.shop.shop_id, message.person_id, delivery.channel, now=now)


def template_for(
    own: Mapping[tuple[str, str, str], Template], kind: Kind, channel: str, locale: str
) -> Template:
    """The words that count: the shop's where it has some, else ours."""
    found = own.get((kind, channel, locale))
    return (
        found if found is not None and found.body else notifications.default_template(kind, channel, locale)
    )


def _letter(
    delivery: Delivery,
    message: Message,
    about: About | Ware,
    voice: Voice,
    template: Template,
    contact: Contact,
    to: str,
    *,
    now: datetime,
) -> Letter:
    kind = Kind(message.kind)
    given = values(kind, about, voice, buyer=contact.name, locale=message.locale, zone=message.zone, now=now)
    words = notifications.render(template, given, shop=voice.shop.name, locale=message.locale)
    return Letter(
        reference=to_text(REFERENCE, delivery.id),
        channel=delivery.channel,
        to=to,
        kind=message.kind,
        locale=message.locale,
        subject=words.subject,
        text=words.text,
        html=words.html,
        link=given["link"],
        unsubscribe=_way_out(delivery, message, voice, now=now),
        values={name: given[name] for name in notifications.places(template.body)},
    )

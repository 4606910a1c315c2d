"""By what buyers are asked: the shop's own accounts at providers of calls, of WhatsApp and of SMS.

One account after another is asked as long as it is known that nothing reached anybody; where nobody knows, no
other one is asked, or the buyer would be asked twice at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from orderan import messaging, telephony
from orderan.customers import open_contacts, zone_of
from orderan.flows.asking_steps import Asked, Asks, NotAsked
from orderan.flows.asking_words import chat_of, deposit_chat, deposit_text, deposit_values, text_of
from orderan.flows.call_script import Talk
from orderan.flows.call_words import Facts, Topic
from orderan.flows.hear_day import day_waits
from orderan.flows.outgoing import CLOSES, send_outgoing
from orderan.flows.pay_links import PayLinks
from orderan.flows.reach_clients import ReachClient, ReachClients
from orderan.flows.reach_links import news_address
from orderan.flows.verify_order import plans_of
from orderan.flows.views_asked import day_told, order_told
from orderan.flows.views_verifying import buyers_of, phone_of
from orderan.kit.clock import Clock
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Database, Tx
from orderan.messaging import Channel, Content, Outgoing, Text
from orderan.notifications import wants_of
from orderan.orders import Commercial, load_orders
from orderan.reach import SILENT, TEMPLATE_PREFIX, Kind, open_windows
from orderan.telephony import CallAsked, CallState, Language, Telephone
from orderan.verification import (
    Attempt,
    CallThread,
    DayPolicy,
    Failure,
    Step,
    Way,
    begin_thread,
    delivery_day,
    lock_cases,
    lock_thread,
    note_costs,
    note_phone,
    save_thread,
    steps_of,
)

PURPOSES: Final = {Topic.ORDER: "konfirmasi pesanan", Topic.DAY: "hari pengantaran"}
"""Why a number was opened, as the log of readings has it."""
NOBODY: Final = "shop"
"""Who is named where no provider was asked."""
FIRST_LOOK: Final = timedelta(seconds=90)
"""A call is over by then, or rings no more; its provider is asked unless it told."""


@dataclass(frozen=True, slots=True)
class About:
    """Whom an attempt asks, and about what.

    Attributes:
        deposit_minor: Asked for in place of their word, until `deposit_until`; 0 asks for the word.
        stopped: Channels they closed for good.
        windows: Accounts that may write to them freely: they wrote within the day.
    """

    phone: str = field(repr=False)
    language: str
    zone: str
    topic: Topic
    facts: Facts
    deposit_minor: int
    deposit_until: datetime | None
    stopped: frozenset[str]
    windows: frozenset[UUID]


@dataclass
class Askers:
    """Of one process: the ways of a shop, by the accounts it opened."""

    db: Database
    clock: Clock
    keyring: Keyring
    links: PayLinks
    clients: ReachClients

    async def of(self, tx: Tx) -> Mapping[Way, Asks]:
        """Ways the shop has an open account for; agents are no way of these."""
        ready = await self.clients.of_every_kind(tx)
        found: dict[Way, Asks] = {}
        if calls := ready.get(Kind.VOICE):
            found[Way.CALL] = ByCall(self, calls)
        if chats := ready.get(Kind.WHATSAPP):
            found[Way.WHATSAPP] = ByMessage(self, chats)
        if texts := ready.get(Kind.SMS):
            found[Way.SMS] = ByMessage(self, texts)
        return found

    async def about(self, tx: Tx, attempt: Attempt) -> About:
        """Whom to ask; the reading of their number is logged, and which number it was is kept.

        Raises:
            NotAsked: The order has no buyer with a telephone, they were erased, or nothing is asked any more.
        """
        now = self.clock.now()
        topic = Topic.DAY if attempt.day_id else Topic.ORDER
        order, lines = (await load_orders(tx, [attempt.order_id]))[attempt.order_id]
        waits = (
            await day_waits(tx, attempt.day_id, now=now)
            if attempt.day_id
            else not order.cleared and order.commercial == Commercial.ACCEPTED
        )
        if not waits:
            # Answered for while this try was about to be made.
            raise NotAsked(NOBODY, Failure.NEEDLESS)
        if order.customer_id is None:
            raise NotAsked(NOBODY, Failure.NO_BUYER)
        opened = await open_contacts(tx, self.keyring, [order.customer_id], purpose=PURPOSES[topic], now=now)
        contact = opened.get(order.customer_id)
        if contact is None:
            raise NotAsked(NOBODY, Failure.NO_BUYER)
        if contact.phone is None:
            raise NotAsked(NOBODY, Failure.NO_PHONE)
        windows: frozenset[UUID] = frozenset()
        if (index := await phone_of(tx, order.customer_id)) is not None:
            await note_phone(tx, attempt.id, index)
            windows = (await open_windows(tx, [index], at=now + CLOSES)).get(index, windows)
        wants = (await wants_of(tx, [order.customer_id])).get(order.customer_id)
        told = (
            await day_told(tx, order, attempt.day_id)
            if attempt.day_id
            else await order_told(tx, order, lines)
        )
        return About(
            contact.phone,
            "en" if wants is not None and wants.locale == "en" else "id",
            zone_of((await buyers_of(tx, [order.id]))[order.id].area),
            topic,
            told,
            0 if attempt.day_id else order.deposit_due_minor,
            order.hold_until,
            wants.stopped if wants is not None else frozenset(),
            windows,
        )


@dataclass(frozen=True)
class ByCall:
    """See `Asks`: the telephone rings, and what is said is asked of us; see `answer_call`."""

    askers: Askers
    accounts: Sequence[ReachClient]

    async def ask(self, caller: Caller, attempt: Attempt, token: str) -> Asked:
        del token  # what is pressed comes by the call itself
        db = self.askers.db

        async def read(tx: Tx) -> tuple[About, Step]:
            step = await _step_of(tx, attempt)
            return await self.askers.about(tx, attempt), step

        about, step = await db.run(caller, read)
        language: Language = "en" if about.language == "en" else "id"
        by_number = step.by_number and about.topic is Topic.ORDER
        talk = asdict(Talk(by_number=by_number, language=language, topic=about.topic, recorded=step.record))
        failed = NotAsked(NOBODY, Failure.NO_ACCOUNT)
        for client in self.accounts:
            if client.telephone is None:
                continue
            now = self.askers.clock.now()
            thread = CallThread(
                attempt.id, attempt.order_id, client.account.id, None, talk, "queued", 0, now + FIRST_LOOK
            )
            await db.run(caller, lambda tx, thread=thread, now=now: begin_thread(tx, thread, now=now))  # type: ignore[misc]
            try:
                return await self._by(caller, client, client.telephone, attempt, about, record=step.record)
            except (telephony.TelephoneRefused, telephony.TelephoneFailed) as trouble:
                failed = NotAsked(client.account.provider, _line_failure(trouble), trouble.code)
            except telephony.OutcomeUnknown:
                return Asked(client.account.provider, None, sure=False)
        raise failed

    async def _by(
        self,
        caller: Caller,
        client: ReachClient,
        telephone: Telephone,
        attempt: Attempt,
        about: About,
        *,
        record: bool,
    ) -> Asked:
        links = self.askers.links
        placed = await telephone.place(
            CallAsked(
                reference=str(attempt.id),
                to=about.phone,
                caller_id=client.caller_id,
                ask_url=links.reach_asks(caller.shop_id, client.account.id),
                news_url=links.reach_news(caller.shop_id, client.account.id),
                detect_machine=True,
                record=record,
            )
        )

        async def note(tx: Tx) -> None:
            thread = await lock_thread(tx, attempt.id)
            if thread is not None and thread.call_id is None:
                await save_thread(tx, replace(thread, call_id=placed.call_id))

        await self.askers.db.run(caller, note)
        if placed.state is CallState.FAILED:
            raise NotAsked(client.account.provider, Failure.REFUSED, "failed")
        return Asked(client.account.provider, placed.call_id)


@dataclass(frozen=True)
class ByMessage:
    """See `Asks`: a message with two buttons, or with a link to a page that has them."""

    askers: Askers
    accounts: Sequence[ReachClient]

    async def ask(self, caller: Caller, attempt: Attempt, token: str) -> Asked:
        db = self.askers.db
        about = await db.run(caller, lambda tx: self.askers.about(tx, attempt))
        if str(attempt.way) in about.stopped:
            raise NotAsked(NOBODY, Failure.STOPPED)
        failed = NotAsked(NOBODY, Failure.NO_ACCOUNT)
        for client in self.accounts:
            if client.messenger is None:
                continue
            outgoing = self._outgoing(caller.shop_id, client, attempt, about, token)
            try:
                sent, cost = await send_outgoing(client.messenger, outgoing, client.account.fields)
            except (messaging.SendRefused, messaging.SendFailed) as trouble:
                failed = NotAsked(client.account.provider, _message_failure(trouble), trouble.code)
                continue
            except messaging.OutcomeUnknown:
                return Asked(client.account.provider, None, sure=False)
            await db.run(
                caller,
                lambda tx, cost=cost: note_costs(tx, attempt.id, cost_minor=cost, recording_url=None),  # type: ignore[misc]
            )
            return Asked(client.account.provider, sent.provider_id)
        raise failed

    def _outgoing(
        self, shop_id: int, client: ReachClient, attempt: Attempt, about: About, token: str
    ) -> Outgoing:
        silent = client.account.provider in SILENT
        return Outgoing(
            about.phone,
            attempt.id.hex,
            about.language,
            self._deposit(shop_id, client, attempt, about)
            if about.deposit_minor
            else self._content(shop_id, client, about, token),
            notify_url=None if silent else news_address(self.askers.links, shop_id, client),
        )

    def _content(self, shop_id: int, client: ReachClient, about: About, token: str) -> Content:
        link = self.askers.links.word_page(shop_id, token)
        if client.messenger is None or client.messenger.channel is not Channel.WHATSAPP:
            return Text(text_of(about.topic, about.facts, about.language, link))
        prefix = client.account.fields.get(TEMPLATE_PREFIX, "")
        window = client.account.id in about.windows
        return chat_of(about.topic, about.facts, about.language, token, prefix=prefix, window=window)

    def _deposit(self, shop_id: int, client: ReachClient, attempt: Attempt, about: About) -> Content:
        now = self.askers.clock.now()
        until = about.deposit_until or now
        values = deposit_values(
            about.facts,
            about.language,
            amount_minor=about.deposit_minor,
            until=until,
            zone=about.zone,
            link=self.askers.links.pay_page(shop_id, attempt.order_id, now=now),
        )
        if client.messenger is None or client.messenger.channel is not Channel.WHATSAPP:
            return Text(deposit_text(values, about.language))
        prefix = client.account.fields.get(TEMPLATE_PREFIX, "")
        window = client.account.id in about.windows
        return deposit_chat(values, about.language, prefix=prefix, window=window)


FAILURES: Final = {
    messaging.Because.RECIPIENT: Failure.NUMBER,
    messaging.Because.MESSAGE: Failure.MESSAGE,
    messaging.Because.WINDOW: Failure.MESSAGE,
    messaging.Because.ACCOUNT: Failure.ACCOUNT,
    messaging.Because.PACE: Failure.BUSY,
}


def _message_failure(trouble: messaging.MessageTrouble) -> Failure:
    """Why a provider of messages sent none."""
    if isinstance(trouble, messaging.SendRefused):
        return FAILURES[trouble.because]
    return Failure.UNAVAILABLE


def _line_failure(trouble: telephony.TelephoneTrouble) -> Failure:
    """Why a provider of calls placed none."""
    match trouble:
        case telephony.NumberRefused():
            return Failure.NUMBER
        case telephony.AccountRefused():
            return Failure.ACCOUNT
        case telephony.TelephoneRefused():
            return Failure.REFUSED
        case telephony.TelephoneFailed(fault=telephony.Fault.BUSY):
            return Failure.BUSY
        case _:
            return Failure.UNAVAILABLE


async def _step_of(tx: Tx, attempt: Attempt) -> Step:
    """By which step of its policy an attempt is made."""
    if attempt.day_id is not None:
        day = await delivery_day(tx, attempt.day_id)
        plan = (await plans_of(tx, [day.policy_version]))[day.policy_version]
        return steps_of(plan.on_the_day or DayPolicy())[day.step]
    case = (await lock_cases(tx, [attempt.order_id]))[attempt.order_id]
    return steps_of((await plans_of(tx, [case.policy_version]))[case.policy_version])[case.step]

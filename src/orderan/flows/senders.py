"""Who carries a shop's messages: the accounts it opened, each channel's in their order.

One account after another is asked as long as it is known that nothing was sent; where nobody knows, no
other one is asked. What a provider says of a message afterwards comes as news: see `hear_reach`.

A push message goes to every browser of its person at once, and was told when one of them took it.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

from orderan import messaging
from orderan.flows.outgoing import send_outgoing
from orderan.flows.pay_links import PayLinks
from orderan.flows.reach_clients import ReachClient, ReachClients
from orderan.flows.reach_links import news_address
from orderan.kit import telemetry
from orderan.kit.clock import Clock
from orderan.kit.db import Tx
from orderan.messaging import Content, Messenger
from orderan.notifications import (
    Doubt,
    Letter,
    Receipt,
    RefusedForGood,
    RefusedForNow,
    Sender,
    SendingFailed,
    SendingTrouble,
    SendingUnknown,
    SentAs,
)
from orderan.reach import ADDRESS, SILENT, TEMPLATE_PREFIX, Kind, ReachAccount

_log = telemetry.log("orderan.messages")


@dataclass
class Senders:
    """Of one process: makes the senders of a shop of its accounts."""

    clients: ReachClients
    links: PayLinks
    clock: Clock

    async def of(self, tx: Tx) -> Mapping[str, Sender]:
        """By channel; none where the shop has no open account."""
        ready = await self.clients.of_every_kind(tx)
        return {
            str(kind): AccountSender(str(kind), tx.shop_id, accounts, self.links, self.clock)
            for kind, accounts in ready.items()
            if kind is not Kind.VOICE
        }


@dataclass(frozen=True)
class AccountSender:
    """See `Sender`: the open accounts of one channel, asked in their order."""

    channel: str
    shop_id: int
    accounts: Sequence[ReachClient]
    links: PayLinks
    clock: Clock

    @property
    def doubt(self) -> Doubt:
        """A letter may be repeated where every account's receiver knows the second for the first."""
        repeatable = all(one.messenger is not None and one.messenger.repeatable for one in self.accounts)
        return Doubt.REPEAT if repeatable else Doubt.NONE

    async def send(self, letter: Letter) -> SentAs:
        if not letter.also:
            return await self._send(letter)
        everywhere = [replace(letter, to=to, also=()) for to in (letter.to, *letter.also)]
        ends = await asyncio.gather(*(self._send(one) for one in everywhere), return_exceptions=True)
        gone = frozenset[str]().union(*(one.gone for one in ends if isinstance(one, SentAs | SendingTrouble)))
        for broken in ends:
            if isinstance(broken, BaseException) and not isinstance(broken, SendingTrouble):
                _log.error("a browser could not be told", why=type(broken).__name__, exc_info=broken)
        if told := [one for one in ends if isinstance(one, SentAs)]:
            costs = [one.cost_minor for one in told if one.cost_minor is not None]
            return SentAs(told[0].provider_id, sum(costs) if costs else None, gone)
        worst = min((one for one in ends if isinstance(one, BaseException)), key=_weight)
        if isinstance(worst, SendingTrouble):
            worst.gone = gone
        raise worst

    async def _send(self, letter: Letter) -> SentAs:
        troubles: list[SendingTrouble] = []
        for client in self.accounts:
            if client.messenger is None:
                continue
            try:
                return await self._by(client, client.messenger, letter)
            except SendingUnknown:
                raise
            except SendingTrouble as trouble:
                troubles.append(trouble)
        # Whoever may take it later is waited for; a refusal of all is one for good.
        later = [one for one in troubles if not isinstance(one, RefusedForGood)]
        worst = (later or troubles or [RefusedForNow("no_account")])[0]
        worst.gone = frozenset[str]().union(*(one.gone for one in troubles))
        raise worst

    async def look_up(self, reference: str) -> Receipt:
        """Nobody can be asked: what became of a letter comes as a receipt, or never."""
        raise SendingFailed(f"cannot_ask:{reference[:3]}")

    async def _by(self, client: ReachClient, messenger: Messenger, letter: Letter) -> SentAs:
        account = client.account
        silent = account.provider in SILENT
        outgoing = messaging.Outgoing(
            account.fields[ADDRESS] if account.kind is Kind.WEBHOOK else letter.to,
            letter.reference,
            letter.locale,
            content_of(letter, account, now=self.clock.now()),
            notify_url=None if silent else news_address(self.links, self.shop_id, client),
        )
        try:
            sent, cost_minor = await send_outgoing(messenger, outgoing, account.fields)
        except messaging.RefusedForGood as refused:
            gone = self.channel == Kind.PUSH and refused.because is messaging.Because.RECIPIENT
            raise RefusedForGood(_code(refused), frozenset({letter.to} if gone else ())) from refused
        except messaging.RefusedForNow as refused:
            raise RefusedForNow(_code(refused)) from refused
        except messaging.SendFailed as failed:
            raise SendingFailed(_code(failed)) from failed
        except messaging.OutcomeUnknown as unknown:
            raise SendingUnknown(_code(unknown)) from unknown
        return SentAs(sent.provider_id, cost_minor)


def _weight(end: BaseException) -> int:
    """Of a letter that no browser took: what may have arrived counts before what may be tried again."""
    order = (RefusedForNow, SendingFailed, RefusedForGood)
    return next((at for at, kind in enumerate(order, start=1) if isinstance(end, kind)), 0)


def content_of(letter: Letter, account: ReachAccount, *, now: datetime) -> Content:
    """A letter as its channel carries it.

    Whoever wrote to the account by WhatsApp within the day is sent the words as they stand; to anybody else goes the
    template that stands for them: named by the account's prefix and the kind, its parameters in the order of the text.
    """
    return _CONTENTS[letter.channel](letter, account, now)


def _chat(letter: Letter, account: ReachAccount, _: datetime) -> Content:
    name = f"{account.fields.get(TEMPLATE_PREFIX, '')}{letter.kind}"
    template = messaging.Template(name, tuple(letter.values.values()))
    return messaging.Chat(letter.text, template=template, open=account.id in letter.freely)


def _text(letter: Letter, _: ReachAccount, __: datetime) -> Content:
    return messaging.Text(letter.text)


def _mail(letter: Letter, _: ReachAccount, __: datetime) -> Content:
    return messaging.Letter(letter.subject, letter.text, letter.html, unsubscribe=letter.unsubscribe)


def _push(letter: Letter, _: ReachAccount, __: datetime) -> Content:
    # A repetition takes the place of the first one: a topic has at most 32 letters (RFC 8030 section 5.4).
    return messaging.Push(letter.subject, letter.text, letter.link, topic=letter.reference[-32:])


def _hook(letter: Letter, _: ReachAccount, now: datetime) -> Content:
    told = {
        "customer": letter.to,
        "language": letter.locale,
        "link": letter.link,
        "text": letter.text,
    }
    return messaging.Hook(f"message.{letter.kind}", now, told)


_CONTENTS: Final[Mapping[str, Callable[[Letter, ReachAccount, datetime], Content]]] = MappingProxyType(
    {
        Kind.EMAIL: _mail,
        Kind.SMS: _text,
        Kind.WHATSAPP: _chat,
        Kind.PUSH: _push,
        Kind.WEBHOOK: _hook,
    }
)


def _code(trouble: messaging.MessageTrouble) -> str:
    return f"{trouble.partner}:{trouble.code}"[:80]

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
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from orderan import notifications
from orderan.flows.hand_over_letters import ask_about, hand_over_letter
from orderan.flows.judge_letters import Taken, judge
from orderan.flows.pay_links import PayLinks
from orderan.flows.telling_words import Voice
from orderan.flows.word_letters import word
from orderan.kit.clock import Clock
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Database, Tx, refuse_outside_call
from orderan.notifications import (
    Breaker,
    Delivery,
    DeliveryEvent,
    Doubt,
    Letter,
    Outcome,
    Sender,
    policy_of,
)
from orderan.payments import transfer_accounts
from orderan.shops import shop_by_id

BATCH: Final = 50
"""Letters of a channel under way at a time, per worker."""
MOST_BATCHES: Final = 20

SendersOf = Callable[[Tx], Awaitable[Mapping[str, Sender]]]
"""The senders of a shop, by channel."""


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
        """Channels on which a shop tells things, or did and something is not over."""
        return await self.db.run(caller, notifications.channels_in_use)

    async def send_due(self, caller: Caller, channel: str) -> int:
        """Send what is due on a channel; returns how many deliveries were looked at or looked into."""
        senders = await self.db.run(caller, self.senders)
        sender, breaker = senders.get(channel), self._breaker(caller, channel)
        if sender is None or not breaker.lets(self.clock.now()):
            return await self._leave(caller, channel, gone=sender is None)
        done = await self._look_into(caller, channel, sender)
        for _ in range(MOST_BATCHES):
            began = self.clock.now()
            taken, lease = await self.db.run(caller, lambda tx: self._take(tx, channel))
            if not len(taken):
                break
            outcomes = await self._send(sender, taken.letters, lease)
            await self._note(caller, outcomes)
            await self._let_browsers_go(caller, outcomes, until=began)
            done += len(taken)
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

    async def _leave(self, caller: Caller, channel: str, *, gone: bool) -> int:
        """Let go of a channel that is away, or that nobody carries letters of any more."""
        looked = await self._look_into(caller, channel, None) if gone else 0

        async def work(tx: Tx) -> int:
            now = self.clock.now()
            lost = await notifications.lose_leases(tx, now=now)
            policy = await policy_of(tx)
            if channel in policy.channels:
                return lost + await notifications.leave_channel(tx, channel, policy=policy, now=now)
            # Nothing goes out by it: all that is due is refused, and goes another way.
            return lost + len((await self._take(tx, channel))[0])

        return looked + await self.db.run(caller, work)

    async def _take(self, tx: Tx, channel: str) -> tuple[Taken, datetime]:
        """Lock what is due, judge it, word it, and mark what goes out."""
        now = self.clock.now()
        policy = await policy_of(tx)
        due = await notifications.take_due(tx, channel, limit=BATCH, now=now)
        taken = Taken()
        if not due:
            return taken, now
        shop = await shop_by_id(tx, tx.shop_id)
        still = await judge(tx, taken, due, shop=shop, policy=policy, now=now)
        transfers = await transfer_accounts(tx, shown_only=True)
        voice = Voice(shop, self.links, policy, transfers)
        await word(tx, taken, still, voice, keyring=self.keyring, now=now)
        lease = await notifications.begin_sending(tx, taken.claimed, now=now)
        await notifications.postpone(tx, taken.later)
        for why, messages in taken.untrue.items():
            await notifications.suppress(tx, messages, why, now=now)
        await notifications.wish_again(tx, taken.again)
        await notifications.note(tx, taken.refused, policy=policy, now=now)
        return taken, lease

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

    async def _let_browsers_go(self, caller: Caller, outcomes: Sequence[Outcome], *, until: datetime) -> None:
        """A browser its service does not know any more is not written to again."""
        gone = {address for one in outcomes for address in one.gone}
        if gone:
            await self.db.run(
                caller, lambda tx: notifications.forget_browsers(tx, self.keyring, gone, until=until)
            )

    async def _look_into(self, caller: Caller, channel: str, sender: Sender | None) -> int:
        """Find out what became of letters nobody knows about; returns how many were looked into.

        Where nobody carries letters of the channel any more, nobody can be asked.
        """

        async def take(tx: Tx) -> list[Delivery]:
            now = self.clock.now()
            await notifications.lose_leases(tx, now=now)
            return await notifications.take_doubts(tx, channel, limit=BATCH, now=now)

        doubts = await self.db.run(caller, take)
        if not doubts:
            return 0
        said = await asyncio.gather(*(ask_about(sender, one) for one in doubts))
        now, doubt = self.clock.now(), Doubt.NONE if sender is None else sender.doubt
        judged = [
            notifications.judged(one, doubt, answer, now=now)
            for one, answer in zip(doubts, said, strict=True)
        ]
        await self._note(caller, [one for one in judged if one is not None])
        return len(doubts)

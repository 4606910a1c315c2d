"""Whoever said no to their order by WhatsApp is asked why, with reasons to choose from.

take    each no of the last minutes, once: what was taken and not sent, because a process died, stays unasked
write   freely and for nothing, inside the day that WhatsApp gives whoever wrote; with no transaction open
hear    a reason that is chosen comes back with other replies, see `hear_words`

Nobody has to say why, and the order is cancelled long before: a list that does not arrive is not sent again.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from orderan.customers import open_contacts
from orderan.flows.asking_words import why_chat
from orderan.flows.outgoing import CLOSES
from orderan.flows.reach_clients import ReachClient, ReachClients
from orderan.flows.views_verifying import phone_of
from orderan.kit.clock import Clock
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Database, Tx, refuse_outside_call
from orderan.messaging import Chat, OutcomeUnknown, Outgoing, SendFailed, SendRefused
from orderan.notifications import wants_of
from orderan.orders import orders_by_id
from orderan.reach import Kind, open_windows
from orderan.shops import shop_by_id
from orderan.verification import Attempt, Way, take_unexplained

PURPOSE: Final = "alasan menolak"
"""Why a number was opened, as the log of readings has it."""
FRESH: Final = timedelta(minutes=30)
"""A question that comes later than this is about a talk that is over."""
BATCH: Final = 50
AT_ONCE: Final = 8


@dataclass(frozen=True, slots=True)
class _Question:
    """Whom to ask, by which accounts, and how."""

    phone: str = field(repr=False)
    language: str
    chat: Chat
    by: tuple[ReachClient, ...]


@dataclass
class WhyAsker:
    """Asks why in one shop."""

    db: Database
    clock: Clock
    keyring: Keyring
    clients: ReachClients

    async def work_due(self, caller: Caller) -> int:
        """Ask whoever said no and was not asked why; returns how many said no."""
        taken = await self.db.run(caller, self._take)
        turns = asyncio.Semaphore(AT_ONCE)

        async def ask(attempt: Attempt) -> None:
            async with turns:
                question = await self.db.run(caller, lambda tx: self._question(tx, attempt))
                if question is not None:
                    await _send(attempt, question)

        await asyncio.gather(*(ask(attempt) for attempt in taken))
        return len(taken)

    async def _take(self, tx: Tx) -> list[Attempt]:
        now = self.clock.now()
        return await take_unexplained(tx, since=now - FRESH, now=now, limit=BATCH)

    async def _question(self, tx: Tx, attempt: Attempt) -> _Question | None:
        """None where they cannot be written to freely, or do not want to hear from the shop there."""
        now = self.clock.now()
        order = (await orders_by_id(tx, [attempt.order_id]))[attempt.order_id]
        if order.customer_id is None:
            return None
        wants = (await wants_of(tx, [order.customer_id])).get(order.customer_id)
        index = await phone_of(tx, order.customer_id)
        if index is None or (wants is not None and Way.WHATSAPP in wants.stopped):
            return None
        windows = (await open_windows(tx, [index], at=now + CLOSES)).get(index, frozenset())
        accounts = [one for one in await self.clients.of(tx, Kind.WHATSAPP) if one.account.id in windows]
        opened = await open_contacts(tx, self.keyring, [order.customer_id], purpose=PURPOSE, now=now)
        contact = opened.get(order.customer_id)
        if contact is None or contact.phone is None or not accounts:
            return None
        language = "en" if wants is not None and wants.locale == "en" else "id"
        shop = await shop_by_id(tx, tx.shop_id)
        return _Question(
            contact.phone, language, why_chat(shop.name, order.number, language, attempt.id), tuple(accounts)
        )


async def _send(attempt: Attempt, question: _Question) -> None:
    """By the first account that takes it; where nobody knows whether one did, by no other."""
    refuse_outside_call("reasons for a no")
    outgoing = Outgoing(question.phone, f"why-{attempt.id.hex}", question.language, question.chat)
    for client in question.by:
        if client.messenger is None:
            continue
        try:
            await client.messenger.send(outgoing)
        except (SendRefused, SendFailed):
            continue
        except OutcomeUnknown:
            return
        return

"""How calls to buyers ended, by what providers tell and by what they answer when they are asked.

news      of a provider that signs: believed. Of one that does not: a hint, and the provider is asked
look up   a call nobody told of, and one whose price is not known yet, are asked after, a few times
end       a call that is over without a key pressed reached nobody; a late key still counts afterwards
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final
from uuid import UUID

from orderan.flows.answer_call import attempt_named, talk_of
from orderan.flows.call_words import Heard
from orderan.flows.hear_buyer import answer_attempt
from orderan.flows.reach_clients import ReachClient, ReachClients
from orderan.kit.clock import Clock
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Database, Tx
from orderan.orders import lock_orders
from orderan.reach import (
    UNIT_COST,
    HeardNews,
    Kind,
    ReachAccountNotFound,
    mark_heard,
    reach_account,
    take_news,
)
from orderan.telephony import (
    OVER,
    CallNews,
    CallState,
    CallTruth,
    Price,
    TelephoneTrouble,
    further,
)
from orderan.verification import (
    AttemptEvent,
    CallThread,
    DayOver,
    NotBeingAsked,
    lock_thread,
    note_costs,
    save_thread,
    thread_of_call,
    threads_to_look_up,
    want_late_deletion,
)

BATCH: Final = 100
AT_ONCE: Final = 4
"""Questions in flight to one account; one whose provider hangs holds up its own calls and nobody else's."""
MOST_LOOKS: Final = 6
LOOK_AGAIN: Final = timedelta(minutes=2)
"""Prices are known minutes after a call; it doubles from look to look."""
ENDS: Final = {
    CallState.BUSY: "busy",
    CallState.NO_ANSWER: "no_answer",
    CallState.FAILED: "failed",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What is believed of a call."""

    state: CallState | None
    machine: bool | None
    price: Price | None
    recording_url: str | None
    call_id: str | None


@dataclass
class CallWatch:
    """Follows the calls of one shop to their end."""

    db: Database
    clock: Clock
    keyring: Keyring
    clients: ReachClients

    async def hear(self, caller: Caller) -> int:
        """Hear what providers of calls sent; returns how many letters were heard."""
        heard = await self.db.run(caller, lambda tx: take_news(tx, self.keyring, [Kind.VOICE], limit=BATCH))
        if not heard:
            return 0
        turns = {one.account.id: asyncio.Semaphore(AT_ONCE) for one in heard}

        async def believe(letter: HeardNews) -> Sequence[tuple[CallThread, Told | None]]:
            async with turns[letter.account.id]:
                return await self._believed(caller, letter)

        believed = await asyncio.gather(*(believe(one) for one in heard))

        async def work(tx: Tx) -> None:
            for about in believed:
                for thread, told in about:
                    await self._follow(tx, thread, told, looked=False)
            await mark_heard(tx, [one.id for one in heard], now=self.clock.now())

        await self.db.run(caller, work)
        return len(heard)

    async def look_up(self, caller: Caller) -> int:
        """Ask providers after calls nobody told of in time; returns how many were asked after."""
        now = self.clock.now()
        due = await self.db.run(caller, lambda tx: threads_to_look_up(tx, now=now, limit=BATCH))
        turns = {thread.account_id: asyncio.Semaphore(AT_ONCE) for thread in due}

        async def look(thread: CallThread) -> None:
            async with turns[thread.account_id]:
                told = await self._truth(caller, thread.account_id, thread.call_id)
                await self.db.run(caller, lambda tx: self._follow(tx, thread, told, looked=True))

        await asyncio.gather(*(look(thread) for thread in due))
        return len(due)

    async def _believed(self, caller: Caller, letter: HeardNews) -> Sequence[tuple[CallThread, Told | None]]:
        """The calls a letter is of, and what is believed of each."""
        client = await self._client(caller, letter.account.id)
        found = []
        for piece in letter.pieces:
            if not isinstance(piece, CallNews) or client is None or client.telephone is None:
                continue
            thread = await self.db.run(
                caller,
                lambda tx, piece=piece: thread_of_call(  # type: ignore[misc]
                    tx, letter.account.id, piece.call_id, attempt_named(piece.reference)
                ),
            )
            if thread is None:
                continue
            told: Told | None = Told(
                piece.state, piece.machine, piece.price, piece.recording_url, piece.call_id
            )
            if not client.telephone.signs:
                told = await self._truth(caller, letter.account.id, thread.call_id or piece.call_id)
            found.append((thread, told))
        return found

    async def _truth(self, caller: Caller, account_id: UUID, call_id: str | None) -> Told | None:
        """What the provider itself says; None where it does not answer, or knows of no such call."""
        client = await self._client(caller, account_id)
        if client is None or client.telephone is None or call_id is None:
            return None
        try:
            truth: CallTruth | None = await client.telephone.look_up(call_id)
        except TelephoneTrouble:
            return None
        if truth is None:
            return None
        return Told(truth.state, truth.machine, truth.price, truth.recording_url, truth.call_id)

    async def _client(self, caller: Caller, account_id: UUID) -> ReachClient | None:
        try:
            return await self.db.run(caller, lambda tx: self.clients.of_account(tx, account_id))
        except ReachAccountNotFound:
            return None

    async def _follow(self, tx: Tx, thread: CallThread, told: Told | None, *, looked: bool) -> None:
        """Let a thread, and its attempt where the call is over, follow what is believed of it."""
        await lock_orders(tx, [thread.order_id])
        locked = await lock_thread(tx, thread.attempt_id)
        if locked is None:
            return
        stands = CallState(locked.state)
        if told is not None and told.state is not None:
            stands = further(stands, told.state)
        now, looks = self.clock.now(), locked.looks + looked
        priced = told is not None and told.price is not None
        done = (stands in OVER and priced) or looks >= MOST_LOOKS
        later = now + LOOK_AGAIN * 2**looks
        # News that says all makes the question needless; any other leaves it where it was.
        look_at = None if done else later if looked else locked.look_at
        call_id = locked.call_id or (told.call_id if told else None)
        await save_thread(
            tx, replace(locked, state=str(stands), call_id=call_id, looks=looks, look_at=look_at)
        )
        if told is not None:
            known = _rupiah(told.price)
            await note_costs(tx, locked.attempt_id, cost_minor=known, recording_url=told.recording_url)
            if told.recording_url is not None:
                await want_late_deletion(tx, locked.attempt_id, told.recording_url, now=now)
        if done and stands in OVER and (told is None or _rupiah(told.price) is None):
            account = await reach_account(tx, locked.account_id)
            stated = _stated(stands, told.price if told else None, account.fields)
            await note_costs(tx, locked.attempt_id, cost_minor=stated, recording_url=None)
        if stands in OVER or stands is CallState.MACHINE:
            await self._over(tx, locked, stands, machine=bool(told and told.machine))

    async def _over(self, tx: Tx, thread: CallThread, stands: CallState, *, machine: bool) -> None:
        """A call that is over without a word, or that a voicemail took, reached nobody."""
        talk = talk_of(thread)
        if talk.outcome is not None:
            return
        why = ENDS.get(stands)
        if why is None:
            wrong = talk.last not in {None, Heard.NOTHING}
            why = "machine" if machine or stands is CallState.MACHINE else "wrong_key" if wrong else "silence"
        with suppress(NotBeingAsked, DayOver):
            await answer_attempt(
                tx,
                thread.attempt_id,
                thread.order_id,
                AttemptEvent.MISS,
                answer=why,
                now=self.clock.now(),
            )


def _rupiah(price: Price | None) -> int | None:
    return price.minor if price is not None and price.currency == "IDR" else None


def _stated(stands: CallState, price: Price | None, fields: Mapping[str, str]) -> int | None:
    """What the shop said a call costs, where the provider names no rupiah; what nobody took is free."""
    stated = fields.get(UNIT_COST, "")
    paid = price.minor > 0 if price is not None else stands is CallState.COMPLETED
    return int(stated) if stated and paid else None

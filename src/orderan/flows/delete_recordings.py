"""Recordings of buyers who were erased are deleted where they are kept: at the provider of the call.

want      an erasure writes down every call about the buyer's orders that was recorded
tell      the provider is told with no transaction open, again until it did; what is not there any more is done
late      a recording told of after the erasure is deleted too
person    of a provider that cannot be told, or did not do it for days, the inbox names the call
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from orderan.flows.reach_clients import ReachClient, ReachClients
from orderan.kit import inbox
from orderan.kit.clock import Clock
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import N_
from orderan.kit.ids import to_text
from orderan.kit.inbox import Stuck
from orderan.reach import PREFIX
from orderan.telephony import PROVIDER_NAMES, DeletesRecordings, TelephoneTrouble
from orderan.verification import Deletion, deletions_due, end_deletion, put_off_deletion

KIND: Final = "recording_kept"
NEXT_STEP: Final = N_("Hapus rekaman panggilan ini di situs penyedia teleponnya, lalu tutup perkara ini.")
BATCH: Final = 50
AT_ONCE: Final = 4
AGAIN: Final = timedelta(minutes=5)
"""From the first try to the second; each wait is three times the one before."""
MOST_TRIES: Final = 8
"""Within four days, then it is a person's."""


@dataclass
class RecordingDeleter:
    """Has the recordings of one shop deleted that are to be."""

    db: Database
    clock: Clock
    clients: ReachClients

    async def work_due(self, caller: Caller) -> int:
        """Tell providers of what is due; returns how many recordings it was about."""
        now = self.clock.now()
        due = await self.db.run(caller, lambda tx: deletions_due(tx, now=now, limit=BATCH))
        turns = asyncio.Semaphore(AT_ONCE)

        async def work(one: Deletion) -> None:
            async with turns:
                await self._delete(caller, one)

        await asyncio.gather(*(work(one) for one in due))
        return len(due)

    async def _delete(self, caller: Caller, one: Deletion) -> None:
        client = await self.db.run(caller, lambda tx: self.clients.of_account(tx, one.account_id))
        telephone: object = client.telephone
        if not isinstance(telephone, DeletesRecordings) or one.call_id is None:
            await self.db.run(caller, lambda tx: self._leave(tx, client, one, "provider_cannot"))
            return
        try:
            await telephone.delete_recordings(one.call_id, one.recording_url)
        except TelephoneTrouble:
            await self.db.run(caller, lambda tx: self._try_again(tx, client, one))
            return
        await self.db.run(caller, lambda tx: end_deletion(tx, one, gone_at=self.clock.now()))

    async def _try_again(self, tx: Tx, client: ReachClient, one: Deletion) -> None:
        if one.tries + 1 >= MOST_TRIES:
            await self._leave(tx, client, one, "provider_did_not")
            return
        await put_off_deletion(tx, one, until=self.clock.now() + AGAIN * 3**one.tries)

    async def _leave(self, tx: Tx, client: ReachClient, one: Deletion, why: str) -> None:
        if await end_deletion(tx, one, gone_at=None):
            await report_kept(tx, client, one, why, now=self.clock.now())


async def report_kept(tx: Tx, client: ReachClient, one: Deletion, why: str, *, now: datetime) -> None:
    """Tell that a provider keeps a recording of somebody who was erased.

    Args:
        why: `provider_cannot` or `provider_did_not`.
    """
    entry = Stuck(
        kind=KIND,
        reason=why,
        subject_kind="reach_account",
        subject_id=one.account_id,
        dedupe_key=f"{KIND}:{one.attempt_id}",
        payload={
            "provider": PROVIDER_NAMES[client.account.provider],
            # A call whose name never came is known there by our own for it.
            "call": one.call_id or str(one.attempt_id),
            "account": to_text(PREFIX, one.account_id),
        },
        money_minor=0,
        currency="IDR",
        deadline=None,
        next_step=NEXT_STEP,
    )
    await inbox.report(tx, [entry], now=now)

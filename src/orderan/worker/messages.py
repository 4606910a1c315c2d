"""Messages to buyers, digests to the staff, and what their providers tell of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from orderan.flows.hear_reach import hear_reach
from orderan.flows.hear_words import hear_fates, hear_words
from orderan.flows.send_digests import Digests
from orderan.flows.send_messages import Messenger
from orderan.kit.db import Caller, Tx
from orderan.messaging import Reply
from orderan.reach import Kind
from orderan.worker.beside import Beside


@dataclass
class MessageRounds(Beside):
    """What buyers are told, and what their providers tell of it: each channel of a shop beside the others."""

    messenger: Messenger
    digests: Digests | None = None

    async def once(self) -> int:
        """Hear what came and begin to send what is due; how many letters were heard."""
        heard = await self.rounds.in_every_shop("reach", self._hear)
        await self.rounds.in_every_shop("messages", self._shop)
        return heard

    async def _hear(self, shop_id: int) -> int:
        now, keyring = self.messenger.clock.now(), self.messenger.keyring

        async def answers(tx: Tx, replies: Sequence[tuple[Kind, Reply]], now: datetime) -> None:
            await hear_words(tx, keyring, replies, now=now)

        return await self.messenger.db.run(
            Caller(shop_id, "system:reach"),
            lambda tx: hear_reach(tx, keyring, now=now, answers=[answers], fates=[hear_fates]),
        )

    async def _shop(self, shop_id: int) -> int:
        caller = Caller(shop_id, "system:messages")
        for channel in await self.messenger.channels(caller):
            self.begin(shop_id, f"messages {channel}", partial(self.messenger.send_due, caller, channel))
        if self.digests is not None:
            self.begin(shop_id, "digests", partial(self.digests.send_due, caller))
        # A channel looks until it finds nothing: to have begun it is no reason to look again at once.
        return 0

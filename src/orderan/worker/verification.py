"""Buyers who are asked, about their order, the day its parcel comes, or why they said no, and what they answer is
heard; recordings of those who were erased are deleted.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from orderan.flows.ask_buyer import Askers
from orderan.flows.ask_on_the_day import DayAsker
from orderan.flows.ask_why import WhyAsker
from orderan.flows.delete_recordings import RecordingDeleter
from orderan.flows.hear_calls import CallWatch
from orderan.flows.verify_order import Verifier
from orderan.kit.db import Caller
from orderan.worker.beside import Beside

LOOKS_AHEAD: Final = timedelta(seconds=10)
"""From one look for parcels whose wished day has come to the next."""


@dataclass
class VerificationRounds(Beside):
    """Buyers who are asked, of their order or of the day its parcel comes: agents, calls, messages, what was heard.

    What calls tell is heard beside what is asked: a provider that hangs while it is asked to call delays no answer.
    """

    askers: Askers
    _looked_ahead: dict[int, datetime] = field(default_factory=dict)

    async def once(self) -> int:
        """Begin to ask and to hear; how many parts of shops were begun, not how they ended."""
        return await self.rounds.in_every_shop("verification", self._shop)

    async def _shop(self, shop_id: int) -> int:
        caller = Caller(shop_id, "system:verification")
        watch = CallWatch(self.askers.db, self.askers.clock, self.askers.keyring, self.askers.clients)
        self.begin(shop_id, "verification asks", partial(self._ask, caller))
        self.begin(shop_id, "delivery day asks", partial(self._ask_today, caller))
        self.begin(shop_id, "reasons for a no", partial(self._ask_why, caller))
        self.begin(shop_id, "verification calls", partial(self._hear, watch, caller))
        self.begin(shop_id, "recording deletions", partial(self._delete, caller))
        # A part looks until it finds nothing: to have begun it is no reason to look again at once.
        return 0

    async def _ask(self, caller: Caller) -> int:
        ways = await self.askers.db.run(caller, self.askers.of)
        return await Verifier(self.askers.db, self.askers.clock, ways).work_due(caller)

    async def _ask_today(self, caller: Caller) -> int:
        ways = await self.askers.db.run(caller, self.askers.of)
        asker = DayAsker(self.askers.db, self.askers.clock, ways)
        now = self.askers.clock.now()
        if now - self._looked_ahead.get(caller.shop_id, now - LOOKS_AHEAD) >= LOOKS_AHEAD:
            self._looked_ahead[caller.shop_id] = now
            await asker.look_ahead(caller)
        return await asker.work_due(caller)

    async def _ask_why(self, caller: Caller) -> int:
        askers = self.askers
        return await WhyAsker(askers.db, askers.clock, askers.keyring, askers.clients).work_due(caller)

    async def _hear(self, watch: CallWatch, caller: Caller) -> int:
        return await watch.hear(caller) + await watch.look_up(caller)

    async def _delete(self, caller: Caller) -> int:
        return await RecordingDeleter(self.askers.db, self.askers.clock, self.askers.clients).work_due(caller)

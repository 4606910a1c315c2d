"""Couriers: what they sent word of, what they are to be asked, and what is to be booked."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from orderan.flows.ask_couriers import ParcelAsker
from orderan.flows.book_courier import Booker
from orderan.flows.hear_couriers import hear_couriers
from orderan.kit.db import Caller
from orderan.worker.beside import Beside

CALMLY: Final = timedelta(seconds=30)


@dataclass
class CourierRounds(Beside):
    """What couriers sent word of, heard at once; what they are to be asked and to carry, beside it."""

    asker: ParcelAsker
    booker: Booker
    _asked_at: dict[int, datetime] = field(default_factory=dict)

    async def once(self) -> int:
        """Hear what came, and begin to book and to ask what is due; how many letters were heard."""
        return await self.rounds.in_every_shop("couriers", self._shop)

    async def _shop(self, shop_id: int) -> int:
        caller = Caller(shop_id, "system:courier")
        now = self.asker.clock.now()
        heard = await self.asker.db.run(caller, lambda tx: hear_couriers(tx, self.asker.clients, now=now))
        self.begin(shop_id, "courier bookings", partial(self.booker.carry_due, caller))
        last = self._asked_at.get(shop_id)
        if last is None or now - last >= CALMLY:
            self._asked_at[shop_id] = now
            self.begin(shop_id, "courier questions", partial(self.asker.ask_due, caller))
        return heard

"""Gateways: what they sent word of, and what they are to be asked."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from orderan import gateways
from orderan.flows.execute_refund import Refunder
from orderan.flows.gateway_news import hear_news
from orderan.flows.pay_online import Cashier
from orderan.flows.read_maintenance import read_maintenance
from orderan.kit.db import Caller
from orderan.worker.beside import Beside

NEWS_S: Final = 0.25
"""A buyer who has just paid looks at the page meanwhile."""
CALMLY: Final = timedelta(seconds=10)


@dataclass
class GatewayRounds(Beside):
    """What gateways sent word of, and what they are to be asked: each account beside the others."""

    cashier: Cashier
    refunder: Refunder
    http: gateways.Caller
    _read_at: dict[int, datetime] = field(default_factory=dict)

    async def once(self) -> int:
        """Hear what came and begin to ask what is due; how much was heard or begun, not how it ended."""
        return await self.rounds.in_every_shop("gateways", self._shop)

    async def _shop(self, shop_id: int) -> int:
        caller = Caller(shop_id, "system:gateways")
        now = self.cashier.clock.now()
        heard, accounts = await self.cashier.db.run(caller, lambda tx: hear_news(tx, now=now))
        begun = [
            self.begin(shop_id, f"gateway {account_id}", partial(self.cashier.ask_due, caller, account_id))
            for account_id in accounts
        ]
        if self._is_time(shop_id, now):
            self.begin(shop_id, "refunds", partial(self.refunder.ask_due, caller))
            self.begin(
                shop_id,
                "maintenance",
                partial(read_maintenance, self.cashier.db, caller, self.http, self.cashier.clock),
            )
        return heard + sum(begun)

    def _is_time(self, shop_id: int, now: datetime) -> bool:
        """Whether what nobody waits for before a page is looked at again."""
        if (last := self._read_at.get(shop_id)) is not None and now - last < CALMLY:
            return False
        self._read_at[shop_id] = now
        return True

"""Clients of the shop's gateway accounts, opened once and kept for a minute: secrets are not unsealed per call."""

import time
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from orderan import gateways
from orderan.gateways import Gateway
from orderan.kit.clock import Clock
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.payments import Rail, account_behind

KEPT_S: Final = 60.0
"""So long a changed or closed account may still be called with what was known of it."""


@dataclass
class GatewayClients:
    """Of one process; all share its connections.

    Attributes:
        reach: How gateways are called; tests put simulators here.
    """

    keyring: Keyring
    clock: Clock
    reach: gateways.Caller
    _kept: dict[tuple[int, UUID], tuple[float, Gateway]] = field(default_factory=dict)

    async def of_rail(self, tx: Tx, rail: Rail) -> Gateway:
        return await self.of_account(tx, rail.account_id)

    async def of_account(self, tx: Tx, account_id: UUID) -> Gateway:
        """An account's client.

        Raises:
            NoSuchAccount: The shop has no such account.
        """
        if kept := self.kept(tx.shop_id, account_id):
            return kept
        account = await account_behind(tx, self.keyring, account_id)
        client = gateways.open_gateway(account, self.reach, self.clock)
        self._kept[tx.shop_id, account_id] = time.monotonic() + KEPT_S, client
        return client

    def kept(self, shop_id: int, account_id: UUID) -> Gateway | None:
        """A client that was opened in the last minute."""
        until, client = self._kept.get((shop_id, account_id), (0.0, None))
        return client if until > time.monotonic() else None

    def forget(self) -> None:
        """After an account changed in this process."""
        self._kept.clear()

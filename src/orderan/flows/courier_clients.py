"""Clients of the shop's accounts at couriers, opened once and kept for a minute."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from orderan import shipping
from orderan.couriers import CourierClient, Does
from orderan.kit.calling import Caller
from orderan.kit.clock import Clock
from orderan.kit.crypto import DataKey, Keyring
from orderan.kit.db import Tx
from orderan.shipping import CourierAccount

KEPT_S: Final = 60.0
"""So long a changed or closed account may still be used with what was known of it."""


@dataclass(frozen=True, slots=True)
class OpenCourier:
    """An account, ready to be used.

    Attributes:
        key: Seals what its courier sends.
        hook_token: Stands in the address its courier calls; empty where letters show whose they are.
    """

    account: CourierAccount
    client: CourierClient
    key: DataKey = field(repr=False)
    hook_token: str = field(default="", repr=False)


@dataclass
class CourierClients:
    """Of one process; all share its connections.

    Attributes:
        reach: How couriers are called; tests put simulators here.
    """

    keyring: Keyring
    clock: Clock
    reach: Caller
    _kept: dict[tuple[int, UUID], tuple[float, OpenCourier]] = field(default_factory=dict)

    async def open_ones(self, tx: Tx) -> list[OpenCourier]:
        """Open accounts, the one that is asked first in front."""
        return [
            self.kept(tx.shop_id, account.id) or self._opened(tx.shop_id, account)
            for account in await shipping.courier_accounts(tx)
            if account.state == "open"
        ]

    async def of_account(self, tx: Tx, account_id: UUID) -> OpenCourier:
        """An account's client, closed or not: its courier still sends word of what went before.

        Raises:
            CourierAccountNotFound: The shop has no such account.
        """
        if kept := self.kept(tx.shop_id, account_id):
            return kept
        return self._opened(tx.shop_id, await shipping.courier_account(tx, account_id))

    def kept(self, shop_id: int, account_id: UUID) -> OpenCourier | None:
        """A client that was opened in the last minute."""
        until, client = self._kept.get((shop_id, account_id), (0.0, None))
        return client if until > time.monotonic() else None

    def forget(self) -> None:
        """After an account changed in this process."""
        self._kept.clear()

    def _opened(self, shop_id: int, account: CourierAccount) -> OpenCourier:
        credentials = shipping.courier_credentials(self.keyring, shop_id, account)
        opened = OpenCourier(
            account,
            shipping.courier_client(account, credentials, self.reach, self.clock),
            self.keyring.unwrap(shop_id, account.id, account.wrapped_key),
            credentials.get("hook_token", ""),
        )
        self._kept[shop_id, account.id] = time.monotonic() + KEPT_S, opened
        return opened


def trackers(accounts: list[OpenCourier]) -> Mapping[str, OpenCourier]:
    """Who is asked where a courier's parcel is, by courier: the first account that can say."""
    found: dict[str, OpenCourier] = {}
    for one in accounts:
        if Does.TRACK in one.client.does:
            for courier in one.client.serves:
                found.setdefault(courier, one)
    return found

"""Clients of the shop's accounts at providers of messages and calls, opened once and kept for a minute."""

import time
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from orderan import reach
from orderan.kit.clock import Clock
from orderan.kit.crypto import DataKey, Keyring
from orderan.kit.db import Tx
from orderan.messaging import Lines, Messenger
from orderan.reach import CALLER_ID, Kind, ReachAccount
from orderan.telephony import Telephone

KEPT_S: Final = 60.0
"""So long a changed or closed account may still be used with what was known of it."""


@dataclass(frozen=True, slots=True)
class ReachClient:
    """An account, ready to be used: what sends its messages, or what makes its calls.

    Attributes:
        key: Seals what its provider sends.
        hook_token: Stands in every address its provider calls; empty where the provider signs.
    """

    account: ReachAccount
    messenger: Messenger | None
    telephone: Telephone | None
    key: DataKey = field(repr=False)
    hook_token: str = field(default="", repr=False)

    @property
    def caller_id(self) -> str:
        """The number its calls show; empty of an account of messages."""
        return self.account.fields.get(CALLER_ID, "")


@dataclass
class ReachClients:
    """Of one process; all share its connections.

    Attributes:
        lines: How the world is reached; tests put simulators here.
    """

    keyring: Keyring
    clock: Clock
    lines: Lines
    _kept: dict[tuple[int, UUID], tuple[float, ReachClient]] = field(default_factory=dict)
    _ordered: dict[int, tuple[float, dict[Kind, list[ReachClient]]]] = field(default_factory=dict)

    async def of(self, tx: Tx, kind: Kind) -> list[ReachClient]:
        """Open accounts of a kind, the one that is asked first in front."""
        return (await self.of_every_kind(tx)).get(kind, [])

    async def of_every_kind(self, tx: Tx) -> dict[Kind, list[ReachClient]]:
        """Open accounts by kind; no kind without one."""
        until, ordered = self._ordered.get(tx.shop_id, (0.0, {}))
        if until > time.monotonic():
            return ordered
        ordered = {}
        for account in await reach.reach_accounts(tx):
            if account.state == "open":
                ordered.setdefault(account.kind, []).append(self._opened(tx.shop_id, account))
        self._ordered[tx.shop_id] = time.monotonic() + KEPT_S, ordered
        return ordered

    async def of_account(self, tx: Tx, account_id: UUID) -> ReachClient:
        """An account's client, closed or not: its provider still sends word of what went before.

        Raises:
            ReachAccountNotFound: The shop has no such account.
        """
        if kept := self.kept(tx.shop_id, account_id):
            return kept
        return self._opened(tx.shop_id, await reach.reach_account(tx, account_id))

    def kept(self, shop_id: int, account_id: UUID) -> ReachClient | None:
        """A client that was opened in the last minute."""
        until, client = self._kept.get((shop_id, account_id), (0.0, None))
        return client if until > time.monotonic() else None

    def forget(self) -> None:
        """After an account changed in this process."""
        self._kept.clear()
        self._ordered.clear()

    def _opened(self, shop_id: int, account: ReachAccount) -> ReachClient:
        credentials = reach.credentials_behind(self.keyring, shop_id, account)
        client = ReachClient(
            account,
            reach.messenger_of(account, credentials, self.lines, self.clock),
            reach.telephone_of(account, credentials, self.lines, self.clock),
            self.keyring.unwrap(shop_id, account.id, account.wrapped_key),
            credentials.get("hook_token", ""),
        )
        self._kept[shop_id, account.id] = time.monotonic() + KEPT_S, client
        return client

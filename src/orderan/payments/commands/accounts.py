"""Accounts at gateways: their secrets are sealed under a key of their own and opened only to call."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from orderan.gateways import Account, credentials_of
from orderan.kit.crypto import DataKey, Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import new_id, to_text
from orderan.payments import store_attempts as store
from orderan.payments.attempts import GatewayAccount, Rail
from orderan.payments.errors import NoSuchAccount


async def open_account(
    tx: Tx,
    keyring: Keyring,
    *,
    gateway: str,
    name: str,
    base_url: str,
    credentials: Mapping[str, str],
    methods: Sequence[str],
    now: datetime,
) -> GatewayAccount:
    """Add an account with a rail for each of these methods, behind the rails they have already.

    Args:
        credentials: By the names the gateway's client asks for.
    """
    if missing := set(credentials_of(gateway)) - credentials.keys():
        message = f"{gateway} needs {', '.join(sorted(missing))}"
        raise ValueError(message)
    account_id = new_id()
    key = keyring.new_key(tx.shop_id, account_id)
    account = GatewayAccount(
        id=account_id,
        gateway=gateway,
        name=name,
        base_url=base_url,
        secrets=_sealed(key, tx.shop_id, credentials),
        wrapped_key=key.wrapped,
    )
    await store.insert_account(tx, account, now=now)
    there = await store.rails(tx)
    behind = {method: sum(rail.method == method for rail in there) for method in methods}
    await store.insert_rails(
        tx, [Rail(new_id(), method, account_id, gateway, behind[method], "open") for method in methods]
    )
    return account


def opened(keyring: Keyring, shop_id: int, account: GatewayAccount) -> Account:
    """The account as its client needs it."""
    key = keyring.unwrap(shop_id, account.id, account.wrapped_key)
    secrets = msgspec.json.decode(key.open(account.secrets, place=_place(shop_id)), type=dict[str, str])
    return Account(account.gateway, account.base_url, secrets)


async def account_behind(tx: Tx, keyring: Keyring, account_id: UUID) -> Account:
    """An account, its secrets opened.

    Raises:
        NoSuchAccount: The shop has none of this id.
    """
    account = await store.account_by_id(tx, account_id)
    if account is None:
        raise NoSuchAccount(to_text("gwa", account_id))
    return opened(keyring, tx.shop_id, account)


def _sealed(key: DataKey, shop_id: int, credentials: Mapping[str, str]) -> bytes:
    return key.seal(msgspec.json.encode(dict(credentials)).decode(), place=_place(shop_id))


def _place(shop_id: int) -> str:
    return f"{shop_id}|gateway_account|secrets"

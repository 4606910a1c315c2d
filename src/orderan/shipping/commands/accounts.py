"""Accounts at couriers: their secrets are sealed under a key of their own and opened only to call."""

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from orderan import couriers
from orderan.couriers import PROVIDER_NAMES, Account, CourierClient
from orderan.kit import audit
from orderan.kit.audit import Trace
from orderan.kit.calling import Caller
from orderan.kit.clock import Clock, SetClock
from orderan.kit.crypto import DataKey, Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import new_id, to_text
from orderan.shipping import store_accounts as store
from orderan.shipping.accounts import CourierAccount
from orderan.shipping.errors_accounts import (
    CourierAccountNotFound,
    CourierFieldsUnusable,
    CourierNameUnusable,
    CourierSecretsStayBehind,
)
from orderan.shipping.rules_accounts import account_fields, check_name, complete, usable_address

PREFIX: Final = "cra"


async def open_courier_account(
    tx: Tx,
    keyring: Keyring,
    *,
    provider: str,
    name: str,
    base_url: str,
    fields: Mapping[str, str],
    now: datetime,
) -> CourierAccount:
    """Add an account behind those there are.

    Args:
        fields: By the names of `courier_fields`, secrets among them; what may be made up is, where it is empty.

    Raises:
        UnknownBooker, CourierFieldsMissing, CourierFieldsUnusable, CourierAddressUnusable, CourierNameUnusable: Of
            what was typed.
    """
    made = {one.name: _secret() for one in account_fields(provider) if one.made}
    given = complete(provider, made | {key: value for key, value in fields.items() if value})
    check_name(name)
    address = usable_address(provider, base_url)
    _check_opens(provider, address, given, now)
    account_id = new_id()
    key = keyring.new_key(tx.shop_id, account_id)
    plain, hidden = _parted(provider, given)
    account = CourierAccount(
        account_id,
        provider,
        name,
        address,
        plain,
        _sealed(key, tx.shop_id, hidden),
        key.wrapped,
        len(await store.lock_accounts(tx)),
    )
    if not await store.insert_account(tx, account, now=now):
        raise CourierNameUnusable(name)
    await audit.leave(
        tx, Trace("courier_account.open", "courier_account", str(account_id), after=_told(account)), now=now
    )
    return account


async def change_courier_account(
    tx: Tx,
    keyring: Keyring,
    account_id: UUID,
    *,
    name: str,
    base_url: str,
    fields: Mapping[str, str],
    open_: bool,
    now: datetime,
) -> CourierAccount:
    """Rename, move, close or open an account, or give it new fields; an empty secret stays as it is.

    A closed account books nothing and is asked nothing; what its courier tells of before is heard all the same.

    Raises:
        CourierAccountNotFound: The shop has none of this id.
        CourierFieldsMissing, CourierFieldsUnusable, CourierAddressUnusable, CourierNameUnusable: Of what was typed.
        CourierSecretsStayBehind: It is moved to another address, and its secrets were not typed again.
    """
    there = await store.lock_accounts(tx)
    before = next((one for one in there if one.id == account_id), None)
    if before is None:
        raise CourierAccountNotFound(to_text(PREFIX, account_id))
    check_name(name)
    if any(one.name == name and one.id != account_id for one in there):
        raise CourierNameUnusable(name)
    address = usable_address(before.provider, base_url)
    _, kept = _parted(before.provider, courier_credentials(keyring, tx.shop_id, before))
    typed = {key: value for key, value in fields.items() if value}
    if address != before.base_url and (behind := sorted(_typed(before.provider) - typed.keys())):
        raise CourierSecretsStayBehind(", ".join(behind))
    given = complete(before.provider, {**kept, **typed})
    _check_opens(before.provider, address, given, now)
    plain, hidden = _parted(before.provider, given)
    key = keyring.unwrap(tx.shop_id, account_id, before.wrapped_key)
    after = replace(
        before,
        name=name,
        base_url=address,
        fields=plain,
        secrets=before.secrets if hidden == kept else _sealed(key, tx.shop_id, hidden),
        state="open" if open_ else "closed",
    )
    await store.save_account(tx, after)
    renewed = sorted(field for field, value in hidden.items() if kept.get(field) != value)
    trace = Trace(
        "courier_account.change",
        "courier_account",
        str(account_id),
        before=_told(before),
        after=_told(after) | ({"secrets": renewed} if renewed else {}),
    )
    await audit.leave(tx, trace, now=now)
    return after


async def put_courier_first(tx: Tx, account_id: UUID, *, now: datetime) -> None:
    """Ask an account before the others; those keep their order behind it.

    Raises:
        CourierAccountNotFound: The shop has none of this id.
    """
    there = await store.lock_accounts(tx)
    if all(one.id != account_id for one in there):
        raise CourierAccountNotFound(to_text(PREFIX, account_id))
    standing = sorted(there, key=lambda one: (one.rank, one.id))
    ordered = sorted(standing, key=lambda one: one.id != account_id)
    await store.save_ranks(tx, [one.id for one in ordered])
    trace = Trace(
        "courier_account.first",
        "courier_account",
        str(account_id),
        before={"order": [one.name for one in standing]},
        after={"order": [one.name for one in ordered]},
    )
    await audit.leave(tx, trace, now=now)


async def courier_account(tx: Tx, account_id: UUID) -> CourierAccount:
    """An account.

    Raises:
        CourierAccountNotFound: The shop has none of this id.
    """
    account = await store.account_by_id(tx, account_id)
    if account is None:
        raise CourierAccountNotFound(to_text(PREFIX, account_id))
    return account


def courier_credentials(keyring: Keyring, shop_id: int, account: CourierAccount) -> dict[str, str]:
    """Everything an account was opened with, its secrets opened."""
    key = keyring.unwrap(shop_id, account.id, account.wrapped_key)
    hidden = msgspec.json.decode(key.open(account.secrets, place=_place(shop_id)), type=dict[str, str])
    return {**account.fields, **hidden}


def courier_client(
    account: CourierAccount, credentials: Mapping[str, str], caller: Caller, clock: Clock
) -> CourierClient:
    """What an account is used with."""
    return couriers.open_courier(Account(account.provider, account.base_url, credentials), caller, clock)


def _secret() -> str:
    return urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")


def _typed(provider: str) -> set[str]:
    """Secrets somebody outside chose."""
    return {one.name for one in account_fields(provider) if one.secret and not one.made}


def _parted(provider: str, given: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """What is shown again, and what is sealed."""
    hidden = {one.name for one in account_fields(provider) if one.secret}
    return (
        {name: value for name, value in given.items() if name not in hidden},
        {name: value for name, value in given.items() if name in hidden},
    )


def _sealed(key: DataKey, shop_id: int, hidden: Mapping[str, str]) -> bytes:
    return key.seal(msgspec.json.encode(dict(hidden)).decode(), place=_place(shop_id))


def _place(shop_id: int) -> str:
    return f"{shop_id}|courier_account|secrets"


def _told(account: CourierAccount) -> dict[str, object]:
    return {
        "provider": account.provider,
        "name": account.name,
        "base_url": account.base_url,
        "fields": dict(account.fields),
        "state": account.state,
    }


def _check_opens(provider: str, base_url: str, given: Mapping[str, str], now: datetime) -> None:
    """An account's client is opened once, and calls nobody, to see that it can be."""
    try:
        couriers.open_courier(Account(provider, base_url, given), Caller(), SetClock(now))
    except (ValueError, KeyError, TypeError) as fault:
        raise CourierFieldsUnusable(PROVIDER_NAMES[provider]) from fault

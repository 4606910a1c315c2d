"""Accounts at couriers: their secrets are sealed under a key of their own and opened only to call."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from orderan import couriers
from orderan.couriers import PROVIDER_NAMES, Account, CourierClient
from orderan.kit import audit, partner_accounts
from orderan.kit.audit import Trace
from orderan.kit.calling import Caller
from orderan.kit.clock import Clock, SetClock
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import new_id, to_text
from orderan.kit.partner_accounts import drawn_secret, told
from orderan.shipping import store_accounts as store
from orderan.shipping.accounts import CourierAccount
from orderan.shipping.errors_accounts import (
    CourierAccountNotFound,
    CourierFieldsUnusable,
    CourierNameUnusable,
    CourierSecretsStayBehind,
)
from orderan.shipping.rules_accounts import account_fields, check_name, complete, hosts, usable_address

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
    made = {one.name: drawn_secret() for one in account_fields(provider) if one.made}
    given = complete(provider, made | {key: value for key, value in fields.items() if value})
    check_name(name)
    address = usable_address(provider, base_url)
    _check_opens(provider, address, given, now)
    account_id = new_id()
    key = keyring.new_key(tx.shop_id, account_id)
    plain, hidden = partner_accounts.parted(account_fields(provider), given)
    account = CourierAccount(
        account_id,
        provider,
        name,
        address,
        plain,
        partner_accounts.sealed(key, hidden, place=_place(tx.shop_id)),
        key.wrapped,
        len(await store.ROWS.lock(tx)),
    )
    if not await store.insert_account(tx, account, now=now):
        raise CourierNameUnusable(name)
    await audit.leave(
        tx, Trace("courier_account.open", "courier_account", str(account_id), after=told(account)), now=now
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
    there = await store.ROWS.lock(tx)
    before = next((one for one in there if one.id == account_id), None)
    if before is None:
        raise CourierAccountNotFound(to_text(PREFIX, account_id))
    check_name(name)
    if any(one.name == name and one.id != account_id for one in there):
        raise CourierNameUnusable(name)
    address = usable_address(before.provider, base_url)
    asked = account_fields(before.provider)
    _, kept = partner_accounts.parted(asked, courier_credentials(keyring, tx.shop_id, before))
    typed = {key: value for key, value in fields.items() if value}
    given = complete(before.provider, {**kept, **typed})
    behind = partner_accounts.left_behind(asked, kept, typed)
    if behind and partner_accounts.moved(hosts(before.base_url, before.fields), hosts(address, given)):
        raise CourierSecretsStayBehind(", ".join(behind))
    _check_opens(before.provider, address, given, now)
    plain, hidden = partner_accounts.parted(asked, given)
    key = keyring.unwrap(tx.shop_id, account_id, before.wrapped_key)
    after = replace(
        before,
        name=name,
        base_url=address,
        fields=plain,
        secrets=before.secrets
        if hidden == kept
        else partner_accounts.sealed(key, hidden, place=_place(tx.shop_id)),
        state="open" if open_ else "closed",
    )
    await store.ROWS.save(tx, after)
    renewed = sorted(field for field, value in hidden.items() if kept.get(field) != value)
    trace = Trace(
        "courier_account.change",
        "courier_account",
        str(account_id),
        before=told(before),
        after=told(after) | ({"secrets": renewed} if renewed else {}),
    )
    await audit.leave(tx, trace, now=now)
    return after


async def put_courier_first(tx: Tx, account_id: UUID, *, now: datetime) -> None:
    """Ask an account before the others; those keep their order behind it.

    Raises:
        CourierAccountNotFound: The shop has none of this id.
    """
    there = await store.ROWS.lock(tx)
    if all(one.id != account_id for one in there):
        raise CourierAccountNotFound(to_text(PREFIX, account_id))
    standing, ordered = partner_accounts.put_in_front(there, account_id)
    await store.ROWS.rank(tx, ordered)
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
    account = await store.ROWS.by_id(tx, account_id)
    if account is None:
        raise CourierAccountNotFound(to_text(PREFIX, account_id))
    return account


def courier_credentials(keyring: Keyring, shop_id: int, account: CourierAccount) -> dict[str, str]:
    """Everything an account was opened with, its secrets opened."""
    return partner_accounts.unsealed(keyring, shop_id, account, place=_place(shop_id))


def courier_client(
    account: CourierAccount, credentials: Mapping[str, str], caller: Caller, clock: Clock
) -> CourierClient:
    """What an account is used with."""
    return couriers.open_courier(Account(account.provider, account.base_url, credentials), caller, clock)


def _place(shop_id: int) -> str:
    return f"{shop_id}|courier_account|secrets"


def _check_opens(provider: str, base_url: str, given: Mapping[str, str], now: datetime) -> None:
    """An account's client is opened once, and calls nobody, to see that it can be."""
    try:
        couriers.open_courier(Account(provider, base_url, given), Caller(), SetClock(now))
    except (ValueError, KeyError, TypeError) as fault:
        raise CourierFieldsUnusable(PROVIDER_NAMES[provider]) from fault

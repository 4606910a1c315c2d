"""Accounts at gateways: their secrets are sealed under a key of their own and opened only to call."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from uuid import UUID

import msgspec

from orderan.gateways import Account, credentials_of
from orderan.kit import audit, partner_accounts
from orderan.kit.audit import Trace
from orderan.kit.crypto import DataKey, Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import new_id, to_text
from orderan.kit.partner_accounts import LONGEST_NAME
from orderan.payments import store_attempts as store
from orderan.payments.attempts import BASIS, Fee, GatewayAccount, Rail
from orderan.payments.errors_accounts import (
    AccountNameUnusable,
    CredentialsMissing,
    FeeOutOfRange,
    GatewayAddressUnusable,
    NoSuchAccount,
    NoSuchRail,
    SecretsStayBehind,
)


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

    Raises:
        CredentialsMissing, GatewayAddressUnusable, AccountNameUnusable: Of what was typed.
    """
    if missing := [name for name in credentials_of(gateway) if not credentials.get(name)]:
        raise CredentialsMissing(", ".join(missing))
    await _check_name(tx, name)
    account_id = new_id()
    key = keyring.new_key(tx.shop_id, account_id)
    account = GatewayAccount(
        id=account_id,
        gateway=gateway,
        name=name,
        base_url=_usable(base_url),
        secrets=_sealed(key, tx.shop_id, credentials),
        wrapped_key=key.wrapped,
    )
    await store.insert_account(tx, account, now=now)
    there = await store.rails(tx)
    behind = {method: sum(rail.method == method for rail in there) for method in methods}
    await store.insert_rails(
        tx, [Rail(new_id(), method, account_id, gateway, behind[method], "open") for method in methods]
    )
    await audit.leave(
        tx, Trace("gateway_account.open", "gateway_account", str(account_id), after=_told(account)), now=now
    )
    return account


async def change_account(
    tx: Tx,
    keyring: Keyring,
    account_id: UUID,
    *,
    name: str,
    base_url: str,
    credentials: Mapping[str, str],
    open_: bool,
    now: datetime,
) -> GatewayAccount:
    """Rename, move, close or open an account, or give it new secrets; an empty one stays as it is.

    Moved to another host it takes none of its secrets along: whoever names a host of their own would be sent
    them.

    A closed account takes no new payment; what it has under way is asked for all the same.

    Raises:
        NoSuchAccount: The shop has none of this id.
        GatewayAddressUnusable, AccountNameUnusable: Of what was typed.
        SecretsStayBehind: The address is on another host, and not every secret was typed anew.
    """
    before = await store.lock_account(tx, account_id)
    if before is None:
        raise NoSuchAccount(to_text("gwa", account_id))
    if name != before.name:
        await _check_name(tx, name)
    typed = {key: value for key, value in credentials.items() if value}
    after = replace(before, name=name, base_url=_usable(base_url), state="open" if open_ else "closed")
    missing = [name for name in credentials_of(before.gateway) if name not in typed]
    if missing and partner_accounts.moved([before.base_url], [after.base_url]):
        raise SecretsStayBehind(", ".join(missing))
    if typed:
        key = keyring.unwrap(tx.shop_id, account_id, before.wrapped_key)
        secrets = dict(opened(keyring, tx.shop_id, before).credentials) | typed
        after = replace(after, secrets=_sealed(key, tx.shop_id, secrets))
    await store.save_account(tx, after)
    trace = Trace(
        "gateway_account.change",
        "gateway_account",
        str(account_id),
        before=_told(before),
        after=_told(after) | ({"secrets": sorted(typed)} if typed else {}),
    )
    await audit.leave(tx, trace, now=now)
    return after


async def put_rail_first(tx: Tx, rail_id: UUID, *, now: datetime) -> None:
    """Make a rail the first choice of its method; the others keep their order behind it.

    Raises:
        NoSuchRail: The shop has no such rail.
    """
    there = await store.lock_rails_of_method(tx, rail_id)
    if not there:
        raise NoSuchRail(to_text("ral", rail_id))
    ordered = sorted(there, key=lambda rail: rail.id != rail_id)
    ranked = [replace(rail, rank=rank) for rank, rail in enumerate(ordered)]
    await store.save_rails(tx, ranked)
    names = [[rail.gateway for rail in rails] for rails in (there, ranked)]
    trace = Trace(
        "rail.first",
        "rail",
        str(rail_id),
        before={"method": there[0].method, "order": names[0]},
        after={"method": there[0].method, "order": names[1]},
    )
    await audit.leave(tx, trace, now=now)


async def state_fee(tx: Tx, rail_id: UUID, fee: Fee, *, now: datetime) -> None:
    """State what a rail costs from a day on; what was paid before keeps its fee.

    Raises:
        NoSuchRail: The shop has no such rail.
        FeeOutOfRange: Below zero, or a rate above 100 percent.
    """
    amounts, rates = (fee.fixed_minor, fee.least_minor), (fee.rate_bp, fee.tax_bp)
    if min(*amounts, *rates) < 0 or max(rates) > BASIS:
        raise FeeOutOfRange
    if not await store.lock_rails_of_method(tx, rail_id):
        raise NoSuchRail(to_text("ral", rail_id))
    await store.set_fee(tx, rail_id, fee)
    stated = asdict(fee) | {"valid_from": fee.valid_from.isoformat()}
    await audit.leave(tx, Trace("rail.fee", "rail", str(rail_id), after=stated), now=now)


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
    return partner_accounts.sealed(key, credentials, place=_place(shop_id))


def _place(shop_id: int) -> str:
    return f"{shop_id}|gateway_account|secrets"


def _told(account: GatewayAccount) -> dict[str, str]:
    return {
        "gateway": account.gateway,
        "name": account.name,
        "base_url": account.base_url,
        "state": account.state,
    }


def _usable(address: str) -> str:
    try:
        return partner_accounts.usable_address(address)
    except partner_accounts.AddressUnusable as fault:
        raise GatewayAddressUnusable(address) from fault


async def _check_name(tx: Tx, name: str) -> None:
    taken = {account.name for account in await store.accounts(tx)}
    if not 0 < len(name) <= LONGEST_NAME or name in taken:
        raise AccountNameUnusable(name)

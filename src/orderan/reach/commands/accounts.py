"""Accounts of messages and calls: their secrets are sealed under a key of their own and opened only to call."""

import secrets
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Final
from uuid import UUID

from orderan import messaging, telephony
from orderan.kit import audit, partner_accounts
from orderan.kit.audit import Trace
from orderan.kit.calling import Caller
from orderan.kit.clock import Clock, SetClock
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import new_id, to_text
from orderan.kit.partner_accounts import LONGEST_NAME, drawn_secret
from orderan.kit.public_network import PublicCaller
from orderan.messaging import Lines, Messenger
from orderan.reach import store
from orderan.reach.errors import (
    ReachAccountNotFound,
    ReachFieldsUnusable,
    ReachNameUnusable,
    ReachSecretsStayBehind,
)
from orderan.reach.models import Kind, ReachAccount
from orderan.reach.rules import (
    PROVIDER_NAMES,
    account_fields,
    complete,
    hosts,
    kind_of,
    usable_address,
)
from orderan.telephony import Telephone

PREFIX: Final = "rch"


async def open_reach(
    tx: Tx,
    keyring: Keyring,
    *,
    provider: str,
    name: str,
    base_url: str,
    fields: Mapping[str, str],
    now: datetime,
) -> ReachAccount:
    """Add an account behind those its kind has already.

    Args:
        fields: By the names of `account_fields`, secrets among them; what may be made up is, where it is empty.

    Raises:
        UnknownProvider, ReachFieldsMissing, ReachFieldsUnusable, ReachAddressUnusable, ReachNameUnusable: Of
            what was typed.
    """
    kind = kind_of(provider)
    given = complete(provider, _made_up(provider) | {key: value for key, value in fields.items() if value})
    _check_name(name)
    address = usable_address(provider, base_url)
    _check_opens(provider, address, given, now)
    account_id = new_id()
    key = keyring.new_key(tx.shop_id, account_id)
    plain, hidden = partner_accounts.parted(account_fields(provider), given)
    rank = sum(one.kind == kind for one in await store.ROWS.lock(tx))
    sealed = partner_accounts.sealed(key, hidden, place=_place(tx.shop_id))
    account = ReachAccount(account_id, kind, provider, name, address, plain, sealed, key.wrapped, rank)
    if not await store.insert_account(tx, account, now=now):
        raise ReachNameUnusable(name)
    await audit.leave(
        tx, Trace("reach_account.open", "reach_account", str(account_id), after=_told(account)), now=now
    )
    return account


async def change_reach(
    tx: Tx,
    keyring: Keyring,
    account_id: UUID,
    *,
    name: str,
    base_url: str,
    fields: Mapping[str, str],
    open_: bool,
    now: datetime,
) -> ReachAccount:
    """Rename, move, close or open an account, or give it new fields; an empty secret stays as it is.

    A closed account sends nothing new; what its provider tells of before is heard all the same.

    Raises:
        ReachAccountNotFound: The shop has none of this id.
        ReachFieldsMissing, ReachFieldsUnusable, ReachAddressUnusable, ReachNameUnusable: Of what was typed.
        ReachSecretsStayBehind: It is moved to another host, and its secrets were not typed again.
    """
    there = await store.ROWS.lock(tx)
    before = next((one for one in there if one.id == account_id), None)
    if before is None:
        raise ReachAccountNotFound(to_text(PREFIX, account_id))
    _check_name(name)
    if any(one.name == name and one.id != account_id for one in there):
        raise ReachNameUnusable(name)
    asked = account_fields(before.provider)
    _, kept = partner_accounts.parted(asked, credentials_behind(keyring, tx.shop_id, before))
    typed = {key: value for key, value in fields.items() if value}
    given = complete(before.provider, {**kept, **typed})
    address = usable_address(before.provider, base_url)
    behind = partner_accounts.left_behind(asked, kept, typed)
    if behind and partner_accounts.moved(hosts(before.base_url, before.fields), hosts(address, given)):
        raise ReachSecretsStayBehind(", ".join(behind))
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
        "reach_account.change",
        "reach_account",
        str(account_id),
        before=_told(before),
        after=_told(after) | ({"secrets": renewed} if renewed else {}),
    )
    await audit.leave(tx, trace, now=now)
    return after


async def put_reach_first(tx: Tx, account_id: UUID, *, now: datetime) -> None:
    """Ask an account before the others of its kind; those keep their order behind it.

    Raises:
        ReachAccountNotFound: The shop has none of this id.
    """
    there = await store.ROWS.lock(tx)
    chosen = next((one for one in there if one.id == account_id), None)
    if chosen is None:
        raise ReachAccountNotFound(to_text(PREFIX, account_id))
    standing, ordered = partner_accounts.put_in_front(
        (one for one in there if one.kind == chosen.kind), account_id
    )
    await store.ROWS.rank(tx, ordered)
    names = [[one.name for one in accounts] for accounts in (standing, ordered)]
    trace = Trace(
        "reach_account.first",
        "reach_account",
        str(account_id),
        before={"kind": str(chosen.kind), "order": names[0]},
        after={"kind": str(chosen.kind), "order": names[1]},
    )
    await audit.leave(tx, trace, now=now)


async def reach_account(tx: Tx, account_id: UUID) -> ReachAccount:
    """An account.

    Raises:
        ReachAccountNotFound: The shop has none of this id.
    """
    account = await store.ROWS.by_id(tx, account_id)
    if account is None:
        raise ReachAccountNotFound(to_text(PREFIX, account_id))
    return account


def credentials_behind(keyring: Keyring, shop_id: int, account: ReachAccount) -> dict[str, str]:
    """Everything an account was opened with, its secrets opened."""
    return partner_accounts.unsealed(keyring, shop_id, account, place=_place(shop_id))


def messenger_of(
    account: ReachAccount, credentials: Mapping[str, str], lines: Lines, clock: Clock
) -> Messenger | None:
    """What sends messages through an account; None through one that makes calls."""
    if account.kind is Kind.VOICE:
        return None
    told = messaging.Account(account.provider, account.base_url, credentials)
    return messaging.open_messenger(told, lines, clock)


def telephone_of(
    account: ReachAccount, credentials: Mapping[str, str], lines: Lines, clock: Clock
) -> Telephone | None:
    """What makes calls through an account; None through one that sends messages."""
    if account.kind is not Kind.VOICE:
        return None
    told = telephony.Account(account.provider, account.base_url, credentials)
    return telephony.open_telephone(told, lines.partners, clock)


def _made_up(provider: str) -> dict[str, str]:
    return {one.name: _secret(one.name) for one in account_fields(provider) if one.made}


def _secret(name: str) -> str:
    if name == "secret":
        return f"whsec_{b64encode(secrets.token_bytes(32)).decode()}"
    return drawn_secret()


def _place(shop_id: int) -> str:
    return f"{shop_id}|reach_account|secrets"


def _told(account: ReachAccount) -> dict[str, object]:
    return {"kind": str(account.kind)} | partner_accounts.told(account)


@lru_cache(maxsize=1)
def _unused() -> Lines:
    return Lines(Caller(), PublicCaller())


def _check_opens(provider: str, base_url: str, given: Mapping[str, str], now: datetime) -> None:
    """An account's client is opened once, and calls nobody, to see that it can be."""
    account = ReachAccount(new_id(), kind_of(provider), provider, "", base_url, {}, b"", b"")
    try:
        messenger_of(account, given, _unused(), SetClock(now))
        telephone_of(account, given, _unused(), SetClock(now))
    except (ValueError, KeyError, TypeError) as fault:
        raise ReachFieldsUnusable(PROVIDER_NAMES[provider]) from fault


def _check_name(name: str) -> None:
    if not 0 < len(name) <= LONGEST_NAME:
        raise ReachNameUnusable(name[:LONGEST_NAME])

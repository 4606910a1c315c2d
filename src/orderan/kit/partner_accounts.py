"""What the accounts of a shop at its partners have in common, whatever the partner does.

fields    some are shown again; the secret ones are sealed under a key of the account's own and opened only to call
address   where a partner is called: https, or this machine. Secrets that were typed for one host go to no other
order     accounts of one purpose are asked in their order, and one may be put in front
"""

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, LiteralString, Protocol, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from orderan.kit.crypto import DataKey, Keyring
from orderan.kit.db import Tx

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
LONGEST_NAME: Final = 60


class Field(Protocol):
    """Something an account is opened with.

    Attributes:
        secret: Sealed, and never shown again.
        default: What it is where nobody says; None where somebody has to.
        made: Nobody outside chooses it, so that it is made up where it is left empty.
    """

    @property
    def name(self) -> str: ...
    @property
    def secret(self) -> bool: ...
    @property
    def default(self) -> str | None: ...
    @property
    def made(self) -> bool: ...


class PartnerAccount(Protocol):
    """A row of a table of accounts, as `AccountRows` keeps it.

    Attributes:
        base_url: Where the partner's API is; empty where nobody is called there.
        fields: What is no secret, by name.
        rank: Asked from the lowest on.
    """

    @property
    def id(self) -> UUID: ...
    @property
    def provider(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def base_url(self) -> str: ...
    @property
    def fields(self) -> Mapping[str, str]: ...
    @property
    def secrets(self) -> bytes: ...
    @property
    def wrapped_key(self) -> bytes: ...
    @property
    def rank(self) -> int: ...
    @property
    def state(self) -> str: ...


A = TypeVar("A", bound=PartnerAccount)


class AddressUnusable(ValueError):
    """Secrets travel there: it must be https, or this machine, and name nobody and ask nothing."""


def usable_address(address: str) -> str:
    """Where an API is, without a slash at its end.

    Raises:
        AddressUnusable: See there.
    """
    try:
        parts = urlsplit(address)
        here = parts.scheme == "http" and parts.hostname in LOOPBACK
        there = parts.scheme == "https" and bool(parts.hostname)
    except ValueError as fault:
        raise AddressUnusable(address) from fault
    if not (here or there) or parts.username or parts.query:
        raise AddressUnusable(address)
    return address.rstrip("/")


def moved(before: Iterable[str], after: Iterable[str]) -> bool:
    """Whether any of an account's addresses, in their order, is on another host than it was."""
    return [_origin(one) for one in before] != [_origin(one) for one in after]


def _origin(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return (parts.scheme, parts.netloc.lower()) if parts.netloc else ("", address.lower())


def drawn_secret() -> str:
    """A secret nobody outside chooses."""
    return urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")


def filled(fields: Iterable[Field], typed: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Everything an account is opened with, defaults put in and what nobody asks for left out; and what is missing."""
    found = {one.name: typed.get(one.name) or one.default for one in fields}
    missing = [name for name, value in found.items() if value is None]
    return {name: value for name, value in found.items() if value is not None}, missing


def parted(fields: Iterable[Field], given: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """What is shown again, and what is sealed."""
    hidden = {one.name for one in fields if one.secret}
    return (
        {name: value for name, value in given.items() if name not in hidden},
        {name: value for name, value in given.items() if name in hidden},
    )


def left_behind(fields: Iterable[Field], kept: Mapping[str, str], typed: Collection[str]) -> list[str]:
    """Secrets somebody outside chose and did not type again, as whoever moves an account to another host must."""
    chosen = {one.name for one in fields if one.secret and not one.made}
    return sorted(name for name, value in kept.items() if value and name in chosen and name not in typed)


def sealed(key: DataKey, hidden: Mapping[str, str], *, place: str) -> bytes:
    """Secrets under the account's key; `place` names the shop and the column, so that they open nowhere else."""
    return key.seal(msgspec.json.encode(dict(hidden)).decode(), place=place)


def unsealed(keyring: Keyring, shop_id: int, account: PartnerAccount, *, place: str) -> dict[str, str]:
    """Everything an account was opened with, its secrets opened."""
    key = keyring.unwrap(shop_id, account.id, account.wrapped_key)
    hidden = msgspec.json.decode(key.open(account.secrets, place=place), type=dict[str, str])
    return {**account.fields, **hidden}


def told(account: PartnerAccount) -> dict[str, object]:
    """An account as the trail keeps it: nothing of its secrets."""
    return {
        "provider": account.provider,
        "name": account.name,
        "base_url": account.base_url,
        "fields": dict(account.fields),
        "state": account.state,
    }


def put_in_front(there: Iterable[A], account_id: UUID) -> tuple[list[A], list[A]]:
    """Accounts in their order, and with one of them before the others."""
    standing = sorted(there, key=lambda one: (one.rank, one.id))
    return standing, sorted(standing, key=lambda one: one.id != account_id)


@dataclass(frozen=True)
class AccountRows(Generic[A]):
    """One table of accounts, in SQL.

    Attributes:
        columns: What is read of a row.
        read: Makes an account of it.
    """

    table: LiteralString
    columns: LiteralString
    read: Callable[[Any], A]

    async def by_id(self, tx: Tx, account_id: UUID) -> A | None:
        row = await tx.maybe(
            f"SELECT {self.columns} FROM {self.table} WHERE shop_id = %(shop)s AND id = %(id)s",
            {"shop": tx.shop_id, "id": account_id},
        )
        return None if row is None else self.read(row)

    async def lock(self, tx: Tx) -> list[A]:
        """Lock every account, in the order they are locked by everybody."""
        rows = await tx.all(
            f"SELECT {self.columns} FROM {self.table} WHERE shop_id = %(shop)s ORDER BY id FOR NO KEY UPDATE",
            {"shop": tx.shop_id},
        )
        return [self.read(row) for row in rows]

    async def save(self, tx: Tx, account: A) -> None:
        """Write a locked account as it stands now."""
        await tx.run(
            f"""
            UPDATE {self.table}
            SET name = %(name)s, base_url = %(url)s, fields = %(fields)s, secrets = %(secrets)s, state = %(state)s
            WHERE shop_id = %(shop)s AND id = %(id)s
            """,
            {
                "shop": tx.shop_id,
                "id": account.id,
                "name": account.name,
                "url": account.base_url,
                "fields": Jsonb(dict(account.fields)),
                "secrets": account.secrets,
                "state": account.state,
            },
        )

    async def rank(self, tx: Tx, ordered: Sequence[A]) -> None:
        """Number locked accounts in this order."""
        await tx.run(
            f"""
            UPDATE {self.table}
            SET rank = placed.rank - 1
            FROM unnest(%(ids)s::uuid[]) WITH ORDINALITY AS placed (id, rank)
            WHERE shop_id = %(shop)s AND {self.table}.id = placed.id
            """,
            {"shop": tx.shop_id, "ids": [one.id for one in ordered]},
        )

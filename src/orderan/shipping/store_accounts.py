"""Accounts at couriers, in SQL."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from orderan.kit.db import Tx
from orderan.shipping.accounts import CourierAccount


def as_account(row: Any) -> CourierAccount:
    """A row of the table."""
    return CourierAccount(
        id=row.id,
        provider=row.provider,
        name=row.name,
        base_url=row.base_url,
        fields=row.fields,
        secrets=row.secrets,
        wrapped_key=row.wrapped_key,
        rank=row.rank,
        state=row.state,
    )


async def insert_account(tx: Tx, account: CourierAccount, *, now: datetime) -> bool:
    """Keep a new account; False when another one has its name."""
    made = await tx.run(
        """
        INSERT INTO courier_account (shop_id, id, provider, name, base_url, fields, secrets, wrapped_key, rank, state,
                                     made_at)
        VALUES (%(shop)s, %(id)s, %(provider)s, %(name)s, %(url)s, %(fields)s::jsonb, %(secrets)s, %(key)s, %(rank)s,
                %(state)s, %(now)s)
        ON CONFLICT ON CONSTRAINT courier_account_name_once DO NOTHING
        """,
        {
            "shop": tx.shop_id,
            "id": account.id,
            "provider": account.provider,
            "name": account.name,
            "url": account.base_url,
            "fields": json.dumps(dict(account.fields)),
            "secrets": account.secrets,
            "key": account.wrapped_key,
            "rank": account.rank,
            "state": account.state,
            "now": now,
        },
    )
    return made == 1


async def account_by_id(tx: Tx, account_id: UUID) -> CourierAccount | None:
    row = await tx.maybe(
        "SELECT * FROM courier_account WHERE shop_id = %(shop)s AND id = %(id)s",
        {"shop": tx.shop_id, "id": account_id},
    )
    return None if row is None else as_account(row)


async def courier_accounts(tx: Tx) -> list[CourierAccount]:
    """Every account, the one that is asked first in front."""
    rows = await tx.all(
        "SELECT * FROM courier_account WHERE shop_id = %(shop)s ORDER BY rank, id", {"shop": tx.shop_id}
    )
    return [as_account(row) for row in rows]


async def lock_accounts(tx: Tx) -> list[CourierAccount]:
    """Lock every account, in the order they are locked by everybody."""
    rows = await tx.all(
        "SELECT * FROM courier_account WHERE shop_id = %(shop)s ORDER BY id FOR NO KEY UPDATE",
        {"shop": tx.shop_id},
    )
    return [as_account(row) for row in rows]


async def save_account(tx: Tx, account: CourierAccount) -> None:
    """Write a locked account as it stands now."""
    await tx.run(
        """
        UPDATE courier_account
        SET name = %(name)s, base_url = %(url)s, fields = %(fields)s::jsonb, secrets = %(secrets)s, state = %(state)s
        WHERE shop_id = %(shop)s AND id = %(id)s
        """,
        {
            "shop": tx.shop_id,
            "id": account.id,
            "name": account.name,
            "url": account.base_url,
            "fields": json.dumps(dict(account.fields)),
            "secrets": account.secrets,
            "state": account.state,
        },
    )


async def save_ranks(tx: Tx, ordered: Sequence[UUID]) -> None:
    """Number locked accounts in this order."""
    await tx.run(
        """
        UPDATE courier_account
        SET rank = placed.rank - 1
        FROM unnest(%(ids)s::uuid[]) WITH ORDINALITY AS placed (id, rank)
        WHERE shop_id = %(shop)s AND courier_account.id = placed.id
        """,
        {"shop": tx.shop_id, "ids": list(ordered)},
    )

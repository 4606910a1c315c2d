"""Accounts at couriers, in SQL."""

import json
from datetime import datetime
from typing import Any, Final

from orderan.kit.db import Tx
from orderan.kit.partner_accounts import AccountRows
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


async def courier_accounts(tx: Tx) -> list[CourierAccount]:
    """Every account, the one that is asked first in front."""
    rows = await tx.all(
        "SELECT * FROM courier_account WHERE shop_id = %(shop)s ORDER BY rank, id", {"shop": tx.shop_id}
    )
    return [as_account(row) for row in rows]


ROWS: Final = AccountRows("courier_account", "*", as_account)

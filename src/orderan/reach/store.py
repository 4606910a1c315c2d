"""Accounts of messages and calls, in SQL."""

import json
from datetime import datetime
from typing import Any, Final, LiteralString

from orderan.kit.db import Tx
from orderan.kit.partner_accounts import AccountRows
from orderan.reach.models import Kind, ReachAccount

ACCOUNT_COLUMNS: Final[
    LiteralString
] = """reach_account.id, reach_account.kind, reach_account.provider, reach_account.name,
    reach_account.base_url, reach_account.fields, reach_account.secrets, reach_account.wrapped_key,
    reach_account.rank, reach_account.state"""


def as_account(row: Any) -> ReachAccount:
    """The first ten columns of a row."""
    return ReachAccount(row[0], Kind(row[1]), *row[2:10])


async def insert_account(tx: Tx, account: ReachAccount, *, now: datetime) -> bool:
    """Keep a new account; False when another one has its name."""
    made = await tx.run(
        """
        INSERT INTO reach_account (shop_id, id, kind, provider, name, base_url, fields, secrets, wrapped_key, rank,
                                   state, made_at)
        VALUES (%(shop)s, %(id)s, %(kind)s, %(provider)s, %(name)s, %(url)s, %(fields)s::jsonb, %(secrets)s, %(key)s,
                %(rank)s, %(state)s, %(now)s)
        ON CONFLICT ON CONSTRAINT reach_account_name_once DO NOTHING
        """,
        {
            "shop": tx.shop_id,
            "id": account.id,
            "kind": str(account.kind),
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


async def reach_accounts(tx: Tx) -> list[ReachAccount]:
    """Every account, of each kind the one that is asked first in front."""
    rows = await tx.all(
        "SELECT "
        + ACCOUNT_COLUMNS
        + """
        FROM reach_account
        WHERE shop_id = %(shop)s
        ORDER BY kind, rank, id
        """,
        {"shop": tx.shop_id},
    )
    return [as_account(row) for row in rows]


ROWS: Final = AccountRows("reach_account", ACCOUNT_COLUMNS, as_account)

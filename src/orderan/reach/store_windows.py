"""Until when whoever wrote to an account may be answered freely, in SQL."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx


async def keep_windows(tx: Tx, windows: Mapping[tuple[UUID, bytes], datetime]) -> None:
    """Keep until when an account may write freely to a telephone, by its blind index; the later holds."""
    if not windows:
        return
    rows = sorted(windows.items())
    await tx.run(
        """
        INSERT INTO reach_window AS kept (shop_id, account_id, phone_index, open_until)
        SELECT %(shop)s, wrote.*
        FROM unnest(%(accounts)s::uuid[], %(phones)s::bytea[], %(untils)s::timestamptz[]) AS wrote
        ON CONFLICT ON CONSTRAINT reach_window_pkey DO UPDATE
        SET open_until = greatest(kept.open_until, excluded.open_until)
        """,
        {
            "shop": tx.shop_id,
            "accounts": [account for (account, _), _ in rows],
            "phones": [phone for (_, phone), _ in rows],
            "untils": [until for _, until in rows],
        },
    )


async def open_windows(tx: Tx, phones: Collection[bytes], *, at: datetime) -> dict[bytes, frozenset[UUID]]:
    """Accounts that may write freely to these telephones at a moment; those nobody may are not among the answers."""
    if not phones:
        return {}
    rows = await tx.all(
        """
        SELECT kept.phone_index, array_agg(kept.account_id) AS accounts
        FROM reach_account AS account
        CROSS JOIN unnest(%(phones)s::bytea[]) AS asked (phone)
        JOIN reach_window AS kept ON kept.shop_id = account.shop_id AND kept.account_id = account.id
             AND kept.phone_index = asked.phone
        WHERE account.shop_id = %(shop)s AND account.kind = 'whatsapp' AND kept.open_until > %(at)s
        GROUP BY kept.phone_index
        """,
        {"shop": tx.shop_id, "phones": sorted(set(phones)), "at": at},
    )
    return {bytes(row.phone_index): frozenset(row.accounts) for row in rows}


async def sweep_windows(tx: Tx, *, before: datetime) -> int:
    """Let go of windows that are closed; returns how many."""
    return await tx.run(
        "DELETE FROM reach_window WHERE shop_id = %(shop)s AND open_until < %(before)s",
        {"shop": tx.shop_id, "before": before},
    )

"""Until when whoever wrote to an account may be answered freely, in SQL."""

from collections.abc import Mapping
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


async def open_windows(tx: Tx, phone_index: bytes, *, at: datetime) -> frozenset[UUID]:
    """Accounts that may write freely to a telephone at a moment."""
    rows = await tx.all(
        """
        SELECT account_id FROM reach_window
        WHERE shop_id = %(shop)s AND phone_index = %(phone)s AND open_until > %(at)s
        """,
        {"shop": tx.shop_id, "phone": phone_index, "at": at},
    )
    return frozenset(row.account_id for row in rows)


async def sweep_windows(tx: Tx, *, before: datetime) -> int:
    """Let go of windows that are closed; returns how many."""
    return await tx.run(
        "DELETE FROM reach_window WHERE shop_id = %(shop)s AND open_until < %(before)s",
        {"shop": tx.shop_id, "before": before},
    )

"""Tries whose gateway is asked sooner than its patience would."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx


async def ask_soon(tx: Tx, attempts: Collection[UUID], *, now: datetime) -> int:
    """Somebody else speaks of these tries: the gateway is asked next what became of them; returns how many."""
    return await tx.run(
        """
        UPDATE payment_attempt SET ask_at = %(now)s
        FROM (SELECT id FROM payment_attempt
              WHERE shop_id = %(shop)s AND id = ANY(%(ids)s) AND (ask_at IS NULL OR ask_at > %(now)s)
              ORDER BY id FOR NO KEY UPDATE) AS due
        WHERE payment_attempt.shop_id = %(shop)s AND payment_attempt.id = due.id
        """,
        {"shop": tx.shop_id, "ids": sorted(attempts), "now": now},
    )

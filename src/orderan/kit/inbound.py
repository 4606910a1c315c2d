"""Messages from outside, each applied once: gateways, couriers and marketplaces send again what they doubt.

    for message in await fresh(tx, "midtrans", ids, now=now): ...

The id is written in the transaction that applies the message: an application that fails leaves
no trace, and the sender's next try finds the message as new as the first.
"""

from collections.abc import Collection
from datetime import datetime

from orderan.kit.db import Tx


async def fresh(tx: Tx, source: str, message_ids: Collection[str], *, now: datetime) -> set[str]:
    """Note messages of a sender as applied, and return those that nobody applied before.

    Two deliveries of one message at once: the second waits for the first, and is told that it is
    not fresh once the first is committed, or that it is if the first failed.

    Args:
        source: Who sends, such as `midtrans`; ids of two senders have nothing to do with each other.
    """
    rows = await tx.all(
        """
        INSERT INTO inbound (shop_id, source, message_id, received_at)
        SELECT %(shop)s, %(source)s, message_id, %(now)s
        FROM unnest(%(ids)s::text[]) AS message_id
        ORDER BY message_id
        ON CONFLICT DO NOTHING
        RETURNING message_id
        """,
        {"shop": tx.shop_id, "source": source, "ids": sorted(set(message_ids)), "now": now},
    )
    return {row.message_id for row in rows}


async def sweep_inbound(tx: Tx, *, before: datetime, limit: int = 5_000) -> int:
    """Let go of messages received before a moment, when nobody sends them again; returns how many."""
    return await tx.run(
        """
        WITH old AS MATERIALIZED (
            SELECT source, message_id
            FROM inbound
            WHERE shop_id = %(shop)s AND received_at < %(before)s
            ORDER BY received_at
            LIMIT %(limit)s
            FOR UPDATE SKIP LOCKED
        )
        DELETE FROM inbound
        USING old
        WHERE inbound.shop_id = %(shop)s AND inbound.source = old.source AND inbound.message_id = old.message_id
        """,
        {"shop": tx.shop_id, "before": before, "limit": limit},
    )

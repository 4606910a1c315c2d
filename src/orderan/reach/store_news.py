"""Letters of providers, in SQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.kit.ids import new_id
from orderan.reach.models import Kind, NewsLetter, WaitingNews
from orderan.reach.store import ACCOUNT_COLUMNS, as_account


async def keep_letters(tx: Tx, letters: Sequence[NewsLetter], *, now: datetime) -> None:
    """Keep what came; what came before is only counted: what it tells is known, or waits."""
    rows = list({(one.account_id, one.verdict, one.dedupe_key): one for one in letters}.values())
    await tx.run(
        """
        INSERT INTO reach_news AS kept (shop_id, id, account_id, verdict, dedupe_key, letter, told, received_at,
                                        heard_at)
        SELECT %(shop)s, came.id, came.account, came.verdict, came.key, came.letter, came.told, %(now)s,
               CASE WHEN came.verdict = 'genuine' THEN NULL ELSE %(now)s::timestamptz END
        FROM unnest(%(ids)s::uuid[], %(accounts)s::uuid[], %(verdicts)s::text[], %(keys)s::text[],
                    %(letters)s::bytea[], %(tolds)s::bytea[])
             AS came (id, account, verdict, key, letter, told)
        ORDER BY came.account, came.verdict, came.key
        ON CONFLICT ON CONSTRAINT reach_news_once DO UPDATE SET times = kept.times + 1
        """,
        {
            "shop": tx.shop_id,
            "now": now,
            "ids": [new_id() for _ in rows],
            "accounts": [row.account_id for row in rows],
            "verdicts": [str(row.verdict) for row in rows],
            "keys": [row.dedupe_key for row in rows],
            "letters": [row.letter for row in rows],
            "tolds": [row.told for row in rows],
        },
    )


async def take_waiting(tx: Tx, kinds: Collection[Kind], *, limit: int) -> list[WaitingNews]:
    """Letters of accounts of these kinds nobody heard yet, oldest first, locked; another worker takes others."""
    rows = await tx.all(
        "SELECT "
        + ACCOUNT_COLUMNS
        + """, reach_news.id AS news_id, reach_news.told, reach_news.received_at
        FROM reach_news
        JOIN reach_account ON reach_account.shop_id = %(shop)s AND reach_account.id = reach_news.account_id
        WHERE reach_news.shop_id = %(shop)s AND reach_news.heard_at IS NULL AND reach_account.kind = ANY(%(kinds)s)
        ORDER BY reach_news.received_at, reach_news.id
        LIMIT %(limit)s
        FOR NO KEY UPDATE OF reach_news SKIP LOCKED
        """,
        {"shop": tx.shop_id, "kinds": [str(kind) for kind in kinds], "limit": limit},
    )
    return [WaitingNews(row.news_id, as_account(row), bytes(row.told), row.received_at) for row in rows]


async def mark_heard(tx: Tx, news: Sequence[UUID], *, now: datetime) -> None:
    """Locked letters are heard."""
    await tx.run(
        "UPDATE reach_news SET heard_at = %(now)s WHERE shop_id = %(shop)s AND id = ANY(%(ids)s)",
        {"shop": tx.shop_id, "now": now, "ids": list(news)},
    )


async def sweep_letters(tx: Tx, *, before: datetime, limit: int = 5_000) -> int:
    """Let go of heard letters received before a moment; returns how many."""
    return await tx.run(
        """
        WITH old AS MATERIALIZED (
            SELECT id AS old_id
            FROM reach_news
            WHERE shop_id = %(shop)s AND received_at < %(before)s AND heard_at IS NOT NULL
            ORDER BY received_at
            LIMIT %(limit)s
            FOR UPDATE SKIP LOCKED
        )
        DELETE FROM reach_news
        USING old
        WHERE reach_news.shop_id = %(shop)s AND reach_news.id = old.old_id
        """,
        {"shop": tx.shop_id, "before": before, "limit": limit},
    )

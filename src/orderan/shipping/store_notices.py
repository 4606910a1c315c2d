"""Letters of couriers, in SQL."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.kit.ids import new_id
from orderan.shipping.accounts import CourierLetter, LetterSeen, Verdict, WaitingLetter


async def keep_letters(tx: Tx, letters: Sequence[CourierLetter], *, now: datetime) -> None:
    """Keep what came; what came before is only counted: what it tells is known, or waits."""
    rows = list({(one.account_id, one.verdict, one.dedupe_key): one for one in letters}.values())
    await tx.run(
        """
        INSERT INTO courier_notice AS kept (shop_id, id, account_id, verdict, dedupe_key, letter, received_at, heard_at)
        SELECT %(shop)s, came.id, came.account, came.verdict, came.key, came.letter, %(now)s,
               CASE WHEN came.verdict = 'genuine' THEN NULL ELSE %(now)s::timestamptz END
        FROM unnest(%(ids)s::uuid[], %(accounts)s::uuid[], %(verdicts)s::text[], %(keys)s::text[],
                    %(letters)s::bytea[])
             AS came (id, account, verdict, key, letter)
        ORDER BY came.account, came.verdict, came.key
        ON CONFLICT ON CONSTRAINT courier_notice_once DO UPDATE SET times = kept.times + 1
        """,
        {
            "shop": tx.shop_id,
            "now": now,
            "ids": [new_id() for _ in rows],
            "accounts": [row.account_id for row in rows],
            "verdicts": [str(row.verdict) for row in rows],
            "keys": [row.dedupe_key for row in rows],
            "letters": [row.letter for row in rows],
        },
    )


async def take_letters(tx: Tx, *, limit: int, now: datetime) -> list[WaitingLetter]:
    """Genuine letters nobody heard yet, oldest first, locked; another worker takes others.

    One that broke is not among them until its turn comes again.
    """
    rows = await tx.all(
        """
        SELECT id, account_id, letter, received_at, tries
        FROM courier_notice
        WHERE shop_id = %(shop)s AND heard_at IS NULL AND (hear_at IS NULL OR hear_at <= %(now)s)
        ORDER BY received_at, id
        LIMIT %(limit)s
        FOR NO KEY UPDATE SKIP LOCKED
        """,
        {"shop": tx.shop_id, "limit": limit, "now": now},
    )
    return [
        WaitingLetter(row.id, row.account_id, bytes(row.letter), row.received_at, row.tries) for row in rows
    ]


async def hear_later(tx: Tx, letters: Sequence[tuple[UUID, datetime]]) -> None:
    """Locked letters broke once more: each waits until its moment."""
    await tx.run(
        """
        UPDATE courier_notice AS kept
        SET tries = kept.tries + 1, hear_at = later.at
        FROM unnest(%(ids)s::uuid[], %(ats)s::timestamptz[]) AS later (id, at)
        WHERE kept.shop_id = %(shop)s AND kept.id = later.id
        """,
        {"shop": tx.shop_id, "ids": [one for one, _ in letters], "ats": [at for _, at in letters]},
    )


async def accounts_with_broken_letters(tx: Tx) -> set[UUID]:
    """Accounts of which a letter that broke still waits."""
    rows = await tx.all(
        """
        SELECT DISTINCT account_id FROM courier_notice
        WHERE shop_id = %(shop)s AND heard_at IS NULL AND tries > 0
        """,
        {"shop": tx.shop_id},
    )
    return {row.account_id for row in rows}


async def mark_heard(tx: Tx, letters: Sequence[UUID], *, now: datetime) -> None:
    """Locked letters are heard."""
    await tx.run(
        "UPDATE courier_notice SET heard_at = %(now)s WHERE shop_id = %(shop)s AND id = ANY(%(ids)s)",
        {"shop": tx.shop_id, "now": now, "ids": list(letters)},
    )


async def hear_again(tx: Tx, *, since: datetime) -> int:
    """Let genuine letters received since a moment be heard anew, those that broke at once; returns how many."""
    return await tx.run(
        """
        UPDATE courier_notice
        SET heard_at = NULL, hear_at = NULL
        WHERE shop_id = %(shop)s AND received_at >= %(since)s AND verdict = 'genuine'
          AND (heard_at IS NOT NULL OR hear_at IS NOT NULL)
        """,
        {"shop": tx.shop_id, "since": since},
    )


async def sweep_letters(tx: Tx, *, before: datetime, limit: int = 5_000) -> int:
    """Let go of letters received before a moment that were heard, or could not be; returns how many."""
    return await tx.run(
        """
        WITH old AS MATERIALIZED (
            SELECT id AS old_id
            FROM courier_notice
            WHERE shop_id = %(shop)s AND received_at < %(before)s AND (heard_at IS NOT NULL OR tries > 0)
            ORDER BY received_at
            LIMIT %(limit)s
            FOR UPDATE SKIP LOCKED
        )
        DELETE FROM courier_notice
        USING old
        WHERE courier_notice.shop_id = %(shop)s AND courier_notice.id = old.old_id
        """,
        {"shop": tx.shop_id, "before": before, "limit": limit},
    )


async def letters_of(tx: Tx, account_id: UUID, *, limit: int = 20) -> list[LetterSeen]:
    """The latest letters of an account, the newest first."""
    rows = await tx.all(
        """
        SELECT received_at, verdict, times, heard_at
        FROM courier_notice
        WHERE shop_id = %(shop)s AND account_id = %(account)s
        ORDER BY received_at DESC, id DESC
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "account": account_id, "limit": limit},
    )
    return [LetterSeen(row.received_at, Verdict(row.verdict), row.times, row.heard_at) for row in rows]

"""Notifications of gateways, in SQL."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.kit.ids import new_id
from orderan.payments.notices import Behind, Notification, Stranger, Unread, Waiting
from orderan.payments.states import AttemptState


async def keep_notices(tx: Tx, notices: Sequence[Notification], *, now: datetime) -> None:
    """Keep what came. News that came before waits to be heard again: it may be true anew since then.

    It is marked as repeated where it is the same, word for word, as what was heard.
    """
    rows = list({(one.account_id, one.verdict, one.dedupe_key): one for one in notices}.values())
    await tx.run(
        """
        INSERT INTO gateway_notice AS kept (shop_id, id, account_id, verdict, dedupe_key, reference, gateway_id,
                                            claims, headers, body, received_at, heard_at)
        SELECT %(shop)s, came.id, came.account, came.verdict, came.key, came.reference, came.gateway_id,
               came.claims, came.headers::jsonb, came.body, %(now)s,
               CASE WHEN came.verdict = 'genuine' THEN NULL ELSE %(now)s END
        FROM unnest(%(ids)s::uuid[], %(accounts)s::uuid[], %(verdicts)s::text[], %(keys)s::text[],
                    %(references)s::text[], %(gateway_ids)s::text[], %(claims)s::text[], %(headers)s::text[],
                    %(bodies)s::bytea[])
             AS came (id, account, verdict, key, reference, gateway_id, claims, headers, body)
        ORDER BY came.account, came.verdict, came.key
        ON CONFLICT ON CONSTRAINT gateway_notice_once DO UPDATE
        SET times = kept.times + 1,
            repeated = kept.body = excluded.body AND (kept.repeated OR kept.heard_at IS NOT NULL),
            heard_at = CASE WHEN kept.verdict = 'genuine' THEN NULL ELSE kept.heard_at END
        """,
        {
            "shop": tx.shop_id,
            "now": now,
            "ids": [new_id() for _ in rows],
            "accounts": [row.account_id for row in rows],
            "verdicts": [str(row.verdict) for row in rows],
            "keys": [row.dedupe_key for row in rows],
            "references": [row.reference for row in rows],
            "gateway_ids": [row.gateway_id for row in rows],
            "claims": [row.claims for row in rows],
            "headers": [json.dumps(dict(row.headers)) for row in rows],
            "bodies": [row.body for row in rows],
        },
    )


async def unread_letters(tx: Tx, account_id: UUID, *, limit: int = 20) -> list[Unread]:
    """Letters that came for an account and could not be understood, the last first."""
    rows = await tx.all(
        """
        SELECT received_at, times, body
        FROM gateway_notice
        WHERE shop_id = %(shop)s AND account_id = %(account)s AND verdict = 'unreadable'
        ORDER BY received_at DESC, id DESC
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "account": account_id, "limit": limit},
    )
    return [Unread(row.received_at, row.times, row.body) for row in rows]


async def stranger_letters(tx: Tx, account_id: UUID, *, limit: int = 20) -> list[Stranger]:
    """Letters that came for an account and nothing follows from, the last first."""
    rows = await tx.all(
        """
        SELECT received_at, times, verdict = 'forged' AS forged, reference, gateway_id, claims, body
        FROM gateway_notice
        WHERE shop_id = %(shop)s AND account_id = %(account)s AND verdict <> 'unreadable'
          AND attempt_id IS NULL AND heard_at IS NOT NULL
        ORDER BY received_at DESC, id DESC
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "account": account_id, "limit": limit},
    )
    return [Stranger(*row) for row in rows]


async def heard_from(tx: Tx, account_ids: Collection[UUID], *, since: datetime) -> set[UUID]:
    """Which of these accounts got a letter signed as it should be, since a moment."""
    rows = await tx.all(
        """
        SELECT asked.id
        FROM unnest(%(ids)s::uuid[]) AS asked (id)
        WHERE EXISTS (SELECT FROM gateway_notice
                      WHERE gateway_notice.shop_id = %(shop)s AND gateway_notice.account_id = asked.id
                        AND gateway_notice.verdict <> 'forged' AND gateway_notice.received_at > %(since)s)
        """,
        {"shop": tx.shop_id, "ids": list(account_ids), "since": since},
    )
    return {row.id for row in rows}


async def take_waiting(tx: Tx, *, limit: int) -> list[Waiting]:
    """Genuine notices nobody heard yet, oldest first, locked; another worker takes others."""
    rows = await tx.all(
        """
        SELECT id, account_id, reference, gateway_id, received_at, claims, repeated
        FROM gateway_notice
        WHERE shop_id = %(shop)s AND heard_at IS NULL
        ORDER BY received_at
        LIMIT %(limit)s
        FOR NO KEY UPDATE SKIP LOCKED
        """,
        {"shop": tx.shop_id, "limit": limit},
    )
    return [Waiting(*row) for row in rows]


async def attempts_behind(tx: Tx, notices: Sequence[Waiting]) -> dict[UUID, Behind]:
    """The try each notice is about, by our reference or the gateway's id, in the account it came for."""
    rows = await tx.all(
        """
        SELECT came.id AS notice_id, payment_attempt.id AS attempt_id, payment_attempt.state
        FROM unnest(%(ids)s::uuid[], %(accounts)s::uuid[], %(references)s::text[], %(gateway_ids)s::text[])
             AS came (id, account, reference, gateway_id)
        JOIN payment_attempt ON payment_attempt.shop_id = %(shop)s
             AND (payment_attempt.reference = came.reference
                  OR (came.reference IS NULL AND payment_attempt.gateway_id = came.gateway_id))
        JOIN rail ON rail.shop_id = %(shop)s AND rail.id = payment_attempt.rail_id AND rail.account_id = came.account
        """,
        {
            "shop": tx.shop_id,
            "ids": [one.id for one in notices],
            "accounts": [one.account_id for one in notices],
            "references": [one.reference for one in notices],
            "gateway_ids": [one.gateway_id for one in notices],
        },
    )
    return {row.notice_id: Behind(row.attempt_id, AttemptState(row.state)) for row in rows}


async def mark_heard(
    tx: Tx, notice_ids: Sequence[UUID], attempts: dict[UUID, UUID], *, now: datetime
) -> None:
    """Locked notices are heard; those of no try of ours stay without one."""
    await tx.run(
        """
        UPDATE gateway_notice
        SET heard_at = %(now)s, attempt_id = heard.attempt_id
        FROM unnest(%(ids)s::uuid[], %(attempts)s::uuid[]) AS heard (id, attempt_id)
        WHERE shop_id = %(shop)s AND gateway_notice.id = heard.id
        """,
        {
            "shop": tx.shop_id,
            "now": now,
            "ids": list(notice_ids),
            "attempts": [attempts.get(notice_id) for notice_id in notice_ids],
        },
    )


async def sweep_notices(tx: Tx, *, before: datetime, limit: int = 5_000) -> int:
    """Let go of heard notices received before a moment; returns how many."""
    return await tx.run(
        """
        WITH old AS MATERIALIZED (
            SELECT id AS old_id
            FROM gateway_notice
            WHERE shop_id = %(shop)s AND received_at < %(before)s AND heard_at IS NOT NULL
            ORDER BY received_at
            LIMIT %(limit)s
            FOR UPDATE SKIP LOCKED
        )
        DELETE FROM gateway_notice
        USING old
        WHERE gateway_notice.shop_id = %(shop)s AND gateway_notice.id = old.old_id
        """,
        {"shop": tx.shop_id, "before": before, "limit": limit},
    )

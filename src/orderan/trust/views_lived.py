"""Past orders with how they ended, as a model learns from them, in SQL."""

from datetime import datetime
from typing import Any
from uuid import UUID

from orderan.kit.db import Tx
from orderan.trust.models import Facts
from orderan.trust.rules_lived import Known, Lived
from orderan.trust.rules_read import read_facts
from orderan.trust.rules_trial import BAD


async def lived_orders(
    tx: Tx, *, since: datetime, before: tuple[datetime, UUID] | None, limit: int
) -> tuple[list[Lived], tuple[datetime, UUID] | None]:
    """Orders since that ended somehow, the newest first; and where the next ones begin.

    What is told of each is what its score was made from while it was placed: nothing that came later, but how
    it ended and since when that was known.

    Args:
        before: Where the ones before ended.
    """
    rows = await tx.all(
        """
        SELECT score.subject_id, score.at, decision.inputs, ends.good_at, ends.bad_at
        FROM trust_score AS score
        CROSS JOIN LATERAL (
            SELECT min(told.at) FILTER (WHERE told.ended = 'delivered') AS good_at,
                   min(told.at) FILTER (WHERE told.ended = ANY(%(bad)s)) AS bad_at
            FROM trust_outcome AS told
            WHERE told.shop_id = %(shop)s AND told.subject_id = score.subject_id
        ) AS ends
        JOIN LATERAL (
            SELECT decision.inputs FROM decision
            WHERE decision.shop_id = %(shop)s AND decision.subject_id = score.subject_id AND decision.kind = 'trust'
            ORDER BY decision.id
            LIMIT 1
        ) AS decision ON true
        WHERE score.shop_id = %(shop)s AND score.at >= %(since)s
          AND (%(at)s::timestamptz IS NULL OR (score.at, score.subject_id) < (%(at)s, %(id)s::uuid))
          AND (ends.good_at IS NOT NULL OR ends.bad_at IS NOT NULL)
        ORDER BY score.at DESC, score.subject_id DESC
        LIMIT %(limit)s
        """,
        {
            "shop": tx.shop_id,
            "since": since,
            "at": before[0] if before else None,
            "id": before[1] if before else None,
            "bad": sorted(str(ended) for ended in BAD),
            "limit": limit,
        },
    )
    found = [Lived(row.at, _facts(row), row.good_at, row.bad_at) for row in rows]
    return found, (rows[-1].at, rows[-1].subject_id) if len(rows) == limit else None


async def ends_known(tx: Tx, *, since: datetime, learned_at: datetime) -> Known:
    """How many orders are known to have ended since, and how many of them since the last training."""
    row = await tx.one(
        """
        SELECT count(*) FILTER (WHERE ends.bad)::int AS bad, count(*) FILTER (WHERE NOT ends.bad)::int AS good,
               count(*) FILTER (WHERE ends.at > %(learned)s)::int AS fresh
        FROM (
            SELECT bool_or(ended = ANY(%(bad)s)) AS bad, min(at) AS at
            FROM trust_outcome
            WHERE shop_id = %(shop)s AND at >= %(since)s AND (ended = 'delivered' OR ended = ANY(%(bad)s))
            GROUP BY subject_id
        ) AS ends
        """,
        {
            "shop": tx.shop_id,
            "since": since,
            "learned": learned_at,
            "bad": sorted(str(ended) for ended in BAD),
        },
    )
    return Known(row.bad, row.good, row.fresh)


def _facts(row: Any) -> Facts:
    return read_facts(row.inputs)

"""Forgetting what ties an erased buyer's orders to others, in SQL."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from orderan.kit.db import Tx
from orderan.kit.text import GONE
from orderan.trust.models import Ended


async def forget_keys(tx: Tx, subjects: Collection[UUID]) -> None:
    """Take out what ties these orders to anybody; their areas and amounts stay, for sums.

    Tallies of their keys are counted anew from the orders that still have them.
    """
    where: Mapping[str, Any] = {"shop": tx.shop_id, "ids": list(subjects)}
    await tx.run(
        """
        UPDATE trust_review SET judgement = %(gone)s
        WHERE shop_id = %(shop)s AND id = ANY(%(ids)s) AND judgement IS NOT NULL
        """,
        {**where, "gone": GONE},
    )
    keys = await tx.all(
        """
        SELECT DISTINCT kept.kind, kept.key
        FROM trust_score, unnest(trust_score.kinds, trust_score.keys) AS kept (kind, key)
        WHERE trust_score.shop_id = %(shop)s AND trust_score.subject_id = ANY(%(ids)s)
        """,
        where,
    )
    if not keys:
        return
    phones = [row.key for row in keys if row.kind == "phone"]
    await tx.run(
        """
        UPDATE trust_denial
        SET kinds = '{}', keys = '{}', appeal = CASE WHEN appeal IS NOT NULL THEN %(gone)s END,
            judgement = CASE WHEN judgement IS NOT NULL THEN %(gone)s END
        WHERE shop_id = %(shop)s AND keys && %(phones)s::bytea[]
        """,
        {"shop": tx.shop_id, "phones": phones, "gone": GONE},
    )
    pairs = {"shop": tx.shop_id, "kinds": [row.kind for row in keys], "keys": [row.key for row in keys]}
    await tx.run(
        """
        DELETE FROM trust_key
        USING unnest(%(kinds)s::text[], %(keys)s::bytea[]) AS gone (kind, key)
        WHERE trust_key.shop_id = %(shop)s AND trust_key.kind = gone.kind AND trust_key.key = gone.key
          AND trust_key.subject_id = ANY(%(ids)s)
        """,
        {**pairs, "ids": list(subjects)},
    )
    await tx.run(
        "UPDATE trust_score SET kinds = '{}', keys = '{}' WHERE shop_id = %(shop)s AND subject_id = ANY(%(ids)s)",
        where,
    )
    await tx.run(
        """
        DELETE FROM trust_tally
        USING unnest(%(kinds)s::text[], %(keys)s::bytea[]) AS gone (kind, key)
        WHERE trust_tally.shop_id = %(shop)s AND trust_tally.kind = gone.kind AND trust_tally.key = gone.key
        """,
        pairs,
    )
    left = await tx.all(
        """
        SELECT DISTINCT trust_outcome.subject_id, trust_outcome.ended
        FROM unnest(%(kinds)s::text[], %(keys)s::bytea[]) AS gone (kind, key)
        JOIN trust_key ON trust_key.shop_id = %(shop)s AND trust_key.kind = gone.kind AND trust_key.key = gone.key
        JOIN trust_outcome ON trust_outcome.shop_id = %(shop)s AND trust_outcome.subject_id = trust_key.subject_id
        """,
        pairs,
    )
    await _count_anew(tx, [(row.subject_id, Ended(row.ended)) for row in left], pairs)


async def _count_anew(tx: Tx, ended: Sequence[tuple[UUID, Ended]], pairs: Mapping[str, Any]) -> None:
    await tx.run(
        """
        INSERT INTO trust_tally (shop_id, kind, key, delivered, refused, returned, disputed, fraud, delivered_minor)
        SELECT %(shop)s, kept.kind, kept.key, count(*) FILTER (WHERE told.ended = 'delivered'),
               count(*) FILTER (WHERE told.ended = 'refused'
                                OR (told.ended = 'disowned' AND kept.kind IN ('address', 'device'))),
               count(*) FILTER (WHERE told.ended = 'returned'),
               count(*) FILTER (WHERE told.ended = 'disputed'), count(*) FILTER (WHERE told.ended = 'fraud'),
               coalesce(sum(score.amount_minor) FILTER (WHERE told.ended = 'delivered'), 0)
        FROM unnest(%(ids)s::uuid[], %(ends)s::text[]) AS told (id, ended)
        JOIN trust_score AS score ON score.shop_id = %(shop)s AND score.subject_id = told.id
        CROSS JOIN LATERAL unnest(score.kinds, score.keys) AS kept (kind, key)
        JOIN unnest(%(kinds)s::text[], %(keys)s::bytea[]) AS gone (kind, key)
             ON gone.kind = kept.kind AND gone.key = kept.key
        WHERE kept.kind NOT IN ('domain', 'network')
        GROUP BY 1, kept.kind, kept.key
        """,
        {
            **pairs,
            "ids": [one[0] for one in ended],
            "ends": [str(one[1]) for one in ended],
        },
    )

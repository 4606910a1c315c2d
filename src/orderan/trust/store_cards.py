"""The range of a card that was told after its order was placed, in SQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.trust.models import Assessed


async def tie_cards(tx: Tx, keys: Mapping[UUID, bytes], *, now: datetime) -> set[UUID]:
    """Remember the range of each scored order's card; returns those of which it is new.

    Left out is what was told when the order was placed, what was forgotten since, and what ended: its end is
    counted on the keys it had by then.
    """
    rows = await tx.all(
        """
        UPDATE trust_score SET kinds = kinds || '{card}', keys = keys || told.key
        FROM unnest(%(ids)s::uuid[], %(keys)s::bytea[]) AS told (id, key)
        WHERE trust_score.shop_id = %(shop)s AND trust_score.subject_id = told.id
          AND cardinality(trust_score.kinds) > 0 AND 'card' <> ALL (trust_score.kinds)
          AND NOT EXISTS (SELECT 1 FROM trust_outcome
                          WHERE trust_outcome.shop_id = %(shop)s AND trust_outcome.subject_id = told.id)
        RETURNING told.id, told.key, trust_score.keys[array_position(trust_score.kinds, 'phone')] AS person
        """,
        {"shop": tx.shop_id, "ids": list(keys), "keys": list(keys.values())},
    )
    await tx.run(
        """
        INSERT INTO trust_key (shop_id, kind, key, at, subject_id, person)
        SELECT %(shop)s, 'card', tied.key, %(now)s, tied.id, tied.person
        FROM unnest(%(ids)s::uuid[], %(keys)s::bytea[], %(people)s::bytea[]) AS tied (id, key, person)
        """,
        {
            "shop": tx.shop_id,
            "now": now,
            "ids": [row.id for row in rows],
            "keys": [row.key for row in rows],
            "people": [row.person for row in rows],
        },
    )
    return {row.id for row in rows}


async def set_rescored(tx: Tx, assessed: Sequence[Assessed]) -> None:
    """Scores that turned out otherwise once more was known."""
    await tx.run(
        """
        UPDATE trust_score SET points = made.points, outcome = made.outcome, would = made.would, version = made.version
        FROM unnest(%(ids)s::uuid[], %(points)s::int[], %(outcomes)s::text[], %(woulds)s::text[], %(versions)s::int[])
             AS made (id, points, outcome, would, version)
        WHERE trust_score.shop_id = %(shop)s AND trust_score.subject_id = made.id
        """,
        {
            "shop": tx.shop_id,
            "ids": [one.subject.id for one in assessed],
            "points": [one.verdict.points for one in assessed],
            "outcomes": [str(one.verdict.outcome) for one in assessed],
            "woulds": [str(one.verdict.would) for one in assessed],
            "versions": [one.version for one in assessed],
        },
    )

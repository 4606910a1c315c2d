"""What ties orders to each other, and whom the rules stop, in SQL."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from orderan.kit.db import Tx
from orderan.trust.models import KeyKind

MOST_LINKED: Final = 40
"""Orders drawn beside one: more is a cloud nobody reads."""
MOST_PER_KEY: Final = 25


@dataclass(frozen=True, slots=True)
class Link:
    """Two orders that share something; the first is the one that was asked about."""

    subject_id: UUID
    other_id: UUID
    kind: KeyKind
    at: datetime


@dataclass(frozen=True, slots=True)
class Share:
    """How a group of buyers fares.

    Attributes:
        group: A district's code, or `first_time` and `returning`; empty is an unknown district.
        tried: Orders that were scored, denied ones among them.
        denied, stopped: Not taken; and asked about, held or not taken.
        appealed, overturned: Of the denied ones.
        ended_well, ended_badly: Of those that were let through.
    """

    group: str
    tried: int
    denied: int
    stopped: int
    appealed: int
    overturned: int
    ended_well: int
    ended_badly: int


async def links_of(tx: Tx, subject_id: UUID) -> list[Link]:
    """Orders that share a phone, a house, a mailbox, a device, a network address or a card range with one."""
    rows = await tx.all(
        """
        SELECT DISTINCT linked.subject_id AS other_id, kept.kind, linked.at
        FROM trust_score AS score
        CROSS JOIN LATERAL unnest(score.kinds, score.keys) AS kept (kind, key)
        CROSS JOIN LATERAL (
            SELECT subject_id, at FROM trust_key
            WHERE trust_key.shop_id = %(shop)s AND trust_key.kind = kept.kind AND trust_key.key = kept.key
              AND trust_key.subject_id <> %(id)s
            ORDER BY at DESC
            LIMIT %(per_key)s
        ) AS linked
        WHERE score.shop_id = %(shop)s AND score.subject_id = %(id)s
        ORDER BY linked.at DESC, linked.subject_id, kept.kind
        """,
        {"shop": tx.shop_id, "id": subject_id, "per_key": MOST_PER_KEY},
    )
    newest = list(dict.fromkeys(row.other_id for row in rows))[:MOST_LINKED]
    return [
        Link(subject_id, row.other_id, KeyKind(row.kind), row.at) for row in rows if row.other_id in newest
    ]


async def links_among(tx: Tx, subjects: Collection[UUID]) -> list[Link]:
    """What these orders share with each other, each pair and kind once."""
    rows = await tx.all(
        """
        SELECT DISTINCT one.subject_id, other.subject_id AS other_id, one.kind, other.at
        FROM (SELECT score.subject_id, kept.kind, kept.key, score.at
              FROM trust_score AS score CROSS JOIN LATERAL unnest(score.kinds, score.keys) AS kept (kind, key)
              WHERE score.shop_id = %(shop)s AND score.subject_id = ANY(%(ids)s)
                AND kept.kind NOT IN ('domain', 'network')) AS one
        JOIN (SELECT score.subject_id, kept.kind, kept.key, score.at
              FROM trust_score AS score CROSS JOIN LATERAL unnest(score.kinds, score.keys) AS kept (kind, key)
              WHERE score.shop_id = %(shop)s AND score.subject_id = ANY(%(ids)s)) AS other
             ON other.kind = one.kind AND other.key = one.key AND other.subject_id > one.subject_id
        ORDER BY one.subject_id, other.subject_id, one.kind
        """,
        {"shop": tx.shop_id, "ids": list(subjects)},
    )
    return [Link(row.subject_id, row.other_id, KeyKind(row.kind), row.at) for row in rows]


async def fairness(tx: Tx, *, since: datetime, by_area: bool) -> list[Share]:
    """How often orders were stopped since, by district or by whether the buyer was new; the most tried first."""
    rows = await tx.all(
        """
        SELECT CASE WHEN %(by_area)s THEN tried.area WHEN tried.first_time THEN 'first_time' ELSE 'returning' END
                   AS slice,
               count(*)::int AS tried, count(*) FILTER (WHERE tried.denied)::int AS denied,
               count(*) FILTER (WHERE tried.denied OR tried.outcome <> 'accept')::int AS stopped,
               count(*) FILTER (WHERE tried.state IN ('appealed', 'upheld', 'overturned'))::int AS appealed,
               count(*) FILTER (WHERE tried.state = 'overturned')::int AS overturned,
               count(*) FILTER (WHERE ends.well AND NOT coalesce(ends.badly, false))::int AS ended_well,
               count(*) FILTER (WHERE ends.badly)::int AS ended_badly
        FROM (
            SELECT subject_id, area, first_time, outcome, false AS denied, NULL AS state
            FROM trust_score WHERE shop_id = %(shop)s AND at >= %(since)s
            UNION ALL
            SELECT id, area, first_time, outcome, true, state
            FROM trust_denial WHERE shop_id = %(shop)s AND at >= %(since)s
        ) AS tried
        LEFT JOIN (
            SELECT subject_id, bool_or(ended = 'delivered') AS well,
                   bool_or(ended IN ('refused', 'disowned', 'disputed', 'fraud')) AS badly
            FROM trust_outcome WHERE shop_id = %(shop)s
            GROUP BY subject_id
        ) AS ends ON ends.subject_id = tried.subject_id
        GROUP BY slice
        ORDER BY tried DESC, slice
        """,
        {"shop": tx.shop_id, "since": since, "by_area": by_area},
    )
    return [
        Share(
            row.slice,
            row.tried,
            row.denied,
            row.stopped,
            row.appealed,
            row.overturned,
            row.ended_well,
            row.ended_badly,
        )
        for row in rows
    ]

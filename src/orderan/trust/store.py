"""Scores, keys and how orders ended, in SQL: a statement per table, however many orders."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from orderan.kit.db import Tx
from orderan.trust.models import (
    LINKING,
    LISTED,
    Assessed,
    Ended,
    KeyKind,
    ListVerdict,
    Norm,
    Policy,
    Seen,
    Subject,
    Tally,
)
from orderan.trust.rules_default import DEFAULT, DEFAULT_VERSION
from orderan.trust.rules_measure import MONTH, MOST_SEEN
from orderan.trust.rules_read import read_policy

_LOCKED = (KeyKind.PHONE, KeyKind.ADDRESS, KeyKind.DEVICE, KeyKind.CARD)
"""Keys of which one order at a time is scored. Half a city shares an address of a mobile network."""


async def standing(tx: Tx) -> tuple[Policy, int, Norm | None, tuple[UUID, int] | None]:
    """The rules that are followed, their version, what is usual in the shop, and the model that speaks.

    Of the model its training and its version.
    """
    row = await tx.one(
        """
        SELECT rules.version, rules.policy, norm.orders, norm.median_minor, norm.hours, model.id AS training_id,
               model.version AS model_version
        FROM (SELECT %(shop)s::bigint AS shop_id) AS asked
        LEFT JOIN trust_rules AS rules ON rules.shop_id = asked.shop_id AND rules.active
        LEFT JOIN trust_norm AS norm ON norm.shop_id = asked.shop_id
        LEFT JOIN trust_model AS model ON model.shop_id = asked.shop_id AND model.state = 'speaking'
        """,
        {"shop": tx.shop_id},
    )
    norm = None if row.orders is None else Norm(row.orders, row.median_minor, tuple(row.hours))
    speaking = None if row.training_id is None else (row.training_id, row.model_version)
    if row.version is None:
        return DEFAULT, DEFAULT_VERSION, norm, speaking
    return read_policy(row.policy), row.version, norm, speaking


async def lock_keys(tx: Tx, subjects: Sequence[Subject]) -> None:
    """Whoever scores an order of one of these keys waits until the transaction ends.

    Two orders of a phone at once would not see each other, and fifty would pass a limit of three. Keys are
    locked in their order, so that two batches cannot wait for each other.
    """
    keys = {(str(kind), key) for subject in subjects for kind, key in subject.keys.items() if kind in _LOCKED}
    keys |= {(str(KeyKind.ADDRESS), key) for subject in subjects for key in subject.houses}
    if not keys:
        return
    await tx.all(
        """
        SELECT pg_advisory_xact_lock(turn)
        FROM (SELECT DISTINCT hashtextextended('trust ' || kind || encode(key, 'hex'), %(shop)s) AS turn
              FROM unnest(%(kinds)s::text[], %(keys)s::bytea[]) AS asked (kind, key)
              ORDER BY turn) AS in_order
        """,
        {"shop": tx.shop_id, "kinds": [kind for kind, _ in keys], "keys": [key for _, key in keys]},
    )


async def seen(tx: Tx, subjects: Sequence[Subject], *, now: datetime) -> dict[tuple[KeyKind, bytes], Seen]:
    """What is known of every key of these subjects, in one statement."""
    wanted = {pair for subject in subjects for pair in subject.keys.items()}
    wanted |= {(KeyKind.CARD, key) for subject in subjects for key in subject.wider}
    wanted |= {(KeyKind.ADDRESS, key) for subject in subjects for key in subject.houses}
    if not wanted:
        return {}
    rows = await tx.all(
        """
        SELECT asked.kind, asked.key, recent.ats, recent.people, entry.verdict, tally.delivered, tally.refused,
               tally.returned, tally.disputed, tally.fraud, tally.delivered_minor
        FROM unnest(%(kinds)s::text[], %(keys)s::bytea[]) AS asked (kind, key)
        LEFT JOIN LATERAL (
            SELECT array_agg(newest.at) AS ats, array_agg(newest.person) AS people
            FROM (SELECT at, person
                  FROM trust_key
                  WHERE trust_key.shop_id = %(shop)s AND trust_key.kind = asked.kind AND trust_key.key = asked.key
                    AND trust_key.at > %(since)s
                  ORDER BY at DESC
                  LIMIT %(most)s) AS newest
        ) AS recent ON true
        LEFT JOIN trust_tally AS tally
             ON tally.shop_id = %(shop)s AND tally.kind = asked.kind AND tally.key = asked.key
        LEFT JOIN trust_entry AS entry
             ON entry.shop_id = %(shop)s AND entry.kind = asked.kind AND entry.key = asked.key
                AND entry.removed_at IS NULL AND (entry.expires_at IS NULL OR entry.expires_at > %(now)s)
        """,
        {
            "shop": tx.shop_id,
            "kinds": [str(kind) for kind, _ in wanted],
            "keys": [key for _, key in wanted],
            "since": now - MONTH,
            "most": MOST_SEEN,
            "now": now,
        },
    )
    return {(KeyKind(row.kind), bytes(row.key)): _seen(row) for row in rows}


def _seen(row: Any) -> Seen:
    people = [None if person is None else bytes(person) for person in row.people or ()]
    return Seen(
        recent=list(zip(row.ats or (), people, strict=True)),
        tally=Tally()
        if row.delivered is None
        else Tally(row.delivered, row.refused, row.returned, row.disputed, row.fraud, row.delivered_minor),
        verdict=None if row.verdict is None else ListVerdict(row.verdict),
    )


async def insert_scores(tx: Tx, assessed: Sequence[Assessed]) -> None:
    """Keep the scores of orders that were placed, and remember their keys."""
    if not assessed:
        return
    await tx.send(
        """
        INSERT INTO trust_score (shop_id, subject_id, at, way, amount_minor, points, outcome, would, version, area,
                                 first_time, hour, kinds, keys)
        SELECT %(shop)s, made.subject_id, made.at, made.way, made.amount, made.points, made.outcome, made.would,
               made.version, made.area, made.first_time, made.hour,
               string_to_array(made.kinds, ' '), pieces.keys
        FROM unnest(%(ids)s::uuid[], %(ats)s::timestamptz[], %(ways)s::text[], %(amounts)s::bigint[],
                    %(points)s::int[], %(outcomes)s::text[], %(woulds)s::text[], %(versions)s::int[],
                    %(areas)s::text[], %(firsts)s::boolean[], %(hours)s::int[], %(kinds)s::text[], %(keys)s::bytea[])
             AS made (subject_id, at, way, amount, points, outcome, would, version, area, first_time, hour, kinds, keys)
        CROSS JOIN LATERAL (
            SELECT coalesce(array_agg(substring(made.keys FROM 16 * turn + 1 FOR 16) ORDER BY turn), '{}') AS keys
            FROM generate_series(0, length(made.keys) / 16 - 1) AS turn
        ) AS pieces
        """,
        {"shop": tx.shop_id, **_columns(assessed)},
    )
    links = [
        (str(kind), key, one.subject.at, one.subject.id, one.subject.keys.get(KeyKind.PHONE))
        for one in assessed
        for kind, key in _links(one.subject)
    ]
    if not links:
        return
    await tx.send(
        """
        INSERT INTO trust_key (shop_id, kind, key, at, subject_id, person)
        SELECT %(shop)s, made.*
        FROM unnest(%(kinds)s::text[], %(keys)s::bytea[], %(ats)s::timestamptz[], %(ids)s::uuid[],
                    %(people)s::bytea[]) AS made
        """,
        {
            "shop": tx.shop_id,
            "kinds": [link[0] for link in links],
            "keys": [link[1] for link in links],
            "ats": [link[2] for link in links],
            "ids": [link[3] for link in links],
            "people": [link[4] for link in links],
        },
    )


def _links(subject: Subject) -> list[tuple[KeyKind, bytes]]:
    own = [(kind, subject.keys[kind]) for kind in LINKING if kind in subject.keys]
    return [*own, *((KeyKind.ADDRESS, house) for house in subject.houses)]


def _columns(assessed: Sequence[Assessed]) -> dict[str, Any]:
    kept = [
        [*kept_keys(one.subject).items(), *((str(KeyKind.ADDRESS), house) for house in one.subject.houses)]
        for one in assessed
    ]
    return {
        "ids": [one.subject.id for one in assessed],
        "ats": [one.subject.at for one in assessed],
        "ways": [str(one.subject.way) for one in assessed],
        "amounts": [one.subject.amount_minor for one in assessed],
        "points": [one.verdict.points for one in assessed],
        "outcomes": [str(one.verdict.outcome) for one in assessed],
        "woulds": [str(one.verdict.would) for one in assessed],
        "versions": [one.version for one in assessed],
        "areas": [one.subject.area for one in assessed],
        "firsts": [one.first_time for one in assessed],
        "hours": [one.subject.at.hour for one in assessed],
        "kinds": [" ".join(kind for kind, _ in keys) for keys in kept],
        "keys": [b"".join(key for _, key in keys) for keys in kept],
    }


def kept_keys(subject: Subject) -> dict[str, bytes]:
    """Keys that stay beside a score, one of each kind: those that link, and those a list may name."""
    return {str(kind): subject.keys[kind] for kind in (*LISTED, KeyKind.IP) if kind in subject.keys}


async def insert_ended(tx: Tx, ended: Collection[tuple[UUID, Ended, datetime]]) -> list[tuple[UUID, Ended]]:
    """Keep how scored orders ended; returns what was not known before."""
    rows = await tx.all(
        """
        INSERT INTO trust_outcome (shop_id, subject_id, ended, at)
        SELECT DISTINCT ON (told.id, told.ended) %(shop)s, told.id, told.ended, told.at
        FROM unnest(%(ids)s::uuid[], %(ends)s::text[], %(ats)s::timestamptz[]) AS told (id, ended, at)
        JOIN trust_score ON trust_score.shop_id = %(shop)s AND trust_score.subject_id = told.id
        ORDER BY told.id, told.ended, told.at
        ON CONFLICT (shop_id, subject_id, ended) DO NOTHING
        RETURNING subject_id, ended
        """,
        {
            "shop": tx.shop_id,
            "ids": [one[0] for one in ended],
            "ends": [str(one[1]) for one in ended],
            "ats": [one[2] for one in ended],
        },
    )
    return [(row.subject_id, Ended(row.ended)) for row in rows]


async def add_to_tallies(tx: Tx, ended: Sequence[tuple[UUID, Ended]]) -> None:
    """Count ends on every key of their orders, and on their areas; keys in order, so that none waits for another."""
    await tx.run(
        """
        INSERT INTO trust_tally (shop_id, kind, key, delivered, refused, returned, disputed, fraud, delivered_minor)
        SELECT %(shop)s, links.kind, links.key, count(*) FILTER (WHERE told.ended = 'delivered'),
               count(*) FILTER (WHERE told.ended = 'refused'
                                OR (told.ended = 'disowned' AND links.kind IN ('address', 'device'))),
               count(*) FILTER (WHERE told.ended = 'returned'),
               count(*) FILTER (WHERE told.ended = 'disputed'), count(*) FILTER (WHERE told.ended = 'fraud'),
               coalesce(sum(score.amount_minor) FILTER (WHERE told.ended = 'delivered'), 0)
        FROM unnest(%(ids)s::uuid[], %(ends)s::text[]) AS told (id, ended)
        JOIN trust_score AS score ON score.shop_id = %(shop)s AND score.subject_id = told.id
        CROSS JOIN LATERAL (
            SELECT kind, key FROM unnest(score.kinds, score.keys) AS kept (kind, key)
            WHERE kind NOT IN ('domain', 'network')
            UNION ALL
            SELECT 'area', convert_to(score.area, 'UTF8') WHERE score.area <> ''
        ) AS links
        GROUP BY 1, links.kind, links.key
        ORDER BY links.kind, links.key
        ON CONFLICT (shop_id, kind, key) DO UPDATE
        SET delivered = trust_tally.delivered + excluded.delivered,
            refused = trust_tally.refused + excluded.refused,
            returned = trust_tally.returned + excluded.returned,
            disputed = trust_tally.disputed + excluded.disputed,
            fraud = trust_tally.fraud + excluded.fraud,
            delivered_minor = trust_tally.delivered_minor + excluded.delivered_minor
        """,
        {
            "shop": tx.shop_id,
            "ids": [one[0] for one in ended],
            "ends": [str(one[1]) for one in ended],
        },
    )


async def norm_is_fresh(tx: Tx, *, now: datetime) -> bool:
    """Whether what is usual was learned within the hour."""
    row = await tx.maybe(
        "SELECT 1 FROM trust_norm WHERE shop_id = %(shop)s AND at > %(now)s::timestamptz - interval '1 hour'",
        {"shop": tx.shop_id, "now": now},
    )
    return row is not None


async def save_norm(tx: Tx, *, now: datetime) -> int:
    """What is usual in the shop, from its orders of ninety days; whether there were any."""
    rows = await tx.all(
        """
        SELECT hour, count(*)::int AS orders
        FROM trust_score
        WHERE shop_id = %(shop)s AND at > %(now)s::timestamptz - interval '90 days'
        GROUP BY hour
        """,
        {"shop": tx.shop_id, "now": now},
    )
    if not rows:
        return 0
    by_hour = {row.hour: row.orders for row in rows}
    middle = await tx.value(
        """
        SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY amount_minor)
        FROM trust_score
        WHERE shop_id = %(shop)s AND at > %(now)s::timestamptz - interval '90 days'
        """,
        {"shop": tx.shop_id, "now": now},
    )
    return await tx.run(
        """
        INSERT INTO trust_norm (shop_id, orders, median_minor, hours, at)
        VALUES (%(shop)s, %(orders)s, %(middle)s, %(hours)s, %(now)s)
        ON CONFLICT (shop_id) DO UPDATE
        SET orders = excluded.orders, median_minor = excluded.median_minor, hours = excluded.hours, at = excluded.at
        """,
        {
            "shop": tx.shop_id,
            "orders": sum(by_hour.values()),
            "middle": middle,
            "hours": [by_hour.get(hour, 0) for hour in range(24)],
            "now": now,
        },
    )

"""Reviews, denials, scores and past orders as pages and other parts ask for them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from orderan.kit.db import Tx
from orderan.trust.models import Ended, KeyKind, Outcome, Way
from orderan.trust.rules_read import read_facts
from orderan.trust.rules_trial import PastOrder
from orderan.trust.states import DenialState
from orderan.trust.store_review import DENIAL_COLUMNS, Denial, Review, denial_of, review_of

SOON: Final = timedelta(hours=3)
"""Reviews due within this come first, however little they are worth."""


@dataclass(frozen=True, slots=True)
class Score:
    """The score an order was placed with.

    Attributes:
        kinds: What of it ties it to other orders, or can be put on a list.
        ended: How it ended so far.
    """

    subject_id: UUID
    at: datetime
    way: Way
    amount_minor: int
    points: int
    outcome: Outcome
    would: Outcome
    version: int
    area: str
    first_time: bool
    keys: Mapping[KeyKind, bytes]
    ended: frozenset[Ended]


async def open_reviews_of(tx: Tx, *, now: datetime, limit: int) -> list[Review]:
    """Held orders that wait for a look: what is due soon first, then the dearest."""
    rows = await tx.all(
        """
        SELECT id, state, amount_minor, points, opened_at, deadline, moved_at, judged_by, judgement
        FROM trust_review
        WHERE shop_id = %(shop)s AND state = 'open'
        ORDER BY deadline > %(soon)s, CASE WHEN deadline <= %(soon)s THEN deadline END, amount_minor DESC, id
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "soon": now + SOON, "limit": limit},
    )
    return [review_of(row) for row in rows]


async def review_of_order(tx: Tx, order_id: UUID) -> Review | None:
    """The look an order waits for, or waited for."""
    row = await tx.maybe(
        """
        SELECT id, state, amount_minor, points, opened_at, deadline, moved_at, judged_by, judgement
        FROM trust_review
        WHERE shop_id = %(shop)s AND id = %(id)s
        """,
        {"shop": tx.shop_id, "id": order_id},
    )
    return None if row is None else review_of(row)


async def appeals(tx: Tx, *, limit: int) -> list[Denial]:
    """Denials whose appeal waits for an answer, the longest waiting first."""
    rows = await tx.all(
        "SELECT "
        + DENIAL_COLUMNS
        + """
        FROM trust_denial
        WHERE shop_id = %(shop)s AND state = 'appealed'
        ORDER BY appealed_at, id
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "limit": limit},
    )
    return [denial_of(row) for row in rows]


async def denials(
    tx: Tx, *, limit: int, state: DenialState | None = None, before: tuple[datetime, UUID] | None = None
) -> list[Denial]:
    """Orders that were not taken, the newest first.

    Args:
        state: Only those; None is all of them.
        before: Instant and id of the last one seen.
    """
    at, last = before or (None, None)
    rows = await tx.all(
        "SELECT "
        + DENIAL_COLUMNS
        + """
        FROM trust_denial
        WHERE shop_id = %(shop)s AND (%(state)s::text IS NULL OR state = %(state)s)
          AND (%(at)s::timestamptz IS NULL OR (at, id) < (%(at)s, %(last)s::uuid))
        ORDER BY at DESC, id DESC
        LIMIT %(limit)s
        """,
        {
            "shop": tx.shop_id,
            "limit": limit,
            "state": None if state is None else str(state),
            "at": at,
            "last": last,
        },
    )
    return [denial_of(row) for row in rows]


async def denial(tx: Tx, denial_id: UUID) -> Denial | None:
    """One order that was not taken."""
    row = await tx.maybe(
        "SELECT " + DENIAL_COLUMNS + " FROM trust_denial WHERE shop_id = %(shop)s AND id = %(id)s",
        {"shop": tx.shop_id, "id": denial_id},
    )
    return None if row is None else denial_of(row)


async def scores_of(tx: Tx, subjects: Collection[UUID]) -> dict[UUID, Score]:
    """The scores of these orders, with how they ended."""
    rows = await tx.all(
        """
        SELECT score.subject_id, score.at, score.way, score.amount_minor, score.points, score.outcome, score.would,
               score.version, score.area, score.first_time, score.kinds, score.keys,
               (SELECT array_agg(ended) FROM trust_outcome AS told
                WHERE told.shop_id = score.shop_id AND told.subject_id = score.subject_id) AS ended
        FROM trust_score AS score
        WHERE score.shop_id = %(shop)s AND score.subject_id = ANY(%(ids)s)
        """,
        {"shop": tx.shop_id, "ids": list(subjects)},
    )
    return {row.subject_id: _score(row) for row in rows}


def _score(row: Any) -> Score:
    return Score(
        row.subject_id,
        row.at,
        Way(row.way),
        row.amount_minor,
        row.points,
        Outcome(row.outcome),
        Outcome(row.would),
        row.version,
        row.area,
        row.first_time,
        # Of several keys of a house the first is the one lists name.
        {KeyKind(kind): bytes(key) for kind, key in reversed([*zip(row.kinds, row.keys, strict=True)])},
        frozenset(Ended(word) for word in row.ended or ()),
    )


async def past_orders(
    tx: Tx, *, since: datetime, before: tuple[datetime, UUID] | None, limit: int
) -> tuple[list[PastOrder], tuple[datetime, UUID] | None]:
    """Orders that were scored since, denied ones among them, the newest first; and where the next ones begin.

    Args:
        before: Where the ones before ended.
    """
    rows = await tx.all(
        """
        SELECT past.subject_id, past.at, past.is_order, decision.inputs, decision.outcome ->> 'would' AS would,
               (SELECT array_agg(ended) FROM trust_outcome AS told
                WHERE told.shop_id = %(shop)s AND told.subject_id = past.subject_id) AS ended
        FROM (
            (SELECT subject_id, at, true AS is_order FROM trust_score
             WHERE shop_id = %(shop)s AND at >= %(since)s
               AND (%(at)s::timestamptz IS NULL OR (at, subject_id) < (%(at)s, %(id)s::uuid))
             ORDER BY at DESC, subject_id DESC LIMIT %(limit)s)
            UNION ALL
            (SELECT id, at, false FROM trust_denial
             WHERE shop_id = %(shop)s AND at >= %(since)s
               AND (%(at)s::timestamptz IS NULL OR (at, id) < (%(at)s, %(id)s::uuid))
             ORDER BY at DESC, id DESC LIMIT %(limit)s)
        ) AS past
        JOIN LATERAL (
            SELECT made.inputs, made.outcome FROM decision AS made
            WHERE made.shop_id = %(shop)s AND made.subject_id = past.subject_id AND made.kind = 'trust'
            ORDER BY made.id
            LIMIT 1
        ) AS decision ON true
        ORDER BY past.at DESC, past.subject_id DESC
        LIMIT %(limit)s
        """,
        {
            "shop": tx.shop_id,
            "since": since,
            "at": before[0] if before else None,
            "id": before[1] if before else None,
            "limit": limit,
        },
    )
    found = [
        PastOrder(
            row.subject_id,
            row.at,
            read_facts(row.inputs),
            Outcome(row.would),
            frozenset(Ended(word) for word in row.ended or ()),
            row.is_order,
        )
        for row in rows
    ]
    return found, (rows[-1].at, rows[-1].subject_id) if len(rows) == limit else None


async def reviews_waiting(tx: Tx, befores: Mapping[str, datetime]) -> list[Any]:
    """Reviews nobody looked at since before these instants, by state."""
    return await tx.all(
        """
        SELECT trust_review.id, trust_review.id AS order_id, trust_review.state, trust_review.opened_at AS since,
               trust_review.amount_minor AS money_minor, trust_review.points, trust_review.deadline
        FROM unnest(%(states)s::text[], %(befores)s::timestamptz[]) AS allowed (state, before)
        JOIN trust_review ON trust_review.shop_id = %(shop)s AND trust_review.state = allowed.state
        WHERE trust_review.state = 'open' AND trust_review.opened_at <= allowed.before
        """,
        {"shop": tx.shop_id, "states": list(befores), "befores": list(befores.values())},
    )


async def denials_waiting(tx: Tx, befores: Mapping[str, datetime]) -> list[Any]:
    """Appeals nobody answered since before these instants, by state."""
    return await tx.all(
        """
        SELECT trust_denial.id, trust_denial.state, trust_denial.appealed_at AS since,
               trust_denial.amount_minor AS money_minor, trust_denial.outcome
        FROM unnest(%(states)s::text[], %(befores)s::timestamptz[]) AS allowed (state, before)
        JOIN trust_denial ON trust_denial.shop_id = %(shop)s AND trust_denial.state = allowed.state
        WHERE trust_denial.state = 'appealed' AND trust_denial.appealed_at <= allowed.before
        """,
        {"shop": tx.shop_id, "states": list(befores), "befores": list(befores.values())},
    )

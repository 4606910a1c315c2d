"""What rails did and how they are, in SQL."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from psycopg.types.json import Jsonb

from orderan.health.models import Health, Norm, Reason, Seen, Watched, Word
from orderan.health.rules import kept, plain_norm, recalled, recalled_norm
from orderan.kit.db import Tx


@dataclass(frozen=True, slots=True)
class RailWatch:
    """One rail under watch.

    Attributes:
        learned_at: When its norm was learned last; None while it is our guess.
        since: When its trouble began, as far as can be told; None when it is well.
        changed_at: When the word came to be what it is.
        reasons: Each as `plain_reason` has it.
    """

    rail_id: UUID
    watched: Watched
    norm: Norm
    learned_at: datetime | None
    began_at: datetime
    word: Word
    since: datetime | None
    changed_at: datetime
    success: float
    paid: float
    reasons: Sequence[dict[str, Any]]
    warned_by: Sequence[str]

    @property
    def fed_to(self) -> datetime:
        """Up to when it was seen."""
        return moment(self.watched.at)


class Counted(NamedTuple):
    """Sums of what a rail did in a stretch that begins at a moment."""

    rail_id: UUID
    start: datetime
    made: int
    customer: int
    gateway: int
    bank: int
    unknown: int
    issued: int
    paid: int


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


async def take_watches(tx: Tx, rail_ids: Collection[UUID]) -> list[RailWatch]:
    """The watches of these rails nobody else feeds right now, locked."""
    rows = await tx.all(
        """
        SELECT rail_id, watched, norm, learned_at, began_at, word, since, changed_at, success, paid, reasons,
               warned_by
        FROM rail_watch
        WHERE shop_id = %(shop)s AND rail_id = ANY(%(rails)s)
        ORDER BY rail_id
        FOR NO KEY UPDATE SKIP LOCKED
        """,
        {"shop": tx.shop_id, "rails": list(rail_ids)},
    )
    return [_watch(row) for row in rows]


async def watches(tx: Tx) -> dict[UUID, RailWatch]:
    """How every rail is that was ever watched."""
    rows = await tx.all(
        """
        SELECT rail_id, watched, norm, learned_at, began_at, word, since, changed_at, success, paid, reasons,
               warned_by
        FROM rail_watch
        WHERE shop_id = %(shop)s
        """,
        {"shop": tx.shop_id},
    )
    return {row.rail_id: _watch(row) for row in rows}


async def unwell_rails(tx: Tx) -> list[UUID]:
    """Rails that are said to be in trouble."""
    rows = await tx.all(
        "SELECT rail_id FROM rail_watch WHERE shop_id = %(shop)s AND word <> 'well'", {"shop": tx.shop_id}
    )
    return [row.rail_id for row in rows]


async def begin_watches(
    tx: Tx, begun: Sequence[tuple[UUID, Watched, Norm, Health]], *, now: datetime
) -> None:
    """Begin to watch rails; one that is watched already stays as it is."""
    await tx.run(
        """
        INSERT INTO rail_watch (shop_id, rail_id, fed_to, watched, norm, began_at, word, changed_at, success,
                                paid, reasons, warned_by)
        SELECT %(shop)s, rail_id, fed_to, watched, norm, fed_to, word, %(now)s, success, paid, '[]', '{}'
        FROM unnest(%(rails)s::uuid[], %(fed)s::timestamptz[], %(watched)s::jsonb[], %(norms)s::jsonb[],
                    %(words)s::text[], %(success)s::float8[], %(paid)s::float8[])
             AS begun (rail_id, fed_to, watched, norm, word, success, paid)
        -- A conflict with a row that somebody feeds right now would wait for them.
        WHERE NOT EXISTS (SELECT FROM rail_watch AS there
                          WHERE there.shop_id = %(shop)s AND there.rail_id = begun.rail_id)
        ORDER BY rail_id
        ON CONFLICT (shop_id, rail_id) DO NOTHING
        """,
        {
            "shop": tx.shop_id,
            "now": now,
            "rails": [rail_id for rail_id, _, _, _ in begun],
            "fed": [moment(watched.at) for _, watched, _, _ in begun],
            "watched": [Jsonb(kept(watched)) for _, watched, _, _ in begun],
            "norms": [Jsonb(plain_norm(norm)) for _, _, norm, _ in begun],
            "words": [str(health.word) for _, _, _, health in begun],
            "success": [health.success for _, _, _, health in begun],
            "paid": [min(1.0, health.paid) for _, _, _, health in begun],
        },
    )


async def save_watches(tx: Tx, after: Sequence[RailWatch]) -> None:
    """Write locked watches as they are now; their norms are `save_norm`'s."""
    if not after:
        return
    await tx.run(
        """
        UPDATE rail_watch
        SET fed_to = now.fed_to, watched = now.watched, word = now.word, since = now.since,
            changed_at = now.changed_at, success = now.success, paid = now.paid, reasons = now.reasons,
            warned_by = ARRAY(SELECT jsonb_array_elements_text(now.warned_by))
        FROM unnest(%(rails)s::uuid[], %(fed)s::timestamptz[], %(watched)s::jsonb[], %(words)s::text[],
                    %(since)s::timestamptz[], %(changed)s::timestamptz[], %(success)s::float8[],
                    %(paid)s::float8[], %(reasons)s::jsonb[], %(warned)s::jsonb[])
             AS now (rail_id, fed_to, watched, word, since, changed_at, success, paid, reasons, warned_by)
        WHERE shop_id = %(shop)s AND rail_watch.rail_id = now.rail_id
        """,
        {
            "shop": tx.shop_id,
            "rails": [one.rail_id for one in after],
            "fed": [one.fed_to for one in after],
            "watched": [Jsonb(kept(one.watched)) for one in after],
            "words": [str(one.word) for one in after],
            "since": [one.since for one in after],
            "changed": [one.changed_at for one in after],
            "success": [one.success for one in after],
            "paid": [one.paid for one in after],
            "reasons": [Jsonb(list(one.reasons)) for one in after],
            "warned": [Jsonb(list(one.warned_by)) for one in after],
        },
    )


async def save_norm(tx: Tx, rail_id: UUID, norm: Norm, *, now: datetime) -> None:
    """What is normal for a rail, from now on."""
    await tx.run(
        """
        UPDATE rail_watch SET norm = %(norm)s, learned_at = %(now)s
        WHERE shop_id = %(shop)s AND rail_id = %(rail)s
        """,
        {"shop": tx.shop_id, "rail": rail_id, "norm": Jsonb(plain_norm(norm)), "now": now},
    )


async def take_unlearned(tx: Tx, *, before: datetime) -> RailWatch | None:
    """A watch whose norm was learned before a moment or never, locked; the one that waits longest."""
    row = await tx.maybe(
        """
        SELECT rail_id, watched, norm, learned_at, began_at, word, since, changed_at, success, paid, reasons,
               warned_by
        FROM rail_watch
        WHERE shop_id = %(shop)s AND coalesce(learned_at, began_at) < %(before)s
        ORDER BY coalesce(learned_at, began_at), rail_id
        LIMIT 1
        FOR NO KEY UPDATE SKIP LOCKED
        """,
        {"shop": tx.shop_id, "before": before},
    )
    return None if row is None else _watch(row)


async def keep_seen(tx: Tx, seen: Sequence[tuple[UUID, Seen, bool]]) -> None:
    """Keep what rails did, with whether each was well then."""
    if not seen:
        return
    await tx.run(
        """
        INSERT INTO rail_seen (shop_id, rail_id, at, made, customer, gateway, bank, unknown, slow, issued,
                               paid, late, well)
        SELECT %(shop)s, seen.*
        FROM unnest(%(rails)s::uuid[], %(ats)s::timestamptz[], %(made)s::int[], %(customer)s::int[],
                    %(gateway)s::int[], %(bank)s::int[], %(unknown)s::int[], %(slow)s::int[],
                    %(issued)s::int[], %(paid)s::int[], %(late)s::int[], %(well)s::boolean[]) AS seen
        """,
        {
            "shop": tx.shop_id,
            "rails": [rail_id for rail_id, _, _ in seen],
            "ats": [moment(one.at) for _, one, _ in seen],
            "made": [one.made for _, one, _ in seen],
            "customer": [one.customer for _, one, _ in seen],
            "gateway": [one.gateway for _, one, _ in seen],
            "bank": [one.bank for _, one, _ in seen],
            "unknown": [one.unknown for _, one, _ in seen],
            "slow": [one.slow for _, one, _ in seen],
            "issued": [one.issued for _, one, _ in seen],
            "paid": [one.paid for _, one, _ in seen],
            "late": [one.late for _, one, _ in seen],
            "well": [well for _, _, well in seen],
        },
    )


async def mark_unwell(tx: Tx, since: Sequence[tuple[UUID, datetime]]) -> None:
    """Rails turn out to have been in trouble since a moment: nothing is learned from what they did then."""
    await tx.run(
        """
        UPDATE rail_seen SET well = FALSE
        FROM unnest(%(rails)s::uuid[], %(since)s::timestamptz[]) AS trouble (rail_id, since)
        WHERE shop_id = %(shop)s AND rail_seen.rail_id = trouble.rail_id AND at > trouble.since AND well
        """,
        {
            "shop": tx.shop_id,
            "rails": [rail_id for rail_id, _ in since],
            "since": [began for _, began in since],
        },
    )


async def unwell_minutes(tx: Tx, rail_id: UUID, *, since: datetime) -> set[int]:
    """Ends of the minutes, in seconds since 1970, in which a rail was in trouble."""
    rows = await tx.all(
        """
        SELECT DISTINCT (ceil(extract(epoch FROM at) / 60) * 60)::bigint AS ended
        FROM rail_seen
        WHERE shop_id = %(shop)s AND rail_id = %(rail)s AND at > %(since)s AND NOT well
        """,
        {"shop": tx.shop_id, "rail": rail_id, "since": since},
    )
    return {row.ended for row in rows}


async def counted(tx: Tx, rail_ids: Collection[UUID], *, since: datetime, stretch_s: int) -> list[Counted]:
    """What rails did since a moment, summed over stretches of so many seconds, in the order of time."""
    rows = await tx.all(
        """
        SELECT rail_seen.rail_id,
               to_timestamp((ceil(extract(epoch FROM at) / %(stretch)s) - 1) * %(stretch)s) AS start, sum(made) AS made, sum(customer) AS customer, sum(gateway) AS gateway, sum(bank) AS bank,
               sum(unknown) AS unknown, sum(issued) AS issued, sum(paid) AS paid
        -- Rail by rail: each has its part of the index, in the order of time.
        FROM unnest(%(rails)s::uuid[]) AS asked (rail_id)
        JOIN rail_seen ON rail_seen.shop_id = %(shop)s AND rail_seen.rail_id = asked.rail_id
             AND rail_seen.at > %(since)s
        GROUP BY rail_seen.rail_id, start
        ORDER BY start, rail_seen.rail_id
        """,
        {"shop": tx.shop_id, "since": since, "stretch": stretch_s, "rails": list(rail_ids)},
    )
    return [Counted(*row) for row in rows]


async def sweep_seen(tx: Tx, *, before: datetime, limit: int = 10_000) -> int:
    """Let go of what rails did before a moment; returns how many stretches."""
    return await tx.run(
        """
        DELETE FROM rail_seen
        WHERE shop_id = %(shop)s AND (rail_id, at) IN (
            SELECT rail_id, at FROM rail_seen WHERE shop_id = %(shop)s AND at < %(before)s LIMIT %(limit)s)
        """,
        {"shop": tx.shop_id, "before": before, "limit": limit},
    )


def plain_reason(reason: Reason) -> dict[str, Any]:
    """A reason as plain JSON."""
    return {
        "test": str(reason.test),
        "expected": round(reason.expected, 4),
        "seen": round(reason.seen, 4),
        "of": reason.of,
        "since": moment(reason.since).isoformat(),
        "blame": str(reason.blame),
    }


def _watch(row: Any) -> RailWatch:
    return RailWatch(
        rail_id=row.rail_id,
        watched=recalled(row.watched),
        norm=recalled_norm(row.norm),
        learned_at=row.learned_at,
        began_at=row.began_at,
        word=Word(row.word),
        since=row.since,
        changed_at=row.changed_at,
        success=row.success,
        paid=row.paid,
        reasons=row.reasons,
        warned_by=row.warned_by,
    )

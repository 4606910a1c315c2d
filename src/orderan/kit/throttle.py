"""How often somebody may try: a sliding window per bucket, kept in the database.

The last window counts by the share of it that still lies inside the sliding one, so that a burst
at a border is not worth twice the limit. Attempts refused do not count: whoever stops trying is
let in again after two windows at the very most, is told when, and nobody is locked out for good.
Counts survive restarts and are shared by every process.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from orderan.kit.db import Tx
from orderan.kit.errors import N_, Kind, Refusal


@dataclass(eq=False)
class TooManyAttempts(Refusal):
    """The limit of a bucket is reached."""

    retry_after_s: int

    code = "too_many_attempts"
    kind = Kind.TOO_MANY
    sentence = N_("Terlalu banyak percobaan. Coba lagi dalam {retry_after_s} detik.")


@dataclass(frozen=True)
class Limit:
    """At most `hits` attempts under one name in any `window`."""

    bucket: str
    hits: int
    window: timedelta


async def spend(tx: Tx, limits: list[Limit], *, now: datetime) -> None:
    """Count one attempt in every bucket, or in none of them.

    The rows are locked in bucket order, so attempts of one bucket are counted one after another
    and two callers cannot deadlock. The attempt counts once the transaction commits; commit it
    before the work it guards, or parallel attempts would not see each other.

    Raises:
        TooManyAttempts: A bucket is full; nothing was counted.
    """
    ordered = sorted(limits, key=lambda limit: limit.bucket)
    waits = [await _wait_s(tx, limit, now) for limit in ordered]
    if any(waits):
        raise TooManyAttempts(max(waits))
    for limit in ordered:
        await tx.run(
            "UPDATE throttle SET hits = hits + 1 WHERE bucket = %(bucket)s", {"bucket": limit.bucket}
        )


async def forgive(tx: Tx, buckets: list[str]) -> None:
    """Forget the attempts of these buckets, because one of them was right."""
    await tx.run("DELETE FROM throttle WHERE bucket = ANY(%(buckets)s)", {"buckets": sorted(buckets)})


async def give_back(tx: Tx, limits: list[Limit]) -> None:
    """Take back the one attempt that `spend` counted, because it was right; earlier ones stay counted.

    Forgetting them all would let whoever knows one right answer buy guesses at others with it.
    """
    await tx.run(
        "UPDATE throttle SET hits = greatest(hits - 1, 0) WHERE bucket = ANY(%(buckets)s)",
        {"buckets": sorted(limit.bucket for limit in limits)},
    )


async def sweep(tx: Tx, *, now: datetime) -> int:
    """Drop buckets whose attempts no longer count; returns how many."""
    return await tx.run(
        "DELETE FROM throttle WHERE window_start + 2 * window_s * interval '1 second' < %(now)s", {"now": now}
    )


async def _wait_s(tx: Tx, limit: Limit, now: datetime) -> int:
    """Lock a bucket and bring it to the present window; seconds to wait, 0 when there is room."""
    window_s = int(limit.window.total_seconds())
    start = datetime.fromtimestamp(now.timestamp() // window_s * window_s, now.tzinfo)
    row = await tx.one(
        """
        INSERT INTO throttle AS kept (bucket, window_start, window_s, hits, hits_before)
        VALUES (%(bucket)s, %(start)s, %(window_s)s, 0, 0)
        ON CONFLICT (bucket) DO UPDATE
        SET window_start = excluded.window_start,
            hits_before = CASE
                WHEN kept.window_start = excluded.window_start THEN kept.hits_before
                WHEN kept.window_start = %(before)s THEN kept.hits
                ELSE 0 END,
            hits = CASE WHEN kept.window_start = excluded.window_start THEN kept.hits ELSE 0 END
        RETURNING hits, hits_before
        """,
        {"bucket": limit.bucket, "start": start, "window_s": window_s, "before": start - limit.window},
    )
    return seconds_to_wait(
        row.hits,
        row.hits_before,
        most=limit.hits,
        gone=(now - start).total_seconds(),
        window=window_s,
    )


def seconds_to_wait(hits: int, before: int, *, most: int, gone: float, window: float) -> int:
    """Whole seconds until one more attempt has room, if nobody tries meanwhile; 0 when it has now.

    Args:
        hits: Attempts in the present window, of which `gone` seconds are over.
        before: Attempts in the window before; the share that the sliding window still covers counts.
        most: Attempts allowed in any window.
        window: Its seconds.
    """
    if hits + before * (1 - gone / window) + 1 <= most:
        return 0
    if hits + 1 <= most:
        return max(1, ceil(window * (1 - (most - 1 - hits) / before) - gone))
    # Only the next window has room, once enough of this one has slid away.
    return ceil(window - gone + window * (1 - (most - 1) / hits))

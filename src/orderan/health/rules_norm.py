"""Learning what is normal for a rail from times in which it was well.

A share per hour of the week is the mean of what was seen in that hour, pulled to the week's mean as far as
little was seen (empirical Bayes with a Beta prior; Casella 1985). How far ordinary times stray beyond
binomial luck is the method-of-moments estimate of extra-binomial variation (Kleinman 1973). A test is
then set against the share an ordinary hour rarely passes, not against the middle, and what wobbles within
the hour takes weight from its evidence: a detector that takes the wobble for trouble is switched off by
whoever is woken.

Payments are set against those due: an instrument is expected to be paid, if it is, after an exponential
time of the rail's mean delay. That is not how buyers are, but the detector counts the same way, so what it
is wrong by at an hour of the week is in that hour's share.
"""

from collections.abc import Callable, Iterable, Sequence
from math import exp, sqrt
from typing import Final

from orderan.health.models import HOURS, Norm, Seen, Spread

Pair = tuple[float, float]
"""Hits, and of how many."""

PRIOR_BAD: Final = 0.02
PRIOR_SLOW: Final = 0.05
PRIOR_LATE: Final = 0.02
PRIOR_PAID: Final = 0.6
PRIOR_WEIGHT: Final = 50
"""Charges our guess counts for, where nothing was seen yet."""
HOUR_WEIGHT: Final = 200
"""Charges the week's mean counts for against one hour of the week."""
LEAST: Final = 0.002
"""No share is taken for smaller: a rail that never failed in a month still fails once a month."""
LEAST_SPREAD: Final = 0.05
"""No rail is taken for steadier: next month is never quite like the last."""
ORDINARY: Final = 3.0
"""Spreads an ordinary hour stays within: were they normal, one in 740 would go beyond."""
LEAST_SLOW_MS: Final = 1000


def hour_of_week(at: int, utc_offset_s: int) -> int:
    """0 for Monday from midnight to one, in the shop's zone."""
    return ((at + utc_offset_s) // 3600 + 72) % HOURS  # 1970 began on a Thursday.


def learned(
    seen: Iterable[Seen],
    *,
    slow_ms: int,
    pay_delay_s: float,
    utc_offset_s: int = 7 * 3600,
    was_well: Callable[[Seen], bool] = lambda _seen: True,
) -> Norm:
    """The norm of what was seen, in the order of time; leave out what was in trouble with `was_well`.

    Minutes teach more than hours: how far a rail strays within an hour is seen in them alone.
    """
    week: list[int] = []
    rows: list[tuple[int, int, int, int, int, int]] = []
    dues: list[float] = []
    hours: list[int] = []
    grain_s = seconds = 0
    pool, before = 0.0, None
    for one in seen:
        gap = one.at - before if before is not None else one.seconds
        pool, before = pool + one.issued, one.at
        left = pool * exp(-max(gap, one.seconds) / pay_delay_s)
        due, pool = pool - left, left
        if was_well(one):
            failed = one.gateway + one.bank + one.unknown
            tried = one.made + failed
            grain_s, seconds = max(grain_s, one.seconds), seconds + one.seconds
            hours.append((one.at - one.seconds) // 3600)
            week.append(hour_of_week(one.at - one.seconds, utc_offset_s))
            rows.append((tried, failed, tried + one.customer, one.slow, one.paid, one.late))
            dues.append(due)
    bad = [(row[1], row[0]) for row in rows]
    slow = [(row[3], row[2]) for row in rows]
    late = [(row[5], row[4]) for row in rows]
    paid = [(row[4], due) for row, due in zip(rows, dues, strict=True)]
    bad_hours = _by_hour(week, bad, PRIOR_BAD)
    paid_hours = _by_hour(week, paid, PRIOR_PAID)
    slow_all = _mean(slow, PRIOR_SLOW)
    late_all = _mean(late, PRIOR_LATE)
    return Norm(
        bad=bad_hours,
        bad_spread=_spread(hours, bad, [bad_hours[hour] for hour in week]),
        slow=slow_all,
        slow_spread=_spread(hours, slow, [slow_all] * len(week)),
        late=late_all,
        late_spread=_spread(hours, late, [late_all] * len(week)),
        paid=paid_hours,
        paid_spread=_spread(hours, paid, [paid_hours[hour] for hour in week], rare=True),
        slow_ms=slow_ms,
        pay_delay_s=pay_delay_s,
        charges=sum(row[0] for row in rows),
        seconds=seconds,
        grain_s=grain_s or 60,
        utc_offset_s=utc_offset_s,
    )


def slow_limit(latencies_ms: Sequence[int]) -> int:
    """From when on a charge is slow: thrice the median, not under a second, in tenths of a second."""
    if not latencies_ms:
        return 3 * LEAST_SLOW_MS
    median = sorted(latencies_ms)[len(latencies_ms) // 2]
    return max(LEAST_SLOW_MS, -(-3 * median // 100) * 100)


def _mean(pairs: Sequence[Pair], guess: float) -> float:
    hits, of = sum(hits for hits, _ in pairs), sum(of for _, of in pairs)
    return max(LEAST, (hits + guess * PRIOR_WEIGHT) / (of + PRIOR_WEIGHT))


def _by_hour(week: Sequence[int], pairs: Sequence[Pair], guess: float) -> tuple[float, ...]:
    mean = _mean(pairs, guess)
    hits, of = [0.0] * HOURS, [0.0] * HOURS
    for hour, (hit, all_) in zip(week, pairs, strict=True):
        hits[hour] += hit
        of[hour] += all_
    return tuple(
        max(LEAST, (hit + mean * HOUR_WEIGHT) / (all_ + HOUR_WEIGHT))
        for hit, all_ in zip(hits, of, strict=True)
    )


def _spread(
    hours: Sequence[int], pairs: Sequence[Pair], shares: Sequence[float], *, rare: bool = False
) -> Spread:
    """What strays from hour to hour, and what strays on top of it from stretch to stretch."""
    by_hour: dict[int, tuple[float, float, float]] = {}
    for hour, (hits, of), share in zip(hours, pairs, shares, strict=True):
        before = by_hour.get(hour, (0.0, 0.0, share))
        by_hour[hour] = (before[0] + hits, before[1] + of, share)
    sums = list(by_hour.values())
    long = _extra([(hits, of) for hits, of, _ in sums], [share for _, _, share in sums], rare=rare)
    short = _extra(pairs, shares, rare=rare)
    return Spread(hours=max(LEAST_SPREAD, sqrt(long)), moments=sqrt(max(0.0, short - long)))


def _extra(pairs: Sequence[Pair], shares: Sequence[float], *, rare: bool) -> float:
    """Extra variation, as a part of the share squared: sum((x-e)^2 - luck) / sum(e^2), never under 0.

    Luck is binomial, e(1-p), or with `rare` Poisson, e: payments come in ones from many who may pay.
    """
    extra = squares = 0.0
    for (hits, of), share in zip(pairs, shares, strict=True):
        expected = of * share
        extra += (hits - expected) ** 2 - expected * (1 if rare else 1 - share)
        squares += expected * expected
    return max(0.0, extra / squares) if squares else 0.0

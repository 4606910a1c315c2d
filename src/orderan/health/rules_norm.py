"""Learning what is normal for a rail from hours in which it was well.

A share per hour of the week is the mean of what was seen in that hour, pulled to the week's mean as far as
little was seen (empirical Bayes with a Beta prior; Casella 1985). How far ordinary hours stray beyond
binomial luck is the method-of-moments estimate of extra-binomial variation (Kleinman 1973). A test is
then set against the share an ordinary hour rarely passes, not against the middle: a detector that takes
the daily wobble for trouble is switched off by whoever is woken.
"""

from collections.abc import Callable, Iterable, Sequence
from math import sqrt
from typing import Final

from orderan.health.models import HOURS, Norm, Seen

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
ORDINARY: Final = 3.0
"""Spreads an ordinary hour stays within: one hour in 740 does not, about one in a month."""
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
    """The norm of what was seen, hour by hour or finer; leave out what was in trouble with `was_well`."""
    hours: dict[int, list[int]] = {}
    for one in seen:
        if was_well(one):
            sums = hours.setdefault((one.at - 1) // 3600, [0] * 7)
            failed = one.gateway + one.bank + one.unknown
            tried = one.made + failed
            news = (tried, failed, one.customer, one.slow, one.issued, one.paid, one.late)
            hours[(one.at - 1) // 3600] = [a + b for a, b in zip(sums, news, strict=True)]
    week = [hour_of_week(hour * 3600, utc_offset_s) for hour in hours]
    rows = list(hours.values())
    bad = [(row[1], row[0]) for row in rows]
    slow = [(row[3], row[0] + row[2]) for row in rows]
    late = [(row[6], row[5]) for row in rows]
    paid = [(row[5], row[4]) for row in rows]
    bad_hours = _by_hour(week, bad, PRIOR_BAD)
    paid_hours = _by_hour(week, paid, PRIOR_PAID)
    slow_all = _mean(slow, PRIOR_SLOW)
    late_all = _mean(late, PRIOR_LATE)
    return Norm(
        bad=bad_hours,
        bad_spread=_spread(bad, [bad_hours[hour] for hour in week]),
        slow=slow_all,
        slow_spread=_spread(slow, [slow_all] * len(week)),
        late=late_all,
        late_spread=_spread(late, [late_all] * len(week)),
        paid=paid_hours,
        paid_spread=_spread(paid, [paid_hours[hour] for hour in week]),
        slow_ms=slow_ms,
        pay_delay_s=pay_delay_s,
        charges=sum(row[0] for row in rows),
        utc_offset_s=utc_offset_s,
    )


def slow_limit(latencies_ms: Sequence[int]) -> int:
    """From when on a charge is slow: thrice the median, not under a second, in tenths of a second."""
    if not latencies_ms:
        return 3 * LEAST_SLOW_MS
    median = sorted(latencies_ms)[len(latencies_ms) // 2]
    return max(LEAST_SLOW_MS, -(-3 * median // 100) * 100)


def _mean(pairs: Sequence[tuple[int, int]], guess: float) -> float:
    hits, of = sum(hits for hits, _ in pairs), sum(of for _, of in pairs)
    return max(LEAST, (hits + guess * PRIOR_WEIGHT) / (of + PRIOR_WEIGHT))


def _by_hour(week: Sequence[int], pairs: Sequence[tuple[int, int]], guess: float) -> tuple[float, ...]:
    mean = _mean(pairs, guess)
    hits, of = [0] * HOURS, [0] * HOURS
    for hour, (hit, all_) in zip(week, pairs, strict=True):
        hits[hour] += hit
        of[hour] += all_
    return tuple(
        max(LEAST, (hit + mean * HOUR_WEIGHT) / (all_ + HOUR_WEIGHT))
        for hit, all_ in zip(hits, of, strict=True)
    )


def _spread(pairs: Sequence[tuple[int, int]], shares: Sequence[float]) -> float:
    """Extra variation as a part of the share: sqrt of sum((x-e)^2 - e(1-p)) / sum(e^2), never under 0."""
    extra = squares = 0.0
    for (hits, of), share in zip(pairs, shares, strict=True):
        expected = of * share
        extra += (hits - expected) ** 2 - expected * (1 - share)
        squares += expected * expected
    return sqrt(max(0.0, extra / squares)) if squares else 0.0

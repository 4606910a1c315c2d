"""Early warning: six sequential tests on one rail, fed a stretch of time at a time.

Each is a CUSUM (Page 1954) of the log likelihood ratio of "as in trouble" against "as on its worst ordinary
hour": value = max(0, value + llr). For counts of hits x among n that is x ln(p1/p0) + (n-x) ln((1-p1)/(1-p0));
for payments against an expected number m it is x ln(q) + (1-q) m (Poisson CUSUM, Lucas 1985). Several
alternatives side by side stand for the generalised likelihood ratio (Lorden 1971): OUTAGE sees a dead rail
within a handful of charges, LEAK five points within hours.

What wobbles within the hour makes counts vary more than luck does, by phi = 1 + e r^2 for e expected and a
spread of moments r (over 1 - p for binomial luck). Evidence is divided by it, as quasi-likelihood has it
(Wedderburn 1974), counted on the stretch the spread was learned from: neighbours share the wobble.

Thresholds are computed, not tuned. Without trouble exp(llr) is a martingale step, so a CUSUM passes h at
most once in exp(h) stretches (Lorden 1971; the Shiryaev-Roberts bound). With B stretches in thirty days, and
every pair of a test and what may lower its threshold counted once, h = ln(B * pairs / wanted) keeps all of
them together within the wanted number of false alarms a month, at any traffic. A climb from 0 begins with a
hit, and reaches h with a chance of exp(-h) at most (Ville 1939): where charges fail less often in thirty
days than there are stretches, their number stands for B in the tests of charges.

Learned warnings: by Bayes, a signal that came before a rail's past troubles L times as often as it stirs
on ordinary days multiplies the odds of trouble by L while it stirs, and so takes ln(L) off the threshold
of the tests of charges. It may do so only while it stirs, a part 1/L of ordinary time at most, so that the
false alarms it can add are again exp(-h) a stretch: they are in `pairs`.

After an alarm the same test runs backwards until a rail still in trouble would look as well as this in
one stretch of a thousand: a few good charges after an outage, more after a degradation. Where hardly
anybody is sent any more, two hours without a single sign of trouble end it too, with half the way to the
next alarm already gone.
"""

from dataclasses import replace
from math import exp, inf, log
from typing import Final, NamedTuple

from orderan.health.models import (
    SIGNALS,
    TESTS,
    Chart,
    Norm,
    Past,
    Seen,
    Spread,
    Test,
    Wanted,
    Watched,
)
from orderan.health.rules_norm import LEAST, ORDINARY, hour_of_week

MONTH_S: Final = 30 * 86_400
OUTAGE_SHARE: Final = 0.9
DEGRADATION_POINTS: Final = 0.15
LEAK_POINTS: Final = 0.05
SLOW_POINTS: Final = 0.25
LATE_POINTS: Final = 0.3
SILENCE_LEFT: Final = 0.7
"""Of the payments expected, what comes in when buyers cannot pay: the alternative of SILENCE."""
MOST_ORDINARY: Final = 0.7
"""However wild a rail's hours are, its worst ordinary share is not taken for higher."""

MOST_TROUBLE: Final = 0.99
"""Even in trouble one charge in a hundred may come through."""

OF_CHARGES: Final = (Test.OUTAGE, Test.DEGRADATION, Test.LEAK)
PAIRS: Final = len(TESTS) + len(OF_CHARGES) * len(SIGNALS)

FEWEST_CLIMBS: Final = 1000
"""A month of few charges teaches too little to trust that fewer fail."""

STIRRING: Final = 3.0
"""From this evidence on a signal stirs: twenty to one against the norm."""
FRESH_S: Final = 1800
"""How long after stirring it may still announce trouble."""
BELIEVED_S: Final = 300
"""A trouble shorter than this teaches nothing: it may have been a false alarm."""
LEARNED_FROM: Final = 2
"""Troubles a signal must have come before to be a warning."""
MOST_LOWERED: Final = 0.5
"""Part of the threshold a warning takes off at most."""
FADES_S: Final = 7200
"""An alarm without any sign of trouble for this long ends, and stays half way to the next."""
FORGET_AT: Final = 2000
"""Of a standing alarm, counts above this are halved: the recent weighs more."""

_OUTAGE, _DEGRADATION, _LEAK, _SLOW, _LATE, _SILENCE = range(len(TESTS))
_SIGNAL_CHARTS: Final = tuple(TESTS.index(signal) for signal in SIGNALS)
_LOG_LEFT: Final = log(SILENCE_LEFT)

Charts = tuple[Chart, ...]


class Weights(NamedTuple):
    """What one hit and one miss add to a chart."""

    hit: float
    miss: float


class Detector:
    """The tests of one rail, made from its norm; it remembers nothing itself."""

    def __init__(self, norm: Norm, wanted: Wanted | None = None) -> None:
        wanted = wanted or Wanted()
        self.norm = norm
        self.alarm_at: Final = log(MONTH_S / wanted.bucket_s * PAIRS / wanted.false_alarms)
        self.charges_alarm_at: Final = self.alarm_at + log(
            min(1.0, _climbs(norm) * wanted.bucket_s / MONTH_S)
        )
        self.recover_at: Final = -log(wanted.false_recoveries)
        self._charges: Final = [_of_charges(share, norm.bad_spread) for share in norm.bad]
        self._bad_wobble: Final = [_wobble(share, norm.bad_spread) for share in norm.bad]
        self._slow: Final = _above(norm.slow, norm.slow_spread, SLOW_POINTS)
        self._slow_wobble: Final = _wobble(norm.slow, norm.slow_spread)
        self._late: Final = _above(norm.late, norm.late_spread, LATE_POINTS)
        self._late_wobble: Final = _wobble(norm.late, norm.late_spread)
        self.least_paid: Final = max(1 - MOST_ORDINARY, 1 - ORDINARY * norm.paid_spread.hours)
        self._paid: Final = [share * self.least_paid for share in norm.paid]
        self._paid_wobble: Final = norm.paid_spread.moments**2
        self._left: dict[int, float] = {}

    def begin(self, at: int) -> Watched:
        """A rail of which nothing was seen yet."""
        return Watched(at, (Chart(0.0, at),) * len(TESTS), 0.0, Past(began=at))

    def step(self, was: Watched, seen: Seen) -> Watched:
        """What is remembered after one more stretch."""
        at, start = seen.at, seen.at - seen.seconds
        hour = hour_of_week(start, self.norm.utc_offset_s)
        charts = self._charges_told(was, seen, hour)
        pool = was.open + seen.issued
        if pool:
            left = pool * self._left_after(seen.seconds)
            due = (pool - left) * self._paid[hour]
            pool = left
            llr = seen.paid * _LOG_LEFT + (1 - SILENCE_LEFT) * due
            llr /= 1 + due * self._grains(seen) * self._paid_wobble
            charts = self._with(charts, _SILENCE, llr, seen, due, seen.paid)
        a, b, c, d, e, f = charts
        if a.on or b.on or c.on or d.on or e.on or f.on:
            charts = tuple(self._faded(chart, at) for chart in charts)
        past = was.past if charts is was.charts else _remembered(was.past, charts, at)
        return Watched(at, charts, pool, past)

    def _charges_told(self, was: Watched, seen: Seen, hour: int) -> Charts:
        charts = was.charts
        bank = seen.bank
        bad = seen.gateway + bank + seen.unknown
        tried = seen.made + bad
        if tried:
            alarm_at = self._alarm_at(was.past, seen.at)
            phi = 1 + tried * self._grains(seen) * self._bad_wobble[hour]
            for place, (hit, miss) in enumerate(self._charges[hour]):
                llr = (bad * hit + seen.made * miss) / phi
                charts = self._with(charts, place, llr, seen, tried, bad, bank, alarm_at)
        charges = tried + seen.customer
        if charges:
            llr = seen.slow * self._slow.hit + (charges - seen.slow) * self._slow.miss
            llr /= 1 + charges * self._grains(seen) * self._slow_wobble
            charts = self._with(charts, _SLOW, llr, seen, charges, seen.slow)
        if seen.paid:
            llr = seen.late * self._late.hit + (seen.paid - seen.late) * self._late.miss
            llr /= 1 + seen.paid * self._grains(seen) * self._late_wobble
            charts = self._with(charts, _LATE, llr, seen, seen.paid, seen.late)
        return charts

    def warned_by(self, past: Past, at: int) -> tuple[Test, ...]:
        """Signals that stir now and came before past troubles."""
        return tuple(
            signal
            for place, signal in enumerate(SIGNALS)
            if at - past.stirred_at[place] <= FRESH_S and likelihood(past, place, at) > 1
        )

    def _alarm_at(self, past: Past, at: int) -> float:
        if past.troubles < LEARNED_FROM:
            return self.charges_alarm_at
        most = max(
            (
                likelihood(past, place, at)
                for place in range(len(SIGNALS))
                if at - past.stirred_at[place] <= FRESH_S
            ),
            default=1.0,
        )
        return max(self.charges_alarm_at - log(most), self.charges_alarm_at * (1 - MOST_LOWERED))

    def _with(
        self,
        charts: Charts,
        place: int,
        llr: float,
        seen: Seen,
        of: float,
        hits: int,
        bank: int = 0,
        alarm_at: float | None = None,
    ) -> Charts:
        was = charts[place]
        if llr <= 0 and not was.value and not was.on:
            return charts
        now = self._moved(was, llr, seen, of, hits, bank, alarm_at or self.alarm_at)
        return (*charts[:place], now, *charts[place + 1 :])

    def _moved(
        self, was: Chart, llr: float, seen: Seen, of: float, hits: int, bank: int, alarm_at: float
    ) -> Chart:
        value = was.value - llr if was.on else was.value + llr
        last = seen.at if llr > 0 else was.last
        if was.on:
            if value >= self.recover_at:
                return Chart(0.0, seen.at, last=last)
            of, hits, bank = of + was.of, hits + was.hits, bank + was.bank
            if of > FORGET_AT:
                of, hits, bank = of / 2, hits // 2, bank // 2
            return Chart(max(0.0, value), was.rose, of, hits, bank, last, on=True)
        if value <= 0:
            return Chart(0.0, seen.at, last=last)
        if was.value:
            rose, of, hits, bank = was.rose, of + was.of, hits + was.hits, bank + was.bank
        else:
            rose = seen.at - seen.seconds
        alarmed = value >= alarm_at
        return Chart(0.0 if alarmed else value, rose, of, hits, bank, last, on=alarmed)

    def _faded(self, chart: Chart, at: int) -> Chart:
        if chart.on and at - chart.last > FADES_S:
            return Chart(self.alarm_at / 2, at, last=chart.last)
        return chart

    def _grains(self, seen: Seen) -> float:
        return max(1.0, self.norm.grain_s / seen.seconds)

    def _left_after(self, seconds: int) -> float:
        left = self._left.get(seconds)
        if left is None:
            left = self._left[seconds] = exp(-seconds / self.norm.pay_delay_s)
        return left


def likelihood(past: Past, place: int, at: int) -> float:
    """How many times as often the signal stirred before troubles as it stirs at all; 1 until it is known.

    Half a trouble is added on either side, and one stirring, so that luck is not taken for a law.
    """
    if past.preceded[place] < LEARNED_FROM:
        return 1.0
    before = (past.preceded[place] + 0.5) / (past.troubles + 1)
    ever = (past.stirred_s[place] + FRESH_S) / (at - past.began + FRESH_S)
    return max(1.0, before / ever)


def _remembered(past: Past, now: Charts, at: int) -> Past:
    """What the past is after this stretch: stirrings, a trouble's onset, its end."""
    if past.onset is None:
        for place, chart in enumerate(_SIGNAL_CHARTS):
            if now[chart].on or now[chart].value >= STIRRING:
                past = _stirred(past, place, at)
    troubled = now[_OUTAGE].on or now[_DEGRADATION].on or now[_LEAK].on
    if troubled and past.onset is None:
        rose = min(chart.rose for chart in now[: len(OF_CHARGES)] if chart.on)
        before = tuple(
            at - stirred <= FRESH_S and began < rose
            for stirred, began in zip(past.stirred_at, past.stirred_from, strict=True)
        )
        return replace(past, onset=at, before=before)
    if not troubled and past.onset is not None:
        if at - past.onset < BELIEVED_S:
            return replace(past, onset=None)
        preceded = tuple(
            count + was_before for count, was_before in zip(past.preceded, past.before, strict=True)
        )
        return replace(past, onset=None, troubles=past.troubles + 1, preceded=preceded)
    return past


def _stirred(past: Past, place: int, at: int) -> Past:
    since = at - past.stirred_at[place]
    anew = since > FRESH_S
    return replace(
        past,
        stirred_from=_put(past.stirred_from, place, at) if anew else past.stirred_from,
        stirred_at=_put(past.stirred_at, place, at),
        stirred_s=_put(past.stirred_s, place, past.stirred_s[place] + (FRESH_S if anew else since)),
    )


def _put(numbers: tuple[int, ...], place: int, number: int) -> tuple[int, ...]:
    return (*numbers[:place], number, *numbers[place + 1 :])


def _climbs(norm: Norm) -> float:
    """How often in thirty days a test of charges can begin to climb at most: failures, or all stretches."""
    if not norm.seconds:
        return inf
    failing = _ordinary(max(norm.bad), norm.bad_spread)
    return max(FEWEST_CLIMBS, norm.charges / norm.seconds * MONTH_S * failing)


def _ordinary(share: float, spread: Spread) -> float:
    """The share an ordinary hour rarely passes."""
    return min(MOST_ORDINARY, max(LEAST, share * (1 + ORDINARY * spread.hours)))


def _wobble(share: float, spread: Spread) -> float:
    """What each count adds to phi."""
    return share * spread.moments**2 / (1 - min(share, MOST_ORDINARY))


def _weights(normal: float, trouble: float) -> Weights:
    trouble = min(trouble, MOST_TROUBLE)
    return Weights(log(trouble / normal), log((1 - trouble) / (1 - normal)))


def _above(share: float, spread: Spread, points: float) -> Weights:
    normal = _ordinary(share, spread)
    return _weights(normal, normal + points)


def _of_charges(share: float, spread: Spread) -> tuple[Weights, Weights, Weights]:
    """Of OUTAGE, DEGRADATION and LEAK; fifteen points are counted from the middle, as a person would."""
    normal = _ordinary(share, spread)
    leak = normal + LEAK_POINTS
    degradation = max(leak, share + DEGRADATION_POINTS)
    return (
        _weights(normal, max(OUTAGE_SHARE, degradation)),
        _weights(normal, degradation),
        _weights(normal, leak),
    )

"""What the tests say of a rail, in words; and what is remembered of it, as plain JSON and back."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, Final

from orderan.health.models import (
    TESTS,
    Blame,
    Chart,
    Health,
    Norm,
    Past,
    Reason,
    Seen,
    Spread,
    Test,
    Watched,
    Word,
)
from orderan.health.rules_detect import OF_CHARGES, Detector
from orderan.health.rules_norm import hour_of_week

SPREADS: Final = ("bad_spread", "slow_spread", "late_spread", "paid_spread")
HARDLY_ANY: Final = 0.15
"""Payments seen of those expected, at most, of a rail on which nobody can pay."""
ENOUGH_EXPECTED: Final = 20
SILENT_FOR_S: Final = 300
PRIOR_CHARGES = 10
"""Charges at the norm that are mixed into what an alarm has counted, to guess a rail's success."""


def watch(detector: Detector, was: Watched, seen: Iterable[Seen]) -> Watched:
    """What is remembered after these stretches, in the order of time; one already fed is left out."""
    for one in seen:
        if one.at > was.at:
            was = detector.step(was, one)
    return was


def reading(detector: Detector, watched: Watched) -> Health:
    """How the rail is, and why."""
    norm = detector.norm
    hour = hour_of_week(watched.at - 1, norm.utc_offset_s)
    on = [(test, chart) for test, chart in zip(TESTS, watched.charts, strict=True) if chart.on]
    reasons = tuple(_reason(detector, test, chart, hour) for test, chart in on)
    charges = [chart for test, chart in on if test in OF_CHARGES]
    silent = [chart for test, chart in on if test is Test.SILENCE]
    word = Word.WELL
    if reasons:
        is_down = any(reason.test is Test.OUTAGE for reason in reasons) or _nobody_pays(reasons, watched.at)
        word = Word.DOWN if is_down else Word.DEGRADED
    return Health(
        word=word,
        since=min((reason.since for reason in reasons), default=None),
        reasons=reasons,
        success=1 - _failing(charges[0], norm.bad[hour]) if charges else 1 - norm.bad[hour],
        paid=norm.paid[hour] * (_coming_in(detector, silent[0]) if silent else 1.0),
        warned_by=detector.warned_by(watched.past, watched.at),
    )


def _nobody_pays(reasons: Iterable[Reason], at: int) -> bool:
    """Whether a rail that gives numbers is down all the same: hardly any of them is paid, for minutes.

    A gateway that stops telling of payments looks so at first, until they are found out by asking.
    """
    by_test = {reason.test: reason for reason in reasons}
    silence = by_test.get(Test.SILENCE)
    return (
        silence is not None
        and Test.LATE not in by_test
        and silence.seen <= HARDLY_ANY
        and silence.of >= ENOUGH_EXPECTED
        and at - silence.since >= SILENT_FOR_S
    )


def _failing(chart: Chart, normal: float) -> float:
    return (chart.hits + PRIOR_CHARGES * normal) / (chart.of + PRIOR_CHARGES)


def _coming_in(detector: Detector, chart: Chart) -> float:
    """Payments seen of those normally expected; the chart counts from the worst ordinary hour."""
    expected = chart.of / detector.least_paid
    return min(1.0, (chart.hits + PRIOR_CHARGES) / (expected + PRIOR_CHARGES))


def _reason(detector: Detector, test: Test, chart: Chart, hour: int) -> Reason:
    norm = detector.norm
    if test is Test.SILENCE:
        expected = chart.of / detector.least_paid
        return Reason(test, 1.0, chart.hits / expected, round(expected), chart.rose, Blame.BANK)
    normal = {Test.SLOW: norm.slow, Test.LATE: norm.late}.get(test, norm.bad[hour])
    blame = Blame.BANK if 2 * chart.bank > chart.hits else Blame.GATEWAY
    return Reason(test, normal, chart.hits / chart.of, round(chart.of), chart.rose, blame)


def kept(watched: Watched) -> dict[str, Any]:
    """All of it as plain JSON, about a kilobyte."""
    past = watched.past
    return {
        "at": watched.at,
        "open": round(watched.open, 3),
        "charts": [list(chart) for chart in watched.charts],
        "past": {name: getattr(past, name) for name in Past.__slots__},
    }


def recalled(plain: dict[str, Any]) -> Watched:
    """What `kept` made plain."""
    past: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list | tuple) else value
        for name, value in plain["past"].items()
    }
    charts = tuple(Chart(*chart) for chart in plain["charts"])
    return Watched(plain["at"], charts, plain["open"], Past(**past))


def plain_norm(norm: Norm) -> dict[str, Any]:
    """A norm as plain JSON, about four kilobytes."""
    told = asdict(norm)
    return told | {name: [round(share, 5) for share in told[name]] for name in ("bad", "paid")}


def recalled_norm(plain: dict[str, Any]) -> Norm:
    """What `plain_norm` made plain."""
    shares = {name: tuple(plain[name]) for name in ("bad", "paid")}
    spreads = {name: Spread(**plain[name]) for name in SPREADS}
    return Norm(**plain | shares | spreads)

"""The months of payments: what they count, that the same seed gives the same, and that they can fail."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from random import Random
from statistics import fmean, pvariance
from typing import Any

import pytest

from orderan.bench import CannotMeasure, outages
from orderan.bench.earning import Earned, earned_month
from orderan.bench.incidents import MADE_UP, Incident, Kind, Trouble, happening
from orderan.bench.outages import PROMISES, Figures, measure
from orderan.bench.rails import BEGAN, DAY, HOUR, Nature, Rail, arriving, drawn, rhythm
from orderan.bench.watching import (
    Month,
    Noticed,
    percentile,
    troubles_of,
    watched_month,
)

DEAD = Incident(Kind.FAILING, 1.0, 40.0, 20.0, unknown=False, bank=False)
LATE = Incident(Kind.LATE_NEWS, None, 60.0, 13.0, unknown=False, bank=False)
FILE = "failure_mode,severity_fraction,start_local,duration_min\nall_fail,1.0,20:00,40\nwebhook_delay,,13:00,60\n"


@pytest.mark.parametrize(("of", "share"), [(3, 0.02), (40, 0.3), (40, 0.9), (5_000, 0.4)])
def test_draws_have_the_mean_and_the_spread_of_a_binomial(of: int, share: float) -> None:
    random = Random(2)
    found = [drawn(random, of, share) for _ in range(20_000)]

    assert fmean(found) == pytest.approx(of * share, rel=0.05)
    assert pvariance(found) == pytest.approx(of * share * (1 - share), rel=0.1)
    assert (min(found) >= 0, max(found) <= of) == (True, True)


@pytest.mark.parametrize("mean", [0.05, 4.0, 200.0])
def test_arrivals_have_the_mean_and_the_spread_of_a_poisson(mean: float) -> None:
    random = Random(2)
    found = [arriving(random, mean) for _ in range(20_000)]

    assert fmean(found) == pytest.approx(mean, rel=0.06)
    assert pvariance(found) == pytest.approx(mean, rel=0.1)


def test_a_week_of_the_rhythm_has_mean_one() -> None:
    assert fmean(rhythm(BEGAN + HOUR * hour) for hour in range(168)) == pytest.approx(1, abs=0.01)


def test_every_buyer_who_pays_is_learned_of_once_told_or_not() -> None:
    rail = Rail(Nature(bad=0.0, customer=0.0, late=0.5, paid=0.6), Random(4))
    day = [rail.passes(BEGAN + 60 * n, 60, 100 if n < 500 else 0, None) for n in range(1, 2_000)]

    issued, paid, late = (sum(getattr(one, name) for one in day) for name in ("issued", "paid", "late"))
    assert issued == sum(one.made for one in day) == 49_900
    assert paid == pytest.approx(0.6 * issued, rel=0.02)
    assert late == pytest.approx(0.5 * paid, rel=0.03)


def test_a_trouble_shows_as_what_it_is() -> None:
    def seen(kind: Kind, share: float) -> tuple[float, float]:
        trouble = Trouble(kind, share, BEGAN, BEGAN + DAY, unknown=True, bank=False)
        rail = Rail(Nature(), Random(4))
        now = [rail.passes(BEGAN + HOUR + 10 * n, 10, 100, trouble) for n in range(1, 300)]
        charges = sum(one.made + one.unknown for one in now)
        return sum(one.unknown for one in now) / charges, sum(one.slow for one in now) / charges

    assert seen(Kind.OUTAGE, 1.0)[0] == 1.0
    assert seen(Kind.FAILING, 0.5)[0] == pytest.approx(0.51, abs=0.02)
    assert seen(Kind.DEGRADATION, 0.15)[0] == pytest.approx(0.18, abs=0.02)
    assert seen(Kind.SLOW, 0.7)[1] == pytest.approx(0.72, abs=0.02)


def test_a_months_troubles_come_one_after_the_other_each_at_its_hour() -> None:
    troubles = troubles_of([DEAD, LATE], Random(9))

    assert len(troubles) == 20
    assert all(before.end < after.start for before, after in pairwise(troubles))
    assert {(one.start - BEGAN) // HOUR % 24 for one in troubles} == {13, 20}
    assert sum(one.kind is Kind.DEGRADATION for one in troubles) == 4


def test_an_outage_is_noticed_and_a_watch_that_is_fed_nothing_notices_none() -> None:
    month = watched_month([DEAD], 1.0, 1, seconds=4 * DAY)
    blind = watched_month([DEAD], 1.0, 1, seconds=4 * DAY, blind=True)

    assert [one.trouble for one in month.noticed] == [one.trouble for one in blind.noticed]
    assert len(month.noticed) == 3
    assert all(one.after_s is not None and one.after_s <= 600 for one in month.noticed)
    assert {one.after_s for one in blind.noticed} == {None}
    assert month.false_alarms == blind.false_alarms == 0


def test_the_same_seed_gives_the_same_month_and_another_one_another() -> None:
    assert earned_month([DEAD], 0.2, 1, seconds=DAY) == earned_month([DEAD], 0.2, 1, seconds=DAY)
    assert earned_month([DEAD], 0.2, 1, seconds=DAY) != earned_month([DEAD], 0.2, 2, seconds=DAY)


@pytest.mark.slow
def test_routing_that_sees_earns_more_than_routing_that_does_not_and_less_than_the_oracle() -> None:
    seeing = [earned_month([DEAD], 1.0, seed, seconds=6 * DAY) for seed in range(1)]
    blind = [earned_month([DEAD], 1.0, seed, seconds=6 * DAY, blind=True) for seed in range(1)]

    def share(months: list[Earned]) -> float:
        return sum(one.routed for one in months) / sum(one.oracle for one in months)

    assert share(blind) < share(seeing) < 1


def test_percentiles_count_what_was_never_noticed_as_a_day() -> None:
    assert percentile([], 0.95) == 86_400.0
    assert percentile(list(range(1, 101)), 0.95) == 95.0
    assert percentile([10, None], 0.5) == 10.0
    assert percentile([10, None], 0.95) == 86_400.0


def test_a_trouble_is_counted_at_the_traffic_it_met() -> None:
    def met(per_second: float, hour: int) -> float:
        trouble = Trouble(Kind.OUTAGE, 1.0, BEGAN + HOUR * hour, BEGAN + DAY, unknown=False, bank=False)
        month = Month(noticed=[Noticed(trouble, 10)])
        found = outages._by_traffic([((per_second, 1), month)])
        return next(rate for rate, noticed in found.items() if noticed)

    assert [met(1.0, 3), met(1.0, 20), met(5.0, 3), met(5.0, 20)] == [0.2, 1.0, 1.0, 5.0]


@pytest.mark.slow
def test_the_whole_measure_on_a_file_of_ones_own_and_that_it_fails_blind(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text(FILE, "utf-8")

    seeing = measure(incidents=file, seeds=1, days=8, workers=1)
    blind = measure(incidents=file, seeds=1, days=8, workers=1, blind=True)

    assert missed(seeing) == set()
    assert {"detect_outage_s_p95", "detect_degradation_s_p95"} <= missed(blind)
    assert seeing.incidents == {"rows": 2, "used": 2, "not_of_a_rail": 0, "not_understood": 0, "made_up": 0}
    assert seeing.kinds["1_per_s"]["outage"]["never_noticed"] == 0
    assert blind.kinds["1_per_s"]["outage"]["never_noticed"] == blind.kinds["1_per_s"]["outage"]["count"]


@pytest.mark.parametrize(
    ("figure", "value"),
    [
        ("detect_outage_s_p95", 60.01),
        ("detect_degradation_s_p95", 600.01),
        ("false_alarms_per_rail_month", 1.01),
        ("earned_vs_oracle", 0.9699),
    ],
)
def test_each_bound_can_be_missed_and_binds(figure: str, value: float) -> None:
    good = Figures(60.0, 600.0, 1.0, 0.97, 1.0, 0.0, 0.0, {}, {}, {}, {}, 1)

    changed: dict[str, Any] = {figure: value}

    assert missed(good) == set()
    assert missed(replace(good, **changed)) == {figure}


def missed(figures: Figures) -> set[str]:
    values = {promise.figure: getattr(figures, promise.figure) for promise in PROMISES}
    return {promise.figure for promise in PROMISES if promise.binds and not promise.met(values)}


def test_a_file_that_was_named_and_is_not_there_is_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(CannotMeasure, match=r"mine\.csv"):
        measure(incidents=tmp_path / "mine.csv", seeds=1)


def test_without_the_data_set_outages_are_made_up_of_every_kind_and_it_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ORDERAN_DATA_SETS", str(tmp_path))
    said: list[str] = []

    figures = measure(seeds=1, days=1, workers=1, tell=said.append)

    assert "no data set of incidents here: outages are made up" in said
    assert figures.incidents == {
        "rows": 0, "used": 11, "not_of_a_rail": 0, "not_understood": 0, "made_up": 11,
    }  # fmt: skip
    happens = {happening(one, MADE_UP.incidents, Random(3))[0] for one in MADE_UP.incidents}
    assert happens >= set(Kind)

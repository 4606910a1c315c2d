"""What is normal is learned from hours that were well; what came before troubles, from the troubles."""

import json
from math import exp
from random import Random

import pytest

from health.given import MONDAY, norm, stretch
from orderan.health import (
    Detector,
    Seen,
    Spread,
    Test,
    Watched,
    Word,
    hour_of_week,
    kept,
    learned,
    reading,
    recalled,
    slow_limit,
    watch,
)

HOUR = 3_600
DETECTOR = Detector(norm(bad=0.015))


def test_the_hour_of_the_week_begins_on_monday_in_the_shops_zone() -> None:
    assert hour_of_week(MONDAY, 7 * HOUR) == 0
    assert hour_of_week(MONDAY - 1, 7 * HOUR) == 167
    assert hour_of_week(MONDAY + 25 * HOUR, 7 * HOUR) == 25
    assert hour_of_week(MONDAY, 9 * HOUR) == 2


def four_weeks(bad: dict[int, int]) -> list[Seen]:
    """Hours of a thousand charges, of which so many fail in that hour of the week."""
    return [
        Seen(
            MONDAY + HOUR * (number + 1),
            HOUR,
            made=1_000 - bad.get(number % 168, 20),
            gateway=bad.get(number % 168, 20),
            customer=100,
            slow=55,
            issued=500,
            paid=300,
            late=6,
        )
        for number in range(4 * 168)
    ]


def test_shares_are_learned_by_hour_of_the_week() -> None:
    known = learned(four_weeks({3: 100}), slow_ms=2_000, pay_delay_s=300.0)

    assert known.bad[0] == pytest.approx(0.02, abs=1e-3)
    assert known.bad[3] == pytest.approx(0.0963, abs=1e-3)
    assert known.paid[17] == pytest.approx(0.6, abs=1e-3)
    assert known.slow == pytest.approx(0.05, abs=1e-3)
    assert known.late == pytest.approx(0.02, abs=1e-3)
    assert known.charges == 4 * 168 * 1_000


def test_payments_are_set_against_those_due_and_not_against_those_just_issued() -> None:
    # Four days: buyers take a quarter of an hour on average, and twice as many come in the evening.
    random = Random(8)
    waiting, seen = 0, []
    for number in range(1, 4 * 1_440 + 1):
        issued = 200 if number % 1_440 > 1_080 else 100
        waiting += issued
        gone = round(waiting * (1 - exp(-60 / 900)))
        waiting -= gone
        paid = sum(random.random() < 0.5 for _ in range(gone))
        seen.append(Seen(MONDAY + 60 * number, 60, made=issued, issued=issued, paid=paid))

    known = learned(seen, slow_ms=1, pay_delay_s=900.0)

    assert [known.paid[hour] for hour in (12, 18, 19, 23)] == pytest.approx([0.5] * 4, abs=0.02)
    assert known.paid_spread.hours == 0.05
    assert known.paid_spread.moments < 0.05


def test_hours_that_were_not_well_are_left_out() -> None:
    hours = four_weeks({})
    hours[200] = hours[200]._replace(made=0, gateway=1_000)

    assert max(learned(hours, slow_ms=1, pay_delay_s=1.0).bad) > 0.1
    well = learned(hours, slow_ms=1, pay_delay_s=1.0, was_well=lambda one: one.made > 0)
    assert max(well.bad) < 0.021


def test_a_rail_without_a_past_is_taken_for_an_ordinary_one() -> None:
    known = learned([], slow_ms=2_000, pay_delay_s=300.0)

    assert set(known.bad) == {0.02}
    assert (known.slow, known.late, set(known.paid), known.bad_spread) == (
        0.05,
        0.02,
        {0.6},
        Spread(0.05, 0.0),
    )


def test_what_luck_does_not_explain_is_spread_of_hours_or_of_moments() -> None:
    random = Random(5)
    calm: list[Seen] = []
    wild: list[Seen] = []
    nervous: list[Seen] = []
    for hour in range(4 * 168):
        of_hour = random.choice((0.5, 1.5))
        for minutes in range(0, 60, 20):
            at = MONDAY + HOUR * hour + 60 * (minutes + 20)
            of_moment = random.choice((0.5, 1.5))
            for stretches, share in ((calm, 0.02), (wild, 0.02 * of_hour), (nervous, 0.02 * of_moment)):
                bad = sum(random.random() < share for _ in range(500))
                stretches.append(Seen(at, 1_200, made=500 - bad, gateway=bad))

    def spread(seen: list[Seen]) -> tuple[float, float]:
        found = learned(seen, slow_ms=1, pay_delay_s=1.0).bad_spread
        return found.hours, found.moments

    assert spread(calm) == pytest.approx((0.05, 0.0), abs=0.12)
    assert spread(wild) == pytest.approx((0.5, 0.0), abs=0.15)
    # Three moments an hour: a third of their variance is left in the hour.
    assert spread(nervous) == pytest.approx((0.29, 0.41), abs=0.1)


@pytest.mark.parametrize(
    ("latencies", "limit"), [([], 3_000), ([100, 200, 300], 1_000), ([700, 701, 900], 2_200)]
)
def test_slow_is_thrice_the_median_and_never_under_a_second(latencies: list[int], limit: int) -> None:
    assert slow_limit(latencies) == limit


def week_of_troubles(*, warned: bool, troubles: int = 4) -> Watched:
    """Troubles a day apart, with or without ten slow minutes that end five minutes before."""
    was = DETECTOR.begin(MONDAY)
    slow = {"made": 10, "slow": 5 if warned else 0}
    parts = [
        (8_000, {"made": 10}),
        (60, slow),
        (30, {"made": 10}),
        (60, {"gateway": 10}),
        (490, {"made": 10}),
    ]
    number = 0
    for _ in range(troubles):
        for times, counts in parts:
            stretches = [stretch(number + one, **counts) for one in range(1, times + 1)]
            was = watch(DETECTOR, was, stretches)
            number += times
    return was


def failures_until_down(was: Watched, *, slow: int) -> int:
    start = (was.at - MONDAY) // 10
    ready = watch(DETECTOR, was, [stretch(start + one, made=10) for one in range(1, 4_000)])
    ready = watch(DETECTOR, ready, [stretch(start + 4_000, made=10, slow=slow)])
    for failures in range(1, 100):
        ready = watch(DETECTOR, ready, [stretch(start + 4_000 + failures, gateway=1)])
        if reading(DETECTOR, ready).word is Word.DOWN:
            return failures
    raise AssertionError


def test_a_signal_that_came_before_past_troubles_makes_the_next_alarm_come_sooner() -> None:
    taught = week_of_troubles(warned=True)

    assert (taught.past.troubles, taught.past.preceded) == (4, (4, 0, 0))
    assert failures_until_down(taught, slow=0) == 4
    assert failures_until_down(taught, slow=5) == 3


def test_the_same_signal_means_nothing_on_a_rail_whose_troubles_came_without_it() -> None:
    untaught = week_of_troubles(warned=False)

    assert (untaught.past.troubles, untaught.past.preceded) == (4, (0, 0, 0))
    assert failures_until_down(untaught, slow=5) == 4


def test_one_coincidence_is_no_lesson() -> None:
    assert failures_until_down(week_of_troubles(warned=True, troubles=1), slow=5) == 4


def test_a_warning_is_told_while_it_is_fresh() -> None:
    taught = week_of_troubles(warned=True)
    number = (taught.at - MONDAY) // 10
    slow = watch(DETECTOR, taught, [stretch(number + 1, made=10, slow=5)])

    assert reading(DETECTOR, slow).warned_by == (Test.SLOW,)
    later = watch(DETECTOR, slow, [stretch(number + n, made=10) for n in range(2, 300)])
    assert reading(DETECTOR, later).warned_by == ()


def test_slowness_that_begins_with_the_trouble_is_no_warning_of_it() -> None:
    was = DETECTOR.begin(MONDAY)
    was = watch(DETECTOR, was, [stretch(n, made=10) for n in range(1, 1_000)])
    was = watch(DETECTOR, was, [stretch(n, gateway=10, slow=10) for n in range(1_000, 1_060)])
    was = watch(DETECTOR, was, [stretch(n, made=10) for n in range(1_060, 1_200)])

    assert (was.past.troubles, was.past.preceded) == (1, (0, 0, 0))


def test_a_trouble_too_short_to_believe_teaches_nothing() -> None:
    was = DETECTOR.begin(MONDAY)
    was = watch(DETECTOR, was, [stretch(1, gateway=10), *(stretch(n, made=50) for n in range(2, 20))])

    assert reading(DETECTOR, was).word is Word.WELL
    assert was.past.troubles == 0


def test_the_watch_put_away_as_json_and_taken_up_goes_on_the_same() -> None:
    random = Random(3)
    seen = [
        stretch(
            number,
            made=random.randrange(5),
            gateway=random.randrange(2) if number % 400 > 330 else 0,
            slow=random.randrange(2),
            issued=random.randrange(4),
            paid=random.randrange(3),
            late=random.randrange(2),
        )
        for number in range(1, 2_000)
    ]
    whole = watch(DETECTOR, DETECTOR.begin(MONDAY), seen)
    was = DETECTOR.begin(MONDAY)
    for start in range(0, len(seen), 77):
        was = recalled(json.loads(json.dumps(kept(was))))
        was = watch(DETECTOR, was, seen[start : start + 77])

    assert kept(was) == kept(whole)
    assert reading(DETECTOR, was) == reading(DETECTOR, whole)
    assert len(json.dumps(kept(was))) < 1_500

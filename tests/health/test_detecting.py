"""Each test notices what it is for, says so in numbers, and lets go when it is over."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from math import log
from pathlib import Path
from random import Random

import pytest

from health.given import MONDAY, norm, stretch
from orderan.health import (
    MEASURED_FALSE_ALARMS,
    Blame,
    Detector,
    Health,
    Reason,
    Seen,
    Test,
    Wanted,
    Watched,
    Word,
    reading,
    watch,
)

DETECTOR = Detector(norm())


def fed(*parts: tuple[int, dict[str, int]], detector: Detector = DETECTOR) -> Watched:
    """The watch after so many stretches of each kind, one kind after the other."""
    return watch(detector, detector.begin(MONDAY), _stretches(parts))


def _stretches(parts: tuple[tuple[int, dict[str, int]], ...]) -> Iterator[Seen]:
    numbers = count(1)
    for times, counts in parts:
        for _ in range(times):
            yield stretch(next(numbers), **counts)


GOOD = {"made": 10}
DEAD = {"gateway": 10}


def test_the_threshold_follows_from_the_wanted_rate_alone() -> None:
    # Of 259,200 stretches a month and 15 pairs of a test and what may lower it, one false alarm.
    assert DETECTOR.alarm_at == pytest.approx(log(259_200 * 15))
    assert Detector(norm(), Wanted(false_alarms=0.1)).alarm_at == pytest.approx(log(259_200 * 150))
    assert Detector(norm(), Wanted(bucket_s=60)).alarm_at == pytest.approx(log(43_200 * 15))


def test_the_rate_that_is_stated_is_the_one_that_was_published_and_within_what_is_wanted() -> None:
    assert Wanted().false_alarms >= MEASURED_FALSE_ALARMS
    published = (Path(__file__).parents[2] / "docs" / "performance.md").read_text()
    assert f"{MEASURED_FALSE_ALARMS} false alarms a rail and month" in " ".join(published.split())


def test_few_failures_a_month_are_few_chances_of_a_false_alarm() -> None:
    def charges_alarm_at(charges: int) -> float:
        return Detector(replace(norm(), charges=charges, seconds=30 * 86_400)).charges_alarm_at

    # Two in a hundred of half a million charges fail: 10,000 climbs instead of 259,200.
    assert charges_alarm_at(500_000) == pytest.approx(log(10_000 * 15))
    assert charges_alarm_at(20_000_000) == pytest.approx(log(259_200 * 15))
    assert charges_alarm_at(100) == pytest.approx(log(1_000 * 15))
    assert DETECTOR.charges_alarm_at == DETECTOR.alarm_at


def test_a_rail_of_which_nothing_was_seen_is_well_at_its_norm() -> None:
    health = reading(DETECTOR, DETECTOR.begin(MONDAY))

    assert (health.word, health.since, health.reasons) == (Word.WELL, None, ())
    assert (health.success, health.paid) == (0.98, 0.6)


def test_a_dead_rail_is_down_after_its_first_ten_charges_and_says_why() -> None:
    health = reading(DETECTOR, fed((100, GOOD), (1, DEAD)))

    assert (health.word, health.since) == (Word.DOWN, MONDAY + 1_000)
    assert health.reasons[0] == Reason(Test.OUTAGE, 0.02, 1.0, 10, MONDAY + 1_000, Blame.GATEWAY)
    assert health.success == pytest.approx(1 - 10.2 / 20)


def test_four_failures_in_a_row_are_enough_and_three_are_not() -> None:
    # Each is ln(0.9 / 0.02) = 3.81 of evidence; an alarm takes 15.17.
    assert reading(DETECTOR, fed((3, {"unknown": 1}))).word is Word.WELL
    assert reading(DETECTOR, fed((4, {"unknown": 1}))).word is Word.DOWN


def test_fifteen_points_more_failures_are_a_degradation_and_not_an_outage() -> None:
    health = reading(DETECTOR, fed((100, GOOD), (12, {"made": 8, "gateway": 2})))

    assert health.word is Word.DEGRADED
    assert [reason.test for reason in health.reasons] == [Test.DEGRADATION, Test.LEAK]
    assert health.reasons[0].seen == pytest.approx(0.2)


def test_five_points_more_are_found_in_time() -> None:
    health = reading(DETECTOR, fed((100, GOOD), (100, {"made": 9, "gateway": 1})))

    assert health.word is Word.DEGRADED
    assert Test.LEAK in {reason.test for reason in health.reasons}


@pytest.mark.parametrize("share", [0.0, 0.02, 0.03])
def test_failing_as_ever_is_no_trouble(share: float) -> None:
    every = round(1 / share / 10) if share else 0
    numbers = range(1, 8_641)
    day = [
        stretch(number, made=9, gateway=1) if every and number % every == 0 else stretch(number, made=10)
        for number in numbers
    ]

    assert reading(DETECTOR, watch(DETECTOR, DETECTOR.begin(MONDAY), day)).word is Word.WELL


def test_a_customers_failure_never_counts_against_the_gateway() -> None:
    with_them = fed((50, {"made": 5, "customer": 50}), (50, {"customer": 500}))
    without = fed((50, {"made": 5}), (50, {}))

    assert with_them.charts == without.charts
    assert reading(DETECTOR, with_them) == reading(DETECTOR, without)


def test_a_bank_that_fails_is_told_apart_from_its_gateway() -> None:
    by_bank = reading(DETECTOR, fed((1, {"bank": 8, "gateway": 2})))
    by_gateway = reading(DETECTOR, fed((1, {"bank": 5, "gateway": 3, "unknown": 2})))

    assert by_bank.reasons[0].blame is Blame.BANK
    assert by_gateway.reasons[0].blame is Blame.GATEWAY


def test_slow_answers_are_a_degradation_of_their_own() -> None:
    health = reading(DETECTOR, fed((10, GOOD), (3, {"made": 10, "slow": 8})))

    assert health.word is Word.DEGRADED
    assert [reason.test for reason in health.reasons] == [Test.SLOW]
    assert (health.reasons[0].expected, health.reasons[0].seen) == (0.05, 0.8)


def test_payments_told_late_are_a_degradation_though_charges_are_well() -> None:
    health = reading(DETECTOR, fed((10, {"made": 10, "paid": 5}), (3, {"made": 10, "paid": 5, "late": 5})))

    assert (health.word, [reason.test for reason in health.reasons]) == (Word.DEGRADED, [Test.LATE])
    assert health.success == 0.98


def test_buyers_who_cannot_pay_what_they_were_given_are_noticed() -> None:
    steady = (360, {"made": 10, "issued": 10, "paid": 6})
    health = reading(DETECTOR, fed(steady, (12, {"made": 10, "issued": 10})))

    assert reading(DETECTOR, fed(steady)).word is Word.WELL
    assert [reason.test for reason in health.reasons] == [Test.SILENCE]
    assert health.reasons[0].blame is Blame.BANK
    assert health.paid < 0.3


def test_a_rail_whose_numbers_hardly_anybody_can_pay_is_down_and_one_that_some_can_is_not() -> None:
    steady = (360, {"made": 10, "issued": 10, "paid": 6})

    def silent(minutes: int, paid: int) -> Health:
        return reading(DETECTOR, fed(steady, (minutes * 6, {"made": 10, "issued": 10, "paid": paid})))

    assert (silent(3, 0).word, silent(3, 0).reasons[0].test) == (Word.DEGRADED, Test.SILENCE)
    assert silent(6, 0).word is Word.DOWN
    assert silent(6, 0).reasons[0].of >= 20
    assert silent(20, 2).word is Word.DEGRADED


def _known(random: Random, a_second: float, *, told_until: int, ended: int) -> dict[int, list[int]]:
    """By stretch: numbers given, payments learned of, and of those late. Nobody tells after a moment; then each is
    found when its number is asked for by the clock.
    """
    found: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    at = 0.0
    while (at := at + random.expovariate(a_second)) < ended:
        found[int(at // 10) + 1][0] += 1
        if random.random() < 0.6:
            paid = at + random.expovariate(1 / 300)
            asked = (at + age for age in (120, 420, 1_320, 3_120, 6_720) if at + age >= paid)
            known = paid if paid < told_until else next(asked, paid + 3_600)
            counted = found[int(known // 10) + 1]
            counted[1] += 1
            counted[2] += known - paid > 120
    return found


@pytest.mark.parametrize("a_second", [0.2, 1.0, 5.0])
def test_a_gateway_that_stops_telling_of_payments_is_never_down_for_it(a_second: float) -> None:
    told_until, ended = 6_000, 13_200
    for seed in range(3):
        known = _known(Random(seed), a_second, told_until=told_until, ended=ended)
        watched, words = DETECTOR.begin(MONDAY), set()
        for number in range(1, ended // 10):
            issued, paid, late = known[number]
            watched = watch(
                DETECTOR, watched, [stretch(number, made=issued, issued=issued, paid=paid, late=late)]
            )
            words.add(reading(DETECTOR, watched).word)
        assert Word.DOWN not in words


def test_an_outage_does_not_also_pass_for_buyers_who_do_not_pay() -> None:
    # Nothing was issued while it was down, and what was issued before is paid as ever.
    steady = (360, {"made": 10, "issued": 10, "paid": 6})
    dying = tuple((1, {"gateway": 10, "paid": round(6 * 0.967**n)}) for n in range(1, 100))

    health = reading(DETECTOR, fed(steady, *dying))

    assert {reason.test for reason in health.reasons} == {Test.OUTAGE, Test.DEGRADATION, Test.LEAK}


def test_a_few_good_charges_after_an_outage_leave_it_degraded_and_more_make_it_well() -> None:
    outage = (30, DEAD)

    assert reading(DETECTOR, fed(outage, (3, {"made": 1}))).word is Word.DOWN
    assert reading(DETECTOR, fed(outage, (4, {"made": 1}))).word is Word.DEGRADED
    assert reading(DETECTOR, fed(outage, (5, GOOD))).word is Word.DEGRADED
    assert reading(DETECTOR, fed(outage, (20, GOOD))).word is Word.WELL


def test_a_rail_that_still_half_fails_is_not_called_well() -> None:
    flickering = tuple((1, {"made": 1} if number % 2 else {"gateway": 1}) for number in range(1_000))

    words = {reading(DETECTOR, fed((3, DEAD), *flickering[:length])).word for length in range(0, 1_000, 50)}

    assert Word.WELL not in words


def test_an_alarm_nobody_can_confirm_fades_and_the_next_comes_easier() -> None:
    down = fed((3, DEAD))
    silent = [stretch(number) for number in range(4, 4 + 721)]

    assert reading(DETECTOR, watch(DETECTOR, down, silent[:-4])).word is Word.DOWN
    faded = watch(DETECTOR, down, silent)
    assert reading(DETECTOR, faded).word is Word.WELL
    again = watch(DETECTOR, faded, [stretch(800, gateway=3)])
    assert reading(DETECTOR, again).word is Word.DOWN


def test_a_rail_whose_ordinary_hours_are_wild_needs_more_to_alarm() -> None:
    wild = Detector(norm(spread=0.5))
    # The worst ordinary hour fails 2 % x (1 + 3 x 0.5) = 5 %.
    bad_hour = (180, {"made": 19, "gateway": 1})

    assert reading(wild, fed(bad_hour, detector=wild)).word is Word.WELL
    assert reading(DETECTOR, fed(bad_hour)).word is Word.DEGRADED


def test_what_wobbles_from_moment_to_moment_takes_weight_from_the_evidence() -> None:
    # 60 a minute expected 1.2 times, wobbling by a whole share: phi = 1 + 1.2 x 1 / 0.98 = 2.22.
    nervous = Detector(norm(moments=1.0))
    calm_value = fed((1, {"made": 8, "gateway": 2})).charts[1].value
    value = fed((1, {"made": 8, "gateway": 2}), detector=nervous).charts[1].value

    assert value == pytest.approx(calm_value / (1 + 60 * 0.02 / 0.98))


def test_a_stretch_already_fed_counts_once() -> None:
    once = fed((3, {"unknown": 1}))

    assert watch(DETECTOR, once, [stretch(number, unknown=1) for number in range(1, 4)]) == once


def test_the_hour_of_the_week_has_its_own_norm() -> None:
    # From 03:00 to 04:00 on Mondays a third of charges fails, every week.
    nightly = replace(norm(), bad=(*(0.02,) * 3, 0.33, *(0.02,) * 164))
    detector = Detector(nightly)
    failing = [stretch(number, made=7, gateway=3) for number in range(3 * 360 + 1, 4 * 360 + 1)]

    assert reading(detector, watch(detector, detector.begin(MONDAY), failing)).word is Word.WELL
    elsewhere = [stretch(number, made=7, gateway=3) for number in range(1, 11)]
    assert reading(detector, watch(detector, detector.begin(MONDAY), elsewhere)).word is Word.DEGRADED

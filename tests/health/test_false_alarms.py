"""The stated rate of false alarms, held on ordinary traffic; and what would break it."""

from itertools import pairwise
from random import Random

from health.given import MONDAY, norm
from orderan.health import Detector, Seen, Watched


def traffic(random: Random, bad: float, number: int) -> Seen:
    charges = 10
    return Seen(
        MONDAY + 10 * number,
        10,
        made=charges - (failed := sum(random.random() < bad for _ in range(charges))),
        gateway=failed,
        slow=sum(random.random() < 0.05 for _ in range(charges)),
    )


def alarms(detector: Detector, bad: float, *, days: int, seed: int) -> int:
    random = Random(seed)
    was: Watched = detector.begin(MONDAY)
    words = []
    for number in range(1, days * 8_640 + 1):
        was = detector.step(was, traffic(random, bad, number))
        words.append(any(chart.on for chart in was.charts))
    return sum(now and not before for before, now in pairwise(words))


def test_ten_days_of_ordinary_traffic_raise_no_alarm() -> None:
    assert alarms(Detector(norm()), 0.02, days=10, seed=1) == 0


def test_a_norm_that_is_too_good_raises_them() -> None:
    assert alarms(Detector(norm(bad=0.002)), 0.02, days=2, seed=1) > 0

"""A few days of COD orders and a small crowd: the counts add up, and can tell when something is wrong."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from orderan.bench import crowd
from orderan.bench.crowd import Crowd
from orderan.bench.ground import Ground
from orderan.bench.months import lived
from orderan.bench.neighbours import FAKE, Kind, Neighbourhood
from orderan.bench.trusting import PROMISES, asking_minor, percentile
from orderan.kit.db import Database
from orderan.verification import Way

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

MONDAY = datetime(2026, 11, 30, 17, tzinfo=UTC)


def test_the_same_seed_is_the_same_neighbourhood_and_three_in_ten_do_not_mean_it() -> None:
    days = [Neighbourhood(4).day(MONDAY, 100) for _ in range(2)]
    kinds = Counter(person.kind for _, person in days[0])

    assert days[0] == days[1] != Neighbourhood(5).day(MONDAY, 100)
    assert sum(not person.means_it for _, person in days[0]) == FAKE * 100
    assert set(kinds) == set(Kind)
    assert all(MONDAY <= at < MONDAY + timedelta(days=1) for at, _ in days[0])


async def test_days_of_orders_are_counted_once_and_a_prank_that_nobody_confirms_stays(
    bench_ground: Ground, db: Database
) -> None:
    over = await lived(bench_ground, db, chosen=True, days=2, a_day=30, known=20, seed=3)

    assert over.orders == over.meant + over.fakes == 60
    assert 0 < over.fakes_shipped < over.fakes
    assert over.meant_lost < over.meant // 4
    assert over.sent_back >= over.fakes_shipped
    assert (over.undecided, over.audit_findings) == (0, 0)
    assert over.calls == over.attempts[Way.CALL] + over.attempts[Way.AGENT] < over.asked
    assert asking_minor(over) > 0


async def test_a_crowd_ends_in_one_state_each_whatever_its_letters_do(
    bench_ground: Ground, db: Database
) -> None:
    figures = await a_crowd(bench_ground, db).asked(120, tell=lambda _: None)

    assert figures.verifications == 120
    assert (figures.undecided, figures.contradicted, figures.audit_findings) == (0, 0, 0)


async def test_control_a_forged_answer_that_is_taken_is_noticed(
    bench_ground: Ground, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crowd, "FORGED", 0.3)
    monkeypatch.setattr("orderan.messaging.whatsapp.wire.signed", lambda *_: True)
    figures = await a_crowd(bench_ground, db).asked(60, tell=lambda _: None)

    assert figures.contradicted > 0


def a_crowd(ground: Ground, db: Database) -> Crowd:
    return Crowd(ground, db, Neighbourhood(2), random.Random(2))


@pytest.mark.parametrize(
    ("figure", "value"),
    [("fakes_stopped", 0.79), ("honest_lost", 0.011), ("calls_vs_everybody", 0.51), ("messages_doubled", 1)],
)
def test_each_bound_can_be_missed(figure: str, value: float) -> None:
    [promise] = [one for one in PROMISES if one.figure == figure]

    assert promise.binds
    assert not promise.met({figure: value})


def test_a_percentile_is_of_what_was_measured() -> None:
    assert percentile([float(n) for n in range(1, 101)], 0.99) == 100.0
    assert percentile([3.0], 0.99) == 3.0

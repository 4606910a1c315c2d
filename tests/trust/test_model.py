"""A model learned from past orders: what it finds, what it must never do, and how it is judged."""

import json
import random
import sys
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from orderan.trust import (
    DEFAULT,
    DIRECTIONS,
    Facts,
    Leaning,
    LearningNotInstalled,
    Lived,
    Measure,
    Model,
    ModelUnreadable,
    Opinion,
    Speaking,
    TooLittleHistory,
    Way,
    auc_difference,
    average_precision,
    backtest,
    decide,
    fit,
    opinion,
    parted,
    plain_facts,
    plain_model,
    precision_at,
    ranking,
    read_facts,
    read_model,
)
from orderan.trust.rules_fit import _trees
from orderan.trust.rules_model import raw_of
from trust.learned import FAR, MODEL

NOW: Final = datetime(2026, 11, 29, tzinfo=UTC)
Seen = dict[Measure, int]


def lived(count: int, chance: Callable[[Way, Seen], float], *, seed: int = 1) -> list[Lived]:
    """Orders of half a year, an hour apart, each known two days after it was placed."""
    dice = random.Random(seed)
    found = []
    for number in range(count):
        at = NOW - timedelta(hours=count - number + 48)
        way = dice.choice(list(Way))
        seen = {
            Measure.AMOUNT_THOUSANDS: int(dice.lognormvariate(5.3, 0.8)),
            Measure.IP_ELSEWHERE: int(dice.random() < 0.3),
            Measure.TEXT_SIGNS: int(dice.random() < 0.05),
            Measure.PHONE_FRESH: int(dice.random() < 0.5),
            Measure.PERSON_DELIVERED: dice.choice((0, 0, 0, 1, 2, 5)),
        }
        measures = {measure: value for measure, value in seen.items() if value}
        bad, known = dice.random() < chance(way, seen), at + timedelta(days=2)
        facts = Facts(way, 1_000 * seen[Measure.AMOUNT_THOUSANDS], measures)
        found.append(Lived(at, facts, None if bad else known, known if bad else None))
    return found


def unseen_by_rules(way: Way, seen: Seen) -> float:
    """Dear orders from another province, paid at the door: each sign alone is nothing to the rules."""
    if way is Way.COD and seen[Measure.IP_ELSEWHERE] and seen[Measure.AMOUNT_THOUSANDS] >= 200:
        return 0.7
    return 0.3 if seen[Measure.TEXT_SIGNS] else 0.05


@pytest.fixture(scope="module")
def learned() -> Model:
    return fit(parted(lived(2_400, unseen_by_rules), now=NOW))


def test_a_combination_the_rules_do_not_see_is_learned_and_beats_them(learned: Model) -> None:
    parts = parted(lived(2_400, unseen_by_rules), now=NOW)

    found = backtest(parts, learned, DEFAULT, capacity=2)

    assert found.beats
    assert found.both.auc > found.rules.auc + 0.1
    assert found.both.average_precision > found.rules.average_precision + 0.2
    assert found.both.precision > found.rules.precision + 0.2
    assert found.looked_at == 2 * 25
    assert abs(found.said - found.seen) < 0.04
    assert max(learned.weights, key=learned.weights.__getitem__) in {FAR, "amount_thousands"}


@pytest.mark.parametrize("seed", range(3))
def test_ends_that_nothing_foretells_leave_a_model_silent(seed: int) -> None:
    parts = parted(lived(1_200, lambda _way, _seen: 0.15, seed=seed), now=NOW)

    assert not backtest(parts, fit(parts), DEFAULT, capacity=10).beats


def test_more_against_an_order_never_lowers_its_points_and_more_for_it_never_raises_them(
    learned: Model,
) -> None:
    dice = random.Random(7)
    speaking = Speaking(1, learned)

    def points(measures: Seen) -> int:
        facts = Facts(Way.COD, 0, measures)
        return decide(replace(facts, opinion=opinion(speaking, facts)), DEFAULT).points

    moved = 0
    for one in dice.sample(lived(600, unseen_by_rules, seed=3), 120):
        before = points(dict(one.facts.measures))
        for measure in Measure:
            more = points({**one.facts.measures, measure: one.facts.measures.get(measure, 0) + 5})
            assert (before - more if measure is Measure.PERSON_DELIVERED else more - before) >= 0, measure
            moved += more != before
    assert moved > 100


def test_what_became_known_after_the_judged_part_began_teaches_nothing() -> None:
    past = lived(1_200, unseen_by_rules)
    parts = parted(past, now=NOW)
    # Early orders that were delivered, and of which it turns out late that they were fraud: a label of tomorrow.
    late = [
        replace(one, bad_at=NOW - timedelta(hours=1)) if one.good_at is not None and number < 300 else one
        for number, one in enumerate(past)
    ]
    # Others nobody knew anything of until then.
    unknown = [
        replace(one, good_at=NOW - timedelta(hours=1), bad_at=None) if number < 100 else one
        for number, one in enumerate(past)
    ]

    assert parted(late, now=NOW).fitting == parts.fitting
    assert {one.at for one in parted(unknown, now=NOW).fitting}.isdisjoint(one.at for one in past[:100])
    for part in (parts, parted(late, now=NOW)):
        assert max(one.at for one in part.fitting) < min(one.at for one in part.calibrating)
        assert max(one.at for one in part.calibrating) < part.judge_from <= min(one.at for one in part.judged)


def test_a_model_sees_what_was_known_at_the_order_and_not_what_another_model_said() -> None:
    assert set(DIRECTIONS) == {str(measure) for measure in Measure} | {"cod"}
    said = Opinion(3, 900, (Leaning(FAR, 1, 60),))
    past = [replace(one, facts=replace(one.facts, opinion=said)) for one in lived(1_200, unseen_by_rules)]

    parts = parted(past, now=NOW)

    assert {
        one.facts.opinion for part in (parts.fitting, parts.calibrating, parts.judged) for one in part
    } == {None}
    assert parts == parted(lived(1_200, unseen_by_rules), now=NOW)


def test_too_few_of_either_kind_are_told_with_how_many_there_are() -> None:
    few = lived(900, lambda _way, _seen: 0.02)
    with pytest.raises(TooLittleHistory) as refused:
        parted(few, now=NOW)
    bad = sum(one.bad_at is not None for one in few)
    assert (refused.value.bad, refused.value.good) == (bad, 900 - bad)
    with pytest.raises(TooLittleHistory):
        parted([], now=NOW)


def test_without_the_library_nothing_is_learned_and_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.ensemble", None)
    with pytest.raises(LearningNotInstalled):
        fit(parted(lived(1_200, unseen_by_rules), now=NOW))


def test_trees_are_walked_as_the_library_walks_them() -> None:
    from sklearn.ensemble import HistGradientBoostingClassifier

    dice = random.Random(5)
    rows = [[dice.randrange(9), dice.randrange(400), dice.randrange(2)] for _ in range(700)]
    bad = [row[0] * row[2] + dice.random() > 4 for row in rows]
    booster = HistGradientBoostingClassifier(max_iter=30, early_stopping=False, random_state=0).fit(rows, bad)
    trees, weights = _trees(booster, ("a", "b", "c"))
    start = float(booster._baseline_prediction[0, 0])
    model = Model(("a", "b", "c"), start, trees, (0.0,), (0.5,), 0.5, {})

    assert [raw_of(model, row) for row in rows] == pytest.approx(list(booster.decision_function(rows)))
    assert 990 <= sum(weights.values()) <= 1_010


def test_the_measures_of_a_ranking_are_those_of_the_library() -> None:
    from sklearn.metrics import average_precision_score, roc_auc_score

    dice = random.Random(11)
    for _ in range(40):
        count = dice.randrange(10, 200)
        scores = [dice.randrange(8) for _ in range(count)]
        bad = [True, False, *(dice.random() < 0.3 for _ in range(count - 2))]
        found = ranking(scores, bad, looked_at=count)
        assert found.auc == pytest.approx(roc_auc_score(bad, scores))
        assert average_precision(scores, bad) == pytest.approx(average_precision_score(bad, scores))
        assert found.precision == pytest.approx(sum(bad) / count)
        assert auc_difference(scores, scores, bad) == 0


def test_of_orders_of_one_score_any_may_be_the_one_that_is_looked_at() -> None:
    assert precision_at([9, 5, 5, 5, 1], [True, True, False, False, True], 2) == pytest.approx(
        (1 + 1 / 3) / 2
    )


def test_a_difference_is_counted_in_deviations_of_its_own_pairs() -> None:
    dice = random.Random(2)
    bad = [dice.random() < 0.3 for _ in range(400)]
    noise = [dice.random() for _ in bad]
    better = [one + is_bad * 0.4 for one, is_bad in zip(noise, bad, strict=True)]

    def auc(places: list[int], scores: list[float]) -> float:
        return ranking([scores[at] for at in places], [bad[at] for at in places], looked_at=1).auc

    samples = [[dice.randrange(400) for _ in bad] for _ in range(200)]
    differences = [auc(places, better) - auc(places, noise) for places in samples]
    mean = sum(differences) / 200
    deviation = (sum((one - mean) ** 2 for one in differences) / 199) ** 0.5

    z = auc_difference(noise, better, bad)
    assert z == pytest.approx(mean / deviation, rel=0.2)
    assert auc_difference(better, noise, bad) == pytest.approx(-z)


def test_a_model_comes_back_from_what_is_kept_and_its_reasons_make_up_its_points(learned: Model) -> None:
    again = read_model(json.loads(json.dumps(plain_model(learned))))
    assert again == learned

    facts = Facts(Way.COD, 500_000, {Measure.IP_ELSEWHERE: 1, Measure.AMOUNT_THOUSANDS: 500})
    said = opinion(Speaking(4, again), facts)
    verdict = decide(replace(facts, opinion=said), DEFAULT)

    assert said.permille > 400
    assert {leaning.code for leaning in said.leanings} <= set(DIRECTIONS)
    assert verdict.points == decide(facts, DEFAULT).points + sum(one.points for one in said.leanings)
    assert [one for one in verdict.because if one.model == 4] != []
    assert read_facts(json.loads(json.dumps(plain_facts(replace(facts, opinion=said))))).opinion == said
    quiet = Facts(Way.PREPAID, 100_000, {Measure.AMOUNT_THOUSANDS: 100, Measure.PERSON_DELIVERED: 5})
    assert opinion(Speaking(4, again), quiet).leanings == ()


def _broken() -> dict[str, Callable[[Any], Any]]:
    def tree(**columns: Any) -> Callable[[Any], Any]:
        return lambda plain: {**plain, "trees": {**plain["trees"], **columns}}

    return {
        "nothing": lambda _plain: None,
        "no trees": lambda plain: {name: plain[name] for name in plain if name != "trees"},
        "a circle": tree(left=[0, 0, 3, 0, 0]),
        "out of the tree": tree(right=[2, 0, 99, 0, 0]),
        "a sign nobody knows": lambda plain: {**plain, "features": ["cod", "zodiac"]},
        "a sign beyond the list": tree(sign=[7, -1, 1, -1, -1]),
        "columns of another length": tree(value=[0.5]),
        "words for numbers": tree(value=["0.5", "0", "1", "0", "5"]),
        "chances that fall": lambda plain: {**plain, "chances": [0.5, 0.1]},
        "certainty": lambda plain: {**plain, "chances": [0.1, 1.0]},
        "no calibration": lambda plain: {**plain, "raws": [], "chances": []},
        "no base": lambda plain: {**plain, "base": 0},
        "a member more": lambda plain: {**plain, "trees": {**plain["trees"], "code": []}},
    }


@pytest.mark.parametrize("name", _broken())
def test_what_is_no_model_is_refused_as_unreadable(name: str) -> None:
    plain = json.loads(json.dumps(plain_model(MODEL)))
    assert read_model(deepcopy(plain)) == MODEL
    with pytest.raises(ModelUnreadable):
        read_model(_broken()[name](plain))

"""Learning a model from past orders: gradient boosting, calibrated, monotone where it must be. Pure, and slow.

The library is needed here alone: what comes out is plain data that scores without it. One thread learns, whatever
the machine has, because shops place orders beside it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from math import ceil, exp
from typing import Any, Final

from orderan.trust.errors import LearningNotInstalled
from orderan.trust.models import Policy
from orderan.trust.rules import decide
from orderan.trust.rules_backtest import Backtest, auc_difference, ranking
from orderan.trust.rules_lived import Ending, Parts
from orderan.trust.rules_model import (
    DIRECTIONS,
    Model,
    Speaking,
    Trees,
    chance_of,
    opinion,
    raw_of,
    row_of,
)

ROUNDS: Final = 80
RATE: Final = 0.1
LEAVES: Final = 8
LEAST_OF_LEAF: Final = 20
RIDGE: Final = 1.0
"""Few leaves of many orders each: a shop has thousands of orders, not millions."""
ENOUGH_FOR_STEPS: Final = 1_000
"""Orders to calibrate on from which steps (isotonic) do better than one curve (sigmoid)."""
LEAST_CHANCE: Final = 0.001
CURVE: Final = 33
"""Points a curve is kept by."""
UNBOUND: Final = 1e6
"""Of a curve nothing is shrunk: two numbers are learned from hundreds of orders."""
BEYOND: Final = 2.0
"""How far the curve is kept beyond the raw scores that were seen."""
DAY: Final = timedelta(days=1)


def fit(parts: Parts) -> Model:
    """Learn from the first part, and calibrate on the second.

    Raises:
        LearningNotInstalled: The library is not there.
    """
    try:
        from sklearn.ensemble import HistGradientBoostingClassifier
        from threadpoolctl import threadpool_limits
    except ImportError as fault:
        raise LearningNotInstalled from fault
    features = tuple(DIRECTIONS)
    bad = [one.bad for one in parts.fitting]
    booster = HistGradientBoostingClassifier(
        max_iter=ROUNDS,
        learning_rate=RATE,
        max_leaf_nodes=LEAVES,
        min_samples_leaf=LEAST_OF_LEAF,
        l2_regularization=RIDGE,
        monotonic_cst=list(DIRECTIONS.values()),
        early_stopping=False,
        random_state=0,
    )
    with threadpool_limits(limits=1):
        booster.fit([row_of(one.facts, features) for one in parts.fitting], bad)
        trees, weights = _trees(booster, features)
        base = sum(bad) / len(bad)
        start = float(booster._baseline_prediction[0, 0])  # noqa: SLF001 - the library tells it nowhere else
        model = Model(features, start, trees, (0.0,), (base,), base, weights)
        return _calibrated(model, parts.calibrating)


def backtest(
    parts: Parts, model: Model, policy: Policy, *, capacity: int, spoken: Model | None = None
) -> Backtest:
    """Score the last part by the rules alone, and by rules and model as they would have been scored.

    Args:
        capacity: Orders people can look at in a day, above zero.
        spoken: The model that speaks, scored on the same orders.
    """
    bad = [one.bad for one in parts.judged]
    rules = [decide(one.facts, policy).points for one in parts.judged]
    both = _beside(parts, model, policy)
    until = parts.judged[-1].at
    days = max(1, ceil((until - parts.judge_from) / DAY))
    looked_at = min(capacity * days, len(bad))
    return Backtest(
        since=parts.fitting[0].at,
        judge_from=parts.judge_from,
        until=until,
        fitted=len(parts.fitting),
        fitted_bad=sum(one.bad for one in parts.fitting),
        calibrated=len(parts.calibrating),
        calibrated_bad=sum(one.bad for one in parts.calibrating),
        judged=len(bad),
        judged_bad=sum(bad),
        capacity=capacity,
        looked_at=looked_at,
        rules=ranking(rules, bad, looked_at=looked_at),
        both=ranking(both, bad, looked_at=looked_at),
        z=auc_difference(rules, both, bad),
        seen=sum(bad) / len(bad),
        said=sum(_chance(model, one) for one in parts.judged) / len(bad),
        spoken=ranking(_beside(parts, spoken, policy), bad, looked_at=looked_at) if spoken else None,
    )


def _beside(parts: Parts, model: Model, policy: Policy) -> list[int]:
    """Points of rules and a model together."""
    speaking = Speaking(0, model)
    return [
        decide(replace(one.facts, opinion=opinion(speaking, one.facts)), policy).points
        for one in parts.judged
    ]


def _chance(model: Model, one: Ending) -> float:
    return chance_of(model, raw_of(model, row_of(one.facts, model.features)))


def _calibrated(model: Model, calibrating: Sequence[Ending]) -> Model:
    """With chances by isotonic regression where there are orders enough for steps, by Platt's sigmoid otherwise."""
    raws = [raw_of(model, row_of(one.facts, model.features)) for one in calibrating]
    bad = [one.bad for one in calibrating]
    if len(bad) >= ENOUGH_FOR_STEPS:
        from sklearn.isotonic import IsotonicRegression

        steps = IsotonicRegression(y_min=LEAST_CHANCE, y_max=1 - LEAST_CHANCE, out_of_bounds="clip")
        steps.fit(raws, bad)
        return replace(
            model,
            raws=tuple(float(raw) for raw in steps.X_thresholds_),
            chances=tuple(float(chance) for chance in steps.y_thresholds_),
        )
    from sklearn.linear_model import LogisticRegression

    curve = LogisticRegression(C=UNBOUND).fit([[raw] for raw in raws], bad)
    slope, shift = float(curve.coef_[0, 0]), float(curve.intercept_[0])
    if slope <= 0:
        # Later orders contradict what was learned from the earlier ones: it knows nothing.
        return model
    low, high = min(raws) - BEYOND, max(raws) + BEYOND
    points = [low + (high - low) * step / (CURVE - 1) for step in range(CURVE)]
    chances = [1 / (1 + exp(-(slope * raw + shift))) for raw in points]
    return replace(
        model,
        raws=tuple(points),
        chances=tuple(min(max(chance, LEAST_CHANCE), 1 - LEAST_CHANCE) for chance in chances),
    )


def _trees(booster: Any, features: Sequence[str]) -> tuple[Trees, dict[str, int]]:
    """The booster's trees as plain data, and how much each sign contributed, of a thousand."""
    roots: list[int] = []
    sign: list[int] = []
    height: list[float] = []
    left: list[int] = []
    right: list[int] = []
    value: list[float] = []
    gains = dict.fromkeys(features, 0.0)
    for (grown,) in booster._predictors:  # noqa: SLF001 - the library tells its trees nowhere else
        nodes, first = grown.nodes, len(sign)
        roots.append(first)
        for node in nodes:
            leaf = bool(node["is_leaf"])
            sign.append(-1 if leaf else int(node["feature_idx"]))
            height.append(0.0 if leaf else float(node["num_threshold"]))
            left.append(0 if leaf else first + int(node["left"]))
            right.append(0 if leaf else first + int(node["right"]))
            if not leaf:
                gains[features[sign[-1]]] += float(node["gain"])
        value += _means(nodes)
    whole = sum(gains.values())
    shares = {name: round(1_000 * gain / whole) for name, gain in gains.items()} if whole > 0 else {}
    weights = {name: share for name, share in shares.items() if share}
    trees = Trees(tuple(roots), tuple(sign), tuple(height), tuple(left), tuple(right), tuple(value))
    return trees, weights


def _means(nodes: Any) -> list[float]:
    """Value of each node: a leaf's own, a split's the mean of what is below, by the orders that came there."""
    value = [float(node["value"]) for node in nodes]
    for at in reversed(range(len(value))):
        node = nodes[at]
        if not node["is_leaf"]:
            sides = [int(node["left"]), int(node["right"])]
            counts = [int(nodes[side]["count"]) for side in sides]
            value[at] = sum(value[side] * many for side, many in zip(sides, counts, strict=True)) / sum(
                counts
            )
    return value

"""A learned model as plain data: what it says of an order, and which signs moved it. Pure; needs no library.

    trees        each split asks whether a sign is above a height; the leaves that are reached add up to a raw score
    calibration  a table from raw scores to chances, straight lines between its points
    points       ten for every doubling of the odds over those of the shop's usual order; never below zero, so a
                 model takes nothing off what a rule found

A model keeps the promise of the rules: more of a measure that speaks against an order never lowers its points, nor
more of one that speaks for it raises them (`DIRECTIONS`).

Source: points to double the odds, Siddiqi, "Credit Risk Scorecards", ch. 6; reasons by the path through each tree,
Saabas, "Interpreting random forests".
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from math import isfinite, log2
from typing import Any, Final

from orderan.trust.models import SAFER, Facts, Leaning, Measure, Opinion, Way

COD: Final = "cod"
"""The one sign that is no measure: whether the money comes at the door."""

DIRECTIONS: Final[Mapping[str, int]] = {
    **{str(measure): -1 if measure in SAFER else 1 for measure in Measure},
    COD: 0,
}
"""Every sign a model may see, all of them known when the order was placed; 1 where more can only speak against an
order, -1 where it can only speak for it."""

DOUBLING: Final = 10
"""Points for twice the odds."""
MOST_POINTS: Final = 80
MOST_LEANINGS: Final = 4
MOST_NODES: Final = 50_000


class ModelUnreadable(ValueError):
    """What was kept is no model this program can follow; rules score alone."""


@dataclass(frozen=True, slots=True)
class Trees:
    """Nodes of all trees, side by side; a split stands before what is below it.

    Attributes:
        roots: Where each tree begins.
        sign: Which feature a split asks, -1 at a leaf.
        height: Up to it one goes left.
        value: Raw score of a leaf; of a split the mean of what is below, by the orders it was learned from.
    """

    roots: tuple[int, ...]
    sign: tuple[int, ...]
    height: tuple[float, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    value: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """What was learned.

    Attributes:
        features: Signs in the order in which the trees count them.
        start: Raw score before any tree.
        raws, chances: The calibration: raw scores upwards, and the chance of a bad end at each.
        base: Share of bad ends among the orders it was learned from, in (0, 1).
        weights: Of a thousand, how much each sign contributed to learning; those that did nothing are left out.
    """

    features: tuple[str, ...]
    start: float
    trees: Trees
    raws: tuple[float, ...]
    chances: tuple[float, ...]
    base: float
    weights: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Speaking:
    """A model that adds to scores."""

    version: int
    model: Model


def opinion(speaking: Speaking, facts: Facts) -> Opinion:
    """What the model says of an order, from what is known while it is placed."""
    model = speaking.model
    row = row_of(facts, model.features)
    chance = chance_of(model, raw_of(model, row))
    points = points_of(chance, model.base)
    leanings = _leanings(model, row, points) if points else ()
    return Opinion(speaking.version, round(1_000 * chance), leanings)


def row_of(facts: Facts, features: Sequence[str]) -> list[int]:
    """The signs of an order, as trees count them."""
    signs = {str(measure): value for measure, value in facts.measures.items()}
    signs[COD] = int(facts.way is Way.COD)
    return [signs.get(name, 0) for name in features]


def raw_of(model: Model, row: Sequence[int]) -> float:
    """The sum of the leaves that are reached."""
    sign, height, left, right, value = _columns(model.trees)
    total = model.start
    for root in model.trees.roots:
        at = root
        while (asked := sign[at]) >= 0:
            at = left[at] if row[asked] <= height[at] else right[at]
        total += value[at]
    return total


def chance_of(model: Model, raw: float) -> float:
    """The chance of a bad end, in (0, 1)."""
    place = bisect_right(model.raws, raw)
    if place == 0:
        return model.chances[0]
    if place == len(model.raws):
        return model.chances[-1]
    low, high = model.raws[place - 1], model.raws[place]
    below, above = model.chances[place - 1], model.chances[place]
    return below + (above - below) * (raw - low) / (high - low)


def points_of(chance: float, base: float) -> int:
    """Points for a chance, against that of the usual order."""
    doublings = log2(chance / (1 - chance)) - log2(base / (1 - base))
    return max(0, min(MOST_POINTS, round(DOUBLING * doublings)))


def _leanings(model: Model, row: Sequence[int], points: int) -> tuple[Leaning, ...]:
    """The points, shared out among the signs that moved the score most."""
    moved = sorted(_moved(model, row).items(), key=lambda one: (-one[1], one[0]))
    against = [one for one in moved if one[1] > 0][:MOST_LEANINGS] or [(sign, 1.0) for sign, _ in moved[:1]]
    whole = sum(by for _, by in against)
    found, reached, given = [], 0.0, 0
    for sign, by in against:
        reached += by
        # Rounded as a running sum, so that the parts make up the whole.
        share = round(points * reached / whole) - given
        given += share
        if share:
            found.append(Leaning(model.features[sign], row[sign], share))
    return tuple(found)


def _moved(model: Model, row: Sequence[int]) -> dict[int, float]:
    """How far each sign moved the raw score on the way through the trees."""
    sign, height, left, right, value = _columns(model.trees)
    moved: dict[int, float] = {}
    for root in model.trees.roots:
        at = root
        while (asked := sign[at]) >= 0:
            below = left[at] if row[asked] <= height[at] else right[at]
            moved[asked] = moved.get(asked, 0.0) + value[below] - value[at]
            at = below
    return moved


def _columns(
    trees: Trees,
) -> tuple[tuple[int, ...], tuple[float, ...], tuple[int, ...], tuple[int, ...], tuple[float, ...]]:
    return trees.sign, trees.height, trees.left, trees.right, trees.value


def plain_model(model: Model) -> dict[str, Any]:
    """A model as plain JSON, as it is kept."""
    return asdict(model)


def read_model(plain: Any) -> Model:
    """A model from plain JSON; nothing of it is run, and no walk through its trees can go in circles.

    Raises:
        ModelUnreadable: It cannot be followed.
    """
    try:
        trees = Trees(**{name: tuple(column) for name, column in plain["trees"].items()})
        model = Model(
            features=tuple(plain["features"]),
            start=plain["start"],
            trees=trees,
            raws=tuple(plain["raws"]),
            chances=tuple(plain["chances"]),
            base=plain["base"],
            weights=dict(plain["weights"]),
        )
        sound = _is_sound(model)
    except (TypeError, KeyError, AttributeError, ValueError, IndexError) as fault:
        raise ModelUnreadable(str(fault)) from fault
    if not sound:
        raise ModelUnreadable
    return model


def _is_sound(model: Model) -> bool:
    features, numbers = model.features, [model.start, model.base, *model.raws, *model.chances]
    return (
        len(set(features)) == len(features)
        and set(features) <= set(DIRECTIONS)
        and set(model.weights) <= set(features)
        and all(isfinite(number) for number in numbers)
        and 0 < model.base < 1
        and len(model.raws) == len(model.chances) > 0
        and all(low < high for low, high in pairwise(model.raws))
        and all(low <= high for low, high in pairwise(model.chances))
        and model.chances[0] > 0
        and model.chances[-1] < 1
        and _is_walkable(model.trees, len(features))
    )


def _is_walkable(trees: Trees, features: int) -> bool:
    nodes = len(trees.sign)
    columns = (trees.height, trees.left, trees.right, trees.value)
    if nodes > MOST_NODES or any(len(column) != nodes for column in columns):
        return False
    return all(0 <= root < nodes for root in trees.roots) and all(
        isfinite(trees.value[at])
        and (
            trees.sign[at] == -1
            or (
                0 <= trees.sign[at] < features
                and isfinite(trees.height[at])
                and at < trees.left[at] < nodes
                and at < trees.right[at] < nodes
            )
        )
        for at in range(nodes)
    )

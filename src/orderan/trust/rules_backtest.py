"""Whether a model that adds to the rules orders past orders better than the rules alone. Pure.

    AUC                  the chance that an order which ended badly stands above one that ended well
    average precision    the share of bad ends above each of them, averaged: what the top of the list is worth
    precision at review capacity   the share of bad ends among as many as people can look at, the highest first

A model beats the rules when its AUC is higher by more than chance explains, and neither of the other two is lower.

Sources: DeLong, DeLong and Clarke-Pearson, "Comparing the areas under two or more correlated receiver operating
characteristic curves", Biometrics 44 (1988); average precision without interpolation, as of scikit-learn.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import groupby
from math import sqrt
from statistics import fmean, variance
from typing import Any, Final

LEAST_Z: Final = 2.33
"""A model that knows nothing gets past it once in a hundred trainings."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """How well scores put bad ends first; each in [0, 1]."""

    auc: float
    average_precision: float
    precision: float


@dataclass(frozen=True, slots=True)
class Backtest:
    """Rules alone beside rules and model, on orders that neither was made from.

    Attributes:
        since, judge_from, until: What was learned from begins, what is judged begins and ends.
        fitted, calibrated, judged: Orders of each part; `fitted_bad` and the others of them ended badly.
        capacity: Orders people can look at in a day.
        looked_at: As many of the judged ones; the precision is theirs.
        z: How many standard deviations the AUC is higher by.
        spoken: Rules and the model that speaks, on the same orders; None where none does.
        seen, said: Share of bad ends among the judged, and what the model said it would be.
    """

    since: datetime
    judge_from: datetime
    until: datetime
    fitted: int
    fitted_bad: int
    calibrated: int
    calibrated_bad: int
    judged: int
    judged_bad: int
    capacity: int
    looked_at: int
    rules: Ranking
    both: Ranking
    z: float
    seen: float
    said: float
    spoken: Ranking | None = None

    @property
    def beats(self) -> bool:
        """Whether the model may speak."""
        return (
            self.z >= LEAST_Z
            and self.both.average_precision >= self.rules.average_precision
            and self.both.precision >= self.rules.precision
        )


def ranking(scores: Sequence[float], bad: Sequence[bool], *, looked_at: int) -> Ranking:
    """How well these scores put bad ends first.

    Args:
        bad: Of each score; both kinds are there.
    """
    above, _ = _placements(scores, bad)
    return Ranking(fmean(above), average_precision(scores, bad), precision_at(scores, bad, looked_at))


def average_precision(scores: Sequence[float], bad: Sequence[bool]) -> float:
    """The precision at every height, weighed by the bad ends that it adds."""
    whole, found, seen, total = sum(bad), 0, 0, 0.0
    for many, worse in _tied(scores, bad):
        seen += many
        found += worse
        total += found / seen * worse
    return total / whole


def precision_at(scores: Sequence[float], bad: Sequence[bool], looked_at: int) -> float:
    """Share of bad ends among the highest; of orders of one score any may come first, so their mean counts."""
    left, found = looked_at, 0.0
    for many, worse in _tied(scores, bad):
        taken = min(left, many)
        found += worse * taken / many
        left -= taken
        if not left:
            break
    return found / looked_at


def auc_difference(one: Sequence[float], other: Sequence[float], bad: Sequence[bool]) -> float:
    """How many standard deviations the AUC of the other is higher by; zero where they order alike."""
    (above, below), (other_above, other_below) = _placements(one, bad), _placements(other, bad)
    over = [b - a for a, b in zip(above, other_above, strict=True)]
    under = [b - a for a, b in zip(below, other_below, strict=True)]
    spread = variance(over) / len(over) + variance(under) / len(under)
    return fmean(over) / sqrt(spread) if spread > 0 else 0.0


def _placements(scores: Sequence[float], bad: Sequence[bool]) -> tuple[list[float], list[float]]:
    """Of each bad end the share of good ones below it, of each good one the share of bad ones above it."""
    everywhere = _midranks(scores)
    worse = [score for score, is_bad in zip(scores, bad, strict=True) if is_bad]
    better = [score for score, is_bad in zip(scores, bad, strict=True) if not is_bad]
    ranks_bad = [rank for rank, is_bad in zip(everywhere, bad, strict=True) if is_bad]
    ranks_good = [rank for rank, is_bad in zip(everywhere, bad, strict=True) if not is_bad]
    above = [(rank - own) / len(better) for rank, own in zip(ranks_bad, _midranks(worse), strict=True)]
    below = [1 - (rank - own) / len(worse) for rank, own in zip(ranks_good, _midranks(better), strict=True)]
    return above, below


def _midranks(scores: Sequence[float]) -> list[float]:
    """Places from the lowest, counted from 1; those of one score share the middle of their places."""
    ranks, before = [0.0] * len(scores), 0
    for _, tied in groupby(sorted(range(len(scores)), key=scores.__getitem__), key=scores.__getitem__):
        places = list(tied)
        for place in places:
            ranks[place] = before + (len(places) + 1) / 2
        before += len(places)
    return ranks


def _tied(scores: Sequence[float], bad: Sequence[bool]) -> list[tuple[int, int]]:
    """Orders of one score together, the highest first: how many, and how many of them ended badly."""
    found = []
    ordered = sorted(range(len(scores)), key=scores.__getitem__, reverse=True)
    for _, tied in groupby(ordered, key=scores.__getitem__):
        ends = [bad[place] for place in tied]
        found.append((len(ends), sum(ends)))
    return found


def plain_backtest(backtest: Backtest) -> dict[str, Any]:
    """A back-test as plain JSON; `beats` stands in it, for the database to read."""
    instants = {name: getattr(backtest, name).isoformat() for name in ("since", "judge_from", "until")}
    return asdict(backtest) | instants | {"beats": backtest.beats}


def read_backtest(plain: Mapping[str, Any]) -> Backtest:
    """A back-test from plain JSON, as it was kept."""
    told = {name: value for name, value in plain.items() if name != "beats"}
    instants = {name: datetime.fromisoformat(told[name]) for name in ("since", "judge_from", "until")}
    rankings = {name: Ranking(**told[name]) for name in ("rules", "both", "spoken") if told.get(name)}
    return Backtest(**{**told, **instants, **rankings})

"""The cheapest set of places that has everything: a small weighted set cover, solved exactly where it is small.

A set costs what its places cost and a penalty for each parcel beyond the first. One place that has it all is
found in one look; sets of several are searched among the cheapest places that have anything, with what is left
bounded from below, so that the answer is the best of them.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

CHEAPEST: Final = 8
FULLEST: Final = 6
MOST_SEARCHED: Final = 18
"""Of more places the best set is not searched: what a greedy buyer takes is thinned out instead."""


class Offering(NamedTuple):
    """A place that has something of what is wanted.

    Attributes:
        cost: Of serving from there, in rupiah.
        has: Units of each sku that is wanted, in their order, capped by what is wanted.
    """

    cost: int
    has: tuple[int, ...]


def cost_of(offerings: Sequence[Offering], chosen: Sequence[int], split_minor: int) -> int:
    """What serving from these places costs."""
    return sum(offerings[at].cost for at in chosen) + split_minor * max(len(chosen) - 1, 0)


def choose(
    offerings: Sequence[Offering], wanted: Sequence[int], *, split_minor: int, whole: bool = False
) -> tuple[int, ...] | None:
    """The cheapest places that have everything together, as indexes that rise; None where all together have not.

    Args:
        offerings: The cheapest first; of equally cheap sets the one of earlier places is chosen.
        whole: One place that has everything is preferred to any set, whatever it costs.
    """
    single = next((at for at, one in enumerate(offerings) if _covers(one.has, wanted)), None)
    if single is not None and (whole or _no_pair_is_cheaper(offerings, single, split_minor)):
        return (single,)
    window = searched(offerings, wanted)
    if window is None:
        return None
    within = [offerings[at] for at in window]
    several = tuple(window[at] for at in _cheapest_set(within, wanted, split_minor))
    if single is not None and offerings[single].cost <= cost_of(offerings, several, split_minor):
        return (single,)
    return several


def searched(offerings: Sequence[Offering], wanted: Sequence[int]) -> list[int] | None:
    """Places among which sets are searched, as indexes that rise; None where all together have too little.

    They are those a greedy buyer takes, who looks for the most units for the least money, the cheapest,
    and those that have most.
    """
    greedy = _greedy(offerings, wanted)
    if greedy is None:
        return None
    fullest = sorted(range(len(offerings)), key=lambda at: (-sum(offerings[at].has), at))[:FULLEST]
    return sorted({*greedy, *fullest, *range(min(CHEAPEST, len(offerings)))})


def _greedy(offerings: Sequence[Offering], wanted: Sequence[int]) -> list[int] | None:
    missing, chosen = list(wanted), set[int]()
    while max(missing, default=0) > 0:
        best, worth = None, 0.0
        for at, one in enumerate(offerings):
            if at in chosen:
                continue
            units = 0
            for left, had in zip(missing, one.has, strict=True):
                if left > 0:
                    units += min(left, had)
            # A rupiah more, so that places that cost nothing differ by what they have.
            if units and units / (one.cost + 1) > worth:
                best, worth = at, units / (one.cost + 1)
        if best is None:
            return None
        chosen.add(best)
        missing = [left - had for left, had in zip(missing, offerings[best].has, strict=True)]
    return sorted(chosen)


def _covers(has: Sequence[int], wanted: Sequence[int]) -> bool:
    return all(units >= want for units, want in zip(has, wanted, strict=True))


def _no_pair_is_cheaper(offerings: Sequence[Offering], single: int, split_minor: int) -> bool:
    return len(offerings) < 2 or offerings[single].cost <= offerings[0].cost + offerings[1].cost + split_minor


def _cheapest_set(offerings: Sequence[Offering], wanted: Sequence[int], split_minor: int) -> tuple[int, ...]:
    """Of places that together have everything, the cheapest that still do."""
    best = _thinned(offerings, _greedy(offerings, wanted) or (), wanted)
    if len(offerings) > MOST_SEARCHED:
        return best
    least = cost_of(offerings, best, split_minor)
    behind = _had_behind(offerings, len(wanted))
    for chosen, cost in _sets(offerings, wanted, split_minor, behind, least):
        if cost < least:
            best, least = chosen, cost
    return best


def _sets(
    offerings: Sequence[Offering],
    wanted: Sequence[int],
    split_minor: int,
    behind: Sequence[Sequence[int]],
    bound: int,
) -> Iterator[tuple[tuple[int, ...], int]]:
    """Sets that have everything, each cheaper than those before it."""
    stack: list[tuple[int, tuple[int, ...], tuple[int, ...], int]] = [(0, (), tuple(wanted), -split_minor)]
    while stack:
        at, chosen, missing, cost = stack.pop()
        if max(missing, default=0) <= 0:
            if cost < bound:
                bound = cost
                yield chosen, cost
            continue
        if at == len(offerings) or any(left > units for left, units in zip(missing, behind[at], strict=True)):
            continue
        # Places come the cheapest first, so one more costs at least as much as the next of them.
        if cost + offerings[at].cost + split_minor >= bound:
            continue
        one = offerings[at]
        stack.append((at + 1, chosen, missing, cost))
        if any(left > 0 and units > 0 for left, units in zip(missing, one.has, strict=True)):
            left = tuple(units - had for units, had in zip(missing, one.has, strict=True))
            stack.append((at + 1, (*chosen, at), left, cost + one.cost + split_minor))


def _had_behind(offerings: Sequence[Offering], skus: int) -> list[tuple[int, ...]]:
    """What the places from each on have together."""
    sums = [(0,) * skus]
    for one in reversed(offerings):
        sums.append(tuple(a + b for a, b in zip(sums[-1], one.has, strict=True)))
    return sums[::-1]


def _thinned(offerings: Sequence[Offering], chosen: Sequence[int], wanted: Sequence[int]) -> tuple[int, ...]:
    """Without the places nobody misses, the dearest first."""
    kept = list(chosen)
    for at in reversed(chosen):
        others = [offerings[one].has for one in kept if one != at]
        if (
            all(sum(units) >= want for units, want in zip(zip(*others, strict=True), wanted, strict=True))
            and others
        ):
            kept.remove(at)
    return tuple(kept)

"""How far pickers walk: our lists against one order at a time, and against the exact shortest on small floors.

pick_path_vs_naive     length of our lists, as a share of what the same orders are walked one by one, each in an S
pick_trips_vs_naive    the same with the shortest walk for each order alone: what the trolleys are worth by themselves
pick_walk_vs_exact     our walk of one list as a multiple of the shortest of all orders of its spots, at its worst
pick_trolleys_vs_exact our trolleys as a multiple of the best way to fill them, on the mean over small waves
pick_draw_s            to put 500 orders on trolleys and find every walk

Orders, bins and what is asked for are made from a seed: a few goods are in most orders, as everywhere, and goods
stand wherever there was room.
"""

import random
import time
from collections.abc import Callable, Sequence
from itertools import combinations, pairwise, permutations
from statistics import mean
from typing import Final
from uuid import UUID

from orderan.picking import Job, Spot, Trolley, distance, s_shape, shortest, trolleys, walk_of

SEED: Final = 20_261_130
AISLE_CM: Final = 300
BAY_CM: Final = 120
AISLES: Final = 12
BAYS: Final = 20
DEPTH_CM: Final = (BAYS + 1) * BAY_CM
SLOTS: Final = 12
MOST_UNITS: Final = 60
WAVES: Final = 8
ORDERS: Final = 60
MANY: Final = 500
SMALL: Final = 30
TABLE: Final[Spot] = (0, 0)


def picking_figures(*, tell: Callable[[str], None] = lambda _text: None) -> dict[str, float]:
    """Every figure of this page, by name."""
    chance = random.Random(SEED)  # noqa: S311 - made-up orders, not a secret
    ours = naive = alone = 0
    for _ in range(WAVES):
        jobs = made_up(chance, ORDERS)
        ours += sum(one.walk_cm for one in _filled(jobs, SLOTS))
        naive += sum(s_shape(job.spots, depth_cm=DEPTH_CM) for job in jobs)
        alone += sum(walk_of([job], depth_cm=DEPTH_CM) for job in jobs)
    tell(f"{WAVES * ORDERS} orders: {ours / 100:,.0f} m in lists, {naive / 100:,.0f} m one by one")
    walks = [_walk_against_every_order(chance) for _ in range(SMALL)]
    filled = [_trolleys_against_every_way(chance) for _ in range(SMALL)]
    tell(f"{SMALL} small walks and {SMALL} small waves held against the exact shortest")
    many = made_up(chance, MANY)
    began = time.perf_counter()
    _filled(many, SLOTS)
    return {
        "pick_path_vs_naive": round(ours / naive, 4),
        "pick_trips_vs_naive": round(alone / naive, 4),
        "pick_walk_vs_exact": round(max(walks), 4),
        "pick_trolleys_vs_exact": round(mean(filled), 4),
        "pick_draw_s": round(time.perf_counter() - began, 3),
    }


def made_up(chance: random.Random, orders: int) -> list[Job]:
    """Orders of one to five goods, of which a fifth is asked for four times in five."""
    bins = [(aisle * AISLE_CM, bay * BAY_CM) for aisle in range(1, AISLES + 1) for bay in range(1, BAYS + 1)]
    chance.shuffle(bins)
    asked, rare = bins[: len(bins) // 5], bins[len(bins) // 5 :]
    jobs = []
    for _ in range(orders):
        [lines] = chance.choices((1, 2, 3, 4, 5), (40, 25, 15, 12, 8))
        spots = {chance.choice(asked if chance.random() < 0.8 else rare) for _ in range(lines)}
        jobs.append(Job(UUID(int=chance.getrandbits(128)), sorted(spots), len(spots)))
    return jobs


def _filled(jobs: Sequence[Job], slots: int) -> Sequence[Trolley]:
    return trolleys(jobs, depth_cm=DEPTH_CM, slots=slots, most_units=MOST_UNITS)


def _walk_against_every_order(chance: random.Random) -> float:
    spots = sorted({spot for job in made_up(chance, 3) for spot in job.spots})[:6]
    best = min(_walked(order) for order in permutations(spots))
    return shortest(spots, depth_cm=DEPTH_CM).length_cm / best


def _walked(order: Sequence[Spot]) -> int:
    way = [TABLE, *order, TABLE]
    return sum(distance(one, other, depth_cm=DEPTH_CM) for one, other in pairwise(way))


def _trolleys_against_every_way(chance: random.Random, *, orders: int = 9, slots: int = 3) -> float:
    """By a dynamic program over the sets of orders: the first that is left goes with every choice of others."""
    jobs = made_up(chance, orders)
    lengths = {
        frozenset(some): walk_of([jobs[turn] for turn in some], depth_cm=DEPTH_CM)
        for many in range(1, slots + 1)
        for some in combinations(range(orders), many)
    }
    best: dict[frozenset[int], int] = {frozenset(): 0}

    def shortest_for(left: frozenset[int]) -> int:
        if left not in best:
            first, *others = sorted(left)
            best[left] = min(
                lengths[group] + shortest_for(left - group)
                for many in range(slots)
                for some in combinations(others, many)
                if (group := frozenset((first, *some)))
            )
        return best[left]

    ours = sum(one.walk_cm for one in trolleys(jobs, depth_cm=DEPTH_CM, slots=slots, most_units=MOST_UNITS))
    return ours / shortest_for(frozenset(range(orders)))

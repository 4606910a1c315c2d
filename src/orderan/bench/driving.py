"""Routes against the best known: instances of the literature, each solved on one core in so many seconds.

mean_gap, worst_gap   by how much the routes are longer than the shortest known, as a share of that; a little below
                      zero where the shortest known is not the shortest
infeasible            instances for which no routes were found that keep every rule, told by a checker that knows
                      nothing of the solver; each counts as a gap of 1
seconds               the longest that one instance took
least_core            the smallest share of a core that any of them had

What is compared is the length of all routes, whatever the number of vehicles. Where a best known was found by making
the vehicles few first, no more vehicles are allowed than it has, so that like is compared with like; where no routes
are found for so few, the instance is solved once more without that bound, and counted in more_vehicles.
"""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from orderan.bench.beside import beside
from orderan.bench.promises import CannotMeasure, Promise
from orderan.routes import (
    Best,
    Convention,
    Instance,
    NotAnInstance,
    NothingFits,
    Solution,
    check,
    convention_of,
    read_best,
    read_instance,
    solve,
)

SECONDS: Final = 30.0
SEED: Final = 20_261_129
SETS: Final = "vrp_solomon"
INSTANCES: Final = ("txt", "vrp", "vrptw")
PROMISES: Final = (
    Promise("mean_gap", at_most=0.01, binds=True),
    Promise("infeasible", at_most=0, binds=True),
)


@dataclass(frozen=True)
class Figures:
    """What it came to; `gaps` has them by instance, `compared` how many by which convention of rounding."""

    instances: int
    mean_gap: float
    worst_gap: float
    infeasible: int
    more_vehicles: int
    seconds: float
    least_core: float
    compared: dict[str, int]
    gaps: dict[str, float]


@dataclass(frozen=True)
class Driven:
    """What became of an instance; `gap` is None where no routes keep the rules."""

    name: str
    gap: float | None
    seconds: float
    core: float
    more_vehicles: bool = False


@dataclass(frozen=True)
class Work:
    """An instance to solve, and what its length is held against."""

    instance: Instance
    best: Best
    convention: Convention


def measure(
    *,
    instances: Path | None = None,
    best: Path | None = None,
    seconds: float = SECONDS,
    seed: int = SEED,
    only: Sequence[str] = (),
    tell: Callable[[str], None] = lambda _text: None,
) -> Figures:
    """Solve every instance of a folder, as many beside each other as there are cores.

    Args:
        instances: A folder of files of Solomon's format or VRPLIB's; left out, that of the data sets at
            ORDERAN_DATA_SETS.
        best: What is known of them: see `read_best`; left out, the file or the solutions beside them.
        only: Names of instances; all where it is empty.

    Raises:
        CannotMeasure: A folder or file is not there or cannot be read, or nothing is known of any instance.
    """
    works = _works(instances, best, only)
    [convention] = {work.convention for work in works}
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    tell(f"{len(works)} instances, {seconds:g} s each, {cores} beside each other; best known: {convention}")
    run = partial(drive, seconds=seconds, seed=seed)
    if cores == 1 or len(works) == 1:
        driven = [run(work) for work in works]
    else:
        with beside(cores) as pool:
            driven = list(pool.map(run, works))
    gaps = {one.name: 1.0 if one.gap is None else round(one.gap, 5) for one in driven}
    return Figures(
        instances=len(driven),
        mean_gap=round(sum(gaps.values()) / len(gaps), 5),
        worst_gap=max(gaps.values()),
        infeasible=sum(one.gap is None for one in driven),
        more_vehicles=sum(one.more_vehicles for one in driven),
        seconds=round(max(one.seconds for one in driven), 2),
        least_core=round(min(one.core for one in driven), 2),
        compared={str(convention): len(works)},
        gaps=gaps,
    )


def drive(work: Work, *, seconds: float, seed: int) -> Driven:
    """Solve an instance, and hold it against the best known."""
    began, worked = time.perf_counter(), time.process_time()
    length, more = _driven(work, work.best.vehicles, seconds=seconds, seed=seed), False
    if length is None and work.best.vehicles is not None:
        length, more = _driven(work, None, seconds=seconds, seed=seed), True
    took = time.perf_counter() - began
    return Driven(
        work.instance.name,
        None if length is None else length / work.best.cost - 1,
        took / (2 if more else 1),
        (time.process_time() - worked) / took,
        more,
    )


def _driven(work: Work, vehicles: int | None, *, seconds: float, seed: int) -> float | None:
    problem = work.instance.problem(work.convention, vehicles=vehicles)
    try:
        solution: Solution = solve(problem, seconds=seconds, seed=seed)
    except NothingFits:
        return None
    return None if check(problem, solution) else work.instance.length(problem, solution, work.convention)


def _works(folder: Path | None, best: Path | None, only: Sequence[str]) -> list[Work]:
    usual = Path(os.environ.get("ORDERAN_DATA_SETS", "../shared/data")) / SETS
    place = folder or usual / "instances"
    files = sorted(file for end in INSTANCES for file in place.glob(f"*.{end}"))
    if not files:
        raise CannotMeasure(f"no instances at {place} (--instances, or ORDERAN_DATA_SETS)")
    try:
        known = _known(place, best or (None if folder else usual / "BKS.json"))
        read = [(file, read_instance(file.read_text(), file.stem)) for file in files]
    except (NotAnInstance, OSError, UnicodeDecodeError) as fault:
        raise CannotMeasure(str(fault)) from fault
    named = {name.lower(): one for name, one in known.items()}
    found = [
        (instance, named.get(file.stem.lower()) or named.get(instance.name.lower()))
        for file, instance in read
    ]
    wanted = {name.lower() for name in only}
    kept = [(one, at) for one, at in found if at is not None and (not wanted or one.name.lower() in wanted)]
    if not kept:
        raise CannotMeasure(f"nothing is known of any instance at {place} (--best)")
    convention = convention_of([at for _, at in kept], [one for one, _ in kept])
    return [Work(one, at, convention) for one, at in kept]


def _known(place: Path, best: Path | None) -> dict[str, Best]:
    if best is not None:
        return read_best(best)
    known: dict[str, Best] = {}
    for file in [*sorted(place.glob("*.sol")), *sorted(place.glob("*.json")), *sorted(place.glob("*.csv"))]:
        known |= read_best(file)
    return known

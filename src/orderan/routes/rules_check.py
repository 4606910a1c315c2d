"""Whether a solution keeps every rule of its problem, found out by driving it. Pure; knows nothing of the solver."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from orderan.routes.models import Problem, Route, Solution
from orderan.routes.rules import latest_start, on_the_way, shortest_s, timetable


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule that is broken.

    Attributes:
        rule: `unknown`, `twice`, `missing`, `idle`, `fleet`, `load`, `late`, `shift`, `duration` or `distance`.
        where: Key of the stop or vehicle.
        beyond: By how much, in the unit of what is exceeded.
    """

    rule: str
    where: str
    beyond: int = 0


def check(problem: Problem, solution: Solution) -> tuple[Fault, ...]:
    """Every rule that a solution breaks, in the order it is driven; none where it is feasible.

    Each stop is made once or left out, those without a prize are made; no vehicle drives twice, holds more than it
    may at any moment, comes too late, or is out longer or farther than it may.
    """
    faults = list(_stops(problem, solution))
    if any(fault.rule == "unknown" for fault in faults):
        return tuple(faults)
    for route in solution.routes:
        faults += _route(problem, route)
    return tuple(faults)


def _stops(problem: Problem, solution: Solution) -> Iterator[Fault]:
    made = Counter(stop for route in solution.routes for stop in route.stops)
    said = made + Counter(solution.left_out)
    for index, times in said.items():
        if not 0 <= index < len(problem.stops):
            yield Fault("unknown", str(index))
        elif times > 1:
            yield Fault("twice", problem.stops[index].key, times - 1)
    for index, stop in enumerate(problem.stops):
        if said[index] == 0 or (stop.prize is None and made[index] == 0):
            yield Fault("missing", stop.key)
    for number, times in Counter(route.vehicle for route in solution.routes).items():
        if not 0 <= number < len(problem.vehicles):
            yield Fault("unknown", str(number))
        elif times > problem.vehicles[number].count:
            yield Fault("fleet", problem.vehicles[number].key, times - problem.vehicles[number].count)


def _route(problem: Problem, route: Route) -> Iterator[Fault]:
    vehicle = problem.vehicles[route.vehicle]
    if not route.stops:
        yield Fault("idle", vehicle.key)
        return
    yield from _loads(problem, route)
    visits, back = timetable(problem, route)
    for visit in visits:
        stop = problem.stops[visit.stop]
        if visit.begins > stop.closes:
            yield Fault("late", stop.key, visit.begins - stop.closes)
    if back > vehicle.back:
        yield Fault("shift", vehicle.key, back - vehicle.back)
    elif latest_start(problem, route) >= vehicle.leaves:
        longer = shortest_s(problem, route) - vehicle.longest_s
        if longer > 0:
            yield Fault("duration", vehicle.key, longer)
    farther = on_the_way(problem, route) - vehicle.farthest_m
    if farther > 0:
        yield Fault("distance", vehicle.key, farther)


def _loads(problem: Problem, route: Route) -> Iterator[Fault]:
    vehicle = problem.vehicles[route.vehicle]
    stops = [problem.stops[index] for index in route.stops]
    for at in range(len(problem.dimensions)):
        holds = (vehicle.on_board[at] if vehicle.on_board else 0) + sum(
            stop.delivers[at] for stop in stops if stop.delivers
        )
        most, where = holds, vehicle.key
        for stop in stops:
            holds += (stop.collects[at] if stop.collects else 0) - (stop.delivers[at] if stop.delivers else 0)
            if holds > most:
                most, where = holds, stop.key
        if most > vehicle.capacity[at]:
            yield Fault("load", where, most - vehicle.capacity[at])

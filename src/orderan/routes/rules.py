"""What a route is worth and when it is where. Pure; knows nothing of the solver."""

from collections.abc import Sequence
from itertools import pairwise

from orderan.routes.errors import ProblemUnusable
from orderan.routes.models import Problem, Route, Solution, Stop, Vehicle, Visit


def usable(problem: Problem) -> None:
    """Raises ProblemUnusable."""
    places = len(problem.metres)
    for name, matrix in (("metres", problem.metres), ("seconds", problem.seconds)):
        if len(matrix) != places or any(len(row) != places for row in matrix):
            raise ProblemUnusable(name, "is not square")
        if any(value < 0 for row in matrix for value in row):
            raise ProblemUnusable(name, "holds a negative number")
    wide = len(problem.dimensions)
    for stop in problem.stops:
        _within(stop.key, places, stop.place)
        _wide(stop.key, wide, stop.delivers, stop.collects)
        if stop.opens > stop.closes or stop.service_s < 0 or (stop.prize is not None and stop.prize < 0):
            raise ProblemUnusable(stop.key, "has a window that closes before it opens, or a negative number")
    for vehicle in problem.vehicles:
        _within(vehicle.key, places, vehicle.start, vehicle.end)
        _wide(vehicle.key, wide, vehicle.capacity, vehicle.on_board)
        if len(vehicle.capacity) != wide:
            raise ProblemUnusable(vehicle.key, "does not say what it holds of every dimension")


def _within(key: str, places: int, *indexes: int) -> None:
    if any(not 0 <= index < places for index in indexes):
        raise ProblemUnusable(key, "is at a place that is in no matrix")


def _wide(key: str, wide: int, *loads: Sequence[int]) -> None:
    if any(loads_ and len(loads_) != wide for loads_ in loads):
        raise ProblemUnusable(key, "has a load of another number of dimensions")
    if any(amount < 0 for loads_ in loads for amount in loads_):
        raise ProblemUnusable(key, "has a negative load")


def on_the_way(problem: Problem, route: Route) -> int:
    """Metres of a route, from where it begins to where it ends."""
    vehicle = problem.vehicles[route.vehicle]
    places = [vehicle.start, *(problem.stops[stop].place for stop in route.stops), vehicle.end]
    return sum(problem.metres[here][there] for here, there in pairwise(places))


def timetable(problem: Problem, route: Route, *, leaves: int | None = None) -> tuple[list[Visit], int]:
    """When a route is where, and when it is back.

    Args:
        leaves: When it sets out; as early as its shift allows where it is not said.
    """
    vehicle = problem.vehicles[route.vehicle]
    at, here = vehicle.leaves if leaves is None else leaves, vehicle.start
    visits = []
    for index in route.stops:
        stop = problem.stops[index]
        arrives = at + problem.seconds[here][stop.place]
        begins = max(arrives, stop.opens)
        at, here = begins + stop.service_s, stop.place
        visits.append(Visit(index, arrives, begins, at))
    return visits, at + problem.seconds[here][vehicle.end]


def latest_start(problem: Problem, route: Route) -> int:
    """The last moment a route can set out at and be everywhere and back in time; before its shift where it cannot."""
    vehicle = problem.vehicles[route.vehicle]
    latest, there = vehicle.back, vehicle.end
    for index in reversed(route.stops):
        stop = problem.stops[index]
        latest = min(stop.closes, latest - problem.seconds[stop.place][there] - stop.service_s)
        there = stop.place
    return latest - problem.seconds[vehicle.start][there]


def best_start(problem: Problem, route: Route) -> int:
    """When to set out so that the route is shortest in time: as late as makes nobody wait longer than they must."""
    vehicle = problem.vehicles[route.vehicle]
    _, back = timetable(problem, route)
    return max(vehicle.leaves, min(latest_start(problem, route), back - driven_s(problem, route)))


def driven_s(problem: Problem, route: Route) -> int:
    """Seconds of driving and serving, without any waiting."""
    vehicle = problem.vehicles[route.vehicle]
    stops = [problem.stops[index] for index in route.stops]
    places = [vehicle.start, *(stop.place for stop in stops), vehicle.end]
    driving = sum(problem.seconds[here][there] for here, there in pairwise(places))
    return driving + sum(stop.service_s for stop in stops)


def shortest_s(problem: Problem, route: Route) -> int:
    """Seconds from leaving to coming back, when it leaves at the best moment."""
    leaves = best_start(problem, route)
    return timetable(problem, route, leaves=leaves)[1] - leaves


def cost_of(problem: Problem, solution: Solution) -> int:
    """What a solution costs: its routes, and the prizes of what it leaves out."""
    routes = sum(_cost(problem, route, problem.vehicles[route.vehicle]) for route in solution.routes)
    return routes + sum(_prize(problem.stops[index]) for index in solution.left_out)


def _cost(problem: Problem, route: Route, vehicle: Vehicle) -> int:
    driving = vehicle.per_m * on_the_way(problem, route)
    return vehicle.fixed + driving + (vehicle.per_s * shortest_s(problem, route) if vehicle.per_s else 0)


def _prize(stop: Stop) -> int:
    return stop.prize or 0

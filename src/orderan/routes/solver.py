"""Solving a problem with PyVRP, an iterated local search. Pure, and as slow as it is told to be.

The library is needed here alone. One thread searches, whatever the machine has: shops place orders beside it.

Source: Wouda, Lan and Kool, "PyVRP: a high-performance VRP solver package", INFORMS Journal on Computing 36 (4), 2024.
"""

import logging
import warnings
from typing import Any, Final

from orderan.routes.errors import NothingFits, SolverNotInstalled
from orderan.routes.models import NEVER, Problem, Route, Solution, Stop, Vehicle
from orderan.routes.rules import usable
from orderan.routes.rules_check import check

LEAST_PENALTY: Final = 100_000.0
"""The library's own bound."""
TURNS: Final = 10_000
"""Iterations after which a small problem, which is solved in no time, is tried no further."""
SMALL: Final = 12
"""Stops up to which it is small."""


def solve(problem: Problem, *, seconds: float, seed: int = 0) -> Solution:
    """The best solution found in so many seconds; the same seed on the same machine finds about the same.

    Raises:
        ProblemUnusable: It contradicts itself.
        SolverNotInstalled: The library is not there.
        NothingFits: None that keeps every rule was found.
    """
    usable(problem)
    if not problem.stops:
        return Solution((), ())
    if not problem.vehicles:
        if any(stop.prize is None for stop in problem.stops):
            raise NothingFits(len(problem.stops), seconds)
        return Solution((), tuple(range(len(problem.stops))))
    try:
        import numpy as np
        from pyvrp import PenaltyParams, SolveParams
        from pyvrp import solve as search
        from pyvrp.exceptions import PenaltyBoundWarning
        from pyvrp.stop import MaxIterations, MaxRuntime, MultipleCriteria
    except ImportError as fault:
        raise SolverNotInstalled from fault
    # It writes its progress to standard output, which belongs to whoever calls us.
    logging.getLogger("pyvrp").setLevel(logging.ERROR)
    stop: Any = MaxRuntime(seconds)
    if len(problem.stops) <= SMALL:
        stop = MultipleCriteria([stop, MaxIterations(TURNS)])
    data = _as_data(problem, np)
    params = SolveParams(penalty=PenaltyParams(max_penalty=_dearest(problem)))
    with warnings.catch_warnings():
        # That nothing may fit is said by our own refusal.
        warnings.simplefilter("ignore", PenaltyBoundWarning)
        found = search(data, stop, seed=seed, collect_stats=False, display=False, params=params)
    solution = _as_solution(problem, found.best)
    if not found.is_feasible() or check(problem, solution):
        raise NothingFits(len(problem.stops), seconds)
    return solution


def _dearest(problem: Problem) -> float:
    """The most that breaking a rule by one may have to cost.

    Were a parcel too many cheaper than another van, or than leaving it out, the search would never unload it.
    """
    prizes = max((stop.prize or 0 for stop in problem.stops), default=0)
    fixed = max((vehicle.fixed for vehicle in problem.vehicles), default=0)
    return max(LEAST_PENALTY, 2.0 * max(prizes, fixed))


def _as_data(problem: Problem, numpy: Any) -> Any:
    from pyvrp import Depot, Location, ProblemData

    depots = sorted({place for vehicle in problem.vehicles for place in (vehicle.start, vehicle.end)})
    depot_of = {place: index for index, place in enumerate(depots)}
    metres = numpy.array(problem.metres, dtype=numpy.int64)
    seconds = numpy.array(problem.seconds, dtype=numpy.int64)
    # It wants nobody to travel from a place to itself.
    numpy.fill_diagonal(metres, 0)
    numpy.fill_diagonal(seconds, 0)
    return ProblemData(
        locations=[Location(0, 0) for _ in problem.metres],
        clients=[_client(problem, stop) for stop in problem.stops],
        depots=[Depot(place) for place in depots],
        vehicle_types=[_vehicle(vehicle, depot_of) for vehicle in problem.vehicles],
        distance_matrices=[metres],
        duration_matrices=[seconds],
    )


def _client(problem: Problem, stop: Stop) -> Any:
    from pyvrp import Client

    nothing = (0,) * len(problem.dimensions)
    return Client(
        stop.place,
        delivery=list(stop.delivers or nothing),
        pickup=list(stop.collects or nothing),
        service_duration=stop.service_s,
        tw_early=stop.opens,
        tw_late=min(stop.closes, NEVER),
        prize=stop.prize or 0,
        required=stop.prize is None,
    )


def _vehicle(vehicle: Vehicle, depot_of: dict[int, int]) -> Any:
    from pyvrp import VehicleType

    return VehicleType(
        num_available=vehicle.count,
        capacity=list(vehicle.capacity),
        start_depot=depot_of[vehicle.start],
        end_depot=depot_of[vehicle.end],
        fixed_cost=vehicle.fixed,
        tw_early=vehicle.leaves,
        tw_late=vehicle.back,
        shift_duration=vehicle.longest_s,
        max_distance=vehicle.farthest_m,
        unit_distance_cost=vehicle.per_m,
        unit_duration_cost=vehicle.per_s,
        initial_load=list(vehicle.on_board),
    )


def _as_solution(problem: Problem, best: Any) -> Solution:
    from pyvrp import ActivityType

    routes = tuple(
        Route(
            route.vehicle_type(),
            tuple(one.idx for one in route.schedule() if one.type == ActivityType.CLIENT),
        )
        for route in best.routes()
    )
    made = {stop for route in routes for stop in route.stops}
    return Solution(routes, tuple(index for index in range(len(problem.stops)) if index not in made))

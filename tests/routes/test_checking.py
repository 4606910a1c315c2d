"""The checker drives a solution itself: each rule is broken once, by hand, and told by name."""

from dataclasses import replace

import pytest

from orderan.routes import (
    Fault,
    Problem,
    ProblemUnusable,
    Route,
    Solution,
    Stop,
    Vehicle,
    check,
    cost_of,
    timetable,
)
from orderan.routes.rules import best_start, shortest_s, usable
from routes.small import at, on_a_line

TWO = on_a_line(at(1), at(2))
VAN = TWO.vehicles[0]


def driven(*stops: int, left_out: tuple[int, ...] = ()) -> Solution:
    return Solution((Route(0, stops),), left_out)


def with_van(problem: Problem, **others: object) -> Problem:
    return replace(problem, vehicles=(replace(problem.vehicles[0], **others),))  # type: ignore[arg-type]


LOADED = replace(VAN, capacity=(10, 500))
CARRIES = on_a_line(
    at(1, delivers=(6, 0), collects=(0, 300)),
    at(2, delivers=(4, 0), collects=(0, 200)),
    vehicles=(LOADED,),
    dimensions=("parcels", "cash"),
)


@pytest.mark.parametrize(
    ("problem", "solution", "faults"),
    [
        (TWO, driven(0, 1), ()),
        (TWO, driven(0), (Fault("missing", "at 2"),)),
        (TWO, driven(0, left_out=(1,)), (Fault("missing", "at 2"),)),
        (on_a_line(at(1), at(2, prize=5)), driven(0, left_out=(1,)), ()),
        (on_a_line(at(1), at(2, prize=5)), driven(0), (Fault("missing", "at 2"),)),
        (TWO, driven(0, 1, 0), (Fault("twice", "at 1", 1),)),
        (TWO, driven(0, 1, 7), (Fault("unknown", "7"),)),
        (TWO, Solution((Route(3, (0, 1)),), ()), (Fault("unknown", "3"),)),
        (TWO, Solution((Route(0, (0,)), Route(0, (1,))), ()), (Fault("fleet", "van", 1),)),
        (with_van(TWO, count=2), Solution((Route(0, (0,)), Route(0, (1,))), ()), ()),
        (TWO, Solution((Route(0, ()), ), (0, 1)), (Fault("missing", "at 1"), Fault("missing", "at 2"), Fault("idle", "van"))),
        (on_a_line(at(1), at(2, closes=19)), driven(0, 1), (Fault("late", "at 2", 1),)),
        (on_a_line(at(1), at(2, closes=20)), driven(0, 1), ()),
        (on_a_line(at(1, opens=15), at(2, closes=24)), driven(0, 1), (Fault("late", "at 2", 1),)),
        (on_a_line(at(1, service_s=3), at(2, closes=22)), driven(0, 1), (Fault("late", "at 2", 1),)),
        (with_van(TWO, back=39), driven(0, 1), (Fault("shift", "van", 1),)),
        (with_van(TWO, leaves=1, back=40), driven(0, 1), (Fault("shift", "van", 1),)),
        (with_van(TWO, longest_s=39), driven(0, 1), (Fault("duration", "van", 1),)),
        (with_van(TWO, farthest_m=39), driven(0, 1), (Fault("distance", "van", 1),)),
        (CARRIES, driven(0, 1), ()),
        (with_van(CARRIES, capacity=(9, 500)), driven(0, 1), (Fault("load", "van", 1),)),
        (with_van(CARRIES, capacity=(10, 499)), driven(0, 1), (Fault("load", "at 2", 1),)),
        (with_van(CARRIES, on_board=(0, 1)), driven(0, 1), (Fault("load", "at 2", 1),)),
    ],
)  # fmt: skip
def test_what_is_broken_is_told_by_rule_place_and_how_much(
    problem: Problem, solution: Solution, faults: tuple[Fault, ...]
) -> None:
    assert check(problem, solution) == faults


def test_a_route_leaves_as_late_as_makes_nobody_wait_and_its_duration_counts_from_then() -> None:
    problem = with_van(on_a_line(at(1, opens=100), at(2, service_s=5)), leaves=0, back=1000)
    route = Route(0, (0, 1))

    assert best_start(problem, route) == 90
    assert shortest_s(problem, route) == 45
    visits, back = timetable(problem, route)
    assert [(visit.arrives, visit.begins, visit.ends) for visit in visits] == [
        (10, 100, 100),
        (110, 110, 115),
    ]
    assert back == 135
    assert check(with_van(problem, longest_s=45), Solution((route,), ())) == ()


def test_a_window_that_closes_early_makes_the_wait_part_of_the_route() -> None:
    problem = on_a_line(at(1, closes=10), at(2, opens=100))

    assert best_start(problem, Route(0, (0, 1))) == 0
    assert shortest_s(problem, Route(0, (0, 1))) == 120


def test_the_cost_is_fixed_driven_spent_and_left_out() -> None:
    problem = with_van(on_a_line(at(1), at(2), at(4, prize=7)), fixed=1000, per_m=3, per_s=2)

    assert cost_of(problem, driven(0, 1, left_out=(2,))) == 1000 + 3 * 40 + 2 * 40 + 7


@pytest.mark.parametrize(
    "wrong",
    [
        on_a_line(at(9)),
        on_a_line(at(1, opens=2, closes=1)),
        on_a_line(at(1, prize=-1)),
        on_a_line(at(1, delivers=(1,))),
        on_a_line(at(1), vehicles=(Vehicle("van", 0, 7),)),
        on_a_line(at(1), dimensions=("kg",), vehicles=(Vehicle("van", 0, 0),)),
        replace(TWO, metres=((0,),)),
        replace(TWO, seconds=tuple(tuple(-1 for _ in row) for row in TWO.seconds)),
    ],
)
def test_a_problem_that_contradicts_itself_is_refused(wrong: Problem) -> None:
    with pytest.raises(ProblemUnusable):
        usable(wrong)


def test_a_stop_says_nothing_of_dimensions_it_does_not_touch() -> None:
    usable(replace(TWO, dimensions=("kg",), vehicles=(replace(VAN, capacity=(1,)),), stops=(Stop("a", 1),)))

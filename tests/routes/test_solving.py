"""What is solved keeps its rules and costs no more than it must; small enough that the best is known by looking."""

import itertools
import random
import sys
from dataclasses import replace

import pytest

from orderan.routes import (
    NothingFits,
    Problem,
    Route,
    Solution,
    SolverNotInstalled,
    Stop,
    Vehicle,
    check,
    cost_of,
    solve,
)
from routes.small import at, on_a_line

VAN = Vehicle("van", 0, 0)


def test_one_van_goes_along_the_line_and_back() -> None:
    problem = on_a_line(at(3), at(1), at(4), at(2))

    found = solve(problem, seconds=1, seed=1)

    assert cost_of(problem, found) == 80
    assert found.left_out == ()


def test_windows_decide_the_order_and_two_vans_go_where_one_would_be_late() -> None:
    early = on_a_line(at(4, closes=40), at(1, opens=60), vehicles=(replace(VAN, fixed=5),))
    assert solve(early, seconds=1).routes == (Route(0, (0, 1)),)

    apart = on_a_line(
        at(1, opens=50, closes=50), at(4, opens=50, closes=50), vehicles=(replace(VAN, count=2),)
    )
    found = solve(apart, seconds=1)
    assert sorted(route.stops for route in found.routes) == [(0,), (1,)]


def test_cash_that_was_collected_counts_against_the_limit_with_what_is_on_board() -> None:
    stops = [at(place, collects=(400,), prize=10_000) for place in (1, 2, 3)]
    van = replace(VAN, capacity=(1000,), on_board=(150,))
    problem = on_a_line(*stops, vehicles=(van,), dimensions=("cash",))

    found = solve(problem, seconds=1)

    assert len(found.left_out) == 1
    assert check(problem, found) == ()
    assert check(problem, Solution((Route(0, (0, 1, 2)),), ())) != ()


def test_of_what_does_not_fit_the_least_worth_is_left_out() -> None:
    stops = [at(place, delivers=(1,), prize=prize) for place, prize in ((1, 900), (2, 500), (3, 800))]
    problem = on_a_line(*stops, vehicles=(replace(VAN, capacity=(2,)),), dimensions=("parcels",))

    assert solve(problem, seconds=1).left_out == (1,)


def test_what_must_be_done_and_cannot_be_is_refused_and_nothing_to_do_is_no_work() -> None:
    with pytest.raises(NothingFits):
        solve(on_a_line(at(4, closes=39)), seconds=0.2)
    with pytest.raises(NothingFits):
        solve(replace(on_a_line(at(1)), vehicles=()), seconds=0.2)
    assert solve(replace(on_a_line(at(1, prize=4)), vehicles=()), seconds=0.2).left_out == (0,)
    assert solve(on_a_line(), seconds=0.2) == Solution((), ())


def test_a_van_may_end_elsewhere_than_it_begins() -> None:
    problem = on_a_line(at(1), at(3), vehicles=(replace(VAN, start=2, end=4),))

    found = solve(problem, seconds=1)

    assert [route.stops for route in found.routes] == [(0, 1)]
    assert cost_of(problem, found) == 10 + 20 + 10


def test_small_random_problems_are_solved_as_well_as_by_trying_everything() -> None:
    dice = random.Random(7)
    for _ in range(6):
        problem = a_random_one(dice)
        found = solve(problem, seconds=1, seed=3)
        assert check(problem, found) == ()
        assert cost_of(problem, found) == min(cost_of(problem, one) for one in everything(problem))


def a_random_one(dice: random.Random) -> Problem:
    between = [[0 if a == b else dice.randint(5, 60) for b in range(6)] for a in range(6)]
    stops = tuple(
        Stop(str(place), place, (dice.randint(1, 4),), (), (opens := dice.randint(0, 60)), opens + dice.randint(20, 90), 3, 150)
        for place in range(1, 6)
    )  # fmt: skip
    vans = (
        Vehicle("big", 0, 0, (9,), back=260, longest_s=200, fixed=20, per_m=1, per_s=1),
        Vehicle("small", 0, 5, (5,), back=200, fixed=5, per_m=2),
    )
    return Problem(("kg",), stops, vans, between, between)


def everything(problem: Problem) -> list[Solution]:
    """Every feasible solution of a problem of five stops and two vehicles."""
    found = []
    for share in itertools.product((0, 1, None), repeat=len(problem.stops)):
        groups = [[stop for stop, van in enumerate(share) if van == which] for which in (0, 1)]
        for orders in itertools.product(*(itertools.permutations(group) for group in groups)):
            routes = tuple(Route(van, stops) for van, stops in enumerate(orders) if stops)
            solution = Solution(routes, tuple(stop for stop, van in enumerate(share) if van is None))
            if not check(problem, solution):
                found.append(solution)
    return found


def test_without_the_library_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyvrp", None)
    with pytest.raises(SolverNotInstalled):
        solve(on_a_line(at(1)), seconds=1)

"""Files of the literature are read as they are meant, and each best known is compared by its own convention."""

import json
from math import hypot
from pathlib import Path

import pytest

from orderan.routes import (
    Best,
    Convention,
    NotAnInstance,
    Route,
    Solution,
    convention_of,
    read_best,
    read_instance,
)
from routes.small import SOLOMON, VRPLIB

WHOLE = Solution((Route(0, (1, 0)), Route(0, (2,))), ())
"""Customers 2 and 1, then 3 alone."""
EXACT = hypot(1, 1) + hypot(2, 3) + 5 + 10


def test_solomons_format_has_its_customers_windows_and_fleet() -> None:
    instance = read_instance(SOLOMON, "tiny")
    problem = instance.problem(Convention.DECIMAL)

    assert (instance.name, instance.vehicles, instance.capacity) == ("TINY", 2, 20)
    assert [stop.delivers for stop in problem.stops] == [(10,), (10,), (10,)]
    assert [(stop.opens, stop.closes, stop.service_s) for stop in problem.stops] == [
        (0, 500, 100),
        (400, 600, 100),
        (0, 1000, 100),
    ]
    assert (problem.vehicles[0].back, problem.vehicles[0].count) == (1000, 2)
    assert instance.problem(Convention.DECIMAL, vehicles=1).vehicles[0].count == 1


@pytest.mark.parametrize(
    ("convention", "length"),
    [
        (Convention.EXACT, EXACT),
        (Convention.DECIMAL, 1.4 + 3.6 + 5 + 10),
        (Convention.INTEGER, 1 + 4 + 5 + 10),
    ],
)
def test_a_length_is_that_of_its_convention(convention: Convention, length: float) -> None:
    instance = read_instance(VRPLIB, "tiny")

    assert instance.length(instance.problem(convention), WHOLE, convention) == pytest.approx(length, abs=1e-9)


def test_driving_times_of_the_exact_convention_are_never_shorter_than_they_are() -> None:
    problem = read_instance(SOLOMON, "tiny").problem(Convention.EXACT)

    assert problem.seconds[0][1] == 50_000
    assert problem.seconds[0][2] == 14_143 > hypot(1, 1) * 10_000
    assert problem.metres[0][2] == 14_142


def test_vrplib_is_read_with_times_or_written_distances_and_the_rest_is_refused_by_name() -> None:
    timed = read_instance(
        VRPLIB.replace("EOF", "TIME_WINDOW_SECTION\n1 0 99\n2 0 9\n3 1 9\n4 2 9\nSERVICE_TIME_SECTION\n1 0\n2 1\n3 1\n4 1\nEOF"),
        "timed",
    )  # fmt: skip
    assert timed.windows is not None
    assert (timed.windows[3], timed.service) == ((2, 9), (0, 1, 1, 1))

    written = VRPLIB.replace("EUC_2D", "EXPLICIT\nEDGE_WEIGHT_FORMAT : LOWER_ROW").replace(
        "EOF", "EDGE_WEIGHT_SECTION\n1\n2 3\n4 5 6\nEOF"
    )
    assert read_instance(written, "written").lengths()[3] == [4, 5, 6, 0]

    for beyond in ("DISTANCE : 200\nDIMENSION", "BACKHAUL_SECTION\n1\nDIMENSION"):
        with pytest.raises(NotAnInstance):
            read_instance(VRPLIB.replace("DIMENSION", beyond, 1), "beyond")
    for broken in (
        "",
        "hello",
        SOLOMON.replace("    2      1", "    7      1"),
        VRPLIB.replace("3 1 1\n", ""),
    ):
        with pytest.raises(NotAnInstance):
            read_instance(broken, "broken")


def test_what_is_known_is_read_from_each_kind_of_file(tmp_path: Path) -> None:
    told = {
        "A": {"best_known_cost": 10.55, "solved_with_vehicles": 3},
        "A_distance": {"best_known_cost": 9.51, "solved_with_vehicles": 4},
        "B": {"best_known_cost": 7.25, "solved_with_vehicles": 2},
    }
    files = {
        "k.json": json.dumps(told),
        "p.json": '{"A": 827.3}',
        "k.csv": "name,cost\nA,12\nB,13\n",
        "p.csv": "A,12.5\n",
        "A.sol": "Route #1: 1 2\nCost 27591\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)

    assert read_best(tmp_path / "k.json") == {"A": Best(9.51), "B": Best(7.25, 2)}
    assert read_best(tmp_path / "p.json") == {"A": Best(827.3)}
    assert read_best(tmp_path / "k.csv") == {"A": Best(12), "B": Best(13)}
    assert read_best(tmp_path / "p.csv") == {"A": Best(12.5)}
    assert read_best(tmp_path / "A.sol") == {"A": Best(27591)}
    (tmp_path / "no.json").write_text('{"A": {"nothing": 1}}')
    with pytest.raises(NotAnInstance):
        read_best(tmp_path / "no.json")


def test_decimals_tell_the_convention() -> None:
    timed, untimed = [read_instance(SOLOMON, "a")], [read_instance(VRPLIB, "b")]

    assert convention_of([Best(828.94), Best(1645.0)], timed) is Convention.EXACT
    assert convention_of([Best(827.3), Best(1637)], timed) is Convention.DECIMAL
    assert convention_of([Best(27591)], untimed) is Convention.INTEGER
    assert convention_of([Best(835.26)], untimed) is Convention.EXACT

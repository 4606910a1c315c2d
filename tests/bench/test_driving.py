"""Routes are held against the best known: one small problem, and the ways a figure could flatter."""

import json
import os
from pathlib import Path

import pytest

from orderan.bench import CannotMeasure, driving
from orderan.routes import Solution
from routes.small import SOLOMON


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tiny.txt").write_text(SOLOMON)
    return tmp_path


def known(folder: Path, told: object) -> Path:
    place = folder / "best.json"
    place.write_text(json.dumps(told))
    return place


def test_a_gap_is_a_share_of_the_best_known_and_the_convention_is_told(folder: Path) -> None:
    said: list[str] = []
    best = known(folder, {"TINY": 20.0})
    figures = driving.measure(instances=folder, best=best, seconds=0.3, tell=said.append)

    assert (figures.instances, figures.infeasible, figures.compared) == (1, 0, {"decimal": 1})
    assert figures.gaps == {"TINY": figures.mean_gap} == {"TINY": figures.worst_gap}
    assert figures.mean_gap == pytest.approx(driven_by_hand() / 20.0 - 1, abs=1e-5)
    assert figures.seconds < 3
    assert "decimal" in said[0]


def driven_by_hand() -> float:
    """Customer 1 and 3 in one van, 2 in another, or any other way that is not longer."""
    home = {1: 5.0, 2: 1.4, 3: 5.0}
    between = {(1, 2): 3.6, (1, 3): 6.0, (2, 3): 5.0}
    pairs = [home[a] + between[a, b] + home[b] + 2 * home[6 - a - b] for a, b in between]
    return min(pairs)


def test_routes_that_break_a_rule_count_as_infeasible_and_widen_the_gap(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driving, "solve", lambda problem, **_: Solution((), ()))
    figures = driving.measure(instances=folder, best=known(folder, {"TINY": 20.0}), seconds=0.1)

    assert (figures.infeasible, figures.mean_gap) == (1, 1.0)
    assert not all(promise.met({"mean_gap": 1.0, "infeasible": 1}) for promise in driving.PROMISES)


def test_a_best_known_of_few_vehicles_is_compared_with_as_few_and_more_are_told(folder: Path) -> None:
    best = known(folder, {"TINY": {"best_known_cost": 20.05, "solved_with_vehicles": 1}})
    figures = driving.measure(instances=folder, best=best, seconds=0.3)

    assert (figures.more_vehicles, figures.infeasible, figures.compared) == (1, 0, {"exact": 1})


def test_what_is_not_there_or_not_known_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERAN_DATA_SETS", str(folder / "nowhere"))
    for asked in (
        {},
        {"instances": folder, "best": folder / "nothing.json"},
        {"instances": folder, "best": known(folder, {"OTHER": 1.0})},
    ):
        with pytest.raises(CannotMeasure):
            driving.measure(**asked)  # type: ignore[arg-type]


SETS = Path(os.environ.get("ORDERAN_DATA_SETS", "../shared/data")) / driving.SETS


@pytest.mark.skipif(not SETS.is_dir(), reason=f"no data set at {SETS} (ORDERAN_DATA_SETS)")
def test_an_easy_instance_of_the_data_sets_is_solved_to_its_best_known() -> None:
    figures = driving.measure(seconds=2, only=["C101"])

    assert (figures.infeasible, figures.compared) == (0, {"exact": 1})
    assert abs(figures.gaps["C101"]) < 1e-3

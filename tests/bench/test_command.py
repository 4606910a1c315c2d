"""`orderan bench` tells figures beside what was promised, and fails on ratios alone."""

import json
import logging
import sys
from collections.abc import Iterator

import pytest
import structlog

from bench import made_up
from orderan.cli import bench as command
from orderan.cli import main


@pytest.fixture(autouse=True)
def logs_as_they_were() -> Iterator[None]:
    """The command sends the lines of its process to where errors go: here to a stream of this test."""
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers, root.level
    yield
    structlog.configure(**before)
    root.handlers = handlers
    root.setLevel(level)


@pytest.fixture(autouse=True)
def two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "BENCHES", {"one": "bench.made_up", "other": "bench.made_up"})
    monkeypatch.setenv("COLUMNS", "120")


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["orderan", "bench", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_json_of_one_is_exactly_one_object_and_progress_goes_elsewhere(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "one", "--json") == 0

    told = capsys.readouterr()
    assert json.loads(told.out) == {
        "ratio": 0.5,
        "p99_ms": 100.0,
        "rate": 12_345,
        "kinds": {"by_tag": {"p95_ms": 1.5}},
    }
    assert told.err == "one: measuring\n"


def test_json_of_all_is_one_object_by_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "--json") == 0

    assert list(json.loads(capsys.readouterr().out)) == ["one", "other"]


def test_the_table_has_every_figure_with_its_promise_and_whether_it_is_met(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(made_up, "NEXT", made_up.Figures(0.5, 100.01))

    assert run(monkeypatch, "one") == 0

    rows = [line.split() for line in capsys.readouterr().out.splitlines()[1:]]
    assert rows == [
        ["one", "ratio", "0.5", ">=", "0.5", "met"],
        ["one", "p99_ms", "100.01", "<=", "100", "not", "met"],
        ["one", "rate", "12,345"],
        ["one", "kinds.by_tag.p95_ms", "1.5"],
    ]


def test_a_ratio_that_is_not_met_fails_the_command_after_its_figures_were_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(made_up, "NEXT", made_up.Figures(0.49, 100.0))

    assert run(monkeypatch, "one", "--json") == 1

    told = capsys.readouterr()
    assert json.loads(told.out)["ratio"] == 0.49
    assert "not met: one: ratio" in told.err


def test_an_unknown_benchmark_is_refused_with_the_names_there_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "nothing") == 2

    assert "there are one, other" in capsys.readouterr().err


def test_incidents_are_handed_to_the_benchmark_of_payments_and_to_no_other(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "BENCHES", {"payments": "bench.made_up", "one": "bench.made_up"})
    monkeypatch.setattr(made_up, "GIVEN", [])

    assert run(monkeypatch, "one", "--incidents", "mine.csv") == 2
    assert made_up.GIVEN == []
    assert "of the benchmark payments alone" in capsys.readouterr().err

    assert run(monkeypatch, "payments", "--json", "--incidents", "mine.csv") == 0
    assert [str(path) for path in made_up.GIVEN] == ["mine.csv"]


def test_a_benchmark_without_its_data_fails_alone_and_is_left_out_of_all_saying_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(made_up, "MISSING", ["no file at x"])

    assert run(monkeypatch, "one", "--json") == 1
    assert "one: no file at x" in capsys.readouterr().err

    assert run(monkeypatch, "--json") == 0
    told = capsys.readouterr()
    assert json.loads(told.out) == {}
    assert told.err == "one: left out, no file at x\nother: left out, no file at x\n"

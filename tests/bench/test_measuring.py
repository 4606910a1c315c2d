"""Each benchmark at a size that says nothing: its figures have their shape, and it leaves nothing behind."""

import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from orderan.bench import importing, listing, placement, startup
from orderan.bench.asking import KINDS
from orderan.kit.postgres.processes import processes_of


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where temporary folders are made while a benchmark runs."""
    with tempfile.TemporaryDirectory(prefix="orderan-test-") as made:
        place = Path(made)
        place.chmod(0o755)
        monkeypatch.setattr(tempfile, "tempdir", made)
        yield place
        assert list(place.iterdir()) == []


@pytest.mark.slow
def test_lists_are_measured_at_both_sizes_for_every_kind_and_the_data_is_gone(folder: Path) -> None:
    figures = listing.measure(small=200, large=400, rounds=1)

    assert set(figures.kinds) == set(KINDS)
    for kind in figures.kinds.values():
        assert set(kind) == {"p95_ms_10k", "p95_ms_1m", "median_ratio"}
        assert min(kind.values()) > 0
    assert figures.ratio == pytest.approx(figures.p95_ms_1m / figures.p95_ms_10k, abs=0.01)
    assert figures.worst_p95_ms_1m >= figures.p95_ms_1m
    assert figures.asked == 2 * 2 * len(KINDS) + 2
    assert figures.audit_findings == 0
    assert {promise.figure for promise in listing.PROMISES} <= set(asdict(figures))


@pytest.mark.slow
def test_a_start_is_timed_twice_and_memory_is_told_idle_and_loaded(folder: Path) -> None:
    figures = startup.measure(placed=20)

    told = asdict(figures)
    assert figures.placed >= 20
    assert min(told.values()) > 0
    assert 10 < figures.worker_idle_mb < 1_000
    assert 10 < figures.web_loaded_mb < 1_000
    assert {promise.figure for promise in startup.PROMISES} <= set(told)
    assert processes_of(folder) == []


@pytest.mark.slow
def test_placement_is_measured_beside_a_worker_and_every_answer_was_an_order(folder: Path) -> None:
    figures = placement.measure(seconds=1, connections=4, rounds=1)

    told = asdict(figures)
    assert min(told.values()) > 0
    assert figures.p50_ms <= figures.p99_ms
    assert {promise.figure for promise in placement.PROMISES} <= set(told)
    assert processes_of(folder) == []


@pytest.mark.slow
def test_an_import_is_measured_on_a_file_that_has_something_of_everything(folder: Path) -> None:
    figures = importing.measure(lines=2_000)

    assert figures.lines == figures.ordered + figures.returned + figures.waiting == 2_000
    assert figures.ordered > 1_500
    assert figures.returned > 10
    assert figures.waiting > 10
    assert 0 < figures.again_s < figures.seconds
    assert {promise.figure for promise in importing.PROMISES} <= set(asdict(figures))

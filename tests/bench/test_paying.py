"""The whole measure of payments, made small: one object with every figure that is promised."""

from pathlib import Path
from typing import Any

import pytest

from orderan.bench import outages
from orderan.bench.paying import PROMISES, measure

pytestmark = pytest.mark.slow
FILE = "failure_mode,severity_fraction,start_local,duration_min\nall_fail,1.0,20:00,40\n"
WATCHED = outages.Figures(60.0, 600.0, 1.0, 0.97, 1.0, 0.0, 0.0, {}, {}, {}, {"rows": 1}, 1)
"""Months of outages have tests of their own."""


def test_one_object_has_every_figure_and_the_books_agree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "mine.csv"
    file.write_text(FILE, "utf-8")
    asked: dict[str, Any] = {}

    def watched(**how: Any) -> outages.Figures:
        asked.update(how)
        return WATCHED

    monkeypatch.setattr(outages, "measure", watched)
    figures = measure(incidents=file, payments=40, storms=(5,), seeds=1, days=3, seconds=1.0, waiting=60)

    assert all(hasattr(figures, promise.figure) for promise in PROMISES)
    assert (asked["incidents"], asked["seeds"], asked["days"]) == (file, 1, 3)
    assert (figures.incidents["rows"], figures.seeds, figures.storm["payments"]) == (1, 1, 40)
    books = (
        "double_captures",
        "unexplained_rupiah",
        "paid_without_event",
        "unpaid_with_event",
        "audit_findings",
    )
    assert sum(figures.ways.values()) >= figures.storm["orders_paid"]
    assert [getattr(figures, name) for name in books] == [0] * 5
    assert figures.notifications_per_s > 0
    assert figures.earned_vs_best_single > 0

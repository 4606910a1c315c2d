"""The whole measure of payments, made small: one object with every figure that is promised."""

from pathlib import Path

import pytest

from orderan.bench.paying import PROMISES, measure

pytestmark = pytest.mark.slow
FILE = "failure_mode,severity_fraction,start_local,duration_min\nall_fail,1.0,20:00,40\n"


def test_one_object_has_every_figure_and_the_books_agree(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text(FILE, "utf-8")

    figures = measure(incidents=file, payments=60, storms=(5,), seeds=1, days=3, seconds=1.0, waiting=60)

    assert all(hasattr(figures, promise.figure) for promise in PROMISES)
    assert (figures.incidents["rows"], figures.seeds, figures.storm["payments"]) == (1, 1, 60)
    books = (
        "double_captures",
        "unexplained_rupiah",
        "paid_without_event",
        "unpaid_with_event",
        "audit_findings",
    )
    assert [getattr(figures, name) for name in books] == [0] * 5
    assert figures.notifications_per_s > 0
    assert figures.earned_vs_best_single > 0

"""The report adds up, or says loudly where it does not."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from importing.given import DAY, MORNING, a_line
from orderan.importing.errors import BooksDisagree
from orderan.importing.models import FaultyLine, Outcome, Reason
from orderan.importing.report import FileSums, Key, Outcomes, Report


def _report() -> Report:
    sold, back = a_line(1, quantity=4), a_line(2, quantity=-1)
    later = a_line(3, price="0.001", at=MORNING + timedelta(days=1))
    faulty = FaultyLine(4, None, Reason.UNREADABLE_PRICE, None, None, None, None, {})
    sums, outcomes = FileSums(), Outcomes()
    sums.add([sold, back, later, faulty])
    outcomes.add(sold, Outcome.ORDERED, None)
    outcomes.add(back, Outcome.RETURNED, None)
    outcomes.add(later, Outcome.WAITING, Reason.DUPLICATE_LINE)
    outcomes.add(faulty, Outcome.WAITING, Reason.UNREADABLE_PRICE)
    return Report("file", "test", sums, outcomes)


def test_columns_add_up_to_the_file_in_every_row_and_exact_amounts_stand_beside() -> None:
    report = _report()
    report.check()
    written = report.written()
    assert written["lines"] == {"file": 4, "ordered": 1, "returned": 1, "waiting": 2, "known_before": 0}
    assert [
        (row["day"], row["file_lines"], row["file_minor"], row["file_exact"]) for row in written["days"]
    ] == [
        ("2011-03-01", 2, 750, "7.5"),
        ("2011-03-02", 1, 0, "0.001"),
        ("unknown", 1, 0, "0"),
    ]
    for row in [*written["days"], *written["currencies"]]:
        assert row["file_minor"] == sum(row[f"{outcome}_minor"] for outcome in Outcome)
    assert [(row["reason"], row["lines"]) for row in written["reasons"]] == [
        ("duplicate_line", 1),
        ("unreadable_price", 1),
    ]


@pytest.mark.parametrize(
    ("exact", "minor", "told"),
    [("2.5", 250, "lines"), ("0.001", 0, "exact"), ("0", 1, "minor")],
)
def test_a_line_too_many_a_tenth_of_a_penny_or_a_penny_fails_the_check(
    exact: str, minor: int, told: str
) -> None:
    report = _report()
    extra = FileSums()
    extra.add([a_line(9)] if told == "lines" else [])
    for tally in extra.rows.values():
        report.file.put(Key(DAY, "GBP"), tally)
    row = report.file.rows[Key(DAY, "GBP")]
    if told != "lines":
        row.add(0, Decimal(exact), minor)
    with pytest.raises(BooksDisagree) as disagree:
        report.check()
    assert disagree.value.differences[0].where == "2011-03-01 GBP"
    assert told in {problem.what.split(":")[0] for problem in disagree.value.differences}


def test_a_whole_day_without_outcomes_fails_the_check() -> None:
    report = _report()
    del report.outcomes.rows[Key(DAY, "GBP")]
    with pytest.raises(BooksDisagree, match="file 2, outcomes 0"):
        report.check()

"""Three formats, one answer; and nothing about a line depends on how the file was cut."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from importing.given import HEADING, MORNING, a_mapping, a_row
from orderan.importing.errors import SourceRefused
from orderan.importing.models import AnyLine, FaultyLine, Reason, SourceLine
from orderan.importing.reading import fingerprint, open_source, read

Rows = Sequence[Sequence[object]]


def write_csv(path: Path, rows: Rows, *, encoding: str = "utf-8") -> Path:
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file).writerows([HEADING, *rows])
    return path


def write_parquet(path: Path, rows: Rows) -> Path:
    columns = {name: pa.array([row[place] for row in rows]) for place, name in enumerate(HEADING)}
    pq.write_table(pa.table(columns), path, row_group_size=7)
    return path


def write_xlsx(path: Path, rows: Rows) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [HEADING, *rows]:
        sheet.append(list(row))
    book.save(path)
    return path


WRITERS: dict[str, Callable[[Path, Rows], Path]] = {
    "f.csv": write_csv,
    "f.parquet": write_parquet,
    "f.xlsx": write_xlsx,
}


def _all(path: Path, *, after: int = 0, size: int = 10_000, extra: str = "") -> list[AnyLine]:
    return [line for chunk in read(path, a_mapping(extra=extra), after=after, size=size) for line in chunk]


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_gives_the_same_line(tmp_path: Path, name: str) -> None:
    path = WRITERS[name](tmp_path / name, [a_row(sku="lamp1a", quantity=3, price=2.35)])
    assert _all(path) == [
        SourceLine(
            1, "1", "LAMP1A", "a lamp", 3, MORNING, date(2011, 3, 1), Decimal("2.35"), "ana", None,
            "GBP", Decimal("7.05"), 705, False,
        )
    ]  # fmt: skip


@pytest.mark.parametrize("name", WRITERS)
def test_any_cut_into_chunks_and_any_restart_gives_the_same_lines(tmp_path: Path, name: str) -> None:
    rows = [a_row(invoice=str(n // 3), quantity=n - 5, price=n / 8) for n in range(23)]
    path = WRITERS[name](tmp_path / name, rows)
    whole = _all(path)
    assert [line.number for line in whole] == list(range(1, 24))
    for size in (1, 2, 7, 22, 23, 24):
        for after in (0, 1, 6, 7, 8, 22, 23):
            assert _all(path, after=after, size=size) == whole[after:]


def test_a_summer_time_is_an_hour_earlier_in_utc_and_keeps_its_day(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "f.csv", [a_row(time="2011-07-01 00:30")])
    [line] = _all(path)
    assert isinstance(line, SourceLine)
    assert (line.at, line.day) == (datetime(2011, 6, 30, 23, 30, tzinfo=UTC), date(2011, 7, 1))


def test_numbers_a_spreadsheet_made_of_codes_are_codes_again(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "f.parquet", [a_row(invoice=536365, sku=22423, customer=17850.0)])
    [line] = _all(path)
    assert isinstance(line, SourceLine)
    assert (line.invoice, line.sku, line.customer) == ("536365", "22423", "17850")
    path = write_csv(tmp_path / "f.csv", [a_row(invoice=536365, sku=22423, customer="17850.0")])
    [line] = _all(path)
    assert isinstance(line, SourceLine)
    assert (line.invoice, line.sku, line.customer) == ("536365", "22423", "17850")


def test_decimal_commas_and_thousands_points_are_read_as_the_mapping_says(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "f.csv", [a_row(price="1.250,75"), a_row(price="1250.75")])
    mapping = a_mapping()
    money = mapping.money.model_copy(update={"decimal_sign": ",", "grouping_sign": "."})
    lines = next(read(path, mapping.model_copy(update={"money": money})))
    # A point that stands between no thousands is no thousands point: 1250.75 is not 125,075.
    assert [line.minor for line in lines] == [125075, None]
    assert getattr(lines[1], "fault", None) is Reason.UNREADABLE_PRICE
    money = money.model_copy(update={"grouping_sign": ""})
    lines = next(read(path, mapping.model_copy(update={"money": money})))
    assert [getattr(line, "fault", None) for line in lines] == [Reason.UNREADABLE_PRICE] * 2


def test_amounts_round_once_half_away_from_zero_and_stay_exact_beside(tmp_path: Path) -> None:
    rows = [a_row(quantity=q, price=p) for q, p in ((1, 0.005), (-1, 0.005), (3, 0.335), (1, 0.004))]
    lines = _all(write_csv(tmp_path / "f.csv", rows))
    assert [line.minor for line in lines] == [1, -1, 101, 0]
    assert [line.exact for line in lines] == [Decimal(x) for x in ("0.005", "-0.005", "1.005", "0.004")]


def test_the_noise_of_binary_floats_is_not_part_of_a_price(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "f.parquet", [a_row(price=0.1 + 0.2)])
    [line] = _all(path)
    assert isinstance(line, SourceLine)
    assert line.price == Decimal("0.3")


@pytest.mark.parametrize(
    ("change", "fault", "minor"),
    [
        ({"invoice": ""}, Reason.MISSING_INVOICE, 500),
        ({"sku": " "}, Reason.MISSING_SKU, 500),
        ({"quantity": "two"}, Reason.UNREADABLE_QUANTITY, None),
        ({"quantity": "2.5"}, Reason.FRACTIONAL_QUANTITY, 625),
        ({"quantity": str(2**31)}, Reason.QUANTITY_TOO_LARGE, 250 * 2**31),
        ({"price": "free"}, Reason.UNREADABLE_PRICE, None),
        ({"price": "nan"}, Reason.UNREADABLE_PRICE, None),
        ({"price": "1e99"}, Reason.AMOUNT_TOO_LARGE, None),
        ({"time": "yesterday"}, Reason.UNREADABLE_TIME, 500),
        ({"description": "x" * 2001}, Reason.TEXT_TOO_LONG, 500),
        ({"invoice": "9" * 201}, Reason.TEXT_TOO_LONG, 500),
    ],
)
def test_what_cannot_be_read_waits_with_its_reason_and_whatever_money_can_be_told(
    tmp_path: Path, change: dict[str, str], fault: Reason, minor: int | None
) -> None:
    row = a_row(**{"quantity": "2", "price": "2.50", "time": "2011-03-01", **change})
    [line] = _all(write_csv(tmp_path / "f.csv", [row]))
    assert isinstance(line, FaultyLine)
    assert (line.fault, line.minor) == (fault, minor)
    [[column, text]] = change.items()
    assert line.raw[column] == text[:2000]


def test_a_row_with_a_stray_comma_waits_whole_because_no_column_can_be_trusted(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text(
        ",".join(HEADING) + "\n1,LAMP,a lamp, red,1,2011-03-01,2.50,ana\n2,LAMP,x,1,2011-03-01,2.50,ana\n\n"
    )
    broken, sound = _all(path)
    assert broken == FaultyLine(
        1, None, Reason.WRONG_NUMBER_OF_COLUMNS, None, None, None, None,
        {"row": "1 | LAMP | a lamp |  red | 1 | 2011-03-01 | 2.50 | ana"},
    )  # fmt: skip
    assert (sound.number, sound.minor) == (2, 250)


def test_old_spreadsheet_text_and_byte_order_marks_are_understood(tmp_path: Path) -> None:
    for encoding in ("cp1252", "utf-8", "utf-8-sig"):
        path = write_csv(tmp_path / f"{encoding}.csv", [a_row(description="café £5")], encoding=encoding)
        [line] = _all(path)
        assert isinstance(line, SourceLine)
        assert line.description == "café £5"


def test_nul_bytes_never_reach_the_database(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "f.parquet", [a_row(description="a\x00b")])
    [line] = _all(path)
    assert isinstance(line, SourceLine)
    assert line.description == "a\ufffdb"


def test_all_sheets_of_a_workbook_are_read_one_after_another(tmp_path: Path) -> None:
    book = Workbook()
    for number, title in enumerate(("2010", "2011")):
        sheet = book.create_sheet(title)
        for row in (HEADING, a_row(invoice=f"{number}1"), a_row(invoice=f"{number}2")):
            sheet.append(list(row))
    book.save(tmp_path / "f.xlsx")
    assert [line.invoice for line in _all(tmp_path / "f.xlsx")] == ["01", "02", "11", "12"]
    assert [line.invoice for line in _all(tmp_path / "f.xlsx", extra='[file]\nsheet = "2011"')] == [
        "11",
        "12",
    ]


def test_a_file_without_a_mapped_column_is_refused_with_every_missing_one(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text("invoice,quantity,time,price,price,customer,description\n")
    with pytest.raises(SourceRefused) as refused:
        open_source(tmp_path / "f.csv", a_mapping())
    assert [str(problem) for problem in refused.value.problems[:-1]] == [
        "sku: no such column: sku",
        "price: several such columns: price",
    ]


@pytest.mark.parametrize("name", ["none.csv", "empty.csv", "text.parquet", "text.xlsx", "f.docx"])
def test_a_file_that_is_not_what_its_name_says_is_refused(tmp_path: Path, name: str) -> None:
    if name != "none.csv":
        (tmp_path / name).write_text("" if name == "empty.csv" else "just text")
    with pytest.raises(SourceRefused):
        open_source(tmp_path / name, a_mapping())


def test_the_fingerprint_changes_with_the_file_and_with_any_setting(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "f.csv", [a_row()])
    one = fingerprint(path, a_mapping())
    assert fingerprint(path, a_mapping()) == one
    assert fingerprint(path, a_mapping(extra='[lines]\nduplicates = "order"')) != one
    write_csv(path, [a_row(), a_row()])
    assert fingerprint(path, a_mapping()) != one


@given(
    st.lists(st.tuples(*[st.text(st.characters(exclude_categories=["Cs"]), max_size=12)] * 7), max_size=12),
    st.integers(1, 5),
)
def test_no_text_whatever_loses_a_line_or_breaks_the_reader(
    tmp_path_factory: pytest.TempPathFactory, rows: Rows, size: int
) -> None:
    path = write_csv(tmp_path_factory.mktemp("any") / "f.csv", rows)
    with path.open(newline="", encoding="utf-8-sig") as file:
        expected = sum(1 for row in csv.reader(file) if row) - 1
    assert [line.number for line in _all(path, size=size)] == list(range(1, expected + 1))

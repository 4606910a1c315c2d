"""Files of the shape of the online-retail sets as other programs write them: every line once, sums exact.

Each goes through the whole import with the preset that is shipped, and the report is compared line
by line and day by day with what the file says.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

from conftest import ShopFloor
from orderan.importing import Imported, SourceRefused, preset
from orderan.importing.running import start
from orderan.kit.clock import SetClock

pytestmark = pytest.mark.anyio

FIRST = (
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
)
SECOND = ("Invoice", "StockCode", "Description", "Quantity", "InvoiceDate", "Price", "Customer ID", "Country")
DAY, NEXT = "2010-12-01", "2010-12-02"

Cells = Sequence[object]


def sale(invoice: object = "536365", sku: object = "85123A", quantity: object = 6, price: object = "2.55", *,
         at: object = "2010-12-01 08:26", customer: object = "17850", description: object = "LIGHT HOLDER",
         country: object = "United Kingdom") -> Cells:  # fmt: skip
    return (invoice, sku, description, quantity, at, price, customer, country)


STORY = (
    sale(),
    sale(sku="71053", price="3.39"),
    sale("C536379", quantity=-2, at="2010-12-02 09:00"),
)
"""A sale of two lines and a part of it taken back the next day."""
STORY_DAYS = [(DAY, 2, 3564), (NEXT, 1, -510)]


def text_file(rows: Sequence[Cells], heading: Cells = FIRST, **style: Any) -> str:
    out = io.StringIO()
    csv.writer(out, **style).writerows([heading, *rows])
    return out.getvalue()


@pytest.fixture
def fates(floor: ShopFloor, now: datetime, tmp_path: Path) -> Callable[..., Any]:
    """Import a file; gives what became of each line by number, and the sums per day, checked against it."""

    async def bring_in(
        content: str | bytes | Path, *, name: str = "unseen.csv"
    ) -> tuple[list[str], list[Any]]:
        if isinstance(content, Path):
            path = content
        else:
            path = tmp_path / name
            path.write_bytes(content.encode() if isinstance(content, str) else content)  # noqa: ASYNC240 - a test
        done: Imported = await start(
            floor.db, floor.shop, path, preset("online-retail"), clock=SetClock(now), actor="system:import"
        )
        rows = await floor.all(
            """
            SELECT line.number, coalesce(became.reason, became.outcome) FROM import_line AS line
            LEFT JOIN import_outcome AS became ON became.shop_id = line.shop_id AND became.run_id = line.run_id
                      AND became.number = line.number
            WHERE line.shop_id = %(shop)s AND line.run_id::text = %(run)s ORDER BY line.number
            """,
            run=done.run_id,
        )
        assert [row[0] for row in rows] == list(range(1, done.report["lines"]["file"] + 1))
        days = done.report["days"]
        for row in days:
            for what in ("lines", "minor"):
                parts = [row[f"{part}_{what}"] for part in ("ordered", "returned", "waiting")]
                assert sum(parts) == row[f"file_{what}"]
        return [row[1] for row in rows], [(row["day"], row["file_lines"], row["file_minor"]) for row in days]

    return bring_in


TOLD = ["ordered", "ordered", "returned"]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(text_file(STORY), id="as it was"),
        pytest.param(text_file(STORY, SECOND), id="the names of the second set"),
        pytest.param(text_file([row[::-1] for row in STORY], FIRST[::-1]), id="another order of columns"),
        pytest.param(text_file([("0", *row, "x") for row in STORY], ("", *FIRST, "Note")), id="more columns"),
        pytest.param(text_file(STORY, [f" {name.lower()} " for name in FIRST]), id="headings in lower case"),
        pytest.param(text_file(STORY, [n.replace(" ", "_") for n in SECOND]), id="headings with underscores"),
        pytest.param(text_file(STORY).encode("utf-8-sig"), id="a byte order mark"),
        pytest.param(text_file(STORY).encode("utf-16"), id="two bytes a sign"),
        pytest.param(text_file(STORY, lineterminator="\n"), id="lines that end in LF"),
        pytest.param(text_file(STORY, lineterminator="\r"), id="lines that end in CR"),
        pytest.param(text_file(STORY, delimiter=";"), id="semicolons"),
        pytest.param(text_file(STORY, delimiter="\t"), id="tabs"),
        pytest.param("sep=;\r\n" + text_file(STORY, delimiter=";"), id="a line that names the delimiter"),
        pytest.param(text_file(STORY, quoting=csv.QUOTE_ALL), id="everything quoted"),
        pytest.param(text_file(STORY).rstrip(), id="no end of line at the end"),
        pytest.param(text_file(STORY) + "\r\n\r\n", id="empty lines at the end"),
    ],
)
async def test_however_a_text_file_is_punctuated_it_says_the_same(
    fates: Callable[..., Any], content: str | bytes
) -> None:
    assert await fates(content) == (TOLD, STORY_DAYS)


@pytest.mark.parametrize(
    ("first", "second", "third"),
    [
        ("2010-12-01 08:26:00", "2010-12-01 8:26", "2010-12-02T09:00"),
        ("12/1/2010 8:26", "12/01/2010 08:26:00", "12/2/2010 9:00"),
        ("12/1/10 8:26", "12/1/10 8:26", "12/2/10 9:00"),
        ("12/1/2010 8:26 AM", "12/1/2010 08:26:00 am", "12/2/2010 9:00 AM"),
        ("01 Dec 2010 08:26", "01-Dec-2010 08:26", "02-Dec-10 09:00"),
        ("2010/12/01 08:26", "2010/12/1 8:26:00", "2010/12/02 09:00"),
        ("2010-12-01T08:26:00Z", "2010-12-01 08:26:00+00:00", "2010-12-02T09:00:00.000Z"),
    ],
)
async def test_a_time_is_read_in_any_of_the_ways_programs_write_it(
    fates: Callable[..., Any], floor: ShopFloor, first: str, second: str, third: str
) -> None:
    rows = [
        sale(at=first),
        sale(sku="71053", price="3.39", at=second),
        sale("C536379", quantity=-2, at=third),
    ]
    assert await fates(text_file(rows)) == (TOLD, STORY_DAYS)
    placed = await floor.value("SELECT placed_at FROM sales_order WHERE shop_id = %(shop)s")
    assert placed == datetime(2010, 12, 1, 8, 26, tzinfo=UTC)


async def test_one_day_after_the_twelfth_tells_the_order_of_day_and_month_for_the_whole_file(
    fates: Callable[..., Any],
) -> None:
    days_first = [sale(str(n), at=f"0{n}/12/2010 8:26") for n in range(1, 4)]
    outcome, days = await fates(text_file([*days_first, sale("9", at="13/12/2010 8:26")]))
    assert outcome == ["ordered"] * 4
    assert days == [(f"2010-12-{day}", 1, 1530) for day in ("01", "02", "03", "13")]


async def test_a_day_the_file_does_not_have_waits_and_turns_no_other(fates: Callable[..., Any]) -> None:
    rows = [
        sale("1", at="12/20/2010 8:26"),
        sale("2", at="12/21/2010 8:26"),
        sale("3", at="25/12/2010 8:26"),
        sale("4", at="12/2/2010 8:26"),
    ]
    outcome, days = await fates(text_file(rows))
    assert outcome == ["ordered", "ordered", "unreadable_time", "ordered"]
    assert days == [
        (NEXT, 1, 1530),
        ("2010-12-20", 1, 1530),
        ("2010-12-21", 1, 1530),
        ("unknown", 1, 1530),
    ]


async def test_decimal_commas_are_told_by_the_file(fates: Callable[..., Any]) -> None:
    rows = [sale(price="2,55"), sale("2", quantity=1, price="1.250,5"), sale("3", quantity=1, price="3")]
    outcome, days = await fates(text_file(rows, delimiter=";"))
    assert (outcome, days) == (["ordered"] * 3, [(DAY, 3, 1530 + 125_050 + 300)])


async def test_thousands_may_be_grouped_and_a_sign_in_a_wrong_place_waits(fates: Callable[..., Any]) -> None:
    rows = [
        sale(quantity="1,200", price="1,250.50"),
        sale("2", price="2.55"),
        sale("3", price="25,5.0"),
        sale("4", quantity="1,2"),
    ]
    outcome, days = await fates(text_file(rows))
    assert outcome == ["ordered", "ordered", "unreadable_price", "unreadable_quantity"]
    assert days == [(DAY, 4, 150_060_000 + 1530)]


@pytest.mark.parametrize("customer", ["17850", "17850.0", "17850.00", 17850, " 17850 "])
async def test_a_customer_is_the_same_however_a_column_with_gaps_writes_the_number(
    fates: Callable[..., Any], floor: ShopFloor, customer: object
) -> None:
    rows = [sale(), sale("C536379", quantity=-2, at="2010-12-02 09:00", customer=customer)]
    assert (await fates(text_file(rows)))[0] == ["ordered", "returned"]
    assert (
        await floor.value("SELECT external_id FROM customer WHERE shop_id = %(shop)s")
        == "online-retail:17850"
    )


@pytest.mark.parametrize("nobody", ["", " ", "nan", "NaN", "NULL", "None", "<NA>"])
async def test_a_missing_customer_is_nobody_and_no_customer_of_that_name(
    fates: Callable[..., Any], floor: ShopFloor, nobody: str
) -> None:
    rows = [
        sale(customer=nobody),
        sale("C536379", quantity=-2, at="2010-12-02 09:00", customer=nobody),
        sale("3", price="0", customer=nobody),
    ]
    outcome, days = await fates(text_file(rows))
    assert outcome == ["ordered", "cancellation_without_customer", "zero_price_without_customer"]
    assert days == [(DAY, 2, 1530), (NEXT, 1, -510)]
    assert await floor.value("SELECT count(*) FROM customer WHERE shop_id = %(shop)s") == 0


async def test_units_may_be_written_as_decimals_and_parts_of_one_wait(fates: Callable[..., Any]) -> None:
    rows = [
        sale(quantity="6.0"),
        sale("2", quantity="+3"),
        sale("3", quantity="2.5"),
        sale("4", quantity="0"),
    ]
    outcome, days = await fates(text_file([*rows, sale("5", quantity="many"), sale("6", quantity="")]))
    assert outcome == [
        "ordered",
        "ordered",
        "fractional_quantity",
        "zero_quantity",
        "unreadable_quantity",
        "unreadable_quantity",
    ]
    assert days == [(DAY, 6, 1530 + 765 + 638)]


async def test_prices_keep_every_decimal_and_an_amount_is_rounded_once(fates: Callable[..., Any]) -> None:
    rows = [
        sale("1", quantity=3, price="0.335"),
        sale("2", quantity=1000, price="0.0012345"),
        sale("3", quantity=1, price="0.001"),
        sale("4", quantity=1, price="-11062.06", sku="B", description="Adjust bad debt", customer=""),
        sale("A563185", quantity=1, price="11062.06", sku="B", customer=""),
        sale("5", price="£2.55"),
        sale("6", price=""),
    ]
    outcome, days = await fates(text_file(rows))
    assert outcome == [
        "ordered", "ordered", "ordered", "not_a_sale", "adjustment_invoice", "unreadable_price", "unreadable_price",
    ]  # fmt: skip
    assert days == [(DAY, 7, 101 + 123)]


async def test_a_negative_price_of_goods_waits(fates: Callable[..., Any]) -> None:
    assert await fates(text_file([sale(price="-2.55")])) == (["negative_price"], [(DAY, 1, -1530)])


async def test_units_taken_back_without_a_cancellation_wait(fates: Callable[..., Any]) -> None:
    outcome, days = await fates(text_file([sale(), sale("536366", quantity=-2, price="0", customer="")]))
    assert (outcome, days) == (["ordered", "negative_quantity"], [(DAY, 2, 1530)])


async def test_lines_of_one_invoice_may_stand_apart_at_other_minutes_and_with_other_countries(
    fates: Callable[..., Any], floor: ShopFloor
) -> None:
    rows = [
        sale(),
        sale("2", customer="13047"),
        sale(sku="71053", at="2010-12-01 08:31", country="France"),
        sale("3", customer="12583"),
        sale(sku="22752", customer=""),
    ]
    outcome, days = await fates(text_file(rows))
    assert (outcome, days) == (["ordered"] * 5, [(DAY, 5, 5 * 1530)])
    orders = await floor.all(
        "SELECT external_id, total_minor FROM sales_order WHERE shop_id = %(shop)s ORDER BY external_id"
    )
    assert [tuple(order) for order in orders] == [("2", 1530), ("3", 1530), ("536365", 3 * 1530)]


async def test_an_invoice_of_two_customers_or_of_two_days_waits_whole(fates: Callable[..., Any]) -> None:
    rows = [
        sale(),
        sale(sku="71053", customer="13047"),
        sale("2"),
        sale("2", sku="71053", at="2010-12-03 08:26"),
        sale("3"),
    ]
    outcome, days = await fates(text_file(rows))
    assert outcome == ["several_customers"] * 2 + ["several_dates"] * 2 + ["ordered"]
    assert days == [(DAY, 4, 4 * 1530), ("2010-12-03", 1, 1530)]


async def test_a_cancellation_before_its_sale_or_of_more_than_was_sold_waits(
    fates: Callable[..., Any],
) -> None:
    rows = [
        sale("C1", quantity=-2, at="2010-11-30 09:00"),
        sale(),
        sale("C2", quantity=-7, at="2010-12-02 09:00"),
        sale("C3", quantity=-6, price="2.50", at="2010-12-02 09:00"),
        sale("C4", quantity=-6, at="2010-12-02 10:00"),
        sale("C5", quantity=-1, at="2010-12-02 11:00"),
        sale("C6", quantity=1, at="2010-12-02 11:00"),
    ]
    outcome, days = await fates(text_file(rows))
    assert outcome == [
        "nothing_sold_to_cancel",
        "ordered",
        "more_cancelled_than_sold",
        "nothing_sold_to_cancel",
        "returned",
        "more_cancelled_than_sold",
        "cancellation_with_positive_quantity",
    ]
    assert days == [
        ("2010-11-30", 1, -510),
        (DAY, 1, 1530),
        (NEXT, 5, -1785 - 1500 - 1530 - 255 + 255),
    ]


async def test_codes_that_are_no_goods_are_known_in_capitals_or_not(
    fates: Callable[..., Any], floor: ShopFloor
) -> None:
    rows = [
        sale("1", "POST", 1, "18"), sale("1", "post", 1, "19"), sale("2", "M", 1, "5"), sale("2", "m", 2, "5"),
        sale("C3", "D", -1, "27.5"), sale("C3", "d", -1, "28"), sale("4", "BANK CHARGES", 1, "15"),
        sale("4", "Bank Charges", 1, "16"), sale("5", "AMAZONFEE", 1, "17"), sale("6", "gift_0001_20", 1, "20"),
        sale("7", "85123a"), sale("c8", "85123A", -6, at="2010-12-01 09:00"), sale("a9", "85123A", 1),
    ]  # fmt: skip
    outcome, days = await fates(text_file(rows))
    assert outcome == [
        "ordered", "ordered", "ordered", "ordered", "discount_without_sale", "discount_without_sale",
        "not_a_sale", "not_a_sale", "not_a_sale", "ordered", "ordered", "returned", "adjustment_invoice",
    ]  # fmt: skip
    total = 1800 + 1900 + 500 + 1000 - 2750 - 2800 + 1500 + 1600 + 1700 + 2000 + 1530 - 1530 + 255
    assert days == [(DAY, 13, total)]
    stocked = await floor.all("SELECT code, is_stocked FROM sku WHERE shop_id = %(shop)s ORDER BY code")
    assert [tuple(sku) for sku in stocked] == [
        ("85123A", True), ("GIFT_0001_20", False), ("M", False), ("POST", False),
    ]  # fmt: skip


async def test_what_is_blank_waits_by_name_but_a_description_may_be(fates: Callable[..., Any]) -> None:
    rows = [sale(description=""), sale("2", ""), sale(""), sale("4", at=""), ("",) * 8]
    outcome, days = await fates(text_file(rows))
    assert outcome == ["ordered", "missing_sku", "missing_invoice", "unreadable_time", "missing_invoice"]
    assert days == [(DAY, 3, 3 * 1530), ("unknown", 2, 1530)]


async def test_of_lines_that_are_the_same_in_everything_the_first_is_sold(fates: Callable[..., Any]) -> None:
    outcome, days = await fates(text_file([sale(), sale(), sale(quantity=5), sale()]))
    assert outcome == ["ordered", "duplicate_line", "ordered", "duplicate_line"]
    assert days == [(DAY, 4, 3 * 1530 + 1275)]


async def test_a_text_over_several_lines_is_one_cell(fates: Callable[..., Any], floor: ShopFloor) -> None:
    rows = [sale(description='SET OF 3\r\n"LARGE"; RED, BLUE'), sale("2", description="5 - 7' TREE")]
    assert await fates(text_file(rows)) == (["ordered", "ordered"], [(DAY, 2, 3060)])
    titles = await floor.all("SELECT title FROM order_line WHERE shop_id = %(shop)s ORDER BY title")
    assert titles[1][0] == 'SET OF 3\r\n"LARGE"; RED, BLUE'


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-8"])
async def test_accents_survive_any_old_encoding(
    fates: Callable[..., Any], floor: ShopFloor, encoding: str
) -> None:
    content = text_file([sale(description="CAFÉ £5"), sale("2", country="Réunion")]).encode(encoding)
    assert await fates(content) == (["ordered", "ordered"], [(DAY, 2, 3060)])
    titles = await floor.all("SELECT title FROM order_line WHERE shop_id = %(shop)s")
    assert ("CAFÉ £5",) in [tuple(title) for title in titles]


async def test_bytes_without_a_meaning_in_windows_1252_lose_no_line(fates: Callable[..., Any]) -> None:
    content = text_file([sale(), sale("2", description="CAF@ ")]).encode().replace(b"@", b"\x81\xe9")
    assert await fates(content) == (["ordered", "ordered"], [(DAY, 2, 3060)])


async def test_a_row_of_another_width_waits_alone(fates: Callable[..., Any]) -> None:
    content = text_file([sale(), sale("2"), sale("3")]).replace("LIGHT HOLDER", "LIGHT, HOLDER", 1)
    outcome, days = await fates(content)
    assert outcome == ["wrong_number_of_columns", "ordered", "ordered"]
    assert days == [(DAY, 2, 3060), ("unknown", 1, 0)]


BROKEN = "broken_quotes"


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
async def test_a_quote_that_is_never_closed_damages_its_own_line_alone(
    fates: Callable[..., Any], floor: ShopFloor, ending: str
) -> None:
    heading, first, second, third = text_file(
        [sale(), sale("2"), sale("3")], lineterminator="\n"
    ).splitlines()
    torn = second.replace("LIGHT", '"LIGHT')
    outcome, days = await fates(ending.join([heading, first, torn, third, '"5,85123A']))
    assert outcome == ["ordered", BROKEN, "ordered", BROKEN]
    assert days == [(DAY, 2, 3060), ("unknown", 2, 0)]
    [entry] = await floor.all("SELECT payload FROM exception_entry WHERE shop_id = %(shop)s")
    assert [line["row"] for line in entry.payload["lines"]] == [torn, '"5,85123A']


async def test_what_stands_between_two_broken_quotes_is_read(fates: Callable[..., Any]) -> None:
    """The second quote seems to close the first, and then the row has the right width; alone it is an inch."""
    lines = text_file([sale(str(n)) for n in range(1, 7)], lineterminator="\n").splitlines()
    lines[2] = lines[2].replace("LIGHT", '"LIGHT')
    lines[5] = lines[5].replace("HOLDER", 'HOLDER"')
    outcome, days = await fates("\n".join(lines))
    assert outcome == ["ordered", BROKEN, *["ordered"] * 4]
    assert days == [(DAY, 5, 7650), ("unknown", 1, 0)]


async def test_a_sign_behind_a_closed_quote_damages_its_own_line_alone(fates: Callable[..., Any]) -> None:
    lines = text_file([sale(), sale("2")], lineterminator="\n").splitlines()
    lines[1] = lines[1].replace("LIGHT HOLDER", '"LIGHT" HOLDER')
    assert (await fates("\n".join(lines)))[0] == [BROKEN, "ordered"]


async def test_ten_thousand_lines_behind_an_open_quote_are_read(fates: Callable[..., Any]) -> None:
    lines = text_file([sale(str(n // 20)) for n in range(10_100)], lineterminator="\n").splitlines()
    lines[1] = f'"{lines[1]}'
    outcome, _ = await fates("\n".join(lines))
    assert (outcome[0], len(outcome), outcome.count(BROKEN)) == (BROKEN, 10_100, 1)


@pytest.mark.parametrize("missing", [("Country",), ("Description",), ("Country", "Description")])
async def test_a_file_may_lack_columns_that_no_order_needs(fates: Callable[..., Any], missing: Cells) -> None:
    kept = [place for place, name in enumerate(FIRST) if name not in missing]
    rows = [[row[place] for place in kept] for row in STORY]
    assert await fates(text_file(rows, [FIRST[place] for place in kept])) == (TOLD, STORY_DAYS)


async def test_a_column_of_currencies_is_believed_where_it_says_one(
    fates: Callable[..., Any], floor: ShopFloor
) -> None:
    said = ["EUR", "", " idr ", "gold"]
    rows = [(*sale(str(n), quantity=2, price="300"), code) for n, code in enumerate(said, start=1)]
    outcome, days = await fates(text_file(rows, (*FIRST, "Currency")))
    assert outcome == ["ordered", "ordered", "ordered", "unknown_currency"]
    assert sorted(days) == [(DAY, 1, 0), (DAY, 1, 600), (DAY, 1, 60000), (DAY, 1, 60000)]
    orders = await floor.all(
        "SELECT external_id, currency, total_minor FROM sales_order WHERE shop_id = %(shop)s ORDER BY external_id"
    )
    assert [tuple(order) for order in orders] == [("1", "EUR", 60000), ("2", "GBP", 60000), ("3", "IDR", 600)]


async def test_a_file_of_headings_alone_is_finished_with_nothing(
    fates: Callable[..., Any], floor: ShopFloor
) -> None:
    assert await fates(text_file([])) == ([], [])
    assert await floor.value("SELECT state FROM import_run WHERE shop_id = %(shop)s") == "finished"


async def test_a_file_of_one_line(fates: Callable[..., Any]) -> None:
    assert await fates(text_file([sale()])) == (["ordered"], [(DAY, 1, 1530)])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("only-a-mark.csv", b"\xef\xbb\xbf"),
        ("empty.parquet", b""),
        ("empty.xlsx", b""),
        ("text.parquet", b"InvoiceNo,StockCode\n"),
        ("columns.csv", b"InvoiceNo,StockCode,Quantity\n1,2,3\n"),
        ("open-quote.csv", b'InvoiceNo,"StockCode,Quantity\n1,2,3\n'),
        ("strangers.csv", text_file([("a", "b", "c", "d", "e", "f", "g", "h")] * 3).encode()),
    ],
)
async def test_what_cannot_be_read_is_refused_and_nothing_is_made(
    fates: Callable[..., Any], floor: ShopFloor, name: str, content: bytes
) -> None:
    with pytest.raises(SourceRefused) as refused:
        await fates(content, name=name)
    assert refused.value.problems
    for table in ("import_line", "sales_order", "import_outcome"):
        assert await floor.all(f"SELECT 1 FROM {table} WHERE shop_id = %(shop)s") == []


def typed(names: Cells = FIRST, **changed: pa.Array) -> pa.Table:
    """The story in columns as pandas types them; a column may be given otherwise."""
    columns = {
        str(names[0]): pa.array([row[0] for row in STORY]),
        str(names[1]): pa.array([row[1] for row in STORY]),
        str(names[2]): pa.array([row[2] for row in STORY]),
        str(names[3]): pa.array([row[3] for row in STORY], pa.int64()),
        str(names[4]): pa.array([datetime.fromisoformat(str(row[4])) for row in STORY], pa.timestamp("ns")),
        str(names[5]): pa.array([float(str(row[5])) for row in STORY]),
        str(names[6]): pa.array([float(str(row[6])) for row in STORY]),
        str(names[7]): pa.array([row[7] for row in STORY]),
    }
    return pa.table(columns | changed)


_TIMES = [datetime.fromisoformat(str(row[4])) for row in STORY]
_PRICES = [Decimal(str(row[5])) for row in STORY]


@pytest.mark.parametrize(
    "table",
    [
        pytest.param(typed(), id="as pandas writes it"),
        pytest.param(typed(SECOND), id="the names of the second set"),
        pytest.param(
            typed(Note=pa.array([None, None, "x"]), __index_level_0__=pa.array([0, 1, 2])), id="more"
        ),
        pytest.param(typed(InvoiceDate=pa.array(_TIMES, pa.timestamp("ms"))), id="milliseconds"),
        pytest.param(typed(InvoiceDate=pa.array(_TIMES, pa.timestamp("us", tz="UTC"))), id="in UTC"),
        pytest.param(
            typed(InvoiceDate=pa.array(_TIMES, pa.timestamp("ns", tz="Europe/London"))), id="with a zone"
        ),
        pytest.param(typed(InvoiceDate=pa.array([str(row[4]) for row in STORY])), id="times as text"),
        pytest.param(typed(InvoiceDate=pa.array([t.date() for t in _TIMES], pa.date32())), id="days alone"),
        pytest.param(typed(Quantity=pa.array([6.0, 6.0, -2.0])), id="units as floats"),
        pytest.param(typed(Quantity=pa.array(["6", "6", "-2"])), id="units as text"),
        pytest.param(typed(CustomerID=pa.array([17850] * 3, pa.int32())), id="customers as whole numbers"),
        pytest.param(typed(CustomerID=pa.array(["17850.0"] * 3)), id="customers as text"),
        pytest.param(typed(CustomerID=pa.array([Decimal("17850.0")] * 3)), id="customers as decimals"),
        pytest.param(typed(UnitPrice=pa.array(_PRICES, pa.decimal128(10, 3))), id="prices as decimals"),
        pytest.param(typed(UnitPrice=pa.array([float(p) for p in _PRICES], pa.float32())), id="short floats"),
        pytest.param(typed(UnitPrice=pa.array([str(p) for p in _PRICES])), id="prices as text"),
        pytest.param(typed(InvoiceNo=pa.array([b"536365", b"536365", b"C536379"])), id="text as bytes"),
        pytest.param(
            typed(
                StockCode=pa.array([row[1] for row in STORY]).dictionary_encode(),
                UnitPrice=pa.array([float(p) for p in _PRICES], pa.float32()).dictionary_encode(),
                Country=pa.array([row[7] for row in STORY]).dictionary_encode(),
            ),
            id="dictionaries",
        ),
        pytest.param(
            typed(Description=pa.array([row[2] for row in STORY], pa.large_string())), id="long text"
        ),
    ],
)
@pytest.mark.parametrize("group", [1, 1000])
async def test_however_a_parquet_file_is_typed_it_says_the_same(
    fates: Callable[..., Any], tmp_path: Path, table: pa.Table, group: int
) -> None:
    pq.write_table(table, tmp_path / "unseen.parquet", row_group_size=group)
    assert await fates(tmp_path / "unseen.parquet") == (TOLD, STORY_DAYS)


async def test_gaps_in_typed_columns_wait_by_name(fates: Callable[..., Any], tmp_path: Path) -> None:
    table = typed(
        Quantity=pa.array([6, None, -2]),
        CustomerID=pa.array([17850.0, 17850.0, None]),
        Description=pa.array([None, "x", None], pa.string()),
    )
    pq.write_table(table, tmp_path / "unseen.parquet")
    outcome, days = await fates(tmp_path / "unseen.parquet")
    assert outcome == ["ordered", "unreadable_quantity", "cancellation_without_customer"]
    assert days == [(DAY, 2, 1530), (NEXT, 1, -510)]


async def test_a_value_of_a_typed_column_that_cannot_be_used_waits_and_hinders_no_other(
    fates: Callable[..., Any], tmp_path: Path
) -> None:
    far = pa.array([2**58, None, None], pa.int64()).view(pa.timestamp("us"))
    times = pa.concat_arrays([far.slice(0, 1), pa.array(_TIMES, pa.timestamp("us")).slice(1)])
    pq.write_table(typed(InvoiceDate=times), tmp_path / "unseen.parquet")
    outcome, _ = await fates(tmp_path / "unseen.parquet")
    assert outcome == ["unreadable_time", "ordered", "nothing_sold_to_cancel"]


async def test_a_parquet_file_with_lists_for_prices_is_refused_whole(
    fates: Callable[..., Any], tmp_path: Path
) -> None:
    pq.write_table(typed(UnitPrice=pa.array([[2.55]] * 3)), tmp_path / "unseen.parquet")
    with pytest.raises(SourceRefused, match="unreadable_price"):
        await fates(tmp_path / "unseen.parquet")


async def test_a_parquet_file_without_rows_is_finished_with_nothing(
    fates: Callable[..., Any], tmp_path: Path
) -> None:
    pq.write_table(typed().slice(0, 0), tmp_path / "unseen.parquet")
    assert await fates(tmp_path / "unseen.parquet") == ([], [])


async def test_a_parquet_file_cut_off_or_damaged_inside_is_refused(
    fates: Callable[..., Any], floor: ShopFloor, tmp_path: Path
) -> None:
    pq.write_table(typed(), tmp_path / "whole.parquet", compression="snappy")
    whole = (tmp_path / "whole.parquet").read_bytes()
    cut, spoilt = tmp_path / "cut.parquet", tmp_path / "spoilt.parquet"
    cut.write_bytes(whole[: len(whole) // 2])
    spoilt.write_bytes(whole[:4] + b"\xff" * 600 + whole[604:])
    for path in (cut, spoilt):
        with pytest.raises(SourceRefused):
            await fates(path)
    assert await floor.all("SELECT 1 FROM import_line WHERE shop_id = %(shop)s") == []


def workbook(path: Path, *sheets: Sequence[Cells], heading: Cells = FIRST) -> Path:
    book = Workbook()
    assert book.active is not None
    book.remove(book.active)
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"Year {2010 + number}")
        for row in [heading, *rows]:
            sheet.append(list(row))
    book.save(path)
    return path


async def test_a_workbook_with_typed_cells_and_gaps_says_the_same(
    fates: Callable[..., Any], tmp_path: Path
) -> None:
    rows = [
        sale(536365, price=2.55, customer=17850, at=datetime(2010, 12, 1, 8, 26)),  # noqa: DTZ001 - local
        sale(536365, 71053, 6.0, 3.39, customer=17850.0, at=datetime(2010, 12, 1, 8, 26)),  # noqa: DTZ001 - local
        sale("C536379", quantity=-2, price=2.55, at=datetime(2010, 12, 2, 9), description=None, country=None),  # noqa: DTZ001 - local
    ]
    assert await fates(workbook(tmp_path / "unseen.xlsx", rows)) == (TOLD, STORY_DAYS)


async def test_a_workbook_of_two_years_and_text_in_its_cells_says_the_same(
    fates: Callable[..., Any], tmp_path: Path
) -> None:
    rows = [sale(at="12/1/2010 8:26"), sale(sku="71053", price="3.39", at="12/1/2010 8:26")]
    back = [sale("C536379", quantity="-2", at=date(2010, 12, 2))]
    path = workbook(tmp_path / "unseen.xlsx", rows, back, heading=SECOND)
    assert await fates(path) == (TOLD, STORY_DAYS)


async def test_a_damaged_workbook_is_refused(
    fates: Callable[..., Any], floor: ShopFloor, tmp_path: Path
) -> None:
    whole = workbook(tmp_path / "whole.xlsx", STORY)
    broken = tmp_path / "broken.xlsx"
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(broken, "w") as target:
        for item in source.namelist():
            content = source.read(item)
            if item.endswith("sheet1.xml"):
                at = content.rfind(b"<row")
                content = content[:at] + b"<<<"
            target.writestr(item, content)
    cut = tmp_path / "cut.xlsx"
    cut.write_bytes(whole.read_bytes()[:2000])
    for path in (broken, cut):
        with pytest.raises(SourceRefused):
            await fates(path)
    assert await floor.all("SELECT 1 FROM import_line WHERE shop_id = %(shop)s") == []


async def test_an_absurd_quantity_and_a_date_of_long_ago_do_not_stop_the_file(
    fates: Callable[..., Any], floor: ShopFloor
) -> None:
    rows = [
        sale("536365"),
        sale("536366", quantity="100000000000000000000000000"),
        sale("", quantity="100000000000000000000000000"),
        sale("536367", at="1900-01-01 10:00"),
    ]

    lines, _ = await fates(text_file(rows))

    assert lines[0] == "ordered"
    assert lines[3] == "ordered"
    assert lines[1] != "ordered"
    assert lines[2] != "ordered"
    waiting = await floor.all(
        """
        SELECT (line ->> 'number')::int AS number
        FROM exception_entry, jsonb_array_elements(payload -> 'lines') AS line
        WHERE state = 'open' AND kind = 'import_lines' ORDER BY 1
        """
    )
    assert [row.number for row in waiting] == [2, 3]


async def test_every_line_without_an_invoice_is_in_the_inbox_whatever_the_batches(
    fates: Callable[..., Any], floor: ShopFloor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orderan.importing.commands.order_invoices.BATCH_LINES", 7)
    rows = [sale(""), *[sale("", sku=f"S{turn}") for turn in range(30)], sale("536365")]

    lines, _ = await fates(text_file(rows))

    assert lines[-1] == "ordered"
    waiting = await floor.all(
        """
        SELECT (line ->> 'number')::int AS number
        FROM exception_entry, jsonb_array_elements(payload -> 'lines') AS line
        WHERE state = 'open' AND kind = 'import_lines' ORDER BY 1
        """
    )
    assert [row.number for row in waiting] == list(range(1, 32))

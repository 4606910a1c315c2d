"""What one value cannot tell and the whole file does: order of day and month, points in rupiah."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from conftest import ShopFloor
from importing.given import MAPPING_TEXT, a_row
from importing.test_importing import bring_in
from importing.test_reading import write_csv, write_xlsx
from orderan.importing import Mapping, StillWaiting, parse, resubmit
from orderan.importing.models import FaultyLine, SourceLine
from orderan.importing.reading import open_source, read, settled


def a_mapping(*, currency: str = 'currency = "IDR"', money: str = "", columns: str = "") -> Mapping:
    text = MAPPING_TEXT.replace('currency = "GBP"', f"{currency}\n{money}")
    text = text.replace('zone = "Europe/London"', 'zone = "UTC"\nday_order = "auto"')
    return parse(text.replace("[money]", f"{columns}\n[money]"), source="test")


AUTO = 'decimal_sign = "auto"'


def prices(tmp_path: Path, mapping: Mapping, written: Sequence[str]) -> list[object]:
    """The minor units of each price, or why it waits."""
    path = write_csv(tmp_path / "f.csv", [a_row(price=one) for one in written])
    lines = [line for chunk in read(path, mapping) for line in chunk]
    return [line.minor if isinstance(line, SourceLine) else line.fault.value for line in lines]


def days(tmp_path: Path, written: Sequence[str]) -> tuple[list[str], str | None]:
    """The day of each line, and the order that was taken without the file showing it."""
    path = write_csv(tmp_path / "f.csv", [a_row(time=one) for one in written])
    mapping = a_mapping()
    lines = [line for chunk in read(path, mapping) for line in chunk]
    told = [line.fault.value if isinstance(line, FaultyLine) else line.day.isoformat() for line in lines]
    return told, settled(open_source(path, mapping), mapping).day_order_taken


@pytest.mark.parametrize("money", ["", AUTO, 'decimal_sign = "."'])
@pytest.mark.parametrize(
    ("written", "minor"),
    [
        (["125.000"], [125_000]),
        (["1.250.000", "125.000", "7500", "0"], [1_250_000, 125_000, 7_500, 0]),
        (["-125.000"], [-125_000]),
        (["125.000", "1.250.000,50"], [125_000, 1_250_001]),
    ],
)
def test_a_point_before_three_digits_groups_thousands_of_rupiah(
    tmp_path: Path, money: str, written: list[str], minor: list[int]
) -> None:
    assert prices(tmp_path, a_mapping(money=money), written) == minor


@pytest.mark.parametrize("money", ["", AUTO])
def test_a_comma_before_three_digits_groups_thousands_of_rupiah(tmp_path: Path, money: str) -> None:
    assert prices(tmp_path, a_mapping(money=money), ["125,000", "1,250,000"]) == [125_000, 1_250_000]


def test_two_digits_after_the_comma_are_a_part_of_a_rupiah_as_ever(tmp_path: Path) -> None:
    assert prices(tmp_path, a_mapping(money=AUTO), ["125,50", "125.000"]) == [126, 125_000]


def test_a_program_that_writes_three_decimals_is_told_by_its_long_prices_and_the_short_ones_wait(
    tmp_path: Path,
) -> None:
    written = ["12500.000", "7250.500", "900.000"]
    for money in ("", AUTO):
        assert prices(tmp_path, a_mapping(money=money), written) == [12_500, 7_251, "unreadable_price"]


def test_with_both_signs_stated_no_file_is_asked(tmp_path: Path) -> None:
    stated = a_mapping(money='decimal_sign = ","\ngrouping_sign = "."')
    assert prices(tmp_path, stated, ["125.000", "12,5"]) == [125_000, 13]


@pytest.mark.parametrize("money", ["", AUTO])
def test_where_there_are_minor_digits_a_point_before_three_digits_stays_a_decimal_point(
    tmp_path: Path, money: str
) -> None:
    mapping = a_mapping(currency='currency = "USD"', money=money)
    assert prices(tmp_path, mapping, ["125.000", "2.550"]) == [12_500, 255]


def test_a_column_of_currencies_tells_which_prices_are_whole(tmp_path: Path) -> None:
    columns = 'currency = "currency"'
    text = a_mapping(currency="", money=AUTO, columns=columns)
    path = tmp_path / "f.csv"
    path.write_text(
        "invoice,sku,description,quantity,time,price,customer,currency\n"
        "1,A,a,1,2011-03-01,125.000,ana,IDR\n"
        "2,A,a,1,2011-03-01,7.500,ana,idr\n"
        '3,A,a,1,2011-03-01,"1,25",ana,USD\n'
    )
    lines = [line for chunk in read(path, text) for line in chunk]
    assert [line.minor for line in lines] == [125_000, 7_500, 125]


def test_dotted_dates_have_the_day_in_front(tmp_path: Path) -> None:
    assert days(tmp_path, ["03.04.2026", "05.06.26 8:26"]) == (["2026-04-03", "2026-06-05"], None)


def test_dotted_dates_that_can_only_have_the_month_in_front_are_believed(tmp_path: Path) -> None:
    assert days(tmp_path, ["03.25.2026", "03.26.2026", "03.04.2026"]) == (
        ["2026-03-25", "2026-03-26", "2026-03-04"],
        None,
    )


@pytest.mark.parametrize("sign", ["/", "-"])
def test_where_no_day_is_past_the_twelfth_the_order_that_was_taken_is_told(tmp_path: Path, sign: str) -> None:
    written = [f"3{sign}4{sign}2026", f"12{sign}11{sign}2026"]
    assert days(tmp_path, written) == (["2026-03-04", "2026-12-11"], "mdy")


@pytest.mark.parametrize(
    "written",
    [["3/4/2026", "13/4/2026"], ["3/13/2026"], ["2026-03-04"], ["2026/03/04"], ["3/3/2026"], ["4 Mar 2026"]],
)
def test_where_the_file_shows_the_order_or_needs_none_nothing_was_taken(
    tmp_path: Path, written: list[str]
) -> None:
    assert days(tmp_path, written)[1] is None


def test_as_many_days_on_one_side_as_on_the_other_show_nothing(tmp_path: Path) -> None:
    assert days(tmp_path, ["3/13/2026", "13/3/2026", "3/4/2026"]) == (
        ["2026-03-13", "unreadable_time", "2026-03-04"],
        "mdy",
    )


@pytest.mark.anyio
@pytest.mark.parametrize(("written", "taken"), [("3/4/2011", {"day_order": "mdy"}), ("13/4/2011", {})])
async def test_the_report_says_what_was_taken(
    floor: ShopFloor, now: datetime, tmp_path: Path, written: str, taken: dict[str, str]
) -> None:
    path = write_csv(tmp_path / "f.csv", [a_row(time=written, price="125.000")])
    done = await bring_in(floor, path, now, mapping=a_mapping())
    assert done.report["assumed"] == taken
    again = await bring_in(floor, path, now, mapping=a_mapping())
    assert (again.fresh, again.report) == (False, done.report)


@pytest.mark.anyio
async def test_a_price_that_was_a_number_is_sent_in_again_as_it_is_and_a_typed_one_must_be_plain(
    floor: ShopFloor, now: datetime, tmp_path: Path
) -> None:
    mapping = a_mapping(columns='[lines]\nmissing_customer = "wait"')
    path = write_xlsx(tmp_path / "f.xlsx", [a_row(customer="", price=125.125, time="2011-03-01")])
    await bring_in(floor, path, now, mapping=mapping)
    entry = await floor.value("SELECT id FROM exception_entry WHERE shop_id = %(shop)s")

    def again(**corrected: str) -> Any:
        return lambda tx: resubmit(tx, floor.shop, entry, {1: corrected}, now=now)

    with pytest.raises(StillWaiting, match="line 1: unreadable_price"):
        await floor.run(again(customer="ana", price="125.000"))
    assert await floor.value("SELECT count(*) FROM sales_order WHERE shop_id = %(shop)s") == 0
    done = await floor.run(again(customer="ana"))
    assert (done.ordered, done.returned) == (1, 0)
    assert await floor.value("SELECT total_minor FROM sales_order WHERE shop_id = %(shop)s") == 125

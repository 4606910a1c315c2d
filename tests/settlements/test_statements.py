"""Bank statements: the lines that brought money, and files that mean harm."""

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from orderan.settlements import FileRefused, Unread, read_camt, read_statement
from settlements.sheets import camt, camt_entry, sheet

ZONE = ZoneInfo("Asia/Jakarta")


def test_a_csv_of_a_bank_brings_the_lines_that_came_in() -> None:
    done = read_statement(
        "bca.csv",
        sheet(
            ("Tanggal", "Keterangan", "Jumlah"),
            ("13/11/2026", "TRSF E-BANKING CR MIDTRANS PO-77001", "15,560.00 CR"),
            ("13/11/2026", "BIAYA ADM", "15,000.00 DB"),
            ("hari ini", "SETORAN", "1,000.00 CR"),
        ),
        None,
        account="0123456789",
        zone=ZONE,
    )

    [line] = done.lines
    assert (line.amount_minor, line.booked_on, line.bank_account) == (
        15_560,
        date(2026, 11, 13),
        "0123456789",
    )
    assert line.words == "TRSF E-BANKING CR MIDTRANS PO-77001"
    assert (done.skipped, [row.reason for row in done.unread]) == (1, [Unread.DATE_UNREADABLE])


def test_two_columns_for_debit_and_credit_are_read_too() -> None:
    done = read_statement(
        "mandiri.csv",
        sheet(
            ("Date", "Description", "Debit", "Credit"),
            ("2026-11-13", "PAYOUT", "", "15560"),
            ("2026-11-13", "ADM", "15000", ""),
        ),
        None,
        account="1",
        zone=ZONE,
    )

    assert ([line.amount_minor for line in done.lines], done.skipped, done.unread) == ([15_560], 1, ())


def test_a_camt_statement_brings_booked_credits_of_its_account() -> None:
    done = read_camt(
        "s.xml",
        camt(
            camt_entry("15560.00"),
            camt_entry("99", side="DBIT"),
            camt_entry("50", more="<RvslInd>true</RvslInd>"),
            camt_entry("1.5"),
            camt_entry("NaN"),
            camt_entry("7", day="13 entah"),
        ),
        account="-",
        zone=ZONE,
    )

    [line] = done.lines
    assert (line.amount_minor, line.booked_on, line.bank_account, line.words) == (
        15_560,
        date(2026, 11, 13),
        "0123456789",
        "PAYOUT PO-77001",
    )
    assert done.skipped == 2
    assert [row.reason for row in done.unread] == [
        Unread.AMOUNT_NOT_WHOLE,
        Unread.AMOUNT_UNREADABLE,
        Unread.DATE_UNREADABLE,
    ]


def test_a_billion_laughs_are_not_laughed() -> None:
    laughs = "".join(f'<!ENTITY l{at} "{f"&l{at - 1};" * 10}">' for at in range(1, 12))
    bomb = f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY l0 "ha">{laughs}]><Document>&l11;</Document>'

    with pytest.raises(FileRefused) as refused:
        read_camt("bom.xml", bomb.encode(), account="1", zone=ZONE)
    assert refused.value.why == "doctype"


def test_a_file_of_this_machine_is_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "rahasia"
    secret.write_text("sangat rahasia")
    theft = camt(camt_entry("1", words="&x;")).decode()
    theft = theft.replace("<Document", f'<!DOCTYPE d [<!ENTITY x SYSTEM "{secret.as_uri()}">]><Document', 1)

    with pytest.raises(FileRefused) as refused:
        read_camt("curi.xml", theft.encode(), account="1", zone=ZONE)
    assert refused.value.why == "doctype"
    assert "sangat" not in str(refused.value)


@pytest.mark.parametrize("content", [b"<a><b></a>", b"bukan xml", b"<a/>", b"\xff\xfe<", b"<a>" * 5_000])
def test_what_is_no_statement_is_refused(content: bytes) -> None:
    with pytest.raises(FileRefused):
        read_camt("s.xml", content, account="1", zone=ZONE)

"""Settlement files: what is read of them, and what waits instead of being guessed."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from orderan.kit.ids import new_id
from orderan.settlements import (
    FORMATS,
    ColumnsMissing,
    FileRefused,
    FileTooLarge,
    LineKind,
    ReadSettlement,
    SavedMapping,
    SettledRow,
    Unread,
    as_format,
    read_settlement,
)
from orderan.settlements.reading import table
from settlements.sheets import MIDTRANS_HEADING, midtrans, midtrans_row, sheet

ZONE = ZoneInfo("Asia/Jakarta")


def read(content: bytes, code: str = "midtrans") -> ReadSettlement:
    return read_settlement("berkas.csv", content, FORMATS[code], zone=ZONE)


def mapped(content: bytes, sign: str = "auto", **columns: str) -> ReadSettlement:
    mapping = SavedMapping(new_id(), "settlement", "punya kami", columns, sign)
    return read_settlement("berkas.csv", content, as_format(mapping), zone=ZONE)


def amounts(line: SettledRow) -> tuple[int, int, int, int]:
    return (line.gross_minor, line.fee_minor, line.tax_minor, line.net_minor)


def test_a_midtrans_line_says_all_there_is_to_say() -> None:
    done = read(midtrans(midtrans_row("1-12-1", gateway_id="57d5-aa")))

    assert done.lines == (
        SettledRow(
            row_no=2,
            kind=LineKind.PAYMENT,
            reference="1-12-1",
            gateway_id="57d5-aa",
            method="bank_transfer",
            gross_minor=20_000,
            fee_minor=4_000,
            tax_minor=440,
            net_minor=15_560,
            currency="IDR",
            settled_on=date(2026, 11, 12),
            payout_reference="PO-77001",
        ),
    )
    assert (done.unread, done.skipped, done.format) == ((), 0, "midtrans")


@pytest.mark.parametrize(
    ("fee", "net", "taken"),
    [(0, -20_000, (-20_000, 0, 0, -20_000)), (4_000, -24_000, (-20_000, 4_000, 0, -24_000)),
     (4_000, -16_000, (-20_000, -4_000, 0, -16_000))],
)  # fmt: skip
def test_a_refund_is_below_zero_and_its_net_tells_whether_a_fee_was_charged_or_given_back(
    fee: int, net: int, taken: tuple[int, int, int, int]
) -> None:
    done = read(midtrans(midtrans_row("1-12-1", 20_000, fee, 0, net=net, kind="refund")))

    [line] = done.lines
    assert (line.kind, amounts(line)) == ("refund", taken)


def test_a_xendit_report_is_read_and_what_is_no_payment_or_not_settled_yet_is_skipped() -> None:
    heading = (
        "Status", "Type", "Channel", "Channel Name", "Reference", "Product ID", "Currency", "Amount", "Total Fee",
        "Total VAT", "Net Amount", "Settlement Status", "Settlement Date",
    )  # fmt: skip
    common = ("VIRTUAL_ACCOUNT", "BCA")
    done = read(
        sheet(
            heading,
            ("SUCCESS", "PAYMENT", *common, "1-12-1", "py-1", "IDR", "20000.00", "-4000.50", "-440.06", "15559.44", "SETTLED",
             "2026-11-12T18:30:00+00:00"),
            ("SUCCESS", "PAYMENT", *common, "1-13-1", "py-2", "IDR", "20000", "4000", "440", "15560", "PENDING", ""),
            ("FAILED", "PAYMENT", *common, "1-14-1", "py-3", "IDR", "20000", "0", "0", "20000", "", ""),
            ("SUCCESS", "DISBURSEMENT", *common, "gaji", "d-1", "IDR", "-90000", "5000", "550", "-95550", "SETTLED", "2026-11-12"),
        ),
        "xendit",
    )  # fmt: skip

    [line] = done.lines
    assert (line.reference, line.gateway_id, line.method) == ("1-12-1", "py-1", "BCA")
    assert amounts(line) == (20_000, 4_001, 440, 15_559)
    assert line.settled_on == date(2026, 11, 13), "half past one in the morning in Jakarta"
    assert (done.skipped, done.unread) == (3, ())


def test_the_rows_of_a_xendit_balance_report_are_folded_into_a_line_per_payment() -> None:
    heading = (
        "Product ID", "Transaction ID", "Transaction Type", "Line Type", "Payment Channel", "Reference", "Currency",
        "Amount", "Balance", "Created Date",
    )  # fmt: skip
    done = read(
        sheet(
            heading,
            (
                "py-1",
                "t1",
                "VA PAYMENT",
                "TRANSACTION",
                "BCA",
                "1-12-1",
                "IDR",
                "20000",
                "20000",
                "2026-11-12",
            ),
            ("py-1", "t1", "VA PAYMENT", "FEE", "BCA", "1-12-1", "IDR", "-4000", "16000", "2026-11-12"),
            ("py-1", "t1", "VA PAYMENT", "VAT", "BCA", "1-12-1", "IDR", "-440", "15560", "2026-11-12"),
            (
                "py-2",
                "t2",
                "VA PAYMENT",
                "TRANSACTION",
                "BCA",
                "1-13-1",
                "IDR",
                "30000",
                "45560",
                "2026-11-12",
            ),
            ("d-1", "t3", "WITHDRAWAL", "TRANSACTION", "BCA", "tarik", "IDR", "-45560", "0", "2026-11-12"),
        ),
        "xendit_balance",
    )

    assert [(line.reference, amounts(line)) for line in done.lines] == [
        ("1-12-1", (20_000, 4_000, 440, 15_560)),
        ("1-13-1", (30_000, 0, 0, 30_000)),
    ]
    assert done.skipped == 1


def test_a_doku_report_with_a_title_semicolons_and_our_way_of_writing_money_is_read() -> None:
    content = sheet(
        (
            "Invoice Number",
            "Payment Channel",
            "Amount",
            "MDR",
            "PPN",
            "Pay to Merchant",
            "Settlement Date",
            "Batch ID",
        ),
        ("1-12-1", "VA BCA", "Rp 1.250.000", "4.000,00", "440,00", "1.245.560,00", "12/11/2026", "B-900123"),
        delimiter=";",
    )
    done = read(b"LAPORAN SETTLEMENT\r\nToko Uji;;\r\n\r\n" + content, "doku")

    [line] = done.lines
    assert amounts(line) == (1_250_000, 4_000, 440, 1_245_560)
    assert (line.settled_on, line.payout_reference) == (date(2026, 11, 12), "B-900123")
    assert line.row_no == 5


def test_a_mapping_of_the_shops_own_reads_any_columns() -> None:
    content = sheet(("no", "duit", "tgl cair", "cuma"), ("1-12-1", "20000", "12 Nopember 2026", "15560"))

    done = mapped(content, reference="no", gross="duit", settled_on="tgl cair", net="cuma")

    [line] = done.lines
    assert amounts(line) == (20_000, 4_440, 0, 15_560), "without a fee column the fee is what is missing"
    assert (line.settled_on, done.format) == (date(2026, 11, 12), "mapped")


def test_a_number_that_may_be_two_numbers_waits_and_the_rest_of_the_file_can_tell() -> None:
    columns = {"reference": "no", "gross": "duit", "settled_on": "tgl"}
    doubtful = ("1-12-1", "12.345", "2026-11-12")

    alone = mapped(sheet(("no", "duit", "tgl"), doubtful), **columns)
    told = mapped(sheet(("no", "duit", "tgl"), doubtful, ("1-13-1", "1.250.000", "2026-11-12")), **columns)
    said = mapped(sheet(("no", "duit", "tgl"), doubtful), ",", **columns)

    assert (alone.lines, [row.reason for row in alone.unread]) == ((), [Unread.AMOUNT_AMBIGUOUS])
    assert alone.unread[0].payload == {"no": "1-12-1", "duit": "12.345", "tgl": "2026-11-12"}
    assert [line.gross_minor for line in told.lines] == [12_345, 1_250_000]
    assert [line.gross_minor for line in said.lines] == [12_345]


@pytest.mark.parametrize(
    ("place", "cell", "reason"),
    [
        (5, "", Unread.NO_AMOUNT),
        (5, "0", Unread.NO_AMOUNT),
        (5, "dua puluh ribu", Unread.AMOUNT_UNREADABLE),
        (5, "=20000", Unread.AMOUNT_UNREADABLE),
        (5, "9" * 40, Unread.AMOUNT_UNREADABLE),
        (5, "20000.50", Unread.AMOUNT_NOT_WHOLE),
        (6, "1,2,3", Unread.AMOUNT_UNREADABLE),
        (9, "USD", Unread.CURRENCY_NOT_KEPT),
        (10, "", Unread.NO_DATE),
        (10, "31/02/2026", Unread.DATE_UNREADABLE),
        (10, "2026-11-12T99:00:00", None),
        (10, "9999-12-31T23:59:59+00:00", Unread.DATE_UNREADABLE),
    ],
)
def test_a_row_that_cannot_be_read_waits_with_its_reason_and_hurts_no_other(
    place: int, cell: str, reason: Unread | None
) -> None:
    row = list(midtrans_row("1-12-1"))
    row[place] = cell

    done = read(midtrans(row, midtrans_row("1-13-1")))

    assert [one.reason for one in done.unread] == ([] if reason is None else [reason])
    assert [line.reference for line in done.lines][-1] == "1-13-1"
    if reason is not None:
        assert done.unread[0].payload[MIDTRANS_HEADING[place]] == cell


def test_a_row_without_any_name_of_a_payment_waits() -> None:
    row = list(midtrans_row("1-12-1"))
    row[0] = row[1] = ""

    assert [one.reason for one in read(midtrans(row)).unread] == [Unread.NO_REFERENCE]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_file_is_read_in_whatever_encoding_it_comes(encoding: str) -> None:
    row = list(midtrans_row("1-12-1"))
    row[3] = "café"
    content = midtrans(row).decode().encode(encoding)

    [line] = read(content).lines
    assert (line.method, line.gross_minor) == ("café", 20_000)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"  \r\n",
        b"PK\x03\x04 a workbook",
        b"%PDF-1.7 x",
        b"Order ID\x00,Gross amount\r\n",
        b"\xff\xfe\x00",
    ],
)
def test_what_is_no_csv_is_refused_whole(content: bytes) -> None:
    with pytest.raises(FileRefused):
        read(content)


def test_a_heading_that_lacks_what_is_needed_is_refused_with_what_it_lacks() -> None:
    with pytest.raises(ColumnsMissing) as refused:
        read(sheet(("Order ID", "Warna"), ("1-12-1", "merah")))

    assert refused.value.columns == ("gross", "settled_on")
    assert refused.value.heading == ("Order ID", "Warna")


def test_a_file_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MOST_ROWS", 3)
    with pytest.raises(FileTooLarge):
        read(midtrans(*(midtrans_row(f"1-{at}-1") for at in range(4))))
    monkeypatch.setattr(table, "MOST_BYTES", 10)
    with pytest.raises(FileTooLarge):
        read(midtrans(midtrans_row("1-12-1")))

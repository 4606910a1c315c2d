"""Settlement files: what is read of them, and what waits instead of being guessed."""

import io
from datetime import date, datetime
from zipfile import ZIP_DEFLATED, ZipFile
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
from orderan.settlements.reading import workbook as workbooks
from settlements.sheets import MIDTRANS_HEADING, midtrans, midtrans_row, sheet, workbook

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
        workbook({"A": []}),
        workbook({"A": [MIDTRANS_HEADING, ("1-12-1",)]})[:-40],
        b"%PDF-1.7 x",
        b"Order ID\x00,Gross amount\r\n",
        b"\xff\xfe\x00",
    ],
)
def test_what_is_no_csv_and_no_workbook_is_refused_whole(content: bytes) -> None:
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


def test_a_workbook_says_what_its_csv_says() -> None:
    rows = [midtrans_row("1-12-1"), midtrans_row("1-13-1", kind="refund"), midtrans_row("1-14-1", gross=0)]
    of_csv = read(midtrans(*rows))
    of_book = read(workbook({"Ringkasan": [("Total", 3)], "Transaksi": [MIDTRANS_HEADING, *rows]}))

    assert of_book.lines == of_csv.lines
    assert len(of_book.lines) == 2
    assert [(one.row_no, one.reason, one.payload) for one in of_book.unread] == [
        (one.row_no, one.reason, one.payload) for one in of_csv.unread
    ]


def test_a_xendit_workbook_has_its_numbers_days_and_rows_as_they_stand_in_the_sheet() -> None:
    heading = (
        "Status",
        "Type",
        "Reference",
        "Product ID",
        "Amount",
        "Total Fee",
        "Total VAT",
        "Settlement Date",
    )
    first = ("SUCCESS", "PAYMENT", "1-12-1", "py-1", 20000.0, 4000.504, 440.06, datetime(2026, 11, 12))  # noqa: DTZ001 - cells have local times
    second = ("SUCCESS", "PAYMENT", 1131, "py-2", 15559, 155.944, None, datetime(2026, 11, 13, 9, 30))  # noqa: DTZ001
    done = read(
        workbook({"Report": [("Toko Uji",), (), heading, first, (), second]}),
        "xendit",
    )

    assert [(line.row_no, line.reference, amounts(line), line.settled_on) for line in done.lines] == [
        (4, "1-12-1", (20_000, 4_001, 440, 15_559), date(2026, 11, 12)),
        (6, "1131", (15_559, 156, 0, 15_403), date(2026, 11, 13)),
    ]


@pytest.mark.parametrize("sign", ["auto", ",", "."])
def test_a_number_of_a_workbook_is_itself_whatever_sign_the_texts_beside_it_have(sign: str) -> None:
    rows = [
        ("no", "duit", "potong", "tgl"),
        ("A-1", 155944, 155.944, "12/11/2026"),
        ("A-2", "20.000", 1, "13/11/2026"),
    ]
    columns = {"reference": "no", "gross": "duit", "fee": "potong", "settled_on": "tgl"}

    done = mapped(workbook({"Mutasi": rows}), sign, **columns)

    first, *others = done.lines
    assert amounts(first) == (155_944, 156, 0, 155_788)
    if sign == ",":
        assert [amounts(line) for line in others] == [(20_000, 1, 0, 19_999)]
    else:
        # "20.000" may be twenty: it waits, or is refused as no whole amount, and is not guessed.
        assert all(line.gross_minor == 20 for line in others)


def test_a_formula_is_not_run_and_stays_text_where_people_see_it() -> None:
    told = '=HYPERLINK("https://jahat.test")'
    rows = [midtrans_row("1-12-1"), midtrans_row(told, gross=0)]
    content = workbook({"A": [MIDTRANS_HEADING, *rows]})

    # What openpyxl keeps of a formula is the formula; no value was ever computed of it.
    done = read(content)

    assert [line.reference for line in done.lines] == ["1-12-1"]
    [waits] = done.unread
    assert told not in waits.payload.values()


def test_what_unpacks_to_more_than_a_sheet_has_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MOST_UNPACKED", 100_000)
    content = workbook({"A": [MIDTRANS_HEADING, midtrans_row("1-12-1")]})
    assert len(read(content).lines) == 1
    bomb = io.BytesIO()
    with ZipFile(io.BytesIO(content)) as there, ZipFile(bomb, "w", ZIP_DEFLATED) as packed:
        for name in there.namelist():
            part = there.read(name)
            if "worksheets/" in name:
                part = part.replace(b"</sheetData>", b"<row/>" * 50_000 + b"</sheetData>")
            packed.writestr(name, part)
    assert len(bomb.getvalue()) < 20_000

    with pytest.raises(FileTooLarge) as refused:
        read(bomb.getvalue())
    assert refused.value.at_most == 100_000


def test_a_workbook_has_as_many_rows_as_a_file_may_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MOST_ROWS", 3)
    with pytest.raises(FileTooLarge):
        read(workbook({"A": [MIDTRANS_HEADING, *(midtrans_row(f"1-{at}-1") for at in range(4))]}))

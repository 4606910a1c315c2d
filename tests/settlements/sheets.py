"""Settlement files and statements, written by hand as gateways and banks write them."""

import csv
import io
from collections.abc import Mapping, Sequence

from openpyxl import Workbook

MIDTRANS_HEADING = (
    "Order ID", "Transaction ID", "Transaction type", "Payment type", "Transaction status", "Gross amount", "Fee",
    "VAT", "Net amount", "Currency", "Payout date", "Payout ID",
)  # fmt: skip


def sheet(heading: Sequence[str], *rows: Sequence[object], delimiter: str = ",") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows([heading, *rows])
    return out.getvalue().encode()


def workbook(sheets: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    """A workbook with these sheets, by name; a row may be empty."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        kept = book.create_sheet(name)
        for row in rows:
            kept.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def midtrans_row(
    reference: str,
    gross: int = 20_000,
    fee: int = 4_000,
    tax: int = 440,
    *,
    net: int | None = None,
    kind: str = "payment",
    day: str = "2026-11-12",
    payout: str = "PO-77001",
    gateway_id: str = "",
) -> tuple[object, ...]:
    whole = gross - fee - tax if net is None else net
    return (
        reference, gateway_id or f"mid-{reference}", kind, "bank_transfer", "settlement", gross, fee, tax, whole, "IDR",
        day, payout,
    )  # fmt: skip


def midtrans(*rows: Sequence[object]) -> bytes:
    return sheet(MIDTRANS_HEADING, *rows)


CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt>
<Id>S1</Id><Acct><Id><Othr><Id>0123456789</Id></Othr></Id><Ccy>IDR</Ccy></Acct>
{entries}
</Stmt></BkToCstmrStmt></Document>
"""


def camt_entry(
    amount: object,
    day: str = "2026-11-13",
    words: str = "PAYOUT PO-77001",
    *,
    side: str = "CRDT",
    more: str = "",
) -> str:
    return (
        f'<Ntry><Amt Ccy="IDR">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts>BOOK</Sts>{more}'
        f"<BookgDt><Dt>{day}</Dt></BookgDt><NtryDtls><TxDtls><RmtInf><Ustrd>{words}</Ustrd></RmtInf></TxDtls>"
        "</NtryDtls></Ntry>"
    )


def camt(*entries: str) -> bytes:
    return CAMT.format(entries="".join(entries)).encode()

"""The sheets of a workbook, each cell as the text a CSV would hold.

A formula is never looked at, only what was last computed of it, and that as text: nothing of a file is run.
"""

import io
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Final

from orderan.kit.spreadsheet import DAMAGED, PartTooLarge, Spreadsheet
from orderan.settlements.errors import FileRefused, FileTooLarge
from orderan.settlements.reading.table import MOST_BYTES, MOST_COLUMNS, MOST_ROWS, Numbered

MOST_UNPACKED: Final = 64_000_000
"""Bytes of a sheet. What is packed well may be a thousand times as large as it comes."""
NOT_WORKBOOK: Final = "not_xlsx"


def sheets_of(name: str, content: bytes) -> Iterator[list[Numbered]]:
    """The rows that are not empty, of each sheet.

    Raises:
        FileTooLarge: It has more bytes, packed or unpacked, or more rows than a file may have.
        FileRefused: It is no workbook, or a damaged one.
    """
    if len(content) > MOST_BYTES:
        raise FileTooLarge(MOST_BYTES)
    try:
        with Spreadsheet(io.BytesIO(content), largest_sheet=MOST_UNPACKED) as book:
            for sheet in book.names:
                yield _rows(book, sheet)
    except PartTooLarge:
        raise FileTooLarge(MOST_UNPACKED) from None
    except DAMAGED as fault:
        raise FileRefused(name, NOT_WORKBOOK, str(fault)[:120]) from None


def _rows(book: Spreadsheet, sheet: str) -> list[Numbered]:
    rows = []
    for number, cells in book.numbered(sheet):
        texts = tuple(_text(cell) for cell in cells[:MOST_COLUMNS])
        if any(text.strip() for text in texts):
            rows.append((number, texts))
        if len(rows) > MOST_ROWS:
            raise FileTooLarge(MOST_ROWS)
    return rows


def _text(cell: object) -> str:
    match cell:
        case None:
            return ""
        case float():
            return _written(cell)
        case datetime() if cell.time() == time():
            return cell.date().isoformat()
        case date():
            return cell.isoformat()
        case _:
            return str(cell)


def _written(number: float) -> str:
    """A number with a point and four places at least, which no column can take for a thousand's sign.

    A program that shows fifteen digits means no more of them.
    """
    exact = Decimal(f"{number:.15g}")
    if not exact.is_finite() or exact == exact.to_integral_value():
        return f"{exact:f}".partition(".")[0]
    whole, _, places = f"{exact:f}".partition(".")
    return f"{whole}.{places:0<4}"

"""A sheet of products as CSV: read what people save from their spreadsheet, write what it opens.

UTF-8 with or without its mark, UTF-16 and Windows-1252 as Excel writes them; comma, semicolon or
tab; headers in Indonesian or English. An empty cell says nothing; a lone `-` empties a field.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from orderan.catalog.errors import ColumnsMissing, SheetUnreadable, UnknownColumns
from orderan.kit.text import folded

MOST_BYTES: Final = 10 * 1024 * 1024
MOST_ROWS: Final = 50_000
DASH: Final = "-"
EMPTIED: Final = "\ue000"
"""What a cell that asks for its field to be emptied is read as: a letter of no script."""
PRICE: Final = "price"
PROBLEM: Final = "problem"

HEADERS: Final[dict[str, tuple[str, ...]]] = {
    "sku": ("sku", "sku", "kode_sku", "sku_code"),
    "product": ("produk", "product", "nama_produk", "product_name", "nama", "name"),
    "variant": ("varian", "variant"),
    "options": ("pilihan", "options", "opsi"),
    "gtin": ("gtin", "gtin", "barcode", "kode_batang", "ean", "upc"),
    "unit": ("satuan", "unit"),
    "weight_g": ("berat_g", "weight_g", "berat", "weight"),
    "length_mm": ("panjang_mm", "length_mm"),
    "width_mm": ("lebar_mm", "width_mm"),
    "height_mm": ("tinggi_mm", "height_mm"),
    "brand": ("merek", "brand"),
    "category": ("kategori", "category"),
    "tax_class": ("kelas_pajak", "tax_class"),
    "description": ("deskripsi", "description"),
    "parts": ("isi_bundel", "bundle_parts"),
    "is_stocked": ("distok", "stocked"),
    "lot_tracked": ("lacak_lot", "lot_tracked"),
    "state": ("status", "state"),
    PRICE: ("harga", "price"),
    PROBLEM: ("masalah", "problem"),
}
"""Column: its Indonesian header, its English header, and other names people give it."""

_KNOWN: Final = {header: column for column, headers in HEADERS.items() for header in headers}
# A spreadsheet would run a cell that begins with one of these as a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Row:
    """A record: its number as the spreadsheet shows it (the header is row 1), its cells by column."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Sheet:
    """What was read.

    Attributes:
        columns: Columns in the order they stand; prices as `price`, `price:<list>`, `price:<list>@<step>`.
        headers: The headers as they were written, to give rows back as they came.
        raw: Every record as it came, by row number.
    """

    columns: tuple[str, ...]
    headers: tuple[str, ...]
    rows: tuple[Row, ...]
    raw: Mapping[int, Sequence[str]]

    def header_of(self, column: str) -> str:
        """How the person wrote a column; our own name when it is not in the sheet."""
        names = dict(zip(self.columns, self.headers, strict=True))
        return names.get(column, HEADERS.get(column, (column,))[0])


def read_sheet(content: bytes) -> Sheet:
    """Read a file.

    Raises:
        SheetUnreadable: Not text, no header, or more than MOST_ROWS rows.
        UnknownColumns: With the likeliest meaning of each.
        ColumnsMissing: There is no sku column.
    """
    text = _decoded(content)
    if text.startswith("sep="):
        text = text.partition("\n")[2]
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as fault:
        raise SheetUnreadable(str(fault)) from fault
    if not records or not any(cell.strip() for cell in records[0]):
        raise SheetUnreadable("no header")
    if len(records) - 1 > MOST_ROWS:
        raise SheetUnreadable(f"more than {MOST_ROWS} rows")
    headers = [cell.strip() for cell in records[0]]
    columns = _columns(headers, records)
    kept = {number: record for number, record in enumerate(records[1:], 2) if any(map(str.strip, record))}
    rows = tuple(
        Row(
            number,
            {
                column: EMPTIED if cell.strip() == DASH else _unguarded(cell.strip())
                for column, cell in zip(columns, record, strict=False)
                if column and column != PROBLEM and cell.strip()
            },
        )
        for number, record in kept.items()
    )
    used = [(column, header) for column, header in zip(columns, headers, strict=True) if column]
    return Sheet(tuple(one[0] for one in used), tuple(one[1] for one in used), rows, kept)


def _decoded(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise SheetUnreadable(f"more than {MOST_BYTES} bytes")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif b"\0" in content:
        # An .xlsx renamed to .csv, or any other program's own format.
        raise SheetUnreadable("not text")
    else:
        # Excel's plain "CSV" is Windows-1252; every byte is some letter there, so it comes last.
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SheetUnreadable("not text")


def _columns(headers: Sequence[str], records: Sequence[Sequence[str]]) -> list[str]:
    """The column of each header; an empty header over empty cells is no column."""
    columns = [column_of(header) if header else "" for header in headers]
    nameless = [at for at, header in enumerate(headers) if not header]
    unknown = [header for header, column in zip(headers, columns, strict=True) if column is None]
    unknown += [
        f"#{at + 1}" for at in nameless if any(len(record) > at and record[at].strip() for record in records)
    ]
    if unknown:
        raise UnknownColumns(tuple(unknown), tuple(_meant(header) for header in unknown))
    known = [column or "" for column in columns]
    twice = {column for column in known if column and known.count(column) > 1}
    if twice:
        again = [header for header, column in zip(headers, known, strict=True) if column in twice]
        raise UnknownColumns(tuple(again), tuple("" for _ in again))
    if "sku" not in known:
        raise ColumnsMissing(("sku",))
    return known


def column_of(header: str) -> str | None:
    """The column a header means, or None."""
    plain = folded(header).replace(" ", "_")
    if plain in _KNOWN:
        return _KNOWN[plain]
    head, colon, tail = plain.partition(":")
    return f"{PRICE}:{tail}" if colon and tail and _KNOWN.get(head) == PRICE else None


def _meant(header: str) -> str:
    close = get_close_matches(folded(header).replace(" ", "_"), _KNOWN, n=1)
    return close[0] if close else ""


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:2] in _FORMULA else cell


def _guarded(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def header(column: str, locale: str) -> str:
    """A column's header in a language; a price column keeps its list and step."""
    head, colon, tail = column.partition(":")
    return HEADERS[head][0 if locale == "id" else 1] + colon + tail


def write_sheet(
    columns: Sequence[str], rows: Iterable[Mapping[str, str]], *, locale: str = "id", delimiter: str = ","
) -> bytes:
    """Rows as CSV with the UTF-8 mark, so that Excel reads it right; formulas are made harmless."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow([header(column, locale) for column in columns])
    for row in rows:
        writer.writerow([_guarded(row.get(column, "")) for column in columns])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def write_refused(sheet: Sheet, problems: Mapping[int, str], *, locale: str = "id") -> bytes:
    """The refused rows as they came, with one more column that says what is wrong.

    The file can be repaired and read again as it is: that column is passed over.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    kept = [at for at, column in enumerate(sheet.columns) if column != PROBLEM]
    writer.writerow([*(sheet.headers[at] for at in kept), header(PROBLEM, locale)])
    for number, told in sorted(problems.items()):
        record = sheet.raw[number]
        cells = [record[at] if at < len(record) else "" for at in kept]
        writer.writerow([*map(_guarded_once, cells), told])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _guarded_once(cell: str) -> str:
    return cell if cell.startswith("'") or cell == DASH else _guarded(cell)

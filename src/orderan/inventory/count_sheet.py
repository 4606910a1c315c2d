"""Stock counts as a CSV sheet: written for a person to fill in, read back row by row."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from orderan.inventory.commands.count import Counted
from orderan.kit.errors import N_

COLUMNS = ("sku", "location", "lot", "expires_on", "on_hand")
MOST_UNITS = 10**9


@dataclass(frozen=True, slots=True)
class Wrong:
    """A row that cannot be read: its line in the file, the column, and what is wrong with it."""

    line: int
    column: str
    sentence: str


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row that can: its line in the file and what was counted."""

    line: int
    counted: Counted


class NotASheet(Exception):
    """The file is not a count sheet at all; `sentence` says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def read_sheet(content: bytes) -> tuple[list[SheetRow], list[Wrong]]:
    """Read a sheet; every row is either read or told why not.

    Comma, semicolon or tab may separate (spreadsheets here write semicolons); a byte order mark is
    skipped. `lot` and `expires_on` may be missing or empty.

    Raises:
        NotASheet: No text, or a needed column is missing.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise NotASheet(N_("Berkas bukan teks UTF-8. Simpan sebagai CSV UTF-8.")) from fault
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    names = [(name or "").strip().lower() for name in reader.fieldnames or []]
    if not {"sku", "location", "on_hand"} <= set(names):
        raise NotASheet(N_("Kolom sku, location dan on_hand wajib ada."))
    reader.fieldnames = names
    rows: list[SheetRow] = []
    wrong: list[Wrong] = []
    try:
        for row in reader:
            cells = {name: _as_meant((row.get(name) or "").strip()) for name in COLUMNS}
            if any(cells.values()):
                _read(reader.line_num, cells, rows, wrong)
    except csv.Error as fault:
        raise NotASheet(N_("Berkas tidak bisa dibaca sebagai CSV.")) from fault
    return rows, wrong


def _read(line: int, cells: dict[str, str], rows: list[SheetRow], wrong: list[Wrong]) -> None:
    found = [Wrong(line, column, N_("Wajib diisi.")) for column in ("sku", "location") if not cells[column]]
    on_hand = _whole(cells["on_hand"])
    if on_hand is None:
        found.append(Wrong(line, "on_hand", N_("Isi bilangan bulat, 0 atau lebih.")))
    expires_on = None
    if cells["expires_on"]:
        try:
            expires_on = date.fromisoformat(cells["expires_on"])
        except ValueError:
            found.append(Wrong(line, "expires_on", N_("Tulis tanggal sebagai 2027-01-31.")))
    if found or on_hand is None:
        wrong.extend(found)
        return
    rows.append(
        SheetRow(line, Counted(cells["sku"], cells["location"], on_hand, cells["lot"] or None, expires_on))
    )


def _whole(text: str) -> int | None:
    if text.isascii() and text.isdigit() and int(text[:20]) <= MOST_UNITS:
        return int(text)
    return None


def write_sheet(rows: Iterable[tuple[str, str, str | None, date | None, int]]) -> Iterator[str]:
    """A sheet of (sku, location code, lot, expiry, on hand), line by line.

    A text that a spreadsheet would take for a formula is written with a leading apostrophe.
    """
    yield _line(COLUMNS)
    for sku, location, lot, expires_on, on_hand in rows:
        yield _line(
            (
                _harmless(sku),
                _harmless(location),
                _harmless(lot or ""),
                expires_on.isoformat() if expires_on else "",
                str(on_hand),
            )
        )


_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _as_meant(text: str) -> str:
    """Without the apostrophe that `_harmless` puts before it."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text


def _line(cells: Iterable[str]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()

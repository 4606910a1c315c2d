"""A CSV or a workbook as rows under a heading, whatever its encoding, delimiter, sheets and title lines."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from orderan.settlements.errors import ColumnsMissing, FileRefused, FileTooLarge

MOST_BYTES: Final = 10_000_000
MOST_ROWS: Final = 200_000
MOST_COLUMNS: Final = 200
MOST_CELL: Final = 2_000
HEADING_WITHIN: Final = 30
"""Reports put a title, a merchant's name and a period above their heading."""

EMPTY: Final = "empty"
NOT_TEXT: Final = "not_csv"
PACKED: Final = b"PK\x03\x04"
"""How a workbook begins, and any other package."""

Numbered = tuple[int, tuple[str, ...]]
"""A row with its number in the file or the sheet, from 1."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of a file, each by the names of its heading.

    Attributes:
        places: Our word for a column to its place.
    """

    heading: tuple[str, ...]
    places: Mapping[str, int]
    rows: tuple[Numbered, ...]

    def cell(self, row: Sequence[str], ours: str) -> str:
        """What a row has in a column of ours; nothing where the file has no such column."""
        place = self.places.get(ours)
        return row[place].strip() if place is not None and place < len(row) else ""

    def column(self, ours: str) -> Iterator[str]:
        return (self.cell(row, ours) for _, row in self.rows)

    def payload(self, row: Sequence[str]) -> dict[str, str]:
        """A row as it was written, for the person who looks at it."""
        named = {
            name or str(place + 1): cell[:MOST_CELL]
            for place, (name, cell) in enumerate(zip(self.heading, row, strict=False))
        }
        surplus = row[len(self.heading) : len(self.heading) + MOST_COLUMNS]
        return named | {
            str(len(self.heading) + place + 1): cell[:MOST_CELL] for place, cell in enumerate(surplus)
        }


def bare(name: str) -> str:
    """A heading without what programs write differently: capitals, blanks, signs."""
    return "".join(sign for sign in name.casefold() if sign.isalnum())


def decoded(name: str, content: bytes) -> str:
    """The text of a file: UTF-8, UTF-16 where a mark says so, else Windows-1252.

    Raises:
        FileTooLarge, FileRefused: It is too large, empty or no text.
    """
    if len(content) > MOST_BYTES:
        raise FileTooLarge(MOST_BYTES)
    if not content.strip():
        raise FileRefused(name, EMPTY, "")
    try:
        if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
            text = content.decode("utf-16")
        else:
            text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    if "\x00" in text or text.startswith("%PDF"):
        raise FileRefused(name, NOT_TEXT, "")
    return text


def _delimiter(text: str) -> str:
    """The sign that stands most often in the lines a heading may be in."""
    lines = text.splitlines()[:HEADING_WITHIN]
    return max((",", ";", "\t", "|"), key=lambda sign: max((line.count(sign) for line in lines), default=0))


def table_of(
    name: str,
    content: bytes,
    wanted: Mapping[str, Sequence[str]],
    needed: Callable[[frozenset[str]], Sequence[str]],
) -> Table:
    """A file's rows, once its heading is found; of a workbook those of the first sheet that has it.

    Args:
        wanted: Our words for columns to the names each may bear.
        needed: What of our words a heading that has these lacks.

    Raises:
        FileTooLarge, FileRefused: It is too large, empty, or neither text nor a workbook.
        ColumnsMissing: No line near its top has the columns that must be there.
    """
    best: tuple[int, Sequence[str], tuple[str, ...]] | None = None
    for rows in _sheets(name, content):
        for at, (_, row) in enumerate(rows[:HEADING_WITHIN]):
            places = _placed(row, wanted)
            missing = needed(frozenset(places))
            if not missing:
                heading = tuple(cell.strip()[:MOST_CELL] for cell in row[:MOST_COLUMNS])
                return Table(heading, places, tuple(rows[at + 1 :]))
            if best is None or len(places) > best[0]:
                best = (len(places), missing, tuple(cell.strip()[:80] for cell in row[:MOST_COLUMNS]))
    if best is None:
        raise FileRefused(name, EMPTY, "")
    raise ColumnsMissing(tuple(best[1]), best[2])


def _sheets(name: str, content: bytes) -> Iterator[list[Numbered]]:
    """The rows that are not empty, of each sheet; a CSV is one."""
    if content[: len(PACKED)] == PACKED:
        # Its library is loaded when a file of it is met: a process that reads none has no use for it.
        from orderan.settlements.reading.workbook import sheets_of

        yield from sheets_of(name, content)
        return
    text = decoded(name, content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    rows: list[Numbered] = []
    try:
        for number, cells in enumerate(reader, start=1):
            if any(cell.strip() for cell in cells):
                rows.append((number, tuple(cells)))
            if len(rows) > MOST_ROWS:
                raise FileTooLarge(MOST_ROWS)
    except csv.Error as fault:
        raise FileRefused(name, NOT_TEXT, str(fault)) from None
    yield rows


def _placed(heading: Sequence[str], wanted: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Where each of our columns is; the first of its names that is there, and no column twice."""
    there: dict[str, int] = {}
    for place, name in enumerate(heading[:MOST_COLUMNS]):
        there.setdefault(bare(name), place)
    found: dict[str, int] = {}
    for ours, names in wanted.items():
        for name in names:
            at = there.get(bare(name))
            if at is not None and at not in found.values():
                found[ours] = at
                break
    return found

"""The parts of an XLSX package, and the rows of a sheet as its XML goes by.

openpyxl makes an object of every cell: 8,500 rows a second. Here a parser calls us for the four
elements that matter, six times as fast, and memory holds the shared texts and one block of rows.
How a number becomes a date is still asked of openpyxl. Formulas are not looked at: a cell is what was last
computed of it.
"""

from __future__ import annotations

import posixpath
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime
from lzma import LZMAError
from pathlib import Path
from typing import IO, Final, Self
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element
from xml.parsers import expat
from xml.parsers.expat import ExpatError
from zipfile import BadZipFile, ZipFile

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel, from_ISO8601

Raw = object
"""What a cell holds: a text, a number, yes or no, a day, a time, a length of time; None is nothing."""

DAMAGED: Final = (
    OSError, BadZipFile, KeyError, IndexError, ValueError, EOFError, RuntimeError, ET.ParseError, ExpatError,
    zlib.error, LZMAError,
)  # fmt: skip
"""What a damaged package may raise, wherever of it is read.

RuntimeError is a part under a password, one packed in a way nobody unpacks, and runs of text within runs without
end.
"""
_BLOCK = 1 << 16
_DIGITS: Final = "0123456789"
# As many columns as a sheet can have; a cell further right is damage, not data.
_MOST_COLUMNS = 16_384
_CACHE_SIZE = 100_000
# Parts that are held whole, unpacked; a year of orders has some ten million bytes of shared texts.
# A few thousand bytes can be packed so that they unpack to gigabytes.
LARGEST_PART = 200_000_000
# Excel allows a cell 32,767 characters; the parser hands over no piece larger than a block.
_MOST_PIECES = 100


class PartTooLarge(ValueError):
    """A part unpacks to more than is held or gone through."""


class Spreadsheet:
    """An open package; close it by leaving its `with`.

    Args:
        file: Where it is, or its bytes to be read from.
        largest_sheet: Most bytes a sheet may unpack to; None goes through whatever there is, a block at a time.

    Raises:
        KeyError, ValueError, zipfile.BadZipFile, ...: It is damaged (`DAMAGED`); where that is seen depends on the
            damage.
        PartTooLarge: A part unpacks to more than it may.
    """

    def __init__(self, file: Path | IO[bytes], *, largest_sheet: int | None = None) -> None:
        self._zip = ZipFile(file)
        self._largest_sheet = largest_sheet
        try:
            self._read_parts()
        except BaseException:
            self._zip.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    @property
    def names(self) -> list[str]:
        """Of its sheets with cells, in order."""
        return list(self._sheets)

    def rows(self, name: str) -> Iterator[tuple[Raw, ...]]:
        """Rows of a sheet that have any cell, each up to its last one."""
        return (row for _, row in self.numbered(name))

    def numbered(self, name: str) -> Iterator[tuple[int, tuple[Raw, ...]]]:
        """The same with their numbers in the sheet, from 1."""
        reader = _SheetReader(self._texts, self._date)
        with self._opened(self._sheets[name], self._largest_sheet) as file:
            yield from reader.rows(file)

    def _read_parts(self) -> None:
        book_part = self._related("", "/officeDocument")[0]
        book = self._part(book_part)
        [*setup] = (one for one in book.iter() if _local(one) == "workbookPr")
        old = any(one.get("date1904", "0") in {"1", "true"} for one in setup)
        self._epoch: datetime = MAC_EPOCH if old else WINDOWS_EPOCH
        sheets = dict(self._relations(book_part, "/worksheet"))
        self._sheets = {
            one.get("name", ""): sheets[target]
            for one in book.iter()
            if _local(one) == "sheet" and (target := _relation_id(one)) in sheets
        }
        styles = self._related(book_part, "/styles")
        texts = self._related(book_part, "/sharedStrings")
        self._dates, self._spans = self._date_styles(styles[0]) if styles else ({}, set())
        self._texts = self._shared(texts[0]) if texts else []

    def _date(self, style: str, number: float) -> Raw:
        """A number under its style: a date, or itself."""
        if style not in self._dates:
            return number
        try:
            found: Raw = from_excel(number, self._epoch, timedelta=style in self._spans)
        except (OverflowError, ValueError):
            return "#VALUE!"
        return found

    def _date_styles(self, part: str) -> tuple[dict[str, str], set[str]]:
        """Places of cell styles that show dates, and of those that show lengths of time."""
        formats: dict[int, str] = dict(BUILTIN_FORMATS)
        cells: list[int] = []
        for one in self._part(part):
            if _local(one) == "numFmts":
                formats |= {int(kind.get("numFmtId", 0)): kind.get("formatCode", "") for kind in one}
            elif _local(one) == "cellXfs":
                cells = [int(style.get("numFmtId", 0)) for style in one]
        shown = {str(place): formats.get(kind, "") for place, kind in enumerate(cells)}
        dates = {place: code for place, code in shown.items() if is_date_format(code)}
        return dates, {place for place, code in dates.items() if is_timedelta_format(code)}

    def _shared(self, part: str) -> list[str]:
        texts: list[str] = []
        root: Element | None = None
        with self._whole(part) as file:
            for event, one in ET.iterparse(file, ("start", "end")):  # noqa: S314 - see `_whole`
                if root is None:
                    root = one
                elif event == "end" and _local(one) == "si":
                    texts.append("".join(_written(one)))
                    root.clear()
        return texts

    def _part(self, name: str) -> Element:
        with self._whole(name) as file:
            return ET.parse(file).getroot()  # noqa: S314 - see `_whole`

    def _whole(self, name: str) -> IO[bytes]:
        """A part that is held in memory whole.

        No part is read further than the size its package tells, the parser reads nothing from outside
        and stops entities that grow out of proportion: what is checked here is all there can be.
        """
        return self._opened(name, LARGEST_PART)

    def _opened(self, name: str, largest: int | None) -> IO[bytes]:
        told = self._zip.getinfo(name).file_size
        if largest is not None and told > largest:
            raise PartTooLarge(f"{name} unpacks to {told:,} bytes, more than {largest:,}")
        return self._zip.open(name)

    def _related(self, part: str, kind: str) -> list[str]:
        return [target for _, target in self._relations(part, kind)]

    def _relations(self, part: str, kind: str) -> list[tuple[str, str]]:
        """Id and path of each part that a part refers to as this kind."""
        folder, name = posixpath.split(part)
        links = self._part(posixpath.join(folder, "_rels", f"{name}.rels"))
        return [
            (link.get("Id", ""), posixpath.normpath(posixpath.join("/", folder, link.get("Target", "")))[1:])
            for link in links
            if link.get("Type", "").endswith(kind)
        ]


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _relation_id(element: Element) -> str:
    return next((value for name, value in element.items() if name.endswith("}id")), "")


def _written(element: Element) -> Iterator[str]:
    """The text of an item and of its runs, without how it is pronounced."""
    for child in element:
        if _local(child) == "t":
            yield child.text or ""
        elif _local(child) == "r":
            yield from _written(child)


class _SheetReader:
    """One way through the XML of a sheet."""

    def __init__(self, texts: list[str], date: Callable[[str, float], Raw]) -> None:
        self._texts = texts
        self._date = date
        self._columns: dict[str, int] = {}
        self._numbers: dict[tuple[str, str], Raw] = {}
        self._rows: list[tuple[int, tuple[Raw, ...]]] = []
        self._row: list[Raw] = []
        self._number = 0
        self._kind = self._style = ""
        self._place = -1
        self._text: list[str] | None = None
        self._taking = self._spoken = self._done = False
        self._names: dict[str, str] = {}

    def rows(self, file: IO[bytes]) -> Iterator[tuple[int, tuple[Raw, ...]]]:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        parser.StartDoctypeDeclHandler = _no_doctype
        while not self._done and (block := file.read(_BLOCK)):
            parser.Parse(block, False)
            if self._rows:
                yield from self._rows
                self._rows = []
        if not self._done:
            parser.Parse(b"", True)

    def _start(self, written: str, attributes: dict[str, str]) -> None:
        name = self._names.get(written) or self._named(written)
        if name == "c":
            self._kind = attributes.get("t", "n")
            self._style = attributes.get("s", "")
            self._place = self._column(attributes["r"]) if "r" in attributes else self._place + 1
            self._text = None
        elif name == "v" or (name == "t" and not self._spoken):
            self._taking = True
            if self._text is None:
                self._text = []
        elif name == "row":
            self._row = []
            self._number = int(attributes["r"]) if "r" in attributes else self._number + 1
            self._place = -1
        elif name == "rPh":
            self._spoken = True

    def _data(self, text: str) -> None:
        if self._taking:
            assert self._text is not None
            self._text.append(text)
            if len(self._text) > _MOST_PIECES:
                raise ValueError("a cell has no end")

    def _end(self, written: str) -> None:
        name = self._names[written]
        if name == "c":
            if self._text is not None:
                self._put(self._value("".join(self._text)))
        elif name in {"v", "t"}:
            self._taking = False
        elif name == "row":
            if self._row:
                self._rows.append((self._number, tuple(self._row)))
        elif name == "rPh":
            self._spoken = False
        elif name == "sheetData":
            self._done = True

    def _put(self, value: Raw) -> None:
        row = self._row
        if len(row) < self._place:
            row.extend([None] * (self._place - len(row)))
        if len(row) == self._place:
            row.append(value)
        else:
            row[self._place] = value

    def _value(self, text: str) -> Raw:
        kind = self._kind
        if kind == "s":
            place = int(text)
            if place < 0:
                raise ValueError(f"no shared text has the number {text}")
            return self._texts[place]
        if kind == "inlineStr":
            return text
        if not text:
            return None
        if kind == "n":
            return self._numeric(text)
        if kind == "b":
            return bool(int(text))
        if kind == "d":
            found: Raw = from_ISO8601(text)
            return found
        return text

    def _numeric(self, text: str) -> Raw:
        key = (self._style, text)
        try:
            return self._numbers[key]
        except KeyError:
            if len(self._numbers) >= _CACHE_SIZE:
                self._numbers.clear()
        number = float(text) if "." in text or "E" in text or "e" in text else int(text)
        found = self._numbers[key] = self._date(self._style, number)
        return found

    def _column(self, reference: str) -> int:
        letters = reference.rstrip(_DIGITS)
        place = self._columns.get(letters)
        if place is None:
            place = 0
            for letter in letters:
                place = place * 26 + ord(letter) - ord("A") + 1
            if not 1 <= place <= _MOST_COLUMNS:
                raise ValueError(f"no cell has the name {reference}")
            place = self._columns[letters] = place - 1
        return place

    def _named(self, written: str) -> str:
        """The name without the prefix some writers give all their elements."""
        name = self._names[written] = written.rpartition(":")[2]
        return name


def _no_doctype(*_: object) -> None:
    raise ValueError("a sheet declares a document type, which no spreadsheet program writes")

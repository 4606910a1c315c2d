"""CSV and its relatives, read with the standard library: exact about quotes, and streaming."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from orderan.importing.errors import Problem, SourceRefused
from orderan.importing.reading.source import Chunk, Raw, chunk_rows, known_columns, place_columns

AUTO = "auto"
_BLOCK = 1 << 20
_DELIMITERS = (",", ";", "\t", "|")
_SAYS_DELIMITER = re.compile(r"sep=(.)\r?\n?")
_LONGEST_HEADING = 1 << 16


class DelimitedSource:
    """A text file with one heading row and one row per order line."""

    def __init__(
        self, path: Path, wanted: Mapping[str, tuple[str, ...]], *, encoding: str, delimiter: str
    ) -> None:
        self.path = path
        self.total: int | None = None
        self._encoding = _detect(path) if encoding == "auto" else _known(path, encoding)
        self._delimiter, self._told = self._punctuation(delimiter, wanted)
        heading = next(self._rows(), None)
        if heading is None:
            raise SourceRefused(path.name, (Problem("heading", "the file is empty"),))
        heading = [name.strip() for name in heading]
        self.heading: Sequence[str] = heading
        self._width = len(heading)
        self._places = place_columns(path, wanted, heading)

    def chunks(self, *, after: int, size: int) -> Iterator[Chunk]:
        """See `Source.chunks`. Lines up to `after` are parsed and dropped: quotes may span lines."""
        rows = islice(self._rows(), 1 + after, None)
        return chunk_rows(rows, width=self._width, places=self._places, after=after, size=size)

    def _punctuation(self, asked: str, wanted: Mapping[str, tuple[str, ...]]) -> tuple[str, bool]:
        """The delimiter, and whether a line before the heading says it, as some spreadsheets write."""
        try:
            with self.path.open(encoding=self._encoding, newline="") as file:
                first = file.readline(_LONGEST_HEADING)
        except (OSError, UnicodeDecodeError) as error:
            raise SourceRefused(self.path.name, (Problem("heading", str(error)),)) from error
        if said := _SAYS_DELIMITER.fullmatch(first):
            return (said[1] if asked == AUTO else asked), True
        if asked != AUTO:
            return asked, False
        cells = {sign: _cells(first, sign) for sign in _DELIMITERS}
        best = max(_DELIMITERS, key=lambda sign: (known_columns(wanted, cells[sign]), len(cells[sign])))
        return best, False

    def sample(self, size: int) -> list[Sequence[Raw]]:
        """See `Source.sample`."""
        return list(islice(self._rows(), 1, 1 + size))

    def _rows(self) -> Iterator[list[str]]:
        row_number = 0
        try:
            with self.path.open(encoding=self._encoding, newline="") as file:
                if self._told:
                    file.readline(_LONGEST_HEADING)
                for row in csv.reader(file, delimiter=self._delimiter, strict=True):
                    row_number += 1
                    # A line with nothing on it is no row: editors leave one at the end.
                    if row:
                        yield row
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            where = f"after row {row_number}"
            raise SourceRefused(self.path.name, (Problem(where, str(error)),)) from error


def _detect(path: Path) -> str:
    """UTF-8 when every byte of the file agrees with it, else what old spreadsheets write."""
    try:
        with path.open("rb") as file:
            if file.read(2) in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
                return "utf-16"
        # Windows-1252 leaves five bytes without a meaning; Latin-1 leaves none.
        return next(known for known in ("utf-8-sig", "cp1252", "latin-1") if _agrees(path, known))
    except OSError as error:
        raise SourceRefused(path.name, (Problem("file", str(error)),)) from error


def _agrees(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _cells(heading: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([heading], delimiter=delimiter), [])
    except csv.Error:
        return []


def _known(path: Path, encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError as error:
        raise SourceRefused(path.name, (Problem("file.encoding", str(error)),)) from error

"""CSV and its relatives, read with the standard library: exact about quotes, and streaming."""

from __future__ import annotations

import codecs
import csv
import re
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from orderan.importing.errors import Problem, SourceRefused
from orderan.importing.reading.source import Chunk, Raw, Torn, chunk_rows, known_columns, place_columns

AUTO = "auto"
_BLOCK = 1 << 20
_DELIMITERS = (",", ";", "\t", "|")
_SAYS_DELIMITER = re.compile(r"sep=(.)\r?\n?")
_LONGEST_HEADING = 1 << 16
# Lines in one row, because of a text that has some; a quote that was never closed takes all there are.
_LONGEST_ROW = 200


class DelimitedSource:
    """A text file with one heading row and one row per order line."""

    def __init__(
        self, path: Path, wanted: Mapping[str, tuple[str, ...]], optional: Collection[str] = (),
        *, encoding: str, delimiter: str,
    ) -> None:  # fmt: skip
        self.path = path
        self.total: int | None = None
        self._encoding = _detect(path) if encoding == "auto" else _known(path, encoding)
        self._delimiter, self._told = self._punctuation(delimiter, wanted)
        self._width: int | None = None
        first = next(self._rows(), None)
        if first is None:
            raise SourceRefused(path.name, (Problem("heading", "the file is empty"),))
        if isinstance(first, Torn):
            raise SourceRefused(path.name, (Problem("heading", "a quote is not closed or in a wrong place"),))
        heading = [name.strip() for name in first]
        self.heading: Sequence[str] = heading
        self._width = len(heading)
        self._places = place_columns(path, wanted, heading, optional)

    def chunks(self, *, after: int, size: int) -> Iterator[Chunk]:
        """See `Source.chunks`. Lines up to `after` are parsed and dropped: quotes may span lines."""
        rows = islice(self._rows(), 1 + after, None)
        return chunk_rows(rows, width=len(self.heading), places=self._places, after=after, size=size)

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
        rows = islice(self._rows(), 1, 1 + size)
        return [(row.text,) if isinstance(row, Torn) else row for row in rows]

    def _rows(self) -> Iterator[list[str] | Torn]:
        row_number = 0
        try:
            with self.path.open(encoding=self._encoding, newline="") as file:
                if self._told:
                    file.readline(_LONGEST_HEADING)
                for row in self._cut(file):
                    row_number += 1
                    yield row
        except (OSError, UnicodeDecodeError) as error:
            where = f"after row {row_number}"
            raise SourceRefused(self.path.name, (Problem(where, str(error)),)) from error

    def _check_one_row(self, row: Sequence[str], lines: Iterable[str], width: int) -> None:
        whole = sum(line.count(self._delimiter) >= width - 1 for line in lines)
        if len(row) != width or whole > 1:
            raise csv.Error("lines that seem to be one row are none")

    def _cut(self, file: Iterable[str]) -> Iterator[list[str] | Torn]:
        """Rows of a file; where its quotes contradict each other, one line is torn and the next begins anew.

        A quote that is not closed makes one cell of all that follows, until another quote seems to close
        it. What gives it away is that the row then has the wrong width, several rows in it, or no end.
        """
        lines = _Lines(file)
        while True:
            try:
                for row in csv.reader(lines, delimiter=self._delimiter, strict=True):
                    if len(lines.taken) > 1 and self._width is not None:
                        self._check_one_row(row, lines.taken, self._width)
                    lines.taken.clear()
                    # A line with nothing on it is no row: editors leave one at the end.
                    if row:
                        yield row
            except csv.Error:
                yield Torn(lines.tear().rstrip("\r\n"))
            else:
                return


class _Lines:
    """Lines of a file for a parser, which may be given back when they turn out not to belong together.

    Attributes:
        taken: Lines since the end of the last row.
    """

    def __init__(self, file: Iterable[str]) -> None:
        self._file = iter(file)
        self._back: deque[str] = deque()
        self.taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        while True:
            if self._back:
                line = self._back.popleft()
            else:
                following = next(self._file, None)
                if following is None:
                    return
                line = following
            self.taken.append(line)
            if len(self.taken) > _LONGEST_ROW:
                raise csv.Error("a row has no end")
            yield line

    def tear(self) -> str:
        """The first line of the row that failed; the others are given out again."""
        torn = self.taken[0]
        self._back.extendleft(reversed(self.taken[1:]))
        self.taken = []
        return torn


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

"""CSV and its relatives, read with the standard library: exact about quotes, and streaming."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from orderan.importing.errors import Problem, SourceRefused
from orderan.importing.reading.source import Chunk, chunk_rows, place_columns

_BLOCK = 1 << 20


class DelimitedSource:
    """A text file with one heading row and one row per order line."""

    def __init__(
        self, path: Path, wanted: Mapping[str, tuple[str, ...]], *, encoding: str, delimiter: str
    ) -> None:
        self.path = path
        self.total: int | None = None
        self._delimiter = delimiter
        self._encoding = _detect(path) if encoding == "auto" else _known(path, encoding)
        heading = next(self._rows(), None)
        if heading is None:
            raise SourceRefused(path.name, (Problem("heading", "the file is empty"),))
        heading = [name.strip() for name in heading]
        self._width = len(heading)
        self._places = place_columns(path, wanted, heading)

    def chunks(self, *, after: int, size: int) -> Iterator[Chunk]:
        """See `Source.chunks`. Lines up to `after` are parsed and dropped: quotes may span lines."""
        rows = islice(self._rows(), 1 + after, None)
        return chunk_rows(rows, width=self._width, places=self._places, after=after, size=size)

    def _rows(self) -> Iterator[list[str]]:
        row_number = 0
        try:
            with self.path.open(encoding=self._encoding, newline="") as file:
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
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    except OSError as error:
        raise SourceRefused(path.name, (Problem("file", str(error)),)) from error
    return "utf-8-sig"


def _known(path: Path, encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError as error:
        raise SourceRefused(path.name, (Problem("file.encoding", str(error)),)) from error

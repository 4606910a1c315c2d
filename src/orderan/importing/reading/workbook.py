"""XLSX: a block of rows in memory at a time, one sheet after another."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from orderan.importing.errors import Problem, SourceRefused
from orderan.importing.reading.source import Chunk, Raw, chunk_rows, place_columns
from orderan.kit.spreadsheet import DAMAGED, Spreadsheet


class WorkbookSource:
    """A workbook whose sheets (all of them, or one) have the same heading row."""

    def __init__(
        self, path: Path, wanted: Mapping[str, tuple[str, ...]], optional: Collection[str] = (),
        *, sheet: str | None,
    ) -> None:  # fmt: skip
        self.path = path
        self.total: int | None = None
        self._sheets: list[tuple[str, int]] = []
        try:
            with Spreadsheet(path) as book:
                names = [sheet] if sheet is not None else book.names
                if missing := [name for name in names if name not in book.names]:
                    raise SourceRefused(path.name, (Problem("file.sheet", f"no sheet {missing[0]}"),))
                headings = {name: _heading(book.rows(name)) for name in names}
        except DAMAGED as error:
            raise SourceRefused(path.name, (Problem("file", str(error)),)) from error
        filled = {name: heading for name, heading in headings.items() if heading}
        if not filled:
            raise SourceRefused(path.name, (Problem("heading", "the workbook is empty"),))
        # One order of columns for the whole book keeps line numbers and widths comparable.
        if len(set(filled.values())) > 1:
            raise SourceRefused(path.name, (Problem("heading", "the sheets have different columns"),))
        heading = next(iter(filled.values()))
        self._names = list(filled)
        self.heading: Sequence[str] = heading
        self._width = len(heading)
        self._places = place_columns(path, wanted, heading, optional)

    def chunks(self, *, after: int, size: int) -> Iterator[Chunk]:
        """See `Source.chunks`. Lines up to `after` are parsed and dropped."""
        rows = islice(self._rows(), after, None)
        return chunk_rows(rows, width=self._width, places=self._places, after=after, size=size)

    def sample(self, size: int) -> list[Sequence[Raw]]:
        """See `Source.sample`."""
        return list(islice(self._rows(), size))

    def _rows(self) -> Iterator[Sequence[Raw]]:
        try:
            yield from self._filled_rows()
        except DAMAGED as error:
            raise SourceRefused(self.path.name, (Problem("file", str(error)),)) from error

    def _filled_rows(self) -> Iterator[Sequence[Raw]]:
        with Spreadsheet(self.path) as book:
            for name in self._names:
                rows = book.rows(name)
                _heading(rows)
                for row in rows:
                    if any(value is not None for value in row):
                        yield self._fit(row)

    def _fit(self, row: tuple[Raw, ...]) -> tuple[Raw, ...]:
        # A sheet leaves out empty cells at the end of a row and may keep formatted empty ones
        # past the last column; neither is a value.
        if len(row) < self._width:
            return row + (None,) * (self._width - len(row))
        if all(value is None for value in row[self._width :]):
            return row[: self._width]
        return row


def _heading(rows: Iterator[tuple[Raw, ...]]) -> tuple[str, ...]:
    for row in rows:
        if any(value is not None for value in row):
            names = ["" if value is None else str(value).strip() for value in row]
            while names and not names[-1]:
                names.pop()
            return tuple(names)
    return ()

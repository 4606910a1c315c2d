"""What a file looks like to the rest of the import, whatever its format.

A source hands out chunks: columns of raw values under our own names, with the number of their
first line. Line numbers count the rows of data from 1 and never depend on the size of the chunk,
so a run can stop after any line and go on from it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from orderan.importing.errors import Problem, SourceRefused
from orderan.importing.models import Reason

Raw = object
"""A value as its format gives it: text, int, float, Decimal, date, datetime, None."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some lines of the file, column by column.

    Attributes:
        first: Number of the first line, from 1.
        size: Lines in this chunk.
        columns: Our name of a mapped column to its `size` values; a column that the mapping
            does not name, or that the file need not have, is absent.
        broken: Offset in the chunk of a row that has no columns to be trusted, to why and its text.
    """

    first: int
    size: int
    columns: Mapping[str, Sequence[Raw]]
    broken: Mapping[int, tuple[Reason, str]]


class Torn(NamedTuple):
    """In the place of a row: a line that cannot be cut into cells, as it is written."""

    text: str


class Source(Protocol):
    """A file that can be read from any line on."""

    path: Path
    total: int | None
    """Lines in the file, where the format tells without reading all of it."""
    heading: Sequence[str]
    """Names of its columns, as written."""

    def chunks(self, *, after: int, size: int) -> Iterator[Chunk]:
        """Chunks of at most `size` lines, beginning with the line after number `after`."""
        ...

    def sample(self, size: int) -> list[Sequence[Raw]]:
        """The first lines with all their columns, for a person to look at."""
        ...


def place_columns(
    path: Path,
    wanted: Mapping[str, tuple[str, ...]],
    heading: Sequence[str],
    optional: Collection[str] = (),
) -> dict[str, int]:
    """Where each wanted column stands; capitals, blanks and signs count only between two that fit.

    Args:
        optional: Wanted columns that may be missing.

    Raises:
        SourceRefused: A column is missing, or several of its names are there, or a name is there
            twice; every such column is listed.
    """
    places: dict[str, int] = {}
    problems: list[Problem] = []
    for ours, names in wanted.items():
        found = [place for place, written in enumerate(heading) if written in names]
        if not found:
            alike = {bare(name) for name in names}
            found = [place for place, written in enumerate(heading) if bare(written) in alike]
        if len(found) == 1:
            places[ours] = found[0]
        elif found or ours not in optional:
            what = "no such column" if not found else "several such columns"
            problems.append(Problem(ours, f"{what}: {' or '.join(names)}"))
    if problems:
        raise SourceRefused(path.name, (*problems, Problem("heading", ", ".join(heading))))
    return places


def bare(name: str) -> str:
    """A heading without what programs write differently: capitals, blanks, signs."""
    return "".join(sign for sign in name.casefold() if sign.isalnum())


def known_columns(wanted: Mapping[str, tuple[str, ...]], heading: Sequence[str]) -> int:
    """How many of the wanted columns a heading has."""
    there = {bare(name) for name in heading}
    return sum(any(bare(name) in there for name in names) for names in wanted.values())


def chunk_rows(
    rows: Iterable[Sequence[Raw] | Torn],
    *,
    width: int,
    places: Mapping[str, int],
    after: int,
    size: int,
) -> Iterator[Chunk]:
    """Rows, already past line `after`, as chunks.

    A row of another width than the heading cannot be trusted at all (a stray comma moves every
    value one to the right), so none of its values is used.
    """
    batch: list[Sequence[Raw] | Torn] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield _as_chunk(batch, width, places, after + 1)
            after += size
            batch = []
    if batch:
        yield _as_chunk(batch, width, places, after + 1)


def _as_chunk(batch: list[Sequence[Raw] | Torn], width: int, places: Mapping[str, int], first: int) -> Chunk:
    broken = {
        offset: _why_broken(row)
        for offset, row in enumerate(batch)
        if len(row) != width or isinstance(row, Torn)
    }
    blank = (None,) * width
    sound = [blank if offset in broken else row for offset, row in enumerate(batch)]
    columns = {ours: [row[place] for row in sound] for ours, place in places.items()}
    return Chunk(first, len(batch), columns, broken)


def _why_broken(row: Sequence[Raw] | Torn) -> tuple[Reason, str]:
    if isinstance(row, Torn):
        return Reason.BROKEN_QUOTES, row.text
    written = " | ".join("" if value is None else str(value) for value in row)
    return Reason.WRONG_NUMBER_OF_COLUMNS, written

"""Reading: any file of order lines, as chunks of lines with stable numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from pathlib import Path

from orderan.importing.errors import Problem, SourceRefused
from orderan.importing.mapping import FileFormat, Mapping
from orderan.importing.models import AnyLine
from orderan.importing.reading.habits import DayOrder, settled
from orderan.importing.reading.lines import LineReader
from orderan.importing.reading.source import Chunk, Source

__all__ = [
    "Chunk",
    "DayOrder",
    "LineReader",
    "Source",
    "fingerprint",
    "look_at",
    "open_source",
    "prints",
    "read",
    "settled",
]

_BLOCK = 1 << 20


def open_source(path: Path, mapping: Mapping) -> Source:
    """A file as a source, its format told by the ending of its name.

    Raises:
        SourceRefused: The file is not there, is not what its name says, or lacks a mapped column.
    """
    return _open(path, mapping.columns.wanted, mapping.file, mapping.columns.optional)


def look_at(path: Path) -> Source:
    """A file without a mapping, for its heading and a sample.

    Raises:
        SourceRefused: The file is not there, or is not what its name says.
    """
    return _open(path, {}, FileFormat())


def _open(
    path: Path, wanted: dict[str, tuple[str, ...]], how: FileFormat, optional: Collection[str] = ()
) -> Source:
    # Each format's library is loaded when a file of it is met: a web process that shows no such
    # file has no use for them.
    if not path.is_file():
        raise SourceRefused(path.name, (Problem("file", "not there"),))
    match path.suffix.lower():
        case ".parquet" | ".pq":
            from orderan.importing.reading.parquet import ParquetSource

            return ParquetSource(path, wanted, optional)
        case ".csv" | ".tsv" | ".txt":
            from orderan.importing.reading.delimited import DelimitedSource

            return DelimitedSource(path, wanted, optional, encoding=how.encoding, delimiter=how.delimiter)
        case ".xlsx" | ".xlsm":
            from orderan.importing.reading.workbook import WorkbookSource

            return WorkbookSource(path, wanted, optional, sheet=how.sheet)
        case other:
            known = ".parquet, .csv, .tsv, .txt, .xlsx"
            raise SourceRefused(path.name, (Problem("file", f"{other or 'no ending'}: not {known}"),))


def read(path: Path, mapping: Mapping, *, after: int = 0, size: int = 10_000) -> Iterator[list[AnyLine]]:
    """The lines of a file after line `after`, in lists of at most `size`."""
    source = open_source(path, mapping)
    reader = LineReader(settled(source, mapping).mapping)
    for chunk in source.chunks(after=after, size=size):
        yield reader.lines(chunk)


def fingerprint(path: Path, mapping: Mapping) -> str:
    """What makes two runs the same run: the bytes of the file and every setting of the mapping."""
    return prints(path, mapping)[0]


def prints(path: Path, mapping: Mapping) -> tuple[str, str]:
    """The fingerprint of a file under a mapping, and that of its bytes alone."""
    together, alone = hashlib.sha256(mapping.model_dump_json().encode()), hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            together.update(block)
            alone.update(block)
    return together.hexdigest(), alone.hexdigest()

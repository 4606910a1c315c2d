"""Reading: any file of order lines, as chunks of lines with stable numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from orderan.importing.errors import Problem, SourceRefused
from orderan.importing.mapping import Mapping
from orderan.importing.models import AnyLine
from orderan.importing.reading.delimited import DelimitedSource
from orderan.importing.reading.habits import settled
from orderan.importing.reading.lines import LineReader
from orderan.importing.reading.parquet import ParquetSource
from orderan.importing.reading.source import Chunk, Source
from orderan.importing.reading.workbook import WorkbookSource

__all__ = ["Chunk", "LineReader", "Source", "fingerprint", "open_source", "read", "settled"]

_BLOCK = 1 << 20


def open_source(path: Path, mapping: Mapping) -> Source:
    """A file as a source, its format told by the ending of its name.

    Raises:
        SourceRefused: The file is not there, is not what its name says, or lacks a mapped column.
    """
    wanted = mapping.columns.wanted
    if not path.is_file():
        raise SourceRefused(path.name, (Problem("file", "not there"),))
    match path.suffix.lower():
        case ".parquet" | ".pq":
            return ParquetSource(path, wanted)
        case ".csv" | ".tsv" | ".txt":
            how = mapping.file
            return DelimitedSource(path, wanted, encoding=how.encoding, delimiter=how.delimiter)
        case ".xlsx" | ".xlsm":
            return WorkbookSource(path, wanted, sheet=mapping.file.sheet)
        case other:
            known = ".parquet, .csv, .tsv, .txt, .xlsx"
            raise SourceRefused(path.name, (Problem("file", f"{other or 'no ending'}: not {known}"),))


def read(path: Path, mapping: Mapping, *, after: int = 0, size: int = 10_000) -> Iterator[list[AnyLine]]:
    """The lines of a file after line `after`, in lists of at most `size`."""
    source = open_source(path, mapping)
    reader = LineReader(settled(source, mapping))
    for chunk in source.chunks(after=after, size=size):
        yield reader.lines(chunk)


def fingerprint(path: Path, mapping: Mapping) -> str:
    """What makes two runs the same run: the bytes of the file and every setting of the mapping."""
    digest = hashlib.sha256(mapping.model_dump_json().encode())
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()

"""Parquet: decoded in batches, so that memory holds one batch and the compressed pages."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from orderan.importing.errors import Problem, SourceRefused
from orderan.importing.reading.source import Chunk, Raw, place_columns


class ParquetSource:
    """A Parquet file of order lines."""

    def __init__(
        self, path: Path, wanted: Mapping[str, tuple[str, ...]], optional: Collection[str] = ()
    ) -> None:
        self.path = path
        try:
            with pq.ParquetFile(path) as file:
                heading = list(file.schema_arrow.names)
                self.total: int | None = file.metadata.num_rows
        except (OSError, pa.ArrowException) as error:
            raise SourceRefused(path.name, (Problem("file", str(error)),)) from error
        self.heading: Sequence[str] = heading
        places = place_columns(path, wanted, heading, optional)
        self._names = {ours: heading[place] for ours, place in places.items()}

    def chunks(self, *, after: int, size: int) -> Iterator[Chunk]:
        """See `Source.chunks`. Lines up to `after` are decoded and dropped: cheap beside the rest."""
        try:
            yield from self._chunks(after, size)
        except (OSError, pa.ArrowException) as error:
            raise SourceRefused(self.path.name, (Problem("file", str(error)),)) from error

    def sample(self, size: int) -> list[Sequence[Raw]]:
        """See `Source.sample`."""
        try:
            with pq.ParquetFile(self.path, memory_map=True) as file:
                batch = next(file.iter_batches(batch_size=size, use_threads=False), None)
                columns = [] if batch is None else [_values(column) for column in batch.columns]
        except (OSError, pa.ArrowException) as error:
            raise SourceRefused(self.path.name, (Problem("file", str(error)),)) from error
        return list(zip(*columns, strict=True))

    def _chunks(self, after: int, size: int) -> Iterator[Chunk]:
        with pq.ParquetFile(self.path, memory_map=True) as file:
            kept = list(dict.fromkeys(self._names.values()))
            behind = 0
            for batch in file.iter_batches(batch_size=size, columns=kept, use_threads=False):
                seen, behind = behind, behind + batch.num_rows
                if behind <= after:
                    continue
                fresh = batch.slice(max(after - seen, 0))
                columns = {ours: _values(fresh.column(name)) for ours, name in self._names.items()}
                yield Chunk(max(after, seen) + 1, fresh.num_rows, columns, {})


def _values(column: pa.Array) -> list[object]:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    # Nanoseconds have no Python type without pandas; a sale is not timed to a thousandth of a
    # microsecond, so they are cut.
    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        column = column.cast(pa.timestamp("us", tz=column.type.tz), safe=False)
    if pa.types.is_float16(column.type) or pa.types.is_float32(column.type):
        # 2.55 in four bytes is 2.5499999523 in eight; the shortest text that means the same is what
        # was written.
        return [None if text is None else float(text) for text in column.cast(pa.string()).to_pylist()]
    if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
        # Text of a writer that did not say that it is text.
        return [None if raw is None else raw.decode("utf-8", "replace") for raw in column.to_pylist()]
    if pa.types.is_nested(column.type):
        # No column of an order line is a list; written out, it waits as what cannot be read.
        return [None if value is None else str(value) for value in column.to_pylist()]
    try:
        values: list[object] = column.to_pylist()
    except (OverflowError, ValueError):
        values = [_value(one) for one in column]
    return values


def _value(scalar: pa.Scalar) -> object:
    """The value; what Python has no type for, such as a time in the year 40000, as text to be looked at."""
    try:
        value: object = scalar.as_py()
    except (OverflowError, ValueError):
        return f"{scalar.type}: {scalar.value}"
    return value

"""An import from beginning to end: what the command line and a background job call.

    reading     the file, in chunks               position: line
    ordering    whole invoices become orders      position: invoice
    matching    cancellations find their sales    position: customer
    finished    the books agree, the report is kept

Every step is one transaction that also moves the position. Killed anywhere, the next start with
the same file goes on from the last commit; started again after the end, it finds the report and
adds nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orderan.importing.commands.begin import begin
from orderan.importing.commands.finish import finish
from orderan.importing.commands.match_cancellations import match_next
from orderan.importing.commands.order_invoices import (
    end_ordering,
    judge_batch,
    next_lines,
    order_batch,
)
from orderan.importing.commands.read_file import end_reading, keep_lines
from orderan.importing.commands.sort_lines import Batch
from orderan.importing.desk import Desk, open_desk
from orderan.importing.errors import Problem, SourceRefused
from orderan.importing.mapping import Mapping
from orderan.importing.models import AnyLine, SourceLine
from orderan.importing.reading import LineReader, Source, fingerprint, open_source, prints, settled
from orderan.importing.store import returns as return_store
from orderan.importing.store.again import open_lines
from orderan.importing.store.lines import settled_lines
from orderan.importing.store.runs import Run
from orderan.kit.clock import Clock
from orderan.kit.db import Caller, Database, Tx
from orderan.shops import Shop

CHUNK_LINES = 10_000

Progress = Callable[[str, int, int | None], None]
"""Told after each commit: the step, lines done in it, lines in all where that is known."""


@dataclass(frozen=True, slots=True)
class Imported:
    """How an import ended.

    Attributes:
        report: `Report.written()` of the run.
        fresh: Whether this call did any of the work; False when the file was in before.
        lines_now: Lines this call read, which is fewer than the file has after a restart.
        dropped: Names of other files of the channel that had stopped while reading.
    """

    run_id: str
    report: dict[str, Any]
    fresh: bool
    lines_now: int
    dropped: tuple[str, ...]


def _quiet(_step: str, _done: int, _whole: int | None) -> None:
    """For callers that do not watch."""


async def start(
    db: Database,
    shop: Shop,
    path: Path,
    mapping: Mapping,
    *,
    clock: Clock,
    actor: str,
    channel: str | None = None,
    progress: Progress = _quiet,
    source_name: str | None = None,
) -> Imported:
    """Import a file of order lines, or go on with it.

    Args:
        channel: Code of the channel account the orders belong to; default the mapping's name. Made
            if it does not exist.
        source_name: What to call the file in reports, where it lies under another name.

    Raises:
        SourceRefused: The file cannot be read, lacks a mapped column, or none of its first lines
            can be understood, which means that the mapping is not the file's. Nothing is kept.
        ChannelNotForImport: The channel takes orders of today.
        RunTaken: Another process imports the same file.
        BooksDisagree: A bug; the run stays where it is.
    """
    caller = Caller(shop.shop_id, actor)
    source = await asyncio.to_thread(open_source, path, mapping)
    print_of_run, print_of_file = await asyncio.to_thread(prints, path, mapping)
    mapping, day_order_taken = await asyncio.to_thread(settled, source, mapping)
    _try_first_lines(source, mapping)

    async def prepare(tx: Tx) -> Desk:
        return await open_desk(tx, shop, mapping, channel=channel, now=clock.now())

    desk = await db.run(caller, prepare)
    begun = await db.run(
        caller,
        lambda tx: begin(
            tx, desk, source=source_name or path.name, fingerprint=print_of_run, digest=print_of_file,
            lines_total=source.total, day_order_taken=day_order_taken, now=clock.now(),
        ),
    )  # fmt: skip
    work = _Work(db, caller, clock, progress)
    for other in begun.first:
        theirs = Mapping.model_validate(other.mapping)
        await work.settle(Desk(shop, desk.channel, theirs, desk.supplier, desk.customer), other)
    run = begun.run
    if run.state == "finished":
        assert run.report is not None
        return Imported(str(run.id), run.report, False, 0, begun.dropped)
    read_before = run.lines_read
    if run.state == "reading":
        run = await work.read(run, source, mapping)
    report = await work.settle(desk, run)
    return Imported(str(run.id), report, True, run.lines_read - read_before, begun.dropped)


def check_source(path: Path, mapping: Mapping) -> str:
    """See that a file is there and understood; its fingerprint under the mapping.

    Raises:
        SourceRefused: As `start` would.
    """
    source = open_source(path, mapping)
    _try_first_lines(source, settled(source, mapping).mapping)
    return fingerprint(path, mapping)


def _try_first_lines(source: Source, mapping: Mapping) -> None:
    first = next(source.chunks(after=0, size=100), None)
    if first is None:
        return
    lines = LineReader(mapping).lines(first)
    if not any(isinstance(line, SourceLine) for line in lines):
        faults = sorted({str(line.fault) for line in lines if not isinstance(line, SourceLine)})
        told = f"none of the first {len(lines)} lines can be read: {', '.join(faults)}"
        raise SourceRefused(source.path.name, (Problem("mapping", told),))


@dataclass(frozen=True, slots=True)
class _Work:
    """One caller's way through the steps."""

    db: Database
    caller: Caller
    clock: Clock
    progress: Progress

    async def read(self, run: Run, source: Source, mapping: Mapping) -> Run:
        """Keep what is left of the file."""
        async for lines in _ahead(source, mapping, after=run.lines_read):
            before, kept = run, lines
            run = await self.db.run(self.caller, lambda tx: keep_lines(tx, before, kept))  # noqa: B023 - run at once
            self.progress("reading", run.lines_read, run.lines_total)
        whole = run
        return await self.db.run(self.caller, lambda tx: end_reading(tx, whole))

    async def settle(self, desk: Desk, run: Run) -> dict[str, Any]:
        """Everything after reading; needs the stored lines only."""
        run = await self._order(desk, run)
        run = await self._match(desk, run)
        report = await self.db.run(self.caller, lambda tx: finish(tx, desk, run, now=self.clock.now()))
        return report.written()

    async def _order(self, desk: Desk, run: Run) -> Run:
        """Settle invoice after invoice; the next ones are read and judged while these are written."""
        if run.state != "ordering":
            return run
        done = await self.db.run(self.caller, lambda tx: settled_lines(tx, run))
        waiting = await self.db.run(self.caller, lambda tx: open_lines(tx, run))
        batches = 0
        coming = asyncio.create_task(self._look_ahead(desk, run))
        try:
            while (batch := await coming) is not None:
                before, these = run, batch
                coming = asyncio.create_task(self._look_ahead(desk, batch.passed(run)))
                run = await self.db.run(
                    self.caller,
                    lambda tx: order_batch(tx, desk, before, these, waiting, now=self.clock.now()),  # noqa: B023 - run at once
                )
                done += len(batch.placed)
                batches += 1
                # After 1, 2, 4, 8 ... batches: in a new shop these tables double that often.
                if batches & (batches - 1) == 0:
                    await self.db.run(self.caller, return_store.refresh_small_statistics)
                self.progress("ordering", done, run.lines_read)
        finally:
            await asyncio.gather(coming, return_exceptions=True)
        whole = run
        return await self.db.run(self.caller, lambda tx: end_ordering(tx, whole))

    async def _look_ahead(self, desk: Desk, run: Run) -> Batch | None:
        placed, loose = await self.db.run(self.caller, lambda tx: next_lines(tx, run))
        return await asyncio.to_thread(judge_batch, placed, loose, desk.mapping) if placed else None

    async def _match(self, desk: Desk, run: Run) -> Run:
        first = run
        whole, done = await self.db.run(self.caller, lambda tx: return_store.count_pending(tx, first))
        while True:
            before = run
            run, settled = await self.db.run(
                self.caller,
                lambda tx: match_next(tx, desk, before, now=self.clock.now()),  # noqa: B023 - run at once
            )
            if not settled:
                return run
            done += settled
            self.progress("matching", done, whole)


async def _ahead(source: Source, mapping: Mapping, *, after: int) -> AsyncIterator[list[AnyLine]]:
    """Chunks of lines, each parsed in a thread while the one before it is being stored."""
    lines = _parsed(source, mapping, after)
    coming = asyncio.create_task(asyncio.to_thread(next, lines, None))
    try:
        while (chunk := await coming) is not None:
            coming = asyncio.create_task(asyncio.to_thread(next, lines, None))
            yield chunk
    finally:
        # A thread cannot be stopped; it is waited for, so that the file is not read behind a
        # caller who has gone.
        await asyncio.gather(coming, return_exceptions=True)


def _parsed(source: Source, mapping: Mapping, after: int) -> Iterator[list[AnyLine]]:
    reader = LineReader(mapping)
    for chunk in source.chunks(after=after, size=CHUNK_LINES):
        yield reader.lines(chunk)

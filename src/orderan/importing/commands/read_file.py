"""First step: keep the lines of the file as they were read, and add up what the file says."""

from __future__ import annotations

from collections.abc import Sequence

from orderan.importing.models import AnyLine
from orderan.importing.report import FileSums
from orderan.importing.store import lines as line_store
from orderan.importing.store import runs
from orderan.importing.store.returns import refresh_statistics
from orderan.importing.store.runs import Run
from orderan.kit.db import Tx


async def keep_lines(tx: Tx, run: Run, lines: Sequence[AnyLine]) -> Run:
    """Keep the next lines; lines, sums and position are one transaction.

    Raises:
        RunTaken: The run is not where `run` says.
    """
    moved = await runs.move_on(tx, run, lines_read=lines[-1].number)
    sums = FileSums()
    sums.add(lines)
    await runs.add_file_sums(tx, run, sums)
    await line_store.insert_lines(tx, run, lines)
    return moved


async def end_reading(tx: Tx, run: Run) -> Run:
    """The file is in.

    Raises:
        RunTaken: The run is not where `run` says.
    """
    await refresh_statistics(tx)
    return await runs.move_on(tx, run, state="ordering")

"""Last step: lay the books side by side, and close the run with its report."""

from __future__ import annotations

from datetime import datetime

from orderan.importing.desk import Desk
from orderan.importing.events import ImportFinished
from orderan.importing.models import Outcome
from orderan.importing.report import Report
from orderan.importing.store import lines as line_store
from orderan.importing.store import runs
from orderan.importing.store.runs import Run
from orderan.kit.db import Tx
from orderan.kit.events import record


async def account(tx: Tx, desk: Desk, run: Run) -> Report:
    """The report of a run from its stored lines and outcomes, as they are now; not checked."""
    outcomes, known = await line_store.outcome_sums(tx, run)
    assumed = {} if run.day_order_taken is None else {"day_order": run.day_order_taken}
    sums = await runs.file_sums(tx, run)
    return Report(run.source, desk.mapping.name, sums, outcomes, run.made, known, assumed)


async def finish(tx: Tx, desk: Desk, run: Run, *, now: datetime) -> Report:
    """Close a run whose last cancellation is matched.

    Raises:
        BooksDisagree: A line has no outcome, or a sum is not the file's; the run stays open.
        RunTaken: Another process closed it.
    """
    report = await account(tx, desk, run)
    report.check()
    await runs.finish(tx, run, report.written(), now=now)
    fact = ImportFinished(
        run.source,
        desk.channel.code,
        report.lines(),
        *(report.lines(outcome) for outcome in (Outcome.ORDERED, Outcome.RETURNED, Outcome.WAITING)),
    )
    await record(tx, run.id, fact, now=now)
    return report

"""A person has looked at waiting lines, perhaps corrected them, and sends them in again.

What waited because it was doubtful (twice the same line, an invoice that had changed) is taken as
sent: the doubt was the question, and a person answered it. What waited because it cannot be (no
such sale to cancel, a price below zero) still cannot, unless the correction changed that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from orderan.importing.commands.extend_order import append_sales, contradicts
from orderan.importing.commands.match_cancellations import find_sales, returned_fate, write_returns
from orderan.importing.commands.order_invoices import pending
from orderan.importing.commands.write_orders import write_orders
from orderan.importing.desk import Desk, open_desk
from orderan.importing.errors import NotAnImportEntry, Problem, StillWaiting
from orderan.importing.mapping import Cancellation, MoneyFormat, TimeFormat
from orderan.importing.mapping import Mapping as Rulebook
from orderan.importing.models import AnyLine, FaultyLine, JudgedInvoice, Outcome, Reason, SourceLine
from orderan.importing.reading import Chunk, LineReader
from orderan.importing.reading.source import Raw
from orderan.importing.rules import judge
from orderan.importing.store import additions, entries, runs
from orderan.importing.store import lines as line_store
from orderan.importing.store.lines import Fate
from orderan.importing.store.runs import Run
from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx
from orderan.kit.ids import to_text
from orderan.kit.inbox import close
from orderan.shops import Shop

Corrections = Mapping[int, Mapping[str, str]]
"""Line number to corrected fields, under the names of a mapping's columns."""


@dataclass(frozen=True, slots=True)
class Resubmitted:
    """Lines that left the inbox, by what they became."""

    ordered: int
    returned: int


async def resubmit(
    tx: Tx, shop: Shop, entry_id: UUID, corrections: Corrections, *, now: datetime
) -> Resubmitted:
    """Send the lines of an inbox entry in again; all of them succeed, or nothing changes.

    Args:
        corrections: Fields to replace, as text; the key 0 stands for every line of the entry. Lines
            that could not be read are corrected in the format of their file, others in plain form.

    Raises:
        NotAnImportEntry: No open entry of an import has this id.
        StillWaiting: Some line still cannot be used; each is named with its reason.
    """
    found = await entries.run_of_entry(tx, entry_id)
    if found is None:
        raise NotAnImportEntry(str(entry_id))
    run = await runs.get_run(tx, found)
    # The channel before the entry, as a run does that takes lines up again.
    await runs.lock_channel(tx, run.channel_id)
    entry = await entries.lock_entry(tx, entry_id)
    if entry is None:
        raise NotAnImportEntry(str(entry_id))
    mapping = Rulebook.model_validate(run.mapping)
    desk = await open_desk(tx, shop, mapping, channel=entry.payload["channel"], now=now)
    invoices, problems = _judge(reread(entry.payload["lines"], corrections, mapping), mapping)
    fates: list[Fate] = []
    for invoice in invoices:
        if invoice.sales:
            problems += await _sell(tx, desk, run, invoice, fates, entry_id=entry_id, now=now)
        problems += await _cancel(tx, desk, run, invoice, fates, now=now)
    if problems:
        raise StillWaiting(problems)
    repaired = await line_store.repair_fates(tx, run, fates, now=now)
    assert repaired == len(entry.payload["lines"]), (repaired, fates)
    await close(tx, entry_id, state="resolved", note=entry.reason, now=now)
    ordered = sum(fate.outcome is Outcome.ORDERED for fate in fates)
    done = Resubmitted(ordered, len(fates) - ordered)
    after = {"ordered": done.ordered, "returned": done.returned}
    await leave(tx, Trace("import.resubmitted", "exception", to_text("exc", entry_id), after=after), now=now)
    return done


def reread(stored: Sequence[Mapping[str, Any]], corrections: Corrections, mapping: Rulebook) -> list[AnyLine]:
    """Stored lines with their corrections, read again."""
    plain = mapping.model_copy(
        update={
            "money": MoneyFormat(),
            "time": TimeFormat(zone=mapping.time.zone),
            "cancellation": Cancellation(),
        }
    )
    lines = []
    for was in stored:
        number = int(was["number"])
        fields = {**was, **corrections.get(0, {}), **corrections.get(number, {})}
        columns: dict[str, list[Raw]] = {name: [value] for name, value in fields.items() if name not in _OURS}
        if not was["as_written"] and fields["price"] is was["price"]:
            # It was read once and is a number: no text whose points are to be understood again.
            columns["price"] = [Decimal(was["price"])]
        reader = LineReader(mapping if was["as_written"] else plain)
        [line] = reader.lines(Chunk(number, 1, columns, {}))
        if isinstance(line, SourceLine) and not was["as_written"]:
            line = line._replace(cancelling=bool(was["cancelling"]))
        lines.append(line)
    return lines


_OURS = frozenset({"number", "as_written", "cancelling"})


def _judge(lines: Sequence[AnyLine], mapping: Rulebook) -> tuple[list[JudgedInvoice], list[Problem]]:
    accepting = mapping.model_copy(update={"lines": mapping.lines.model_copy(update={"duplicates": "order"})})
    by_invoice: defaultdict[str, list[SourceLine]] = defaultdict(list)
    problems: list[Problem] = []
    for line in lines:
        if isinstance(line, FaultyLine):
            problems.append(_problem(line.number, line.fault))
        else:
            by_invoice[line.invoice].append(line)
    judged = [judge(group, accepting) for group in by_invoice.values()]
    problems += [_problem(line.number, reason) for invoice in judged for line, reason in invoice.waiting]
    return judged, problems


async def _sell(
    tx: Tx, desk: Desk, run: Run, invoice: JudgedInvoice, fates: list[Fate], *, entry_id: UUID, now: datetime
) -> list[Problem]:
    await line_store.claim_invoices(tx, run, [invoice.number])
    there = await additions.order_of_invoice(tx, run, invoice.number)
    if there is None:
        await write_orders(tx, desk, run, [invoice], fates, now=now)
        return []
    if (reason := contradicts(desk, invoice, there)) is not None:
        return [_problem(line.number, reason) for line in invoice.sales]
    await append_sales(tx, desk, run, invoice, there, fates, cause=entry_id, now=now)
    return []


async def _cancel(
    tx: Tx, desk: Desk, run: Run, invoice: JudgedInvoice, fates: list[Fate], *, now: datetime
) -> list[Problem]:
    wanted = list(pending([invoice]))
    if not wanted:
        return []
    found = await find_sales(tx, desk, run, wanted)
    if found.refused:
        return [_problem(number, reason) for number, reason in found.refused.items()]
    await write_returns(tx, desk, run, wanted, found, now=now)
    fates.extend(returned_fate(line, found) for line in wanted)
    return []


def _problem(number: int, reason: Reason) -> Problem:
    return Problem(f"line {number}", str(reason))

"""Where the lines of a batch go: into orders, to the inbox, or nowhere because they are known.

unknown invoice   judged; its sales are one order, its cancellations are kept for step three
known invoice     its lines have the outcome an earlier run gave them; lines that run did not
                  have wait, because an order of last year is not changed behind anybody's back
known line        of the same file, read before under another mapping: ordered, returned or put
                  aside by a person, it stays so; waiting, it is taken up and judged anew, and its
                  sale joins the order of its invoice
no invoice        the lines wait; so do those of an invoice too large to be one
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from uuid import UUID

from orderan.importing.models import AnyLine, FaultyLine, JudgedInvoice, Outcome, Reason
from orderan.importing.store import again
from orderan.importing.store import lines as line_store
from orderan.importing.store.again import Before, OpenLines
from orderan.importing.store.lines import LAST_NUMBER, Fate, KnownLine, Placed
from orderan.importing.store.runs import Run
from orderan.kit.db import Tx


@dataclass(slots=True)
class Sorted:
    """Where the lines of a batch went.

    Attributes:
        judged: Of invoices no run had before.
        again: Of invoices an earlier run of this file had, the lines that waited then.
        taken_up: What became of those lines in that run.
    """

    fates: list[Fate] = field(default_factory=list)
    waiting: list[tuple[str, AnyLine, Reason]] = field(default_factory=list)
    judged: list[JudgedInvoice] = field(default_factory=list)
    again: list[JudgedInvoice] = field(default_factory=list)
    taken_up: list[Before] = field(default_factory=list)

    def wait(self, invoice: str, line: AnyLine, reason: Reason) -> None:
        self.fates.append(Fate(line.number, Outcome.WAITING, reason))
        self.waiting.append((invoice, line, reason))

    def know(self, number: int, was: Before | KnownLine) -> None:
        self.fates.append(Fate(number, was.outcome, was.reason, True, was.order_id, was.line_no))


@dataclass(frozen=True, slots=True)
class Batch:
    """The next lines of a run.

    Attributes:
        loose: They are taken one by one; otherwise they are whole invoices.
        judged: Invoice to what its readable lines are; empty for loose lines.
    """

    placed: Sequence[Placed]
    loose: bool
    judged: Mapping[str, JudgedInvoice]

    def passed(self, run: Run) -> Run:
        """The run as it will stand once this batch is settled, as far as reading on needs it."""
        last = self.placed[-1]
        return replace(run, last_invoice=last.invoice, last_number=self.last_number)

    @property
    def last_number(self) -> int:
        return self.placed[-1].line.number if self.loose else LAST_NUMBER


async def sort_batch(tx: Tx, run: Run, batch: Batch, waiting: OpenLines) -> Sorted:
    """Sort a batch; nothing is written but that its invoices are this run's."""
    settled = Sorted()
    siblings = await again.runs_of_same_file(tx, run)
    before = await again.before(tx, siblings, waiting, [placed.line.number for placed in batch.placed])
    settled.taken_up = [was for was in before.values() if was.entry_id is not None]
    left = []
    for placed in batch.placed:
        was = before.get(placed.line.number)
        if was is None or was.entry_id is not None:
            left.append(placed)
        else:
            settled.know(placed.line.number, was)
    if batch.loose:
        for invoice, line in left:
            settled.wait(invoice, line, _loose_fault(line))
    else:
        await _sort_invoices(tx, run, batch, left, siblings, settled)
    return settled


def _loose_fault(line: AnyLine) -> Reason:
    return line.fault if isinstance(line, FaultyLine) else Reason.INVOICE_TOO_LARGE


async def _sort_invoices(
    tx: Tx, run: Run, batch: Batch, left: Sequence[Placed], siblings: Sequence[UUID], settled: Sorted
) -> None:
    invoices = {
        invoice: [placed.line for placed in group]
        for invoice, group in groupby(left, key=lambda placed: placed.invoice)
    }
    fresh = await line_store.claim_invoices(tx, run, list(invoices))
    repeated = [invoice for invoice in invoices if invoice not in fresh]
    ours: set[str] = set()
    if repeated and siblings:
        claimed = await line_store.claimants(tx, run, repeated)
        ours = {invoice for invoice in repeated if claimed[invoice] in siblings}
    foreign = [invoice for invoice in repeated if invoice not in ours]
    known = await line_store.known_lines(tx, run, foreign, without=siblings) if foreign else {}
    answered = {(fate.order_id, fate.line_no) for fate in settled.fates if fate.order_id is not None}
    for invoice, lines in invoices.items():
        if invoice in fresh or invoice in ours:
            where = settled.judged if invoice in fresh else settled.again
            _judge(invoice, lines, batch.judged.get(invoice), where, settled)
        else:
            there = [one for one in known.get(invoice, ()) if (one.order_id, one.line_no) not in answered]
            _recognise(invoice, lines, there, settled)


def _judge(
    invoice: str, lines: Sequence[AnyLine], judged: JudgedInvoice | None, where: list[JudgedInvoice],
    settled: Sorted,
) -> None:  # fmt: skip
    """Of an invoice judged whole, put these lines where they belong."""
    for line in lines:
        if isinstance(line, FaultyLine):
            settled.wait(invoice, line, line.fault)
    if judged is None:
        return
    mine = _only(judged, {line.number for line in lines})
    where.append(mine)
    for waiting, reason in mine.waiting:
        settled.wait(invoice, waiting, reason)


def _only(judged: JudgedInvoice, numbers: Collection[int]) -> JudgedInvoice:
    return replace(
        judged,
        sales=tuple(line for line in judged.sales if line.number in numbers),
        cancellations=tuple(line for line in judged.cancellations if line.number in numbers),
        waiting=tuple(one for one in judged.waiting if one.line.number in numbers),
    )


def _recognise(invoice: str, lines: Sequence[AnyLine], known: Iterable[KnownLine], settled: Sorted) -> None:
    """Give lines of a known invoice the outcome they had; each earlier line answers for one."""
    earlier: defaultdict[tuple[object, ...], list[KnownLine]] = defaultdict(list)
    for before in known:
        earlier[before.content].append(before)
    for line in lines:
        same = earlier[line_store.content(line)]
        if same:
            settled.know(line.number, same.pop(0))
        else:
            fault = line.fault if isinstance(line, FaultyLine) else Reason.INVOICE_CHANGED
            settled.wait(invoice, line, fault)

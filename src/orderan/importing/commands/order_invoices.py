"""Second step: whole invoices become orders; what is no sale waits, or is kept for the matching.

Where each line goes is told by `sort_batch`; here it is written down.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby

from orderan.importing.cases import cases
from orderan.importing.commands.extend_order import append_sales, contradicts
from orderan.importing.commands.sort_lines import Batch, Sorted, sort_batch
from orderan.importing.commands.write_orders import write_orders
from orderan.importing.desk import Desk
from orderan.importing.mapping import Mapping as Rulebook
from orderan.importing.models import JudgedInvoice, SourceLine
from orderan.importing.rules import judge
from orderan.importing.store import additions, again, runs
from orderan.importing.store import lines as line_store
from orderan.importing.store import returns as return_store
from orderan.importing.store.again import OpenLines
from orderan.importing.store.lines import LAST_NUMBER, Placed
from orderan.importing.store.returns import Pending
from orderan.importing.store.runs import Run
from orderan.kit.db import Tx
from orderan.kit.inbox import report

BATCH_LINES = 10_000
# An invoice is held in memory whole; one of more lines is a file without invoices, not an invoice.
LARGEST_INVOICE = 20_000


def judge_batch(placed: Sequence[Placed], loose: bool, mapping: Rulebook) -> Batch:
    """Judge what can be judged without the database."""
    judged: dict[str, JudgedInvoice] = {}
    if not loose:
        for invoice, group in groupby(placed, key=lambda one: one.invoice):
            sound = [one.line for one in group if isinstance(one.line, SourceLine)]
            if sound:
                judged[invoice] = judge(sound, mapping)
    return Batch(placed, loose, judged)


async def order_batch(
    tx: Tx, desk: Desk, run: Run, batch: Batch, waiting: OpenLines, *, now: datetime
) -> Run:
    """Settle a batch that begins where the run stands; returns the run as it is then.

    Args:
        waiting: What earlier runs of the file left waiting.

    Raises:
        RunTaken: The run is not where `run` says.
    """
    await runs.lock_channel(tx, run.channel_id)
    settled = await sort_batch(tx, run, batch, waiting)
    await again.take_up(tx, run, settled.taken_up, now=now)
    fresh = settled.judged + await _extend_orders(tx, desk, run, settled, now=now)
    made = await write_orders(tx, desk, run, fresh, settled.fates, now=now)
    await return_store.insert_pending(tx, run, list(pending(settled.judged + settled.again)))
    await line_store.insert_fates(tx, run, settled.fates)
    entries = cases(
        settled.waiting,
        run_id=run.id,
        channel=desk.channel.code,
        currency=desk.shop.currency,
    )
    made["inbox_entries"] = await report(tx, entries, now=now)
    last_invoice = batch.placed[-1].invoice
    return await runs.move_on(tx, run, last_invoice=last_invoice, last_number=batch.last_number, made=made)


async def end_ordering(tx: Tx, run: Run) -> Run:
    """No line is left to settle but cancellations.

    Raises:
        RunTaken: The run is not where `run` says.
    """
    await return_store.refresh_statistics(tx)
    return await runs.move_on(tx, run, state="matching")


async def next_lines(tx: Tx, run: Run) -> tuple[list[Placed], bool]:
    """The next lines: whole invoices, or a stretch of lines that can be taken one by one."""
    found = await line_store.next_lines(tx, run, limit=BATCH_LINES)
    if not found:
        return [], False
    first = found[0].invoice
    # Still in the middle of an invoice only if it was found too large before.
    if not first or (first == run.last_invoice and run.last_number < LAST_NUMBER):
        return [placed for placed in found if placed.invoice == first], True
    if len(found) < BATCH_LINES:
        return found, False
    whole = [placed for placed in found if placed.invoice != found[-1].invoice]
    if whole:
        return whole, False
    if await line_store.is_larger(tx, run, first, than=LARGEST_INVOICE):
        return found, True
    more = await line_store.next_lines(tx, run, limit=LARGEST_INVOICE)
    return [placed for placed in more if placed.invoice == first], False


async def _extend_orders(
    tx: Tx, desk: Desk, run: Run, settled: Sorted, *, now: datetime
) -> list[JudgedInvoice]:
    """Add sales to the orders their invoices became before; returns the invoices that became none."""
    without_order = []
    for invoice in settled.again:
        if not invoice.sales:
            continue
        there = await additions.order_of_invoice(tx, run, invoice.number)
        if there is None:
            without_order.append(invoice)
        elif (reason := contradicts(desk, invoice, there)) is not None:
            for line in invoice.sales:
                settled.wait(invoice.number, line, reason)
        else:
            await append_sales(tx, desk, run, invoice, there, settled.fates, cause=run.id, now=now)
    return without_order


def pending(judged: Iterable[JudgedInvoice]) -> Iterable[Pending]:
    """Cancellation lines under the customer of their invoice."""
    for invoice in judged:
        for line in invoice.cancellations:
            assert invoice.customer is not None
            yield Pending(
                invoice.customer, line.number, invoice.number, line.sku, line.price, line.currency,
                -line.quantity, -line.minor, line.at,
            )  # fmt: skip

"""Second step: whole invoices become orders; what is no sale waits, or is kept for the matching.

    unknown invoice   judged; its sales are one order, its cancellations are kept for step three
    known invoice     its lines have the outcome an earlier run gave them; lines that run did not
                      have wait, because an order of last year is not changed behind anybody's back
    no invoice        the lines wait; so do those of an invoice too large to be one
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from uuid import UUID

from orderan.importing.cases import cases
from orderan.importing.desk import Desk
from orderan.importing.models import AnyLine, FaultyLine, JudgedInvoice, Outcome, Reason, SourceLine
from orderan.importing.money import rounded_minor
from orderan.importing.rules import judge
from orderan.importing.store import lines as line_store
from orderan.importing.store import orders as order_store
from orderan.importing.store import returns as return_store
from orderan.importing.store import runs
from orderan.importing.store.lines import LAST_NUMBER, Fate, KnownLine, Placed
from orderan.importing.store.orders import HistoricLine, HistoricOrder, Moved, NewSku
from orderan.importing.store.returns import Pending
from orderan.importing.store.runs import Run
from orderan.kit.db import Tx
from orderan.kit.ids import new_id
from orderan.kit.inbox import report
from orderan.orders import take_numbers

BATCH_LINES = 10_000
# An invoice is held in memory whole; one of more lines is a file without invoices, not an invoice.
LARGEST_INVOICE = 20_000


@dataclass(slots=True)
class Sorted:
    """Where the lines of a batch went."""

    fates: list[Fate] = field(default_factory=list)
    waiting: list[tuple[str, AnyLine, Reason]] = field(default_factory=list)
    judged: list[JudgedInvoice] = field(default_factory=list)

    def wait(self, invoice: str, line: AnyLine, reason: Reason) -> None:
        self.fates.append(Fate(line.number, Outcome.WAITING, reason))
        self.waiting.append((invoice, line, reason))


async def order_next(tx: Tx, desk: Desk, run: Run, *, now: datetime) -> tuple[Run, int]:
    """Settle the next invoices; returns the run as it is then and how many lines were settled.

    Raises:
        RunTaken: The run is not where `run` says.
    """
    await runs.lock_channel(tx, run.channel_id)
    batch, loose = await _next_batch(tx, run)
    if not batch:
        await return_store.refresh_statistics(tx)
        return await runs.move_on(tx, run, state="matching"), 0
    settled = Sorted()
    last = batch[-1]
    if loose:
        for invoice, line in batch:
            fault = line.fault if isinstance(line, FaultyLine) else Reason.INVOICE_TOO_LARGE
            settled.wait(invoice, line, fault)
    else:
        await _sort_invoices(tx, desk, run, batch, settled)
    made = await write_orders(tx, desk, run, settled.judged, settled.fates, now=now)
    await return_store.insert_pending(tx, run, list(pending(settled.judged)))
    await line_store.insert_fates(tx, run, settled.fates)
    entries = cases(
        settled.waiting,
        run_id=run.id,
        channel_id=run.channel_id,
        channel=desk.channel.code,
        currency=desk.shop.currency,
    )
    made["inbox_entries"] = await report(tx, entries, now=now)
    number = last.line.number if loose else LAST_NUMBER
    moved = await runs.move_on(tx, run, last_invoice=last.invoice, last_number=number, made=made)
    return moved, len(batch)


async def _next_batch(tx: Tx, run: Run) -> tuple[list[Placed], bool]:
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


async def _sort_invoices(tx: Tx, desk: Desk, run: Run, batch: Sequence[Placed], settled: Sorted) -> None:
    invoices = {
        invoice: [placed.line for placed in group]
        for invoice, group in groupby(batch, key=lambda placed: placed.invoice)
    }
    fresh = await line_store.claim_invoices(tx, run, list(invoices))
    repeated = [invoice for invoice in invoices if invoice not in fresh]
    known = await line_store.known_lines(tx, run, repeated) if repeated else {}
    for invoice, lines in invoices.items():
        if invoice not in fresh:
            _recognise(invoice, lines, known.get(invoice, []), settled)
            continue
        sound: list[SourceLine] = []
        for line in lines:
            if isinstance(line, FaultyLine):
                settled.wait(invoice, line, line.fault)
            else:
                sound.append(line)
        if sound:
            judged = judge(sound, desk.mapping)
            settled.judged.append(judged)
            for waiting, reason in judged.waiting:
                settled.wait(invoice, waiting, reason)


def _recognise(invoice: str, lines: Sequence[AnyLine], known: Iterable[KnownLine], settled: Sorted) -> None:
    """Give lines of a known invoice the outcome they had; each earlier line answers for one."""
    earlier: defaultdict[tuple[object, ...], list[KnownLine]] = defaultdict(list)
    for line in known:
        earlier[line.content].append(line)
    for line in lines:
        same = earlier[line_store.content(line)]
        if same:
            was = same.pop(0)
            settled.fates.append(Fate(line.number, was.outcome, was.reason, True, was.order_id, was.line_no))
        else:
            fault = line.fault if isinstance(line, FaultyLine) else Reason.INVOICE_CHANGED
            settled.wait(invoice, line, fault)


async def write_orders(
    tx: Tx, desk: Desk, run: Run, judged: Sequence[JudgedInvoice], fates: list[Fate], *, now: datetime
) -> dict[str, int]:
    """Orders of judged invoices with everything that belongs to them; adds each sale's fate.

    Returns:
        What was made, word to count.
    """
    selling = [invoice for invoice in judged if invoice.sales]
    if not selling:
        return {}
    customers, new_customers = await _customers(tx, desk, selling, now=now)
    skus, new_skus = await _articles(tx, desk, selling, now=now)
    numbers = await take_numbers(tx, len(selling))
    orders: list[HistoricOrder] = []
    lines: list[HistoricLine] = []
    for invoice, number in zip(selling, numbers, strict=True):
        order_id = new_id(invoice.at)
        buyer = customers[reference(desk, invoice.customer)] if invoice.customer is not None else None
        orders.append(_order(invoice, order_id, number, buyer))
        for line_no, sale in enumerate(invoice.sales, start=1):
            lines.append(historic_line(sale, order_id, line_no, skus[sale.sku]))
            fates.append(Fate(sale.number, Outcome.ORDERED, None, False, order_id, line_no))
    await order_store.insert_orders(tx, run, orders, note=desk.note)
    await order_store.insert_lines(tx, lines)
    await order_store.insert_movements(tx, list(moved(lines)), source=desk.supplier, target=desk.customer)
    return {"orders": len(orders), "order_lines": len(lines), "customers": new_customers, "skus": new_skus}


def reference(desk: Desk, customer: str) -> str:
    """A customer's reference in the shop: the file's own, under the account it came through."""
    return f"{desk.channel.code}:{customer}"


async def _customers(
    tx: Tx, desk: Desk, invoices: Iterable[JudgedInvoice], *, now: datetime
) -> tuple[dict[str, UUID], int]:
    first_seen: dict[str, datetime] = {}
    for invoice in invoices:
        if invoice.customer is not None:
            known = reference(desk, invoice.customer)
            first_seen[known] = min(first_seen.get(known, invoice.at), invoice.at)
    return await order_store.customer_ids(tx, first_seen, now=now)


async def _articles(
    tx: Tx, desk: Desk, invoices: Sequence[JudgedInvoice], *, now: datetime
) -> tuple[dict[str, order_store.Article], int]:
    names: dict[str, str] = {}
    for invoice in invoices:
        for sale in invoice.sales:
            if not names.get(sale.sku):
                names[sale.sku] = sale.description or ""
    found = await order_store.articles(tx, names)
    unknown = [
        NewSku(code, name or code, desk.mapping.codes.role(code) == "goods")
        for code, name in names.items()
        if code not in found
    ]
    if not unknown:
        return found, 0
    added = await order_store.add_articles(tx, unknown, mark=desk.mapping.name, now=now)
    return found | await order_store.articles(tx, [sku.code for sku in unknown]), added


def _order(invoice: JudgedInvoice, order_id: UUID, number: int, customer_id: UUID | None) -> HistoricOrder:
    return HistoricOrder(
        id=order_id,
        number=number,
        invoice=invoice.number,
        customer_id=customer_id,
        currency=invoice.sales[0].currency,
        total_minor=sum(sale.minor for sale in invoice.sales),
        units=sum(sale.quantity for sale in invoice.sales),
        at=invoice.at,
    )


def historic_line(sale: SourceLine, order_id: UUID, line_no: int, sku: order_store.Article) -> HistoricLine:
    """An order line of a sale; its unit price is rounded, its amount is the exact one rounded."""
    return HistoricLine(
        order_id, line_no, sku, sale.sku, sale.description or sale.sku, rounded_minor(sale.price, sale.currency),
        sale.quantity, sale.minor, sale.at,
    )  # fmt: skip


def moved(lines: Iterable[HistoricLine]) -> Iterable[Moved]:
    """What left the shelf long ago; postage never lay on one."""
    return (
        Moved(line.sku.id, line.quantity, line.order_id, line.at) for line in lines if line.sku.is_stocked
    )


def pending(judged: Iterable[JudgedInvoice]) -> Iterable[Pending]:
    """Cancellation lines under the customer of their invoice."""
    for invoice in judged:
        for line in invoice.cancellations:
            assert invoice.customer is not None
            yield Pending(
                invoice.customer, line.number, invoice.number, line.sku, line.price, line.currency,
                -line.quantity, -line.minor, line.at,
            )  # fmt: skip

"""Second step: whole invoices become orders; what is no sale waits, or is kept for the matching.

unknown invoice   judged; its sales are one order, its cancellations are kept for step three
known invoice     its lines have the outcome an earlier run gave them; lines that run did not
have wait, because an order of last year is not changed behind anybody's back
no invoice        the lines wait; so do those of an invoice too large to be one
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from uuid import UUID

from orderan.importing.cases import cases
from orderan.importing.desk import Desk
from orderan.importing.events import OrderImported
from orderan.importing.mapping import Mapping as Rulebook
from orderan.importing.models import AnyLine, FaultyLine, JudgedInvoice, Outcome, Reason, SourceLine
from orderan.importing.money import unit_minor
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
from orderan.kit.events import Fact, record_all
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


def judge_batch(placed: Sequence[Placed], loose: bool, mapping: Rulebook) -> Batch:
    """Judge what can be judged without the database."""
    judged: dict[str, JudgedInvoice] = {}
    if not loose:
        for invoice, group in groupby(placed, key=lambda one: one.invoice):
            sound = [one.line for one in group if isinstance(one.line, SourceLine)]
            if sound:
                judged[invoice] = judge(sound, mapping)
    return Batch(placed, loose, judged)


async def order_batch(tx: Tx, desk: Desk, run: Run, batch: Batch, *, now: datetime) -> Run:
    """Settle a batch that begins where the run stands; returns the run as it is then.

    Raises:
        RunTaken: The run is not where `run` says.
    """
    await runs.lock_channel(tx, run.channel_id)
    settled = Sorted()
    if batch.loose:
        for invoice, line in batch.placed:
            fault = line.fault if isinstance(line, FaultyLine) else Reason.INVOICE_TOO_LARGE
            settled.wait(invoice, line, fault)
    else:
        await _sort_invoices(tx, run, batch, settled)
    made = await write_orders(tx, desk, run, settled.judged, settled.fates, now=now)
    await return_store.insert_pending(tx, run, list(pending(settled.judged)))
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


async def _sort_invoices(tx: Tx, run: Run, batch: Batch, settled: Sorted) -> None:
    invoices = {
        invoice: [placed.line for placed in group]
        for invoice, group in groupby(batch.placed, key=lambda placed: placed.invoice)
    }
    fresh = await line_store.claim_invoices(tx, run, list(invoices))
    repeated = [invoice for invoice in invoices if invoice not in fresh]
    known = await line_store.known_lines(tx, run, repeated) if repeated else {}
    for invoice, lines in invoices.items():
        if invoice not in fresh:
            _recognise(invoice, lines, known.get(invoice, []), settled)
            continue
        for line in lines:
            if isinstance(line, FaultyLine):
                settled.wait(invoice, line, line.fault)
        judged = batch.judged.get(invoice)
        if judged is not None:
            settled.judged.append(judged)
            for waiting, reason in judged.waiting:
                settled.wait(invoice, waiting, reason)


def _recognise(invoice: str, lines: Sequence[AnyLine], known: Iterable[KnownLine], settled: Sorted) -> None:
    """Give lines of a known invoice the outcome they had; each earlier line answers for one."""
    earlier: defaultdict[tuple[object, ...], list[KnownLine]] = defaultdict(list)
    for before in known:
        earlier[before.content].append(before)
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
    skus, new_skus = await articles_of(tx, desk, selling, now=now)
    numbers = await take_numbers(tx, len(selling))
    orders: list[HistoricOrder] = []
    lines: list[HistoricLine] = []
    for invoice, number in zip(selling, numbers, strict=True):
        order_id = str(new_id(invoice.at))
        buyer = str(customers[reference(desk, invoice.customer)]) if invoice.customer is not None else None
        orders.append(_order(invoice, order_id, number, buyer))
        for line_no, sale in enumerate(invoice.sales, start=1):
            lines.append(historic_line(sale, order_id, line_no, skus[sale.sku]))
            fates.append(Fate(sale.number, Outcome.ORDERED, None, False, order_id, line_no))
    await order_store.insert_orders(tx, run, orders, note=desk.note)
    await order_store.insert_lines(tx, lines)
    await order_store.insert_movements(tx, list(moved(lines)), source=desk.supplier, target=desk.customer)
    await record_all(tx, [_fact(order, run) for order in orders], now=now, fresh=True)
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


async def articles_of(
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


def _order(invoice: JudgedInvoice, order_id: str, number: int, customer_id: str | None) -> HistoricOrder:
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


def _fact(order: HistoricOrder, run: Run) -> Fact:
    told = OrderImported(
        order.number, run.channel_id, order.invoice, order.currency, order.total_minor, order.at
    )
    return Fact(UUID(order.id), told)


def historic_line(sale: SourceLine, order_id: str, line_no: int, sku: order_store.Article) -> HistoricLine:
    """An order line of a sale; its unit price is rounded, its amount is the exact one rounded."""
    return HistoricLine(
        order_id, line_no, sku, sale.sku, sale.description or sale.sku, unit_minor(sale.price, sale.currency),
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

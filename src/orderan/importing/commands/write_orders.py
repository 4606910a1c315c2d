"""Orders of the past, written as they stand at the end, with everything that belongs to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from orderan.importing.desk import Desk
from orderan.importing.events import OrderImported
from orderan.importing.models import JudgedInvoice, Outcome, SourceLine
from orderan.importing.money import unit_minor
from orderan.importing.store import orders as order_store
from orderan.importing.store.lines import Fate
from orderan.importing.store.orders import HistoricLine, HistoricOrder, Moved, NewSku
from orderan.importing.store.runs import Run
from orderan.kit.db import Tx
from orderan.kit.events import Fact, record_all
from orderan.kit.ids import new_id
from orderan.orders import take_numbers


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
        buyer = str(customers[desk.reference(invoice.customer)]) if invoice.customer is not None else None
        orders.append(_order(invoice, order_id, number, buyer))
        for line_no, sale in enumerate(invoice.sales, start=1):
            lines.append(historic_line(sale, order_id, line_no, skus[sale.sku]))
            fates.append(Fate(sale.number, Outcome.ORDERED, None, False, order_id, line_no))
    await order_store.insert_orders(tx, run, orders, note=desk.note)
    await order_store.insert_lines(tx, lines)
    await order_store.insert_movements(tx, list(moved(lines)), source=desk.supplier, target=desk.customer)
    await record_all(tx, [_fact(order, run) for order in orders], now=now, fresh=True)
    return {"orders": len(orders), "order_lines": len(lines), "customers": new_customers, "skus": new_skus}


async def _customers(
    tx: Tx, desk: Desk, invoices: Iterable[JudgedInvoice], *, now: datetime
) -> tuple[dict[str, UUID], int]:
    first_seen: dict[str, datetime] = {}
    for invoice in invoices:
        if invoice.customer is not None:
            known = desk.reference(invoice.customer)
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

"""Sales that join an order an earlier step of the import made."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from orderan.importing.commands.write_orders import articles_of, historic_line, moved
from orderan.importing.desk import Desk
from orderan.importing.events import OrderRepaired
from orderan.importing.models import JudgedInvoice, Outcome, Reason
from orderan.importing.store import additions
from orderan.importing.store import orders as order_store
from orderan.importing.store import returns as return_store
from orderan.importing.store.additions import Addition, ThatOrder
from orderan.importing.store.lines import Fate
from orderan.importing.store.runs import Run
from orderan.kit.db import Tx
from orderan.kit.events import record
from orderan.orders import Commercial, Tally, headline
from orderan.payments import MoneyKind, standing

ADDED = "Baris impor ditambahkan setelah diperbaiki"


def contradicts(desk: Desk, invoice: JudgedInvoice, there: ThatOrder) -> Reason | None:
    """Why the sales of an invoice cannot join its order; None if they can."""
    buyer = desk.reference(invoice.customer) if invoice.customer is not None else None
    if buyer is not None and buyer != there.customer:
        return Reason.SEVERAL_CUSTOMERS
    if there.currency != invoice.sales[0].currency:
        return Reason.SEVERAL_CURRENCIES
    return None


async def append_sales(
    tx: Tx, desk: Desk, run: Run, invoice: JudgedInvoice, there: ThatOrder, fates: list[Fate],
    *, cause: UUID, now: datetime,
) -> None:  # fmt: skip
    """Add sales to the lines, the total and the payment of an order, with a note.

    Args:
        cause: What brought them, so that the payment is named once.
    """
    skus, _ = await articles_of(tx, desk, [invoice], now=now)
    lines = [
        historic_line(sale, str(there.id), there.lines + place, skus[sale.sku])
        for place, sale in enumerate(invoice.sales, start=1)
    ]
    await order_store.insert_lines(tx, lines)
    await order_store.insert_movements(tx, list(moved(lines)), source=desk.supplier, target=desk.customer)
    for line, sale in zip(lines, invoice.sales, strict=True):
        fates.append(Fate(sale.number, Outcome.ORDERED, None, False, line.order_id, line.line_no))
    minor = sum(sale.minor for sale in invoice.sales)
    [order] = await return_store.standings(tx, [there.id])
    money = standing(
        {MoneyKind.CAPTURED: order.paid_minor + minor, MoneyKind.REFUNDED: order.refunded_minor},
        total_minor=order.total_minor + minor,
        terms="prepaid",
    )
    units = Tally(order.ordered, 0, order.shipped, order.shipped, order.returned)
    added = Addition(
        order_id=there.id,
        minor=minor,
        units=sum(sale.quantity for sale in invoice.sales),
        currency=there.currency,
        money=str(money.state),
        headline=str(headline(Commercial.COMPLETED, units, ())),
        reference=f"{run.channel_id}/{invoice.number}/{cause}",
        at=invoice.at,
    )
    await additions.add_to_order(tx, added, note=ADDED, now=now)
    await record(tx, there.id, OrderRepaired(len(lines), minor), now=now)

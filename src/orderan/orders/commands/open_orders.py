"""Write a batch of orders that were priced and whose stock was taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from orderan.kit.db import Tx
from orderan.kit.events import Fact, record_all
from orderan.orders import store
from orderan.orders.events import OrderPlaced
from orderan.orders.models import Line, Order


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order with its lines, ready to be written."""

    order: Order
    lines: Sequence[Line]


async def open_orders(tx: Tx, new: Sequence[NewOrder], *, now: datetime) -> None:
    """One statement per table and one fact per order.

    Raises:
        psycopg.errors.UniqueViolation: Another transaction placed the same external id or cart
            first; run the whole batch again, it will find that order.
    """
    if not new:
        return
    await store.insert_orders(tx, [entry.order for entry in new])
    await store.insert_lines(tx, [line for entry in new for line in entry.lines])
    facts = [Fact(entry.order.id, _placed(entry)) for entry in new]
    await record_all(tx, facts, now=now, fresh=True)


def _placed(entry: NewOrder) -> OrderPlaced:
    order = entry.order
    return OrderPlaced(
        number=order.number,
        channel_id=order.channel_id,
        terms=order.terms,
        currency=order.currency,
        total_minor=order.total_minor,
        commercial=order.commercial,
        skus=tuple(line.sku_id for line in entry.lines),
    )

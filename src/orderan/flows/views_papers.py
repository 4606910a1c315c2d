"""What stands on an order's papers: the order with its lines and its shop, and whom it goes to where that may be read."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from orderan.customers import Destination, open_destinations
from orderan.flows.views_work import SheetLine, TaskRow, pick_sheet
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import NIL, to_text
from orderan.orders import Line, Order, OrderNotFound, Scope, load_orders
from orderan.shipping import Sender, senders
from orderan.shops import Shop, shop_by_id

INVOICE: Final = "faktur"
DELIVERY_NOTE: Final = "surat jalan"


@dataclass(frozen=True, slots=True)
class OrderPaper:
    """An order as its invoice has it.

    Attributes:
        destination: None where it is not to be read, or the order names none.
    """

    order: Order
    lines: tuple[Line, ...]
    shop: Shop
    destination: Destination | None = None


@dataclass(frozen=True, slots=True)
class TaskPaper:
    """A task as its packing slip and its delivery note have it."""

    task: TaskRow
    lines: tuple[SheetLine, ...]
    order: Order
    shop: Shop
    sender: Sender | None
    place_address: str
    destination: Destination | None = None


async def order_paper(tx: Tx, order_id: UUID) -> OrderPaper:
    """An order, with nobody's name.

    Raises:
        OrderNotFound: The shop has none of this id.
    """
    found = (await load_orders(tx, [order_id])).get(order_id)
    if found is None:
        raise OrderNotFound(to_text("ord", order_id))
    order, lines = found
    return OrderPaper(order, tuple(lines), await shop_by_id(tx, tx.shop_id))


async def named_order_paper(tx: Tx, keyring: Keyring, order_id: UUID, *, now: datetime) -> OrderPaper:
    """An order, with whom it goes to; the reading is logged.

    Raises:
        OrderNotFound: The shop has none of this id.
    """
    paper = await order_paper(tx, order_id)
    opened = await _opened(tx, keyring, [paper.order], INVOICE, now)
    return OrderPaper(paper.order, paper.lines, paper.shop, opened.get(paper.order.address_id or NIL))


async def task_paper(
    tx: Tx, keyring: Keyring, scope: Scope, task_id: UUID, *, named: bool, now: datetime
) -> TaskPaper:
    """A task with its goods.

    Args:
        named: With whom they go to; the reading is logged.

    Raises:
        TaskNotFound: The shop has no such task, or it is outside the scope.
    """
    row, lines = await pick_sheet(tx, scope, task_id)
    order, _ = (await load_orders(tx, [row.order_id]))[row.order_id]
    opened = await _opened(tx, keyring, [order], DELIVERY_NOTE, now) if named else {}
    address = await tx.value(
        "SELECT address FROM location WHERE shop_id = %(shop)s AND id = %(id)s",
        {"shop": tx.shop_id, "id": row.location_id},
    )
    return TaskPaper(
        row,
        tuple(sorted(lines, key=lambda line: (line.line_no, line.sku, line.lot or ""))),
        order,
        await shop_by_id(tx, tx.shop_id),
        (await senders(tx, [row.location_id])).get(row.location_id),
        str(address or ""),
        opened.get(order.address_id or NIL),
    )


async def _opened(
    tx: Tx, keyring: Keyring, orders: Collection[Order], purpose: str, now: datetime
) -> dict[UUID, Destination]:
    addresses = {one.address_id for one in orders if one.address_id is not None}
    return await open_destinations(tx, keyring, addresses, purpose=purpose, now=now)

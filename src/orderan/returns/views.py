"""Reading returns."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from orderan.kit.db import Tx
from orderan.kit.ids import NIL
from orderan.returns.models import GoodsReturn, ReturnLine, Sent
from orderan.returns.store import lines_of


@dataclass(frozen=True, slots=True)
class ReturnWithLines:
    """A return and what is in it."""

    goods_return: GoodsReturn
    lines: tuple[ReturnLine, ...]


async def returns_of(tx: Tx, order_id: UUID) -> list[ReturnWithLines]:
    """Returns of an order with their lines, oldest first."""
    rows = await tx.all(
        """
        SELECT id, number, order_id, state, reason, location_id, refund_id, requested_by, requested_at,
               received_at, inspected_at, closed_at, moved_at, note, parcel_id, policy_version, way_paid_by, way, trusted_at
        FROM goods_return
        WHERE shop_id = %(shop)s AND order_id = %(order)s
        ORDER BY number
        """,
        {"shop": tx.shop_id, "order": order_id},
    )
    return [ReturnWithLines(GoodsReturn(*row), tuple(await lines_of(tx, row.id))) for row in rows]


async def sent_for(tx: Tx, order_id: UUID) -> list[Sent]:
    """Units of stock rows that left for each line of an order, oldest hand-over first.

    How many of a sku are in one unit of a line is told by what is planned for it, sent or not.
    A line that was shipped before we kept tasks left as its own sku, without owner or lot.
    """
    rows = await tx.all(
        """
        WITH planned AS (
            SELECT task_line.line_no, task_line.sku_id, task_line.owner_id, task_line.lot_id, task_line.packed,
                   task.state, task.handed_over_at AS left_at,
                   sum(task_line.quantity) OVER (PARTITION BY task_line.line_no, task_line.sku_id) AS whole
            FROM task
            JOIN task_line ON task_line.shop_id = task.shop_id AND task_line.task_id = task.id
            WHERE task.shop_id = %(shop)s AND task.order_id = %(order)s AND task.state <> 'cancelled'
        )
        SELECT planned.line_no, planned.sku_id, planned.owner_id, planned.lot_id, planned.packed,
               (planned.whole / (order_line.quantity - order_line.cancelled))::int AS each, planned.left_at
        FROM planned
        JOIN order_line ON order_line.shop_id = %(shop)s AND order_line.order_id = %(order)s
             AND order_line.line_no = planned.line_no
        WHERE planned.state = 'handed_over' AND planned.packed > 0
        UNION ALL
        SELECT order_line.line_no, order_line.sku_id, %(nil)s, %(nil)s, order_line.shipped, 1, NULL
        FROM order_line
        JOIN sku ON sku.shop_id = order_line.shop_id AND sku.id = order_line.sku_id AND sku.is_stocked
        WHERE order_line.shop_id = %(shop)s AND order_line.order_id = %(order)s AND order_line.shipped > 0
          AND NOT EXISTS (SELECT 1 FROM task WHERE task.shop_id = %(shop)s AND task.order_id = %(order)s)
        ORDER BY left_at, line_no, sku_id, lot_id
        """,
        {"shop": tx.shop_id, "order": order_id, "nil": NIL},
    )
    return [Sent(*row[:6]) for row in rows]


async def refused_at_doors(tx: Tx, orders: Collection[UUID]) -> dict[tuple[UUID, int], tuple[int, int]]:
    """Units of parcels their buyers did not take, of these orders: (parcel, line) -> refused, and of them arrived."""
    rows = await tx.all(
        """
        SELECT goods_return.parcel_id, return_line.line_no, return_line.quantity, return_line.received
        FROM goods_return
        JOIN return_line ON return_line.shop_id = goods_return.shop_id AND return_line.return_id = goods_return.id
        WHERE goods_return.shop_id = %(shop)s AND goods_return.order_id = ANY(%(orders)s)
          AND goods_return.parcel_id IS NOT NULL
        """,
        {"shop": tx.shop_id, "orders": list(orders)},
    )
    return {(row.parcel_id, row.line_no): (row.quantity, row.received) for row in rows}


async def returns_waiting(tx: Tx, befores: Mapping[str, datetime]) -> list[Any]:
    """Returns that have been in a state since before the moment given for it.

    The ends are named although no limit is on them: only so is the index of open returns used.

    Columns: id, order_id, state, since, number, money_minor, currency; number is the order's.
    """
    return await tx.all(
        """
        SELECT goods_return.id, goods_return.order_id, goods_return.state,
               coalesce(goods_return.moved_at, goods_return.requested_at) AS since, sales_order.number,
               sales_order.total_minor AS money_minor, sales_order.currency
        FROM unnest(%(states)s::text[], %(befores)s::timestamptz[]) AS allowed (state, before)
        JOIN goods_return ON goods_return.shop_id = %(shop)s AND goods_return.state = allowed.state
             AND goods_return.state NOT IN ('rejected', 'closed')
             AND coalesce(goods_return.moved_at, goods_return.requested_at) <= allowed.before
        JOIN sales_order ON sales_order.shop_id = goods_return.shop_id
             AND sales_order.id = goods_return.order_id
        """,
        {"shop": tx.shop_id, "states": list(befores), "befores": list(befores.values())},
    )

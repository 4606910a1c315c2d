"""Reading warehouse work, and how far orders are by it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from orderan.fulfilment.models import Task
from orderan.fulfilment.rules import Readiness, Units
from orderan.inventory import StockKey
from orderan.kit.db import Tx
from orderan.orders import Line


@dataclass(frozen=True, slots=True)
class TaskAtPlace:
    """A task with the place it is done at."""

    task: Task
    location_code: str
    location_name: str


async def tasks_of(tx: Tx, order_id: UUID) -> list[TaskAtPlace]:
    """Tasks of an order with their places, oldest first."""
    rows = await tx.all(
        """
        SELECT task.id, task.order_id, task.location_id, task.state, task.assigned_to, task.planned_at,
               task.released_at, task.picking_at, task.packed_at, task.handed_over_at, task.moved_at,
               location.code, location.name
        FROM task
        JOIN location ON location.shop_id = task.shop_id AND location.id = task.location_id
        WHERE task.shop_id = %(shop)s AND task.order_id = %(order)s
        ORDER BY task.planned_at, task.id
        """,
        {"shop": tx.shop_id, "order": order_id},
    )
    return [TaskAtPlace(Task(*row[:11]), row.code, row.name) for row in rows]


async def in_hand(tx: Tx, location_id: UUID) -> dict[StockKey, int]:
    """Units of stock rows at a location that were picked and have not left."""
    rows = await tx.all(
        """
        SELECT task_line.sku_id, task.location_id, task_line.owner_id, task_line.lot_id, sum(task_line.picked)::int AS units
        FROM task
        JOIN task_line ON task_line.shop_id = task.shop_id AND task_line.task_id = task.id
        WHERE task.shop_id = %(shop)s AND task.location_id = %(location)s
          AND task.state IN ('picking', 'short', 'picked', 'packed') AND task_line.picked > 0
        GROUP BY 1, 2, 3, 4
        """,
        {"shop": tx.shop_id, "location": location_id},
    )
    return {StockKey(row.sku_id, row.location_id, row.owner_id, row.lot_id): row.units for row in rows}


async def cancelled_tasks(tx: Tx, order_id: UUID) -> list[UUID]:
    """Tasks of an order that nothing is left to do for."""
    rows = await tx.all(
        "SELECT id FROM task WHERE shop_id = %(shop)s AND order_id = %(order)s AND state = 'cancelled'",
        {"shop": tx.shop_id, "order": order_id},
    )
    return [row.id for row in rows]


async def readiness(tx: Tx, orders: Collection[UUID]) -> dict[UUID, Readiness]:
    """What stands in the way of picking, or does not, for each of these orders."""
    rows = await tx.all(
        """
        SELECT sales_order.id, commercial, terms, money, verification,
               total_minor - forgone_minor - covered_minor - credited_minor AS asked_minor,
               paid_minor, refunded_minor, currency,
               ARRAY(SELECT ARRAY[order_hold.kind, order_hold.reason] FROM order_hold
                     WHERE order_hold.shop_id = sales_order.shop_id AND order_hold.order_id = sales_order.id
                       AND order_hold.released_at IS NULL
                     ORDER BY order_hold.placed_at, order_hold.id) AS holds,
               EXISTS (SELECT 1 FROM order_change
                       WHERE order_change.shop_id = sales_order.shop_id
                         AND order_change.order_id = sales_order.id
                         AND order_change.state = 'open') AS change_open
        FROM sales_order
        WHERE shop_id = %(shop)s AND id = ANY(%(orders)s)
        """,
        {"shop": tx.shop_id, "orders": list(orders)},
    )
    return {
        row.id: Readiness(
            commercial=row.commercial,
            terms=row.terms,
            money=row.money,
            verification=row.verification,
            asked_minor=row.asked_minor,
            paid_minor=row.paid_minor,
            refunded_minor=row.refunded_minor,
            currency=row.currency,
            holds=tuple((kind, reason) for kind, reason in row.holds),
            change_open=row.change_open,
        )
        for row in rows
    }


async def lines_of_orders(tx: Tx, orders: Collection[UUID]) -> list[Line]:
    """Every line of these orders."""
    rows = await tx.all(
        """
        SELECT order_id, line_no, sku_id, sku_code, title, unit_price_minor, quantity, goods_minor,
               discount_minor, tax_minor, tax_class, tax_rate_bp, discounts, allocated, picked, packed,
               shipped, delivered, returned, cancelled, tax_base_numerator, tax_base_denominator, may_substitute
        FROM order_line
        WHERE shop_id = %(shop)s AND order_id = ANY(%(orders)s)
        ORDER BY order_id, line_no
        """,
        {"shop": tx.shop_id, "orders": list(orders)},
    )
    return [Line(*row) for row in rows]


async def units_of_orders(tx: Tx, orders: Collection[UUID]) -> list[Units]:
    """Units per order line and sku over live tasks, and over parcels that arrived."""
    rows = await tx.all(
        """
        WITH arrived AS (
            SELECT parcel.order_id, (content ->> 'line_no')::int AS line_no, (content ->> 'sku_id')::uuid AS sku_id,
                   sum((content ->> 'quantity')::int)::int AS units
            FROM parcel
            CROSS JOIN LATERAL jsonb_array_elements(parcel.contents) AS content
            WHERE parcel.shop_id = %(shop)s AND parcel.order_id = ANY(%(orders)s) AND parcel.state = 'delivered'
            GROUP BY 1, 2, 3
        ), worked AS (
            SELECT task.order_id, task_line.line_no, task_line.sku_id,
                   sum(task_line.quantity)::int AS planned, sum(task_line.picked)::int AS picked,
                   sum(task_line.packed)::int AS packed,
                   sum(CASE WHEN task.state = 'handed_over' THEN task_line.packed ELSE 0 END)::int AS shipped
            FROM task
            JOIN task_line ON task_line.shop_id = task.shop_id AND task_line.task_id = task.id
            WHERE task.shop_id = %(shop)s AND task.order_id = ANY(%(orders)s) AND task.state <> 'cancelled'
            GROUP BY 1, 2, 3
        )
        SELECT order_id, line_no, sku_id, planned, picked, packed, shipped, coalesce(arrived.units, 0) AS delivered
        FROM worked
        LEFT JOIN arrived USING (order_id, line_no, sku_id)
        """,
        {"shop": tx.shop_id, "orders": list(orders)},
    )
    return [Units(*row) for row in rows]


async def served_orders(tx: Tx, orders: Collection[UUID]) -> set[UUID]:
    """Those of these orders that are accepted and paid, and of which nothing is or was to be picked.

    An invoice runs by itself, as it does for completing an order.
    """
    rows = await tx.all(
        """
        SELECT id
        FROM sales_order
        WHERE shop_id = %(shop)s AND id = ANY(%(orders)s) AND commercial = 'accepted'
          AND (terms = 'invoice' OR paid_minor + forgone_minor + covered_minor >= total_minor)
          AND NOT EXISTS (SELECT 1 FROM order_line
                          JOIN sku ON sku.shop_id = order_line.shop_id AND sku.id = order_line.sku_id
                          WHERE order_line.shop_id = %(shop)s AND order_line.order_id = sales_order.id
                            AND order_line.quantity > order_line.cancelled AND (sku.is_stocked OR sku.is_bundle))
        """,
        {"shop": tx.shop_id, "orders": list(orders)},
    )
    return {row.id for row in rows}


async def tasks_waiting(tx: Tx, befores: Mapping[str, datetime]) -> list[Any]:
    """Tasks that have been in a state since before the moment given for it.

    The ends are named although no limit is on them: only so is the index of open tasks used.

    Columns: id, order_id, state, since, number, money_minor, currency, place.
    """
    return await tx.all(
        """
        SELECT task.id, task.order_id, task.state, coalesce(task.moved_at, task.planned_at) AS since,
               sales_order.number, sales_order.total_minor AS money_minor, sales_order.currency,
               location.name AS place
        FROM unnest(%(states)s::text[], %(befores)s::timestamptz[]) AS allowed (state, before)
        JOIN task ON task.shop_id = %(shop)s AND task.state = allowed.state
             AND task.state NOT IN ('handed_over', 'cancelled')
             AND coalesce(task.moved_at, task.planned_at) <= allowed.before
        JOIN sales_order ON sales_order.shop_id = task.shop_id AND sales_order.id = task.order_id
        JOIN location ON location.shop_id = task.shop_id AND location.id = task.location_id
        """,
        {"shop": tx.shop_id, "states": list(befores), "befores": list(befores.values())},
    )


async def parcels_waiting(tx: Tx, befores: Mapping[str, datetime]) -> list[Any]:
    """Parcels that have been in a state since before the moment given for it.

    The ends are named although no limit is on them: only so is the index of parcels under way used.

    Columns: id, order_id, state, since, courier, awb, number, money_minor, currency.
    """
    return await tx.all(
        """
        SELECT parcel.id, parcel.order_id, parcel.state, coalesce(parcel.moved_at, parcel.created_at) AS since,
               parcel.courier, parcel.awb, sales_order.number, sales_order.total_minor AS money_minor,
               sales_order.currency
        FROM unnest(%(states)s::text[], %(befores)s::timestamptz[]) AS allowed (state, before)
        JOIN parcel ON parcel.shop_id = %(shop)s AND parcel.state = allowed.state
             AND parcel.state NOT IN ('delivered', 'returned', 'lost', 'damaged')
             AND coalesce(parcel.moved_at, parcel.created_at) <= allowed.before
        JOIN sales_order ON sales_order.shop_id = parcel.shop_id AND sales_order.id = parcel.order_id
        """,
        {"shop": tx.shop_id, "states": list(befores), "befores": list(befores.values())},
    )

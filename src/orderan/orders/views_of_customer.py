"""Reading what a customer ordered: the list, and what it comes to."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from orderan.kit.db import Tx
from orderan.kit.money import Money
from orderan.orders.models import EVERYTHING, Scope
from orderan.orders.views_sight import SEEN_ORDER

_SEEN: LiteralString = " AND " + SEEN_ORDER


@dataclass(frozen=True, slots=True)
class CustomerOrder:
    """An order as a line of a customer's page."""

    id: UUID
    number: int
    headline: str
    money: str
    total: Money
    units: int
    placed_at: datetime


@dataclass(frozen=True, slots=True)
class CustomerTotals:
    """What a customer's orders of one currency come to.

    Attributes:
        orders: All of them, cancelled and expired ones too.
        under_way: Neither completed nor cancelled nor expired.
        spent: Paid less refunded.
        units_returned: Units that came back.
    """

    orders: int
    under_way: int
    spent: Money
    refunded: Money
    units: int
    units_returned: int
    first_at: datetime
    last_at: datetime


async def orders_of_customers(
    tx: Tx, customers: Collection[UUID], *, scope: Scope = EVERYTHING, limit: int = 50
) -> list[CustomerOrder]:
    """Orders of these customers that are inside the scope, the newest first."""
    rows = await tx.all(
        """
        SELECT id, number, headline, money, total_minor, currency, units, placed_at
        FROM sales_order
        WHERE shop_id = %(shop)s AND customer_id = ANY(%(customers)s)
        """
        + _SEEN
        + """
        ORDER BY placed_at DESC, id DESC
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "customers": list(customers), "limit": limit} | scope.bounds(),
    )
    return [
        CustomerOrder(
            id=row.id,
            number=row.number,
            headline=row.headline,
            money=row.money,
            total=Money(row.total_minor, row.currency),
            units=row.units,
            placed_at=row.placed_at,
        )
        for row in rows
    ]


async def totals_of_customers(
    tx: Tx, customers: Collection[UUID], *, scope: Scope = EVERYTHING
) -> list[CustomerTotals]:
    """Totals of orders inside the scope per currency, the one with most orders first; empty without orders."""
    rows = await tx.all(
        """
        SELECT currency,
               count(*) AS orders,
               count(*) FILTER (WHERE commercial NOT IN ('completed', 'cancelled', 'expired')) AS under_way,
               sum(paid_minor - refunded_minor)::bigint AS spent_minor,
               sum(refunded_minor)::bigint AS refunded_minor,
               sum(units)::bigint AS units,
               coalesce(sum(back.returned), 0)::bigint AS units_returned,
               min(placed_at) AS first_at,
               max(placed_at) AS last_at
        FROM sales_order
        LEFT JOIN LATERAL (
            SELECT sum(order_line.returned) AS returned
            FROM order_line
            WHERE order_line.shop_id = sales_order.shop_id AND order_line.order_id = sales_order.id
        ) AS back ON true
        WHERE shop_id = %(shop)s AND customer_id = ANY(%(customers)s)
        """
        + _SEEN
        + """
        GROUP BY currency
        ORDER BY count(*) DESC, currency
        """,
        {"shop": tx.shop_id, "customers": list(customers)} | scope.bounds(),
    )
    return [
        CustomerTotals(
            orders=row.orders,
            under_way=row.under_way,
            spent=Money(row.spent_minor, row.currency),
            refunded=Money(row.refunded_minor, row.currency),
            units=row.units,
            units_returned=row.units_returned,
            first_at=row.first_at,
            last_at=row.last_at,
        )
        for row in rows
    ]


async def order_ids_of_customers(tx: Tx, customers: Collection[UUID]) -> dict[UUID, datetime]:
    """Every order of these customers, with when it was placed."""
    rows = await tx.all(
        "SELECT id, placed_at FROM sales_order WHERE shop_id = %(shop)s AND customer_id = ANY(%(customers)s)",
        {"shop": tx.shop_id, "customers": list(customers)},
    )
    return {row.id: row.placed_at for row in rows}


async def under_way_of_customers(tx: Tx, customers: Collection[UUID]) -> list[int]:
    """Numbers of orders of these customers that are neither completed, cancelled nor expired."""
    rows = await tx.all(
        """
        SELECT number
        FROM sales_order
        WHERE shop_id = %(shop)s AND customer_id = ANY(%(customers)s)
          AND commercial NOT IN ('completed', 'cancelled', 'expired')
        ORDER BY number
        """,
        {"shop": tx.shop_id, "customers": list(customers)},
    )
    return [row.number for row in rows]

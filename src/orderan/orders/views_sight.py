"""Which orders somebody may see: of their channels, touching their locations."""

from collections.abc import Collection
from uuid import UUID

from orderan.kit.db import Tx
from orderan.orders import OrderNotFound, Scope


async def require_sight(tx: Tx, scope: Scope, orders: Collection[UUID]) -> None:
    """Let only orders pass that are inside the scope; an order outside it does not exist for this person.

    An order touches the locations its stock is claimed at and its work is done at.

    Raises:
        OrderNotFound: One is outside the scope, or not the shop's.
    """
    if missing := set(orders) - await seen_orders(tx, scope, orders):
        raise OrderNotFound(str(min(missing)))


async def seen_orders(tx: Tx, scope: Scope, orders: Collection[UUID]) -> set[UUID]:
    """Those of these orders that are inside the scope."""
    rows = await tx.all(
        """
        SELECT id
        FROM sales_order
        WHERE shop_id = %(shop)s AND id = ANY(%(orders)s)
          AND (%(channels)s::uuid[] IS NULL OR channel_id = ANY(%(channels)s::uuid[]))
          AND (%(locations)s::uuid[] IS NULL
               OR EXISTS (SELECT 1 FROM task
                          WHERE task.shop_id = sales_order.shop_id AND task.order_id = sales_order.id
                            AND task.location_id = ANY(%(locations)s::uuid[]))
               OR EXISTS (SELECT 1 FROM claim
                          WHERE claim.shop_id = sales_order.shop_id AND claim.holder_id = sales_order.id
                            AND claim.location_id = ANY(%(locations)s::uuid[])))
        """,
        {"shop": tx.shop_id, "orders": list(orders)} | bounds(scope),
    )
    return {row.id for row in rows}


def bounds(scope: Scope) -> dict[str, list[UUID] | None]:
    """A scope as parameters of a statement; None is everything."""
    return scope.bounds()

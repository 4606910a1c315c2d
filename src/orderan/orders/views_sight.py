"""Which orders somebody may see: of their channels, touching their locations. The one place that says so."""

from collections.abc import Collection
from typing import LiteralString
from uuid import UUID

from orderan.kit.db import Tx
from orderan.orders.errors import OrderNotFound
from orderan.orders.models import Scope


def at_places(order: LiteralString, places: LiteralString) -> LiteralString:
    """A condition: an order touches one of these locations, by work that is done there or a claim on stock.

    Before it is paid an order has claims and no work, afterwards work and, in time, no claims.

    Args:
        order: Name of the table of orders in the statement.
        places: Ids of locations, as the statement writes them.
    """
    return (
        "(EXISTS (SELECT 1 FROM task AS seen_work WHERE seen_work.shop_id = %(shop)s AND seen_work.order_id = "
        + order
        + ".id AND seen_work.location_id = ANY("
        + places
        + ")) OR EXISTS (SELECT 1 FROM claim AS seen_claim WHERE seen_claim.shop_id = %(shop)s"
        " AND seen_claim.holder_id = " + order + ".id AND seen_claim.location_id = ANY(" + places + ")))"
    )


OF_CHANNELS: LiteralString = (
    "(%(channels)s::uuid[] IS NULL OR sales_order.channel_id = ANY(%(channels)s::uuid[]))"
)
AT_LOCATIONS: LiteralString = (
    "(%(locations)s::uuid[] IS NULL OR " + at_places("sales_order", "%(locations)s::uuid[]") + ")"
)
SEEN_ORDER: LiteralString = f"({OF_CHANNELS} AND {AT_LOCATIONS})"
"""A condition on `sales_order`; a statement with it takes the parameters of `Scope.bounds`."""


async def require_sight(tx: Tx, scope: Scope, orders: Collection[UUID]) -> None:
    """Let only orders pass that are inside the scope; an order outside it does not exist for this person.

    Raises:
        OrderNotFound: One is outside the scope, or not the shop's.
    """
    if missing := set(orders) - await seen_orders(tx, scope, orders):
        raise OrderNotFound(str(min(missing)))


async def seen_orders(tx: Tx, scope: Scope, orders: Collection[UUID]) -> set[UUID]:
    """Those of these orders that are inside the scope."""
    rows = await tx.all(
        "SELECT id FROM sales_order WHERE shop_id = %(shop)s AND id = ANY(%(orders)s) AND " + SEEN_ORDER,
        {"shop": tx.shop_id, "orders": list(orders)} | scope.bounds(),
    )
    return {row.id for row in rows}

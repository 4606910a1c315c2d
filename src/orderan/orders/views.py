"""Reading orders."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from orderan.kit.db import Tx
from orderan.orders.models import Line, Order


async def load_orders(tx: Tx, ids: Collection[UUID]) -> dict[UUID, tuple[Order, list[Line]]]:
    """Orders with their lines in line order; those that do not exist are missing."""
    if not ids:
        return {}
    asked = {"shop": tx.shop_id, "ids": list(ids)}
    orders = await tx.all("SELECT * FROM sales_order WHERE shop_id = %(shop)s AND id = ANY(%(ids)s)", asked)
    rows = await tx.all(
        """
        SELECT order_id, line_no, sku_id, sku_code, title, unit_price_minor, quantity, goods_minor,
               discount_minor, tax_minor, tax_class, tax_rate_bp, discounts, allocated, picked, packed, shipped,
               delivered, returned, cancelled
        FROM order_line
        WHERE shop_id = %(shop)s AND order_id = ANY(%(ids)s)
        ORDER BY order_id, line_no
        """,
        asked,
    )
    lines: dict[UUID, list[Line]] = defaultdict(list)
    for row in rows:
        lines[row.order_id].append(Line(**row._asdict()))
    return {row.id: (Order(**row._asdict()), lines[row.id]) for row in orders}

"""Reading parcels."""

from collections.abc import Collection
from uuid import UUID

from orderan.kit.db import Tx
from orderan.shipping.models import Parcel
from orderan.shipping.store import as_parcel


async def parcels_of(tx: Tx, order_id: UUID) -> list[Parcel]:
    """Parcels of an order, oldest first."""
    rows = await tx.all(
        "SELECT * FROM parcel WHERE shop_id = %(shop)s AND order_id = %(order)s ORDER BY created_at, id",
        {"shop": tx.shop_id, "order": order_id},
    )
    return [as_parcel(row) for row in rows]


async def parcels_of_orders(tx: Tx, orders: Collection[UUID]) -> list[Parcel]:
    """Parcels of these orders, oldest first."""
    rows = await tx.all(
        """
        SELECT * FROM parcel WHERE shop_id = %(shop)s AND order_id = ANY(%(orders)s)
        ORDER BY created_at, id
        """,
        {"shop": tx.shop_id, "orders": list(orders)},
    )
    return [as_parcel(row) for row in rows]


async def parcels_with(tx: Tx, awbs: Collection[str], *, courier: str | None = None) -> list[Parcel]:
    """Parcels that carry one of these tracking numbers, of one courier where it is given."""
    rows = await tx.all(
        """
        SELECT *
        FROM parcel
        WHERE shop_id = %(shop)s AND awb = ANY(%(awbs)s)
          AND (%(courier)s::text IS NULL OR courier = %(courier)s)
        ORDER BY created_at, id
        """,
        {"shop": tx.shop_id, "awbs": list(awbs), "courier": courier},
    )
    return [as_parcel(row) for row in rows]

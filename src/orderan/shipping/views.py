"""Reading parcels."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
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


async def parcels_waiting(tx: Tx, befores: Mapping[str, datetime]) -> list[Any]:
    """Parcels that have been in a state since before the moment given for it, with their order's total.

    Columns: id, order_id, state, since, courier, awb, number, money_minor, currency.
    """
    return await tx.all(
        """
        SELECT parcel.id, parcel.order_id, parcel.state, coalesce(parcel.moved_at, parcel.created_at) AS since,
               parcel.courier, parcel.awb, sales_order.number, sales_order.total_minor AS money_minor,
               sales_order.currency
        FROM unnest(%(states)s::text[], %(befores)s::timestamptz[]) AS allowed (state, before)
        JOIN parcel ON parcel.shop_id = %(shop)s AND parcel.state = allowed.state
             AND coalesce(parcel.moved_at, parcel.created_at) <= allowed.before
        JOIN sales_order ON sales_order.shop_id = parcel.shop_id AND sales_order.id = parcel.order_id
        """,
        {"shop": tx.shop_id, "states": list(befores), "befores": list(befores.values())},
    )

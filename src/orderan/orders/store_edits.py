"""Writing what changes an order after it was placed: lines, sums, versions, change sets."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from orderan.kit.db import Tx
from orderan.orders.models import Line, Substitution
from orderan.orders.rules import Sums

_LINE = (
    "line_no",
    "quantity",
    "allocated",
    "picked",
    "packed",
    "cancelled",
    "goods_minor",
    "discount_minor",
    "tax_minor",
)


async def update_lines(tx: Tx, order_id: UUID, lines: Sequence[Line]) -> None:
    """Store quantities and money of lines of a locked order."""
    await tx.run(
        """
        UPDATE order_line
        SET quantity = now.quantity, allocated = now.allocated, picked = now.picked, packed = now.packed,
            cancelled = now.cancelled, goods_minor = now.goods_minor, discount_minor = now.discount_minor,
            tax_minor = now.tax_minor, discounts = now.discounts
        FROM unnest(%(line_no)s::int[], %(quantity)s::int[], %(allocated)s::int[], %(picked)s::int[],
                    %(packed)s::int[], %(cancelled)s::int[], %(goods_minor)s::bigint[],
                    %(discount_minor)s::bigint[], %(tax_minor)s::bigint[], %(discounts)s::jsonb[])
             AS now (line_no, quantity, allocated, picked, packed, cancelled, goods_minor, discount_minor,
                     tax_minor, discounts)
        WHERE order_line.shop_id = %(shop)s AND order_line.order_id = %(order)s
          AND order_line.line_no = now.line_no
        """,
        {
            "shop": tx.shop_id,
            "order": order_id,
            "discounts": [Jsonb(line.discounts) if line.discounts else None for line in lines],
        }
        | {name: [getattr(line, name) for line in lines] for name in _LINE},
    )


async def set_sums(
    tx: Tx,
    order_id: UUID,
    sums: Sums,
    *,
    version: int,
    shipping_service: str | None,
    address_id: UUID | None,
) -> None:
    """Store what a locked order costs and where it goes now, under its next version."""
    await tx.run(
        """
        UPDATE sales_order
        SET goods_minor = %(goods)s, discount_minor = %(discount)s, shipping_minor = %(shipping)s,
            tax_minor = %(tax)s, rounding_minor = %(rounding)s, total_minor = %(total)s, units = %(units)s,
            version = %(version)s, shipping_service = %(service)s, address_id = %(address)s
        WHERE shop_id = %(shop)s AND id = %(id)s
        """,
        {
            "shop": tx.shop_id,
            "id": order_id,
            "goods": sums.goods_minor,
            "discount": sums.discount_minor,
            "shipping": sums.shipping_minor,
            "tax": sums.tax_minor,
            "rounding": sums.rounding_minor,
            "total": sums.total_minor,
            "units": sums.units,
            "version": version,
            "service": shipping_service,
            "address": address_id,
        },
    )


async def insert_version(
    tx: Tx, order_id: UUID, version: int, snapshot: Mapping[str, Any], *, reason: str, now: datetime
) -> None:
    """Keep an order exactly as it was.

    Raises:
        psycopg.errors.UniqueViolation: Somebody kept this version before: the order was not locked.
    """
    await tx.run(
        """
        INSERT INTO order_version (shop_id, order_id, version, snapshot, replaced_at, replaced_by, reason)
        VALUES (%(shop)s, %(order)s, %(version)s, %(snapshot)s, %(now)s, %(actor)s, %(reason)s)
        """,
        {
            "shop": tx.shop_id,
            "order": order_id,
            "version": version,
            "snapshot": Jsonb(snapshot),
            "now": now,
            "actor": tx.actor,
            "reason": reason,
        },
    )


async def insert_substitution(tx: Tx, made: Substitution, *, now: datetime) -> None:
    """Keep which line of a locked order stands in for units of which."""
    await tx.run(
        """
        INSERT INTO substitution (shop_id, id, order_id, line_no, by_line_no, units, made_by, made_at)
        VALUES (%(shop)s, %(id)s, %(order)s, %(line)s, %(by)s, %(units)s, %(actor)s, %(now)s)
        """,
        {
            "shop": tx.shop_id,
            "id": made.id,
            "order": made.order_id,
            "line": made.line_no,
            "by": made.by_line_no,
            "units": made.units,
            "actor": tx.actor,
            "now": now,
        },
    )


async def insert_change(
    tx: Tx,
    order_id: UUID,
    change_id: UUID,
    *,
    base_version: int,
    actions: Sequence[Any],
    reason: str,
    now: datetime,
) -> None:
    """Open a change set.

    Raises:
        psycopg.errors.UniqueViolation: One is open already.
    """
    await tx.run(
        """
        INSERT INTO order_change (shop_id, order_id, id, base_version, state, actions, reason, opened_by, opened_at)
        VALUES (%(shop)s, %(order)s, %(id)s, %(base)s, 'open', %(actions)s, %(reason)s, %(actor)s, %(now)s)
        """,
        {
            "shop": tx.shop_id,
            "order": order_id,
            "id": change_id,
            "base": base_version,
            "actions": Jsonb(list(actions)),
            "reason": reason,
            "actor": tx.actor,
            "now": now,
        },
    )


async def set_actions(tx: Tx, order_id: UUID, change_id: UUID, actions: Sequence[Any], *, reason: str) -> int:
    """Replace what an open change set does; returns 0 when it is not open."""
    return await tx.run(
        """
        UPDATE order_change
        SET actions = %(actions)s, reason = %(reason)s
        WHERE shop_id = %(shop)s AND order_id = %(order)s AND id = %(id)s AND state = 'open'
        """,
        {
            "shop": tx.shop_id,
            "order": order_id,
            "id": change_id,
            "actions": Jsonb(list(actions)),
            "reason": reason,
        },
    )


async def close_change(
    tx: Tx, order_id: UUID, change_id: UUID, *, state: str, difference_minor: int | None, now: datetime
) -> int:
    """End an open change set; returns 0 when it is not open."""
    return await tx.run(
        """
        UPDATE order_change
        SET state = %(state)s, difference_minor = %(difference)s, closed_by = %(actor)s, closed_at = %(now)s
        WHERE shop_id = %(shop)s AND order_id = %(order)s AND id = %(id)s AND state = 'open'
        """,
        {
            "shop": tx.shop_id,
            "order": order_id,
            "id": change_id,
            "state": state,
            "difference": difference_minor,
            "actor": tx.actor,
            "now": now,
        },
    )


async def open_changes(tx: Tx, orders: Collection[UUID]) -> list[tuple[UUID, UUID]]:
    """Change sets that stand open on these orders: (order, change)."""
    rows = await tx.all(
        """
        SELECT order_id, id
        FROM order_change
        WHERE shop_id = %(shop)s AND order_id = ANY(%(orders)s) AND state = 'open'
        ORDER BY order_id
        """,
        {"shop": tx.shop_id, "orders": list(orders)},
    )
    return [(row.order_id, row.id) for row in rows]

"""Reading orders."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any
from uuid import UUID

from orderan.kit.db import Tx
from orderan.orders.changes import from_plain
from orderan.orders.models import Change, Hold, Line, Order, Substitution
from orderan.orders.states import ChangeState


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
               delivered, returned, cancelled, tax_base_numerator, tax_base_denominator, may_substitute
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


async def substitutions_of(tx: Tx, order_id: UUID) -> list[Substitution]:
    """Which lines of an order stand in for units of which."""
    rows = await tx.all(
        """
        SELECT id, order_id, line_no, by_line_no, units FROM substitution
        WHERE shop_id = %(shop)s AND order_id = %(order)s
        ORDER BY by_line_no
        """,
        {"shop": tx.shop_id, "order": order_id},
    )
    return [Substitution(*row) for row in rows]


async def open_change(tx: Tx, order_id: UUID) -> Change | None:
    """The change set that stands open, if any."""
    row = await tx.maybe(
        "SELECT * FROM order_change WHERE shop_id = %(shop)s AND order_id = %(order)s AND state = 'open'",
        {"shop": tx.shop_id, "order": order_id},
    )
    return None if row is None else _change(row)


async def change(tx: Tx, order_id: UUID, change_id: UUID) -> Change | None:
    """One change set of an order."""
    row = await tx.maybe(
        "SELECT * FROM order_change WHERE shop_id = %(shop)s AND order_id = %(order)s AND id = %(id)s",
        {"shop": tx.shop_id, "order": order_id, "id": change_id},
    )
    return None if row is None else _change(row)


def _change(row: Any) -> Change:
    return Change(
        id=row.id,
        order_id=row.order_id,
        base_version=row.base_version,
        state=ChangeState(row.state),
        actions=tuple(from_plain(stored) for stored in row.actions),
        difference_minor=row.difference_minor,
        reason=row.reason,
        opened_by=row.opened_by,
        opened_at=row.opened_at,
        closed_by=row.closed_by,
        closed_at=row.closed_at,
    )


async def holds_of(tx: Tx, order_id: UUID) -> list[Hold]:
    """Every hold of an order, the newest first."""
    rows = await tx.all(
        """
        SELECT order_id, id, kind, reason, owner, expires_at, placed_at, placed_by, released_at, released_by
        FROM order_hold
        WHERE shop_id = %(shop)s AND order_id = %(order)s
        ORDER BY id DESC
        """,
        {"shop": tx.shop_id, "order": order_id},
    )
    return [Hold(**row._asdict()) for row in rows]


async def versions_of(tx: Tx, order_id: UUID) -> list[Any]:
    """Earlier versions, the newest first: version, replaced_at, replaced_by, reason."""
    return await tx.all(
        """
        SELECT version, replaced_at, replaced_by, reason
        FROM order_version
        WHERE shop_id = %(shop)s AND order_id = %(order)s
        ORDER BY version DESC
        """,
        {"shop": tx.shop_id, "order": order_id},
    )


async def version_of(tx: Tx, order_id: UUID, version: int) -> Any:
    """An earlier version: snapshot, replaced_at, replaced_by, reason; None when there is none."""
    return await tx.maybe(
        """
        SELECT version, snapshot, replaced_at, replaced_by, reason
        FROM order_version
        WHERE shop_id = %(shop)s AND order_id = %(order)s AND version = %(version)s
        """,
        {"shop": tx.shop_id, "order": order_id, "version": version},
    )


async def tags_of(tx: Tx, order_id: UUID) -> list[str]:
    rows = await tx.all(
        "SELECT tag FROM order_tag WHERE shop_id = %(shop)s AND order_id = %(order)s ORDER BY tag",
        {"shop": tx.shop_id, "order": order_id},
    )
    return [row.tag for row in rows]


async def destinations(
    tx: Tx, addresses: Collection[UUID], customer_id: UUID | None
) -> dict[UUID, str | None]:
    """Village codes of those of these addresses that are the customer's, merged records included."""
    if not addresses or customer_id is None:
        return {}
    rows = await tx.all(
        """
        SELECT address.id, address.village_code
        FROM customer_address AS address
        JOIN customer AS owner ON owner.shop_id = address.shop_id AND owner.id = address.customer_id
        JOIN customer AS buyer ON buyer.shop_id = address.shop_id AND buyer.id = %(customer)s
        WHERE address.shop_id = %(shop)s AND address.id = ANY(%(addresses)s)
          AND coalesce(owner.merged_into, owner.id) = coalesce(buyer.merged_into, buyer.id)
        """,
        {"shop": tx.shop_id, "addresses": list(addresses), "customer": customer_id},
    )
    return {row.id: row.village_code for row in rows}


async def group_of(tx: Tx, customer_id: UUID | None) -> str | None:
    """The customer's price group."""
    row = await tx.maybe(
        "SELECT customer_group FROM customer WHERE shop_id = %(shop)s AND id = %(id)s",
        {"shop": tx.shop_id, "id": customer_id},
    )
    return row.customer_group if row else None

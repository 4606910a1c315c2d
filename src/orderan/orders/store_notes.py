"""Writing what people put on orders: holds, notes, tags, saved views."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from orderan.kit.db import Tx
from orderan.kit.ids import new_id


async def insert_holds(
    tx: Tx,
    holds: Collection[tuple[UUID, UUID]],
    *,
    kind: str,
    reason: str,
    expires_at: datetime | None,
    now: datetime,
) -> None:
    """Holds (order, hold) of one kind, for one reason."""
    await tx.run(
        """
        INSERT INTO order_hold (shop_id, order_id, id, kind, reason, owner, expires_at, placed_at, placed_by)
        SELECT %(shop)s, made.order_id, made.id, %(kind)s, %(reason)s, %(actor)s, %(expires)s, %(now)s, %(actor)s
        FROM unnest(%(orders)s::uuid[], %(ids)s::uuid[]) AS made (order_id, id)
        """,
        {
            "shop": tx.shop_id,
            "orders": [hold[0] for hold in holds],
            "ids": [hold[1] for hold in holds],
            "kind": kind,
            "reason": reason,
            "actor": tx.actor,
            "expires": expires_at,
            "now": now,
        },
    )


async def release_holds(tx: Tx, holds: Collection[tuple[UUID, UUID]], *, now: datetime) -> list[Any]:
    """Release open holds (order, hold); returns those that were open: order_id, id, kind."""
    return await tx.all(
        """
        UPDATE order_hold
        SET released_at = %(now)s, released_by = %(actor)s
        FROM unnest(%(orders)s::uuid[], %(ids)s::uuid[]) AS asked (order_id, id)
        WHERE order_hold.shop_id = %(shop)s AND order_hold.order_id = asked.order_id
          AND order_hold.id = asked.id AND order_hold.released_at IS NULL
        RETURNING order_hold.order_id, order_hold.id, order_hold.kind
        """,
        {
            "shop": tx.shop_id,
            "now": now,
            "actor": tx.actor,
            "orders": [hold[0] for hold in holds],
            "ids": [hold[1] for hold in holds],
        },
    )


async def expired_holds(tx: Tx, *, now: datetime, limit: int) -> list[tuple[UUID, UUID]]:
    """Open holds whose time is over, the longest over first: (order, hold)."""
    rows = await tx.all(
        """
        SELECT order_id, id
        FROM order_hold
        WHERE shop_id = %(shop)s AND released_at IS NULL AND expires_at <= %(now)s
        ORDER BY expires_at
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "now": now, "limit": limit},
    )
    return [(row.order_id, row.id) for row in rows]


async def count_holds(tx: Tx, orders: Collection[UUID]) -> None:
    """Make open_holds of these locked orders true."""
    await tx.run(
        """
        UPDATE sales_order
        SET open_holds = (SELECT count(*) FROM order_hold
                          WHERE order_hold.shop_id = %(shop)s AND order_hold.order_id = sales_order.id
                            AND order_hold.released_at IS NULL)
        WHERE shop_id = %(shop)s AND id = ANY(%(orders)s)
        """,
        {"shop": tx.shop_id, "orders": list(orders)},
    )


async def insert_note(tx: Tx, order_id: UUID, body: str, *, now: datetime) -> UUID:
    note_id = new_id()
    await tx.run(
        """
        INSERT INTO order_note (shop_id, order_id, id, body, author, at)
        VALUES (%(shop)s, %(order)s, %(id)s, %(body)s, %(actor)s, %(now)s)
        """,
        {"shop": tx.shop_id, "order": order_id, "id": note_id, "body": body, "actor": tx.actor, "now": now},
    )
    return note_id


async def add_tags(tx: Tx, orders: Sequence[UUID], tags: Sequence[str]) -> list[tuple[UUID, str]]:
    """Put each tag on each order; returns what was new. The order's instant travels along, for lists by tag."""
    rows = await tx.all(
        """
        INSERT INTO order_tag (shop_id, tag, order_id, placed_at)
        SELECT sales_order.shop_id, tag, sales_order.id, sales_order.placed_at
        FROM sales_order
        CROSS JOIN unnest(%(tags)s::text[]) AS tag
        WHERE sales_order.shop_id = %(shop)s AND sales_order.id = ANY(%(orders)s)
        ORDER BY sales_order.id, tag
        ON CONFLICT DO NOTHING
        RETURNING order_id, tag
        """,
        {"shop": tx.shop_id, "orders": list(orders), "tags": list(tags)},
    )
    return [(row.order_id, row.tag) for row in rows]


async def remove_tags(tx: Tx, orders: Sequence[UUID], tags: Sequence[str]) -> list[tuple[UUID, str]]:
    """Take each tag off each order; returns what was there."""
    rows = await tx.all(
        """
        DELETE FROM order_tag
        WHERE shop_id = %(shop)s AND order_id = ANY(%(orders)s) AND tag = ANY(%(tags)s)
        RETURNING order_id, tag
        """,
        {"shop": tx.shop_id, "orders": list(orders), "tags": list(tags)},
    )
    return [(row.order_id, row.tag) for row in rows]


async def insert_view(
    tx: Tx, *, page: str, staff_id: UUID | None, name: str, query: str, now: datetime
) -> UUID:
    view_id = new_id()
    await tx.run(
        """
        INSERT INTO saved_view (shop_id, id, page, staff_id, name, query, created_at)
        VALUES (%(shop)s, %(id)s, %(page)s, %(staff)s, %(name)s, %(query)s, %(now)s)
        """,
        {
            "shop": tx.shop_id,
            "id": view_id,
            "page": page,
            "staff": staff_id,
            "name": name,
            "query": query,
            "now": now,
        },
    )
    return view_id


async def delete_view(tx: Tx, view_id: UUID, *, staff_id: UUID | None, shared_too: bool) -> int:
    """Forget a saved view of this person, or a shared one where that is theirs to do."""
    return await tx.run(
        """
        DELETE FROM saved_view
        WHERE shop_id = %(shop)s AND id = %(id)s
          AND (staff_id = %(staff)s OR (staff_id IS NULL AND %(shared)s))
        """,
        {"shop": tx.shop_id, "id": view_id, "staff": staff_id, "shared": shared_too},
    )


async def empty_words(tx: Tx, orders: Collection[UUID], gone: str) -> None:
    """Take out of orders, their versions and everything beside them what people wrote freely."""
    asked = {"shop": tx.shop_id, "ids": list(orders), "gone": gone}
    for statement in _WORDS:
        await tx.run(statement, asked)


_WORDS: tuple[LiteralString, ...] = (
    "UPDATE sales_order SET note = NULL WHERE shop_id = %(shop)s AND id = ANY(%(ids)s) AND note IS NOT NULL",
    "UPDATE order_note SET body = %(gone)s WHERE shop_id = %(shop)s AND order_id = ANY(%(ids)s)",
    "UPDATE order_hold SET reason = %(gone)s WHERE shop_id = %(shop)s AND order_id = ANY(%(ids)s)",
    "UPDATE order_change SET reason = %(gone)s WHERE shop_id = %(shop)s AND order_id = ANY(%(ids)s)",
    "UPDATE order_move SET reason = NULL WHERE shop_id = %(shop)s AND order_id = ANY(%(ids)s) AND reason IS NOT NULL",
    "DELETE FROM order_tag WHERE shop_id = %(shop)s AND order_id = ANY(%(ids)s)",
    """
    UPDATE order_version SET reason = %(gone)s, snapshot = jsonb_set(snapshot, '{order,note}', 'null')
    WHERE shop_id = %(shop)s AND order_id = ANY(%(ids)s)
    """,
)

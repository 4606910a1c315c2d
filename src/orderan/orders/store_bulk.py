"""Writing and reading bulk actions: one thing done to many orders, each for itself."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb

from orderan.kit.db import Tx
from orderan.kit.ids import new_id


async def insert_bulk(
    tx: Tx, verb: str, arguments: dict[str, Any], orders: Sequence[UUID], *, now: datetime
) -> UUID:
    """Keep what shall be done to which orders."""
    bulk_id = new_id()
    key = {"shop": tx.shop_id, "id": bulk_id, "actor": tx.actor, "now": now, "verb": verb}
    await tx.run(
        """
        INSERT INTO order_bulk (shop_id, id, verb, arguments, started_by, started_at)
        VALUES (%(shop)s, %(id)s, %(verb)s, %(arguments)s, %(actor)s, %(now)s)
        """,
        key | {"arguments": Jsonb(arguments)},
    )
    await tx.run(
        """
        INSERT INTO order_bulk_row (shop_id, bulk_id, turn, order_id, state)
        SELECT %(shop)s, %(id)s, turn, order_id, 'waiting'
        FROM unnest(%(orders)s::uuid[]) WITH ORDINALITY AS asked (order_id, turn)
        """,
        key | {"orders": list(orders)},
    )
    return bulk_id


async def next_row(tx: Tx, bulk_id: UUID) -> Any:
    """Lock the next waiting row nobody is working on: turn, order_id; None when there is none."""
    return await tx.maybe(_NEXT + " SKIP LOCKED", {"shop": tx.shop_id, "bulk": bulk_id})


async def left_row(tx: Tx, bulk_id: UUID) -> Any:
    """Lock the next waiting row, after whoever works on it is done or dead; None when it was done."""
    return await tx.maybe(_NEXT, {"shop": tx.shop_id, "bulk": bulk_id})


_NEXT: LiteralString = """
    SELECT turn, order_id
    FROM order_bulk_row
    WHERE shop_id = %(shop)s AND bulk_id = %(bulk)s AND state = 'waiting'
    ORDER BY turn
    LIMIT 1
    FOR UPDATE
"""


async def bulk_waiting(tx: Tx, bulk_id: UUID) -> int:
    """How many rows wait still."""
    return int(
        await tx.value(
            """
            SELECT count(*) FROM order_bulk_row
            WHERE shop_id = %(shop)s AND bulk_id = %(bulk)s AND state = 'waiting'
            """,
            {"shop": tx.shop_id, "bulk": bulk_id},
        )
    )


async def set_row(tx: Tx, bulk_id: UUID, turn: int, refusal: dict[str, Any] | None) -> None:
    """What became of a row."""
    await tx.run(
        """
        UPDATE order_bulk_row SET state = %(state)s, refusal = %(refusal)s
        WHERE shop_id = %(shop)s AND bulk_id = %(bulk)s AND turn = %(turn)s
        """,
        {
            "shop": tx.shop_id,
            "bulk": bulk_id,
            "turn": turn,
            "state": "refused" if refusal else "done",
            "refusal": Jsonb(refusal) if refusal else None,
        },
    )


async def bulk(tx: Tx, bulk_id: UUID) -> Any:
    """verb, arguments, started_by, started_at, total, done, refused; None when there is none."""
    return await tx.maybe(
        """
        SELECT order_bulk.verb, order_bulk.arguments, order_bulk.started_by, order_bulk.started_at,
               count(*) AS total, count(*) FILTER (WHERE row.state = 'done') AS done,
               count(*) FILTER (WHERE row.state = 'refused') AS refused
        FROM order_bulk
        LEFT JOIN order_bulk_row AS row ON row.shop_id = order_bulk.shop_id AND row.bulk_id = order_bulk.id
        WHERE order_bulk.shop_id = %(shop)s AND order_bulk.id = %(id)s
        GROUP BY order_bulk.shop_id, order_bulk.id
        """,
        {"shop": tx.shop_id, "id": bulk_id},
    )


async def bulk_rows(tx: Tx, bulk_id: UUID, *, refused_only: bool = False, limit: int = 1_000) -> list[Any]:
    """Rows with their order's number: turn, order_id, number, state, refusal; refused ones first."""
    return await tx.all(
        """
        SELECT row.turn, row.order_id, sales_order.number, row.state, row.refusal
        FROM order_bulk_row AS row
        JOIN sales_order ON sales_order.shop_id = row.shop_id AND sales_order.id = row.order_id
        WHERE row.shop_id = %(shop)s AND row.bulk_id = %(bulk)s AND (NOT %(refused)s OR row.state = 'refused')
        ORDER BY row.state <> 'refused', row.turn
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "bulk": bulk_id, "refused": refused_only, "limit": limit},
    )

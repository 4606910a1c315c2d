"""Taking a demo shop away again, seeing to it that one process at a time makes one, and a past made up."""

from datetime import datetime
from graphlib import TopologicalSorter
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection, sql

from orderan.kit.db import Tx
from orderan.kit.ids import new_id

LOCK = 7_203_114_090_212


async def try_lock(connection: AsyncConnection[Any]) -> bool:
    """Take the demo's lock for as long as the connection lives; False when another process has it."""
    cursor = await connection.execute("SELECT pg_try_advisory_lock(%s) AS taken", [LOCK])
    row = await cursor.fetchone()
    return bool(row and row.taken)


async def unlock(connection: AsyncConnection[Any]) -> None:
    await connection.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


async def tables_of_shops(tx: Tx) -> list[str]:
    """Every table with rows of shops, those that point to others before them."""
    names = await tx.all(
        """
        SELECT relname AS name
        FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
          AND obj_description(oid, 'pg_class') LIKE 'distributed:%%'
        ORDER BY relname
        """
    )
    points_to: dict[str, set[str]] = {row.name: set() for row in names}
    edges = await tx.all(
        """
        SELECT child.relname AS child, parent.relname AS parent
        FROM pg_constraint
        JOIN pg_class AS child ON child.oid = conrelid
        JOIN pg_class AS parent ON parent.oid = confrelid
        WHERE contype = 'f' AND child.relnamespace = current_schema()::regnamespace AND child.oid <> parent.oid
        """
    )
    for edge in edges:
        if edge.child in points_to and edge.parent in points_to:
            points_to[edge.child].add(edge.parent)
    return list(reversed(list(TopologicalSorter(points_to).static_order())))


async def empty(tx: Tx, table: str) -> None:
    """Take every row of the shop out of a table."""
    await tx.connection.execute(
        sql.SQL("DELETE FROM {} WHERE shop_id = %(shop)s").format(sql.Identifier(table)), {"shop": tx.shop_id}
    )


async def delete_shop(tx: Tx) -> None:
    await tx.run("DELETE FROM shop WHERE shop_id = %(shop)s", {"shop": tx.shop_id})


async def insert_word(tx: Tx, account_id: UUID, attempt_id: UUID, *, at: datetime) -> None:
    """A gateway sent word of a payment, which was heard at once."""
    await tx.run(
        """
        INSERT INTO gateway_notice (shop_id, id, account_id, verdict, dedupe_key, headers, body, attempt_id,
                                    received_at, heard_at)
        VALUES (%(shop)s, %(id)s, %(account)s, 'genuine', %(key)s, '{}', '', %(attempt)s, %(at)s, %(at)s)
        """,
        {
            "shop": tx.shop_id,
            "id": new_id(),
            "account": account_id,
            "key": f"demo-{attempt_id}",
            "attempt": attempt_id,
            "at": at,
        },
    )


async def ask_no_more(tx: Tx) -> int:
    """Nobody asks the sandbox about payments it never saw; returns how many there are."""
    return await tx.run(
        """
        UPDATE payment_attempt SET ask_at = NULL
        WHERE shop_id = %(shop)s AND ask_at IS NOT NULL AND state IN ('paid', 'expired', 'failed')
        """,
        {"shop": tx.shop_id},
    )

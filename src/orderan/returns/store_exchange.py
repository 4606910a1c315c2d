"""Writing exchanges. Whoever moves one has locked the order of its return first."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.returns.models import Exchange


async def insert_exchange(tx: Tx, made: Exchange, *, now: datetime) -> None:
    await tx.run(
        """
        INSERT INTO return_exchange (shop_id, return_id, order_id, state, opened_at, moved_at)
        VALUES (%(shop)s, %(return)s, %(order)s, %(state)s, %(now)s, %(now)s)
        """,
        {
            "shop": tx.shop_id,
            "return": made.return_id,
            "order": made.order_id,
            "state": made.state,
            "now": now,
        },
    )
    await tx.run(
        """
        INSERT INTO return_exchange_line (shop_id, return_id, line_no, replacement_line)
        SELECT %(shop)s, %(return)s, line_no, replacement
        FROM unnest(%(lines)s::int[], %(replacements)s::int[]) AS swap (line_no, replacement)
        """,
        {
            "shop": tx.shop_id,
            "return": made.return_id,
            "lines": list(made.lines),
            "replacements": list(made.lines.values()),
        },
    )


async def exchange_of(tx: Tx, return_id: UUID) -> Exchange | None:
    """What a return is exchanged for."""
    row = await tx.maybe(
        "SELECT order_id, state FROM return_exchange WHERE shop_id = %(shop)s AND return_id = %(return)s",
        {"shop": tx.shop_id, "return": return_id},
    )
    if row is None:
        return None
    lines = await tx.all(
        """
        SELECT line_no, replacement_line FROM return_exchange_line
        WHERE shop_id = %(shop)s AND return_id = %(return)s
        ORDER BY line_no
        """,
        {"shop": tx.shop_id, "return": return_id},
    )
    return Exchange(
        return_id, row.order_id, row.state, {line.line_no: line.replacement_line for line in lines}
    )


async def set_exchange(tx: Tx, return_id: UUID, *, was: str, becomes: str, now: datetime) -> bool:
    """Move an exchange; False when it is no longer in the state it had to be in."""
    return (
        await tx.run(
            """
            UPDATE return_exchange SET state = %(becomes)s, moved_at = %(now)s
            WHERE shop_id = %(shop)s AND return_id = %(return)s AND state = %(was)s
            """,
            {"shop": tx.shop_id, "return": return_id, "was": was, "becomes": becomes, "now": now},
        )
        == 1
    )


async def return_of_refund(tx: Tx, refund_id: UUID) -> UUID | None:
    """The return a refund was granted for."""
    row = await tx.maybe(
        "SELECT id FROM goods_return WHERE shop_id = %(shop)s AND refund_id = %(refund)s",
        {"shop": tx.shop_id, "refund": refund_id},
    )
    return None if row is None else row.id


async def replacements_of(tx: Tx, order_id: UUID) -> Mapping[UUID, tuple[UUID, int, str]]:
    """What returns of an order are exchanged for: (replacement, its number, state of the exchange) by return."""
    rows = await tx.all(
        """
        SELECT return_exchange.return_id, return_exchange.order_id, sales_order.number, return_exchange.state
        FROM goods_return
        JOIN return_exchange ON return_exchange.shop_id = goods_return.shop_id
             AND return_exchange.return_id = goods_return.id
        JOIN sales_order ON sales_order.shop_id = return_exchange.shop_id
             AND sales_order.id = return_exchange.order_id
        WHERE goods_return.shop_id = %(shop)s AND goods_return.order_id = %(order)s
        """,
        {"shop": tx.shop_id, "order": order_id},
    )
    return {row.return_id: (row.order_id, row.number, row.state) for row in rows}


async def waits_for_return(tx: Tx, order_id: UUID) -> bool:
    """Whether an order replaces what has yet to come back."""
    row = await tx.maybe(
        "SELECT FROM return_exchange WHERE shop_id = %(shop)s AND order_id = %(order)s AND state = 'held'",
        {"shop": tx.shop_id, "order": order_id},
    )
    return row is not None

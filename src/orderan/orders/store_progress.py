"""Writing how far the units of orders are, and the word that says so."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.orders.headlines import Tally
from orderan.orders.models import Progress
from orderan.orders.states import Commercial


async def set_allocated(tx: Tx, orders: Collection[UUID]) -> None:
    """Count every unit still owed as allocated on its line."""
    await tx.run(
        """
        UPDATE order_line SET allocated = quantity - cancelled
        WHERE shop_id = %(shop)s AND order_id = ANY(%(orders)s)
        """,
        {"shop": tx.shop_id, "orders": list(orders)},
    )


@dataclass(frozen=True, slots=True)
class Axes:
    """What a headline is computed from."""

    order_id: UUID
    commercial: Commercial
    units: Tally
    tasks: Collection[str]


async def axes_of(tx: Tx, ids: Collection[UUID]) -> list[Axes]:
    """The axes of these orders; tasks are read from the floor above, for this word only."""
    rows = await tx.all(
        """
        SELECT sales_order.id, sales_order.commercial, line.ordered, line.cancelled, line.shipped, line.delivered,
               line.returned,
               ARRAY(SELECT DISTINCT task.state FROM task
                     WHERE task.shop_id = %(shop)s AND task.order_id = sales_order.id
                       AND task.state <> 'cancelled') AS tasks
        FROM sales_order
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(quantity), 0)::int AS ordered, coalesce(sum(cancelled), 0)::int AS cancelled,
                   coalesce(sum(shipped), 0)::int AS shipped, coalesce(sum(delivered), 0)::int AS delivered,
                   coalesce(sum(returned), 0)::int AS returned
            FROM order_line
            WHERE order_line.shop_id = %(shop)s AND order_line.order_id = sales_order.id
        ) AS line
        WHERE sales_order.shop_id = %(shop)s AND sales_order.id = ANY(%(ids)s)
        """,
        {"shop": tx.shop_id, "ids": list(ids)},
    )
    return [
        Axes(
            row.id,
            Commercial(row.commercial),
            Tally(row.ordered, row.cancelled, row.shipped, row.delivered, row.returned),
            row.tasks,
        )
        for row in rows
    ]


async def set_headlines(tx: Tx, words: Mapping[UUID, str]) -> None:
    """Store these words where another one stands."""
    await tx.run(
        """
        UPDATE sales_order
        SET headline = word.headline
        FROM unnest(%(ids)s::uuid[], %(words)s::text[]) AS word (id, headline)
        WHERE sales_order.shop_id = %(shop)s AND sales_order.id = word.id
          AND sales_order.headline <> word.headline
        """,
        {"shop": tx.shop_id, "ids": list(words), "words": [str(word) for word in words.values()]},
    )


async def set_progress(tx: Tx, progress: Sequence[Progress]) -> None:
    """How far the units of these lines are; all four quantities at once, because each bounds the next."""
    await tx.run(
        """
        UPDATE order_line
        SET picked = far.picked, packed = far.packed, shipped = far.shipped, delivered = far.delivered
        FROM unnest(%(orders)s::uuid[], %(lines)s::int[], %(picked)s::int[], %(packed)s::int[],
                    %(shipped)s::int[], %(delivered)s::int[])
             AS far (order_id, line_no, picked, packed, shipped, delivered)
        WHERE order_line.shop_id = %(shop)s AND order_line.order_id = far.order_id
          AND order_line.line_no = far.line_no
        """,
        {
            "shop": tx.shop_id,
            "orders": [line.order_id for line in progress],
            "lines": [line.line_no for line in progress],
            "picked": [line.picked for line in progress],
            "packed": [line.packed for line in progress],
            "shipped": [line.shipped for line in progress],
            "delivered": [line.delivered for line in progress],
        },
    )


async def note_delivered(tx: Tx, orders: Collection[UUID], *, now: datetime) -> list[tuple[UUID, int]]:
    """Orders of which this moment the last owed unit was delivered: (order, number)."""
    rows = await tx.all(
        """
        UPDATE sales_order SET delivered_at = %(now)s
        WHERE shop_id = %(shop)s AND id = ANY(%(orders)s) AND delivered_at IS NULL
          AND EXISTS (SELECT 1 FROM order_line
                      WHERE order_line.shop_id = %(shop)s AND order_line.order_id = sales_order.id
                        AND order_line.delivered > 0)
          AND NOT EXISTS (SELECT 1 FROM order_line
                          WHERE order_line.shop_id = %(shop)s AND order_line.order_id = sales_order.id
                            AND order_line.delivered < order_line.quantity - order_line.cancelled)
        RETURNING id, number
        """,
        {"shop": tx.shop_id, "orders": list(orders), "now": now},
    )
    return [(row.id, row.number) for row in rows]


async def add_returned(tx: Tx, units: Collection[tuple[UUID, int, int]]) -> None:
    """More units of these lines came back: (order, line, units)."""
    await tx.run(
        """
        UPDATE order_line SET returned = order_line.returned + back.units
        FROM unnest(%(orders)s::uuid[], %(lines)s::int[], %(units)s::int[]) AS back (order_id, line_no, units)
        WHERE order_line.shop_id = %(shop)s AND order_line.order_id = back.order_id
          AND order_line.line_no = back.line_no
        """,
        {
            "shop": tx.shop_id,
            "orders": [unit[0] for unit in units],
            "lines": [unit[1] for unit in units],
            "units": [unit[2] for unit in units],
        },
    )


async def due_for_completion(tx: Tx, *, delivered_before: datetime, limit: int) -> list[UUID]:
    """Lock accepted orders delivered before an instant and not reported as stuck, oldest first."""
    rows = await tx.all(
        """
        SELECT id
        FROM sales_order
        WHERE shop_id = %(shop)s AND commercial = 'accepted' AND delivered_at IS NOT NULL
          AND delivered_at <= %(before)s
          AND NOT EXISTS (SELECT 1 FROM exception_entry
                          WHERE exception_entry.shop_id = %(shop)s AND exception_entry.state = 'open'
                            AND exception_entry.dedupe_key = 'completion_blocked:' || sales_order.id)
        ORDER BY delivered_at
        LIMIT %(limit)s
        FOR NO KEY UPDATE SKIP LOCKED
        """,
        {"shop": tx.shop_id, "before": delivered_before, "limit": limit},
    )
    return [row.id for row in rows]

"""Writing tasks."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from orderan.fulfilment.models import Task, TaskLine
from orderan.kit.db import Tx


@dataclass(frozen=True, slots=True)
class PlannedUnit:
    """Units of a stock row to pick for a line of an order."""

    task_id: UUID
    line_no: int
    sku_id: UUID
    owner_id: UUID
    lot_id: UUID
    quantity: int


async def insert_tasks(tx: Tx, tasks: Sequence[tuple[UUID, UUID, UUID]], *, now: datetime) -> None:
    """Planned tasks: (task, order, location)."""
    await tx.run(
        """
        INSERT INTO task (shop_id, id, order_id, location_id, state, planned_at)
        SELECT %(shop)s, id, order_id, location_id, 'planned', %(now)s
        FROM unnest(%(ids)s::uuid[], %(orders)s::uuid[], %(locations)s::uuid[]) AS made (id, order_id, location_id)
        """,
        {
            "shop": tx.shop_id,
            "now": now,
            "ids": [task[0] for task in tasks],
            "orders": [task[1] for task in tasks],
            "locations": [task[2] for task in tasks],
        },
    )


async def insert_units(tx: Tx, units: Sequence[PlannedUnit]) -> None:
    await tx.run(
        """
        INSERT INTO task_line (shop_id, task_id, line_no, sku_id, owner_id, lot_id, quantity)
        SELECT %(shop)s, task_id, line_no, sku_id, owner_id, lot_id, quantity
        FROM unnest(%(tasks)s::uuid[], %(lines)s::int[], %(skus)s::uuid[], %(owners)s::uuid[], %(lots)s::uuid[],
                    %(quantities)s::int[]) AS made (task_id, line_no, sku_id, owner_id, lot_id, quantity)
        """,
        {
            "shop": tx.shop_id,
            "tasks": [unit.task_id for unit in units],
            "lines": [unit.line_no for unit in units],
            "skus": [unit.sku_id for unit in units],
            "owners": [unit.owner_id for unit in units],
            "lots": [unit.lot_id for unit in units],
            "quantities": [unit.quantity for unit in units],
        },
    )


async def behind(tx: Tx, tasks: Collection[UUID]) -> dict[UUID, UUID]:
    """The order of each task, read without a lock: whoever moves tasks locks their orders first."""
    rows = await tx.all(
        "SELECT id, order_id FROM task WHERE shop_id = %(shop)s AND id = ANY(%(ids)s)",
        {"shop": tx.shop_id, "ids": list(tasks)},
    )
    return {row.id: row.order_id for row in rows}


async def lock_tasks(
    tx: Tx, tasks: Collection[UUID], *, within: Collection[UUID] | None = None
) -> dict[UUID, Task]:
    """Lock tasks in id order, only those at the locations of `within` where it is given."""
    rows = await tx.all(
        """
        SELECT id, order_id, location_id, state, assigned_to, planned_at, released_at, picking_at, packed_at,
               handed_over_at, moved_at
        FROM task
        WHERE shop_id = %(shop)s AND id = ANY(%(ids)s)
          AND (%(within)s::uuid[] IS NULL OR location_id = ANY(%(within)s::uuid[]))
        ORDER BY id
        FOR NO KEY UPDATE
        """,
        {"shop": tx.shop_id, "ids": list(tasks), "within": None if within is None else list(within)},
    )
    return {row.id: Task(*row) for row in rows}


async def lines_of_tasks(tx: Tx, tasks: Collection[UUID]) -> list[TaskLine]:
    """What these tasks have to pick, by task, order line and sku."""
    rows = await tx.all(
        """
        SELECT task_id, line_no, sku_id, owner_id, lot_id, quantity, picked, packed
        FROM task_line
        WHERE shop_id = %(shop)s AND task_id = ANY(%(tasks)s)
        ORDER BY task_id, line_no, sku_id, owner_id, lot_id
        """,
        {"shop": tx.shop_id, "tasks": list(tasks)},
    )
    return [TaskLine(*row) for row in rows]


async def set_state(tx: Tx, tasks: Collection[UUID], *, was: str, becomes: str, now: datetime) -> int:
    """Move tasks that are in the state they have to be in; returns how many."""
    return await tx.run(
        """
        UPDATE task
        SET state = %(becomes)s, moved_at = %(now)s,
            order_cleared = CASE WHEN %(becomes)s IN ('planned', 'cancelled') THEN order_cleared ELSE TRUE END,
            released_at = CASE WHEN %(becomes)s = 'released' THEN %(now)s ELSE released_at END,
            packed_at = CASE WHEN %(becomes)s = 'packed' THEN %(now)s ELSE packed_at END,
            handed_over_at = CASE WHEN %(becomes)s = 'handed_over' THEN %(now)s ELSE handed_over_at END
        WHERE shop_id = %(shop)s AND id = ANY(%(tasks)s) AND state = %(was)s
        """,
        {"shop": tx.shop_id, "tasks": list(tasks), "was": was, "becomes": becomes, "now": now},
    )


async def set_picking(tx: Tx, tasks: Collection[UUID], *, was: str, now: datetime) -> set[UUID]:
    """Let picking begin where nothing stands in the way; returns the tasks that began.

    The conditions of `rules.obstacles` stand here once more, in the statement that writes, so
    that no caller, present or future, can start a task past a hold or an unpaid balance.
    """
    rows = await tx.all(
        """
        UPDATE task
        SET state = 'picking', order_cleared = TRUE, moved_at = %(now)s, picking_at = %(now)s,
            assigned_to = %(actor)s
        FROM sales_order
        WHERE task.shop_id = %(shop)s AND task.id = ANY(%(tasks)s) AND task.state = %(was)s
          AND sales_order.shop_id = task.shop_id AND sales_order.id = task.order_id
          AND sales_order.commercial = 'accepted'
          AND (sales_order.terms IN ('cod', 'invoice')
               OR (sales_order.money <> 'unknown'
                   AND sales_order.paid_minor - sales_order.refunded_minor
                       >= sales_order.total_minor - sales_order.forgone_minor - sales_order.covered_minor
                          - sales_order.credited_minor))
          AND sales_order.cleared
          AND NOT EXISTS (SELECT 1 FROM order_hold
                          WHERE order_hold.shop_id = task.shop_id AND order_hold.order_id = task.order_id
                            AND order_hold.released_at IS NULL)
          AND NOT EXISTS (SELECT 1 FROM order_change
                          WHERE order_change.shop_id = task.shop_id AND order_change.order_id = task.order_id
                            AND order_change.state = 'open')
        RETURNING task.id
        """,
        {"shop": tx.shop_id, "tasks": list(tasks), "was": was, "now": now, "actor": tx.actor},
    )
    return {row.id for row in rows}


async def add_picked(tx: Tx, units: Sequence[tuple[TaskLine, int]]) -> None:
    """Count units off the shelf on lines of locked tasks; each line at most once."""
    await tx.run(
        """
        UPDATE task_line SET picked = task_line.picked + taken.units
        FROM unnest(%(tasks)s::uuid[], %(lines)s::int[], %(skus)s::uuid[], %(owners)s::uuid[], %(lots)s::uuid[],
                    %(units)s::int[]) AS taken (task_id, line_no, sku_id, owner_id, lot_id, units)
        WHERE task_line.shop_id = %(shop)s AND task_line.task_id = taken.task_id
          AND task_line.line_no = taken.line_no AND task_line.sku_id = taken.sku_id
          AND task_line.owner_id = taken.owner_id AND task_line.lot_id = taken.lot_id
        """,
        {
            "shop": tx.shop_id,
            "tasks": [line.task_id for line, _ in units],
            "lines": [line.line_no for line, _ in units],
            "skus": [line.sku_id for line, _ in units],
            "owners": [line.owner_id for line, _ in units],
            "lots": [line.lot_id for line, _ in units],
            "units": [count for _, count in units],
        },
    )


async def set_all_picked(tx: Tx, tasks: Collection[UUID]) -> None:
    await tx.run(
        "UPDATE task_line SET picked = quantity WHERE shop_id = %(shop)s AND task_id = ANY(%(tasks)s)",
        {"shop": tx.shop_id, "tasks": list(tasks)},
    )


async def set_packed(tx: Tx, tasks: Collection[UUID]) -> None:
    """What was picked is packed."""
    await tx.run(
        "UPDATE task_line SET packed = picked WHERE shop_id = %(shop)s AND task_id = ANY(%(tasks)s)",
        {"shop": tx.shop_id, "tasks": list(tasks)},
    )

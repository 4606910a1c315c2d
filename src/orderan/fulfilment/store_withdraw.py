"""Taking units out of tasks that have not left yet."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx


@dataclass(frozen=True, slots=True)
class TaskUnits:
    """Units of a stock row that a task has for a line."""

    task_id: UUID
    state: str
    location_id: UUID
    line_no: int
    sku_id: UUID
    owner_id: UUID
    lot_id: UUID
    quantity: int
    picked: int
    packed: int


async def lock_units(tx: Tx, order_id: UUID) -> list[TaskUnits]:
    """Lock an order's tasks in id order and read what they hold; cancelled ones are left out."""
    await tx.run(
        """
        SELECT 1 FROM task
        WHERE shop_id = %(shop)s AND order_id = %(order)s AND state <> 'cancelled'
        ORDER BY id
        FOR NO KEY UPDATE
        """,
        {"shop": tx.shop_id, "order": order_id},
    )
    rows = await tx.all(
        """
        SELECT task.id AS task_id, task.state, task.location_id, task_line.line_no, task_line.sku_id,
               task_line.owner_id, task_line.lot_id, task_line.quantity, task_line.picked, task_line.packed
        FROM task
        JOIN task_line ON task_line.shop_id = task.shop_id AND task_line.task_id = task.id
        WHERE task.shop_id = %(shop)s AND task.order_id = %(order)s AND task.state <> 'cancelled'
        ORDER BY task.id, task_line.line_no, task_line.sku_id, task_line.owner_id, task_line.lot_id
        """,
        {"shop": tx.shop_id, "order": order_id},
    )
    return [TaskUnits(**row._asdict()) for row in rows]


async def shrink_units(tx: Tx, units: Sequence[TaskUnits]) -> None:
    """Store what is left of these units; a row of which nothing is left is gone."""
    keys = (
        "unnest(%(tasks)s::uuid[], %(lines)s::int[], %(skus)s::uuid[], %(owners)s::uuid[], %(lots)s::uuid[], "
        "%(quantities)s::int[], %(picked)s::int[], %(packed)s::int[]) "
        "AS now (task_id, line_no, sku_id, owner_id, lot_id, quantity, picked, packed)"
    )
    same = (
        "task_line.shop_id = %(shop)s AND task_line.task_id = now.task_id AND task_line.line_no = now.line_no "
        "AND task_line.sku_id = now.sku_id AND task_line.owner_id = now.owner_id AND task_line.lot_id = now.lot_id"
    )
    asked = {
        "shop": tx.shop_id,
        "tasks": [unit.task_id for unit in units],
        "lines": [unit.line_no for unit in units],
        "skus": [unit.sku_id for unit in units],
        "owners": [unit.owner_id for unit in units],
        "lots": [unit.lot_id for unit in units],
        "quantities": [unit.quantity for unit in units],
        "picked": [unit.picked for unit in units],
        "packed": [unit.packed for unit in units],
    }
    await tx.run(f"DELETE FROM task_line USING {keys} WHERE {same} AND now.quantity = 0", asked)
    await tx.run(
        f"UPDATE task_line SET quantity = now.quantity, picked = now.picked, packed = now.packed "
        f"FROM {keys} WHERE {same} AND now.quantity > 0",
        asked,
    )


async def cancel_empty(tx: Tx, tasks: Collection[UUID], *, now: datetime) -> None:
    """Cancel these tasks, of which nothing is left to do."""
    await tx.run(
        """
        UPDATE task SET state = 'cancelled', moved_at = %(now)s
        WHERE shop_id = %(shop)s AND id = ANY(%(tasks)s)
        """,
        {"shop": tx.shop_id, "tasks": list(tasks), "now": now},
    )

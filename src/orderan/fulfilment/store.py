"""Writing tasks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

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

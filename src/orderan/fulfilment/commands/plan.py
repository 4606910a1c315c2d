"""Plan the work for allocated stock: one task per order and location."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from orderan.fulfilment import store
from orderan.fulfilment.models import Task
from orderan.fulfilment.store import PlannedUnit
from orderan.inventory import Claim
from orderan.kit.db import Tx
from orderan.kit.ids import new_id


async def plan_tasks(tx: Tx, claims: Iterable[Claim], *, now: datetime) -> None:
    """Make planned tasks for claims of orders that have none at these locations yet."""
    tasks: dict[tuple[UUID, UUID], UUID] = {}
    units = []
    for claim in claims:
        task = tasks.setdefault((claim.holder_id, claim.key.location_id), new_id())
        units.append(
            PlannedUnit(
                task, claim.line_no, claim.key.sku_id, claim.key.owner_id, claim.key.lot_id, claim.quantity
            )
        )
    if tasks:
        await store.insert_tasks(
            tx, [(task, order, place) for (order, place), task in tasks.items()], now=now
        )
        await store.insert_units(tx, units)


async def add_to_task(tx: Tx, task: Task, claims: Iterable[Claim]) -> None:
    """Let a locked task that is being picked pick these claims of its order too; their lines are new to it."""
    units = [
        PlannedUnit(
            task.id, claim.line_no, claim.key.sku_id, claim.key.owner_id, claim.key.lot_id, claim.quantity
        )
        for claim in claims
    ]
    await store.insert_units(tx, units)

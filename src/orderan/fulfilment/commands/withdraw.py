"""Withdraw units of an order from the warehouse's work: they were cancelled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from orderan.fulfilment import store, store_withdraw
from orderan.fulfilment.commands.advance import tell_moves
from orderan.fulfilment.errors import UnitsHandedOver
from orderan.fulfilment.models import Task
from orderan.fulfilment.states import TASK, TaskEvent, TaskState
from orderan.fulfilment.store_withdraw import TaskUnits
from orderan.inventory import Claim, StockKey
from orderan.kit.db import Tx


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Units of an order line that stock was allocated to.

    Attributes:
        units: How many of the line's units go.
        of: How many of its units stock is allocated to, shipped ones included; a bundle's parts
            are withdrawn in this proportion.
    """

    line_no: int
    units: int
    of: int


async def withdraw_units(tx: Tx, order_id: UUID, parts: Sequence[Withdrawal], now: datetime) -> list[Claim]:
    """Shrink the tasks of a locked order, the least advanced units first; an empty task is cancelled.

    Returns:
        The stock rows the units were to come from, as claims for the caller to release: the same
        units leave the task and the stock.

    Raises:
        UnitsHandedOver: Some of the units, or parts of a bundle, went to a courier; nothing was changed.
    """
    there = await store_withdraw.lock_units(tx, order_id)
    left = list(there)
    released: list[Claim] = []
    for part in parts:
        for sku_id, quantity in _wanted(there, part).items():
            released += _take(left, order_id, part.line_no, sku_id, quantity)
    changed = [after for before, after in zip(there, left, strict=True) if before != after]
    if changed:
        await store_withdraw.shrink_units(tx, changed)
        await _cancel_empty(tx, left, {unit.task_id for unit in changed}, now=now)
    return released


LineKey = tuple[int, UUID, UUID, UUID]
"""Line number, sku, owner and lot of what a task has for a line."""


async def withdraw_missing(
    tx: Tx, task: Task, *, only: Mapping[LineKey, int] | None = None, now: datetime
) -> list[Claim]:
    """Take what is not off the shelf out of a locked task; one of which nothing is left is cancelled.

    Args:
        only: So many units of these lines at most; None is everything.

    Returns:
        The stock rows the units were to come from, as claims of the order.
    """
    there = [unit for unit in await store_withdraw.lock_units(tx, task.order_id) if unit.task_id == task.id]
    goes = [_missing(unit, only) for unit in there]
    left = [_less(unit, "waiting", units) for unit, units in zip(there, goes, strict=True)]
    if any(goes):
        await store_withdraw.shrink_units(tx, [unit for unit in left if unit not in there])
        await _cancel_empty(tx, left, {task.id}, now=now)
    return [
        Claim(
            task.order_id,
            unit.line_no,
            StockKey(unit.sku_id, unit.location_id, unit.owner_id, unit.lot_id),
            units,
        )
        for unit, units in zip(there, goes, strict=True)
        if units
    ]


def _missing(unit: TaskUnits, only: Mapping[LineKey, int] | None) -> int:
    if only is None:
        return _at(unit, "waiting")
    return min(_at(unit, "waiting"), only.get((unit.line_no, unit.sku_id, unit.owner_id, unit.lot_id), 0))


def _wanted(there: Sequence[TaskUnits], part: Withdrawal) -> dict[UUID, int]:
    per_sku: dict[UUID, int] = {}
    for unit in there:
        if unit.line_no == part.line_no:
            per_sku[unit.sku_id] = per_sku.get(unit.sku_id, 0) + unit.quantity
    return {sku: -(-total * part.units // part.of) for sku, total in per_sku.items()}


def _take(left: list[TaskUnits], order_id: UUID, line_no: int, sku_id: UUID, quantity: int) -> list[Claim]:
    wanted = quantity
    taken: dict[int, int] = {}
    for stage in ("waiting", "picked", "packed"):
        for index in reversed(range(len(left))):
            unit = left[index]
            if (unit.line_no, unit.sku_id) != (line_no, sku_id) or unit.state == TaskState.HANDED_OVER:
                continue
            if units := min(wanted, _at(unit, stage)):
                left[index] = _less(unit, stage, units)
                taken[index] = taken.get(index, 0) + units
                wanted -= units
    if wanted:
        raise UnitsHandedOver(line_no, wanted)
    return [
        Claim(
            order_id,
            line_no,
            StockKey(sku_id, left[index].location_id, left[index].owner_id, left[index].lot_id),
            units,
        )
        for index, units in sorted(taken.items())
    ]


def _at(unit: TaskUnits, stage: str) -> int:
    match stage:
        case "waiting":
            return unit.quantity - unit.picked
        case "picked":
            return unit.picked - unit.packed
        case _:
            return unit.packed


def _less(unit: TaskUnits, stage: str, units: int) -> TaskUnits:
    return replace(
        unit,
        quantity=unit.quantity - units,
        picked=unit.picked - (units if stage != "waiting" else 0),
        packed=unit.packed - (units if stage == "packed" else 0),
    )


async def _cancel_empty(tx: Tx, left: Sequence[TaskUnits], touched: set[UUID], *, now: datetime) -> None:
    busy = {unit.task_id for unit in left if unit.quantity}
    empty = sorted(touched - busy)
    if not empty:
        return
    tasks = (await store.lock_tasks(tx, empty)).values()
    moved = {task: TASK.after(TaskState(task.state), TaskEvent.CANCEL) for task in tasks}
    await store_withdraw.cancel_empty(tx, empty, now=now)
    await tell_moves(tx, moved, TaskEvent.CANCEL, None, now=now)

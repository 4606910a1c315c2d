"""Take goods off the shelf and pack them; the caller has locked the tasks and their orders."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from orderan.fulfilment import rules, store
from orderan.fulfilment.commands.advance import move_tasks
from orderan.fulfilment.errors import NothingLikeThatToPick, PickIncomplete
from orderan.fulfilment.models import Pick, Task, TaskLine
from orderan.fulfilment.states import TASK, TaskEvent, TaskState
from orderan.kit.db import Tx


async def pick_units(tx: Tx, task: Task, picks: Sequence[Pick]) -> list[tuple[TaskLine, int]]:
    """Count picked units on a task's open lines; returns how many of each line.

    Raises:
        IllegalMove: The task is not being picked.
        NothingLikeThatToPick: A sku is not on the list, or fewer of it are; nothing was counted.
    """
    # Counting changes no state, but only a task that could finish is being picked.
    TASK.after(TaskState(task.state), TaskEvent.FINISH)
    counted: list[tuple[TaskLine, int]] = []
    for pick in picks:
        lines = await store.lines_of_tasks(tx, [task.id])
        units = rules.spread(lines, pick)
        if units is None:
            left = sum(line.left for line in lines if pick.fits(line))
            raise NothingLikeThatToPick(str(pick.sku_id), pick.quantity, left)
        await store.add_picked(tx, units)
        counted += units
    return counted


async def finish_picking(
    tx: Tx, tasks: Sequence[Task], *, take_all: bool = False, now: datetime
) -> list[tuple[TaskLine, int]]:
    """Everything is off the shelf; returns what `take_all` counted, how many of each line.

    Args:
        take_all: Count what was not scanned as picked too: the picker says it is all there.

    Raises:
        IllegalMove: One is not being picked.
        PickIncomplete: Units are missing and `take_all` was not said.
    """
    ids = [task.id for task in tasks]
    for task in tasks:
        TASK.after(TaskState(task.state), TaskEvent.FINISH)
    left = [(line, line.left) for line in await store.lines_of_tasks(tx, ids) if line.left]
    if left and not take_all:
        raise PickIncomplete(missing_units([line for line, _ in left]))
    if left:
        await store.set_all_picked(tx, ids)
    await move_tasks(tx, tasks, TaskEvent.FINISH, now=now)
    return left


def missing_units(lines: Collection[TaskLine]) -> tuple[tuple[UUID, int], ...]:
    """What is still on the shelf: (sku, units)."""
    sums: dict[UUID, int] = {}
    for line in lines:
        if line.left:
            sums[line.sku_id] = sums.get(line.sku_id, 0) + line.left
    return tuple(sums.items())


async def pack_tasks(tx: Tx, tasks: Sequence[Task], *, now: datetime) -> None:
    """What was picked is in boxes.

    Raises:
        IllegalMove: One is not wholly picked.
    """
    for task in tasks:
        TASK.after(TaskState(task.state), TaskEvent.PACK)
    await store.set_packed(tx, [task.id for task in tasks])
    await move_tasks(tx, tasks, TaskEvent.PACK, now=now)

"""Move tasks by their machine; the caller has locked their orders."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from orderan.fulfilment import store
from orderan.fulfilment.errors import TaskNotFound
from orderan.fulfilment.events import TaskMoved
from orderan.fulfilment.models import Task
from orderan.fulfilment.states import TASK, TaskEvent, TaskState
from orderan.kit.db import Tx
from orderan.kit.events import Fact, record_all
from orderan.kit.ids import to_text
from orderan.orders import insert_moves


async def lock_tasks(
    tx: Tx, ids: Collection[UUID], *, within: Collection[UUID] | None = None
) -> dict[UUID, Task]:
    """Lock tasks in id order.

    Args:
        within: Locations the caller may work at; None is all of them.

    Raises:
        TaskNotFound: One is not the shop's, or is outside `within`.
    """
    tasks = await store.lock_tasks(tx, ids, within=within)
    if missing := set(ids) - set(tasks):
        raise TaskNotFound(to_text("tsk", min(missing)))
    return tasks


async def move_tasks(
    tx: Tx, tasks: Sequence[Task], event: TaskEvent, *, now: datetime, reason: str | None = None
) -> None:
    """Move locked tasks by one event, all or none. Starting to pick is `start_tasks`'s alone.

    Raises:
        IllegalMove: One is in a state this event does not happen in.
    """
    if event is TaskEvent.START:
        message = "picking is started past its guards by start_tasks only"
        raise AssertionError(message)
    for was, group in _by_state(tasks, event).items():
        becomes = TASK.after(was, event)
        moved = await store.set_state(tx, [task.id for task in group], was=was, becomes=becomes, now=now)
        if moved != len(group):
            message = "tasks moved while they were locked"
            raise AssertionError(message)
    await tell_moves(
        tx, {task: TASK.after(TaskState(task.state), event) for task in tasks}, event, reason, now=now
    )


async def start_tasks(tx: Tx, tasks: Sequence[Task], *, now: datetime) -> list[Task]:
    """Let picking begin; returns the tasks that could not, because something stands in their way.

    Raises:
        IllegalMove: One is in a state picking does not start from.
    """
    held = []
    begun: dict[Task, TaskState] = {}
    for was, group in _by_state(tasks, TaskEvent.START).items():
        started = await store.set_picking(tx, [task.id for task in group], was=was, now=now)
        held += [task for task in group if task.id not in started]
        begun |= {task: TaskState.PICKING for task in group if task.id in started}
    await tell_moves(tx, begun, TaskEvent.START, None, now=now)
    return held


def _by_state(tasks: Sequence[Task], event: TaskEvent) -> dict[TaskState, list[Task]]:
    groups: dict[TaskState, list[Task]] = defaultdict(list)
    for task in tasks:
        TASK.after(TaskState(task.state), event)
        groups[TaskState(task.state)].append(task)
    return groups


async def tell_moves(
    tx: Tx, moved: Mapping[Task, TaskState], event: TaskEvent, reason: str | None, *, now: datetime
) -> None:
    """History rows and facts of moved tasks."""
    if not moved:
        return
    rows = [(task.order_id, task.state, str(event), str(becomes)) for task, becomes in moved.items()]
    await insert_moves(tx, "task", rows, reason=reason, now=now)
    facts = [
        Fact(task.order_id, TaskMoved(task.id, task.location_id, task.state, becomes), reason)
        for task, becomes in moved.items()
    ]
    await record_all(tx, facts, now=now)

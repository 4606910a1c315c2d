"""Fulfilment: what each location has to do for an order.

Owns     task, task_line
Promises a task moves only by its machine; picking starts past no hold, unpaid balance or unmet
         guard, whichever way it is asked; what is dispatched was allocated
Speaks   fulfilment.task_moved.v1
Ignores  prices and payments: whether an order is paid is a fact handed in
"""

from orderan.fulfilment.commands.advance import lock_tasks, move_tasks, start_tasks
from orderan.fulfilment.commands.count import follow_goods
from orderan.fulfilment.commands.pick import finish_picking, missing_units, pack_tasks, pick_units
from orderan.fulfilment.commands.plan import add_to_task, plan_tasks
from orderan.fulfilment.commands.withdraw import LineKey, Withdrawal, withdraw_missing, withdraw_units
from orderan.fulfilment.errors import (
    ContentsDiffer,
    NothingLikeThatToPick,
    PickIncomplete,
    PickingBlocked,
    TaskNotFound,
    TaskNotShort,
    UnitsHandedOver,
)
from orderan.fulfilment.models import Box, Pick, Task, TaskLine
from orderan.fulfilment.rules import Readiness, Reason, misfits, obstacles
from orderan.fulfilment.states import TASK, TaskEvent, TaskState
from orderan.fulfilment.store import behind, lines_of_tasks
from orderan.fulfilment.views import (
    TaskAtPlace,
    cancelled_tasks,
    in_hand,
    parcels_waiting,
    readiness,
    tasks_of,
    tasks_waiting,
)

__all__ = [
    "TASK",
    "Box",
    "ContentsDiffer",
    "LineKey",
    "NothingLikeThatToPick",
    "Pick",
    "PickIncomplete",
    "PickingBlocked",
    "Readiness",
    "Reason",
    "Task",
    "TaskAtPlace",
    "TaskEvent",
    "TaskLine",
    "TaskNotFound",
    "TaskNotShort",
    "TaskState",
    "UnitsHandedOver",
    "Withdrawal",
    "add_to_task",
    "behind",
    "cancelled_tasks",
    "finish_picking",
    "follow_goods",
    "in_hand",
    "lines_of_tasks",
    "lock_tasks",
    "misfits",
    "missing_units",
    "move_tasks",
    "obstacles",
    "pack_tasks",
    "parcels_waiting",
    "pick_units",
    "plan_tasks",
    "readiness",
    "start_tasks",
    "tasks_of",
    "tasks_waiting",
    "withdraw_missing",
    "withdraw_units",
]

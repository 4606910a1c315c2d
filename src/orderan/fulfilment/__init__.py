"""Fulfilment: what each location has to do for an order, and the parcels that leave.

Owns     task, task_line, parcel
Promises a task moves only by its machine; what is dispatched was allocated
Speaks   fulfilment.task_*.v1
Ignores  prices and payments: a guard with reasons is handed in
"""

from orderan.fulfilment.commands.plan import plan_tasks
from orderan.fulfilment.states import TASK, TaskEvent, TaskState

__all__ = ["TASK", "TaskEvent", "TaskState", "plan_tasks"]

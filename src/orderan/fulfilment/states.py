"""Life of a fulfilment task.

planned --release--> released --start--> picking --finish--> picked --pack--> packed --hand_over--> handed_over
                                         picking --run_short--> short --start--> picking
until it is handed over: --cancel--> cancelled
"""

from enum import StrEnum, auto

from orderan.kit.states import Machine


class TaskState(StrEnum):
    """Where the work stands."""

    PLANNED = auto()
    RELEASED = auto()
    PICKING = auto()
    SHORT = auto()
    PICKED = auto()
    PACKED = auto()
    HANDED_OVER = auto()
    CANCELLED = auto()


class TaskEvent(StrEnum):
    """What moves it."""

    RELEASE = auto()
    START = auto()
    RUN_SHORT = auto()
    FINISH = auto()
    PACK = auto()
    HAND_OVER = auto()
    CANCEL = auto()


TASK = Machine(
    name="fulfilment.task",
    initial=TaskState.PLANNED,
    moves={
        (TaskState.PLANNED, TaskEvent.RELEASE): TaskState.RELEASED,
        (TaskState.RELEASED, TaskEvent.START): TaskState.PICKING,
        (TaskState.PICKING, TaskEvent.RUN_SHORT): TaskState.SHORT,
        (TaskState.SHORT, TaskEvent.START): TaskState.PICKING,
        (TaskState.PICKING, TaskEvent.FINISH): TaskState.PICKED,
        (TaskState.PICKED, TaskEvent.PACK): TaskState.PACKED,
        (TaskState.PACKED, TaskEvent.HAND_OVER): TaskState.HANDED_OVER,
        (TaskState.PLANNED, TaskEvent.CANCEL): TaskState.CANCELLED,
        (TaskState.RELEASED, TaskEvent.CANCEL): TaskState.CANCELLED,
        (TaskState.PICKING, TaskEvent.CANCEL): TaskState.CANCELLED,
        (TaskState.SHORT, TaskEvent.CANCEL): TaskState.CANCELLED,
        (TaskState.PICKED, TaskEvent.CANCEL): TaskState.CANCELLED,
        (TaskState.PACKED, TaskEvent.CANCEL): TaskState.CANCELLED,
    },
)

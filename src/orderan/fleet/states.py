"""Life of a run, of its stops, and of a plan that was asked for.

Run:   planned --leave--> out --return--> back --close--> closed
               --cancel--> cancelled

Stop:  planned --approach--> next --deliver--> delivered
                             next --postpone--> planned
       planned, next --deliver--> delivered, --fail--> failed, --skip--> skipped

A driver may stop where nobody sent them next: what happened is written down, in whatever order. A stop is skipped
when it is taken off its run; its parcel waits for another.

Planning: asked --apply--> applied
                --refuse--> refused
"""

from enum import StrEnum, auto
from typing import Final

from orderan.kit.states import Machine


class RunState(StrEnum):
    """Where a van is."""

    PLANNED = auto()
    OUT = auto()
    BACK = auto()
    CLOSED = auto()
    CANCELLED = auto()


class RunEvent(StrEnum):
    """What moves it."""

    LEAVE = auto()
    RETURN = auto()
    CLOSE = auto()
    CANCEL = auto()


RUN = Machine(
    name="fleet.run",
    initial=RunState.PLANNED,
    moves={
        (RunState.PLANNED, RunEvent.LEAVE): RunState.OUT,
        (RunState.OUT, RunEvent.RETURN): RunState.BACK,
        (RunState.BACK, RunEvent.CLOSE): RunState.CLOSED,
        (RunState.PLANNED, RunEvent.CANCEL): RunState.CANCELLED,
    },
)


class StopState(StrEnum):
    """What became of a stop."""

    PLANNED = auto()
    NEXT = auto()
    DELIVERED = auto()
    FAILED = auto()
    SKIPPED = auto()


class StopEvent(StrEnum):
    """What moves it."""

    APPROACH = auto()
    POSTPONE = auto()
    DELIVER = auto()
    FAIL = auto()
    SKIP = auto()


AHEAD: Final = (StopState.PLANNED, StopState.NEXT)
"""Of a stop that was not made yet."""

STOP = Machine(
    name="fleet.stop",
    initial=StopState.PLANNED,
    moves={
        (StopState.PLANNED, StopEvent.APPROACH): StopState.NEXT,
        (StopState.NEXT, StopEvent.POSTPONE): StopState.PLANNED,
    }
    | {(state, StopEvent.DELIVER): StopState.DELIVERED for state in AHEAD}
    | {(state, StopEvent.FAIL): StopState.FAILED for state in AHEAD}
    | {(state, StopEvent.SKIP): StopState.SKIPPED for state in AHEAD},
)


class PlanningState(StrEnum):
    """What came of asking for routes."""

    ASKED = auto()
    APPLIED = auto()
    REFUSED = auto()


class PlanningEvent(StrEnum):
    """What moves it."""

    APPLY = auto()
    REFUSE = auto()


PLANNING = Machine(
    name="fleet.planning",
    initial=PlanningState.ASKED,
    moves={
        (PlanningState.ASKED, PlanningEvent.APPLY): PlanningState.APPLIED,
        (PlanningState.ASKED, PlanningEvent.REFUSE): PlanningState.REFUSED,
    },
)

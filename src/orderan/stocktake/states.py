"""Lives of a stock-take and of the areas it is counted by.

take   counting --complete--> counted --approve--> posted
       counted --reopen--> counting: an area is counted once more
       counting, counted --cancel--> cancelled: nothing is booked
area   open --begin--> counting --settle--> counted: no difference, or one within the tolerance
       counting --doubt--> recount: somebody else has to count it
       recount --begin--> recounting --settle--> counted
       counting --leave--> open, recounting --leave--> recount: what was counted is forgotten
       counted --doubt--> recount: whoever reviews it wants to know it better
       open --skip--> skipped: nobody counts it this time
"""

from enum import StrEnum, auto

from orderan.kit.states import Machine


class TakeState(StrEnum):
    """How far a stock-take is."""

    COUNTING = auto()
    COUNTED = auto()
    POSTED = auto()
    CANCELLED = auto()


class TakeEvent(StrEnum):
    """What moves it."""

    COMPLETE = auto()
    REOPEN = auto()
    APPROVE = auto()
    CANCEL = auto()


TAKE = Machine(
    name="stocktake.take",
    initial=TakeState.COUNTING,
    moves={
        (TakeState.COUNTING, TakeEvent.COMPLETE): TakeState.COUNTED,
        (TakeState.COUNTING, TakeEvent.CANCEL): TakeState.CANCELLED,
        (TakeState.COUNTED, TakeEvent.REOPEN): TakeState.COUNTING,
        (TakeState.COUNTED, TakeEvent.APPROVE): TakeState.POSTED,
        (TakeState.COUNTED, TakeEvent.CANCEL): TakeState.CANCELLED,
    },
)


class AreaState(StrEnum):
    """Who counts an area, and whether it has to be counted again."""

    OPEN = auto()
    COUNTING = auto()
    RECOUNT = auto()
    RECOUNTING = auto()
    COUNTED = auto()
    SKIPPED = auto()


class AreaEvent(StrEnum):
    """What moves it."""

    BEGIN = auto()
    LEAVE = auto()
    SETTLE = auto()
    DOUBT = auto()
    SKIP = auto()


AREA = Machine(
    name="stocktake.area",
    initial=AreaState.OPEN,
    moves={
        (AreaState.OPEN, AreaEvent.BEGIN): AreaState.COUNTING,
        (AreaState.OPEN, AreaEvent.SKIP): AreaState.SKIPPED,
        (AreaState.COUNTING, AreaEvent.LEAVE): AreaState.OPEN,
        (AreaState.COUNTING, AreaEvent.SETTLE): AreaState.COUNTED,
        (AreaState.COUNTING, AreaEvent.DOUBT): AreaState.RECOUNT,
        (AreaState.RECOUNT, AreaEvent.BEGIN): AreaState.RECOUNTING,
        (AreaState.RECOUNTING, AreaEvent.LEAVE): AreaState.RECOUNT,
        (AreaState.RECOUNTING, AreaEvent.SETTLE): AreaState.COUNTED,
        (AreaState.COUNTED, AreaEvent.DOUBT): AreaState.RECOUNT,
    },
)
SETTLED = frozenset({AreaState.COUNTED, AreaState.SKIPPED})
"""Areas nobody has to go to any more."""

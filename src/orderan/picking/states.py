"""Lives of a wave and of the lists it is walked by.

wave   released --begin--> picking --finish--> done
       released --finish--> done: everything on it was cancelled, or picked in another way
       released --drop--> dropped: its orders wait for another wave
list   open --take--> taken --finish--> done
       taken --put_back--> open: another picker goes on where this one stopped
       open --finish--> done, open --drop--> dropped: with the wave
"""

from enum import StrEnum, auto

from orderan.kit.states import Machine


class WaveState(StrEnum):
    """How far the work of a wave is."""

    RELEASED = auto()
    PICKING = auto()
    DONE = auto()
    DROPPED = auto()


class WaveEvent(StrEnum):
    """What moves it."""

    BEGIN = auto()
    FINISH = auto()
    DROP = auto()


WAVE = Machine(
    name="picking.wave",
    initial=WaveState.RELEASED,
    moves={
        (WaveState.RELEASED, WaveEvent.BEGIN): WaveState.PICKING,
        (WaveState.RELEASED, WaveEvent.FINISH): WaveState.DONE,
        (WaveState.RELEASED, WaveEvent.DROP): WaveState.DROPPED,
        (WaveState.PICKING, WaveEvent.FINISH): WaveState.DONE,
    },
)


class ListState(StrEnum):
    """Who has a list."""

    OPEN = auto()
    TAKEN = auto()
    DONE = auto()
    DROPPED = auto()


class ListEvent(StrEnum):
    """What moves it."""

    TAKE = auto()
    PUT_BACK = auto()
    FINISH = auto()
    DROP = auto()


LIST = Machine(
    name="picking.list",
    initial=ListState.OPEN,
    moves={
        (ListState.OPEN, ListEvent.TAKE): ListState.TAKEN,
        (ListState.OPEN, ListEvent.FINISH): ListState.DONE,
        (ListState.OPEN, ListEvent.DROP): ListState.DROPPED,
        (ListState.TAKEN, ListEvent.PUT_BACK): ListState.OPEN,
        (ListState.TAKEN, ListEvent.FINISH): ListState.DONE,
    },
)

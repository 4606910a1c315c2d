"""Life of a packing.

open    --close--> closed   every unit is in, and whatever the shop asks for was seen to or overridden
closed  --reopen--> open    something is looked at once more; nothing of it may leave meanwhile
open, closed  --drop--> dropped   nothing of its order is left to send
"""

from enum import StrEnum, auto

from orderan.kit.states import Machine


class PackingState(StrEnum):
    """How far it is."""

    OPEN = auto()
    CLOSED = auto()
    DROPPED = auto()


class PackingEvent(StrEnum):
    """What moves it."""

    CLOSE = auto()
    REOPEN = auto()
    DROP = auto()


PACKING = Machine(
    name="packing.packing",
    initial=PackingState.OPEN,
    moves={
        (PackingState.OPEN, PackingEvent.CLOSE): PackingState.CLOSED,
        (PackingState.OPEN, PackingEvent.DROP): PackingState.DROPPED,
        (PackingState.CLOSED, PackingEvent.REOPEN): PackingState.OPEN,
        (PackingState.CLOSED, PackingEvent.DROP): PackingState.DROPPED,
    },
)

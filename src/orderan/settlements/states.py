"""Life of a difference between a settlement and our ledger.

open -----explain--> explained   a person says what it is
open -----vanish---> gone        a later file or the gateway's own word settled it
explained-vanish---> gone
explained-return---> open        it is another amount now than the one that was explained
gone -----return---> open
"""

from enum import StrEnum, auto

from orderan.kit.states import Machine


class EntryState(StrEnum):
    """Where a difference stands."""

    OPEN = auto()
    EXPLAINED = auto()
    GONE = auto()


class EntryEvent(StrEnum):
    """What moves it."""

    EXPLAIN = auto()
    VANISH = auto()
    RETURN = auto()


_S, _E = EntryState, EntryEvent

ENTRY = Machine(
    name="settlements.entry",
    initial=_S.OPEN,
    moves={
        (_S.OPEN, _E.EXPLAIN): _S.EXPLAINED,
        (_S.OPEN, _E.VANISH): _S.GONE,
        (_S.EXPLAINED, _E.VANISH): _S.GONE,
        (_S.EXPLAINED, _E.RETURN): _S.OPEN,
        (_S.GONE, _E.RETURN): _S.OPEN,
    },
)

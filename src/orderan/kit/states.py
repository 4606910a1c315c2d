"""State machines as tables: what may follow what, and on which event."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

from orderan.kit.errors import N_, Kind, Refusal

S = TypeVar("S", bound=StrEnum)
E = TypeVar("E", bound=StrEnum)


@dataclass(eq=False)
class IllegalMove(Refusal):
    """The machine has no such move."""

    machine: str
    state: str
    event: str

    code = "illegal_move"
    kind = Kind.CONFLICT
    sentence = N_("Langkah “{event}” tidak bisa dilakukan dari status “{state}”.")


@dataclass(frozen=True)
class Machine(Generic[S, E]):
    """A table of moves; every state must be reachable from the initial one.

    The table makes a refusal polite; the column's CHECK, which names the same states, makes
    it certain.
    """

    name: str
    initial: S
    moves: Mapping[tuple[S, E], S]
    finals: frozenset[S] = field(init=False)

    def __post_init__(self) -> None:
        states = set(type(self.initial))
        leaving = {state for state, _ in self.moves}
        object.__setattr__(self, "finals", frozenset(states - leaving))
        if lost := states - self._reachable():
            message = f"{self.name}: never reached: {', '.join(sorted(lost))}"
            raise ValueError(message)

    def after(self, state: S, event: E) -> S:
        """The next state.

        Raises:
            IllegalMove: The table has no move for this state and event.
        """
        following = self.moves.get((state, event))
        if following is None:
            raise IllegalMove(machine=self.name, state=state, event=event)
        return following

    def allows(self, state: S, event: E) -> bool:
        return (state, event) in self.moves

    def _reachable(self) -> set[S]:
        found, waiting = {self.initial}, [self.initial]
        while waiting:
            here = waiting.pop()
            for (state, _), following in self.moves.items():
                if state == here and following not in found:
                    found.add(following)
                    waiting.append(following)
        return found

    def as_mermaid(self) -> str:
        """The machine as a Mermaid state diagram, for the reference pages."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.initial}"]
        lines += [f"    {state} --> {following}: {event}" for (state, event), following in self.moves.items()]
        lines += [f"    {state} --> [*]" for state in sorted(self.finals)]
        return "\n".join(lines)

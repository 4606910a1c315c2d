"""People who take calls by themselves: a seeded crowd, so that a busy evening can be had again."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum, auto
from typing import Final


class Manner(StrEnum):
    """What somebody who is called does.

    CONFIRMS   takes it and presses the key that says yes
    REFUSES    takes it and presses the key that says no; of a parcel that comes, tomorrow
    GOES_OUT   takes it and presses the key that says that nobody will be home, whatever was asked
    MISTYPES   presses a key that means nothing
    LISTENS    takes it and presses nothing
    IGNORES    lets it ring
    BUSY       is on the telephone already
    MACHINE    has a voicemail
    """

    CONFIRMS = auto()
    REFUSES = auto()
    GOES_OUT = auto()
    MISTYPES = auto()
    LISTENS = auto()
    IGNORES = auto()
    BUSY = auto()
    MACHINE = auto()


KEYS: Final[Mapping[Manner, str]] = {
    Manner.CONFIRMS: "1",
    Manner.REFUSES: "2",
    Manner.GOES_OUT: "3",
    Manner.MISTYPES: "7",
}
TAKES: Final = frozenset({Manner.CONFIRMS, Manner.REFUSES, Manner.GOES_OUT, Manner.MISTYPES, Manner.LISTENS})

CROWDS: Final[Mapping[str, Mapping[Manner, float]]] = {
    "usual": {
        Manner.CONFIRMS: 0.55,
        Manner.REFUSES: 0.1,
        Manner.MISTYPES: 0.05,
        Manner.LISTENS: 0.05,
        Manner.IGNORES: 0.15,
        Manner.BUSY: 0.05,
        Manner.MACHINE: 0.05,
    },
    "willing": {Manner.CONFIRMS: 1.0},
    "unwilling": {Manner.REFUSES: 1.0},
    "out": {Manner.GOES_OUT: 1.0},
    "confused": {Manner.MISTYPES: 0.5, Manner.LISTENS: 0.5},
    "away": {Manner.IGNORES: 0.5, Manner.MACHINE: 0.3, Manner.BUSY: 0.2},
}
"""Crowds that can be had with one click, by the word the page has for them."""


@dataclass
class Crowd:
    """Whoever is called, drawn call by call.

    Attributes:
        shares: Of each manner; they need not add up to one.
        thinks: From the least to the most seconds anybody takes over anything.
    """

    shares: Mapping[Manner, float]
    seed: int = 1
    thinks: tuple[float, float] = (2.0, 6.0)
    _dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)  # noqa: S311 - a simulation that can be had again, not a secret

    def draw(self) -> Manner:
        """What the next one does."""
        [drawn] = self._dice.choices(list(self.shares), weights=list(self.shares.values()))
        return drawn

    def then(self, now: datetime) -> datetime:
        """When somebody who begins to think now is done."""
        return now + timedelta(seconds=self._dice.uniform(*self.thinks))

"""Who holds the phones: by a seed, so that the same number is the same person on every run."""

import random
from dataclasses import dataclass
from enum import StrEnum, auto


class Temper(StrEnum):
    """What a person does with a message.

    PLAYED    nothing by themselves: somebody plays them on a page
    CONFIRMS  reads it and taps the first button
    CANCELS   reads it and taps the second
    WRITES    reads it and writes back
    IGNORES   reads it, and that is all
    OFF       has the phone off: it never arrives
    ABSENT    cannot be reached there: no such number, not on WhatsApp
    """

    PLAYED = auto()
    CONFIRMS = auto()
    CANCELS = auto()
    WRITES = auto()
    IGNORES = auto()
    OFF = auto()
    ABSENT = auto()


@dataclass(frozen=True, slots=True)
class Crowd:
    """Shares are 0 to 1 of all numbers; whoever is left over is played."""

    seed: int = 1
    confirms: float = 0.0
    cancels: float = 0.0
    writes: float = 0.0
    ignores: float = 0.0
    off: float = 0.0
    absent: float = 0.0

    def temper(self, phone: str) -> Temper:
        """Who this number is, the same each time it is asked."""
        drawn = random.Random(f"{self.seed} {phone}").random()  # noqa: S311 - a crowd, not a secret
        shares = (
            (Temper.CONFIRMS, self.confirms),
            (Temper.CANCELS, self.cancels),
            (Temper.WRITES, self.writes),
            (Temper.IGNORES, self.ignores),
            (Temper.OFF, self.off),
            (Temper.ABSENT, self.absent),
        )
        for temper, share in shares:
            if drawn < share:
                return temper
            drawn -= share
        return Temper.PLAYED


NOBODY = Crowd()
BUSY_DAY = Crowd(confirms=0.55, cancels=0.1, writes=0.05, ignores=0.15, off=0.05, absent=0.1)
"""Roughly how buyers answer when they are asked about cash on delivery."""
EVERYBODY_CONFIRMS = Crowd(confirms=1.0)
NOBODY_THERE = Crowd(absent=1.0)
CROWDS: dict[str, Crowd] = {
    "played": NOBODY,
    "busy_day": BUSY_DAY,
    "confirms": EVERYBODY_CONFIRMS,
    "cancels": Crowd(cancels=1.0),
    "ignores": Crowd(ignores=1.0),
    "absent": NOBODY_THERE,
}
"""Crowds that can be had with one click, by the word the page has for them."""

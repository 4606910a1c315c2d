"""What a day will ask for, all of it known from the seed before anything happens.

Every step has dice of its own, so what one act met cannot change what another will do, and a
longer day begins with the shorter one.

    late    rounds between writing the request and its first arrival: later requests overtake it
    again   rounds after the first arrival at which the same request arrives once more; 0 is a twin
            in the same round
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

How = Literal["process", "connection", "answer"]
"""What ends an asking: its process, the connection under it, or only the answer on its way back."""

HOWS: tuple[How, ...] = ("process", "connection", "answer")
MOST_STATEMENTS = 15
"""A crash comes before a statement up to this one; where the work is shorter, none comes."""


@dataclass(frozen=True)
class Crash:
    """Before which statement an asking ends, counted from one, and how."""

    before: int
    how: How


@dataclass(frozen=True)
class Step:
    seed: int
    serial: int
    act: str
    late: int
    again: tuple[int, ...]

    def dice(self) -> random.Random:
        return random.Random(f"{self.seed}:{self.serial}")

    def crashes(self, delivery: int) -> tuple[Crash, ...]:
        """How the first askings of a delivery end; the one after them is let through."""
        dice = random.Random(f"{self.seed}:{self.serial}:{delivery}:crashes")
        found: list[Crash] = []
        while dice.random() < 0.15:
            found.append(Crash(dice.randint(1, MOST_STATEMENTS), dice.choice(HOWS)))
        return tuple(found)


@dataclass(frozen=True)
class Round:
    seed: int
    number: int
    minutes: int
    steps: tuple[Step, ...]

    def dice(self) -> random.Random:
        """For the order of what arrives in this round."""
        return random.Random(f"{self.seed}:round {self.number}:order")


def plan(seed: int, rounds: int, acts: Mapping[str, int]) -> list[Round]:
    """The rounds of a day.

    Args:
        acts: How often each act comes, by name.
    """
    found, serial = [], 0
    for number in range(1, rounds + 1):
        dice = random.Random(f"{seed}:round {number}")
        steps = []
        for _ in range(dice.randint(1, 6)):
            serial += 1
            act = dice.choices(list(acts), list(acts.values()))[0]
            late = dice.randint(1, 4) if dice.random() < 0.15 else 0
            again = tuple(dice.randint(0, 5) for _ in range(dice.choices((0, 1, 2), (75, 20, 5))[0]))
            steps.append(Step(seed, serial, act, late, again))
        found.append(Round(seed, number, dice.randint(0, 200), tuple(steps)))
    return found

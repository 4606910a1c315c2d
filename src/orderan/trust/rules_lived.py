"""Past orders with how they ended, parted by time: learned from, calibrated on, judged on. Pure.

    fitting      the oldest; trees are grown on it
    calibrating  what came next; raw scores become chances on it
    judged       the newest; nothing of it was seen before, and what speaks later is what was judged here

Before an order is judged, nobody knows how those at its time ended: so of the earlier parts only what was known
when the judged part began counts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from orderan.trust.errors import TooLittleHistory
from orderan.trust.models import Facts

JUDGED_SHARE: Final = 0.25
CALIBRATING_SHARE: Final = 0.2
"""Of what is left."""
LEAST_FITTING: Final = 60
LEAST_CALIBRATING: Final = 15
LEAST_JUDGED: Final = 25
"""Orders of either kind in a part; with fewer, chance says more than the orders do."""


EVERY: Final = timedelta(days=30)
"""Not sooner is a model trained that nobody asked for."""
FRESH_SHARE: Final = 0.1
"""Of the orders that ended, so many ended since the last training: of fewer a model learns what it knew."""


@dataclass(frozen=True, slots=True)
class Known:
    """Orders of which it is known how they ended.

    Attributes:
        fresh: Since the last training.
    """

    bad: int
    good: int
    fresh: int

    @property
    def teaches(self) -> bool:
        """Whether another training could find more than the last one did."""
        least = LEAST_FITTING + LEAST_CALIBRATING + LEAST_JUDGED
        return min(self.bad, self.good) >= least and self.fresh >= FRESH_SHARE * (self.bad + self.good)


@dataclass(frozen=True, slots=True)
class Lived:
    """A past order.

    Attributes:
        facts: As they were known when it was placed.
        good_at, bad_at: When it was first known to have ended well or badly; None while it did not.
    """

    at: datetime
    facts: Facts
    good_at: datetime | None = None
    bad_at: datetime | None = None

    def ended_badly(self, *, by: datetime) -> bool | None:
        """How it had ended by an instant; None as long as nobody knew."""
        if self.bad_at is not None and self.bad_at <= by:
            return True
        return False if self.good_at is not None and self.good_at <= by else None


@dataclass(frozen=True, slots=True)
class Ending:
    """An order and whether it ended badly."""

    at: datetime
    facts: Facts
    bad: bool


@dataclass(frozen=True, slots=True)
class Parts:
    """Orders that ended, each part later than the one before.

    Attributes:
        judge_from: When the judged part begins.
    """

    fitting: tuple[Ending, ...]
    calibrating: tuple[Ending, ...]
    judged: tuple[Ending, ...]
    judge_from: datetime


def parted(lived: Iterable[Lived], *, now: datetime) -> Parts:
    """Orders that ended, in three parts by time.

    Raises:
        TooLittleHistory: A part has too few orders that ended badly, or too few that ended well.
    """
    # What a model said at the time is no sign: a model would learn from the one before it.
    past = sorted(
        (replace(one, facts=replace(one.facts, opinion=None)) for one in lived), key=lambda one: one.at
    )
    ended = _known(past, by=now)
    if not ended:
        raise TooLittleHistory(0, 0)
    judge_from = ended[int(len(ended) * (1 - JUDGED_SHARE))].at
    judged = tuple(one for one in ended if one.at >= judge_from)
    earlier = _known([one for one in past if one.at < judge_from], by=judge_from)
    cut = earlier[int(len(earlier) * (1 - CALIBRATING_SHARE))].at if earlier else judge_from
    parts = Parts(
        fitting=tuple(one for one in earlier if one.at < cut),
        calibrating=tuple(one for one in earlier if one.at >= cut),
        judged=judged,
        judge_from=judge_from,
    )
    enough = (
        (parts.fitting, LEAST_FITTING),
        (parts.calibrating, LEAST_CALIBRATING),
        (parts.judged, LEAST_JUDGED),
    )
    if any(min(_counts(part)) < least for part, least in enough):
        raise TooLittleHistory(*_counts(ended))
    return parts


def _known(past: Sequence[Lived], *, by: datetime) -> list[Ending]:
    return [Ending(one.at, one.facts, bad) for one in past if (bad := one.ended_badly(by=by)) is not None]


def _counts(endings: Sequence[Ending]) -> tuple[int, int]:
    bad = sum(one.bad for one in endings)
    return bad, len(endings) - bad

"""What can be made to go wrong, per gateway and method: each of these happened to somebody.

Drawn from a seeded generator, so that a bad day can be had again. Times are seconds.
"""

import random
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum, auto


class Break(StrEnum):
    """How a request breaks.

    HANG_BEFORE   no answer, and nothing was done
    HANG_AFTER    no answer, and it was done: the classic
    ERROR_BEFORE  a 503, and nothing was done
    ERROR_AFTER   a 500, and it was done
    GARBLED       done, and the answer is half a document
    """

    HANG_BEFORE = auto()
    HANG_AFTER = auto()
    ERROR_BEFORE = auto()
    ERROR_AFTER = auto()
    GARBLED = auto()


@dataclass(frozen=True, slots=True)
class Faults:
    """Shares are 0 to 1 of what goes through.

    Attributes:
        breaks: Share of requests that break, per way.
        slow_s: Every answer waits so long.
        channel_down: Share of charges refused because the bank behind the method is away.
        declined: Share of charges the buyer's side declines.
        lost, doubled: Share of notifications never sent, or sent twice.
        late_s: How long a notification waits.
        shuffled: Notifications about one charge are sent in another order.
        forged: Share of notifications with a wrong signature.
        throttled: Share of messages refused because too many are sent at once.
        failed_later: Share of messages that are taken and fail on their way.
    """

    breaks: dict[Break, float] = field(default_factory=dict)
    slow_s: float = 0.0
    channel_down: float = 0.0
    declined: float = 0.0
    lost: float = 0.0
    doubled: float = 0.0
    late_s: float = 0.0
    shuffled: bool = False
    forged: float = 0.0
    throttled: float = 0.0
    failed_later: float = 0.0

    @classmethod
    def names(cls) -> list[str]:
        return [one.name for one in fields(cls)]


NONE = Faults()


@dataclass(frozen=True, slots=True)
class Window:
    """Faults of a gateway, or of one of its methods, for a time; None is always, or every method.

    Attributes:
        called: What a page calls this weather.
    """

    gateway: str
    faults: Faults
    method: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    called: str = ""

    def covers(self, gateway: str, method: str | None, now: datetime) -> bool:
        return (
            self.gateway == gateway
            and (self.method is None or self.method == method)
            and (self.start is None or self.start <= now)
            and (self.end is None or now < self.end)
        )


class Weather:
    """Which faults hold now; of several windows the one set last."""

    def __init__(self, *, seed: int = 1) -> None:
        self._windows: list[Window] = []
        self.dice = random.Random(seed)  # noqa: S311 - a simulation that can be had again, not a secret

    def set(self, window: Window) -> None:
        self._windows.append(window)

    def clear(self) -> None:
        self._windows.clear()

    def standing(self, now: datetime) -> list[Window]:
        """Windows that hold now, the newest first."""
        return [window for window in reversed(self._windows) if window.end is None or now < window.end]

    def over(self, gateway: str, method: str | None, now: datetime) -> Faults:
        for window in reversed(self._windows):
            if window.covers(gateway, method, now):
                return window.faults
        return NONE

    def draw_break(self, faults: Faults) -> Break | None:
        drawn = self.dice.random()
        for kind, share in faults.breaks.items():
            if drawn < share:
                return kind
            drawn -= share
        return None

    def happens(self, share: float) -> bool:
        return share > 0 and self.dice.random() < share

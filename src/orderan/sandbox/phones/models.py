"""What simulated calls are made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, auto
from typing import Any


class Stage(StrEnum):
    """Where a simulated call stands, whatever its provider calls it."""

    QUEUED = auto()
    RINGING = auto()
    TALKING = auto()
    COMPLETED = auto()
    BUSY = auto()
    NO_ANSWER = auto()
    FAILED = auto()


ENDS = frozenset({Stage.COMPLETED, Stage.BUSY, Stage.NO_ANSWER, Stage.FAILED})


@dataclass(frozen=True, slots=True)
class Line:
    """A line of what was said: `voice` by us, `keys` by whoever is called, `note` by the exchange."""

    who: str
    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Gather:
    """The provider waits for keys.

    Attributes:
        most: How many end it by themselves.
        wait_s: How long silence is waited for.
        finish: The key that ends it early.
        url, method: Where what was pressed goes; empty where the provider knows better.
        on_silence: What follows when nothing was pressed; None where silence is told as keys are.
    """

    most: int
    wait_s: int
    finish: str = "#"
    url: str = ""
    method: str = "POST"
    on_silence: "Said | None" = None


@dataclass(frozen=True, slots=True)
class Said:
    """What an answer of ours makes a provider do: say lines, then wait for keys, ask again, or hang up.

    Attributes:
        more: Where it asks at once, without anything having been pressed; empty for nowhere.
        wrong: Why the answer could not be used; the call ends then.
    """

    lines: tuple[Line, ...] = ()
    gather: Gather | None = None
    more: str = ""
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """A question a provider sends us."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Told:
    """What we answered to it; status 0 is no answer at all."""

    status: int
    media_type: str
    body: bytes


@dataclass
class SimCall:
    """A call as a provider keeps it.

    Attributes:
        ring_until: When it stops to ring.
        pressed: What went to the provider, input by input; `typed` is what has not gone yet.
        waiting: What keys are waited for, and until when.
        extra: What this provider keeps beyond that.
        held: Letters kept back by a fault.
        plan: What the crowd means to do with it, and when next; a person decides where there is none.
    """

    provider: str
    id: str
    to: str
    caller_id: str
    made_at: datetime
    ring_until: datetime
    ask_url: str
    news_url: str | None
    detect_machine: bool = False
    record: bool = False
    stage: Stage = Stage.QUEUED
    machine: bool = False
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    lines: list[Line] = field(default_factory=list)
    pressed: list[str] = field(default_factory=list)
    typed: str = ""
    waiting: Gather | None = None
    wait_until: datetime | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    held: list[Any] = field(default_factory=list)
    plan: str | None = None
    plan_at: datetime | None = None

    @property
    def number(self) -> str:
        """Who is called as a telephone shows it; providers write it with a plus or without."""
        return f"+{self.to.removeprefix('+')}"

    @property
    def shown(self) -> str:
        """The number that calls, in the same way."""
        return f"+{self.caller_id.removeprefix('+')}"

    @property
    def over(self) -> bool:
        return self.stage in ENDS

    @property
    def seconds(self) -> int:
        """How long it was spoken."""
        if self.answered_at is None or self.ended_at is None:
            return 0
        return max(int((self.ended_at - self.answered_at).total_seconds()), 0)


class CallBook:
    """The calls of one simulated account, in memory."""

    def __init__(self) -> None:
        self._calls: dict[str, SimCall] = {}

    def __len__(self) -> int:
        return len(self._calls)

    def add(self, call: SimCall) -> None:
        self._calls[call.id] = call

    def find(self, call_id: str) -> SimCall | None:
        return self._calls.get(call_id)

    def newest(self) -> SimCall | None:
        return next(reversed(self._calls.values()), None)

    def all(self) -> list[SimCall]:
        """Newest first."""
        return list(reversed(self._calls.values()))

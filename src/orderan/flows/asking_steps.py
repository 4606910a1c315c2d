"""How a buyer is asked, whatever about: try after try, way after way, until somebody answers or the time is over.

    reach     with no transaction open; what came of it is noted afterwards
    advance   what is due goes a step on: a missed try ends, the next one begins, or silence is concluded

A try nobody heard of again ends by its own clock, so nothing that is asked waits for a partner.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic, Protocol, TypeVar

from orderan.kit.db import Caller, Database, Tx
from orderan.verification import (
    Attempt,
    AttemptEvent,
    Begun,
    Case,
    DayPolicy,
    DeliveryDay,
    Failure,
    Next,
    Policy,
    Reached,
    Way,
    not_before,
    note_answer,
    steps_of,
)

AT_ONCE: Final = 16
"""Calls and messages in flight; a provider that hangs holds up this many of one batch and no more."""

MOST_CODE: Final = 80

Pursued = TypeVar("Pursued", Case, DeliveryDay)


@dataclass(frozen=True, slots=True)
class Asked:
    """A provider took the call or the message.

    Attributes:
        sure: False when it may have been taken: the request was sent and no answer came.
    """

    provider: str
    provider_id: str | None
    sure: bool = True


class NotAsked(Exception):
    """Nothing reached the buyer.

    Attributes:
        code: What the provider called it, where one was asked.
    """

    def __init__(self, provider: str, failure: Failure, code: str | None = None) -> None:
        super().__init__(str(failure))
        self.provider = provider
        self.failure = failure
        self.code = code[:MOST_CODE] if code else None


class Asks(Protocol):
    """A way to reach a buyer; never called with a transaction open."""

    async def ask(self, caller: Caller, attempt: Attempt, token: str) -> Asked:
        """Call or write to the buyer of an attempt.

        Raises:
            NotAsked: Nothing reached them.
        """


Notes = Callable[[Tx, Attempt, Reached], Awaitable[None]]
"""Notes what came of reaching out by an attempt."""


async def reach_out(
    db: Database, caller: Caller, begun: Sequence[Begun], ways: Mapping[Way, Asks], note: Notes
) -> None:
    """Call or write to everybody whose try is made outside, a few at a time; agents have theirs on a list."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def reach(one: Begun) -> None:
        attempt = one.attempt
        async with turns:
            try:
                asked = await ways[attempt.way].ask(caller, attempt, one.token)
            except NotAsked as failed:
                reached = Reached(AttemptEvent.FAIL, failed.provider, None, failed.failure, failed.code)
            else:
                event = AttemptEvent.ASK if asked.sure else AttemptEvent.LOSE
                reached = Reached(event, asked.provider, asked.provider_id)
        await db.run(caller, lambda tx: note(tx, attempt, reached))

    await asyncio.gather(*(reach(one) for one in begun if one.attempt.way in ways))


class Pursuit(Protocol, Generic[Pursued]):
    """What the steps need to know of what is asked about, and do with it; all of it is locked."""

    def plan(self, case: Pursued) -> Policy | DayPolicy:
        """By which it is asked."""

    def zone(self, case: Pursued) -> str:
        """Where its buyer lives."""

    async def go_on(self, case: Pursued, due: Next) -> Pursued:
        """Let it wait for what is due next."""

    async def missed(self, case: Pursued) -> None:
        """The try it made reached nobody."""

    async def silent(self, case: Pursued) -> None:
        """There is no time left to ask."""


async def advance(
    tx: Tx,
    cases: Iterable[tuple[Pursued, Attempt | None]],
    pursuit: Pursuit[Pursued],
    ways: Collection[Way],
    *,
    now: datetime,
) -> list[Pursued]:
    """Let whatever is still due go a step on; returns of what the next try is to be made.

    Args:
        cases: Each with its open try.
        ways: Those the shop has, besides its agents.
    """
    ready: list[Pursued] = []
    for case, attempt in cases:
        if case.next_at is None or case.next_at > now:
            continue
        if attempt is not None and attempt.until > now and attempt.way is not Way.AGENT:
            # Sent, or perhaps sent, by somebody who died before they could say so.
            await pursuit.go_on(case, Next(case.step, case.tries, attempt.until))
            continue
        if attempt is not None:
            await note_answer(tx, attempt, AttemptEvent.MISS, now=now)
            await pursuit.missed(case)
            continue
        if case.deadline <= now:
            await pursuit.silent(case)
            continue
        plan = pursuit.plan(case)
        at = not_before(plan, case, now=now, zone=pursuit.zone(case))
        if at > now:
            # Planned for an hour that is over: whoever was to make the try comes to it late.
            await pursuit.go_on(case, Next(case.step, case.tries, at))
            continue
        step = steps_of(plan)[case.step]
        if step.way is Way.AGENT or step.way in ways:
            ready.append(case)
        else:
            # The shop has no such way any more: as if it had been tried in vain.
            await pursuit.missed(await pursuit.go_on(case, Next(case.step, step.tries, now)))
    return ready

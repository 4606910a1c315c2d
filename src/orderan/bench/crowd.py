"""Buyers asked at once, whose answers are lost, doubled, late, forged, or taken back a moment later.

Two workers ask and sixteen answers are heard at a time, in any order. The first answer that was taken decides; an
order whose buyer stays silent, or whose every answer was lost, ends unreachable by its own clock.
"""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

import uvloop

from orderan.auditor import audit
from orderan.bench.ground import Ground, keyring, know_sizes, opened, prepared, server
from orderan.bench.neighbours import Neighbourhood
from orderan.flows.asking_steps import Asked
from orderan.flows.hear_buyer import hear_answer
from orderan.flows.place_order import Placed, Placement, PlacementLine, place_orders
from orderan.flows.verify_order import Verifier
from orderan.flows.watch_limits import watch_limits
from orderan.kit.clock import SetClock
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.events import sequence
from orderan.orders import Terms, Verification, orders_by_id, take_numbers
from orderan.verification import (
    AnswerUnknown,
    Attempt,
    AttemptEvent,
    NotBeingAsked,
    Policy,
    Step,
    Way,
    keep_policy,
)

VERIFICATIONS: Final = 10_000
BATCH: Final = 250
AT_ONCE: Final = 16
LOST, DOUBLED, LATE, TAKEN_BACK, FORGED = 0.1, 0.2, 0.1, 0.05, 0.05
"""Shares of answers."""
SAYS: Final = {AttemptEvent.CONFIRM: 60, AttemptEvent.REFUSE: 25, AttemptEvent.MISS: 15}
MINUTES: Final = 10
POLICY: Final = Policy(
    steps=(Step(Way.CALL, tries=2, answer_minutes=MINUTES, spacing_minutes=0),), from_hour=0, to_hour=0
)
ENDS: Final = {
    AttemptEvent.CONFIRM: Verification.CONFIRMED,
    AttemptEvent.REFUSE: Verification.REFUSED,
}


@dataclass(frozen=True)
class Figures:
    """What became of them.

    Attributes:
        contradicted: Orders that stand otherwise than their buyer's first answer, took two answers, or took
            one nobody gave.
        per_s: Orders brought to their end a second.
    """

    verifications: int
    undecided: int
    contradicted: int
    audit_findings: int
    per_s: float


@dataclass(frozen=True, slots=True)
class Letter:
    """Word of an answer, as a provider would send it; a forged one has a token nobody was given."""

    order_id: UUID
    token: str
    event: AttemptEvent
    forged: bool = False


@dataclass
class Line:
    """Takes every call, and remembers whom it rang."""

    rang: list[tuple[UUID, str]] = field(default_factory=list)

    async def ask(self, _caller: Caller, attempt: Attempt, token: str) -> Asked:
        self.rang.append((attempt.order_id, token))
        return Asked("bench", str(attempt.id))


@dataclass
class Crowd:
    """One shop that asks everybody.

    Attributes:
        first: By order, the first answer that was taken.
        wrong: Orders of which something was taken that should not have been.
    """

    ground: Ground
    db: Database
    people: Neighbourhood
    chance: random.Random
    clock: SetClock = field(default_factory=lambda: SetClock(datetime.now(UTC)))
    line: Line = field(default_factory=Line)
    first: dict[UUID, AttemptEvent] = field(default_factory=dict)
    wrong: set[UUID] = field(default_factory=set)

    async def asked(self, verifications: int, *, tell: Callable[[str], None]) -> Figures:
        """Place so many orders, ask about all of them, and hear what comes back."""
        caller = Caller(self.ground.shop.shop_id, "system:bench")
        await self.db.run(caller, lambda tx: keep_policy(tx, POLICY, expected=0, now=self.clock.at))
        orders: list[UUID] = []
        while len(orders) < verifications:
            size = min(BATCH, verifications - len(orders))
            orders += await self.db.run(caller, partial(self._placed, size=size))
        await asyncio.to_thread(know_sizes, self.ground.url)
        tell(f"{len(orders)} orders wait for their buyers")
        began = time.perf_counter()
        workers = [Verifier(self.db, self.clock, {Way.CALL: self.line}) for _ in range(2)]
        late: list[Letter] = []
        for _ in range(POLICY.steps[0].tries + 1):
            while any(await asyncio.gather(*(one.work_due(caller) for one in workers))):
                pass
            now, late = self._letters(late)
            await self._hear(caller, now)
            self.clock.at += timedelta(minutes=MINUTES + 1)
        await self._hear(caller, late)
        took_s = time.perf_counter() - began
        stand = await self.db.run(caller, lambda tx: orders_by_id(tx, orders))
        self.wrong |= {one for one, event in self.first.items() if stand[one].verification != ENDS[event]}
        await self.db.run(caller, lambda tx: watch_limits(tx, now=self.clock.at))
        while await self.db.run(caller, sequence):
            pass
        return Figures(
            verifications=len(orders),
            undecided=await self.db.run(caller, undecided),
            contradicted=len(self.wrong),
            audit_findings=len(audit(self.ground.url, now=self.clock.at).findings),
            per_s=round(len(orders) / took_s, 1),
        )

    def _letters(self, late: Sequence[Letter]) -> tuple[list[Letter], list[Letter]]:
        """What is told now of the calls of this round, with what was late of the last, and what is told later."""
        rang, self.line.rang = self.line.rang, []
        chance, now = self.chance, list(late)
        later: list[Letter] = []
        for order_id, token in rang:
            [event] = chance.choices(list(SAYS), list(SAYS.values()))
            letter = Letter(order_id, token, event)
            if chance.random() < FORGED:
                now.append(replace(letter, token=f"forged-{token}", forged=True))
            if chance.random() < LOST:
                continue
            (later if chance.random() < LATE else now).append(letter)
            if chance.random() < DOUBLED:
                now.append(letter)
            if chance.random() < TAKEN_BACK:
                now.append(replace(letter, event=_OTHER[event]))
        chance.shuffle(now)
        return now, later

    async def _hear(self, caller: Caller, letters: Sequence[Letter]) -> None:
        turns = asyncio.Semaphore(AT_ONCE)

        async def one(letter: Letter) -> None:
            async with turns:
                try:
                    await self.db.run(
                        caller,
                        lambda tx: hear_answer(tx, letter.token, letter.event, now=self.clock.at),
                    )
                except (AnswerUnknown, NotBeingAsked):
                    return
            known = letter.event in ENDS and self.first.setdefault(letter.order_id, letter.event)
            if letter.forged or known not in {False, letter.event}:
                self.wrong.add(letter.order_id)

        await asyncio.gather(*map(one, letters))

    async def _placed(self, tx: Tx, *, size: int) -> list[UUID]:
        numbers = iter(await take_numbers(tx, size))
        asked = [
            Placement("web", [PlacementLine("K0", 1)], buyer=person.buyer, terms=Terms.COD)
            for _, person in self.people.day(self.clock.at, size)
        ]
        answers = await place_orders(
            tx,
            self.ground.shop,
            asked,
            keyring=keyring(),
            next_number=lambda: next(numbers),
            now=self.clock.at,
        )
        return [answer.order.id for answer in answers if isinstance(answer, Placed)]


_OTHER: Final = {
    AttemptEvent.CONFIRM: AttemptEvent.REFUSE,
    AttemptEvent.REFUSE: AttemptEvent.CONFIRM,
    AttemptEvent.MISS: AttemptEvent.CONFIRM,
}


async def undecided(tx: Tx) -> int:
    """Orders and cases that still wait for somebody's word."""
    return int(
        await tx.value(
            """
            SELECT (SELECT count(*) FROM sales_order WHERE shop_id = %(shop)s AND verification = 'waiting')
                 + (SELECT count(*) FROM verification_case WHERE shop_id = %(shop)s AND closed_at IS NULL)
            """,
            {"shop": tx.shop_id},
        )
    )


def measure(
    *,
    verifications: int = VERIFICATIONS,
    seed: int = 1,
    tell: Callable[[str], None] = lambda _text: None,
) -> Figures:
    """Run it on a throw-away server; what it made is gone afterwards."""
    with server() as url:
        ground = prepared(url, skus=2, units=1_000_000_000)
        return uvloop.run(_measure(ground, verifications, seed, tell))


async def _measure(ground: Ground, verifications: int, seed: int, tell: Callable[[str], None]) -> Figures:
    chance = random.Random(seed)  # noqa: S311 - a seed, not a secret
    async with opened(ground) as db:
        crowd = Crowd(ground, db, Neighbourhood(seed), chance)
        return await crowd.asked(verifications, tell=tell)

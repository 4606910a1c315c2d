"""Buyers asked at once, whose answers are lost, doubled, late, forged, or taken back a moment later.

They are asked by WhatsApp and then by calls at three providers, and answer over the routes these call: see `callbacks`.
Two workers ask, and sixteen answers come at a time. The first answer that was taken decides; an order whose buyer stays
silent, or whose every answer was lost, ends unreachable by its own clock.
"""

import asyncio
import random
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

import uvloop

from orderan.auditor import audit
from orderan.bench.callbacks import DOUBLED, FORBIDDEN, FORGED, LOST, SAYING, Saying, Town, town
from orderan.bench.ground import Ground, keyring, know_sizes, opened, prepared, server
from orderan.bench.neighbours import Neighbourhood
from orderan.flows.place_order import Placed, Placement, PlacementLine, place_orders
from orderan.flows.watch_limits import watch_limits
from orderan.kit.clock import SetClock
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.events import sequence
from orderan.orders import Terms, Verification, orders_by_id, take_numbers
from orderan.sandbox.messages.models import MessageState, SimMessage
from orderan.sandbox.models import Letter
from orderan.sandbox.phones.models import SimCall, Stage
from orderan.verification import AttemptEvent, Policy, Step, Way, digest_of, keep_policy

VERIFICATIONS: Final = 10_000
BATCH: Final = 250
AT_ONCE: Final = 16
LATE, TAKEN_BACK = 0.1, 0.05
"""Shares of answers."""
SAYS: Final = {AttemptEvent.CONFIRM: 60, AttemptEvent.REFUSE: 25, AttemptEvent.MISS: 15}
MINUTES: Final = 10
POLICY: Final = Policy(
    steps=(
        Step(Way.WHATSAPP, answer_minutes=MINUTES),
        Step(Way.CALL, tries=2, answer_minutes=MINUTES, spacing_minutes=0),
    ),
    from_hour=0,
    to_hour=0,
)
ROUNDS: Final = sum(step.tries for step in POLICY.steps) + 1
ENDS: Final = {
    AttemptEvent.CONFIRM: Verification.CONFIRMED,
    AttemptEvent.REFUSE: Verification.REFUSED,
}
KEYS: Final = {AttemptEvent.CONFIRM: "1", AttemptEvent.REFUSE: "2"}
OTHER: Final = {AttemptEvent.CONFIRM: AttemptEvent.REFUSE, AttemptEvent.REFUSE: AttemptEvent.CONFIRM}
BUTTONS: Final = {"yes": AttemptEvent.CONFIRM, "no": AttemptEvent.REFUSE}


@dataclass(frozen=True)
class Figures:
    """What became of them.

    Attributes:
        contradicted: Orders that stand otherwise than their buyer's first answer, took one nobody gave, or one
            of a stranger's.
        per_s: Orders brought to their end a second.
    """

    verifications: int
    undecided: int
    contradicted: int
    audit_findings: int
    per_s: float


@dataclass(frozen=True, slots=True)
class Tapped:
    """A button somebody taps, as its provider writes of it; a stranger's is signed wrongly."""

    order_id: UUID
    event: AttemptEvent
    letter: Letter
    forged: bool = False


@dataclass
class Crowd:
    """One shop that asks everybody.

    Attributes:
        means: By order, what its buyer has in mind whenever they are asked.
        first: By order, the first answer that was taken.
        wrong: Orders of which something was taken that should not have been.
    """

    ground: Ground
    db: Database
    people: Neighbourhood
    chance: random.Random
    clock: SetClock = field(default_factory=lambda: SetClock(datetime.now(UTC)))
    means: dict[UUID, AttemptEvent] = field(default_factory=dict)
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
        self.means = dict(
            zip(orders, self.chance.choices(list(SAYS), list(SAYS.values()), k=len(orders)), strict=True)
        )
        await asyncio.to_thread(know_sizes, self.ground.url)
        tell(f"{len(orders)} orders wait for their buyers")
        began = time.perf_counter()
        async with town(self.ground, self.db, self.clock, self.chance) as around:
            late: list[list[Tapped]] = []
            for _ in range(ROUNDS):
                await around.asks()
                known = await self.db.run(caller, _attempts)
                now, late = self._taps(around, known, late)
                await self._at_once([partial(self._tap, around, taps) for taps in now])
                # Letters wait until they are heard; what is pressed in a call is heard at once.
                await around.hears()
                await self._at_once(
                    [partial(self._call, around, known[attempt], call) for attempt, call in around.rang()]
                )
                await around.hears()
                self.clock.at += timedelta(minutes=MINUTES + 1)
            await self._at_once([partial(self._tap, around, taps) for taps in late])
            await around.hears()
            await around.asks()
        took_s = time.perf_counter() - began
        stand = await self.db.run(caller, lambda tx: orders_by_id(tx, orders))
        ends = {one: ENDS.get(event) for one, event in self.first.items()}
        self.wrong |= {
            one
            for one, order in stand.items()
            if ends.get(one, order.verification) != order.verification
            or (one not in ends and order.verification in ENDS.values())
        }
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

    async def _at_once(self, deeds: list["partial[Coroutine[Any, Any, None]]"]) -> None:
        turns = asyncio.Semaphore(AT_ONCE)

        async def one(deed: "partial[Coroutine[Any, Any, None]]") -> None:
            async with turns:
                await deed()

        await asyncio.gather(*map(one, deeds))

    def _taps(
        self, around: Town, known: Mapping[UUID | bytes, UUID], late: list[list[Tapped]]
    ) -> tuple[list[list[Tapped]], list[list[Tapped]]]:
        """What is tapped now, of each message one after the other, with what was late of the last round; and what
        is tapped later.
        """
        now, later = list(late), list[list[Tapped]]()
        for message in around.wrote():
            order_id = known[digest_of(message.buttons[0][0].partition(":")[2])]
            event = self.means[order_id]
            if event not in KEYS:
                continue
            say = partial(self._tapped, around, message, order_id)
            if self.chance.random() < FORGED:
                now.append([say(OTHER[event], forged=True)])
            if self.chance.random() < LOST:
                continue
            taps = [say(event)]
            taps += taps if self.chance.random() < DOUBLED else []
            taps += [say(OTHER[event])] if self.chance.random() < TAKEN_BACK else []
            (later if self.chance.random() < LATE else now).append(taps)
        self.chance.shuffle(now)
        return now, later

    def _tapped(
        self, around: Town, message: SimMessage, order_id: UUID, event: AttemptEvent, *, forged: bool = False
    ) -> Tapped:
        [(payload, title)] = [one for one in message.buttons if BUTTONS[one[0].partition(":")[0]] is event]
        said = SimMessage(
            message.provider,
            f"wamid.in.{around.whatsapp.tray.next_number()}",
            message.phone,
            title,
            self.clock.at,
            theirs=True,
            state=MessageState.DELIVERED,
            answered=payload,
        )
        [letter] = around.whatsapp.written(said, to=message)
        return Tapped(order_id, event, around.whatsapp.forged(letter) if forged else letter, forged)

    async def _tap(self, around: Town, taps: list[Tapped]) -> None:
        for tap in taps:
            status = await around.posted(tap.letter)
            if tap.forged and status != FORBIDDEN:
                self.wrong.add(tap.order_id)
            elif not tap.forged and status < FORBIDDEN:
                self.first.setdefault(tap.order_id, tap.event)

    async def _call(self, around: Town, order_id: UUID, call: SimCall) -> None:
        """Whoever is called does what they have in mind."""
        event, exchange = self.means[order_id], around.exchange
        if event not in KEYS:
            ends = [Stage.BUSY, Stage.NO_ANSWER, None]
            end = self.chance.choice(ends)
            await (exchange.pick_up(call, machine=True) if end is None else exchange.decline(call, end))
            return
        await exchange.pick_up(call)
        if call.waiting is None:
            # What the shop would have said was lost on the way.
            return
        keys = Saying(
            KEYS[event],
            KEYS[OTHER[event]],
            taken=lambda: self._taken(order_id, event),
            believed=lambda: self.wrong.add(order_id),
        )
        token = SAYING.set(keys)
        try:
            await exchange.press(call, keys.keys)
        finally:
            SAYING.reset(token)

    def _taken(self, order_id: UUID, event: AttemptEvent) -> None:
        self.first.setdefault(order_id, event)

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


async def _attempts(tx: Tx) -> dict[UUID | bytes, UUID]:
    """Orders by their attempts, and by what these are known by."""
    rows = await tx.all(
        "SELECT id, token_digest, order_id FROM verification_attempt WHERE shop_id = %(shop)s",
        {"shop": tx.shop_id},
    )
    return {row.id: row.order_id for row in rows} | {bytes(row.token_digest): row.order_id for row in rows}


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

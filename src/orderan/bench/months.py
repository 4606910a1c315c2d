"""Months of COD orders through the product's own commands: who is asked, what ships, what comes back.

A day: orders come at the hours people buy, whoever asks asks, answers come back, agents work on their list from
nine to five, in the afternoon everything that may leave leaves, and the next day it is taken at the door or not.
How each order ended comes back to the scores. The same people (neighbours.py) are met by every rule that is tried:

    chosen       who is known to take their parcels is not asked; a message first, then the telephone, then an
                 agent; the score of trust denies what was refused before. Nobody looks at held orders: no score holds
    everybody    everybody is called, at most three times

An order is stopped when it never left; it is lost when its buyer meant it and it never left.
"""

import heapq
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any, Final, TypeVar
from uuid import UUID

import uvloop

from orderan.auditor import audit
from orderan.bench.crowd import undecided
from orderan.bench.ground import Ground, keyring, opened, prepared, server
from orderan.bench.neighbours import Neighbourhood, Person
from orderan.flows.asking_steps import Asked
from orderan.flows.collect_cod import Cash, collect_cod, remit_cod
from orderan.flows.deliver import move_on
from orderan.flows.hand_over import hand_over_many
from orderan.flows.hear_buyer import answer_by_hand, hear_answer
from orderan.flows.learn_ends import LEARNING
from orderan.flows.pick_task import finish_tasks, pack, release_tasks, start_picking
from orderan.flows.place_order import Placed, Placement, PlacementLine, place_orders
from orderan.flows.try_trust import try_draft
from orderan.flows.verify_order import Verifier
from orderan.flows.watch_limits import watch_limits
from orderan.fulfilment import Box
from orderan.kit.clock import SetClock
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.events import consume, sequence
from orderan.orders import Terms, take_numbers
from orderan.shipping import ParcelEvent
from orderan.trust import DEFAULT, Bands, change_draft, learn_norm, plain_policy, put_live
from orderan.trust import Policy as TrustPolicy
from orderan.verification import (
    Attempt,
    AttemptEvent,
    NotBeingAsked,
    Policy,
    Rule,
    Silence,
    Step,
    Verdict,
    Way,
    When,
    keep_policy,
)

BATCH: Final = 50
STEP: Final = timedelta(minutes=15)
DRAINED: Final = timedelta(days=5)
JAKARTA: Final = timedelta(hours=7)
AGENTS: Final = range(9, 17)
LEAVES_AT: Final = 15
COURIER: Final = "jne"

CHOSEN: Final = Policy(
    rules=(Rule("took_before", When(delivered_at_least=1, refused_at_most=0), Verdict.WAIVE),),
    steps=(
        Step(Way.WHATSAPP, tries=1, answer_minutes=120),
        Step(Way.CALL, tries=3, answer_minutes=10, spacing_minutes=120),
        Step(Way.AGENT, tries=1, answer_minutes=600),
    ),
    silence=Silence.CANCEL,
)
EVERYBODY: Final = Policy(
    steps=(Step(Way.CALL, tries=3, answer_minutes=10, spacing_minutes=120),), silence=Silence.CANCEL
)
ACTING: Final = TrustPolicy(
    DEFAULT.rules, cod=Bands(ask=30, prepaid_only=70, refuse=130), prepaid=Bands(), acts=True
)
CALLS: Final = frozenset({Way.CALL, Way.AGENT})

T = TypeVar("T")


@dataclass
class Tallied:
    """What months came to.

    Attributes:
        sent_back: Parcels nobody took: two-way trips.
        attempts: By way.
        denied: Orders that were not taken on these terms, meant or not.
    """

    orders: int = 0
    meant: int = 0
    meant_lost: int = 0
    fakes: int = 0
    fakes_shipped: int = 0
    sent_back: int = 0
    denied: int = 0
    attempts: dict[Way, int] = field(default_factory=lambda: dict.fromkeys(Way, 0))
    undecided: int = 0
    audit_findings: int = 0

    @property
    def calls(self) -> int:
        return sum(many for way, many in self.attempts.items() if way in CALLS)

    @property
    def asked(self) -> int:
        return sum(self.attempts.values())


@dataclass
class Line:
    """A way to ask that always gets through; what comes back is told to the shop's day."""

    way: Way
    shop: "Months"

    async def ask(self, _caller: Caller, attempt: Attempt, token: str) -> Asked:
        self.shop.asked(attempt, self.way, token)
        return Asked("bench", str(attempt.id))


@dataclass
class Months:
    """One shop living through them by one set of rules."""

    ground: Ground
    db: Database
    clock: SetClock
    people: Neighbourhood
    tallied: Tallied = field(default_factory=Tallied)
    _of: dict[UUID, Person] = field(default_factory=dict)
    _left: set[UUID] = field(default_factory=set)
    _later: list[tuple[datetime, int, Callable[[], Awaitable[None]]]] = field(default_factory=list)
    _serial: Any = field(default_factory=count)

    def __post_init__(self) -> None:
        self.caller = Caller(self.ground.shop.shop_id, "system:bench")
        lines = {way: Line(way, self) for way in (Way.WHATSAPP, Way.CALL)}
        self.verifier = Verifier(self.db, self.clock, lines)

    async def by(self, policy: Policy, trust: TrustPolicy | None) -> None:
        """Follow these rules from now on."""

        async def write(tx: Tx) -> None:
            now = self.clock.at
            await keep_policy(tx, policy, expected=0, now=now)
            if trust is not None:
                draft = await change_draft(tx, plain_policy(trust), expected=0, now=now)
                await try_draft(tx, draft.revision, days=1, now=now)
                await put_live(tx, expected=draft.revision, note="bench", now=now)

        await self._do(write)

    async def live(self, days: int, orders: int, *, tell: Callable[[str], None]) -> Tallied:
        """So many days of so many orders, and then until nothing is on its way any more."""
        for day in range(days):
            await self._day(self.clock.at, orders)
            if day % 15 == 14:
                tell(f"day {day + 1}: {self.tallied.orders} orders, {self.tallied.asked} asked")
        until = self.clock.at + DRAINED
        while self.clock.at < until:
            await self._day(self.clock.at, 0)
        self.tallied.meant_lost = self.tallied.meant - sum(
            1 for order_id in self._left if self._of[order_id].means_it
        )
        self.tallied.undecided = await self._do(undecided)
        await self._do(lambda tx: watch_limits(tx, now=self.clock.at))
        self.tallied.audit_findings = len(audit(self.ground.url, now=self.clock.at).findings)
        return self.tallied

    def asked(self, attempt: Attempt, way: Way, token: str) -> None:
        """An attempt reached its provider; the answer, if any, comes later."""
        self.tallied.attempts[way] += 1
        answer = self.people.answers(self._of[attempt.order_id], way)
        if answer is not None:
            self._at(self.clock.at + answer.after, lambda: self._heard(token, answer.event))

    async def _day(self, midnight: datetime, orders: int) -> None:
        coming = self.people.day(midnight, orders) if orders else []
        await self._do(lambda tx: learn_norm(tx, now=midnight))
        at = midnight
        while at < midnight + timedelta(days=1):
            due = [entry for entry in coming if entry[0] < at + STEP]
            coming = coming[len(due) :]
            for turn in range(0, len(due), BATCH):
                await self.place([person for _, person in due[turn : turn + BATCH]])
            while self._later and self._later[0][0] < at + STEP:
                when, _, act = heapq.heappop(self._later)
                self.clock.at = max(self.clock.at, when)
                await act()
            self.clock.at = at = at + STEP
            await self.verifier.work_due(self.caller)
            hour = (at + JAKARTA).hour
            if hour in AGENTS:
                await self._agents()
            if hour == LEAVES_AT and (at + JAKARTA).minute == 0:
                await self._afternoon()

    async def place(self, people: Sequence[Person]) -> None:
        """These people order now, all at once."""

        async def work(tx: Tx) -> list[Any]:
            numbers = iter(await take_numbers(tx, len(people)))
            asked = [
                Placement(
                    channel="web",
                    lines=[PlacementLine("K0", 1)],
                    buyer=person.buyer,
                    terms=Terms.COD,
                    origin=person.origin,
                )
                for person in people
            ]
            return await place_orders(
                tx,
                self.ground.shop,
                asked,
                keyring=keyring(),
                next_number=lambda: next(numbers),
                now=self.clock.at,
            )

        for person, outcome in zip(people, await self._do(work), strict=True):
            self.tallied.orders += 1
            self.tallied.meant += person.means_it
            self.tallied.fakes += not person.means_it
            if isinstance(outcome, Placed):
                self._of[outcome.order.id] = person
            else:
                self.tallied.denied += 1

    async def _heard(self, token: str, event: AttemptEvent) -> None:
        # They may have answered an earlier attempt, or the order was given up meanwhile.
        with suppress(NotBeingAsked):
            await self._do(lambda tx: hear_answer(tx, token, event, now=self.clock.at))

    async def _agents(self) -> None:
        """Whoever is on the list is called once."""
        for order_id in await self._do(_on_the_list):
            self.tallied.attempts[Way.AGENT] += 1
            answer = self.people.answers(self._of[order_id], Way.AGENT)
            event = AttemptEvent.MISS if answer is None else answer.event
            await self._do(
                partial(answer_by_hand, order_id=order_id, event=event, note="bench", now=self.clock.at)
            )

    async def _afternoon(self) -> None:
        """What left yesterday is taken or not; what may leave leaves; what is known of it is learned."""
        travelling = await self._do(_travelling)
        awbs = {parcel: awb for parcel, _, awb in travelling}
        taken = [parcel for parcel, order, _ in travelling if self.people.takes(self._of[order])]
        back = sorted(awbs.keys() - set(taken))
        self.tallied.sent_back += len(back)
        for some, steps in (
            (taken, (ParcelEvent.MOVE, ParcelEvent.GO_OUT, ParcelEvent.DELIVER)),
            (back, (ParcelEvent.MOVE, ParcelEvent.GO_OUT, ParcelEvent.FAIL, ParcelEvent.SEND_BACK)),
        ):
            for turn in range(0, len(some), BATCH):
                for step in steps:
                    ids = some[turn : turn + BATCH]
                    await self._do(partial(move_on, ids=ids, event=step, now=self.clock.at))
        for turn in range(0, len(taken), BATCH):
            await self._paid([Cash(awbs[parcel]) for parcel in taken[turn : turn + BATCH]])
        ready = await self._do(_ready)
        for turn in range(0, len(ready), BATCH):
            await self._ship(ready[turn : turn + BATCH])
        while await self._do(sequence):
            pass
        while await self._do(lambda tx: consume(tx, LEARNING)):
            pass

    async def _paid(self, cash: Sequence[Cash]) -> None:
        """The courier has the money, and hands it in."""
        await self._do(lambda tx: collect_cod(tx, COURIER, cash, now=self.clock.at))
        statement = f"BENCH-{next(self._serial)}"
        await self._do(lambda tx: remit_cod(tx, COURIER, statement, cash, now=self.clock.at))

    async def _ship(self, ready: Sequence[tuple[UUID, UUID]]) -> None:
        async def work(tx: Tx) -> None:
            now, tasks = self.clock.at, [task for task, _ in ready]
            await release_tasks(tx, tasks, now=now)
            await start_picking(tx, tasks, now=now)
            await finish_tasks(tx, tasks, take_all=True, now=now)
            await pack(tx, tasks, now=now)
            boxes = [(task, Box(COURIER, f"NSP{next(self._serial):011d}", "REG", 500)) for task in tasks]
            await hand_over_many(tx, boxes, now=now)

        await self._do(work)
        for _, order_id in ready:
            self._left.add(order_id)
            self.tallied.fakes_shipped += not self._of[order_id].means_it

    def _at(self, when: datetime, act: Callable[[], Awaitable[None]]) -> None:
        heapq.heappush(self._later, (when, next(self._serial), act))

    async def _do(self, work: Callable[[Tx], Awaitable[T]]) -> T:
        return await self.db.run(self.caller, work)


def midnight_after(at: datetime) -> datetime:
    """The next midnight in Jakarta."""
    local = at.astimezone(UTC) + JAKARTA
    return local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1) - JAKARTA


async def _on_the_list(tx: Tx) -> list[UUID]:
    rows = await tx.all(
        """
        SELECT order_id FROM verification_attempt
        WHERE shop_id = %(shop)s AND way = 'agent' AND state = 'asked' ORDER BY began_at, id
        """,
        {"shop": tx.shop_id},
    )
    return [row.order_id for row in rows]


async def _ready(tx: Tx) -> list[tuple[UUID, UUID]]:
    rows = await tx.all(
        """
        SELECT task.id, task.order_id
        FROM task JOIN sales_order ON sales_order.shop_id = task.shop_id AND sales_order.id = task.order_id
        WHERE task.shop_id = %(shop)s AND task.state = 'planned' AND sales_order.cleared
        ORDER BY task.planned_at, task.id
        """,
        {"shop": tx.shop_id},
    )
    return [(row.id, row.order_id) for row in rows]


async def _travelling(tx: Tx) -> list[tuple[UUID, UUID, str]]:
    rows = await tx.all(
        "SELECT id, order_id, awb FROM parcel WHERE shop_id = %(shop)s AND state = 'picked_up' ORDER BY id",
        {"shop": tx.shop_id},
    )
    return [(row.id, row.order_id, row.awb) for row in rows]


async def lived(
    ground: Ground,
    db: Database,
    *,
    chosen: bool,
    days: int,
    a_day: int,
    known: int,
    seed: int,
    tell: Callable[[str], None] = lambda _text: None,
) -> Tallied:
    """Live so many days by the rules chosen, or by calling everybody."""
    clock = SetClock(midnight_after(datetime.now(UTC)))
    months = Months(ground, db, clock, Neighbourhood(seed, known=known))
    await months.by(CHOSEN if chosen else EVERYBODY, ACTING if chosen else None)
    return await months.live(days, a_day, tell=tell)


def measure(*, chosen: bool, days: int, a_day: int, known: int, seed: int) -> Tallied:
    """Run it on a throw-away server; what it made is gone afterwards."""

    async def run(ground: Ground) -> Tallied:
        async with opened(ground) as db:
            return await lived(ground, db, chosen=chosen, days=days, a_day=a_day, known=known, seed=seed)

    with server() as url:
        return uvloop.run(run(prepared(url, skus=2, units=1_000_000_000)))

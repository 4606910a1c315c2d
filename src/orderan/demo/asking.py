"""How the demo shop asks its COD buyers of the last two days, and what they answer: whether they mean their orders, and
whether somebody is home on the day their parcel comes.

First by WhatsApp, then by an automatic call, at last by the shop's own people; buyers and agents are played here.
From then on the worker asks, through the sandbox.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from orderan.demo.scene import Scene
from orderan.flows.ask_on_the_day import DayAsker
from orderan.flows.asking_steps import Asked
from orderan.flows.hear_buyer import answer_attempt, answer_by_hand
from orderan.flows.verify_order import Verifier
from orderan.flows.views_asking import Turn, unsaid_orders
from orderan.kit.clock import SetClock
from orderan.kit.db import Caller
from orderan.orders import EVERYTHING
from orderan.verification import (
    Attempt,
    AttemptEvent,
    DayPolicy,
    Policy,
    Rule,
    Silence,
    Step,
    Verdict,
    Way,
    When,
    keep_policy,
    note_costs,
)

LATELY: Final = timedelta(days=2)
RESTING: Final = timedelta(hours=4)
"""So long the agents have not called: their list is not empty when somebody looks at it."""
POLICY: Final = Policy(
    rules=(
        Rule("Pelanggan yang selalu menerima", When(delivered_at_least=2, refused_at_most=0), Verdict.WAIVE),
        Rule("Nilai kecil", When(at_most_minor=50_000), Verdict.WAIVE),
    ),
    steps=(
        Step(Way.WHATSAPP, tries=1, answer_minutes=60),
        Step(Way.CALL, tries=1, answer_minutes=10, spacing_minutes=30),
        Step(Way.AGENT, tries=2, answer_minutes=240, spacing_minutes=60),
    ),
    deadline_hours=36,
    silence=Silence.HOLD,
    on_the_day=DayPolicy(
        steps=(
            Step(Way.WHATSAPP, tries=1, answer_minutes=60),
            Step(Way.CALL, tries=1, answer_minutes=10, spacing_minutes=30),
            Step(Way.AGENT, tries=1, answer_minutes=120),
        ),
        from_hour=7,
        to_hour=19,
    ),
)
ANSWERS: Final = ((0.55, AttemptEvent.CONFIRM), (0.65, AttemptEvent.REFUSE))
"""Up to which share of buyers answer so; the rest answer nothing."""
OF_DAYS: Final = (
    (0.6, AttemptEvent.CONFIRM),
    (0.72, AttemptEvent.PUT_OFF),
    (0.8, AttemptEvent.REFUSE),
)
"""The same of those whose parcel comes."""
CALLED: Final = ((0.35, AttemptEvent.CONFIRM), (0.5, AttemptEvent.REFUSE))
"""The same of those an agent calls, who did not answer before."""
KEYS: Final = {
    (Way.WHATSAPP, AttemptEvent.CONFIRM): "yes",
    (Way.WHATSAPP, AttemptEvent.REFUSE): "no",
    (Way.CALL, AttemptEvent.CONFIRM): "1",
    (Way.CALL, AttemptEvent.REFUSE): "2",
}
KEYS_OF_DAYS: Final = {
    (Way.WHATSAPP, AttemptEvent.CONFIRM): "home",
    (Way.WHATSAPP, AttemptEvent.PUT_OFF): "later",
    (Way.WHATSAPP, AttemptEvent.REFUSE): "nobody",
    (Way.CALL, AttemptEvent.CONFIRM): "1",
    (Way.CALL, AttemptEvent.PUT_OFF): "2",
    (Way.CALL, AttemptEvent.REFUSE): "3",
}
NOTES: Final = {
    AttemptEvent.CONFIRM: "",
    AttemptEvent.REFUSE: "Tidak merasa memesan",
    AttemptEvent.MISS: "tidak diangkat",
}
MISSES: Final = ("busy", "no_answer", "silence", "machine")
COSTS: Final = {Way.WHATSAPP: 357, Way.CALL: 600}
"""Rupiah an attempt, about what providers ask."""
NAMES: Final = {Way.WHATSAPP: "whatsapp", Way.CALL: "twilio"}
CALLED_AN_HOUR: Final = 3
LISTED: Final = 500


@dataclass
class _Player:
    """A provider, played: see `Asks`; whom it reached is remembered."""

    way: Way
    reached: list[Attempt] = field(default_factory=list)

    async def ask(self, caller: Caller, attempt: Attempt, token: str) -> Asked:
        del caller, token
        self.reached.append(attempt)
        return Asked(NAMES[self.way], f"demo-{attempt.id.hex}")


class Asking:
    """The shop's asking of its last days, hour after hour."""

    def __init__(self, scene: Scene, *, seed: int) -> None:
        """Ask nobody yet."""
        self._scene = scene
        self._seed = seed
        self._clock = SetClock(datetime.min.replace(tzinfo=UTC))
        self._players = {way: _Player(way) for way in NAMES}
        self._caller = Caller(scene.ground.shop.shop_id, "system:verification")
        self._verifier = Verifier(scene.db, self._clock, self._players)
        self._of_days = DayAsker(scene.db, self._clock, self._players)
        self._began = False

    async def hour(self, at: datetime, *, until: datetime) -> None:
        """Ask who is to be asked by an instant, and hear who was asked before, when that is lately."""
        if until - at > LATELY:
            return
        self._clock.at = at
        if not self._began:
            self._began = True
            await self._scene.do("demo", lambda tx: keep_policy(tx, POLICY, expected=1, now=at))
        for way, player in self._players.items():
            reached, player.reached = player.reached, []
            for attempt in reached:
                await self._answered(way, attempt, at)
        while await self._verifier.work_due(self._caller) + await self._of_days.work_due(self._caller):
            pass
        if until - at > RESTING:
            await self._agents(at)

    async def _answered(self, way: Way, attempt: Attempt, at: datetime) -> None:
        placed = self._scene.memory.orders.get(attempt.order_id)
        of_day = attempt.day_id is not None
        luck = self._luck(placed.order.number if placed else 0, f"{way} day" if of_day else str(way))
        event = _drawn(luck, OF_DAYS if of_day else ANSWERS)
        if event is AttemptEvent.MISS and way is Way.WHATSAPP:
            # It is not read: its time runs out by itself.
            return
        answer = (KEYS_OF_DAYS if of_day else KEYS).get((way, event), luck.choice(MISSES))
        await self._scene.do(
            "verification",
            partial(note_costs, attempt_id=attempt.id, cost_minor=COSTS[way], recording_url=None),
        )
        await self._scene.attempt(
            "buyer",
            lambda tx: answer_attempt(tx, attempt.id, attempt.order_id, event, answer=answer, now=at),
        )

    async def _agents(self, at: datetime) -> None:
        """The shop's people call a few of those whose turn it is."""
        listed = await self._scene.do(
            "layanan",
            lambda tx: unsaid_orders(tx, EVERYTHING, turn=Turn.CALL, limit=LISTED, now=at),
        )
        for row in sorted(listed, key=lambda row: row.number)[:CALLED_AN_HOUR]:
            await self._called(row.id, _drawn(self._luck(row.number, str(row.attempts)), CALLED), at)

    async def _called(self, order_id: UUID, event: AttemptEvent, at: datetime) -> None:
        await self._scene.attempt(
            "layanan", lambda tx: answer_by_hand(tx, order_id, event, note=NOTES[event], now=at)
        )

    def _luck(self, number: int, turn: str) -> random.Random:
        """Of one order's one try, whatever came before it: the order in which tries are taken is not the seed's."""
        return random.Random(f"{self._seed} {number} {turn}")


def _drawn(luck: random.Random, answers: Sequence[tuple[float, AttemptEvent]]) -> AttemptEvent:
    draw = luck.random()
    return next((event for most, event in answers if draw < most), AttemptEvent.MISS)

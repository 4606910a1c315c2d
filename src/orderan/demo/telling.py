"""What the demo shop tells its buyers of its last two days, and the accounts it tells them by.

Whatever happened in an hour is told at its end, by providers played here: most letters arrive and are read, a
few numbers are not on WhatsApp and get a text message. From then on the worker tells, through the sandbox.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Final

from orderan.demo.scene import Scene
from orderan.flows.pay_links import PayLinks
from orderan.flows.send_messages import Messenger
from orderan.flows.tell_buyer import teller
from orderan.kit.clock import SetClock
from orderan.kit.db import Caller, Tx
from orderan.kit.events import consume, sequence
from orderan.notifications import (
    Doubt,
    Fate,
    Letter,
    Policy,
    Receipt,
    RefusedForGood,
    Sender,
    SendingFailed,
    SentAs,
    hear_receipts,
    policy_of,
    set_policy,
)
from orderan.reach import CALLER_ID, KINDS, PROVIDER_NAMES, UNIT_COST, Kind, open_reach

LATELY: Final = timedelta(days=2)
CHANNELS: Final = ("whatsapp", "sms", "email")
COSTS: Final[Mapping[str, int]] = {"whatsapp": 357, "sms": 350, "email": 0}
"""Rupiah a message, about what providers ask."""
NUMBER: Final = "+622150889900"
NOT_THERE: Final = 0.05
LOST: Final = 0.02
READ: Final = 0.7


@dataclass(frozen=True, slots=True)
class ReachThere:
    """A provider of messages or calls the demo shop has an account at."""

    provider: str
    base_url: str
    fields: Mapping[str, str]


@dataclass
class _Player:
    """A provider of one channel, played: see `Sender`."""

    channel: str
    chance: random.Random
    sent: list[str] = field(default_factory=list)
    doubt: Doubt = Doubt.NONE

    async def send(self, letter: Letter) -> SentAs:
        if self.channel == "whatsapp" and self.chance.random() < NOT_THERE:
            raise RefusedForGood("whatsapp:131026")
        self.sent.append(f"demo-{letter.reference}")
        return SentAs(self.sent[-1], COSTS[self.channel])

    async def look_up(self, reference: str) -> Receipt:
        raise SendingFailed(f"cannot_ask:{reference[:3]}")


class Telling:
    """The shop's messages of its last days, hour after hour."""

    def __init__(self, scene: Scene, there: Sequence[ReachThere], *, address: str, seed: int) -> None:
        """Tell nothing yet.

        Args:
            there: Where it has accounts; without any it tells nobody anything.
            address: Where people see the shop's pages.
        """
        self._scene = scene
        self._there = there
        self._caller = Caller(scene.ground.shop.shop_id, "system:messages")
        self._clock = SetClock(datetime.min.replace(tzinfo=UTC))
        self._chance = random.Random(seed)
        self._players = {channel: _Player(channel, self._chance) for channel in CHANNELS}
        links = PayLinks(address, scene.keyring)
        self._messenger = Messenger(scene.db, self._clock, scene.keyring, links, self._senders)
        self._began = False

    async def hour(self, at: datetime, *, until: datetime) -> None:
        """Tell of what happened up to an instant, when that is lately."""
        if not self._there or until - at > LATELY:
            return
        self._clock.at = at
        if not self._began:
            self._began = True
            await self._begin(at)
        await self._hear(at)
        await self._sequenced()
        follows = teller(self._clock)
        while await self._scene.do("tell_buyers", lambda tx: consume(tx, follows)):
            pass
        for channel in CHANNELS:
            while await self._messenger.send_due(self._caller, channel):
                pass

    async def _begin(self, at: datetime) -> None:
        await self._sequenced()
        await self._scene.do("demo", lambda tx: self._open(tx, at))

    async def _open(self, tx: Tx, at: datetime) -> None:
        for one in self._there:
            more = {CALLER_ID: NUMBER} if KINDS[one.provider] is Kind.VOICE else {}
            cost = COSTS.get(KINDS[one.provider])
            await open_reach(
                tx,
                self._scene.keyring,
                provider=one.provider,
                name=PROVIDER_NAMES[one.provider],
                base_url=one.base_url,
                fields={**one.fields, **more, **({UNIT_COST: str(cost)} if cost else {})},
                now=at,
            )
        policy = Policy(channels=CHANNELS, quiet_from=time(21), quiet_until=time(7))
        await set_policy(tx, policy, now=at)

    async def _sequenced(self) -> None:
        while await self._scene.do("sequence", sequence):
            pass

    async def _hear(self, at: datetime) -> None:
        """What became of what was sent an hour ago."""
        player = self._players["whatsapp"]
        receipts = [receipt for name in player.sent for receipt in self._became(name, at)]
        player.sent.clear()
        if receipts:

            async def hear(tx: Tx) -> int:
                return await hear_receipts(tx, "whatsapp", receipts, policy=await policy_of(tx), now=at)

            await self._scene.do("reach", hear)

    def _became(self, name: str, at: datetime) -> list[Receipt]:
        if self._chance.random() < LOST:
            return [Receipt(Fate.FAILED, at, provider_id=name, reason="131000")]
        arrived = Receipt(
            Fate.DELIVERED, at - timedelta(minutes=self._chance.uniform(20, 25)), provider_id=name
        )
        if self._chance.random() >= READ:
            return [arrived]
        return [
            arrived,
            Receipt(Fate.SEEN, at - timedelta(minutes=self._chance.uniform(1, 18)), provider_id=name),
        ]

    async def _senders(self, _: Tx) -> Mapping[str, Sender]:
        return dict(self._players)

"""What everybody in the demo shop acts with, and what they have to remember from day to day."""

import random
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar
from uuid import UUID

from orderan.demo.ground import Ground
from orderan.flows.place_order import Placed
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import Refusal

T = TypeVar("T")

RECENT = timedelta(days=2)


@dataclass
class Memory:
    """What a day has to remember of the ones before.

    Attributes:
        recent: Orders of the last days, the oldest first.
        left: Orders, parcels, returns, refunds and holds that everybody forgot.
    """

    unpaid: list[tuple[datetime, Placed]] = field(default_factory=list)
    delivered: list[tuple[datetime, Placed]] = field(default_factory=list)
    cash: list[tuple[datetime, str, str]] = field(default_factory=list)
    mislaid: list[tuple[datetime, str, str]] = field(default_factory=list)
    held: list[tuple[datetime, UUID, UUID]] = field(default_factory=list)
    travelling: list[tuple[datetime, UUID]] = field(default_factory=list)
    orders: dict[UUID, Placed] = field(default_factory=dict)
    recent: list[Placed] = field(default_factory=list)
    left: set[UUID] = field(default_factory=set)

    def remember(self, placed: Placed) -> None:
        self.orders[placed.order.id] = placed
        self.recent.append(placed)


@dataclass
class Scene:
    """The shop, its database and its luck."""

    db: Database
    keyring: Keyring
    ground: Ground
    chance: random.Random
    memory: Memory = field(default_factory=Memory)

    async def do(self, who: str, work: Callable[[Tx], Awaitable[T]]) -> T:
        return await self.db.run(Caller(self.ground.shop.shop_id, f"system:{who}"), work)

    async def attempt(self, who: str, work: Callable[[Tx], Awaitable[T]]) -> T | None:
        """What a person would be told no to, they leave."""
        try:
            return await self.do(who, work)
        except Refusal:
            return None

    async def together(
        self, who: str, things: Sequence[UUID], work: Callable[[Tx, Sequence[UUID]], Awaitable[object]]
    ) -> None:
        """Do one thing to many, or to each alone where somebody moved one of them meanwhile.

        The shop is open to its visitors while its history is still being made.
        """
        try:
            await self.do(who, lambda tx: work(tx, things))
        except Refusal:
            for thing in things:
                await self.attempt(who, partial(_alone, work, thing))

    def drawn(self, at: datetime, most: int) -> list[Placed]:
        """Orders of the last two days, a few of them."""
        recent = [one for one in self.memory.recent if at - one.order.placed_at < RECENT]
        self.memory.recent = recent
        return self.chance.sample(recent, min(most, len(recent)))


async def _alone(work: Callable[[Tx, Sequence[UUID]], Awaitable[object]], thing: UUID, tx: Tx) -> object:
    return await work(tx, [thing])


def chunks(items: Sequence[T], size: int) -> Iterator[list[T]]:
    for start in range(0, len(items), size):
        yield list(items[start : start + size])

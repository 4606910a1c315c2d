"""Beside the rounds: what waits for partners, so that nothing else waits with it."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field

import psycopg
from psycopg_pool import PoolTimeout

from orderan.worker import counts
from orderan.worker.rounds import Rounds, until_stopped


@dataclass
class Beside(ABC):
    """Parts that wait for partners, each in a task of its own beside the others.

    What hangs is not begun a second time, and holds up nobody else. A fault is told in the exception inbox
    of its shop and hinders no other.
    """

    rounds: Rounds
    _under_way: dict[tuple[int, str], "asyncio.Task[None]"] = field(default_factory=dict, kw_only=True)

    @abstractmethod
    async def once(self) -> int:
        """One look over all shops; how much was done or begun, not how it ended."""

    async def run(self, stop: asyncio.Event, *, interval_s: float) -> None:
        """Rounds until told to stop; what was begun is finished."""
        await until_stopped(self.once, stop, interval_s=interval_s)
        await self.finish()

    @property
    def under_way(self) -> Collection["asyncio.Task[None]"]:
        return list(self._under_way.values())

    async def finish(self) -> None:
        """Wait for everything that is under way."""
        await asyncio.gather(*self.under_way)

    def begin(self, shop_id: int, part: str, work: Callable[[], Awaitable[int]]) -> bool:
        """Begin a part unless it is under way; whether it was begun."""
        if (shop_id, part) in self._under_way:
            return False
        self._under_way[shop_id, part] = asyncio.create_task(self._run(shop_id, part, work))
        return True

    async def _run(self, shop_id: int, part: str, work: Callable[[], Awaitable[int]]) -> None:
        try:
            await self.rounds.guarded(shop_id, part, work)
        except (psycopg.OperationalError, PoolTimeout) as fault:
            counts.faults.labels(type(fault).__name__).inc()
            counts.log.warning("asking cut short", part=part, shop=shop_id, fault=type(fault).__name__)
        finally:
            del self._under_way[shop_id, part]

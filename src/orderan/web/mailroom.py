"""Letters of partners are kept in batches: what arrives while one is being written becomes the next.

A batch that cannot be kept is kept letter by letter, so that one nobody can keep hinders no other.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from psycopg_pool import PoolTimeout

from orderan.kit.clock import Clock
from orderan.kit.db import Caller, Database, Tx, connection_lost

MOST: Final = 500
"""Letters in one transaction at most."""
FORGED_A_MINUTE: Final = 120
"""Forged letters kept per process; a flood of them is counted, and fills no disk."""

Letter = TypeVar("Letter")


@dataclass
class Mailroom(Generic[Letter]):
    """Keeps letters of all shops for one web process.

    Attributes:
        keep: Writes a batch of one shop.
        actor: Who it is that writes.
    """

    db: Database
    clock: Clock
    keep: Callable[[Tx, list[Letter]], Awaitable[None]]
    actor: str
    _waiting: dict[int, deque[tuple[Letter, "asyncio.Future[None]"]]] = field(default_factory=dict)
    _writing: set[int] = field(default_factory=set)
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set)
    _forged: deque[float] = field(default_factory=deque)

    def may_keep_forged(self) -> bool:
        """Whether there is room for one more forged letter this minute; it is taken."""
        now = self.clock.now().timestamp()
        while self._forged and self._forged[0] <= now - 60:
            self._forged.popleft()
        if len(self._forged) >= FORGED_A_MINUTE:
            return False
        self._forged.append(now)
        return True

    async def take(self, shop_id: int, letter: Letter) -> None:
        """Keep a letter; returns once it is, raises what hindered it."""
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(shop_id, deque()).append((letter, kept))
        if shop_id not in self._writing:
            self._writing.add(shop_id)
            task = asyncio.create_task(self._write(shop_id))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        await kept

    async def _write(self, shop_id: int) -> None:
        queue = self._waiting[shop_id]
        try:
            while queue:
                batch = [queue.popleft() for _ in range(min(len(queue), MOST))]
                faults = await self._write_all(shop_id, [letter for letter, _ in batch])
                for (_, kept), fault in zip(batch, faults, strict=True):
                    if kept.done():
                        continue
                    if fault is None:
                        kept.set_result(None)
                    else:
                        kept.set_exception(fault)
        finally:
            self._writing.discard(shop_id)

    async def _write_all(self, shop_id: int, letters: list[Letter]) -> list[Exception | None]:
        """What hindered each letter."""
        fault = await self._write_batch(shop_id, letters)
        if fault is None or len(letters) == 1 or connection_lost(fault) or isinstance(fault, PoolTimeout):
            return [fault] * len(letters)
        return [await self._write_batch(shop_id, [letter]) for letter in letters]

    async def _write_batch(self, shop_id: int, letters: list[Letter]) -> Exception | None:
        try:
            await self.db.run(Caller(shop_id, self.actor), lambda tx: self.keep(tx, letters))
        except Exception as fault:  # noqa: BLE001 - told to the sender, who sends again
            return fault
        return None

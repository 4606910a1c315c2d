"""Make two transactions meet at their widest window, without waiting by the clock."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from types import ModuleType
from typing import Any, LiteralString

import pytest

from conftest import ShopFloor
from orderan.kit.db import Tx

Work = Callable[[Tx], Awaitable[Any]]


class Without(Tx):
    """A transaction whose statements lack some words: the lock, the condition or the conflict a control removes."""

    def __init__(self, tx: Tx, words: LiteralString) -> None:
        super().__init__(tx.connection, tx.caller)
        self._words = words

    def _lacking(self, sql: LiteralString) -> LiteralString:
        assert self._words in sql, "the guard is not where the control takes it away"
        return sql.replace(self._words, "")

    async def all(self, sql: LiteralString, params: Mapping[str, Any] | None = None) -> list[Any]:
        return await super().all(self._lacking(sql), params)


class Meeting:
    """A place where each of two transactions stops until both are there, or the other one waits for a lock."""

    def __init__(self, floor: ShopFloor) -> None:
        self._floor = floor
        self._arrived = 0

    async def stop(self) -> None:
        """Stop here. The database is asked who waits, so a slow machine makes nothing flaky."""
        self._arrived += 1
        while self._arrived < 2 and not await self.somebody_waits():  # noqa: ASYNC110 - the event is another connection's
            await asyncio.sleep(0.005)  # between two looks at the database

    async def somebody_waits(self) -> bool:
        """Whether a transaction of this database waits for a lock."""
        return bool(
            await self._floor.value(
                """
                SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock'
                """
            )
        )

    def after(self, monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str) -> None:
        """Stop everybody who calls `module.name`, right after it did its work, once each."""
        real = getattr(module, name)

        async def pausing(*args: Any, **kwargs: Any) -> Any:
            answer = await real(*args, **kwargs)
            await self.stop()
            return answer

        monkeypatch.setattr(module, name, pausing)


async def race(floor: ShopFloor, *works: Work) -> list[Any]:
    """Run each in a transaction of its own, once, at the same time; what came out or what was raised."""

    async def alone(work: Work) -> Any:
        async with floor.db.transaction(floor.caller) as tx:
            return await work(tx)

    return await asyncio.gather(*(alone(work) for work in works), return_exceptions=True)

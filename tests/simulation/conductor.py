"""Transactions side by side, one statement at a time, in an order that comes from the seed.

After every statement its asker waits at a gate. Once all are quiet (at the gate, ended, or waiting for
a lock that another one holds) the dice say who may go on, until all are quiet again. Who is waited for
goes first, so that one commit wakes one waiter: two woken at once would race. So the same seed gives
the same meetings at the same locks, however fast or slow the machine is, and a crash comes before
exactly the statement the plan names.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from typing import Any, LiteralString, TypeVar

import psycopg
from psycopg import AsyncConnection

from orderan.kit.db import Caller, Database, Tx
from simulation.plan import Crash

T = TypeVar("T")

LOOK_AGAIN_S = 0.003
"""Between two looks at who waits for a lock; it decides how fast a day goes, not what happens."""


class Crashed(BaseException):
    """The end of a process in the middle of its work; like a cancelled task, no error of the work."""


@dataclass
class Asking:
    """One run of a command: what it is at, and how it is to end, if not well."""

    number: int
    crash: Crash | None = None
    statements: int = 0
    pid: int = 0
    gate: "asyncio.Future[None] | None" = field(default=None)


_asking: ContextVar[Asking | None] = ContextVar("asking", default=None)


class Conductor:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._moved = asyncio.Event()
        self._playing: dict[int, Asking] = {}
        self.statements = 0

    async def side_by_side(self, works: Sequence[Callable[[], Awaitable[None]]], dice: random.Random) -> None:
        """Run works to their ends, their statements interleaved as the dice fall."""
        self._playing = {number: Asking(number) for number in range(len(works))}
        tasks = [asyncio.create_task(self._play(number, work)) for number, work in enumerate(works)]
        try:
            while not all(task.done() for task in tasks):
                holders = await self._quiet()
                ready = [one for one in self._playing.values() if one.gate is not None]
                if ready:
                    self._let_through(dice.choice([one for one in ready if one.pid in holders] or ready))
                elif self._playing:
                    raise AssertionError("everybody waits for a lock, and nobody is left to let it go")
        finally:
            for task in tasks:
                task.cancel()
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome

    async def _play(self, number: int, work: Callable[[], Awaitable[None]]) -> None:
        _asking.set(self._playing[number])
        try:
            await work()
        finally:
            del self._playing[number]
            self._moved.set()

    async def asked(self, crash: Crash | None, run: Callable[[], Awaitable[Any]]) -> Any:
        """Run a command once.

        Raises:
            Crashed: Its process ended, or its answer got lost, where the crash says so.
            psycopg.OperationalError: The connection was ended under it.
        """
        asking = _asking.get()
        assert asking is not None, "only what is played can crash"
        asking.crash, asking.statements = crash, 0
        answer = await run()
        if crash is not None and crash.how == "answer":
            raise Crashed
        return answer

    def _let_through(self, asking: Asking) -> None:
        gate, asking.gate = asking.gate, None
        assert gate is not None
        self._moved.clear()
        gate.set_result(None)

    async def _quiet(self) -> set[int]:
        """Until nobody moves; returns the connections that somebody waits for."""
        while running := [one for one in self._playing.values() if one.gate is None]:
            try:
                await asyncio.wait_for(self._moved.wait(), LOOK_AGAIN_S)
            except TimeoutError:
                waiting = await self._waiting()
                if all(one.pid in waiting for one in running):
                    return {holder for one in running for holder in waiting[one.pid]}
            self._moved.clear()
        return set()

    async def _waiting(self) -> dict[int, list[int]]:
        # pg_locks and not pg_stat_activity: who was granted its lock but has not woken up yet does not wait.
        async with self._database.connection() as connection:
            cursor = await connection.execute(
                "SELECT pid, pg_blocking_pids(pid) AS holders FROM pg_locks WHERE NOT granted"
            )
            return {row.pid: row.holders for row in await cursor.fetchall()}

    async def turn(self, connection: AsyncConnection[Any]) -> None:
        """Wait for one's turn."""
        if (asking := _asking.get()) is not None:
            asking.pid = connection.info.backend_pid
            asking.gate = asyncio.get_running_loop().create_future()
            self._moved.set()
            await asking.gate

    async def about_to_ask(self) -> None:
        """Count a statement; crash before it, if it is time."""
        if (asking := _asking.get()) is None:
            return
        self.statements += 1
        asking.statements += 1
        if asking.crash is not None and asking.statements == asking.crash.before:
            if asking.crash.how == "process":
                raise Crashed
            if asking.crash.how == "connection":
                await self._end(asking.pid)

    def let_go(self) -> None:
        """The connection is somebody else's now: who waits on it is not the one who had it."""
        if (asking := _asking.get()) is not None:
            asking.pid = 0

    async def _end(self, pid: int) -> None:
        async with self._database.connection() as connection:
            cursor = await connection.execute("SELECT pg_terminate_backend(%s, 10_000)", [pid])
            assert await cursor.fetchone() == (True,), "the connection did not end"


class Stage(Database):
    """A database whose transactions are conducted."""

    def __init__(self, url: str) -> None:
        super().__init__(url, min_size=1, max_size=20)
        self.conductor = Conductor(self)

    @asynccontextmanager
    async def transaction(self, caller: Caller) -> AsyncIterator[Tx]:
        try:
            async with super().transaction(caller) as tx:
                await self.conductor.turn(tx.connection)
                yield _Conducted(tx, self.conductor)
        finally:
            self.conductor.let_go()


class _Conducted(Tx):
    """Waits for its turn to begin, and after every statement.

    What a commit wakes up runs beside the one that committed, so it may not go on by itself: whose
    code runs next, and makes the next id, is the conductor's to say.
    """

    def __init__(self, tx: Tx, conductor: Conductor) -> None:
        super().__init__(tx.connection, tx.caller)
        self._conductor = conductor

    async def _ask(self, statement: Callable[[], Awaitable[T]]) -> T:
        await self._conductor.about_to_ask()
        try:
            answer = await statement()
        except psycopg.Error:
            await self._conductor.turn(self.connection)
            raise
        await self._conductor.turn(self.connection)
        return answer

    async def all(self, sql: LiteralString, params: Mapping[str, Any] | None = None) -> list[Any]:
        return await self._ask(partial(super().all, sql, params))

    async def maybe(self, sql: LiteralString, params: Mapping[str, Any] | None = None) -> Any:
        return await self._ask(partial(super().maybe, sql, params))

    async def run(self, sql: LiteralString, params: Mapping[str, Any] | None = None) -> int:
        return await self._ask(partial(super().run, sql, params))

    async def run_each(self, sql: LiteralString, params: Sequence[Mapping[str, Any]]) -> None:
        await self._ask(partial(super().run_each, sql, params))

"""The database: a pool, one transaction per command, retries on serialisation failures only.

A transaction belongs to one shop: it tells PostgreSQL which (`orderan.shop`), and row-level
security refuses rows of any other even when a query forgets to ask. Work that spans shops
(sweeps, audits) says so by `ALL_SHOPS`.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, LiteralString, TypeVar

import psycopg
from psycopg import AsyncConnection, AsyncCursor, errors
from psycopg.rows import namedtuple_row
from psycopg_pool import AsyncConnectionPool

from orderan.kit import adapt
from orderan.kit.home import from_home

T = TypeVar("T")

ALL_SHOPS = 0
RETRIES = 5

_inside: ContextVar[bool] = ContextVar("inside_transaction", default=False)


class OutsideCallInTransaction(AssertionError):
    """A partner was about to be called while rows were locked; that is a bug."""


class NotOneRow(AssertionError):
    """A query that must find one row found another number; that is a bug."""


class WrongRows(AssertionError):
    """A statement touched another number of rows than it must, or nobody can say how many; that is a bug."""


def refuse_outside_call(partner: str) -> None:
    """Call before anything leaves this machine.

    Raises:
        OutsideCallInTransaction: A transaction is open in this task.
    """
    if _inside.get():
        raise OutsideCallInTransaction(partner)


@dataclass(frozen=True)
class Caller:
    """On whose behalf a transaction runs.

    Attributes:
        shop_id: The shop, or ALL_SHOPS for the system's own rounds.
        actor: `staff:<id>`, `key:<id>`, `buyer`, `system:<part>`.
        request_id: The id that also stands in the log and in an error answer.
    """

    shop_id: int
    actor: str
    request_id: str | None = None


class Tx:
    """An open transaction: thin verbs over a connection, rows as named tuples."""

    def __init__(self, connection: AsyncConnection[Any], caller: Caller, *, spread: bool = False) -> None:
        self.connection = connection
        self._wording = from_home if spread else _as_it_is
        self.caller = caller
        self.shop_id = caller.shop_id
        self.actor = caller.actor
        self._sent: list[tuple[tuple[int, str], AsyncCursor[Any]]] | None = None

    async def all(self, sql: LiteralString, params: Mapping[str, Any] | None = None) -> list[Any]:
        """Every row."""
        cursor = await self.connection.execute(self._wording(sql), params)
        return await cursor.fetchall()

    async def maybe(self, sql: LiteralString, params: Mapping[str, Any] | None = None) -> Any:
        """The first row, or None."""
        cursor = await self.connection.execute(self._wording(sql), params)
        return await cursor.fetchone()

    async def one(self, sql: LiteralString, params: Mapping[str, Any] | None = None) -> Any:
        """The only row.

        Raises:
            NotOneRow: None was found, or more than one.
        """
        rows = await self.all(sql, params)
        if len(rows) != 1:
            raise NotOneRow(sql)
        return rows[0]

    async def value(self, sql: LiteralString, params: Mapping[str, Any] | None = None) -> Any:
        """The first column of the only row."""
        return (await self.one(sql, params))[0]

    async def run(self, sql: LiteralString, params: Mapping[str, Any] | None = None) -> int:
        """Execute; returns the number of rows touched."""
        if self._sent is not None:
            raise WrongRows(sql)
        cursor = await self.connection.execute(self._wording(sql), params)
        return cursor.rowcount

    async def send(
        self,
        sql: LiteralString,
        params: Mapping[str, Any] | None = None,
        *,
        must: tuple[int, str] | None = None,
    ) -> None:
        """Execute without waiting for the answer where statements go `together`; else like `run`.

        Args:
            must: How many rows it must touch, and what another number means; it is told at the end of
                `together` at the latest.

        Raises:
            WrongRows: It touched another number.
        """
        cursor = await self.connection.execute(self._wording(sql), params)
        if must is None:
            return
        if self._sent is None:
            _require(must, cursor.rowcount)
        else:
            self._sent.append((must, cursor))

    @asynccontextmanager
    async def together(self) -> AsyncIterator[None]:
        """What is sent inside goes one after the other without waiting for answers in between.

        The database works on one statement while the next is put together. They run in the order
        they were sent; a fault of any of them is raised at the end at the latest. What is asked
        inside (`all`, `one`, ...) is answered as ever; `run` has no count there and is refused.

        Raises:
            WrongRows: One touched another number of rows than it must.
        """
        if self._sent is not None:
            yield
            return
        self._sent = []
        try:
            async with self.connection.pipeline():
                yield
            for must, cursor in self._sent:
                _require(must, cursor.rowcount)
        finally:
            self._sent = None

    async def run_each(self, sql: LiteralString, params: Sequence[Mapping[str, Any]]) -> None:
        """Execute once per parameter set, pipelined."""
        async with self.connection.cursor() as cursor:
            await cursor.executemany(self._wording(sql), params)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """What is done inside is undone when it raises; the transaction goes on."""
        async with self.connection.transaction():
            yield


class Database:
    """The pool and the only place transactions begin."""

    def __init__(
        self,
        url: str,
        *,
        min_size: int = 2,
        max_size: int = 16,
        timeout_s: float = 10.0,
        statement_timeout_s: float = 60.0,
        lock_timeout_s: float = 10.0,
    ) -> None:
        self.url = url
        self._statement_timeout_s = statement_timeout_s
        self._lock_timeout_s = lock_timeout_s
        self._spread = False
        self._pool: AsyncConnectionPool[AsyncConnection[Any]] = AsyncConnectionPool(
            url,
            min_size=min_size,
            max_size=max_size,
            timeout=timeout_s,
            open=False,
            configure=self._configure,
            check=AsyncConnectionPool.check_connection,
            kwargs={"row_factory": namedtuple_row, "autocommit": True},
        )

    async def _configure(self, connection: AsyncConnection[Any]) -> None:
        adapt.install(connection)
        await connection.execute(b"SET statement_timeout = %d" % round(1000 * self._statement_timeout_s))
        await connection.execute(b"SET lock_timeout = %d" % round(1000 * self._lock_timeout_s))
        await connection.execute("SET idle_in_transaction_session_timeout = '60s'")
        await connection.execute("SET timezone = 'UTC'")

    async def open(self) -> None:
        """Open the pool inside the running loop and wait for its first connections.

        Whether the database is spread over a cluster is learned here, once.
        """
        await self._pool.open(wait=True, timeout=30.0)
        async with self._pool.connection() as connection:
            found = await (await connection.execute(_IS_SPREAD)).fetchone()
            self._spread = bool(found and found[0])

    async def close(self) -> None:
        await self._pool.close()

    @asynccontextmanager
    async def transaction(self, caller: Caller) -> AsyncIterator[Tx]:
        """One transaction for one caller; commits when the block ends, undoes it when it raises."""
        async with self._pool.connection() as connection:
            token = _inside.set(True)
            try:
                async with connection.transaction():
                    await connection.execute(_scope(caller.shop_id))
                    yield Tx(connection, caller, spread=self._spread)
            finally:
                _inside.reset(token)

    async def run(self, caller: Caller, work: Callable[[Tx], Awaitable[T]]) -> T:
        """Run work in a transaction, again from the start on a serialisation failure or deadlock.

        Five tries, then the failure is raised as it is.
        """
        for attempt in range(1, RETRIES + 1):
            try:
                async with self.transaction(caller) as tx:
                    return await work(tx)
            except (errors.SerializationFailure, errors.DeadlockDetected):
                if attempt == RETRIES:
                    raise
                await asyncio.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311 - jitter, not a secret
        raise AssertionError

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection[Any]]:
        """A bare pooled connection, for what manages its own transactions (migrations, COPY out)."""
        async with self._pool.connection() as connection:
            yield connection


def _require(must: tuple[int, str], touched: int) -> None:
    rows, otherwise = must
    if touched != rows:
        raise WrongRows(otherwise)


_IS_SPREAD: LiteralString = "SELECT to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL AS spread"


def _as_it_is(statement: LiteralString) -> LiteralString:
    return statement


def _scope(shop_id: int) -> bytes:
    # SET LOCAL and not set_config(): on a distributed PostgreSQL row-level security is decided on the
    # node that has the rows, and only SET LOCAL is sent along to it.
    return b"SET LOCAL orderan.shop = '%d'" % shop_id


_OF_ONE_PIECE_OF_WORK = ("40", "55", "57014")
"""SQLSTATEs of faults that are operational and still one transaction's own: it could not be serialised, did
not get a lock in time, or took too long."""


def connection_lost(fault: BaseException) -> bool:
    """Whether a fault means the database could not be reached, went away or has no room for anybody."""
    return isinstance(fault, psycopg.OperationalError) and not (fault.sqlstate or "").startswith(
        _OF_ONE_PIECE_OF_WORK
    )

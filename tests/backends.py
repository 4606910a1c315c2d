"""Backends of PostgreSQL that stay when a pool is closed, for the next pool on the same database.

A new backend knows no table: reading up on those of a first order takes it longer than placing ten. What a
session can change of itself is undone before it is given out again.
"""

from typing import Any, Final, Self

from psycopg import AsyncConnection, OperationalError
from psycopg.pq import ConnStatus, PGconn, TransactionStatus
from psycopg.rows import tuple_row
from psycopg_pool import AsyncConnectionPool

MOST: Final = 4
"""Of one address: few tests have use for more at once."""

_kept: Final[dict[str, list[Any]]] = {}
_left: Final = PGconn.connect_start(b"host=/nowhere")
_left.finish()


class Staying(AsyncConnection[Any]):
    """A connection whose backend outlives it when it was left in order."""

    _address: str

    @classmethod
    async def connect(
        cls, conninfo: str = "", *, autocommit: bool = False, row_factory: Any = tuple_row, **others: Any
    ) -> Self:
        waiting = _kept.get(conninfo, [])
        while waiting:
            again = cls(waiting.pop(), row_factory)
            again._address = conninfo
            again._autocommit = True
            try:
                await again.execute("DISCARD ALL")
            except OperationalError:
                continue
            again._autocommit = autocommit
            return again
        made = await super().connect(conninfo, autocommit=autocommit, row_factory=row_factory, **others)
        made._address = conninfo
        return made

    async def close(self) -> None:
        waiting = _kept.setdefault(self._address, [])
        if (
            len(waiting) < MOST
            and self.pgconn.status == ConnStatus.OK
            and self.pgconn.transaction_status == TransactionStatus.IDLE
            and self._pipeline is None
        ):
            waiting.append(self.pgconn)
            self.pgconn, self._closed = _left, True
        else:
            await super().close()


class StayingPool(AsyncConnectionPool[Staying]):
    """The pool of the product, over connections that stay."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, connection_class=Staying, **named)


def staying_on(database: str) -> list[int]:
    """The process ids of backends that wait on a database."""
    return [one.backend_pid for waiting in _kept.values() for one in waiting if one.db == database.encode()]


def end_those_on(database: str) -> None:
    for address, waiting in list(_kept.items()):
        if any(one.db == database.encode() for one in waiting):
            for one in _kept.pop(address):
                one.finish()

"""Many pieces of work at once, of which one that breaks holds up no other."""

from collections.abc import Awaitable, Iterable
from typing import TypeVar

import psycopg
from psycopg_pool import PoolTimeout

from orderan.kit.db import Tx, connection_lost

T = TypeVar("T")


async def to_its_end(work: Awaitable[T]) -> T | Exception:
    """What a piece of work came to, or what broke it, which `raise_broken` tells once the others have ended."""
    try:
        return await work
    except Exception as fault:  # noqa: BLE001 - it is raised again as soon as the others are kept
        return fault


async def apart(tx: Tx, work: Awaitable[T]) -> tuple[T | None, Exception | None]:
    """A piece of work of a transaction, undone by itself where it breaks: what it came to, and what broke it.

    Raises:
        psycopg.OperationalError: The database went away, or had no lock in time: the whole is to be begun again.
    """

    async def inside() -> T:
        async with tx.savepoint():
            return await work

    end = await to_its_end(inside())
    if isinstance(end, psycopg.OperationalError):
        raise end
    return (None, end) if isinstance(end, Exception) else (end, None)


def raise_broken(what: str, ends: Iterable[object]) -> None:
    """Tell of the pieces that broke.

    Raises:
        Exception: The one that broke; of several a group, and where the database went away just that.
    """
    broken = [end for end in ends if isinstance(end, Exception)]
    for fault in broken:
        if connection_lost(fault) or isinstance(fault, PoolTimeout):
            raise fault
    if len(broken) == 1:
        raise broken[0]
    if broken:
        raise ExceptionGroup(what, broken)

"""Many pieces of work at once, of which one that breaks holds up no other."""

from collections.abc import Awaitable, Iterable
from typing import TypeVar

from psycopg_pool import PoolTimeout

from orderan.kit.db import connection_lost

T = TypeVar("T")


async def to_its_end(work: Awaitable[T]) -> T | Exception:
    """What a piece of work came to, or what broke it, which `raise_broken` tells once the others have ended."""
    try:
        return await work
    except Exception as fault:  # noqa: BLE001 - it is raised again as soon as the others are kept
        return fault


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

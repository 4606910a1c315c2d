"""Work on the table of areas, which belongs to no shop."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from orderan.kit.db import Tx

T = TypeVar("T")


def bring_regions(url: str) -> int:
    """Bring the table of areas to the list shipped; how many were new or renamed."""
    from orderan.customers import load_regions

    return run_over_all_shops(url, load_regions)


def areas_are_current(url: str) -> bool:
    """Whether the table of areas was brought to the list shipped; that is done in one transaction."""
    from orderan.customers import regions_are_current

    return run_over_all_shops(url, regions_are_current)


def run_over_all_shops(url: str, work: "Callable[[Tx], Awaitable[T]]") -> T:
    """Run one piece of work in a transaction over all shops."""
    from orderan.kit.db import ALL_SHOPS, Caller, Database

    async def run() -> T:
        db = Database(url, min_size=1, max_size=1)
        await db.open()
        try:
            return await db.run(Caller(ALL_SHOPS, "system:cli"), work)
        finally:
            await db.close()

    return asyncio.run(run())

"""Watching stock: what there is at once, then what changes; one look for all; nobody, no look."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID

import pytest

from given import World
from inventory.stocked import key_of
from orderan.inventory import adjust_stock
from orderan.kit.clock import SetClock
from orderan.web.live_stock import StockWatch, Told

pytestmark = pytest.mark.anyio

PATIENCE_S = 20.0


@pytest.fixture
def watch(world: World, now: datetime) -> StockWatch:
    return StockWatch(world.floor.db, SetClock(now), every_s=0.02)


def follow(
    watch: StockWatch,
    world: World,
    *skus: str,
    locations: frozenset[UUID] | None = None,
    heartbeat_s: float = 60,
) -> AsyncIterator[list[Told]]:
    return watch.follow(
        world.floor.shop.shop_id,
        [world.skus[sku] for sku in skus],
        locations=locations,
        heartbeat_s=heartbeat_s,
    )


async def heard(following: AsyncIterator[list[Told]]) -> set[tuple[str, UUID | None, int]]:
    """The next thing heard."""
    async with asyncio.timeout(PATIENCE_S):
        told = await anext(following)
    return {(one.sku, one.location_id, one.available) for one in told}


async def lose(world: World, sku: str, units: int, now: datetime) -> None:
    key = key_of(world, sku)
    await world.floor.run(lambda tx: adjust_stock(tx, [(key, -units)], reason="uji", now=now))


async def test_a_watcher_hears_what_there_is_and_then_only_what_changes(
    watch: StockWatch, world: World, now: datetime
) -> None:
    jakarta = world.locations["JKT"]
    following = follow(watch, world, "kopi", "gula")

    first = await heard(following)
    await lose(world, "kopi", 3, now)
    second = await heard(following)

    assert first == {("kopi", jakarta, 10), ("kopi", None, 10), ("gula", jakarta, 10), ("gula", None, 10)}
    assert second == {("kopi", jakarta, 7), ("kopi", None, 7)}
    await following.aclose()  # type: ignore[attr-defined]


async def test_a_hundred_watchers_cost_one_look(watch: StockWatch, world: World, now: datetime) -> None:
    watchers = [follow(watch, world, "kopi") for _ in range(100)]
    await asyncio.gather(*(heard(one) for one in watchers))
    before = watch.looks

    await lose(world, "kopi", 1, now)
    told = await asyncio.gather(*(heard(one) for one in watchers))

    assert all(("kopi", None, 9) in one for one in told)
    # Looks go on while the change is made; a hundred watchers asking for themselves would make
    # a hundred of every one of them.
    assert watch.watchers == 100
    assert watch.looks - before < 100
    for one in watchers:
        await one.aclose()  # type: ignore[attr-defined]


async def test_a_watcher_of_one_place_hears_nothing_of_another(
    watch: StockWatch, world: World, now: datetime
) -> None:
    surabaya = frozenset({world.locations["SBY"]})
    following = follow(watch, world, "kopi", locations=surabaya, heartbeat_s=0.2)

    quiet = await heard(following)
    await lose(world, "kopi", 3, now)
    still_quiet = await heard(following)

    assert quiet == still_quiet == set()
    await following.aclose()  # type: ignore[attr-defined]


async def test_nobody_looks_when_the_last_watcher_has_left(watch: StockWatch, world: World) -> None:
    following = follow(watch, world, "kopi")
    await heard(following)
    looking = watch._looking
    assert looking is not None

    await following.aclose()  # type: ignore[attr-defined]
    async with asyncio.timeout(PATIENCE_S):
        await looking

    assert watch.watchers == 0
    again = follow(watch, world, "kopi")
    assert ("kopi", None, 10) in await heard(again)
    await again.aclose()  # type: ignore[attr-defined]


async def test_a_watcher_that_is_cancelled_leaves(watch: StockWatch, world: World) -> None:
    following = follow(watch, world, "kopi")
    await heard(following)

    waiting = asyncio.create_task(heard(following))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)

    assert watch.watchers == 0

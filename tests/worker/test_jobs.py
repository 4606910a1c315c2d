"""Jobs run by a real worker: one lock one at a time, and a budget of tries that ends in the inbox."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest

from conftest import ShopFloor
from orderan.kit import jobs
from orderan.kit.db import Database
from worker.working import work_off

pytestmark = pytest.mark.anyio

TRIES = 6


class Room:
    """Where jobs meet, if they are let in together."""

    def __init__(self) -> None:
        self.inside = 0
        self.most = 0
        self.together = asyncio.Event()

    async def visit(self) -> None:
        self.inside += 1
        self.most = max(self.most, self.inside)
        if self.inside == 2:
            self.together.set()
        with suppress(TimeoutError):
            await asyncio.wait_for(self.together.wait(), 0.5)
        self.inside -= 1


_rooms: list[Room] = []
_tries: list[int] = []


@jobs.job("tests.visit")
async def _visit(tools: jobs.Tools, *, shop_id: int) -> None:
    """Looks who else is there."""
    await _rooms[0].visit()


@jobs.job("tests.fails")
async def _fails(tools: jobs.Tools, *, shop_id: int) -> None:
    """Never works."""
    _tries.append(shop_id)
    raise ConnectionError


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    yield
    _rooms.clear()
    _tries.clear()


@pytest.mark.parametrize(("locks", "together"), [(("satu", "satu"), 1), (("satu", "dua"), 2)])
async def test_jobs_of_one_lock_run_one_after_another_and_others_side_by_side(
    floor: ShopFloor, db: Database, database_url: str, now: datetime, locks: tuple[str, str], together: int
) -> None:
    _rooms.append(Room())
    for lock in locks:
        await floor.run(lambda tx, lock=lock: jobs.defer(tx, _visit, lock=lock))

    for _ in locks:
        await work_off(db, database_url, now)

    assert _rooms[0].most == together
    assert await statuses(floor) == ["succeeded", "succeeded"]


async def test_a_job_that_keeps_failing_is_tried_six_times_and_then_told(
    floor: ShopFloor, db: Database, database_url: str, now: datetime
) -> None:
    await floor.run(lambda tx: jobs.defer(tx, _fails))
    waits = []
    for _ in range(TRIES + 2):
        await work_off(db, database_url, now)
        if await statuses(floor) == ["failed"]:
            break
        waits.append(await hurry(floor))

    assert len(_tries) == TRIES
    assert timedelta(minutes=20) < sum(waits, timedelta()) < timedelta(minutes=25)
    await floor.run(lambda tx: jobs.watch_failed(tx, now))
    [entry] = await floor.all("SELECT reason, payload FROM exception_entry WHERE kind = 'job_failed'")
    assert (entry.reason, entry.payload["attempts"]) == ("tests.fails", TRIES)


async def statuses(floor: ShopFloor) -> list[str]:
    rows: list[Any] = await floor.all("SELECT status::text FROM procrastinate_jobs ORDER BY id")
    return [row.status for row in rows]


async def hurry(floor: ShopFloor) -> timedelta:
    """Make the next try due at once; how long it would have waited."""
    [row] = await floor.all(
        """
        UPDATE procrastinate_jobs SET scheduled_at = now()
        FROM (SELECT id, scheduled_at AS was FROM procrastinate_jobs WHERE status = 'todo') AS before
        WHERE procrastinate_jobs.id = before.id
        RETURNING before.was - now() AS wait
        """
    )
    wait: timedelta = row.wait
    return wait

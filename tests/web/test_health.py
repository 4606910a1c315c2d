"""What a load balancer and Prometheus are told: ready for this schema, and how far the worker is behind."""

from datetime import datetime, timedelta

import psycopg
import pytest
from prometheus_client import CONTENT_TYPE_LATEST

from access.conftest import House, house
from conftest import ShopFloor
from orderan.kit.db import ALL_SHOPS, Caller, Tx
from orderan.kit.events import record, sequence
from orderan.kit.ids import new_id
from orderan.kit.migrations import Migration, shipped
from orderan.orders.events import OrderDelivered
from orderan.shops import ShopState, open_shop

pytestmark = pytest.mark.anyio

__all__ = ["house"]


async def behind_s(house: House) -> float:
    async with house.browser() as browser:
        told = (await browser.get("/metrics")).text
    [line] = [line for line in told.splitlines() if line.startswith("orderan_worker_behind_seconds ")]
    return float(line.split()[1])


async def test_the_type_of_the_numbers_names_their_charset_once(house: House) -> None:
    async with house.browser() as browser:
        told = (await browser.get("/metrics")).headers["content-type"]
    assert told == CONTENT_TYPE_LATEST


async def test_numbers_tell_how_long_the_oldest_fact_has_waited_for_its_place(
    house: House, floor: ShopFloor, now: datetime
) -> None:
    await floor.run(sequence)
    assert await behind_s(house) == 0.0

    for ago in (40, 90):
        at = now - timedelta(seconds=ago)
        await floor.run(lambda tx, at=at: record(tx, new_id(), OrderDelivered(1001), now=at))
    assert await behind_s(house) == 90.0

    await floor.run(sequence)
    assert await behind_s(house) == 0.0


async def test_a_shop_that_is_being_prepared_is_not_waited_for(
    house: House, floor: ShopFloor, now: datetime
) -> None:
    long_ago = now - timedelta(days=90)

    async def preparing(tx: Tx) -> None:
        made = await open_shop(tx, code="lain", name="Lain", state=ShopState.PREPARING, now=long_ago)
        await record(
            Tx(tx.connection, Caller(made.shop_id, tx.actor)), new_id(), OrderDelivered(1001), now=long_ago
        )

    await floor.run(sequence)
    await floor.db.run(Caller(ALL_SHOPS, "system:test"), preparing)

    assert await behind_s(house) == 0.0


async def readiness(house: House) -> tuple[int, str]:
    async with house.browser() as browser:
        answer = await browser.get("/health/ready")
    return answer.status_code, answer.json()["checks"]["migrations"]


@pytest.mark.parametrize(
    ("file", "told"),
    [("0999_pre_more.sql", (503, "pending")), ("0999_post_less.sql", (200, "ok"))],
)
async def test_only_what_adds_is_waited_for(
    house: House, monkeypatch: pytest.MonkeyPatch, file: str, told: tuple[int, str]
) -> None:
    files = [*shipped(), Migration(file, ("SELECT 1",))]
    monkeypatch.setattr("orderan.web.health.shipped", lambda: files)

    assert await readiness(house) == told


async def test_a_database_of_a_newer_release_is_not_served(house: House, database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as database:
        database.execute(
            "INSERT INTO migration (name, checksum, statements, applied_at) VALUES ('0999_pre_x.sql', '', 1, now())"
        )

    assert await readiness(house) == (503, "newer")

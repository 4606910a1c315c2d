"""The worker's rounds: what is due is done in every shop, whatever fails in one of them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from procrastinate import PsycopgConnector
from prometheus_client import REGISTRY

from conftest import ShopFloor
from fulfilment.working import an_order, delivered, inbox
from given import a_shop
from orderan.inventory import Goods, Receipt, receive_goods, receive_stock, set_policy
from orderan.kit import jobs
from orderan.kit.clock import SetClock
from orderan.kit.crypto import Keyring
from orderan.kit.db import ALL_SHOPS, Caller, Database, Tx
from orderan.kit.runner import Answer, Key, remember, sweep_answers
from orderan.orders import Terms
from orderan.settings import WorkerSettings
from orderan.shops import Shop, open_shop
from orderan.worker import TIMERS, Rounds, Timer, timers_of

pytestmark = pytest.mark.anyio


async def another_shop(db: Database, now: datetime) -> Shop:
    async def opening(tx: Tx) -> Shop:
        return await open_shop(tx, code="lain", name="Toko Lain", now=now)

    return await db.run(Caller(ALL_SHOPS, "system:test"), opening)


async def entries(db: Database, shop_id: int) -> list[tuple[str, str]]:
    """(reason, state) of what was told of failing parts in a shop."""

    async def read(tx: Tx) -> list[Any]:
        return await tx.all(
            """
            SELECT reason, state FROM exception_entry
            WHERE shop_id = %(shop)s AND kind = 'sweep_failed' ORDER BY id
            """,
            {"shop": tx.shop_id},
        )

    return [tuple(row) for row in await db.run(Caller(shop_id, "system:test"), read)]


async def test_a_part_that_fails_in_one_shop_is_told_there_and_hinders_nobody_else(
    floor: ShopFloor, db: Database, now: datetime
) -> None:
    other = await another_shop(db, now)
    broken = {floor.shop.shop_id}
    swept: list[tuple[int, str]] = []

    async def fragile(tx: Tx, _now: datetime) -> int:
        if tx.shop_id in broken:
            raise AssertionError("a bug")
        swept.append((tx.shop_id, "fragile"))
        return 0

    async def sturdy(tx: Tx, _now: datetime) -> int:
        swept.append((tx.shop_id, "sturdy"))
        return 0

    clock = SetClock(now)
    rounds = Rounds(db, clock, timers=[Timer("fragile", 3600.0, fragile), Timer("sturdy", 3600.0, sturdy)])

    await rounds.once()

    assert swept == [(floor.shop.shop_id, "sturdy"), (other.shop_id, "fragile"), (other.shop_id, "sturdy")]
    assert await entries(db, floor.shop.shop_id) == [("fragile", "open")]
    assert await entries(db, other.shop_id) == []

    # What failed is due again at once, and the entry goes by itself when it works.
    broken.clear()
    swept.clear()
    await rounds.once()

    assert swept == [(floor.shop.shop_id, "fragile")]
    assert await entries(db, floor.shop.shop_id) == [("fragile", "resolved")]


@pytest.mark.parametrize(
    "fault",
    [psycopg.errors.DeadlockDetected, psycopg.errors.LockNotAvailable, psycopg.errors.QueryCanceled],
)
async def test_a_shop_whose_rows_are_always_taken_keeps_no_other_shop_waiting(
    floor: ShopFloor, db: Database, now: datetime, fault: type[Exception]
) -> None:
    other = await another_shop(db, now)
    swept: list[int] = []

    async def fragile(tx: Tx, _now: datetime) -> int:
        if tx.shop_id == floor.shop.shop_id:
            raise fault
        swept.append(tx.shop_id)
        return 0

    await Rounds(db, SetClock(now), timers=[Timer("fragile", 1.0, fragile)]).once()

    assert swept == [other.shop_id]
    assert await entries(db, floor.shop.shop_id) == [("fragile", "open")]


async def test_a_fault_that_cannot_even_be_told_keeps_no_other_shop_waiting(
    floor: ShopFloor, db: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = await another_shop(db, now)
    swept: list[int] = []

    async def fragile(tx: Tx, _now: datetime) -> int:
        if tx.shop_id == floor.shop.shop_id:
            raise AssertionError("a bug")
        swept.append(tx.shop_id)
        return 0

    async def untold(_tx: Tx, _entries: object, *, now: datetime) -> int:
        raise psycopg.errors.CheckViolation(str(now))

    counted = REGISTRY.get_sample_value("orderan_worker_faults_total", {"fault": "CheckViolation"}) or 0.0
    with monkeypatch.context() as broken:
        broken.setattr("orderan.kit.inbox.report", untold)
        await Rounds(db, SetClock(now), timers=[Timer("fragile", 1.0, fragile)]).once()

    assert swept == [other.shop_id]
    assert await entries(db, floor.shop.shop_id) == []
    assert (
        REGISTRY.get_sample_value("orderan_worker_faults_total", {"fault": "CheckViolation"}) == counted + 1
    )


async def test_a_database_that_went_away_ends_the_round_and_accuses_no_shop(
    floor: ShopFloor, db: Database, now: datetime
) -> None:
    async def cut_off(_tx: Tx, _now: datetime) -> int:
        raise psycopg.errors.AdminShutdown

    with pytest.raises(psycopg.errors.AdminShutdown):
        await Rounds(db, SetClock(now), timers=[Timer("cut_off", 1.0, cut_off)]).once()

    assert await entries(db, floor.shop.shop_id) == []


async def test_a_round_tells_of_low_stock_and_settles_it(
    floor: ShopFloor, db: Database, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 2})
    sku, place = world.skus["kopi"], world.locations["JKT"]
    await floor.run(lambda tx: set_policy(tx, sku, place, safety=0, reorder_point=3, now=now))
    clock = SetClock(now)
    rounds = Rounds(db, clock)

    await rounds.once()
    assert await inbox(world) == [("low_stock", "below_reorder_point", 0)]

    await floor.run(lambda tx: receive_stock(tx, [Receipt(sku, place, 5)], now=now))
    clock.at += timedelta(minutes=2)
    await rounds.once()
    assert await inbox(world) == []


@pytest.mark.parametrize(
    ("zone", "last_minute"),
    [("Asia/Jakarta", "2026-11-11T16:59:00Z"), ("Asia/Jayapura", "2026-11-11T14:59:00Z")],
)
async def test_a_round_tells_of_a_lot_at_the_midnight_it_expires_where_it_lies(
    floor: ShopFloor, db: Database, now: datetime, zone: str, last_minute: str
) -> None:
    world = await a_shop(floor, now, stock={"susu": 0})
    sku, place = world.skus["susu"], world.locations["JKT"]
    await floor.all(
        "UPDATE location SET time_zone = %(zone)s WHERE shop_id = %(shop)s AND id = %(place)s RETURNING id",
        zone=zone,
        place=place,
    )
    lot = [Goods("susu", 5, "BESOK", date(2026, 11, 12))]
    await floor.run(lambda tx: receive_goods(tx, lot, location_id=place, now=now))
    await floor.run(lambda tx: set_policy(tx, sku, place, safety=0, reorder_point=3, now=now))
    clock = SetClock(datetime.fromisoformat(last_minute))
    rounds = Rounds(db, clock)

    await rounds.once()
    assert await inbox(world) == []

    clock.at += timedelta(minutes=2)
    await rounds.once()
    assert await inbox(world) == [("low_stock", "out_of_stock", 0)]


async def test_a_round_expires_completes_and_watches(
    floor: ShopFloor, db: Database, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 9})
    unpaid = await an_order(world, keyring, ("kopi", 1), now=now)
    done = await an_order(world, keyring, ("kopi", 1), now=now, terms=Terms.INVOICE)
    await delivered(world, done, now=now)
    forgotten = await an_order(world, keyring, ("kopi", 1), now=now, terms=Terms.INVOICE)
    rounds = Rounds(db, SetClock(now + timedelta(days=40)))

    await rounds.once()

    states = await floor.all("SELECT id, commercial FROM sales_order")
    assert {row.id: row.commercial for row in states} == {
        unpaid.id: "expired",
        done.id: "completed",
        forgotten.id: "accepted",
    }
    told = {kind for kind, _, _ in await inbox(world)}
    assert {"task_waiting", "order_waiting"} <= told


def test_every_sweep_has_a_name_of_its_own() -> None:
    assert len({timer.name for timer in TIMERS}) == len(TIMERS)


async def test_a_job_exists_only_if_its_change_was_committed(floor: ShopFloor, db: Database) -> None:
    async def halfway(tx: Tx) -> None:
        await jobs.defer(tx, _nothing, lock="uji")
        raise LookupError

    with pytest.raises(LookupError):
        await floor.run(halfway)

    assert await floor.value("SELECT count(*) FROM procrastinate_jobs") == 0
    await floor.run(lambda tx: jobs.defer(tx, _nothing, lock="uji"))
    assert await floor.value("SELECT count(*) FROM procrastinate_jobs") == 1


async def test_what_a_killed_worker_left_half_done_is_put_back(
    floor: ShopFloor, db: Database, database_url: str
) -> None:
    job = await floor.run(lambda tx: jobs.defer(tx, _nothing))
    dead = await floor.value(
        "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '5 minutes') RETURNING id"
    )
    await floor.all(
        "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %(worker)s WHERE id = %(job)s RETURNING id",
        worker=dead,
        job=job,
    )

    with jobs.app.replace_connector(PsycopgConnector(conninfo=database_url)) as app:
        async with app.open_async():
            assert await jobs.take_up_again(app) == 1
            assert await jobs.take_up_again(app) == 0

    assert await floor.value("SELECT status::text FROM procrastinate_jobs") == "todo"


async def test_a_job_that_failed_for_good_waits_in_the_inbox_until_it_is_run_again(
    floor: ShopFloor, now: datetime
) -> None:
    job = await floor.run(lambda tx: jobs.defer(tx, _nothing))
    await floor.all(
        "UPDATE procrastinate_jobs SET status = 'failed', attempts = 6 WHERE id = %(job)s RETURNING id",
        job=job,
    )

    assert await floor.run(lambda tx: jobs.watch_failed(tx, now)) == 1
    assert await floor.run(lambda tx: jobs.watch_failed(tx, now)) == 0
    [entry] = await floor.all("SELECT reason, state FROM exception_entry WHERE kind = 'job_failed'")
    assert tuple(entry) == ("tests.nothing", "open")

    await floor.all("UPDATE procrastinate_jobs SET status = 'todo' WHERE id = %(job)s RETURNING id", job=job)
    assert await floor.run(lambda tx: jobs.watch_failed(tx, now)) == 1
    assert await floor.value("SELECT state FROM exception_entry WHERE kind = 'job_failed'") == "resolved"


@jobs.job("tests.nothing")
async def _nothing(tools: jobs.Tools, *, shop_id: int) -> None:
    """Does nothing."""


async def test_answers_are_let_go_after_the_days_that_were_set(db: Database, floor: ShopFloor) -> None:
    now = datetime(2026, 11, 11, tzinfo=UTC)
    keep = timedelta(days=7)
    ages = {"old": keep + timedelta(seconds=1), "older": keep * 3, "kept": keep, "new": timedelta(0)}
    for name, age in ages.items():
        given = [(Key.of("key:uji POST /x", name, b""), Answer(201, b"{}"))]
        await floor.run(lambda tx, given=given, age=age: remember(tx, given, now=now - age))
    [sweep] = [timer for timer in timers_of(WorkerSettings(answers_days=7)) if timer not in TIMERS]
    rounds = Rounds(db, SetClock(now), timers=[sweep])

    await rounds.once()

    left = await floor.all("SELECT key FROM answer WHERE shop_id = %(shop)s ORDER BY key")
    assert [row.key for row in left] == ["kept", "new"]


async def test_answers_are_let_go_in_batches_until_none_is_old(floor: ShopFloor) -> None:
    now = datetime(2026, 11, 11, tzinfo=UTC)
    given = [(Key.of("key:uji POST /x", str(turn), b""), Answer(201, b"{}")) for turn in range(5)]
    await floor.run(lambda tx: remember(tx, given, now=now - timedelta(days=1)))

    swept = [await floor.run(lambda tx: sweep_answers(tx, before=now, limit=2)) for _ in range(4)]

    assert swept == [2, 2, 1, 0]

"""The main road on a Citus cluster: the same commands, with every shop's rows on one node of several."""

from datetime import datetime, timedelta

import psycopg
import pytest

from cluster.conftest import another_shop
from conftest import ShopFloor
from given import World, a_buyer, a_shop, asked, place
from orderan.auditor import CHECKS, audit
from orderan.flows.expire_orders import expire_orders
from orderan.flows.place_order import Placed
from orderan.flows.settle_payment import settle_payment
from orderan.inventory import StockShort, adjust_stock
from orderan.inventory.models import StockKey
from orderan.kit import events
from orderan.kit.crypto import Keyring
from orderan.kit.db import ALL_SHOPS, Caller, Database, Tx
from orderan.kit.distribution import distribute, plan
from orderan.kit.events import Consumer, Recorded
from orderan.kit.ids import NIL
from orderan.kit.inbox import Stuck, report, settle
from orderan.kit.runner import Answer, Key, Runner
from orderan.orders import Terms
from orderan.payments import MoneyEvent, MoneyKind

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


def test_a_second_run_finds_every_table_in_its_place(cluster_url: str) -> None:
    assert distribute(cluster_url) == []
    with psycopg.connect(cluster_url) as connection:
        assert plan(connection) == []


def test_all_distributed_tables_are_spread_together(cluster_url: str) -> None:
    with psycopg.connect(cluster_url) as connection:
        groups = connection.execute(
            "SELECT count(DISTINCT colocationid), count(*) FROM pg_dist_partition WHERE partmethod = 'h'"
        ).fetchone()

    assert groups is not None
    assert groups[0] == 1
    assert groups[1] > 40


def test_rows_from_before_are_there_afterwards(cluster_url: str, now: datetime) -> None:
    with psycopg.connect(cluster_url) as connection:
        connection.execute("SET LOCAL orderan.shop = '1'")
        counted = connection.execute("SELECT count(*) FROM order_line WHERE quantity = 2").fetchone()

    assert counted == (1,)
    assert audit(cluster_url, now=now, shop_id=1).findings == []


async def test_an_audit_of_every_shop_at_once(
    floor: ShopFloor, keyring: Keyring, now: datetime, cluster_url: str
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 10})
    await place(world, keyring, asked(("kopi", 1)), now=now)

    report = audit(cluster_url, now=now)

    assert report.findings == []
    assert len(report.verdicts) == len(CHECKS)


async def test_a_days_work_of_a_shop(
    floor: ShopFloor, keyring: Keyring, now: datetime, cluster_url: str
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 10, "gula": 5}, bundles={"paket": {"kopi": 2, "gula": 1}})
    early = now - timedelta(days=2)
    [stale] = await place(world, keyring, asked(("kopi", 1), buyer=a_buyer()), now=early)
    paid, cod, short = await place(
        world,
        keyring,
        asked(("kopi", 2), ("kopi", 1), buyer=a_buyer(), external_id="TKP-1"),
        asked(("paket", 2), buyer=a_buyer("Budi", "+6281234567891"), terms=Terms.COD),
        asked(("gula", 4)),
        now=now,
    )
    assert isinstance(stale, Placed)
    assert isinstance(paid, Placed)
    assert isinstance(cod, Placed)
    assert isinstance(short, StockShort)
    [again] = await place(world, keyring, asked(("kopi", 2), external_id="TKP-1"), now=now)
    assert isinstance(again, Placed)
    assert again.order.id == paid.order.id

    async def settling(tx: Tx) -> None:
        money = MoneyEvent(
            paid.order.id, MoneyKind.CAPTURED, "cash", paid.order.total_minor + 500, "IDR", "K-1"
        )
        await settle_payment(tx, money, now=now)

    await floor.run(settling)
    assert await floor.run(lambda tx: expire_orders(tx, now=now)) == 1
    key = StockKey(world.skus["gula"], world.locations["JKT"], NIL, NIL)
    await floor.run(lambda tx: adjust_stock(tx, [(key, -1)], reason="rusak", now=now))

    assert await world.stock("kopi") == (10, 0, 7)
    assert await world.stock("gula") == (4, 0, 2)
    await _sequenced(world)
    assert audit(cluster_url, now=now, shop_id=floor.shop.shop_id).findings == []


async def _sequenced(world: World) -> None:
    assert await world.floor.run(events.sequence) > 0
    seen: list[Recorded] = []

    async def handle(_tx: Tx, facts: object) -> None:
        seen.extend(facts)  # type: ignore[arg-type]

    consumer = Consumer("uji", frozenset({"orders.placed.v1"}), handle)
    assert await world.floor.run(lambda tx: events.consume(tx, consumer)) > 0
    assert [fact.kind for fact in seen] == ["orders.placed.v1"] * 3


async def test_an_idempotency_key_is_answered_once(floor: ShopFloor, now: datetime) -> None:
    runner = Runner(floor.db)
    runs = []

    async def command(tx: Tx) -> Answer:
        runs.append(tx.shop_id)
        return Answer(201, b"first")

    for _ in range(2):
        answer = await runner.once(
            floor.caller, Key.of("api", "k", b"body"), command, refused=lambda _no: Answer(409, b""), now=now
        )
        assert answer == Answer(201, b"first")
    assert len(runs) == 1


async def test_the_exception_inbox_opens_one_entry_per_trouble(floor: ShopFloor, now: datetime) -> None:
    trouble = Stuck("x", "y", "order", None, "x:1", {}, 0, "IDR", None, "z")

    assert await floor.run(lambda tx: report(tx, [trouble, trouble], now=now)) == 1
    assert await floor.run(lambda tx: report(tx, [trouble], now=now)) == 0
    assert await floor.run(lambda tx: settle(tx, ["x:1"], note="ok", now=now)) == 1


async def test_a_query_that_forgets_its_shop_sees_only_its_own_rows(
    floor: ShopFloor, db: Database, now: datetime
) -> None:
    mine, other = floor, await another_shop(db, now)
    for shop in (mine, other):
        await a_shop(shop, now, stock={"kopi": 1})

    async def forgetful(tx: Tx) -> set[int]:
        return {row.shop_id for row in await tx.all("SELECT shop_id FROM stock")}

    async def intruding(tx: Tx) -> None:
        await tx.run("INSERT INTO event_head (shop_id, position) VALUES (%(shop)s, 0)", {"shop": 10**9})

    assert await mine.run(forgetful) == {mine.shop.shop_id}
    assert await other.run(forgetful) == {other.shop.shop_id}
    assert await db.run(Caller(ALL_SHOPS, "system:test"), forgetful) >= {
        mine.shop.shop_id,
        other.shop.shop_id,
    }
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        await mine.run(intruding)

"""One thing done to many orders: left to a job when there are many, each done once whatever happens."""

import asyncio
from datetime import datetime

import pytest

from conftest import ShopFloor
from given import a_shop, asked, place
from orderan.flows import bulk_orders
from orderan.flows.bulk_orders import AT_ONCE, Verb, start, work_off
from orderan.flows.place_order import Placed
from orderan.kit.crypto import Keyring
from orderan.orders import Terms, bulk
from orders.acting import placed

pytestmark = pytest.mark.anyio


async def test_many_orders_are_left_to_a_job_and_two_workers_do_each_once(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 500})
    answers = await place(world, keyring, *[asked(("kopi", 1)) for _ in range(AT_ONCE + 1)], now=now)
    ids = [answer.order.id for answer in answers if isinstance(answer, Placed)]
    assert len(ids) == AT_ONCE + 1

    bulk_id = await floor.run(lambda tx: start(tx, Verb.CANCEL, {"reason": "Salah harga"}, ids, now=now))

    assert await floor.value("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'orders.bulk'") == 1
    action = await floor.run(lambda tx: bulk(tx, bulk_id))
    assert (action.total, action.done, action.refused) == (AT_ONCE + 1, 0, 0)
    worked = await asyncio.gather(*(work_off(floor.db, floor.caller, bulk_id, now=now) for _ in range(2)))
    assert sum(worked) == AT_ONCE + 1
    action = await floor.run(lambda tx: bulk(tx, bulk_id))
    assert (action.done, action.refused) == (AT_ONCE + 1, 0)
    assert await floor.value("SELECT count(*) FROM order_version") == AT_ONCE + 1
    assert await world.stock("kopi") == (500, 0, 0)


async def test_few_orders_need_no_job_and_every_verb_does_its_thing(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 50})
    unpaid = await placed(world, keyring, asked(("kopi", 1)), now)
    cod = await placed(world, keyring, asked(("kopi", 1), terms=Terms.COD), now)
    both = [unpaid.id, cod.id]

    for verb, arguments, done, refused in (
        (Verb.TAG, {"tags": ["vip"]}, 2, 0),
        (Verb.UNTAG, {"tags": ["vip"]}, 2, 0),
        (Verb.HOLD, {"kind": "stock", "reason": "Opname"}, 2, 0),
        (Verb.RELEASE, {"reason": ""}, 2, 0),
        (Verb.PAY, {"reason": ""}, 2, 0),
        (Verb.PAY, {"reason": ""}, 0, 2),
        (Verb.COMPLETE, {"reason": ""}, 0, 2),
        (Verb.CANCEL, {"reason": "-"}, 2, 0),
    ):
        bulk_id = await floor.run(
            lambda tx, verb=verb, arguments=arguments: start(tx, verb, arguments, both, now=now)
        )
        await work_off(floor.db, floor.caller, bulk_id, now=now)
        action = await floor.run(lambda tx, bulk_id=bulk_id: bulk(tx, bulk_id))
        assert (action.done, action.refused) == (done, refused), verb
    assert await floor.value("SELECT count(*) FROM procrastinate_jobs") == 0
    assert await floor.value("SELECT sum(open_holds)::int FROM sales_order") == 0
    assert await floor.value("SELECT sum(paid_minor)::int FROM sales_order") == 20_000
    assert bulk_orders.MOST > AT_ONCE

"""One thing done to many orders: left to a job when there are many, each done once whatever happens."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from conftest import ShopFloor
from given import a_shop, asked, place
from orderan.flows import bulk_orders
from orderan.flows.bulk_orders import AT_ONCE, Verb, start, work_off, work_off_job, work_off_one
from orderan.flows.place_order import Placed
from orderan.flows.refund_order import execute_refund, promise_refund
from orderan.kit.clock import SetClock
from orderan.kit.crypto import Keyring
from orderan.kit.jobs import Tools
from orderan.orders import Terms, bulk
from orders.acting import look, pay, placed

pytestmark = pytest.mark.anyio


@dataclass
class Context:
    """What the worker hands to a job."""

    additional_context: dict[str, Any]


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


async def test_few_orders_are_done_at_once_and_every_verb_does_its_thing(
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
        (Verb.HOLD, {"kind": "fraud", "reason": "Mencurigakan"}, 2, 0),
        (Verb.RELEASE, {"reason": "", "judges": False}, 0, 2),
        (Verb.RELEASE, {"reason": "", "judges": True}, 2, 0),
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
    assert await floor.value("SELECT sum(open_holds)::int FROM sales_order") == 0
    assert await floor.value("SELECT sum(paid_minor)::int FROM sales_order") == 20_000
    assert bulk_orders.MOST > AT_ONCE


async def test_what_a_killed_process_left_of_a_few_orders_is_done_by_the_job(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    orders = [await placed(world, keyring, asked(("kopi", 1)), now) for _ in range(3)]
    bulk_id = await floor.run(
        lambda tx: start(tx, Verb.TAG, {"tags": ["vip"]}, [order.id for order in orders], now=now)
    )
    # The process does one of them and dies.
    assert await floor.run(lambda tx: work_off_one(tx, bulk_id, now=now))

    [job] = await floor.all("SELECT args FROM procrastinate_jobs WHERE task_name = 'orders.bulk'")
    await work_off_job.func(Context({"tools": Tools(floor.db, SetClock(now), keyring)}), **job.args)

    action = await floor.run(lambda tx: bulk(tx, bulk_id))
    assert (action.done, action.refused, action.total) == (3, 0, 3)
    assert await floor.value("SELECT count(*) FROM order_tag WHERE tag = 'vip'") == 3


async def test_paying_many_does_not_ask_for_what_was_given_back(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await placed(world, keyring, asked(("kopi", 2)), now)
    await pay(world, order, 20_000, now)
    refund = await floor.run(
        lambda tx: promise_refund(tx, order.id, amount_minor=5_000, reason="Rusak sedikit", now=now)
    )
    await floor.run(lambda tx: execute_refund(tx, refund.id, method="cash", reference="K-1", now=now))

    bulk_id = await floor.run(lambda tx: start(tx, Verb.PAY, {"reason": ""}, [order.id], now=now))
    await work_off(floor.db, floor.caller, bulk_id, now=now)

    action = await floor.run(lambda tx: bulk(tx, bulk_id))
    assert (action.done, action.refused) == (0, 1)
    assert (await look(world, order.id))[0].paid_minor == 20_000


async def test_a_row_whose_worker_dies_while_the_job_runs_is_done_by_the_job(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    orders = [await placed(world, keyring, asked(("kopi", 1)), now) for _ in range(3)]
    bulk_id = await floor.run(
        lambda tx: start(tx, Verb.TAG, {"tags": ["vip"]}, [order.id for order in orders], now=now)
    )
    [job] = await floor.all("SELECT args FROM procrastinate_jobs WHERE task_name = 'orders.bulk'")

    jobs: list[asyncio.Task[None]] = []

    async def page() -> None:
        """It holds the first row while the job comes; then it dies, its row undone."""
        async with floor.db.transaction(floor.caller) as held:
            assert await work_off_one(held, bulk_id, now=now)
            tools = Context({"tools": Tools(floor.db, SetClock(now), keyring)})
            jobs.append(asyncio.create_task(work_off_job.func(tools, **job.args)))
            await _until_it_waits(floor, jobs[0])
            raise Killed

    with pytest.raises(Killed):
        await page()
    await jobs[0]

    action = await floor.run(lambda tx: bulk(tx, bulk_id))
    assert (action.done, action.refused, action.total) == (3, 0, 3)
    assert await floor.value("SELECT count(*) FROM order_tag WHERE tag = 'vip'") == 3


class Killed(Exception):
    """The process is gone, and its transaction with it."""


async def _until_it_waits(floor: ShopFloor, running: asyncio.Task[None]) -> None:
    """Until the job has done what nobody holds, and waits for what is held or is over."""
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype IN ('transactionid', 'tuple')"
    while not running.done() and not await floor.value(waiting):  # noqa: ASYNC110 - locks ring no bell
        await asyncio.sleep(0)

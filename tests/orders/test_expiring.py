"""Unpaid orders end by themselves; money that comes too late revives them, or a person decides."""

from datetime import datetime, timedelta

import pytest

from conftest import ShopFloor
from given import a_shop, asked
from orderan.flows.expire_orders import expire_orders
from orderan.kit.crypto import Keyring
from orders.acting import look, open_entries, pay, placed

pytestmark = pytest.mark.anyio
LATER = timedelta(days=40)


async def test_an_unpaid_order_expires_at_its_limit_and_its_stock_is_free(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 2})
    order = await placed(world, keyring, asked(("kopi", 2)), now)
    assert order.hold_until is not None
    limit = order.hold_until

    assert await floor.run(lambda tx: expire_orders(tx, now=limit - timedelta(seconds=1))) == 0
    assert await floor.run(lambda tx: expire_orders(tx, now=limit)) == 1

    stored, _ = await look(world, order.id)
    assert (stored.commercial, stored.headline, stored.hold_until) == ("expired", "cancelled", None)
    assert await world.stock("kopi") == (2, 0, 0)


async def test_money_after_expiry_revives_the_order_while_there_is_stock(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 4, "gula": 2}, bundles={"paket": {"kopi": 1, "gula": 1}})
    order = await placed(world, keyring, asked(("kopi", 2), ("paket", 1)), now)
    await floor.run(lambda tx: expire_orders(tx, now=now + LATER))

    await pay(world, order, 30_000, now + LATER)

    stored, lines = await look(world, order.id)
    assert (stored.commercial, stored.headline, stored.money) == ("accepted", "accepted", "paid")
    assert [line.allocated for line in lines] == [2, 1]
    assert await world.stock("kopi") == (4, 0, 3)
    assert await floor.value("SELECT sum(quantity)::int FROM task_line") == 4
    assert await open_entries(world) == []


async def test_money_after_expiry_without_stock_waits_for_a_person_with_the_refund_as_next_step(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 2})
    order = await placed(world, keyring, asked(("kopi", 2)), now)
    await floor.run(lambda tx: expire_orders(tx, now=now + LATER))
    await placed(world, keyring, asked(("kopi", 1)), now + LATER)

    await pay(world, order, 20_000, now + LATER)

    stored, _ = await look(world, order.id)
    assert (stored.commercial, stored.paid_minor) == ("expired", 20_000)
    assert await open_entries(world) == [("payment_after_close", 20_000)]
    assert await world.stock("kopi") == (2, 1, 0)

"""Orders of what nobody picks: a service, a fee. Paid, the buyer has it; the rest is as with goods."""

from datetime import datetime, timedelta

import pytest

from conftest import ShopFloor
from given import World, a_shop, asked
from orderan.flows.cancel_order import cancel_order
from orderan.flows.change_order import confirm, open_change
from orderan.flows.complete_orders import complete_delivered, complete_order
from orderan.flows.expire_orders import expire_orders
from orderan.kit.crypto import Keyring
from orderan.orders import AddLine, GoodsStillOwed, Order, Terms, Units
from orderan.pricing import Discount
from orders.acting import look, open_entries, pay, placed

pytestmark = pytest.mark.anyio
DAY = timedelta(days=1)


@pytest.fixture
async def world(floor: ShopFloor, now: datetime) -> World:
    return await a_shop(floor, now, stock={"kopi": 5}, services=["servis"])


async def stages(world: World, order: Order) -> tuple[str, datetime | None, list[tuple[int, int]]]:
    """(headline, delivered at, (shipped, delivered) per line)."""
    stored, lines = await look(world, order.id)
    return stored.headline, stored.delivered_at, [(line.shipped, line.delivered) for line in lines]


async def told_delivered(world: World) -> int:
    told: int = await world.floor.value("SELECT count(*) FROM event WHERE kind = 'orders.delivered.v1'")
    return told


async def test_a_paid_service_is_with_the_buyer_and_completes_itself_after_the_shops_days(
    floor: ShopFloor, world: World, keyring: Keyring, now: datetime
) -> None:
    order = await placed(world, keyring, asked(("servis", 2)), now)
    assert await stages(world, order) == ("awaiting_payment", None, [(0, 0)])

    await pay(world, order, 20_000, now)
    assert await stages(world, order) == ("shipped", now, [(2, 2)])
    assert await told_delivered(world) == 1
    assert await floor.value("SELECT count(*) FROM task") == 0

    days = floor.shop.complete_after_days * DAY
    assert await floor.run(lambda tx: complete_delivered(tx, now=now + days)) == 1
    stored, _ = await look(world, order.id)
    assert (stored.commercial, stored.headline, stored.closed_at) == ("completed", "completed", now + days)
    assert await open_entries(world) == []


async def test_a_paid_service_is_completed_by_hand_without_waiting(
    floor: ShopFloor, world: World, keyring: Keyring, now: datetime
) -> None:
    order = await placed(world, keyring, asked(("servis", 1)), now)
    await pay(world, order, 10_000, now)

    await floor.run(lambda tx: complete_order(tx, order.id, now=now))

    assert (await look(world, order.id))[0].commercial == "completed"


async def test_a_service_paid_at_the_door_waits_for_its_money(
    floor: ShopFloor, world: World, keyring: Keyring, now: datetime
) -> None:
    order = await placed(world, keyring, asked(("servis", 1), terms=Terms.COD), now)
    assert await stages(world, order) == ("accepted", None, [(0, 0)])
    with pytest.raises(GoodsStillOwed):
        await floor.run(lambda tx: complete_order(tx, order.id, now=now))
    await pay(world, order, 4_000, now)
    assert await stages(world, order) == ("accepted", None, [(0, 0)])

    await pay(world, order, 6_000, now + DAY, reference="TRX-2")

    assert await stages(world, order) == ("shipped", now + DAY, [(1, 1)])


@pytest.mark.parametrize("given", [{"terms": Terms.INVOICE}, {"free": True}])
async def test_a_service_with_nothing_to_pay_first_is_with_the_buyer_when_it_is_placed(
    world: World, keyring: Keyring, now: datetime, given: dict[str, object]
) -> None:
    others = {name: value for name, value in given.items() if name != "free"}
    if "free" in given:
        others["discounts"] = [Discount("gratis", "merchant", 10_000)]

    order = await placed(world, keyring, asked(("servis", 1), **others), now)

    assert await stages(world, order) == ("shipped", now, [(1, 1)])


async def test_a_service_that_expired_is_revived_by_its_money_and_delivered(
    floor: ShopFloor, world: World, keyring: Keyring, now: datetime
) -> None:
    order = await placed(world, keyring, asked(("servis", 1)), now)
    late = now + 40 * DAY
    assert await floor.run(lambda tx: expire_orders(tx, now=late)) == 1

    await pay(world, order, 10_000, late)

    assert (await look(world, order.id))[0].commercial == "accepted"
    assert await stages(world, order) == ("shipped", late, [(1, 1)])


async def test_a_service_beside_goods_waits_for_them_and_for_nothing_once_they_are_cancelled(
    floor: ShopFloor, world: World, keyring: Keyring, now: datetime
) -> None:
    order = await placed(world, keyring, asked(("kopi", 1), ("servis", 1)), now)
    await pay(world, order, 20_000, now)
    assert await stages(world, order) == ("accepted", None, [(0, 0), (0, 0)])
    with pytest.raises(GoodsStillOwed):
        await floor.run(lambda tx: complete_order(tx, order.id, now=now))

    await floor.run(lambda tx: cancel_order(tx, order.id, units=[Units(1, 1)], reason="habis", now=now))

    assert await stages(world, order) == ("shipped", now, [(0, 0), (1, 1)])
    assert await open_entries(world) == [("payment_over", 10_000)]


async def test_goods_added_to_a_delivered_service_are_waited_for_and_take_nothing_back(
    floor: ShopFloor, world: World, keyring: Keyring, now: datetime
) -> None:
    order = await placed(world, keyring, asked(("servis", 1)), now)
    await pay(world, order, 10_000, now)

    change = await floor.run(
        lambda tx: open_change(tx, order.id, [AddLine("kopi", 2)], reason="tambah", now=now)
    )
    await floor.run(lambda tx: confirm(tx, order.id, change.id, now=now))

    assert (await stages(world, order))[2] == [(1, 1), (0, 0)]
    with pytest.raises(GoodsStillOwed):
        await floor.run(lambda tx: complete_order(tx, order.id, now=now))
    assert await world.stock("kopi") == (5, 0, 2)

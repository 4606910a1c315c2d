"""Completing orders: by hand, by themselves, and what stands in the way."""

from datetime import datetime, timedelta

import pytest

from conftest import ShopFloor
from given import World, a_shop, asked
from orderan.flows.complete_orders import complete_delivered, complete_order
from orderan.flows.hold_order import hold_order
from orderan.flows.settle_payment import settle_payment
from orderan.kit.crypto import Keyring
from orderan.kit.states import IllegalMove
from orderan.orders import GoodsStillOwed, MoneyStillDue, OnHold, Order, Terms
from orderan.payments import MoneyEvent, MoneyKind
from orders.acting import delivered, look, open_entries, pay, placed, shipped

pytestmark = pytest.mark.anyio
DAY = timedelta(days=1)


async def on_the_table(world: World, keyring: Keyring, now: datetime, terms: Terms = Terms.PREPAID) -> Order:
    """An order whose goods are with the buyer."""
    order = await placed(world, keyring, asked(("kopi", 1), terms=terms), now)
    if terms is Terms.PREPAID:
        await pay(world, order, 10_000, now, reference=str(order.number))
    await shipped(world, order.id, [(1, "kopi", 1)], now=now)
    await delivered(world, order.id, now)
    return order


async def test_a_delivered_and_paid_order_completes_itself_after_the_shops_days(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await on_the_table(world, keyring, now)
    days = floor.shop.complete_after_days * DAY

    assert await floor.run(lambda tx: complete_delivered(tx, now=now + days - timedelta(seconds=1))) == 0
    assert await floor.run(lambda tx: complete_delivered(tx, now=now + days)) == 1
    assert await floor.run(lambda tx: complete_delivered(tx, now=now + days)) == 0

    stored, _ = await look(world, order.id)
    assert (stored.commercial, stored.headline, stored.closed_at) == ("completed", "completed", now + days)


async def test_what_is_delivered_but_not_paid_is_told_with_the_money_and_completes_once_it_is(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await on_the_table(world, keyring, now, Terms.COD)
    later = now + 60 * DAY

    assert await floor.run(lambda tx: complete_delivered(tx, now=later)) == 1
    assert await floor.run(lambda tx: complete_delivered(tx, now=later)) == 0
    assert await open_entries(world) == [("completion_blocked", 10_000)]
    assert (await look(world, order.id))[0].commercial == "accepted"

    event = MoneyEvent(order.id, MoneyKind.COD_COLLECTED, "cod", 10_000, "IDR")
    await floor.run(lambda tx: settle_payment(tx, event, now=later))
    await floor.run(lambda tx: complete_order(tx, order.id, now=later))

    assert (await look(world, order.id))[0].commercial == "completed"
    assert await open_entries(world) == []


async def test_what_is_not_finished_cannot_be_completed_by_hand(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 9})
    unpaid = await placed(world, keyring, asked(("kopi", 1)), now)
    waiting = await placed(world, keyring, asked(("kopi", 2), terms=Terms.COD), now)
    owing = await on_the_table(world, keyring, now, Terms.COD)
    held = await on_the_table(world, keyring, now)
    await floor.run(lambda tx: hold_order(tx, held.id, "other", reason="-", now=now))

    for order, refusal in (
        (unpaid, IllegalMove),
        (waiting, GoodsStillOwed),
        (owing, MoneyStillDue),
        (held, OnHold),
    ):
        with pytest.raises(refusal):
            await floor.run(lambda tx, order=order: complete_order(tx, order.id, now=now))

    assert await floor.value("SELECT count(*) FROM sales_order WHERE commercial = 'completed'") == 0


async def test_an_order_on_an_invoice_completes_before_it_is_paid(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await on_the_table(world, keyring, now, Terms.INVOICE)

    await floor.run(lambda tx: complete_order(tx, order.id, reason="Faktur terkirim", now=now))

    assert (await look(world, order.id))[0].commercial == "completed"

"""Goods of an order that left in several parcels come back while others of it are under way."""

from datetime import datetime
from uuid import UUID

import pytest

from conftest import ShopFloor
from fulfilment.working import an_order, delivered, inbox, order_row, pay
from given import BANDUNG, JAKARTA, World, a_shop
from orderan.flows.cancel_order import cancel_order
from orderan.flows.collect_cod import Cash, NothingDue, collect_cod, remit_cod
from orderan.flows.complete_orders import complete_order
from orderan.flows.deliver import deliver_parcels
from orderan.flows.hand_over import hand_over
from orderan.flows.pick_task import finish_tasks, pack, release_tasks, start_picking
from orderan.flows.refund_order import execute_refund, promise_refund
from orderan.flows.settle_return import (
    ask_return,
    decide_return,
    inspect_goods,
    receive_goods_back,
    resolve_return,
)
from orderan.fulfilment import Box, PickingBlocked
from orderan.inventory import Receipt, receive_stock
from orderan.kit.crypto import Keyring
from orderan.orders import Order, Terms, Units
from orderan.returns import Inspected, ReturnEvent, Wanted

pytestmark = pytest.mark.anyio

AWBS = ("002589984055", "002589984063")


async def two_places(floor: ShopFloor, now: datetime, code: str, **bundles: dict[str, int]) -> World:
    """One unit of a sku in Jakarta and one in Bandung, and two of everything else in Jakarta."""
    parts = {part for parts in bundles.values() for part in parts}
    stock = dict.fromkeys(parts, 2) | {code: 1}
    world = await a_shop(floor, now, stock=stock, bundles=bundles, places={"JKT": JAKARTA, "BDG": BANDUNG})
    more = [Receipt(world.skus[code], world.locations["BDG"], 1)]
    await floor.run(lambda tx: receive_stock(tx, more, now=now))
    return world


async def task_at(world: World, place: str) -> UUID:
    task: UUID = await world.floor.value(
        "SELECT id FROM task WHERE location_id = %(place)s", place=world.locations[place]
    )
    return task


async def ship(world: World, place: str, awb: str, now: datetime) -> None:
    """What a place has of the only order reaches its buyer."""
    task, run = await task_at(world, place), world.floor.run
    for step in (release_tasks, start_picking):
        await run(lambda tx, step=step: step(tx, [task], now=now))
    await run(lambda tx: finish_tasks(tx, [task], take_all=True, now=now))
    await run(lambda tx: pack(tx, [task], now=now))
    parcels = await run(lambda tx: hand_over(tx, task, [Box("sicepat", awb)], now=now))
    await run(lambda tx: deliver_parcels(tx, [parcel.id for parcel in parcels], now=now))


async def given_back(world: World, order: Order, units: int, now: datetime, *, amount_minor: int) -> None:
    """Units of the first line come back, are put on sale again and paid back."""
    run, at = world.floor.run, world.locations["JKT"]
    made = await run(lambda tx: ask_return(tx, order.id, [Wanted(1, units)], reason="Rusak", now=now))
    await run(lambda tx: decide_return(tx, made.id, ReturnEvent.APPROVE, now=now))
    await run(lambda tx: receive_goods_back(tx, made.id, {1: units}, location_id=at, now=now))
    await run(lambda tx: inspect_goods(tx, made.id, [Inspected(1, units, 0)], now=now))
    refund = await run(lambda tx: resolve_return(tx, made.id, amount_minor=amount_minor, now=now))
    if refund is not None:
        await run(lambda tx: execute_refund(tx, refund.id, method="bank_transfer", reference=None, now=now))


async def test_a_refund_for_what_came_back_does_not_stop_the_rest(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await two_places(floor, now, "kopi")
    order = await an_order(world, keyring, ("kopi", 2), now=now)
    await pay(world, order, now=now)
    await ship(world, "JKT", AWBS[0], now)
    await given_back(world, order, 1, now, amount_minor=10_000)
    row = await order_row(world, order)
    assert (row.refunded_minor, row.credited_minor, row.money) == (10_000, 10_000, "partly_refunded")

    await ship(world, "BDG", AWBS[1], now)

    assert await inbox(world) == []
    await floor.run(lambda tx: complete_order(tx, order.id, now=now))


async def test_what_is_owed_when_the_rest_is_cancelled_is_told_after_a_refund(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await two_places(floor, now, "kopi")
    order = await an_order(world, keyring, ("kopi", 2), now=now)
    await pay(world, order, now=now)
    await ship(world, "JKT", AWBS[0], now)
    await given_back(world, order, 1, now, amount_minor=9_000)

    after = await floor.run(lambda tx: cancel_order(tx, order.id, units=[Units(1, 1)], reason="x", now=now))

    assert after.total_minor == 10_000
    assert await inbox(world) == [("payment_over", "partly_refunded", 10_000)]


async def test_goods_that_come_back_paid_lessen_what_is_due_at_the_door_for_the_rest(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await two_places(floor, now, "kopi")
    order = await an_order(world, keyring, ("kopi", 2), now=now, terms=Terms.COD)
    await ship(world, "JKT", AWBS[0], now)
    await floor.run(lambda tx: collect_cod(tx, "sicepat", [Cash(AWBS[0])], now=now))
    await given_back(world, order, 1, now, amount_minor=0)
    await ship(world, "BDG", AWBS[1], now)

    [unsaid] = await floor.run(lambda tx: remit_cod(tx, "sicepat", "S1", [Cash(AWBS[1])], now=now))
    assert isinstance(unsaid, NothingDue)
    row = await order_row(world, order)
    assert (row.paid_minor, row.forgone_minor, row.money) == (10_000, 10_000, "cod_collected")

    await floor.run(lambda tx: remit_cod(tx, "sicepat", "S1", [Cash(AWBS[1], 10_000)], now=now))
    assert await inbox(world) == [("payment_over", "overpaid", 10_000)]


async def test_goodwill_is_no_credit_and_an_order_paid_back_whole_is_not_picked(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 2})
    order = await an_order(world, keyring, ("kopi", 2), now=now)
    await pay(world, order, now=now)
    refund = await floor.run(
        lambda tx: promise_refund(tx, order.id, amount_minor=20_000, reason="Maaf", now=now)
    )
    await floor.run(lambda tx: execute_refund(tx, refund.id, method="cash", reference=None, now=now))
    task = await task_at(world, "JKT")
    await floor.run(lambda tx: release_tasks(tx, [task], now=now))

    with pytest.raises(PickingBlocked) as refused:
        await floor.run(lambda tx: start_picking(tx, [task], now=now))

    assert [reason.code for reason in refused.value.orders[0][2]] == ["unpaid"]
    assert (await order_row(world, order)).credited_minor == 0


async def test_a_set_comes_back_as_one_of_each_part_while_the_rest_of_another_is_under_way(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await two_places(floor, now, "gelas", paket={"teko": 1, "gelas": 1})
    order = await an_order(world, keyring, ("paket", 2), now=now)
    await pay(world, order, now=now)
    await ship(world, "JKT", AWBS[0], now)
    assert await world.stock("teko") == (0, 0, 0)

    await given_back(world, order, 1, now, amount_minor=0)
    assert (await world.stock("teko"), await world.stock("gelas")) == ((1, 0, 0), (2, 0, 1))

    await ship(world, "BDG", AWBS[1], now)
    await given_back(world, order, 1, now, amount_minor=0)
    assert (await world.stock("teko"), await world.stock("gelas")) == ((2, 0, 0), (2, 0, 0))


async def test_an_invoice_is_not_asked_for_goods_that_came_back_before_it_was_paid(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 2), now=now, terms=Terms.INVOICE)
    await delivered(world, order, now=now)

    await given_back(world, order, 1, now, amount_minor=0)
    row = await order_row(world, order)
    assert (row.forgone_minor, row.money) == (10_000, "unpaid")

    await pay(world, order, 10_000, now=now)
    assert (await order_row(world, order)).money == "paid"
    assert await inbox(world) == []


async def test_a_refund_that_settles_goods_and_an_overpayment_asks_for_neither_again(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 3), now=now)
    await pay(world, order, now=now)
    await floor.run(lambda tx: cancel_order(tx, order.id, units=[Units(1, 1)], reason="x", now=now))
    assert await inbox(world) == [("payment_over", "overpaid", 10_000)]
    await delivered(world, order, now=now)

    await given_back(world, order, 1, now, amount_minor=20_000)

    row = await order_row(world, order)
    assert (row.total_minor, row.refunded_minor, row.credited_minor) == (20_000, 20_000, 10_000)
    assert await inbox(world) == []


async def test_goodwill_on_top_of_goods_is_credited_with_them(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await two_places(floor, now, "kopi")
    order = await an_order(world, keyring, ("kopi", 2), now=now)
    await pay(world, order, now=now)
    await ship(world, "JKT", AWBS[0], now)

    await given_back(world, order, 1, now, amount_minor=12_000)

    assert (await order_row(world, order)).credited_minor == 12_000
    await ship(world, "BDG", AWBS[1], now)
    assert await inbox(world) == []

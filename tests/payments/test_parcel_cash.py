"""Cash at the door of an order in several parcels, some of it said without a parcel."""

from datetime import datetime

import pytest

from conftest import ShopFloor
from fulfilment.working import an_order, delivered, inbox, money, order_row, shipped
from given import World, a_shop
from orderan.flows.collect_cod import (
    Cash,
    NothingDue,
    cash_to_collect,
    cash_to_remit,
    collect_cod,
    remit_cod,
)
from orderan.flows.deliver import move_on
from orderan.flows.settle_payment import settle_payment
from orderan.flows.settle_return import receive_goods_back
from orderan.fulfilment import Box
from orderan.kit.crypto import Keyring
from orderan.kit.ids import NIL
from orderan.orders import Order, Terms
from orderan.payments import Money, MoneyKind, MoreThanThereIs, ReferenceUsed, Standing
from orderan.shipping import Content, Parcel, ParcelEvent

pytestmark = pytest.mark.anyio

AWBS = ("002589984055", "002589984063", "002589984071")


async def three_parcels(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> tuple[World, Order, list[Parcel]]:
    """Three units at 10,000, each in a parcel of its own with the courier."""
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 3), now=now, terms=Terms.COD)
    boxes = [Box("sicepat", awb, contents=[Content(1, world.skus["kopi"], NIL, NIL, 1)]) for awb in AWBS]
    return world, order, await shipped(world, order, boxes=boxes, now=now)


async def said_by_hand(world: World, order: Order, amount_minor: int, now: datetime) -> None:
    event = money(order, amount_minor, kind=MoneyKind.COD_COLLECTED, method="cod")
    await world.floor.run(lambda tx: settle_payment(tx, event, now=now))


async def test_of_two_parcels_brought_back_one_received_leaves_the_other_its_share(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world, order, parcels = await three_parcels(floor, keyring, now)
    for parcel in parcels[:2]:
        for event in (ParcelEvent.SEND_BACK, ParcelEvent.ARRIVE_BACK):
            await floor.run(lambda tx, one=parcel, event=event: move_on(tx, [one.id], event, now=now))
    await floor.run(lambda tx: move_on(tx, [parcels[2].id], ParcelEvent.DELIVER, now=now))
    back = await floor.value("SELECT id FROM goods_return ORDER BY number LIMIT 1")
    spot = world.locations["JKT"]
    await floor.run(lambda tx: receive_goods_back(tx, back, {1: 1}, location_id=spot, now=now))

    await floor.run(lambda tx: collect_cod(tx, "sicepat", [Cash(AWBS[2])], now=now))

    row = await order_row(world, order)
    assert (row.paid_minor, row.forgone_minor, row.money) == (10_000, 10_000, "partly_paid")


async def test_a_parcel_on_a_second_statement_does_not_use_up_the_cash_of_another(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world, _, _ = await three_parcels(floor, keyring, now)
    await floor.run(lambda tx: collect_cod(tx, "sicepat", [Cash(awb, 10_000) for awb in AWBS], now=now))
    await floor.run(lambda tx: remit_cod(tx, "sicepat", "S1", [Cash(AWBS[0], 6_000)], now=now))

    [rest, again, unsaid, same] = [
        (await floor.run(lambda tx, at=at, row=row: remit_cod(tx, "sicepat", at, [row], now=now)))[0]
        for at, row in (
            ("S2", Cash(AWBS[0], 4_000)),
            ("S3", Cash(AWBS[0], 10_000)),
            ("S4", Cash(AWBS[0])),
            ("S2", Cash(AWBS[0], 4_000)),
        )
    ]

    assert rest.remitted_minor == 10_000
    assert isinstance(again, MoreThanThereIs)
    assert again.at_most_minor == 0
    assert isinstance(unsaid, NothingDue)
    assert isinstance(same, ReferenceUsed)
    others = [Cash(awb, 10_000) for awb in AWBS[1:]]
    answers = await floor.run(lambda tx: remit_cod(tx, "sicepat", "S5", others, now=now))
    assert answers == [Standing(Money.COD_REMITTED, 30_000, 0, 30_000, 30_000, 0)] * 2
    assert await inbox(world) == []


@pytest.mark.parametrize("told", [10_000, None])
async def test_cash_said_by_hand_is_not_booked_again_by_the_courier_s_statement(
    floor: ShopFloor, keyring: Keyring, now: datetime, told: int | None
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 1), now=now, terms=Terms.COD)
    await delivered(world, order, now=now)
    await said_by_hand(world, order, 10_000, now)
    ticked = [("sicepat", AWBS[0])]
    assert await floor.run(lambda tx: cash_to_remit(tx, ticked)) == {"sicepat": [Cash(AWBS[0])]}

    [stands] = await floor.run(lambda tx: remit_cod(tx, "sicepat", "S1", [Cash(AWBS[0], told)], now=now))
    [again] = await floor.run(lambda tx: remit_cod(tx, "sicepat", "S2", [Cash(AWBS[0], told)], now=now))

    assert stands == Standing(Money.COD_REMITTED, 10_000, 0, 10_000, 10_000, 0)
    assert type(again) is (NothingDue if told is None else MoreThanThereIs)
    assert await floor.run(lambda tx: cash_to_remit(tx, ticked)) == {}
    assert (await order_row(world, order)).paid_minor == 10_000
    assert await inbox(world) == []


@pytest.mark.parametrize("told", [10_000, None])
async def test_cash_said_by_hand_for_one_of_three_parcels_leaves_the_others_theirs(
    floor: ShopFloor, keyring: Keyring, now: datetime, told: int | None
) -> None:
    world, order, _ = await three_parcels(floor, keyring, now)
    await said_by_hand(world, order, 10_000, now)

    for turn, awb in enumerate(AWBS):
        rows = [Cash(awb, told)]
        await floor.run(lambda tx, turn=turn, rows=rows: remit_cod(tx, "sicepat", f"S{turn}", rows, now=now))

    row = await order_row(world, order)
    assert (row.paid_minor, row.money) == (30_000, "cod_remitted")
    assert await inbox(world) == []


async def test_cash_said_by_hand_is_not_collected_again_by_a_list_that_tells_it(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 1), now=now, terms=Terms.COD)
    await delivered(world, order, now=now)
    await said_by_hand(world, order, 10_000, now)

    [answer] = await floor.run(lambda tx: collect_cod(tx, "sicepat", [Cash(AWBS[0], 10_000)], now=now))

    assert isinstance(answer, NothingDue)
    assert (await order_row(world, order)).paid_minor == 10_000


async def test_more_than_was_due_is_collected_as_it_was_told(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 1), now=now, terms=Terms.COD)
    await delivered(world, order, now=now)
    ticked = [("sicepat", AWBS[0])]
    assert await floor.run(lambda tx: cash_to_collect(tx, ticked)) == {"sicepat": [Cash(AWBS[0])]}

    await floor.run(lambda tx: remit_cod(tx, "sicepat", "S1", [Cash(AWBS[0], 12_000)], now=now))

    assert await inbox(world) == [("payment_over", "overpaid", 2_000)]
    assert await floor.run(lambda tx: cash_to_collect(tx, ticked)) == {}


async def test_a_row_that_tells_too_much_leaves_what_was_said_by_hand_to_the_next(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world, order, _ = await three_parcels(floor, keyring, now)
    await floor.run(lambda tx: collect_cod(tx, "sicepat", [Cash(AWBS[0], 10_000)], now=now))
    await said_by_hand(world, order, 15_000, now)
    rows = [Cash(AWBS[0], 40_000), Cash(AWBS[1], 10_000), Cash(AWBS[2], 10_000)]

    too_much, *_ = await floor.run(lambda tx: remit_cod(tx, "sicepat", "S1", rows, now=now))

    assert isinstance(too_much, MoreThanThereIs)
    assert (await order_row(world, order)).paid_minor == 30_000
    assert await inbox(world) == []

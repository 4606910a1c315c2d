"""Goods come back: asked for, received, judged, paid for; and every way to be told no."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from itertools import permutations
from uuid import UUID

import pytest
from psycopg.errors import ForeignKeyViolation

from conftest import ShopFloor
from fulfilment.working import AWB, an_order, delivered, inbox, line_of, order_row, pay, shipped
from given import BANDUNG, JAKARTA, World, a_shop
from orderan.flows.cancel_order import cancel_order
from orderan.flows.change_order import confirm, open_change
from orderan.flows.complete_orders import complete_order
from orderan.flows.deliver import move_on
from orderan.flows.erase_customer import OrdersUnderWay, erase_customer
from orderan.flows.hand_over import hand_over
from orderan.flows.pick_task import finish_tasks, pack, release_tasks, start_picking
from orderan.flows.refund_order import execute_refund, promise_parts
from orderan.flows.settle_return import (
    ask_return,
    close_return,
    decide_return,
    inspect_goods,
    propose_refund,
    receive_goods_back,
    resolve_return,
)
from orderan.flows.views_money import cash_by_courier
from orderan.fulfilment import Box
from orderan.inventory import Receipt, UnknownLocation, receive_stock
from orderan.kit.crypto import Keyring
from orderan.kit.db import ALL_SHOPS, Caller, Database
from orderan.kit.ids import new_id
from orderan.kit.states import IllegalMove
from orderan.orders import EVERYTHING, Order, OrderNotFound, SetQuantity, Terms, Units
from orderan.payments import RefundLine, RefundTooLarge
from orderan.returns import (
    CountsDiffer,
    Inspected,
    NothingToReturn,
    NotReturnable,
    RefundStillOpen,
    ReturnEvent,
    ReturnNotFound,
    Wanted,
)
from orderan.shipping import ParcelEvent
from orderan.shops import open_shop

pytestmark = pytest.mark.anyio


async def asked_back(world: World, order: Order, *units: tuple[int, int], now: datetime) -> UUID:
    """An approved return of (line, units)."""
    wanted = [Wanted(line_no, count) for line_no, count in units]
    made = await world.floor.run(lambda tx: ask_return(tx, order.id, wanted, reason="Rusak", now=now))
    await world.floor.run(lambda tx: decide_return(tx, made.id, ReturnEvent.APPROVE, now=now))
    made_id: UUID = made.id
    return made_id


async def received(world: World, order: Order, *units: tuple[int, int], now: datetime) -> UUID:
    made = await asked_back(world, order, *units, now=now)
    place = world.locations["JKT"]
    await world.floor.run(lambda tx: receive_goods_back(tx, made, dict(units), location_id=place, now=now))
    return made


async def quarantined(world: World, code: str) -> int:
    units: int = await world.floor.value(
        "SELECT coalesce(sum(quarantine), 0)::int FROM stock WHERE sku_id = %(sku)s", sku=world.skus[code]
    )
    return units


async def test_a_return_goes_from_the_request_to_the_money(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 3), now=now)
    await pay(world, order, now=now)
    await delivered(world, order, now=now)
    assert await world.stock("kopi") == (2, 0, 0)

    made = await received(world, order, (1, 2), now=now)
    assert await line_of(world, order) == (3, 3, 3, 3, 2)
    assert await world.stock("kopi") == (2, 0, 0)

    await floor.run(lambda tx: inspect_goods(tx, made, [Inspected(1, 1, 1, "segel rusak")], now=now))
    assert await world.stock("kopi") == (3, 0, 0)
    assert await quarantined(world, "kopi") == 1

    assert await floor.run(lambda tx: propose_refund(tx, made)) == [RefundLine(1, 2, 20_000)]
    refund = await floor.run(lambda tx: resolve_return(tx, made, amount_minor=18_000, now=now))
    with pytest.raises(RefundStillOpen):
        await floor.run(lambda tx: close_return(tx, made, now=now))
    await floor.run(lambda tx: execute_refund(tx, refund.id, method="bank_transfer", reference="R", now=now))
    assert await floor.value("SELECT state FROM goods_return") == "closed"
    assert (await order_row(world, order)).refunded_minor == 18_000
    moves = await floor.all("SELECT event FROM order_move WHERE axis = 'return' ORDER BY id")
    assert [move.event for move in moves] == ["request", "approve", "receive", "inspect", "resolve", "close"]


async def test_an_order_whose_every_unit_came_back_is_returned(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 2), now=now, terms=Terms.COD)
    await delivered(world, order, now=now)

    await received(world, order, (1, 2), now=now)

    assert (await order_row(world, order)).headline == "returned"


async def test_a_bundle_comes_back_as_its_parts(floor: ShopFloor, keyring: Keyring, now: datetime) -> None:
    world = await a_shop(
        floor, now, stock={"cangkir": 9, "teko": 9}, bundles={"set": {"cangkir": 2, "teko": 1}}
    )
    order = await an_order(world, keyring, ("set", 3), now=now, terms=Terms.COD)
    await delivered(world, order, now=now)
    assert await world.stock("cangkir") == (3, 0, 0)

    made = await received(world, order, (1, 2), now=now)
    await floor.run(lambda tx: inspect_goods(tx, made, [Inspected(1, 1, 1)], now=now))

    assert await world.stock("cangkir") == (5, 0, 0)
    assert await quarantined(world, "cangkir") == 2
    assert await world.stock("teko") == (7, 0, 0)
    assert await quarantined(world, "teko") == 1


async def test_no_more_can_come_back_than_went_out_and_is_not_coming_already(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 3), now=now, terms=Terms.COD)
    with pytest.raises(NotReturnable) as refused:
        await floor.run(lambda tx: ask_return(tx, order.id, [Wanted(1, 1)], reason="x", now=now))
    assert refused.value.lines == ((1, 1, 0),)
    await delivered(world, order, now=now)
    await asked_back(world, order, (1, 2), now=now)

    for wanted, told in (
        ([Wanted(1, 2)], ((1, 2, 1),)),
        ([Wanted(1, 1), Wanted(1, 1)], ((1, 2, 1),)),
        ([Wanted(1, 0)], ((1, 0, 1),)),
        ([Wanted(7, 1)], ((7, 1, 0),)),
    ):
        with pytest.raises(NotReturnable) as refused:
            await floor.run(lambda tx, w=wanted: ask_return(tx, order.id, w, reason="x", now=now))
        assert refused.value.lines == told
    with pytest.raises(NothingToReturn):
        await floor.run(lambda tx: ask_return(tx, order.id, [], reason="x", now=now))
    with pytest.raises(OrderNotFound):
        await floor.run(lambda tx: ask_return(tx, new_id(), [Wanted(1, 1)], reason="x", now=now))
    assert await floor.value("SELECT count(*) FROM goods_return") == 1


async def test_a_rejected_return_frees_its_units_for_another(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 3), now=now, terms=Terms.COD)
    await delivered(world, order, now=now)
    first = await floor.run(lambda tx: ask_return(tx, order.id, [Wanted(1, 3)], reason="x", now=now))

    await floor.run(lambda tx: decide_return(tx, first.id, ReturnEvent.REJECT, note="Lewat 7 hari", now=now))

    again = await floor.run(lambda tx: ask_return(tx, order.id, [Wanted(1, 3)], reason="y", now=now))
    assert again.number == 2
    with pytest.raises(IllegalMove):
        await floor.run(lambda tx: decide_return(tx, first.id, ReturnEvent.APPROVE, now=now))


@pytest.mark.parametrize("inspected", [[Inspected(1, 1, 0)], [Inspected(1, 2, 1)], [Inspected(1, 3, -1)], []])
async def test_an_inspection_accounts_for_exactly_what_was_received(
    floor: ShopFloor, keyring: Keyring, now: datetime, inspected: list[Inspected]
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 3), now=now, terms=Terms.COD)
    await delivered(world, order, now=now)
    made = await received(world, order, (1, 2), now=now)

    with pytest.raises(CountsDiffer):
        await floor.run(lambda tx: inspect_goods(tx, made, inspected, now=now))

    assert await floor.value("SELECT state FROM goods_return") == "received"
    assert await world.stock("kopi") == (2, 0, 0)


async def test_more_than_was_asked_back_is_not_received(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 3), now=now, terms=Terms.COD)
    await delivered(world, order, now=now)
    made = await asked_back(world, order, (1, 2), now=now)
    place = world.locations["JKT"]

    for units in ({1: 3}, {2: 1}, {1: -1}, {}):
        with pytest.raises(CountsDiffer):
            await floor.run(lambda tx, u=units: receive_goods_back(tx, made, u, location_id=place, now=now))

    assert await line_of(world, order) == (3, 3, 3, 3, 0)


async def test_a_return_of_an_unpaid_order_promises_no_money(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 3), now=now, terms=Terms.COD)
    await delivered(world, order, now=now)
    made = await received(world, order, (1, 2), now=now)
    await floor.run(lambda tx: inspect_goods(tx, made, [Inspected(1, 2, 0)], now=now))

    with pytest.raises(RefundTooLarge):
        await floor.run(lambda tx: resolve_return(tx, made, amount_minor=1, now=now))
    assert await floor.value("SELECT state FROM goods_return") == "inspected"

    assert await floor.run(lambda tx: resolve_return(tx, made, amount_minor=0, note="COD", now=now)) is None
    assert await floor.value("SELECT state FROM goods_return") == "closed"


async def test_goods_arriving_at_another_location_are_not_there_for_this_one(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 3), now=now, terms=Terms.COD)
    await delivered(world, order, now=now)
    made = await received(world, order, (1, 2), now=now)

    with pytest.raises(ReturnNotFound):
        await floor.run(lambda tx: inspect_goods(tx, made, [Inspected(1, 2, 0)], within=[new_id()], now=now))


async def test_units_that_were_cancelled_have_no_share_in_what_comes_back(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 5), now=now)
    await floor.run(lambda tx: cancel_order(tx, order.id, units=[Units(1, 2)], reason="Kurang", now=now))
    await pay(world, order, 30_000, now=now)
    await delivered(world, order, now=now)

    made = await received(world, order, (1, 3), now=now)
    await floor.run(lambda tx: inspect_goods(tx, made, [Inspected(1, 3, 0)], now=now))

    assert await floor.run(lambda tx: propose_refund(tx, made)) == [RefundLine(1, 3, 30_000)]


async def three_returns(
    world: World, order: Order, arrive: tuple[int, ...], judge: tuple[int, ...], now: datetime
) -> list[UUID]:
    """A unit each of line 1, received and inspected in these turns; in the order they were asked for."""
    made = [await asked_back(world, order, (1, 1), now=now) for _ in range(3)]
    spot = world.locations["JKT"]
    for turn, index in enumerate(arrive):
        at = now + timedelta(minutes=turn)
        await world.floor.run(
            lambda tx, index=index, at=at: receive_goods_back(
                tx, made[index], {1: 1}, location_id=spot, now=at
            )
        )
    for turn, index in enumerate(judge):
        at = now + timedelta(hours=1, minutes=turn)
        await world.floor.run(
            lambda tx, index=index, at=at: inspect_goods(tx, made[index], [Inspected(1, 1, 0)], now=at)
        )
    return made


async def resolved_as_proposed(world: World, return_id: UUID, now: datetime) -> None:
    proposed = await world.floor.run(lambda tx: propose_refund(tx, return_id))
    amount = sum(line.amount_minor for line in proposed)
    await world.floor.run(lambda tx: resolve_return(tx, return_id, amount_minor=amount, now=now))


async def a_line_that_does_not_divide(world: World, keyring: Keyring, terms: Terms, now: datetime) -> Order:
    """Three units for 29.999 together."""
    order = await an_order(world, keyring, ("kopi", 3), now=now, terms=terms)
    for statement in (
        "UPDATE order_line SET discount_minor = 1 WHERE order_id = %(order)s RETURNING 1",
        "UPDATE sales_order SET discount_minor = 1, total_minor = 29999 WHERE id = %(order)s RETURNING 1",
    ):
        await world.floor.all(statement, order=order.id)
    return order


async def test_parts_add_up_to_the_line_in_whatever_turn_they_are_received_judged_and_resolved(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 300})
    turns = list(permutations(range(3)))
    for number, (arrive, judge) in enumerate((one, other) for one in turns for other in turns):
        order = await a_line_that_does_not_divide(world, keyring, Terms.PREPAID, now)
        await pay(world, order, 29_999, now=now)
        await delivered(world, order, awb=f"{2_589_984_055 + number:012}", now=now)
        made = await three_returns(world, order, arrive, judge, now)

        for turn in turns[number % len(turns)]:
            await resolved_as_proposed(world, made[turn], now)

        granted = "SELECT sum(amount_minor)::bigint FROM refund WHERE order_id = %(order)s"
        assert await floor.value(granted, order=order.id) == 29_999, (arrive, judge)


async def test_what_was_refunded_by_hand_and_what_came_back_add_up_to_the_line(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    """Five for 33.333, a unit refunded by hand between two that came back; the later one is judged first."""
    world = await a_shop(floor, now, stock={"kopi": 300})
    order = await an_order(world, keyring, ("kopi", 5), now=now)
    for statement in (
        "UPDATE order_line SET discount_minor = 16667 WHERE order_id = %(order)s RETURNING 1",
        "UPDATE sales_order SET discount_minor = 16667, total_minor = 33333 WHERE id = %(order)s RETURNING 1",
    ):
        await floor.all(statement, order=order.id)
    await pay(world, order, 33_333, now=now)
    await delivered(world, order, now=now)

    async def by_hand(units: int, at: datetime) -> None:
        await floor.run(
            lambda tx: promise_parts(
                tx, order.id, units={1: units}, shipping_minor=0, amount_minor=None, reason="Penyok", now=at
            )
        )

    minute = timedelta(minutes=1)
    made = [await received(world, order, (1, 1), now=now + minute)]
    await by_hand(1, now + 2 * minute)
    made += [await received(world, order, (1, 1), now=now + 3 * minute)]
    for one in reversed(made):
        await floor.run(
            lambda tx, one=one: inspect_goods(tx, one, [Inspected(1, 1, 0)], now=now + 4 * minute)
        )
        await resolved_as_proposed(world, one, now + 5 * minute)
    await by_hand(2, now + 6 * minute)

    amounts = await floor.all("SELECT amount_minor FROM refund ORDER BY granted_at, id")
    assert sorted(row.amount_minor for row in amounts) == [6_666, 6_667, 6_667, 13_333]


async def test_what_came_back_unpaid_is_worth_nothing_in_whatever_turn_it_is_judged(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 99})
    for number, judge in enumerate(permutations(range(3))):
        order = await a_line_that_does_not_divide(world, keyring, Terms.COD, now)
        await delivered(world, order, awb=f"{2_589_984_055 + number:012}", now=now)

        made = await three_returns(world, order, (0, 1, 2), judge, now)

        for one in made:
            assert await floor.run(lambda tx, one=one: propose_refund(tx, one)) == [RefundLine(1, 1, 0)]
        assert (await order_row(world, order)).forgone_minor == 29_999


async def test_a_parcel_refused_at_the_door_leaves_nothing_due_and_its_buyer_can_be_forgotten(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 2), now=now, terms=Terms.COD)
    customer = order.customer_id
    assert customer is not None
    [parcel] = await shipped(world, order, now=now)
    for event in (ParcelEvent.FAIL, ParcelEvent.SEND_BACK, ParcelEvent.ARRIVE_BACK):
        await floor.run(lambda tx, event=event: move_on(tx, [parcel.id], event, now=now))
    with pytest.raises(OrdersUnderWay):
        await floor.run(lambda tx: erase_customer(tx, customer, reason="Diminta", now=now))
    made = await floor.value("SELECT id FROM goods_return")

    spot = world.locations["JKT"]
    await floor.run(lambda tx: receive_goods_back(tx, made, {1: 2}, location_id=spot, now=now))
    await floor.run(lambda tx: inspect_goods(tx, made, [Inspected(1, 2, 0)], now=now))
    await floor.run(lambda tx: resolve_return(tx, made, amount_minor=0, now=now))

    row = await order_row(world, order)
    assert (row.headline, row.money, row.forgone_minor, row.delivered_at) == (
        "returned",
        "paid",
        20_000,
        None,
    )
    assert await floor.run(lambda tx: cash_by_courier(tx, EVERYTHING)) == []
    assert await inbox(world) == []
    await floor.run(lambda tx: complete_order(tx, order.id, now=now))
    assert (await order_row(world, order)).headline == "returned"
    await floor.run(lambda tx: erase_customer(tx, customer, reason="Diminta", now=now))


async def by_cancelling(floor: ShopFloor, order: Order, now: datetime) -> None:
    await floor.run(lambda tx: cancel_order(tx, order.id, units=[Units(1, 1)], reason="Batal", now=now))


async def by_a_change(floor: ShopFloor, order: Order, now: datetime) -> None:
    fewer = [SetQuantity(1, 2)]
    change = await floor.run(lambda tx: open_change(tx, order.id, fewer, reason="Kurang", now=now))
    await floor.run(lambda tx: confirm(tx, order.id, change.id, now=now))


@pytest.mark.parametrize("lessened", [by_cancelling, by_a_change])
async def test_nothing_is_due_for_the_way_once_the_rest_of_a_refused_order_is_gone(
    floor: ShopFloor,
    keyring: Keyring,
    now: datetime,
    lessened: Callable[[ShopFloor, Order, datetime], Awaitable[None]],
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 2}, places={"JKT": JAKARTA, "BDG": BANDUNG})
    more = [Receipt(world.skus["kopi"], world.locations["BDG"], 1)]
    await floor.run(lambda tx: receive_stock(tx, more, now=now))
    order = await an_order(world, keyring, ("kopi", 3), now=now, terms=Terms.COD)
    await floor.all(
        "UPDATE sales_order SET shipping_minor = 9000, total_minor = 39000 WHERE id = %(order)s RETURNING 1",
        order=order.id,
    )
    task = await floor.value(
        "SELECT id FROM task WHERE location_id = %(place)s", place=world.locations["JKT"]
    )
    for step in (release_tasks, start_picking):
        await floor.run(lambda tx, step=step: step(tx, [task], now=now))
    await floor.run(lambda tx: finish_tasks(tx, [task], take_all=True, now=now))
    await floor.run(lambda tx: pack(tx, [task], now=now))
    await floor.run(lambda tx: hand_over(tx, task, [Box("sicepat", AWB)], now=now))
    made = await received(world, order, (1, 2), now=now)
    await floor.run(lambda tx: inspect_goods(tx, made, [Inspected(1, 2, 0)], now=now))
    await floor.run(lambda tx: resolve_return(tx, made, amount_minor=0, now=now))
    assert (await order_row(world, order)).forgone_minor == 20_000

    await lessened(floor, order, now)

    row = await order_row(world, order)
    assert (row.total_minor, row.forgone_minor, row.money) == (29_000, 29_000, "paid")
    await floor.run(lambda tx: complete_order(tx, order.id, now=now))
    assert (await order_row(world, order)).commercial == "completed"


async def test_a_return_stands_at_a_place_of_its_own_shop_and_nowhere_else(
    floor: ShopFloor, db: Database, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 9})
    order = await an_order(world, keyring, ("kopi", 2), now=now, terms=Terms.INVOICE)
    await delivered(world, order, now=now)
    made = await asked_back(world, order, (1, 2), now=now)
    other = await db.run(
        Caller(ALL_SHOPS, "system:test"), lambda tx: open_shop(tx, code="lain", name="Toko Lain", now=now)
    )
    theirs = await a_shop(ShopFloor(db, other, Caller(other.shop_id, "system:test")), now)

    for nowhere in (new_id(), theirs.locations["JKT"]):
        with pytest.raises(ForeignKeyViolation, match="goods_return_location"):
            await floor.all(
                "UPDATE goods_return SET location_id = %(at)s WHERE id = %(id)s RETURNING id",
                at=nowhere,
                id=made,
            )
        with pytest.raises(UnknownLocation):
            await floor.run(
                lambda tx, at=nowhere: receive_goods_back(tx, made, {1: 2}, location_id=at, now=now)
            )

    assert await floor.value("SELECT location_id FROM goods_return WHERE id = %(id)s", id=made) is None
    assert await line_of(world, order) == (2, 2, 2, 2, 0)

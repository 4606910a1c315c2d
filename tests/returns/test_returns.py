"""Goods come back: asked for, received, judged, paid for; and every way to be told no."""

from datetime import datetime
from uuid import UUID

import pytest

from conftest import ShopFloor
from fulfilment.working import an_order, delivered, line_of, order_row, pay
from given import World, a_shop
from orderan.flows.refund_order import execute_refund
from orderan.flows.settle_return import (
    ask_return,
    close_return,
    decide_return,
    inspect_goods,
    propose_refund,
    receive_goods_back,
    resolve_return,
)
from orderan.kit.crypto import Keyring
from orderan.kit.ids import new_id
from orderan.kit.states import IllegalMove
from orderan.orders import Order, OrderNotFound, Terms
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

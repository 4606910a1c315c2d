"""Holds, notes and tags: what people put on an order, and how it comes off again."""

from datetime import datetime, timedelta

import pytest

from conftest import ShopFloor
from given import a_shop, asked
from orderan.access import NotAllowed
from orderan.flows.cancel_order import cancel_order
from orderan.flows.hold_order import hold_order, let_continue, let_holds_expire
from orderan.fulfilment import readiness
from orderan.kit.crypto import Keyring
from orderan.orders import (
    EmptyNote,
    HoldNotOpen,
    OrderNotEditable,
    TagUnusable,
    Terms,
    add_note,
    holds_of,
    tag_orders,
    tags_of,
)
from orders.acting import look, placed

pytestmark = pytest.mark.anyio


async def test_a_held_order_says_why_and_cannot_be_picked_until_the_last_hold_is_off(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await placed(world, keyring, asked(("kopi", 1), terms=Terms.COD), now)

    first = await floor.run(
        lambda tx: hold_order(tx, order.id, "address", reason="Nomor rumah tidak ada", now=now)
    )
    second = await floor.run(lambda tx: hold_order(tx, order.id, "fraud", reason="Pesanan kembar", now=now))

    assert (await look(world, order.id))[0].open_holds == 2
    ready = await floor.run(lambda tx: readiness(tx, [order.id]))
    assert ready[order.id].holds == (("address", "Nomor rumah tidak ada"), ("fraud", "Pesanan kembar"))

    await floor.run(lambda tx: let_continue(tx, order.id, first, reason="Sudah ditelepon", now=now))
    assert (await look(world, order.id))[0].open_holds == 1
    with pytest.raises(NotAllowed):
        await floor.run(lambda tx: let_continue(tx, order.id, second, now=now))
    assert (await look(world, order.id))[0].open_holds == 1
    await floor.run(lambda tx: let_continue(tx, order.id, second, judges=True, now=now))
    assert (await look(world, order.id))[0].open_holds == 0
    moves = await floor.all(
        "SELECT from_state, event, to_state, reason FROM order_move WHERE axis = 'hold' ORDER BY id"
    )
    assert [tuple(move) for move in moves] == [
        ("none", "address", "open", "Nomor rumah tidak ada"),
        ("none", "fraud", "open", "Pesanan kembar"),
        ("open", "address", "released", "Sudah ditelepon"),
        ("open", "fraud", "released", None),
    ]


async def test_a_hold_comes_off_once(floor: ShopFloor, keyring: Keyring, now: datetime) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await placed(world, keyring, asked(("kopi", 1)), now)
    hold = await floor.run(lambda tx: hold_order(tx, order.id, "other", reason="-", now=now))
    await floor.run(lambda tx: let_continue(tx, order.id, hold, now=now))

    with pytest.raises(HoldNotOpen):
        await floor.run(lambda tx: let_continue(tx, order.id, hold, now=now))


async def test_holds_whose_time_is_over_come_off_by_themselves(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await placed(world, keyring, asked(("kopi", 1)), now)
    hour = timedelta(hours=1)
    await floor.run(
        lambda tx: hold_order(
            tx, order.id, "customer_request", reason="Besok", expires_at=now + hour, now=now
        )
    )
    await floor.run(lambda tx: hold_order(tx, order.id, "other", reason="Tanpa batas", now=now))

    assert await floor.run(lambda tx: let_holds_expire(tx, now=now + hour - timedelta(seconds=1))) == 0
    assert await floor.run(lambda tx: let_holds_expire(tx, now=now + hour)) == 1
    assert await floor.run(lambda tx: let_holds_expire(tx, now=now + hour)) == 0

    assert (await look(world, order.id))[0].open_holds == 1
    holds = await floor.run(lambda tx: holds_of(tx, order.id))
    assert [(hold.kind, hold.released_at) for hold in holds] == [
        ("other", None),
        ("customer_request", now + hour),
    ]


async def test_cancelling_takes_the_holds_off_and_a_closed_order_takes_no_new_one(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await placed(world, keyring, asked(("kopi", 1)), now)
    await floor.run(lambda tx: hold_order(tx, order.id, "other", reason="-", now=now))

    await floor.run(lambda tx: cancel_order(tx, order.id, reason="-", now=now))

    assert (await look(world, order.id))[0].open_holds == 0
    with pytest.raises(OrderNotEditable):
        await floor.run(lambda tx: hold_order(tx, order.id, "other", reason="-", now=now))


async def test_tags_are_the_same_however_they_are_typed(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    first = await placed(world, keyring, asked(("kopi", 1)), now)
    second = await placed(world, keyring, asked(("kopi", 1)), now)

    await floor.run(
        lambda tx: tag_orders(tx, [first, second], add=["VIP", " vip ", "Kado  Ulang Tahun"], now=now)
    )
    await floor.run(lambda tx: tag_orders(tx, [second], remove=["Vip"], add=["vip2"], now=now))

    assert await floor.run(lambda tx: tags_of(tx, first.id)) == ["kado ulang tahun", "vip"]
    assert await floor.run(lambda tx: tags_of(tx, second.id)) == ["kado ulang tahun", "vip2"]
    assert await floor.value("SELECT count(*) FROM event WHERE kind = 'orders.tagged.v1'") == 3
    for typed in ("  ", "x" * 41):
        with pytest.raises(TagUnusable):
            await floor.run(lambda tx, typed=typed: tag_orders(tx, [first], add=[typed], now=now))


async def test_a_note_needs_words(floor: ShopFloor, keyring: Keyring, now: datetime) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await placed(world, keyring, asked(("kopi", 1)), now)

    await floor.run(lambda tx: add_note(tx, order.id, " Kirim sore saja ", now=now))
    with pytest.raises(EmptyNote):
        await floor.run(lambda tx: add_note(tx, order.id, "  ", now=now))

    [note] = await floor.all("SELECT body, author FROM order_note")
    assert tuple(note) == ("Kirim sore saja", "staff:test")

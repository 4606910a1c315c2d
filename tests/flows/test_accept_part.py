"""A buyer keeps a part of a COD parcel: what is due follows to the rupiah, and the rest is on its way back, once."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from conftest import ShopFloor
from fulfilment.working import AWB, an_order, delivered, inbox, line_of, order_row, pay, shipped
from given import World, a_shop
from orderan.auditor import audit
from orderan.flows.accept_part import BeyondParcel, NotAPart, NotAtTheDoor, Taken, accept_part
from orderan.flows.bring_remittance import Remitted, bring_remittance
from orderan.flows.collect_cod import Cash, NotCod, collect_cod
from orderan.flows.deliver import move_on
from orderan.flows.parcel_goods import priced_at
from orderan.flows.settle_return import (
    ask_return,
    decide_return,
    inspect_goods,
    propose_refund,
    receive_goods_back,
)
from orderan.fulfilment import Box
from orderan.kit.crypto import Keyring
from orderan.kit.errors import Refusal
from orderan.kit.ids import NIL
from orderan.orders import Line, Order, Terms
from orderan.payments import Standing
from orderan.returns import Inspected, ReturnEvent, Wanted
from orderan.settlements import COURIER, read_settlement
from orderan.shipping import Content, Parcel, ParcelEvent

pytestmark = pytest.mark.anyio

AWBS = ("002589984055", "002589984063")


async def discounted(world: World, order: Order, minor: int) -> None:
    """As if the order had been placed with a discount that three units do not share evenly, and with shipping."""
    await world.floor.all(
        "UPDATE order_line SET discount_minor = %(off)s WHERE order_id = %(id)s RETURNING order_id",
        off=minor,
        id=order.id,
    )
    await world.floor.all(
        """
        UPDATE sales_order SET discount_minor = %(off)s, shipping_minor = 9000,
               total_minor = goods_minor - %(off)s + 9000 + CASE WHEN tax_included THEN 0 ELSE tax_minor END
        WHERE id = %(id)s RETURNING id
        """,
        off=minor,
        id=order.id,
    )


def a_line(line_no: int, *, units: int, goods: int) -> Line:
    return Line(
        NIL,
        line_no,
        NIL,
        str(line_no),
        str(line_no),
        goods // units,
        units,
        goods,
        0,
        0,
        "exempt",
        0,
        shipped=units,
    )


async def takes(world: World, parcel: Parcel, kept: Mapping[int, int], now: datetime) -> Taken:
    found: Taken = await world.floor.run(lambda tx: accept_part(tx, parcel.id, kept, now=now))
    return found


async def test_the_due_follows_the_courier_brings_exactly_that_and_stock_comes_back_once_it_was_graded(
    floor: ShopFloor, keyring: Keyring, now: datetime, database_url: str
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 3), now=now, terms=Terms.COD)
    await discounted(world, order, 1_000)
    [parcel] = await shipped(world, order, now=now)
    await floor.run(lambda tx: move_on(tx, [parcel.id], ParcelEvent.GO_OUT, now=now))

    taken = await takes(world, parcel, {1: 2}, now)
    # Of 29,000 for three the third that went back is 9,667; 19,333 and the shipping are left.
    assert (taken.forgone_minor, taken.due_minor) == (9_667, 28_333)
    row = await order_row(world, order)
    assert (row.money, row.forgone_minor, row.delivered_at) == ("cod_due", 9_667, now)
    assert taken.goods_return.state == "in_transit"
    assert await world.stock("kopi") == (2, 0, 0)
    assert audit(database_url, now=now).findings == []

    with pytest.raises(NotAtTheDoor):
        await takes(world, parcel, {1: 2}, now)

    content = f"No resi,Jumlah COD,Biaya,Tanggal setor,Nomor setoran\n{AWB},28333,500,2026-11-28,S1".encode()
    read = read_settlement("setoran.csv", content, COURIER, zone=ZoneInfo("Asia/Jakarta"))
    brought = await floor.run(lambda tx: bring_remittance(tx, "sicepat", "setoran.csv", read, now=now))
    assert (brought.booked, brought.refused, brought.short) == (1, 0, 0)
    assert (await order_row(world, order)).money == "cod_remitted"
    assert [
        one for one in await inbox(world) if one[0] in {"cod_short", "payment_under", "payment_over"}
    ] == []

    spot, back = world.locations["JKT"], taken.goods_return.id
    await floor.run(lambda tx: receive_goods_back(tx, back, {1: 1}, location_id=spot, now=now))
    assert await world.stock("kopi") == (2, 0, 0)
    await floor.run(lambda tx: inspect_goods(tx, back, [Inspected(1, 1, 0)], now=now))
    assert await world.stock("kopi") == (3, 0, 0)
    [proposed] = await floor.run(lambda tx: propose_refund(tx, back))
    assert proposed.amount_minor == 0
    assert (await order_row(world, order)).forgone_minor == 9_667
    assert await line_of(world, order) == (3, 3, 3, 3, 1)
    assert audit(database_url, now=now).findings == []


async def test_of_two_parcels_one_kept_in_part_asks_for_its_share_and_returns_add_up(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 4), now=now, terms=Terms.COD)
    boxes = [Box("sicepat", awb, contents=[Content(1, world.skus["kopi"], NIL, NIL, 2)]) for awb in AWBS]
    first, second = sorted(await shipped(world, order, boxes=boxes, now=now), key=lambda one: one.awb)
    await takes(world, first, {1: 1}, now)

    async def collected(awb: str) -> int:
        [answer] = await floor.run(lambda tx: collect_cod(tx, "sicepat", [Cash(awb)], now=now))
        assert isinstance(answer, Standing)
        rows = await floor.all(
            "SELECT amount_minor FROM payment_event WHERE kind = 'cod_collected' AND reference = %(name)s",
            name=f"sicepat:{awb}",
        )
        return sum(row.amount_minor for row in rows)

    assert await collected(first.awb) == 10_000
    await floor.run(lambda tx: move_on(tx, [second.id], ParcelEvent.DELIVER, now=now))
    assert await collected(second.awb) == 20_000
    assert (await order_row(world, order)).money == "cod_collected"
    # A unit that was kept comes back later, before the one from the door does: it is worth what it cost.
    made = await floor.run(
        lambda tx: ask_return(tx, order.id, [Wanted(1, 1, "rusak")], reason="rusak", now=now)
    )
    await floor.run(lambda tx: decide_return(tx, made.id, ReturnEvent.APPROVE, now=now))
    spot = world.locations["JKT"]
    await floor.run(lambda tx: receive_goods_back(tx, made.id, {1: 1}, location_id=spot, now=now))
    await floor.run(lambda tx: inspect_goods(tx, made.id, [Inspected(1, 1, 0)], now=now))
    assert [one.amount_minor for one in await floor.run(lambda tx: propose_refund(tx, made.id))] == [10_000]


async def test_cash_that_was_told_before_is_kept_and_only_the_rest_is_let_go(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 3), now=now, terms=Terms.COD)
    [parcel] = await shipped(world, order, now=now)
    await floor.run(lambda tx: collect_cod(tx, "sicepat", [Cash(AWB, 20_000)], now=now))
    taken = await takes(world, parcel, {1: 2}, now)
    assert (taken.forgone_minor, taken.due_minor) == (10_000, 0)
    assert (await order_row(world, order)).money == "cod_collected"


@pytest.mark.parametrize("was_part", [True, False])
async def test_a_file_that_lacks_the_price_of_whole_units_says_so_and_what_it_was_is_told_afterwards(
    floor: ShopFloor, keyring: Keyring, now: datetime, database_url: str, was_part: bool
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 3), now=now, terms=Terms.COD)
    await discounted(world, order, 1_000)
    [parcel] = await shipped(world, order, now=now)
    await floor.run(lambda tx: move_on(tx, [parcel.id], ParcelEvent.DELIVER, now=now))

    async def brings(amount: int, statement: str) -> Remitted:
        content = f"No resi,Jumlah COD,Tanggal setor,Nomor setoran\n{AWB},{amount},2026-11-28,{statement}"
        read = read_settlement("s.csv", content.encode(), COURIER, zone=ZoneInfo("Asia/Jakarta"))
        done: Remitted = await floor.run(lambda tx: bring_remittance(tx, "sicepat", "s.csv", read, now=now))
        return done

    # Of 29,000 for three and 9,000 for shipping the buyer paid for two.
    first = await brings(28_333, "S1")
    assert (first.booked, first.refused, first.short) == (1, 0, 1)
    assert await inbox(world) == [("cod_short", "maybe_part", 9_667)]
    [told] = await floor.all("SELECT payload FROM exception_entry WHERE state = 'open'")
    assert (told.payload["awb"], told.payload["untaken"]) == (AWB, "1 × Kopi – kopi")
    assert (await order_row(world, order)).money == "partly_paid"
    assert audit(database_url, now=now).findings == []

    if was_part:
        taken = await takes(world, parcel, {1: 2}, now)
        assert (taken.forgone_minor, taken.due_minor, taken.goods_return.state) == (9_667, 0, "in_transit")
    else:
        assert (await brings(9_667, "S2")).booked == 1
    assert await inbox(world) == []
    assert (await order_row(world, order)).money == "cod_remitted"
    with pytest.raises(NotAtTheDoor):
        await takes(world, parcel, {1: 1}, now)
    assert audit(database_url, now=now).findings == []


def test_a_sum_is_the_price_of_the_fewest_units_that_cost_it() -> None:
    lines = [a_line(1, units=3, goods=29_000), a_line(2, units=1, goods=9_667), a_line(3, units=40, goods=40)]
    inside = {1: 3, 2: 1, 3: 40}
    found = {
        amount: priced_at(amount, inside, lines, tax_included=True) for amount in (9_667, 19_334, 41, 50)
    }
    assert found[9_667] in ({1: 1}, {2: 1})
    assert found[19_334] == {1: 1, 2: 1}
    assert (found[41], found[50]) == (None, None)
    # All of it is no part, and neither is nothing.
    assert priced_at(38_707, inside, lines, tax_included=True) is None
    assert priced_at(0, inside, lines, tax_included=True) is None


async def test_what_cannot_be_is_refused_by_name_and_two_at_once_do_it_once(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 20})
    cod = await an_order(world, keyring, ("kopi", 3), now=now, terms=Terms.COD)
    [parcel] = await shipped(world, cod, now=now)
    paid = await an_order(world, keyring, ("kopi", 2), now=now)
    await pay(world, paid, now=now)
    [prepaid] = await shipped(world, paid, awb=AWBS[1], now=now)
    gone = await an_order(world, keyring, ("kopi", 2), now=now, terms=Terms.COD)
    [there] = await delivered(world, gone, awb="002589984071", now=now)
    await floor.run(lambda tx: collect_cod(tx, "sicepat", [Cash(there.awb)], now=now))

    refused: list[tuple[Parcel, dict[int, int], type[Refusal]]] = [
        (prepaid, {1: 1}, NotCod),
        (there, {1: 1}, NotAtTheDoor),
        (parcel, {1: 4}, BeyondParcel),
        (parcel, {1: -1}, BeyondParcel),
        (parcel, {1: 2, 7: 1}, BeyondParcel),
        (parcel, {1: 3}, NotAPart),
        (parcel, {1: 0}, NotAPart),
        (parcel, {}, NotAPart),
    ]
    for one, kept, why in refused:
        with pytest.raises(why):
            await takes(world, one, kept, now)
    assert await floor.value("SELECT count(*) FROM goods_return") == 0

    answers = await asyncio.gather(
        *(takes(world, parcel, {1: 1}, now) for _ in range(3)), return_exceptions=True
    )
    assert sum(isinstance(one, Taken) for one in answers) == 1
    assert [isinstance(one, NotAtTheDoor) for one in answers].count(True) == 2
    assert await floor.value("SELECT count(*) FROM goods_return") == 1
    assert (await order_row(world, cod)).forgone_minor == 20_000

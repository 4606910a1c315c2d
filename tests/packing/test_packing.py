"""An order at the packing table: what goes in, what is refused, what keeps it from leaving."""

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from conftest import ShopFloor
from fulfilment.working import AWB
from orderan.flows.cancel_order import cancel_order
from orderan.flows.hand_over import hand_over
from orderan.flows.pack_goods import finish_packing, lock_table, look_again, open_packing, scan_into_parcel
from orderan.flows.pick_task import pack
from orderan.flows.views_packing import packing_table, task_for_code
from orderan.fulfilment import Box
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import NIL, to_text
from orderan.kit.states import IllegalMove
from orderan.orders import EVERYTHING, Units
from orderan.packing import (
    OverrideNotAllowed,
    OverrideUnexplained,
    PackedWrong,
    PackingBlocked,
    PackingNotOpen,
    PackingPolicy,
    ParcelsDiffer,
    UnitNotInside,
    add_parcel,
    choose_carton,
    drop_parcel,
    set_packing_policy,
    take_out,
    weigh_parcel,
)
from packing.tables import GTIN, LARGE, SMALL, Table, a_table

pytestmark = pytest.mark.anyio


@pytest.fixture
async def table(floor: ShopFloor, keyring: Keyring, now: datetime) -> Table:
    return await a_table(floor, keyring, now)


async def close(table: Table, task: UUID, **how: Any) -> None:
    await table.floor.run(lambda tx: finish_packing(tx, task, now=table.now, **how))


async def weigh(table: Table, task: UUID, weight_g: int, parcel: int = 1) -> None:
    await table.floor.run(lambda tx: weigh_parcel(tx, task, parcel, weight_g))


async def test_an_order_is_packed_by_its_units_and_leaves(table: Table) -> None:
    _, task = await table.opened(("kopi", 2), ("teh", 1))
    for code in ("KOPI", GTIN["kopi"], GTIN["teh"][1:]):
        assert (await table.scan(task, code)).outcome == "right"
    assert await table.inside(task) == {(1, "kopi"): 2, (1, "teh"): 1}
    await close(table, task)
    assert await table.state(task) == ("packed", "closed")
    [parcel] = await table.floor.run(lambda tx: hand_over(tx, task, [Box("sicepat", AWB)], now=table.now))
    assert sum(content.quantity for content in parcel.contents) == 3


async def test_what_does_not_belong_in_is_named_kept_and_changes_nothing(table: Table) -> None:
    _, task = await table.opened(("kopi", 1))
    assert (await table.scan(task, "teh")).outcome == "wrong"
    assert (await table.scan(task, "tidak-ada")).outcome == "wrong"
    assert await table.inside(task) == {}
    assert (await table.scan(task, "kopi")).outcome == "right"
    assert (await table.scan(task, GTIN["kopi"])).outcome == "extra"
    assert (await table.scan(task, "]d20108992761002013")).outcome == "unreadable"
    assert await table.inside(task) == {(1, "kopi"): 1}
    assert await table.scans(task) == ["wrong", "wrong", "right", "extra", "unreadable"]


async def test_a_unit_with_a_serial_number_goes_in_once(table: Table) -> None:
    _, task = await table.opened(("kopi", 3))
    one, other = f"]d201{GTIN['kopi']}21A1", f"]d201{GTIN['kopi']}21A2"
    assert [(await table.scan(task, code)).outcome for code in (one, one, other)] == [
        "right",
        "doubled",
        "right",
    ]
    sku = table.world.skus["kopi"]

    async def out(tx: Tx) -> None:
        await lock_table(tx, task)
        await take_out(tx, task, sku, sku="kopi", parcel_no=1, now=table.now)

    await table.floor.run(out)
    assert (await table.scan(task, one)).outcome == "right"
    assert await table.inside(task) == {(1, "kopi"): 2}


async def test_a_count_in_the_symbol_is_so_many_units_or_none(table: Table) -> None:
    _, task = await table.opened(("kopi", 4))
    assert (await table.scan(task, f"]C101{GTIN['kopi']}3703")).outcome == "right"
    assert (await table.scan(task, f"]C101{GTIN['kopi']}3702")).outcome == "extra"
    assert await table.inside(task) == {(1, "kopi"): 3}


async def test_another_lot_and_an_expired_unit_stay_out(table: Table, now: datetime) -> None:
    _, task = await table.opened(("kopi", 2))
    lot = UUID(int=77)

    async def with_lot(tx: Tx) -> None:
        await tx.run(
            """
            INSERT INTO lot (shop_id, id, sku_id, code, expires_on, created_at)
            VALUES (%(shop)s, %(lot)s, %(sku)s, 'B7', '2031-01-31', %(now)s)
            """,
            {"shop": tx.shop_id, "lot": lot, "sku": table.world.skus["kopi"], "now": now},
        )
        await tx.run(
            "UPDATE task_line SET lot_id = %(lot)s WHERE shop_id = %(shop)s AND task_id = %(task)s",
            {"shop": tx.shop_id, "lot": lot, "task": task},
        )

    await table.floor.run(with_lot)
    gtin = GTIN["kopi"]
    assert (await table.scan(task, f"]d201{gtin}10B8")).outcome == "other_lot"
    assert (await table.scan(task, f"]d201{gtin}1720010110B7")).outcome == "expired"
    assert (await table.scan(task, f"]d201{gtin}1731013110B7")).outcome == "right"
    assert await table.scans(task) == ["other_lot", "expired", "right"]


async def test_missing_units_keep_it_on_the_table_and_nothing_moves(table: Table) -> None:
    _, task = await table.opened(("kopi", 2))
    await table.scan(task, "kopi")
    with pytest.raises(PackingBlocked) as refused:
        await close(table, task)
    assert [(one.code, one.sku, one.units) for one in refused.value.obstacles] == [
        ("units_missing", "kopi", 1)
    ]
    assert await table.state(task) == ("picked", "open")
    with pytest.raises(PackedWrong):
        await table.floor.run(lambda tx: pack(tx, [task], now=table.now))
    with pytest.raises(IllegalMove):
        await table.floor.run(lambda tx: hand_over(tx, task, [Box("sicepat", AWB)], now=table.now))


async def test_a_weight_that_is_off_blocks_until_it_is_mended(table: Table) -> None:
    _, task = await table.opened(("kopi", 2))
    await table.scan(task, "kopi")
    await table.scan(task, "kopi")
    await table.floor.run(lambda tx: choose_carton(tx, task, 1, SMALL.id))
    await weigh(table, task, 500)
    with pytest.raises(PackingBlocked) as refused:
        await close(table, task)
    [off] = refused.value.obstacles
    assert (off.code, off.expected_g, off.weight_g) == ("weight_off", 580, 500)
    await weigh(table, task, 620)
    await close(table, task)
    assert await table.state(task) == ("packed", "closed")


@pytest.mark.parametrize(("weight_g", "right"), [(530, True), (529, False), (630, True), (631, False)])
async def test_the_tolerance_is_fifty_grams_to_the_gram(table: Table, weight_g: int, right: bool) -> None:
    _, task = await table.opened(("kopi", 2))
    await table.scan(task, "kopi")
    await table.scan(task, "kopi")
    await table.floor.run(lambda tx: choose_carton(tx, task, 1, SMALL.id))
    await weigh(table, task, weight_g)
    shown = await table.floor.run(lambda tx: packing_table(tx, EVERYTHING, task))
    assert (not shown.obstacles) is right


async def test_goods_of_unknown_weight_are_not_held_to_any(table: Table) -> None:
    _, task = await table.opened(("gula", 1))
    await table.scan(task, "gula")
    await weigh(table, task, 9_999)
    await close(table, task)


async def test_who_may_closes_it_with_a_reason_that_is_traced(table: Table) -> None:
    _, task = await table.opened(("kopi", 2))
    await table.scan(task, "kopi")
    await weigh(table, task, 90)
    with pytest.raises(OverrideNotAllowed):
        await close(table, task, why="barcode rusak")
    with pytest.raises(OverrideUnexplained):
        await close(table, task, why="  x ", may_override=True)
    assert await table.state(task) == ("picked", "open")
    await close(table, task, why="barcode rusak", may_override=True)
    assert await table.state(task) == ("packed", "closed")
    assert await table.inside(task) == {(1, "kopi"): 2}
    [trace] = await table.floor.all("SELECT after FROM audit_entry WHERE action = 'packing.override'")
    assert trace.after["reason"] == "barcode rusak"
    assert [one["code"] for one in trace.after["obstacles"]] == ["units_missing", "weight_off"]


async def test_the_shop_can_ask_for_scale_and_picture_and_for_the_table_itself(table: Table) -> None:
    policy = PackingPolicy(required=True, weigh=True, photo=True)
    await table.floor.run(lambda tx: set_packing_policy(tx, policy, now=table.now))
    _, task = await table.order(("kopi", 1))
    with pytest.raises(PackedWrong) as refused:
        await table.floor.run(lambda tx: pack(tx, [task], now=table.now))
    assert [why for _, _, why in refused.value.orders] == ["unchecked"]
    await table.scan(task, "kopi")
    with pytest.raises(PackingBlocked) as blocked:
        await close(table, task)
    assert [one.code for one in blocked.value.obstacles] == ["not_weighed", "no_photo"]


async def test_what_was_packed_before_the_shop_asked_does_not_leave_unseen(table: Table) -> None:
    _, task = await table.order(("kopi", 1))
    await table.floor.run(lambda tx: pack(tx, [task], now=table.now))
    await table.floor.run(lambda tx: set_packing_policy(tx, PackingPolicy(required=True), now=table.now))
    with pytest.raises(PackedWrong):
        await table.floor.run(lambda tx: hand_over(tx, task, [Box("sicepat", AWB)], now=table.now))
    await table.scan(task, "kopi")
    await close(table, task)
    await table.floor.run(lambda tx: hand_over(tx, task, [Box("sicepat", AWB)], now=table.now))


async def test_two_parcels_leave_with_their_own_contents_and_weights(table: Table) -> None:
    _, task = await table.opened(("kopi", 2), ("teh", 1))
    await table.scan(task, "kopi")
    assert await table.floor.run(lambda tx: add_parcel(tx, task)) == 2
    assert await table.floor.run(lambda tx: add_parcel(tx, task)) == 2
    await table.scan(task, "kopi")
    await table.scan(task, "teh", parcel=1)
    await weigh(table, task, 350)
    await weigh(table, task, 250, parcel=2)
    await close(table, task)
    with pytest.raises(ParcelsDiffer):
        await table.floor.run(lambda tx: hand_over(tx, task, [Box("sicepat", AWB)], now=table.now))
    boxes = [Box("sicepat", AWB), Box("sicepat", "002589984063")]
    parcels = await table.floor.run(lambda tx: hand_over(tx, task, boxes, now=table.now))
    names = {sku: code for code, sku in table.world.skus.items()}
    assert [
        (parcel.awb, parcel.weight_g, sorted((names[c.sku_id], c.quantity) for c in parcel.contents))
        for parcel in parcels
    ] == [(AWB, 350, [("kopi", 1), ("teh", 1)]), ("002589984063", 250, [("kopi", 1)])]


async def test_an_empty_parcel_is_no_parcel_and_the_last_one_can_go(table: Table) -> None:
    _, task = await table.opened(("kopi", 2))
    await table.scan(task, "kopi")
    await table.floor.run(lambda tx: add_parcel(tx, task))
    await table.scan(task, "kopi")
    await table.floor.run(lambda tx: drop_parcel(tx, task, 2))
    assert await table.inside(task) == {(1, "kopi"): 1}
    await table.scan(task, "kopi")
    await table.floor.run(lambda tx: add_parcel(tx, task))
    with pytest.raises(PackingBlocked) as refused:
        await close(table, task, why="kosong saja", may_override=True)
    assert [(one.code, one.parcel_no) for one in refused.value.obstacles] == [("parcel_empty", 2)]


async def test_taking_out_what_is_not_in_is_refused_and_a_weight_is_forgotten_with_its_contents(
    table: Table,
) -> None:
    _, task = await table.opened(("kopi", 1), ("teh", 1))
    await table.scan(task, "kopi")
    await weigh(table, task, 250)
    with pytest.raises(UnitNotInside):
        await table.floor.run(
            lambda tx: take_out(tx, task, table.world.skus["teh"], sku="teh", parcel_no=1, now=table.now)
        )
    await table.scan(task, "teh")
    assert await table.floor.value("SELECT weight_g FROM packing_parcel") is None


async def test_reopened_it_does_not_leave_and_closed_again_it_does(table: Table) -> None:
    _, task = await table.opened(("kopi", 1))
    await table.scan(task, "kopi")
    await close(table, task)
    with pytest.raises(PackingNotOpen):
        await table.scan(task, "kopi")
    await table.floor.run(lambda tx: look_again(tx, task, now=table.now))
    assert await table.state(task) == ("packed", "open")
    with pytest.raises(PackedWrong) as refused:
        await table.floor.run(lambda tx: hand_over(tx, task, [Box("sicepat", AWB)], now=table.now))
    assert [why for _, _, why in refused.value.orders] == ["open"]
    await close(table, task)
    await table.floor.run(lambda tx: hand_over(tx, task, [Box("sicepat", AWB)], now=table.now))
    with pytest.raises(IllegalMove):
        await table.floor.run(lambda tx: look_again(tx, task, now=table.now))


async def test_units_cancelled_after_packing_have_to_come_out_before_it_leaves(table: Table) -> None:
    order, task = await table.opened(("kopi", 2))
    await table.scan(task, "kopi")
    await table.scan(task, "kopi")
    await close(table, task)
    await table.floor.run(
        lambda tx: cancel_order(tx, order.id, units=[Units(1, 1)], reason="berubah pikiran", now=table.now)
    )
    with pytest.raises(PackedWrong) as refused:
        await table.floor.run(lambda tx: hand_over(tx, task, [Box("sicepat", AWB)], now=table.now))
    assert [why for _, _, why in refused.value.orders] == ["outdated"]
    await table.floor.run(lambda tx: look_again(tx, task, now=table.now))
    with pytest.raises(PackingBlocked) as blocked:
        await close(table, task, why="biar saja dulu", may_override=True)
    assert [(one.code, one.units) for one in blocked.value.obstacles] == [("units_surplus", 1)]
    await table.floor.run(
        lambda tx: take_out(tx, task, table.world.skus["kopi"], sku="kopi", parcel_no=1, now=table.now)
    )
    await close(table, task)
    [parcel] = await table.floor.run(lambda tx: hand_over(tx, task, [Box("sicepat", AWB)], now=table.now))
    assert [content.quantity for content in parcel.contents] == [1]


async def test_a_cancelled_order_is_off_the_table(table: Table) -> None:
    order, task = await table.opened(("kopi", 1))
    await table.scan(task, "kopi")
    await table.floor.run(lambda tx: cancel_order(tx, order.id, reason="batal", now=table.now))
    assert await table.state(task) == ("cancelled", "dropped")
    with pytest.raises(IllegalMove):
        await table.scan(task, "kopi")


async def test_only_what_is_wholly_picked_comes_onto_the_table_and_once(table: Table) -> None:
    _, task = await table.order(("kopi", 1))
    first = await table.floor.run(lambda tx: open_packing(tx, task, now=table.now))
    again = await table.floor.run(lambda tx: open_packing(tx, task, now=table.now))
    assert first.id == again.id
    assert await table.floor.value("SELECT count(*)::int FROM packing") == 1


async def test_a_code_finds_its_order_and_a_unit_the_order_that_waits_for_it(table: Table) -> None:
    order, task = await table.order(("kopi", 2), ("teh", 1))
    _, single = await table.order(("kopi", 1))

    async def meant(code: str) -> Any:
        return await table.floor.run(lambda tx: task_for_code(tx, EVERYTHING, code, today=table.now.date()))

    assert (await meant(str(order.number))).task_id == task
    assert (await meant(to_text("tsk", task))).task_id == task
    assert await meant("kopi") == await meant(GTIN["kopi"])
    found = await meant("kopi")
    assert (found.task_id, found.by_unit) == (single, True)
    await table.floor.run(lambda tx: scan_into_parcel(tx, single, "kopi", now=table.now))
    assert (await meant("kopi")).task_id == task
    assert await meant("gula") is None
    assert await meant("apa ini?") is None


async def test_the_smallest_carton_for_what_is_in_and_what_is_to_come_is_proposed(table: Table) -> None:
    _, task = await table.opened(("kopi", 2))
    shown = await table.floor.run(lambda tx: packing_table(tx, EVERYTHING, task))
    assert shown.proposed(shown.parcels[0]) == SMALL
    _, many = await table.opened(("kopi", 10))
    shown = await table.floor.run(lambda tx: packing_table(tx, EVERYTHING, many))
    assert shown.proposed(shown.parcels[0]) == LARGE
    assert shown.goods[0].key == (1, table.world.skus["kopi"], NIL, NIL)

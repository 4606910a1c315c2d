"""What a picker did not find is picked at another place, and not sold again where nobody saw it."""

from datetime import datetime
from uuid import UUID

import pytest

from conftest import ShopFloor
from fulfilment.api import a_program, serving
from fulfilment.working import an_order, inbox, line_of, order_row, packed, pay, tasks
from given import JAKARTA, SURABAYA, World, a_shop
from orderan.access import Permission
from orderan.auditor import audit
from orderan.flows.hand_over import hand_over
from orderan.flows.hold_order import hold_order
from orderan.flows.pick_task import finish_tasks, pack, pick, release_tasks, run_short, start_picking
from orderan.flows.take_elsewhere import places_elsewhere, take_elsewhere
from orderan.fulfilment import Box, Pick, TaskNotFound, TaskNotShort
from orderan.inventory import ClaimMissing, Receipt, StockShort, receive_stock
from orderan.kit.crypto import Keyring
from orderan.kit.errors import Refusal
from orderan.kit.ids import to_text
from orderan.orders import Order

pytestmark = pytest.mark.anyio

PLACES = {"JKT": JAKARTA, "SBY": SURABAYA, "BDG": "32.73.01.1001"}


async def short_of(
    floor: ShopFloor, keyring: Keyring, now: datetime, *, picked: int, elsewhere: int
) -> tuple[World, Order, UUID]:
    """An order of three kopi in Jakarta, some picked and the rest reported missing."""
    world = await a_shop(floor, now, stock={"kopi": 5, "gula": 5}, places=PLACES)
    order = await an_order(world, keyring, ("kopi", 3), now=now)
    await pay(world, order, now=now)
    [task] = await tasks(world, order)
    for step in (release_tasks, start_picking):
        await floor.run(lambda tx, step=step: step(tx, [task], now=now))
    if picked:
        await floor.run(lambda tx: pick(tx, task, [Pick(world.skus["kopi"], picked)], now=now))
    await floor.run(lambda tx: run_short(tx, task, note="rak kosong", now=now))
    if elsewhere:
        receipt = Receipt(world.skus["kopi"], world.locations["SBY"], elsewhere)
        await floor.run(lambda tx: receive_stock(tx, [receipt], now=now))
    return world, order, task


async def work(world: World, order: Order) -> list[tuple[str, str, int, int]]:
    """(place, state, units, picked) of the order's tasks, the oldest first."""
    rows = await world.floor.all(
        """
        SELECT location.code, task.state, coalesce(sum(task_line.quantity), 0)::int AS units,
               coalesce(sum(task_line.picked), 0)::int AS picked
        FROM task
        JOIN location ON location.shop_id = task.shop_id AND location.id = task.location_id
        LEFT JOIN task_line ON task_line.shop_id = task.shop_id AND task_line.task_id = task.id
        WHERE task.shop_id = %(shop)s AND task.order_id = %(order)s
        GROUP BY task.id, location.code, task.state
        ORDER BY task.id
        """,
        order=order.id,
    )
    return [tuple(row) for row in rows]


async def shelf(world: World, place: str) -> tuple[int, int, int]:
    """(on hand, allocated, quarantine) of kopi at a place."""
    rows = await world.floor.all(
        """
        SELECT on_hand::int, allocated::int, quarantine::int
        FROM stock WHERE shop_id = %(shop)s AND sku_id = %(sku)s AND location_id = %(place)s
        """,
        sku=world.skus["kopi"],
        place=world.locations[place],
    )
    return tuple(rows[0]) if rows else (0, 0, 0)


async def test_the_missing_units_become_a_task_elsewhere_and_both_leave(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world, order, task = await short_of(floor, keyring, now, picked=1, elsewhere=2)
    there = world.locations["SBY"]

    await floor.run(lambda tx: take_elsewhere(tx, task, to_location=there, now=now))

    assert await work(world, order) == [("JKT", "picking", 1, 1), ("SBY", "planned", 2, 0)]
    assert await shelf(world, "JKT") == (3, 1, 2)
    assert await shelf(world, "SBY") == (2, 2, 0)
    assert await inbox(world) == []
    assert await line_of(world, order) == (1, 0, 0, 0, 0)

    await floor.run(lambda tx: finish_tasks(tx, [task], now=now))
    await floor.run(lambda tx: pack(tx, [task], now=now))
    [_, other] = await tasks(world, order)
    for step in (release_tasks, start_picking):
        await floor.run(lambda tx, step=step: step(tx, [other], now=now))
    await floor.run(lambda tx: finish_tasks(tx, [other], take_all=True, now=now))
    await floor.run(lambda tx: pack(tx, [other], now=now))
    for one, awb in ((task, "002589984055"), (other, "002589984063")):
        await floor.run(lambda tx, one=one, awb=awb: hand_over(tx, one, [Box("sicepat", awb)], now=now))
    assert await line_of(world, order) == (3, 3, 3, 0, 0)
    assert (await order_row(world, order)).headline == "shipped"
    assert await shelf(world, "JKT") == (2, 0, 2)
    assert await shelf(world, "SBY") == (0, 0, 0)


async def test_a_task_of_which_nothing_is_left_is_cancelled(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world, order, task = await short_of(floor, keyring, now, picked=0, elsewhere=3)

    await floor.run(lambda tx: take_elsewhere(tx, task, to_location=world.locations["SBY"], now=now))

    assert await work(world, order) == [("JKT", "cancelled", 0, 0), ("SBY", "planned", 3, 0)]
    assert await shelf(world, "JKT") == (2, 0, 3)
    assert await inbox(world) == []
    assert (await order_row(world, order)).headline == "accepted"


async def test_a_held_order_moves_and_still_waits(floor: ShopFloor, keyring: Keyring, now: datetime) -> None:
    world, order, task = await short_of(floor, keyring, now, picked=1, elsewhere=2)
    await floor.run(lambda tx: hold_order(tx, order.id, "address", reason="alamat salah", now=now))

    await floor.run(lambda tx: take_elsewhere(tx, task, to_location=world.locations["SBY"], now=now))

    assert await work(world, order) == [("JKT", "short", 1, 1), ("SBY", "planned", 2, 0)]


@pytest.mark.parametrize(
    ("place", "refusal"), [("SBY", StockShort), ("JKT", ClaimMissing), ("LOSS", StockShort)]
)
async def test_a_place_without_all_of_it_is_refused_and_nothing_moves(
    floor: ShopFloor, keyring: Keyring, now: datetime, place: str, refusal: type[Refusal]
) -> None:
    world, order, task = await short_of(floor, keyring, now, picked=1, elsewhere=1)

    with pytest.raises(refusal):
        await floor.run(lambda tx: take_elsewhere(tx, task, to_location=world.locations[place], now=now))

    assert await work(world, order) == [("JKT", "short", 3, 1)]
    assert await shelf(world, "JKT") == (5, 3, 0)
    assert [kind for kind, _, _ in await inbox(world)] == ["task_short"]
    assert await floor.run(lambda tx: places_elsewhere(tx, task, at=world.locations["JKT"], now=now)) == []


async def test_only_a_short_task_of_ones_own_place_is_taken_elsewhere(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5}, places=PLACES)
    order = await an_order(world, keyring, ("kopi", 3), now=now)
    await pay(world, order, now=now)
    task = await packed(world, order, now=now)
    there = world.locations["SBY"]

    with pytest.raises(TaskNotShort):
        await floor.run(lambda tx: take_elsewhere(tx, task, to_location=there, now=now))
    with pytest.raises(TaskNotFound):
        await floor.run(lambda tx: take_elsewhere(tx, task, to_location=there, within=[there], now=now))

    assert await work(world, order) == [("JKT", "packed", 3, 3)]


async def test_the_api_lists_who_has_enough_and_takes_it_there_once(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world, _, task = await short_of(floor, keyring, now, picked=1, elsewhere=4)
    path = f"/tasks/{to_text('tsk', task)}/elsewhere"
    there = to_text("loc", world.locations["SBY"])
    async with serving(floor, keyring, now) as client:
        api = await a_program(client, floor, now)
        narrow = await a_program(
            client,
            floor,
            now,
            permissions=[Permission.FULFILMENT_READ, Permission.FULFILMENT_WRITE],
            locations=[world.locations["JKT"]],
        )
        listed = await api.get(path)
        outside = await narrow.post(path, {"location_id": there})
        first = await api.post(path, {"location_id": there}, key="satu")
        again = await api.post(path, {"location_id": there}, key="satu")
        late = await api.post(path, {"location_id": there})

        assert (await narrow.get(path)).json() == {"data": []}
    assert listed.json() == {"data": [{"location_id": there, "location": "SBY", "available": {"kopi": 4}}]}
    assert (outside.status_code, outside.json()["code"]) == (403, "outside_scope")
    assert [(one["location"], one["state"]) for one in first.json()["data"]] == [
        ("JKT", "picking"),
        ("SBY", "planned"),
    ]
    assert again.json() == first.json()
    assert (late.status_code, late.json()["code"]) == (409, "task_not_short")
    assert await shelf(world, "SBY") == (4, 2, 0)


async def test_the_books_stay_right(floor: ShopFloor, keyring: Keyring, now: datetime) -> None:
    world, _, task = await short_of(floor, keyring, now, picked=1, elsewhere=2)
    await floor.run(lambda tx: take_elsewhere(tx, task, to_location=world.locations["SBY"], now=now))

    assert audit(floor.db.url, now=now).clean

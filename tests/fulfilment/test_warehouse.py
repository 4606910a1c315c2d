"""An order's way through the warehouse, and every way to be told no."""

from datetime import datetime
from uuid import UUID

import pytest

from conftest import ShopFloor
from fulfilment.working import (
    AWB,
    an_order,
    delivered,
    inbox,
    line_of,
    order_row,
    packed,
    pay,
    shipped,
    tasks,
    the_task,
)
from given import BANDUNG, JAKARTA, World, a_buyer, a_shop, asked, place
from orderan.flows.cancel_order import cancel_order
from orderan.flows.deliver import deliver_parcels, move_on
from orderan.flows.hand_over import hand_over, hand_over_many
from orderan.flows.pick_task import finish_tasks, pack, pick, release_tasks, run_short, start_picking
from orderan.flows.place_order import Placed
from orderan.fulfilment import (
    Box,
    ContentsDiffer,
    NothingLikeThatToPick,
    Pick,
    PickIncomplete,
    PickingBlocked,
    Reason,
    TaskNotFound,
)
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import NIL, new_id
from orderan.kit.states import IllegalMove
from orderan.orders import HoldKind, Terms, Units, place_hold
from orderan.shipping import AwbMistyped, AwbUsed, Content, ParcelEvent, UnknownCourier

pytestmark = pytest.mark.anyio


async def state_of(world: World, task: UUID) -> str:
    state: str = await world.floor.value("SELECT state FROM task WHERE id = %(task)s", task=task)
    return state


async def test_an_order_goes_from_paid_to_delivered_and_every_count_follows(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 2), now=now)
    await pay(world, order, now=now)
    task = await the_task(world, order)

    await floor.run(lambda tx: release_tasks(tx, [task], now=now))
    assert (await order_row(world, order)).headline == "processing"
    await floor.run(lambda tx: start_picking(tx, [task], now=now))
    await floor.run(lambda tx: pick(tx, task, [Pick(world.skus["kopi"], 1)], now=now))
    assert await line_of(world, order) == (1, 0, 0, 0, 0)
    await floor.run(lambda tx: pick(tx, task, [Pick(world.skus["kopi"], 1)], now=now))
    await floor.run(lambda tx: finish_tasks(tx, [task], now=now))
    await floor.run(lambda tx: pack(tx, [task], now=now))
    assert await line_of(world, order) == (2, 2, 0, 0, 0)
    assert (await order_row(world, order)).headline == "packed"
    assert await world.stock("kopi") == (5, 0, 2)

    [parcel] = await floor.run(lambda tx: hand_over(tx, task, [Box("sicepat", AWB)], now=now))
    assert await world.stock("kopi") == (3, 0, 0)
    assert await floor.value("SELECT count(*) FROM claim") == 0
    assert await line_of(world, order) == (2, 2, 2, 0, 0)
    assert (await order_row(world, order)).headline == "shipped"
    assert parcel.contents == (Content(1, world.skus["kopi"], NIL, NIL, 2),)

    await floor.run(lambda tx: deliver_parcels(tx, [parcel.id], now=now))
    assert await line_of(world, order) == (2, 2, 2, 2, 0)
    assert (await order_row(world, order)).delivered_at == now
    moves = await floor.all("SELECT axis, event FROM order_move WHERE axis IN ('task', 'parcel') ORDER BY id")
    assert [tuple(move) for move in moves] == [
        ("task", "release"),
        ("task", "start"),
        ("task", "finish"),
        ("task", "pack"),
        ("task", "hand_over"),
        ("parcel", "pick_up"),
        ("parcel", "deliver"),
    ]


async def test_a_bundle_counts_whole_by_the_least_of_its_parts(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(
        floor, now, stock={"cangkir": 9, "teko": 9}, bundles={"set": {"cangkir": 2, "teko": 1}}
    )
    order = await an_order(world, keyring, ("set", 3), now=now, terms=Terms.COD)
    task = await the_task(world, order)
    await floor.run(lambda tx: release_tasks(tx, [task], now=now))
    await floor.run(lambda tx: start_picking(tx, [task], now=now))

    await floor.run(lambda tx: pick(tx, task, [Pick(world.skus["cangkir"], 5)], now=now))
    assert await line_of(world, order) == (0, 0, 0, 0, 0)
    await floor.run(lambda tx: pick(tx, task, [Pick(world.skus["teko"], 3)], now=now))
    assert await line_of(world, order) == (2, 0, 0, 0, 0)
    await floor.run(lambda tx: pick(tx, task, [Pick(world.skus["cangkir"], 1)], now=now))
    assert await line_of(world, order) == (3, 0, 0, 0, 0)


async def test_picking_past_a_hold_an_unpaid_balance_and_an_unmet_guard_is_refused_with_all_of_them(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 2), now=now)
    await pay(world, order, now=now)
    task = await the_task(world, order)
    await floor.run(lambda tx: release_tasks(tx, [task], now=now))
    await hold(world, order.id, HoldKind.FRAUD, "Alamat sama dengan penipuan kemarin", now)
    await hold(world, order.id, HoldKind.ADDRESS, "Kelurahan kosong", now)
    await floor.all("UPDATE sales_order SET total_minor = 25000, shipping_minor = 5000 RETURNING 1")
    await floor.all(
        """
        INSERT INTO order_change (shop_id, order_id, id, base_version, state, actions, reason, opened_by, opened_at)
        VALUES (%(shop)s, %(order)s, %(id)s, 1, 'open', '[]', 'ganti warna', 'staff:x', %(now)s) RETURNING 1
        """,
        order=order.id,
        id=new_id(),
        now=now,
    )

    with pytest.raises(PickingBlocked) as refused:
        await floor.run(lambda tx: start_picking(tx, [task], now=now))

    [(order_id, number, reasons)] = refused.value.orders
    assert (order_id, number) == (order.id, order.number)
    assert reasons == (
        Reason("hold", what="fraud", why="Alamat sama dengan penipuan kemarin"),
        Reason("hold", what="address", why="Kelurahan kosong"),
        Reason("unpaid", what="paid", amount_minor=5_000, currency="IDR"),
        Reason("change_open"),
    )
    assert await state_of(world, task) == "released"


async def hold(world: World, order_id: UUID, kind: HoldKind, reason: str, now: datetime) -> None:
    from orderan.orders import lock_orders

    async def command(tx: Tx) -> None:
        order = (await lock_orders(tx, [order_id]))[order_id]
        await place_hold(tx, order, kind=kind, reason=reason, now=now)

    await world.floor.run(command)


async def test_one_blocked_order_stops_the_whole_batch_and_names_itself(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    free = await an_order(world, keyring, ("kopi", 1), now=now, terms=Terms.COD)
    held = await an_order(world, keyring, ("kopi", 1), now=now, terms=Terms.COD)
    await hold(world, held.id, HoldKind.STOCK, "Tunggu kiriman", now)
    both = [await the_task(world, free), await the_task(world, held)]
    await floor.run(lambda tx: release_tasks(tx, both, now=now))

    with pytest.raises(PickingBlocked) as refused:
        await floor.run(lambda tx: start_picking(tx, both, now=now))

    assert [entry[1] for entry in refused.value.orders] == [held.number]
    assert [await state_of(world, task) for task in both] == ["released", "released"]


@pytest.mark.parametrize(
    ("terms", "starts"), [(Terms.COD, True), (Terms.INVOICE, True), (Terms.PREPAID, False)]
)
async def test_only_an_order_paid_later_may_be_picked_unpaid(
    floor: ShopFloor, keyring: Keyring, now: datetime, terms: Terms, starts: bool
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 2), now=now, terms=terms)
    if terms is Terms.PREPAID:
        await pay(world, order, now=now)
        await floor.all("UPDATE sales_order SET paid_minor = 19999, money = 'partly_paid' RETURNING 1")
    task = await the_task(world, order)
    await floor.run(lambda tx: release_tasks(tx, [task], now=now))

    if starts:
        await floor.run(lambda tx: start_picking(tx, [task], now=now))
        assert await state_of(world, task) == "picking"
    else:
        with pytest.raises(PickingBlocked) as refused:
            await floor.run(lambda tx: start_picking(tx, [task], now=now))
        assert refused.value.orders[0][2] == (
            Reason("unpaid", what="partly_paid", amount_minor=1, currency="IDR"),
        )


async def test_a_hold_placed_during_a_shortage_keeps_picking_from_going_on(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 2), now=now, terms=Terms.COD)
    task = await the_task(world, order)
    await floor.run(lambda tx: release_tasks(tx, [task], now=now))
    await floor.run(lambda tx: start_picking(tx, [task], now=now))
    await floor.run(lambda tx: run_short(tx, task, note="Rak A3 kosong", now=now))
    assert await inbox(world) == [("task_short", "not_on_the_shelf", 20_000)]
    await hold(world, order.id, HoldKind.CUSTOMER_REQUEST, "Pembeli minta ditunda", now)

    with pytest.raises(PickingBlocked):
        await floor.run(lambda tx: start_picking(tx, [task], now=now))

    assert await state_of(world, task) == "short"
    await floor.all(
        "UPDATE order_hold SET released_at = %(now)s, released_by = 'staff:x' RETURNING 1", now=now
    )
    await floor.run(lambda tx: start_picking(tx, [task], now=now))
    assert await state_of(world, task) == "picking"
    assert await inbox(world) == []


async def test_a_task_that_ran_short_is_settled_when_its_last_unit_is_cancelled_and_not_before(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 2), now=now, terms=Terms.COD)
    other = await an_order(world, keyring, ("kopi", 1), now=now, terms=Terms.COD)
    for one in (order, other):
        task = await the_task(world, one)
        await floor.run(lambda tx, task=task: release_tasks(tx, [task], now=now))
        await floor.run(lambda tx, task=task: start_picking(tx, [task], now=now))
        await floor.run(lambda tx, task=task: run_short(tx, task, note="Rak A3 kosong", now=now))
    both = [("task_short", "not_on_the_shelf", 10_000), ("task_short", "not_on_the_shelf", 20_000)]

    await floor.run(lambda tx: cancel_order(tx, order.id, units=[Units(1, 1)], reason="kurang", now=now))
    assert sorted(await inbox(world)) == both
    await floor.run(lambda tx: cancel_order(tx, order.id, reason="habis", now=now))

    assert await inbox(world) == [("task_short", "not_on_the_shelf", 10_000)]
    closed = await floor.value("SELECT closing_note FROM exception_entry WHERE state = 'resolved'")
    assert closed == "cancelled"


async def test_more_than_the_list_says_cannot_be_picked(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5, "gula": 5})
    order = await an_order(world, keyring, ("kopi", 2), now=now, terms=Terms.COD)
    task = await the_task(world, order)
    await floor.run(lambda tx: release_tasks(tx, [task], now=now))
    await floor.run(lambda tx: start_picking(tx, [task], now=now))

    for code, units, left in (("kopi", 3, 2), ("gula", 1, 0)):
        with pytest.raises(NothingLikeThatToPick) as refused:
            await floor.run(lambda tx, c=code, u=units: pick(tx, task, [Pick(world.skus[c], u)], now=now))
        assert (refused.value.units, refused.value.left) == (units, left)

    assert await line_of(world, order) == (0, 0, 0, 0, 0)


async def test_a_task_with_units_on_the_shelf_is_not_finished(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 2), now=now, terms=Terms.COD)
    task = await the_task(world, order)
    await floor.run(lambda tx: release_tasks(tx, [task], now=now))
    await floor.run(lambda tx: start_picking(tx, [task], now=now))
    await floor.run(lambda tx: pick(tx, task, [Pick(world.skus["kopi"], 1)], now=now))

    with pytest.raises(PickIncomplete) as refused:
        await floor.run(lambda tx: finish_tasks(tx, [task], now=now))

    assert refused.value.missing == ((world.skus["kopi"], 1),)
    assert await state_of(world, task) == "picking"


async def test_two_boxes_must_hold_exactly_what_was_packed(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    kopi = world.skus["kopi"]
    order = await an_order(world, keyring, ("kopi", 3), now=now, terms=Terms.COD)
    task = await packed(world, order, now=now)

    def boxes(*units: int) -> list[Box]:
        return [
            Box("sicepat", f"00258998405{turn}", contents=[Content(1, kopi, NIL, NIL, count)])
            for turn, count in enumerate(units)
        ]

    with pytest.raises(ContentsDiffer) as refused:
        await floor.run(lambda tx: hand_over(tx, task, boxes(1, 1), now=now))
    assert refused.value.differences == ((1, kopi, 3, 2),)
    assert await world.stock("kopi") == (5, 0, 3)

    parcels = await floor.run(lambda tx: hand_over(tx, task, boxes(1, 2), now=now))
    assert [parcel.contents[0].quantity for parcel in parcels] == [1, 2]
    await floor.run(lambda tx: deliver_parcels(tx, [parcels[0].id], now=now))
    assert await line_of(world, order) == (3, 3, 3, 1, 0)
    assert (await order_row(world, order)).delivered_at is None


@pytest.mark.parametrize(
    ("box", "refusal"),
    [
        (Box("elang", "123"), UnknownCourier),
        (Box("sicepat", "0812345"), AwbMistyped),
        (Box("jnt", "JP123"), AwbMistyped),
    ],
)
async def test_a_box_without_a_real_courier_and_number_does_not_leave(
    floor: ShopFloor, keyring: Keyring, now: datetime, box: Box, refusal: type[Exception]
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 1), now=now, terms=Terms.COD)
    task = await packed(world, order, now=now)

    with pytest.raises(refusal):
        await floor.run(lambda tx: hand_over(tx, task, [box], now=now))

    assert await state_of(world, task) == "packed"
    assert await world.stock("kopi") == (5, 0, 1)


async def test_a_tracking_number_is_on_one_parcel_only(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    first = await an_order(world, keyring, ("kopi", 1), now=now, terms=Terms.COD)
    second = await an_order(world, keyring, ("kopi", 1), now=now, terms=Terms.COD)
    await shipped(world, first, now=now)
    task = await packed(world, second, now=now)

    with pytest.raises(AwbUsed):
        await floor.run(lambda tx: hand_over(tx, task, [Box("sicepat", AWB)], now=now))

    assert await state_of(world, task) == "packed"
    assert await world.stock("kopi") == (4, 0, 1)


async def test_our_own_riders_need_no_number(floor: ShopFloor, keyring: Keyring, now: datetime) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 1), now=now, terms=Terms.COD)

    [parcel] = await shipped(world, order, boxes=[Box("own", " ")], now=now)

    assert parcel.awb.startswith(f"OWN-{order.number}-")


async def test_a_manifest_is_handed_over_whole_or_not_at_all(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    orders = [await an_order(world, keyring, ("kopi", 1), now=now, terms=Terms.COD) for _ in range(3)]
    ready = [await packed(world, order, now=now) for order in orders]
    boxes = [(task, Box("sicepat", f"00111111111{turn}")) for turn, task in enumerate(ready)]

    repeated = [*boxes[:2], (ready[2], Box("sicepat", "001111111110"))]
    with pytest.raises(AwbUsed):
        await floor.run(lambda tx: hand_over_many(tx, repeated, now=now))
    assert await floor.value("SELECT count(*) FROM parcel") == 0
    assert await world.stock("kopi") == (5, 0, 3)

    assert len(await floor.run(lambda tx: hand_over_many(tx, boxes, now=now))) == 3
    assert await world.stock("kopi") == (2, 0, 0)


async def test_a_task_elsewhere_is_not_there_for_a_picker_of_one_location(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5}, places={"JKT": JAKARTA, "BDG": BANDUNG})
    order = await an_order(world, keyring, ("kopi", 1), now=now, terms=Terms.COD)
    task = await the_task(world, order)
    elsewhere = [world.locations["BDG"]]

    with pytest.raises(TaskNotFound):
        await floor.run(lambda tx: release_tasks(tx, [task], within=elsewhere, now=now))
    with pytest.raises(TaskNotFound):
        await floor.run(lambda tx: start_picking(tx, [task], within=elsewhere, now=now))

    assert await state_of(world, task) == "planned"
    parcels = await shipped(world, order, now=now)
    with pytest.raises(TaskNotFound):
        await floor.run(lambda tx: deliver_parcels(tx, [parcels[0].id], within=elsewhere, now=now))
    assert await floor.value("SELECT state FROM parcel") == "picked_up"


async def test_a_parcel_brought_back_opens_a_return_by_itself(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 2), now=now, terms=Terms.COD)
    [parcel] = await shipped(world, order, now=now)

    for event in (ParcelEvent.FAIL, ParcelEvent.SEND_BACK, ParcelEvent.ARRIVE_BACK):
        await floor.run(lambda tx, event=event: move_on(tx, [parcel.id], event, now=now))

    [row] = await floor.all(
        """
        SELECT goods_return.state, reason, location_id, line_no, quantity FROM goods_return
        JOIN LATERAL (SELECT line_no, quantity FROM return_line WHERE return_id = goods_return.id) AS line ON true
        """
    )
    assert tuple(row) == ("in_transit", "returned_to_sender", world.locations["JKT"], 1, 2)


async def test_a_lost_parcel_is_reported_with_its_money(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 2), now=now, terms=Terms.COD)
    [parcel] = await shipped(world, order, now=now)

    await floor.run(lambda tx: move_on(tx, [parcel.id], ParcelEvent.LOSE, now=now))

    assert await inbox(world) == [("parcel_lost", "picked_up", 20_000)]
    with pytest.raises(IllegalMove):
        await floor.run(lambda tx: deliver_parcels(tx, [parcel.id], now=now))


async def test_an_order_from_two_places_is_delivered_when_both_parcels_are(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    from orderan.inventory import Receipt, receive_stock

    world = await a_shop(floor, now, stock={"kopi": 2}, places={"JKT": JAKARTA, "BDG": BANDUNG})
    more = [Receipt(world.skus["kopi"], world.locations["BDG"], 2)]
    await floor.run(lambda tx: receive_stock(tx, more, now=now))
    [placed] = await place(world, keyring, asked(("kopi", 4), buyer=a_buyer(), terms=Terms.COD), now=now)
    assert isinstance(placed, Placed)
    both = await tasks(world, placed.order)
    assert len(both) == 2
    parcels = []
    for turn, task in enumerate(both):
        await floor.run(lambda tx, t=task: release_tasks(tx, [t], now=now))
        await floor.run(lambda tx, t=task: start_picking(tx, [t], now=now))
        await floor.run(lambda tx, t=task: finish_tasks(tx, [t], take_all=True, now=now))
        await floor.run(lambda tx, t=task: pack(tx, [t], now=now))
        box = Box("sicepat", f"00258998405{turn}")
        parcels += await floor.run(lambda tx, t=task, b=box: hand_over(tx, t, [b], now=now))

    await floor.run(lambda tx: deliver_parcels(tx, [parcels[0].id], now=now))
    assert (await order_row(world, placed.order)).delivered_at is None
    await floor.run(lambda tx: deliver_parcels(tx, [parcels[1].id], now=now))
    assert (await order_row(world, placed.order)).delivered_at == now
    assert await line_of(world, placed.order) == (4, 4, 4, 4, 0)


async def test_a_delivered_parcel_is_not_delivered_again(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 2), now=now, terms=Terms.COD)
    [parcel] = await delivered(world, order, now=now)

    with pytest.raises(IllegalMove):
        await floor.run(lambda tx: deliver_parcels(tx, [parcel.id], now=now))

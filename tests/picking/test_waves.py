"""Orders that are walked together: who comes along, once, on the shortest way, and who does not."""

import asyncio
from datetime import datetime, timedelta

import pytest

from conftest import ShopFloor
from fulfilment.working import an_order, the_task
from orderan.flows.hold_order import hold_order
from orderan.flows.pick_task import release_tasks
from orderan.flows.release_wave import (
    begin_list,
    draw_wave,
    drop_released,
    release_due,
    release_wave,
    stop_list,
)
from orderan.flows.views_waves import Criteria, list_rows
from orderan.fulfilment import PickingBlocked
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.errors import Refusal
from orderan.kit.ids import new_id
from orderan.kit.states import IllegalMove
from orderan.orders import EVERYTHING, Scope, Terms
from orderan.picking import (
    Cutoff,
    CutoffTwice,
    ListOfAnother,
    Method,
    NotAPolicy,
    NothingToRelease,
    PickingPolicy,
    TasksInWaves,
    add_cutoff,
    drop_cutoff,
    set_policy,
    slots_of,
    waves,
)
from orderan.verification import Policy, keep_policy
from picking.shelved import Shelved, a_phone, shelved

pytestmark = pytest.mark.anyio

EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)


@pytest.fixture
async def shop(floor: ShopFloor, keyring: Keyring, now: datetime) -> Shelved:
    return await shelved(floor, keyring, now)


async def test_ready_orders_go_on_trolleys_and_held_and_unsaid_ones_do_not(shop: Shelved) -> None:
    now = shop.now
    ready = [
        await shop.order(("kopi", 1), ("teh", 1)),
        await shop.order(("gula", 1)),
        await shop.order(("teh", 1)),
    ]
    held, _ = await shop.order(("kopi", 1))
    await shop.floor.run(lambda tx: hold_order(tx, held.id, "fraud", reason="Dicurigai", now=now))
    await shop.floor.run(lambda tx: keep_policy(tx, Policy(), expected=1, now=now))
    unsaid = await an_order(shop.world, shop.keyring, ("gula", 1), now=now, terms=Terms.COD)
    task = await the_task(shop.world, unsaid)

    policy = PickingPolicy(method=Method.CLUSTER, slots=2)
    drawn = await shop.floor.run(lambda tx: draw_wave(tx, EVERYTHING, shop.place, Criteria(), policy))
    assert {one.task_id for one in drawn.orders} == {one for _, one in ready}
    assert (drawn.not_ready, drawn.units, drawn.lines, drawn.loose) == (1, 4, 4, 0)
    # C1 and A1 with C1 alone: 1200 along the front, 100 and 700 in and out; B1: 300 and 100.
    assert (drawn.walk_cm, drawn.alone_cm) == (2_800 + 800, 2_800 + 2_600 + 800)

    wave, lists = await shop.wave(slots=2)
    slots = [await shop.floor.run(lambda tx, one=one: slots_of(tx, one.id)) for one in lists]
    assert sorted(sorted(one.values()) for one in slots) == [[1], [1, 2]]
    assert {ready[0][1], ready[2][1]} in [set(one) for one in slots]
    assert [await shop.state("task", one) for _, one in ready] == ["released"] * 3
    assert (wave.orders, wave.units, wave.walk_cm) == (3, 4, 3_600)

    only = Criteria(only=[task])
    with pytest.raises(NothingToRelease):
        await shop.floor.run(lambda tx: release_wave(tx, EVERYTHING, shop.place, only, policy, now=now))
    with pytest.raises(PickingBlocked):
        await shop.floor.run(lambda tx: release_tasks(tx, [task], now=now))
    assert await shop.state("task", task) == "planned"


async def test_an_order_is_in_one_wave_however_many_release_it_at_once(shop: Shelved) -> None:
    for _ in range(3):
        await shop.order(("kopi", 1))

    async def release() -> str:
        try:
            await shop.wave()
        except (TasksInWaves, NothingToRelease) as refusal:
            return refusal.code
        return "released"

    found = await asyncio.gather(*(release() for _ in range(4)))

    assert found.count("released") == 1
    assert await shop.floor.value("SELECT count(*) FROM wave") == 1
    assert await shop.floor.value("SELECT count(*) FROM pick_list_task WHERE live") == 3


async def test_a_wave_is_taken_back_until_somebody_begins_and_a_list_goes_from_hand_to_hand(
    shop: Shelved,
) -> None:
    order, task = await shop.order(("kopi", 2))
    wave, _ = await shop.wave()
    await shop.floor.run(lambda tx: drop_released(tx, wave.id, now=shop.now))
    assert await shop.state("wave", wave.id) == "dropped"

    wave, [one] = await shop.wave()
    ani, budi = await a_phone(shop, "Ani"), await a_phone(shop, "Budi")
    sheet = await ani.take(one)
    assert [(stop.bin, stop.units) for stop in sheet.stops] == [("A1", 2)]
    assert (await shop.state("wave", wave.id), await shop.state("task", task)) == ("picking", "picking")
    with pytest.raises(IllegalMove):
        await shop.floor.run(lambda tx: drop_released(tx, wave.id, now=shop.now))
    with pytest.raises(ListOfAnother):
        await budi.take(one)
    await budi.take(one, over=True)
    await shop.floor.run(lambda tx: stop_list(tx, one.id, now=shop.now))
    [row] = await shop.floor.run(lambda tx: list_rows(tx, EVERYTHING, wave_id=wave.id))
    assert (row.state, row.picker, row.orders, row.units) == ("open", "Budi", 1, 2)
    assert order.number in {take.number for stop in sheet.stops for take in stop.takes}


async def test_an_order_held_after_its_release_is_left_out_when_its_list_is_taken(shop: Shelved) -> None:
    (order, task), (_, other) = await shop.order(("kopi", 1)), await shop.order(("gula", 1))
    _, [one] = await shop.wave()
    await shop.floor.run(lambda tx: hold_order(tx, order.id, "fraud", reason="Dicurigai", now=shop.now))

    left_out = await shop.floor.run(lambda tx: begin_list(tx, one.id, now=shop.now))

    assert left_out == [task]
    assert (await shop.state("task", task), await shop.state("task", other)) == ("released", "picking")
    assert set(await shop.floor.run(lambda tx: slots_of(tx, one.id))) == {other}


async def test_in_zones_an_order_is_on_a_list_of_each_and_every_unit_on_one(shop: Shelved) -> None:
    await shop.order(("kopi", 1), ("teh", 1))
    await shop.order(("teh", 2))

    _, lists = await shop.wave(method=Method.ZONE)
    ani = await a_phone(shop, "Ani")
    sheets = {one.zone: await ani.take(one) for one in lists}

    assert {zone: [(stop.bin, stop.units) for stop in sheet.stops] for zone, sheet in sheets.items()} == {
        "A": [("A1", 1)],
        "C": [("C1", 3)],
    }


async def test_the_worker_releases_for_the_courier_that_leaves_and_only_once_for_a_half_full_trolley(
    shop: Shelved,
) -> None:
    # Eleven in Jakarta on a Wednesday.
    noon = Cutoff(new_id(), shop.place, "gosend", (), 12 * 60, 90, EVERY_DAY)
    late = Cutoff(new_id(), shop.place, "jnt", (), 17 * 60, 60, EVERY_DAY)
    for one in (noon, late):
        await shop.floor.run(lambda tx, one=one: add_cutoff(tx, one, now=shop.now))
    await shop.order(("kopi", 1))

    async def sweep(after: timedelta = timedelta()) -> int:
        done: int = await shop.floor.run(lambda tx: release_due(tx, now=shop.now + after))
        return done

    assert await sweep() == 0
    policy = PickingPolicy(slots=2, automatic=True)
    await shop.floor.run(lambda tx: set_policy(tx, shop.place, policy, now=shop.now))
    assert (await sweep(), await sweep()) == (1, 0)
    [wave] = await shop.floor.run(lambda tx: waves(tx, None))
    assert (wave.courier, wave.cutoff_at) == ("gosend", shop.now + timedelta(hours=1))

    await shop.order(("kopi", 1))
    assert await sweep(timedelta(minutes=10)) == 0
    assert await sweep(timedelta(minutes=45)) == 1


async def test_a_policy_and_a_cutoff_that_cannot_be_are_refused(shop: Shelved) -> None:
    now = shop.now
    four = Cutoff(new_id(), shop.place, "jnt", (), 16 * 60, 60, EVERY_DAY)

    async def refused(tx: Tx) -> list[str]:
        found = []
        for policy in (PickingPolicy(slots=0), PickingPolicy(slots=61), PickingPolicy(most_units=0)):
            with pytest.raises(NotAPolicy) as wrong:
                await set_policy(tx, shop.place, policy, now=now)
            found.append(wrong.value.field)
        for minute, lead, days in ((1440, 60, EVERY_DAY), (0, 0, EVERY_DAY), (0, 60, ()), (0, 60, (8,))):
            with pytest.raises(NotAPolicy) as wrong:
                await add_cutoff(tx, Cutoff(new_id(), shop.place, "jnt", (), minute, lead, days), now=now)
            found.append(wrong.value.field)
        await add_cutoff(tx, four, now=now)
        with pytest.raises(CutoffTwice):
            await add_cutoff(tx, Cutoff(new_id(), shop.place, "jnt", (), 16 * 60, 30, (1,)), now=now)
        await drop_cutoff(tx, shop.place, four.id, now=now)
        await drop_cutoff(tx, shop.place, four.id, now=now)
        return found

    assert await shop.floor.run(refused) == ["slots", "slots", "most_units", "closes", "lead", "days", "days"]
    assert await shop.floor.value("SELECT count(*) FROM courier_cutoff") == 0


async def test_a_list_of_another_place_is_not_there(shop: Shelved) -> None:
    await shop.order(("kopi", 1))
    wave, [one] = await shop.wave()
    elsewhere = {shop.world.locations["BDG"]}

    for work in (
        lambda tx: begin_list(tx, one.id, within=elsewhere, now=shop.now),
        lambda tx: drop_released(tx, wave.id, within=elsewhere, now=shop.now),
    ):
        with pytest.raises(Refusal) as refused:
            await shop.floor.run(work)
        assert refused.value.code in {"task_not_found", "wave_not_found"}
    assert await shop.floor.run(lambda tx: list_rows(tx, Scope(None, frozenset(elsewhere)))) == []

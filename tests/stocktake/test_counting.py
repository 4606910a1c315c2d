"""Stock-takes: blind, by bin, while selling goes on; counted again by another, approved by a third."""

import asyncio
from datetime import datetime, timedelta

import pytest

from conftest import ShopFloor
from fulfilment.working import an_order, pay, the_task
from given import a_shop
from inventory.stocked import key_of
from orderan.flows.cancel_order import cancel_order
from orderan.flows.count_stock_take import (
    begin_counting,
    count_again,
    finish_counting,
    leave_counting,
    skip_counting,
)
from orderan.flows.pick_task import pick, release_tasks, start_picking
from orderan.fulfilment import Pick
from orderan.inventory import adjust_stock
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.states import IllegalMove
from orderan.stocktake import (
    ApprovedByCounter,
    AreaOfAnother,
    AreaState,
    CountedBefore,
    CountedElsewhere,
    NotAllCounted,
    NothingToCount,
    NotInTake,
    Scope,
    Tolerance,
    cancel_take,
    differences,
)
from stocktake.counting import AS_BOOKED, Counting, counting_shop

pytestmark = pytest.mark.anyio


@pytest.fixture
async def shop(floor: ShopFloor, database_url: str, now: datetime) -> Counting:
    return await counting_shop(floor, database_url, now)


async def test_a_count_that_agrees_with_the_book_is_settled_at_once_and_books_nothing(shop: Counting) -> None:
    take = await shop.open()
    areas = await shop.areas(take)
    assert list(areas) == ["A1", "A2", "B1", "kopi"]
    assert await shop.count("ani", areas["A1"], ("kopi", 4), ("kopi", 3)) is AreaState.COUNTED
    assert await shop.count("ani", areas["A2"], ("gula", 6)) is AreaState.COUNTED
    assert await shop.count("budi", areas["B1"]) is AreaState.COUNTED
    assert await shop.state(take) == "counting"
    assert await shop.count("budi", areas["kopi"], ("kopi", 3)) is AreaState.COUNTED
    assert await shop.state(take) == "counted"

    assert await shop.approve("citra", take) == 0
    assert await shop.state(take) == "posted"
    assert await shop.book() == AS_BOOKED
    assert await shop.world.floor.value("SELECT count(*) FROM movement WHERE kind = 'count'") == 0


async def test_a_difference_is_counted_again_by_another_person_approved_by_a_third_and_booked_once(
    shop: Counting,
) -> None:
    take = await shop.open(Scope.BINS, "A1", "A2", note="bulanan")
    areas = await shop.areas(take)
    assert await shop.count("ani", areas["A1"], ("kopi", 5), ("gula", 1)) is AreaState.RECOUNT
    assert await shop.count("ani", areas["A2"], ("gula", 5)) is AreaState.RECOUNT
    with pytest.raises(CountedBefore):
        await shop.count("ani", areas["A1"], ("kopi", 5), ("gula", 1))
    again = (await shop.areas(take))["A1"]
    with pytest.raises(NotAllCounted) as blank:
        await shop.count("budi", again, ("kopi", 6))
    assert blank.value.skus == ("gula",)
    await shop.say("budi", again, ("gula", 1), add=False)
    ended = await shop.by("budi", lambda tx: finish_counting(tx, again.id, now=shop.now))
    assert ended is AreaState.COUNTED
    assert await shop.count("budi", (await shop.areas(take))["A2"], ("gula", 5)) is AreaState.COUNTED

    for counter in ("ani", "budi"):
        with pytest.raises(ApprovedByCounter):
            await shop.approve(counter, take)
    assert await shop.book() == AS_BOOKED
    assert await shop.approve("citra", take) == 0
    assert await shop.book() == {"A1 kopi": 6, "A1 gula": 1, "A2 gula": 5, "kopi": 9, "gula": 6}
    moved = await shop.world.floor.all(
        "SELECT quantity, cause_id, reason FROM movement WHERE shop_id = %(shop)s AND kind = 'count'"
    )
    assert [tuple(row) for row in moved] == [(1, take.id, "Stok opname: bulanan")]
    # A gula that lay in another bin has only moved.
    assert await shop.approve("citra", take) == 0
    assert await shop.world.floor.value("SELECT count(*) FROM movement WHERE kind = 'count'") == 1
    assert shop.sound()


async def test_what_a_picker_takes_while_a_bin_is_counted_is_no_difference(
    shop: Counting, keyring: Keyring
) -> None:
    now = shop.now
    order = await an_order(shop.world, keyring, ("gula", 2), now=now)
    await pay(shop.world, order, now=now)
    task = await the_task(shop.world, order)
    take = await shop.open(Scope.BINS, "A2")
    [area] = (await shop.areas(take)).values()
    await shop.by("ani", lambda tx: begin_counting(tx, area.id, now=now))

    async def picked(tx: Tx) -> None:
        await release_tasks(tx, [task], now=now)
        await start_picking(tx, [task], now=now)
        await pick(tx, task, [Pick(shop.world.skus["gula"], 2)], now=now)

    await shop.world.floor.run(picked)
    await shop.say("ani", area, ("gula", 5))
    ended = await shop.by("ani", lambda tx: finish_counting(tx, area.id, now=now))
    assert ended is AreaState.COUNTED
    [found] = await shop.by("citra", lambda tx: _rows(tx, area.id))
    assert tuple(found) == (6, 5, 4, 0)

    assert await shop.approve("citra", take) == 0
    assert await shop.book() == {"A1 kopi": 7, "A2 gula": 4, "kopi": 10, "gula": 6}


async def _rows(tx: Tx, area_id: object) -> list[object]:
    return await tx.all(
        "SELECT before, counted, after, difference FROM stock_take_row WHERE shop_id = %(shop)s AND area_id = %(area)s",
        {"shop": tx.shop_id, "area": area_id},
    )


async def test_what_is_sold_between_the_count_and_the_approval_leaves_the_difference_as_it_was(
    shop: Counting, keyring: Keyring
) -> None:
    take = await shop.open(Scope.BINS, "A1", tolerance=Tolerance(units=5))
    [area] = (await shop.areas(take)).values()
    assert await shop.count("ani", area, ("kopi", 5)) is AreaState.COUNTED
    await shop.world.floor.run(
        lambda tx: adjust_stock(tx, [(key_of(shop.world, "kopi"), -4)], reason="pecah", now=shop.now)
    )
    assert await shop.approve("citra", take) == 0
    assert (await shop.book())["kopi"] == 10 - 4 - 2
    assert shop.sound()


async def test_units_that_are_promised_stay_on_the_book_and_the_inbox_names_the_orders(
    shop: Counting, keyring: Keyring
) -> None:
    now = shop.now
    old = await an_order(shop.world, keyring, ("gula", 3), now=now)
    young = await an_order(shop.world, keyring, ("gula", 2), now=now + timedelta(minutes=1))
    take = await shop.open(Scope.SKUS, "gula", tolerance=Tolerance(units=9))
    [area] = (await shop.areas(take)).values()
    assert await shop.count("ani", area, ("gula", 4)) is AreaState.COUNTED

    # 2 of 6 are missing and 5 are promised: one unit can go, the youngest order is short of the other.
    assert await shop.approve("citra", take) == 1
    assert (await shop.book())["gula"] == 5
    [entry] = await shop.world.floor.all(
        "SELECT payload FROM exception_entry WHERE shop_id = %(shop)s AND kind = 'stock_take_short' AND state = 'open'"
    )
    assert [one["number"] for one in entry.payload["orders"]] == [str(young.number)]
    assert str(old.number) not in str(entry.payload)
    assert shop.sound()

    await shop.world.floor.run(lambda tx: cancel_order(tx, young.id, reason="stok", now=now))
    assert await shop.approve("citra", take) == 0
    assert (await shop.book())["gula"] == 4
    assert (
        await shop.world.floor.value(
            "SELECT count(*) FROM exception_entry WHERE kind = 'stock_take_short' AND state = 'open'"
        )
        == 0
    )
    assert shop.sound()


async def test_what_left_its_bin_meanwhile_is_not_booked_twice(shop: Counting) -> None:
    take = await shop.open(Scope.BINS, "A2", tolerance=Tolerance(units=9))
    [area] = (await shop.areas(take)).values()
    assert await shop.count("ani", area, ("gula", 2)) is AreaState.COUNTED
    await shop.world.floor.run(
        lambda tx: adjust_stock(tx, [(key_of(shop.world, "gula"), -5)], reason="hilang", now=shop.now)
    )
    assert await shop.approve("citra", take) == 3
    assert "gula" not in await shop.book()
    assert shop.sound()


async def test_two_stock_takes_of_the_same_goods_are_not_open_at_once(shop: Counting) -> None:
    take = await shop.open(Scope.ZONES, "A")
    assert list(await shop.areas(take)) == ["A1", "A2"]
    with pytest.raises(CountedElsewhere) as refused:
        await shop.open(Scope.BINS, "A2", "B1")
    assert refused.value.labels == ("A2", "gula")
    with pytest.raises(CountedElsewhere):
        await shop.open(Scope.SKUS, "gula")
    with pytest.raises(NothingToCount):
        await shop.open(Scope.ZONES, "Z")
    other = await shop.open(Scope.BINS, "B1")
    await shop.by("kepala", lambda tx: cancel_take(tx, take.id, now=shop.now))
    await shop.open(Scope.BINS, "A2")
    assert await shop.state(other) == "counting"


async def test_two_who_open_the_same_at_once_get_one_stock_take(shop: Counting) -> None:
    outcomes = await asyncio.gather(shop.open(Scope.BINS, "A1"), shop.open(Scope.ALL), return_exceptions=True)
    assert sorted(type(one).__name__ for one in outcomes) == ["CountedElsewhere", "StockTake"]


async def test_two_who_begin_the_same_bin_at_once_do_not_both_count_it(shop: Counting) -> None:
    take = await shop.open(Scope.BINS, "A1")
    [area] = (await shop.areas(take)).values()
    outcomes = await asyncio.gather(
        *(shop.by(who, lambda tx: begin_counting(tx, area.id, now=shop.now)) for who in ("ani", "budi")),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["AreaOfAnother", "NoneType"]
    counter = (await shop.areas(take))["A1"].counter
    other = "budi" if counter == "staff:ani" else "ani"
    with pytest.raises(AreaOfAnother):
        await shop.say(other, area, ("kopi", 1))


async def test_two_who_approve_at_once_book_it_once(shop: Counting) -> None:
    take = await shop.open(Scope.BINS, "A1", tolerance=Tolerance(units=9))
    [area] = (await shop.areas(take)).values()
    await shop.count("ani", area, ("kopi", 4))
    assert list(await asyncio.gather(shop.approve("citra", take), shop.approve("dewi", take))) == [0, 0]
    assert (await shop.book())["kopi"] == 7
    assert await shop.world.floor.value("SELECT count(*) FROM movement WHERE kind = 'count'") == 1


async def test_who_stops_leaves_the_bin_to_anybody_and_what_they_counted_is_forgotten(shop: Counting) -> None:
    take = await shop.open(Scope.BINS, "A1")
    [area] = (await shop.areas(take)).values()
    await shop.by("ani", lambda tx: begin_counting(tx, area.id, now=shop.now))
    await shop.say("ani", area, ("kopi", 99))
    with pytest.raises(AreaOfAnother):
        await shop.by("budi", lambda tx: leave_counting(tx, area.id, now=shop.now))
    await shop.by("ani", lambda tx: leave_counting(tx, area.id, now=shop.now))
    assert await shop.count("budi", area, ("kopi", 7)) is AreaState.COUNTED


async def test_a_reviewer_has_it_counted_once_more_and_leaves_bins_out(shop: Counting) -> None:
    take = await shop.open(Scope.BINS, "A1", "B1", tolerance=Tolerance(units=9))
    areas = await shop.areas(take)
    await shop.count("ani", areas["A1"], ("kopi", 6))
    await shop.by("kepala", lambda tx: skip_counting(tx, areas["B1"].id, now=shop.now))
    assert await shop.state(take) == "counted"
    await shop.by("citra", lambda tx: count_again(tx, take.id, [areas["A1"].id], now=shop.now))
    assert await shop.state(take) == "counting"
    assert await shop.count("budi", areas["A1"], ("kopi", 7)) is AreaState.COUNTED
    assert await shop.by("citra", lambda tx: differences(tx, take.id)) == []
    await shop.approve("citra", take)
    assert await shop.book() == AS_BOOKED


async def test_a_cancelled_stock_take_books_nothing_and_nobody_counts_it(shop: Counting) -> None:
    take = await shop.open(Scope.BINS, "A1", tolerance=Tolerance(units=9))
    [area] = (await shop.areas(take)).values()
    await shop.count("ani", area, ("kopi", 1))
    await shop.by("kepala", lambda tx: cancel_take(tx, take.id, now=shop.now))
    for late in (
        lambda tx: begin_counting(tx, area.id, now=shop.now),
        lambda tx: cancel_take(tx, take.id, now=shop.now),
        lambda tx: count_again(tx, take.id, [area.id], now=shop.now),
    ):
        with pytest.raises(IllegalMove):
            await shop.by("budi", late)
    with pytest.raises(IllegalMove):
        await shop.approve("citra", take)
    assert await shop.book() == AS_BOOKED


async def test_only_named_skus_are_counted_wherever_they_lie(shop: Counting) -> None:
    take = await shop.open(Scope.SKUS, "kopi")
    areas = await shop.areas(take)
    assert list(areas) == ["A1", "kopi"]
    await shop.by("ani", lambda tx: begin_counting(tx, areas["A1"].id, now=shop.now))
    with pytest.raises(NotInTake):
        await shop.say("ani", areas["A1"], ("gula", 1))
    with pytest.raises(NotAllCounted):
        await shop.by("ani", lambda tx: finish_counting(tx, areas["A1"].id, now=shop.now))


async def test_a_place_without_bins_is_counted_as_a_list_and_what_pickers_hold_is_not_on_it(
    floor: ShopFloor, database_url: str, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 10})
    shop = Counting(world, {}, database_url, now)
    order = await an_order(world, keyring, ("kopi", 4), now=now)
    await pay(world, order, now=now)
    task = await the_task(world, order)

    async def picked(tx: Tx) -> None:
        await release_tasks(tx, [task], now=now)
        await start_picking(tx, [task], now=now)
        await pick(tx, task, [Pick(world.skus["kopi"], 3)], now=now)

    await floor.run(picked)
    take = await shop.open()
    [area] = (await shop.areas(take)).values()
    assert await shop.count("ani", area, ("kopi", 7)) is AreaState.COUNTED
    assert await shop.approve("citra", take) == 0
    assert await shop.book() == {"kopi": 10}

"""Where goods lie: bins, what is put into them and taken out, whoever does it and however goods leave."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from conftest import ShopFloor
from fulfilment.working import AWB, an_order, pay, the_task
from given import World, a_shop
from inventory.racing import Meeting, race
from inventory.stocked import key_of
from orderan.auditor import audit
from orderan.flows.cancel_order import cancel_order
from orderan.flows.hand_over import hand_over
from orderan.flows.pick_task import finish_tasks, pack, pick, release_tasks, run_short, start_picking
from orderan.flows.put_away_goods import put_away_goods
from orderan.flows.views_bins import on_the_floor
from orderan.flows.views_work import pick_sheet
from orderan.fulfilment import Box, Pick
from orderan.inventory import (
    Bin,
    BinAsked,
    BinBlocked,
    BinHoldsGoods,
    BinKind,
    BinShort,
    Bucket,
    NothingToPutAway,
    PutAway,
    Shift,
    UnknownBin,
    adjust_stock,
    bin_store,
    bin_views,
    block_bin,
    draw_bins,
    list_bins,
    set_aside,
    shift,
    walk,
)
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.orders import Scope

pytestmark = pytest.mark.anyio

DRAWN = (
    BinAsked("A1", BinKind.PICK, "A", 0, 100),
    BinAsked("A2", BinKind.PICK, "A", 0, 200),
    BinAsked("B1", BinKind.PICK, "B", 300, 100),
    BinAsked("R1", BinKind.RESERVE, "R", 600, 0),
)


class Shelves:
    """A shop with 10 kopi and 6 gula on the floor of one place and four empty bins."""

    def __init__(self, world: World, bins: dict[str, UUID], url: str, now: datetime) -> None:
        self.world, self.bins, self.url, self.now = world, bins, url, now
        self.place = world.locations["JKT"]

    async def put(self, *rows: tuple[str, str, int]) -> None:
        puts = [PutAway(self.bins[code], key_of(self.world, sku), units) for code, sku, units in rows]
        await self.world.floor.run(lambda tx: put_away_goods(tx, self.place, puts, now=self.now))

    async def inside(self) -> dict[tuple[str, str], int]:
        """Units by bin and sku."""
        rows = await self.world.floor.all(
            """
            SELECT bin.code, sku.code AS sku, bin_stock.quantity
            FROM bin_stock
            JOIN bin ON bin.shop_id = bin_stock.shop_id AND bin.id = bin_stock.bin_id
            JOIN sku ON sku.shop_id = bin_stock.shop_id AND sku.id = bin_stock.sku_id
            WHERE bin_stock.shop_id = %(shop)s AND bin_stock.quantity > 0
            """
        )
        return {(row.code, row.sku): row.quantity for row in rows}

    async def drawn(self) -> list[Bin]:
        found: list[Bin] = await self.world.floor.run(lambda tx: list_bins(tx, self.place))
        return found

    async def floor(self) -> dict[str, tuple[int, str | None]]:
        """Units to put away and the bin proposed, by sku."""
        rows = await self.world.floor.run(lambda tx: on_the_floor(tx, self.place))
        return {row.sku: (row.units, row.bin) for row in rows}

    def sound(self) -> bool:
        return audit(self.url, now=self.now).findings == []


@pytest.fixture
async def shelves(floor: ShopFloor, database_url: str, now: datetime) -> Shelves:
    world = await a_shop(floor, now, stock={"kopi": 10, "gula": 6})
    drawn = await floor.run(lambda tx: draw_bins(tx, world.locations["JKT"], DRAWN, now=now))
    return Shelves(world, {one.code: one.id for one in drawn}, database_url, now)


async def at_picking(shelves: Shelves, keyring: Keyring, *lines: tuple[str, int]) -> tuple[Any, UUID]:
    now = shelves.now
    order = await an_order(shelves.world, keyring, *lines, now=now)
    await pay(shelves.world, order, now=now)
    task = await the_task(shelves.world, order)

    async def begin(tx: Tx) -> None:
        await release_tasks(tx, [task], now=now)
        await start_picking(tx, [task], now=now)

    await shelves.world.floor.run(begin)
    return order, task


async def test_goods_are_put_away_where_more_of_them_lies_and_never_more_than_lie_on_the_floor(
    shelves: Shelves,
) -> None:
    assert await shelves.floor() == {"gula": (6, "A1"), "kopi": (10, "A2")}

    await shelves.put(("B1", "kopi", 4))
    assert await shelves.floor() == {"gula": (6, "A1"), "kopi": (6, "B1")}

    with pytest.raises(NothingToPutAway) as refused:
        await shelves.put(("A1", "kopi", 5), ("A2", "kopi", 2))
    assert (refused.value.asked, refused.value.there) == (7, 6)
    assert await shelves.inside() == {("B1", "kopi"): 4}


async def test_a_picker_is_led_along_the_aisles_and_takes_from_the_bin_with_the_fewest(
    shelves: Shelves, keyring: Keyring
) -> None:
    await shelves.put(("R1", "kopi", 5), ("A2", "kopi", 2), ("B1", "kopi", 3), ("A1", "gula", 6))
    _, task = await at_picking(shelves, keyring, ("kopi", 4), ("gula", 1))

    _, sheet = await shelves.world.floor.run(lambda tx: pick_sheet(tx, Scope(), task))

    assert [(line.sku, line.bins) for line in sheet] == [
        ("gula", (("A1", 1),)),
        ("kopi", (("A2", 2), ("B1", 2))),
    ]


async def test_what_was_picked_left_its_bin_and_stays_on_hand_until_it_leaves_the_house(
    shelves: Shelves, keyring: Keyring
) -> None:
    world, now = shelves.world, shelves.now
    await shelves.put(("A1", "kopi", 6), ("B1", "kopi", 4))
    _, task = await at_picking(shelves, keyring, ("kopi", 3))
    named = Pick(world.skus["kopi"], 2)

    await world.floor.run(lambda tx: pick(tx, task, [named], bin_id=shelves.bins["A1"], now=now))
    assert await shelves.inside() == {("A1", "kopi"): 4, ("B1", "kopi"): 4}
    assert (await world.stock("kopi"))[0] == 10
    assert "kopi" not in await shelves.floor()

    async def leave(tx: Tx) -> None:
        await finish_tasks(tx, [task], take_all=True, now=now)
        await pack(tx, [task], now=now)
        await hand_over(tx, task, [Box("sicepat", AWB)], now=now)

    await world.floor.run(leave)
    assert sum((await shelves.inside()).values()) == 7
    assert (await world.stock("kopi"))[0] == 7
    assert shelves.sound()


async def test_a_pick_from_a_bin_that_holds_fewer_is_refused_and_counts_nothing(
    shelves: Shelves, keyring: Keyring
) -> None:
    world, now = shelves.world, shelves.now
    await shelves.put(("A1", "kopi", 1), ("B1", "kopi", 9))
    _, task = await at_picking(shelves, keyring, ("kopi", 3))

    with pytest.raises(BinShort):
        await world.floor.run(
            lambda tx: pick(tx, task, [Pick(world.skus["kopi"], 2)], bin_id=shelves.bins["A1"], now=now)
        )

    [line] = await world.floor.all("SELECT picked FROM task_line")
    assert line.picked == 0
    assert await shelves.inside() == {("A1", "kopi"): 1, ("B1", "kopi"): 9}


async def test_goods_of_an_order_cancelled_after_picking_are_to_be_put_away_again(
    shelves: Shelves, keyring: Keyring
) -> None:
    world, now = shelves.world, shelves.now
    await shelves.put(("A1", "kopi", 10))
    order, task = await at_picking(shelves, keyring, ("kopi", 3))
    await world.floor.run(lambda tx: finish_tasks(tx, [task], take_all=True, now=now))
    assert "kopi" not in await shelves.floor()

    await world.floor.run(lambda tx: cancel_order(tx, order.id, reason="batal", now=now))

    assert (await shelves.floor())["kopi"] == (3, "A1")
    await shelves.put(("A1", "kopi", 3))
    assert await shelves.inside() == {("A1", "kopi"): 10}
    assert shelves.sound()


@pytest.mark.parametrize("way", ["adjusted", "set aside"])
async def test_units_that_leave_without_a_picker_leave_the_floor_first_and_then_the_bins(
    shelves: Shelves, way: str
) -> None:
    await shelves.put(("R1", "kopi", 4), ("A1", "kopi", 3), ("A2", "kopi", 1))
    key, now = key_of(shelves.world, "kopi"), shelves.now

    async def lose(tx: Tx, units: int) -> None:
        if way == "adjusted":
            await adjust_stock(tx, [(key, -units)], reason="hilang", now=now)
        else:
            await set_aside(tx, {key: units}, into=Bucket.DAMAGED, reason="rusak", now=now)

    await shelves.world.floor.run(lambda tx: lose(tx, 2))
    assert await shelves.inside() == {("R1", "kopi"): 4, ("A1", "kopi"): 3, ("A2", "kopi"): 1}
    await shelves.world.floor.run(lambda tx: lose(tx, 3))
    assert await shelves.inside() == {("R1", "kopi"): 4, ("A1", "kopi"): 1}
    assert shelves.sound()


async def test_nothing_goes_in_or_out_of_a_blocked_bin_and_no_sheet_leads_there(
    shelves: Shelves, keyring: Keyring
) -> None:
    world, now = shelves.world, shelves.now
    await shelves.put(("A1", "kopi", 5), ("B1", "kopi", 5))
    await world.floor.run(
        lambda tx: block_bin(tx, shelves.place, shelves.bins["A1"], why="dihitung", now=now)
    )
    _, task = await at_picking(shelves, keyring, ("kopi", 2))

    _, [line] = await world.floor.run(lambda tx: pick_sheet(tx, Scope(), task))
    assert line.bins == (("B1", 2),)
    with pytest.raises(BinBlocked):
        await world.floor.run(
            lambda tx: pick(tx, task, [Pick(world.skus["kopi"], 1)], bin_id=shelves.bins["A1"], now=now)
        )
    with pytest.raises(BinBlocked):
        await shelves.put(("A1", "gula", 1))


async def test_a_bin_that_holds_less_than_its_book_is_blocked_and_what_it_should_hold_is_not_sold(
    shelves: Shelves, keyring: Keyring
) -> None:
    world, now = shelves.world, shelves.now
    await shelves.put(("A1", "kopi", 6), ("A1", "gula", 2), ("B1", "kopi", 4))
    _, task = await at_picking(shelves, keyring, ("kopi", 3))

    await world.floor.run(lambda tx: run_short(tx, task, note="Kosong", bin_id=shelves.bins["A1"], now=now))

    # Three are promised to the order that waits; the seven others could be sold, of which six are doubted.
    [row] = await world.floor.all(
        "SELECT on_hand, allocated, quarantine FROM stock WHERE sku_id = %(sku)s", sku=world.skus["kopi"]
    )
    assert (row.on_hand, row.allocated, row.quarantine) == (4, 3, 6)
    assert await shelves.inside() == {("A1", "gula"): 2, ("B1", "kopi"): 4}
    bins = await world.floor.run(lambda tx: list_bins(tx, shelves.place, codes=["A1"]))
    assert [one.blocked_why for one in bins] == ["Kosong"]
    assert shelves.sound()


async def test_goods_move_between_bins_whole_or_not_at_all(shelves: Shelves) -> None:
    world, key, now = shelves.world, key_of(shelves.world, "kopi"), shelves.now
    await shelves.put(("R1", "kopi", 5))

    async def moved(*ways: tuple[str, str, int]) -> None:
        shifts = [Shift(shelves.bins[a], shelves.bins[b], key, units) for a, b, units in ways]
        await world.floor.run(lambda tx: shift(tx, shifts, now=now))

    await moved(("R1", "A1", 2), ("R1", "A2", 1))
    assert await shelves.inside() == {("R1", "kopi"): 2, ("A1", "kopi"): 2, ("A2", "kopi"): 1}
    with pytest.raises(BinShort):
        await moved(("A2", "A1", 1), ("R1", "A1", 3))
    assert await shelves.inside() == {("R1", "kopi"): 2, ("A1", "kopi"): 2, ("A2", "kopi"): 1}
    assert shelves.sound()


async def test_a_bin_with_goods_is_not_closed_and_a_closed_one_takes_none(shelves: Shelves) -> None:
    world, now = shelves.world, shelves.now
    await shelves.put(("A1", "kopi", 1))

    async def close(code: str) -> None:
        asked = [BinAsked(code, active=False)]
        await world.floor.run(lambda tx: draw_bins(tx, shelves.place, asked, now=now))

    with pytest.raises(BinHoldsGoods):
        await close("A1")
    await close("A2")
    with pytest.raises(UnknownBin):
        await shelves.put(("A2", "kopi", 1))


@pytest.mark.parametrize("locked", [True, False], ids=["", "control_without_the_lock"])
async def test_goods_do_not_go_into_a_bin_that_is_closed_at_the_same_time(
    shelves: Shelves, monkeypatch: pytest.MonkeyPatch, *, locked: bool
) -> None:
    async def no_lock(*_: object) -> None:
        return None

    if not locked:
        monkeypatch.setattr(bin_store, "keep_bins_open", no_lock)
        monkeypatch.setattr(bin_store, "lock_bins", no_lock)
    Meeting(shelves.world.floor).after(monkeypatch, bin_views, "list_bins")
    put = PutAway(shelves.bins["A1"], key_of(shelves.world, "kopi"), 3)
    closed = BinAsked("A1", BinKind.PICK, "A", 0, 100, active=False)

    ends = await race(
        shelves.world.floor,
        lambda tx: put_away_goods(tx, shelves.place, [put], now=shelves.now),
        lambda tx: draw_bins(tx, shelves.place, [closed], now=shelves.now),
    )

    refused = [type(end) for end in ends if isinstance(end, Exception)]
    [a1] = [one for one in await shelves.drawn() if one.code == "A1"]
    if locked:
        assert refused in ([UnknownBin], [BinHoldsGoods])
        assert (a1.active, a1.units) in ((False, 0), (True, 3))
    else:
        assert (refused, a1.active, a1.units) == ([], False, 3)


async def test_two_who_put_the_same_goods_away_at_once_put_them_away_once(shelves: Shelves) -> None:
    outcomes = await asyncio.gather(
        shelves.put(("A1", "gula", 6)), shelves.put(("A2", "gula", 6)), return_exceptions=True
    )

    assert [type(outcome) for outcome in outcomes if outcome] == [NothingToPutAway]
    assert sum((await shelves.inside()).values()) == 6
    assert shelves.sound()


async def test_bins_are_drawn_once_however_often(shelves: Shelves) -> None:
    again = (*DRAWN, BinAsked("A1", BinKind.RESERVE, "A", 5, 5))

    await shelves.world.floor.run(lambda tx: draw_bins(tx, shelves.place, again, now=shelves.now))

    bins = await shelves.world.floor.run(lambda tx: list_bins(tx, shelves.place))
    assert [(one.code, one.kind) for one in bins] == [
        ("A1", "reserve"),
        ("A2", "pick"),
        ("B1", "pick"),
        ("R1", "reserve"),
    ]


@pytest.mark.parametrize(
    ("stops", "way"),
    [
        ([], ""),
        ([((0, 1), "a"), ((0, 9), "b")], "ab"),
        ([((300, 1), "c"), ((0, 9), "b"), ((300, 9), "d"), ((0, 1), "a")], "abdc"),
    ],
)
async def test_the_way_goes_up_one_aisle_and_down_the_next(
    stops: Sequence[tuple[tuple[int, int], str]], way: str
) -> None:
    assert "".join(walk(stops)) == way

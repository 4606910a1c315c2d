"""What people see of stock: availability, history, low stock, counts, places."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from conftest import ShopFloor
from given import World
from inventory.stocked import claimed, key_of, level, refused, taken_or_short, two_places
from orderan.inventory import (
    Counted,
    CountedTwice,
    CountResult,
    Goods,
    Level,
    LocationBusy,
    LocationCannotSell,
    LocationCodeTaken,
    LocationKind,
    NotASheet,
    Receipt,
    Shortfall,
    StockShort,
    UnknownLocation,
    UnknownSku,
    add_location,
    adjust_stock,
    availability,
    change_location,
    close_location,
    count_stock,
    counted_rows,
    dispatch_claims,
    list_locations,
    movements,
    open_accounts,
    permit_oversell,
    read_sheet,
    receive_goods,
    receive_stock,
    set_policy,
    watch_low_stock,
    write_sheet,
)
from orderan.kit import inbox
from orderan.kit.ids import new_id

pytestmark = pytest.mark.anyio


async def test_availability_counts_safety_oversell_expiry_and_what_is_promised(
    floor: ShopFloor, now: datetime
) -> None:
    world = await two_places(floor, now, kopi=10)
    key = key_of(world, "kopi")
    old = [Goods("kopi", 4, "OLD", date(2026, 11, 1))]
    await floor.run(lambda tx: receive_goods(tx, old, location_id=key.location_id, now=now))
    await claimed(world, "kopi", 2, now=now)
    await floor.run(lambda tx: permit_oversell(tx, key, units=3, now=now))
    await floor.run(
        lambda tx: set_policy(tx, key.sku_id, key.location_id, safety=1, reorder_point=8, now=now)
    )

    found = await level(world, "kopi", now=now)

    assert found.total == Level(on_hand=14, allocated=2, free=8, safety=1, sellable=10)
    assert found.low
    assert isinstance(await taken_or_short(world, "kopi", 11, now=now), StockShort)
    assert not isinstance(await taken_or_short(world, "kopi", 10, now=now), StockShort)


async def test_availability_pages_by_code_both_ways_and_searches(floor: ShopFloor, now: datetime) -> None:
    await two_places(floor, now, **dict.fromkeys("abcde", 1))

    async def codes(**how: Any) -> list[str]:
        found = await floor.run(lambda tx: availability(tx, now=now, limit=2, **how))
        return [one.code for one in found]

    assert await codes() == ["a", "b"]
    assert await codes(after="b") == ["c", "d"]
    assert await codes(before="e") == ["c", "d"]
    assert await codes(search="E") == ["e"]
    assert await codes(search="%") == []
    assert await codes(low_only=True) == []


async def test_history_is_filtered_and_paged_newest_first(floor: ShopFloor, now: datetime) -> None:
    world = await two_places(floor, now, kopi=5, gula=5)
    key = key_of(world, "kopi")
    for hour in range(3):
        at = now + timedelta(hours=hour + 1)
        await floor.run(lambda tx, at=at: adjust_stock(tx, [(key, 1)], reason=f"jam {at:%H}", now=at))

    async def reasons(**how: Any) -> list[str | None]:
        found = await floor.run(lambda tx: movements(tx, **how))
        return [one.reason for one in found]

    assert await reasons(sku_id=key.sku_id) == ["jam 07", "jam 06", "jam 05", None]
    assert await reasons(kinds=["adjust"], since=now + timedelta(hours=2)) == ["jam 07", "jam 06"]
    assert await reasons(location_id=world.locations["SBY"]) == []
    first = await floor.run(lambda tx: movements(tx, limit=2))
    last = first[-1]
    assert await reasons(after=(last.occurred_at, last.id), limit=1) == ["jam 05"]


async def test_the_history_of_a_holder_is_found_by_its_cause(floor: ShopFloor, now: datetime) -> None:
    world = await two_places(floor, now, kopi=5)
    part = await claimed(world, "kopi", 2, now=now)
    await claimed(world, "kopi", 1, now=now)
    await floor.run(lambda tx: dispatch_claims(tx, [part], now=now + timedelta(hours=1)))

    found = await floor.run(lambda tx: movements(tx, cause_id=part.holder_id))

    assert [(one.kind, one.quantity) for one in found] == [("dispatch", 2), ("allocate", 2)]


async def open_entries(floor: ShopFloor) -> list[tuple[str, int]]:
    rows = await floor.all(
        "SELECT reason, payload FROM exception_entry WHERE kind = 'low_stock' AND state = 'open'"
    )
    return [(row.reason, row.payload["free"]) for row in rows]


async def test_low_stock_is_told_once_and_settled_when_it_is_there_again(
    floor: ShopFloor, now: datetime
) -> None:
    world = await two_places(floor, now, kopi=2, gula=9)
    key = key_of(world, "kopi")
    for sku in ("kopi", "gula"):
        await floor.run(
            lambda tx, sku=sku: set_policy(
                tx, world.skus[sku], key.location_id, safety=0, reorder_point=3, now=now
            )
        )

    opened = await floor.run(lambda tx: watch_low_stock(tx, now))
    again = await floor.run(lambda tx: watch_low_stock(tx, now))
    entries = await open_entries(floor)
    await floor.run(lambda tx: receive_stock(tx, [Receipt(key.sku_id, key.location_id, 2)], now=now))
    settled = await floor.run(lambda tx: watch_low_stock(tx, now))

    assert (opened, again, settled) == ((1, 0), (0, 0), (0, 1))
    assert entries == [("below_reorder_point", 2)]
    assert await open_entries(floor) == []
    assert await floor.value("SELECT count(*) FROM event WHERE kind = 'inventory.stock_ran_low.v1'") == 1


async def test_a_dismissed_entry_stays_away_for_a_week(floor: ShopFloor, now: datetime) -> None:
    world = await two_places(floor, now, kopi=0)
    key = key_of(world, "kopi")
    await floor.run(
        lambda tx: set_policy(tx, key.sku_id, key.location_id, safety=0, reorder_point=1, now=now)
    )
    await floor.run(lambda tx: watch_low_stock(tx, now))
    assert await open_entries(floor) == [("out_of_stock", 0)]
    entry = await floor.value("SELECT id FROM exception_entry")
    await floor.run(lambda tx: inbox.close(tx, entry, state="dismissed", note="tidak dijual lagi", now=now))

    assert await floor.run(lambda tx: watch_low_stock(tx, now + timedelta(days=6))) == (0, 0)
    assert await floor.run(lambda tx: watch_low_stock(tx, now + timedelta(days=8))) == (1, 0)


async def counted(world: World, *rows: Counted, now: datetime) -> list[CountResult]:
    results: list[CountResult] = await world.floor.run(
        lambda tx: count_stock(tx, rows, reason="stok opname", now=now)
    )
    return results


async def test_a_count_sets_on_hand_and_refuses_row_by_row(floor: ShopFloor, now: datetime) -> None:
    world = await two_places(floor, now, kopi=5, gula=5)
    await claimed(world, "gula", 3, now=now)

    more, short, unknown, nowhere, twice = await counted(
        world,
        Counted("kopi", "JKT", 7),
        Counted("gula", "JKT", 2),
        Counted("teh", "JKT", 1),
        Counted("kopi", "MKS", 1),
        Counted("kopi", "JKT", 9),
        now=now,
    )

    assert more == CountResult(2)
    assert isinstance(short.refusal, StockShort)
    assert short.refusal.shortfalls == (Shortfall(world.skus["gula"], 3, 2),)
    assert isinstance(unknown.refusal, UnknownSku)
    assert isinstance(nowhere.refusal, UnknownLocation)
    assert isinstance(twice.refusal, CountedTwice)
    assert await world.stock("kopi") == (7, 0, 0)
    assert await world.stock("gula") == (5, 0, 3)


async def test_a_sheet_that_was_written_is_read_back_the_same(floor: ShopFloor, now: datetime) -> None:
    world = await two_places(floor, now, kopi=5)
    # A spreadsheet would take the lot's code for a formula.
    goods = [Goods("kopi", 3, "-L1", date(2027, 1, 31))]
    await floor.run(lambda tx: receive_goods(tx, goods, location_id=world.locations["SBY"], now=now))

    text = "".join(write_sheet(await floor.run(counted_rows)))
    rows, wrong = read_sheet(text.encode())

    assert wrong == []
    assert [row.counted for row in rows] == [
        Counted("kopi", "JKT", 5),
        Counted("kopi", "SBY", 3, "-L1", date(2027, 1, 31)),
    ]
    assert "'-L1" in text
    assert await counted(world, *[row.counted for row in rows], now=now) == [CountResult(0), CountResult(0)]


def test_every_wrong_cell_of_a_sheet_is_named_and_the_good_rows_are_read() -> None:
    sheet = "\ufeffSKU;Location;Lot;On_Hand;Expires_On\r\nkopi;JKT;;4;\r\n;JKT;;x;31-01-2027\r\n\r\ngula;SBY;L;0;2027-01-31\r\n"

    rows, wrong = read_sheet(sheet.encode())

    assert [(row.line, row.counted.sku, row.counted.on_hand) for row in rows] == [
        (2, "kopi", 4),
        (5, "gula", 0),
    ]
    assert [(one.line, one.column) for one in wrong] == [(3, "sku"), (3, "on_hand"), (3, "expires_on")]


@pytest.mark.parametrize("content", [b"", b"sku,on_hand\nkopi,1\n", b"\xff\xfe\x00"])
def test_what_is_no_count_sheet_is_refused_whole(content: bytes) -> None:
    with pytest.raises(NotASheet):
        read_sheet(content)


def test_a_cell_that_a_spreadsheet_would_run_is_written_harmless() -> None:
    assert list(write_sheet([("=1+1", "JKT", None, None, 1)]))[1] == "'=1+1,JKT,,,1\r\n"


async def test_the_accounts_a_shop_lacks_are_opened_once(floor: ShopFloor, now: datetime) -> None:
    for _ in range(2):
        await floor.run(lambda tx: open_accounts(tx, time_zone="Asia/Jakarta", now=now))

    kinds = await floor.all("SELECT kind FROM location ORDER BY kind")
    assert [row.kind for row in kinds] == ["customer", "loss", "supplier", "transit"]


async def test_a_place_with_promised_stock_is_not_closed(floor: ShopFloor, now: datetime) -> None:
    world = await two_places(floor, now, kopi=5)
    await claimed(world, "kopi", 2, now=now)
    jakarta, surabaya = world.locations["JKT"], world.locations["SBY"]

    refusal = await refused(floor, LocationBusy, lambda tx: close_location(tx, jakarta, now=now))
    await floor.run(lambda tx: close_location(tx, surabaya, now=now))

    assert (refusal.promised, refusal.transfers) == (2, 0)
    rows = await floor.all("SELECT code FROM location WHERE NOT active")
    assert [row.code for row in rows] == ["SBY"]


async def test_nothing_is_sold_from_a_closed_place(floor: ShopFloor, now: datetime) -> None:
    world = await two_places(floor, now, kopi=5)
    await floor.run(lambda tx: close_location(tx, world.locations["JKT"], now=now))

    short = await taken_or_short(world, "kopi", 1, now=now)

    assert isinstance(short, StockShort)
    assert short.shortfalls == (Shortfall(world.skus["kopi"], 1, 0),)
    assert (await level(world, "kopi", now=now)).total.sellable == 0


async def test_a_location_is_changed_with_a_trace_and_its_code_stays_its_own(
    floor: ShopFloor, now: datetime
) -> None:
    world = await two_places(floor, now, kopi=0)
    jakarta = world.locations["JKT"]
    told: dict[str, Any] = {
        "name": "Gudang Jakarta",
        "village_code": None,
        "address": "Jl. Panjang 1",
        "time_zone": "Asia/Jakarta",
        "sells": True,
        "rank": 3,
    }

    changed = await floor.run(lambda tx: change_location(tx, jakarta, code="JK1", **told, now=now))
    await refused(
        floor, LocationCodeTaken, lambda tx: change_location(tx, jakarta, code="SBY", **told, now=now)
    )
    locations = await floor.run(list_locations)
    account = replace(changed, id=new_id(), code="X", kind=LocationKind.LOSS)
    await refused(floor, LocationCannotSell, lambda tx: add_location(tx, account, now=now))

    assert (changed.code, changed.rank) == ("JK1", 3)
    assert changed in locations
    [trace] = await floor.all("SELECT before, after FROM audit_entry WHERE action = 'location.change'")
    assert (trace.before["code"], trace.after["code"]) == ("JKT", "JK1")

"""Goods leave for the customer, come back, and are set aside, restored or written off."""

from datetime import datetime

import pytest

from conftest import ShopFloor
from inventory.stocked import claimed, key_of, level, refused, two_places
from orderan.inventory import (
    Bucket,
    ClaimMissing,
    ClaimState,
    NotDispatched,
    OversellInUse,
    Part,
    Shortfall,
    StockShort,
    TakenBack,
    dispatch_claims,
    move_claims,
    permit_oversell,
    receive_stock,
    release_claims,
    restore_stock,
    set_aside,
    take_back,
    write_off,
)
from orderan.inventory.commands.receive import Receipt

pytestmark = pytest.mark.anyio


async def test_dispatched_units_leave_stock_and_their_claim_is_gone(floor: ShopFloor, now: datetime) -> None:
    world = await two_places(floor, now, kopi=5)
    part = await claimed(world, "kopi", 2, now=now)

    await floor.run(lambda tx: dispatch_claims(tx, [part], now=now))

    assert await world.stock("kopi") == (3, 0, 0)
    assert await floor.value("SELECT count(*) FROM claim") == 0
    [moved] = await floor.all("SELECT * FROM movement WHERE kind = 'dispatch'")
    assert (moved.quantity, moved.to_location, moved.cause_id) == (
        2,
        world.locations["CUSTOMER"],
        part.holder_id,
    )


async def test_reserved_units_cannot_be_dispatched(floor: ShopFloor, now: datetime) -> None:
    world = await two_places(floor, now, kopi=5)
    part = await claimed(world, "kopi", 2, state=ClaimState.RESERVED, now=now)

    await refused(floor, ClaimMissing, lambda tx: dispatch_claims(tx, [part], now=now))


async def test_more_than_is_allocated_to_a_holder_cannot_be_dispatched(
    floor: ShopFloor, now: datetime
) -> None:
    world = await two_places(floor, now, kopi=5)
    part = await claimed(world, "kopi", 2, now=now)
    await claimed(world, "kopi", 3, now=now)
    three = Part(part.holder_id, 1, part.sku_id, 3)

    refusal = await refused(floor, ClaimMissing, lambda tx: dispatch_claims(tx, [three], now=now))

    assert refusal.holder_id == part.holder_id


async def test_two_parts_that_name_the_same_claim_take_its_units_once(
    floor: ShopFloor, now: datetime
) -> None:
    world = await two_places(floor, now, kopi=5)
    part = await claimed(world, "kopi", 3, now=now)
    some = [Part(part.holder_id, 1, part.sku_id, 2), Part(part.holder_id, 1, part.sku_id, 1)]

    dispatched = await floor.run(lambda tx: dispatch_claims(tx, some, now=now))

    assert [claim.quantity for claim in dispatched] == [3]
    assert await world.stock("kopi") == (2, 0, 0)


async def test_units_sold_beyond_stock_are_not_dispatched_before_they_are_there(
    floor: ShopFloor, now: datetime
) -> None:
    world = await two_places(floor, now, kopi=1)
    key = key_of(world, "kopi")
    await floor.run(lambda tx: permit_oversell(tx, key, units=2, now=now))
    part = await claimed(world, "kopi", 3, now=now)

    refusal = await refused(floor, StockShort, lambda tx: dispatch_claims(tx, [part], now=now))
    assert refusal.shortfalls == (Shortfall(key.sku_id, 3, 1),)
    lower = await refused(floor, OversellInUse, lambda tx: permit_oversell(tx, key, units=1, now=now))
    assert lower.in_use == 2

    await floor.run(lambda tx: receive_stock(tx, [Receipt(key.sku_id, key.location_id, 2)], now=now))
    await floor.run(lambda tx: dispatch_claims(tx, [part], now=now))
    assert await world.stock("kopi") == (0, 0, 0)


@pytest.mark.parametrize(
    ("into", "on_hand", "damaged", "quarantine"),
    [(Bucket.FREE, 4, 0, 0), (Bucket.DAMAGED, 3, 1, 0), (Bucket.QUARANTINE, 3, 0, 1)],
)
async def test_a_returned_unit_goes_where_the_inspection_says(
    floor: ShopFloor, now: datetime, into: Bucket, on_hand: int, damaged: int, quarantine: int
) -> None:
    world = await two_places(floor, now, kopi=5)
    part = await claimed(world, "kopi", 2, now=now)
    await floor.run(lambda tx: dispatch_claims(tx, [part], now=now))
    back = TakenBack(part.holder_id, part.sku_id, world.locations["JKT"], 1, into)

    await floor.run(lambda tx: take_back(tx, [back], now=now))

    found = (await level(world, "kopi", now=now)).total
    assert (found.on_hand, found.damaged, found.quarantine) == (on_hand, damaged, quarantine)


async def test_no_more_comes_back_than_went_out(floor: ShopFloor, now: datetime) -> None:
    world = await two_places(floor, now, kopi=5)
    part = await claimed(world, "kopi", 2, now=now)
    await floor.run(lambda tx: dispatch_claims(tx, [part], now=now))
    back = TakenBack(part.holder_id, part.sku_id, world.locations["SBY"], 1, Bucket.FREE)
    await floor.run(lambda tx: take_back(tx, [back], now=now))

    refusal = await refused(floor, NotDispatched, lambda tx: take_back(tx, [back, back], now=now))

    assert refusal.shortfalls == (Shortfall(part.sku_id, 2, 1),)


async def test_promised_units_are_not_set_aside(floor: ShopFloor, now: datetime) -> None:
    world = await two_places(floor, now, kopi=5)
    await claimed(world, "kopi", 3, now=now)
    key = key_of(world, "kopi")

    refusal = await refused(
        floor,
        StockShort,
        lambda tx: set_aside(tx, {key: 3}, into=Bucket.DAMAGED, reason="pecah", now=now),
    )

    assert refusal.shortfalls == (Shortfall(key.sku_id, 3, 2),)


async def test_quarantined_units_are_restored_or_written_off_but_no_more_than_there_are(
    floor: ShopFloor, now: datetime
) -> None:
    world = await two_places(floor, now, kopi=5)
    key = key_of(world, "kopi")
    held = Bucket.QUARANTINE
    await floor.run(lambda tx: set_aside(tx, {key: 3}, into=held, reason="segel rusak", now=now))

    await floor.run(lambda tx: restore_stock(tx, {key: 1}, out_of=held, reason="aman", now=now))
    await floor.run(lambda tx: write_off(tx, {key: 1}, out_of=held, reason="basi", now=now))
    await refused(floor, StockShort, lambda tx: write_off(tx, {key: 2}, out_of=held, reason="basi", now=now))

    found = (await level(world, "kopi", now=now)).total
    assert (found.on_hand, found.quarantine) == (3, 1)
    assert await floor.value("SELECT reason FROM movement WHERE kind = 'adjust'") == "basi"


async def test_release_of_a_part_leaves_the_rest_claimed(floor: ShopFloor, now: datetime) -> None:
    world = await two_places(floor, now, kopi=5)
    part = await claimed(world, "kopi", 4, now=now)
    some = Part(part.holder_id, 1, part.sku_id, 1)

    await floor.run(lambda tx: release_claims(tx, [part.holder_id], parts=[some], now=now))

    assert await world.stock("kopi") == (5, 0, 3)
    assert await floor.value("SELECT quantity FROM claim") == 3


async def test_a_claim_is_served_from_another_place_in_the_state_it_had(
    floor: ShopFloor, now: datetime
) -> None:
    world = await two_places(floor, now, kopi=5)
    part = await claimed(world, "kopi", 2, state=ClaimState.RESERVED, now=now)
    there = key_of(world, "kopi", "SBY")
    await floor.run(lambda tx: receive_stock(tx, [Receipt(there.sku_id, there.location_id, 1)], now=now))

    await refused(
        floor, StockShort, lambda tx: move_claims(tx, [part], to_location=there.location_id, now=now)
    )
    one = Part(part.holder_id, 1, part.sku_id, 1)
    [moved] = await floor.run(lambda tx: move_claims(tx, [one], to_location=there.location_id, now=now))

    assert (moved.key, moved.quantity) == (there, 1)
    claims = await floor.all("SELECT location_id, state, quantity FROM claim")
    assert {(row.location_id, row.state, row.quantity) for row in claims} == {
        (world.locations["JKT"], "reserved", 1),
        (world.locations["SBY"], "reserved", 1),
    }
    assert await world.stock("kopi") == (6, 2, 0)

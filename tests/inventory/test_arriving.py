"""Goods are expected, arrive with lots and expiries, and travel between places."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from conftest import ShopFloor
from given import World
from inventory.stocked import claimed, key_of, level, refused, taken_or_short, two_places
from orderan.inventory import (
    Arrival,
    Goods,
    LossNeedsReason,
    LotExpiryDiffers,
    LotNeeded,
    MoreThanSent,
    Receipt,
    Shortfall,
    StockShort,
    Taken,
    Transfer,
    TransferEmpty,
    TransferState,
    Travel,
    UnknownLocation,
    UnknownSku,
    cancel_transfer,
    dispatch_transfer,
    expect_stock,
    forget_expected,
    open_transfer,
    receive_goods,
    receive_stock,
    receive_transfer,
    sellable_units,
)
from orderan.kit.states import IllegalMove

pytestmark = pytest.mark.anyio


async def test_expected_goods_are_incoming_and_cannot_be_sold(floor: ShopFloor, now: datetime) -> None:
    world = await two_places(floor, now, kopi=0)
    receipt = Receipt(world.skus["kopi"], world.locations["JKT"], 5)

    await floor.run(lambda tx: expect_stock(tx, [receipt], now=now))

    found = (await level(world, "kopi", now=now)).total
    assert (found.incoming, found.on_hand, found.sellable) == (5, 0, 0)
    assert isinstance(await taken_or_short(world, "kopi", 1, now=now), StockShort)


@pytest.mark.parametrize(("arrived", "incoming"), [(3, 2), (5, 0), (7, 0)])
async def test_what_arrives_lessens_what_is_expected_and_what_is_over_is_kept(
    floor: ShopFloor, now: datetime, arrived: int, incoming: int
) -> None:
    world = await two_places(floor, now, kopi=0)
    sku, place = world.skus["kopi"], world.locations["JKT"]
    await floor.run(lambda tx: expect_stock(tx, [Receipt(sku, place, 5)], now=now))

    await floor.run(lambda tx: receive_stock(tx, [Receipt(sku, place, arrived)], expected=True, now=now))

    found = (await level(world, "kopi", now=now)).total
    assert (found.incoming, found.on_hand, found.sellable) == (incoming, arrived, arrived)


async def test_goods_that_arrive_under_a_lot_keep_a_promise_made_without_one(
    floor: ShopFloor, now: datetime
) -> None:
    world = await two_places(floor, now, susu=0)
    sku, place = world.skus["susu"], world.locations["JKT"]
    await floor.run(lambda tx: expect_stock(tx, [Receipt(sku, place, 5)], now=now))
    goods = [Goods("susu", 4, "L1", date(2027, 1, 31))]

    await floor.run(lambda tx: receive_goods(tx, goods, location_id=place, expected=True, now=now))

    found = (await level(world, "susu", now=now)).total
    assert (found.incoming, found.on_hand) == (1, 4)


async def test_no_more_expected_goods_are_forgotten_than_there_are(floor: ShopFloor, now: datetime) -> None:
    world = await two_places(floor, now, kopi=0)
    sku, place = world.skus["kopi"], world.locations["JKT"]
    await floor.run(lambda tx: expect_stock(tx, [Receipt(sku, place, 2)], now=now))

    refusal = await refused(
        floor, StockShort, lambda tx: forget_expected(tx, [Receipt(sku, place, 3)], now=now)
    )
    assert refusal.shortfalls == (Shortfall(sku, 3, 2),)

    await floor.run(lambda tx: forget_expected(tx, [Receipt(sku, place, 2)], now=now))
    assert (await level(world, "kopi", now=now)).total.incoming == 0


async def test_the_lot_that_expires_first_is_taken_first_and_an_expired_one_never(
    floor: ShopFloor, now: datetime
) -> None:
    world = await two_places(floor, now, susu=0)
    place = world.locations["JKT"]
    goods = [
        Goods("susu", 2, "LATE", date(2027, 6, 1)),
        Goods("susu", 2, "SOON", date(2026, 12, 1)),
        Goods("susu", 2, "GONE", now.date()),
        Goods("susu", 2),
    ]
    await floor.run(lambda tx: receive_goods(tx, goods, location_id=place, now=now))

    taken = await taken_or_short(world, "susu", 5, now=now)
    short = await taken_or_short(world, "susu", 2, now=now)

    assert isinstance(taken, Taken)
    lots = {row.id: row.code for row in await floor.all("SELECT id, code FROM lot")}
    assert [(lots.get(claim.key.lot_id), claim.quantity) for claim in taken.claims] == [
        ("SOON", 2),
        ("LATE", 2),
        (None, 1),
    ]
    assert isinstance(short, StockShort)
    assert short.shortfalls == (Shortfall(world.skus["susu"], 2, 1),)


async def test_a_lot_keeps_the_expiry_it_was_made_with(floor: ShopFloor, now: datetime) -> None:
    world = await two_places(floor, now, susu=0)
    place = world.locations["JKT"]
    first = [Goods("susu", 1, "L1", date(2027, 1, 31))]
    await floor.run(lambda tx: receive_goods(tx, first, location_id=place, now=now))

    other = [Goods("susu", 1, "L1", date(2027, 2, 28))]
    refusal = await refused(
        floor, LotExpiryDiffers, lambda tx: receive_goods(tx, other, location_id=place, now=now)
    )
    await floor.run(lambda tx: receive_goods(tx, [Goods("SUSU", 1, "L1")], location_id=place, now=now))

    assert (refusal.lot, refusal.expires_on) == ("L1", "2027-01-31")
    assert (
        await floor.value("SELECT on_hand FROM stock WHERE lot_id <> '00000000-0000-0000-0000-000000000000'")
        == 2
    )


async def test_unknown_skus_bundles_and_missing_lots_are_all_named(floor: ShopFloor, now: datetime) -> None:
    world = await two_places(floor, now, susu=0, kopi=0)
    place = world.locations["JKT"]
    await floor.run(
        lambda tx: tx.run("UPDATE sku SET lot_tracked = true WHERE id = %(sku)s", {"sku": world.skus["susu"]})
    )

    missing = await refused(
        floor,
        UnknownSku,
        lambda tx: receive_goods(
            tx, [Goods("kopi", 1), Goods("teh", 1), Goods("roti", 1)], location_id=place, now=now
        ),
    )
    bare = await refused(
        floor, LotNeeded, lambda tx: receive_goods(tx, [Goods("susu", 1)], location_id=place, now=now)
    )
    nowhere = await refused(
        floor,
        UnknownLocation,
        lambda tx: receive_goods(tx, [Goods("kopi", 1)], location_id=world.locations["LOSS"], now=now),
    )

    assert missing.skus == ("teh", "roti")
    assert bare.skus == ("susu",)
    assert nowhere.location == str(world.locations["LOSS"])


async def drafted(world: World, units: int, now: datetime) -> UUID:
    transfer = await world.floor.run(
        lambda tx: open_transfer(
            tx,
            from_location=world.locations["JKT"],
            to_location=world.locations["SBY"],
            goods=[Travel(world.skus["kopi"], units)],
            now=now,
        )
    )
    return transfer.id  # type: ignore[no-any-return]


async def test_a_transfer_leaves_one_place_and_arrives_in_parts_with_a_loss(
    floor: ShopFloor, now: datetime
) -> None:
    world = await two_places(floor, now, kopi=5)
    transfer_id = await drafted(world, 4, now)
    jakarta, surabaya = world.locations["JKT"], world.locations["SBY"]

    await floor.run(lambda tx: dispatch_transfer(tx, transfer_id, now=now))
    under_way = await level(world, "kopi", now=now)
    first: Transfer = await floor.run(lambda tx: receive_transfer(tx, transfer_id, [Arrival(1, 2)], now=now))
    second: Transfer = await floor.run(
        lambda tx: receive_transfer(tx, transfer_id, [Arrival(1, 1, 1, "pecah di jalan")], now=now)
    )

    assert under_way.total.on_hand == 1
    assert (first.state, second.state) == (TransferState.IN_TRANSIT, TransferState.RECEIVED)
    assert second.received_at == now
    found = await level(world, "kopi", now=now)
    assert (found.at[jakarta].on_hand, found.at[surabaya].on_hand) == (1, 3)
    [lost] = await floor.all("SELECT quantity, reason, cause_id FROM movement WHERE kind = 'adjust'")
    assert (lost.quantity, lost.reason, lost.cause_id) == (1, "pecah di jalan", transfer_id)


async def test_a_transfer_of_more_than_is_free_stays_a_draft(floor: ShopFloor, now: datetime) -> None:
    world = await two_places(floor, now, kopi=5)
    await claimed(world, "kopi", 2, now=now)
    transfer_id = await drafted(world, 4, now)

    refusal = await refused(floor, StockShort, lambda tx: dispatch_transfer(tx, transfer_id, now=now))

    assert refusal.shortfalls == (Shortfall(world.skus["kopi"], 4, 3),)
    assert await floor.value("SELECT state FROM transfer") == "draft"


async def test_arrivals_that_do_not_add_up_are_refused(floor: ShopFloor, now: datetime) -> None:
    world = await two_places(floor, now, kopi=5)
    transfer_id = await drafted(world, 4, now)
    await floor.run(lambda tx: dispatch_transfer(tx, transfer_id, now=now))

    more = await refused(
        floor,
        MoreThanSent,
        lambda tx: receive_transfer(tx, transfer_id, [Arrival(1, 3), Arrival(1, 1, 1, "x")], now=now),
    )
    no_line = await refused(
        floor, MoreThanSent, lambda tx: receive_transfer(tx, transfer_id, [Arrival(2, 1)], now=now)
    )
    await refused(
        floor, LossNeedsReason, lambda tx: receive_transfer(tx, transfer_id, [Arrival(1, 0, 1, " ")], now=now)
    )

    assert (more.under_way, more.told) == (4, 5)
    assert (no_line.line_no, no_line.under_way) == (2, 0)


async def test_what_is_in_transit_cannot_be_cancelled_and_a_draft_can(
    floor: ShopFloor, now: datetime
) -> None:
    world = await two_places(floor, now, kopi=5)
    dropped, sent = await drafted(world, 1, now), await drafted(world, 1, now)
    await floor.run(lambda tx: dispatch_transfer(tx, sent, now=now))

    await refused(floor, IllegalMove, lambda tx: cancel_transfer(tx, sent, now=now))
    await floor.run(lambda tx: cancel_transfer(tx, dropped, now=now))

    states = await floor.all("SELECT state FROM transfer ORDER BY state")
    assert [row.state for row in states] == ["cancelled", "in_transit"]


async def test_a_transfer_to_the_same_place_or_of_nothing_is_refused(floor: ShopFloor, now: datetime) -> None:
    world = await two_places(floor, now, kopi=5)
    place = world.locations["JKT"]
    goods = [Travel(world.skus["kopi"], 1)]

    await refused(
        floor,
        TransferEmpty,
        lambda tx: open_transfer(tx, from_location=place, to_location=place, goods=goods, now=now),
    )
    await refused(
        floor,
        TransferEmpty,
        lambda tx: open_transfer(
            tx, from_location=place, to_location=world.locations["SBY"], goods=[], now=now
        ),
    )
    assert key_of(world, "kopi").location_id == place


@pytest.mark.parametrize(
    ("zone", "last_minute"),
    [("Asia/Jakarta", "2026-11-11T16:59:00Z"), ("Asia/Jayapura", "2026-11-11T14:59:00Z")],
)
async def test_a_lot_is_sold_until_midnight_where_it_lies(
    floor: ShopFloor, now: datetime, zone: str, last_minute: str
) -> None:
    world = await two_places(floor, now, susu=0)
    place = world.locations["JKT"]
    await floor.all(
        "UPDATE location SET time_zone = %(zone)s WHERE shop_id = %(shop)s AND id = %(place)s RETURNING id",
        zone=zone,
        place=place,
    )
    await floor.run(
        lambda tx: receive_goods(
            tx, [Goods("susu", 2, "BESOK", date(2026, 11, 12))], location_id=place, now=now
        )
    )
    before = datetime.fromisoformat(last_minute)
    after = before + timedelta(minutes=2)
    sku = world.skus["susu"]

    assert await floor.run(lambda tx: sellable_units(tx, {sku}, now=before)) == {sku: 2}
    assert (await level(world, "susu", now=before)).total.sellable == 2
    assert isinstance(await taken_or_short(world, "susu", 1, now=before), Taken)
    assert isinstance(await taken_or_short(world, "susu", 1, now=after), StockShort)
    assert await floor.run(lambda tx: sellable_units(tx, {sku}, now=after)) == {sku: 0}
    assert (await level(world, "susu", now=after)).total.sellable == 0

"""A courier's pick-up: what was scanned leaves, what was not is named, and what does not belong stays out."""

from datetime import datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import ShopFloor
from inventory.racing import Meeting, race
from orderan.flows import manifest as manifest_flow
from orderan.flows.cancel_order import cancel_order
from orderan.flows.hand_over import hand_over
from orderan.flows.manifest import close_manifest, drop_manifest, manifest_at, scan_labels, take_label_off
from orderan.flows.pack_goods import finish_packing, open_packing, scan_into_parcel
from orderan.fulfilment import Box
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import NIL, new_id
from orderan.shipping import (
    BookingState,
    Label,
    LabelNotOnManifest,
    Manifest,
    ManifestEmpty,
    ManifestNotFound,
    ManifestOver,
    ParcelsChanged,
    ParcelsMissing,
    ScanVerdict,
    UnknownCourier,
    judge_label,
    open_manifest,
    withdraw_bookings,
)
from shipping.vans import Door, a_door

pytestmark = pytest.mark.anyio
HERE = UUID(int=5)


@pytest.fixture
async def door(floor: ShopFloor, keyring: Keyring, now: datetime) -> Door:
    return await a_door(floor, keyring, now)


async def parcels(door: Door) -> list[str]:
    rows = await door.floor.all("SELECT awb FROM parcel WHERE shop_id = %(shop)s ORDER BY awb")
    return [row.awb for row in rows]


async def test_what_was_scanned_leaves_in_one_go_with_its_bookings(door: Door) -> None:
    ready = [await door.ready() for _ in range(3)]
    awbs = [awb for _, _, awb in ready]
    van = await door.driver()
    assert await door.scan(van, *awbs) == ["ready"] * 3
    gone = await door.close(van)
    assert sorted(parcel.awb for parcel in gone) == await parcels(door) == awbs
    assert {parcel.courier for parcel in gone} == {"sicepat"}
    states = await door.floor.all("SELECT DISTINCT state FROM courier_booking WHERE shop_id = %(shop)s")
    assert [row.state for row in states] == ["handed_over"]
    assert await door.floor.value("SELECT state FROM manifest") == "closed"


async def test_each_label_that_does_not_belong_is_named_at_once_and_stays_here(door: Door) -> None:
    _, _, right = await door.ready()
    _, _, others = await door.ready("jne")
    gone_order, gone_task, gone = await door.ready()
    await door.floor.run(lambda tx: hand_over(tx, gone_task, [Box("sicepat", gone)], now=door.now))
    order, _, cancelled = await door.ready()
    await door.floor.run(lambda tx: cancel_order(tx, order.id, reason="batal", now=door.now))
    _, task, withdrawn = await door.ready()
    await door.floor.run(lambda tx: withdraw_bookings(tx, [task], reason="tidak jadi", now=door.now))
    _, on_table, table = await door.ready()
    await door.floor.run(lambda tx: open_packing(tx, on_table, now=door.now))

    van = await door.driver()
    labels = (right, others, gone, cancelled, withdrawn, table, "ENTAH-1")
    expected = ["ready", "other_courier", "gone", "cancelled", "cancelled", "not_ready", "unknown"]
    assert await door.scan(van, *labels) == expected
    assert [parcel.awb for parcel in await door.close(van, table)] == [right]
    assert gone_order.id != order.id
    assert await parcels(door) == sorted([gone, right])


async def test_a_label_of_another_place_stays_out(door: Door) -> None:
    _, _, awb = await door.ready()
    van = await door.driver(place=door.world.locations["BDG"])
    assert await door.scan(van, awb) == ["other_place"]
    with pytest.raises(ManifestEmpty):
        await door.close(van)


async def test_a_double_scan_counts_once_whatever_the_scanner_put_around_it(door: Door) -> None:
    _, _, awb = await door.ready()
    van = await door.driver()
    assert await door.scan(van, f" {awb[:6]} {awb[6:]}\r\n", awb) == ["ready"]
    assert await door.scan(van, awb.lower()) == ["again"]
    assert await door.states(van) == {"ready": 1}
    assert len(await door.close(van)) == 1


async def test_what_is_ready_and_was_not_scanned_is_named_and_confirmed_before_it_closes(door: Door) -> None:
    _, _, scanned = await door.ready()
    _, _, forgotten = await door.ready()
    van = await door.driver()
    await door.scan(van, scanned)
    with pytest.raises(ParcelsMissing) as refused:
        await door.close(van)
    assert refused.value.awbs == (forgotten,)
    assert await parcels(door) == []
    _, _, late = await door.ready()
    with pytest.raises(ParcelsMissing) as again:
        await door.close(van, forgotten)
    assert again.value.awbs == (late,)
    await door.close(van, forgotten, late)
    assert await parcels(door) == [scanned]
    assert await door.states(van) == {"ready": 1, "left_behind": 2}
    next_van = await door.driver()
    assert next_van.id != van.id
    assert await door.scan(next_van, forgotten, scanned) == ["ready", "gone"]


async def test_what_was_cancelled_since_it_was_scanned_has_to_come_out_of_the_van_first(door: Door) -> None:
    order, _, awb = await door.ready()
    _, _, other = await door.ready()
    van = await door.driver()
    await door.scan(van, awb, other)
    await door.floor.run(lambda tx: cancel_order(tx, order.id, reason="batal", now=door.now))
    with pytest.raises(ParcelsChanged) as refused:
        await door.close(van)
    assert refused.value.parcels == ((awb, ScanVerdict.CANCELLED),)
    assert await parcels(door) == []
    await door.floor.run(lambda tx: take_label_off(tx, van.id, awb))
    await door.close(van)
    assert await parcels(door) == [other]


async def test_a_task_of_two_parcels_is_not_given_away_by_one_label(door: Door) -> None:
    _, task, awb = await door.ready()

    async def two(tx: Tx) -> None:
        await open_packing(tx, task, now=door.now)
        await scan_into_parcel(tx, task, "kopi", now=door.now)
        await finish_packing(tx, task, now=door.now)

    await door.floor.run(two)
    van = await door.driver()
    assert await door.scan(van, awb) == ["ready"]
    await door.floor.run(
        lambda tx: tx.run(
            "INSERT INTO packing_parcel (shop_id, packing_id, no) SELECT shop_id, id, 2 FROM packing WHERE shop_id = %(shop)s",
            {"shop": tx.shop_id},
        )
    )
    assert await door.scan(van, awb) == ["several"]


async def test_two_phones_open_one_manifest_and_a_closed_one_takes_nothing(door: Door) -> None:
    _, _, awb = await door.ready()
    one, other = await door.driver(), await door.driver()
    assert one.id == other.id
    await door.scan(one, awb)
    await door.close(other)
    with pytest.raises(ManifestOver):
        await door.scan(one, awb)
    with pytest.raises(ManifestOver):
        await door.close(one)
    with pytest.raises(ManifestOver):
        await door.floor.run(lambda tx: take_label_off(tx, one.id, awb))
    with pytest.raises(ManifestOver):
        await door.floor.run(lambda tx: drop_manifest(tx, one.id, now=door.now))


async def test_a_driver_who_left_without_it_leaves_everything_here(door: Door) -> None:
    _, _, awb = await door.ready()
    van = await door.driver()
    await door.scan(van, awb)
    await door.floor.run(lambda tx: drop_manifest(tx, van.id, now=door.now))
    assert await parcels(door) == []
    assert await door.scan(await door.driver(), awb) == ["ready"]


async def test_what_is_not_there_is_refused(door: Door) -> None:
    van = await door.driver()
    with pytest.raises(UnknownCourier):
        await door.driver("merpati")
    with pytest.raises(ManifestNotFound):
        await door.floor.run(lambda tx: scan_labels(tx, new_id(), ["1"], now=door.now))
    with pytest.raises(ManifestNotFound):
        await door.floor.run(lambda tx: manifest_at(tx, van.id, within=[door.world.locations["BDG"]]))
    with pytest.raises(LabelNotOnManifest):
        await door.floor.run(lambda tx: take_label_off(tx, van.id, "TIDAKADA"))


async def test_a_scan_and_a_close_at_once_lose_no_parcel_and_hand_over_none_twice(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, _, first = await door.ready()
    _, _, second = await door.ready()
    van = await door.driver()
    await door.scan(van, first)
    Meeting(door.floor).after(monkeypatch, manifest_flow, "locked_manifest")

    scanned, closed = await race(
        door.floor,
        lambda tx: scan_labels(tx, van.id, [second], now=door.now),
        lambda tx: close_manifest(tx, van.id, left_behind=[second], now=door.now),
    )

    assert isinstance(closed, list)
    left = await parcels(door)
    if isinstance(scanned, ManifestOver):
        assert left == [first]
        assert await door.states(van) == {"ready": 1, "left_behind": 1}
    else:
        assert left == [first, second]


async def test_two_who_close_at_once_hand_over_once(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    _, _, awb = await door.ready()
    van = await door.driver()
    await door.scan(van, awb)
    Meeting(door.floor).after(monkeypatch, manifest_flow, "manifest_at")
    outcomes = await race(door.floor, *[lambda tx: close_manifest(tx, van.id, now=door.now)] * 2)
    assert {type(one) for one in outcomes} == {list, ManifestOver}
    assert await parcels(door) == [awb]


async def test_a_manifest_opened_by_two_phones_at_once_is_one(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes = await race(door.floor, *[lambda tx: open_manifest(tx, door.place, "jne", now=door.now)] * 2)
    assert len({one.id for one in outcomes}) == 1


labels = st.builds(
    Label,
    awb=st.just("A1"),
    booking_state=st.sampled_from([None, *BookingState]),
    courier=st.sampled_from(["sicepat", "jne"]),
    task_id=st.sampled_from([None, NIL]),
    location_id=st.sampled_from([HERE, NIL]),
    task_state=st.sampled_from(["picked", "packed", "handed_over", "cancelled"]),
    left=st.booleans(),
    held=st.booleans(),
    parcels=st.integers(1, 3),
)


@given(labels)
def test_only_what_is_booked_here_packed_whole_and_right_is_ready(label: Label) -> None:
    now = datetime(2026, 1, 1)  # noqa: DTZ001 - no moment is looked at
    van = Manifest(NIL, HERE, "sicepat", "open", "staff:x", now, now, closed_by=None)
    right = (
        (label.booking_state, label.courier, label.location_id, label.task_state)
        == (BookingState.BOOKED, "sicepat", HERE, "packed")
        and label.task_id is not None
        and not label.left
        and not label.held
        and label.parcels == 1
    )
    assert (judge_label(label, van) is ScanVerdict.READY) is right

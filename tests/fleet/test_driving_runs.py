"""A driver's day: parcels, cash, proof and orders follow what happens at the doors, once each."""

import asyncio
from datetime import datetime, timedelta

import pytest

from catalog.test_pictures import png
from conftest import ShopFloor
from fleet.driving import Fleet, a_fleet
from fulfilment.working import inbox, order_row
from orderan.auditor import audit
from orderan.catalog import NotAnImage
from orderan.fleet import (
    CashCounted,
    CashDiffers,
    FailureUnexplained,
    NothingWaits,
    ReceiverMissing,
    RunNotFound,
    RunStop,
    StopsAhead,
)
from orderan.flows.accept_part import BeyondParcel, NotAPart, NotAtTheDoor
from orderan.flows.deliver import move_on
from orderan.flows.drive_run import back, close, deliver_stop, fail_stop, go_to, keep_part, leave
from orderan.flows.fleet_doors import proof_shown
from orderan.flows.hear_day import answer_day_by_hand
from orderan.flows.views_fleet import carried_from
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.states import IllegalMove
from orderan.orders import Terms
from orderan.shipping import ParcelEvent
from orderan.verification import AttemptEvent

pytestmark = pytest.mark.anyio

DOORS = ((0.01, 0.0), (0.02, 0.0), (0.03, 0.0))


async def hand_over(fleet: Fleet, stop: RunStop, cash: int, *, name: str = "Bu Ani", photo: bytes | None = None) -> None:  # fmt: skip
    await fleet.do(
        lambda tx: deliver_stop(
            tx,
            fleet.keyring,
            stop.run_id,
            stop.id,
            driver_id=fleet.drivers[0],
            received_by=name,
            photo=photo,
            collected_minor=cash,
            now=fleet.now,
        )
    )


async def test_a_day_from_leaving_to_the_cash_on_the_table(
    floor: ShopFloor, keyring: Keyring, now: datetime, database_url: str
) -> None:
    fleet = await a_fleet(floor, keyring, now, *DOORS, terms=(Terms.COD, Terms.PREPAID, Terms.COD))
    driver = fleet.drivers[0]
    await fleet.plan()
    run, stops = await fleet.the_run()
    assert {stop.parcel_id for stop in stops} == {parcel.id for _, parcel in fleet.parcels}

    await fleet.do(lambda tx: leave(tx, run.id, driver_id=driver, now=now))
    assert await fleet.parcel_states() == ["out_for_delivery"] * 3
    _, stops = await fleet.the_run()
    assert [str(stop.state) for stop in stops] == ["next", "planned", "planned"]
    by_parcel = {stop.parcel_id: stop for stop in stops}
    cod, prepaid, missed = (by_parcel[parcel.id] for _, parcel in fleet.parcels)

    for cash in (0, 9_999, 20_000):
        with pytest.raises(CashDiffers):
            await hand_over(fleet, cod, cash)
    with pytest.raises(ReceiverMissing):
        await hand_over(fleet, cod, 10_000, name="  ")
    with pytest.raises(NotAnImage):
        await hand_over(fleet, cod, 10_000, photo=b"<svg/>")
    assert await fleet.parcel_states() == ["out_for_delivery"] * 3
    await hand_over(fleet, cod, 10_000, photo=png())
    assert await fleet.do(lambda tx: proof_shown(tx, keyring, cod.id)) == ("Bu Ani", ("png", png()))
    with pytest.raises(IllegalMove):
        await hand_over(fleet, cod, 10_000)

    await fleet.do(lambda tx: go_to(tx, run.id, missed.id, driver_id=driver, now=now))
    with pytest.raises(FailureUnexplained):
        await fleet.do(lambda tx: fail_stop(tx, run.id, missed.id, driver_id=driver, reason="malas", now=now))
    await fleet.do(
        lambda tx: fail_stop(tx, run.id, missed.id, driver_id=driver, reason="nobody_home", now=now)
    )
    assert await inbox(fleet.world) == [("fleet_stop_failed", "nobody_home", 10_000)]
    with pytest.raises(StopsAhead):
        await fleet.do(lambda tx: back(tx, run.id, driver_id=driver, now=now))
    await hand_over(fleet, prepaid, 0)
    await fleet.do(lambda tx: back(tx, run.id, driver_id=driver, now=now))
    assert await fleet.parcel_states() == ["delivered", "delivered", "attempt_failed"]
    assert (await order_row(fleet.world, fleet.parcels[0][0])).money == "cod_collected"
    assert audit(database_url, now=now).findings == []

    with pytest.raises(CashCounted):
        await fleet.do(lambda tx: close(tx, run.id, counted_minor=9_000, anyway=False, now=now))
    assert await fleet.do(lambda tx: close(tx, run.id, counted_minor=10_000, anyway=False, now=now)) == 10_000
    assert (await order_row(fleet.world, fleet.parcels[0][0])).money == "cod_remitted"
    with pytest.raises(IllegalMove):
        await fleet.do(lambda tx: close(tx, run.id, counted_minor=10_000, anyway=False, now=now))

    # What failed is brought again by the next run, and nobody needs to be told any more.
    assert await fleet.plan() is None
    planned = [(run, stops) for run, stops in await fleet.runs() if str(run.state) == "planned"]
    [(again, [stop])] = planned
    assert stop.parcel_id == missed.parcel_id
    await fleet.do(lambda tx: leave(tx, again.id, driver_id=driver, now=now))
    assert await inbox(fleet.world) == []
    assert await fleet.parcel_states() == ["delivered", "delivered", "out_for_delivery"]
    assert audit(database_url, now=now).findings == []


async def test_two_taps_at_once_deliver_and_collect_once(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    fleet = await a_fleet(floor, keyring, now, DOORS[0])
    await fleet.plan()
    run, [stop] = await fleet.the_run()
    left = await asyncio.gather(
        *(fleet.do(lambda tx: leave(tx, run.id, driver_id=None, now=now)) for _ in range(2)),
        return_exceptions=True,
    )
    assert sum(isinstance(one, Exception) for one in left) == 1

    answers = await asyncio.gather(
        *(hand_over(fleet, stop, 10_000) for _ in range(2)), return_exceptions=True
    )

    assert [type(one) for one in answers if one is not None] in ([IllegalMove], [CashDiffers])
    assert (
        await floor.value("SELECT sum(amount_minor) FROM payment_event WHERE kind = 'cod_collected'")
        == 10_000
    )
    assert await floor.value("SELECT collected_minor FROM fleet_stop") == 10_000


async def test_a_driver_has_their_own_run_and_no_other(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    fleet = await a_fleet(floor, keyring, now, DOORS[0])
    await fleet.plan()
    run, _ = await fleet.the_run()
    with pytest.raises(RunNotFound):
        await fleet.do(lambda tx: leave(tx, run.id, driver_id=fleet.vans[0], now=now))
    with pytest.raises(RunNotFound):
        await fleet.do(lambda tx: back(tx, run.id, driver_id=None, within=[fleet.vans[0]], now=now))
    assert await fleet.parcel_states() == ["picked_up"]


async def test_what_the_desk_did_meanwhile_is_taken_off_the_run(
    floor: ShopFloor, keyring: Keyring, now: datetime, database_url: str
) -> None:
    fleet = await a_fleet(floor, keyring, now, *DOORS)
    await fleet.plan()
    run, stops = await fleet.the_run()
    await fleet.do(lambda tx: leave(tx, run.id, driver_id=None, now=now))
    first, second, third = stops
    await fleet.do(lambda tx: move_on(tx, [second.parcel_id], ParcelEvent.SEND_BACK, now=now))

    await hand_over(fleet, first, 10_000)

    _, stops = await fleet.the_run()
    assert [(stop.id, str(stop.state)) for stop in stops] == [(first.id, "delivered"), (third.id, "next")]
    # The desk says delivered before the driver does: the proof is still taken, and the cash once.
    await fleet.do(lambda tx: move_on(tx, [third.parcel_id], ParcelEvent.DELIVER, now=now))
    await hand_over(fleet, third, 10_000)
    assert audit(database_url, now=now).findings == []


async def test_a_late_van_and_a_failed_stop_ask_for_another_order_by_themselves(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    fleet = await a_fleet(floor, keyring, now, *DOORS, (0.04, 0.0), (0.05, 0.0))
    await fleet.plan()
    run, stops = await fleet.the_run()
    await fleet.do(lambda tx: leave(tx, run.id, driver_id=None, now=now))
    await fleet.do(lambda tx: fail_stop(tx, run.id, stops[0].id, driver_id=None, reason="closed", now=now))
    [asked] = await floor.all("SELECT id, run_id FROM fleet_planning WHERE state = 'asked'")
    assert asked.run_id == run.id
    fleet.now = now + timedelta(minutes=5)
    assert await fleet.solve(asked.id) is None

    _, again = await fleet.the_run()
    assert sorted(stop.turn for stop in again) == [1, 2, 3, 4, 5]
    assert {stop.id for stop in again} == {stop.id for stop in stops}
    [late] = [stop for stop in again if str(stop.state) == "next"]
    fleet.now = late.arrives_at + timedelta(minutes=20)
    await hand_over(fleet, late, 10_000)
    assert await floor.value("SELECT count(*) FROM fleet_planning WHERE state = 'asked'") == 1


async def test_a_run_that_is_closed_with_a_difference_books_nothing_and_tells_a_person(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    fleet = await a_fleet(floor, keyring, now, DOORS[0])
    await fleet.plan()
    run, [stop] = await fleet.the_run()
    await fleet.do(lambda tx: leave(tx, run.id, driver_id=None, now=now))
    await hand_over(fleet, stop, 10_000)
    await fleet.do(lambda tx: back(tx, run.id, driver_id=None, now=now))

    async def closing(tx: Tx) -> int:
        return await close(tx, run.id, counted_minor=7_000, anyway=True, now=now)

    assert await fleet.do(closing) == 0
    assert await inbox(fleet.world) == [("fleet_cash_differs", "short", 3_000)]
    assert (await order_row(fleet.world, fleet.parcels[0][0])).money == "cod_collected"


async def test_a_parcel_its_buyer_puts_off_is_taken_off_the_tour_and_brought_on_the_day_they_want(
    floor: ShopFloor, keyring: Keyring, now: datetime, database_url: str
) -> None:
    fleet = await a_fleet(floor, keyring, now, *DOORS)
    driver = fleet.drivers[0]
    await fleet.plan()
    run, _ = await fleet.the_run()
    await fleet.do(lambda tx: leave(tx, run.id, driver_id=driver, now=now))
    _, [first, *others] = await fleet.the_run()
    assert str(first.state) == "next"

    await fleet.do(lambda tx: answer_day_by_hand(tx, first.parcel_id, AttemptEvent.REFUSE, now=now))
    assert [stop.id for stop in (await fleet.the_run())[1]] == [first.id, *(stop.id for stop in others)]
    await fleet.do(lambda tx: answer_day_by_hand(tx, first.parcel_id, AttemptEvent.PUT_OFF, now=now))

    run, left = await fleet.the_run()
    assert {stop.id for stop in left} == {stop.id for stop in others}
    assert [str(stop.state) for stop in left].count("next") == 1
    # It is in the van: no other tour takes it while that is out.
    assert [row.in_van for row in await fleet.do(lambda tx: carried_from(tx, fleet.place))].count(True) == 1
    for stop in left:
        await hand_over(fleet, stop, 10_000)
    await fleet.do(lambda tx: back(tx, run.id, driver_id=driver, now=now))
    await fleet.do(lambda tx: close(tx, run.id, counted_minor=20_000, anyway=False, now=now))
    assert isinstance(await fleet.plan(), NothingWaits)

    fleet.now += timedelta(days=1)
    assert await fleet.plan() is None
    [(_, [again])] = [(run, stops) for run, stops in await fleet.runs() if str(run.state) == "planned"]
    assert again.parcel_id == first.parcel_id
    assert audit(database_url, now=now).findings == []


async def test_at_the_door_a_buyer_keeps_a_part_and_pays_for_that(
    floor: ShopFloor, keyring: Keyring, now: datetime, database_url: str
) -> None:
    fleet = await a_fleet(floor, keyring, now, DOORS[0], units=3)
    driver = fleet.drivers[0]
    await fleet.plan()
    run, [stop] = await fleet.the_run()

    async def keep(units: int) -> int:
        left: int = await fleet.do(
            lambda tx: keep_part(tx, run.id, stop.id, driver_id=driver, kept={1: units}, now=now)
        )
        return left

    await fleet.do(lambda tx: leave(tx, run.id, driver_id=driver, now=now))
    with pytest.raises(BeyondParcel):
        await keep(4)
    for units in (0, 3):
        with pytest.raises(NotAPart):
            await keep(units)
    assert await keep(1) == 10_000
    with pytest.raises(NotAtTheDoor):
        await keep(2)
    with pytest.raises(CashDiffers):
        await hand_over(fleet, stop, 30_000)
    await hand_over(fleet, stop, 10_000)
    await fleet.do(lambda tx: back(tx, run.id, driver_id=driver, now=now))
    await fleet.do(lambda tx: close(tx, run.id, counted_minor=10_000, anyway=False, now=now))
    assert (await order_row(fleet.world, fleet.parcels[0][0])).money == "cod_remitted"
    assert audit(database_url, now=now).findings == []

"""A packed task is booked at a courier once, whatever the courier, the network or a second click does."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest

from conftest import ShopFloor
from couriers.carried import BASE, Depot, delivered, keys
from fulfilment.working import an_order, packed, pay
from given import World, a_shop
from orderan.couriers import Received
from orderan.flows.book_courier import Booker, Wish, settle_booking, take_back, want_couriers
from orderan.flows.cancel_order import cancel_order
from orderan.flows.choose_courier import rechoose
from orderan.flows.courier_clients import CourierClients
from orderan.flows.courier_letters import check, keep_news
from orderan.flows.hand_over import hand_over
from orderan.flows.hear_couriers import hear_couriers
from orderan.flows.views_carrying import carried_orders
from orderan.flows.views_couriers import courier_scores
from orderan.fulfilment import Box
from orderan.kit.calling import Caller
from orderan.kit.clock import SetClock
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.orders import Order, Terms
from orderan.sandbox.couriers.models import SimParcel
from orderan.shipping import (
    BookedAlready,
    Booking,
    BookingNotInDoubt,
    BookingOutdated,
    BookingState,
    Carrier,
    CourierAccount,
    NotPacked,
    Sender,
    SenderMissing,
    open_courier_account,
    set_sender,
)

pytestmark = pytest.mark.anyio


@dataclass
class Desk:
    """A shop with an account at a simulated courier, and the hands that book there."""

    world: World
    depot: Depot
    keyring: Keyring
    clients: CourierClients
    booker: Booker
    account: CourierAccount

    @property
    def floor(self) -> ShopFloor:
        return self.world.floor

    @property
    def now(self) -> datetime:
        return self.depot.clock.at

    async def packed(self, terms: Terms = Terms.COD) -> tuple[Order, UUID]:
        order = await an_order(self.world, self.keyring, ("kopi", 2), now=self.now, terms=terms)
        if terms is Terms.PREPAID:
            await pay(self.world, order, now=self.now)
        return order, await packed(self.world, order, now=self.now)

    async def want(self, task: UUID, **more: Any) -> Booking:
        wish = Wish(task, **more)
        made: list[Booking] = await self.floor.run(
            lambda tx: want_couriers(tx, self.keyring, [wish], now=self.now)
        )
        return made[0]

    async def book(self, task: UUID, **more: Any) -> Booking:
        made = await self.want(task, **more)
        return await self.booker.carry_out(self.floor.caller, made.id)

    async def later(self, minutes: int) -> None:
        self.depot.clock.at += timedelta(minutes=minutes)
        await self.booker.carry_due(self.floor.caller)

    async def stands(self, booking: Booking) -> Any:
        [row] = await self.floor.all(
            "SELECT * FROM courier_booking WHERE shop_id = %(shop)s AND id = %(id)s", id=booking.id
        )
        return row

    async def letters(self, parcel: SimParcel, deed: str) -> None:
        """What happens to a parcel, with the courier's word of it heard."""
        for letter in self.depot.play(parcel, deed):
            courier = await self.floor.run(lambda tx: self.clients.of_account(tx, self.account.id))
            came: Received = delivered(letter)
            kept, _ = check(courier, 1, came)
            await self.floor.run(lambda tx, kept=kept: keep_news(tx, [kept], now=self.now))
        await self.floor.run(lambda tx: hear_couriers(tx, self.clients, now=self.now))

    async def entries(self, kind: str) -> list[str]:
        rows = await self.floor.all(
            "SELECT reason FROM exception_entry WHERE shop_id = %(shop)s AND kind = %(kind)s AND state = 'open'",
            kind=kind,
        )
        return [row.reason for row in rows]

    def there(self) -> list[SimParcel]:
        """What the courier has."""
        return list(self.depot.simulator.shelf.all())


async def a_desk(floor: ShopFloor, keyring: Keyring, now: datetime, provider: str) -> Desk:
    world = await a_shop(floor, now, stock={"kopi": 50})
    clock = SetClock(now)
    depot = Depot(provider, clock)
    clients = CourierClients(keyring, clock, Caller(transport=httpx2.MockTransport(depot._answer)))

    async def opened(tx: Tx) -> CourierAccount:
        sender = Sender(world.locations["JKT"], "Gudang", "+622150001000", "10110")
        await set_sender(tx, sender, now=now)
        return await open_courier_account(
            tx, keyring, provider=provider, name=provider, base_url=BASE, fields=keys(provider), now=now
        )

    account = await floor.run(opened)
    booker = Booker(floor.db, clock, keyring, clients)
    return Desk(world, depot, keyring, clients, booker, account)


@pytest.fixture
async def desk(floor: ShopFloor, keyring: Keyring, now: datetime) -> Desk:
    return await a_desk(floor, keyring, now, "biteship")


async def test_a_booked_task_leaves_with_its_number_and_its_reasons_are_kept(desk: Desk) -> None:
    order, task = await desk.packed()
    booking = await desk.book(task)
    assert (booking.state, booking.cod_minor) == (BookingState.BOOKED, order.total_minor)
    [parcel] = desk.there()
    assert (parcel.awb, parcel.key, parcel.cod) == (booking.awb, booking.key, order.total_minor)
    assert booking.routing_code == "CGK-10110"

    [decision] = await desk.floor.all(
        "SELECT inputs, outcome FROM decision WHERE shop_id = %(shop)s AND kind = 'courier'"
    )
    assert decision.outcome["carriers"][0]["id"].endswith(f":{booking.courier}:{booking.service}")
    assert rechoose(decision.inputs).outcome == decision.outcome
    # GoSend collects no cash: it was offered for nothing that is paid at the door.
    assert all(one["takes_cod"] for one in decision.inputs["offers"])

    with pytest.raises(BookedAlready):
        await desk.want(task)
    [left] = await desk.floor.run(
        lambda tx: hand_over(tx, task, [Box(booking.courier or "", "")], now=desk.now)
    )
    assert (left.awb, left.service) == (booking.awb, booking.service)
    row = await desk.stands(booking)
    assert (row.state, row.parcel_id, row.ask_at) == ("handed_over", left.id, None)

    await desk.letters(parcel, "pick")
    await desk.letters(parcel, "reprice")
    await desk.letters(parcel, "deliver")
    assert (await desk.stands(booking)).charged_minor == parcel.cost
    [state] = await desk.floor.all("SELECT state FROM parcel WHERE shop_id = %(shop)s")
    assert state.state == "delivered"
    scores = await desk.floor.run(
        lambda tx: courier_scores(tx, since=desk.now - timedelta(days=1), now=desk.now)
    )
    assert [(one.area, one.sent, one.delivered, one.first) for one in scores] == [
        ("", 1, 1, 1),
        ("31", 1, 1, 1),
    ]
    assert scores[0].first_share == 1.0
    [carried] = await desk.floor.run(lambda tx: carried_orders(tx, since=desk.now - timedelta(days=1)))
    assert carried.cost_minor == parcel.cost + (booking.cod_fee_minor or 0) == scores[0].cost_minor


async def test_an_answer_that_got_lost_is_looked_up_and_nothing_is_booked_twice(desk: Desk) -> None:
    _, task = await desk.packed()
    made = await desk.want(task)
    # Rates and the draft come back; the confirmation is carried out, and its answer is lost.
    desk.depot.broken = [200, 200, None]
    lost = await desk.booker.carry_out(desk.floor.caller, made.id)
    assert (lost.state, lost.awb) == (BookingState.UNKNOWN, None)
    with pytest.raises(BookedAlready):
        await desk.want(task)
    await desk.later(2)
    row = await desk.stands(made)
    assert row.state == "booked"
    [parcel] = desk.there()
    assert row.awb == parcel.awb


async def test_a_worker_that_died_while_it_asked_is_followed_by_one_that_looks(desk: Desk) -> None:
    _, task = await desk.packed()
    made = await desk.want(task)

    courier = await desk.floor.run(lambda tx: desk.clients.of_account(tx, desk.account.id))
    real = courier.client.book

    async def book_and_die(asked: Any, reference: Any) -> Any:
        await real(asked, reference)
        raise RuntimeError("killed")

    courier.client.book = book_and_die
    with pytest.raises(RuntimeError):
        await desk.booker.carry_out(desk.floor.caller, made.id)
    assert (await desk.stands(made)).state == "asking"
    # Within its lease nobody else takes it up.
    await desk.booker.carry_due(desk.floor.caller)
    assert (await desk.stands(made)).state == "asking"
    await desk.later(3)
    assert (await desk.stands(made)).state == "booked"
    assert len(desk.there()) == 1


async def test_a_courier_that_never_had_it_is_believed_after_being_asked_a_few_times(desk: Desk) -> None:
    _, task = await desk.packed()
    made = await desk.want(task)
    desk.depot.broken = [200, 200, 500]
    assert (await desk.booker.carry_out(desk.floor.caller, made.id)).state == BookingState.UNKNOWN
    for _ in range(3):
        assert (await desk.stands(made)).state == "unknown"
        await desk.later(20)
    row = await desk.stands(made)
    assert (row.state, row.reason) == ("failed", "never_had")
    assert await desk.entries("courier_not_booked") == ["never_had"]
    again = await desk.book(task)
    assert again.state == BookingState.BOOKED
    assert await desk.entries("courier_not_booked") == []


async def test_a_cancelled_order_takes_its_booking_back(desk: Desk) -> None:
    order, task = await desk.packed()
    booking = await desk.book(task)
    await desk.floor.run(lambda tx: cancel_order(tx, order.id, reason="berubah pikiran", now=desk.now))
    assert (await desk.stands(booking)).state == "withdrawing"
    await desk.later(1)
    assert (await desk.stands(booking)).state == "withdrawn"
    assert desk.there()[0].stage == "cancelled"

    # One that is on its way already is not let go: a person looks, and says so.
    _, task = await desk.packed()
    kept = await desk.book(task)
    desk.depot.play(desk.depot.kept(kept.key), "pick")
    await desk.floor.run(lambda tx: take_back(tx, kept.id, reason="salah kurir", now=desk.now))
    await desk.later(1)
    assert (await desk.stands(kept)).state == "withdrawing"
    assert await desk.entries("courier_keeps_booking") == ["on_its_way"]
    await desk.floor.run(lambda tx: settle_booking(tx, kept.id, None, now=desk.now))
    assert (await desk.stands(kept)).state == "withdrawn"
    assert await desk.entries("courier_keeps_booking") == []
    with pytest.raises(BookingNotInDoubt):
        await desk.floor.run(lambda tx: settle_booking(tx, kept.id, None, now=desk.now))


async def test_a_booking_that_would_collect_the_wrong_cash_does_not_leave(desk: Desk) -> None:
    order, task = await desk.packed()
    booking = await desk.book(task)
    await pay(desk.world, order, 5_000, now=desk.now)
    box = Box(booking.courier or "", booking.awb or "")
    with pytest.raises(BookingOutdated):
        await desk.floor.run(lambda tx: hand_over(tx, task, [box], now=desk.now))
    # Given to another courier it leaves, and the booking is taken back.
    await desk.floor.run(lambda tx: hand_over(tx, task, [Box("sicepat", "002589984055")], now=desk.now))
    assert (await desk.stands(booking)).state == "withdrawing"


async def test_what_cannot_be_carried_is_refused_before_anybody_is_asked(desk: Desk) -> None:
    order = await an_order(desk.world, desk.keyring, ("kopi", 1), now=desk.now, terms=Terms.COD)
    [row] = await desk.floor.all(
        "SELECT id FROM task WHERE shop_id = %(shop)s AND order_id = %(order)s", order=order.id
    )
    with pytest.raises(NotPacked):
        await desk.want(row.id)
    _, task = await desk.packed(Terms.PREPAID)
    gone = await desk.book(task, carrier=Carrier(desk.account.id, "jne", "trucking"))
    assert (gone.state, gone.reason, gone.cod_minor) == (BookingState.FAILED, "carrier_not_offered", 0)
    await desk.floor.run(
        lambda tx: tx.run("DELETE FROM parcel_sender WHERE shop_id = %(s)s", {"s": tx.shop_id})
    )
    with pytest.raises(SenderMissing):
        await desk.want(task)
    assert desk.there() == []


async def test_a_number_that_comes_later_is_heard_and_letters_without_one_find_their_parcel(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    desk = await a_desk(floor, keyring, now, "kiriminaja")
    desk.depot.simulator.shelf.quirks.late_awb = True
    _, task = await desk.packed()
    booking = await desk.book(task)
    assert (booking.state, booking.awb) == (BookingState.BOOKED, None)
    [parcel] = desk.there()
    parcel.awb = "JO0000000001"
    await desk.letters(parcel, "tell")
    row = await desk.stands(booking)
    assert (row.awb, row.routing_code) == ("JO0000000001", "JOG-JOG1000-JKT2010")
    box = Box(row.courier, row.awb)
    await floor.run(lambda tx: hand_over(tx, task, [box], now=desk.now))
    # These letters name the parcel by our own name for it, and by no number.
    desk.depot.clock.at += timedelta(hours=1)
    await desk.letters(parcel, "pick")
    desk.depot.clock.at += timedelta(hours=20)
    await desk.letters(parcel, "deliver")
    [left] = await floor.all("SELECT state FROM parcel WHERE shop_id = %(shop)s")
    assert left.state == "delivered"

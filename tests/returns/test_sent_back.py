"""A parcel its courier brings back is expected at the dock from the moment it turns round, once, by its own number."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from access.conftest import Hire, House, hire, house, password_hash, sign_in
from conftest import ShopFloor
from fulfilment.working import AWB, an_order, pay, shipped
from given import JAKARTA, SURABAYA, World, a_shop
from orderan.flows.deliver import move_on
from orderan.flows.settle_return import inspect_goods, receive_goods_back
from orderan.kit.crypto import Keyring
from orderan.kit.ids import to_text
from orderan.orders import Terms
from orderan.returns import Inspected, Seen
from orderan.shipping import Parcel, ParcelEvent

pytestmark = pytest.mark.anyio
__all__ = ["hire", "house", "password_hash"]
_E = ParcelEvent


@dataclass
class Dock:
    """A shop and a parcel of its own on the road."""

    world: World
    keyring: Keyring
    parcel: Parcel
    now: datetime

    @property
    def floor(self) -> ShopFloor:
        return self.world.floor

    async def goes(self, *events: ParcelEvent) -> None:
        for event in events:
            await self.floor.run(lambda tx, e=event: move_on(tx, [self.parcel.id], e, now=self.now))

    async def returns(self) -> list[Any]:
        rows: list[Any] = await self.floor.all(
            "SELECT id, state, reason, location_id FROM goods_return ORDER BY requested_at, id"
        )
        return rows

    async def on_hand(self) -> int:
        return int(await self.floor.value("SELECT sum(on_hand) FROM stock"))

    async def receives(self, return_id: UUID, seen: Seen) -> None:
        place = self.world.locations["JKT"]
        await self.floor.run(
            lambda tx: receive_goods_back(tx, return_id, {1: 2}, location_id=place, seen=seen, now=self.now)
        )


@pytest.fixture
async def dock(floor: ShopFloor, keyring: Keyring, now: datetime) -> Dock:
    world = await a_shop(floor, now, stock={"kopi": 5}, places={"JKT": JAKARTA, "SBY": SURABAYA})
    order = await an_order(world, keyring, ("kopi", 2), now=now)
    await pay(world, order, now=now)
    [parcel] = await shipped(world, order, now=now)
    return Dock(world, keyring, parcel, now)


async def test_it_is_expected_once_it_turns_round_and_stock_waits_for_the_grading(dock: Dock) -> None:
    before = await dock.on_hand()
    await dock.goes(_E.FAIL, _E.SEND_BACK)

    [expected] = await dock.returns()
    assert (expected.state, expected.reason) == ("in_transit", "returned_to_sender")
    assert expected.location_id == dock.world.locations["JKT"]
    shipment = await dock.floor.all("SELECT courier, awb, origin FROM return_shipment")
    assert [tuple(row) for row in shipment] == [("sicepat", AWB, "")]
    await dock.goes(_E.ARRIVE_BACK)
    assert [row.id for row in await dock.returns()] == [expected.id]
    assert await dock.on_hand() == before

    await dock.receives(expected.id, Seen(AWB))
    assert await dock.on_hand() == before
    await dock.floor.run(
        lambda tx: inspect_goods(tx, expected.id, [Inspected(1, 1, 1, "penyok")], now=dock.now)
    )
    # The other one is aside, and claimed from the courier.
    assert await dock.on_hand() == before + 1
    [claim] = await dock.floor.all("SELECT parcel_id, kind, state, amount_minor FROM parcel_claim")
    assert tuple(claim) == (dock.parcel.id, "damaged", "open", 10_000)
    assert await dock.floor.value("SELECT words FROM claim_evidence") == "penyok"
    assert await dock.floor.all("SELECT 1 FROM return_dispute") == []


async def test_another_number_on_the_parcel_that_came_opens_a_dispute(dock: Dock) -> None:
    await dock.goes(_E.SEND_BACK)
    [expected] = await dock.returns()
    await dock.receives(expected.id, Seen(AWB[:-1] + ("0" if AWB[-1] != "0" else "1")))

    assert await dock.floor.value("SELECT state FROM return_dispute") == "open"


async def test_what_is_lost_on_its_way_back_is_expected_no_more(dock: Dock) -> None:
    await dock.goes(_E.SEND_BACK, _E.LOSE)

    assert [row.state for row in await dock.returns()] == ["closed"]
    assert await dock.floor.value("SELECT kind FROM parcel_claim") == "lost"


async def test_what_was_received_before_its_courier_lost_it_stays_received(dock: Dock) -> None:
    await dock.goes(_E.SEND_BACK)
    [expected] = await dock.returns()
    await dock.receives(expected.id, Seen())
    await dock.goes(_E.LOSE)

    assert [row.state for row in await dock.returns()] == ["received"]


async def test_parcels_of_one_order_are_expected_each_for_itself_and_one_that_has_a_number_twice_all_the_same(
    dock: Dock,
) -> None:
    order = await an_order(dock.world, dock.keyring, ("kopi", 1), now=dock.now, terms=Terms.COD)
    [other] = await shipped(dock.world, order, awb="002589984063", now=dock.now)
    await dock.goes(_E.SEND_BACK)
    await dock.floor.all(
        "UPDATE return_shipment SET awb = '002589984063' WHERE shop_id = %(shop)s RETURNING awb"
    )
    await dock.floor.run(lambda tx: move_on(tx, [other.id], _E.SEND_BACK, now=dock.now))

    assert [row.state for row in await dock.returns()] == ["in_transit", "in_transit"]
    kept = await dock.floor.all("SELECT parcel_id FROM return_to_sender")
    assert {row.parcel_id for row in kept} == {dock.parcel.id, other.id}


async def test_the_dock_finds_it_by_the_number_on_the_parcel(dock: Dock, house: House, hire: Hire) -> None:
    await dock.goes(_E.SEND_BACK)
    [expected] = await dock.returns()
    await hire()
    await hire("cabang@toko.test", "warehouse", location_ids=frozenset({dock.world.locations["SBY"]}))
    async with house.browser() as staff, house.browser() as elsewhere:
        await sign_in(staff)
        found = await staff.get("/returns", params={"q": f" {AWB[:6]} {AWB[6:]} "})
        assert (found.status_code, found.headers["location"]) == (
            303,
            f"/returns/{to_text('ret', expected.id)}",
        )
        unknown = await staff.get("/returns", params={"q": "JX999"})
        assert unknown.status_code == 200
        assert "Tidak ada retur dengan nomor resi JX999." in unknown.text
        await sign_in(elsewhere, "cabang@toko.test")
        assert (await elsewhere.get("/returns", params={"q": AWB})).status_code == 200

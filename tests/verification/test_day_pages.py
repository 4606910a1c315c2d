"""Asking whether somebody is home, in the browser and over the API; and what is kept of a parcel at the door."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import AsyncClient

from access.conftest import Hire, House, hire, house, password_hash, send, sign_in
from conftest import ShopFloor
from fulfilment.api import a_program, serving
from fulfilment.working import an_order, shipped
from given import World, a_shop
from orderan.flows.ask_on_the_day import advance_days
from orderan.flows.deliver import move_on
from orderan.kit.crypto import Keyring
from orderan.kit.ids import to_text
from orderan.orders import Order, Terms
from orderan.shipping import Parcel, ParcelEvent
from orderan.verification import DayPolicy, Policy, Step, Way, days_due, keep_policy, policy_now

pytestmark = pytest.mark.anyio
__all__ = ["hire", "house", "password_hash"]

AGENTS = (Step(Way.AGENT, tries=1, answer_minutes=60),)
ON_THE_DAY = DayPolicy(steps=AGENTS, from_hour=6, to_hour=20)
AWBS = ("002589984055", "002589984063")
FORM = {
    "version": "2",
    "step_1_way": "agent",
    "step_1_tries": "1",
    "step_1_answer_minutes": "60",
    "step_1_spacing_minutes": "0",
    "from_hour": "8",
    "to_hour": "20",
    "deadline_hours": "48",
    "silence": "hold",
    "day_on": "yes",
    "day_from_hour": "9",
    "day_to_hour": "17",
    "day_step_1_way": "call",
    "day_step_1_tries": "2",
    "day_step_1_answer_minutes": "10",
    "day_step_1_spacing_minutes": "15",
}


@dataclass
class Road:
    """A shop with COD parcels that are out for delivery, and somebody signed in."""

    world: World
    house: House
    browser: AsyncClient
    orders: list[Order]
    parcels: list[Parcel]
    tokens: list[str]

    @property
    def floor(self) -> ShopFloor:
        return self.world.floor

    def path(self, at: int = 0, verb: str = "") -> str:
        return f"/verification/days/{to_text('pcl', self.parcels[at].id)}{verb}"

    async def state(self, at: int = 0) -> str:
        found: str = await self.floor.value(
            "SELECT state FROM delivery_day WHERE parcel_id = %(id)s", id=self.parcels[at].id
        )
        return found


@pytest.fixture
async def road(floor: ShopFloor, keyring: Keyring, now: Any, house: House, hire: Hire) -> Any:
    world = await a_shop(floor, now, stock={"kopi": 50})
    orders = [await an_order(world, keyring, ("kopi", 3), now=now, terms=Terms.COD) for _ in AWBS]
    parcels = []
    for order, awb in zip(orders, AWBS, strict=True):
        parcels += await shipped(world, order, awb=awb, now=now)
    policy = Policy(steps=AGENTS, on_the_day=ON_THE_DAY)
    await floor.run(lambda tx: keep_policy(tx, policy, expected=1, now=now))
    await floor.run(lambda tx: move_on(tx, [one.id for one in parcels], ParcelEvent.GO_OUT, now=now))
    due = await floor.run(lambda tx: days_due(tx, now=now, limit=9))
    begun = await floor.run(lambda tx: advance_days(tx, due, (), now=now))
    by_order = {one.attempt.order_id: one.token for one in begun}
    await hire()
    async with house.browser() as browser:
        await sign_in(browser)
        yield Road(world, house, browser, orders, parcels, [by_order[order.id] for order in orders])


async def test_an_agent_writes_down_what_was_heard_once_and_it_stands_with_the_parcel(road: Road) -> None:
    listed = await road.browser.get("/verification/days")
    assert all(awb in listed.text for awb in AWBS)
    page = await road.browser.get(road.path())
    assert "Telepon pembeli, lalu catat jawabannya" in page.text

    past = await send(road.browser, road.path(0, "/later"), {"on": "2020-01-01", "note": "keluar kota"})
    assert (past.status_code, "Pilih hari mulai besok" in past.text) == (422, True)
    once = {"_once": "sekali", "note": "keluar kota", "on": "2026-11-13"}
    first = await send(road.browser, road.path(0, "/later"), once)
    second = await send(road.browser, road.path(0, "/later"), once)
    assert (
        first.headers["location"]
        == second.headers["location"]
        == f"/verification/days?said=later&about={AWBS[0]}"
    )
    assert await road.state() == "another_day"
    assert "13 Nov 2026" in (await road.browser.get("/shipping")).text
    order_page = await road.browser.get(f"/orders/{to_text('ord', road.orders[0].id)}")
    assert "Minta hari lain" in order_page.text
    assert "Kurir diminta mengantar hari lain" in order_page.text


async def test_the_link_is_looked_at_freely_and_the_first_press_of_it_counts(road: Road) -> None:
    link = f"/ya/{road.floor.shop.shop_id}-{road.tokens[0]}"
    async with road.house.browser() as buyer:
        for _ in range(2):
            looked = await buyer.get(link)
            assert (looked.status_code, "Ada orang di rumah hari ini?" in looked.text) == (200, True)
            assert "kopi" not in looked.text
        assert await road.state() == "asked"
        # Words of another question mean nothing here.
        await send(buyer, link, {"word": "yes"})
        assert await road.state() == "asked"
        told = await send(buyer, link, {"word": "nobody"})
        assert "Kurir tahu tidak ada orang di rumah." in told.text
        again = await send(buyer, link, {"word": "home"})
        assert "Kurir tahu tidak ada orang di rumah." in again.text
    assert await road.state() == "nobody"

    other = f"/ya/{road.floor.shop.shop_id}-{road.tokens[1]}"
    await road.floor.run(
        lambda tx: move_on(tx, [road.parcels[1].id], ParcelEvent.DELIVER, now=road.house.clock.at)
    )
    async with road.house.browser() as buyer:
        late = await send(buyer, other, {"word": "home"})
        assert "Pengantaran ini tidak perlu dijawab lagi" in late.text
    assert await road.state(1) == "overtaken"


async def test_the_policy_of_the_day_is_written_by_form_and_by_api_and_checked(
    road: Road, keyring: Keyring
) -> None:
    form = FORM | {"day_everyone": "yes", "day_to_hour": "9", "day_step_1_tries": "99"}
    wrong = await send(road.browser, "/settings/verification", form)
    assert (wrong.status_code, wrong.text.count("Angka ini di luar batas.") >= 1) == (422, True)
    wrong = await send(road.browser, "/settings/verification", form | {"day_step_1_tries": "2"})
    assert (wrong.status_code, "Jam mulai 0 sampai 23" in wrong.text) == (422, True)
    kept = form | {"day_step_1_tries": "2", "day_to_hour": "17"}
    assert (await send(road.browser, "/settings/verification", kept)).status_code == 303
    found = await road.floor.run(policy_now)
    assert found is not None
    asks = (Step(Way.CALL, tries=2, answer_minutes=10, spacing_minutes=15),)
    assert found.policy.on_the_day == DayPolicy(True, asks, 9, 17)

    async with serving(road.floor, keyring, road.house.clock.at) as client:
        api = await a_program(client, road.floor, road.house.clock.at)
        body = (await api.get("/verification-policy")).json()
        assert (body["on_the_day"]["from_hour"], body["on_the_day"]["everyone"]) == (9, True)
        headers = {"authorization": f"Bearer {api.secret}"}
        body["on_the_day"]["steps"] = []
        refused = await client.put("/api/v1/verification-policy", json=body, headers=headers)
        assert refused.json()["faults"] == ["on_the_day.steps: none"]
        body["on_the_day"] = None
        assert (
            await client.put("/api/v1/verification-policy", json=body, headers=headers)
        ).status_code == 200
    found = await road.floor.run(policy_now)
    assert found is not None
    assert found.policy.on_the_day is None


async def test_a_shop_that_asks_nobody_before_shipping_asks_on_the_day_all_the_same(
    road: Road, keyring: Keyring
) -> None:
    now = road.house.clock.at
    saved = await send(road.browser, "/settings/verification", FORM | {"nobody": "yes"})
    assert saved.status_code == 303
    found = await road.floor.run(policy_now)
    assert (found.policy.asks, found.policy.on_the_day is not None) == (False, True)
    shown = (await road.browser.get("/settings/verification")).text
    assert "Jangan tanya siapa pun · ditanya pada hari pengantaran" in shown

    order = await an_order(road.world, keyring, ("kopi", 1), now=now, terms=Terms.COD)
    assert order.verification == "not_needed"
    [parcel] = await shipped(road.world, order, awb="002589984071", now=now)
    await road.floor.run(lambda tx: move_on(tx, [parcel.id], ParcelEvent.GO_OUT, now=now))
    asked = "SELECT state FROM delivery_day WHERE parcel_id = %(id)s"
    assert await road.floor.value(asked, id=parcel.id) == "waiting"
    assert await road.floor.value("SELECT count(*) FROM verification_case") == 0


async def test_the_api_writes_down_both_the_door_and_the_part_once(road: Road, keyring: Keyring) -> None:
    now = road.house.clock.at + timedelta(minutes=5)
    first, second = (to_text("pcl", parcel.id) for parcel in road.parcels)
    async with serving(road.floor, keyring, now) as client:
        api = await a_program(client, road.floor, now)
        said = await api.post(
            f"/parcels/{first}/delivery-day", {"answer": "home", "note": "lewat chat"}, key="d"
        )
        assert (said.status_code, said.json()["state"]) == (200, "home")
        once_more = await api.post(
            f"/parcels/{first}/delivery-day", {"answer": "home", "note": "lewat chat"}, key="d"
        )
        assert once_more.json() == said.json()
        again = await api.post(f"/parcels/{first}/delivery-day", {"answer": "home"})
        assert (again.status_code, again.json()["code"]) == (409, "delivery_day_over")
        listed = (await api.get("/parcels", awb=AWBS[0])).json()["data"]
        assert [(one["door"], one["deliver_on"], one["accepted_in_part"]) for one in listed] == [
            ("home", None, False)
        ]

        part = {"kept": [{"line": 1, "quantity": 2}]}
        taken = await api.post(f"/parcels/{second}/accept-part", part, key="p")
        told = taken.json()
        assert (told["forgone"], told["due"], told["parcel"]["accepted_in_part"]) == (10_000, 20_000, True)
        assert (await api.post(f"/parcels/{second}/accept-part", part, key="p")).json() == told
        refused = await api.post(f"/parcels/{second}/accept-part", part)
        assert (refused.status_code, refused.json()["code"]) == (409, "parcel_not_at_the_door")
    order_page = await road.browser.get(f"/orders/{to_text('ord', road.orders[1].id)}")
    assert "Tidak diambil pembeli di pintu" in order_page.text


async def test_a_part_is_taken_down_on_its_page(road: Road) -> None:
    path = f"/shipping/{to_text('pcl', road.parcels[0].id)}/part"
    assert path in (await road.browser.get("/shipping")).text
    whole = await send(road.browser, path, {"units_1": "3"})
    assert (whole.status_code, "sebagian, bukan semua dan bukan nol" in whole.text) == (422, True)
    done = await send(road.browser, path, {"units_1": "1"})
    assert done.headers["location"] == f"/orders/{to_text('ord', road.orders[0].id)}?said=part"
    order_page = await road.browser.get(done.headers["location"])
    assert "Rp10.000" in order_page.text
    gone = await road.browser.get(path)
    assert "Paket ini tidak bisa diterima sebagian" in gone.text

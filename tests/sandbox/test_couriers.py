"""The couriers of the sandbox over HTTP: our own client books, a person moves the parcel at the page."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
from httpx2 import ASGITransport, AsyncClient
from litestar import Litestar

from couriers.carried import NOW, a_parcel, keys
from orderan.couriers import Account, Booked, CourierClient, CourierFailed, Status, open_courier
from orderan.kit.calling import Caller
from orderan.kit.clock import SetClock
from orderan.sandbox.couriers.yard import Yard
from orderan.sandbox.keys import Cabinet
from orderan.sandbox.server import build

pytestmark = pytest.mark.anyio
BASE = "http://sandbox.test"


@dataclass
class Sandbox:
    app: Litestar
    person: AsyncClient

    @property
    def yard(self) -> Yard:
        return cast("Yard", self.app.state.yard)

    def client(self, name: str) -> CourierClient:
        caller = Caller(transport=ASGITransport(cast("Any", self.app)))
        return open_courier(Account(name, f"{BASE}/{name}", keys(name)), caller, SetClock(NOW))

    async def book(self) -> Booked:
        asked = a_parcel("jne", "reg")
        client = self.client("biteship")
        return await client.book(asked, await client.prepare(asked))

    async def post(self, path: str, **form: str) -> int:
        token = self.person.cookies.get("orderan_sandbox_csrf") or ""
        answer = await self.person.post(path, data=form | {"_csrf_token": token})
        return int(answer.status_code)


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    app = build(SetClock(NOW), base_url=BASE, secret="of the test", cabinet=Cabinet(tmp_path / "keys.json"))
    transport = ASGITransport(cast("Any", app))
    async with app.lifespan(), AsyncClient(transport=transport, base_url=BASE) as person:
        await person.get("/couriers")
        yield Sandbox(app, person)


async def test_a_parcel_is_moved_by_hand_and_what_cannot_happen_changes_nothing(sandbox: Sandbox) -> None:
    booked = await sandbox.book()
    path = f"/couriers/biteship/{booked.reference}"
    assert str(booked.awb) in (await sandbox.person.get("/couriers")).text
    for deed in ("arrive_back", "pick", "pick", "go_out", "deliver", "lose", "nonsense"):
        assert await sandbox.post(path, deed=deed) == 303
    told = await sandbox.client("biteship").track("jne", str(booked.awb))
    assert [step.status for step in told.steps] == [
        Status.BOOKED,
        Status.PICKED_UP,
        Status.IN_TRANSIT,
        Status.DELIVERED,
    ]
    assert await sandbox.post("/couriers/pigeon/1", deed="pick") == 404


async def test_weather_and_quirks_are_chosen_on_the_page(sandbox: Sandbox) -> None:
    assert await sandbox.post("/couriers/biteship", quirk="late_awb") == 303
    assert (await sandbox.book()).awb is None
    await sandbox.post("/couriers/weather", courier="biteship", kind="down", minutes="5")
    with pytest.raises(CourierFailed):
        await sandbox.client("biteship").check()
    await sandbox.post("/couriers/weather", kind="clear")
    await sandbox.client("biteship").check()
    there = await sandbox.person.post(
        "/couriers/jnt",
        data={
            "address": "https://elsewhere.test/x",
            "_csrf_token": sandbox.person.cookies.get("orderan_sandbox_csrf") or "",
        },
    )
    assert there.status_code == 422
    assert sandbox.yard.registry.address("jnt") is None

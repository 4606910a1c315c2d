"""A pick-up as people scan it in a browser, and over the API."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime

import pytest
from litestar.testing import AsyncTestClient

from access.conftest import application
from conftest import ShopFloor
from fulfilment.api import a_program, serving
from inventory.conftest import Person
from orderan.access import add_staff, open_session
from orderan.flows.cancel_order import cancel_order
from orderan.kit.clock import SetClock
from orderan.kit.crypto import Keyring
from orderan.kit.ids import new_id, to_text
from orderan.settings import Settings
from shipping.vans import Door, a_door

pytestmark = pytest.mark.anyio


@pytest.fixture
async def door(floor: ShopFloor, keyring: Keyring, now: datetime) -> Door:
    return await a_door(floor, keyring, now)


@pytest.fixture
async def person(door: Door, database_url: str) -> AsyncIterator[Person]:
    """Somebody of the warehouse, signed in."""
    plain = Settings.from_environment({})
    settings = replace(plain, database=replace(plain.database, url=database_url))
    staff = await door.floor.run(
        lambda tx: add_staff(
            tx,
            email="rina@toko.test",
            name="Rina",
            roles=["warehouse"],
            password_hash="unused",
            keyring=door.keyring,
            now=door.now,
        )
    )
    token = await door.floor.run(
        lambda tx: open_session(tx, staff.id, address="127.0.0.1", browser="", now=door.now)
    )
    app = application(settings, door.keyring, SetClock(door.now))
    async with AsyncTestClient(app, base_url="http://testserver.local") as client:
        client.cookies.set("orderan_session", token)
        yield Person(client, door.world)


def once() -> dict[str, str]:
    return {"_once": new_id().hex}


async def test_a_driver_is_given_what_was_scanned_and_the_rest_is_named(door: Door, person: Person) -> None:
    order, _, awb = await door.ready()
    _, _, other = await door.ready()
    _, _, forgotten = await door.ready()
    opened = {"place": to_text("loc", door.place), "courier": "sicepat"}
    there = (await person.send("/warehouse/manifests", opened | once())).headers["location"]
    assert (await person.send("/warehouse/manifests", opened | once())).headers["location"] == there

    page = (await person.open(there)).text
    assert "Siap, tetapi belum dipindai" in page
    assert all(one in page for one in (awb, other, forgotten))
    for label in (awb, other):
        right = await person.send(f"{there}/scan", {"code": label})
        assert (right.status_code, 'data-scanned="ok"' in right.text) == (200, True)
    again = await person.send(f"{there}/scan", {"code": awb})
    assert "Dihitung sekali" in again.text
    wrong = await person.send(f"{there}/scan", {"code": "ENTAH-9"})
    assert (wrong.status_code, "Resi tidak dikenal" in wrong.text) == (409, True)

    missing = await person.send(f"{there}/close", {"behind": [forgotten]} | once())
    assert (missing.status_code, "belum dipindai" in missing.text) == (409, True)
    await door.floor.run(lambda tx: cancel_order(tx, order.id, reason="batal", now=door.now))
    changed = await person.send(f"{there}/close", {"behind": [forgotten], "confirmed": "yes"} | once())
    assert changed.status_code == 409
    assert f"{awb} (Dibatalkan: keluarkan)" in changed.text
    assert await door.floor.value("SELECT count(*)::int FROM parcel") == 0
    assert (await person.send(f"{there}/off", {"awb": awb} | once())).status_code == 303

    form = {"behind": [forgotten], "confirmed": "yes"} | once()
    for _ in range(2):
        assert (await person.send(f"{there}/close", form)).headers["location"] == there
    rows = await door.floor.all("SELECT awb FROM parcel WHERE shop_id = %(shop)s")
    assert [row.awb for row in rows] == [other]
    assert "Sudah diserahkan" in (await person.open(there)).text
    assert "Sudah diserahkan" in (await person.open("/warehouse/manifests")).text


async def test_a_program_opens_scans_and_closes_over_the_api(door: Door) -> None:
    _, _, awb = await door.ready()
    _, _, left = await door.ready()
    async with serving(door.floor, door.keyring, door.now) as client:
        api = await a_program(client, door.floor, door.now)
        elsewhere = await a_program(client, door.floor, door.now, locations=[door.world.locations["BDG"]])
        asked = {"location_id": to_text("loc", door.place), "courier": "sicepat"}
        opened = (await api.post("/manifests", asked)).json()
        path = f"/manifests/{opened['id']}"
        assert sorted(opened["missing"]) == sorted([awb, left])
        assert (await elsewhere.get(path)).status_code == 404
        assert (await elsewhere.post(f"{path}/scans", {"awbs": [awb]})).status_code == 404
        assert (await elsewhere.get("/manifests")).json()["data"] == []
        scanned = (await api.post(f"{path}/scans", {"awbs": [awb, awb, "X1"]})).json()
        verdicts = {one["awb"]: one["verdict"] for one in scanned["labels"]}
        assert (scanned["parcels"], verdicts) == (1, {awb: "ready", "X1": "unknown"})
        refused = await api.post(f"{path}/close", {})
        assert (refused.status_code, refused.json()["code"], refused.json()["awbs"]) == (
            409,
            "parcels_missing",
            [left],
        )
        for _ in range(2):
            closed = await api.post(f"{path}/close", {"left_behind": [left]}, key="tutup")
            assert (closed.status_code, closed.json()["state"]) == (200, "closed")
        [listed] = (await api.get("/manifests")).json()["data"]
        assert (listed["id"], listed["parcels"]) == (opened["id"], 1)
        assert (await api.post(f"{path}/off", {"awb": awb})).json()["code"] == "manifest_over"
        assert (await api.post(f"{path}/drop")).json()["code"] == "manifest_over"

"""The packing table as people use it in a browser, and over the API."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime

import pytest
from litestar.testing import AsyncTestClient

from access.conftest import application
from conftest import ShopFloor
from fulfilment.api import a_program, serving
from inventory.conftest import Person
from orderan.access import Permission, add_staff, open_session
from orderan.kit.clock import SetClock
from orderan.kit.crypto import Keyring
from orderan.kit.ids import new_id, to_text
from orderan.packing import CARTON_PREFIX
from orderan.settings import Settings
from packing.tables import GTIN, SMALL, Table, a_table

pytestmark = pytest.mark.anyio
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63606060000000040001f61738550000000049454e44ae426082"
)


@pytest.fixture
async def table(floor: ShopFloor, keyring: Keyring, now: datetime) -> Table:
    return await a_table(floor, keyring, now)


@pytest.fixture(params=["owner"])
async def person(request: pytest.FixtureRequest, table: Table, database_url: str) -> AsyncIterator[Person]:
    """Somebody of a role, signed in."""
    plain = Settings.from_environment({})
    settings = replace(plain, database=replace(plain.database, url=database_url))
    staff = await table.floor.run(
        lambda tx: add_staff(
            tx,
            email="rina@toko.test",
            name="Rina",
            roles=[request.param],
            password_hash="unused",
            keyring=table.keyring,
            now=table.now,
        )
    )
    token = await table.floor.run(
        lambda tx: open_session(tx, staff.id, address="127.0.0.1", browser="", now=table.now)
    )
    app = application(settings, table.keyring, SetClock(table.now))
    async with AsyncTestClient(app, base_url="http://testserver.local") as client:
        client.cookies.set("orderan_session", token)
        yield Person(client, table.world)


def once() -> dict[str, str]:
    return {"_once": new_id().hex}


async def test_an_order_is_packed_in_the_browser_with_a_wrong_unit_and_a_weight_mended(
    table: Table, person: Person
) -> None:
    order, task = await table.order(("kopi", 2))
    there = f"/warehouse/packing/{to_text('tsk', task)}"
    assert str(order.number) in (await person.open("/warehouse/packing")).text
    assert "Mulai kemas" in (await person.open(there)).text
    taken = await person.send("/warehouse/packing", {"code": str(order.number)} | once())
    assert (taken.status_code, taken.headers["location"]) == (303, there)

    wrong = await person.send(f"{there}/scan", {"code": "teh"} | once())
    assert wrong.status_code == 409
    assert "Salah barang" in wrong.text
    assert 'data-scanned="bad"' in wrong.text
    for _ in range(2):
        right = await person.send(f"{there}/scan", {"code": GTIN["kopi"]} | once())
        assert (right.status_code, 'data-scanned="ok"' in right.text) == (200, True)
    extra = await person.send(f"{there}/scan", {"code": "kopi"} | once())
    assert "Kelebihan" in extra.text

    unread = await person.send(f"{there}/weigh", {"parcel": "1", "weight": "setengah kilo"} | once())
    assert (unread.status_code, "setengah kilo" in unread.text) == (422, True)
    assert (await person.send(f"{there}/weigh", {"parcel": "1", "weight": "900"} | once())).status_code == 303
    page = (await person.open(there)).text
    assert "beratnya 900 g, seharusnya sekitar 500 g" in page
    assert "Selesai dikemas" not in page
    blocked = await person.send(f"{there}/close", once())
    assert (blocked.status_code, await table.state(task)) == (409, ("picked", "open"))
    carton = {"parcel": "1", "carton": to_text(CARTON_PREFIX, SMALL.id)} | once()
    assert (await person.send(f"{there}/carton", carton)).status_code == 303
    await person.send(f"{there}/weigh", {"parcel": "1", "weight": "575 g"} | once())

    form = once()
    for _ in range(2):
        assert (await person.send(f"{there}/close", form)).headers["location"] == there
    assert await table.state(task) == ("packed", "closed")
    assert "Selesai dikemas" in (await person.open(there)).text


async def test_a_scan_sent_twice_by_a_poor_line_counts_once(table: Table, person: Person) -> None:
    _, task = await table.opened(("kopi", 2))
    form = {"code": "kopi"} | once()
    for _ in range(2):
        await person.send(f"/warehouse/packing/{to_text('tsk', task)}/scan", form)
    assert await table.inside(task) == {(1, "kopi"): 1}
    assert await table.scans(task) == ["right"]


async def test_a_unit_scanned_first_opens_its_order_and_is_in(table: Table, person: Person) -> None:
    _, task = await table.order(("kopi", 1))
    taken = await person.send("/warehouse/packing", {"code": GTIN["kopi"]} | once())
    assert taken.headers["location"] == f"/warehouse/packing/{to_text('tsk', task)}"
    assert await table.inside(task) == {(1, "kopi"): 1}
    lost = await person.send("/warehouse/packing", {"code": "gula"} | once())
    assert (lost.status_code, "Tidak ada yang bisa dikemas" in lost.text) == (404, True)


async def test_the_picture_of_an_opened_parcel_is_kept_sealed_and_shown(table: Table, person: Person) -> None:
    _, task = await table.opened(("kopi", 1))
    there = f"/warehouse/packing/{to_text('tsk', task)}"
    none = await person.send(f"{there}/photo", {"parcel": "1"} | once(), {"photo": ("a.png", b"GIF89a")})
    assert none.status_code == 422
    kept = await person.send(f"{there}/photo", {"parcel": "1"} | once(), {"photo": ("a.png", PNG)})
    assert kept.status_code == 303, kept.text
    sealed = await table.floor.value("SELECT photo_enc FROM packing_parcel")
    assert PNG not in bytes(sealed)
    shown = await person.open(f"{there}/pictures/1")
    assert (shown.content, shown.headers["content-type"]) == (PNG, "image/png")
    assert (await person.open(f"{there}/pictures/2")).status_code == 404


@pytest.mark.parametrize("person", ["warehouse"], indirect=True)
async def test_a_packer_cannot_close_what_does_not_fit(table: Table, person: Person) -> None:
    _, task = await table.opened(("kopi", 2))
    there = f"/warehouse/packing/{to_text('tsk', task)}"
    assert "Tutup dengan alasan" not in (await person.open(there)).text
    refused = await person.send(f"{there}/close", {"why": "sudah lengkap kok"} | once())
    assert (refused.status_code, await table.state(task)) == (403, ("picked", "open"))


async def test_cartons_and_what_is_asked_of_parcels_are_the_shops_own(table: Table, person: Person) -> None:
    new = {"code": "SEDANG", "length_mm": "300", "width_mm": "200", "height_mm": "150"}
    new |= {"weight_g": "120", "carries_g": "5000", "cost": "2.500"}
    form = new | once()
    for _ in range(2):
        assert (await person.send("/warehouse/cartons", form)).status_code == 303
    again = await person.send("/warehouse/cartons", new | once())
    assert (again.status_code, "sudah ada" in again.text) == (422, True)
    assert await table.floor.value("SELECT cost_minor FROM carton WHERE code = 'SEDANG'") == 2_500
    small = to_text(CARTON_PREFIX, SMALL.id)
    assert (await person.send(f"/warehouse/cartons/{small}/use", {"active": ""})).status_code == 303
    assert await table.floor.value("SELECT active FROM carton WHERE code = 'KECIL'") is False

    bad = await person.send(
        "/warehouse/cartons/policy", {"tolerance_g": "x", "tolerance_bp": "300", "weigh": "yes"}
    )
    assert bad.status_code == 422
    kept = {"tolerance_g": "25", "tolerance_bp": "100", "weigh": "yes"}
    assert (await person.send("/warehouse/cartons/policy", kept)).status_code == 303
    [row] = await table.floor.all("SELECT weigh, photo, required, tolerance_g FROM packing_policy")
    assert tuple(row) == (True, False, False, 25)
    actions = await table.floor.all(
        "SELECT action FROM audit_entry WHERE action LIKE 'carton%%' OR action LIKE 'packing%%'"
    )
    assert sorted(row.action for row in actions)[-3:] == ["carton.add", "carton.use", "packing.policy"]


async def test_a_program_packs_over_the_api_and_is_told_what_is_in_the_way(table: Table) -> None:
    _, task = await table.order(("kopi", 2))
    path = f"/tasks/{to_text('tsk', task)}/packing"
    async with serving(table.floor, table.keyring, table.now) as client:
        api = await a_program(client, table.floor, table.now)
        packer = await a_program(client, table.floor, table.now, permissions=[Permission.FULFILMENT_WRITE])
        assert (await api.get(path)).json()["state"] is None
        assert (await api.post(path)).json()["state"] == "open"
        wrong = (await api.post(f"{path}/scans", {"code": "teh"})).json()
        assert (wrong["outcome"], wrong["goods"][0]["inside"]) == ("wrong", 0)
        for _ in range(2):
            right = (await api.post(f"{path}/scans", {"code": "kopi"}, key="satu")).json()
            assert (right["outcome"], right["goods"][0]["inside"]) == ("right", 1)
        blocked = await api.post(f"{path}/close", {})
        assert (blocked.status_code, blocked.json()["obstacles"]) == (
            409,
            [{"code": "units_missing", "sku": "kopi", "units": 1}],
        )
        assert (await packer.post(f"{path}/close", {"reason": "kodenya rusak"})).status_code == 403
        weighed = await api.post(f"{path}/weigh", {"parcel": 1, "weight_g": 260})
        assert weighed.json()["parcels"][0]["expected_g"] == 250
        closed = (await api.post(f"{path}/close", {"reason": "kodenya rusak"})).json()
        assert (closed["state"], closed["override_reason"]) == ("closed", "kodenya rusak")
        assert (await api.post(f"{path}/reopen")).json()["state"] == "open"
        assert (await api.post(f"{path}/parcels")).json()["parcels"][1]["contents"] == []

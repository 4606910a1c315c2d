"""Waves and the pickers' app as people and their phones ask for them."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from litestar.testing import AsyncTestClient

from access.conftest import application
from conftest import ShopFloor
from fulfilment.working import pay
from given import a_buyer, asked, place
from inventory.conftest import Person
from orderan.access import add_staff, open_session
from orderan.catalog import skus_by_code
from orderan.flows.place_order import Placed, PlacementLine
from orderan.kit.clock import SetClock
from orderan.kit.crypto import Keyring
from orderan.kit.ids import to_text
from orderan.picking import Scan, ScanKind, policy_of, signed
from orderan.settings import Settings
from picking.shelved import Shelved, a_phone, shelved

pytestmark = pytest.mark.anyio


@pytest.fixture
async def shop(floor: ShopFloor, keyring: Keyring, now: datetime) -> Shelved:
    return await shelved(floor, keyring, now)


@pytest.fixture
async def person(shop: Shelved, database_url: str) -> AsyncIterator[Person]:
    """The owner, signed in."""
    plain = Settings.from_environment({})
    settings = replace(plain, database=replace(plain.database, url=database_url))
    staff = await shop.floor.run(
        lambda tx: add_staff(
            tx,
            email="rina@toko.test",
            name="Rina",
            roles=["owner"],
            password_hash="unused",
            keyring=shop.keyring,
            now=shop.now,
        )
    )
    token = await shop.floor.run(
        lambda tx: open_session(tx, staff.id, address="127.0.0.1", browser="", now=shop.now)
    )
    app = application(settings, shop.keyring, SetClock(shop.now))
    async with AsyncTestClient(app, base_url="http://testserver.local") as client:
        client.cookies.set("orderan_session", token)
        yield Person(client, shop.world)


async def tell(person: Person, path: str, body: Any, *, token: str | None = None) -> Any:
    headers = {"x-csrftoken": token if token is not None else person.client.cookies.get("orderan_csrf") or ""}
    return await person.client.post(path, json=body, headers=headers, follow_redirects=False)


async def test_a_wave_is_drawn_released_walked_with_a_phone_and_done(shop: Shelved, person: Person) -> None:
    tasks = [(await shop.order(("kopi", 2)))[1], (await shop.order(("teh", 1)))[1]]
    place = to_text("loc", shop.place)
    preview = (await person.open(f"/warehouse/waves/new?place={place}&method=cluster")).text
    assert "2 pesanan siap dirilis" in preview
    assert all(to_text("tsk", task) in preview for task in tasks)

    form = {
        "place": place,
        "method": "cluster",
        "most": "200",
        "task": [to_text("tsk", one) for one in tasks],
    }
    released = await person.send("/warehouse/waves/new", form)
    assert released.status_code == 303, released.text
    wave = released.headers["location"]
    assert "Menunggu pengambil" in (await person.open(wave)).text
    again = await person.send("/warehouse/waves/new", form)
    assert (again.status_code, "Tidak ada pesanan yang siap diambil" in again.text) == (409, True)

    address = (await person.open("/pick")).text.split('action="/pick/lists/')[1].split("/take")[0]
    there = f"/pick/lists/{address}"
    assert (await person.send(f"{there}/take", {})).headers["location"] == there
    assert 'data-pick="' in (await person.open(there)).text
    sheet = (await person.open(f"{there}/sheet")).json()
    assert [(stop["bin"], stop["sku"], stop["takes"][0]["units"]) for stop in sheet["stops"]] == [
        ("A1", "kopi", 2),
        ("C1", "teh", 1),
    ]

    phone = (await tell(person, "/pick/devices", {})).json()
    scans = [scan_of(sheet, stop, phone, seq) for seq, stop in enumerate(sheet["stops"], start=1)]
    assert (
        await tell(person, "/pick/scans", {"device": phone["device"], "scans": scans}, token="")
    ).status_code == 403
    told = (await tell(person, "/pick/scans", {"device": phone["device"], "scans": scans})).json()
    assert [(one["seq"], one["outcome"], one["conflict"]) for one in told["heard"]] == [
        (1, "accepted", False),
        (2, "accepted", False),
    ]
    forged = {"device": phone["device"], "scans": [scans[0] | {"quantity": 1}]}
    told = (await tell(person, "/pick/scans", forged)).json()
    assert (told["heard"], told["refused"]["code"]) == ([], "scan_forged")
    assert "Selesai" in (await person.open(wave)).text
    assert "Rina" in (await person.open("/warehouse/pickers")).text
    assert [await shop.state("task", task) for task in tasks] == ["picked", "picked"]


def scan_of(sheet: dict[str, Any], stop: dict[str, Any], phone: dict[str, str], seq: int) -> dict[str, Any]:
    """As the phone sends it: what of the sheet it is about, and a signature of all of it."""
    take = stop["takes"][0]
    said = {
        "seq": seq,
        "kind": "pick",
        "list_id": sheet["list"],
        "task_id": take["task_id"],
        "line_no": take["line_no"],
        **{name: stop[name] for name in ("sku_id", "owner_id", "lot_id", "bin_id")},
        "quantity": take["units"],
        "scanned": stop["sku"],
        "happened_at": "2026-11-11T04:00:00.000Z",
    }
    ids = {name: UUID(value) for name, value in said.items() if name.endswith("_id")}
    scan = Scan(**said | ids | {"kind": ScanKind.PICK, "signature": ""})
    return said | {"signature": signed(phone["key"], UUID(phone["device"]), scan)}


async def test_a_place_says_how_it_picks_and_when_couriers_leave_it(shop: Shelved, person: Person) -> None:
    place = to_text("loc", shop.place)
    home = f"/warehouse/picking/{place}"
    counts = {"method": "zone", "slots": "8", "most_units": "40", "waiting_lists": "3"}
    assert (await person.send(home, counts | {"automatic": "yes"})).status_code == 303
    policy = await shop.floor.run(lambda tx: policy_of(tx, shop.place))
    assert (policy.method, policy.slots, policy.automatic, policy.elsewhere) == ("zone", 8, True, False)

    leaves = {
        "courier": "jnt",
        "closes": "16:30",
        "lead": "90",
        "services": "reguler, kilat",
        "day": ["1", "5"],
    }
    assert (await person.send(f"{home}/cutoffs", leaves)).status_code == 303
    page = (await person.open(f"/warehouse/picking?place={place}")).text
    assert all(word in page for word in ("J&amp;T Express · 16:30", "Senin, Jumat", "reguler, kilat"))
    twice = await person.send(f"{home}/cutoffs", leaves)
    assert (twice.status_code, "sudah punya batas waktu" in twice.text) == (422, True)
    wrong = await person.send(f"{home}/cutoffs", {"closes": "24:00", "lead": "0"})
    assert (wrong.status_code, "Isi jam seperti 16:00." in wrong.text) == (422, True)
    drop = page.split(f'action="{home}/cutoffs/')[1].split('"')[0]
    assert (await person.send(f"{home}/cutoffs/{drop}", {})).status_code == 303
    assert await shop.floor.value("SELECT count(*) FROM courier_cutoff") == 0


async def test_what_stands_in_is_named_on_the_skus_page_and_shown_on_the_orders(
    shop: Shelved, person: Person
) -> None:
    skus = await shop.floor.run(lambda tx: skus_by_code(tx, ["teh"]))
    teh = skus["teh"]
    there = f"/products/{to_text('prd', teh.product_id)}/skus/{to_text('sku', teh.id)}"
    wrong = await person.send(f"{there}/substitutes", {"substitutes": "gula\ntidak-ada"})
    assert (wrong.status_code, "SKU “tidak-ada” tidak ada." in wrong.text) == (422, True)
    assert (await person.send(f"{there}/substitutes", {"substitutes": " gula \n\nkopi"})).status_code == 303
    assert "gula\nkopi</textarea>" in (await person.open(there)).text

    wanted = replace(asked(buyer=a_buyer()), lines=[PlacementLine("teh", 2, may_substitute=True)])
    [placed] = await place(shop.world, shop.keyring, wanted, now=shop.now)
    assert isinstance(placed, Placed)
    await pay(shop.world, placed.order, now=shop.now)
    order = f"/orders/{to_text('ord', placed.order.id)}"
    assert "boleh diganti" in (await person.open(order)).text
    _, [one] = await shop.wave()
    phone = await a_phone(shop, "Ani")
    phone.scan(one, (await phone.take(one)).stops[0], kind=ScanKind.SHORT)
    await phone.send()

    shown = (await person.open(order)).text
    assert all(
        words in shown
        for words in ("pengganti teh", "teh diganti gula", "Pengganti dipilih: gula", "kopi juga bisa")
    )


async def test_a_phone_is_told_what_to_keep_and_how_the_app_is_called(person: Person) -> None:
    worker = await person.open("/pick/worker.js")
    assert worker.headers["service-worker-allowed"] == "/pick"
    kept = json.loads(worker.text.split("const KEPT = ")[1].split(";\n")[0])
    assert [(await person.open(address)).status_code for address in kept] == [200] * len(kept)
    manifest = await person.open("/pick/manifest.webmanifest")
    assert manifest.headers["content-type"].startswith("application/manifest+json")
    assert (manifest.json()["start_url"], manifest.json()["scope"]) == ("/pick", "/pick")

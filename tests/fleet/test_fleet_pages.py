"""From an empty shop to a delivered parcel through the pages: dispatch at the desk, a driver with a telephone."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from httpx2 import AsyncClient, Response

from access.conftest import Hire, House, hire, house, password_hash, send, sign_in
from catalog.test_pictures import png
from conftest import ShopFloor
from fleet.driving import SHORT, an_own_parcel
from given import a_shop
from orderan.flows.fleet_distances import Distances
from orderan.flows.plan_runs import make_plan
from orderan.kit.clock import SetClock
from orderan.kit.crypto import Keyring
from orderan.kit.ids import to_text
from orderan.orders import Terms

pytestmark = pytest.mark.anyio
__all__ = ["hire", "house", "password_hash"]


async def tapped(browser: AsyncClient, address: str, once: str, **fields: str) -> Response:
    """A form with a photo, sent under its id, as a telephone does that heard no answer to it the first time."""
    data = {"_once": once, "_csrf_token": browser.cookies["orderan_csrf"], **fields}
    return await browser.post(address, data=data, files={"photo": ("foto.png", png())})


async def test_deliver_by_own_van(
    house: House, hire: Hire, floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 9})
    parcels = [
        (await an_own_parcel(world, keyring, f"Pembeli {turn}", f"+62812345678{turn:02}", Terms.COD, now))[1]
        for turn in range(2)
    ]
    place = to_text("loc", world.locations["JKT"])
    await hire()
    driver, stranger = await hire("sopir@toko.test", "driver"), await hire("lain@toko.test", "driver")
    async with house.browser() as desk, house.browser() as phone, house.browser() as other:
        for browser, email in ((desk, "pemilik@toko.test"), (phone, driver.email), (other, stranger.email)):
            await sign_in(browser, email)
        assert "Belum ada mobil di sini" in (await desk.get("/fleet")).text
        setup = f"/fleet/setup/{place}"
        wrong = await send(
            desk, f"{setup}/depot", {"point": "Jl. Mawar", "opens": "08:00", "closes": "20:00"}
        )
        assert (wrong.status_code, "bukan titik peta" in wrong.text) == (422, True)
        van = {"name": "Blind Van", "kilograms": "300", "parcels": "40", "cash": "5.000.000", "active": "yes"}
        for what, fields in (
            ("depot", {"point": "-6.2000, 106.8200", "opens": "08:00", "closes": "20:00", "service": "5"}),
            ("van", van),
            (
                "driver",
                {"staff": to_text("stf", driver.id), "begins": "08:00", "ends": "18:00", "active": "yes"},
            ),
            ("area", {"area": "31.71.01", "point": "-6.1900, 106.8300"}),
        ):
            assert (await send(desk, f"{setup}/{what}", fields)).status_code == 303, what
        pin = f"/fleet/parcels/{to_text('pcl', parcels[0].id)}"
        assert (await send(desk, pin, {"point": "-6.21, 106.82", "opens": "13:00", "closes": "15:00"})).status_code == 303  # fmt: skip
        assert 'value="13:00"' in (await desk.get(pin)).text

        assert (await send(desk, "/fleet/plan", {"location": place, "weather": "rain"})).status_code == 303
        assert "Rute sedang dihitung" in (await desk.get("/fleet")).text
        assert (await send(desk, "/fleet/plan", {"location": place})).status_code == 409
        await _planned(floor, keyring, now)
        board = (await desk.get("/fleet")).text
        assert "<svg" in board
        assert "Blind Van" in board
        assert "1 titik baru diketahui sampai wilayahnya." in board

        mine = (await phone.get("/driver")).text
        assert "Berangkat" in mine
        assert "Jl. Mawar 1" not in mine
        assert "Belum ada perjalanan" in (await other.get("/driver")).text
        run = to_text("run", await floor.value("SELECT id FROM fleet_run WHERE state = 'planned'"))
        assert (await send(other, f"/driver/runs/{run}/leave", {})).status_code == 404
        assert (await phone.get(f"/fleet/runs/{run}")).status_code == 403
        assert (await send(phone, f"/driver/runs/{run}/leave", {})).status_code == 303
        page = (await phone.get("/driver")).text
        assert "Jl. Mawar 1" in page
        assert "tel:" in page
        assert await floor.value("SELECT count(*) FROM personal_access WHERE purpose = 'antar paket'") == 1

        position = {"latitude": "-6.205000", "longitude": "106.821000"}
        assert (await send(phone, "/driver/position", position)).status_code == 204
        assert (await floor.all("SELECT latitude FROM fleet_position"))[0].latitude == -6.205
        stop = await _next(floor)
        short = await tapped(
            phone, f"/driver/runs/{run}/deliver", "a", stop=stop, received_by="Bu Ani", cash="9.000"
        )
        assert short.status_code == 422
        assert 'value="Bu Ani"' in short.text
        fields = {"stop": stop, "received_by": "Bu Ani", "cash": "10.000"}
        answers = [await tapped(phone, f"/driver/runs/{run}/deliver", "b", **fields) for _ in range(2)]
        assert [one.headers.get("location") for one in answers] == ["/driver?said=delivered"] * 2
        assert (
            await floor.value("SELECT sum(amount_minor) FROM payment_event WHERE kind = 'cod_collected'")
            == 10_000
        )
        assert (await desk.get(f"/fleet/stops/{stop}/photo")).content == png()
        assert (await phone.get(f"/fleet/stops/{stop}/photo")).status_code == 403
        missed = await send(
            phone, f"/driver/runs/{run}/fail", {"stop": await _next(floor), "reason": "closed"}
        )
        assert missed.status_code == 303
        assert (await send(phone, f"/driver/runs/{run}/back", {})).status_code == 303
        assert "Rp10.000" in (await phone.get("/driver")).text.replace("\xa0", "")
        close = f"/fleet/runs/{run}/close"
        assert (await send(desk, close, {"counted": "8.000"})).status_code == 409
        assert (await send(desk, close, {"counted": "10.000"})).status_code == 303
        assert "Ditutup" in (await desk.get("/fleet")).text
        assert "Antaran sendiri gagal" in (await desk.get("/inbox")).text


async def _planned(floor: ShopFloor, keyring: Keyring, now: datetime) -> None:
    """What the worker does."""
    planning: UUID = await floor.value("SELECT id FROM fleet_planning WHERE state = 'asked'")
    clock = SetClock(now + timedelta(seconds=3))
    refusal = await make_plan(
        floor.db, floor.caller, keyring, planning, clock=clock, distances=Distances(), seconds=SHORT
    )
    assert refusal is None


async def _next(floor: ShopFloor) -> str:
    return to_text("stp", await floor.value("SELECT id FROM fleet_stop WHERE state = 'next'"))

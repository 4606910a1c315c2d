"""The pickers' app in a real browser: scanned without a network, opened again without one, and told of a conflict."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from litestar import Litestar
from playwright.sync_api import Browser, BrowserContext, Page, expect
from psycopg.conninfo import conninfo_to_dict

from conftest import ShopFloor
from fulfilment.working import pay, the_task
from given import a_buyer, asked, place
from orderan.access import add_staff, open_session
from orderan.app import build
from orderan.catalog import set_substitutes
from orderan.flows.pick_task import pick
from orderan.flows.place_order import Placed, PlacementLine
from orderan.fulfilment import Pick
from orderan.kit.clock import SystemClock
from orderan.kit.crypto import Keyring
from orderan.kit.db import ALL_SHOPS, Caller, Database
from orderan.kit.ids import to_text
from orderan.settings import Settings
from orderan.shops import open_shop
from picking.shelved import Shelved, shelved


@dataclass
class Aisle:
    """A list that waits for a picker, and a way to look behind it."""

    address: str
    path: str
    tasks: list[UUID]
    behind: Callable[[Callable[[Shelved], Awaitable[Any]]], Any]


@pytest.fixture
def aisle(
    database_url: str, keyring: Keyring, serve: Callable[[Litestar], str], context: BrowserContext
) -> Aisle:
    now = datetime.now(UTC)

    async def on_the_floor(work: Callable[[ShopFloor], Awaitable[Any]]) -> Any:
        db = Database(database_url, min_size=1, max_size=4)
        await db.open()
        async with db.transaction(Caller(ALL_SHOPS, "system:test")) as tx:
            found = await tx.maybe("SELECT 1 AS one FROM shop WHERE code = 'toko'")
            shop = await open_shop(tx, code="toko", name="Toko", now=now) if found is None else kept["shop"]
        kept["shop"] = shop
        done = await work(ShopFloor(db, shop, Caller(shop.shop_id, "staff:test")))
        await db.close()
        return done

    kept: dict[str, Any] = {}

    def run(work: Callable[[ShopFloor], Awaitable[Any]]) -> Any:
        # Playwright has a loop of its own running in this thread.
        with ThreadPoolExecutor(1) as aside:
            return aside.submit(lambda: asyncio.run(on_the_floor(work))).result()

    async def furnish(floor: ShopFloor) -> tuple[str, UUID, list[UUID]]:
        made = await shelved(floor, keyring, now)
        kept["world"], kept["bins"] = made.world, made.bins
        tasks = [(await made.order(("kopi", 2)))[1], (await made.order(("teh", 1)))[1]]
        _, [one] = await made.wave()
        staff = await floor.run(
            lambda tx: add_staff(
                tx,
                email="rina@toko.id",
                name="Rina",
                roles=["owner"],
                password_hash="unused",
                keyring=keyring,
                now=now,
            )
        )
        token = await floor.run(
            lambda tx: open_session(tx, staff.id, address="127.0.0.1", browser="", now=now)
        )
        return token, one.id, tasks

    token, one, tasks = run(furnish)
    url = f"postgresql://?{urlencode(conninfo_to_dict(database_url))}"
    address = serve(build(Settings.from_environment({"ORDERAN_DATABASE_URL": url}), keyring, SystemClock()))
    context.add_cookies([{"name": "orderan_session", "value": token, "url": address}])

    def behind(work: Callable[[Shelved], Awaitable[Any]]) -> Any:
        async def there(floor: ShopFloor) -> Any:
            world = type(kept["world"])(floor, kept["world"].locations, kept["world"].skus)
            return await work(Shelved(world, kept["bins"], keyring, now))

        return run(there)

    return Aisle(address, f"/pick/lists/{to_text('pkl', one)}", tasks, behind)


def a_phone(browser: Browser, aisle: Aisle, name: str) -> BrowserContext:
    """A phone of another picker, signed in."""

    async def hire(shop: Shelved) -> str:
        staff = await shop.floor.run(
            lambda tx: add_staff(
                tx,
                email=f"{name.lower()}@toko.id",
                name=name,
                roles=["warehouse"],
                password_hash="unused",
                keyring=shop.keyring,
                now=shop.now,
            )
        )
        opened: str = await shop.floor.run(
            lambda tx: open_session(tx, staff.id, address="127.0.0.1", browser="", now=shop.now)
        )
        return opened

    phone = browser.new_context(locale="id-ID", viewport={"width": 390, "height": 844}, has_touch=True)
    phone.set_default_timeout(10_000)
    token = aisle.behind(hire)
    phone.add_cookies([{"name": "orderan_session", "value": token, "url": aisle.address}])
    return phone


def scan(page: Page, code: str) -> None:
    page.get_by_label("Pindai barang").fill(code)
    page.get_by_label("Pindai barang").press("Enter")


def test_a_picker_scans_without_a_network_and_is_told_what_somebody_else_took(
    context: BrowserContext, aisle: Aisle
) -> None:
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda fault: wrong.append(str(fault)))
    page.goto(aisle.address + "/pick")
    page.get_by_role("button", name="Ambil daftar").click()
    expect(page.locator("[data-pick-bin]")).to_have_text("A1")
    page.evaluate("navigator.serviceWorker.ready")
    page.reload()
    with page.expect_response("**/pick/scans"):
        scan(page, "teh")
    expect(page.locator("[data-pick-said]")).to_contain_text("Bukan itu")
    expect(page.locator("[data-pick-queue]")).to_be_hidden()

    context.set_offline(True)
    scan(page, "KOPI")
    expect(page.locator("[data-pick-units]")).to_have_text("× 1")
    scan(page, "kopi")
    expect(page.locator("[data-pick-bin]")).to_have_text("C1")
    scan(page, "teh")
    expect(page.locator("[data-pick-done]")).to_be_visible()
    expect(page.locator("[data-pick-queue]")).to_contain_text("3")
    page.reload()
    expect(page.locator("[data-pick-queue]")).to_contain_text("3")
    expect(page.locator("[data-pick-offline]")).to_be_visible()

    async def somebody_takes_the_tea(shop: Shelved) -> None:
        tea = [Pick(shop.world.skus["teh"], 1)]
        await shop.floor.run(lambda tx: pick(tx, aisle.tasks[1], tea, now=shop.now))

    aisle.behind(somebody_takes_the_tea)
    context.set_offline(False)
    conflict = page.locator("[data-pick-back]")
    expect(conflict).to_contain_text("Kembalikan 1 ke C1", timeout=1_000)
    expect(page.locator("[data-pick-queue]")).to_be_hidden()
    conflict.get_by_role("button", name="Mengerti").click()
    expect(conflict).to_be_empty()

    async def standing(shop: Shelved) -> Any:
        units = [await shop.taken(task) for task in aisle.tasks]
        heard = await shop.floor.all("SELECT kind, outcome FROM pick_event ORDER BY seq")
        return units, [tuple(row) for row in heard]

    assert aisle.behind(standing) == (
        [{"kopi": (2, 2)}, {"teh": (1, 1)}],
        [("wrong", "accepted"), ("pick", "accepted"), ("pick", "accepted"), ("pick", "conflict")],
    )
    assert wrong == []


def test_of_two_phones_that_took_the_same_unit_offline_one_is_told_within_a_second(
    browser: Browser, context: BrowserContext, aisle: Aisle
) -> None:
    rina = context.new_page()
    rina.goto(aisle.address + "/pick")
    rina.get_by_role("button", name="Ambil daftar").click()
    expect(rina.locator("[data-pick-bin]")).to_have_text("A1")
    phone = a_phone(browser, aisle, "Budi")
    budi = phone.new_page()
    budi.goto(aisle.address + "/pick")
    budi.get_by_text("Sedang diambil orang lain").click()
    budi.get_by_role("button", name="Ambil alih").click()
    budi.get_by_role("dialog").get_by_role("button", name="Ambil alih").click()
    expect(budi.locator("[data-pick-bin]")).to_have_text("A1")

    for page, where in ((rina, context), (budi, phone)):
        where.set_offline(True)
        scan(page, "kopi")
        scan(page, "kopi")
        expect(page.locator("[data-pick-bin]")).to_have_text("C1")
        expect(page.locator("[data-pick-queue]")).to_contain_text("2")
    context.set_offline(False)
    expect(rina.locator("[data-pick-queue]")).to_be_hidden()
    expect(rina.locator("[data-pick-back]")).to_be_empty()
    phone.set_offline(False)
    told = budi.locator("[data-pick-back]")
    expect(told).to_contain_text("sudah diambil Rina. Kembalikan 1 ke A1", timeout=1_000)
    expect(told.get_by_role("button", name="Mengerti")).to_have_count(2)

    scan(budi, "teh")
    expect(budi.locator("[data-pick-done]")).to_be_visible()
    expect(budi.locator("[data-pick-queue]")).to_be_hidden()

    async def standing(shop: Shelved) -> Any:
        units = [await shop.taken(task) for task in aisle.tasks]
        return units, await shop.inside()

    taken, inside = aisle.behind(standing)
    assert taken == [{"kopi": (2, 2)}, {"teh": (1, 1)}]
    assert inside == {"A1": 2, "A2": 6, "B1": 6, "C1": 3}
    phone.close()


def test_a_wave_is_released_walked_through_a_network_cut_past_an_empty_bin_and_done(
    browser: Browser, context: BrowserContext, aisle: Aisle
) -> None:
    async def order_tea(shop: Shelved) -> tuple[str, UUID]:
        await shop.floor.run(lambda tx: set_substitutes(tx, shop.world.skus["teh"], ["gula"], now=shop.now))
        wanted = [PlacementLine("teh", 2, may_substitute=True), PlacementLine("kopi", 1)]
        asked_for = replace(asked(buyer=a_buyer("Sari", "+6281298765432")), lines=wanted)
        [placed] = await place(shop.world, shop.keyring, asked_for, now=shop.now)
        assert isinstance(placed, Placed)
        await pay(shop.world, placed.order, now=shop.now)
        return to_text("loc", shop.place), await the_task(shop.world, placed.order)

    jakarta, task = aisle.behind(order_tea)
    desk = context.new_page()
    desk.goto(f"{aisle.address}/warehouse/waves/new?place={jakarta}&method=cluster")
    desk.get_by_role("button", name="Rilis gelombang").click()
    expect(desk.get_by_text("Menunggu pengambil")).to_be_visible()
    wave = desk.url

    phone = a_phone(browser, aisle, "Budi")
    page = phone.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda fault: wrong.append(str(fault)))
    page.goto(aisle.address + "/pick")
    page.get_by_role("button", name="Ambil daftar").last.click()
    expect(page.locator("[data-pick-bin]")).to_have_text("A1")
    phone.set_offline(True)
    scan(page, "kopi")
    expect(page.locator("[data-pick-bin]")).to_have_text("C1")
    page.get_by_role("button", name="Tidak ada di rak").click()
    expect(page.locator("[data-pick-queue]")).to_contain_text("2")

    phone.set_offline(False)
    expect(page.locator("[data-pick-said]")).to_contain_text("ambil 2 unit dari B1")
    expect(page.locator("[data-pick-bin]")).to_have_text("B1")
    expect(page.locator("[data-pick-units]")).to_have_text("× 2")
    scan(page, "gula")
    scan(page, "gula")
    expect(page.locator("[data-pick-done]")).to_be_visible()
    expect(page.locator("[data-pick-queue]")).to_be_hidden()
    desk.goto(wave)
    expect(desk.get_by_text("Selesai").first).to_be_visible()

    async def standing(shop: Shelved) -> Any:
        return await shop.taken(task), await shop.state("task", task)

    assert aisle.behind(standing) == ({"kopi": (1, 1), "gula": (2, 2)}, "picked")
    assert wrong == []
    phone.close()

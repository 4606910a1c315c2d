"""The pickers' app in a real browser: scanned without a network, opened again without one, and told of a conflict."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from litestar import Litestar
from playwright.sync_api import BrowserContext, Page, expect
from psycopg.conninfo import conninfo_to_dict

from conftest import ShopFloor
from orderan.access import add_staff, open_session
from orderan.app import build
from orderan.flows.pick_task import pick
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

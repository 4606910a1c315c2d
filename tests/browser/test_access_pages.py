"""Sign-in, tracking and the API document in a real browser."""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from litestar import Litestar
from playwright.sync_api import BrowserContext, Page

from access.conftest import application
from browser.checks import assert_page_is_sound
from conftest import ShopFloor
from given import a_buyer, a_shop, asked, place
from orderan.access import Permission, add_staff, hashed, make_key
from orderan.catalog import set_tax_rate
from orderan.kit.clock import SetClock
from orderan.kit.crypto import Keyring
from orderan.kit.db import ALL_SHOPS, Caller, Database, Tx
from orderan.pricing import put_zone, set_fee
from orderan.settings import Settings
from orderan.shops import open_shop

PASSWORD = "kuda-laut-berenang"
NAMES = ("Toko", "Uji", "Pemilik", "Jawa", "Semua", "Situs", "Kopi", "lain")


async def furnish(url: str, keyring: Keyring, now: datetime) -> None:
    """A shop with ten days of orders, an owner, a key, a zone and a tax to come."""
    db = Database(url, min_size=1, max_size=4)
    await db.open()
    opened = await db.run(
        Caller(ALL_SHOPS, "system:test"), lambda tx: open_shop(tx, code="toko", name="Toko Uji", now=now)
    )
    floor = ShopFloor(db, opened, Caller(opened.shop_id, "staff:test"))
    made = await a_shop(floor, now, stock={"kopi": 500})
    for day in range(9, -1, -1):
        at = now - timedelta(days=day, hours=day % 3)
        buyers = [a_buyer("Ani Lestari", f"+62812345{day:02}{n:03}") for n in range(4 + day % 4)]
        await place(made, keyring, *[asked(("kopi", 1 + day % 2), buyer=one) for one in buyers], now=at)
    password_hash = await hashed(PASSWORD)

    async def staffed(tx: Tx) -> None:
        await add_staff(
            tx,
            email="pemilik@toko.test",
            name="Pemilik Toko",
            roles=("owner",),
            password_hash=password_hash,
            keyring=keyring,
            now=now,
        )
        await make_key(tx, name="Situs", permissions=[Permission.ORDERS_READ], now=now)
        zone = await put_zone(tx, None, code="jawa", name="Jawa", areas=["31", "32"], now=now)
        await set_fee(tx, zone, service="reguler", first_kg_minor=9_000, next_kg_minor=7_000, now=now)
        later = now.date() + timedelta(days=60)
        await set_tax_rate(
            tx, tax_class="ppn", valid_from=later, rate_bp=1200, base_numerator=1, base_denominator=1, now=now
        )

    await floor.run(staffed)
    await db.close()


@pytest.fixture
def address(database_url: str, keyring: Keyring, now: datetime, serve: Callable[[Litestar], str]) -> str:
    # The browser keeps a loop of its own in this thread.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, furnish(database_url, keyring, now)).result()
    plain = Settings.from_environment({})
    settings = replace(plain, database=replace(plain.database, url=database_url))
    return serve(application(settings, keyring, SetClock(now)))


def sign_in(page: Page, address: str) -> None:
    page.goto(f"{address}/login?next=/account")
    page.fill("input[name=email]", "pemilik@toko.test")
    page.fill("input[name=password]", PASSWORD)
    page.click("button.btn-primary")
    page.wait_for_url(f"{address}/account")


def test_a_buyer_follows_an_order_on_a_phone(
    context: BrowserContext, address: str, database_url: str
) -> None:
    page = context.new_page()
    page.set_viewport_size({"width": 390, "height": 844})
    assert_page_is_sound(page, f"{address}/track")
    with psycopg.connect(database_url) as connection:
        connection.execute("SELECT set_config('orderan.shop', '0', false)")
        row = connection.execute("SELECT number FROM sales_order ORDER BY number LIMIT 1").fetchone()
    assert row is not None
    page.goto(f"{address}/track")
    page.fill("input[name=number]", str(row[0]))
    page.fill("input[name=digits]", "9000")
    page.click("button.btn-primary")
    page.wait_for_url(f"{address}/track/order")
    assert_page_is_sound(page, f"{address}/track/order", allow_words=NAMES)


def test_the_api_document_is_explained_without_asking_anybody_else(
    context: BrowserContext, address: str
) -> None:
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}/api/docs", wait_until="networkidle")
    assert said == []
    page.wait_for_selector(".opblock-summary")
    assert page.locator(".opblock").count() > 3
    assert [url for url in asked if not url.startswith((address, "data:"))] == []
    if folder := os.environ.get("ORDERAN_SHOTS"):
        page.screenshot(path=Path(folder) / "api-docs.png")


def test_an_unknown_address_and_a_forbidden_one_are_pages(context: BrowserContext, address: str) -> None:
    page = context.new_page()
    sign_in(page, address)
    answer = page.goto(f"{address}/tidak-ada")
    assert answer is not None
    assert answer.status == 404
    assert "Tidak ditemukan" in page.content()
    if folder := os.environ.get("ORDERAN_SHOTS"):
        page.screenshot(path=Path(folder) / "404.png")

"""The life of an order as the staff live it: from the phone call to the refund, by clicks and keys alone."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString
from urllib.parse import urlencode

import psycopg
import pytest
from litestar import Litestar
from playwright.sync_api import BrowserContext, Page, expect
from psycopg.conninfo import conninfo_to_dict

from access.conftest import application
from conftest import ShopFloor
from given import a_shop
from orderan.access import add_staff, open_session
from orderan.auditor import audit
from orderan.kit.clock import SystemClock
from orderan.kit.crypto import Keyring
from orderan.kit.db import ALL_SHOPS, Caller, Database, Tx
from orderan.kit.ids import to_text
from orderan.pricing import put_zone, set_fee
from orderan.settings import Settings
from orderan.shops import open_shop

OPENED = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Desk:
    """An empty order book, goods on the shelf, and somebody who may do everything."""

    address: str
    page: Page
    database_url: str

    def rows(self, sql: LiteralString) -> list[tuple[Any, ...]]:
        """What really stands in the database."""
        with psycopg.connect(self.database_url) as connection:
            connection.execute("SELECT set_config('orderan.shop', '0', false)")
            return connection.execute(sql).fetchall()


@pytest.fixture
def desk(
    database_url: str, keyring: Keyring, serve: Callable[[Litestar], str], context: BrowserContext
) -> Desk:
    now = datetime.now(UTC)

    async def staffed(tx: Tx) -> str:
        zone = await put_zone(tx, None, code="jawa", name="Jawa", areas=["31", "32"], now=now)
        await set_fee(tx, zone, service="reguler", first_kg_minor=9_000, next_kg_minor=7_000, now=now)
        staff = await add_staff(
            tx,
            email="rina@toko.id",
            name="Rina",
            roles=["owner"],
            password_hash="unused",
            keyring=keyring,
            now=now,
        )
        return await open_session(tx, staff.id, address="127.0.0.1", browser="", now=now)

    async def furnish() -> str:
        db = Database(database_url, min_size=1, max_size=2)
        await db.open()
        before = now - timedelta(hours=1)
        shop = await db.run(
            Caller(ALL_SHOPS, "system:test"), lambda tx: open_shop(tx, code="toko", name="Toko", now=before)
        )
        floor = ShopFloor(db, shop, Caller(shop.shop_id, "staff:test"))
        await a_shop(floor, before, stock={"kopi": 10, "teko": 4})
        token: str = await floor.run(staffed)
        await db.close()
        return token

    # Playwright has a loop of its own running in this thread.
    with ThreadPoolExecutor(1) as aside:
        token = aside.submit(lambda: asyncio.run(furnish())).result()
    url = f"postgresql://?{urlencode(conninfo_to_dict(database_url))}"
    settings = Settings.from_environment({"ORDERAN_DATABASE_URL": url})
    address = serve(application(settings, keyring, SystemClock()))
    context.add_cookies([{"name": "orderan_session", "value": token, "url": address}])
    return Desk(address, context.new_page(), database_url)


def choose(page: Page, label: str, typed: str, offered: str) -> None:
    """Type into a search box and take the first thing it offers, by keyboard."""
    box = page.get_by_role("combobox", name=label, exact=True)
    expect(box).to_be_focused()
    page.keyboard.type(typed)
    expect(page.locator(".o-combo-list:not([hidden]) [aria-selected=true]")).to_contain_text(offered)
    page.keyboard.press("Enter")
    expect(box).to_have_attribute("aria-expanded", "false")


def place_by_keyboard(page: Page) -> None:
    """A call comes in: three kopi and a teko, to be sent to Gambir."""
    expect(page.get_by_label("Telepon", exact=True)).to_be_focused()
    page.keyboard.type("0812-3456-7890")
    # Leaving the phone asks whether they are known, and the answer replaces the fields below it.
    with page.expect_response("**/orders/new/buyer"):
        page.keyboard.press("Enter")
    page.get_by_label("Nama", exact=True).focus()
    page.keyboard.type("Ani Lestari")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Alamat", exact=True)).to_be_focused()
    page.keyboard.type("Jl. Mawar 1")
    page.keyboard.press("Enter")
    choose(page, "Kelurahan atau desa", "gambir jakarta", "Gambir")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Kode pos", exact=True)).to_be_focused()
    page.keyboard.type("10110")
    page.keyboard.press("Enter")
    expect(page.get_by_label("E-mail", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    for label, code, units in (("Barang 1", "kopi", "3"), ("Barang 2", "teko", "1")):
        choose(page, label, code, code)
        page.keyboard.press("Enter")
        page.keyboard.type(units)
        page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Buat pesanan Rp40.000")).to_be_enabled()
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/orders/ord_*")


def test_an_order_is_placed_with_the_keyboard_alone(desk: Desk) -> None:
    page = desk.page
    # Enter in a form also clicks its button; a click of a hand has a pointer and a place.
    page.add_init_script(
        """
        for (const kind of ["pointerdown", "mousedown", "touchstart"])
            addEventListener(kind, () => sessionStorage.setItem("pointed", kind), true);
        """
    )
    page.goto(f"{desk.address}/orders/new")
    place_by_keyboard(page)

    expect(page.get_by_text("Pesanan dibuat.")).to_be_visible()
    assert page.evaluate("() => sessionStorage.getItem('pointed')") is None
    assert desk.rows("SELECT commercial, money, total_minor, paid_minor FROM sales_order") == [
        ("awaiting_payment", "unpaid", 40_000, 0)
    ]
    assert desk.rows("SELECT line_no, sku_code, quantity FROM order_line ORDER BY line_no") == [
        (1, "kopi", 3),
        (2, "teko", 1),
    ]
    assert desk.rows("SELECT village_code, postcode FROM customer_address") == [("31.71.01.1001", "10110")]


def test_an_order_lives_from_the_call_to_the_refund(desk: Desk) -> None:
    page = desk.page
    page.goto(f"{desk.address}/orders")
    page.get_by_role("link", name="Pesanan baru").first.click()
    place_by_keyboard(page)
    order_page = page.url
    number = str(desk.rows("SELECT number FROM sales_order")[0][0])

    page.get_by_label("Nomor referensi").first.fill("BCA-1")
    page.get_by_role("button", name="Konfirmasi pembayaran").click()
    expect(page.get_by_text("Pembayaran dicatat.")).to_be_visible()

    page.get_by_role("link", name="Buka gudang").click()
    page.get_by_role("link", name=number).first.click()
    page.get_by_role("button", name="Rilis ke gudang").click()
    page.get_by_role("button", name="Mulai ambil").click()
    for code in ("kopi", "kopi", "teko", "kopi"):
        expect(page.locator("[data-scan]")).to_be_focused()
        page.keyboard.type(code)
        page.keyboard.press("Enter")
        expect(page.get_by_text("diambil.", exact=False).first).to_be_visible()
    page.get_by_role("button", name="Semua sudah diambil").click()
    page.get_by_role("button", name="Sudah dikemas").click()
    page.get_by_label("Kurir", exact=True).select_option("jnt")
    page.get_by_label("Nomor resi", exact=True).fill("jp1234567890")
    page.get_by_role("button", name="Serahkan ke kurir").click()
    expect(page.get_by_role("heading", name="Sudah diserahkan ke kurir")).to_be_visible()

    page.goto(f"{desk.address}/shipping")
    page.locator("[data-select-all]").check()
    page.get_by_role("button", name="Sudah diterima pembeli").click()
    expect(page.get_by_text("1 paket diperbarui.")).to_be_visible()

    page.goto(f"{desk.address}/returns/new")
    page.locator("#f-order").fill(number)
    page.get_by_role("button", name="Cari pesanan").click()
    page.locator("input[name=units_1]").fill("2")
    page.get_by_label("Alasan").fill("Salah giling")
    page.get_by_role("button", name="Ajukan retur").click()
    page.get_by_role("button", name="Setujui retur").click()
    page.locator("input[name=came_1]").fill("2")
    page.get_by_role("button", name="Barang sudah diterima").click()
    page.locator("input[name=stock_1]").fill("1")
    page.locator("input[name=aside_1]").fill("1")
    page.get_by_role("button", name="Selesai diperiksa").click()
    expect(page.get_by_label("Jumlah yang dikembalikan")).to_have_value("20.000")
    page.get_by_role("button", name="Janjikan pengembalian dana").click()
    page.get_by_role("link", name="Ke daftar pengembalian dana").click()
    page.get_by_role("button", name="Bayar", exact=True).click()
    page.get_by_label("Nomor referensi transfer").fill("OUT-1")
    page.get_by_role("button", name="Sudah dibayar").click()
    page.goto(order_page)
    expect(page.get_by_text("OUT-1").first).to_be_visible()

    assert desk.rows(
        "SELECT commercial, money, headline, total_minor, paid_minor, refunded_minor FROM sales_order"
    ) == [("accepted", "partly_refunded", "shipped", 40_000, 40_000, 20_000)]
    assert desk.rows(
        "SELECT sku_code, quantity, picked, packed, shipped, delivered, returned FROM order_line ORDER BY line_no"
    ) == [("kopi", 3, 3, 3, 3, 3, 2), ("teko", 1, 1, 1, 1, 1, 0)]
    assert desk.rows("SELECT state FROM task") == [("handed_over",)]
    assert desk.rows("SELECT courier, awb, state FROM parcel") == [("jnt", "JP1234567890", "delivered")]
    assert desk.rows("SELECT state, reason FROM goods_return") == [("closed", "Salah giling")]
    [(refund,)] = desk.rows("SELECT id FROM refund")
    assert desk.rows("SELECT kind, method, amount_minor, reference FROM payment_event ORDER BY seq") == [
        ("captured", "bank_transfer", 40_000, "BCA-1"),
        ("refunded", "bank_transfer", 20_000, "OUT-1"),
        ("credited", "goods_back", 20_000, to_text("rfd", refund)),
    ]
    assert desk.rows(
        """
        SELECT sku.code, sum(on_hand)::int, sum(reserved)::int, sum(allocated)::int, sum(quarantine)::int
        FROM stock JOIN sku ON sku.shop_id = stock.shop_id AND sku.id = stock.sku_id
        GROUP BY sku.code ORDER BY sku.code
        """
    ) == [("kopi", 8, 0, 0, 1), ("teko", 3, 0, 0, 0)]
    assert desk.rows("SELECT kind FROM exception_entry WHERE state = 'open'") == []
    # No worker runs beside these pages, so nobody gives facts their positions.
    found = audit(desk.database_url, now=datetime.now(UTC)).findings
    assert {one.check for one in found} <= {"facts.positions_are_given"}

"""The warehouse, shipping, returns, payments and the inbox in a real browser."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from litestar import Litestar
from playwright.sync_api import Browser, BrowserContext, expect
from psycopg.conninfo import conninfo_to_dict

from access.conftest import application
from conftest import ShopFloor
from fulfilment.working import the_task
from given import JAKARTA, SURABAYA, World, a_shop
from orderan.access import add_staff, open_session
from orderan.flows.watch_limits import watch_limits
from orderan.inventory import Receipt, expect_stock, receive_stock
from orderan.kit.clock import SystemClock
from orderan.kit.crypto import Keyring
from orderan.kit.db import ALL_SHOPS, Caller, Database, Tx
from orderan.kit.ids import to_text
from orderan.settings import Settings
from orderan.shops import open_shop
from whole_shop import orders_at_every_stage, returns_at_every_stage


@dataclass
class Desk:
    """Where the shop answers, and what stands in it by name."""

    address: str
    named: dict[str, str]
    numbers: dict[str, int]

    def path(self, page: str) -> str:
        return self.address + page.format(**self.named)


@pytest.fixture
def desk(
    database_url: str, keyring: Keyring, serve: Callable[[Litestar], str], context: BrowserContext
) -> Desk:
    """A shop with work at every stage; an owner is signed in."""
    now = datetime.now(UTC)

    async def furnish() -> tuple[str, dict[str, str], dict[str, int]]:
        db = Database(database_url, min_size=1, max_size=4)
        await db.open()
        shop = await db.run(
            Caller(ALL_SHOPS, "system:test"), lambda tx: open_shop(tx, code="toko", name="Toko", now=now)
        )
        floor = ShopFloor(db, shop, Caller(shop.shop_id, "staff:test"))
        world = await a_shop(
            floor,
            now,
            stock={"kopi": 99, "teko": 99},
            bundles={"set": {"kopi": 2, "teko": 1}},
            places={"JKT": JAKARTA, "SBY": SURABAYA},
        )
        there = [Receipt(world.skus[sku], world.locations["SBY"], 9) for sku in ("kopi", "teko")]
        await floor.run(lambda tx: receive_stock(tx, there, now=now))
        late = (now - timedelta(days=3)).date()
        await floor.run(lambda tx: expect_stock(tx, there, supplier="Kopi Gayo Makmur", due_on=late, now=now))
        token = await floor.run(lambda tx: _owner(tx, keyring, now))
        named, numbers = await _work(world, keyring, now - timedelta(days=4))
        await floor.run(lambda tx: watch_limits(tx, now=now))
        [entry] = await floor.all("SELECT id FROM exception_entry WHERE kind = 'payment_over'")
        await db.close()
        return token, named | {"entry": to_text("exc", entry.id)}, numbers

    # Playwright has a loop of its own running in this thread.
    with ThreadPoolExecutor(1) as aside:
        token, named, numbers = aside.submit(lambda: asyncio.run(furnish())).result()
    url = f"postgresql://?{urlencode(conninfo_to_dict(database_url))}"
    settings = Settings.from_environment({"ORDERAN_DATABASE_URL": url})
    address = serve(application(settings, keyring, SystemClock()))
    context.add_cookies([{"name": "orderan_session", "value": token, "url": address}])
    return Desk(address, named, numbers)


async def _owner(tx: Tx, keyring: Keyring, now: datetime) -> str:
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


async def _work(world: World, keyring: Keyring, then: datetime) -> tuple[dict[str, str], dict[str, int]]:
    orders = await orders_at_every_stage(world, keyring, then)
    named = {
        f"task_{name}": to_text("tsk", await the_task(world, orders[name]))
        for name in ("released", "picking", "short", "held", "packed")
    }
    named |= await returns_at_every_stage(world, keyring, orders["paid"], then)
    named |= {"paid": to_text("ord", orders["paid"].id), "waiting": to_text("ord", orders["waiting"].id)}
    return named, {name: order.number for name, order in orders.items()}


def test_a_picker_scans_packs_and_hands_over_with_the_keyboard_alone(
    context: BrowserContext, desk: Desk
) -> None:
    page = context.new_page()
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(desk.path("/warehouse/tasks/{task_released}"))
    for code in ("kopi", "KOPI", "teko", "kopi", "kopi", "teko", "kopi"):
        field = page.locator("[data-scan]")
        expect(field).to_be_focused()
        page.keyboard.type(code)
        page.keyboard.press("Enter")
        expect(page.get_by_text("diambil.", exact=False).first).to_be_visible()
    page.get_by_role("button", name="Semua sudah diambil").click()
    page.get_by_role("button", name="Sudah dikemas").click()
    page.get_by_label("Kurir", exact=True).select_option("jnt")
    page.get_by_label("Nomor resi", exact=True).fill("jp1234567890")
    page.get_by_role("button", name="Serahkan ke kurir").click()

    expect(page.get_by_role("heading", name="Sudah diserahkan ke kurir")).to_be_visible()


def test_a_wrong_code_is_told_and_the_field_is_ready_for_the_next(
    context: BrowserContext, desk: Desk
) -> None:
    page = context.new_page()
    page.goto(desk.path("/warehouse/tasks/{task_picking}"))
    page.keyboard.type("8991234567890")
    page.keyboard.press("Enter")

    expect(page.get_by_role("alert").first).to_contain_text("8991234567890")
    expect(page.locator("[data-scan]")).to_be_focused()
    expect(page.locator("[data-scanned]")).to_have_attribute("data-scanned", "bad")


def test_what_is_missing_is_taken_from_another_location(context: BrowserContext, desk: Desk) -> None:
    page = context.new_page()
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(desk.path("/warehouse/tasks/{task_short}"))
    page.get_by_label("Lokasi yang punya cukup").select_option(label="SBY")
    page.get_by_role("button", name="Ambil dari lokasi lain").click()

    # What was picked stays here, and picking goes on with it.
    expect(page.get_by_role("heading", name="Ambil barangnya")).to_be_visible()
    expect(page.get_by_text("3 / 3")).to_be_visible()
    page.goto(desk.path("/warehouse?tab=planned"))
    expect(page.get_by_role("cell", name="4", exact=True)).to_be_visible()


def test_starting_many_starts_the_free_ones_and_names_what_holds_the_other(
    context: BrowserContext, desk: Desk
) -> None:
    page = context.new_page()
    page.goto(desk.path("/warehouse?tab=released"))
    page.locator("[data-select-all]").check()
    page.get_by_role("button", name="Mulai ambil").click()

    expect(page.get_by_text("1 tugas mulai diambil.")).to_be_visible()
    told = page.get_by_role("alert")
    expect(told).to_contain_text(str(desk.numbers["held"]))
    expect(told).to_contain_text("risiko penipuan (Rumah 12)")


def test_a_clerk_scans_order_and_number_one_after_the_other(context: BrowserContext, desk: Desk) -> None:
    page = context.new_page()
    page.goto(desk.path("/warehouse/hand-over"))
    page.get_by_label("Kurir", exact=True).select_option("sicepat")
    page.locator("#f-order").fill(str(desk.numbers["packed"]))
    page.keyboard.press("Enter")
    expect(page.get_by_label("Nomor resi", exact=True)).to_be_focused()
    page.keyboard.type("002589984055")
    page.keyboard.press("Enter")

    expect(page.get_by_text("diserahkan.", exact=False).first).to_be_visible()
    expect(page.get_by_label("Kurir", exact=True)).to_have_value("sicepat")


def test_parcels_are_marked_delivered_and_their_cash_collected_and_remitted(
    context: BrowserContext, desk: Desk
) -> None:
    page = context.new_page()
    page.goto(desk.path("/shipping"))
    page.locator("[data-select-all]").check()
    page.get_by_role("button", name="Sudah diterima pembeli").click()
    expect(page.get_by_text("1 paket diperbarui.")).to_be_visible()

    page.goto(desk.path("/payments/cod"))
    page.locator("[data-select]").first.check()
    page.get_by_role("button", name="Sudah ditagih kurir").click()
    expect(page.get_by_text("1 setoran COD dicatat.")).to_be_visible()
    page.goto(desk.path("/payments/cod?tab=cod_collected"))
    page.locator("[data-select]").first.check()
    page.get_by_label("Nomor setoran kurir").fill("ST-1")
    page.get_by_role("button", name="Sudah disetor ke kita").click()
    expect(page.get_by_text("1 setoran COD dicatat.")).to_be_visible()


def test_a_transfer_is_confirmed_and_a_refund_promised_and_paid(context: BrowserContext, desk: Desk) -> None:
    page = context.new_page()
    page.goto(desk.path("/payments"))
    page.get_by_role("link", name="Konfirmasi", exact=True).first.click()
    expect(page.get_by_label("Jumlah yang masuk")).to_have_value("20.000")
    page.get_by_label("Nomor referensi").fill("BCA-1")
    page.get_by_role("button", name="Konfirmasi pembayaran").click()
    expect(page.get_by_text("Lunas").first).to_be_visible()

    page.get_by_label("Jumlah uang").fill("25000")
    page.get_by_label("Alasan").fill("Salah warna")
    page.get_by_role("button", name="Janjikan").click()
    expect(page.get_by_role("alert")).to_contain_text("lebih besar dari uang yang masih ada")
    expect(page.get_by_label("Alasan")).to_have_value("Salah warna")
    page.get_by_label("Jumlah uang").fill("5000")
    page.get_by_role("button", name="Janjikan").click()
    page.goto(desk.path("/payments/refunds"))
    page.get_by_role("button", name="Bayar").last.click()
    page.get_by_label("Nomor referensi transfer").last.fill("OUT-9")
    page.get_by_role("button", name="Sudah dibayar").last.click()
    page.goto(desk.path("/payments/refunds?tab=executed"))
    expect(page.get_by_text("OUT-9")).to_be_visible()


def test_a_return_is_made_received_inspected_and_promised(context: BrowserContext, desk: Desk) -> None:
    page = context.new_page()
    page.goto(desk.path("/returns/new"))
    page.locator("#f-order").fill(str(desk.numbers["paid"]))
    page.get_by_role("button", name="Cari pesanan").click()
    page.locator("input[name^=units_]").fill("1")
    page.get_by_label("Alasan").fill("Rusak")
    page.get_by_role("button", name="Ajukan retur").click()
    page.get_by_role("button", name="Setujui retur").click()
    page.get_by_role("button", name="Barang sudah diterima").click()
    page.get_by_role("button", name="Selesai diperiksa").click()
    expect(page.get_by_label("Jumlah yang dikembalikan")).to_have_value("10.000")
    page.get_by_role("button", name="Janjikan pengembalian dana").click()
    expect(page.get_by_role("heading", name="Bayar pengembalian dananya")).to_be_visible()


def test_inbox_entries_are_closed_with_a_word_about_why(context: BrowserContext, desk: Desk) -> None:
    page = context.new_page()
    page.goto(desk.path("/inbox/{entry}"))
    page.get_by_label("Apa yang sudah dilakukan").fill("Sudah ditelepon")
    page.get_by_role("button", name="Tandai beres").click()
    page.wait_for_url("**/inbox")
    page.locator("[data-select-all]").check()
    page.get_by_placeholder("Apa yang sudah dilakukan").fill("Dicek semua")
    page.get_by_role("button", name="Abaikan").click()
    expect(page.get_by_text("perkara ditutup.", exact=False)).to_be_visible()
    expect(page.get_by_text("Tidak ada yang macet")).to_be_visible()


def test_an_order_is_held_paid_and_cancelled_with_scripts_off(
    browser: Browser, context: BrowserContext, desk: Desk
) -> None:
    bare = browser.new_context(locale="id-ID", timezone_id="Asia/Jakarta", java_script_enabled=False)
    bare.set_default_timeout(10_000)
    bare.add_cookies([{"name": "orderan_session", "value": _session(context), "url": desk.address}])
    page = bare.new_page()
    page.goto(desk.path("/orders/{waiting}"))

    hold = page.locator("#hold-dialog")
    expect(hold).to_be_hidden()
    page.get_by_role("button", name="Tahan", exact=True).click()
    expect(hold).to_be_visible()
    page.keyboard.press("Escape")
    expect(hold).to_be_hidden()
    expect(page.get_by_role("button", name="Tahan", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    hold.get_by_role("button", name="Tutup").click()
    expect(hold).to_be_hidden()
    page.get_by_role("button", name="Tahan", exact=True).click()
    hold.get_by_label("Penjelasan").fill("Alamat ditanyakan lagi")
    hold.get_by_role("button", name="Tahan pesanan").click()
    expect(page.get_by_text("Alamat ditanyakan lagi").first).to_be_visible()

    pay = page.locator("#pay-dialog")
    page.get_by_role("button", name="Catat pembayaran", exact=True).first.click()
    pay.get_by_label("Nomor referensi").fill("BCA-7")
    amount = pay.get_by_label("Jumlah uang")
    owed = amount.input_value()
    amount.fill("banyak")
    pay.get_by_role("button", name="Catat pembayaran").click()
    expect(pay).to_be_visible()
    expect(amount).to_have_value("banyak")
    expect(pay.get_by_label("Nomor referensi")).to_have_value("BCA-7")
    amount.fill(owed)
    pay.get_by_role("button", name="Catat pembayaran").click()
    expect(page.get_by_text("Pembayaran dicatat.")).to_be_visible()

    cancel = page.locator("#cancel-dialog")
    page.get_by_role("button", name="Batalkan", exact=True).first.click()
    cancel.get_by_label("Alasan").fill("Pembeli berubah pikiran")
    cancel.get_by_role("button", name="Batalkan seluruh pesanan").click()
    expect(page.get_by_text("Pembeli berubah pikiran").first).to_be_visible()
    expect(page.get_by_role("button", name="Batalkan", exact=True)).to_have_count(0)
    bare.close()


def test_with_scripts_a_dialog_is_modal_and_gives_the_focus_back(context: BrowserContext, desk: Desk) -> None:
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.goto(desk.path("/orders/{waiting}"))
    opener = page.get_by_role("button", name="Tahan", exact=True)
    dialog = page.locator("#hold-dialog")
    for by_key in (True, False):
        opener.click()
        expect(page.locator("#hold-dialog:modal")).to_be_visible()
        if by_key:
            page.keyboard.press("Escape")
        else:
            dialog.locator("[data-closes]").click()
        expect(dialog).to_be_hidden()
        expect(opener).to_be_focused()
    assert faults == []


def _session(context: BrowserContext) -> str:
    [cookie] = [one for one in context.cookies() if one.get("name") == "orderan_session"]
    return cookie.get("value", "")

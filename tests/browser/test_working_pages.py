"""The warehouse, shipping, returns, payments and the inbox in a real browser."""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from litestar import Litestar
from playwright.sync_api import BrowserContext, Page, expect
from psycopg.conninfo import conninfo_to_dict

from browser.checks import assert_page_is_sound
from conftest import ShopFloor
from fulfilment.working import an_order, delivered, money, packed, pay, shipped, the_task
from given import JAKARTA, SURABAYA, World, a_shop
from orderan.access import add_staff, open_session
from orderan.app import build
from orderan.flows.deliver import move_on
from orderan.flows.hold_order import hold_order
from orderan.flows.pick_task import pick, release_tasks, run_short, start_picking
from orderan.flows.refund_order import promise_refund
from orderan.flows.settle_payment import settle_payment
from orderan.flows.settle_return import ask_return, decide_return, inspect_goods, receive_goods_back
from orderan.flows.watch_limits import watch_limits
from orderan.fulfilment import Pick
from orderan.inventory import Receipt, expect_stock, receive_stock
from orderan.kit.clock import SystemClock
from orderan.kit.crypto import Keyring
from orderan.kit.db import ALL_SHOPS, Caller, Database, Tx
from orderan.kit.ids import to_text
from orderan.orders import Order, Terms
from orderan.returns import Inspected, ReturnEvent, Wanted
from orderan.settings import Settings
from orderan.shipping import ParcelEvent
from orderan.shops import open_shop

PICTURES = os.environ.get("ORDERAN_PICTURES")
"""A folder to keep a picture of every page in, for people to look at."""


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
    address = serve(build(settings, keyring, SystemClock()))
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
    floor = world.floor
    orders: dict[str, Order] = {}

    async def placed(name: str, *lines: tuple[str, int], terms: Terms = Terms.COD) -> Order:
        orders[name] = await an_order(world, keyring, *lines, now=then, terms=terms)
        return orders[name]

    await placed("waiting", ("kopi", 2), terms=Terms.PREPAID)
    await placed("planned", ("kopi", 1))
    for name in ("released", "picking", "short", "held"):
        order = await placed(name, ("set", 2), ("kopi", 1))
        task = await the_task(world, order)
        await floor.run(lambda tx, t=task: release_tasks(tx, [t], now=then))
        if name == "held":
            await floor.run(lambda tx, o=order: hold_order(tx, o.id, "fraud", reason="Rumah 12", now=then))
        if name in {"picking", "short"}:
            await floor.run(lambda tx, t=task: start_picking(tx, [t], now=then))
            await floor.run(lambda tx, t=task: pick(tx, t, [Pick(world.skus["kopi"], 3)], now=then))
        if name == "short":
            await floor.run(lambda tx, t=task: run_short(tx, t, note="Rak A3", now=then))
    await packed(world, await placed("packed", ("set", 1)), now=then)
    await shipped(world, await placed("road", ("kopi", 2)), awb="002589984001", now=then)
    [failed] = await shipped(world, await placed("failed", ("kopi", 2)), awb="002589984002", now=then)
    await floor.run(lambda tx: move_on(tx, [failed.id], ParcelEvent.FAIL, now=then))
    paid = await placed("paid", ("kopi", 3), terms=Terms.PREPAID)
    await floor.run(lambda tx: settle_payment(tx, money(paid, 35_000, reference="BCA-77"), now=then))
    await delivered(world, paid, awb="002589984003", now=then)
    await floor.run(lambda tx: promise_refund(tx, paid.id, amount_minor=4_000, reason="Penyok", now=then))
    returns: dict[str, str] = {}
    for turn, name in enumerate(("requested", "approved", "received", "inspected")):
        order = paid
        if turn:
            order = await placed(f"r{name}", ("kopi", 2), terms=Terms.PREPAID)
            await pay(world, order, now=then)
            await delivered(world, order, awb=f"00258998501{turn}", now=then)
        made = await floor.run(lambda tx, o=order, n=name: _return(tx, world, o, n, then))
        returns[name] = to_text("ret", made)
    named = {
        f"task_{name}": to_text("tsk", await the_task(world, orders[name]))
        for name in ("released", "picking", "short", "held", "packed")
    }
    named |= {f"ret_{name}": found for name, found in returns.items()}
    named |= {"paid": to_text("ord", paid.id), "waiting": to_text("ord", orders["waiting"].id)}
    return named, {name: order.number for name, order in orders.items()}


async def _return(tx: Tx, world: World, order: Order, until: str, then: datetime) -> object:
    made = await ask_return(tx, order.id, [Wanted(1, 1)], reason="8 x", now=then)
    if until != "requested":
        await decide_return(tx, made.id, ReturnEvent.APPROVE, now=then)
    if until in {"received", "inspected"}:
        await receive_goods_back(tx, made.id, {1: 1}, location_id=world.locations["JKT"], now=then)
    if until == "inspected":
        await inspect_goods(tx, made.id, [Inspected(1, 1, 0, "A1")], now=then)
    return made.id


PAGES = [
    "/warehouse?tab=released",
    "/warehouse?tab=picking",
    "/warehouse/tasks/{task_picking}",
    "/warehouse/tasks/{task_held}",
    "/warehouse/tasks/{task_short}",
    "/warehouse/tasks/{task_packed}?boxes=2",
    "/warehouse/hand-over",
    "/stock/expected",
    "/shipping",
    "/shipping?tab=failed",
    "/returns",
    "/returns/new",
    "/returns/{ret_requested}",
    "/returns/{ret_approved}",
    "/returns/{ret_received}",
    "/returns/{ret_inspected}",
    "/payments",
    "/payments/cod",
    "/payments/refunds",
    "/payments/orders/{paid}",
    "/payments/orders/{waiting}",
    "/inbox",
    "/inbox?by=deadline&kind=parcel_waiting",
    "/inbox/{entry}",
]


@pytest.mark.slow
def test_every_working_page_is_sound(context: BrowserContext, desk: Desk) -> None:
    page = context.new_page()
    wrong = []
    for path in PAGES:
        try:
            # Themes differ in colours only; one page of each sort is enough to see them all.
            themes = ("light", "dark") if path in {"/inbox", PAGES[2]} else ("light",)
            assert_page_is_sound(page, desk.path(path), themes=themes, allow_words=("rak",))
        except AssertionError as fault:
            wrong.append(str(fault))
        if PICTURES:
            _keep(page, desk.path(path), path)
        # The language was chosen for this page's path; the next one starts without.
        context.clear_cookies(name="bahasa")
    assert not wrong, "\n".join(wrong)


def _keep(page: Page, address: str, path: str) -> None:
    name = "".join(letter if letter.isalnum() else "-" for letter in path).strip("-")
    for locale in ("id", "en"):
        page.context.add_cookies(
            [
                {"name": "bahasa", "value": locale, "url": address},
                {"name": "tema", "value": "light", "url": address},
            ]
        )
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 900 if width > 400 else 844})
            page.goto(address)
            page.screenshot(path=Path(PICTURES or ".") / f"{name}-{locale}-{width}.png", full_page=True)


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
    page.get_by_role("link", name="Konfirmasi").first.click()
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

"""Order lines of another system in a real browser: brought, watched, accounted for, one line repaired."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest
from litestar import Litestar
from playwright.sync_api import BrowserContext, Page, expect
from psycopg.conninfo import conninfo_to_dict

from access.conftest import application
from browser.checks import assert_page_is_sound
from importing.test_unseen_files import sale, text_file
from orderan.access import add_staff, open_session
from orderan.kit.clock import SystemClock
from orderan.kit.crypto import Keyring
from orderan.kit.db import ALL_SHOPS, Caller, Database
from orderan.settings import Settings
from orderan.shops import open_shop

FILE = text_file(
    [
        sale(),
        sale(sku="71053", price="3.39"),
        sale("C536379", quantity=-2, at="2010-12-02 09:00"),
        sale("536367", sku="22745", price="0", customer=""),
        sale("536368", sku="22960", quantity="enam", price="4.25", customer="13047"),
    ]
)
STRANGE = "Nomor;Kode;Jumlah;Tanggal;Harga satuan\n1;KOPI;2;25/11/2026 08:10;12.500\n"


@dataclass(frozen=True)
class Desk:
    """A shop whose operations person is signed in, and the worker of that installation."""

    address: str
    page: Page
    environment: dict[str, str]

    def start_worker(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-c", "from orderan.worker import main; main()"],
            env=os.environ | self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


@pytest.fixture
def desk(
    database_url: str,
    keyring: Keyring,
    serve: Callable[[Litestar], str],
    context: BrowserContext,
    tmp_path: Path,
) -> Desk:
    now = datetime.now(UTC)

    async def furnish() -> str:
        db = Database(database_url, min_size=1, max_size=2)
        await db.open()
        shop = await db.run(
            Caller(ALL_SHOPS, "system:test"), lambda tx: open_shop(tx, code="toko", name="Toko", now=now)
        )
        caller = Caller(shop.shop_id, "staff:test")
        staff = await db.run(
            caller,
            lambda tx: add_staff(
                tx, email="a@b.id", name="Rina", roles=["operations"], password_hash="unused",
                keyring=keyring, now=now,
            ),
        )  # fmt: skip
        token: str = await db.run(
            caller, lambda tx: open_session(tx, staff.id, address="127.0.0.1", browser="", now=now)
        )
        await db.close()
        return token

    # Playwright has a loop of its own running in this thread.
    with ThreadPoolExecutor(1) as aside:
        token = aside.submit(lambda: asyncio.run(furnish())).result()
    url = f"postgresql://?{urlencode(conninfo_to_dict(database_url))}"
    environment = {
        "ORDERAN_DATABASE_URL": url,
        "ORDERAN_DATA_DIR": str(tmp_path),
        "ORDERAN_MASTER_KEY": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
    }
    address = serve(application(Settings.from_environment(environment), keyring, SystemClock()))
    context.add_cookies([{"name": "orderan_session", "value": token, "url": address}])
    return Desk(address, context.new_page(), environment)


@pytest.fixture
def worker(desk: Desk) -> Iterator[None]:
    running = desk.start_worker()
    yield
    running.terminate()
    running.wait(20)


def bring(desk: Desk, content: str, *, name: str, how: str = "") -> None:
    page = desk.page
    page.goto(f"{desk.address}/orders/import")
    page.get_by_label("Cara membaca").select_option(how)
    page.get_by_label("Berkas", exact=False).locator("visible=true").and_(
        page.locator("input[type=file]")
    ).set_input_files({"name": name, "mimeType": "text/csv", "buffer": content.encode()})
    page.get_by_role("button", name="Kirim berkas").click()


def test_a_file_is_brought_watched_accounted_for_and_its_waiting_line_repaired(
    desk: Desk, worker: None
) -> None:
    page = desk.page
    page.goto(f"{desk.address}/orders")
    page.get_by_role("link", name="Impor", exact=True).click()
    expect(page.get_by_role("heading", name="Belum ada impor")).to_be_visible()

    bring(desk, FILE, name="toko-lama.csv", how="preset:online-retail")
    # The page moves on by itself from waiting to the report.
    expect(page.get_by_role("heading", name="2 baris menunggu keputusan Anda")).to_be_visible(timeout=30_000)
    tiles = page.locator(".o-tile")
    assert [" ".join(text.split()) for text in tiles.all_inner_texts()] == [
        "Baris di berkas 5",
        "Menjadi pesanan 2",
        "Menjadi retur 1",
        "Menunggu 2",
    ]
    report = page.url
    with page.expect_download() as download:
        page.get_by_role("link", name="Nasib tiap baris (CSV)").click()
    fates = [line.split(",") for line in download.value.path().read_text().splitlines()[1:]]
    assert [(fate[0], fate[8], fate[9]) for fate in fates] == [
        ("1", "ordered", ""),
        ("2", "ordered", ""),
        ("3", "returned", ""),
        ("4", "waiting", "zero_price_without_customer"),
        ("5", "waiting", "unreadable_quantity"),
    ]

    page.get_by_role("link", name="Jumlahnya tidak terbaca 1").click()
    page.get_by_role("link", name="Jumlahnya tidak terbaca", exact=True).click()
    expect(page.get_by_label("Jumlah", exact=True)).to_have_value("enam")
    page.get_by_label("Jumlah", exact=True).fill("6 buah")
    page.get_by_role("button", name="Kirim ulang 1 baris").click()
    expect(page.get_by_role("group", name="Baris 5").get_by_role("alert")).to_have_text(
        "Jumlahnya tidak terbaca"
    )
    page.get_by_label("Jumlah", exact=True).fill("6")
    page.get_by_role("button", name="Kirim ulang 1 baris").click()
    page.get_by_role("link", name="Lihat pesanan").click()
    expect(page.get_by_text("22960").first).to_be_visible()
    expect(page.get_by_text("£25,50").first).to_be_visible()

    page.goto(report)
    expect(page.get_by_role("heading", name="1 baris menunggu keputusan Anda")).to_be_visible()


def test_a_file_waits_for_a_worker_and_the_page_says_so(desk: Desk) -> None:
    bring(desk, FILE, name="toko-lama.csv", how="preset:online-retail")
    expect(desk.page.get_by_role("heading", name="Menunggu giliran")).to_be_visible()
    assert_page_is_sound(desk.page, desk.page.url)

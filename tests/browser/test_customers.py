"""Customers in a real browser: the address chooser at work."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from litestar import Litestar
from playwright.sync_api import BrowserContext, expect
from psycopg.conninfo import conninfo_to_dict

from access.conftest import application
from orderan.access import add_staff, open_session
from orderan.customers import Field, Purpose, Typed, TypedAddress, add_address, give_consent, register, reveal
from orderan.kit.clock import SystemClock
from orderan.kit.crypto import Keyring
from orderan.kit.db import ALL_SHOPS, Caller, Database, Tx
from orderan.kit.ids import to_text
from orderan.settings import Settings
from orderan.shops import open_shop


@pytest.fixture
def desk(
    database_url: str, keyring: Keyring, serve: Callable[[Litestar], str], context: BrowserContext
) -> tuple[str, str]:
    """Address of a shop with two customers much alike, and the path of one; an owner is signed in."""
    now = datetime.now(UTC)

    async def furnish() -> tuple[str, str]:
        db = Database(database_url, min_size=1, max_size=2)
        await db.open()
        shop = await db.run(
            Caller(ALL_SHOPS, "system:test"), lambda tx: open_shop(tx, code="toko", name="Toko", now=now)
        )
        told = await db.run(Caller(shop.shop_id, "staff:test"), lambda tx: _people(tx, keyring, now))
        await db.close()
        return told

    # Playwright has a loop of its own running in this thread.
    with ThreadPoolExecutor(1) as aside:
        token, path = aside.submit(lambda: asyncio.run(furnish())).result()
    url = f"postgresql://?{urlencode(conninfo_to_dict(database_url))}"
    settings = Settings.from_environment({"ORDERAN_DATABASE_URL": url})
    address = serve(application(settings, keyring, SystemClock()))
    context.add_cookies([{"name": "orderan_session", "value": token, "url": address}])
    return address, path


async def _people(tx: Tx, keyring: Keyring, now: datetime) -> tuple[str, str]:
    staff = await add_staff(
        tx,
        email="rina@toko.id",
        name="Rina",
        roles=["owner"],
        password_hash="unused",
        keyring=keyring,
        now=now,
    )
    token = await open_session(tx, staff.id, address="127.0.0.1", browser="", now=now)
    budi = await register(tx, keyring, Typed("Budi Santoso", "081234567890", "budi@gmail.com"), now=now)
    await register(tx, keyring, Typed("B. Santoso", "085711112222", "budi@gmail.com"), now=now)
    home = TypedAddress("Budi", "081234567890", "Jl. Melawai Raya 12", "31.74.07.1001", "12160", label="A1")
    await add_address(tx, keyring, budi, home, now=now)
    await give_consent(tx, budi, Purpose.MARKETING_SMS, source="kasir", now=now)
    await reveal(tx, keyring, budi, [Field.PHONE], purpose="cek", now=now)
    return token, f"/customers/{to_text('cus', budi)}"


def test_an_address_is_found_as_it_is_typed_and_saved(context: BrowserContext, desk: tuple[str, str]) -> None:
    address, path = desk
    page = context.new_page()
    page.goto(f"{address}{path}/addresses/new")

    page.get_by_label("Nama penerima").fill("Siti")
    page.get_by_label("Telepon penerima").fill("0857-1111-2222")
    page.get_by_label("Cari wilayah").press_sequentially("gandaria utara jaksel")
    page.get_by_role("button", name="Gandaria Utara").first.click()
    expect(page.get_by_label("Kelurahan atau desa")).to_have_value("31.74.07.1009")
    page.get_by_label("Jalan, nomor").fill("Jalan Radio Dalam 5")
    page.get_by_role("button", name="Simpan alamat").click()

    expect(page.get_by_text("Gandaria Utara, Kebayoran Baru")).to_be_visible()


def test_a_level_chosen_brings_the_next_without_losing_what_was_typed(
    context: BrowserContext, desk: tuple[str, str]
) -> None:
    address, path = desk
    page = context.new_page()
    page.goto(f"{address}{path}/addresses/new")

    page.get_by_label("Nama penerima").fill("Siti")
    page.get_by_label("Provinsi").select_option("31")
    page.get_by_label("Kota atau kabupaten").select_option("31.74")
    page.get_by_label("Kecamatan").select_option("31.74.07")

    expect(page.get_by_label("Kelurahan atau desa")).to_be_visible()
    expect(page.get_by_label("Nama penerima")).to_have_value("Siti")

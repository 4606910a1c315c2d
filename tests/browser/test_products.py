"""Products in a real browser: a mistake mended, a sheet brought in, a bundle made."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from litestar import Litestar
from playwright.sync_api import BrowserContext, expect
from psycopg.conninfo import conninfo_to_dict

from access.conftest import application
from catalog.test_pictures import png
from orderan.access import add_staff, open_session
from orderan.catalog import (
    PriceListFields,
    PriceRow,
    ProductFields,
    SkuFields,
    add_picture,
    add_price_list,
    add_product,
    add_skus,
    check_sheet,
    insert_tax_rate,
    set_price,
)
from orderan.catalog.pictures import PictureFolder
from orderan.kit.clock import SystemClock
from orderan.kit.crypto import Keyring
from orderan.kit.db import ALL_SHOPS, Caller, Database, Tx
from orderan.kit.ids import to_text
from orderan.settings import Settings
from orderan.shops import open_shop

BAD = "sku,produk,gtin,satuan\nTEH,Teh Hijau,8992761002010,karung\nGULA,Gula Aren,,kg\n"


@pytest.fixture
def desk(
    database_url: str,
    keyring: Keyring,
    serve: Callable[[Litestar], str],
    context: BrowserContext,
    tmp_path: Path,
) -> tuple[str, dict[str, str]]:
    """Address of a shop with a product in variants, a bundle and a checked sheet; an owner is signed in."""
    now = datetime.now(UTC)
    folder = PictureFolder(tmp_path / "images")

    async def furnish() -> tuple[str, dict[str, str]]:
        db = Database(database_url, min_size=1, max_size=2)
        await db.open()
        shop = await db.run(
            Caller(ALL_SHOPS, "system:test"), lambda tx: open_shop(tx, code="toko", name="Toko", now=now)
        )
        made = await db.run(Caller(shop.shop_id, "staff:test"), lambda tx: _wares(tx, keyring, folder, now))
        await db.close()
        return made

    # Playwright has a loop of its own running in this thread.
    with ThreadPoolExecutor(1) as aside:
        token, paths = aside.submit(lambda: asyncio.run(furnish())).result()
    url = f"postgresql://?{urlencode(conninfo_to_dict(database_url))}"
    settings = Settings.from_environment({"ORDERAN_DATABASE_URL": url, "ORDERAN_DATA_DIR": str(tmp_path)})
    address = serve(application(settings, keyring, SystemClock()))
    context.add_cookies([{"name": "orderan_session", "value": token, "url": address}])
    return address, paths


async def _wares(
    tx: Tx, keyring: Keyring, folder: PictureFolder, now: datetime
) -> tuple[str, dict[str, str]]:
    staff = await add_staff(
        tx, email="a@b.id", name="Rina", roles=["owner"], password_hash="unused", keyring=keyring, now=now
    )
    token = await open_session(tx, staff.id, address="127.0.0.1", browser="", now=now)
    await insert_tax_rate(tx, "ppn", (now - timedelta(days=900)).date(), 1200, 11, 12)
    sizes = [
        SkuFields(f"KAOS-{size}", name=size, options={"ukuran": size}, weight_g=180, gtin=gtin)
        for size, gtin in (("S", "8992761002015"), ("M", None), ("L", None))
    ]
    fields = ProductFields("Kaos Batik Parang", "Katun halus.", "Parang", "Pakaian")
    product, skus = await add_product(tx, fields, sizes, now=now)
    paket = SkuFields("KAOS-TRIO", is_bundle=True, is_stocked=False, parts={"KAOS-S": 1, "KAOS-M": 2})
    [bundle] = await add_skus(tx, product.id, [paket], now=now)
    for shade in (40, 160):
        name, picture = folder.keep(png(240, 240, shade))
        await add_picture(tx, product.id, name, picture, now=now)
    umum = await add_price_list(tx, PriceListFields("umum", "Umum"), currency="IDR", now=now)
    grosir = PriceListFields("grosir", "Grosir", customer_group="grosir", rank=10)
    bulk = await add_price_list(tx, grosir, currency="IDR", now=now)
    old = now - timedelta(days=20)
    for sku in [*skus[:2], bundle]:
        row = PriceRow(umum.id, sku.id, 1, old, now - timedelta(days=4), 119_000)
        await set_price(tx, row, replacing=False, now=now)
        row = PriceRow(umum.id, sku.id, 1, now - timedelta(days=4), None, 125_000)
        await set_price(tx, row, replacing=False, now=now)
    week = PriceRow(umum.id, skus[0].id, 1, now + timedelta(days=7), now + timedelta(days=14), 99_000)
    await set_price(tx, week, replacing=True, now=now)
    await set_price(tx, PriceRow(bulk.id, skus[0].id, 12, old, None, 90_000), replacing=False, now=now)
    for number in range(4):
        other = ProductFields(f"Kopi Gayo {number}", category="Kopi")
        await add_product(tx, other, [SkuFields(f"KOPI-{number}", weight_g=250)], now=now)
    sheet = await check_sheet(tx, "produk-baru.csv", BAD.encode(), currency="IDR", now=now)
    path = f"/products/{to_text('prd', product.id)}"
    return token, {
        "product": path,
        "sku": f"{path}/skus/{to_text('sku', skus[0].id)}",
        "bundle": f"{path}/skus/{to_text('sku', bundle.id)}",
        "import": f"/products/import/{to_text('imp', sheet.id)}",
    }


def test_a_product_is_added_with_a_price_after_its_mistakes_are_mended(
    context: BrowserContext, desk: tuple[str, dict[str, str]]
) -> None:
    address, _ = desk
    page = context.new_page()
    page.goto(f"{address}/products/new")
    page.get_by_label("Nama produk").fill("Sambal Roa")
    page.get_by_label("Kode SKU").fill("ROA-150")
    page.get_by_label("GTIN").fill("8992761002010")
    page.get_by_label("Harga").press_sequentially("45000")
    page.get_by_role("button", name="Tambah produk").click()

    expect(page.locator("#f-gtin-errors")).to_contain_text("Seharusnya 5")
    expect(page.get_by_label("Nama produk")).to_have_value("Sambal Roa")
    expect(page.get_by_label("Harga")).to_have_value("45.000")
    page.get_by_label("GTIN").fill("")
    page.get_by_role("button", name="Tambah produk").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Sambal Roa")
    expect(page.locator("tbody tr")).to_contain_text("Rp45.000")


def test_every_combination_of_options_becomes_a_variant(
    context: BrowserContext, desk: tuple[str, dict[str, str]]
) -> None:
    address, paths = desk
    page = context.new_page()
    page.goto(f"{address}{paths['product']}/skus/new")
    page.get_by_label("Kode SKU").fill("BATIK")
    page.get_by_label("Pilihan").fill("ukuran=S,XL; warna=Merah,Biru Tua")
    page.get_by_role("button", name="Tambah varian").click()

    for code in ("BATIK-S-MERAH", "BATIK-S-BIRUTUA", "BATIK-XL-MERAH", "BATIK-XL-BIRUTUA"):
        expect(page.get_by_role("link", name=code, exact=True)).to_be_visible()


def test_a_bundle_of_a_bundle_is_refused_beside_its_field(
    context: BrowserContext, desk: tuple[str, dict[str, str]]
) -> None:
    address, paths = desk
    page = context.new_page()
    page.goto(f"{address}{paths['bundle']}")
    page.get_by_label("Isi bundel").fill("KAOS-TRIO*2\nKAOS-S")
    page.get_by_role("button", name="Simpan perubahan").click()
    expect(page.locator("#f-parts-errors")).to_contain_text("KAOS-TRIO” sendiri sebuah bundel")

    page.get_by_label("Isi bundel").fill("KAOS-L*3\nKAOS-S")
    page.get_by_role("button", name="Simpan perubahan").click()
    expect(page.get_by_text("Perubahan disimpan.")).to_be_visible()
    expect(page.locator("tbody")).to_contain_text("3 × KAOS-L + 1 × KAOS-S")


def test_a_promotion_is_set_over_the_ordinary_price_and_cancelled(
    context: BrowserContext, desk: tuple[str, dict[str, str]]
) -> None:
    address, paths = desk
    page = context.new_page()
    page.goto(f"{address}{paths['product']}/prices")
    page.get_by_label("SKU", exact=True).select_option(label="KAOS-M M")
    page.locator("#f-amount").press_sequentially("99000")
    soon = datetime.now(UTC) + timedelta(days=3)
    page.get_by_label("Mulai berlaku").fill(soon.strftime("%Y-%m-%dT00:00"))
    page.get_by_label("Sampai kapan").fill((soon + timedelta(days=2)).strftime("%Y-%m-%dT00:00"))
    page.get_by_role("button", name="Simpan harga").click()

    card = page.locator(".o-card").filter(has=page.get_by_role("heading", name="KAOS-M · Umum"))
    expect(card.locator(".o-span-list li")).to_have_count(4)
    promotion = card.locator("li").filter(has_text="Rp99.000")
    promotion.get_by_role("button", name="Batalkan harga").click()
    page.locator("[data-confirm-answer]").click()
    expect(page.get_by_text("Harga diakhiri.")).to_be_visible()
    expect(card.locator(".o-span-list li")).to_have_count(3)


def test_a_sheet_is_checked_applied_and_its_refused_rows_come_back(
    context: BrowserContext, desk: tuple[str, dict[str, str]], tmp_path: Path
) -> None:
    address, _ = desk
    file = tmp_path / "baru.csv"
    file.write_text(BAD, encoding="utf-8")
    page = context.new_page()
    page.goto(f"{address}/products/import")
    page.get_by_label("Berkas").set_input_files(file)
    page.get_by_role("button", name="Periksa berkas").click()

    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.locator("tbody tr").first).to_contain_text(
        "Angka terakhir GTIN 8992761002010 salah. Seharusnya 5."
    )
    page.get_by_role("button", name="Terapkan 1 baris").click()
    expect(page.get_by_text("Baris yang baik sudah diterapkan.")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Unduh yang ditolak").first.click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert text.startswith("sku,produk,gtin,satuan,masalah\n")
    assert 'TEH,Teh Hijau,8992761002010,karung,"gtin: Angka terakhir' in text


def test_a_misspelt_column_is_told_with_what_was_meant(
    context: BrowserContext, desk: tuple[str, dict[str, str]], tmp_path: Path
) -> None:
    address, _ = desk
    file = tmp_path / "salah.csv"
    file.write_text("sku,hraga\nA,1\n", encoding="utf-8")
    page = context.new_page()
    page.goto(f"{address}/products/import")
    page.get_by_label("Berkas").set_input_files(file)
    page.get_by_role("button", name="Periksa berkas").click()
    expect(page.locator("#f-file-errors")).to_contain_text("mungkin maksud Anda “harga”")


def test_what_is_no_picture_is_refused_beside_its_field_and_pictures_are_kept_for_ever(
    context: BrowserContext, desk: tuple[str, dict[str, str]], tmp_path: Path
) -> None:
    address, paths = desk
    page = context.new_page()
    page.goto(address + paths["product"])
    fake = tmp_path / "kaos.png"
    fake.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", encoding="utf-8")
    page.get_by_label("Tambah gambar").set_input_files(fake)
    page.get_by_role("button", name="Unggah gambar").click()
    expect(page.locator("#f-picture-errors")).to_contain_text("bukan gambar PNG, JPEG, atau WebP")

    real = tmp_path / "asli.png"
    real.write_bytes(png(200, 100, 90))
    page.get_by_label("Tambah gambar").set_input_files(real)
    page.get_by_role("button", name="Unggah gambar").click()
    expect(page.locator(".o-pictures li")).to_have_count(3)
    source = page.locator(".o-pictures img").last.get_attribute("src")
    answer = page.request.get(f"{address}{source}")
    assert answer.body() == png(200, 100, 90)
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert page.request.get(f"{address}/images/{'0' * 64}.png").status == 404


def test_a_product_is_archived_and_sold_again(
    context: BrowserContext, desk: tuple[str, dict[str, str]]
) -> None:
    address, paths = desk
    page = context.new_page()
    page.goto(address + paths["product"])
    page.get_by_role("button", name="Arsipkan produk").click()
    page.locator("[data-confirm-answer]").click()
    expect(page.get_by_role("heading", name="Produk ini diarsipkan")).to_be_visible()
    page.get_by_role("button", name="Jual lagi").click()
    expect(page.get_by_text("Dijual lagi.")).to_be_visible()

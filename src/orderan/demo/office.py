"""The demo shop's office: what stands on the pages beside the orders.

on the first day   orders of the shop before, out of its spreadsheet; two lines nobody can read
lately             keys of programs, goods a supplier promised, buyers who allow a use of their data,
                   lists somebody looks at often, a sheet of prices with a row that was refused
"""

import csv
import io
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from orderan.access import Permission, make_key, revoke_key
from orderan.catalog import apply_sheet, check_sheet
from orderan.customers import Purpose, give_consent, withdraw_consent
from orderan.demo import views
from orderan.demo.scene import Scene
from orderan.demo.wares import Ware
from orderan.importing import parse, start
from orderan.inventory import Receipt, expect_stock
from orderan.kit.clock import SetClock
from orderan.kit.db import Tx
from orderan.orders import insert_view

BROUGHT = 8
"""Orders of the shop before; they count among those the demo shop was asked to have."""
MAPPING = """
name = "toko-lama"

[columns]
invoice = "Faktur"
sku = "SKU"
quantity = "Jumlah"
time = "Tanggal"
price = "Harga"
customer = "Pelanggan"

[money]
currency = "IDR"

[time]
zone = "Asia/Jakarta"

[lines]
missing_customer = "guest"
"""
KEYS = (
    ("Toko web", (Permission.ORDERS_WRITE, Permission.CATALOG_READ, Permission.INVENTORY_READ)),
    ("Laporan bulanan", (Permission.ORDERS_READ, Permission.PAYMENTS_READ, Permission.REPORTS_READ)),
    ("Uji coba kasir", (Permission.ORDERS_READ,)),
)
"""The last one was tried out and is revoked."""
SUPPLIERS = (
    ("CV Kopi Gayo Lestari", "JKT", -1),
    ("Batik Trusmi Jaya", "SBY", 4),
    ("Teh Kayu Aro", "MKS", None),
)
"""Who promised goods, for which place, and in how many days they come, if that is known."""
LISTS = (("COD bulan ini", "terms=cod"), ("Marketplace", "channel=shopee&channel=tokopedia"))


async def bring_old_orders(scene: Scene, at: datetime) -> None:
    """Import the spreadsheet of the shop before, a week of orders old."""
    with TemporaryDirectory(prefix="orderan-demo-") as folder:
        path = Path(folder) / "pesanan-toko-lama.csv"
        path.write_text(_old_orders(scene.ground.wares, at), encoding="utf-8")
        await start(
            scene.db,
            scene.ground.shop,
            path,
            parse(MAPPING, source=path.name),
            clock=SetClock(at),
            actor="system:demo",
        )


def _old_orders(wares: Sequence[Ware], at: datetime) -> str:
    goods = [ware for ware in wares if not ware.is_bundle][: BROUGHT + 2]
    out = io.StringIO()
    sheet = csv.writer(out)
    sheet.writerow(("Faktur", "SKU", "Jumlah", "Tanggal", "Harga", "Pelanggan"))
    for turn, ware in enumerate(goods):
        sold = at - timedelta(hours=turn + 1)
        # What a tired clerk typed in the last two, no program can know.
        quantity = turn % 3 + 1 if turn < BROUGHT else "dua"
        sheet.writerow(
            (
                f"TL-{2001 + turn}",
                ware.code,
                quantity,
                f"{sold:%Y-%m-%d %H:%M}",
                ware.price_minor,
                f"PLG-{turn % 5}",
            )
        )
    return out.getvalue()


async def keep_office(scene: Scene, now: datetime) -> None:
    """What the office did lately."""
    for work in (_make_keys, _expect, _ask_consents, _keep_lists, _change_prices):
        await scene.do("demo", lambda tx: work(tx, scene, now))


async def _make_keys(tx: Tx, _scene: Scene, now: datetime) -> None:
    made = [await make_key(tx, name=name, permissions=may, now=now) for name, may in KEYS]
    tried_out, _ = made[-1]
    await revoke_key(tx, tried_out, now=now)


async def _expect(tx: Tx, scene: Scene, now: datetime) -> None:
    goods = [ware for ware in scene.ground.wares if not ware.is_bundle and not ware.by_lot]
    for turn, (supplier, place, days) in enumerate(SUPPLIERS):
        promised = [
            Receipt(ware.sku_id, scene.ground.places[place], 24) for ware in goods[turn * 3 : turn * 3 + 3]
        ]
        due_on = None if days is None else (now + timedelta(days=days)).date()
        await expect_stock(tx, promised, supplier=supplier, due_on=due_on, now=now)


async def _ask_consents(tx: Tx, _scene: Scene, now: datetime) -> None:
    buyers = await views.first_customers(tx, most=12)
    for turn, customer in enumerate(buyers):
        purpose = (Purpose.MARKETING_WHATSAPP, Purpose.MARKETING_EMAIL, Purpose.PROFILING)[turn % 3]
        await give_consent(tx, customer, purpose, source="Formulir pendaftaran toko web", now=now)
    await withdraw_consent(
        tx, buyers[0], Purpose.MARKETING_WHATSAPP, source="Pesan WhatsApp pembeli", now=now
    )


async def _keep_lists(tx: Tx, _scene: Scene, now: datetime) -> None:
    for name, query in LISTS:
        await insert_view(tx, page="orders", staff_id=None, name=name, query=query, now=now)


async def _change_prices(tx: Tx, scene: Scene, now: datetime) -> None:
    goods = [ware for ware in scene.ground.wares if not ware.is_bundle][:6]
    rows = [f"{ware.code},{ware.price_minor + 1_000}" for ware in goods]
    rows[-1] = f"{goods[-1].code},dua ribu"
    sheet = "\r\n".join(["sku,harga", *rows, ""]).encode()
    checked = await check_sheet(tx, "harga-baru.csv", sheet, currency="IDR", now=now)
    await apply_sheet(tx, checked.id, currency="IDR", now=now)

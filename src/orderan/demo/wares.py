"""What the demo shop sells: 500 skus of a grocer, a tea house and a batik workshop in one."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from stdnum import ean

from orderan.catalog import (
    BundlePart,
    Product,
    Sku,
    insert_price_list,
    insert_prices,
    insert_products,
    insert_skus,
    insert_tax_rate,
    set_parts,
)
from orderan.kit.db import Tx
from orderan.kit.ids import new_id

ORIGINS = (
    "Gayo",
    "Toraja",
    "Mandailing",
    "Kintamani",
    "Bajawa",
    "Lintong",
    "Wamena",
    "Preanger",
    "Enrekang",
    "Ijen",
)
SIZES = ("100 g", "250 g", "500 g", "1 kg")
WEIGHT_G = {"100 g": 120, "250 g": 280, "500 g": 540, "1 kg": 1_060}
CLOTH_SIZES = ("S", "M", "L", "XL")
CLOTH_COLOURS = ("Indigo", "Sogan", "Hijau Pandan", "Merah Bata")

# (what, variations, sizes, price of the smallest in rupiah, category, kept by lot, tax class)
FAMILIES: tuple[tuple[str, Sequence[str], Sequence[str], int, str, bool, str], ...] = (
    ("Kopi Arabika", ORIGINS, SIZES, 48_000, "Kopi", True, "ppn"),
    (
        "Kopi Robusta",
        ("Temanggung", "Lampung", "Dampit", "Pupuan", "Flores"),
        SIZES,
        32_000,
        "Kopi",
        True,
        "ppn",
    ),
    (
        "Teh",
        ("Melati", "Hitam", "Hijau", "Oolong", "Rosela", "Telang"),
        SIZES[:3],
        18_000,
        "Teh",
        True,
        "ppn",
    ),
    (
        "Sambal",
        ("Bawang", "Terasi", "Matah", "Roa", "Andaliman", "Cumi", "Ijo"),
        SIZES[:2],
        27_000,
        "Bumbu",
        True,
        "ppn",
    ),
    (
        "Keripik",
        ("Tempe", "Singkong", "Pisang", "Kentang", "Bayam", "Jamur", "Nangka"),
        SIZES[:3],
        15_000,
        "Camilan",
        True,
        "ppn",
    ),
    ("Gula", ("Aren", "Kelapa", "Semut"), SIZES[1:], 24_000, "Bumbu", True, "bebas"),
    ("Beras", ("Merah", "Hitam", "Pandan Wangi", "Rojolele"), ("1 kg",), 26_000, "Beras", True, "bebas"),
    ("Madu", ("Hutan", "Kelengkeng", "Randu", "Kaliandra"), SIZES[:3], 55_000, "Madu", True, "ppn"),
    ("Cokelat", ("54 %", "65 %", "72 %", "85 %", "Susu", "Putih"), SIZES[:2], 38_000, "Camilan", True, "ppn"),
    ("Minyak Kelapa", ("Murni", "Goreng"), SIZES[1:], 42_000, "Bumbu", True, "ppn"),
)
CLOTHES: tuple[tuple[str, int], ...] = (
    ("Kemeja Batik Parang", 285_000),
    ("Kemeja Batik Kawung", 275_000),
    ("Kemeja Batik Mega Mendung", 299_000),
    ("Blus Tenun Ikat", 320_000),
    ("Kaos Katun Organik", 129_000),
    ("Sarung Goyor", 245_000),
    ("Kain Jumputan", 198_000),
    ("Jaket Lurik", 410_000),
    ("Celana Kulot Lurik", 265_000),
    ("Kebaya Encim", 450_000),
    ("Rok Lilit Batik", 235_000),
    ("Syal Sutra Garut", 375_000),
    ("Kemeja Lurik Pendek", 240_000),
    ("Topi Anyam Pandan", 95_000),
)
LUXURY = (("Perhiasan Perak Kotagede", 2_450_000), ("Jam Kayu Edisi Terbatas", 5_900_000))


@dataclass(frozen=True, slots=True)
class Ware:
    """A sku and what days need to know of it."""

    sku_id: UUID
    code: str
    price_minor: int
    by_lot: bool
    is_bundle: bool
    liked: float


async def stock_catalogue(tx: Tx, chance: random.Random, count: int, *, now: datetime) -> list[Ware]:
    """Write products, skus, bundles, prices and tax rates; returns every sku that can be bought."""
    products: list[Product] = []
    skus: list[Sku] = []
    prices: dict[UUID, int] = {}
    for product, variants in _products(tx.shop_id, now):
        if len(skus) + len(variants) > count - count // 20:
            break
        products.append(product)
        for sku, price in variants:
            skus.append(sku)
            prices[sku.id] = price
    bundles = _bundles(tx.shop_id, chance, skus, prices, count - len(skus), now)
    products += [product for product, _, _ in bundles]
    await insert_products(tx, products)
    await insert_skus(tx, skus + [sku for _, sku, _ in bundles])
    for _, sku, parts in bundles:
        await set_parts(tx, sku.id, parts)
        prices[sku.id] = int(round(sum(prices[part.sku_id] * part.quantity for part in parts) * 9 // 10, -3))
    await _prices(tx, prices, now=now)
    everything = skus + [sku for _, sku, _ in bundles]
    return [
        Ware(sku.id, sku.code, prices[sku.id], sku.lot_tracked, sku.is_bundle, chance.paretovariate(1.2))
        for sku in everything
    ]


def _products(shop_id: int, now: datetime) -> Iterator[tuple[Product, list[tuple[Sku, int]]]]:
    number = 0
    for what, kinds, sizes, price, category, by_lot, tax in FAMILIES:
        for kind in kinds:
            product = _product(shop_id, f"{what} {kind}", category, tax, now)
            variants = []
            for step, size in enumerate(sizes):
                number += 1
                sku = _sku(shop_id, product, number, size, {"ukuran": size}, WEIGHT_G[size], by_lot, now)
                variants.append((sku, round(price * (1, 2.2, 4.0, 7.4)[step], -3) or price))
            yield product, [(sku, int(cost)) for sku, cost in variants]
    for name, price in CLOTHES:
        product = _product(shop_id, name, "Busana", "ppn", now)
        variants = []
        for colour in CLOTH_COLOURS:
            for size in CLOTH_SIZES:
                number += 1
                options = {"warna": colour, "ukuran": size}
                variants.append(
                    (_sku(shop_id, product, number, f"{colour}, {size}", options, 350, False, now), price)
                )
        yield product, [(sku, int(cost)) for sku, cost in variants]
    for name, price in LUXURY:
        product = _product(shop_id, name, "Kerajinan", "mewah", now)
        number += 1
        yield product, [(_sku(shop_id, product, number, "", {}, 600, False, now), price)]
    yield from _crafts(shop_id, number, now)


def _crafts(shop_id: int, number: int, now: datetime) -> Iterator[tuple[Product, list[tuple[Sku, int]]]]:
    things = (
        "Keranjang Rotan",
        "Piring Kayu Jati",
        "Gelas Keramik",
        "Lampu Bambu",
        "Tatakan Anyam",
        "Wayang Golek",
    )
    for turn in range(120):
        thing = things[turn % len(things)]
        product = _product(shop_id, f"{thing} No. {turn // len(things) + 1}", "Kerajinan", "ppn", now)
        number += 1
        yield (
            product,
            [
                (
                    _sku(shop_id, product, number, "", {}, 400 + 50 * (turn % 9), False, now),
                    65_000 + 7_000 * (turn % 13),
                )
            ],
        )


def _product(shop_id: int, name: str, category: str, tax: str, now: datetime) -> Product:
    text = f"{name} pilihan dari perajin dan petani Nusantara."
    return Product(shop_id, new_id(), name, text, "Nusantara", category, tax, "active", [], now)


def _sku(
    shop_id: int,
    product: Product,
    number: int,
    name: str,
    options: dict[str, str],
    weight_g: int,
    by_lot: bool,
    now: datetime,
) -> Sku:
    body = f"899{7000000 + number:09d}"[:12]
    return Sku(
        shop_id=shop_id,
        id=new_id(),
        product_id=product.id,
        code=f"{_letters(product.name)}-{number:04d}",
        name=name,
        options=options,
        gtin=body + ean.calc_check_digit(body),
        unit="pcs",
        weight_g=weight_g,
        length_mm=180,
        width_mm=120,
        height_mm=60,
        is_bundle=False,
        is_stocked=True,
        lot_tracked=by_lot,
        state="active",
        created_at=now,
    )


def _letters(name: str) -> str:
    return "".join(word[0] for word in name.upper().split() if word[0].isalpha())[:4]


def _bundles(
    shop_id: int,
    chance: random.Random,
    skus: Sequence[Sku],
    prices: dict[UUID, int],
    count: int,
    now: datetime,
) -> list[tuple[Product, Sku, list[BundlePart]]]:
    made = []
    cheap = [sku for sku in skus if prices[sku.id] < 150_000]
    for turn in range(1, count + 1):
        product = _product(shop_id, f"Paket Hampers {turn:02d}", "Paket", "ppn", now)
        sku = _sku(shop_id, product, 9_000 + turn, "", {}, 1_200, False, now)
        sku = Sku(
            **{name: getattr(sku, name) for name in sku.__dataclass_fields__}
            | {"is_bundle": True, "is_stocked": False}
        )
        parts = [
            BundlePart(part.id, chance.choice((1, 1, 2)))
            for part in chance.sample(cheap, chance.choice((2, 3)))
        ]
        made.append((product, sku, parts))
    return made


async def _prices(tx: Tx, prices: dict[UUID, int], *, now: datetime) -> None:
    retail = await insert_price_list(tx, code="eceran", name="Eceran", currency="IDR", now=now)
    trade = await insert_price_list(
        tx, code="reseller", name="Reseller", currency="IDR", customer_group="reseller", rank=10, now=now
    )
    rows = [(retail, sku, 1, now, None, price) for sku, price in prices.items()]
    rows += [(trade, sku, 1, now, None, round(price * 85 // 100, -2)) for sku, price in prices.items()]
    rows += [(trade, sku, 12, now, None, round(price * 78 // 100, -2)) for sku, price in prices.items()]
    await insert_prices(tx, rows)
    await insert_tax_rate(tx, "ppn", now.date().replace(month=1, day=1), 1200, 11, 12)
    await insert_tax_rate(tx, "mewah", now.date().replace(month=1, day=1), 1200, 1, 1)
    await insert_tax_rate(tx, "bebas", now.date().replace(month=1, day=1), 0, 1, 1)

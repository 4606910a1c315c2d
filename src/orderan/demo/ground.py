"""The demo shop before its first day: places, channels, shipping, staff, a full warehouse."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from orderan.demo import views
from orderan.demo.staff import CODE, hire
from orderan.demo.wares import Ware, stock_catalogue
from orderan.inventory import (
    Goods,
    Location,
    LocationKind,
    add_location,
    open_accounts,
    receive_goods,
    set_policy,
)
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import new_id
from orderan.pricing import put_zone, set_fee
from orderan.shops import ChannelKind, Shop, ShopState, add_channel, open_shop
from orderan.verification import Policy, keep_policy

ASKS_NOBODY = Policy(asks=False)
"""What the shop follows until lately: about its older orders nobody was asked."""

PLACES = (
    ("JKT", "Gudang Jakarta", "31.75.07.1001", "Asia/Jakarta"),
    ("SBY", "Gudang Surabaya", "35.78.08.1001", "Asia/Jakarta"),
    ("MKS", "Gudang Makassar", "73.71.09.1001", "Asia/Makassar"),
)
CHANNELS = (
    ("web", "Toko Web", ChannelKind.WEB, 24 * 60),
    ("whatsapp", "WhatsApp", ChannelKind.CHAT, 24 * 60),
    ("telepon", "Telepon", ChannelKind.PHONE, 48 * 60),
    ("shopee", "Shopee Nusantara", ChannelKind.MARKETPLACE, 24 * 60),
    ("tokopedia", "Tokopedia Nusantara", ChannelKind.MARKETPLACE, 24 * 60),
)
ZONES = (
    ("jabodetabek", "Jabodetabek", ("31", "32.75", "32.76", "32.01", "36.71", "36.74"), 10_000, 8_000),
    ("jawa", "Jawa lain", ("32", "33", "34", "35", "36"), 18_000, 14_000),
    (
        "bali-sumatra",
        "Bali dan Sumatra",
        ("51", "11", "12", "13", "14", "15", "16", "17", "18", "19", "21"),
        28_000,
        23_000,
    ),
    ("timur", "Daerah lain", ("*",), 45_000, 40_000),
)


@dataclass(frozen=True)
class Ground:
    """What days need to know."""

    shop: Shop
    places: dict[str, UUID]
    wares: Sequence[Ware]


async def open_demo_shop(tx: Tx, *, now: datetime) -> Shop:
    """The shop's own row; the transaction spans all shops."""
    return await open_shop(
        tx,
        code=CODE,
        name="Nusantara Pilihan",
        legal_name="PT Nusantara Pilihan Bersama",
        complete_after_days=3,
        state=ShopState.PREPARING,
        now=now,
    )


async def furnish(
    tx: Tx,
    shop: Shop,
    keyring: Keyring,
    password_hash: str,
    chance: random.Random,
    skus: int,
    *,
    now: datetime,
) -> Ground:
    """Everything but the goods."""
    for code, name, kind, hold in CHANNELS:
        await add_channel(tx, code=code, name=name, kind=kind, payment_hold_minutes=hold, now=now)
    places = {}
    for rank, (code, name, village, zone) in enumerate(PLACES):
        places[code] = await _warehouse(tx, code, name, village, zone, rank, now)
    await open_accounts(tx, time_zone="Asia/Jakarta", now=now)
    await keep_policy(tx, ASKS_NOBODY, expected=0, now=now)
    for code, name, regions, first, following in ZONES:
        zone_id = await put_zone(tx, None, code=code, name=name, areas=regions, now=now)
        for service, factor in (("reguler", 100), ("kilat", 180)):
            await set_fee(
                tx,
                zone_id,
                service=service,
                first_kg_minor=first * factor // 100,
                next_kg_minor=following * factor // 100,
                now=now,
            )
    await hire(tx, keyring, password_hash, places, now=now)
    wares = await stock_catalogue(tx, chance, skus, now=now)
    return Ground(shop, places, wares)


async def _warehouse(tx: Tx, code: str, name: str, village: str, zone: str, rank: int, now: datetime) -> UUID:
    location = Location(
        shop_id=tx.shop_id,
        id=new_id(),
        code=code,
        name=name,
        kind=LocationKind.WAREHOUSE,
        village_code=village,
        address=name,
        time_zone=zone,
        sells=True,
        rank=rank,
        active=True,
    )
    await add_location(tx, location, now=now)
    return location.id


SHARE = {"JKT": 0.5, "SBY": 0.3, "MKS": 0.2}


UNITS_PER_ORDER = 3.2
"""Lines an order has, times units a line, with what companies buy by the half dozen."""


async def replenish(
    tx: Tx, ground: Ground, chance: random.Random, place: str, orders: int, *, now: datetime
) -> None:
    """A delivery for one place: what sells is topped up to last for `orders` orders; now and then one is forgotten."""
    stocked = [ware for ware in ground.wares if not ware.is_bundle]
    whole = sum(ware.liked for ware in stocked)
    there = await views.free_units(tx, ground.places[place])
    goods = []
    for ware in stocked:
        sold = orders * UNITS_PER_ORDER * SHARE[place] * ware.liked / whole
        missing = ceil(sold * chance.uniform(1.2, 1.6)) + 6 - there.get(ware.sku_id, 0)
        if missing > 0 and (ware.sku_id not in there or chance.random() > 0.03):
            goods.append(_goods(ware, missing, place, chance, now))
    if goods:
        await receive_goods(tx, goods, location_id=ground.places[place], now=now)


def _goods(ware: Ware, units: int, place: str, chance: random.Random, now: datetime) -> Goods:
    if not ware.by_lot:
        return Goods(ware.code, units)
    days = chance.choice((120, 180, 270, 365))
    return Goods(ware.code, units, f"{place}{now:%y%m%d}", (now + timedelta(days=days)).date())


WATCHED = 25
"""Best sellers with a reorder point."""


async def watch_levels(tx: Tx, ground: Ground, chance: random.Random, *, now: datetime) -> None:
    """Safety stock and reorder points for the best sellers, so that low stock is noticed."""
    best = sorted((ware for ware in ground.wares if not ware.is_bundle), key=lambda ware: -ware.liked)[
        :WATCHED
    ]
    for ware in best:
        for place in ground.places.values():
            safety = chance.choice((0, 1, 2))
            await set_policy(
                tx, ware.sku_id, place, safety=safety, reorder_point=safety + chance.randrange(2, 9), now=now
            )

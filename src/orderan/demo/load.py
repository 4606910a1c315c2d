"""Make the demo shop, oldest day first, with progress."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from orderan.customers import load_regions
from orderan.demo.days import WEEKDAY, Days
from orderan.demo.ground import Ground, furnish, open_demo_shop, replenish, watch_levels
from orderan.demo.people import buyers
from orderan.demo.staff import CODE, hashed_password
from orderan.kit.crypto import Keyring
from orderan.kit.db import ALL_SHOPS, Caller, Database, Tx
from orderan.shops import UnknownShop, shop_by_code, start_shop

SEED = 17_081_945
SYSTEM = "system:demo"
SPIKE = 5.0
"""How much more is ordered on a twin day (11.11) than on an ordinary one."""


@dataclass(frozen=True)
class Size:
    """How much shop to make."""

    orders: int = 10_000
    days: int = 90
    people: int = 2_000
    skus: int = 500


Tell = Callable[[int, int], None]


async def load_if_empty(
    db: Database,
    keyring: Keyring,
    *,
    now: datetime,
    size: Size = Size(),
    tell: Tell = lambda _done, _all: None,
) -> bool:
    """Load the demo unless this installation has a shop already; returns whether it was loaded.

    A demo whose loading was cut short is opened as far as it came.
    """

    async def any_shop(tx: Tx) -> bool:
        return bool(await tx.value("SELECT EXISTS (SELECT 1 FROM shop)"))

    if await db.run(Caller(ALL_SHOPS, SYSTEM), any_shop):
        if await demo_shop_exists(db):
            shop = await db.run(Caller(ALL_SHOPS, SYSTEM), lambda tx: shop_by_code(tx, CODE))
            await db.run(Caller(ALL_SHOPS, SYSTEM), lambda tx: start_shop(tx, shop.shop_id))
        return False
    await load(db, keyring, now=now, size=size, tell=tell)
    return True


async def load(
    db: Database,
    keyring: Keyring,
    *,
    now: datetime,
    seed: int = SEED,
    size: Size = Size(),
    tell: Tell = lambda _done, _all: None,
) -> Ground:
    """Make the demo shop from a seed.

    Raises:
        CodeTaken: The installation has a demo shop.
    """
    chance = random.Random(seed)
    first = (now - timedelta(days=size.days)).replace(hour=0, minute=0, second=0, microsecond=0)
    ground = await _ground(db, keyring, chance, size, opened=first - timedelta(days=1))
    life = Days(db, keyring, ground, buyers(chance, size.people), chance)
    plan = _plan(first, size)
    done = 0
    for day, orders in enumerate(plan):
        midnight = first + timedelta(days=day)
        await life.live(midnight, orders, until=now, days_left=len(plan) - 1 - day)
        done += orders
        tell(done, size.orders)
    caller = Caller(ground.shop.shop_id, SYSTEM)
    await db.run(caller, lambda tx: watch_levels(tx, ground, chance, now=now))
    await db.run(Caller(ALL_SHOPS, SYSTEM), lambda tx: start_shop(tx, ground.shop.shop_id))
    return ground


async def demo_shop_exists(db: Database) -> bool:
    """Whether the demo shop is there."""
    try:
        await db.run(Caller(ALL_SHOPS, SYSTEM), lambda tx: shop_by_code(tx, CODE))
    except UnknownShop:
        return False
    return True


def _plan(first: datetime, size: Size) -> list[int]:
    """Orders per day: weekends busier, twin days (9.9, 10.10, 11.11, 12.12) busiest; sums to the whole."""
    weights = []
    for day in range(size.days + 1):
        date = first + timedelta(days=day)
        twin = date.day == date.month and date.month >= 9
        weights.append(WEEKDAY[date.weekday()] * (SPIKE if twin else 1.0))
    shares = [int(size.orders * weight / sum(weights)) for weight in weights]
    shares[-2] += size.orders - sum(shares)
    return shares


async def _ground(
    db: Database, keyring: Keyring, chance: random.Random, size: Size, *, opened: datetime
) -> Ground:
    password_hash = await hashed_password()
    system = Caller(ALL_SHOPS, SYSTEM)
    await db.run(system, load_regions)
    shop = await db.run(system, lambda tx: open_demo_shop(tx, now=opened))
    caller = Caller(shop.shop_id, SYSTEM)
    ground = await db.run(
        caller, lambda tx: furnish(tx, shop, keyring, password_hash, chance, size.skus, now=opened)
    )
    for place in ground.places:
        await db.run(
            caller,
            lambda tx: replenish(tx, ground, chance, place, size.orders // size.days * 8, now=opened),
        )
    return ground

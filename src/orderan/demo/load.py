"""Make the demo shop, oldest day first, with progress.

A shop whose making was cut short stays one that is being prepared: the next try takes it away and
begins anew.
"""

import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from orderan.customers import load_regions
from orderan.demo import store, views
from orderan.demo.asking import Asking
from orderan.demo.days import BUSY_HOURS, WEEKDAY, Days, hours_of
from orderan.demo.doubts import DOUBTED, Doubts
from orderan.demo.fleet import OwnVan
from orderan.demo.ground import Ground, furnish, open_demo_shop, replenish, watch_levels
from orderan.demo.office import BROUGHT, bring_old_orders, keep_office
from orderan.demo.paying_back import PayingBack
from orderan.demo.people import buyers
from orderan.demo.picking import Picking
from orderan.demo.promos import agree_a_deposit, write_promotions
from orderan.demo.routes import Routes
from orderan.demo.scene import Scene
from orderan.demo.settling import Settling
from orderan.demo.staff import CODE, hashed_password
from orderan.demo.telling import ReachThere, Telling
from orderan.demo.till import LATELY, GatewayThere, Tills, carried_by, last_troubles, open_tills
from orderan.kit.crypto import Keyring
from orderan.kit.db import ALL_SHOPS, Caller, Database, Tx
from orderan.orders import orders_by_id
from orderan.payments import GatewayAccount, accounts
from orderan.reach import ReachAccount, reach_accounts
from orderan.shops import CodeTaken, Shop, ShopState, UnknownShop, all_shops, shop_by_code, start_shop

SEED = 17_081_945
SYSTEM = "system:demo"
ADDRESS = "http://127.0.0.1:8000"
WAITING = 18
"""Buyers who try to pay while their bank is away."""
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


class BeingMade(Exception):
    """Another process is making the demo shop right now."""


async def load_if_empty(
    db: Database,
    keyring: Keyring,
    *,
    now: datetime,
    size: Size = Size(),
    gateways: Sequence[GatewayThere] = (),
    reach: Sequence[ReachThere] = (),
    address: str = ADDRESS,
    tell: Tell = lambda _done, _all: None,
) -> bool:
    """Make the demo shop unless this installation has a shop already; returns whether it was made.

    Raises:
        BeingMade: By another process.
    """
    shops = await db.run(Caller(ALL_SHOPS, SYSTEM), all_shops)
    if shops and not any(_unfinished(shop) for shop in shops):
        return False
    await load(db, keyring, now=now, size=size, gateways=gateways, reach=reach, address=address, tell=tell)
    return True


async def load(
    db: Database,
    keyring: Keyring,
    *,
    now: datetime,
    seed: int = SEED,
    size: Size = Size(),
    gateways: Sequence[GatewayThere] = (),
    reach: Sequence[ReachThere] = (),
    address: str = ADDRESS,
    tell: Tell = lambda _done, _all: None,
) -> Ground:
    """Make the demo shop from a seed; what an earlier try left of it is taken away first.

    Args:
        gateways: Where it has accounts; without any, money comes by hand.
        reach: By whom it tells buyers things; without any, nobody is told.
        address: Where people see its pages.

    Raises:
        CodeTaken: The installation has a demo shop.
        BeingMade: By another process.
    """
    async with _alone(db):
        await _remove_fragment(db)
        chance = random.Random(seed)
        first = (now - timedelta(days=size.days)).replace(hour=0, minute=0, second=0, microsecond=0)
        ground = await _ground(db, keyring, chance, size, opened=first - timedelta(days=1))
        scene = Scene(db, keyring, ground, chance)
        caller = Caller(ground.shop.shop_id, SYSTEM)
        await db.run(caller, lambda tx: open_tills(tx, keyring, gateways, now=first))
        tills = Tills(now - LATELY, random.Random(seed))
        if gateways:
            tills.carried = await db.run(caller, carried_by)
        rules = Routes(db, ground.shop)
        telling = Telling(scene, reach, address=address, seed=seed)
        asking = Asking(scene, seed=seed)
        life = Days(scene, buyers(chance, size.people), tills, telling, asking)
        await bring_old_orders(scene, first)
        done = BROUGHT
        plan = _plan(first, now, size.orders - done - DOUBTED, size.days)
        for day, orders in enumerate(plan):
            midnight = first + timedelta(days=day)
            if gateways:
                await rules.on_day(midnight, days_left=len(plan) - 1 - day)
            await life.live(midnight, orders, until=now, days_left=len(plan) - 1 - day)
            done += orders
            tell(done, size.orders)
        await life.stand_still(now)
        await keep_office(scene, now)
        await db.run(caller, lambda tx: watch_levels(tx, ground, chance, now=now))
        await db.run(caller, lambda tx: _look_at_tills(tx, tills, now=now))
        await db.run(caller, lambda tx: write_promotions(tx, now=now))
        await db.run(caller, lambda tx: agree_a_deposit(tx, now=now))
        if gateways:
            await rules.draft_next(now)
            await Settling(scene, now).until_yesterday(tills.since)
        await PayingBack(scene, now).stand_still()
        await Doubts(scene, now).stand_still()
        await OwnVan(scene, now, seed=seed).today()
        await Picking(scene, now).today()
        await asking.hour(now, until=now)
        await telling.hour(now, until=now)
        await db.run(Caller(ALL_SHOPS, SYSTEM), lambda tx: start_shop(tx, ground.shop.shop_id))
        return ground


async def _look_at_tills(tx: Tx, tills: Tills, *, now: datetime) -> None:
    found = await orders_by_id(tx, await views.waiting_to_pay(tx, most=WAITING))
    await last_troubles(tx, tills, list(found.values()), now=now)


async def demo_shop_is_finished(db: Database) -> bool:
    """Whether the demo shop is there, whole."""
    shop = await _found(db)
    return shop is not None and not _unfinished(shop)


async def tills_of_demo(db: Database) -> list[tuple[int, GatewayAccount]]:
    """Accounts of the demo shop at gateways, each with the shop."""
    shop = await _found(db)
    if shop is None:
        return []
    return [(shop.shop_id, one) for one in await db.run(Caller(shop.shop_id, SYSTEM), accounts)]


async def reach_of_demo(db: Database) -> list[tuple[int, ReachAccount]]:
    """Accounts of the demo shop at providers of messages and calls, each with the shop."""
    shop = await _found(db)
    if shop is None:
        return []
    return [(shop.shop_id, one) for one in await db.run(Caller(shop.shop_id, SYSTEM), reach_accounts)]


async def _found(db: Database) -> Shop | None:
    try:
        return await db.run(Caller(ALL_SHOPS, SYSTEM), lambda tx: shop_by_code(tx, CODE))
    except UnknownShop:
        return None


def _unfinished(shop: Shop) -> bool:
    return shop.code == CODE and shop.state == ShopState.PREPARING


@asynccontextmanager
async def _alone(db: Database) -> AsyncIterator[None]:
    """Keeps a second process from taking away what this one is making."""
    async with db.connection() as connection:
        if not await store.try_lock(connection):
            raise BeingMade
        try:
            yield
        finally:
            await store.unlock(connection)


async def _remove_fragment(db: Database) -> None:
    shop = await _found(db)
    if shop is None:
        return
    if not _unfinished(shop):
        raise CodeTaken(CODE)
    caller = Caller(shop.shop_id, SYSTEM)
    # Table by table: what is gone need not go twice when this is cut short too. The shop goes last.
    for table in await db.run(caller, store.tables_of_shops):
        await db.run(caller, lambda tx: store.empty(tx, table))
    await db.run(caller, store.delete_shop)


def _plan(first: datetime, now: datetime, orders: int, days: int) -> list[int]:
    """Orders per day: weekends busier, twin days (9.9, 10.10, 11.11, 12.12) busiest; sums to the whole.

    Today has as much of its orders as of its hours.
    """
    weights = []
    for day in range(days + 1):
        date = first + timedelta(days=day)
        twin = date.day == date.month and date.month >= 9
        lived = sum(busy for _, busy in hours_of(date, now)) / sum(BUSY_HOURS)
        weights.append(WEEKDAY[date.weekday()] * (SPIKE if twin else 1.0) * lived)
    shares = [int(orders * weight / sum(weights)) for weight in weights]
    shares[-2] += orders - sum(shares)
    return shares


async def _ground(
    db: Database, keyring: Keyring, chance: random.Random, size: Size, *, opened: datetime
) -> Ground:
    password_hash = await hashed_password()
    system = Caller(ALL_SHOPS, SYSTEM)
    await db.run(system, load_regions)

    async def found(tx: Tx) -> Ground:
        shop = await open_demo_shop(tx, now=opened)
        # What follows is of this shop alone: a shop without its staff nobody could enter.
        inside = Tx(tx.connection, Caller(shop.shop_id, SYSTEM))
        return await furnish(inside, shop, keyring, password_hash, chance, size.skus, now=opened)

    ground = await db.run(system, found)
    caller = Caller(ground.shop.shop_id, SYSTEM)
    for place in ground.places:
        await db.run(
            caller,
            lambda tx: replenish(tx, ground, chance, place, size.orders // size.days * 8, now=opened),
        )
    return ground

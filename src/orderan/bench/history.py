"""A year of orders to read from, written table by table in single statements.

    customers   twenty-five orders each, made by the product's own command: found by phone and name
    orders      over 365 days up to now: what is two days old is open, what is seven days old ended
    the rest    two lines each, money, facts, stock promised and gone, tasks, parcels, tags

Every row is one the product could have written: the auditor finds nothing in it.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

import psycopg

from orderan.bench import history_sql as sql
from orderan.bench.ground import Ground, keyring
from orderan.customers import Buyer, resolve_customers
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.text import with_check_digit
from orderan.shops import ChannelKind, add_channel

ORDERS_PER_CUSTOMER = 25
AT_ONCE = 2_000
FIRST_NUMBER = 100_000
CHANNELS = {
    "wa": ChannelKind.CHAT,
    "toko": ChannelKind.STORE,
    "pasar": ChannelKind.MARKETPLACE,
}
FIRST = [
    "Ani",
    "Budi",
    "Citra",
    "Dewi",
    "Eko",
    "Fitri",
    "Gita",
    "Hadi",
    "Indah",
    "Joko",
    "Made",
    "Nina",
    "Oka",
    "Putri",
    "Sari",
    "Teguh",
    "Vina",
    "Wahyu",
]
LAST = [
    "Santoso",
    "Wijaya",
    "Lestari",
    "Siregar",
    "Nasution",
    "Pratama",
    "Saputra",
    "Hidayat",
    "Kusuma",
    "Setiawan",
    "Rahman",
]


@dataclass(frozen=True)
class History:
    """What was made, and what of it can be searched for.

    Attributes:
        numbers, awbs, phones, names, skus, tags: What some orders are found by.
        channels: Code and id, in step.
        began: When the first order was placed; the last one just now.
    """

    orders: int
    began: datetime
    numbers: Sequence[str]
    awbs: Sequence[str]
    phones: Sequence[str]
    names: Sequence[str]
    skus: Sequence[str]
    tags: Sequence[str]
    channels: Sequence[tuple[str, Any]]


def write(
    ground: Ground,
    *,
    orders: int,
    now: datetime,
    admin_url: str | None = None,
    tell: Callable[[str], None] = lambda _text: None,
) -> History:
    """Write a year of orders into a prepared shop that has none.

    Args:
        admin_url: The superuser's URL: foreign keys, valid by construction, are then not looked up
            once more for each of millions of rows. Without it every constraint is checked.
    """
    tell(f"writing {orders:,} orders")
    asyncio.run(_people(ground, max(1, orders // ORDERS_PER_CUSTOMER), now))
    shop = {"shop": ground.shop.shop_id, "now": now, "orders": orders, "skus": len(ground.skus)}
    url = admin_url or ground.url
    with _connected(url, trusted=admin_url is not None) as connection:
        connection.execute(sql.LAY_OUT)
        _numbered(connection, orders)
        for statement in (*sql.FIRST, sql.PLAN, sql.INDEX, sql.ORDERS):
            connection.execute(statement, shop)
    with ThreadPoolExecutor(len(sql.SIDES)) as threads:
        trusted = admin_url is not None
        list(threads.map(lambda side: _run(url, side, shop, trusted=trusted), sql.SIDES))
    tell("gathering statistics")
    with _connected(url, trusted=False) as connection:
        found = _found(connection, orders, shop)
        for statement in sql.CLEAR_UP:
            connection.execute(statement)
        connection.execute("VACUUM (ANALYZE)")
    return found


def _run(url: str, side: Sequence[LiteralString], shop: dict[str, Any], *, trusted: bool) -> None:
    with _connected(url, trusted=trusted) as connection:
        for statement in side:
            connection.execute(statement, shop)


def _connected(url: str, *, trusted: bool) -> psycopg.Connection[Any]:
    connection = psycopg.connect(url, autocommit=True)
    # For the loading alone: a server that loses its power now has lost nothing but a benchmark.
    for setting in ("SET orderan.shop = '0'", "SET synchronous_commit = off", "SET work_mem = '128MB'"):
        connection.execute(setting)
    if trusted:
        connection.execute("SET session_replication_role = replica")
    return connection


async def _people(ground: Ground, count: int, now: datetime) -> None:
    db = Database(ground.url, min_size=1, max_size=2)
    await db.open()
    caller = Caller(ground.shop.shop_id, "system:bench")
    keys = keyring()

    async def channels(tx: Tx) -> None:
        for code, kind in CHANNELS.items():
            await add_channel(tx, code=code, name=code.title(), kind=kind, now=now)

    try:
        await db.run(caller, channels)
        for begin in range(0, count, AT_ONCE):
            buyers = [_buyer(number) for number in range(begin, min(begin + AT_ONCE, count))]

            async def resolving(tx: Tx, buyers: Sequence[Buyer] = buyers) -> None:
                await resolve_customers(tx, keys, buyers, now=now)

            await db.run(caller, resolving)
    finally:
        await db.close()


def _buyer(number: int) -> Buyer:
    name = f"{FIRST[number % len(FIRST)]} {LAST[number // len(FIRST) % len(LAST)]}"
    return Buyer(name, _phone(number), None, None)


def _phone(number: int) -> str:
    return f"+62812{number:07d}"


def _numbered(connection: psycopg.Connection[Any], orders: int) -> None:
    """Order numbers with their check digits, which SQL does not know."""
    with connection.cursor() as cursor, cursor.copy("COPY bench_number (n, number) FROM STDIN") as copy:
        for turn in range(1, orders + 1):
            copy.write_row((turn, with_check_digit(FIRST_NUMBER + turn)))


def _found(connection: psycopg.Connection[Any], orders: int, shop: dict[str, Any]) -> History:
    def some(statement: LiteralString) -> list[Any]:
        return [row[0] for row in connection.execute(statement, shop)]

    people = max(1, orders // ORDERS_PER_CUSTOMER)
    return History(
        orders=orders,
        began=some("SELECT min(placed_at) FROM bench_order")[0],
        numbers=[str(number) for number in some(sql.SOME_NUMBERS)],
        awbs=some(sql.SOME_AWBS),
        phones=[_phone(number) for number in range(0, people, max(1, people // 100))],
        names=FIRST[:people],
        skus=some(sql.SOLD_SKUS),
        tags=some("SELECT DISTINCT tag FROM bench_order WHERE tag IS NOT NULL ORDER BY tag"),
        channels=list(
            connection.execute("SELECT code, id FROM channel WHERE shop_id = %(shop)s ORDER BY code", shop)
        ),
    )

"""A cluster to test on: `ORDERAN_CITUS_URL`, a coordinator and a database of it that may be emptied.

The role must own the schema and be no superuser, because row-level security is part of what is
proved; its workers are known to the coordinator already. There is none on most machines, and
then these tests are skipped, saying so.
"""

import asyncio
import os
from collections.abc import Iterator
from datetime import datetime
from uuid import uuid4

import psycopg
import pytest

from conftest import NOW, ShopFloor
from given import a_buyer, a_shop, asked, place
from orderan.kit.crypto import Keyring
from orderan.kit.db import ALL_SHOPS, Caller, Database, Tx
from orderan.kit.distribution import distribute
from orderan.kit.migrations import migrate
from orderan.shops import Shop, open_shop


@pytest.fixture(scope="session")
def cluster_url() -> Iterator[str]:
    url = os.environ.get("ORDERAN_CITUS_URL")
    if not url:
        pytest.skip("no Citus here: ORDERAN_CITUS_URL names no coordinator")
    _empty(url)
    migrate(url)
    asyncio.run(_live_before(url))
    distribute(url)
    yield url
    _empty(url)


async def _live_before(url: str) -> None:
    """A shop with an order from the time when there was one machine."""
    db = Database(url, min_size=1, max_size=2)
    await db.open()
    try:
        world = await a_shop(await another_shop(db, NOW), NOW, stock={"kopi": 5})
        await place(world, Keyring(bytes(32)), asked(("kopi", 2), buyer=a_buyer()), now=NOW)
    finally:
        await db.close()


@pytest.fixture
def database_url(cluster_url: str) -> str:
    """The cluster in the place of a fresh database: tests open their own shops instead."""
    return cluster_url


@pytest.fixture
async def floor(db: Database, now: datetime) -> ShopFloor:
    return await another_shop(db, now)


async def another_shop(db: Database, now: datetime) -> ShopFloor:
    """A shop nobody else has touched."""

    async def opening(tx: Tx) -> Shop:
        return await open_shop(tx, code=f"toko-{uuid4().hex[:12]}", name="Toko Uji", now=now)

    shop = await db.run(Caller(ALL_SHOPS, "system:test"), opening)
    return ShopFloor(db, shop, Caller(shop.shop_id, "staff:test"))


def _empty(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        names = [
            name
            for (name,) in connection.execute(
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
                " AND relowner = current_user::regrole"
            ).fetchall()
        ]
        for name in names:
            connection.execute(f'DROP TABLE IF EXISTS "{name}" CASCADE'.encode())
        for kind, name in connection.execute(_LEFT).fetchall():
            connection.execute(f"DROP {kind} IF EXISTS {name} CASCADE".encode())


_LEFT = """
SELECT CASE prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, oid::regprocedure::text
FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proowner = current_user::regrole
UNION ALL
SELECT 'TYPE', pg_type.oid::regtype::text FROM pg_type
LEFT JOIN pg_class ON pg_class.oid = typrelid
WHERE typnamespace = 'public'::regnamespace AND (typtype = 'e' OR relkind = 'c')
  AND typowner = current_user::regrole
"""

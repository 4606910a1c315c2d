"""The database for tests: one throw-away PostgreSQL per run, one database with nothing but the schema per test.

`ORDERAN_TEST_DATABASE_URL` names another server to use: a role that may create databases.
"""

import gc
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, LiteralString, cast

import hypothesis
import pytest
from argon2 import PasswordHasher

from backends import StayingPool
from databases import Databases, Server, a_template, quick_logins
from longest_first import longest_first
from orderan.access import passwords
from orderan.kit import db as kit_db
from orderan.kit.crypto import Keyring
from orderan.kit.db import ALL_SHOPS, Caller, Database, Tx
from orderan.kit.postgres import ephemeral
from orderan.shops import Shop, open_shop

# What holds is asked, not how fast a busy machine finds it out.
hypothesis.settings.register_profile("orderan", deadline=None)
hypothesis.settings.load_profile("orderan")

NOW = datetime(2026, 11, 11, 4, 0, tzinfo=UTC)
KEYRING = Keyring(b"0123456789abcdef0123456789abcdef")
SLOW_HASHER = passwords._hasher
"""How the product hashes passwords; tests hash faster."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    longest_first(items)


def pytest_collection_finish() -> None:
    # The modules and tests that are there now stay to the end: looking through them for garbage takes half a
    # second every few tests.
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server to make databases on."""
    if given := os.environ.get("ORDERAN_TEST_DATABASE_URL"):
        yield Server(given, None)
        return
    with ephemeral(Path(tmp_path_factory.mktemp("postgres"))) as embedded:
        made = Server(embedded.url, embedded.superuser_url())
        quick_logins(made)
        yield made


@pytest.fixture(scope="session", autouse=True)
def quick() -> Iterator[None]:
    """Without what takes long on purpose or for the sake of a long life: tests sign in and connect by the thousand."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        patch.setattr(kit_db, "AsyncConnectionPool", StayingPool)
        yield


@pytest.fixture(scope="session")
def server_url(server: Server) -> str:
    return server.url


@pytest.fixture(scope="session")
def template(server: Server) -> Iterator[str]:
    """The name of a migrated database to copy."""
    with a_template(server) as name:
        yield name


@pytest.fixture(scope="session")
def databases(server: Server, template: str) -> Iterator[Databases]:
    """Gives out databases that hold the schema and no row."""
    pool = Databases(server, template)
    yield pool
    pool.close()


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """A database with nothing in it; a test that asks for it has real commits."""
    with databases.one() as url:
        yield url


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, min_size=1, max_size=20)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
def keyring() -> Keyring:
    return KEYRING


@pytest.fixture
def now() -> datetime:
    return NOW


@dataclass(frozen=True)
class ShopFloor:
    """A shop to act in: short ways to run a command and to look at rows."""

    db: Database
    shop: Shop
    caller: Caller

    async def run(self, work: Any) -> Any:
        """Run a command in a transaction of the shop."""
        return await self.db.run(self.caller, work)

    async def all(self, sql: LiteralString, **params: Any) -> list[Any]:
        async def read(tx: Tx) -> list[Any]:
            return await tx.all(sql, params | {"shop": self.shop.shop_id})

        return cast("list[Any]", await self.db.run(self.caller, read))

    async def value(self, sql: LiteralString, **params: Any) -> Any:
        return (await self.all(sql, **params))[0][0]


async def a_floor(db: Database, now: datetime) -> ShopFloor:
    async def opening(tx: Tx) -> Shop:
        return await open_shop(tx, code="toko", name="Toko Uji", now=now)

    shop = await db.run(Caller(ALL_SHOPS, "system:test"), opening)
    return ShopFloor(db, shop, Caller(shop.shop_id, "staff:test"))


@pytest.fixture
async def floor(db: Database, now: datetime) -> ShopFloor:
    """A shop that was just opened, with nothing in it."""
    return await a_floor(db, now)

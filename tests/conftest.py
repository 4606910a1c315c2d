"""The database for tests: one throw-away PostgreSQL per run, one fresh copy of the schema per test.

`ORDERAN_TEST_DATABASE_URL` names another server to use: a role that may create databases.
"""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, LiteralString, cast
from uuid import uuid4

import hypothesis
import psycopg
import pytest
from psycopg import conninfo

from orderan.kit.crypto import Keyring
from orderan.kit.db import ALL_SHOPS, Caller, Database, Tx
from orderan.kit.migrations import migrate
from orderan.kit.postgres import ephemeral
from orderan.shops import Shop, open_shop

# What holds is asked, not how fast a busy machine finds it out.
hypothesis.settings.register_profile("orderan", deadline=None)
hypothesis.settings.load_profile("orderan")

NOW = datetime(2026, 11, 11, 4, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server to make databases on."""
    if given := os.environ.get("ORDERAN_TEST_DATABASE_URL"):
        yield given
        return
    with ephemeral(Path(tmp_path_factory.mktemp("postgres"))) as server:
        yield server.url


@pytest.fixture(scope="session")
def template(server_url: str) -> Iterator[str]:
    """A migrated database to copy."""
    name = f"template_{uuid4().hex[:12]}"
    _on(server_url, f"CREATE DATABASE {name}")
    migrate(_named(server_url, name))
    yield name
    _drop(server_url, name)


@contextmanager
def fresh_database(server_url: str, template: str) -> Iterator[str]:
    """A database with the schema and nothing in it."""
    name = f"test_{uuid4().hex[:12]}"
    _on(server_url, f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield _named(server_url, name)
    finally:
        _drop(server_url, name)


@pytest.fixture
def database_url(server_url: str, template: str) -> Iterator[str]:
    """A fresh database; a test that asks for it has real commits."""
    with fresh_database(server_url, template) as url:
        yield url


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, min_size=1, max_size=20)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
def keyring() -> Keyring:
    return Keyring(b"0123456789abcdef0123456789abcdef")


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


def _named(url: str, database: str) -> str:
    return conninfo.make_conninfo(url, dbname=database)


def _drop(server_url: str, name: str) -> None:
    """Without force the server ends its own vacuuming there; with force it asks whether we may, and we may not."""
    try:
        _on(server_url, f"DROP DATABASE {name}")
    except psycopg.errors.ObjectInUse:
        _on(server_url, f"DROP DATABASE {name} WITH (FORCE)")


def _on(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())

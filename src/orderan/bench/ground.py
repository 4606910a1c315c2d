"""Ground to measure on: a throw-away durable server, a shop, a web process of its own."""

import asyncio
import base64
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import psycopg

from orderan.access import Permission, add_staff, hashed, make_key, open_session
from orderan.bench.wares import stock_shop
from orderan.kit.crypto import Keyring
from orderan.kit.db import ALL_SHOPS, Caller, Database, Tx
from orderan.kit.migrations import migrate
from orderan.kit.postgres import EmbeddedPostgres, ephemeral
from orderan.kit.postgres.processes import end_with_parent
from orderan.shops import Shop, open_shop

STARTED_S = 60.0
MASTER_KEY = b"bench" * 6 + b"be"


@dataclass(frozen=True)
class Ground:
    """A migrated database with one stocked shop and a key that may place and read orders in it."""

    url: str
    shop: Shop
    key: str
    skus: list[UUID]


@contextmanager
def server() -> Iterator[str]:
    """A durable PostgreSQL for the time of a benchmark; its files are gone afterwards."""
    with ephemeral(fast=False) as running:
        migrate(running.url)
        yield running.url


@contextmanager
def bare_server() -> Iterator[EmbeddedPostgres]:
    """A durable PostgreSQL without a schema, for a benchmark that wants several databases."""
    with ephemeral(fast=False) as running:
        yield running


def keyring() -> Keyring:
    """The keys of every web process of a benchmark."""
    return Keyring(MASTER_KEY)


def prepared(url: str, *, skus: int, units: int) -> Ground:
    """Open a shop on a migrated database: `skus` skus with `units` each at one warehouse."""
    return asyncio.run(_prepare(url, skus, units))


async def _prepare(url: str, skus: int, units: int) -> Ground:
    db = Database(url, min_size=1, max_size=2)
    await db.open()
    now = datetime.now(UTC)
    code = f"bench-{random.randrange(10**9)}"  # noqa: S311 - a name, not a secret

    async def opening(tx: Tx) -> Shop:
        return await open_shop(tx, code=code, name="Bench", now=now)

    try:
        shop = await db.run(Caller(ALL_SHOPS, "system:bench"), opening)

        async def stocking(tx: Tx) -> tuple[list[UUID], str]:
            made = await stock_shop(tx, skus=skus, units=units, now=now)
            _, secret = await make_key(tx, name="bench", permissions=_MAY, now=now)
            return made, secret

        made, secret = await db.run(Caller(shop.shop_id, "system:bench"), stocking)
        return Ground(url, shop, secret, made)
    finally:
        await db.close()


@asynccontextmanager
async def opened(ground: Ground) -> AsyncIterator[Database]:
    """Connections for whoever works in this process."""
    db = Database(ground.url, min_size=2, max_size=8)
    await db.open()
    try:
        yield db
    finally:
        await db.close()


def grown_up(running: EmbeddedPostgres) -> None:
    """Let files of the log be written again, as they are on a server that has run for a quarter of an hour.

    One that is younger makes each of them anew, and every commit waits for it meanwhile.
    """
    with psycopg.connect(running.superuser_url(), autocommit=True) as connection:
        connection.execute("CHECKPOINT")


def know_sizes(url: str) -> None:
    """Gather statistics now, as the server does by itself within a minute of a shop's life.

    A benchmark's shop is younger than that, and plans made for empty tables would be measured.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ANALYZE")


_MAY = (Permission.ORDERS_WRITE, Permission.ORDERS_READ)


def signed_in(ground: Ground) -> str:
    """The session token of an owner who has just signed in."""
    return asyncio.run(_sign_in(ground))


async def _sign_in(ground: Ground) -> str:
    db = Database(ground.url, min_size=1, max_size=2)
    await db.open()
    now = datetime.now(UTC)
    password_hash = await hashed("a benchmark's password")

    async def signing(tx: Tx) -> str:
        staff = await add_staff(
            tx,
            email="owner@bench.test",
            name="Owner",
            roles=["owner"],
            password_hash=password_hash,
            keyring=keyring(),
            now=now,
        )
        return await open_session(tx, staff.id, address="127.0.0.1", browser="bench", now=now)

    try:
        return await db.run(Caller(ground.shop.shop_id, "system:bench"), signing)
    finally:
        await db.close()


@dataclass(frozen=True)
class Web:
    """Web processes that answer on one port of their own."""

    port: int


@contextmanager
def web(url: str, *, processes: int = 1) -> Iterator[Web]:
    """Web processes against a database, sharing a socket as under `orderan serve`; stopped afterwards."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=2048))
        fd, port = listener.fileno(), listener.getsockname()[1]
        for _ in range(processes):
            process = stack.enter_context(_process(url, "web", "--fd", str(fd), keeps=(fd,)))
            _until_ready(port, process)
        yield Web(port)


@contextmanager
def worker(url: str) -> Iterator[None]:
    """The worker beside them, as under `orderan serve`; stopped afterwards.

    Raises:
        DidNotStart: It ended before it was told to.
    """
    with _process(url, "worker") as process:
        yield
        if process.poll() is not None:
            raise DidNotStart(f"exit code {process.returncode}")


def worked_off(url: str) -> bool:
    """Whether every fact has its position and every consumer has seen it."""
    with psycopg.connect(url) as connection:
        connection.execute("SET orderan.shop = '0'")
        row = connection.execute(
            """
            SELECT NOT EXISTS (SELECT FROM event WHERE position IS NULL)
               AND NOT EXISTS (SELECT FROM event_cursor JOIN event_head USING (shop_id)
                               WHERE event_cursor.position < event_head.position)
            """
        ).fetchone()
    return bool(row and row[0])


@contextmanager
def _process(url: str, *arguments: str, keeps: tuple[int, ...] = ()) -> Iterator["subprocess.Popen[bytes]"]:
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "ORDERAN_DATABASE_URL": url,
            "ORDERAN_MASTER_KEY": base64.b64encode(MASTER_KEY).decode(),
            "ORDERAN_DATA_DIR": folder,
            "ORDERAN_LOG_LEVEL": "warning",
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "orderan", *arguments],
            env=environment,
            cwd=folder,
            pass_fds=keeps,
            start_new_session=True,
            preexec_fn=end_with_parent(signal.SIGTERM),  # noqa: PLW1509 - it calls nothing but prctl
        )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


class DidNotStart(Exception):
    """A process ended or did not answer in time."""


def _until_ready(port: int, process: "subprocess.Popen[bytes]") -> None:
    waited = 0.0
    while waited < STARTED_S:
        if process.poll() is not None:
            raise DidNotStart(f"exit code {process.returncode}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            try:
                process.wait(0.1)
            except subprocess.TimeoutExpired:
                waited += 0.1
    raise DidNotStart(f"no answer after {STARTED_S:.0f} s")

"""A whole installation as a subprocess, and clients that never give up on an order."""

import asyncio
import http.client
import json
import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from conftest import ShopFloor
from given import a_shop
from orderan.access import Permission, make_key
from orderan.kit.db import ALL_SHOPS, Caller, Database, Tx
from orderan.kit.postgres import EmbeddedPostgres
from orderan.kit.postgres.layout import Layout
from orderan.kit.postgres.processes import postmaster_pid, wait_until
from orderan.shops import Shop, open_shop

SRC = Path(__file__).parents[2] / "src"
START_PATIENCE_S = 90


@dataclass(frozen=True)
class Site:
    """One `orderan serve`, its folder and port."""

    folder: Path
    port: int
    process: "subprocess.Popen[bytes]"
    log: Path

    @property
    def database_url(self) -> str:
        return EmbeddedPostgres(self.folder).url

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """One request on a connection of its own; OSError or HTTPException when it breaks."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, told, answer.read()
        finally:
            connection.close()

    def ready(self) -> bool:
        try:
            return self.ask("GET", "/health/ready")[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def pids(self, part: str) -> list[int]:
        """Live processes of a part: `web`, `worker`, or `postgres` (its postmaster)."""
        if part == "postgres":
            pid = postmaster_pid(Layout(self.folder).cluster)
            return [pid] if pid is not None else []
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    words = (entry / "cmdline").read_bytes().split(b"\0")
                    parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                except (OSError, IndexError):
                    continue
                if parent == self.process.pid and part.encode() in words:
                    found.append(int(entry.name))
        return found

    def audit(self) -> tuple[int, dict[str, Any]]:
        done = subprocess.run(
            [sys.executable, "-m", "orderan", "audit", "--json"],
            env=environment(self.folder, self.port),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout)


def environment(folder: Path, port: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ORDERAN_")}
    return kept | {
        "PYTHONPATH": str(SRC),
        "ORDERAN_DATA_DIR": str(folder),
        "ORDERAN_PORT": str(port),
        "ORDERAN_WEB_PROCESSES": "2",
        "ORDERAN_LOG_FORMAT": "json",
    }


@contextmanager
def serving(folder: Path, *, log: Path | None = None) -> Iterator[Site]:
    """`orderan serve` on a folder until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    log = log or folder.parent / f"{folder.name}.log"
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "orderan", "serve"], env=environment(folder, port), stdout=out, stderr=out
        )
    site = Site(folder, port, process, log)
    try:
        assert wait_until(lambda: site.ready() or process.poll() is not None, START_PATIENCE_S), "not ready"
        assert process.poll() is None, log.read_text()[-3000:]
        yield site
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def open_for_business(
    site: Site,
    *,
    stock: dict[str, int],
    permissions: Sequence[Permission] = (Permission.ORDERS_READ, Permission.ORDERS_WRITE),
) -> str:
    """A shop with stock on the site's database; returns an API key of it."""
    return a_key_of_a_shop(site.database_url, stock=stock, permissions=permissions)


def a_key_of_a_shop(database_url: str, *, stock: dict[str, int], permissions: Sequence[Permission]) -> str:
    """An API key of a new shop with stock."""

    async def build() -> str:
        now = datetime.now(UTC)
        db = Database(database_url, min_size=1, max_size=2)
        await db.open()
        try:

            async def opening(tx: Tx) -> Shop:
                return await open_shop(tx, code=f"toko-{secrets.token_hex(4)}", name="Toko Uji", now=now)

            shop = await db.run(Caller(ALL_SHOPS, "system:test"), opening)
            floor = ShopFloor(db, shop, Caller(shop.shop_id, "staff:test"))
            await a_shop(floor, now, stock=stock)

            async def keyed(tx: Tx) -> str:
                return (await make_key(tx, name="uji", permissions=permissions, now=now))[1]

            key: str = await floor.run(keyed)
            return key
        finally:
            await db.close()

    return asyncio.run(build())


@dataclass
class Buyers:
    """Clients that send an order under a key until they are told what became of it.

    Attributes:
        asked: The order each key came with first.
        acknowledged: What each key was told, once it was told: status and body.
        setbacks: Every answer that was not final, for the test to judge.
    """

    site: Site
    key: str
    skus: tuple[str, ...]
    lines: int = 2
    asked: dict[str, dict[str, Any]] = field(default_factory=dict)
    acknowledged: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    setbacks: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    broken: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)
    _moved: threading.Condition = field(default_factory=threading.Condition)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self, count: int) -> None:
        for number in range(count):
            thread = threading.Thread(target=self._shop, args=(number,), daemon=True)
            thread.start()
            self._threads.append(thread)

    def finish(self) -> None:
        """No new orders; what was begun is seen to its end."""
        self._stop.set()
        for thread in self._threads:
            thread.join(120)
            assert not thread.is_alive(), "a buyer was never answered"

    def wait_for(self, more: int, *, patience_s: float) -> bool:
        """Until so many more orders were answered."""
        with self._moved:
            wanted = len(self.acknowledged) + more
            return self._moved.wait_for(lambda: len(self.acknowledged) >= wanted, patience_s)

    def _shop(self, number: int) -> None:
        dice = random.Random(number)
        turn = 0
        while not self._stop.is_set():
            turn += 1
            name = f"{number}-{turn}"
            lines = [
                {"sku": dice.choice(self.skus), "quantity": dice.randint(1, 2)} for _ in range(self.lines)
            ]
            terms = dice.choice(["prepaid", "cod"])
            self.buy(name, {"channel": "web", "external_id": name, "terms": terms, "lines": lines})

    def buy(self, name: str, order: dict[str, Any]) -> tuple[int, bytes]:
        self.asked.setdefault(name, order)
        body = json.dumps(order).encode()
        headers = {
            "authorization": f"Bearer {self.key}",
            "content-type": "application/json",
            "idempotency-key": name,
        }
        while True:
            try:
                status, told, answer = self.site.ask("POST", "/api/v1/orders", body, headers)
            except (OSError, http.client.HTTPException):
                self.broken += 1
            else:
                if status < 500:
                    with self._moved:
                        self.acknowledged[name] = (status, answer)
                        self._moved.notify_all()
                    return status, answer
                self.setbacks.append((status, told, answer))
            # What Retry-After asks of a polite client, shortened so that the test is not about patience.
            threading.Event().wait(0.1)

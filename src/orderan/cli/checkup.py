"""The examinations of `orderan doctor`, from the machine up to the data."""

import os
import shutil
import socket
import stat
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

import psycopg

from orderan.cli.areas import areas_are_current, run_over_all_shops
from orderan.cli.edge import database_url
from orderan.flows.worker_backlog import facts_waiting_since
from orderan.kit import masterkey, migrations, topology
from orderan.kit.installation import check_key
from orderan.kit.masterkey import MasterKeyRefused
from orderan.kit.migrations import NewerDatabase
from orderan.kit.postgres import AlreadyRunning, EmbeddedPostgres, NoBinaries, PostgresFault, find_binaries
from orderan.settings import Settings

OLDEST_PYTHON = (3, 11)
OLDEST_SERVER = 150_000
LITTLE_BYTES = 2 << 30
TOO_LITTLE_BYTES = 200 << 20
CLOCK_TOLERANCE_S = 2.0
# A worker looks every second; a fact that waits so long has nobody who looks.
BEHIND_S = 60.0
# PostgreSQL brings out minor releases every quarter; two missed ones are likely to hold known holes.
OLD_AFTER_DAYS = 200
# No file in the wheel tells its age, so the day it was published stands here: change it with the lock.
PUBLISHED = {"18.6": date(2026, 9, 7)}
# End of support per major version. Source: the PostgreSQL project's versioning policy.
LAST_FIX = {
    15: date(2027, 11, 11),
    16: date(2028, 11, 9),
    17: date(2029, 11, 8),
    18: date(2030, 11, 14),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One examined thing: its state, what was found, and what to do when it is not well."""

    check: str
    state: Literal["ok", "warning", "broken", "skipped"]
    words: str
    mend: str | None = None


def examine(settings: Settings) -> Iterator[Finding]:
    """Every check, in the order in which one would mend them."""
    yield _python()
    yield _data_folder(settings.data_dir)
    yield _disk(settings.data_dir)
    yield _port(settings)
    if settings.database.embedded:
        yield _binaries(settings)
        yield _leftovers(settings)
    yield from _database(settings)


def _python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info[:2] < OLDEST_PYTHON:
        return Finding("python", "broken", version, "install Python 3.11 or newer and run `make install`")
    return Finding("python", "ok", version)


def _data_folder(folder: Path) -> Finding:
    if not folder.exists():
        return Finding("data folder", "ok", f"{folder} does not exist yet; the first start makes it")
    if not os.access(folder, os.W_OK | os.X_OK):
        mend = f"run as its owner (user id {folder.stat().st_uid}), or set ORDERAN_DATA_DIR"
        return Finding("data folder", "broken", f"{folder} cannot be written by this user", mend)
    if folder.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        mend = f"chmod go-w {folder}"
        return Finding("data folder", "broken", f"{folder} can be written by other users", mend)
    return Finding("data folder", "ok", str(folder))


def _disk(folder: Path) -> Finding:
    place = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free = shutil.disk_usage(place).free
    words = f"{free / (1 << 30):.1f} GiB free"
    if free < TOO_LITTLE_BYTES:
        return Finding("disk", "broken", words, f"make room on the disk of {place}: orders are refused soon")
    if free < LITTLE_BYTES:
        return Finding("disk", "warning", words, f"make room on the disk of {place}")
    return Finding("disk", "ok", words)


def _port(settings: Settings) -> Finding:
    host, port = settings.web.host, settings.web.port
    try:
        with socket.create_connection((host if host != "0.0.0.0" else "127.0.0.1", port), timeout=1):  # noqa: S104
            pass
    except OSError:
        return Finding("port", "ok", f"{host}:{port} is free")
    from orderan.kit.postgres.lock import holder, is_held

    lock = settings.data_dir / "serve.lock"
    if is_held(lock):
        pid, _ = holder(lock)
        return Finding("port", "ok", f"{host}:{port} is served by Orderan, process {pid}")
    mend = "stop the program that uses it, or set ORDERAN_PORT"
    return Finding("port", "warning", f"{host}:{port} is used by another program", mend)


def _binaries(settings: Settings) -> Finding:
    try:
        found = find_binaries(settings.database.bin_dir)
    except NoBinaries as error:
        return Finding("PostgreSQL programs", "broken", str(error), "run `make install`")
    words = f"PostgreSQL {found.text} ({found.origin}) in {found.bin_dir}"
    mend = "update the package (`make lock install`), or use a server that is kept up (ORDERAN_DATABASE_URL)"
    today = datetime.now(UTC).date()
    if (last := LAST_FIX.get(found.major)) is not None and today > last:
        return Finding("PostgreSQL programs", "warning", f"{words}, without fixes since {last}", mend)
    if (published := PUBLISHED.get(found.text)) is not None:
        age_days = (today - published).days
        words = f"{words}, {age_days} days old"
        if age_days > OLD_AFTER_DAYS:
            return Finding("PostgreSQL programs", "warning", words, mend)
    return Finding("PostgreSQL programs", "ok", words)


def _leftovers(settings: Settings) -> Finding:
    status = EmbeddedPostgres(settings.data_dir, bin_dir=settings.database.bin_dir).status()
    if status.state == "orphaned":
        words = f"server processes without a supervisor: {', '.join(str(pid) for pid in status.pids)}"
        return Finding("leftover processes", "warning", words, "the next `orderan serve` ends them")
    if status.state == "running":
        return Finding("leftover processes", "ok", f"none; process {status.owner_pid} runs the database")
    return Finding("leftover processes", "ok", "none")


def _database(settings: Settings) -> Iterator[Finding]:
    if settings.database.embedded and not (settings.data_dir / "postgres" / "cluster").exists():
        yield Finding("database", "ok", "not made yet; the first start makes it")
        yield _key_file(settings)
        return
    try:
        with (
            database_url("orderan doctor", settings) as url,
            psycopg.connect(url, autocommit=True) as database,
        ):
            yield _server(database)
            yield (schema := _schema(database))
            yield _key(settings, database)
            if schema.state != "broken":
                yield _guards(database)
                yield _areas(url)
                yield _worker(url)
            yield _clock(database)
    except (PostgresFault, AlreadyRunning) as error:
        yield Finding("database", "broken", " ".join(str(error).split()), "see above; then `orderan serve`")
    except psycopg.OperationalError as error:
        mend = "start that server, or correct ORDERAN_DATABASE_URL (address, user, password)"
        yield Finding("database", "broken", " ".join(str(error).split()), mend)


def _server(database: psycopg.Connection[Any]) -> Finding:
    version = database.info.server_version
    words = f"reachable, PostgreSQL {version // 10_000}.{version % 10_000}"
    if version < OLDEST_SERVER:
        return Finding("database", "broken", words, "use PostgreSQL 15 or newer")
    row = database.execute(
        "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    if row is not None and row[0]:
        mend = (
            "connect as a role without SUPERUSER and BYPASSRLS, or shops are kept apart by our queries alone"
        )
        return Finding(
            "database", "warning", f"{words}, as a role that row-level security does not hold", mend
        )
    return Finding("database", "ok", words)


def _schema(database: psycopg.Connection[Any]) -> Finding:
    try:
        migrations.refuse_newer(database)
    except NewerDatabase as error:
        mend = "install that release: this one would misread what it wrote"
        return Finding("migrations", "broken", f"the database is of a newer release ({error})", mend)
    if waiting := migrations.pending(database):
        mend = "run `orderan migrate`; `orderan serve` does it too"
        return Finding("migrations", "broken", f"{len(waiting)} wait, first {waiting[0]}", mend)
    if later := migrations.pending(database, post=True):
        mend = "run `orderan migrate --post` once no older release runs"
        return Finding("migrations", "warning", f"{len(later)} that take away wait, first {later[0]}", mend)
    return Finding("migrations", "ok", "none wait")


def _guards(database: psycopg.Connection[Any]) -> Finding:
    bare = [one.name for one in topology.tables(database) if one.home == "distributed" and not one.guarded]
    if bare:
        words = f"shops are not kept apart in {len(bare)} tables, first {bare[0]}"
        return Finding("row-level security", "broken", words, "run `orderan migrate`")
    return Finding("row-level security", "ok", "on for every table of shops")


def _areas(url: str) -> Finding:
    if not areas_are_current(url):
        mend = "run `orderan migrate`; `orderan serve` does it too"
        return Finding("areas", "warning", "the list of this release was not loaded", mend)
    return Finding("areas", "ok", "the list of this release is loaded")


def _worker(url: str) -> Finding:
    since = run_over_all_shops(url, facts_waiting_since)
    behind_s = (datetime.now(UTC) - since).total_seconds() if since is not None else 0.0
    if behind_s > BEHIND_S:
        words = f"it is behind: a fact waits for its place since {behind_s:.0f} s"
        mend = "start `orderan serve` or `orderan worker`; if it runs, its log says what fails"
        return Finding("worker", "warning", words, mend)
    return Finding("worker", "ok", "not behind")


def _key_file(settings: Settings) -> Finding:
    file = settings.secrets.master_key_file
    if settings.secrets.master_key is None and not file.exists():
        return Finding("master key", "ok", "not made yet; the first start makes it")
    return Finding("master key", "ok", "present; keep a copy of it in another place")


def _key(settings: Settings, database: psycopg.Connection[Any]) -> Finding:
    try:
        key = masterkey.obtain(
            settings.secrets.master_key_file, given=settings.secrets.master_key, create=False
        )
        check_key(database, key)
    except MasterKeyRefused as error:
        return Finding("master key", "broken", str(error), "put the right key in place from your copy")
    return Finding("master key", "ok", "present and right; keep a copy of it in another place")


def _clock(database: psycopg.Connection[Any]) -> Finding:
    before = time.time()
    row = database.execute("SELECT extract(epoch FROM clock_timestamp())::float8").fetchone()
    if row is None:
        raise AssertionError("a SELECT without FROM gives a row")
    apart_s = abs(float(row[0]) - (before + time.time()) / 2)
    words = f"{apart_s:.1f} s apart from the database's"
    if apart_s > CLOCK_TOLERANCE_S:
        return Finding("clock", "warning", words, "set both clocks by NTP; expiry times depend on them")
    if datetime.now(UTC).year < 2026:
        return Finding("clock", "broken", f"it is {datetime.now(UTC):%Y-%m-%d} here", "set the clock")
    return Finding("clock", "ok", words)

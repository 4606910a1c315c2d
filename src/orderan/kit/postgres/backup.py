"""Backup and restore: one file, refused where it would not fit, never half applied.

The file is a ZIP of two members, so that a person can look inside: `database.dump` in pg_dump's custom
format, and `manifest.json` with the fingerprint of the master key its personal data is sealed with. The
key itself is never in it: whoever finds a backup cannot read personal data.

A restore fills a new database beside the old one and changes places at the end: when it fails half-way
the old one is as it was.
"""

import json
import os
import subprocess
import threading
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg import pq, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from orderan.kit.migrations import shipped
from orderan.kit.postgres.binaries import Binaries
from orderan.kit.postgres.errors import PostgresFault

FORMAT = "orderan-backup-1"
NO_BACKUP = "is no backup made by `orderan db backup`, or it is damaged"
CHUNK = 1 << 20
DRAFT_SUFFIX = "_restoring"
REPLACED_SUFFIX = "_replaced"


class BackupRefused(PostgresFault):
    """A backup or restore was not done; the message says why. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says about itself.

    Attributes:
        migrations: How many files the database had; `files` are their names, which older backups lack.
    """

    format: str
    made_at: str
    release: str
    server_version: str
    master_key_fingerprint: str
    migrations: int
    files: Sequence[str] = ()


def backup(
    url: str,
    file: Path,
    *,
    binaries: Binaries,
    key_fingerprint: str,
    release: str,
    now: datetime,
    tell: Callable[[int], None] = lambda _size: None,
) -> Manifest:
    """Write one consistent backup while everything keeps running.

    Args:
        url: libpq URL of a role that may read every row.
        file: Where to; must not exist. It appears whole or not at all, readable by us alone.
        tell: Called with the size of each piece written, in bytes.

    Raises:
        BackupRefused: The file exists, the role is kept from rows, or pg_dump fails.
    """
    if file.exists():
        raise BackupRefused(f"{file} exists already; choose another name")
    with psycopg.connect(url, autocommit=True) as connection:
        _require_all_rows(connection)
        manifest = Manifest(
            format=FORMAT,
            made_at=now.isoformat(),
            release=release,
            server_version=str(_value(connection, "SHOW server_version")),
            master_key_fingerprint=key_fingerprint,
            migrations=len(files := _migrations_in(connection)),
            files=files,
        )
    draft = file.with_name(f"{file.name}.unfinished")
    draft.unlink(missing_ok=True)
    try:
        descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w+b") as out:
            with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
                with archive.open("database.dump", "w", force_zip64=True) as member:
                    _dump(url, binaries, member, tell)
                archive.writestr("manifest.json", json.dumps(asdict(manifest), indent=2))
            out.flush()
            os.fsync(out.fileno())
        draft.rename(file)
    except OSError as error:
        raise BackupRefused(f"cannot write {file}: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)
    return manifest


def manifest_of(file: Path) -> Manifest:
    """What a backup file says about itself.

    Raises:
        BackupRefused: There is no such file, or it is no backup of ours.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            told = json.loads(archive.read("manifest.json"))
        found = told.get("format")
    except FileNotFoundError:
        raise BackupRefused(f"there is no file {file}") from None
    except (zipfile.BadZipFile, KeyError, AttributeError, json.JSONDecodeError) as error:
        raise BackupRefused(f"{file} {NO_BACKUP}") from error
    if found != FORMAT:
        raise BackupRefused(f"{file} has the format {found!r}; this release reads {FORMAT}")
    try:
        return Manifest(**told)
    except TypeError as error:
        raise BackupRefused(f"{file} {NO_BACKUP}") from error


def restore(
    admin_url: str,
    file: Path,
    *,
    binaries: Binaries,
    owner: str,
    key_fingerprint: str,
    replace: bool,
    tell: Callable[[int], None] = lambda _size: None,
) -> Manifest:
    """Put a backup in the place of a database.

    Args:
        admin_url: libpq URL of the database to fill, as a role that may create databases.
        owner: Role that owns the schema afterwards.
        key_fingerprint: Of the master key in use here.
        replace: Give up what the database holds now.
        tell: Called with the size of each piece read, in bytes.

    Raises:
        BackupRefused: Another master key, a newer release, a database that is in use or holds something (without
            `replace`), a damaged file, or pg_restore fails. The database is as it was.
    """
    manifest = manifest_of(file)
    if manifest.master_key_fingerprint != key_fingerprint:
        raise BackupRefused(
            f"{file} was sealed with another master key (fingerprint {manifest.master_key_fingerprint}, here"
            f" {key_fingerprint}): put that key in place first, or its personal data could never be read"
        )
    known = {migration.name for migration in shipped()}
    if manifest.migrations > len(known) or not known.issuperset(manifest.files):
        raise BackupRefused(f"{file} is of a newer release ({manifest.release}): install that one first")
    name = str(conninfo_to_dict(admin_url)["dbname"])
    draft, replaced = f"{name}{DRAFT_SUFFIX}", f"{name}{REPLACED_SUFFIX}"
    with _maintenance(admin_url) as server:
        _finish_interrupted(server, name, replaced)
    _require_room(admin_url, name, replace=replace)
    with _maintenance(admin_url) as server:
        for leftover in (draft, replaced):
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(leftover)))
        server.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(draft), sql.Identifier(owner))
        )
        try:
            _load(make_conninfo(admin_url, dbname=draft), binaries, file, owner, tell)
            _rename(server, name, replaced)
        except BaseException:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(draft)))
            raise
        try:
            _rename(server, draft, name)
        except BaseException:
            _rename(server, replaced, name)
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(draft)))
            raise
        server.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(replaced)))
    return manifest


def _dump(url: str, binaries: Binaries, out: IO[bytes], tell: Callable[[int], None]) -> None:
    command: list[str | Path] = [binaries.program("pg_dump"), "--format=custom", "--compress=6"]
    with subprocess.Popen(
        command, env=_libpq_environment(url), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as dump:
        if dump.stdout is None or dump.stderr is None:
            raise AssertionError("both are pipes")
        words: list[bytes] = []
        # Read beside the data, or a talkative pg_dump would wait for us while we wait for it.
        listener = threading.Thread(target=lambda pipe: words.append(pipe.read()), args=(dump.stderr,))
        listener.start()
        while piece := dump.stdout.read(CHUNK):
            out.write(piece)
            tell(len(piece))
        listener.join()
    if dump.returncode != 0:
        raise BackupRefused(f"pg_dump failed: {b''.join(words).decode(errors='replace').strip()}")


def _load(url: str, binaries: Binaries, file: Path, owner: str, tell: Callable[[int], None]) -> None:
    command: list[str | Path] = [
        binaries.program("pg_restore"),
        "--no-owner",
        "--exit-on-error",
        f"--role={owner}",
    ]
    database = str(conninfo_to_dict(url)["dbname"])
    with (
        zipfile.ZipFile(file) as archive,
        archive.open("database.dump") as member,
        subprocess.Popen(
            [*command, f"--dbname={database}"],
            env=_libpq_environment(url),
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as load,
    ):
        if load.stdin is None or load.stderr is None:
            raise AssertionError("both are pipes")
        words: list[bytes] = []
        listener = threading.Thread(target=lambda pipe: words.append(pipe.read()), args=(load.stderr,))
        listener.start()
        damaged = False
        try:
            while piece := member.read(CHUNK):
                load.stdin.write(piece)
                tell(len(piece))
            load.stdin.close()
        except BrokenPipeError:
            pass  # It ended early; its words and exit code say why.
        except zipfile.BadZipFile:
            damaged = True
            load.kill()
        listener.join()
    if damaged:
        raise BackupRefused(f"{file} is damaged: what it holds does not match its checksum")
    if load.returncode != 0:
        raise BackupRefused(f"pg_restore failed: {b''.join(words).decode(errors='replace').strip()}")


def _libpq_environment(url: str) -> dict[str, str]:
    """Connection settings as PG* variables: in the arguments everybody could read the password."""
    given = conninfo_to_dict(url)
    variables = {
        option.envvar.decode(): str(given[keyword])
        for option in pq.Conninfo.get_defaults()
        if option.envvar is not None and (keyword := option.keyword.decode()) in given
    }
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"} | variables


def _require_all_rows(connection: psycopg.Connection[Any]) -> None:
    sees_all = _value(
        connection, "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
    )
    guarded = _value(connection, "SELECT count(*) FROM pg_class WHERE relrowsecurity")
    if guarded and not sees_all:
        raise BackupRefused(
            "row-level security keeps this role from rows, so its backup would lack some: set"
            " ORDERAN_DATABASE_ADMIN_URL to a role with BYPASSRLS"
        )


def _require_room(url: str, name: str, *, replace: bool) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        others = _value(
            connection,
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend'",
        )
        tables = _value(
            connection,
            "SELECT count(*) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace"
            " WHERE relkind IN ('r', 'p') AND nspname NOT IN ('pg_catalog', 'information_schema')"
            " AND nspname NOT LIKE 'pg_toast%'",
        )
    if others:
        raise BackupRefused(f"{others} other session(s) use the database {name}: stop Orderan first")
    if tables and not replace:
        raise BackupRefused(
            f"the database {name} is not empty ({tables} tables): give --replace to lose what it holds"
        )


@contextmanager
def _maintenance(url: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection beside the database, from where it can be created and renamed."""
    with psycopg.connect(make_conninfo(url, dbname="postgres"), autocommit=True) as connection:
        yield connection


def _finish_interrupted(server: psycopg.Connection[Any], name: str, replaced: str) -> None:
    """Put back what a restore killed between its two renames had set aside: it may be all there is."""
    rows = server.execute("SELECT datname FROM pg_database WHERE datname IN (%s, %s)", [name, replaced])
    if {found for (found,) in rows.fetchall()} == {replaced}:
        _rename(server, replaced, name)


def _rename(server: psycopg.Connection[Any], name: str, new: str) -> None:
    server.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(name), sql.Identifier(new))
    )


def _migrations_in(connection: psycopg.Connection[Any]) -> list[str]:
    if not _value(connection, "SELECT to_regclass('migration') IS NOT NULL"):
        return []
    return [name for (name,) in connection.execute("SELECT name FROM migration ORDER BY name").fetchall()]


def _value(connection: psycopg.Connection[Any], query: str) -> Any:
    row = connection.execute(query.encode()).fetchone()
    return row[0] if row is not None else None

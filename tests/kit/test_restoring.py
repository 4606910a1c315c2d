"""A restore that fails leaves the database as it was, also at its very last step."""

import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from json import dumps, loads
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import conninfo

from orderan.kit.ids import new_id
from orderan.kit.postgres import backup, find_binaries
from orderan.kit.postgres.backup import BackupRefused, restore
from orderan.kit.postgres.backup import backup as write_backup

KEY = "uji"


@pytest.fixture
def filled(server_url: str) -> Iterator[str]:
    """A database with one row in it."""
    name = f"test_{new_id().hex[-12:]}"
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}".encode())
    url = conninfo.make_conninfo(server_url, dbname=name)
    with psycopg.connect(url) as database:
        database.execute("CREATE TABLE kept (n int)")
        database.execute("INSERT INTO kept VALUES (1)")
    yield url
    with psycopg.connect(server_url, autocommit=True) as server:
        for left in (name, f"{name}_restoring", f"{name}_replaced"):
            server.execute(f"DROP DATABASE IF EXISTS {left} WITH (FORCE)".encode())


def saved(url: str, file: Path) -> Path:
    write_backup(
        url,
        file,
        binaries=find_binaries(None),
        key_fingerprint=KEY,
        release="0",
        now=datetime(2026, 11, 11, tzinfo=UTC),
    )
    with psycopg.connect(url) as database:
        database.execute("UPDATE kept SET n = 2")
    return file


def put_back(url: str, file: Path) -> None:
    owner = str(conninfo.conninfo_to_dict(url)["user"])
    restore(url, file, binaries=find_binaries(None), owner=owner, key_fingerprint=KEY, replace=True)


def kept(url: str) -> int:
    with psycopg.connect(url) as database:
        row = database.execute("SELECT n FROM kept").fetchone()
    assert row is not None
    return int(row[0])


def beside(url: str) -> list[str]:
    """Databases whose names begin with this one's."""
    name = str(conninfo.conninfo_to_dict(url)["dbname"])
    with psycopg.connect(url) as database:
        rows = database.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE %s ORDER BY datname", [f"{name}%"]
        )
        return [found.removeprefix(name) for (found,) in rows.fetchall()]


def test_when_the_new_database_cannot_take_its_name_the_old_one_gets_it_back(
    filled: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = saved(filled, tmp_path / "uji.backup")
    real = backup._rename

    def fails_second(server: psycopg.Connection[Any], name: str, new: str) -> None:
        if name.endswith("_restoring"):
            raise psycopg.errors.ObjectInUse
        real(server, name, new)

    with monkeypatch.context() as broken:
        broken.setattr(backup, "_rename", fails_second)
        with pytest.raises(psycopg.errors.ObjectInUse):
            put_back(filled, file)
    assert kept(filled) == 2
    assert beside(filled) == [""]

    put_back(filled, file)
    assert kept(filled) == 1
    assert beside(filled) == [""]


def test_what_a_killed_restore_had_set_aside_is_put_back_and_not_dropped(
    filled: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = saved(filled, tmp_path / "uji.backup")
    name = str(conninfo.conninfo_to_dict(filled)["dbname"])
    with psycopg.connect(conninfo.make_conninfo(filled, dbname="postgres"), autocommit=True) as server:
        server.execute(f"ALTER DATABASE {name} RENAME TO {name}_replaced".encode())

    def fails(*_arguments: object) -> None:
        raise BackupRefused("uji")

    with monkeypatch.context() as broken:
        broken.setattr(backup, "_load", fails)
        with pytest.raises(BackupRefused, match="uji"):
            put_back(filled, file)

    assert kept(filled) == 2
    assert beside(filled) == [""]


def test_a_backup_with_a_file_this_release_does_not_know_is_refused(filled: str, tmp_path: Path) -> None:
    file = saved(filled, tmp_path / "uji.backup")
    newer = tmp_path / "newer.backup"
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(newer, "w") as target:
        for member in source.namelist():
            content = source.read(member)
            if member == "manifest.json":
                told = loads(content) | {"migrations": 1, "files": ["0999_pre_later.sql"], "release": "9.9"}
                content = dumps(told).encode()
            target.writestr(member, content)

    with pytest.raises(BackupRefused, match=r"is of a newer release \(9\.9\)"):
        put_back(filled, newer)
    assert kept(filled) == 2


@pytest.mark.parametrize("manifest", [b"[]", b"7", b'{"format": "orderan-backup-1"}', b"{"])
def test_a_backup_whose_manifest_is_none_is_refused(filled: str, tmp_path: Path, manifest: bytes) -> None:
    file = tmp_path / "bent.backup"
    with zipfile.ZipFile(file, "w") as target:
        target.writestr("manifest.json", manifest)

    with pytest.raises(BackupRefused, match="is no backup made by"):
        put_back(filled, file)
    assert kept(filled) == 1

"""Schema changes: numbered SQL files, applied once, one statement at a time.

`NNNN_pre_*.sql` only adds and may run before new code; `NNNN_post_*.sql` takes away and runs
when it is asked for, once no old code is left. A new database has no old code. Each statement is its
own transaction (a distributed PostgreSQL wants that) under a lock timeout; the number of statements
done is kept, so an interrupted file goes on where it stopped. A file that changed after it was
applied is refused, and so is a database of a newer release.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Any

import psycopg

from orderan.kit import topology

LOCK = 7_203_114_090_211
LOCK_TIMEOUT_S = 5
"""Whoever waits for a table's lock keeps everybody after it waiting too."""
_INCLUDE = re.compile(r"^-- include: (?P<package>[\w.]+?)/(?P<path>\S+)$", re.MULTILINE)


class ChangedMigration(Exception):
    """A file that was applied has other contents now; write a new file instead."""


class NewerDatabase(Exception):
    """The database was brought up by a newer release; this one would misread it."""


@dataclass(frozen=True)
class Migration:
    """One file: its name and the statements in it."""

    name: str
    statements: tuple[str, ...]

    @property
    def is_post(self) -> bool:
        """Whether it takes something away that older code still uses."""
        return "_post_" in self.name

    @property
    def checksum(self) -> str:
        return hashlib.sha256("\n".join(self.statements).encode()).hexdigest()


def shipped() -> list[Migration]:
    """The migrations of this release, in order."""
    folder = resources.files("orderan.migrations")
    files = sorted(file.name for file in folder.iterdir() if file.name.endswith(".sql"))
    return [Migration(name, tuple(split(_expanded((folder / name).read_text())))) for name in files]


def pending(connection: psycopg.Connection[Any], *, post: bool = False) -> list[str]:
    """Names of shipped files that are not fully applied: those that add, or with `post` those that take away."""
    done = _done(connection)
    return [
        migration.name
        for migration in shipped()
        if migration.is_post == post and done.get(migration.name, ("", 0))[1] < len(migration.statements)
    ]


def refuse_newer(connection: psycopg.Connection[Any]) -> None:
    """Refuse a database with files this release does not know.

    Raises:
        NewerDatabase: Naming them.
    """
    if unknown := sorted(_done(connection).keys() - {migration.name for migration in shipped()}):
        raise NewerDatabase(", ".join(unknown))


def migrate(url: str, *, post: bool = False, tell: Callable[[str], None] = lambda _name: None) -> list[str]:
    """Bring the database up to this release; two at once wait for each other.

    Args:
        url: libpq URL of a role that owns the schema.
        post: Take away, too, what this release has no use for.
        tell: Called with each file's name before it is applied.

    Returns:
        Names of the files applied now.

    Raises:
        ChangedMigration: A file differs from what was applied.
        NewerDatabase: The database has files this release does not know; nothing was changed.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            connection.execute(_TABLE)
            applied = _apply_all(connection, tell, post=post)
            # Every time: a process that died after the last statement left its tables unguarded.
            topology.guard(connection)
            return applied
        finally:
            connection.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _apply_all(connection: psycopg.Connection[Any], tell: Callable[[str], None], *, post: bool) -> list[str]:
    refuse_newer(connection)
    done = _done(connection)
    applied = []
    for migration in shipped():
        if migration.is_post and done and not post:
            continue
        checksum, statements = done.get(migration.name, (migration.checksum, 0))
        if checksum != migration.checksum:
            raise ChangedMigration(migration.name)
        if statements < len(migration.statements):
            tell(migration.name)
            _apply(connection, migration, statements)
            applied.append(migration.name)
    return applied


def _apply(connection: psycopg.Connection[Any], migration: Migration, start: int) -> None:
    for number, statement in enumerate(migration.statements[start:], start + 1):
        with connection.transaction():
            connection.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT_S}s'".encode())
            # Rows of every shop: guarded tables show the owner none without it.
            connection.execute("SET LOCAL orderan.shop = '0'")
            connection.execute(statement.encode())
            connection.execute(
                _KEEP, {"name": migration.name, "checksum": migration.checksum, "done": number}
            )


def _done(connection: psycopg.Connection[Any]) -> dict[str, tuple[str, int]]:
    if not _table_exists(connection):
        return {}
    rows = connection.execute("SELECT name, checksum, statements FROM migration").fetchall()
    return {name: (checksum, statements) for name, checksum, statements in rows}


def _table_exists(connection: psycopg.Connection[Any]) -> bool:
    row = connection.execute("SELECT to_regclass('migration') IS NOT NULL").fetchone()
    return bool(row and row[0])


def _expanded(text: str) -> str:
    def included(match: re.Match[str]) -> str:
        return (resources.files(match["package"]) / match["path"]).read_text()

    return _INCLUDE.sub(included, text)


_TOKEN = re.compile(
    r"(?P<comment>--[^\n]*|/\*.*?\*/)|(?P<dollar>\$\w*\$)|(?P<quote>'(?:[^']|'')*')|(?P<end>;)|[^;$'/-]+|.",
    re.DOTALL,
)


def split(text: str) -> Iterator[str]:
    """The statements of a script, without comments; strings and $-quoted bodies stay whole."""
    parts: list[str] = []
    position = 0
    while match := _TOKEN.match(text, position):
        position = match.end()
        if match["dollar"]:
            closing = text.index(match["dollar"], position) + len(match["dollar"])
            parts.append(text[match.start() : closing])
            position = closing
        elif match["end"]:
            if statement := "".join(parts).strip():
                yield statement
            parts = []
        elif not match["comment"]:
            parts.append(match[0])
    if statement := "".join(parts).strip():
        yield statement


_TABLE = """
CREATE TABLE IF NOT EXISTS migration (
    name text NOT NULL,
    checksum text NOT NULL,
    statements integer NOT NULL,
    applied_at timestamptz NOT NULL,
    CONSTRAINT migration_pkey PRIMARY KEY (name)
)
"""

_KEEP = """
INSERT INTO migration (name, checksum, statements, applied_at)
VALUES (%(name)s, %(checksum)s, %(done)s, now())
ON CONFLICT (name) DO UPDATE SET statements = excluded.statements
"""

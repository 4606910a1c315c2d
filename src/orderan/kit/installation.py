"""Making a database ready for this release: the right master key first, then the schema.

A key is made only for a database that holds nothing yet. From then on its fingerprint stands in the
database, and another key is refused before it could seal one value that nobody can open later.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from orderan.kit import masterkey, migrations
from orderan.kit.masterkey import MasterKeyRefused


def prepare(
    url: str,
    *,
    key_file: Path,
    given_key: bytes | None,
    now: datetime,
    post: bool = False,
    tell: Callable[[str], None] = lambda _name: None,
) -> list[str]:
    """Check or make the master key, then apply what migrations wait; safe to run twice and twice at once.

    Args:
        url: libpq URL of the role that owns the schema.
        key_file: Where the master key is kept.
        given_key: The key from the environment, if it comes from there.
        now: For the date of a new installation.
        post: As `migrations.migrate`.
        tell: Called with the name of each migration before it is applied.

    Returns:
        Names of the migrations applied now.

    Raises:
        MasterKeyRefused: No key beside a database that has data, or not the key of this database.
            Nothing was changed.
        ChangedMigration, NewerDatabase: As `migrations.migrate`.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        key = masterkey.obtain(key_file, given=given_key, create=not _has_table(connection, "migration"))
        check_key(connection, key)
    applied = migrations.migrate(url, post=post, tell=tell)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO installation (only_row, master_key_fingerprint, made_at) VALUES (1, %s, %s)"
            " ON CONFLICT (only_row) DO NOTHING",
            (masterkey.fingerprint(key), now),
        )
        check_key(connection, key)
    return applied


def check_key(connection: psycopg.Connection[Any], key: bytes) -> None:
    """Refuse a master key that is not this database's.

    Raises:
        MasterKeyRefused: The database was sealed with another key.
    """
    wanted = kept_fingerprint(connection)
    if wanted is not None and wanted != masterkey.fingerprint(key):
        raise MasterKeyRefused(
            f"this is not the master key of this database (fingerprint {masterkey.fingerprint(key)}, wanted"
            f" {wanted}): put the right one in place; with another one personal data cannot be read"
        )


def kept_fingerprint(connection: psycopg.Connection[Any]) -> str | None:
    """Fingerprint of the key this database was made with; None before the first start."""
    if not _has_table(connection, "installation"):
        return None
    row = connection.execute("SELECT master_key_fingerprint FROM installation").fetchone()
    return str(row[0]) if row is not None else None


def _has_table(connection: psycopg.Connection[Any], name: str) -> bool:
    row = connection.execute("SELECT to_regclass(%s) IS NOT NULL", (name,)).fetchone()
    return bool(row and row[0])

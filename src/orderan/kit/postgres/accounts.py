"""The two roles and the database of a cluster: made on first start, found in order on every later one."""

from typing import Any

import psycopg
from psycopg import sql

from orderan.kit.postgres.backup import REPLACED_SUFFIX
from orderan.kit.postgres.layout import DATABASE, OWNER, Credentials


def ensure_accounts(superuser_url: str, credentials: Credentials) -> None:
    """See to it that the owner role, its database and the statistics extension exist.

    A first start that was killed half-way is completed by the next one. The statistics extension lives in
    the maintenance database: it counts for the whole server, and the application's database stays
    restorable by a role that is no superuser.
    """
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (OWNER,)).fetchone() is None:
            connection.execute(
                sql.SQL(
                    "CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS CREATEDB NOCREATEROLE PASSWORD {}"
                ).format(sql.Identifier(OWNER), sql.Literal(credentials.owner))
            )
        connection.execute(sql.SQL("GRANT pg_monitor TO {}").format(sql.Identifier(OWNER)))
        if not _exists(connection, DATABASE) and _exists(connection, f"{DATABASE}{REPLACED_SUFFIX}"):
            # A restore was cut off between its two renames: the old database is still the one in use.
            connection.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                    sql.Identifier(f"{DATABASE}{REPLACED_SUFFIX}"), sql.Identifier(DATABASE)
                )
            )
        if not _exists(connection, DATABASE):
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER))
            )
        if connection.execute(
            "SELECT 1 WHERE current_setting('shared_preload_libraries') LIKE '%pg_stat_statements%'"
        ).fetchone():
            connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")


def _exists(connection: psycopg.Connection[Any], database: str) -> bool:
    return (
        connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,)).fetchone() is not None
    )

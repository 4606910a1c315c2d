"""Placing tables on a Citus cluster, in an order that foreign keys allow.

A table goes after every table it points to; each is its own transaction, and one that is in its place
already is left alone, so an interrupted run goes on where it stopped.
"""

from collections.abc import Callable
from graphlib import TopologicalSorter
from typing import Any

import psycopg

from orderan.cli.exits import ExitCode, NotDone
from orderan.kit import topology


def distribute_tables(url: str, *, tell: Callable[[str], None]) -> list[tuple[str, str]]:
    """Make reference tables reference tables and spread distributed ones by `shop_id`.

    Returns:
        (table, home) of each table placed now, in order.

    Raises:
        NotDone: The database has no Citus, migrations wait, or a table does not say where it lives.
    """
    from orderan.kit.migrations import pending

    with psycopg.connect(url, autocommit=True) as connection:
        if not _rows(connection, "SELECT 1 FROM pg_extension WHERE extname = 'citus'"):
            raise NotDone(
                "this database has no Citus: as a superuser, run CREATE EXTENSION citus in it on every node",
                ExitCode.BROKEN,
            )
        if waiting := pending(connection):
            raise NotDone(f"{len(waiting)} migrations wait: run `orderan migrate` first")
        done = []
        for name, home in plan(connection):
            tell(f"{home}: {name}")
            if home == "reference":
                connection.execute("SELECT create_reference_table(%s)", (name,))
            else:
                connection.execute("SELECT create_distributed_table(%s, 'shop_id')", (name,))
            done.append((name, home))
        return done


def plan(connection: psycopg.Connection[Any]) -> list[tuple[str, str]]:
    """What is still to be placed: (table, home), reference tables first, then parents before children."""
    homes = {table.name: table.home for table in topology.tables(connection)}
    if unknown := sorted(name for name, home in homes.items() if home not in HOMES):
        raise NotDone(f"these tables do not say where they live: {', '.join(unknown)}")
    placed = {row[0] for row in _rows(connection, _PLACED)}
    parents: dict[str, set[str]] = {name: set() for name in homes}
    for child, parent in _rows(connection, _POINTS_TO):
        if child != parent and child in parents and parent in parents:
            parents[child].add(parent)
    ordered = list(TopologicalSorter(parents).static_order())
    return [
        (name, home)
        for home in ("reference", "distributed")
        for name in ordered
        if homes[name] == home and name not in placed
    ]


HOMES = ("distributed", "reference", "local")

_PLACED = """
SELECT relname FROM pg_dist_partition JOIN pg_class ON pg_class.oid = logicalrelid::oid
WHERE relnamespace = current_schema()::regnamespace AND partmethod IN ('h', 'n')
"""

_POINTS_TO = """
SELECT DISTINCT child.relname, parent.relname
FROM pg_constraint
JOIN pg_class AS child ON child.oid = conrelid
JOIN pg_class AS parent ON parent.oid = confrelid
WHERE contype = 'f' AND child.relnamespace = current_schema()::regnamespace
ORDER BY 1, 2
"""


def _rows(connection: psycopg.Connection[Any], query: str) -> list[Any]:
    return connection.execute(query.encode()).fetchall()

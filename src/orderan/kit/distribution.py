"""Spreading the tables over a PostgreSQL with Citus, by shop.

    first      the extension is there, or is made where the role may make it
    then       row-level security will hold on the shards: SET LOCAL reaches them
    then       reference tables, then distributed ones, each after every table it points to

Each table is its own transaction and one that is in its place is left alone, so an interrupted
run goes on where it stopped. Local tables stay what they are, on the coordinator.
"""

from collections.abc import Callable
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

import psycopg
from psycopg import sql

from orderan.kit import topology
from orderan.kit.migrations import pending

HOMES = ("distributed", "reference", "local")


class CannotDistribute(Exception):
    """The database is not ready to be spread; the message says what to do. Nothing was changed."""


@dataclass(frozen=True)
class Placed:
    """A table that was put in its place."""

    table: str
    home: str


def distribute(url: str, tell: Callable[[str], None] = lambda _words: None) -> list[Placed]:
    """Make reference tables reference tables and spread distributed ones by `shop_id`, together.

    Rows that are there already are moved to where they belong. Safe to run again.

    Args:
        url: libpq URL of the coordinator, as the role that owns the schema.
        tell: Called with a sentence for each step, before it is taken.

    Returns:
        What was placed now, in order; empty when all was in place.

    Raises:
        CannotDistribute: No Citus here, migrations wait, or a table does not say where it lives.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        _require_citus(connection, tell)
        if waiting := pending(connection):
            raise CannotDistribute(f"{len(waiting)} migrations wait: run `orderan migrate` first")
        _let_scope_travel(connection, tell)
        placed = []
        for step in plan(connection):
            tell(f"{step.home}: {step.table}")
            with connection.transaction():
                _place(connection, step)
            placed.append(step)
        for table in topology.guard(connection):
            tell(f"guarded: {table}")
        tell(f"shards on {_nodes(connection)} nodes")
        return placed


def _require_citus(connection: psycopg.Connection[Any], tell: Callable[[str], None]) -> None:
    if _holds(connection, "SELECT 1 FROM pg_extension WHERE extname = 'citus'"):
        return
    if not _holds(connection, "SELECT 1 FROM pg_available_extensions WHERE name = 'citus'"):
        raise CannotDistribute("this PostgreSQL has no Citus: install it on every node, then run this again")
    tell("creating the extension citus")
    try:
        connection.execute("CREATE EXTENSION citus")
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectNotInPrerequisiteState) as fault:
        raise CannotDistribute(
            "the extension citus is not made yet and this role may not make it: as a superuser, run"
            " CREATE EXTENSION citus in this database on every node, and citus_add_node for each worker"
        ) from fault


def _let_scope_travel(connection: psycopg.Connection[Any], tell: Callable[[str], None]) -> None:
    """Row-level security reads `orderan.shop` on the node that has the shard.

    A transaction says it by SET LOCAL, which Citus sends along only when it is told to.
    """
    if _holds(connection, "SELECT 1 WHERE current_setting('citus.propagate_set_commands') = 'local'"):
        return
    tell("SET LOCAL will reach the workers")
    [(database,)] = connection.execute("SELECT current_database()").fetchall()
    connection.execute(
        sql.SQL("ALTER DATABASE {} SET citus.propagate_set_commands = 'local'").format(
            sql.Identifier(database)
        )
    )
    connection.execute("SET citus.propagate_set_commands = 'local'")


def plan(connection: psycopg.Connection[Any]) -> list[Placed]:
    """What is still to be placed: reference tables first, then parents before children.

    Raises:
        CannotDistribute: A table does not say where it lives.
    """
    homes = {table.name: table.home for table in topology.tables(connection)}
    if unknown := sorted(name for name, home in homes.items() if home not in HOMES):
        raise CannotDistribute(f"these tables do not say where they live: {', '.join(unknown)}")
    there = {name for (name,) in connection.execute(_IN_PLACE).fetchall()}
    parents: dict[str, set[str]] = {name: set() for name in homes}
    for child, parent in connection.execute(_POINTS_TO).fetchall():
        parents[child].add(parent)
    ordered = list(TopologicalSorter(parents).static_order())
    return [
        Placed(name, home)
        for home in ("reference", "distributed")
        for name in ordered
        if homes[name] == home and name not in there
    ]


def _place(connection: psycopg.Connection[Any], step: Placed) -> None:
    if step.home == "reference":
        connection.execute("SELECT create_reference_table(%s::regclass)", [step.table])
        return
    # Rows travel by COPY, which row-level security forbids to whom it applies; it applies again
    # when this transaction ends.
    table = sql.Identifier(step.table)
    connection.execute(sql.SQL("ALTER TABLE {} NO FORCE ROW LEVEL SECURITY").format(table))
    beside = connection.execute(_FIRST_PLACED).fetchone()
    connection.execute(
        "SELECT create_distributed_table(%(table)s::regclass, 'shop_id', colocate_with => %(beside)s)",
        {"table": step.table, "beside": beside[0] if beside else "none"},
    )
    connection.execute(sql.SQL("ALTER TABLE {} FORCE ROW LEVEL SECURITY").format(table))


def _nodes(connection: psycopg.Connection[Any]) -> int:
    [(count,)] = connection.execute(
        "SELECT count(*) FROM pg_dist_node WHERE shouldhaveshards AND isactive"
    ).fetchall()
    return int(count)


def _holds(connection: psycopg.Connection[Any], query: str) -> bool:
    return connection.execute(query.encode()).fetchone() is not None


_IN_PLACE = """
SELECT relname FROM pg_dist_partition JOIN pg_class ON pg_class.oid = logicalrelid
WHERE relnamespace = current_schema()::regnamespace
  AND (partmethod = 'h' OR (partmethod = 'n' AND repmodel = 't'))
"""

_FIRST_PLACED = """
SELECT relname FROM pg_dist_partition JOIN pg_class ON pg_class.oid = logicalrelid
WHERE relnamespace = current_schema()::regnamespace AND partmethod = 'h'
ORDER BY relname
LIMIT 1
"""

_POINTS_TO = """
SELECT DISTINCT child.relname, parent.relname
FROM pg_constraint
JOIN pg_class AS child ON child.oid = conrelid
JOIN pg_class AS parent ON parent.oid = confrelid
WHERE contype = 'f' AND child.relnamespace = current_schema()::regnamespace
  AND parent.relnamespace = current_schema()::regnamespace AND child.oid <> parent.oid
ORDER BY 1, 2
"""

"""Where each table lives on a cluster, read from the table's comment, and what guards it.

distributed   keyed by shop_id first; guarded by row-level security
reference     small, the same everywhere; may be pointed to, never points to a shop's rows
local         on the coordinator only; no shop's business
"""

from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
from psycopg import sql

POLICY = "own_shop_only"

_TABLES: LiteralString = """
SELECT relname AS name, split_part(coalesce(obj_description(pg_class.oid, 'pg_class'), ''), ':', 1) AS home,
       relrowsecurity AND relforcerowsecurity AS guarded
FROM pg_class
JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE nspname = current_schema() AND relkind IN ('r', 'p') AND NOT relispartition
ORDER BY relname
"""


@dataclass(frozen=True)
class Table:
    """A table and its declared home: distributed, reference, local, or nothing declared."""

    name: str
    home: str
    guarded: bool


def tables(connection: psycopg.Connection[Any]) -> list[Table]:
    """Every table of the schema, by name; the migration ledger itself is local by nature."""
    return [
        Table(name, "local" if name == "migration" else home, guarded)
        for name, home, guarded in connection.execute(_TABLES).fetchall()
    ]


def guard(connection: psycopg.Connection[Any]) -> list[str]:
    """Put row-level security on distributed tables that lack it; returns their names.

    FORCE makes it hold for the owner too, which is the role the application uses. Scope 0 is
    the system's own rounds over all shops.
    """
    guarded = []
    for table in tables(connection):
        if table.home == "distributed" and not table.guarded:
            for statement in _GUARD:
                connection.execute(
                    sql.SQL(statement).format(table=sql.Identifier(table.name), policy=sql.Identifier(POLICY))
                )
            guarded.append(table.name)
    return guarded


_GUARD: tuple[LiteralString, ...] = (
    "DROP POLICY IF EXISTS {policy} ON {table}",
    """
    CREATE POLICY {policy} ON {table}
    USING (shop_id = nullif(current_setting('orderan.shop', true), '')::bigint
           OR current_setting('orderan.shop', true) = '0')
    """,
    "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
)

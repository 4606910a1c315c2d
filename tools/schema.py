"""The schema as a page to read: tables with columns, constraints, indexes, policies and homes.

Written from the catalogue and not by pg_dump, so that it is the same whatever release of
PostgreSQL it was made with. The job queue is a library's and is only named.
"""

from collections.abc import Iterator
from typing import Any, LiteralString

import psycopg
from psycopg.rows import namedtuple_row

HEADER = "-- The schema after every migration. Written by `make reference`; a test compares.\n"


def schema(url: str) -> str:
    """The schema of a migrated database."""
    with psycopg.connect(url, row_factory=namedtuple_row) as connection:
        tables = connection.execute(_TABLES).fetchall()
        return HEADER + "".join(f"\n{_table(connection, table)}" for table in tables)


def _table(connection: psycopg.Connection[Any], table: Any) -> str:
    comment = f"-- {table.comment}\n"
    if table.name.startswith("procrastinate_"):
        return f"{comment}-- TABLE {table.name}: see procrastinate\n"
    parts = ",\n".join(f"    {part}" for part in _parts(connection, table.oid))
    options = f" WITH ({', '.join(table.options)})" if table.options else ""
    text = f"{comment}CREATE TABLE {table.name} (\n{parts}\n){options};\n"
    for (index,) in connection.execute(_INDEXES, [table.oid]):
        text += f"{index.replace(' ON public.', ' ON ')};\n"
    for policy, using in connection.execute(_POLICIES, [table.oid]):
        text += f"CREATE POLICY {policy} ON {table.name} USING ({' '.join(using.split())});\n"
    if table.guarded:
        text += f"ALTER TABLE {table.name} FORCE ROW LEVEL SECURITY;\n"
    return text


def _parts(connection: psycopg.Connection[Any], oid: int) -> Iterator[str]:
    for name, kind, required, default in connection.execute(_COLUMNS, [oid]):
        yield f"{name} {kind}{' NOT NULL' if required else ''}{f' DEFAULT {default}' if default else ''}"
    for name, definition in connection.execute(_CONSTRAINTS, [oid]):
        yield f"CONSTRAINT {name} {' '.join(definition.split())}"


_TABLES: LiteralString = """
SELECT oid, relname AS name, coalesce(obj_description(oid, 'pg_class'), 'home not declared') AS comment,
       reloptions AS options, relrowsecurity AND relforcerowsecurity AS guarded
FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relname <> 'migration'
ORDER BY relname COLLATE "C"
"""

_COLUMNS: LiteralString = """
SELECT attname, format_type(atttypid, atttypmod), attnotnull, pg_get_expr(adbin, adrelid)
FROM pg_attribute
LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE attrelid = %s AND attnum > 0 AND NOT attisdropped
ORDER BY attnum
"""

# PostgreSQL 18 keeps NOT NULL as constraints of their own; they stand with their columns.
_CONSTRAINTS: LiteralString = """
SELECT conname, pg_get_constraintdef(oid)
FROM pg_constraint
WHERE conrelid = %s AND contype <> 'n'
ORDER BY contype = 'c', contype = 'f', contype, conname COLLATE "C"
"""

_INDEXES: LiteralString = """
SELECT pg_get_indexdef(indexrelid)
FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
WHERE indrelid = %s AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u'))
ORDER BY relname COLLATE "C"
"""

_POLICIES: LiteralString = """
SELECT polname, pg_get_expr(polqual, polrelid) FROM pg_policy WHERE polrelid = %s ORDER BY polname
"""

"""Databases for tests: the schema and nothing in it, made once and emptied between tests.

Copying a template takes half a second on a busy machine, emptying one a twentieth of that; and nearly every
test asks for one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode
from uuid import uuid4

import psycopg
from psycopg import conninfo, sql

from backends import end_those_on, staying_on
from orderan.kit.migrations import migrate

# Rows that were deleted stay on their pages until somebody vacuums, and nobody does: past this size a database
# is slower than a new one.
WORN_OUT_BYTES = 4_000_000

# With no vacuum and no analyze about, every change of a schema shows in one of these figures: what is added or
# altered carries a newer transaction number, what is dropped is one less.
SHAPE = sql.SQL("SELECT ARRAY[{}]").format(
    sql.SQL(", ").join(
        sql.SQL("(SELECT format('%s/%s', count(*), max(xmin::text::bigint)) FROM {})").format(
            sql.Identifier(name)
        )
        for name in (
            "migration", "pg_class", "pg_attribute", "pg_attrdef", "pg_constraint", "pg_index", "pg_trigger", "pg_rewrite",
            "pg_policy", "pg_proc", "pg_type", "pg_namespace", "pg_enum", "pg_extension", "pg_statistic",
            "pg_statistic_ext", "pg_default_acl", "pg_event_trigger",
        )
    )
)  # fmt: skip

WRITTEN = """
SELECT c.relname, pg_relation_size(c.oid) FROM pg_class c
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname <> 'migration'
  AND pg_relation_size(c.oid) > 0
"""
REWOUND = """
SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
FROM pg_sequences WHERE last_value IS NOT NULL
"""
OTHERS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
  AND pid <> ALL(%(staying)s)
"""


@dataclass(frozen=True)
class Server:
    """A PostgreSQL to make databases on.

    Args:
        url: As the role that may create databases and that everything runs as.
        superuser_url: As a role that triggers and foreign keys do not stop; without it no database can be
            emptied.
    """

    url: str
    superuser_url: str | None


@dataclass
class Databases:
    """Gives out databases that hold the schema and no row; one that cannot be emptied is made anew."""

    server: Server
    template: str
    _clean: list[str] = field(default_factory=list)
    _sweepers: dict[str, psycopg.Connection] = field(default_factory=dict)
    _shape: list[str] | None = None

    @contextmanager
    def one(self) -> Iterator[str]:
        name = self._clean.pop() if self._clean else self._made()
        try:
            yield _named(self.server.url, name)
        finally:
            if self._emptied(name):
                self._clean.append(name)
            else:
                self._dropped(name)

    def close(self) -> None:
        while self._clean:
            self._dropped(self._clean.pop())

    def _made(self) -> str:
        name = f"test_{uuid4().hex[:12]}"
        _on(self.server, f"CREATE DATABASE {name} TEMPLATE {self.template}")
        if self.server.superuser_url and self._shape is None:
            with psycopg.connect(_named(self.server.superuser_url, name)) as connection:
                self._shape = _shape(connection)
        return name

    def _emptied(self, name: str) -> bool:
        """Whether the database is as new; not when its schema was changed, it is worn out, or somebody stays."""
        if not self.server.superuser_url:
            return False
        sweeper = self._sweepers.get(name)
        if sweeper is None:
            # It stays: what it knows of the tables it need not learn again.
            url = _named(self.server.superuser_url, name)
            sweeper = self._sweepers[name] = psycopg.connect(url, autocommit=True)
        with sweeper.transaction():
            if not all(gone for (gone,) in sweeper.execute(OTHERS, {"staying": staying_on(name)})):
                return False
            written = sweeper.execute(WRITTEN).fetchall()
            if _shape(sweeper) != self._shape or sum(size for _, size in written) > WORN_OUT_BYTES:
                return False
            sweeper.execute("SET LOCAL session_replication_role = replica")
            for table, _ in written:
                sweeper.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier("public", table)))
            sweeper.execute(REWOUND)
        return True

    def _dropped(self, name: str) -> None:
        if name in self._sweepers:
            self._sweepers.pop(name).close()
        end_those_on(name)
        _drop(self.server, name)


@contextmanager
def a_template(server: Server) -> Iterator[str]:
    """A migrated database to copy."""
    name = f"template_{uuid4().hex[:12]}"
    _on(server, f"CREATE DATABASE {name}")
    migrate(_named(server.url, name))
    yield name
    _drop(server, name)


def quick_logins(server: Server) -> None:
    """Keep the passwords of both roles unstretched: of a login, stretching is nearly all the work."""
    if not server.superuser_url:
        return
    with psycopg.connect(server.superuser_url, autocommit=True) as connection:
        connection.execute("SET scram_iterations = 1")
        for url in (server.url, server.superuser_url):
            role = conninfo.conninfo_to_dict(url)
            connection.execute(
                sql.SQL("ALTER ROLE {} PASSWORD {}").format(
                    sql.Identifier(str(role["user"])), sql.Literal(role["password"])
                )
            )


def _named(url: str, database: str) -> str:
    return conninfo.make_conninfo(url, dbname=database)


def _drop(server: Server, name: str) -> None:
    """Without force the server ends its own vacuuming there; with force it asks whether we may, and we may not."""
    try:
        _on(server, f"DROP DATABASE {name}")
    except psycopg.errors.ObjectInUse:
        _on(server, f"DROP DATABASE {name} WITH (FORCE)")


def _on(server: Server, statement: str) -> None:
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(statement.encode())


def _shape(connection: psycopg.Connection) -> list[str]:
    [found] = connection.execute(SHAPE).fetchone() or [[]]
    return list(found)


def as_url(database_url: str) -> str:
    """The same database as an address that begins with postgresql://, for a process of its own."""
    parts = conninfo.conninfo_to_dict(database_url)
    user, password, name = (quote(str(parts.pop(part)), safe="") for part in ("user", "password", "dbname"))
    return f"postgresql://{user}:{password}@/{name}?{urlencode(parts)}"

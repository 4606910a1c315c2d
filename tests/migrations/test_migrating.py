"""Schema changes: applied once, resumed where they stopped, refused where they would do harm."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from psycopg import conninfo

from orderan.kit import migrations
from orderan.kit.ids import new_id
from orderan.kit.migrations import ChangedMigration, Migration, NewerDatabase, migrate
from orderan.kit.postgres.processes import wait_until


@pytest.fixture
def empty(server_url: str) -> Iterator[str]:
    """A database with nothing in it."""
    name = f"test_{new_id().hex[-12:]}"
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}".encode())
    yield conninfo.make_conninfo(server_url, dbname=name)
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def ships(monkeypatch: pytest.MonkeyPatch, *files: tuple[str, tuple[str, ...]]) -> None:
    monkeypatch.setattr(migrations, "shipped", lambda: [Migration(name, texts) for name, texts in files])


def tables(url: str) -> set[str]:
    with psycopg.connect(url) as database:
        rows = database.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE 'uji%'")
        return {name for (name,) in rows}


FIRST = ("0001_pre_a.sql", ("CREATE TABLE uji_a (n int)", "CREATE TABLE uji_b (n int)"))


def test_a_file_sees_the_rows_of_every_shop(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = (
        "CREATE TABLE uji_a (shop_id bigint NOT NULL, n int)",
        "COMMENT ON TABLE uji_a IS 'distributed: of a test'",
    )
    ships(monkeypatch, ("0001_pre_a.sql", made))
    migrate(empty)
    with psycopg.connect(empty, autocommit=True) as database:
        database.execute("SET orderan.shop = '0'")
        database.execute("INSERT INTO uji_a VALUES (1, 1), (2, 1)")
    ships(monkeypatch, ("0001_pre_a.sql", made), ("0002_pre_b.sql", ("UPDATE uji_a SET n = 2",)))

    migrate(empty)

    with psycopg.connect(empty, autocommit=True) as database:
        database.execute("SET orderan.shop = '0'")
        assert database.execute("SELECT sum(n) FROM uji_a").fetchone() == (4,)


def test_files_are_applied_once(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ships(monkeypatch, FIRST)

    assert migrate(empty) == ["0001_pre_a.sql"]
    assert migrate(empty) == []
    assert tables(empty) == {"uji_a", "uji_b"}


def test_a_file_that_stopped_in_the_middle_goes_on_where_it_stopped(
    empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ships(monkeypatch, FIRST)
    with psycopg.connect(empty, autocommit=True) as database:
        database.execute("CREATE TABLE uji_b (other text)")
    with pytest.raises(psycopg.errors.DuplicateTable):
        migrate(empty)
    assert tables(empty) == {"uji_a", "uji_b"}
    with psycopg.connect(empty, autocommit=True) as database:
        database.execute("DROP TABLE uji_b")

    # The first statement is not run again: it would find its table.
    assert migrate(empty) == ["0001_pre_a.sql"]
    assert tables(empty) == {"uji_a", "uji_b"}


def test_a_file_that_changed_after_it_was_applied_is_refused(
    empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ships(monkeypatch, FIRST)
    migrate(empty)
    ships(monkeypatch, ("0001_pre_a.sql", ("CREATE TABLE uji_c (n int)",)))

    with pytest.raises(ChangedMigration, match="0001_pre_a"):
        migrate(empty)
    assert tables(empty) == {"uji_a", "uji_b"}


def test_a_database_of_a_newer_release_is_left_alone(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ships(monkeypatch, FIRST, ("0002_pre_c.sql", ("CREATE TABLE uji_c (n int)",)))
    migrate(empty)
    ships(monkeypatch, FIRST, ("0003_pre_d.sql", ("CREATE TABLE uji_d (n int)",)))

    with pytest.raises(NewerDatabase, match="0002_pre_c"):
        migrate(empty)
    assert tables(empty) == {"uji_a", "uji_b", "uji_c"}


def test_what_takes_away_waits_until_it_is_asked_for(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ships(monkeypatch, FIRST)
    migrate(empty)
    ships(
        monkeypatch,
        FIRST,
        ("0002_post_b.sql", ("DROP TABLE uji_b",)),
        ("0003_pre_c.sql", ("CREATE TABLE uji_c (n int)",)),
    )

    assert migrate(empty) == ["0003_pre_c.sql"]
    assert tables(empty) == {"uji_a", "uji_b", "uji_c"}
    assert migrate(empty, post=True) == ["0002_post_b.sql"]
    assert tables(empty) == {"uji_a", "uji_c"}


def test_a_table_somebody_holds_is_waited_for_a_moment_only(
    empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ships(monkeypatch, FIRST)
    migrate(empty)
    ships(monkeypatch, FIRST, ("0002_pre_m.sql", ("ALTER TABLE uji_a ADD COLUMN m int",)))
    monkeypatch.setattr(migrations, "LOCK_TIMEOUT_S", 1)

    with psycopg.connect(empty) as reader:
        reader.execute("SELECT FROM uji_a")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            migrate(empty)

    assert migrate(empty) == ["0002_pre_m.sql"]


def test_two_at_once_wait_for_each_other(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ships(monkeypatch, FIRST)
    with psycopg.connect(empty, autocommit=True) as first, ThreadPoolExecutor(2) as threads:
        first.execute("SELECT pg_advisory_lock(%s)", [migrations.LOCK])
        running = [threads.submit(migrate, empty) for _ in range(2)]
        assert wait_until(lambda: waiters(first) == 2, 10)
        assert tables(empty) == set()
        first.execute("SELECT pg_advisory_unlock(%s)", [migrations.LOCK])

        assert sorted(one.result(20) for one in running) == [[], ["0001_pre_a.sql"]]
    assert tables(empty) == {"uji_a", "uji_b"}


def waiters(connection: psycopg.Connection[Any]) -> int:
    row = connection.execute(
        """
        SELECT count(*)
        FROM pg_locks
        JOIN pg_database ON pg_database.oid = pg_locks.database
        WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()
        """
    ).fetchone()
    assert row is not None
    return int(row[0])


def test_a_new_database_has_no_old_code_to_wait_for(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ships(monkeypatch, FIRST, ("0002_post_b.sql", ("DROP TABLE uji_b",)))

    assert migrate(empty) == ["0001_pre_a.sql", "0002_post_b.sql"]
    assert tables(empty) == {"uji_a"}


def test_tables_left_unguarded_by_a_killed_start_are_guarded_by_the_next(
    empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ships(
        monkeypatch,
        (
            "0001_pre_a.sql",
            (
                "CREATE TABLE uji_a (shop_id bigint NOT NULL)",
                "COMMENT ON TABLE uji_a IS 'distributed: of a test'",
            ),
        ),
    )
    with monkeypatch.context() as dying:
        dying.setattr("orderan.kit.topology.guard", lambda _connection: [])
        migrate(empty)
    guarded = "SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE relname = 'uji_a'"
    with psycopg.connect(empty) as database:
        assert database.execute(guarded).fetchone() == (False,)

    assert migrate(empty) == []

    with psycopg.connect(empty) as database:
        assert database.execute(guarded).fetchone() == (True,)

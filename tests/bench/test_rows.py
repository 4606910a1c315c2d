"""What placement is compared with writes what a placed order writes: as many rows, and as wide."""

from collections.abc import Iterator

import psycopg
import pytest
import uvloop
from psycopg import sql

from orderan.bench import load, placement, rows
from orderan.bench.ground import Ground, prepared, server, web, worked_off, worker
from orderan.kit.postgres.processes import wait_until

Counts = dict[str, tuple[int, int]]
"""By table: rows, and bytes of their values."""


@pytest.fixture
def ground() -> Iterator[Ground]:
    with server() as url:
        yield prepared(url, skus=2, units=1_000)


def counts(ground: Ground) -> Counts:
    with psycopg.connect(ground.url) as connection:
        connection.execute("SET orderan.shop = '0'")
        tables = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        ).fetchall()
        return {name: _one(connection, name) for (name,) in tables if not name.startswith("bench_")}


def _one(connection: "psycopg.Connection[tuple[object, ...]]", table: str) -> tuple[int, int]:
    name = sql.Identifier(table)
    found = connection.execute(
        sql.SQL("SELECT count(*), coalesce(sum(pg_column_size({0}.*)), 0) FROM {0}").format(name)
    ).fetchone()
    assert found is not None
    return int(str(found[0])), int(str(found[1]))


def grown(before: Counts, after: Counts) -> Counts:
    return {
        table: (after[table][0] - before[table][0], after[table][1] - before[table][1])
        for table in before
        if after[table][0] != before[table][0]
    }


def place(port: int, requests: Iterator[bytes]) -> None:
    answer = uvloop.run(load.once("127.0.0.1", port, next(requests)))
    assert answer.status == 201


@pytest.mark.slow
def test_the_yardstick_writes_the_rows_of_a_placed_order(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placement, "SKUS", 2)
    monkeypatch.setattr(placement, "BUYERS", 1)
    requests = (one for one in placement.orders(ground.key, hot=False) if b'"K0"' in one and b'"K1"' in one)
    with web(ground.url) as site:
        place(site.port, requests)
        before = counts(ground)
        place(site.port, requests)
        placed = grown(before, counts(ground))
    with worker(ground.url):
        assert wait_until(lambda: worked_off(ground.url), 60)

    yardstick = rows.lay_out(ground)
    before = counts(ground)
    yardstick.once()
    yardstick.once()
    twice = grown(before, counts(ground))
    written = {table: (many // 2, size // 2) for table, (many, size) in twice.items()}

    assert set(placed) == set(rows.OWNED_BY)
    assert all(many % 2 == 0 for many, _ in twice.values())
    assert {table: many for table, (many, _) in written.items()} == {
        table: many for table, (many, _) in placed.items()
    }
    for table, (_, size) in placed.items():
        assert written[table][1] == pytest.approx(size, rel=0.1), table
    with psycopg.connect(ground.url) as connection:
        connection.execute("SET orderan.shop = '0'")
        assert connection.execute("SELECT sum(reserved) FROM stock").fetchone() == (12,)

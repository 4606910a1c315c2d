"""What one test left in its database, the next never finds."""

from datetime import datetime

import psycopg
import pytest

from conftest import a_floor
from databases import Databases, Server
from orderan.kit.db import Database

pytestmark = pytest.mark.anyio

FILL = """
INSERT INTO shop (
    shop_id, code, name, legal_name, currency, time_zone, locale, prices_include_tax, complete_after_days, state,
    created_at
) VALUES (7, 'a', 'A', 'A', 'IDR', 'Asia/Jakarta', 'id', true, 7, 'open', now())
"""
ROWS = "SELECT (SELECT count(*) FROM shop), (SELECT count(*) FROM event), (SELECT count(*) FROM staff)"


@pytest.fixture
def pool(server: Server, template: str) -> Databases:
    return Databases(server, template)


async def _lived_in(url: str, now: datetime) -> int:
    db = Database(url, min_size=1, max_size=2)
    await db.open()
    try:
        return (await a_floor(db, now)).shop.shop_id
    finally:
        await db.close()


async def test_rows_are_gone_and_numbers_begin_anew(pool: Databases, now: datetime) -> None:
    with pool.one() as first:
        assert await _lived_in(first, now) == 1
    with pool.one() as second:
        with psycopg.connect(second) as connection:
            assert connection.execute(ROWS).fetchone() == (0, 0, 0)
        assert await _lived_in(second, now) == 1
    if pool.server.superuser_url:
        assert second == first
    pool.close()


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE shop DROP CONSTRAINT shop_state_known",
        "ALTER TABLE shop DISABLE ROW LEVEL SECURITY",
        "CREATE INDEX more ON shop (name)",
        "CREATE TABLE more (n int)",
        "DELETE FROM migration WHERE name = (SELECT max(name) FROM migration)",
        "ALTER TABLE shop ALTER name DROP NOT NULL",
        "ANALYZE shop",
    ],
)
def test_a_database_of_another_shape_is_not_given_out_again(pool: Databases, change: str) -> None:
    with pool.one() as first, psycopg.connect(first, autocommit=True) as connection:
        connection.execute(FILL)
        connection.execute(change.encode())
    with pool.one() as second:
        assert second != first
    pool.close()


def test_who_stays_is_shown_out(pool: Databases) -> None:
    with pool.one() as first:
        staying = psycopg.connect(first)
        staying.execute(FILL)
    with pytest.raises(psycopg.OperationalError):
        staying.commit()
    with pool.one() as second, psycopg.connect(second) as connection:
        assert connection.execute(ROWS).fetchone() == (0, 0, 0)
    pool.close()

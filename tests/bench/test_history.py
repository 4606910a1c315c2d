"""The year of orders that lists are measured on is one the product could have written."""

from datetime import UTC, datetime

import psycopg
import pytest

from orderan.auditor import audit
from orderan.bench import history
from orderan.bench.ground import Ground, prepared
from orderan.bench.history import History

ORDERS = 1_500


@pytest.fixture
def ground(database_url: str) -> Ground:
    return prepared(database_url, skus=20, units=1_000_000)


@pytest.fixture
def made(ground: Ground) -> History:
    return history.write(ground, orders=ORDERS, now=datetime.now(UTC))


def test_a_year_of_orders_passes_every_constraint_and_the_audit(ground: Ground, made: History) -> None:
    report = audit(ground.url, now=datetime.now(UTC))

    assert [
        (one.check, one.subject, one.facts) for verdict in report.verdicts for one in verdict.findings
    ] == []
    assert made.orders == ORDERS


def test_it_has_the_promised_spread_and_leaves_no_table_of_its_own(ground: Ground, made: History) -> None:
    with psycopg.connect(ground.url) as connection:
        connection.execute("SET orderan.shop = '0'")

        def one(statement: bytes) -> int:
            row = connection.execute(statement).fetchone()
            assert row is not None
            return int(row[0])

        assert one(b"SELECT count(*) FROM sales_order") == ORDERS
        assert one(b"SELECT count(*) FROM order_line") == 2 * ORDERS
        assert one(b"SELECT count(*) FROM customer") == ORDERS // history.ORDERS_PER_CUSTOMER
        assert 0.2 * ORDERS < one(b"SELECT count(*) FROM parcel") < 0.4 * ORDERS
        assert one(b"SELECT count(DISTINCT channel_id) FROM sales_order") == 4
        assert one(b"SELECT extract(day FROM max(placed_at) - min(placed_at)) FROM sales_order") == 364
        assert one(b"SELECT count(*) FROM pg_class WHERE relname LIKE 'bench%'") == 0
    assert made.tags == ["grosir", "hadiah", "vip"]
    assert len(made.numbers) >= 200
    assert len(made.phones) == ORDERS // history.ORDERS_PER_CUSTOMER
    assert made.skus[:2] == ["K0", "K1"]
    assert made.awbs[0].startswith("BEN0000")

"""Whatever the file, the database holds what the rules say, and nothing is lost or made up."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from databases import Databases
from importing.given import NOW, a_mapping, a_row, local
from importing.test_reading import write_csv
from orderan.importing.models import Outcome
from orderan.importing.reading import read
from orderan.importing.running import start
from orderan.importing.settling import settle
from orderan.kit.clock import SetClock
from orderan.kit.db import ALL_SHOPS, Caller, Database, Tx
from orderan.shops import Shop, open_shop

rows = st.lists(
    st.builds(
        a_row,
        invoice=st.sampled_from(["1", "2", "3", "C4", "C5", "A6", ""]),
        sku=st.sampled_from(["LAMP", "CUP", "POST", "D", "FEE"]),
        quantity=st.integers(-6, 9),
        price=st.sampled_from(["0", "2.50", "0.005", "0.001", "-1", "3", "free"]),
        customer=st.sampled_from(["ana", "ana", "budi", ""]),
        time=st.integers(0, 30).map(lambda hours: local() + timedelta(hours=hours)),
    ),
    max_size=30,
)


@pytest.fixture(scope="module")
def shared_url(databases: Databases) -> Iterator[str]:
    """One database for all examples; each opens a shop of its own."""
    with databases.one() as url:
        yield url


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows, rows)
def test_two_files_one_after_the_other_give_what_the_rules_say(
    shared_url: str, first: Any, second: Any
) -> None:
    asyncio.run(_two_files(shared_url, first, second))


async def _two_files(url: str, first: Any, second: Any) -> None:
    db = Database(url, min_size=1, max_size=4)
    await db.open()
    try:
        with TemporaryDirectory() as folder:
            shop = await db.run(Caller(ALL_SHOPS, "system:test"), _open)
            for number, lines in enumerate((first, second)):
                path = write_csv(Path(folder) / f"{number}.csv", [a_row(invoice="9", sku="SURE"), *lines])
                done = await start(db, shop, path, a_mapping(), clock=SetClock(NOW), actor="system:import")
                written = [line for chunk in read(path, a_mapping()) for line in chunk]
                assert done.report["lines"]["file"] == len(written)
                if number == 0:
                    settled = settle(written, a_mapping())
                    told = Counter(verdict.outcome for verdict in settled.verdicts.values())
                    assert {o.value: done.report["lines"][o] for o in Outcome} == {
                        o.value: told[o] for o in Outcome
                    }
                    reasons = Counter(str(v.reason) for v in settled.verdicts.values() if v.reason)
                    assert {row["reason"]: row["lines"] for row in done.report["reasons"]} == reasons
                await db.run(Caller(shop.shop_id, "system:test"), _audit)
    finally:
        await db.close()


async def _open(tx: Tx) -> Shop:
    return await open_shop(tx, code=uuid4().hex, name="Toko", now=NOW)


async def _audit(tx: Tx) -> None:
    """Money, units and words of every order, counted by hand."""
    orders = await tx.all(
        """
        SELECT o.*, (SELECT coalesce(sum(goods_minor), 0) FROM order_line AS l
                     WHERE l.shop_id = o.shop_id AND l.order_id = o.id) AS lines_minor,
               (SELECT sum(quantity) FROM order_line AS l WHERE l.shop_id = o.shop_id AND l.order_id = o.id) AS lines_units,
               (SELECT sum(returned) FROM order_line AS l WHERE l.shop_id = o.shop_id AND l.order_id = o.id) AS back,
               (SELECT coalesce(sum(amount_minor) FILTER (WHERE kind = 'captured'), 0) FROM payment_event AS p
                WHERE p.shop_id = o.shop_id AND p.order_id = o.id) AS captured,
               (SELECT coalesce(sum(amount_minor) FILTER (WHERE kind = 'refunded'), 0) FROM payment_event AS p
                WHERE p.shop_id = o.shop_id AND p.order_id = o.id) AS refunded,
               (SELECT coalesce(sum(l.quantity), 0) FROM goods_return AS r JOIN return_line AS l
                     ON l.shop_id = r.shop_id AND l.return_id = r.id
                WHERE r.shop_id = o.shop_id AND r.order_id = o.id) AS returned_units
        FROM sales_order AS o WHERE o.shop_id = %(shop)s
        """,
        {"shop": tx.shop_id},
    )
    for order in orders:
        assert order.total_minor == order.lines_minor == order.captured == order.paid_minor
        assert order.units == order.lines_units
        assert order.refunded_minor == order.refunded <= order.captured
        assert order.back == order.returned_units <= order.units
        assert (order.headline == "returned") == (order.back == order.units)
        expected = "paid" if not order.refunded else "partly_refunded"
        assert order.money == (
            "refunded" if order.refunded and order.refunded == order.captured else expected
        )
    returned, taken = await tx.one(
        """
        SELECT (SELECT coalesce(sum(line.minor), 0) FROM import_outcome AS became JOIN import_line AS line
                     ON line.shop_id = became.shop_id AND line.run_id = became.run_id AND line.number = became.number
                WHERE became.shop_id = %(shop)s AND became.outcome = 'returned' AND NOT became.known) AS returned,
               (SELECT coalesce(sum(minor), 0) FROM import_taken WHERE shop_id = %(shop)s) AS taken
        """,
        {"shop": tx.shop_id},
    )
    assert -returned == taken == sum(order.refunded_minor for order in orders)

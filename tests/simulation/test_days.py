"""Random days of a shop, with crashes; books kept by hand and the product's own audit must agree.

A failing seed is in the test's name; `ORDERAN_SEED=<seed>` lives exactly that day again.
"""

import os
import secrets
import zlib
from collections import Counter
from datetime import datetime

import pytest

from conftest import ShopFloor
from given import JAKARTA, SURABAYA, a_shop
from orderan.auditor import audit
from orderan.kit.crypto import Keyring
from simulation.books import Books
from simulation.day import Day

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

GIVEN = os.environ.get("ORDERAN_SEED")
# A seed of today's own, the same in every process of a run.
RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID")
FRESH = zlib.crc32(RUN.encode()) % 10**6 if RUN else secrets.randbelow(10**6)
SEEDS = [int(GIVEN)] if GIVEN else [20261111, 8, 45, FRESH]
START = {"kopi": 40, "gula": 30, "teh": 6}
ROUNDS = 60


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_day_with_crashes_adds_up(
    seed: int, floor: ShopFloor, keyring: Keyring, now: datetime, database_url: str
) -> None:
    # An odd seed lives its acts side by side; an even one, one by one, and may predict every answer.
    world = await a_shop(
        floor,
        now,
        stock=START,
        bundles={"paket": {"kopi": 2, "gula": 1}},
        places={"JKT": JAKARTA, "SBY": SURABAYA},
    )
    day = Day(world, keyring, seed, started=now, at_once=6 if seed % 2 else 1)
    day.books.on_hand.update(START)

    await day.live(ROUNDS)

    print(f"seed {seed}: {day.crashes} crashes, {dict(day.acts)}")
    await _agrees(day.books, floor)
    report = audit(database_url, now=day.now)
    assert report.findings == []
    assert len(day.books.orders) > 20


async def _agrees(books: Books, floor: ShopFloor) -> None:
    stock = await floor.all(
        """
        SELECT sku.code, sum(on_hand)::int AS on_hand, sum(reserved)::int AS reserved,
               sum(allocated)::int AS allocated, sum(damaged + quarantine)::int AS aside
        FROM stock JOIN sku ON sku.shop_id = stock.shop_id AND sku.id = stock.sku_id
        WHERE stock.shop_id = %(shop)s
        GROUP BY sku.code
        """
    )
    assert +Counter({row.code: row.on_hand for row in stock}) == +books.on_hand
    assert +Counter({row.code: row.reserved for row in stock}) == +books.promised("awaiting_payment")
    assert +Counter({row.code: row.allocated for row in stock}) == +books.promised("accepted")
    assert +Counter({row.code: row.aside for row in stock}) == +books.aside
    orders = await floor.all(
        """
        SELECT id, total_minor, paid_minor, refunded_minor, commercial
        FROM sales_order WHERE shop_id = %(shop)s
        """
    )
    assert {
        str(row.id): (row.total_minor, row.paid_minor, row.refunded_minor, row.commercial) for row in orders
    } == {
        order.id: (order.total, order.paid, order.refunded, _completed(order.commercial, orders, order.id))
        for order in books.orders.values()
    }
    answers = await floor.all("SELECT key, body FROM answer WHERE shop_id = %(shop)s")
    assert {row.key: bytes(row.body) for row in answers} == books.answers


def _completed(commercial: str, orders: list[object], order_id: str) -> str:
    # Completion is the product's own doing, some days after delivery; to the books it is accepted.
    row = next(one for one in orders if str(one.id) == order_id)  # type: ignore[attr-defined]
    return "completed" if commercial == "accepted" and row.commercial == "completed" else commercial  # type: ignore[attr-defined]


async def test_a_day_on_which_expiry_forgets_the_stock_does_not_add_up(
    floor: ShopFloor, keyring: Keyring, now: datetime, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: a guard is taken away, and both the books and the audit notice."""

    async def forget(*_: object, **__: object) -> list[object]:
        return []

    monkeypatch.setattr("orderan.flows.expire_orders.release_claims", forget)
    world = await a_shop(
        floor,
        now,
        stock=START,
        bundles={"paket": {"kopi": 2, "gula": 1}},
        places={"JKT": JAKARTA, "SBY": SURABAYA},
    )
    day = Day(world, keyring, 8, started=now, at_once=6)
    day.books.on_hand.update(START)

    # A revived order may meet the stock that expiry forgot: then the write itself refuses.
    try:
        await day.live(45)
    except AssertionError as fault:
        assert str(fault) == "a line holds a claim of another state on the same stock row"  # noqa: PT017 - it may also pass

    assert any(order.commercial == "expired" for order in day.books.orders.values())
    with pytest.raises(AssertionError):
        await _agrees(day.books, floor)
    assert "stock.lines_equal_claims" in {
        finding.check for finding in audit(database_url, now=day.now).findings
    }

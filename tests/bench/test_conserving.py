"""Some hundred payments through a storm: both books agree, and each count can tell when they do not."""

from typing import Any

import pytest

from orderan.bench.conserving import Counted, Night, a_night
from orderan.bench.minds import METHODS, WAYS, Mind
from orderan.bench.tills import CARRIES, lined_up
from orderan.gateways import GATEWAYS, offers_of
from orderan.kit.db import Database

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

PAYMENTS = 100
SEED = 7


async def wrong(night: Night, sql: str) -> int:
    """Do one wrong thing to the books; how many rows it was."""
    return int(await night.db.run(night.caller, lambda tx: tx.run(sql)))


def test_every_gateway_comes_first_in_its_turn_and_carries_every_kind_it_can() -> None:
    first = {(lined_up(method, turn)[0], method) for method in METHODS for turn in range(10)}
    assert {gateway for gateway, _ in first} == set(GATEWAYS)
    for gateway in set(GATEWAYS) - set(CARRIES):
        able = {kind for kind, ways in WAYS.items() if set(ways) & set(offers_of(gateway))}
        assert able == {kind for kind, ways in WAYS.items() if {(gateway, way) for way in ways} & first}
    assert {"card", "akulaku", "va_bni"} <= {method for gateway, method in first if gateway == "ipaymu"}


async def test_what_gateways_took_is_what_was_written_down_and_each_count_can_fail(
    database_url: str, db: Database
) -> None:
    night = await a_night(database_url, db, payments=PAYMENTS, seed=SEED)

    over = await night.goes_by(PAYMENTS)

    good = over.counted
    assert good == Counted(
        payments=PAYMENTS,
        orders_paid=good.orders_paid,
        taken_minor=good.taken_minor,
        unexplained_rupiah=0,
        double_captures=0,
        paid_without_event=0,
        unpaid_with_event=0,
        audit_findings=0,
    )
    assert good.orders_paid > PAYMENTS // 2
    assert set(over.did) >= set(Mind)
    assert over.did["taken back"] > 0
    assert over.did["pays unseen"] > 0
    assert min(over.did[deed] for deed in ("set aside", "card declined")) > 0
    decided = over.did.get("captured", 0) + over.did.get("voided", 0)
    assert decided == over.did["set aside"]
    asked = await db.run(
        night.caller,
        lambda tx: tx.all("SELECT gateway, method FROM payment_attempt GROUP BY gateway, method"),
    )
    # Whether the one that is given least gets any in so small a storm is chance.
    assert {row.gateway for row in asked} >= set(GATEWAYS) - set(CARRIES)
    assert all({row.method for row in asked} & set(ways) for ways in WAYS.values())
    assert over.broken > over.asked // 20
    states = await db.run(
        night.caller, lambda tx: tx.all("SELECT state, count(*) FROM payment_attempt GROUP BY state")
    )
    assert not {"asking", "unknown", "held", "offered"} & {row.state for row in states}
    assert {"paid", "expired", "failed", "reversed"} <= {row.state for row in states}

    await _each_count_can_fail(night, good)


async def _first(night: Night, money: str) -> Any:
    """The first order whose money stands so."""
    sql = "SELECT id FROM sales_order WHERE money = %(money)s ORDER BY id LIMIT 1"
    return (await night.db.run(night.caller, lambda tx: tx.all(sql, {"money": money})))[0]


async def _each_count_can_fail(night: Night, good: Counted) -> None:
    """One wrong row each, taken back afterwards."""
    one_rupiah = """
        UPDATE payment_event SET amount_minor = amount_minor {sign} 1
        WHERE (order_id, seq) = (SELECT order_id, seq FROM payment_event WHERE kind = 'captured'
                                 ORDER BY order_id, seq LIMIT 1)
    """
    assert await wrong(night, one_rupiah.format(sign="+")) == 1
    assert (await night.counted()).unexplained_rupiah == 1
    assert await wrong(night, one_rupiah.format(sign="-")) == 1

    again = """
        INSERT INTO payment_event (shop_id, order_id, seq, kind, method, amount_minor, currency, reference, actor, at)
        SELECT shop_id, order_id, seq + 1, kind, method, amount_minor, currency, 'another-try:1', 'system:test', at
        FROM payment_event AS last
        WHERE kind = 'captured' AND order_id IN (SELECT id FROM sales_order WHERE money = 'paid')
          AND NOT EXISTS (SELECT FROM payment_event AS later
                          WHERE later.order_id = last.order_id AND later.seq > last.seq)
        ORDER BY order_id LIMIT 1
    """
    assert await wrong(night, again) == 1
    counted = await night.counted()
    assert counted.double_captures == 1
    assert counted.unexplained_rupiah > 0
    assert await wrong(night, "DELETE FROM payment_event WHERE reference = 'another-try:1'") == 1

    for was, becomes, count in (
        ("unpaid", "paid", "paid_without_event"),
        ("paid", "pending", "unpaid_with_event"),
    ):
        row = await _first(night, was)
        says = f"UPDATE sales_order SET money = '{{}}' WHERE id = '{row.id}'"
        assert await wrong(night, says.format(becomes)) == 1
        counted = await night.counted()
        assert getattr(counted, count) == 1
        assert counted.audit_findings > 0
        assert await wrong(night, says.format(was)) == 1

    assert await night.counted() == good

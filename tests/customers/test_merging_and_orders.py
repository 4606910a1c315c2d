"""What was ordered stays as it was ordered, whatever becomes of the customer's records."""

from datetime import datetime
from typing import Any

import pytest

from conftest import ShopFloor
from given import a_buyer, a_shop, asked, place
from orderan.customers import (
    ERASED_NAME,
    addresses,
    customer_card,
    erase,
    family,
    find_customers,
    merge,
    resolve_customers,
)
from orderan.flows.place_order import Placed
from orderan.kit.crypto import Keyring

pytestmark = pytest.mark.anyio


async def order_rows(floor: ShopFloor) -> dict[str, list[Any]]:
    """Every row of every table that speaks of orders, as it stands."""
    tables = await floor.all(
        """
        SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE nspname = 'public' AND relkind = 'r'
          AND (relname LIKE 'order%%' OR relname IN ('sales_order', 'customer_address', 'stock', 'movement'))
        """
    )
    assert {"sales_order", "order_line"} <= {row.relname for row in tables}
    return {row.relname: sorted(map(repr, await floor.all(f"SELECT * FROM {row.relname}"))) for row in tables}


async def two_buyers_with_orders(floor: ShopFloor, keyring: Keyring, now: datetime) -> list[Placed]:
    world = await a_shop(floor, now, stock={"KOPI": 10})
    answers = await place(
        world,
        keyring,
        asked(("KOPI", 1), buyer=a_buyer("Ani Lestari", "+6281200000001")),
        asked(("KOPI", 2), buyer=a_buyer("Anie Lestari", "+6281200000002")),
        now=now,
    )
    assert all(isinstance(answer, Placed) for answer in answers)
    return [answer for answer in answers if isinstance(answer, Placed)]


async def test_a_merge_alters_no_order_and_the_survivor_shows_them_all(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    orders = await two_buyers_with_orders(floor, keyring, now)
    first, second = (placed.order.customer_id for placed in orders)
    assert first is not None
    assert second is not None
    before = await order_rows(floor)

    await floor.run(lambda tx: merge(tx, keyring, first, [second], now=now))

    assert await order_rows(floor) == before
    people = await floor.run(lambda tx: family(tx, first))
    held = await floor.all(
        "SELECT id FROM sales_order WHERE shop_id = %(shop)s AND customer_id = ANY(%(people)s)",
        people=list(people),
    )
    assert {row.id for row in held} == {placed.order.id for placed in orders}
    old = await floor.run(lambda tx: customer_card(tx, keyring, second))
    assert old.name == "Anie Lestari"
    recipients = {card.recipient for card in await floor.run(lambda tx: addresses(tx, keyring, people))}
    assert recipients == {"Ani Lestari", "Anie Lestari"}


async def test_the_next_order_of_a_merged_phone_makes_no_third_record_of_the_person(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    orders = await two_buyers_with_orders(floor, keyring, now)
    first, second = (placed.order.customer_id for placed in orders)
    assert first is not None
    assert second is not None
    await floor.run(lambda tx: merge(tx, keyring, first, [second], now=now))

    again = await floor.run(
        lambda tx: resolve_customers(tx, keyring, [a_buyer("Anie", "+6281200000002")], now=now)
    )

    assert again[0].customer_id == first
    found = await floor.run(lambda tx: find_customers(tx, keyring, "081200000002"))
    assert [card.id for card in found] == [first]


async def test_an_erasure_keeps_orders_and_totals_and_takes_the_name(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    orders = await two_buyers_with_orders(floor, keyring, now)
    first = orders[0].order.customer_id
    assert first is not None
    before = await order_rows(floor)

    await floor.run(lambda tx: erase(tx, first, reason="permintaan pelanggan", now=now))

    after = await order_rows(floor)
    del before["customer_address"], after["customer_address"]
    assert after == before
    assert (await floor.run(lambda tx: customer_card(tx, keyring, first))).name == ERASED_NAME

"""A buyer orders while their record is erased.

The order comes before the erasure, which then finds it and is refused, or after it, and makes the
buyer anew. The control reads the buyer without the lock and shows an order for nobody; on the day
it does not, the races above it prove nothing.
"""

import asyncio
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from conftest import ShopFloor
from given import a_buyer, a_shop, asked
from inventory.racing import Meeting, Work, race
from orderan.customers import Typed, erase, register, store
from orderan.flows import erase_customer as erasing
from orderan.flows.erase_customer import OrdersUnderWay, erase_customer
from orderan.flows.place_order import Placed, place_orders
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.orders import take_numbers

pytestmark = pytest.mark.anyio


async def ani(floor: ShopFloor, keyring: Keyring, now: datetime) -> UUID:
    made: UUID = await floor.run(
        lambda tx: register(tx, keyring, Typed("Ani Lestari", "081234567890"), now=now)
    )
    return made


def ordering(floor: ShopFloor, keyring: Keyring, now: datetime) -> Work:
    async def work(tx: Tx) -> Any:
        numbers = iter(await take_numbers(tx, 1))
        wanted = [asked(("kopi", 1), buyer=a_buyer())]
        [answer] = await place_orders(
            tx, floor.shop, wanted, keyring=keyring, next_number=lambda: next(numbers), now=now
        )
        return answer

    return work


async def buyer_states(floor: ShopFloor) -> list[tuple[UUID, str, bool]]:
    """Every customer with its state and whether an order is theirs."""
    rows = await floor.all(
        """
        SELECT customer.id, state, sales_order.id IS NOT NULL AS ordered
        FROM customer
        LEFT JOIN sales_order ON sales_order.shop_id = customer.shop_id AND customer_id = customer.id
        WHERE customer.shop_id = %(shop)s
        ORDER BY customer.created_at, state DESC
        """
    )
    return [(row.id, row.state, row.ordered) for row in rows]


async def test_an_erasure_waits_for_an_order_that_has_seen_the_buyer_and_is_refused(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_shop(floor, now, stock={"kopi": 5})
    known = await ani(floor, keyring, now)
    seen = asyncio.Event()
    locked = store.lock_by_phone
    meeting = Meeting(floor)

    async def pausing(*args: Any) -> Any:
        found = await locked(*args)
        seen.set()
        await meeting.stop()
        return found

    monkeypatch.setattr(store, "lock_by_phone", pausing)
    placing = asyncio.create_task(race(floor, ordering(floor, keyring, now)))
    await seen.wait()
    [refused] = await race(floor, lambda tx: erase_customer(tx, known, reason="permintaan", now=now))
    [placed] = await placing

    assert isinstance(placed, Placed)
    assert isinstance(refused, OrdersUnderWay)
    assert refused.orders == (str(placed.order.number),)
    assert await buyer_states(floor) == [(known, "active", True)]


async def test_an_order_waits_for_an_erasure_under_way_and_makes_the_buyer_anew(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_shop(floor, now, stock={"kopi": 5})
    known = await ani(floor, keyring, now)
    emptied = asyncio.Event()
    meeting = Meeting(floor)

    async def pausing(*args: Any, **kwargs: Any) -> None:
        await erase(*args, **kwargs)
        emptied.set()
        await meeting.stop()

    monkeypatch.setattr(erasing, "erase", pausing)
    erasure = asyncio.create_task(
        race(floor, lambda tx: erase_customer(tx, known, reason="permintaan", now=now))
    )
    await emptied.wait()
    [placed] = await race(floor, ordering(floor, keyring, now))

    assert await erasure == [None]
    assert isinstance(placed, Placed)
    assert placed.order.customer_id is not None
    assert placed.order.customer_id != known
    assert await buyer_states(floor) == [
        (known, "erased", False),
        (placed.order.customer_id, "active", True),
    ]


async def test_control_without_the_lock_an_order_stands_for_somebody_who_was_erased(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_shop(floor, now, stock={"kopi": 5})
    known = await ani(floor, keyring, now)
    seen, go_on = asyncio.Event(), asyncio.Event()

    async def unlocked(*args: Any) -> Any:
        found = await store.ids_by_phone(*args)
        seen.set()
        await go_on.wait()
        return found

    monkeypatch.setattr(store, "lock_by_phone", unlocked)
    placing = asyncio.create_task(race(floor, ordering(floor, keyring, now)))
    await seen.wait()
    erased = await race(floor, lambda tx: erase_customer(tx, known, reason="permintaan", now=now))
    go_on.set()
    [placed] = await placing

    assert erased == [None]
    assert isinstance(placed, Placed)
    assert await buyer_states(floor) == [(known, "erased", True)]

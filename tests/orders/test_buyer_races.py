"""A buyer orders while their record is erased.

The order comes before the erasure, which then finds it and is refused, or after it, and makes the
buyer anew. The control reads the buyer without the lock and shows an order for nobody; on the day
it does not, the races above it prove nothing.
"""

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from conftest import ShopFloor
from given import a_buyer, a_shop, asked
from inventory.racing import Meeting, Work, race
from orderan.customers import Erased, Typed, erase, family, merge, register, store
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

    async def pausing(*args: Any, **kwargs: Any) -> Erased:
        gone = await erase(*args, **kwargs)
        emptied.set()
        await meeting.stop()
        return gone

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


async def two_records(floor: ShopFloor, keyring: Keyring, now: datetime) -> tuple[UUID, UUID]:
    """One buyer twice; the second record has an order under way."""
    await a_shop(floor, now, stock={"kopi": 5})
    first = await floor.run(lambda tx: register(tx, keyring, Typed("Ani Lestari", "081234567891"), now=now))
    [placed] = await race(floor, ordering(floor, keyring, now))
    assert isinstance(placed, Placed)
    assert placed.order.customer_id is not None
    return first, placed.order.customer_id


async def merged_meanwhile(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> tuple[list[Any], UUID, UUID]:
    """What comes of an erasure that is asked for while the second record is being merged into the first."""
    first, second = await two_records(floor, keyring, now)
    pointed = asyncio.Event()
    real = store.point_to_survivor
    meeting = Meeting(floor)

    async def pausing(*args: Any, **kwargs: Any) -> None:
        await real(*args, **kwargs)
        pointed.set()
        await meeting.stop()

    monkeypatch.setattr(store, "point_to_survivor", pausing)
    merging = asyncio.create_task(race(floor, lambda tx: merge(tx, keyring, first, [second], now=now)))
    await pointed.wait()
    erased = await race(floor, lambda tx: erase_customer(tx, first, reason="permintaan", now=now))
    assert await merging == [None]
    return erased, first, second


async def test_an_erasure_waits_for_a_merge_under_way_and_is_refused_for_its_orders(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    [refused], first, second = await merged_meanwhile(floor, keyring, now, monkeypatch)

    assert isinstance(refused, OrdersUnderWay)
    assert set(await buyer_states(floor)) == {(first, "active", False), (second, "merged", True)}


async def test_control_a_family_read_before_the_lock_misses_an_order_merged_meanwhile(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def early(tx: Tx, customer_id: UUID, **kwargs: Any) -> Erased:
        people = await family(tx, customer_id)
        return replace(await erase(tx, customer_id, **kwargs), people=people)

    monkeypatch.setattr(erasing, "erase", early)
    [missed], first, second = await merged_meanwhile(floor, keyring, now, monkeypatch)

    assert missed is None
    assert set(await buyer_states(floor)) == {(first, "erased", False), (second, "merged", True)}

"""A buyer asks to be forgotten while their next order is being placed.

Placement is stopped after it knows who the buyer is and before it writes; erasing comes meanwhile.
The control takes the lock away and shows an order without a name.
"""

import asyncio
from datetime import datetime
from typing import Any

import pytest

from conftest import ShopFloor
from given import a_buyer, a_shop, asked, place
from inventory.racing import Meeting
from orderan.customers import store
from orderan.flows.erase_customer import OrdersUnderWay, erase_customer
from orderan.flows.place_order import Placed, place_orders
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.orders.numbers import take_numbers

pytestmark = pytest.mark.anyio


async def at_once(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> list[Any]:
    """The outcomes of a second order of a known buyer, and of erasing them."""
    world = await a_shop(floor, now, stock={"kopi": 5})
    [first] = await place(world, keyring, asked(("kopi", 1), buyer=a_buyer()), now=now)
    assert isinstance(first, Placed)
    customer = first.order.customer_id
    assert customer is not None
    await floor.all("UPDATE sales_order SET commercial = 'cancelled' WHERE shop_id = %(shop)s RETURNING id")
    known, gone = asyncio.Event(), asyncio.Event()
    meeting = Meeting(floor)
    real = store.hold_by_phone

    async def then_wait(tx: Tx, indexes: Any) -> Any:
        """Go on once the buyer is forgotten, or once forgetting waits for us."""
        found = await real(tx, indexes)
        known.set()
        while not gone.is_set() and not await meeting.somebody_waits():  # noqa: ASYNC110 - the event is another connection's
            await asyncio.sleep(0.005)
        return found

    monkeypatch.setattr(store, "hold_by_phone", then_wait)

    async def placing(tx: Tx) -> Any:
        numbers = iter(await take_numbers(tx, 1))
        return await place_orders(
            tx,
            floor.shop,
            [asked(("kopi", 1), buyer=a_buyer())],
            keyring=keyring,
            next_number=lambda: next(numbers),
            now=now,
        )

    async def erasing() -> Any:
        await known.wait()
        try:
            return await floor.run(lambda tx: erase_customer(tx, customer, reason="diminta", now=now))
        finally:
            gone.set()

    return list(await asyncio.gather(floor.run(placing), erasing(), return_exceptions=True))


async def nameless(floor: ShopFloor) -> int:
    """Orders under way whose buyer has no name."""
    found: int = await floor.value(
        """
        SELECT count(*) FROM sales_order
        JOIN customer ON customer.shop_id = sales_order.shop_id AND customer.id = sales_order.customer_id
        WHERE sales_order.shop_id = %(shop)s AND sales_order.commercial = 'awaiting_payment'
          AND customer.state = 'erased'
        """
    )
    return found


async def test_an_order_placed_meanwhile_keeps_its_buyer(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed, erased = await at_once(floor, keyring, now, monkeypatch)

    assert isinstance(placed[0], Placed)
    assert isinstance(erased, OrdersUnderWay)
    assert await nameless(floor) == 0


async def test_control_without_the_lock_the_order_has_nobody(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "hold_by_phone", store.ids_by_phone)

    placed, erased = await at_once(floor, keyring, now, monkeypatch)

    assert isinstance(placed[0], Placed)
    assert erased is None
    assert await nameless(floor) == 1

"""Two clerks, one phone: one customer.

Both are stopped before they write, the widest the window can be. The control takes the unique
index away and shows the same setup going wrong.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest

from conftest import ShopFloor
from orderan.customers import (
    Buyer,
    Changes,
    CustomerNotActive,
    PhoneTaken,
    Typed,
    erase,
    merge,
    register,
    resolve_customers,
    store,
    update,
)
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.errors import Refusal
from orderan.kit.ids import to_text

pytestmark = pytest.mark.anyio

BUDI = Typed(name="Budi Santoso", phone="081234567890")


async def race(floor: ShopFloor, *works: Callable[[Tx], Awaitable[Any]]) -> list[Any]:
    """Run each in a transaction of its own, at once; refusals come back as values."""

    async def one(work: Callable[[Tx], Awaitable[Any]]) -> Any:
        try:
            return await floor.run(work)
        except Refusal as refusal:
            return refusal

    return await asyncio.gather(*(one(work) for work in works))


def meeting(monkeypatch: pytest.MonkeyPatch, name: str, parties: int) -> None:
    """Make a function of the store wait, before it writes, until all parties have come to it."""
    written = getattr(store, name)
    waiting = asyncio.Barrier(parties)

    async def together(*args: Any, **more: Any) -> Any:
        await waiting.wait()
        return await written(*args, **more)

    monkeypatch.setattr(store, name, together)


async def customers(floor: ShopFloor) -> list[Any]:
    return await floor.all("SELECT id, state FROM customer WHERE shop_id = %(shop)s")


async def test_two_registrations_of_one_phone_at_once_give_one_customer(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting(monkeypatch, "insert_customer", 2)

    def work(tx: Tx) -> Awaitable[UUID]:
        return register(tx, keyring, BUDI, now=now)

    outcomes = await race(floor, work, work)

    [made] = [outcome for outcome in outcomes if isinstance(outcome, UUID)]
    [refused] = [outcome for outcome in outcomes if isinstance(outcome, PhoneTaken)]
    assert refused.customer == to_text("cus", made)
    assert [row.id for row in await customers(floor)] == [made]
    assert await floor.value("SELECT count(*) FROM event WHERE shop_id = %(shop)s") == 1


async def test_control_without_the_index_one_phone_has_two_customers(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("DROP INDEX customer_phone_once")
    meeting(monkeypatch, "insert_customer", 2)

    def work(tx: Tx) -> Awaitable[UUID]:
        return register(tx, keyring, BUDI, now=now)

    outcomes = await race(floor, work, work)

    assert [type(outcome) for outcome in outcomes] == [UUID, UUID]
    assert len(await customers(floor)) == 2


async def test_a_clerk_and_an_order_with_one_phone_at_once_agree_on_the_customer(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    buyer = Buyer("Budi", "+6281234567890", None, None)

    outcomes = await race(
        floor,
        lambda tx: register(tx, keyring, BUDI, now=now),
        lambda tx: resolve_customers(tx, keyring, [buyer], now=now),
    )

    [row] = await customers(floor)
    assert outcomes[1][0].customer_id == row.id
    assert outcomes[0] == row.id or outcomes[0].customer == to_text("cus", row.id)


async def test_two_customers_given_one_phone_at_once_do_not_share_it(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [
        await floor.run(lambda tx, n=n: register(tx, keyring, Typed(f"Budi {n}", f"08120000000{n}"), now=now))
        for n in (1, 2)
    ]
    meeting(monkeypatch, "update_customer", 2)

    outcomes = await race(
        floor,
        *(
            lambda tx, one=one: update(tx, keyring, one, Changes(phone="085711112222"), now=now)
            for one in ids
        ),
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["PhoneTaken", "tuple"]
    shared = await floor.value(
        "SELECT max(held) FROM (SELECT count(*) AS held FROM customer"
        " WHERE shop_id = %(shop)s GROUP BY phone_index) AS phones"
    )
    assert shared == 1


async def test_two_merges_across_each_other_leave_one_survivor(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    one, other = [
        await floor.run(lambda tx, n=n: register(tx, keyring, Typed(f"Budi {n}", f"08120000000{n}"), now=now))
        for n in (1, 2)
    ]

    outcomes = await race(
        floor,
        lambda tx: merge(tx, keyring, one, [other], now=now),
        lambda tx: merge(tx, keyring, other, [one], now=now),
    )

    assert [type(outcome) for outcome in outcomes if outcome is not None] == [CustomerNotActive]
    assert sorted(row.state for row in await customers(floor)) == ["active", "merged"]


async def test_an_erasure_and_a_merge_at_once_leave_nothing_readable_behind(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    one, other = [
        await floor.run(lambda tx, n=n: register(tx, keyring, Typed(f"Budi {n}", f"08120000000{n}"), now=now))
        for n in (1, 2)
    ]

    outcomes = await race(
        floor,
        lambda tx: erase(tx, one, reason="permintaan", now=now),
        lambda tx: merge(tx, keyring, one, [other], now=now),
    )

    states = {row.id: row.state for row in await customers(floor)}
    assert states[one] == "erased"
    if outcomes[1] is None:  # the merge came first, so the other went with the survivor
        assert states[other] == "merged"
        assert await floor.value("SELECT count(wrapped) FROM subject_key WHERE shop_id = %(shop)s") == 0
    else:
        assert isinstance(outcomes[1], CustomerNotActive)
        assert states[other] == "active"

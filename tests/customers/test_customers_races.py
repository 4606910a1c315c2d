"""Two clerks, one phone: one customer; two hands on one record: one of them is told.

Both are stopped before they write, or right after they read, the widest the window can be. Each
control takes the unique index or the lock away and shows the same setup going wrong.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest

from conftest import ShopFloor
from inventory.racing import Meeting, Without
from orderan.customers import (
    Buyer,
    Changes,
    CustomerNotActive,
    Erased,
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


def meeting(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Make functions of the store wait, before they write, until two have come to any of them."""
    waiting = asyncio.Barrier(2)

    def together(written: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def waits(*args: Any, **more: Any) -> Any:
            await waiting.wait()
            return await written(*args, **more)

        return waits

    for name in names:
        monkeypatch.setattr(store, name, together(getattr(store, name)))


def drop_index(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("DROP INDEX customer_phone_once")


def unlock(monkeypatch: pytest.MonkeyPatch) -> None:
    locked = store.lock_customers

    async def unlocked(tx: Tx, ids: Collection[UUID]) -> dict[UUID, Any]:
        return await locked(Without(tx, "FOR UPDATE OF customer"), ids)

    monkeypatch.setattr(store, "lock_customers", unlocked)


async def two_customers(floor: ShopFloor, keyring: Keyring, now: datetime) -> list[UUID]:
    return [
        await floor.run(lambda tx, n=n: register(tx, keyring, Typed(f"Budi {n}", f"08120000000{n}"), now=now))
        for n in (1, 2)
    ]


async def customers(floor: ShopFloor) -> list[Any]:
    return await floor.all("SELECT id, state FROM customer WHERE shop_id = %(shop)s")


async def test_two_registrations_of_one_phone_at_once_give_one_customer(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting(monkeypatch, "insert_customer")

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
    drop_index(database_url)
    meeting(monkeypatch, "insert_customer")

    def work(tx: Tx) -> Awaitable[UUID]:
        return register(tx, keyring, BUDI, now=now)

    outcomes = await race(floor, work, work)

    assert [type(outcome) for outcome in outcomes] == [UUID, UUID]
    assert len(await customers(floor)) == 2


def clerk_and_order(keyring: Keyring, now: datetime) -> tuple[Callable[[Tx], Awaitable[Any]], ...]:
    buyer = Buyer("Budi", "+6281234567890", None, None)
    return (
        lambda tx: register(tx, keyring, BUDI, now=now),
        lambda tx: resolve_customers(tx, keyring, [buyer], now=now),
    )


async def test_a_clerk_and_an_order_with_one_phone_at_once_agree_on_the_customer(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting(monkeypatch, "insert_customer", "insert_customers")

    outcomes = await race(floor, *clerk_and_order(keyring, now))

    [row] = await customers(floor)
    assert outcomes[1][0].customer_id == row.id
    if isinstance(outcomes[0], PhoneTaken):
        assert outcomes[0].customer == to_text("cus", row.id)
    else:
        assert outcomes[0] == row.id


async def test_control_without_the_index_the_clerk_and_the_order_make_a_customer_each(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    drop_index(database_url)
    inserted = store.insert_customers
    conflict = (
        "ON CONFLICT (shop_id, phone_index) WHERE state = 'active' AND phone_index IS NOT NULL DO NOTHING"
    )

    async def unguarded(tx: Tx, found: Sequence[store.SealedCustomer], *, now: datetime) -> None:
        await inserted(Without(tx, conflict), found, now=now)

    monkeypatch.setattr(store, "insert_customers", unguarded)
    meeting(monkeypatch, "insert_customer", "insert_customers")

    outcomes = await race(floor, *clerk_and_order(keyring, now))

    rows = await customers(floor)
    assert [row.state for row in rows] == ["active", "active"]
    assert outcomes[0] in {row.id for row in rows}


async def most_with_one_phone(floor: ShopFloor) -> int:
    return int(
        await floor.value(
            "SELECT max(held) FROM (SELECT count(*) AS held FROM customer"
            " WHERE shop_id = %(shop)s GROUP BY phone_index) AS phones"
        )
    )


async def given_one_phone(floor: ShopFloor, keyring: Keyring, now: datetime) -> list[Any]:
    ids = await two_customers(floor, keyring, now)
    return await race(
        floor,
        *(
            lambda tx, one=one: update(tx, keyring, one, Changes(phone="085711112222"), now=now)
            for one in ids
        ),
    )


async def test_two_customers_given_one_phone_at_once_do_not_share_it(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting(monkeypatch, "update_customer")

    outcomes = await given_one_phone(floor, keyring, now)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["PhoneTaken", "tuple"]
    assert await most_with_one_phone(floor) == 1


async def test_control_without_the_index_two_customers_share_a_phone(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    drop_index(database_url)
    meeting(monkeypatch, "update_customer")

    outcomes = await given_one_phone(floor, keyring, now)

    assert outcomes == [("phone",), ("phone",)]
    assert await most_with_one_phone(floor) == 2


async def merged_across(floor: ShopFloor, keyring: Keyring, now: datetime) -> list[Any]:
    one, other = await two_customers(floor, keyring, now)
    return await race(
        floor,
        lambda tx: merge(tx, keyring, one, [other], now=now),
        lambda tx: merge(tx, keyring, other, [one], now=now),
    )


async def test_two_merges_across_each_other_leave_one_survivor(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    Meeting(floor).after(monkeypatch, store, "lock_customers")

    outcomes = await merged_across(floor, keyring, now)

    assert [type(outcome) for outcome in outcomes if outcome is not None] == [CustomerNotActive]
    assert sorted(row.state for row in await customers(floor)) == ["active", "merged"]


async def test_control_without_the_lock_two_merges_across_each_other_leave_no_survivor(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlock(monkeypatch)
    Meeting(floor).after(monkeypatch, store, "lock_customers")

    outcomes = await merged_across(floor, keyring, now)

    assert outcomes == [None, None]
    assert [row.state for row in await customers(floor)] == ["merged", "merged"]


async def erased_while_merged(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> tuple[list[Any], list[str], int]:
    """The outcomes, the states of survivor and other, and how many keys can still be read."""
    one, other = await two_customers(floor, keyring, now)
    outcomes = await race(
        floor,
        lambda tx: erase(tx, one, reason="permintaan", now=now),
        lambda tx: merge(tx, keyring, one, [other], now=now),
    )
    states = {row.id: row.state for row in await customers(floor)}
    keys = await floor.value("SELECT count(wrapped) FROM subject_key WHERE shop_id = %(shop)s")
    return outcomes, [states[one], states[other]], keys


async def test_an_erasure_and_a_merge_at_once_leave_nothing_readable_behind(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    Meeting(floor).after(monkeypatch, store, "lock_customers")

    outcomes, states, keys = await erased_while_merged(floor, keyring, now)

    assert isinstance(outcomes[0], Erased)
    if outcomes[1] is None:  # the merge came first, so the other went with the survivor
        assert (states, keys) == (["erased", "merged"], 0)
    else:
        assert isinstance(outcomes[1], CustomerNotActive)
        assert (states, keys) == (["erased", "active"], 1)


async def test_control_without_the_lock_somebody_merged_into_the_erased_stays_readable(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlock(monkeypatch)
    Meeting(floor).after(monkeypatch, store, "lock_customers")
    # The erasure asks for the family before the merge has made one.
    meeting(monkeypatch, "empty_customers", "point_to_survivor")

    outcomes, states, keys = await erased_while_merged(floor, keyring, now)

    assert isinstance(outcomes[0], Erased)
    assert outcomes[1] is None
    assert (states, keys) == (["erased", "merged"], 1)

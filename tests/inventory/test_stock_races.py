"""Two people and the same units, at once.

Both are stopped after reading the stock and before writing, the widest the window can be. Each
control takes the guard away and shows the same setup going wrong; on the day it stops going
wrong, the race test above it proves nothing.
"""

from collections.abc import Collection
from contextvars import ContextVar
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from psycopg.errors import CheckViolation, DeadlockDetected

from conftest import ShopFloor
from given import World, a_shop, asked, place
from inventory.racing import Meeting, Work, race
from orderan.flows.place_order import Placed
from orderan.inventory import (
    Claim,
    ClaimMissing,
    ClaimState,
    Demand,
    Part,
    Shortfall,
    StockKey,
    StockShort,
    Taken,
    Want,
    adjust_stock,
    dispatch_claims,
    release_claims,
    store,
    take_stock,
)
from orderan.inventory.models import StockRow
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import NIL, new_id
from orderan.orders import Terms
from orderan.orders.store import lock_orders

pytestmark = pytest.mark.anyio


def taking(*wants: tuple[UUID, int], now: datetime) -> Work:
    """A buyer who reserves these units."""
    demand = Demand(new_id(), [Want(number, sku, units) for number, (sku, units) in enumerate(wants, 1)])

    async def work(tx: Tx) -> Taken | StockShort:
        [answer] = await take_stock(tx, [(demand, ClaimState.RESERVED)], now=now)
        return answer

    return work


async def read_unlocked(tx: Tx, skus: Collection[UUID], *, now: datetime) -> list[StockRow]:
    rows = await tx.all(
        """
        SELECT sku_id, location_id, owner_id, lot_id, expires_on, on_hand - reserved - allocated AS free
        FROM stock WHERE shop_id = %(shop)s AND sku_id = ANY(%(skus)s)
        """,
        {"shop": tx.shop_id, "skus": list(skus)},
    )
    return [StockRow(StockKey(*row[:4]), row.free, row.expires_on, 0, None, 0) for row in rows]


async def test_the_last_unit_goes_to_one_buyer_and_the_other_is_told_why(
    floor: ShopFloor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 1})
    kopi = world.skus["kopi"]
    Meeting(floor).after(monkeypatch, store, "lock_sellable")

    outcomes = await race(floor, taking((kopi, 1), now=now), taking((kopi, 1), now=now))

    [won] = [one for one in outcomes if isinstance(one, Taken)]
    [lost] = [one for one in outcomes if isinstance(one, StockShort)]
    assert lost.shortfalls == (Shortfall(kopi, 1, 0),)
    assert await world.stock("kopi") == (1, 1, 0)
    assert await floor.value("SELECT holder_id FROM claim") == won.claims[0].holder_id
    assert await floor.value("SELECT count(*) FROM movement WHERE kind = 'reserve'") == 1


async def test_control_without_the_lock_only_the_constraint_saves_the_last_unit(
    floor: ShopFloor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 1})
    kopi = world.skus["kopi"]
    monkeypatch.setattr(store, "lock_sellable", read_unlocked)
    Meeting(floor).after(monkeypatch, store, "lock_sellable")

    outcomes = await race(floor, taking((kopi, 1), now=now), taking((kopi, 1), now=now))

    [fault] = [one for one in outcomes if isinstance(one, Exception)]
    assert isinstance(fault, CheckViolation)
    assert "stock_never_oversold" in str(fault)
    assert await world.stock("kopi") == (1, 1, 0)


async def test_lines_in_opposite_order_do_not_deadlock(
    floor: ShopFloor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5, "gula": 5})
    kopi, gula = world.skus["kopi"], world.skus["gula"]
    Meeting(floor).after(monkeypatch, store, "lock_sellable")

    outcomes = await race(floor, taking((kopi, 1), (gula, 1), now=now), taking((gula, 1), (kopi, 1), now=now))

    assert [type(one) for one in outcomes] == [Taken, Taken]
    assert await world.stock("kopi") == (5, 2, 0)
    assert await world.stock("gula") == (5, 2, 0)


async def test_control_locks_taken_line_by_line_deadlock(
    floor: ShopFloor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5, "gula": 5})
    kopi, gula = world.skus["kopi"], world.skus["gula"]
    lines: ContextVar[list[UUID]] = ContextVar("lines")
    real = store.lock_sellable
    meeting = Meeting(floor)

    async def one_after_the_other(tx: Tx, skus: Collection[UUID], *, now: datetime) -> list[StockRow]:
        first, second = lines.get()
        rows = await real(tx, [first], now=now)
        await meeting.stop()
        return rows + await real(tx, [second], now=now)

    def in_order(*skus: UUID) -> Work:
        async def work(tx: Tx) -> Any:
            lines.set(list(skus))
            return await taking(*((sku, 1) for sku in skus), now=now)(tx)

        return work

    monkeypatch.setattr(store, "lock_sellable", one_after_the_other)

    outcomes = await race(floor, in_order(kopi, gula), in_order(gula, kopi))

    assert sorted(type(one).__name__ for one in outcomes) == [DeadlockDetected.__name__, Taken.__name__]
    assert await world.stock("kopi") == (5, 1, 0)


async def a_claimed_order(floor: ShopFloor, keyring: Keyring, now: datetime) -> tuple[World, Part]:
    """An accepted order of two units, beside another whose units are allocated on the same row."""
    world = await a_shop(floor, now, stock={"kopi": 9})
    placed, _ = await place(world, keyring, *[asked(("kopi", 2), terms=Terms.COD) for _ in range(2)], now=now)
    assert isinstance(placed, Placed)
    return world, Part(placed.order.id, 1, world.skus["kopi"], 2)


def releasing(part: Part, *, guarded: bool, now: datetime) -> Work:
    async def work(tx: Tx) -> list[Claim]:
        if guarded:
            await lock_orders(tx, [part.holder_id])
        return await release_claims(tx, [part.holder_id], parts=[part], now=now)

    return work


def dispatching(part: Part, *, guarded: bool, now: datetime) -> Work:
    async def work(tx: Tx) -> list[Claim]:
        if guarded:
            await lock_orders(tx, [part.holder_id])
        return await dispatch_claims(tx, [part], now=now)

    return work


async def test_a_claim_is_released_or_dispatched_but_never_both(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, part = await a_claimed_order(floor, keyring, now)
    Meeting(floor).after(monkeypatch, store, "claims_of")

    outcomes = await race(
        floor, releasing(part, guarded=True, now=now), dispatching(part, guarded=True, now=now)
    )

    [refused] = [one for one in outcomes if isinstance(one, Exception)]
    assert isinstance(refused, ClaimMissing)
    assert refused.holder_id == part.holder_id
    assert await world.stock("kopi") in [(9, 0, 2), (7, 0, 2)]
    moved = await floor.all("SELECT kind, quantity FROM movement WHERE kind IN ('release', 'dispatch')")
    assert len(moved) == 1


async def test_control_without_the_holders_lock_the_second_is_stopped_only_by_its_missing_claim(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, part = await a_claimed_order(floor, keyring, now)
    Meeting(floor).after(monkeypatch, store, "lock_rows")

    outcomes = await race(
        floor, releasing(part, guarded=False, now=now), dispatching(part, guarded=False, now=now)
    )

    [fault] = [one for one in outcomes if isinstance(one, Exception)]
    assert isinstance(fault, AssertionError)
    assert str(fault) == "claims changed while their holder was locked"
    assert await world.stock("kopi") in [(9, 0, 2), (7, 0, 2)]


def losing(key: StockKey, units: int, *, now: datetime) -> Work:
    async def work(tx: Tx) -> None:
        await adjust_stock(tx, [(key, -units)], reason="hilang", now=now)

    return work


async def test_two_adjustments_cannot_take_the_same_unit(
    floor: ShopFloor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 3})
    key = StockKey(world.skus["kopi"], world.locations["JKT"], NIL, NIL)
    Meeting(floor).after(monkeypatch, store, "lock_rows")

    outcomes = await race(floor, losing(key, 2, now=now), losing(key, 2, now=now))

    [refused] = [one for one in outcomes if one is not None]
    assert isinstance(refused, StockShort)
    assert refused.shortfalls == (Shortfall(key.sku_id, 2, 1),)
    assert await world.stock("kopi") == (1, 0, 0)


async def test_control_without_the_lock_the_second_adjustment_meets_only_the_constraint(
    floor: ShopFloor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 3})
    key = StockKey(world.skus["kopi"], world.locations["JKT"], NIL, NIL)

    async def no_lock(tx: Tx, keys: Collection[StockKey]) -> None:
        pass

    monkeypatch.setattr(store, "lock_rows", no_lock)
    from orderan.inventory import views

    Meeting(floor).after(monkeypatch, views, "counters")

    outcomes = await race(floor, losing(key, 2, now=now), losing(key, 2, now=now))

    [fault] = [one for one in outcomes if one is not None]
    assert isinstance(fault, CheckViolation)
    guards = ("stock_never_oversold", "stock_counters_not_negative", "stock_binned_is_on_hand")
    assert any(guard in str(fault) for guard in guards)
    assert await world.stock("kopi") == (1, 0, 0)

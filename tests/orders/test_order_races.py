"""Two at once on one order.

Each is stopped after it read the order and before it writes, the widest the window can be. The
controls read without the lock and show the same meeting going wrong; on the day one goes right,
the race above it proves nothing.
"""

import asyncio
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from psycopg.errors import UniqueViolation

from conftest import ShopFloor
from given import World, a_shop, asked
from inventory.racing import Meeting, Work, race
from orderan.flows import cancel_order as cancelling
from orderan.flows import change_order as changing
from orderan.flows import expire_orders as expiring
from orderan.flows import settle_payment as settling
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.orders import (
    ChangeNotOpen,
    ChangeOpen,
    Order,
    SetQuantity,
    Terms,
    Units,
    UnitsNotOpen,
    load_orders,
)
from orderan.payments import MoneyEvent, MoneyKind, Standing
from orders.acting import look, open_entries, placed

pytestmark = pytest.mark.anyio


async def read_unlocked(tx: Tx, ids: Collection[UUID]) -> dict[UUID, Order]:
    return {order_id: found[0] for order_id, found in (await load_orders(tx, ids)).items()}


def unlock(monkeypatch: pytest.MonkeyPatch, *flows: Any) -> None:
    for flow in flows:
        monkeypatch.setattr(flow, "lock_orders", read_unlocked)


async def overtaken(
    floor: ShopFloor, monkeypatch: pytest.MonkeyPatch, flow: Any, slow: Work, fast: Work
) -> list[Any]:
    """`slow` reads its order without the lock and is held there until `fast` has committed."""
    has_read, may_go_on = asyncio.Event(), asyncio.Event()
    locked = flow.lock_orders

    async def stale(tx: Tx, ids: Collection[UUID]) -> dict[UUID, Order]:
        if has_read.is_set():
            orders: dict[UUID, Order] = await locked(tx, ids)
            return orders
        found = await read_unlocked(tx, ids)
        has_read.set()
        await may_go_on.wait()
        return found

    monkeypatch.setattr(flow, "lock_orders", stale)
    waiting = asyncio.create_task(race(floor, slow))
    await has_read.wait()
    first = await race(floor, fast)
    may_go_on.set()
    return first + await waiting


def cancel(order: Order, units: int | None, now: datetime) -> Work:
    wanted = None if units is None else [Units(1, units)]
    return lambda tx: cancelling.cancel_order(tx, order.id, units=wanted, reason="-", now=now)


def settle(order: Order, now: datetime) -> Work:
    event = MoneyEvent(order.id, MoneyKind.CAPTURED, "bank_transfer", order.total_minor, "IDR", "TRX-9")
    return lambda tx: settling.settle_payment(tx, event, now=now)


async def consistent(world: World) -> bool:
    """Counters equal open claims, and claims equal what accepted and waiting orders still want."""
    [row] = await world.floor.all(
        """
        SELECT (SELECT coalesce(sum(reserved + allocated), 0) FROM stock) AS promised,
               (SELECT coalesce(sum(quantity), 0) FROM claim) AS claimed,
               (SELECT coalesce(sum(order_line.quantity - order_line.cancelled - order_line.shipped), 0)
                FROM order_line JOIN sales_order ON sales_order.id = order_line.order_id
                WHERE sales_order.commercial IN ('awaiting_payment', 'accepted')) AS wanted,
               (SELECT coalesce(sum(task_line.quantity), 0) FROM task_line JOIN task ON task.id = task_line.task_id
                WHERE task.state <> 'cancelled') AS planned,
               (SELECT coalesce(sum(order_line.quantity - order_line.cancelled), 0)
                FROM order_line JOIN sales_order ON sales_order.id = order_line.order_id
                WHERE sales_order.commercial = 'accepted') AS to_plan
        """
    )
    return bool(row.promised == row.claimed == row.wanted and row.planned == row.to_plan)


async def test_the_last_open_unit_is_cancelled_once(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await placed(world, keyring, asked(("kopi", 3), terms=Terms.COD), now)
    Meeting(floor).after(monkeypatch, cancelling, "lock_orders")

    outcomes = await race(floor, cancel(order, 2, now), cancel(order, 2, now))

    assert sorted(type(one).__name__ for one in outcomes) == ["Order", "UnitsNotOpen"]
    [refused] = [one for one in outcomes if isinstance(one, UnitsNotOpen)]
    assert refused.lines[0].open == 1
    _, [line] = await look(world, order.id)
    assert line.cancelled == 2
    assert await world.stock("kopi") == (5, 0, 1)
    assert await consistent(world)


async def test_control_without_the_lock_a_kept_version_is_all_that_stops_the_second_cancellation(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await placed(world, keyring, asked(("kopi", 3), terms=Terms.COD), now)

    outcomes = await overtaken(floor, monkeypatch, cancelling, cancel(order, 1, now), cancel(order, 1, now))

    assert [type(one) for one in outcomes] == [Order, UniqueViolation]


async def test_a_cancellation_and_the_money_meet_and_nothing_is_lost_whoever_comes_first(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await placed(world, keyring, asked(("kopi", 2)), now)
    meeting = Meeting(floor)
    meeting.after(monkeypatch, cancelling, "lock_orders")
    meeting.after(monkeypatch, settling, "lock_orders")

    outcomes = await race(floor, cancel(order, None, now), settle(order, now))

    assert [type(one) for one in outcomes] == [Order, Standing]
    stored, _ = await look(world, order.id)
    assert (stored.commercial, stored.paid_minor) == ("cancelled", 20_000)
    assert await open_entries(world) == [("payment_after_close", 20_000)]
    assert await world.stock("kopi") == (5, 0, 0)
    assert await consistent(world)


async def test_control_without_the_lock_a_cancelled_order_is_paid_for_and_nobody_is_told(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await placed(world, keyring, asked(("kopi", 2)), now)

    await overtaken(floor, monkeypatch, settling, settle(order, now), cancel(order, None, now))

    stored, _ = await look(world, order.id)
    assert (stored.commercial, stored.paid_minor) == ("cancelled", 20_000)
    assert await open_entries(world) == []


async def test_two_editors_at_once_one_has_the_order_and_the_other_is_told_who(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await placed(world, keyring, asked(("kopi", 2)), now)
    Meeting(floor).after(monkeypatch, changing, "lock_orders")

    def begin(tx: Tx) -> Any:
        return changing.open_change(tx, order.id, [SetQuantity(1, 3)], reason="", now=now)

    outcomes = await race(floor, begin, begin)

    assert sorted(type(one).__name__ for one in outcomes) == ["Change", "ChangeOpen"]
    [refused] = [one for one in outcomes if isinstance(one, ChangeOpen)]
    assert refused.opened_by == "staff:test"
    assert await floor.value("SELECT count(*) FROM order_change") == 1


async def test_control_without_the_lock_only_the_index_keeps_the_second_change_out(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await placed(world, keyring, asked(("kopi", 2)), now)
    unlock(monkeypatch, changing)
    Meeting(floor).after(monkeypatch, changing, "lock_orders")
    Meeting(floor).after(monkeypatch, changing, "begin")

    def begin(tx: Tx) -> Any:
        return changing.open_change(tx, order.id, [SetQuantity(1, 3)], reason="", now=now)

    outcomes = await race(floor, begin, begin)

    assert [type(one) for one in outcomes if isinstance(one, Exception)] == [UniqueViolation]


async def test_a_change_is_confirmed_once(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await placed(world, keyring, asked(("kopi", 1), terms=Terms.COD), now)
    change = await floor.run(
        lambda tx: changing.open_change(tx, order.id, [SetQuantity(1, 2)], reason="", now=now)
    )
    Meeting(floor).after(monkeypatch, changing, "lock_orders")

    def confirming(tx: Tx) -> Any:
        return changing.confirm(tx, order.id, change.id, now=now)

    outcomes = await race(floor, confirming, confirming)

    assert sorted(type(one).__name__ for one in outcomes) == ["ChangeNotOpen", "Preview"]
    assert any(isinstance(one, ChangeNotOpen) for one in outcomes)
    assert await world.stock("kopi") == (5, 0, 2)
    assert await consistent(world)


async def test_control_without_the_lock_a_kept_version_is_all_that_stops_the_second_confirmation(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await placed(world, keyring, asked(("kopi", 1), terms=Terms.COD), now)
    change = await floor.run(
        lambda tx: changing.open_change(tx, order.id, [SetQuantity(1, 2)], reason="", now=now)
    )
    unlock(monkeypatch, changing)
    Meeting(floor).after(monkeypatch, changing, "require_current")

    def confirming(tx: Tx) -> Any:
        return changing.confirm(tx, order.id, change.id, now=now)

    outcomes = await race(floor, confirming, confirming)

    [fault] = [one for one in outcomes if isinstance(one, Exception)]
    assert isinstance(fault, UniqueViolation)
    assert "order_version_pkey" in str(fault)


async def test_the_clock_and_the_money_meet_and_the_order_is_either_accepted_or_revived(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await placed(world, keyring, asked(("kopi", 2)), now)
    late = now + timedelta(days=40)
    meeting = Meeting(floor)
    meeting.after(monkeypatch, expiring, "overdue")
    meeting.after(monkeypatch, settling, "lock_orders")

    outcomes = await race(floor, lambda tx: expiring.expire_orders(tx, now=late), settle(order, late))

    assert isinstance(outcomes[1], Standing)
    stored, _ = await look(world, order.id)
    assert (stored.commercial, stored.money) == ("accepted", "paid")
    assert await world.stock("kopi") == (5, 0, 2)
    assert await open_entries(world) == []
    assert await consistent(world)


async def test_control_without_the_lock_the_money_of_an_expired_order_is_lost_from_sight(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await placed(world, keyring, asked(("kopi", 2)), now)
    late = now + timedelta(days=40)

    def clock(tx: Tx) -> Any:
        return expiring.expire_orders(tx, now=late)

    await overtaken(floor, monkeypatch, settling, settle(order, late), clock)

    stored, _ = await look(world, order.id)
    assert (stored.commercial, stored.paid_minor) == ("expired", 20_000)
    assert await open_entries(world) == []

"""Two people at one parcel, one hold, one reference or one refund, at once.

Both are stopped where the window is widest. Each control takes the guard away and shows the same
setup going wrong; on the day it stops going wrong, the race test above it proves nothing.
"""

from collections.abc import Collection, Sequence
from contextvars import ContextVar
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from conftest import ShopFloor
from fulfilment.working import AWB, an_order, money, order_row, packed, pay, the_task
from given import World, a_shop
from inventory.racing import Meeting, Work, race
from orderan.flows import hand_over as hand_over_flow
from orderan.flows import hold_order as hold_flow
from orderan.flows import pick_task, refund_order
from orderan.flows import settle_payment as settle_flow
from orderan.flows.hand_over import hand_over
from orderan.flows.hold_order import hold_order
from orderan.flows.pick_task import release_tasks, start_picking
from orderan.flows.refund_order import promise_refund
from orderan.flows.settle_payment import settle_payment
from orderan.fulfilment import Box, PickingBlocked, Task, readiness, store
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.states import IllegalMove
from orderan.orders import Order, Terms, load_orders, lock_orders
from orderan.payments import ReferenceUsed, Refund, RefundTooLarge, Standing
from orderan.shipping import Parcel

pytestmark = pytest.mark.anyio


async def orders_unlocked(tx: Tx, ids: Collection[UUID]) -> dict[UUID, Order]:
    return {order_id: order for order_id, (order, _) in (await load_orders(tx, ids)).items()}


def promising(order: Order, amount: int, now: datetime) -> Work:
    return lambda tx: promise_refund(tx, order.id, amount_minor=amount, reason="x", now=now)


async def test_two_promises_of_the_same_money_are_not_both_made(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 2), now=now)
    await pay(world, order, now=now)
    Meeting(floor).after(monkeypatch, refund_order, "lock_orders")

    outcomes = await race(floor, promising(order, 12_000, now), promising(order, 12_000, now))

    assert {type(one) for one in outcomes} == {Refund, RefundTooLarge}
    assert await floor.value("SELECT sum(amount_minor)::int FROM refund") == 12_000


async def test_control_without_the_orders_lock_more_is_promised_than_there_is(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 2), now=now)
    await pay(world, order, now=now)
    monkeypatch.setattr(refund_order, "lock_orders", orders_unlocked)

    async def without_facts(*args: Any, **kwargs: Any) -> None:
        """Facts of an order are numbered, so their key would stop the second promise by accident."""

    meeting = Meeting(floor)
    monkeypatch.setattr("orderan.payments.commands.refunds.record", without_facts)
    meeting.after(monkeypatch, refund_order, "grant_refund")

    outcomes = await race(floor, promising(order, 12_000, now), promising(order, 12_000, now))

    assert [type(one) for one in outcomes] == [Refund, Refund]
    assert await floor.value("SELECT sum(amount_minor)::int FROM refund") == 24_000


def paying(order: Order, reference: str, now: datetime) -> Work:
    return lambda tx: settle_payment(tx, money(order, 20_000, reference=reference), now=now)


async def test_one_transfer_booked_on_two_orders_at_once_counts_once(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    first, second = [await an_order(world, keyring, ("kopi", 2), now=now) for _ in range(2)]
    Meeting(floor).after(monkeypatch, settle_flow, "used_references")

    outcomes = await race(floor, paying(first, "BCA-1", now), paying(second, "BCA-1", now))

    assert {type(one) for one in outcomes} == {Standing, ReferenceUsed}
    paid = [(await order_row(world, order)).paid_minor for order in (first, second)]
    assert sorted(paid) == [0, 20_000]
    assert await floor.value("SELECT count(*) FROM payment_event") == 1


async def test_control_without_the_unique_reference_one_transfer_counts_twice(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    first, second = [await an_order(world, keyring, ("kopi", 2), now=now) for _ in range(2)]
    await floor.run(lambda tx: tx.run("DROP INDEX payment_event_reference_once"))
    Meeting(floor).after(monkeypatch, settle_flow, "used_references")

    outcomes = await race(floor, paying(first, "BCA-1", now), paying(second, "BCA-1", now))

    assert [type(one) for one in outcomes] == [Standing, Standing]
    assert await floor.value("SELECT sum(amount_minor)::int FROM payment_event") == 40_000


def handing(task: UUID, awb: str, now: datetime) -> Work:
    return lambda tx: hand_over(tx, task, [Box("sicepat", awb)], now=now)


async def test_a_task_scanned_by_two_clerks_leaves_once(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 2), now=now, terms=Terms.COD)
    task = await packed(world, order, now=now)
    Meeting(floor).after(monkeypatch, hand_over_flow, "lock_work")

    outcomes = await race(floor, handing(task, AWB, now), handing(task, "002589984056", now))

    assert {type(one) for one in outcomes} == {list, IllegalMove}
    assert await floor.value("SELECT count(*) FROM parcel") == 1
    assert await world.stock("kopi") == (3, 0, 0)


async def test_control_without_the_lock_only_the_condition_of_the_statement_stops_the_second_clerk(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 2), now=now, terms=Terms.COD)
    task = await packed(world, order, now=now)

    async def unlocked(tx: Tx, ids: Collection[UUID], **_: Any) -> tuple[dict[UUID, Order], list[Task]]:
        rows = await tx.all(
            """
            SELECT id, order_id, location_id, state, assigned_to, planned_at, released_at, picking_at, packed_at,
                   handed_over_at, moved_at
            FROM task WHERE id = ANY(%(ids)s)
            """,
            {"ids": list(ids)},
        )
        found = [Task(*row) for row in rows]
        return await orders_unlocked(tx, [one.order_id for one in found]), found

    monkeypatch.setattr(hand_over_flow, "lock_work", unlocked)
    Meeting(floor).after(monkeypatch, hand_over_flow, "lock_work")

    outcomes = await race(floor, handing(task, AWB, now), handing(task, "002589984056", now))

    assert {type(one) for one in outcomes} == {list, AssertionError}
    assert await floor.value("SELECT count(*) FROM parcel") == 1


async def a_released_task(world: World, keyring: Keyring, now: datetime) -> tuple[Order, UUID]:
    order = await an_order(world, keyring, ("kopi", 2), now=now, terms=Terms.COD)
    task = await the_task(world, order)
    await world.floor.run(lambda tx: release_tasks(tx, [task], now=now))
    return order, task


async def test_a_hold_placed_while_picking_starts_either_comes_before_it_or_after_it(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order, task = await a_released_task(world, keyring, now)
    meeting = Meeting(floor)
    meeting.after(monkeypatch, pick_task, "lock_orders")
    meeting.after(monkeypatch, hold_flow, "lock_orders")

    started, held = await race(
        floor,
        lambda tx: start_picking(tx, [task], now=now),
        lambda tx: hold_order(tx, order.id, "fraud", reason="x", now=now),
    )

    assert isinstance(held, UUID)
    state = await floor.value("SELECT state FROM task")
    assert (type(started), state) in {(PickingBlocked, "released"), (type(None), "picking")}


async def start_without_conditions(tx: Tx, tasks: Collection[UUID], *, was: str, now: datetime) -> set[UUID]:
    rows = await tx.all(
        "UPDATE task SET state = 'picking', order_cleared = TRUE WHERE id = ANY(%(ids)s) AND state = %(was)s RETURNING id",
        {"ids": list(tasks), "was": was},
    )
    return {row.id for row in rows}


async def pick_between(
    world: World, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> tuple[Any, str]:
    """A hold is placed after picking asked whether there is one, and nobody locks."""
    order, task = await a_released_task(world, keyring, now)
    monkeypatch.setattr(pick_task, "lock_orders", orders_unlocked)
    real = readiness

    async def then_a_hold(tx: Tx, orders: Sequence[UUID]) -> Any:
        ready = await real(tx, orders)
        await world.floor.run(lambda other: hold_order(other, order.id, "fraud", reason="x", now=now))
        return ready

    monkeypatch.setattr(pick_task, "readiness", then_a_hold)
    [outcome] = await race(world.floor, lambda tx: start_picking(tx, [task], now=now))
    return outcome, await world.floor.value("SELECT state FROM task")


async def test_control_without_the_lock_only_the_condition_of_the_statement_respects_the_hold(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})

    outcome, state = await pick_between(world, keyring, now, monkeypatch)

    assert (type(outcome), state) == (AssertionError, "released")


async def test_control_without_lock_and_condition_picking_starts_past_the_hold(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    monkeypatch.setattr(store, "set_picking", start_without_conditions)

    outcome, state = await pick_between(world, keyring, now, monkeypatch)

    assert (outcome, state) == (None, "picking")
    assert await floor.value("SELECT count(*) FROM order_hold WHERE released_at IS NULL") == 1


async def two_packed(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> tuple[World, list[UUID], list[UUID]]:
    """The shop, two tasks ready to leave, and the orders they are of."""
    world = await a_shop(floor, now, stock={"kopi": 9})
    orders = [await an_order(world, keyring, ("kopi", 1), now=now, terms=Terms.COD) for _ in range(2)]
    return (
        world,
        [await packed(world, order, now=now) for order in orders],
        [order.id for order in orders],
    )


def manifest(tasks: Sequence[UUID], first: int, now: datetime) -> Work:
    boxes = [(task, Box("sicepat", f"00111111111{first + turn}")) for turn, task in enumerate(tasks)]
    return lambda tx: hand_over_flow.hand_over_many(tx, boxes, now=now)


async def test_two_manifests_with_the_same_tasks_in_another_order_do_not_deadlock(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, ready, _ = await two_packed(floor, keyring, now)
    Meeting(floor).after(monkeypatch, pick_task, "lock_orders")

    outcomes = await race(floor, manifest(ready, 0, now), manifest(ready[::-1], 4, now))

    assert {type(one) for one in outcomes} == {list, IllegalMove}
    [parcels] = [one for one in outcomes if isinstance(one, list)]
    assert all(isinstance(parcel, Parcel) for parcel in parcels)
    assert await world.stock("kopi") == (7, 0, 0)


async def test_control_orders_locked_as_each_manifest_lists_them_deadlock(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, ready, orders = await two_packed(floor, keyring, now)
    listed: ContextVar[list[UUID]] = ContextVar("listed")
    real = lock_orders
    meeting = Meeting(floor)

    async def as_listed(tx: Tx, ids: Collection[UUID]) -> dict[UUID, Order]:
        first, second = listed.get()
        found = await real(tx, [first])
        await meeting.stop()
        return found | await real(tx, [second])

    def in_order(work: Work, *ids: UUID) -> Work:
        async def told(tx: Tx) -> Any:
            listed.set(list(ids))
            return await work(tx)

        return told

    monkeypatch.setattr(pick_task, "lock_orders", as_listed)

    outcomes = await race(
        floor,
        in_order(manifest(ready, 0, now), *orders),
        in_order(manifest(ready[::-1], 4, now), *orders[::-1]),
    )

    assert sorted(type(one).__name__ for one in outcomes) == ["DeadlockDetected", "list"]
    assert await world.stock("kopi") == (7, 0, 0)

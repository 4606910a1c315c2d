"""Nothing is stuck in silence: every state has a limit, and whatever passes it is told to a person."""

import importlib
import pkgutil
from datetime import datetime, timedelta
from typing import Any

import pytest

import orderan
from conftest import ShopFloor
from fulfilment.working import an_order, delivered, inbox, pay, shipped, the_task
from given import a_shop
from orderan.flows.hold_order import hold_order, let_continue
from orderan.flows.pick_task import release_tasks, start_picking
from orderan.flows.refund_order import execute_refund, promise_refund
from orderan.flows.settle_return import ask_return
from orderan.flows.watch_limits import QUIET, RESTING, WATCHES, watch_limits
from orderan.kit import inbox as kit_inbox
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller
from orderan.kit.states import Machine
from orderan.orders import Terms
from orderan.returns import Wanted
from orderan.web.dashboard.inbox import ELSEWHERE, KINDS, TIED

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)


def machines() -> dict[str, Machine[Any, Any]]:
    """Every machine of the code base, by name."""
    found: dict[str, Machine[Any, Any]] = {}
    for module in pkgutil.walk_packages(orderan.__path__, "orderan."):
        if module.name.endswith(".states"):
            for thing in vars(importlib.import_module(module.name)).values():
                if isinstance(thing, Machine):
                    found[thing.name] = thing
    return found


def test_every_state_that_is_not_an_end_has_a_limit_or_a_reason_to_have_none() -> None:
    limits = {(watch.machine, str(state)) for watch in WATCHES for state in watch.limits}
    resting = {(machine, str(state)) for machine, state in RESTING}
    standing = {
        (machine.name, str(state))
        for machine in machines().values()
        for state in type(machine.initial)
        if state not in machine.finals
    }

    assert len(machines()) >= 9
    assert standing - limits - resting == set()
    assert limits & resting == set()


DERIVED = {"order.money", "settlements.payout"}
"""What is watched and has no machine: it is computed from other things."""


def test_every_kind_of_entry_that_a_limit_makes_has_a_name_and_a_way_to_its_subject() -> None:
    assert {watch.kind for watch in WATCHES} - KINDS.keys() == set()
    subjects = {watch.subject for watch in WATCHES if watch.kind not in TIED}
    assert subjects - ELSEWHERE.keys() - {"order", "transfer"} == set()


def test_every_limit_and_every_reason_is_of_a_state_that_exists_and_is_not_an_end() -> None:
    known = machines()
    for name, state in [(watch.machine, state) for watch in WATCHES for state in watch.limits] + list(
        RESTING
    ):
        if name in DERIVED:
            continue
        assert state in type(known[name].initial).__members__.values()
        assert state not in known[name].finals
    assert all(reason for reason in RESTING.values())


async def sweep(floor: ShopFloor, now: datetime) -> int:
    changed: int = await floor.db.run(
        Caller(floor.shop.shop_id, "system:worker"), lambda tx: watch_limits(tx, now=now)
    )
    return changed


async def test_a_task_nobody_starts_is_told_and_leaves_when_somebody_does(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 2), now=now, terms=Terms.COD)
    task = await the_task(world, order)
    await floor.run(lambda tx: release_tasks(tx, [task], now=now))

    assert await sweep(floor, now + DAY - timedelta(seconds=1)) == 0
    assert await sweep(floor, now + DAY) == 1
    assert await inbox(world) == [("task_waiting", "released", 20_000)]
    assert await sweep(floor, now + DAY) == 0
    [entry] = await floor.all("SELECT payload, deadline, subject_id FROM exception_entry")
    assert (entry.payload["number"], entry.payload["place"]) == (order.number, "JKT")
    assert (entry.deadline, entry.subject_id) == (now + DAY, order.id)

    await floor.run(lambda tx: start_picking(tx, [task], now=now + DAY))
    assert await sweep(floor, now + DAY) == 1
    assert await inbox(world) == []
    assert await inbox(world, "resolved") == [("task_waiting", "released", 20_000)]


async def test_an_entry_a_person_dismissed_comes_back_while_its_trouble_lasts(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    await an_order(world, keyring, ("kopi", 2), now=now, terms=Terms.COD)
    later = now + 3 * DAY
    assert await sweep(floor, later) == 1
    entry = await floor.value("SELECT id FROM exception_entry")
    await floor.run(lambda tx: kit_inbox.close(tx, entry, state="dismissed", note="Besok", now=later))

    assert await sweep(floor, later + QUIET - timedelta(seconds=1)) == 0
    assert await sweep(floor, later + QUIET) == 1
    assert await inbox(world) == [("task_waiting", "planned", 20_000)]


async def test_a_parcel_cash_a_refund_a_return_a_hold_and_an_unpaid_order_past_their_limits_are_told(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 20})
    road = await an_order(world, keyring, ("kopi", 1), now=now, terms=Terms.COD)
    await shipped(world, road, awb="002589984001", now=now)
    cash = await an_order(world, keyring, ("kopi", 2), now=now, terms=Terms.COD)
    await delivered(world, cash, awb="002589984002", now=now)
    back = await an_order(world, keyring, ("kopi", 3), now=now)
    await pay(world, back, now=now)
    await delivered(world, back, awb="002589984003", now=now)
    await floor.run(lambda tx: ask_return(tx, back.id, [Wanted(1, 1)], reason="x", now=now))
    refund = await floor.run(lambda tx: promise_refund(tx, back.id, amount_minor=7_000, reason="x", now=now))
    held = await an_order(world, keyring, ("kopi", 4), now=now, terms=Terms.COD)
    hold = await floor.run(lambda tx: hold_order(tx, held.id, "fraud", reason="x", now=now))
    await an_order(world, keyring, ("kopi", 5), now=now)

    later = now + 3 * DAY
    await sweep(floor, later)

    assert sorted(await inbox(world)) == [
        ("hold_waiting", "open", 40_000),
        ("money_waiting", "cod_due", 20_000),
        ("order_waiting", "awaiting_payment", 50_000),
        ("parcel_waiting", "picked_up", 10_000),
        ("refund_waiting", "granted", 7_000),
        ("return_waiting", "requested", 30_000),
        ("task_waiting", "planned", 40_000),
    ]

    await floor.run(lambda tx: execute_refund(tx, refund.id, method="cash", reference=None, now=later))
    await floor.run(lambda tx: let_continue(tx, held.id, hold, judges=True, now=later))
    await sweep(floor, later)
    assert {kind for kind, _, _ in await inbox(world, "resolved")} == {"hold_waiting", "refund_waiting"}


async def test_every_watch_runs_as_one_statement_whatever_there_is(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    await a_shop(floor, now, stock={"kopi": 1})

    for watch in WATCHES:
        befores = {str(state): now for state in watch.limits}
        assert await floor.run(lambda tx, w=watch, b=befores: w.look(tx, b)) == []

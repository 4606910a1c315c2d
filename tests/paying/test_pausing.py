"""A rail taken out of use by hand: nothing new begins there, it comes back, and who did it is kept."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from access.conftest import everything
from conftest import ShopFloor
from flows.paying import Till, a_till
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import new_id
from orderan.payments import (
    NoRail,
    NoSuchRail,
    PauseOverBefore,
    PauseReasonMissing,
    Rail,
    RailNotPaused,
    RailPaused,
    open_rail,
    open_rails_due,
    pause_rail,
    rails,
    store_pauses,
)
from orderan.payments.commands import attempts

pytestmark = pytest.mark.anyio
HOUR = timedelta(hours=1)


@pytest.fixture
async def till(floor: ShopFloor, keyring: Keyring, now: datetime) -> Till:
    return await a_till(floor, keyring, now)


async def pause(till: Till, rail: Rail, until: datetime | None = None) -> None:
    await till.floor.run(
        lambda tx: pause_rail(tx, rail.id, reason="Bank mati", until=until, now=till.clock.at)
    )


async def charged(till: Till) -> str:
    attempt = await till.cashier.charge(till.floor.caller, till.order.id, "va_bca", anew=True)
    return attempt.gateway


async def states(till: Till) -> list[str]:
    return [rail.state for rail in await till.floor.run(rails)]


async def trail(till: Till) -> list[tuple[str, str, Mapping[str, Any]]]:
    rows = await till.floor.all(
        "SELECT action, actor, after FROM audit_entry WHERE action LIKE 'rail.%%' ORDER BY id"
    )
    return [tuple(row) for row in rows]


async def test_nothing_new_begins_on_a_paused_rail_and_it_comes_back(till: Till) -> None:
    first, _ = await till.floor.run(rails)
    assert await charged(till) == "midtrans"

    await pause(till, first)
    assert await charged(till) == "xendit"
    # Not as a last resort either: with every other rail failing, nobody is asked there.
    till.second.how = "failed"
    with pytest.raises(NoRail):
        await charged(till)
    assert len(till.first.charged) == 1

    await till.floor.run(lambda tx: open_rail(tx, first.id, now=till.clock.at))
    assert await charged(till) == "midtrans"
    assert len(till.first.charged) == 2


async def test_a_pause_until_a_time_ends_then_and_not_before(till: Till) -> None:
    first, _ = await till.floor.run(rails)
    await pause(till, first, till.clock.at + HOUR)

    till.later(HOUR - timedelta(seconds=1))
    assert await till.floor.run(lambda tx: open_rails_due(tx, now=till.clock.at)) == 0
    assert await charged(till) == "xendit"

    till.later(timedelta(seconds=1))
    assert await till.floor.run(lambda tx: open_rails_due(tx, now=till.clock.at)) == 1
    assert await till.floor.run(lambda tx: open_rails_due(tx, now=till.clock.at)) == 0
    assert await states(till) == ["open", "open"]
    assert await charged(till) == "midtrans"


async def test_who_paused_it_why_and_until_when_is_kept(till: Till, now: datetime) -> None:
    first, _ = await till.floor.run(rails)
    await pause(till, first, now + HOUR)
    till.later(timedelta(minutes=20))
    await till.floor.run(lambda tx: open_rail(tx, first.id, now=till.clock.at))

    actor = till.floor.caller.actor
    told = {"method": "va_bca", "gateway": "midtrans"}
    until = {"reason": "Bank mati", "until": (now + HOUR).isoformat()}
    assert await trail(till) == [
        ("rail.pause", actor, told | {"state": "paused"} | until),
        ("rail.open", actor, told | {"state": "open"}),
    ]
    [row] = await till.floor.all(
        "SELECT rail_id, paused_at, paused_by, reason, until, opened_at, opened_by FROM rail_pause"
    )
    assert tuple(row) == (
        first.id,
        now,
        actor,
        "Bank mati",
        now + HOUR,
        now + timedelta(minutes=20),
        actor,
    )


async def test_what_cannot_be_paused_or_opened_is_refused_and_nothing_changes(till: Till) -> None:
    first, second = await till.floor.run(rails)
    now = till.clock.at
    await pause(till, second)
    before = await everything(till.floor)
    for refusal, asked in (
        (PauseReasonMissing, lambda tx: pause_rail(tx, first.id, reason="  ", now=now)),
        (PauseOverBefore, lambda tx: pause_rail(tx, first.id, reason="Mati", until=now, now=now)),
        (RailPaused, lambda tx: pause_rail(tx, second.id, reason="Lagi", now=now)),
        (RailNotPaused, lambda tx: open_rail(tx, first.id, now=now)),
        (NoSuchRail, lambda tx: pause_rail(tx, new_id(), reason="Mati", now=now)),
        (NoSuchRail, lambda tx: open_rail(tx, new_id(), now=now)),
    ):
        with pytest.raises(refusal):
            await till.floor.run(asked)
    assert await everything(till.floor) == before


async def test_a_rail_paused_after_rails_were_put_in_order_is_passed_by(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = await till.floor.run(rails)
    ordered = till.cashier._routed

    async def slow(tx: Tx, *args: Any) -> list[Rail]:
        found = await ordered(tx, *args)
        await pause(till, first)
        return found

    monkeypatch.setattr(till.cashier, "_routed", slow)
    assert await charged(till) == "xendit"
    assert till.first.charged == []
    assert await till.states() == [("xendit", "offered")]


async def pause_while_one_begins(till: Till) -> list[str]:
    """A pause that is written and not committed, and a buyer who begins to pay; the gateways asked."""
    first, second = await till.floor.run(rails)
    await pause(till, second)
    written, over = asyncio.Event(), asyncio.Event()

    async def slow(tx: Tx) -> None:
        await pause_rail(tx, first.id, reason="Bank mati", now=till.clock.at)
        written.set()
        await over.wait()

    pausing = asyncio.create_task(till.floor.run(slow))
    await written.wait()
    buying = asyncio.create_task(charged(till))
    done, _ = await asyncio.wait({buying}, timeout=1)
    over.set()
    await pausing
    outcome = await asyncio.gather(buying, return_exceptions=True)
    assert bool(done) == isinstance(outcome[0], str)
    return [str(charge.reference) for charge in till.first.charged]


async def test_who_begins_while_a_pause_is_written_waits_for_it_and_begins_nothing(till: Till) -> None:
    assert await pause_while_one_begins(till) == []


async def test_control_without_waiting_a_payment_begins_on_a_rail_that_is_being_paused(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def as_it_was(tx: Tx, rail_id: Any) -> str:
        return str(await tx.value("SELECT state FROM rail WHERE id = %(id)s", {"id": rail_id}))

    monkeypatch.setattr(attempts, "hold_rail", as_it_was)
    assert len(await pause_while_one_begins(till)) == 1
    assert store_pauses.hold_rail is not as_it_was

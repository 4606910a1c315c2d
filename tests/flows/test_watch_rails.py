"""Rails are watched from what tries did: down soon, told once, well again, whoever dies or comes second."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from conftest import ShopFloor
from flows.paying import Till, a_till, some_probing
from orderan.flows.watch_rails import learn_rails, watch_rails
from orderan.gateways import Outcome
from orderan.health import watches
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx

pytestmark = pytest.mark.anyio


@pytest.fixture
async def till(floor: ShopFloor, keyring: Keyring, now: datetime) -> Till:
    return await a_till(floor, keyring, now)


async def sweep(till: Till) -> int:
    changed: int = await till.floor.run(lambda tx: watch_rails(tx, now=till.clock.at))
    return changed


async def charge(till: Till, times: int) -> None:
    """Charge, ten seconds apart, each time anew."""
    for _ in range(times):
        await till.cashier.charge(till.floor.caller, till.order.id, "va_bca", anew=True)
        till.later(timedelta(seconds=10))


async def words(till: Till) -> list[tuple[str, str]]:
    rows = await till.floor.all(
        """SELECT gateway, word FROM rail_watch JOIN rail ON rail.id = rail_watch.rail_id
           JOIN gateway_account ON gateway_account.id = rail.account_id ORDER BY rank"""
    )
    return [(row.gateway, row.word) for row in rows]


async def facts(till: Till) -> list[Any]:
    return await till.floor.all(
        "SELECT payload FROM event WHERE kind = 'health.rail_changed.v1' ORDER BY entity_id, seq"
    )


async def entries(till: Till) -> list[tuple[str, str]]:
    rows = await till.floor.all("SELECT reason, state FROM exception_entry WHERE kind = 'rail_trouble'")
    return [(row.reason, row.state) for row in rows]


async def test_a_shop_without_rails_has_nothing_to_watch(floor: ShopFloor, now: datetime) -> None:
    assert await floor.run(lambda tx: watch_rails(tx, now=now)) == 0
    assert await floor.run(lambda tx: learn_rails(tx, now=now)) == 0
    assert await floor.value("SELECT count(*) FROM rail_watch") == 0


async def test_what_a_charge_did_is_kept_with_the_try_and_counted_in_its_ten_seconds(till: Till) -> None:
    till.first.how = "failed"
    await charge(till, 1)
    till.later(timedelta(seconds=10))
    await sweep(till)

    rows = await till.floor.all(
        "SELECT gateway, blame, charged_at IS NOT NULL AS told, took_ms >= 0 AS timed FROM payment_attempt ORDER BY id"
    )
    assert [tuple(row) for row in rows] == [("midtrans", "bank", True, True), ("xendit", None, True, True)]
    seen = await till.floor.all("SELECT made, bank, issued, well FROM rail_seen ORDER BY bank")
    assert [tuple(row) for row in seen] == [(1, 0, 1, True), (0, 1, 0, True)]


async def test_what_a_gateway_refuses_of_ours_says_nothing_of_its_health(till: Till) -> None:
    till.first.how = "refused"
    await charge(till, 20)
    till.later(timedelta(seconds=10))

    assert await sweep(till) == 0
    assert await words(till) == [("midtrans", "well"), ("xendit", "well")]
    assert await till.floor.value("SELECT sum(made + gateway + bank + unknown) FROM rail_seen") == 20


async def test_a_payment_is_counted_when_we_learn_of_it_and_late_when_nobody_sent_word(till: Till) -> None:
    await charge(till, 1)
    till.first.says(Outcome.SUCCEEDED, paid=20_000)
    till.later(timedelta(minutes=2))
    await till.cashier.ask_due(till.floor.caller)
    till.later(timedelta(seconds=20))
    await sweep(till)

    assert await till.floor.value("SELECT sum(paid) FROM rail_seen") == 1
    assert await till.floor.value("SELECT sum(late) FROM rail_seen") == 1


async def test_a_rail_that_fails_is_down_told_once_and_well_again_after_it_recovers(
    till: Till, keyring: Keyring
) -> None:
    await sweep(till)
    till.first.how = "failed"
    await charge(till, 12)
    till.later(timedelta(seconds=10))

    assert await sweep(till) == 1
    assert await words(till) == [("midtrans", "down"), ("xendit", "well")]
    [fact] = await facts(till)
    assert (fact.payload["was"], fact.payload["word"], fact.payload["gateway"]) == (
        "well",
        "down",
        "midtrans",
    )
    assert fact.payload["reasons"][0]["blame"] == "bank"
    assert await entries(till) == [("down", "open")]
    assert await till.floor.value("SELECT count(*) FROM rail_seen WHERE bank > 0 AND well") == 0
    assert await sweep(till) == 0

    till.first.how = "ok"
    # Nobody comes there but who tries another rail than the best.
    for order in await some_probing(till, keyring, 60):
        await till.cashier.charge(till.floor.caller, order, "va_bca")
        till.later(timedelta(seconds=10))
    till.later(timedelta(seconds=10))
    await sweep(till)
    assert await words(till) == [("midtrans", "well"), ("xendit", "well")]
    assert await entries(till) == [("down", "resolved")]
    assert [fact.payload["word"] for fact in await facts(till)] == ["down", "well"]


async def test_two_workers_at_once_tell_once_and_the_second_passes_by(till: Till) -> None:
    await sweep(till)
    till.first.how = "failed"
    await charge(till, 12)
    till.later(timedelta(seconds=10))
    holds, over = asyncio.Event(), asyncio.Event()

    async def slow(tx: Tx) -> int:
        changed = await watch_rails(tx, now=till.clock.at)
        holds.set()
        await over.wait()
        return changed

    first = asyncio.create_task(till.floor.run(slow))
    await holds.wait()
    assert await sweep(till) == 0
    over.set()
    assert await first == 1
    assert await sweep(till) == 0
    assert len(await facts(till)) == 1


async def test_a_worker_that_dies_leaves_everything_to_the_next(till: Till) -> None:
    await sweep(till)
    till.first.how = "failed"
    await charge(till, 12)
    till.later(timedelta(seconds=10))

    async def dies(tx: Tx) -> None:
        assert await watch_rails(tx, now=till.clock.at) == 1
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        await till.floor.run(dies)
    assert await words(till) == [("midtrans", "well"), ("xendit", "well")]
    assert (await facts(till), await entries(till)) == ([], [])

    assert await sweep(till) == 1
    assert await words(till) == [("midtrans", "down"), ("xendit", "well")]


async def test_once_a_day_the_norm_is_learned_without_what_was_trouble(till: Till) -> None:
    await sweep(till)
    await charge(till, 30)
    till.first.how = "failed"
    await charge(till, 30)
    till.later(timedelta(seconds=10))
    await sweep(till)
    assert await till.floor.run(lambda tx: learn_rails(tx, now=till.clock.at)) == 0

    till.later(timedelta(days=1))
    assert [await till.floor.run(lambda tx: learn_rails(tx, now=till.clock.at)) for _ in range(3)] == [
        1,
        1,
        0,
    ]
    known = await till.floor.run(watches)
    [first] = [one for one in known.values() if one.norm.charges and one.word == "down"]
    assert max(first.norm.bad) < 0.02

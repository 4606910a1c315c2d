"""A gateway that refuses our account: the rail is down with its incident, one entry waits, and goes by itself."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from conftest import ShopFloor
from flows.paying import Till, a_till
from orderan.flows.follow_health import follow_health
from orderan.flows.settle_payment import settle_payment
from orderan.flows.watch_rails import watch_rails
from orderan.gateways import Outcome
from orderan.kit.crypto import Keyring
from orderan.payments import MoneyEvent, MoneyKind

pytestmark = pytest.mark.anyio


@pytest.fixture
async def till(floor: ShopFloor, keyring: Keyring, now: datetime) -> Till:
    return await a_till(floor, keyring, now)


async def a_round(till: Till) -> None:
    await till.floor.run(lambda tx: watch_rails(tx, now=till.clock.at))
    await till.floor.run(lambda tx: follow_health(tx, now=till.clock.at))


async def charge(till: Till, times: int) -> None:
    """Charge, ten seconds apart, each time anew."""
    for _ in range(times):
        await till.cashier.charge(till.floor.caller, till.order.id, "va_bca", anew=True)
        till.later(timedelta(seconds=10))


async def entries(till: Till) -> list[tuple[str, str]]:
    rows = await till.floor.all(
        "SELECT reason, state FROM exception_entry WHERE kind = 'gateway_refuses_us' ORDER BY opened_at"
    )
    return [(row.reason, row.state) for row in rows]


async def words(till: Till) -> dict[str, str]:
    rows = await till.floor.all(
        """SELECT gateway, word FROM rail_watch JOIN rail ON rail.id = rail_watch.rail_id
           JOIN gateway_account ON gateway_account.id = rail.account_id"""
    )
    return {row.gateway: row.word for row in rows}


async def incidents(till: Till) -> list[Any]:
    return await till.floor.all("SELECT kind, state FROM incident ORDER BY opened_at, id")


async def test_ten_refusals_of_the_key_make_the_rail_down_with_an_incident_and_one_entry(till: Till) -> None:
    await a_round(till)
    till.first.how = "revoked"
    await charge(till, 1)
    assert await entries(till) == [("401", "open")]
    await charge(till, 9)
    till.later(timedelta(seconds=10))
    await a_round(till)

    assert await words(till) == {"midtrans": "down", "xendit": "well"}
    assert [(one.kind, one.state) for one in await incidents(till)] == [("down", "open")]
    assert await entries(till) == [("401", "open")]


async def test_ten_refusals_of_what_was_asked_do_none_of_it(till: Till) -> None:
    await a_round(till)
    till.first.how = "refused"
    await charge(till, 10)
    till.later(timedelta(seconds=10))
    await a_round(till)

    assert await words(till) == {"midtrans": "well", "xendit": "well"}
    assert await incidents(till) == []
    assert await entries(till) == []


async def test_the_entry_goes_with_the_next_charge_that_is_made_there(till: Till) -> None:
    till.first.how = "revoked"
    await charge(till, 2)
    assert await entries(till) == [("401", "open")]

    till.first.how = "ok"
    await charge(till, 1)
    assert (await till.states())[-1] == ("midtrans", "offered")
    assert await entries(till) == [("401", "resolved")]


async def test_a_question_that_is_refused_tells_as_well_and_the_try_is_asked_again(till: Till) -> None:
    await charge(till, 1)
    till.first.how = "revoked"
    till.later(timedelta(minutes=3))
    await till.cashier.ask_due(till.floor.caller)
    assert await entries(till) == [("401", "open")]
    assert ("midtrans", "offered") in await till.states()

    till.first.how = "ok"
    till.later(timedelta(minutes=30))
    await till.cashier.ask_due(till.floor.caller)
    assert await entries(till) == [("401", "resolved")]


async def test_the_entry_goes_with_an_answer_the_ledger_cannot_follow(till: Till) -> None:
    attempt = await till.cashier.charge(till.floor.caller, till.order.id, "va_bca")
    till.first.how = "revoked"
    till.later(timedelta(minutes=3))
    await till.cashier.ask_due(till.floor.caller)
    assert await entries(till) == [("401", "open")]

    till.first.how = "ok"
    till.first.says(Outcome.SUCCEEDED, paid=20_000)
    taken = MoneyEvent(
        till.order.id, MoneyKind.CAPTURED, "va_bca", 20_000, "IDR", f"{attempt.reference}:20000", "midtrans"
    )
    await till.floor.run(lambda tx: settle_payment(tx, taken, now=till.clock.at))
    till.later(timedelta(minutes=30))
    await till.cashier.ask_due(till.floor.caller)

    differs = "SELECT count(*) FROM exception_entry WHERE kind = 'payment_differs' AND state = 'open'"
    assert await till.floor.value(differs) == 1
    assert await entries(till) == [("401", "resolved")]

"""A rail that fails has its incident, buyers and clocks with it, and is over when the watch says well."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from conftest import ShopFloor
from flows.paying import Till, a_till, some_probing
from orderan.flows.follow_health import KINDS, follow_health
from orderan.flows.payment_incident import dismiss_incident, open_incident
from orderan.flows.watch_rails import watch_rails
from orderan.health import Test
from orderan.incidents import Kind, Severity, announce, banner_for, plan_maintenance
from orderan.kit.crypto import Keyring
from orderan.payments import rails

pytestmark = pytest.mark.anyio


@pytest.fixture
async def till(floor: ShopFloor, keyring: Keyring, now: datetime) -> Till:
    return await a_till(floor, keyring, now)


async def a_round(till: Till) -> int:
    await till.floor.run(lambda tx: watch_rails(tx, now=till.clock.at))
    done: int = await till.floor.run(lambda tx: follow_health(tx, now=till.clock.at))
    return done


async def follow(till: Till) -> int:
    done: int = await till.floor.run(lambda tx: follow_health(tx, now=till.clock.at))
    return done


async def charge(till: Till, times: int) -> None:
    for _ in range(times):
        await till.cashier.charge(till.floor.caller, till.order.id, "va_bca", anew=True)
        till.later(timedelta(seconds=10))


async def incidents(till: Till) -> list[Any]:
    return await till.floor.all("SELECT * FROM incident ORDER BY opened_at, id")


async def test_what_is_down_has_an_incident_of_its_own_and_ends_with_it(till: Till, keyring: Keyring) -> None:
    await a_round(till)
    assert await incidents(till) == []
    till.first.how = "failed"
    await charge(till, 12)
    till.later(timedelta(seconds=10))

    assert await a_round(till) == 1
    [found] = await incidents(till)
    assert (found.state, found.by_itself, found.kind, found.severity) == ("open", True, "down", "major")
    assert found.evidence[0][str(next(iter(set(found.evidence[0]) - {"at"})))][0]["test"] == "outage"
    assert await a_round(till) == 0
    assert len(await incidents(till)) == 1

    till.first.how = "ok"
    for order in await some_probing(till, keyring, 60):
        await till.cashier.charge(till.floor.caller, order, "va_bca")
        till.later(timedelta(seconds=10))
    till.later(timedelta(seconds=10))
    assert await a_round(till) == 1
    [found] = await incidents(till)
    assert found.state == "recovered"
    assert await a_round(till) == 0


def test_only_a_rail_that_takes_nothing_is_called_down() -> None:
    assert [test for test, kind in KINDS.items() if kind is Kind.DOWN] == [Test.OUTAGE]
    assert set(KINDS) == set(Test)


async def test_what_a_closed_account_had_is_over(till: Till) -> None:
    await a_round(till)
    till.first.how = "failed"
    await charge(till, 12)
    till.later(timedelta(seconds=10))
    await a_round(till)
    assert [one.state for one in await incidents(till)] == ["open"]

    await till.floor.run(
        lambda tx: tx.run("UPDATE gateway_account SET state = 'closed' WHERE gateway = 'midtrans'")
    )
    till.later(timedelta(seconds=20))
    assert await a_round(till) == 1

    assert [one.state for one in await incidents(till)] == ["recovered"]
    entries = "SELECT state FROM exception_entry WHERE kind = 'rail_trouble'"
    assert [one.state for one in await till.floor.all(entries)] == ["resolved"]
    assert await a_round(till) == 0


async def test_what_is_only_degraded_is_suspected_and_goes_by_itself(till: Till) -> None:
    await a_round(till)
    await till.floor.run(
        lambda tx: tx.run(
            """UPDATE rail_watch SET word = 'degraded', since = %(now)s WHERE rail_id =
               (SELECT id FROM rail ORDER BY rank LIMIT 1)""",
            {"now": till.clock.at},
        )
    )
    assert await till.floor.run(lambda tx: follow_health(tx, now=till.clock.at)) == 1
    [found] = await incidents(till)
    assert (found.state, await till.floor.value("SELECT count(*) FROM incident_told")) == ("suspected", 0)

    await till.floor.run(lambda tx: tx.run("UPDATE rail_watch SET word = 'down'"))
    assert await till.floor.run(lambda tx: follow_health(tx, now=till.clock.at)) == 2
    assert sorted(one.state for one in await incidents(till)) == ["open", "open"]

    await till.floor.run(lambda tx: tx.run("UPDATE rail_watch SET word = 'well'"))
    assert await till.floor.run(lambda tx: follow_health(tx, now=till.clock.at)) == 2
    assert {one.state for one in await incidents(till)} == {"recovered"}


async def test_a_rail_that_gives_numbers_nobody_can_pay_has_its_incident_as_one_that_is_down(
    till: Till,
) -> None:
    silence = {"test": "silence", "expected": 1.0, "seen": 0.0, "of": 40, "since": till.clock.at.isoformat()}
    await a_round(till)
    await till.floor.run(
        lambda tx: tx.run(
            """UPDATE rail_watch SET word = 'down', since = %(now)s, reasons = %(reasons)s WHERE rail_id =
               (SELECT id FROM rail ORDER BY rank LIMIT 1)""",
            {"now": till.clock.at, "reasons": Jsonb([silence | {"blame": "bank"}])},
        )
    )
    assert await follow(till) == 1
    [found] = await incidents(till)
    assert (found.state, found.by_itself, found.kind) == ("open", True, "down")


async def test_what_is_open_as_less_becomes_an_outage_wherever_it_is_told_with_one_fact(
    till: Till, keyring: Keyring
) -> None:
    await a_round(till)
    first = (await till.floor.run(rails))[0]
    opened = await till.floor.run(
        lambda tx: open_incident(
            tx,
            [first.id],
            kind=Kind.DECLINES,
            severity=Severity.MINOR,
            since=till.clock.at,
            now=till.clock.at,
        )
    )
    before = opened.incident
    await till.floor.run(
        lambda tx: announce(
            tx, before.id, words_id=before.words_id, words_en=before.words_en, publish=True, now=till.clock.at
        )
    )
    till.first.how = "failed"
    # Whatever an incident is open on is tried last: only those who probe it show that it became worse.
    for order in await some_probing(till, keyring, 12):
        await till.cashier.charge(till.floor.caller, order, "va_bca")
        till.later(timedelta(seconds=10))

    assert await a_round(till) == 1
    assert await a_round(till) == 0

    [found] = await incidents(till)
    assert (found.id, found.state, found.kind, found.severity) == (before.id, "open", "down", "major")
    assert [one.get("became") for one in found.evidence] == ["down"]
    [banner] = await till.floor.run(lambda tx: banner_for(tx, rails=[first.id], now=till.clock.at))
    assert "tidak bisa dilakukan" in banner.words["id"]
    assert "do not work" in banner.words["en"]
    facts = await till.floor.all("SELECT payload FROM event WHERE kind = 'incidents.worsened.v1'")
    assert [(one.payload["was_kind"], one.payload["becomes"]) for one in facts] == [("declines", "down")]
    [entry] = await till.floor.all("SELECT reason FROM exception_entry WHERE kind = 'rail_trouble'")
    assert entry.reason == "down"


async def test_a_rail_is_tried_last_from_half_an_hour_before_its_maintenance_until_its_end(
    till: Till,
) -> None:
    first = (await till.floor.run(rails))[0]
    start = till.clock.at + timedelta(minutes=31)
    await till.floor.run(
        lambda tx: plan_maintenance(
            tx,
            first.account_id,
            title="Inti bank",
            methods=(),
            starts_at=start,
            ends_at=start + timedelta(hours=1),
            now=till.clock.at,
        )
    )

    async def tried() -> str:
        attempt = await till.cashier.charge(till.floor.caller, till.order.id, "va_bca", anew=True)
        return attempt.gateway

    assert await tried() == "midtrans"
    for later in (timedelta(minutes=2), timedelta(minutes=50)):
        till.later(later)
        assert await tried() == "xendit"
    [kept] = await till.floor.all(
        "SELECT outcome FROM decision WHERE kind = 'routing' ORDER BY decided_at DESC LIMIT 1"
    )
    assert kept.outcome["rails"][1]["because"] == ["maintenance"]
    till.later(timedelta(minutes=40))
    assert await tried() == "midtrans"


async def test_what_a_person_dismissed_stays_dismissed_until_the_watch_changes_its_word(till: Till) -> None:
    await a_round(till)
    changed = """UPDATE rail_watch SET word = %(word)s, changed_at = %(now)s WHERE rail_id =
                 (SELECT id FROM rail ORDER BY rank LIMIT 1)"""

    async def say(word: str) -> int:
        await till.floor.run(lambda tx: tx.run(changed, {"word": word, "now": till.clock.at}))
        return await follow(till)

    assert await say("degraded") == 1
    [found] = await incidents(till)
    till.later(timedelta(seconds=5))
    await till.floor.run(lambda tx: dismiss_incident(tx, found.id, now=till.clock.at))
    till.later(timedelta(seconds=5))
    assert await follow(till) == 0
    assert len(await incidents(till)) == 1

    assert await say("down") == 1
    assert sorted(one.state for one in await incidents(till)) == ["dismissed", "open"]


async def test_two_workers_at_once_open_one_incident_and_end_it_once(till: Till) -> None:
    await a_round(till)
    sql = "UPDATE rail_watch SET word = %(word)s, changed_at = %(now)s"
    await till.floor.run(lambda tx: tx.run(sql, {"word": "down", "now": till.clock.at}))
    await asyncio.gather(*(follow(till) for _ in range(6)))
    assert [one.state for one in await incidents(till)] == ["open", "open"]

    till.later(timedelta(seconds=5))
    await till.floor.run(lambda tx: tx.run(sql, {"word": "well", "now": till.clock.at}))
    await asyncio.gather(*(follow(till) for _ in range(6)))
    assert [one.state for one in await incidents(till)] == ["recovered", "recovered"]

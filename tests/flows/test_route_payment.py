"""The rail of a payment: rules, health and cost decide, the decision says why and can be made again."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from conftest import ShopFloor
from flows.paying import Till, a_till, some_probing
from orderan.flows.replay_decision import replay
from orderan.flows.route_payment import reroute
from orderan.flows.watch_rails import watch_rails
from orderan.kit.crypto import Keyring
from orderan.payments import Attempt, Fee, rails, set_fee
from orderan.routing import NoSuchRules, RulesNotUsable, follow_rules, versions, write_rules

pytestmark = pytest.mark.anyio

XENDIT_FIRST = [{"name": "Xendit dulu", "prefer": ["xendit"]}]


@pytest.fixture
async def till(floor: ShopFloor, keyring: Keyring, now: datetime) -> Till:
    return await a_till(floor, keyring, now)


async def charge(till: Till) -> Attempt:
    return await till.cashier.charge(till.floor.caller, till.order.id, "va_bca", anew=True)


async def sweep(till: Till) -> None:
    till.later(timedelta(seconds=10))
    await till.floor.run(lambda tx: watch_rails(tx, now=till.clock.at))


async def kept(till: Till) -> Any:
    rows = await till.floor.all(
        "SELECT rule, inputs, outcome, reasons FROM decision WHERE kind = 'routing' ORDER BY id DESC"
    )
    return rows[0]


async def write(till: Till, plain: Any) -> int:
    version: int = await till.floor.run(lambda tx: write_rules(tx, plain, note="", now=till.clock.at))
    return version


async def follow(till: Till, version: int) -> None:
    await till.floor.run(lambda tx: follow_rules(tx, version, now=till.clock.at))


async def followed(till: Till) -> list[tuple[int, bool]]:
    return [(one.version, one.active) for one in await till.floor.run(versions)]


async def test_without_rules_the_standing_order_holds_and_the_decision_can_be_made_again(till: Till) -> None:
    assert (await charge(till)).gateway == "midtrans"

    made = await kept(till)
    assert [rail["gateway"] for rail in made.outcome["rails"]] == ["midtrans", "xendit"]
    assert made.reasons == ["value", "worth"]
    assert made.inputs["version"] is None
    again = replay("routing", made.inputs, made.outcome)
    assert again is not None
    assert (again.same, again.rule) == (True, "rules_health_worth@1")


async def test_the_rules_that_are_followed_decide_and_only_those(till: Till) -> None:
    version = await write(till, XENDIT_FIRST)
    assert (await charge(till)).gateway == "midtrans"

    await follow(till, version)
    assert (await charge(till)).gateway == "xendit"
    made = await kept(till)
    assert (made.outcome["rule"], made.outcome["approach"], made.inputs["version"]) == (
        "Xendit dulu",
        "rule",
        1,
    )


async def test_an_older_version_is_followed_again_and_never_two(till: Till) -> None:
    await write(till, XENDIT_FIRST)
    await write(till, [{"name": "Termurah", "cheapest": True}])
    await follow(till, 1)
    await follow(till, 2)
    assert await followed(till) == [(2, True), (1, False)]
    await follow(till, 1)
    assert await followed(till) == [(2, False), (1, True)]


async def test_rules_that_cannot_be_followed_and_versions_there_are_not_change_nothing(till: Till) -> None:
    await write(till, XENDIT_FIRST)
    await follow(till, 1)
    with pytest.raises(RulesNotUsable):
        await write(till, [{"name": ""}])
    with pytest.raises(NoSuchRules):
        await follow(till, 7)
    assert await followed(till) == [(1, True)]


async def test_a_cheaper_rail_of_the_same_health_comes_first(till: Till) -> None:
    [first, second] = await till.floor.run(rails)
    day = date(2026, 1, 1)
    await till.floor.run(lambda tx: set_fee(tx, first.id, Fee(day, fixed_minor=1_500, tax_bp=1_100)))
    await till.floor.run(lambda tx: set_fee(tx, second.id, Fee(day, fixed_minor=1_000, tax_bp=1_100)))

    assert (await charge(till)).gateway == "xendit"
    assert [one["fee_minor"] for one in (await kept(till)).outcome["rails"]] == [1_110, 1_665]


async def test_a_rail_that_goes_down_is_passed_by_probed_and_comes_first_again_after_it(
    till: Till, keyring: Keyring
) -> None:
    await sweep(till)
    till.first.how = "failed"
    for _ in range(12):
        await charge(till)
        till.later(timedelta(seconds=10))
    await sweep(till)
    asked = len(till.first.charged)

    assert (await charge(till)).gateway == "xendit"
    assert len(till.first.charged) == asked
    made = await kept(till)
    assert [one["standing"] for one in made.outcome["rails"]] == ["well", "down"]

    till.first.how = "ok"
    probing = {**made.inputs, "to_pay": {**made.inputs["to_pay"], "draw": 399, "again": False}}
    assert reroute(probing).outcome["rails"][0]["gateway"] == "midtrans"
    assert reroute(probing).outcome["approach"] == "probe"
    for order in await some_probing(till, keyring, 60):
        tried = await till.cashier.charge(till.floor.caller, order, "va_bca")
        assert tried.gateway == "midtrans"
        till.later(timedelta(seconds=10))
        await till.floor.run(lambda tx: watch_rails(tx, now=till.clock.at))
        if not await till.floor.value("SELECT count(*) FROM rail_watch WHERE word <> 'well'"):
            break
    assert (await charge(till)).gateway == "midtrans"


async def test_whoever_comes_back_is_drawn_for_anew_and_probes_nothing(till: Till, keyring: Keyring) -> None:
    [order] = await some_probing(till, keyring, 1)

    tried = [await till.cashier.charge(till.floor.caller, order, "va_bca", anew=True) for _ in range(3)]

    assert [one.gateway for one in tried] == ["xendit", "midtrans", "midtrans"]
    rows = await till.floor.all(
        "SELECT inputs, outcome FROM decision WHERE subject_id = %(id)s AND kind = 'routing' ORDER BY id",
        id=order,
    )
    assert [row.outcome["approach"] for row in rows] == ["probe", "value", "value"]
    assert len({row.inputs["to_pay"]["draw"] for row in rows}) == 3
    assert (await kept(till)).outcome["approach"] == "value"

"""An order whose payment is in the air keeps its stock and hears nothing, as long as its gateway has to say."""

from datetime import datetime, timedelta

import pytest

from conftest import ShopFloor
from flows.paying import Till, a_till
from given import a_buyer, asked, place
from orderan.flows.expire_orders import KEPT_ON, expire_orders
from orderan.flows.place_order import Placed
from orderan.flows.telling_words import LOOKED_AGAIN, Later, stands
from orderan.flows.views_telling import abouts
from orderan.gateways import Outcome
from orderan.kit.crypto import Keyring
from orderan.notifications import Kind, policy_of

pytestmark = pytest.mark.anyio
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def till(floor: ShopFloor, keyring: Keyring, now: datetime) -> Till:
    return await a_till(floor, keyring, now)


async def a_held_card(till: Till) -> datetime:
    """A try the gateway's fraud desk thinks about, begun a quarter of an hour before its order's hold would end: then."""
    till.clock.at = (await till.row()).hold_until - 15 * MINUTE
    await till.cashier.charge(till.floor.caller, till.order.id, "va_bca")
    till.first.says(Outcome.HELD)
    till.later(3 * MINUTE)
    await till.cashier.ask_due(till.floor.caller)
    assert await till.states() == [("midtrans", "held")]
    limit: datetime = (await till.row()).hold_until
    return limit


async def expired(till: Till, limit: int = 500) -> int:
    done: int = await till.floor.run(lambda tx: expire_orders(tx, now=till.clock.at, limit=limit))
    return done


async def said(till: Till, kind: Kind) -> bool | Later:
    [about] = await till.floor.run(lambda tx: abouts(tx, [(till.order.id, till.order.id, None)]))
    policy = await till.floor.run(policy_of)
    return stands(kind, about, policy, now=till.clock.at)


async def test_a_held_card_keeps_its_order_over_the_hold_and_its_buyer_hears_nothing(till: Till) -> None:
    limit = await a_held_card(till)
    till.clock.at = limit - MINUTE
    assert await said(till, Kind.PAY_SOON) == Later(till.clock.at + LOOKED_AGAIN)

    for _ in range(3):
        till.clock.at = (await till.row()).hold_until
        assert await expired(till) == 0
        row = await till.row()
        assert (row.commercial, row.hold_until) == ("awaiting_payment", till.clock.at + KEPT_ON)
        assert await till.world.stock("kopi") == (5, 2, 0)
    assert await said(till, Kind.PAY_SOON) == Later(till.clock.at + LOOKED_AGAIN)
    assert await till.floor.value("SELECT count(*) FROM event WHERE kind = 'orders.expired.v1'") == 0


async def test_what_is_held_for_longer_than_a_gateway_has_to_say_expires(till: Till) -> None:
    await a_held_card(till)
    moved = await till.floor.value("SELECT moved_at FROM payment_attempt")
    judged = moved + timedelta(days=1)
    till.clock.at = judged - MINUTE
    assert await expired(till) == 0
    assert (await till.row()).hold_until == judged
    till.clock.at = judged
    assert await expired(till) == 1
    assert (await till.row()).commercial == "expired"
    assert await till.world.stock("kopi") == (5, 0, 0)
    assert await said(till, Kind.EXPIRED) == Later(till.clock.at + LOOKED_AGAIN)

    till.first.says(Outcome.DECLINED)
    till.later(timedelta(hours=2))
    await till.cashier.ask_due(till.floor.caller)
    assert await said(till, Kind.EXPIRED) is True


async def test_money_that_was_in_the_air_is_booked_on_its_order(till: Till) -> None:
    till.clock.at = await a_held_card(till)
    assert await expired(till) == 0

    till.first.says(Outcome.SUCCEEDED, paid=20_000)
    till.later(timedelta(hours=1))
    await till.cashier.ask_due(till.floor.caller)
    row = await till.row()
    assert (row.commercial, row.money) == ("accepted", "paid")


async def test_a_declined_try_ends_with_the_time_it_was_given(till: Till) -> None:
    till.clock.at = await a_held_card(till)
    assert await expired(till) == 0

    till.first.says(Outcome.DECLINED)
    till.later(timedelta(hours=1))
    await till.cashier.ask_due(till.floor.caller)
    assert await expired(till) == 1


async def test_what_is_kept_on_starves_nobody(till: Till, keyring: Keyring) -> None:
    later = till.clock.at + MINUTE
    [placed] = await place(till.world, keyring, asked(("kopi", 1), buyer=a_buyer()), now=later)
    assert isinstance(placed, Placed)
    await a_held_card(till)
    till.clock.at = (await till.row(placed.order.id)).hold_until

    assert await expired(till, limit=1) == 0
    assert await expired(till, limit=1) == 1
    assert (await till.row()).commercial == "awaiting_payment"
    assert (await till.row(placed.order.id)).commercial == "expired"

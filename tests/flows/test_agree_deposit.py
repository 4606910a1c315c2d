"""An order begins with its deposit, and its goods wait for the rest."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from conftest import ShopFloor
from flows.paying import Till, a_till
from orderan.auditor import audit
from orderan.flows.agree_deposit import agree_deposit
from orderan.flows.cancel_order import cancel_order
from orderan.flows.expire_orders import expire_orders
from orderan.flows.settle_payment import settle_payment
from orderan.flows.watch_limits import watch_limits
from orderan.fulfilment import readiness
from orderan.fulfilment.rules import obstacles
from orderan.gateways import Outcome
from orderan.kit.crypto import Keyring
from orderan.orders import DepositUnusable, OrderNotFound
from orderan.payments import MoneyEvent, MoneyKind, PartDoesNotFit

pytestmark = pytest.mark.anyio


@pytest.fixture
async def till(floor: ShopFloor, keyring: Keyring, now: datetime) -> Till:
    return await a_till(floor, keyring, now)


async def deposit(till: Till, amount: int) -> None:
    await till.floor.run(lambda tx: agree_deposit(tx, till.order.id, amount, now=till.clock.at))


async def pay_online(till: Till, part: int | None, says: int) -> int:
    """Pay a part through the gateway; what was asked for."""
    attempt = await till.cashier.charge(till.floor.caller, till.order.id, "va_bca", part_minor=part)
    till.first.says(Outcome.SUCCEEDED, paid=says)
    till.later(timedelta(minutes=2))
    await till.cashier.ask_due(till.floor.caller)
    return attempt.amount_minor


async def by_hand(till: Till, amount: int, method: str) -> None:
    event = MoneyEvent(till.order.id, MoneyKind.CAPTURED, method, amount, "IDR", None)
    await till.floor.run(lambda tx: settle_payment(tx, event, now=till.clock.at))


async def entries(till: Till) -> list[str]:
    rows = await till.floor.all("SELECT kind FROM exception_entry WHERE state = 'open' ORDER BY kind")
    return [row.kind for row in rows]


async def may_pick(till: Till) -> bool:
    found = await till.floor.run(lambda tx: readiness(tx, [till.order.id]))
    return not obstacles(found[till.order.id])


async def test_the_deposit_accepts_and_the_rest_lets_the_goods_go(till: Till, database_url: str) -> None:
    await deposit(till, 10_000)

    assert await pay_online(till, 10_000, 10_000) == 10_000
    row = await till.row()
    assert (row.commercial, row.money, row.paid_minor, row.hold_until) == (
        "accepted",
        "partly_paid",
        10_000,
        None,
    )
    assert await entries(till) == []
    assert not await may_pick(till)

    assert await pay_online(till, None, 10_000) == 10_000
    row = await till.row()
    assert (row.money, row.paid_minor) == ("paid", 20_000)
    assert await may_pick(till)
    assert audit(database_url, now=till.clock.at).findings == []


async def test_less_than_the_deposit_begins_nothing_and_runs_out(till: Till) -> None:
    await deposit(till, 6_000)
    await by_hand(till, 5_999, "cash")
    assert (await till.row()).commercial == "awaiting_payment"

    till.later(timedelta(days=3))
    await till.floor.run(lambda tx: expire_orders(tx, now=till.clock.at))

    assert (await till.row()).commercial == "expired"
    assert await entries(till) == ["payment_after_close"]


async def test_a_deposit_agreed_on_after_the_money_came_accepts_at_once(till: Till) -> None:
    await by_hand(till, 6_000, "cash")
    assert await entries(till) == ["payment_under"]

    await deposit(till, 6_000)

    assert (await till.row()).commercial == "accepted"
    assert await entries(till) == []


async def test_a_deposit_that_comes_late_brings_the_order_back(till: Till) -> None:
    await deposit(till, 6_000)
    till.later(timedelta(days=3))
    await till.floor.run(lambda tx: expire_orders(tx, now=till.clock.at))

    await by_hand(till, 6_000, "cash")

    assert (await till.row()).commercial == "accepted"
    assert await entries(till) == []


async def test_a_rest_nobody_pays_is_told_after_two_weeks(till: Till) -> None:
    await deposit(till, 6_000)
    await by_hand(till, 6_000, "cash")
    till.later(timedelta(days=13, hours=23))
    await till.floor.run(lambda tx: watch_limits(tx, now=till.clock.at))
    assert "money_waiting" not in await entries(till)

    till.later(timedelta(hours=1))
    await till.floor.run(lambda tx: watch_limits(tx, now=till.clock.at))

    assert "money_waiting" in await entries(till)


async def test_a_cancelled_order_owes_its_deposit_back(till: Till) -> None:
    await deposit(till, 6_000)
    await by_hand(till, 6_000, "cash")

    await till.floor.run(lambda tx: cancel_order(tx, till.order.id, reason="batal", now=till.clock.at))

    assert await entries(till) == ["payment_after_close"]


@pytest.mark.parametrize("amount", [0, -1, 20_000, 20_001])
async def test_no_deposit_is_nothing_or_everything(till: Till, amount: int) -> None:
    with pytest.raises(DepositUnusable):
        await deposit(till, amount)
    assert (await till.row()).deposit_minor is None
    assert await till.floor.value("SELECT count(*) FROM event WHERE kind = 'orders.deposit_agreed.v1'") == 0


async def test_an_order_that_was_accepted_has_no_deposit_any_more(till: Till) -> None:
    await by_hand(till, 20_000, "cash")
    with pytest.raises(DepositUnusable):
        await deposit(till, 6_000)
    with pytest.raises(OrderNotFound):
        await till.floor.run(lambda tx: agree_deposit(tx, UUID(int=7), 6_000, now=till.clock.at))


async def test_the_same_deposit_again_is_told_once(till: Till) -> None:
    await deposit(till, 6_000)
    await deposit(till, 6_000)
    assert await till.floor.value("SELECT count(*) FROM event WHERE kind = 'orders.deposit_agreed.v1'") == 1


async def test_a_part_by_one_way_and_the_rest_by_another(till: Till, database_url: str) -> None:
    assert await pay_online(till, 10_000, 10_000) == 10_000
    await by_hand(till, 10_000, "cash")

    row = await till.row()
    assert (row.commercial, row.money, row.paid_minor) == ("accepted", "paid", 20_000)
    assert await entries(till) == []
    assert audit(database_url, now=till.clock.at).findings == []


@pytest.mark.parametrize("part", [0, -5, 20_001, 9_999, 10_001])
async def test_no_part_is_nothing_too_much_or_leaves_what_nothing_takes(till: Till, part: int) -> None:
    with pytest.raises(PartDoesNotFit):
        await till.cashier.charge(till.floor.caller, till.order.id, "va_bca", part_minor=part)
    assert till.first.charged == []
    assert await till.states() == []

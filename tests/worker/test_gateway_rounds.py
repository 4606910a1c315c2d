"""Gateways are asked beside each other: one that hangs holds up nobody else's payments."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from conftest import ShopFloor
from flows.paying import Till, a_till
from given import a_buyer, asked, place
from orderan import gateways
from orderan.flows.execute_refund import Refunder
from orderan.flows.place_order import Placed
from orderan.gateways import Outcome, Truth
from orderan.kit.crypto import Keyring
from orderan.worker import GatewayRounds, Rounds

pytestmark = pytest.mark.anyio


@pytest.fixture
async def till(floor: ShopFloor, keyring: Keyring, now: datetime) -> Till:
    return await a_till(floor, keyring, now)


def rounds_of(till: Till, http: gateways.Caller) -> GatewayRounds:
    own = Rounds(till.floor.db, till.clock)
    return GatewayRounds(own, till.cashier, Refunder(till.floor.db, till.clock, till.cashier.open), http)


async def test_a_gateway_that_hangs_holds_up_no_other(till: Till, keyring: Keyring, now: datetime) -> None:
    [placed] = await place(
        till.world, keyring, asked(("kopi", 1), buyer=a_buyer("Budi", "+628129999999")), now=now
    )
    assert isinstance(placed, Placed)
    await till.cashier.charge(till.floor.caller, till.order.id, "va_bca")
    till.first.how = "failed"
    await till.cashier.charge(till.floor.caller, placed.order.id, "va_bca")
    assert await till.states() == [("midtrans", "offered"), ("midtrans", "failed"), ("xendit", "offered")]
    till.second.says(Outcome.SUCCEEDED, paid=placed.order.total_minor)
    answers, never = till.first.look_up, asyncio.Event()

    hanging: list[str] = []

    async def hangs(**of: Any) -> Truth:
        hanging.append(of["reference"])
        await never.wait()
        return await answers(**of)

    till.first.look_up = hangs  # type: ignore[method-assign]
    till.later(timedelta(minutes=2))
    async with gateways.Caller() as http:
        rounds = rounds_of(till, http)
        assert await rounds.once() == 2
        async with asyncio.timeout(20):
            while (await till.row(placed.order.id)).money != "paid":
                await asyncio.wait(rounds.under_way, return_when=asyncio.FIRST_COMPLETED)
        assert (await till.row()).money == "pending"
        # What hangs is not asked a second time beside itself.
        till.later(timedelta(minutes=2))
        await rounds.once()
        assert len(hanging) == 1

        waiting = till.first.there[hanging[0]]
        till.first.there[hanging[0]] = replace(waiting, outcome=Outcome.SUCCEEDED, paid_minor=20_000)
        never.set()
        await rounds.finish()
    assert (await till.row()).money == "paid"


async def test_a_gateway_whose_answers_break_us_is_told_and_the_others_go_on(till: Till) -> None:
    await till.cashier.charge(till.floor.caller, till.order.id, "va_bca")
    till.later(timedelta(minutes=2))

    async def breaks(**_: Any) -> Truth:
        raise RuntimeError

    till.first.look_up = breaks  # type: ignore[method-assign]
    async with gateways.Caller() as http:
        rounds = rounds_of(till, http)
        await rounds.once()
        await rounds.finish()
    [entry] = await till.floor.all("SELECT reason FROM exception_entry WHERE kind = 'sweep_failed'")
    assert entry.reason.startswith("gateway ")
    assert (await till.row()).money == "pending"

"""A voucher beside another way to pay, for two orders at once, and back when an order comes to nothing."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from conftest import ShopFloor
from flows.paying import Till, a_till
from given import a_buyer, asked, place
from orderan.auditor import audit
from orderan.flows.cancel_order import cancel_order
from orderan.flows.expire_orders import expire_orders
from orderan.flows.pay_with_voucher import use_voucher
from orderan.flows.place_order import Placed
from orderan.flows.refund_order import execute_refund, promise_refund
from orderan.flows.settle_payment import settle_payments
from orderan.kit.crypto import Keyring
from orderan.kit.events import sequence
from orderan.payments import (
    MoneyEvent,
    MoneyKind,
    OwnVoucher,
    VoucherEvent,
    VoucherUnusable,
    find_voucher,
    issue_voucher,
    move_voucher,
)
from orderan.payments.store_refunds import set_rule

pytestmark = pytest.mark.anyio


@pytest.fixture
async def till(floor: ShopFloor, keyring: Keyring, now: Any) -> Till:
    return await a_till(floor, keyring, now)


async def a_code(till: Till, amount_minor: int) -> str:
    _, code = await till.floor.run(
        lambda tx: issue_voucher(
            tx,
            amount_minor=amount_minor,
            currency="IDR",
            customer_id=None,
            reason="Maaf terlambat",
            now=till.clock.at,
        )
    )
    assert code is not None
    return str(code)


async def spend(till: Till, code: str, order_id: Any = None) -> int:
    paid: int = await till.floor.run(
        lambda tx: use_voucher(tx, order_id or till.order.id, code=code, now=till.clock.at)
    )
    return paid


async def paid_by_va(till: Till, amount_minor: int) -> None:
    event = MoneyEvent(till.order.id, MoneyKind.CAPTURED, "va_bca", amount_minor, "IDR", "va-1", "midtrans")
    [answer] = await till.floor.run(lambda tx: settle_payments(tx, [event], now=till.clock.at))
    assert not isinstance(answer, Exception)


async def balance(till: Till) -> int:
    there: int = await till.floor.value("SELECT balance_minor FROM voucher")
    return there


async def all_adds_up(till: Till, database_url: str) -> None:
    await till.floor.run(sequence)
    assert audit(database_url, now=till.clock.at).findings == []


async def test_a_voucher_and_a_number_together_are_the_total_and_a_refund_gives_each_its_part(
    till: Till, database_url: str
) -> None:
    total = (await till.row()).total_minor
    assert await spend(till, await a_code(till, total // 4)) == total // 4
    attempt = await till.cashier.charge(till.floor.caller, till.order.id, "va_bca")
    assert attempt.amount_minor == total - total // 4
    await paid_by_va(till, attempt.amount_minor)
    row = await till.row()
    assert (row.paid_minor, row.commercial, await balance(till)) == (total, "accepted", 0)

    refund = await till.floor.run(
        lambda tx: promise_refund(
            tx, till.order.id, amount_minor=total // 2, reason="Rusak", now=till.clock.at
        )
    )
    await till.floor.run(
        lambda tx: execute_refund(tx, refund.id, method="cash", reference="trf-1", now=till.clock.at)
    )

    assert await balance(till) == total // 8
    assert (await till.row()).refunded_minor == total // 2
    await all_adds_up(till, database_url)


async def test_two_orders_at_once_spend_a_voucher_once(
    till: Till, keyring: Keyring, database_url: str
) -> None:
    [second] = await place(till.world, keyring, asked(("kopi", 2), buyer=a_buyer()), now=till.clock.at)
    assert isinstance(second, Placed)
    code = await a_code(till, 10_000)

    answers = await asyncio.gather(
        spend(till, code), spend(till, code, second.order.id), return_exceptions=True
    )

    assert sorted(type(one).__name__ for one in answers) == ["VoucherUnusable", "int"]
    assert await balance(till) == 0
    assert await till.floor.value("SELECT sum(paid_minor)::int FROM sales_order") == 10_000
    await all_adds_up(till, database_url)


@pytest.mark.parametrize("end", ["cancelled", "expired"])
async def test_an_order_that_comes_to_nothing_gives_the_voucher_back(
    till: Till, end: str, database_url: str
) -> None:
    code = await a_code(till, 5_000)
    await spend(till, code)
    assert await balance(till) == 0
    till.later(timedelta(days=3))
    if end == "cancelled":
        await till.floor.run(lambda tx: cancel_order(tx, till.order.id, reason="buyer", now=till.clock.at))
    else:
        await till.floor.run(lambda tx: expire_orders(tx, now=till.clock.at))

    assert (await till.row()).commercial == end
    assert await balance(till) == 5_000
    assert (await till.row()).paid_minor == (await till.row()).refunded_minor == 0
    await all_adds_up(till, database_url)


async def test_above_the_limit_nothing_is_on_it_until_a_second_person_agrees(till: Till) -> None:
    await till.floor.run(lambda tx: set_rule(tx, 1_000, now=till.clock.at))
    code = await a_code(till, 5_000)
    with pytest.raises(VoucherUnusable):
        await spend(till, code)
    voucher_id = await till.floor.value("SELECT id FROM voucher")

    with pytest.raises(OwnVoucher):
        await till.floor.run(lambda tx: _step(tx, voucher_id, VoucherEvent.APPROVE, till))
    assert await balance(till) == 0
    assert await till.floor.value("SELECT count(*)::int FROM voucher_move") == 0


async def _step(tx: Any, voucher_id: Any, event: VoucherEvent, till: Till) -> None:
    await move_voucher(tx, await find_voucher(tx, voucher_id), event, now=till.clock.at)

"""A buyer pays with a voucher on the pay page: by its code or their own, beside another way, and off again."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from access.conftest import everything, send
from conftest import ShopFloor
from flows.test_ask_deposit import HALF
from flows.test_score_orders import act_on
from given import a_buyer, asked, place
from orderan.auditor import audit
from orderan.flows.place_order import Placed
from orderan.kit.crypto import Keyring
from orderan.kit.events import sequence
from orderan.orders import Order, Terms
from orderan.payments import issue_voucher
from orderan.sandbox.models import ChargeState
from orderan.trust import Bands, Measure, Rule
from orderan.verification import Silence, keep_policy
from paying.conftest import Counter, only_at_duitku

pytestmark = pytest.mark.anyio
ONLY_VA = "UPDATE rail SET state = 'paused' WHERE method NOT IN ('va_bca', 'va_mandiri')"
"""Of what is left nothing takes less than 10,000."""


async def a_voucher(counter: Counter, amount_minor: int, *, own: bool = False) -> str:
    """A voucher with so much on it; its code, where it is not the buyer's own."""
    _, code = await counter.floor.run(
        lambda tx: issue_voucher(
            tx,
            amount_minor=amount_minor,
            currency="IDR",
            customer_id=counter.order.customer_id if own else None,
            reason="Maaf terlambat",
            now=counter.clock.at,
        )
    )
    return str(code or "")


async def use(counter: Counter, **fields: str) -> Any:
    return await send(counter.buyer, f"{counter.page}/voucher", fields, page=counter.page)


async def seen(counter: Counter) -> str:
    text: str = (await counter.buyer.get(counter.page)).text
    return text


async def spent(counter: Counter) -> tuple[int, int, int]:
    """What the order has paid, what is left on vouchers, and how many times one paid."""
    [row] = await counter.floor.all(
        """
        SELECT (SELECT sum(paid_minor)::int FROM sales_order) AS paid,
               (SELECT coalesce(sum(balance_minor), 0)::int FROM voucher) AS balance,
               (SELECT count(*)::int FROM voucher_move WHERE kind = 'spent') AS times
        """
    )
    return row.paid, row.balance, row.times


async def adds_up(counter: Counter, database_url: str) -> None:
    await counter.floor.run(sequence)
    assert audit(database_url, now=counter.clock.at).findings == []


async def test_a_code_pays_its_part_and_a_number_the_rest(counter: Counter, database_url: str) -> None:
    code = await a_voucher(counter, 5_000)
    await counter.choose("va_bca")
    before = counter.charged()

    answer = await use(counter, code=f" {code.lower()} ")

    assert (answer.status_code, answer.headers["location"]) == (303, counter.page)
    # What was given before was for another amount.
    assert before.state is ChargeState.CANCELLED
    page = await seen(counter)
    assert "Voucher membayar Rp5.000" in page
    assert "Sudah dibayar Rp5.000 dari Rp20.000." in page
    counter.clock.at += timedelta(minutes=1)
    await counter.choose("va_bca")
    counter.there.book.pay(counter.charged(), 15_000, now=counter.clock.at)
    await counter.buyer.get(f"{counter.page}/back")
    await counter.work()

    assert (await counter.row()).commercial == "accepted"
    assert "Pembayaran diterima" in await seen(counter)
    await adds_up(counter, database_url)


async def test_a_mistyped_code_is_told_and_costs_nobody_their_number(counter: Counter) -> None:
    await a_voucher(counter, 5_000)
    await counter.choose("va_bca")
    before = await everything(counter.floor)
    for code in ("AAAA-BBBB-CCCC", "<script>alert(1)</script>", "x" * 5_000):
        answer = await use(counter, code=code)
        assert answer.status_code == 422
        assert "tidak ditemukan" in answer.text
        assert "<script>alert" not in answer.text
    assert await everything(counter.floor) == before
    assert counter.charged().state is ChargeState.PENDING


async def test_the_buyers_own_is_offered_used_and_taken_off_again(
    counter: Counter, database_url: str
) -> None:
    await a_voucher(counter, 5_000, own=True)
    assert "Pakai voucher Anda, Rp5.000" in await seen(counter)
    for _ in range(2):
        assert (await use(counter)).status_code == 303
        assert await spent(counter) == (5_000, 0, 1)
    page = await seen(counter)
    assert "Lepas voucher" in page
    assert "Pakai voucher Anda" not in page

    for _ in range(2):
        assert (await use(counter, off="1")).status_code == 303
        assert await spent(counter) == (0, 5_000, 1)
    page = await seen(counter)
    assert "Lepas voucher" not in page
    assert "Pakai voucher Anda, Rp5.000" in page
    await adds_up(counter, database_url)


async def test_a_code_sent_twice_or_by_two_hands_at_once_pays_once_and_is_answered_alike(
    counter: Counter, database_url: str
) -> None:
    code = await a_voucher(counter, 5_000)
    answers = await asyncio.gather(*(use(counter, code=code) for _ in range(4)))
    answers.append(await use(counter, code=code))
    assert [(one.status_code, one.headers.get("location")) for one in answers] == [(303, counter.page)] * 5
    assert await spent(counter) == (5_000, 0, 1)
    await adds_up(counter, database_url)


async def test_a_code_another_order_used_up_is_refused(counter: Counter, keyring: Keyring) -> None:
    code = await a_voucher(counter, 5_000)
    await use(counter, code=code)
    [other] = await place(counter.world, keyring, asked(("kopi", 1), buyer=a_buyer()), now=counter.clock.at)
    assert isinstance(other, Placed)
    before = await everything(counter.floor)

    answer = await use(replace(counter, order=other.order), code=code)

    assert answer.status_code == 422
    assert "Voucher ini tidak bisa dipakai" in answer.text
    assert await everything(counter.floor) == before


@pytest.mark.parametrize("carried", ["virtual accounts", "QRIS of a gateway that takes no less than 10,000"])
async def test_a_voucher_leaves_what_can_be_paid_and_never_offers_more_than_it_holds(
    counter: Counter, keyring: Keyring, carried: str
) -> None:
    if carried == "virtual accounts":
        await counter.floor.run(lambda tx: tx.run(ONLY_VA))
    else:
        await only_at_duitku(counter, keyring)
    await a_voucher(counter, 15_000, own=True)

    assert "Pakai voucher Anda, Rp10.000" in await seen(counter)
    assert (await use(counter)).status_code == 303
    assert await spent(counter) == (10_000, 5_000, 1)

    # All that is due now is the least anything takes: a part of it cannot be paid by a voucher.
    assert "Pakai voucher Anda" not in await seen(counter)
    code = await a_voucher(counter, 3_000)
    before = await everything(counter.floor)
    answer = await use(counter, code=code)
    assert answer.status_code == 422
    assert "Sisanya terlalu kecil untuk dibayar dengan cara lain." in answer.text
    assert await everything(counter.floor) == before


async def test_while_nobody_knows_what_became_of_a_payment_no_voucher_pays(counter: Counter) -> None:
    code = await a_voucher(counter, 5_000)
    await counter.choose("va_bca")
    await counter.floor.run(lambda tx: tx.run("UPDATE payment_attempt SET state = 'unknown'"))
    assert (await use(counter, code=code)).status_code == 303
    assert await spent(counter) == (0, 5_000, 0)


@pytest.fixture
async def doubted(counter: Counter, keyring: Keyring, floor: ShopFloor) -> Counter:
    """A COD order of 20,000 that waits for a deposit of 10,000 in place of its buyer's word."""
    now = counter.clock.at
    await floor.run(lambda tx: keep_policy(tx, replace(HALF, silence=Silence.HOLD), expected=1, now=now))
    await act_on(floor, now, Rule("lagi", Measure.PHONE_ORDERS_DAY, 1, 50), cod=Bands(deposit=50))
    placement = asked(("kopi", 2), buyer=a_buyer(), terms=Terms.COD)
    [placed] = await place(counter.world, keyring, placement, now=now)
    assert isinstance(placed, Placed)
    order: Order = placed.order
    assert (order.wants_deposit, order.deposit_due_minor, order.due_minor) == (True, 10_000, 20_000)
    return replace(counter, order=order)


async def test_a_part_of_a_deposit_is_paid_and_comes_off_again_while_the_rest_is_missing(
    doubted: Counter, database_url: str
) -> None:
    code = await a_voucher(doubted, 4_000)
    assert (await use(doubted, code=code)).status_code == 303
    page = await seen(doubted)
    assert "Rp6.000" in page
    assert "Lepas voucher" in page
    assert (await doubted.row()).verification == "unreachable"

    assert (await use(doubted, off="1")).status_code == 303
    assert await spent(doubted) == (0, 4_000, 1)
    assert "Rp10.000" in await seen(doubted)
    await adds_up(doubted, database_url)

    code = await a_voucher(doubted, 50_000)
    assert (await use(doubted, code=code)).status_code == 303
    row = await doubted.row()
    assert (row.verification, row.paid_minor, row.commercial) == ("confirmed", 10_000, "accepted")
    # The order goes ahead now: nothing comes off any more.
    assert (await use(doubted, off="1")).status_code == 303
    assert (await doubted.row()).paid_minor == 10_000
    await adds_up(doubted, database_url)


async def test_of_a_deposit_nothing_is_taken_that_leaves_less_than_anything_takes(doubted: Counter) -> None:
    await doubted.floor.run(lambda tx: tx.run(ONLY_VA))
    await a_voucher(doubted, 4_000, own=True)
    assert "Pakai voucher Anda" not in await seen(doubted)
    before = await everything(doubted.floor)
    answer = await use(doubted)
    assert answer.status_code == 422
    assert "Sisanya terlalu kecil" in answer.text
    assert await everything(doubted.floor) == before

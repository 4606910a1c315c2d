"""A person decides what a gateway does not say: on the order's money page, after its time, with a word."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from httpx2 import AsyncClient

from access.conftest import Hire, send, sign_in
from orderan.auditor import audit
from orderan.flows.watch_limits import watch_limits
from orderan.kit.events import sequence
from orderan.kit.ids import to_text
from orderan.sandbox.models import ChargeState, SimReply
from paying.conftest import Counter

pytestmark = pytest.mark.anyio


@pytest.fixture
async def owner(counter: Counter, hire: Hire) -> AsyncIterator[AsyncClient]:
    await hire("orang@toko.test", name="Rina Hartati")
    async with counter.house.browser() as browser:
        await sign_in(browser, "orang@toko.test")
        yield browser


def money_page(counter: Counter) -> str:
    return f"/payments/orders/{to_text('ord', counter.order.id)}"


async def in_the_air(counter: Counter, state: str) -> str:
    """A try that stays unknown, or held; the address where it is decided."""
    if state == "held":
        await counter.choose("card")
        page = (await counter.buyer.get(counter.page)).text
        typed = counter.there.pick(page.split("redirection/")[1].split('"')[0], now=counter.clock.at)
        typed.state = ChargeState.HELD
        await counter.buyer.get(f"{counter.page}/back")
        await counter.work()
    else:
        counter.there.answer = lambda *_, **__: SimReply(502, b"<html>")  # type: ignore[method-assign]
        await counter.choose("va_bca")
    [row] = await counter.floor.all("SELECT id, state FROM payment_attempt")
    assert row.state == state
    return f"{money_page(counter)}/tries/{to_text('pay', row.id)}"


async def later(counter: Counter, wait: timedelta) -> None:
    counter.clock.at += wait
    await counter.floor.run(
        lambda tx: tx.run("UPDATE sales_order SET hold_until = hold_until + interval '3 days'")
    )
    await counter.work()


@pytest.mark.parametrize(
    ("state", "wait", "verdict", "becomes", "money"),
    [
        ("unknown", timedelta(hours=1), "charged", "paid", "paid"),
        ("unknown", timedelta(hours=1), "not_charged", "failed", "unpaid"),
        ("held", timedelta(days=1), "charged", "paid", "paid"),
        ("held", timedelta(days=1), "not_charged", "cancelled", "unpaid"),
    ],
)
async def test_a_try_nobody_answers_for_is_decided_by_a_person(
    counter: Counter, owner: AsyncClient, database_url: str, state: str, wait: timedelta, verdict: str,
    becomes: str, money: str,
) -> None:  # fmt: skip
    address = await in_the_air(counter, state)
    word = {"verdict": verdict, "word": "Dasbor Midtrans, dilihat Rina"}
    early = await send(owner, address, word)
    assert early.status_code == 409
    assert address not in (await owner.get(money_page(counter))).text

    await later(counter, wait)
    await sign_in(owner, "orang@toko.test")
    await counter.floor.run(lambda tx: watch_limits(tx, now=counter.clock.at))
    entries = await counter.floor.all("SELECT id FROM exception_entry WHERE kind = 'payment_try_waiting'")
    entry = (await owner.get(f"/inbox/{to_text('exc', entries[0].id)}")).text
    assert money_page(counter) in entry
    assert address in (await owner.get(money_page(counter))).text
    wordless = await send(owner, address, {"verdict": verdict, "word": " "})
    assert wordless.status_code == 409
    assert "Tulis dari mana" in wordless.text

    assert (await send(owner, address, word)).status_code == 303
    again = await send(owner, address, word)

    assert again.status_code == 409
    assert "sudah jelas" in again.text
    [row] = await counter.floor.all("SELECT state FROM payment_attempt")
    assert (row.state, (await counter.row()).money) == (becomes, money)
    assert "Dasbor Midtrans, dilihat Rina" in (await owner.get(money_page(counter))).text
    actions = await counter.floor.all("SELECT action FROM audit_entry WHERE entity_kind = 'payment_attempt'")
    assert [one.action for one in actions] == [f"payment_try.{verdict}"]
    await counter.floor.run(sequence)
    assert audit(database_url, now=counter.clock.at).findings == []


async def test_what_the_gateway_says_after_all_is_booked_once(counter: Counter, owner: AsyncClient) -> None:
    answer = counter.there.answer
    counter.there.answer = lambda request, *, now: (answer(request, now=now), SimReply(502, b""))[1]  # type: ignore[method-assign]
    await counter.choose("va_bca")
    [row] = await counter.floor.all("SELECT id FROM payment_attempt")
    await later(counter, timedelta(hours=1))
    await sign_in(owner, "orang@toko.test")
    address = f"{money_page(counter)}/tries/{to_text('pay', row.id)}"
    await send(owner, address, {"verdict": "charged", "word": "Dasbor"})

    counter.there.answer = answer  # type: ignore[method-assign]
    counter.there.book.pay(counter.charged(), 20_000, now=counter.clock.at)
    counter.clock.at += timedelta(minutes=5)
    await counter.work()

    assert ((await counter.row()).money, (await counter.row()).paid_minor) == ("paid", 20_000)


async def test_money_is_not_confirmed_by_hand_beside_an_undecided_try_unless_that_is_said(
    counter: Counter, owner: AsyncClient
) -> None:
    await in_the_air(counter, "unknown")
    paid = {"amount": "20.000", "method": "bank_transfer", "reference": "MUTASI-1"}
    order_page = f"/orders/{to_text('ord', counter.order.id)}"
    for address, form in ((f"{money_page(counter)}/confirm", paid), (f"{order_page}/pay", paid)):
        refused = await send(owner, address, form)
        assert refused.status_code in {409, 422}
        assert "belum jelas nasibnya" in refused.text
    assert (await counter.row()).paid_minor == 0

    assert (await send(owner, f"{money_page(counter)}/confirm", paid | {"besides": "yes"})).status_code == 303
    assert (await counter.row()).paid_minor == 20_000

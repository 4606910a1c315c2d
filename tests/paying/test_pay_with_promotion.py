"""A buyer pays with a payment promotion: shown what it is worth, asked for less, and never for what was not shown."""

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from orderan.auditor import audit
from orderan.kit.crypto import Keyring
from orderan.kit.ids import to_text
from orderan.promotions import PromotionKind
from orderan.sandbox.models import SimReply, SimRequest
from paying.conftest import Counter, only_at_duitku
from promotions.promoting import a_discount, running, uses

pytestmark = pytest.mark.anyio

BY_CODE = {"va_bca": {"bank_transfer"}, "qris": {"qris"}}
"""Midtrans' words of our methods."""


async def promote(counter: Counter, **others: Any) -> dict[str, str]:
    """A running promotion, as the page's form names it."""
    terms = a_discount(counter.clock.at, **others)
    made = await running(counter.floor, terms, now=counter.clock.at)
    return {"promotion": to_text("prm", made.id), "shown": "5000"}


async def seen(counter: Counter, query: str = "") -> str:
    answer = await counter.buyer.get(counter.page + query)
    assert answer.status_code == 200
    text: str = answer.text
    return text


async def asked_for(counter: Counter) -> list[tuple[str, int, str]]:
    rows = await counter.floor.all("SELECT * FROM payment_attempt ORDER BY began_at, id")
    return [(row.method, row.amount_minor, row.state) for row in rows]


async def come_back(counter: Counter) -> None:
    """The buyer returns, and the gateway is asked."""
    await counter.buyer.get(f"{counter.page}/back")
    assert await counter.work() > 0


async def taken(counter: Counter) -> tuple[str, int, int]:
    [row] = await counter.floor.all("SELECT state, taken_minor, taken_count FROM payment_promotion")
    return (row.state, row.taken_minor, row.taken_count)


async def test_a_discount_leaves_what_the_gateway_takes(counter: Counter, keyring: Keyring) -> None:
    await only_at_duitku(counter, keyring)
    await promote(counter, banks=(), methods=("qris",), fixed_minor=15_000)
    assert "hemat Rp10.000, bayar Rp10.000" in await seen(counter)


async def test_the_shown_discount_is_asked_for_less_and_covers_the_rest_once_paid(
    counter: Counter, database_url: str
) -> None:
    promo = await promote(counter)
    page = await seen(counter)
    assert page.count("Hemat BCA") == 1
    assert "hemat Rp5.000, bayar Rp15.000" in page

    await counter.choose("va_bca", **promo)
    assert await asked_for(counter) == [("va_bca", 15_000, "offered")]
    assert counter.charged().amount == 15_000
    page = await seen(counter)
    assert "Rp15.000" in page
    assert "Dari Rp20.000, sisanya ditanggung promo." in page
    assert await taken(counter) == ("running", 5_000, 1)

    counter.there.book.pay(counter.charged(), 15_000, now=counter.clock.at)
    await come_back(counter)

    row = await counter.row()
    assert (row.commercial, row.money, row.paid_minor, row.covered_minor) == (
        "accepted",
        "paid",
        15_000,
        5_000,
    )
    assert await uses(counter.floor) == [("confirmed", 5_000, 0)]
    assert "Pembayaran diterima" in await seen(counter)
    assert audit(database_url, now=counter.clock.at).findings == []


async def test_a_double_click_and_a_second_window_use_the_promotion_once(counter: Counter) -> None:
    promo = await promote(counter)
    for _ in range(3):
        await counter.choose("va_bca", **promo)
    assert await asked_for(counter) == [("va_bca", 15_000, "offered")]
    assert await uses(counter.floor) == [("reserved", 5_000, 0)]


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"shown": "9000"}, "berubah"),
        ({"promotion": "prm_zzz"}, "tidak ditemukan"),
        ({"promotion": to_text("prm", UUID(int=7))}, "tidak ditemukan"),
        ({"shown": "1e9"}, "tidak ditemukan"),
        ({"method": "qris"}, "tidak berlaku"),
    ],
)
async def test_what_was_not_shown_begins_nothing(counter: Counter, sent: dict[str, str], says: str) -> None:
    promo = await promote(counter)
    form = {"method": "va_bca", **promo, **sent}
    answer = await counter.choose(**form)
    assert answer.status_code == 422
    assert says in answer.text
    assert await asked_for(counter) == []
    assert counter.there.book.all() == []
    assert await taken(counter) == ("running", 0, 0)


async def test_another_method_gives_the_promotion_back_and_asks_for_all_of_it(counter: Counter) -> None:
    promo = await promote(counter, budget_minor=5_000)
    await counter.choose("va_bca", **promo)
    assert await taken(counter) == ("exhausted", 5_000, 1)

    await counter.choose("qris")

    assert await asked_for(counter) == [("va_bca", 15_000, "cancelled"), ("qris", 20_000, "offered")]
    assert await taken(counter) == ("running", 0, 0)
    assert await uses(counter.floor) == [("released", 5_000, 0)]


def keep_what_was_asked(counter: Counter) -> None:
    """From now on the gateway takes nothing back."""
    answer = counter.there.answer

    def stubborn(request: SimRequest, *, now: datetime) -> SimReply:
        if request.path.endswith("/cancel"):
            return SimReply(503, b"{}")
        return answer(request, now=now)

    counter.there.answer = stubborn  # type: ignore[method-assign]


@pytest.mark.parametrize(
    ("paid", "kept"),
    [
        (["va_bca"], ["confirmed", "released"]),
        (["qris"], ["released", "confirmed"]),
        (["va_bca", "qris"], ["confirmed", "released"]),
        (["qris", "va_bca"], ["released", "confirmed"]),
    ],
)
async def test_a_number_that_cannot_be_taken_back_hands_the_only_promotion_on_and_the_first_paid_keeps_it(
    counter: Counter, database_url: str, paid: list[str], kept: list[str]
) -> None:
    only_one: dict[str, Any] = {"per_buyer": 1, "quota": 1, "budget_minor": 5_000}
    promo = await promote(counter, banks=(), methods=("va_bca", "qris"), **only_one)
    await counter.choose("va_bca", **promo)
    keep_what_was_asked(counter)

    assert (await counter.choose("qris", **promo)).status_code == 303

    assert await asked_for(counter) == [("va_bca", 15_000, "offered"), ("qris", 15_000, "offered")]
    assert [use[0] for use in await uses(counter.floor)] == ["released", "reserved"]
    assert await taken(counter) == ("exhausted", 5_000, 1)
    for method in paid:
        [charge] = [
            one for one in counter.there.book.all() if one.method.partition(".")[0] in BY_CODE[method]
        ]
        counter.there.book.pay(charge, charge.amount, now=counter.clock.at)
        [letter] = counter.there.news(charge, now=counter.clock.at)
        await counter.deliver(letter)
        await counter.work()

    row = await counter.row()
    over = 15_000 * (len(paid) - 1)
    assert (row.commercial, row.paid_minor, row.covered_minor) == ("accepted", 15_000 + over, 5_000)
    assert row.money == ("overpaid" if over else "paid")
    assert [use[0] for use in await uses(counter.floor)] == kept
    assert await taken(counter) == ("exhausted", 5_000, 1)
    assert audit(database_url, now=counter.clock.at).findings == []


async def test_a_promotion_that_is_refused_can_be_left_out(counter: Counter) -> None:
    promo = await promote(counter)
    answer = await counter.choose("va_bca", **promo | {"shown": "9000"})
    assert "Bayar Rp20.000 tanpa promo" in answer.text
    await counter.choose("va_bca", **promo | {"shown": "9000", "without": "1"})
    assert await asked_for(counter) == [("va_bca", 20_000, "offered")]


async def test_an_offer_without_the_promotion_is_not_handed_out_for_one_with_it(counter: Counter) -> None:
    await counter.choose("va_bca")
    promo = await promote(counter)
    await counter.choose("va_bca", **promo)
    assert await asked_for(counter) == [("va_bca", 20_000, "cancelled"), ("va_bca", 15_000, "offered")]


async def test_less_than_was_asked_for_covers_nothing(counter: Counter) -> None:
    promo = await promote(counter)
    await counter.choose("va_bca", **promo)
    counter.there.book.pay(counter.charged(), 14_000, now=counter.clock.at)
    await come_back(counter)

    row = await counter.row()
    assert (row.commercial, row.money, row.covered_minor) == ("awaiting_payment", "partly_paid", 0)


@pytest.mark.parametrize(("masked", "ends"), [("48111111-1114", "confirmed"), ("52111111-1117", "released")])
async def test_a_cashback_for_certain_cards_waits_for_the_card(
    counter: Counter, masked: str, ends: str
) -> None:
    promo = await promote(
        counter, kind=PromotionKind.CASHBACK, banks=(), card_ranges=("481111",), name="Cashback kartu"
    )
    assert "cashback Rp5.000 untuk kartu tertentu" in await seen(counter)
    await counter.choose("card", **promo)
    assert await asked_for(counter) == [("card", 20_000, "offered")]

    page = await seen(counter)
    token = page.split("redirection/")[1].split('"')[0]
    charge = counter.there.pick(token, now=counter.clock.at)
    charge.extra["masked_card"] = masked
    counter.there.book.pay(charge, 20_000, now=counter.clock.at)
    await come_back(counter)

    row = await counter.row()
    assert (row.money, row.paid_minor, row.covered_minor) == ("paid", 20_000, 0)
    [use] = await counter.floor.all("SELECT state, card_range FROM promotion_redemption")
    assert use.state == ends
    assert use.card_range in (None, "48111111")


async def test_a_discount_for_certain_cards_is_held_to_by_the_page_that_takes_the_card(
    counter: Counter,
) -> None:
    promo = await promote(counter, banks=(), card_ranges=("481111", "52110012"), name="Kartu bank")
    page = await seen(counter)
    assert "hanya kartu berawalan 481111, 52110012" in page
    assert "tanpa promo" in page
    await counter.choose("card", **promo)
    assert await asked_for(counter) == [("card", 15_000, "offered")]

    token = (await seen(counter)).split("redirection/")[1].split('"')[0]
    with pytest.raises(ValueError, match="not allowed"):
        counter.there.pick(token, card="41111111", now=counter.clock.at)
    charge = counter.there.pick(token, card="48111111", now=counter.clock.at)
    counter.there.book.pay(charge, 15_000, now=counter.clock.at)
    await come_back(counter)

    row = await counter.row()
    assert (row.money, row.paid_minor, row.covered_minor) == ("paid", 15_000, 5_000)
    assert await counter.floor.value("SELECT state FROM promotion_redemption") == "confirmed"


async def test_without_the_promotion_any_card_pays_the_whole(counter: Counter) -> None:
    promo = await promote(counter, banks=(), card_ranges=("481111",), name="Kartu bank")
    await counter.choose("card", without="1", **promo)
    assert await asked_for(counter) == [("card", 20_000, "offered")]
    token = (await seen(counter)).split("redirection/")[1].split('"')[0]
    assert counter.there.pick(token, card="41111111", now=counter.clock.at).amount == 20_000

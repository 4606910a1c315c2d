"""A buyer before the pay page: chooses, pays, changes their mind, waits while nobody knows, comes too late."""

import asyncio
import re
from datetime import timedelta

import pytest

from access.conftest import everything
from orderan.flows.agree_deposit import agree_deposit
from orderan.flows.payment_incident import open_incident
from orderan.gateways import InstrumentKind
from orderan.incidents import Kind, Severity, plan_maintenance
from orderan.kit.crypto import Keyring
from orderan.payments import METHODS, Group, open_account
from orderan.sandbox.models import ChargeState, SimReply
from orderan.web.buyer.pay_words import ways_to_pay
from paying.conftest import CREDENTIALS, Counter

pytestmark = pytest.mark.anyio


async def seen(counter: Counter, query: str = "") -> str:
    answer = await counter.buyer.get(counter.page + query)
    assert answer.status_code == 200
    text: str = answer.text
    return text


async def test_the_page_offers_what_the_rails_carry_and_names_nobody(counter: Counter) -> None:
    page = await seen(counter)
    for name in ("BCA", "Mandiri", "QRIS", "GoPay", "Alfamart", "Visa"):
        assert name in page
    for absent in ("Kredivo", "OVO", "Budi", "+62", "@"):
        assert absent not in page
    assert "Rp20.000" in page


@pytest.mark.parametrize(
    ("method", "shows"),
    [
        ("va_bca", "Nomor virtual account"),
        ("va_mandiri", "Kode perusahaan"),
        ("qris", "data:image/svg+xml"),
        ("alfamart", "Kode bayar"),
        ("gopay", "Lanjutkan ke GoPay"),
        ("card", "Lanjutkan ke Visa"),
    ],
)
async def test_every_kind_of_instrument_is_shown_with_its_steps(
    counter: Counter, method: str, shows: str
) -> None:
    answer = await counter.choose(method)
    assert (answer.status_code, answer.headers["location"]) == (303, counter.page)
    page = await seen(counter)
    assert shows in page
    assert "<ol>" in page
    assert await counter.floor.value("SELECT amount_minor FROM payment_attempt") == 20_000


def test_every_bank_wallet_and_store_is_told_its_own_way() -> None:
    shown = {
        Group.VIRTUAL_ACCOUNT: InstrumentKind.VIRTUAL_ACCOUNT,
        Group.WALLET: InstrumentKind.DEEPLINK,
        Group.PAY_LATER: InstrumentKind.REDIRECT,
        Group.DIRECT_DEBIT: InstrumentKind.REDIRECT,
        Group.COUNTER: InstrumentKind.PAYMENT_CODE,
    }
    any_bank = {"va_other", "va_doku"}
    told = {
        code: ways_to_pay(code, shown[method.group])
        for code, method in METHODS.items()
        if method.group in shown and code not in any_bank
    }
    assert len({(ways[0].name, ways[0].menu, ways[0].steps) for ways in told.values()}) == len(told)
    assert all("{menu}" in ways[0].steps[0] and ways[0].menu for ways in told.values())
    assert {ways_to_pay(code, InstrumentKind.VIRTUAL_ACCOUNT)[0].name for code in any_bank} == {
        "Aplikasi bank"
    }


async def test_the_page_watches_and_loads_anew_once_the_money_is_there(counter: Counter) -> None:
    await counter.choose("va_bca")
    page = await seen(counter)
    watched = page.split('hx-get="')[1].split('"')[0].replace("&amp;", "&")
    quiet = await counter.buyer.get(watched)
    assert (quiet.status_code, quiet.headers.get("hx-refresh")) == (204, None)

    counter.there.book.pay(counter.charged(), 20_000, now=counter.clock.at)
    answer = await counter.buyer.get(f"{counter.page}/back")
    assert answer.headers["location"] == counter.page
    await counter.work()

    assert (await counter.buyer.get(watched)).headers["hx-refresh"] == "true"
    assert "Pembayaran diterima" in await seen(counter)


async def test_coming_back_means_nothing_by_itself(counter: Counter) -> None:
    await counter.choose("va_bca")
    await counter.buyer.get(f"{counter.page}/back?resultCode=00&transaction_status=settlement")
    await counter.work()
    assert (await counter.row()).money == "pending"


async def test_a_double_click_and_a_second_window_charge_once(counter: Counter) -> None:
    await asyncio.gather(*(counter.choose("va_bca") for _ in range(8)))
    await counter.choose("va_bca")
    assert len(counter.there.book.all()) == 1
    assert "Nomor virtual account" in await seen(counter)


async def test_another_method_takes_the_first_back_without_a_new_order(counter: Counter) -> None:
    await counter.choose("va_bca")
    first = counter.charged()
    assert "Nomor yang lama dibatalkan" in await seen(counter, "?change")

    await counter.choose("qris")

    assert first.state is ChargeState.CANCELLED
    assert "data:image/svg+xml" in await seen(counter)
    assert await counter.floor.value("SELECT count(*) FROM sales_order") == 1


async def test_a_new_number_takes_the_old_one_back_and_a_double_click_asks_for_one(counter: Counter) -> None:
    await counter.choose("va_bca")
    first = counter.charged()
    page = await seen(counter)
    assert "Minta nomor baru" in page
    [form] = [one for one in page.split("<form") if 'name="anew"' in one]
    sent = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))

    for _ in range(2):
        counter.clock.at += timedelta(minutes=1)
        assert (await counter.choose(sent["method"], anew=sent["anew"])).status_code == 303

    second = counter.charged()
    assert (first.state, second.state) == (ChargeState.CANCELLED, ChargeState.PENDING)
    assert len(counter.there.book.all()) == 2
    number = second.extra["va_numbers"][0]["va_number"]
    assert f'data-copy="{number}"' in await seen(counter)


async def test_an_offer_over_a_rail_with_trouble_does_not_stand_where_another_carries_the_method(
    counter: Counter, keyring: Keyring, midtrans_address: str
) -> None:
    now = counter.clock.at
    await counter.choose("va_bca")
    [rail] = await counter.floor.all("SELECT id FROM rail WHERE method = 'va_bca'")
    await counter.floor.run(
        lambda tx: open_incident(tx, [rail.id], kind=Kind.DOWN, severity=Severity.MAJOR, since=now, now=now)
    )
    await counter.choose("va_bca")
    # There is no better one: another number would be as bad.
    assert len(counter.there.book.all()) == 1

    await counter.floor.run(
        lambda tx: open_account(
            tx, keyring, gateway="midtrans", name="Kedua", base_url=midtrans_address,
            credentials=CREDENTIALS, methods=["va_bca"], now=now,
        )
    )  # fmt: skip
    counter.clock.at += timedelta(minutes=1)
    await counter.choose("va_bca")

    tries = await counter.floor.all("SELECT rail_id, state FROM payment_attempt ORDER BY began_at, id")
    assert [one.state for one in tries] == ["cancelled", "offered"]
    assert tries[0].rail_id == rail.id != tries[1].rail_id


async def test_while_nobody_knows_the_page_says_so_and_takes_no_other_method(counter: Counter) -> None:
    answer = counter.there.answer
    counter.there.answer = lambda request, *, now: (answer(request, now=now), SimReply(502, b"<html>"))[1]  # type: ignore[method-assign]
    await counter.choose("va_bca")
    counter.there.answer = answer  # type: ignore[method-assign]

    page = await seen(counter, "?change")
    assert "Kami sedang memeriksa pembayaran Anda" in page
    assert 'name="method"' not in page
    await counter.choose("qris")
    assert len(counter.there.book.all()) == 1

    counter.there.book.pay(counter.charged(), 20_000, now=counter.clock.at)
    counter.clock.at += timedelta(seconds=5)
    await counter.work()
    assert "Pembayaran diterima" in await seen(counter)


async def test_when_no_gateway_answers_the_buyer_may_choose_again(counter: Counter) -> None:
    await counter.floor.run(lambda tx: tx.run("UPDATE gateway_account SET base_url = 'http://127.0.0.1:1'"))
    answer = await counter.choose("va_bca")
    assert answer.status_code == 422
    assert "Pilih cara bayar" in answer.text
    assert (await counter.row()).money == "unpaid"


async def test_after_the_time_is_over_nothing_is_offered_and_late_money_is_not_lost(counter: Counter) -> None:
    from orderan.flows.expire_orders import expire_orders

    await counter.choose("va_bca")
    charge = counter.charged()
    counter.clock.at += timedelta(days=2)
    await counter.floor.run(lambda tx: expire_orders(tx, now=counter.clock.at))
    assert "tidak bisa dibayar lagi" in await seen(counter)
    await counter.choose("qris")
    assert len(counter.there.book.all()) == 1

    counter.there.book.pay(charge, charge.amount, now=counter.clock.at, late=True)
    [letter] = counter.there.news(charge, now=counter.clock.at)
    await counter.deliver(letter)
    await counter.work()
    row = await counter.row()
    assert (row.commercial, row.money) == ("accepted", "paid")
    assert "Pembayaran diterima" in await seen(counter)


async def test_money_for_an_order_that_cannot_come_back_is_told_to_its_buyer(counter: Counter) -> None:
    from orderan.flows.expire_orders import expire_orders

    await counter.choose("va_bca")
    charge = counter.charged()
    counter.clock.at += timedelta(days=2)
    await counter.floor.run(lambda tx: expire_orders(tx, now=counter.clock.at))
    await counter.floor.run(lambda tx: tx.run("UPDATE stock SET on_hand = 0"))
    counter.there.book.pay(charge, charge.amount, now=counter.clock.at, late=True)
    [letter] = counter.there.news(charge, now=counter.clock.at)
    await counter.deliver(letter)
    await counter.work()

    assert (await counter.row()).commercial == "expired"
    assert "Uang Anda Rp20.000 sudah kami terima, setelah pesanan ini berakhir." in await seen(counter)


async def test_money_the_gateway_holds_is_called_held(counter: Counter) -> None:
    await counter.choose("card")
    token = (await seen(counter)).split("redirection/")[1].split('"')[0]
    counter.there.pick(token, now=counter.clock.at).state = ChargeState.HELD
    await counter.buyer.get(f"{counter.page}/back")
    await counter.work()

    page = await seen(counter)
    assert "Pembayaran Anda diperiksa penyedia pembayaran" in page
    assert "satu menit" not in page


async def test_a_card_page_nobody_used_ends_by_itself_and_late_money_is_heard(counter: Counter) -> None:
    await counter.choose("card")
    token = (await seen(counter)).split("redirection/")[1].split('"')[0]
    [one] = await counter.floor.all("SELECT expires_at FROM payment_attempt")

    for wait, stands in (
        (timedelta(minutes=1), ("offered", True)),
        (timedelta(hours=1, minutes=2), ("expired", False)),
    ):
        counter.clock.at = one.expires_at + wait
        await counter.work()
        [row] = await counter.floor.all("SELECT state, ask_at FROM payment_attempt")
        assert (row.state, row.ask_at is not None) == stands

    assert (await counter.row()).money == "unpaid"
    typed = counter.there.pick(token, now=counter.clock.at)
    counter.there.book.pay(typed, 20_000, now=counter.clock.at)
    [letter] = counter.there.news(typed, now=counter.clock.at)
    await counter.deliver(letter)
    await counter.work()
    assert (await counter.row()).money == "paid"


async def test_a_card_captured_in_the_last_seconds_is_not_voided_because_its_letter_came_late(
    counter: Counter,
) -> None:
    from orderan.flows.expire_orders import expire_orders

    await counter.choose("card")
    token = (await seen(counter)).split("redirection/")[1].split('"')[0]
    counter.clock.at = (await counter.row()).hold_until - timedelta(seconds=10)
    typed = counter.there.pick(token, now=counter.clock.at)
    counter.there.book.pay(typed, 20_000, now=counter.clock.at)
    counter.clock.at += timedelta(seconds=20)
    await counter.floor.run(lambda tx: expire_orders(tx, now=counter.clock.at))

    [letter] = counter.there.news(typed, now=counter.clock.at)
    await counter.deliver(letter)
    await counter.work()

    assert (typed.state, typed.paid) == (ChargeState.PAID, 20_000)
    row = await counter.row()
    assert (row.commercial, row.money) == ("accepted", "paid")


@pytest.mark.parametrize("spoil", ["x{}", "{}x", "{:.20}", "abc"])
async def test_a_link_that_is_not_ours_opens_nothing(counter: Counter, spoil: str) -> None:
    ticket = counter.page.removeprefix("/pay/")
    before = await everything(counter.floor)
    wrong = "/pay/" + spoil.format(ticket)
    for answer in (
        await counter.buyer.get(wrong),
        await counter.buyer.get(f"{wrong}/standing"),
        await counter.buyer.get(f"{wrong}/back"),
    ):
        assert answer.status_code == 404
    assert await everything(counter.floor) == before


async def test_an_old_link_opens_nothing(counter: Counter) -> None:
    page = counter.page
    counter.clock.at += timedelta(days=181)
    assert (await counter.buyer.get(page)).status_code == 404


async def test_somebody_who_tries_all_day_is_slowed_down(counter: Counter) -> None:
    await counter.floor.run(lambda tx: tx.run("UPDATE gateway_account SET base_url = 'http://127.0.0.1:1'"))
    answers = [(await counter.choose("va_bca")).text for _ in range(31)]
    assert "Terlalu banyak" in answers[-1]
    assert await counter.floor.value("SELECT count(*) FROM payment_attempt") == 30


async def test_trouble_is_told_where_the_buyer_would_meet_it(counter: Counter) -> None:
    [rail] = await counter.floor.all("SELECT id FROM rail WHERE method = 'va_bca'")
    assert "mungkin gagal" not in await seen(counter)
    await counter.choose("va_bca")
    now = counter.clock.at
    await counter.floor.run(
        lambda tx: open_incident(tx, [rail.id], kind=Kind.DOWN, severity=Severity.MAJOR, since=now, now=now)
    )

    assert "sedang mengalami gangguan" in await seen(counter)
    assert (await seen(counter, "?change")).count("mungkin gagal") == 1


async def test_maintenance_that_begins_soon_is_told_with_its_hours(counter: Counter) -> None:
    [rail] = await counter.floor.all("SELECT account_id FROM rail WHERE method = 'va_bca'")
    now = counter.clock.at
    starts, ends = now + timedelta(minutes=20), now + timedelta(minutes=80)
    await counter.choose("va_bca")
    before = await counter.floor.run(
        lambda tx: plan_maintenance(
            tx, rail.account_id, ["va_bca"], starts_at=starts, ends_at=ends, title="Inti", now=now
        )
    )
    assert before.methods == ("va_bca",)

    assert "dirawat 11.20 WIB sampai 12.20 WIB. Bayar sebelum itu" in await seen(counter)
    assert (await seen(counter, "?change")).count("Dirawat mulai 11.20 WIB") == 1
    counter.clock.at += timedelta(minutes=20)
    assert "sedang dirawat" in await seen(counter)
    assert (await seen(counter, "?change")).count("mungkin gagal") == 1


async def test_a_part_now_and_the_rest_another_way(counter: Counter) -> None:
    page = await seen(counter, "?part=5.000")
    assert "Rp5.000" in page
    assert "Sebagian dari Rp20.000" in page
    assert 'name="part" value="5000"' in page
    await counter.choose("qris", part="5000")
    counter.there.book.pay(counter.charged(), 5_000, now=counter.clock.at)
    await counter.buyer.get(f"{counter.page}/back")
    await counter.work()
    assert (await counter.row()).money == "partly_paid"

    page = await seen(counter)
    assert "Sudah dibayar Rp5.000 dari Rp20.000." in page
    assert "Rp15.000" in page
    await counter.choose("va_bca")
    assert await counter.floor.all("SELECT amount_minor FROM payment_attempt ORDER BY began_at, id") == [
        (5_000,),
        (15_000,),
    ]


async def test_an_order_with_a_deposit_asks_for_it_first_and_can_be_paid_whole(counter: Counter) -> None:
    await counter.floor.run(lambda tx: agree_deposit(tx, counter.order.id, 6_000, now=counter.clock.at))
    page = await seen(counter)
    assert "Uang muka dari Rp20.000." in page
    assert 'name="part" value="6000"' in page
    assert "Bayar semua, Rp20.000" in page
    whole = await seen(counter, "?all")
    assert 'name="part" value' not in whole
    assert "Bayar uang muka dulu, Rp6.000" in whole

    await counter.choose("qris", part="6000")
    counter.there.book.pay(counter.charged(), 6_000, now=counter.clock.at)
    await counter.buyer.get(f"{counter.page}/back")
    await counter.work()

    assert (await counter.row()).commercial == "accepted"
    page = await seen(counter)
    assert "Rp14.000" in page
    assert 'name="part" value' not in page


@pytest.mark.parametrize("part", ["0", "-1", "20001", "99999999999999999999"])
async def test_a_part_that_does_not_fit_begins_nothing(counter: Counter, part: str) -> None:
    answer = await counter.choose("va_bca", part=part)
    assert answer.status_code == 422
    assert "Jumlah itu tidak bisa dibayar dengan cara ini." in answer.text
    assert await counter.floor.value("SELECT count(*) FROM payment_attempt") == 0
    assert (await counter.buyer.get(f"{counter.page}?part={part}")).status_code == 422


async def test_a_part_that_leaves_what_nothing_takes_is_refused_and_a_deposit_that_does_is_not_offered(
    counter: Counter,
) -> None:
    await counter.floor.run(lambda tx: agree_deposit(tx, counter.order.id, 15_000, now=counter.clock.at))
    shut = "UPDATE rail SET state = 'paused' WHERE method NOT IN ('va_bca', 'va_mandiri')"
    await counter.floor.run(lambda tx: tx.run(shut))

    page = await seen(counter)
    assert 'name="part" value' not in page
    assert "Bayar uang muka dulu" not in page
    answer = await counter.buyer.get(f"{counter.page}?part=15000")
    assert answer.status_code == 422
    assert "Jumlah itu tidak bisa dibayar dengan cara ini." in answer.text

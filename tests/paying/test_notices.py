"""Letters of gateways: genuine, repeated, forged, broken, for somebody else; only asking moves money."""

import asyncio
import hashlib
import hmac
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from access.conftest import Hire, everything, sign_in
from orderan import gateways
from orderan.auditor import audit
from orderan.flows.gateway_news import check, keep_news
from orderan.gateways import Account, Received
from orderan.gateways.ipaymu import wire
from orderan.kit.crypto import Keyring
from orderan.kit.ids import to_text
from orderan.payments import open_account
from orderan.sandbox.keys import CREDENTIALS as SANDBOX
from orderan.sandbox.models import Letter
from paying.conftest import Counter

pytestmark = pytest.mark.anyio


async def paid_at_the_gateway(counter: Counter) -> Letter:
    await counter.choose("va_bca")
    charge = counter.charged()
    counter.there.book.pay(charge, charge.amount, now=counter.clock.at)
    [letter] = counter.there.news(charge, now=counter.clock.at)
    return letter


async def test_a_letter_is_kept_and_answered_and_the_money_moves_when_the_gateway_says_so(
    counter: Counter, database_url: str
) -> None:
    letter = await paid_at_the_gateway(counter)

    answer = await counter.deliver(letter)
    assert answer.status_code == 200
    assert (await counter.row()).money == "pending"
    [(verdict, times, heard, attempt)] = await counter.kept()
    assert (verdict, times, heard, attempt) == ("genuine", 1, False, None)

    assert await counter.work() == 2
    assert ((await counter.row()).commercial, (await counter.row()).money) == ("accepted", "paid")
    [(_, _, heard, attempt)] = await counter.kept()
    assert heard
    assert attempt is not None
    assert audit(database_url, now=counter.clock.at).findings == []


async def test_a_letter_that_says_paid_moves_nothing_while_the_gateway_says_otherwise(
    counter: Counter,
) -> None:
    await counter.choose("va_bca")
    charge = counter.charged()
    state, paid = charge.state, charge.paid
    counter.there.book.pay(charge, charge.amount, now=counter.clock.at)
    [lie] = counter.there.news(charge, now=counter.clock.at)
    charge.state, charge.paid = state, paid

    assert (await counter.deliver(lie)).status_code == 200
    await counter.work()

    assert (await counter.row()).money == "pending"
    assert [row.kind for row in await counter.floor.all("SELECT kind FROM payment_event")] == ["pending"]


async def test_sixty_copies_at_once_are_one_letter_and_one_payment(counter: Counter) -> None:
    letter = await paid_at_the_gateway(counter)

    answers = await asyncio.gather(*(counter.deliver(letter) for _ in range(60)))
    assert {answer.status_code for answer in answers} == {200}
    while await counter.work():
        pass
    assert (await counter.deliver(letter)).status_code == 200
    while await counter.work():
        pass

    [(verdict, times, heard, _)] = await counter.kept()
    assert (verdict, heard) == ("genuine", True)
    # Copies in one batch are one row's one writing, so the count is what reached the table.
    assert 2 <= times <= 61
    assert (await counter.row()).paid_minor == 20_000


async def test_a_letter_that_says_what_is_known_asks_nobody_again(counter: Counter) -> None:
    """Each look hears one letter; a second unit of work is a question to the gateway."""
    await counter.choose("va_bca")
    charge = counter.charged()
    counter.there.book.pay(charge, charge.amount, now=counter.clock.at)
    [paid] = counter.there.news(charge, now=counter.clock.at)
    await counter.deliver(paid)
    await counter.deliver(paid)
    assert await counter.work() == 2
    await counter.deliver(paid)
    assert await counter.work() == 1
    assert (await counter.row()).paid_minor == 20_000

    # A word of it is another: it may be about more money.
    reworded = replace(paid, body=paid.body.replace(b"{", b"{ ", 1))
    await counter.deliver(reworded)
    assert await counter.work() == 2
    # The same once the money went back: it may be true anew.
    await counter.floor.run(
        lambda tx: tx.run("UPDATE payment_attempt SET state = 'reversed' WHERE shop_id = 1")
    )
    await counter.deliver(paid)
    assert await counter.work() == 2


async def test_a_part_that_was_paid_is_booked_at_the_letter_though_it_says_the_charge_waits(
    counter: Counter,
) -> None:
    await counter.choose("va_bca")
    charge = counter.charged()
    counter.there.book.pay(charge, charge.amount // 2, now=counter.clock.at)
    [waits] = counter.there.news(charge, now=counter.clock.at)
    await counter.deliver(waits)

    assert await counter.work() == 2
    assert (await counter.row()).paid_minor == 10_000


async def test_a_forged_letter_is_refused_kept_as_evidence_and_moves_nothing(counter: Counter) -> None:
    letter = await paid_at_the_gateway(counter)

    answer = await counter.deliver(counter.there.forged(letter))
    await counter.work()

    assert answer.status_code == 403
    assert (await counter.row()).money == "pending"
    assert [row[:3] for row in await counter.kept()] == [("forged", 1, True)]


async def test_letters_nobody_can_read_wait_for_a_person_and_are_shown(
    counter: Counter, keyring: Keyring, hire: Hire
) -> None:
    keys = SANDBOX["xendit"]
    account = await counter.floor.run(
        lambda tx: open_account(
            tx, keyring, gateway="xendit", name="Xendit", base_url="https://api.xendit.co",
            credentials=keys, methods=[], now=counter.clock.at,
        )
    )  # fmt: skip
    address = f"/notices/1/{to_text('gwa', account.id)}"
    signed = {"x-callback-token": keys["callback_token"]}
    for body in (b'{"kabar": "lain <b>"}', b'{"kabar": "lain <b>"}', b"\xff\0"):
        assert (await counter.buyer.post(address, content=body, headers=signed)).status_code == 200

    [entry] = await counter.floor.all(
        "SELECT id, subject_id FROM exception_entry WHERE kind = 'letters_unreadable'"
    )
    assert entry.subject_id == account.id
    await hire("orang@toko.test", name="Rina Hartati")
    async with counter.house.browser() as owner:
        await sign_in(owner, "orang@toko.test")
        shown = (await owner.get(f"/inbox/{to_text('exc', entry.id)}")).text
        page = (await owner.get(f"/settings/gateways/{to_text('gwa', account.id)}")).text
    assert f"/settings/gateways/{to_text('gwa', account.id)}" in shown
    assert "Surat yang tidak terbaca" in page
    assert "lain &lt;b&gt;" in page
    assert "2 kali" in page


async def test_letters_nothing_follows_from_are_shown_with_what_to_do(counter: Counter, hire: Hire) -> None:
    letter = await paid_at_the_gateway(counter)
    reference = counter.charged().reference
    assert (await counter.deliver(counter.there.forged(letter))).status_code == 403
    [entry] = await counter.floor.all("SELECT id, kind FROM exception_entry WHERE state = 'open'")
    assert entry.kind == "letters_refused"
    await counter.floor.run(
        lambda tx: tx.run("UPDATE payment_attempt SET reference = 'lain', gateway_id = NULL, ask_at = NULL")
    )
    assert (await counter.deliver(letter)).status_code == 200
    assert await counter.work() == 1

    await hire("orang@toko.test", name="Rina Hartati")
    async with counter.house.browser() as owner:
        await sign_in(owner, "orang@toko.test")
        entries = (await owner.get("/inbox")).text
        refused = (await owner.get(f"/inbox/{to_text('exc', entry.id)}")).text
        page = (await owner.get(f"/settings/gateways/{to_text('gwa', counter.account.id)}")).text
    assert "Kabar uang tak dikenal" in entries
    assert "Cari pembayarannya di dasbor gateway." in entries
    assert "Suratnya bertanda tangan benar lagi." in refused
    assert "Surat yang tidak dipakai" in page
    assert f"Bukan pembayaran toko ini: cari {reference} di dasbor gateway." in page
    assert "Tanda tangannya salah" in page


async def test_half_a_character_in_a_letter_is_kept_as_a_column_takes_it(counter: Counter) -> None:
    """iPaymu signs with a number that is no secret: whoever knows it may write anything."""
    body = b'{"reference_id":"1-18-1\\ud800","status_code":1}'
    told = wire.read(body, "application/json")
    assert told is not None
    account = Account("ipaymu", "https://ipaymu.test", SANDBOX["ipaymu"])
    key = SANDBOX["ipaymu"]["va"].encode()
    signature = hmac.new(key, wire.canonical(told), hashlib.sha256).hexdigest()
    headers = {"content-type": "application/json", "x-signature": signature}
    async with gateways.Caller() as reach:
        ipaymu = gateways.open_gateway(account, reach, counter.clock)
        letter, answer = check(ipaymu, counter.account.id, Received("/notices", headers, body))
    assert answer is not None

    await counter.floor.run(lambda tx: keep_news(tx, [letter], now=counter.clock.at))

    [kept] = await counter.floor.all("SELECT verdict, reference FROM gateway_notice")
    assert tuple(kept) == ("genuine", "1-18-1?")


async def test_a_flood_of_forged_letters_fills_no_table(counter: Counter) -> None:
    for number in range(130):
        answer = await counter.buyer.post(counter.notices, content=f'{{"order_id": "{number}"}}')
        assert answer.status_code == 403
    assert len(await counter.kept()) == 120
    counter.clock.at += timedelta(minutes=2)
    assert (await counter.buyer.post(counter.notices, content=b"{}")).status_code == 403
    assert len(await counter.kept()) == 121


@pytest.mark.parametrize(
    "address",
    [
        f"/notices/1/{to_text('gwa', UUID(int=7))}",
        "/notices/1/gwa_unknown",
        "/notices/2/{account}",
        "/notices/99999999999999999999/{account}",
    ],
)
async def test_a_letter_for_no_account_of_the_shop_is_nobodys(counter: Counter, address: str) -> None:
    letter = await paid_at_the_gateway(counter)
    account = to_text("gwa", counter.account.id)
    before = await everything(counter.floor)

    answer = await counter.buyer.post(
        address.format(account=account), content=letter.body, headers=dict(letter.headers)
    )

    assert answer.status_code == 404
    assert await everything(counter.floor) == before


async def test_a_letter_longer_than_any_gateways_is_refused(counter: Counter) -> None:
    answer = await counter.buyer.post(counter.notices, content=b" " * 70_000)
    assert answer.status_code == 413
    assert await counter.kept() == []


@given(
    body=st.binary(max_size=600),
    header=st.text(st.characters(codec="latin-1", exclude_characters="\r\n\0"), max_size=40),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_is_sent_is_refused_or_kept_and_never_breaks(
    counter: Counter, body: bytes, header: str
) -> None:
    answer = await counter.buyer.post(
        counter.notices, content=body, headers={b"x-signature": header.strip().encode("latin-1")}
    )
    assert answer.status_code in {200, 403}
    assert (await counter.row()).money == "unpaid"


async def test_a_genuine_letter_about_a_try_of_another_account_calls_for_nothing(counter: Counter) -> None:
    letter = await paid_at_the_gateway(counter)
    await counter.floor.run(
        lambda tx: tx.run(
            "UPDATE payment_attempt SET reference = 'no-more', ask_at = NULL, gateway_id = NULL"
        )
    )

    await counter.deliver(letter)
    assert await counter.work() == 1

    assert (await counter.row()).money == "pending"
    [(verdict, _, heard, attempt)] = await counter.kept()
    assert (verdict, heard, attempt) == ("genuine", True, None)

"""From an order to a phone and a mailbox by the shop's own accounts, and back: once, whatever happens."""

import asyncio
import html
import json
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from access.conftest import Hire, sign_in
from notifications.telling import a_policy
from orderan.kit.ids import to_text
from orderan.messaging.whatsapp.wire import signature
from orderan.notifications import Kind, Wants, set_policy, set_wants, wants_of
from orderan.sandbox.keys import MESSENGERS
from orderan.sandbox.messages.models import MessageState
from reach.stand import PHONE, Stand, spent

pytestmark = pytest.mark.anyio


async def test_an_order_is_told_once_and_its_receipts_come_back_in_any_order(
    stand: Stand, hire: Hire
) -> None:
    await stand.open("whatsapp", unit_cost="350")
    await stand.open("smtp")
    await stand.order()
    await stand.tell()
    await asyncio.gather(*(stand.messenger.send_due(stand.floor.caller, "whatsapp") for _ in range(4)))
    await stand.tell("whatsapp", "sms", "email")

    [message] = stand.on_phone()
    assert message.text.startswith("[orderan_pay_now]\n")
    assert message.phone == "+6281234567890"
    assert stand.mail.letters == []
    assert await stand.deliveries() == [("whatsapp", "sent", None)]
    assert await spent(stand) == 350

    letters = [
        letter
        for state in (MessageState.SENT, MessageState.DELIVERED, MessageState.READ)
        for letter in stand.step(message, state)
    ]
    forged = stand.providers["whatsapp"].forged(letters[2])
    assert await stand.deliver(forged) == [403]
    assert await stand.hear() == 0
    assert await stand.deliveries() == [("whatsapp", "sent", None)]
    assert await stand.deliver(letters[2], letters[0], letters[2], letters[1]) == [200] * 4
    assert await asyncio.gather(*(stand.hear() for _ in range(3))) in ([3, 0, 0], [0, 3, 0], [0, 0, 3])
    assert await stand.deliveries() == [("whatsapp", "seen", None)]
    assert sorted(await stand.letters()) == [
        ("forged", 1, True),
        ("genuine", 1, True),
        ("genuine", 1, True),
        ("genuine", 2, True),
    ]

    await hire()
    await sign_in(stand.web)
    shown = html.unescape((await stand.web.get("/messages")).text)
    assert "Tersampaikan" in shown
    assert "Dibaca" in shown
    account = html.unescape(
        (await stand.web.get(f"/settings/reach/{to_text('rch', stand.accounts['whatsapp'].id)}")).text
    )
    assert "Palsu, ditolak" in account
    sealed = await stand.floor.all("SELECT letter, told FROM reach_news")
    assert all(b"6281234567890" not in bytes(row.letter) + bytes(row.told or b"") for row in sealed)


async def test_a_provider_that_is_down_passes_on_to_the_next_channel_and_a_letter_arrives_once(
    stand: Stand,
) -> None:
    await stand.open("whatsapp")
    await stand.open("smtp")
    stand.down.add("whatsapp")
    await stand.order()
    for _ in range(12):
        await stand.tell("whatsapp", "sms", "email")
        stand.later(timedelta(minutes=10))

    assert stand.on_phone() == []
    [letter] = stand.mail.letters
    assert letter.to == ("ani@contoh.test",)
    assert "menunggu pembayaran" in letter.headers["Subject"]
    assert "List-Unsubscribe" not in letter.headers
    told = await stand.floor.all("SELECT state FROM message WHERE kind = 'pay_now'")
    assert [row.state for row in told] == ["told"]


async def test_the_second_account_of_a_channel_takes_what_the_first_would_not(stand: Stand) -> None:
    await stand.open("zenziva", passkey="wrong")
    await stand.open("twilio_sms", unit_cost="700")
    await stand.order(email=None)
    await stand.tell("whatsapp", "sms")
    stand.later(timedelta(minutes=40))
    await stand.tell("whatsapp", "sms")

    assert stand.on_phone("zenziva") == []
    [message] = stand.on_phone("twilio_sms")
    arrived = stand.step(message, MessageState.DELIVERED)
    assert await stand.deliver(*stand.step(message, MessageState.FAILED, error="30008")) == [200]
    assert await stand.hear() == 1
    assert ("sms", "failed", "30008") in await stand.deliveries()
    # Word that came late: it was told after all.
    assert await stand.deliver(*arrived) == [200]
    await stand.hear()
    assert ("sms", "delivered", None) in await stand.deliveries()
    assert await spent(stand) == 700 * message.parts


async def test_a_message_the_provider_gives_up_later_goes_on_to_the_next_channel(stand: Stand) -> None:
    await stand.open("whatsapp")
    await stand.open("smtp")
    await stand.order()
    await stand.tell("whatsapp", "sms", "email")
    [message] = stand.on_phone()
    await stand.deliver(*stand.step(message, MessageState.FAILED, error="131026"))
    await stand.hear()
    stand.later(timedelta(minutes=40))
    await stand.tell("whatsapp", "sms", "email")

    assert len(stand.on_phone()) == 1
    assert len(stand.mail.letters) == 1


async def test_whoever_wrote_within_the_day_is_told_as_it_stands_and_for_nothing(stand: Stand) -> None:
    await stand.open("whatsapp", unit_cost="350")
    policy = a_policy("whatsapp", silent=frozenset({Kind.PAY_SOON}))
    await stand.floor.run(lambda tx: set_policy(tx, policy, now=stand.clock.at))
    await stand.order()
    await stand.tell("whatsapp")
    [template] = stand.on_phone()
    assert (template.free, await spent(stand)) == (False, 350)
    wrote = replace(template, id="in.1", text="Kapan dikirim?", theirs=True, at=stand.clock.at)
    await stand.deliver(*stand.providers["whatsapp"].written(wrote, to=None))
    await stand.hear()

    stand.later(timedelta(hours=23))
    await stand.order()
    await stand.order(phone="+6281300000000")
    await stand.tell("whatsapp")
    free, billed = sorted(stand.on_phone()[1:], key=lambda one: one.phone)
    assert (free.phone, free.free, free.text.startswith("Halo Ani")) == (PHONE, True, True)
    assert (billed.free, await spent(stand)) == (False, 700)
    stand.later(timedelta(minutes=56))
    await stand.order()
    await stand.tell("whatsapp")
    assert stand.on_phone()[3].free is False

    # What did not arrive is not billed, and a receipt that says so counts.
    assert await spent(stand) == 1_050
    await stand.deliver(*stand.step(billed, MessageState.FAILED, error="131026"))
    [letter] = stand.step(template, MessageState.DELIVERED)
    unbilled = json.loads(letter.body)
    status = unbilled["entry"][0]["changes"][0]["value"]["statuses"][0]
    assert status["pricing"]["billable"] is True
    status["pricing"]["billable"] = False
    body = json.dumps(unbilled).encode()
    signed = {**letter.headers, "x-hub-signature-256": signature(body, MESSENGERS["whatsapp"]["app_secret"])}
    assert await stand.deliver(replace(letter, body=body, headers=signed)) == [200]
    await stand.hear()
    assert await spent(stand) == 350


async def test_stop_closes_the_channel_for_who_wrote_it_and_start_opens_it_again(stand: Stand) -> None:
    await stand.open("whatsapp")
    await stand.open("zenziva")
    order = await stand.order()
    person = order.customer_id
    assert person is not None
    await stand.floor.run(
        lambda tx: set_wants(tx, person, Wants(unwanted=frozenset({"review"})), now=stand.clock.at)
    )
    simulator = stand.providers["whatsapp"]

    async def write(text: str) -> Wants:
        told = replace(stand.on_phone()[0], id=f"in.{text}", text=text, theirs=True, at=stand.clock.at)
        await stand.deliver(*simulator.written(told, to=None))
        await stand.hear()
        found = await stand.floor.run(lambda tx: wants_of(tx, [person]))
        wants: Wants = found[person]
        return wants

    await stand.tell("whatsapp")
    assert (await write("Kapan dikirim?")).stopped == frozenset()
    assert (await write("Berhenti.")) == Wants(
        stopped=frozenset({"whatsapp"}), unwanted=frozenset({"review"})
    )
    await stand.order()
    await stand.tell("whatsapp", "sms", "email")
    assert (len(stand.on_phone()), len(stand.on_phone("zenziva"))) == (1, 1)
    assert (await write("MULAI")).stopped == frozenset()
    trail = await stand.floor.all(
        "SELECT after FROM audit_entry WHERE action = 'message.preference' ORDER BY at"
    )
    assert {"closed": "whatsapp"} in [row.after for row in trail]


async def test_a_click_in_a_letter_ends_letters_and_a_look_at_the_page_ends_nothing(stand: Stand) -> None:
    order = await stand.order()
    person = order.customer_id
    assert person is not None
    path = urlsplit(stand.links.stop_page(1, person, "email", now=stand.clock.at)).path

    assert (await stand.web.get(path)).status_code == 200
    assert await stand.floor.run(lambda tx: wants_of(tx, [person])) == {}
    assert (await stand.web.post(f"{path}x")).status_code == 404
    answers = [(await stand.web.post(path, content=b"List-Unsubscribe=One-Click")).status_code for _ in "ab"]
    assert answers == [200, 200]
    found = await stand.floor.run(lambda tx: wants_of(tx, [person]))
    assert found[person].stopped == {"email"}

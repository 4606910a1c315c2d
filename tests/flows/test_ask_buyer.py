"""COD buyers are asked by the shop's own accounts: simulated telephones ring, WhatsApp buttons are tapped, a link opens.

Each provider plays over HTTP as it is documented: it asks us what to say, and writes to us how the call went.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from conftest import ShopFloor
from flows.asking import CALLS, HOME, PHONE, Office
from flows.paying import open_a_rail
from given import a_shop
from orderan.customers import Changes, update
from orderan.flows.answer_call import answer_call
from orderan.flows.cancel_order import cancel_order
from orderan.flows.hear_buyer import asked_by
from orderan.flows.hear_calls import Told
from orderan.flows.hear_words import hear_fates
from orderan.flows.reach_news import sweep_old_letters
from orderan.kit.clock import SetClock
from orderan.kit.crypto import Keyring
from orderan.kit.text import GONE
from orderan.messaging import Receipt, ReceiptState
from orderan.orders import Order
from orderan.reach import Kind
from orderan.sandbox.faults import Break, Window
from orderan.sandbox.messages.models import MessageState, SimMessage
from orderan.sandbox.messages.whatsapp import WhatsappSimulator
from orderan.sandbox.phones.faults import PhoneFaults
from orderan.sandbox.phones.models import SimCall, Stage
from orderan.telephony import (
    AccountRefused,
    CallState,
    NewsForged,
    NumberRefused,
    Received,
    TelephoneRefused,
)
from orderan.telephony.twilio.mapping import trouble
from orderan.verification import (
    AnswerUnknown,
    Failure,
    Silence,
    Step,
    Way,
    forget_words,
    note_costs,
)
from orderan.worker import Rounds, VerificationRounds

pytestmark = pytest.mark.anyio


@pytest.fixture
async def office(floor: ShopFloor, keyring: Keyring, now: datetime) -> Office:
    return Office(await a_shop(floor, now, stock={"kopi": 50}), keyring, SetClock(now))


ONE_CALL = Step(Way.CALL, tries=2, answer_minutes=10, spacing_minutes=30)


async def shown(office: Office, order: Order) -> tuple[str, str, list[tuple[str, str | None]]]:
    stands = await office.stands(order.id)
    tries = [(str(one.state), one.answer) for one in await office.attempts(order.id)]
    return stands.verification, stands.commercial, tries


@pytest.mark.parametrize("provider", CALLS)
async def test_a_call_reads_the_order_out_and_a_key_decides(office: Office, provider: str) -> None:
    await office.opens(provider)
    await office.asks_by(ONE_CALL)
    yes, no = await office.order(), await office.order("+6281298765432")
    await office.works()
    calls = {call.number: call for call in office.exchange.calls()}
    assert [one.provider for one in await office.attempts(yes.id)] == [provider]

    said_yes, said_no = calls[PHONE], calls["+6281298765432"]
    await office.exchange.pick_up(said_yes)
    heard = next(line.text for line in said_yes.lines if line.who == "voice")
    assert heard.startswith("Halo, ini Toko Uji. Anda memesan dua")
    assert "dua puluh ribu rupiah" in heard
    assert "Tekan satu untuk konfirmasi, tekan dua jika tidak memesan" in heard
    office.clock.at += timedelta(seconds=21)
    await office.exchange.press(said_yes, "1")
    await office.exchange.pick_up(said_no)
    await office.exchange.press(said_no, "2")
    await office.works()

    assert await shown(office, yes) == ("confirmed", "accepted", [("confirmed", "1")])
    assert await shown(office, no) == ("refused", "cancelled", [("refused", "2")])
    assert await office.world.stock("kopi") == (50, 0, 2)
    assert said_yes.lines[-1].text == "Terima kasih. Pesanan Anda kami siapkan."
    await office.works(minutes=5)
    [attempt] = await office.attempts(yes.id)
    # Twilio and Vonage bill in other money: there the shop's own word counts.
    assert attempt.cost_minor == (600 if provider == "exotel" else 900)


@pytest.mark.parametrize("provider", CALLS)
async def test_what_is_no_answer_is_no_consent_and_the_next_try_comes(office: Office, provider: str) -> None:
    await office.opens(provider)
    await office.asks_by(ONE_CALL)
    ends: dict[str, Callable[[SimCall], Any]] = {}

    async def wrong(call: SimCall) -> None:
        await office.exchange.pick_up(call)
        for key in "753":
            await office.exchange.press(call, key)

    async def silent(call: SimCall) -> None:
        await office.exchange.pick_up(call)
        for _ in range(3):
            await office.exchange.let_pass(call)

    ends["busy"] = office.exchange.decline
    ends["no_answer"] = lambda call: office.exchange.decline(call, Stage.NO_ANSWER)
    ends["silence"] = silent
    ends["wrong_key"] = wrong
    ends["machine"] = lambda call: office.exchange.pick_up(call, machine=True)
    orders = {}
    for at, why in enumerate(ends):
        orders[why] = await office.order(f"+62812345678{at:02}")
    await office.works()
    by_phone = {call.number: call for call in office.exchange.calls()}
    for at, end in enumerate(ends.values()):
        await end(by_phone[f"+62812345678{at:02}"])
    await office.works(minutes=1)

    for why, order in orders.items():
        if why == "machine" and provider == "exotel":
            # It says so of no call: a voicemail that presses nothing is a buyer who pressed nothing.
            continue
        assert await shown(office, order) == ("waiting", "accepted", [("missed", why)]), why
    await office.works(minutes=31)
    assert len(office.exchange.calls()) == 2 * len(ends) - (provider == "exotel")


@pytest.mark.parametrize("provider", CALLS)
async def test_an_answer_that_comes_twice_counts_once(office: Office, provider: str) -> None:
    await office.opens(provider)
    await office.asks_by(ONE_CALL)
    order = await office.order()
    await office.works()
    office.doubled = True
    call = office.ringing()
    await office.exchange.pick_up(call)
    # Three answers without meaning end a call: these are two.
    await office.exchange.press(call, "7")
    await office.exchange.press(call, "5")
    assert call.waiting is not None
    await office.exchange.press(call, "1")
    await office.works()

    assert await shown(office, order) == ("confirmed", "accepted", [("confirmed", "1")])
    [talk] = [row.talk for row in await office.floor.all("SELECT talk FROM verification_call")]
    assert (talk["turns"], talk["rounds"]) == (3, 2)


@pytest.mark.parametrize("provider", CALLS)
async def test_a_call_is_recorded_where_the_policy_says_so_and_forgotten_with_its_buyer(
    office: Office, provider: str
) -> None:
    await office.opens(provider)
    await office.asks_by(replace(ONE_CALL, record=True))
    order = await office.order()
    await office.works()
    call = office.ringing()
    await office.exchange.pick_up(call)
    heard = next(line.text for line in call.lines if line.who == "voice")
    assert heard.startswith("Percakapan ini direkam. Halo, ini Toko Uji.")
    office.clock.at += timedelta(seconds=20)
    await office.exchange.press(call, "1")
    await office.works(minutes=3)
    [attempt] = await office.attempts(order.id)
    assert attempt.recording_url is not None
    assert attempt.recording_url.startswith("https://")

    await office.floor.run(lambda tx: forget_words(tx, [order.id], GONE))
    late = partial(note_costs, attempt_id=attempt.id, cost_minor=None, recording_url=attempt.recording_url)
    await office.floor.run(late)
    assert [one.recording_url for one in await office.attempts(order.id)] == [None]


async def test_no_call_is_recorded_unless_the_policy_says_so(office: Office) -> None:
    await office.opens("twilio")
    await office.asks_by(ONE_CALL)
    order = await office.order()
    await office.works()
    call = office.ringing()
    await office.exchange.pick_up(call)
    assert not call.lines[0].text.startswith("Percakapan ini direkam.")
    await office.exchange.press(call, "1")
    await office.works(minutes=3)
    assert (call.record, [one.recording_url for one in await office.attempts(order.id)]) == (False, [None])


async def test_another_language_a_repetition_and_the_number_keyed_in(office: Office) -> None:
    await office.opens("twilio")
    await office.asks_by(replace(ONE_CALL, by_number=True))
    order = await office.order()
    await office.works()
    call = office.ringing()
    await office.exchange.pick_up(call)
    await office.exchange.press(call, "8#")
    await office.exchange.press(call, "0#")
    number = str(order.number)
    await office.exchange.press(call, number[:-1] + str((int(number[-1]) + 1) % 10) + "#")
    await office.exchange.press(call, number + "#")
    await office.works()

    said = [line.text for line in call.lines if line.who == "voice"]
    assert said[1].startswith("Hello, this is Toko Uji. You ordered two")
    assert said[2] == said[1]
    assert said[3].startswith("That number was mistyped.")
    assert said[4] == "Thank you. We are preparing your order."
    assert await shown(office, order) == ("confirmed", "accepted", [("confirmed", number)])


async def test_lost_doubled_and_late_news_and_a_key_after_the_end(office: Office) -> None:
    await office.opens("vonage")
    await office.asks_by(ONE_CALL)
    order = await office.order()
    await office.works()
    office.spoil("vonage", PhoneFaults(late_digit=True, thrice=True))
    call = office.ringing()
    await office.exchange.pick_up(call)
    await office.exchange.press(call, "1")
    await office.works()
    assert await shown(office, order) == ("confirmed", "accepted", [("confirmed", "1")])

    lost = await office.order("+6281298765432")
    office.lost = True
    await office.works()
    await office.exchange.decline(office.ringing())
    await office.works(minutes=2)
    # Nobody told: the provider was asked.
    assert await shown(office, lost) == ("waiting", "accepted", [("missed", "busy")])


async def test_the_workers_rounds_ask_and_hear(office: Office) -> None:
    await office.opens("twilio")
    await office.asks_by(ONE_CALL, Step(Way.AGENT))
    order = await office.order()
    rounds = VerificationRounds(Rounds(office.floor.db, office.clock), office.askers)

    async def turn() -> None:
        await rounds.once()
        await rounds.finish()
        await office.exchange.settle()

    await turn()
    await office.exchange.decline(office.ringing())
    await turn()
    assert await shown(office, order) == ("waiting", "accepted", [("missed", "busy")])
    office.clock.at += timedelta(minutes=31)
    await turn()
    await office.exchange.pick_up(office.ringing())
    await office.exchange.press(office.ringing(), "1")
    assert (await office.stands(order.id)).verification == "confirmed"


async def test_who_only_knows_the_address_answers_for_nobody(office: Office) -> None:
    account_id = await office.opens("exotel")
    await office.opens("twilio")
    await office.asks_by(ONE_CALL)
    order = await office.order()
    await office.works()
    [attempt] = await office.attempts(order.id)
    address = office.registry.asks
    client = await office.floor.run(lambda tx: office.clients.of_account(tx, account_id))

    async def says(url: str) -> int:
        try:
            spoken = await answer_call(
                office.floor.db, office.floor.caller, client, Received("GET", url, {}), office.clock
            )
        except NewsForged:
            return 403
        return spoken.status

    forged = f"&applet=passthru&CallSid=made-up&CustomField={attempt.id}&digits=%221%22"
    assert await says(address.partition("?")[0] + "?token=guess" + forged) == 403
    # Even with our token: the provider knows of no such call, so nothing was pressed.
    assert await says(address + forged) in {200, 403}
    assert await shown(office, order) == ("waiting", "accepted", [("asked", None)])


async def test_a_stranger_cannot_answer_a_call_whose_name_was_lost_nor_take_it_from_its_buyer(
    office: Office,
) -> None:
    account_id = await office.opens("exotel")
    await office.asks_by(ONE_CALL)
    office.spoil("exotel", PhoneFaults(breaks={Break.ERROR_AFTER: 1.0}))
    order = await office.order()
    await office.works()
    office.spoil("exotel", PhoneFaults())
    [attempt] = await office.attempts(order.id)
    named = "SELECT call_id FROM verification_call"
    assert (str(attempt.state), await office.floor.value(named)) == ("unknown", None)
    client = await office.floor.run(lambda tx: office.clients.of_account(tx, account_id))

    async def says(call_id: str, applet: str) -> None:
        told = f"&applet={applet}&CallSid={call_id}&CustomField={attempt.id}&digits=%221%22"
        received = Received("GET", office.registry.asks + told, {})
        await answer_call(office.floor.db, office.floor.caller, client, received, office.clock)

    for applet in ("gather", "passthru"):
        await says("made-up", applet)
    assert await shown(office, order) == ("waiting", "accepted", [("unknown", None)])
    assert await office.floor.value(named) is None
    await says(office.ringing().id, "passthru")
    assert await shown(office, order) == ("confirmed", "accepted", [("confirmed", "1")])


async def test_a_provider_that_is_down_is_passed_over_and_a_lost_answer_is_not_repeated(
    office: Office,
) -> None:
    await office.opens("exotel")
    await office.opens("twilio")
    await office.asks_by(ONE_CALL)
    office.exchange.weather.set(Window("exotel", PhoneFaults(too_many=1.0)))
    order = await office.order()
    await office.works()
    [attempt] = await office.attempts(order.id)
    assert (attempt.provider, str(attempt.state)) == ("twilio", "asked")
    assert [call.provider for call in office.exchange.calls()] == ["twilio"]


async def test_why_a_try_asked_nobody_is_kept_with_what_the_provider_called_it(office: Office) -> None:
    await office.opens("whatsapp")
    await office.opens("exotel")
    await office.asks_by(
        Step(Way.WHATSAPP),
        Step(Way.CALL, answer_minutes=10),
        Step(Way.SMS),
        Step(Way.AGENT),
        silence=Silence.HOLD,
    )
    whatsapp = office.messages["whatsapp"]
    assert isinstance(whatsapp, WhatsappSimulator)
    whatsapp.templates = {("another", "id"): 1}
    office.exchange.weather.set(Window("exotel", PhoneFaults(too_many=1.0)))
    order = await office.order()
    await office.works()
    assert [(str(one.way), one.failure, one.failure_code) for one in await office.attempts(order.id)] == [
        ("whatsapp", Failure.MESSAGE, "132001"),
        ("call", Failure.BUSY, "1429"),
        ("agent", None, None),
    ]
    facts = await office.floor.all("SELECT payload FROM event WHERE kind = 'verification.buyer_asked.v1'")
    assert sorted(str(row.payload["failure"]) for row in facts) == ["None", "busy", "message"]


@pytest.mark.parametrize(
    ("status", "code", "means"),
    [(400, 21211, NumberRefused), (401, 20003, AccountRefused), (400, 21205, TelephoneRefused)],
)
def test_what_a_no_of_a_telephone_provider_is_about(
    status: int, code: int, means: type[TelephoneRefused]
) -> None:
    assert type(trouble(status, {"code": code, "message": "no"}, changes=True)) is means


async def test_whatsapp_buttons_a_typed_word_and_a_message_that_does_not_arrive(office: Office) -> None:
    await office.opens("whatsapp")
    await office.asks_by(Step(Way.WHATSAPP, tries=1, answer_minutes=120), Step(Way.AGENT))
    order = await office.order()
    await office.works()
    message = office.messages["whatsapp"].tray.newest()
    assert message is not None
    yes, no = [payload for payload, _ in message.buttons]
    assert [payload.partition(":")[0] for payload in (yes, no)] == ["yes", "no"]
    forged = [
        office.messages["whatsapp"].forged(one)
        for one in office.written("whatsapp", "Ya", to=message, tapped=yes)
    ]
    assert await office.writes(forged) == [403]
    await office.works()
    assert (await office.stands(order.id)).verification == "waiting"

    tapped = office.written("whatsapp", "Ya, benar", to=message, tapped=yes)
    assert await office.writes(tapped + tapped) == [200, 200]
    await office.writes(office.written("whatsapp", "Bukan saya", to=message, tapped=no))
    await office.works()
    assert await shown(office, order) == ("confirmed", "accepted", [("confirmed", "yes")])

    typed = await office.order()
    await office.works()
    await office.writes(office.written("whatsapp", "Bukan!"))
    await office.works()
    assert await shown(office, typed) == ("refused", "cancelled", [("refused", "no")])

    late = await office.order()
    await office.works()
    await office.works(minutes=121)
    stands = await shown(office, late)
    assert stands == ("waiting", "accepted", [("missed", None), ("asked", None)])
    # Asked two hours ago, and answered for neither by a key nor by a word; of two such orders no word is of either.
    second = await office.order()
    await office.works()
    await office.writes(office.written("whatsapp", "Ya"))
    await office.works()
    assert await shown(office, late) == stands
    await office.floor.run(lambda tx: cancel_order(tx, second.id, reason="batal", now=office.clock.at))
    await office.writes(office.written("whatsapp", "Iya."))
    await office.works()
    verification, _, tries = await shown(office, late)
    assert (verification, tries[0]) == ("confirmed", ("confirmed", "yes"))

    gone = await office.order()
    await office.works()
    last = office.messages["whatsapp"].tray.newest()
    assert last is not None
    office.messages["whatsapp"].tray.move(last, MessageState.FAILED, now=office.clock.at, error="131026")
    await office.writes(office.messages["whatsapp"].news(last, now=office.clock.at))
    await office.works()
    _, _, tries = await shown(office, gone)
    assert tries == [("missed", "not_there"), ("asked", None)]


async def test_who_wrote_within_the_day_is_answered_freely_and_anybody_else_by_a_template(
    office: Office,
) -> None:
    await office.opens("whatsapp")
    await office.asks_by(Step(Way.WHATSAPP, tries=1, answer_minutes=120))
    whatsapp = office.messages["whatsapp"]

    async def was_free(phone: str = PHONE) -> bool:
        await office.order(phone)
        await office.works()
        message = whatsapp.tray.newest()
        assert message is not None
        assert message.buttons
        assert whatsapp.refuses(message, now=office.clock.at) is None
        return message.free

    assert not await was_free()
    await office.writes(office.written("whatsapp", "Halo, apakah ada stok?"))
    await office.works()
    assert await was_free()
    assert not await was_free("+6281298765432")
    office.clock.at += timedelta(hours=23, minutes=56)
    assert not await was_free()
    await office.floor.run(lambda tx: sweep_old_letters(tx, office.clock.at + timedelta(minutes=5)))
    assert await office.floor.value("SELECT count(*) FROM reach_window") == 0


async def test_a_button_counts_until_there_is_no_time_left_to_ask(office: Office) -> None:
    await office.opens("whatsapp")
    whatsapp = Step(Way.WHATSAPP, tries=1, answer_minutes=120)
    await office.asks_by(whatsapp, deadline_hours=72)
    tapped, typed = await office.order(), await office.order("+6281298765432")
    await office.works()
    message = next(one for one in office.messages["whatsapp"].tray.all() if one.phone == PHONE)
    await office.works(minutes=121)
    # Nobody is asked any more, and a person may decide.
    assert (await office.stands(tapped.id)).verification == "unreachable"
    office.clock.at += timedelta(hours=68)
    await office.writes(office.written("whatsapp", "Ya, benar", to=message, tapped=message.buttons[0][0]))
    other = replace(office_message(office, "Ya"), phone="+6281298765432")
    await office.writes(office.messages["whatsapp"].written(other, to=None))
    await office.works()
    for order in (tapped, typed):
        assert (await office.stands(order.id)).verification == "confirmed"


def office_message(office: Office, text: str) -> SimMessage:
    """What a person writes of themselves."""
    number = office.messages["whatsapp"].tray.next_number()
    return SimMessage(
        "whatsapp", f"in.{number}", PHONE, text, office.clock.at, theirs=True, state=MessageState.DELIVERED
    )


async def test_a_deposit_is_asked_for_by_message_with_the_address_to_pay_at(office: Office) -> None:
    await office.opens("whatsapp")
    await office.opens("zenziva")
    await office.floor.run(lambda tx: open_a_rail(tx, now=office.clock.at))
    whatsapp = Step(Way.WHATSAPP, tries=1, answer_minutes=60)
    await office.asks_by(whatsapp, silence=Silence.DEPOSIT)
    order = await office.order()
    await office.works()
    await office.works(minutes=61)

    asked = office.messages["whatsapp"].tray.newest()
    assert asked is not None
    assert "cod_deposit" in asked.text
    assert "Rp4.000" in asked.text
    assert f"{HOME}/pay/" in asked.text
    # It does not arrive: the next way to write is tried.
    office.messages["whatsapp"].tray.move(asked, MessageState.FAILED, now=office.clock.at, error="131026")
    await office.writes(office.messages["whatsapp"].news(asked, now=office.clock.at))
    await office.works()
    text = office.messages["zenziva"].tray.newest()
    assert text is not None
    assert text.text.startswith(
        f"Toko Uji: pesanan {order.number} menunggu uang muka. Agar tetap disiapkan, bayar "
    )
    tries = [(str(one.way), str(one.state)) for one in await office.attempts(order.id)]
    assert tries == [("whatsapp", "missed"), ("whatsapp", "missed"), ("sms", "asked")]


async def test_an_sms_carries_a_link_and_what_it_cost_is_kept(office: Office) -> None:
    await office.opens("zenziva")
    await office.asks_by(Step(Way.SMS, tries=1, answer_minutes=120))
    order = await office.order()
    await office.works()
    message = office.messages["zenziva"].tray.newest()
    assert message is not None
    head, link = message.text.rsplit(" ", 1)
    assert head == f"Toko Uji: pesanan {order.number} Rp20.000 COD. Benar Anda memesan? Jawab di"
    assert link.startswith(f"{HOME}/ya/{office.floor.shop.shop_id}-")
    [attempt] = await office.attempts(order.id)
    assert (attempt.provider, str(attempt.state)) == ("zenziva", "asked")


async def test_a_corrected_number_closes_the_strangers_answers(office: Office) -> None:
    await office.opens("whatsapp")
    await office.asks_by(Step(Way.WHATSAPP, tries=1, answer_minutes=120))
    order = await office.order()
    await office.works()
    message = office.messages["whatsapp"].tray.newest()
    assert message is not None
    yes = message.buttons[0][0]
    asked_as = "SELECT phone_index IS NOT NULL FROM verification_attempt"
    assert await office.floor.value(asked_as) is True
    customer = order.customer_id
    assert customer is not None
    changes = Changes(phone="081298765432")
    await office.floor.run(lambda tx: update(tx, office.keyring, customer, changes, now=office.clock.at))

    await office.writes(office.written("whatsapp", "Ya, benar", to=message, tapped=yes))
    await office.writes(office.written("whatsapp", "Ya", to=message))
    await office.works()
    assert await shown(office, order) == ("waiting", "accepted", [("asked", None)])
    token = yes.partition(":")[2]
    with pytest.raises(AnswerUnknown):
        await office.floor.run(lambda tx: asked_by(tx, token, now=office.clock.at))

    back = Changes(phone="081234567890")
    await office.floor.run(lambda tx: update(tx, office.keyring, customer, back, now=office.clock.at))
    await office.writes(office.written("whatsapp", "Ya, benar lagi", to=message, tapped=yes))
    await office.works()
    assert await shown(office, order) == ("confirmed", "accepted", [("confirmed", "yes")])


async def test_a_question_that_hangs_holds_up_no_other(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.opens("twilio")
    await office.asks_by(ONE_CALL)
    first, second = await office.order(), await office.order("+6281298765432")
    await office.works()
    office.clock.at += timedelta(minutes=2)
    other_was_asked = asyncio.Event()
    asked_after: list[str | None] = []

    async def truth(_caller: object, _account: UUID, call_id: str | None) -> Told | None:
        asked_after.append(call_id)
        if len(asked_after) == 1:
            await other_was_asked.wait()
        other_was_asked.set()
        return Told(CallState.BUSY, None, None, None, call_id)

    monkeypatch.setattr(office.watch, "_truth", truth)
    assert await asyncio.wait_for(office.watch.look_up(office.floor.caller), 5) == 2
    for order in (first, second):
        assert await shown(office, order) == ("waiting", "accepted", [("missed", "busy")])


async def test_a_fate_is_heard_by_our_own_name_for_the_message(office: Office) -> None:
    await office.opens("whatsapp")
    await office.asks_by(Step(Way.WHATSAPP, tries=1, answer_minutes=120), Step(Way.AGENT))
    order = await office.order()
    await office.works()
    [attempt] = await office.attempts(order.id)
    fate = Receipt("never-told", ReceiptState.FAILED, None, reference=attempt.id.hex)
    await office.floor.run(lambda tx: hear_fates(tx, [(Kind.WHATSAPP, fate)], office.clock.at))
    [first, *_] = await office.attempts(order.id)
    assert (str(first.state), first.answer) == ("missed", "undelivered")

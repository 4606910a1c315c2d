"""Zenziva, Twilio and Vonage: their words, codes and signatures, and our clients against their simulators."""

import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlencode

import httpx2
import pytest

from messaging.simulated import NOTIFY, NOW, PHONE, a_text, answering, breaking, delivered, opened, over
from orderan.kit import twilio as twilio_signing
from orderan.kit.clock import SetClock
from orderan.messaging import (
    Account,
    Because,
    ContentNotOfChannel,
    Cost,
    Hook,
    Messenger,
    NewsForged,
    NewsUnreadable,
    NoNews,
    OutcomeUnknown,
    Outgoing,
    Receipt,
    ReceiptState,
    Received,
    RefusedForGood,
    RefusedForNow,
    Reply,
    ReplyKind,
    SendFailed,
)
from orderan.messaging.twilio_sms import mapping as twilio
from orderan.messaging.vonage_sms import mapping as vonage
from orderan.messaging.vonage_sms import wire as vonage_wire
from orderan.messaging.vonage_sms.client import open_messenger as open_vonage
from orderan.sandbox.keys import MESSENGERS
from orderan.sandbox.messages.models import MessageState, SimMessage
from orderan.sandbox.messages.ports import MessageSimulator
from orderan.sandbox.messages.post_office import simulators
from orderan.sandbox.models import SimRequest

pytestmark = pytest.mark.anyio

SMS = ("zenziva", "twilio_sms", "vonage_sms")
ACCOUNT_NEWS = "https://toko.test/news/account"


class Desk:
    def __init__(self, name: str) -> None:
        self.clock = SetClock(NOW)
        self.there: Any = simulators()[name]
        self.there.registered_at(ACCOUNT_NEWS)
        opened_: tuple[Messenger, list[SimRequest]] = opened(self.there, MESSENGERS[name], self.clock)
        self.here, self.went = opened_

    def told(self, state: MessageState, error: str | None = None) -> list[Any]:
        message = self.there.tray.newest()
        assert self.there.tray.move(message, state, now=self.clock.at, error=error)
        return [
            one
            for letter in self.there.news(message, now=self.clock.at)
            for one in self.here.read_news(delivered(letter))
        ]

    def writes(self, text: str) -> Reply:
        message = SimMessage(self.there.name, "in.1", PHONE, text, self.clock.at, theirs=True)
        [letter] = self.there.written(message, to=None)
        [reply] = self.here.read_news(delivered(letter))
        assert isinstance(reply, Reply)
        return reply


@pytest.fixture(params=SMS)
def desk(request: pytest.FixtureRequest) -> Desk:
    return Desk(request.param)


@pytest.fixture
def twilio_desk() -> Desk:
    return Desk("twilio_sms")


@pytest.fixture
def vonage_desk() -> Desk:
    return Desk("vonage_sms")


async def test_a_message_is_taken_and_named(desk: Desk) -> None:
    sent = await desk.here.send(a_text())
    kept = desk.there.tray.newest()
    assert (sent.provider_id, sent.parts) == (kept.id, 1)
    assert (kept.phone, kept.text) == (PHONE, "Pesanan 101 dikirim")


async def test_a_long_message_is_several(desk: Desk) -> None:
    assert (await desk.here.send(a_text("“" + "a" * 100))).parts == 2


@pytest.mark.parametrize(("to", "code"), [("+622112345678", "landline"), ("0812", "not_a_number")])
async def test_what_cannot_receive_is_refused_before_it_leaves(desk: Desk, to: str, code: str) -> None:
    with pytest.raises(RefusedForGood) as refused:
        await desk.here.send(a_text(to=to))
    assert (refused.value.because, refused.value.code, desk.went) == (Because.RECIPIENT, code, [])


async def test_content_of_another_channel_is_a_bug(desk: Desk) -> None:
    with pytest.raises(ContentNotOfChannel):
        await desk.here.send(Outgoing(PHONE, "msg-1", "id", Hook("order.paid", NOW, {})))


async def test_a_throttled_account_is_refused_for_now(desk: Desk) -> None:
    busy = desk.there.throttled()
    name = desk.there.name
    with pytest.raises(RefusedForNow) as refused:
        await answering(name, MESSENGERS[name], busy.status, busy.body, busy.headers).send(a_text())
    assert refused.value.because is Because.PACE
    assert refused.value.again_after_s == (2.0 if name == "twilio_sms" else None)


async def test_wrong_keys_are_our_account_s_fault(desk: Desk) -> None:
    name = desk.there.name
    wrong = {
        key: "wrong" if key in {"passkey", "auth_token", "api_secret"} else value
        for key, value in MESSENGERS[name].items()
    }
    client, _ = opened(desk.there, wrong, desk.clock)
    with pytest.raises(RefusedForNow) as refused:
        await client.send(a_text())
    assert refused.value.because is Because.ACCOUNT
    assert desk.there.tray.all() == []


@pytest.mark.parametrize("name", SMS)
@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (500, "", OutcomeUnknown),
        (502, "<html>", OutcomeUnknown),
        (429, "", RefusedForNow),
        (404, "nothing", RefusedForNow),
        (302, "", OutcomeUnknown),
    ],
)
async def test_what_their_answer_leaves_us_with(
    name: str, status: int, body: str, kind: type[Exception]
) -> None:
    with pytest.raises(kind):
        await answering(name, MESSENGERS[name], status, body).send(a_text())


@pytest.mark.parametrize("name", SMS)
@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (httpx2.ConnectError("away"), SendFailed),
        (httpx2.ReadTimeout("late"), OutcomeUnknown),
        (httpx2.RemoteProtocolError("cut"), OutcomeUnknown),
    ],
)
async def test_what_a_broken_call_leaves_us_with(name: str, fault: Exception, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        await breaking(name, MESSENGERS[name], fault).send(a_text())


@pytest.mark.parametrize(
    ("name", "status", "body"),
    [
        ("zenziva", 200, '{"status": "1", "text": "Success"}'),
        ("twilio_sms", 201, '{"status": "queued"}'),
        ("twilio_sms", 201, '{"sid": "SM1'),
        ("vonage_sms", 200, '{"messages": [{"status": "0"}]}'),
        ("vonage_sms", 200, '{"messages": [{"sta'),
    ],
)
async def test_half_an_answer_is_not_taken_for_yes(name: str, status: int, body: str) -> None:
    with pytest.raises(OutcomeUnknown):
        await answering(name, MESSENGERS[name], status, body).send(a_text())


# Zenziva


async def test_zenziva_wants_numbers_as_people_write_them_and_bills_in_rupiah() -> None:
    desk = Desk("zenziva")
    sent = await desk.here.send(a_text("x" * 161))
    assert parse_qs(desk.went[0].body.decode()) == {
        "userkey": ["sandbox"],
        "passkey": ["sandbox-passkey"],
        "to": ["081234567890"],
        "message": ["x" * 161],
    }
    assert (sent.cost, sent.cost_minor, sent.currency) == (Cost(Decimal(700), "IDR"), 700, "IDR")
    balance = SimRequest("GET", "/api/balance/", {}, b"", dict(MESSENGERS["zenziva"]))
    assert json.loads(desk.there.answer(balance, now=NOW).body)["balance"] == "999,300"
    with pytest.raises(RefusedForGood, match="abroad"):
        await desk.here.send(a_text(to="+15551234567"))
    with pytest.raises(NoNews):
        desk.here.read_news(Received("POST", NOTIFY, {}))
    assert desk.here.acknowledgement(taken=True).status == 404


@pytest.mark.parametrize(
    ("code", "kind", "because"),
    [
        ("5", RefusedForNow, Because.ACCOUNT),
        ("6", RefusedForGood, Because.MESSAGE),
        ("89", RefusedForNow, Because.PACE),
        ("99", RefusedForNow, Because.ACCOUNT),
        ("77", RefusedForNow, Because.ACCOUNT),
    ],
)
async def test_zenziva_s_codes(code: str, kind: type[Any], because: Because) -> None:
    body = json.dumps({"status": code, "text": "tidak"})
    with pytest.raises(kind) as refused:
        await answering("zenziva", MESSENGERS["zenziva"], 200, body).send(a_text())
    assert (refused.value.because, refused.value.detail) == (because, "tidak")


async def test_zenziva_without_a_price_costs_nothing_known() -> None:
    for cost in ("", '"cost": "banyak",', '"cost": "-1",', '"cost": "NaN",'):
        body = f'{{"status": "1", {cost} "messageId": 5}}'
        assert (await answering("zenziva", MESSENGERS["zenziva"], 200, body).send(a_text())).cost is None


# Twilio


def test_the_published_vector_of_twilio_s_signature() -> None:
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    right = "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    assert twilio_signing.signature("12345", url, form.items()) == right
    for shape in (url, url.replace(".com/", ".com:443/")):
        assert twilio_signing.signed("12345", shape, form.items(), right)
    assert not twilio_signing.signed("12345", url, (form | {"Digits": "1"}).items(), right)


async def test_twilio_is_told_where_receipts_go_and_by_whom_it_is_sent(twilio_desk: Desk) -> None:
    await twilio_desk.here.send(a_text())
    assert parse_qs(twilio_desk.went[0].body.decode()) == {
        "To": [PHONE],
        "From": ["+15005550006"],
        "Body": ["Pesanan 101 dikirim"],
        "StatusCallback": [NOTIFY],
    }
    service, went = opened(
        twilio_desk.there, {**MESSENGERS["twilio_sms"], "sender": "MG123"}, twilio_desk.clock
    )
    await service.send(replace(a_text(), notify_url=None))
    assert parse_qs(went[0].body.decode()).keys() == {"To", "MessagingServiceSid", "Body"}


@pytest.mark.parametrize("code", [21211, 21614, 21610, 21612])
async def test_twilio_s_numbers_that_cannot_be_reached(code: int) -> None:
    body = json.dumps({"code": code, "message": "no", "status": 400})
    with pytest.raises(RefusedForGood) as refused:
        await answering("twilio_sms", MESSENGERS["twilio_sms"], 400, body).send(a_text())
    assert (refused.value.because, refused.value.code) == (Because.RECIPIENT, str(code))


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, 21617, RefusedForGood),
        (400, 21606, RefusedForNow),
        (403, 20003, RefusedForNow),
        (400, 99999, RefusedForNow),
        (503, 20503, SendFailed),
        (500, 20500, OutcomeUnknown),
    ],
)
async def test_twilio_s_other_codes(status: int, code: int, kind: type[Exception]) -> None:
    body = json.dumps({"code": code, "message": "no", "status": status})
    with pytest.raises(kind):
        await answering("twilio_sms", MESSENGERS["twilio_sms"], status, body).send(a_text())


def test_no_code_of_twilio_s_has_two_meanings() -> None:
    assert set(twilio.FOR_GOOD).isdisjoint(twilio.FOR_NOW)


async def test_a_number_that_wrote_stop_is_refused_for_good(twilio_desk: Desk) -> None:
    assert twilio_desk.writes("Stop").text == "Stop"
    with pytest.raises(RefusedForGood) as refused:
        await twilio_desk.here.send(a_text())
    assert (refused.value.code, refused.value.because) == ("21610", Because.RECIPIENT)


async def test_twilio_s_receipts(twilio_desk: Desk) -> None:
    sent = await twilio_desk.here.send(a_text())
    assert twilio_desk.told(MessageState.SENT) == [
        Receipt(sent.provider_id, ReceiptState.SENT, None, to=PHONE)
    ]
    assert twilio_desk.told(MessageState.DELIVERED) == [
        Receipt(sent.provider_id, ReceiptState.DELIVERED, None, to=PHONE)
    ]
    await twilio_desk.here.send(a_text(reference="msg-2"))
    [failed] = twilio_desk.told(MessageState.FAILED, "30005")
    assert (failed.code, failed.for_good) == ("30005", True)
    await twilio_desk.here.send(a_text(reference="msg-3"))
    [failed] = twilio_desk.told(MessageState.FAILED, "30008")
    assert (failed.code, failed.for_good) == ("30008", False)


def from_twilio(form: dict[str, str], url: str = NOTIFY) -> Received:
    signature = twilio_signing.signature(MESSENGERS["twilio_sms"]["auth_token"], url, form.items())
    return Received("POST", url, {"x-twilio-signature": signature}, urlencode(form).encode())


def test_every_state_of_twilio_s(twilio_desk: Desk) -> None:
    common = {"MessageSid": "SM1", "AccountSid": MESSENGERS["twilio_sms"]["account_sid"]}
    for word in twilio.UNDER_WAY:
        assert twilio_desk.here.read_news(from_twilio(common | {"MessageStatus": word})) == []
    for word, state in twilio.STATES.items():
        [receipt] = twilio_desk.here.read_news(from_twilio(common | {"MessageStatus": word}))
        assert isinstance(receipt, Receipt)
        assert receipt.state is state
    priced = common | {"MessageStatus": "delivered", "Price": "-0.04400", "PriceUnit": "usd"}
    [receipt] = twilio_desk.here.read_news(from_twilio(priced))
    assert isinstance(receipt, Receipt)
    assert receipt.cost == Cost(Decimal("0.04400"), "USD")
    for form in (common | {"MessageStatus": "exploded"}, {"AccountSid": common["AccountSid"]}):
        with pytest.raises(NewsUnreadable):
            twilio_desk.here.read_news(from_twilio(form))
    with pytest.raises(NewsForged):
        twilio_desk.here.read_news(from_twilio(common | {"AccountSid": "AC9", "MessageStatus": "sent"}))
    with pytest.raises(NewsUnreadable):
        twilio_desk.here.read_news(Received("POST", NOTIFY, {}, b"\xff"))


# Vonage


@pytest.mark.parametrize(
    ("method", "right"),
    [
        ("md5hash", hashlib.md5(b"&a=1&b=x_y_zsecret", usedforsecurity=False).hexdigest()),
        ("sha256", hmac.new(b"secret", b"&a=1&b=x_y_z", "sha256").hexdigest()),
    ],
)
def test_a_signature_covers_names_in_order_and_no_separators(method: str, right: str) -> None:
    told = {"b": "x&y=z", "a": "1", "sig": "ignored"}
    assert vonage_wire.signature(told, "secret", method) == right


@pytest.mark.parametrize("method", vonage_wire.METHODS)
def test_an_account_signs_in_its_own_way(method: str) -> None:
    told = {"messageId": "0A", "status": "delivered"}
    signed = told | {"sig": vonage_wire.signature(told, "s", method).upper()}
    assert vonage_wire.signed(signed, "s", method)
    assert not vonage_wire.signed(signed | {"status": "failed"}, "s", method)
    assert not vonage_wire.signed(told, "s", method)


def test_a_way_of_signing_that_there_is_not() -> None:
    account = Account("vonage_sms", "https://x", {**MESSENGERS["vonage_sms"], "signature_method": "rot13"})
    lines = over(httpx2.MockTransport(lambda _: httpx2.Response(200)))
    with pytest.raises(ValueError, match="rot13"):
        open_vonage(account, lines, SetClock(NOW))


async def test_vonage_bills_each_part_in_euro(vonage_desk: Desk) -> None:
    sent = await vonage_desk.here.send(a_text("“" + "a" * 100))
    assert (sent.parts, sent.cost, sent.cost_minor) == (2, Cost(Decimal("0.06660000"), "EUR"), 7)
    form = parse_qs(vonage_desk.went[0].body.decode())
    assert (form["type"], form["client-ref"], form["callback"], form["to"]) == (
        ["unicode"],
        ["msg-1"],
        [NOTIFY],
        ["6281234567890"],
    )


@pytest.mark.parametrize(
    ("code", "kind", "because"),
    [
        ("1", RefusedForNow, Because.PACE),
        ("2", RefusedForGood, Because.MESSAGE),
        ("3", RefusedForGood, Because.MESSAGE),
        ("4", RefusedForNow, Because.ACCOUNT),
        ("6", RefusedForGood, Because.RECIPIENT),
        ("7", RefusedForGood, Because.RECIPIENT),
        ("9", RefusedForNow, Because.ACCOUNT),
        ("12", RefusedForGood, Because.MESSAGE),
        ("15", RefusedForNow, Because.ACCOUNT),
        ("33", RefusedForGood, Because.RECIPIENT),
        ("77", RefusedForNow, Because.ACCOUNT),
    ],
)
async def test_vonage_s_codes(code: str, kind: type[Any], because: Because) -> None:
    body = json.dumps({"message-count": "1", "messages": [{"status": code, "error-text": "no"}]})
    with pytest.raises(kind) as refused:
        await answering("vonage_sms", MESSENGERS["vonage_sms"], 200, body).send(a_text())
    assert (refused.value.because, refused.value.detail) == (because, "no")


async def test_vonage_s_own_trouble_and_a_message_that_went_in_half() -> None:
    keys = MESSENGERS["vonage_sms"]
    own = json.dumps({"messages": [{"status": "5", "error-text": "Internal"}]})
    with pytest.raises(SendFailed):
        await answering("vonage_sms", keys, 200, own).send(a_text())
    half = json.dumps({"messages": [{"status": "0", "message-id": "A"}, {"status": "1"}]})
    with pytest.raises(OutcomeUnknown, match="part_1"):
        await answering("vonage_sms", keys, 200, half).send(a_text())
    assert set(vonage.FOR_GOOD).isdisjoint(vonage.FOR_NOW)


async def test_vonage_s_receipts_repeat_our_reference(vonage_desk: Desk) -> None:
    sent = await vonage_desk.here.send(a_text())
    cost = Cost(Decimal("0.03330000"), "EUR")
    assert vonage_desk.told(MessageState.SENT) == [
        Receipt(sent.provider_id, ReceiptState.SENT, NOW, cost=cost, to=PHONE, reference="msg-1")
    ]
    assert [one.state for one in vonage_desk.told(MessageState.DELIVERED)] == [ReceiptState.DELIVERED]
    await vonage_desk.here.send(a_text())
    [gone] = vonage_desk.told(MessageState.FAILED, "3")
    assert (gone.code, gone.for_good) == ("3", True)
    await vonage_desk.here.send(a_text())
    [lost] = vonage_desk.told(MessageState.FAILED, "8")
    assert (lost.code, lost.for_good) == ("8", False)


def from_vonage(told: dict[str, str], how: str) -> Received:
    keys = MESSENGERS["vonage_sms"]
    signed = told | {"sig": vonage_wire.signature(told, keys["signature_secret"], "sha256")}
    if how == "query":
        return Received("GET", f"{NOTIFY}?{urlencode(signed)}", {})
    if how == "form":
        headers = {"content-type": "application/x-www-form-urlencoded"}
        return Received("POST", NOTIFY, headers, urlencode(signed).encode())
    return Received("POST", NOTIFY, {"content-type": "application/json"}, json.dumps(signed).encode())


@pytest.mark.parametrize("how", ["query", "form", "json"])
def test_news_of_vonage_s_in_every_shape(vonage_desk: Desk, how: str) -> None:
    told = {"messageId": "0A1", "msisdn": "6281", "message-timestamp": "2026-11-11 04:00:00"}
    for word, state in vonage.STATES.items():
        [receipt] = vonage_desk.here.read_news(from_vonage(told | {"status": word}, how))
        assert isinstance(receipt, Receipt)
        assert (receipt.state, receipt.at, receipt.to) == (state, NOW, "+6281")
    assert vonage_desk.here.read_news(from_vonage(told | {"status": "unknown"}, how)) == []
    with pytest.raises(NewsUnreadable):
        vonage_desk.here.read_news(from_vonage(told | {"status": "exploded"}, how))
    with pytest.raises(NewsUnreadable):
        vonage_desk.here.read_news(from_vonage({"status": "delivered"}, how))
    with pytest.raises(NewsForged):
        vonage_desk.here.read_news(from_vonage(told | {"status": "sent", "api-key": "other"}, how))


def test_news_of_vonage_s_that_is_no_document(vonage_desk: Desk) -> None:
    for body in (b"{", b"[]", b"\xff"):
        with pytest.raises(NewsUnreadable):
            vonage_desk.here.read_news(Received("POST", NOTIFY, {"content-type": "application/json"}, body))


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-11 11:00:00 +0700", NOW),
        ("2026-11-11 04:00:00", NOW),
        ("soon", None),
        ("", None),
    ],
)
def test_a_time_of_vonage_s(text: str, at: datetime | None) -> None:
    found = vonage.moment(text)
    assert found == at
    assert found is None or found.tzinfo is UTC


@pytest.mark.parametrize("name", ["twilio_sms", "vonage_sms"])
async def test_a_person_writes_back_and_forgeries_are_not_read(name: str) -> None:
    desk = Desk(name)
    reply = desk.writes("bisa besok? & jam = 5")
    assert (reply.from_, reply.kind, reply.text, reply.at) == (
        PHONE,
        ReplyKind.TEXT,
        "bisa besok? & jam = 5",
        NOW,
    )
    await desk.here.send(a_text())
    there: MessageSimulator = desk.there
    message = there.tray.newest()
    assert message is not None
    there.tray.move(message, MessageState.SENT, now=NOW)
    [letter] = there.news(message, now=NOW)
    with pytest.raises(NewsForged):
        desk.here.read_news(delivered(there.forged(letter)))
    assert desk.here.acknowledgement(taken=True).status == 200
    assert desk.here.acknowledgement(taken=False).status == 503

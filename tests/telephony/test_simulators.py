"""The simulated providers, where our client never goes."""

import json
from base64 import b64encode
from collections.abc import Mapping
from urllib.parse import urlencode

import pytest

from orderan.sandbox.models import SimReply, SimRequest
from orderan.sandbox.phones import markup
from orderan.sandbox.phones.exotel import ExotelSimulator
from orderan.sandbox.phones.faults import BAD_DAYS, CALM, DigitsAs, written
from orderan.sandbox.phones.models import Told
from orderan.sandbox.phones.twilio import TwilioSimulator
from orderan.sandbox.phones.vonage import VonageSimulator
from orderan.telephony.vonage import wire
from telephony.phoning import ASK, NEWS, NOW

Fields = dict[str, dict[str, str]]


def basic(user: str, password: str) -> dict[str, str]:
    return {"authorization": "Basic " + b64encode(f"{user}:{password}".encode()).decode()}


def to_twilio(fields: Fields, method: str, path: str, **members: str) -> SimReply:
    told = fields["twilio"]
    request = SimRequest(
        method, path, basic(told["account_sid"], told["auth_token"]), urlencode(members).encode()
    )
    return TwilioSimulator(told).answer(request, now=NOW)


TWILIO = "/2010-04-01/Accounts/AC00000000000000000000000000000001/Calls"
GOOD = {"To": "+6281234567890", "From": "+622150001234", "Url": ASK}


@pytest.mark.parametrize(
    ("method", "path", "members", "status", "code"),
    [
        ("POST", f"{TWILIO}.json", {**GOOD, "To": ""}, 400, 21201),
        ("POST", f"{TWILIO}.json", {**GOOD, "From": ""}, 400, 21213),
        ("POST", f"{TWILIO}.json", {**GOOD, "To": "0812"}, 400, 21211),
        ("POST", f"{TWILIO}.json", {**GOOD, "Twiml": "<Response/>"}, 400, 21205),
        ("GET", f"{TWILIO}/CA1.json", {}, 404, 20404),
        ("GET", "/2010-04-01/Accounts/AC2/Calls.json", {}, 404, 20404),
        ("GET", f"{TWILIO}.json", {}, 200, None),
        ("POST", f"{TWILIO}.json", GOOD, 201, None),
    ],
)
def test_twilio_answers_what_is_wrong_in_its_words(
    fields: Fields, method: str, path: str, members: Mapping[str, str], status: int, code: int | None
) -> None:
    reply = to_twilio(fields, method, path, **members)
    assert (reply.status, json.loads(reply.body).get("code")) == (status, code)


EXOTEL = "/v1/Accounts/sandbox/Calls"
INTO = "http://my.exotel.com/sandbox/exoml/start_voice/1001"
CONNECT = {"From": "+6281234567890", "CallerId": "+622150001234", "Url": INTO, "CallType": "trans"}


@pytest.mark.parametrize(
    ("method", "path", "members", "status"),
    [
        ("GET", f"{EXOTEL}/connect.json", {}, 405),
        ("POST", f"{EXOTEL}/connect", {**CONNECT, "CallType": ""}, 400),
        ("POST", f"{EXOTEL}/connect", {**CONNECT, "From": "nobody"}, 400),
        ("POST", f"{EXOTEL}/connect", {**CONNECT, "Url": f"{INTO}9"}, 400),
        ("GET", f"{EXOTEL}/none.json", {}, 404),
        ("POST", f"{EXOTEL}/connect", CONNECT, 200),
    ],
)
def test_exotel_answers_what_is_wrong_in_its_words(
    fields: Fields, method: str, path: str, members: Mapping[str, str], status: int
) -> None:
    told = fields["exotel"]
    request = SimRequest(method, path, basic(told["api_key"], told["api_token"]), urlencode(members).encode())
    reply = ExotelSimulator(told).answer(request, now=NOW)
    assert (reply.status, "RestException" in json.loads(reply.body)) == (status, status != 200)


PHONE = {"type": "phone", "number": "6281234567890"}
CALL = {"to": [PHONE], "from": PHONE, "answer_url": [ASK], "event_url": [NEWS]}


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/v1/calls", b"{", 400),
        ("POST", "/v1/calls", {**CALL, "to": []}, 400),
        ("POST", "/v1/calls", {**CALL, "to": [{"type": "phone", "number": "+628"}]}, 400),
        ("POST", "/v1/calls", {**CALL, "random_from_number": True}, 400),
        ("POST", "/v1/calls", {**CALL, "ncco": []}, 400),
        ("POST", "/v1/calls", {**CALL, "ringing_timer": 121}, 400),
        ("GET", "/v1/calls/none", {}, 404),
        ("GET", "/v2/elsewhere", {}, 404),
        ("GET", "/v1/calls", {}, 200),
        ("POST", "/v1/calls", CALL, 201),
    ],
)
def test_vonage_answers_what_is_wrong_in_its_words(
    fields: Fields, method: str, path: str, body: object, status: int
) -> None:
    told = fields["vonage"]
    token = wire.token(told["application_id"], told["private_key"], now=NOW, once="1")
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = SimRequest(method, path, {"authorization": f"Bearer {token}"}, text)
    assert VonageSimulator(told).answer(request, now=NOW).status == status


@pytest.mark.parametrize(
    ("document", "wrong"),
    [
        ("<Response><Gather><Dial/></Gather></Response>", "<Dial> within <Gather>"),
        ("<Response><Dance/></Response>", "<Dance> is no verb of theirs"),
        ("<Answer/>", "<Answer> instead of <Response>"),
        ('<Response><Gather numDigits="all"/></Response>', "an attribute of <Gather>"),
        ("{}", "no XML"),
    ],
)
def test_markup_that_no_provider_reads_is_told(document: str, wrong: str) -> None:
    assert markup.read(document.encode(), here=ASK).wrong.startswith(wrong)


def test_markup_is_read_as_it_is_documented() -> None:
    said = markup.read(
        b'<Response><Say language="id-ID">Halo</Say><Pause/><Gather><Say>Tekan</Say></Gather>'
        b"<Say>Sampai jumpa</Say><Hangup/></Response>",
        here=ASK,
    )
    assert [(line.text, line.language) for line in said.lines] == [("Halo", "id-ID"), ("Tekan", "")]
    assert said.gather is not None
    assert (said.gather.wait_s, said.gather.finish, said.gather.url, said.gather.method) == (
        5,
        "#",
        ASK,
        "POST",
    )
    assert said.gather.on_silence is not None
    assert [line.text for line in said.gather.on_silence.lines] == ["Sampai jumpa"]


@pytest.mark.parametrize(
    "actions",
    [
        [{"action": "talk"}],
        [{"action": "talk", "text": "k" * 1501}],
        [{"action": "input", "type": ["speech"]}],
        [{"action": "input", "type": ["dtmf"], "dtmf": {"maxDigits": 21}}],
        [{"action": "input", "type": ["dtmf"], "dtmf": {"maxDigits": "all"}}],
        [{"action": "input", "type": ["dtmf"], "dtmf": 1}],
        [{"action": "dance"}],
        [1],
        {},
    ],
)
def test_an_ncco_vonage_would_not_take_is_told(fields: Fields, actions: object) -> None:
    there = VonageSimulator(fields["vonage"])
    told = fields["vonage"]
    token = wire.token(told["application_id"], told["private_key"], now=NOW, once="1")
    request = SimRequest("POST", "/v1/calls", {"authorization": f"Bearer {token}"}, json.dumps(CALL).encode())
    there.answer(request, now=NOW)
    call = there.book.newest()
    assert call is not None
    said = there.understand(call, Told(200, "application/json", json.dumps(actions).encode()))
    assert said.wrong
    assert said.gather is None


@pytest.mark.parametrize(
    ("how", "quoted", "text"),
    [
        (DigitsAs.USUAL, True, '"1"'),
        (DigitsAs.USUAL, False, "1"),
        (DigitsAs.QUOTED, False, '"1"'),
        (DigitsAs.BARE, True, "1"),
        (DigitsAs.TWICE, True, '"11"'),
        (DigitsAs.MISSING, True, None),
    ],
)
def test_keys_are_written_as_the_day_has_it(how: DigitsAs, quoted: bool, text: str | None) -> None:
    assert written("1", how, quoted=quoted) == text


def test_every_bad_day_is_one() -> None:
    assert CALM not in BAD_DAYS.values()
    assert len(set(map(repr, BAD_DAYS.values()))) == len(BAD_DAYS)

"""Twilio's own library against our simulator and our answers: it calls, reads, and believes what we would."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl
from xml.etree import ElementTree as ET

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.twiml.voice_response import Gather, VoiceResponse

from gateways.simulated import serving
from orderan.kit import twilio
from orderan.kit.clock import SetClock
from orderan.sandbox.phones.faults import CALM
from orderan.sandbox.phones.models import Stage
from orderan.sandbox.phones.twilio import TwilioSimulator
from orderan.telephony import Farewell, Heard, Prompt
from orderan.telephony.twilio import wire
from telephony.phoning import ASK, NEWS, NOW

FIELDS = {"account_sid": "AC" + "1" * 32, "auth_token": "token-of-tests"}


class Here(TwilioHttpClient):  # type: ignore[misc]
    """Their client, led to this machine."""

    def __init__(self, address: str) -> None:
        super().__init__(pool_connections=False)
        self._address = address

    def request(self, method: str, url: str, *args: Any, **others: Any) -> Any:
        return super().request(method, url.replace("https://api.twilio.com", self._address), *args, **others)


@pytest.fixture
def there() -> TwilioSimulator:
    return TwilioSimulator(FIELDS)


@pytest.fixture
def client(there: TwilioSimulator) -> Iterator[Client]:
    with serving(there, SetClock(NOW)) as address:
        yield Client(*FIELDS.values(), http_client=Here(address))


def called(client: Client) -> Any:
    return client.calls.create(
        to="+6281234567890",
        from_="+622150001234",
        url=ASK,
        status_callback=NEWS,
        status_callback_event=["initiated", "ringing", "answered", "completed"],
        machine_detection="Enable",
        record=True,
        timeout=20,
    )


def test_a_call_of_theirs_is_one_and_is_read_back(there: TwilioSimulator, client: Client) -> None:
    made = called(client)
    call = there.book.find(made.sid)
    assert call is not None
    assert (made.status, made.to, call.detect_machine, call.record) == (
        "queued",
        "+6281234567890",
        True,
        True,
    )
    assert (call.ring_until - call.made_at).total_seconds() == 20

    call.stage, call.answered_at, call.ended_at = Stage.COMPLETED, NOW, NOW.replace(minute=1)
    there.news(call, CALM, now=NOW)
    read = client.calls(made.sid).fetch()
    assert (read.status, read.duration, read.price, read.price_unit, read.answered_by) == (
        "completed",
        "60",
        "-0.0085",
        "USD",
        "human",
    )
    assert [one.sid for one in client.calls.list()] == [made.sid]
    [recording] = client.calls(made.sid).recordings.list()
    assert recording.sid == f"RE{made.sid[2:]}"
    assert client.recordings(recording.sid).delete()
    assert client.calls(made.sid).recordings.list() == []
    with pytest.raises(TwilioRestException) as gone:
        client.recordings(recording.sid).delete()
    assert gone.value.status == 404


def test_a_call_is_ended_and_not_twice(there: TwilioSimulator, client: Client) -> None:
    made = called(client)
    assert client.calls(made.sid).update(status="completed").status == "no-answer"
    with pytest.raises(TwilioRestException) as refused:
        client.calls(made.sid).update(status="completed")
    assert refused.value.code == 21220
    with pytest.raises(TwilioRestException) as unknown:
        client.calls("CA" + "0" * 32).fetch()
    assert (unknown.value.status, unknown.value.code) == (404, 20404)
    with pytest.raises(TwilioRestException) as wrong:
        client.calls.create(to="nobody", from_="+622150001234", url=ASK)
    assert wrong.value.code == 21211


def test_their_library_believes_what_the_simulator_signs_and_we_do_too(
    there: TwilioSimulator, client: Client
) -> None:
    call = there.book.find(called(client).sid)
    assert call is not None
    question = there.ask(call, f"{ASK}?asked=1", "1", CALM, now=NOW)
    [letter] = there.news(call, CALM, now=NOW)
    validator = RequestValidator(FIELDS["auth_token"])
    for url, headers, body in (
        (question.url, question.headers, question.body),
        (letter.url, letter.headers, letter.body),
    ):
        members = dict(parse_qsl(body.decode(), keep_blank_values=True))
        assert validator.validate(url, members, headers["X-Twilio-Signature"])
        assert (
            twilio.signature(FIELDS["auth_token"], url, list(members.items()))
            == headers["X-Twilio-Signature"]
        )
    forged = there.forged(letter)
    assert not validator.validate(
        forged.url, dict(parse_qsl(forged.body.decode())), forged.headers["X-Twilio-Signature"]
    )


def test_what_we_say_is_what_their_library_would_write() -> None:
    heard = Heard("CA1", None, None, back=f"{ASK}?reference=1&asked=1")
    response = VoiceResponse()
    gather = Gather(
        input="dtmf",
        num_digits=2,
        timeout=7,
        finish_on_key="",
        barge_in=True,
        action_on_empty_result=True,
        method="POST",
        action=heard.back,
    )
    gather.say("Satu & dua", language="id-ID")
    response.append(gather)
    ours = wire.twiml(Prompt("Satu & dua", "id", digits=2, timeout_s=7, finish_key=""), heard)
    assert ET.canonicalize(ours.decode()) == ET.canonicalize(str(response))

    response = VoiceResponse()
    response.say("Bye.", language="en-US")
    response.hangup()
    assert ET.canonicalize(wire.twiml(Farewell("Bye.", "en"), heard).decode()) == ET.canonicalize(
        str(response)
    )

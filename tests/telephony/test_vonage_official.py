"""Vonage's own library against our simulator and our answers: it calls, reads, and believes what we would."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from vonage_http_client import Auth, HttpClient, HttpRequestError
from vonage_jwt import verify_signature
from vonage_voice import CreateCallRequest, Voice
from vonage_voice.models import Input, Phone, Record, Talk, ToPhone

from gateways.simulated import serving
from orderan.kit.clock import SetClock
from orderan.sandbox.phones.faults import CALM
from orderan.sandbox.phones.models import Stage
from orderan.sandbox.phones.vonage import VonageSimulator
from orderan.telephony import Heard, Prompt
from orderan.telephony.vonage import wire
from telephony.phoning import ASK, NEWS

NOW = datetime.now(UTC).replace(microsecond=0)
"""Their library writes the machine's time into its tokens."""


class Here(HTTPAdapter):
    """Whatever their client asks the world, it asks this machine."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._address = address

    def send(self, request: PreparedRequest, *args: Any, **others: Any) -> Response:
        assert request.url is not None
        request.url = request.url.replace("https://api.nexmo.com", self._address)
        return super().send(request, *args, **others)


@pytest.fixture
def there(fields: dict[str, dict[str, str]]) -> VonageSimulator:
    return VonageSimulator(fields["vonage"])


@pytest.fixture
def voice(there: VonageSimulator, fields: dict[str, dict[str, str]]) -> Iterator[Voice]:
    told = fields["vonage"]
    client = HttpClient(Auth(application_id=told["application_id"], private_key=told["private_key"]))
    with serving(there, SetClock(NOW)) as address:
        client._session.mount("https://", Here(address))
        yield Voice(client)


def called(voice: Voice) -> str:
    made = voice.create_call(
        CreateCallRequest(
            to=[ToPhone(number="6281234567890")],
            from_=Phone(number="622150001234"),
            answer_url=[ASK],
            answer_method="POST",
            event_url=[NEWS],
            event_method="POST",
            ringing_timer=20,
            machine_detection="continue",
        )
    )
    assert (made.status, made.direction) == ("started", "outbound")
    return str(made.uuid)


def test_a_call_of_theirs_is_one_and_is_read_back(there: VonageSimulator, voice: Voice) -> None:
    call = there.book.find(called(voice))
    assert call is not None
    assert (call.to, call.detect_machine, (call.ring_until - NOW).total_seconds()) == (
        "6281234567890",
        True,
        20,
    )

    call.stage, call.answered_at, call.ended_at = Stage.COMPLETED, NOW, NOW
    read = voice.get_call(call.id)
    assert (read.uuid, read.status, read.duration, read.to.number) == (
        call.id,
        "completed",
        "0",
        "6281234567890",
    )
    listed, more = voice.list_calls()
    assert ([one.uuid for one in listed], more) == ([call.id], None)


def test_a_call_is_ended_and_not_twice(there: VonageSimulator, voice: Voice) -> None:
    name = called(voice)
    voice.hangup(name)
    call = there.book.find(name)
    assert call is not None
    assert call.over
    with pytest.raises(HttpRequestError) as refused:
        voice.hangup(name)
    assert refused.value.response.status_code == 400
    with pytest.raises(HttpRequestError) as unknown:
        voice.get_call("nobody")
    assert unknown.value.response.status_code == 404


def test_their_library_believes_what_the_simulator_signs_and_we_do_too(
    there: VonageSimulator, voice: Voice, fields: dict[str, dict[str, str]]
) -> None:
    call = there.book.find(called(voice))
    assert call is not None
    secret = fields["vonage"]["signature_secret"]
    [letter] = there.news(call, CALM, now=NOW)
    for told, believed in ((letter, True), (there.forged(letter), False)):
        token = told.headers["Authorization"].removeprefix("Bearer ")
        assert verify_signature(token, secret) is believed


def test_a_token_of_ours_opens_their_door_as_theirs_does(
    there: VonageSimulator, fields: dict[str, dict[str, str]]
) -> None:
    told = fields["vonage"]
    ours = wire.token(told["application_id"], told["private_key"], now=NOW, once="1")
    theirs = Auth(
        application_id=told["application_id"], private_key=told["private_key"]
    ).generate_application_jwt()
    text = theirs.decode() if isinstance(theirs, bytes) else theirs
    assert there._lets_in(f"Bearer {ours}", NOW)
    assert there._lets_in(f"Bearer {text}", NOW)
    assert not there._lets_in(f"Bearer {ours[:-8]}AAAAAAAA", NOW)


def test_what_we_say_is_what_their_library_would_write() -> None:
    heard = Heard("call-1", None, None, back=f"{ASK}?asked=1")
    ours = json.loads(wire.ncco(Prompt("Satu & dua", "id", digits=2, timeout_s=7), heard, record=NEWS))
    theirs = [
        Record(eventUrl=[NEWS], eventMethod="POST"),
        Talk(text="Satu & dua", language="id-ID", bargeIn=True),
        Input(
            type=["dtmf"],
            dtmf={"maxDigits": 2, "timeOut": 7, "submitOnHash": True},
            eventUrl=[heard.back],
            eventMethod="POST",
        ),
    ]
    assert ours == [json.loads(one.model_dump_json(by_alias=True, exclude_none=True)) for one in theirs]

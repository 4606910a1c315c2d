"""The client for Twilio: what goes over the wire, its signature's published vector, and its words in ours."""

import asyncio
import hashlib
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderan.kit.twilio import signature as twilio_signature
from orderan.telephony import (
    Account,
    AccountRefused,
    CallNews,
    CallState,
    Farewell,
    Fault,
    Heard,
    NewsForged,
    NewsUnreadable,
    NumberRefused,
    OutcomeUnknown,
    Prompt,
    Received,
    Telephone,
    TelephoneFailed,
    TelephoneRefused,
)
from orderan.telephony.twilio import mapping, wire
from telephony.phoning import ASK, BASE, NEWS, an_asked, over

SID, TOKEN = "AC1", "12345"
ACCOUNT = Account("twilio", BASE, {"account_sid": SID, "auth_token": TOKEN})
VECTOR_URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
VECTOR = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Caller", "+14158675309"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
    ("To", "+18005551212"),
]
VECTOR_SIGNATURE = "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def twilio(status: int = 200, body: object = None) -> Telephone:
    told = body if isinstance(body, bytes) else json.dumps(body).encode()
    return over(lambda _: httpx2.Response(status, content=told), ACCOUNT)


def signed(url: str, members: list[tuple[str, str]], token: str = TOKEN) -> Received:
    return Received(
        "POST",
        url,
        {"x-twilio-signature": twilio_signature(token, url, members)},
        urlencode(members).encode(),
    )


def news(**members: str) -> CallNews:
    told = [("CallSid", "CA1"), ("AccountSid", SID), *members.items()]
    return twilio().read_news(signed(f"{NEWS}?reference=cal-1", told))


def test_the_published_vector_holds() -> None:
    assert twilio_signature(TOKEN, VECTOR_URL, VECTOR) == VECTOR_SIGNATURE
    received = Received(
        "POST", VECTOR_URL, {"x-twilio-signature": VECTOR_SIGNATURE}, urlencode(VECTOR).encode()
    )
    assert wire.signed(received, TOKEN)
    assert not wire.signed(received, "54321")


def test_members_given_twice_count_once_and_their_order_does_not_matter() -> None:
    again = [*reversed(VECTOR), VECTOR[0]]
    assert twilio_signature(TOKEN, VECTOR_URL, again) == VECTOR_SIGNATURE


@pytest.mark.parametrize(
    ("called", "signed_as"),
    [
        ("https://toko.test:443/a?b=1", "https://toko.test/a?b=1"),
        ("https://toko.test/a?b=1", "https://toko.test:443/a?b=1"),
        ("http://toko.test/a", "http://toko.test:80/a"),
        ("http://toko.test:8000/a", "http://toko.test/a"),
    ],
)
def test_the_port_may_stand_in_what_is_signed_or_not(called: str, signed_as: str) -> None:
    given_ = {"x-twilio-signature": twilio_signature(TOKEN, signed_as, VECTOR)}
    assert wire.signed(Received("POST", called, given_, urlencode(VECTOR).encode()), TOKEN)


def test_another_body_than_a_form_is_signed_by_its_hash() -> None:
    body = b'{"CallSid":"CA1"}'
    url = f"{NEWS}?bodySHA256={hashlib.sha256(body).hexdigest()}"
    headers = {"x-twilio-signature": twilio_signature(TOKEN, url, [])}
    assert wire.signed(Received("POST", url, headers, body), TOKEN)
    assert not wire.signed(Received("POST", url, headers, body + b" "), TOKEN)


@pytest.mark.parametrize("kind", ["none", "token", "member", "query", "host", "bytes"])
def test_a_forged_request_is_told_apart(kind: str) -> None:
    good = signed(f"{NEWS}?reference=cal-1", [("CallSid", "CA1"), ("CallStatus", "completed")])
    forged = {
        "none": Received("POST", good.url, {}, good.body),
        "token": signed(good.url, [("CallSid", "CA1")], "54321"),
        "member": Received("POST", good.url, good.headers, good.body + b"&Digits=1"),
        "query": Received("POST", good.url + "&asked=1", good.headers, good.body),
        "host": Received("POST", good.url.replace("toko", "lain"), good.headers, good.body),
        "bytes": Received("POST", good.url, good.headers, b"\xff\xfe"),
    }[kind]
    for read in (twilio().read_news, twilio().read_ask):
        with pytest.raises(NewsForged):
            read(forged)


def test_word_for_another_account_is_not_ours() -> None:
    with pytest.raises(NewsForged):
        twilio().read_news(signed(NEWS, [("CallSid", "CA1"), ("AccountSid", "AC2")]))


def test_word_without_a_call_waits_for_a_person() -> None:
    for read in (twilio().read_news, twilio().read_ask):
        with pytest.raises(NewsUnreadable):
            read(signed(NEWS, [("AccountSid", SID)]))


def test_a_call_is_written_as_twilio_reads_it() -> None:
    went: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        went.append(request)
        return httpx2.Response(201, json={"sid": "CA1", "status": "queued"})

    placed = asyncio.run(
        over(answer, ACCOUNT).place(an_asked(detect_machine=True, record=True, ring_s=25, longest_s=90))
    )

    assert (placed.call_id, placed.state) == ("CA1", CallState.QUEUED)
    [request] = went
    assert str(request.url) == f"{BASE}/2010-04-01/Accounts/AC1/Calls.json"
    assert request.headers["authorization"] == "Basic QUMxOjEyMzQ1"
    assert parse_qsl(request.content.decode()) == [
        ("To", "+6281234567890"),
        ("From", "+622150001234"),
        ("Url", f"{ASK}?reference=cal-101-1"),
        ("Method", "POST"),
        ("StatusCallback", f"{NEWS}?reference=cal-101-1"),
        ("StatusCallbackMethod", "POST"),
        ("StatusCallbackEvent", "initiated"),
        ("StatusCallbackEvent", "ringing"),
        ("StatusCallbackEvent", "answered"),
        ("StatusCallbackEvent", "completed"),
        ("Timeout", "25"),
        ("TimeLimit", "90"),
        ("MachineDetection", "Enable"),
        ("Record", "true"),
        ("RecordingStatusCallback", f"{NEWS}?reference=cal-101-1"),
        ("RecordingStatusCallbackMethod", "POST"),
    ]


def test_what_is_said_is_twiml() -> None:
    heard = Heard("CA1", "cal-1", None, back=f"{ASK}?reference=cal-1&asked=1")
    prompt = Prompt('Tekan "satu" & <dua>\x00', "id", digits=2, timeout_s=7, finish_key="*", barge_in=False)
    assert wire.twiml(prompt, heard).decode() == (
        '<?xml version="1.0" encoding="UTF-8"?><Response>'
        '<Gather input="dtmf" numDigits="2" timeout="7" finishOnKey="*" bargeIn="false" '
        'actionOnEmptyResult="true" method="POST" '
        'action="https://toko.test/phone/1/ask?reference=cal-1&amp;asked=1">'
        '<Say language="id-ID">Tekan "satu" &amp; &lt;dua&gt;</Say></Gather></Response>'
    )
    assert wire.twiml(Farewell("Bye.", "en"), heard).decode() == (
        '<?xml version="1.0" encoding="UTF-8"?><Response><Say language="en-US">Bye.</Say><Hangup/></Response>'
    )
    spoken = twilio().speak(Farewell("Bye.", "en"), heard)
    assert (spoken.status, spoken.media_type) == (200, "application/xml")


@pytest.mark.parametrize(
    ("query", "members", "digits"),
    [
        ("?reference=cal-1", [], None),
        ("?reference=cal-1&asked=1", [], ""),
        ("?reference=cal-1&asked=1", [("Digits", "")], ""),
        ("?reference=cal-1&asked=1", [("Digits", "1")], "1"),
        ("?reference=cal-1&asked=1", [("Digits", '"12#"')], "12#"),
        ("?reference=cal-1&asked=1", [("Digits", "satu")], ""),
    ],
)
def test_what_was_pressed_is_told_from_silence_and_from_a_first_question(
    query: str, members: list[tuple[str, str]], digits: str | None
) -> None:
    heard = twilio().read_ask(signed(ASK + query, [("CallSid", "CA1"), *members]))
    assert (heard.call_id, heard.reference, heard.digits) == ("CA1", "cal-1", digits)
    assert heard.back == f"{ASK}?reference=cal-1&asked=1"


@pytest.mark.parametrize(
    ("word", "by", "state"),
    [
        ("queued", "", CallState.QUEUED),
        ("initiated", "", CallState.QUEUED),
        ("ringing", "", CallState.RINGING),
        ("in-progress", "", CallState.ANSWERED),
        ("in-progress", "human", CallState.ANSWERED),
        ("in-progress", "machine_start", CallState.MACHINE),
        ("in-progress", "fax", CallState.MACHINE),
        ("in-progress", "unknown", CallState.ANSWERED),
        ("completed", "machine_end_beep", CallState.COMPLETED),
        ("busy", "", CallState.BUSY),
        ("no-answer", "", CallState.NO_ANSWER),
        ("failed", "", CallState.FAILED),
        ("canceled", "", CallState.FAILED),
        ("dancing", "", None),
    ],
)
def test_every_word_of_theirs_has_its_meaning(word: str, by: str, state: CallState | None) -> None:
    assert news(CallStatus=word, AnsweredBy=by).state is state
    answer = {"sid": "CA1", "status": word, "answered_by": by or None}
    telephone = over(
        lambda r: httpx2.Response(200, json={"recordings": []} if "Recordings" in str(r.url) else answer),
        ACCOUNT,
    )
    if state is None:
        with pytest.raises(TelephoneFailed):
            asyncio.run(telephone.look_up("CA1"))
    else:
        truth = asyncio.run(telephone.look_up("CA1"))
        assert truth is not None
        assert truth.state is state


@pytest.mark.parametrize(
    ("by", "machine"),
    [
        ("human", False),
        ("machine_start", True),
        ("machine_end_silence", True),
        ("machine_end_other", True),
        ("fax", True),
        ("unknown", None),
        ("", None),
        (None, None),
    ],
)
def test_who_answered_is_told_where_twilio_could_tell(by: str | None, machine: bool | None) -> None:
    assert mapping.machine(by) is machine


def test_news_tells_when_how_long_and_where_the_recording_is() -> None:
    told = news(
        CallStatus="completed",
        CallDuration="12",
        Timestamp="Wed, 11 Nov 2026 04:00:30 +0000",
        SequenceNumber="3",
    )
    assert (told.duration_s, told.at) == (12, datetime(2026, 11, 11, 4, 0, 30, tzinfo=UTC))
    recorded = news(
        RecordingSid="RE1", RecordingStatus="completed", RecordingUrl="https://api.twilio.com/RE1"
    )
    assert (recorded.state, recorded.recording_url) == (None, "https://api.twilio.com/RE1")
    assert told.dedupe_key != recorded.dedupe_key
    assert news(CallStatus="completed", Timestamp="yesterday").at is None


def test_the_truth_of_a_finished_call() -> None:
    call = {
        "sid": "CA1",
        "status": "completed",
        "duration": "61",
        "price": "-0.01700",
        "price_unit": "usd",
        "answered_by": "human",
    }
    listed = {"recordings": [{"uri": "/2010-04-01/Accounts/AC1/Recordings/RE1.json"}]}
    telephone = over(
        lambda r: httpx2.Response(200, json=listed if "Recordings" in str(r.url) else call), ACCOUNT
    )
    truth = asyncio.run(telephone.look_up("CA1"))
    assert truth is not None
    assert truth.price is not None
    assert (truth.duration_s, truth.machine, truth.recording_url) == (
        61,
        False,
        f"{BASE}/2010-04-01/Accounts/AC1/Recordings/RE1",
    )
    assert (truth.price.minor, truth.price.currency, truth.price.exact) == (2, "USD", "0.01700")


@pytest.mark.parametrize(
    ("status", "body", "error", "code"),
    [
        (400, {"code": 21211, "message": "not a valid phone number"}, NumberRefused, "21211"),
        (401, {"code": 20003}, AccountRefused, "20003"),
        (403, b"", AccountRefused, "403"),
        (404, {}, TelephoneRefused, "404"),
        (408, {}, OutcomeUnknown, "408"),
        (429, {"code": 20429}, TelephoneFailed, "20429"),
        (500, {}, OutcomeUnknown, "500"),
        (503, b"<html/>", OutcomeUnknown, "503"),
        (201, b"{", OutcomeUnknown, "201"),
        (201, {"status": "queued"}, OutcomeUnknown, "not_understood"),
    ],
)
def test_an_answer_that_is_none_of_success_ends_as_it_should(
    status: int, body: object, error: type[Exception], code: str
) -> None:
    with pytest.raises(error) as raised:
        asyncio.run(twilio(status, body).place(an_asked()))
    assert type(raised.value) is error
    assert getattr(raised.value, "code", None) == code


@pytest.mark.parametrize(
    ("raised", "error", "fault"),
    [
        (httpx2.ConnectError("no"), TelephoneFailed, Fault.CONNECT),
        (httpx2.ReadTimeout("no"), OutcomeUnknown, Fault.TIMEOUT),
        (httpx2.ReadError("no"), OutcomeUnknown, Fault.SERVER),
    ],
)
def test_a_line_that_breaks_is_told_by_when_it_broke(
    raised: Exception, error: type[TelephoneFailed], fault: Fault
) -> None:
    def answer(_: httpx2.Request) -> httpx2.Response:
        raise raised

    with pytest.raises(error) as failed:
        asyncio.run(over(answer, ACCOUNT).place(an_asked()))
    assert failed.value.fault is fault
    with pytest.raises(TelephoneFailed):
        asyncio.run(over(answer, ACCOUNT).look_up("CA1"))


NAMES = st.sampled_from(["CallSid", "CallStatus", "Digits", "AccountSid", "RecordingUrl", "Timestamp"])


@given(members=st.dictionaries(NAMES, st.text(max_size=12), max_size=6))
def test_nothing_signed_well_raises_anything_else(members: dict[str, Any]) -> None:
    received = signed(f"{ASK}?asked=1", list(members.items()))
    for read in (twilio().read_news, twilio().read_ask):
        try:
            told = read(received)
        except (NewsUnreadable, NewsForged):
            assert not members.get("CallSid") or members.get("AccountSid", SID) != SID
        else:
            assert told.call_id == members["CallSid"]


@given(
    url=st.one_of(st.text(max_size=40), st.sampled_from(["http://[", "https://a:b/c?d", "//x:99999"])),
    header=st.text(max_size=30),
    body=st.binary(max_size=60),
)
def test_nothing_a_stranger_writes_raises_anything_else(url: str, header: str, body: bytes) -> None:
    received = Received("POST", url, {"x-twilio-signature": header}, body)
    for read in (twilio().read_news, twilio().read_ask):
        with pytest.raises(NewsForged):
            read(received)

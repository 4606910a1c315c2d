"""The client for Vonage: what goes over the wire, tokens both ways, and its words in ours."""

import asyncio
import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st

from orderan.telephony import (
    Account,
    AccountRefused,
    CallNews,
    CallState,
    Farewell,
    Heard,
    NewsForged,
    NewsUnreadable,
    OutcomeUnknown,
    Prompt,
    Received,
    Telephone,
    TelephoneFailed,
    TelephoneRefused,
)
from orderan.telephony.vonage import mapping, wire
from telephony.phoning import ASK, BASE, NEWS, NOW, an_asked, over

APPLICATION, SECRET = "app-1", "a-secret-of-at-least-32-characters"
VECTOR_BODY = b'{"uuid":"call-1","status":"answered"}'


def minted(claims: dict[str, object], secret: str = SECRET) -> str:
    """A token made by hand, as its specification says: no library of ours is in it."""

    def part(told: object) -> bytes:
        return base64.urlsafe_b64encode(json.dumps(told, separators=(",", ":")).encode()).rstrip(b"=")

    text = part({"alg": "HS256", "typ": "JWT"}) + b"." + part(claims)
    made = hmac.new(secret.encode(), text, hashlib.sha256).digest()
    return (text + b"." + base64.urlsafe_b64encode(made).rstrip(b"=")).decode()


def claims(body: bytes, **others: object) -> dict[str, object]:
    told: dict[str, object] = {
        "iat": int(NOW.timestamp()),
        "jti": "token-1",
        "iss": "Vonage",
        "payload_hash": hashlib.sha256(body).hexdigest(),
        "application_id": APPLICATION,
    }
    return told | others


def signed(url: str, told: object, **others: object) -> Received:
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    return Received("POST", url, {"authorization": f"Bearer {minted(claims(body, **others))}"}, body)


@pytest.fixture(scope="module")
def key() -> str:
    from cryptography.hazmat.primitives.asymmetric import rsa

    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return made.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def account(private_key: str = "") -> Account:
    return Account(
        "vonage",
        BASE,
        {"application_id": APPLICATION, "private_key": private_key, "signature_secret": SECRET},
    )


def reading() -> Telephone:
    return over(lambda _: httpx2.Response(500), account())


def vonage(key: str, status: int, body: object) -> Telephone:
    told = body if isinstance(body, bytes) else json.dumps(body).encode()
    return over(lambda _: httpx2.Response(status, content=told), account(key))


def news(**members: object) -> CallNews:
    return reading().read_news(signed(f"{NEWS}?reference=cal-1", {"uuid": "call-1", **members}))


def test_the_vector_made_by_hand_holds() -> None:
    token = minted(claims(VECTOR_BODY))
    assert token == (
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
        "eyJpYXQiOjE3OTQzNjk2MDAsImp0aSI6InRva2VuLTEiLCJpc3MiOiJWb25hZ2UiLCJwYXlsb2FkX2hh"
        "c2giOiIyYjVhMzUxZTc3MzYyNGQ3Yzk0YTJlNzI0MzllZDZkODFjMGQzNTA3NmMzNzg2OGFlNTQwMDY1"
        "OTE3N2QzOTI3IiwiYXBwbGljYXRpb25faWQiOiJhcHAtMSJ9."
        "ziInHk6DJGWTuZnlG2TgUBj-rhknTz8-o0hez6WzxUs"
    )
    received = Received("POST", NEWS, {"authorization": f"Bearer {token}"}, VECTOR_BODY)
    assert wire.signed(received, SECRET, application=APPLICATION, now=NOW)
    assert not wire.signed(received, SECRET[::-1], application=APPLICATION, now=NOW)
    assert not wire.signed(received, SECRET, application="app-2", now=NOW)


@pytest.mark.parametrize("minutes", [-16, -15, 0, 15, 16])
def test_a_token_somebody_kept_is_worth_nothing(minutes: int) -> None:
    received = signed(NEWS, {"uuid": "call-1"})
    moment = NOW + timedelta(minutes=minutes)
    assert wire.signed(received, SECRET, application=APPLICATION, now=moment) == (abs(minutes) <= 15)


@pytest.mark.parametrize(
    "kind",
    [
        "none",
        "basic",
        "secret",
        "body",
        "no hash",
        "no time",
        "unsigned",
        "other algorithm",
        "junk",
        "application",
    ],
)
def test_a_forged_request_is_told_apart(kind: str) -> None:
    body = b'{"uuid":"call-1"}'
    good = claims(body)
    unsigned = jwt.encode(good, "", algorithm="none")
    forged = {
        "none": {},
        "basic": {"authorization": f"Basic {minted(good)}"},
        "secret": {"authorization": f"Bearer {minted(good, SECRET[::-1])}"},
        "body": {"authorization": f"Bearer {minted(claims(b'{}'))}"},
        "no hash": {"authorization": f"Bearer {minted({**good, 'payload_hash': None})}"},
        "no time": {"authorization": f"Bearer {minted({**good, 'iat': None})}"},
        "unsigned": {"authorization": f"Bearer {unsigned}"},
        "other algorithm": {"authorization": f"Bearer {jwt.encode(good, SECRET * 2, algorithm='HS512')}"},
        "junk": {"authorization": "Bearer a.b"},
        "application": {"authorization": f"Bearer {minted({**good, 'application_id': 'app-2'})}"},
    }[kind]
    for read in (reading().read_news, reading().read_ask):
        with pytest.raises(NewsForged):
            read(Received("POST", NEWS, forged, body))


@pytest.mark.parametrize("body", [b"[]", b"{", b"\xff", b"{}"])
def test_what_is_signed_and_not_understood_waits_for_a_person(body: bytes) -> None:
    for read in (reading().read_news, reading().read_ask):
        with pytest.raises(NewsUnreadable):
            read(signed(NEWS, body))


def test_a_call_is_written_as_vonage_reads_it_under_a_token_of_ours(key: str) -> None:
    went: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        went.append(request)
        return httpx2.Response(201, json={"uuid": "call-1", "status": "started"})

    asked = an_asked(detect_machine=True, record=True, ring_s=500, longest_s=90_000)
    placed = asyncio.run(over(answer, account(key)).place(asked))

    assert (placed.call_id, placed.state) == ("call-1", CallState.QUEUED)
    [request] = went
    assert (request.method, str(request.url)) == ("POST", f"{BASE}/v1/calls")
    private = serialization.load_pem_private_key(key.encode(), password=None)
    token = request.headers["authorization"].removeprefix("Bearer ")
    told = jwt.decode(
        token,
        private.public_key(),  # type: ignore[arg-type]
        algorithms=["RS256"],
        options={"verify_exp": False, "verify_iat": False},
    )
    assert (told["application_id"], told["iat"], told["exp"] - told["iat"]) == (
        APPLICATION,
        int(NOW.timestamp()),
        300,
    )
    assert len(told["jti"]) == 36
    news_at = f"{NEWS}?reference=cal-101-1"
    assert json.loads(request.content) == {
        "to": [{"type": "phone", "number": "6281234567890"}],
        "from": {"type": "phone", "number": "622150001234"},
        "answer_url": [
            f"{ASK}?reference=cal-101-1&record=https%3A%2F%2Ftoko.test%2Fphone%2F1%2Fnews%3Freference%3Dcal-101-1"
        ],
        "answer_method": "POST",
        "event_url": [news_at],
        "event_method": "POST",
        "ringing_timer": 120,
        "length_timer": 7200,
        "machine_detection": "continue",
    }


def test_what_is_said_is_an_ncco() -> None:
    heard = Heard("call-1", "cal-1", None, manner=NEWS, back=f"{ASK}?asked=1")
    prompt = Prompt("Tekan satu", "id", digits=25, timeout_s=30, finish_key="#", barge_in=False)
    spoken = reading().speak(prompt, heard)
    assert (spoken.status, spoken.media_type) == (200, "application/json")
    assert json.loads(spoken.body) == [
        {"action": "record", "eventUrl": [NEWS], "eventMethod": "POST"},
        {"action": "talk", "text": "Tekan satu", "language": "id-ID", "bargeIn": False},
        {
            "action": "input",
            "type": ["dtmf"],
            "dtmf": {"maxDigits": 20, "timeOut": 10, "submitOnHash": True},
            "eventUrl": [f"{ASK}?asked=1"],
            "eventMethod": "POST",
        },
    ]
    bye = reading().speak(Farewell("Bye.", "en"), Heard("call-1", None, "1"))
    assert json.loads(bye.body) == [{"action": "talk", "text": "Bye.", "language": "en-US", "bargeIn": False}]


@pytest.mark.parametrize("text", ["Kata. " * 700, "kata " * 900, "k" * 4_000])
def test_a_long_text_is_said_in_pieces_none_of_it_lost(text: str) -> None:
    told = json.loads(wire.ncco(Farewell(text, "id"), Heard("c", None, None), record=None))
    pieces = [action["text"] for action in told]
    assert all(0 < len(piece) <= wire.MOST_TEXT for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("query", "members", "digits"),
    [
        ("?reference=cal-1", {}, None),
        ("?reference=cal-1", {"dtmf": {"digits": "1"}}, None),
        ("?reference=cal-1&asked=1", {"dtmf": {"digits": "1", "timed_out": False}}, "1"),
        ("?reference=cal-1&asked=1", {"dtmf": {"digits": "", "timed_out": True}}, ""),
        ("?reference=cal-1&asked=1", {"dtmf": {"timed_out": True}}, ""),
        ("?reference=cal-1&asked=1", {"dtmf": "1"}, ""),
        ("?reference=cal-1&asked=1", {"dtmf": {"digits": None}}, ""),
        ("?reference=cal-1&asked=1", {}, ""),
    ],
)
def test_what_was_pressed_is_told_from_silence_and_from_a_first_question(
    query: str, members: dict[str, Any], digits: str | None
) -> None:
    heard = reading().read_ask(signed(ASK + query, {"uuid": "call-1", **members}))
    assert (heard.call_id, heard.reference, heard.digits) == ("call-1", "cal-1", digits)
    assert heard.back == f"{ASK}?reference=cal-1&asked=1"


def test_a_recording_begins_with_the_first_answer_and_no_other() -> None:
    first = reading().read_ask(signed(f"{ASK}?reference=cal-1&record={NEWS}", {"uuid": "call-1"}))
    assert (first.manner, first.back) == (NEWS, f"{ASK}?reference=cal-1&asked=1")
    second = reading().read_ask(signed(first.back, {"uuid": "call-1", "dtmf": {"digits": "1"}}))
    assert second.manner == ""


@pytest.mark.parametrize(
    ("word", "state", "machine"),
    [
        ("started", CallState.QUEUED, None),
        ("ringing", CallState.RINGING, None),
        ("answered", CallState.ANSWERED, None),
        ("human", CallState.ANSWERED, False),
        ("machine", CallState.MACHINE, True),
        ("completed", CallState.COMPLETED, None),
        ("busy", CallState.BUSY, None),
        ("unanswered", CallState.NO_ANSWER, None),
        ("timeout", CallState.NO_ANSWER, None),
        ("failed", CallState.FAILED, None),
        ("rejected", CallState.FAILED, None),
        ("cancelled", CallState.FAILED, None),
        ("disconnected", None, None),
        (7, None, None),
    ],
)
def test_every_word_of_theirs_has_its_meaning(
    key: str, word: object, state: CallState | None, machine: bool | None
) -> None:
    told = news(status=word)
    assert (told.state, told.machine) == (state, machine)
    telephone = vonage(key, 200, {"uuid": "call-1", "status": word})
    if state is None:
        with pytest.raises(TelephoneFailed):
            asyncio.run(telephone.look_up("call-1"))
    else:
        truth = asyncio.run(telephone.look_up("call-1"))
        assert truth is not None
        assert truth.state is state


def test_news_tells_when_how_long_and_at_what_price() -> None:
    told = news(status="completed", duration="21", price="0.00444500", timestamp="2026-11-11T04:00:30.000Z")
    assert told.price is not None
    assert (told.duration_s, told.price.minor, told.price.exact, told.price.currency) == (
        21,
        1,
        "0.00444500",
        "EUR",
    )
    assert told.at == datetime(2026, 11, 11, 4, 0, 30, tzinfo=UTC)


def test_word_of_a_recording_names_our_reference_and_no_call() -> None:
    told = reading().read_news(
        signed(
            f"{NEWS}?reference=cal-1", {"recording_uuid": "rec-1", "recording_url": "https://api.nexmo.com/r"}
        )
    )
    assert (told.call_id, told.reference, told.state, told.recording_url) == (
        None,
        "cal-1",
        None,
        "https://api.nexmo.com/r",
    )
    with pytest.raises(NewsUnreadable):
        reading().read_news(signed(NEWS, {"recording_url": "https://api.nexmo.com/r"}))


@pytest.mark.parametrize(
    ("status", "body", "error", "code"),
    [
        (400, {"type": "VALIDATION", "error_title": "Bad Request"}, TelephoneRefused, "400"),
        (401, {"title": "Unauthorized"}, AccountRefused, "401"),
        (408, {}, OutcomeUnknown, "408"),
        (429, {"detail": "Please wait"}, TelephoneFailed, "429"),
        (500, b"", OutcomeUnknown, "500"),
        (201, b"{", OutcomeUnknown, "201"),
        (201, {"status": "started"}, OutcomeUnknown, "not_understood"),
    ],
)
def test_an_answer_that_is_none_of_success_ends_as_it_should(
    key: str, status: int, body: object, error: type[Exception], code: str
) -> None:
    with pytest.raises(error) as raised:
        asyncio.run(vonage(key, status, body).place(an_asked()))
    assert type(raised.value) is error
    assert getattr(raised.value, "code", None) == code


def test_what_went_wrong_is_said_in_their_words() -> None:
    assert str(mapping.trouble(429, {"detail": "Please wait"}, changes=True)) == "vonage: 429 Please wait"
    assert str(mapping.trouble(400, {"title": 7}, changes=True)) == "vonage: 400"


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=6,
)
NAMES = st.sampled_from(["uuid", "status", "dtmf", "price", "duration", "timestamp", "recording_url"])


@given(members=st.dictionaries(NAMES, ANYTHING, max_size=6))
def test_nothing_signed_well_raises_anything_else(members: dict[str, Any]) -> None:
    received = signed(f"{ASK}?asked=1", members)
    for read in (reading().read_news, reading().read_ask):
        try:
            told = read(received)
        except NewsUnreadable:
            assert not isinstance(members.get("uuid"), str) or not members["uuid"]
        else:
            assert told.call_id == members["uuid"]


@given(header=st.text(max_size=40), body=st.binary(max_size=60))
def test_nothing_a_stranger_writes_raises_anything_else(header: str, body: bytes) -> None:
    for start in ("", "Bearer "):
        with pytest.raises(NewsForged):
            reading().read_news(Received("POST", NEWS, {"authorization": start + header}, body))

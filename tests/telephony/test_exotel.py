"""The client for Exotel: what goes over the wire, the applets of a flow, and a token instead of a signature."""

import asyncio
import json
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderan.sandbox.phones.models import Stage
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
from orderan.telephony.exotel import mapping, wire
from telephony.phoning import ASK, BASE, HOOK, NEWS, QUESTION, THANKS, World, an_asked, over

FIELDS = {
    "account_sid": "toko1",
    "api_key": "key",
    "api_token": "secret",
    "app_id": "29",
    "hook_token": HOOK,
}
JSON = {"content-type": "application/json"}


def exotel(status: int = 200, body: object = None, **fields: str) -> Telephone:
    told = body if isinstance(body, bytes) else json.dumps(body).encode()
    account = Account("exotel", BASE, FIELDS | fields)
    return over(lambda _: httpx2.Response(status, content=told), account)


def asks(token: str = HOOK, **members: str) -> Received:
    return Received("GET", f"{ASK}?{urlencode({'token': token, **members})}", {})


def posts(body: bytes, **members: str) -> Received:
    kind = {"content-type": "application/x-www-form-urlencoded"}
    return Received("POST", f"{ASK}?{urlencode({'token': HOOK, **members})}", kind, body)


def tells(told: object, token: str = HOOK) -> Received:
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    return Received("POST", f"{NEWS}?token={token}&reference=cal-1", JSON, body)


def news(**members: object) -> CallNews:
    return exotel().read_news(tells({"CallSid": "c1", **members}))


def test_a_call_is_written_as_exotel_reads_it() -> None:
    went: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        went.append(request)
        return httpx2.Response(200, json={"Call": {"Sid": "c1", "Status": "in-progress"}})

    asked = an_asked(record=True, ring_s=25, longest_s=90_000)
    placed = asyncio.run(over(answer, Account("exotel", BASE, FIELDS)).place(asked))

    # What is in progress may still ring: more than that it was taken is not known yet.
    assert (placed.call_id, placed.state) == ("c1", CallState.QUEUED)
    [request] = went
    assert str(request.url) == f"{BASE}/v1/Accounts/toko1/Calls/connect.json"
    assert request.headers["authorization"] == "Basic a2V5OnNlY3JldA=="
    assert parse_qsl(request.content.decode()) == [
        ("From", "+6281234567890"),
        ("CallerId", "+622150001234"),
        ("Url", "http://my.exotel.com/toko1/exoml/start_voice/29"),
        ("CallType", "trans"),
        ("TimeOut", "25"),
        ("TimeLimit", "14400"),
        ("StatusCallback", f"{NEWS}?token={HOOK}&reference=cal-101-1"),
        ("StatusCallbackEvents[0]", "terminal"),
        ("StatusCallbackEvents[1]", "answered"),
        ("StatusCallbackContentType", "application/json"),
        ("CustomField", "cal-101-1"),
        ("Record", "true"),
    ]


@pytest.mark.parametrize("token", ["", "guessed", HOOK[:-1], HOOK + "x", "é"])
def test_whoever_does_not_know_the_token_is_not_exotel(token: str) -> None:
    for read in (exotel().read_news, exotel().read_ask):
        with pytest.raises(NewsForged):
            read(tells({"CallSid": "c1", "token": HOOK}, token))
        with pytest.raises(NewsForged):
            read(asks(token, CallSid="c1"))


def test_an_account_without_a_token_believes_nobody() -> None:
    with pytest.raises(NewsForged):
        exotel(hook_token="").read_ask(asks("", CallSid="c1"))


@pytest.mark.parametrize("body", [b"{", b"[]", b"{}", b"\xff"])
def test_what_knows_the_token_and_is_not_understood_waits_for_a_person(body: bytes) -> None:
    for read in (exotel().read_news, exotel().read_ask):
        with pytest.raises(NewsUnreadable):
            read(tells(body))


@pytest.mark.parametrize(
    ("members", "digits"),
    [
        ({"applet": "passthru", "digits": '"1"'}, "1"),
        ({"applet": "passthru", "digits": "1"}, "1"),
        ({"applet": "passthru", "DigitsPressed": '"1"'}, "1"),
        ({"applet": "passthru", "digits": '"12*#"'}, "12*#"),
        ({"applet": "passthru", "digits": '""'}, ""),
        ({"applet": "passthru", "digits": "no_input"}, ""),
        ({"applet": "passthru"}, ""),
        # A flow goes on telling what was pressed: it is no news the second time.
        ({"applet": "gather", "digits": '"1"'}, None),
        ({"applet": "text", "digits": '"1"'}, None),
        ({}, None),
    ],
)
def test_what_was_pressed_is_read_under_either_name_quoted_or_not(
    members: dict[str, str], digits: str | None
) -> None:
    heard = exotel().read_ask(asks(CallSid="c1", CustomField="cal-1", **members))
    assert (heard.call_id, heard.reference, heard.digits) == ("c1", "cal-1", digits)


def test_each_applet_is_answered_in_its_manner() -> None:
    def said(manner: str, what: Prompt | Farewell) -> tuple[int, str, object]:
        heard = exotel().read_ask(asks(CallSid="c1", applet=manner))
        spoken = exotel().speak(what, heard)
        is_json = spoken.media_type == "application/json"
        return spoken.status, spoken.media_type, json.loads(spoken.body) if is_json else spoken.body

    gather = {"max_input_digits": 1, "finish_on_key": "#", "input_timeout": 5, "repeat_menu": 0}
    assert said("gather", QUESTION) == (
        200,
        "application/json",
        {"gather_prompt": {"text": QUESTION.text}, **gather},
    )
    assert said("gather", THANKS) == (
        200,
        "application/json",
        {"gather_prompt": {"text": THANKS.text}, **gather, "input_timeout": 1},
    )
    assert said("passthru", QUESTION) == (200, "text/plain", b"")
    assert said("passthru", THANKS) == (302, "text/plain", b"")
    assert said("text", THANKS) == (200, "text/plain; charset=utf-8", b"Terima kasih.")


def test_the_newer_portal_is_answered_in_exoml() -> None:
    body = urlencode({"CallSid": "c1", "DigitsPressed": "2"}).encode()
    first = exotel().read_ask(posts(body, reference="cal-1"))
    assert (first.digits, first.reference, first.manner) == (None, "cal-1", wire.EXOML)
    second = exotel().read_ask(posts(body, reference="cal-1", asked="1"))
    assert second.digits == "2"
    assert exotel().speak(Prompt("A & B", "id"), first).body.decode() == (
        '<?xml version="1.0" encoding="UTF-8"?><Response>'
        f'<Gather action="{ASK}?token={HOOK}&amp;reference=cal-1&amp;asked=1" method="POST" numDigits="1" '
        'timeout="5" finishOnKey="#"><Say>A &amp; B</Say></Gather>'
        f'<Redirect method="POST">{ASK}?token={HOOK}&amp;reference=cal-1&amp;asked=1</Redirect></Response>'
    )
    assert exotel().speak(THANKS, first).body.decode() == (
        '<?xml version="1.0" encoding="UTF-8"?><Response><Say>Terima kasih.</Say><Hangup/></Response>'
    )


@pytest.mark.anyio
async def test_a_call_without_a_flow_goes_as_one_with_it(open_world: Any) -> None:
    world: World = open_world("exotel", app_id="")
    call = await world.call()
    await world.exchange.pick_up(call)
    await world.exchange.let_pass(call)
    await world.exchange.press(call, "1")
    assert world.digits == [None, "", "1"]
    assert [line.text for line in call.lines if line.who == "voice"] == [QUESTION.text] * 2 + [THANKS.text]
    assert call.stage is Stage.COMPLETED


@pytest.mark.parametrize(
    ("members", "state"),
    [
        ({"EventType": "answered", "Status": "in-progress"}, CallState.ANSWERED),
        ({"EventType": "answered", "AnsweredBy": "machine"}, CallState.MACHINE),
        ({"EventType": "terminal", "Status": "completed"}, CallState.COMPLETED),
        ({"Status": "completed"}, CallState.COMPLETED),
        ({"Status": "failed"}, CallState.FAILED),
        ({"Status": "busy"}, CallState.BUSY),
        ({"Status": "no-answer"}, CallState.NO_ANSWER),
        ({"Status": "canceled"}, CallState.FAILED),
        ({"Status": "in-progress"}, CallState.RINGING),
        ({"Status": "queued"}, CallState.QUEUED),
        ({"Status": "ringing"}, CallState.RINGING),
        ({"Status": "dancing"}, None),
        ({"Status": 7, "EventType": []}, None),
    ],
)
def test_every_word_of_theirs_has_its_meaning(members: dict[str, object], state: CallState | None) -> None:
    assert news(**members).state is state


@pytest.mark.parametrize(
    ("by", "machine"), [("human", False), ("machine", True), ("voicemail", True), ("NA", None), (None, None)]
)
def test_who_answered_is_told_where_exotel_says(by: str | None, machine: bool | None) -> None:
    assert mapping.machine(by) is machine


def test_news_is_read_as_json_as_a_form_and_in_parts() -> None:
    told = {
        "CallSid": "c1",
        "Status": "completed",
        "Price": "600.5",
        "RecordingUrl": "null",
        "CustomField": "cal-9",
    }
    as_form = Received(
        "POST",
        f"{NEWS}?token={HOOK}",
        {"content-type": "application/x-www-form-urlencoded"},
        urlencode(told).encode(),
    )
    parts = "".join(
        f'--xx\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in told.items()
    )
    in_parts = Received(
        "POST",
        f"{NEWS}?token={HOOK}",
        {"content-type": "multipart/form-data; boundary=xx"},
        f"{parts}--xx--\r\n".encode(),
    )
    for received in (
        as_form,
        in_parts,
        Received("POST", f"{NEWS}?token={HOOK}", JSON, json.dumps(told).encode()),
    ):
        read = exotel().read_news(received)
        assert (read.call_id, read.state, read.reference, read.recording_url) == (
            "c1",
            CallState.COMPLETED,
            "cal-9",
            None,
        )
        assert read.price is not None
        assert (read.price.minor, read.price.exact) == (601, "600.5")


def test_the_same_news_has_one_key_and_any_other_another() -> None:
    first = news(Status="completed", DateUpdated="2026-11-11 11:00:00")
    assert news(DateUpdated="2026-11-11 11:00:00", Status="completed").dedupe_key == first.dedupe_key
    assert news(Status="completed", DateUpdated="2026-11-11 11:00:01").dedupe_key != first.dedupe_key


@pytest.mark.parametrize(
    ("word", "state"),
    [("in-progress", CallState.RINGING), ("completed", CallState.COMPLETED), ("busy", CallState.BUSY)],
)
def test_the_truth_is_that_of_the_call_details(word: str, state: CallState) -> None:
    call = {
        "Sid": "c1",
        "Status": word,
        "Duration": "12",
        "Price": None,
        "RecordingUrl": "",
        "CustomField": "cal-1",
    }
    truth = asyncio.run(exotel(200, {"Call": call}).look_up("c1"))
    assert truth is not None
    assert (truth.state, truth.reference, truth.price, truth.recording_url) == (state, "cal-1", None, None)
    assert truth.duration_s == (None if word == "in-progress" else 12)


@pytest.mark.parametrize(
    "body", [b"{", {}, {"Call": {}}, {"Call": {"Sid": "c2", "Status": "completed"}}, {"Call": {"Sid": "c1"}}]
)
def test_details_that_are_not_understood_are_no_truth(body: object) -> None:
    with pytest.raises(TelephoneFailed):
        asyncio.run(exotel(200, body).look_up("c1"))


@pytest.mark.parametrize(
    ("status", "body", "error", "code"),
    [
        (
            400,
            {"RestException": {"Status": 400, "Message": "Missing", "Code": 34001}},
            TelephoneRefused,
            "34001",
        ),
        (401, b"", AccountRefused, "401"),
        (402, {"RestException": {"Status": 402, "Message": "Pay"}}, AccountRefused, "402"),
        (403, {"RestException": "no"}, AccountRefused, "403"),
        (404, {}, TelephoneRefused, "404"),
        (408, {}, OutcomeUnknown, "408"),
        (429, {"RestException": {"Status": 429}}, TelephoneFailed, "429"),
        (500, {}, OutcomeUnknown, "500"),
        (200, b"{", OutcomeUnknown, "200"),
        (200, {"Call": {"Status": "queued"}}, OutcomeUnknown, "not_understood"),
    ],
)
def test_an_answer_that_is_none_of_success_ends_as_it_should(
    status: int, body: object, error: type[Exception], code: str
) -> None:
    with pytest.raises(error) as raised:
        asyncio.run(exotel(status, body).place(an_asked()))
    assert type(raised.value) is error
    assert getattr(raised.value, "code", None) == code


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=6,
)
NAMES = st.sampled_from(["CallSid", "Status", "EventType", "digits", "Price", "Duration", "CustomField"])


@given(members=st.dictionaries(NAMES, ANYTHING, max_size=6))
def test_nothing_that_knows_the_token_raises_anything_else(members: dict[str, Any]) -> None:
    for read in (exotel().read_news, exotel().read_ask):
        try:
            told = read(tells(members))
        except NewsUnreadable:
            assert not isinstance(members.get("CallSid"), str) or not members["CallSid"]
        else:
            assert told.call_id == members["CallSid"]


@given(
    kind=st.sampled_from(
        ["application/json", "multipart/form-data", "multipart/form-data; boundary=x", "", "x"]
    ),
    body=st.binary(max_size=80),
)
def test_no_body_raises_anything_else(kind: str, body: bytes) -> None:
    received = Received("POST", f"{NEWS}?token={HOOK}&CallSid=c1", {"content-type": kind}, body)
    try:
        told: CallNews | Heard = exotel().read_news(received)
    except NewsUnreadable:
        return
    assert isinstance(told.call_id, str)

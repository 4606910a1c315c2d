"""WhatsApp: its words, codes and signatures, and our client against a Cloud API that answers as theirs does."""

import json
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from messaging.simulated import NOW, PHONE, answering, breaking, delivered, opened
from orderan.kit.clock import SetClock
from orderan.messaging import (
    Because,
    Chat,
    ContentNotOfChannel,
    Menu,
    NewsForged,
    NewsUnreadable,
    OutcomeUnknown,
    Outgoing,
    Receipt,
    ReceiptState,
    Received,
    RefusedForGood,
    RefusedForNow,
    Reply,
    ReplyButton,
    ReplyKind,
    SendFailed,
    SendRefused,
    Template,
    Text,
    Verified,
)
from orderan.messaging.whatsapp import mapping, wire
from orderan.sandbox.messages.models import MessageState, SimMessage
from orderan.sandbox.messages.whatsapp import WhatsappSimulator

pytestmark = pytest.mark.anyio

CREDENTIALS = {
    "token": "EAAtest",
    "phone_number_id": "1050",
    "app_secret": "app_secret_test",
    "verify_token": "verify-me",
}
NEWS = "https://toko.test/news/whatsapp"
BUTTONS = (ReplyButton("cod:confirm:tok", "Konfirmasi"), ReplyButton("cod:cancel:tok", "Batalkan"))
TEMPLATE = Template("cod_confirm", ("Ani", "ORD-101", "Rp150.000"))


class Desk:
    def __init__(self) -> None:
        self.clock = SetClock(NOW)
        self.there = WhatsappSimulator(CREDENTIALS)
        self.there.registered_at(NEWS)
        self.here, self.went = opened(self.there, CREDENTIALS, self.clock, "https://provider.test/v23.0")

    def last(self) -> SimMessage:
        found = self.there.tray.newest()
        assert found is not None
        return found

    def told(self, state: MessageState, error: str | None = None) -> list[Any]:
        message = self.last()
        assert self.there.tray.move(message, state, now=self.clock.at, error=error)
        [letter] = self.there.news(message, now=self.clock.at)
        return list(self.here.read_news(delivered(letter)))

    def answers(self, text: str, payload: str | None = None) -> Reply:
        to = self.last() if payload else None
        message = SimMessage(
            "whatsapp", "wamid.IN", PHONE, text, self.clock.at, theirs=True, answered=payload
        )
        [letter] = self.there.written(message, to=to)
        [reply] = self.here.read_news(delivered(letter))
        assert isinstance(reply, Reply)
        return reply


@pytest.fixture
def desk() -> Desk:
    return Desk()


def a_chat(chat: Chat | None = None, to: str = PHONE) -> Outgoing:
    return Outgoing(to, "msg-1", "id", chat or Chat("Konfirmasi?", BUTTONS, TEMPLATE))


def test_the_vector_of_a_signature() -> None:
    body = b'{"object":"whatsapp_business_account","entry":[]}'
    right = "sha256=523505d20f6a97026a425949264490ca97eab5d4ba6cd6a0f56f7557599d7f7b"
    assert wire.signature(body, "app_secret_test") == right
    assert wire.signed(body, right, "app_secret_test")
    assert not wire.signed(body + b" ", right, "app_secret_test")
    assert not wire.signed(body, "", "app_secret_test")
    assert not wire.signed(body, "sha256=é", "app_secret_test")


async def test_a_template_goes_to_whoever_has_not_written_for_a_day(desk: Desk) -> None:
    sent = await desk.here.send(a_chat())
    assert (sent.provider_id, sent.parts, sent.cost) == (desk.last().id, 1, None)
    assert json.loads(desk.went[0].body) == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "6281234567890",
        "biz_opaque_callback_data": "msg-1",
        "type": "template",
        "template": {
            "name": "cod_confirm",
            "language": {"code": "id"},
            "components": [
                {
                    "type": "body",
                    "parameters": [{"type": "text", "text": text} for text in TEMPLATE.parameters],
                },
                *(
                    {
                        "type": "button",
                        "sub_type": "quick_reply",
                        "index": str(turn),
                        "parameters": [{"type": "payload", "payload": button.id}],
                    }
                    for turn, button in enumerate(BUTTONS)
                ),
            ],
        },
    }
    assert desk.went[0].path == "/v23.0/1050/messages"


async def test_inside_the_window_the_message_goes_as_it_stands(desk: Desk) -> None:
    await desk.here.send(a_chat(Chat("Konfirmasi?", BUTTONS, open=True)))
    assert json.loads(desk.went[0].body)["interactive"] == {
        "type": "button",
        "body": {"text": "Konfirmasi?"},
        "action": {
            "buttons": [
                {"type": "reply", "reply": {"id": button.id, "title": button.title}} for button in BUTTONS
            ]
        },
    }
    await desk.here.send(a_chat(Chat("Terima kasih", open=True)))
    assert json.loads(desk.went[1].body)["text"] == {"body": "Terima kasih", "preview_url": False}


async def test_a_parameter_is_one_line_and_a_link_completes_a_button(desk: Desk) -> None:
    chat = Chat("", (), Template("shipped", ("Jl. Melati 5\n  Bandung",), link="ord-101"))
    await desk.here.send(a_chat(chat))
    components = json.loads(desk.went[0].body)["template"]["components"]
    assert components[0]["parameters"] == [{"type": "text", "text": "Jl. Melati 5 Bandung"}]
    assert components[1] == {
        "type": "button",
        "sub_type": "url",
        "index": "0",
        "parameters": [{"type": "text", "text": "ord-101"}],
    }


async def test_a_list_goes_inside_the_window_and_its_row_comes_back(desk: Desk) -> None:
    desk.answers("Bukan saya")
    rows = (
        ReplyButton("why:twice:1", "Pesanan ganda"),
        ReplyButton("why:not_mine:1", "Tidak merasa memesan"),
    )
    sent = await desk.here.send(
        a_chat(Chat("Boleh tahu alasannya?", open=True, menu=Menu("Pilih alasan", rows)))
    )
    assert json.loads(desk.went[0].body)["interactive"] == {
        "type": "list",
        "body": {"text": "Boleh tahu alasannya?"},
        "action": {
            "button": "Pilih alasan",
            "sections": [
                {
                    "rows": [
                        {"id": "why:twice:1", "title": "Pesanan ganda"},
                        {"id": "why:not_mine:1", "title": "Tidak merasa memesan"},
                    ]
                }
            ],
        },
    }
    chosen = desk.answers("Pesanan ganda", "why:twice:1")
    assert (chosen.kind, chosen.payload, chosen.in_reply_to) == (
        ReplyKind.BUTTON,
        "why:twice:1",
        sent.provider_id,
    )


@pytest.mark.parametrize(
    ("menu", "over"),
    [
        (Menu("Pilih", ()), "rows"),
        (Menu("Pilih", tuple(ReplyButton(str(at), "x") for at in range(11))), "rows"),
        (Menu("Pilih", (ReplyButton("a" * 201, "x"),)), "row_id"),
        (Menu("Pilih", (ReplyButton("a", "x" * 25),)), "row_title"),
        (Menu("P" * 21, (ReplyButton("a", "x"),)), "menu_title"),
    ],
)
def test_a_list_over_a_limit_is_named(menu: Menu, over: str) -> None:
    assert wire.too_long(Chat("?", open=True, menu=menu)) == over


@pytest.mark.parametrize(
    ("chat", "to", "kind", "because", "code"),
    [
        (Chat("Halo", open=False), PHONE, RefusedForNow, Because.WINDOW, "needs_template"),
        (Chat("x" * 4097, open=True), PHONE, RefusedForGood, Because.MESSAGE, "too_long"),
        (Chat("", open=True), PHONE, RefusedForGood, Because.MESSAGE, "too_long"),
        (Chat("x" * 1025, BUTTONS, open=True), PHONE, RefusedForGood, Because.MESSAGE, "too_long"),
        (Chat("?", BUTTONS * 2, open=True), PHONE, RefusedForGood, Because.MESSAGE, "too_long"),
        (
            Chat("?", (ReplyButton("a", "x" * 21),), open=True),
            PHONE,
            RefusedForGood,
            Because.MESSAGE,
            "too_long",
        ),
        (
            Chat("?", (ReplyButton("a" * 257, "x"),), TEMPLATE),
            PHONE,
            RefusedForGood,
            Because.MESSAGE,
            "too_long",
        ),
        (Chat("Halo", open=True), "+622112345678", RefusedForGood, Because.RECIPIENT, "landline"),
        (Chat("Halo", open=True), "0812", RefusedForGood, Because.RECIPIENT, "not_a_number"),
    ],
)
async def test_what_cannot_go_is_refused_before_it_leaves(
    desk: Desk, chat: Chat, to: str, kind: type[SendRefused], because: Because, code: str
) -> None:
    with pytest.raises(kind) as refused:
        await desk.here.send(a_chat(chat, to))
    assert (refused.value.because, refused.value.code, desk.went) == (because, code, [])


async def test_content_of_another_channel_is_a_bug(desk: Desk) -> None:
    with pytest.raises(ContentNotOfChannel):
        await desk.here.send(Outgoing(PHONE, "msg-1", "id", Text("Halo")))


async def test_an_unknown_template_and_a_wrong_count_are_refused_for_good(desk: Desk) -> None:
    desk.there.templates[("cod_confirm", "en")] = 3
    with pytest.raises(RefusedForGood) as unknown:
        await desk.here.send(a_chat())
    assert (unknown.value.code, unknown.value.because) == ("132001", Because.MESSAGE)
    desk.there.templates[("cod_confirm", "id")] = 4
    with pytest.raises(RefusedForGood) as mismatch:
        await desk.here.send(a_chat())
    assert (mismatch.value.code, mismatch.value.detail) == ("132000", "expected 4")


def an_error(code: int, details: str | None = None) -> str:
    error: dict[str, Any] = {"message": f"(#{code}) no", "type": "OAuthException", "code": code}
    if details:
        error["error_data"] = {"messaging_product": "whatsapp", "details": details}
    return json.dumps({"error": error})


@pytest.mark.parametrize("code", [190, 368, 131031, 131030, 131042, 133010])
async def test_trouble_with_our_account_is_refused_for_now(code: int) -> None:
    with pytest.raises(RefusedForNow) as refused:
        await answering("whatsapp", CREDENTIALS, 400, an_error(code)).send(a_chat())
    assert (refused.value.because, refused.value.code) == (Because.ACCOUNT, str(code))


@pytest.mark.parametrize("code", [4, 80007, 130429, 131048, 131056])
async def test_too_fast_is_refused_for_now(code: int) -> None:
    with pytest.raises(RefusedForNow) as refused:
        await answering("whatsapp", CREDENTIALS, 400, an_error(code)).send(a_chat())
    assert refused.value.because is Because.PACE


@pytest.mark.parametrize("code", [131008, 131009, 132000, 132001, 132012, 132016])
async def test_a_message_they_do_not_take_is_refused_for_good(code: int) -> None:
    with pytest.raises(RefusedForGood) as refused:
        await answering("whatsapp", CREDENTIALS, 400, an_error(code, "why")).send(a_chat())
    assert (refused.value.because, refused.value.detail) == (Because.MESSAGE, "why")


@pytest.mark.parametrize(
    ("code", "kind", "because"),
    [
        (131026, RefusedForGood, Because.RECIPIENT),
        (131047, RefusedForNow, Because.WINDOW),
        (132015, RefusedForNow, Because.MESSAGE),
        (999999, RefusedForNow, Because.ACCOUNT),
    ],
)
async def test_codes_with_a_meaning_of_their_own(
    code: int, kind: type[SendRefused], because: Because
) -> None:
    with pytest.raises(kind) as refused:
        await answering("whatsapp", CREDENTIALS, 400, an_error(code)).send(a_chat())
    assert refused.value.because is because


def test_no_code_has_two_meanings() -> None:
    tables = [set(mapping.FOR_GOOD), set(mapping.FOR_NOW), set(mapping.NOT_DONE)]
    assert sum(map(len, tables)) == len(set.union(*tables))


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (500, an_error(131000), SendFailed),
        (503, an_error(131016), SendFailed),
        (500, an_error(999999), OutcomeUnknown),
        (500, "", OutcomeUnknown),
        (502, "<html>", OutcomeUnknown),
        (429, "", RefusedForNow),
        (503, "", RefusedForNow),
        (404, "nothing here", RefusedForNow),
        (200, "{}", OutcomeUnknown),
        (200, '{"messages": [{"id"', OutcomeUnknown),
        (200, '{"messages": [{"id": 7}]}', OutcomeUnknown),
        (302, "", OutcomeUnknown),
    ],
)
async def test_what_their_answer_leaves_us_with(status: int, body: str, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        await answering("whatsapp", CREDENTIALS, status, body).send(a_chat())


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (httpx2.ConnectError("away"), SendFailed),
        (httpx2.ReadTimeout("late"), OutcomeUnknown),
        (httpx2.RemoteProtocolError("cut"), OutcomeUnknown),
    ],
)
async def test_what_a_broken_call_leaves_us_with(fault: Exception, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        await breaking("whatsapp", CREDENTIALS, fault).send(a_chat())


async def test_a_wrong_token_and_a_throttled_account(desk: Desk) -> None:
    wrong, _ = opened(desk.there, CREDENTIALS | {"token": "other"}, desk.clock)
    with pytest.raises(RefusedForNow) as refused:
        await wrong.send(a_chat())
    assert refused.value.code == "190"
    busy = desk.there.throttled()
    with pytest.raises(RefusedForNow) as throttled:
        await answering("whatsapp", CREDENTIALS, busy.status, busy.body).send(a_chat())
    assert throttled.value.because is Because.PACE


async def test_receipts_of_every_state(desk: Desk) -> None:
    await desk.here.send(a_chat())
    for state, ours in (
        (MessageState.SENT, ReceiptState.SENT),
        (MessageState.DELIVERED, ReceiptState.DELIVERED),
        (MessageState.READ, ReceiptState.READ),
    ):
        assert desk.told(state) == [
            Receipt(desk.last().id, ours, NOW, to=PHONE, reference="msg-1"),
        ]


@pytest.mark.parametrize(
    ("code", "for_good"), [("131026", True), ("131047", False), ("131000", False), ("131049", False)]
)
async def test_a_failure_afterwards_says_whether_it_is_for_good(
    desk: Desk, code: str, for_good: bool
) -> None:
    await desk.here.send(a_chat())
    [receipt] = desk.told(MessageState.FAILED, code)
    assert (receipt.state, receipt.code, receipt.for_good) == (ReceiptState.FAILED, code, for_good)


async def test_a_button_comes_in_two_shapes(desk: Desk) -> None:
    await desk.here.send(a_chat())
    template = desk.last()
    tapped = desk.answers("Konfirmasi", "cod:confirm:tok")
    await desk.here.send(a_chat(Chat("?", BUTTONS, open=True)))
    free = desk.last()
    again = desk.answers("Batalkan", "cod:cancel:tok")
    assert (tapped.kind, tapped.payload, tapped.text) == (
        ReplyKind.BUTTON,
        "cod:confirm:tok",
        "Konfirmasi",
    )
    assert (again.kind, again.payload, again.text) == (ReplyKind.BUTTON, "cod:cancel:tok", "Batalkan")
    assert (tapped.in_reply_to, again.in_reply_to) == (template.id, free.id)
    assert (tapped.from_, tapped.at, tapped.person) == (PHONE, NOW, "ID.0987654321826")


async def test_a_text_is_a_text(desk: Desk) -> None:
    reply = desk.answers("bisa besok?")
    assert (reply.kind, reply.payload, reply.text, reply.in_reply_to) == (
        ReplyKind.TEXT,
        "",
        "bisa besok?",
        None,
    )


def signed_news(value: dict[str, Any], number: str = "1050", field: str = "messages") -> Received:
    whole = {
        "object": "whatsapp_business_account",
        "entry": [
            {
                "id": "1",
                "changes": [{"field": field, "value": {"metadata": {"phone_number_id": number}} | value}],
            }
        ],
    }
    body = json.dumps(whole).encode()
    return Received("POST", NEWS, {"x-hub-signature-256": wire.signature(body, "app_secret_test")}, body)


def a_message(kind: str, **inner: Any) -> dict[str, Any]:
    return {
        "messages": [{"from": "628111", "id": "wamid.X", "timestamp": "1767225600", "type": kind, **inner}]
    }


def test_what_is_no_answer_is_not_taken_for_one(desk: Desk) -> None:
    for kind in ("reaction", "system", "unsupported"):
        assert desk.here.read_news(signed_news(a_message(kind))) == []
    [picture] = desk.here.read_news(signed_news(a_message("image", image={"caption": "rumah saya"})))
    [bare] = desk.here.read_news(signed_news(a_message("sticker", sticker={"id": "1"})))
    assert isinstance(picture, Reply)
    assert isinstance(bare, Reply)
    assert (picture.kind, picture.text, bare.text) == (ReplyKind.TEXT, "rumah saya", "")
    assert picture.at == datetime(2026, 1, 1, tzinfo=UTC)
    listed = a_message(
        "interactive", interactive={"type": "list_reply", "list_reply": {"id": "r1", "title": "x"}}
    )
    [chosen] = desk.here.read_news(signed_news(listed))
    assert isinstance(chosen, Reply)
    assert (chosen.kind, chosen.payload) == (ReplyKind.BUTTON, "r1")


def test_news_of_other_fields_and_new_states_tells_nothing(desk: Desk) -> None:
    assert desk.here.read_news(signed_news({}, field="account_update")) == []
    status = {"id": "wamid.X", "status": "warning", "timestamp": "1", "recipient_id": "62811"}
    assert desk.here.read_news(signed_news({"statuses": [status]})) == []


def test_news_of_another_number_is_not_ours(desk: Desk) -> None:
    with pytest.raises(NewsForged):
        desk.here.read_news(signed_news(a_message("text", text={"body": "hi"}), number="999"))


@pytest.mark.parametrize(
    "value",
    [
        {"messages": [{"type": "text"}]},
        {"messages": ["x"]},
        {"statuses": [{"status": "sent"}]},
        a_message("text"),
        a_message("button", button=None),
        {"statuses": [{"id": "x", "status": "sent", "timestamp": "soon"}]},
    ],
)
def test_news_that_is_not_as_they_write_it_waits_for_a_person(desk: Desk, value: dict[str, Any]) -> None:
    with pytest.raises(NewsUnreadable):
        desk.here.read_news(signed_news(value))


async def test_a_forged_signature_is_not_read(desk: Desk) -> None:
    await desk.here.send(a_chat())
    desk.there.tray.move(desk.last(), MessageState.SENT, now=NOW)
    [letter] = desk.there.news(desk.last(), now=NOW)
    with pytest.raises(NewsForged):
        desk.here.read_news(delivered(desk.there.forged(letter)))
    with pytest.raises(NewsForged):
        desk.here.read_news(Received("POST", NEWS, {}, letter.body))


@pytest.mark.parametrize(
    ("query", "status", "body"),
    [
        ("hub.mode=subscribe&hub.verify_token=verify-me&hub.challenge=1158201444", 200, b"1158201444"),
        ("hub.mode=subscribe&hub.verify_token=other&hub.challenge=1158201444", 403, b""),
        ("hub.mode=other&hub.verify_token=verify-me&hub.challenge=1158201444", 403, b""),
        (f"hub.mode=subscribe&hub.verify_token=verify-me&hub.challenge={'1' * 201}", 403, b""),
        ("", 403, b""),
    ],
)
def test_the_question_whether_an_address_is_ours(desk: Desk, query: str, status: int, body: bytes) -> None:
    assert isinstance(desk.here, Verified)
    answer = desk.here.verify(Received("GET", f"{NEWS}?{query}", {}))
    assert (answer.status, answer.body, answer.media_type) == (status, body, "text/plain")
    assert desk.here.acknowledgement(taken=True).status == 200
    assert desk.here.acknowledgement(taken=False).status == 503

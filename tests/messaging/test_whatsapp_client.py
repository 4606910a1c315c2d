"""A client of WhatsApp's that is not ours finds in our simulator what it finds at Meta."""

from typing import Any

import httpx
import pytest
from pywa.client import WhatsApp
from pywa.errors import ExpiredAccessToken, InvalidParameter
from pywa.handlers import (
    CallbackButtonHandler,
    CallbackSelectionHandler,
    MessageHandler,
    MessageStatusHandler,
)
from pywa.types.callback import Button, Section, SectionList, SectionRow

from messaging.simulated import NOW, PHONE
from orderan.sandbox.keys import MESSENGERS
from orderan.sandbox.messages.models import MessageState, SimMessage
from orderan.sandbox.messages.whatsapp import WhatsappSimulator
from orderan.sandbox.models import Letter, SimRequest

KEYS = MESSENGERS["whatsapp"]
# It wants the header handed to another method, which only its own web servers call.
pytestmark = pytest.mark.filterwarnings("ignore:The `hmac_header` argument")


class Desk:
    def __init__(self, token: str = KEYS["token"]) -> None:
        self.there = WhatsappSimulator(KEYS)
        self.there.registered_at("https://toko.test/news")
        self.heard: list[Any] = []
        self.client = WhatsApp(
            phone_id=KEYS["phone_number_id"],
            token=token,
            session=httpx.Client(transport=httpx.MockTransport(self.answer)),
            app_secret=KEYS["app_secret"],
            verify_token=KEYS["verify_token"],
        )
        for handler in (
            CallbackButtonHandler,
            CallbackSelectionHandler,
            MessageHandler,
            MessageStatusHandler,
        ):
            self.client.add_handlers(handler(lambda _, update: self.heard.append(update)))

    def answer(self, request: httpx.Request) -> httpx.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        asked = SimRequest(request.method, request.url.path, headers, request.read())
        reply = self.there.answer(asked, now=NOW)
        return httpx.Response(reply.status, headers=dict(reply.headers), content=reply.body)

    def tells(self, letter: Letter) -> int:
        signature = letter.headers["x-hub-signature-256"]
        client: Any = self.client
        return int(client.webhook_update_handler(letter.body, signature)[1])


def test_it_sends_buttons_and_understands_every_status_and_answer() -> None:
    desk = Desk()
    buttons = [Button(title="Konfirmasi", callback_data="y")]
    sent = desk.client.send_message(to=PHONE, text="Konfirmasi?", buttons=buttons)
    message = desk.there.tray.newest()
    assert message is not None
    assert (sent.id, message.buttons) == (message.id, (("y", "Konfirmasi"),))

    for state in (MessageState.SENT, MessageState.DELIVERED, MessageState.READ):
        desk.there.tray.move(message, state, now=NOW)
        [letter] = desk.there.news(message, now=NOW)
        assert desk.tells(letter) == 200
    tapped = SimMessage("whatsapp", "wamid.A", PHONE, "Konfirmasi", NOW, theirs=True, answered="y")
    written = SimMessage("whatsapp", "wamid.B", PHONE, "halo", NOW, theirs=True)
    for said, to in ((tapped, message), (written, None)):
        [letter] = desk.there.written(said, to=to)
        assert desk.tells(letter) == 200

    *statuses, button, text = desk.heard
    assert [(one.id, one.status.value) for one in statuses] == [
        (message.id, "sent"),
        (message.id, "delivered"),
        (message.id, "read"),
    ]
    assert (button.data, button.title, button.reply_to_message.id) == ("y", "Konfirmasi", message.id)
    assert (text.text, text.from_user.wa_id) == ("halo", PHONE.lstrip("+"))


def test_it_sends_a_list_and_understands_which_row_was_chosen() -> None:
    desk = Desk()
    rows = [
        SectionRow(title="Pesanan ganda", callback_data="twice"),
        SectionRow(title="Tidak jadi", callback_data="no"),
    ]
    menu = SectionList(button_title="Pilih alasan", sections=[Section(title="Alasan", rows=rows)])
    desk.client.send_message(to=PHONE, text="Boleh tahu alasannya?", buttons=menu)
    message = desk.there.tray.newest()
    assert message is not None
    assert (message.listed, message.buttons) == (True, (("twice", "Pesanan ganda"), ("no", "Tidak jadi")))
    chosen = SimMessage("whatsapp", "wamid.C", PHONE, "Tidak jadi", NOW, theirs=True, answered="no")
    [letter] = desk.there.written(chosen, to=message)
    assert desk.tells(letter) == 200
    [row] = desk.heard
    assert (row.data, row.title, row.reply_to_message.id) == ("no", "Tidak jadi", message.id)

    too_long = [SectionRow(title="x" * 25, callback_data="y")]
    with pytest.raises(InvalidParameter):
        desk.client.send_message(
            to=PHONE,
            text="Alasan?",
            buttons=SectionList(button_title="Pilih", sections=[Section(title="Alasan", rows=too_long)]),
        )


def test_it_understands_a_failure_and_refuses_a_forgery() -> None:
    desk = Desk()
    desk.client.send_message(to=PHONE, text="Halo")
    message = desk.there.tray.newest()
    assert message is not None
    desk.there.tray.move(message, MessageState.FAILED, now=NOW, error="131026")
    [letter] = desk.there.news(message, now=NOW)
    assert desk.tells(desk.there.forged(letter)) == 403
    assert desk.heard == []
    assert desk.tells(letter) == 200
    assert (desk.heard[0].status.value, desk.heard[0].error.code) == ("failed", 131026)


def test_it_understands_refusals() -> None:
    with pytest.raises(InvalidParameter) as long:
        Desk().client.send_message(to=PHONE, text="Halo", buttons=[Button(title="x" * 21, callback_data="y")])
    assert long.value.code == 131009
    with pytest.raises(ExpiredAccessToken):
        Desk("other").client.send_message(to=PHONE, text="Halo")

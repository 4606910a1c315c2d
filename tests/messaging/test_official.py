"""The vendors' own clients find in our simulators what they find at the vendors."""

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from vonage_http_client.auth import Auth
from vonage_http_client.http_client import HttpClient, HttpClientOptions
from vonage_sms import Sms, SmsMessage  # type: ignore[import-untyped]
from vonage_sms.errors import SmsError  # type: ignore[import-untyped]

from messaging.simulated import NOW, PHONE
from orderan.kit import twilio as twilio_signing
from orderan.messaging.vonage_sms import wire as vonage_wire
from orderan.sandbox.keys import MESSENGERS
from orderan.sandbox.messages.models import MessageState, SimMessage
from orderan.sandbox.messages.ports import MessageSimulator
from orderan.sandbox.messages.twilio_sms import TwilioSmsSimulator
from orderan.sandbox.messages.vonage_sms import VonageSmsSimulator
from orderan.sandbox.models import SimRequest

TWILIO, VONAGE = MESSENGERS["twilio_sms"], MESSENGERS["vonage_sms"]


@contextmanager
def serving(simulator: MessageSimulator) -> Iterator[str]:
    """The simulator over HTTP on loopback; its address."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            url = urlsplit(self.path)
            length = int(self.headers.get("content-length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            query = dict(parse_qsl(url.query, keep_blank_values=True))
            asked = SimRequest(self.command, url.path, headers, self.rfile.read(length), query)
            reply = simulator.answer(asked, now=NOW)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        do_GET = do_POST = _answer  # noqa: N815 - the base class looks for these

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    # How often it looks whether it is to end: by itself twice a second, and every test waits for it.
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Here(TwilioHttpClient):  # type: ignore[misc]
    """Twilio's own transport, sent to this machine."""

    def __init__(self, address: str) -> None:
        super().__init__(pool_connections=False)
        self.address = address

    def request(self, method: str, url: str, *args: Any, **named: Any) -> Any:
        return super().request(method, url.replace("https://api.twilio.com", self.address), *args, **named)


def test_twilio_s_client_sends_reads_back_and_is_refused() -> None:
    there = TwilioSmsSimulator(TWILIO)
    with serving(there) as address:
        client = Client(TWILIO["account_sid"], TWILIO["auth_token"], http_client=Here(address))
        made = client.messages.create(
            to=PHONE, from_=TWILIO["sender"], body="Halo", status_callback="https://toko.test/news"
        )
        assert (made.status, made.num_segments, made.to, made.price) == ("queued", "1", PHONE, None)
        message = there.tray.find(str(made.sid))
        assert message is not None
        there.tray.move(message, MessageState.DELIVERED, now=NOW)
        read = client.messages(str(made.sid)).fetch()
        assert (read.status, read.price, read.price_unit, read.body) == (
            "delivered",
            "-0.04400",
            "USD",
            "Halo",
        )
        with pytest.raises(TwilioRestException) as refused:
            client.messages.create(to="0812", from_=TWILIO["sender"], body="Halo")
        assert refused.value.code == 21211
        wrong = Client(TWILIO["account_sid"], "wrong", http_client=Here(address))
        with pytest.raises(TwilioRestException) as stranger:
            wrong.messages.create(to=PHONE, from_=TWILIO["sender"], body="Halo")
        assert stranger.value.code == 20003


def test_twilio_s_validator_is_content_with_the_simulator_s_signature_and_agrees_with_ours() -> None:
    there = TwilioSmsSimulator(TWILIO)
    there.registered_at("https://toko.test/news?shop=1")
    text = "sudah ya kak – terima kasih & salam"
    [letter] = there.written(SimMessage("twilio_sms", "SMin", PHONE, text, NOW, theirs=True), to=None)
    form = parse_qs(letter.body.decode(), keep_blank_values=True)
    plain = {name: values[0] for name, values in form.items()}
    given = letter.headers["x-twilio-signature"]
    validator = RequestValidator(TWILIO["auth_token"])
    assert validator.validate(letter.url, plain, given)
    ours = twilio_signing.signature(TWILIO["auth_token"], letter.url, plain.items())
    assert validator.compute_signature(letter.url, plain) == ours


def vonage_client(address: str, **keys: str) -> Sms:
    auth = Auth(api_key=VONAGE["api_key"], api_secret=keys.get("secret", VONAGE["api_secret"]))
    client = HttpClient(auth, HttpClientOptions(rest_host=address.removeprefix("http://")))
    # Their client knows https alone; what it puts together stays its own.
    session = client._session
    asked = session.request

    def here(method: str, url: str, **named: Any) -> Any:
        return asked(method, url.replace("https://", "http://", 1), **named)

    session.request = here
    return Sms(client)


def test_vonage_s_client_sends_and_is_refused() -> None:
    there = VonageSmsSimulator(VONAGE)
    with serving(there) as address:
        answer = vonage_client(address).send(
            SmsMessage(to="6281234567890", from_="Toko", text="Halo", client_ref="msg-1")
        )
        assert answer.message_count == "1"
        assert (answer.messages[0].status, answer.messages[0].client_ref) == ("0", "msg-1")
        kept = there.tray.newest()
        assert kept is not None
        assert (answer.messages[0].message_id, kept.text) == (kept.id, "Halo")
        with pytest.raises(SmsError, match="4"):
            vonage_client(address, secret="wrong").send(
                SmsMessage(to="6281234567890", from_="Toko", text="Halo")
            )


@pytest.mark.parametrize("method", ["sha256", "sha512", "sha1", "md5"])
def test_vonage_s_own_check_agrees_with_our_signature(method: str) -> None:
    told: Mapping[str, str] = {"messageId": "0A", "text": "a & b = c", "timestamp": "1794369600"}
    auth = Auth(api_key="k", signature_secret="s", signature_method=method)
    assert auth.check_signature(dict(told) | {"sig": vonage_wire.signature(told, "s", method)})
    assert auth._signature_method is getattr(hashlib, method)


def test_vonage_s_own_check_is_content_with_the_simulator_s_news() -> None:
    there = VonageSmsSimulator(VONAGE)
    there.registered_at("https://toko.test/news")
    [letter] = there.written(SimMessage("vonage_sms", "0Ain", PHONE, "ya & ya", NOW, theirs=True), to=None)
    auth = Auth(api_key="k", signature_secret=VONAGE["signature_secret"], signature_method="sha256")
    assert auth.check_signature(json.loads(letter.body))

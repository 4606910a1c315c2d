"""A Vonage SMS API that keeps its messages in memory: sending, receipts, replies; news is signed.

Source: Vonage's SMS API reference. Errors come with HTTP 200 and a status for each part.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl

from orderan.sandbox.messages.models import MessageState, SimMessage
from orderan.sandbox.messages.tray import Tray, parts_of
from orderan.sandbox.models import Letter, SimReply, SimRequest

PRICE: Final = "0.03330000"
NETWORK: Final = "51010"
WORDS: Final = {
    MessageState.SENT: "accepted",
    MessageState.DELIVERED: "delivered",
    MessageState.FAILED: "failed",
}


class VonageSmsSimulator:
    """See `MessageSimulator`."""

    name = "vonage_sms"
    absent = "3"
    failing = "8"
    reads = False

    def __init__(self, credentials: Mapping[str, str]) -> None:
        self.tray = Tray()
        self._key = credentials["api_key"]
        self._secret = credentials["api_secret"]
        self._sender = credentials["sender"]
        self._signature_secret = credentials["signature_secret"]
        self._address: str | None = None

    def answer(self, request: SimRequest, *, now: datetime) -> SimReply:
        if not self.sends(request):
            return _json(404, {"type": "NOT_FOUND", "title": "Not found"})
        form = self._read(request)
        if not self._allowed(request, form):
            return _refused("4", "Bad Credentials")
        for name in ("from", "to"):
            if not form.get(name):
                return _refused("2", f"Missing {name} param")
        if not form.get("text"):
            return _refused("2", "Missing text param")
        to = form["to"].lstrip("+")
        if not to.isdigit() or not 7 <= len(to) <= 15:
            return _refused("3", "Invalid to param")
        text, reference = form["text"], form.get("client-ref")
        count = parts_of(text)
        numbers = [f"0A00000{self.tray.next_number():09X}" for _ in range(count)]
        self.tray.add(
            SimMessage(
                self.name,
                numbers[0],
                f"+{to}",
                text,
                now,
                reference=reference,
                notify_url=form.get("callback"),
                parts=count,
            )
        )
        parts = [
            {
                "to": to,
                "message-id": number,
                "status": "0",
                "remaining-balance": "15.53590000",
                "message-price": PRICE,
                "network": NETWORK,
            }
            | ({"client-ref": reference} if reference else {})
            for number in numbers
        ]
        return _json(200, {"message-count": str(count), "messages": parts})

    def sends(self, request: SimRequest) -> bool:
        return request.method == "POST" and request.path == "/sms/json"

    def throttled(self) -> SimReply:
        return _refused("1", "Throughput Rate Exceeded")

    def refuses(self, message: SimMessage, *, now: datetime) -> str | None:  # noqa: ARG002 - it refuses none
        return None

    def registered_at(self, address: str | None) -> None:
        self._address = address

    def news(self, message: SimMessage, *, now: datetime) -> list[Letter]:
        address = message.notify_url or self._address
        if address is None or message.state not in WORDS:
            return []
        told = {
            "msisdn": message.phone.lstrip("+"),
            "to": self._sender,
            "network-code": NETWORK,
            "messageId": message.id,
            "price": PRICE,
            "status": WORDS[message.state],
            "scts": f"{now:%y%m%d%H%M}",
            "err-code": message.error or "0",
            "api-key": self._key,
            "message-timestamp": f"{now:%Y-%m-%d %H:%M:%S} +0000",
        } | ({"client-ref": message.reference} if message.reference else {})
        return [self._letter(message, address, told, now)]

    def written(self, message: SimMessage, *, to: SimMessage | None) -> list[Letter]:  # noqa: ARG002 - no buttons
        if self._address is None:
            return []
        told = {
            "api-key": self._key,
            "msisdn": message.phone.lstrip("+"),
            "to": self._sender,
            "messageId": message.id,
            "text": message.text,
            "type": "text",
            "keyword": message.text.split(" ", maxsplit=1)[0].upper(),
            "message-timestamp": f"{message.at:%Y-%m-%d %H:%M:%S} +0000",
        }
        return [self._letter(message, self._address, told, message.at)]

    def forged(self, letter: Letter) -> Letter:
        told = json.loads(letter.body)
        told["sig"] = hashlib.sha256(b"forged").hexdigest()
        return replace(letter, body=json.dumps(told).encode())

    def _read(self, request: SimRequest) -> dict[str, str]:
        if "json" in request.headers.get("content-type", ""):
            try:
                told = json.loads(request.body)
            except ValueError:
                return {}
            return {str(key): str(value) for key, value in told.items()} if isinstance(told, dict) else {}
        return dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))

    def _allowed(self, request: SimRequest, form: Mapping[str, str]) -> bool:
        basic = base64.b64encode(f"{self._key}:{self._secret}".encode()).decode()
        if request.headers.get("authorization") == f"Basic {basic}":
            return True
        return form.get("api_key") == self._key and form.get("api_secret") == self._secret

    def _letter(self, message: SimMessage, url: str, told: Mapping[str, str], now: datetime) -> Letter:
        said = dict(told) | {"timestamp": str(int(now.timestamp())), "nonce": message.id[-8:]}
        text = "".join(f"&{key}={_plain(said[key])}" for key in sorted(said))
        said["sig"] = hmac.new(self._signature_secret.encode(), text.encode(), "sha256").hexdigest()
        headers = {"content-type": "application/json", "user-agent": "Nexmo/MessagingHUB/v1.0"}
        return Letter(self.name, message.id, url, headers, json.dumps(said).encode())


def _plain(text: str) -> str:
    return text.replace("&", "_").replace("=", "_")


def _refused(status: str, words: str) -> SimReply:
    part: dict[str, Any] = {"status": status, "error-text": words}
    return _json(200, {"message-count": "1", "messages": [part]})


def _json(status: int, told: Mapping[str, Any]) -> SimReply:
    return SimReply(status, json.dumps(told).encode())

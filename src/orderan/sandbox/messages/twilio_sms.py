"""A Twilio that keeps its text messages in memory: sending, reading back, callbacks, replies.

Source: Twilio's Programmable Messaging API reference.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from email.utils import format_datetime
from typing import Any, Final
from urllib.parse import parse_qs, urlencode

from orderan.sandbox.messages.models import MessageState, SimMessage
from orderan.sandbox.messages.tray import Tray, parts_of
from orderan.sandbox.models import Letter, SimReply, SimRequest

WORDS: Final = {
    MessageState.TAKEN: "queued",
    MessageState.SENT: "sent",
    MessageState.DELIVERED: "delivered",
    MessageState.READ: "read",
    MessageState.FAILED: "undelivered",
}
PRICE: Final = 0.0440


class TwilioSmsSimulator:
    """See `MessageSimulator`.

    Attributes:
        stopped: Numbers that wrote STOP.
    """

    name = "twilio_sms"
    absent = "30005"
    failing = "30008"
    reads = False

    def __init__(self, credentials: Mapping[str, str]) -> None:
        self.tray = Tray()
        self.stopped: set[str] = set()
        self._sid = credentials["account_sid"]
        self._token = credentials["auth_token"]
        self._sender = credentials["sender"]
        self._address: str | None = None

    def answer(self, request: SimRequest, *, now: datetime) -> SimReply:
        basic = base64.b64encode(f"{self._sid}:{self._token}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {basic}":
            return _error(401, 20003, "Authenticate")
        if self.sends(request):
            return self._send(request, now)
        start = f"/2010-04-01/Accounts/{self._sid}/Messages/"
        if request.method == "GET" and request.path.startswith(start) and request.path.endswith(".json"):
            message = self.tray.find(request.path.removeprefix(start).removesuffix(".json"))
            if message is not None:
                return _json(200, self._told(message))
        return _error(404, 20404, f"The requested resource {request.path} was not found")

    def sends(self, request: SimRequest) -> bool:
        return request.method == "POST" and request.path == f"/2010-04-01/Accounts/{self._sid}/Messages.json"

    def throttled(self) -> SimReply:
        return _error(429, 20429, "Too Many Requests", headers={"retry-after": "2"})

    def refuses(self, message: SimMessage, *, now: datetime) -> str | None:  # noqa: ARG002 - it refuses none
        return None

    def registered_at(self, address: str | None) -> None:
        self._address = address

    def news(self, message: SimMessage, *, now: datetime) -> list[Letter]:  # noqa: ARG002 - it has no time
        if message.notify_url is None:
            return []
        word = WORDS[message.state]
        form = {
            "SmsSid": message.id,
            "SmsStatus": word,
            "MessageStatus": word,
            "To": message.phone,
            "MessageSid": message.id,
            "AccountSid": self._sid,
            "From": self._sender,
            "ApiVersion": "2010-04-01",
        }
        if message.error:
            form["ErrorCode"] = message.error
        return [self._letter(message, message.notify_url, form)]

    def written(self, message: SimMessage, *, to: SimMessage | None) -> list[Letter]:  # noqa: ARG002 - no buttons
        if message.text.strip().upper() in {"STOP", "BERHENTI"}:
            self.stopped.add(message.phone)
        if self._address is None:
            return []
        form = {
            "ToCountry": "ID",
            "SmsMessageSid": message.id,
            "NumMedia": "0",
            "SmsSid": message.id,
            "SmsStatus": "received",
            "Body": message.text,
            "To": self._sender,
            "NumSegments": str(parts_of(message.text)),
            "MessageSid": message.id,
            "AccountSid": self._sid,
            "From": message.phone,
            "ApiVersion": "2010-04-01",
        }
        return [self._letter(message, self._address, form)]

    def forged(self, letter: Letter) -> Letter:
        wrong = base64.b64encode(hashlib.sha1(b"forged", usedforsecurity=False).digest()).decode()
        return replace(letter, headers={**letter.headers, "x-twilio-signature": wrong})

    def _send(self, request: SimRequest, now: datetime) -> SimReply:
        form = {key: values[0] for key, values in parse_qs(request.body.decode()).items()}
        to, text = form.get("To", ""), form.get("Body", "")
        if not to:
            return _error(400, 21604, "A 'To' phone number is required.")
        if not to.startswith("+") or not to[1:].isdigit() or not 8 <= len(to) <= 16:
            return _error(400, 21211, f"The 'To' number {to} is not a valid phone number.")
        if not text:
            return _error(400, 21602, "Message body is required.")
        if len(text) > 1600:
            return _error(400, 21617, "The concatenated message body exceeds the 1600 character limit")
        if not form.get("From") and not form.get("MessagingServiceSid"):
            return _error(400, 21603, "A 'From' phone number is required.")
        if to in self.stopped:
            return _error(400, 21610, "Attempt to send to unsubscribed recipient")
        number = (
            "SM" + hashlib.md5(f"{to} {self.tray.next_number()}".encode(), usedforsecurity=False).hexdigest()
        )
        message = SimMessage(
            self.name,
            number,
            to,
            text,
            now,
            notify_url=form.get("StatusCallback"),
            parts=parts_of(text),
        )
        self.tray.add(message)
        return _json(201, self._told(message))

    def _told(self, message: SimMessage) -> dict[str, Any]:
        at = format_datetime(message.at)
        done = message.state in {MessageState.DELIVERED, MessageState.READ}
        here = f"/2010-04-01/Accounts/{self._sid}/Messages/{message.id}"
        return {
            "account_sid": self._sid,
            "api_version": "2010-04-01",
            "body": message.text,
            "date_created": at,
            "date_sent": None if message.state is MessageState.TAKEN else at,
            "date_updated": at,
            "direction": "outbound-api",
            "error_code": int(message.error) if message.error else None,
            "error_message": None,
            "from": self._sender,
            "messaging_service_sid": None,
            "num_media": "0",
            "num_segments": str(message.parts),
            "price": f"-{PRICE * message.parts:.5f}" if done else None,
            "price_unit": "USD",
            "sid": message.id,
            "status": WORDS[message.state],
            "subresource_uris": {"media": f"{here}/Media.json"},
            "to": message.phone,
            "uri": f"{here}.json",
        }

    def _letter(self, message: SimMessage, url: str, form: Mapping[str, str]) -> Letter:
        text = url + "".join(f"{name}{form[name]}" for name in sorted(form))
        signature = base64.b64encode(hmac.new(self._token.encode(), text.encode(), "sha1").digest()).decode()
        headers = {
            "content-type": "application/x-www-form-urlencoded",
            "x-twilio-signature": signature,
            "user-agent": "TwilioProxy/1.1",
        }
        return Letter(self.name, message.id, url, headers, urlencode(form).encode())


def _json(status: int, told: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> SimReply:
    return SimReply(
        status, json.dumps(told).encode(), {"content-type": "application/json", **(headers or {})}
    )


def _error(status: int, code: int, message: str, *, headers: Mapping[str, str] | None = None) -> SimReply:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return _json(status, {"code": code, "message": message, "more_info": more, "status": status}, headers)

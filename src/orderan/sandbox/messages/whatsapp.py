"""A WhatsApp Cloud API that keeps its messages in memory: templates, buttons, statuses, replies.

Source: Meta's WhatsApp Cloud API reference. As theirs does, it takes what it will not deliver, and says so
in a status afterwards: a number without WhatsApp, a free message outside the window.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from orderan.sandbox.messages.models import MessageState, SimMessage
from orderan.sandbox.messages.tray import Tray
from orderan.sandbox.models import Letter, SimReply, SimRequest

WINDOW: Final = timedelta(hours=24)
WORDS: Final = {
    131026: "Message undeliverable",
    131047: "Re-engagement message",
    131000: "Something went wrong",
}


class WhatsappSimulator:
    """See `MessageSimulator`.

    Attributes:
        templates: Parameters each approved template takes, by name and language; empty takes any.
    """

    name = "whatsapp"
    absent = "131026"
    failing = "131000"
    reads = True

    def __init__(self, credentials: Mapping[str, str]) -> None:
        self.tray = Tray()
        self.templates: dict[tuple[str, str], int] = {}
        self._token = credentials["token"]
        self._number = credentials["phone_number_id"]
        self._secret = credentials["app_secret"]
        self._address: str | None = None
        self._wrote: dict[str, datetime] = {}

    def answer(self, request: SimRequest, *, now: datetime) -> SimReply:
        if request.headers.get("authorization") != f"Bearer {self._token}":
            return _error(401, 190, "Invalid OAuth access token", kind="OAuthException")
        if not self._is_ours(request):
            return _error(400, 100, f"Unsupported {request.method.lower()} request", sub=33)
        try:
            told = json.loads(request.body)
        except ValueError:
            told = None
        if not isinstance(told, dict) or told.get("messaging_product") != "whatsapp":
            return _error(400, 100, "(#100) The parameter messaging_product is required.")
        if told.get("status") == "read":
            return _json(200, {"success": True})
        return self._send(told, now)

    def sends(self, request: SimRequest) -> bool:
        return self._is_ours(request) and b'"status"' not in request.body

    def throttled(self) -> SimReply:
        return _error(429, 130429, "(#130429) Rate limit hit")

    def refuses(self, message: SimMessage, *, now: datetime) -> str | None:
        wrote = self._wrote.get(message.phone)
        if message.free and (wrote is None or now - wrote > WINDOW):
            return "131047"
        return None

    def registered_at(self, address: str | None) -> None:
        self._address = address

    def news(self, message: SimMessage, *, now: datetime) -> list[Letter]:
        if message.state is MessageState.TAKEN:
            return []
        status: dict[str, Any] = {
            "id": message.id,
            "status": message.state.value,
            "timestamp": str(int(now.timestamp())),
            "recipient_id": message.phone.lstrip("+"),
        }
        if message.reference:
            status["biz_opaque_callback_data"] = message.reference
        if message.state in {MessageState.SENT, MessageState.DELIVERED}:
            billable = not message.free
            status["pricing"] = {"billable": billable, "pricing_model": "PMP", "category": "utility"}
        if message.state is MessageState.FAILED:
            code = int(message.error or 131000)
            title = WORDS.get(code, WORDS[131000])
            status["errors"] = [
                {"code": code, "title": title, "message": title, "error_data": {"details": title}}
            ]
        return self._told(message, {"contacts": [_contact(message.phone)], "statuses": [status]})

    def written(self, message: SimMessage, *, to: SimMessage | None) -> list[Letter]:
        self._wrote[message.phone] = message.at
        digits = message.phone.lstrip("+")
        said: dict[str, Any] = {
            "from": digits,
            "id": message.id,
            "timestamp": str(int(message.at.timestamp())),
        }
        if to is not None:
            said["context"] = {"from": "15550000000", "id": to.id}
        if to is None or message.answered is None:
            said |= {"type": "text", "text": {"body": message.text}}
        elif to.free:
            shape = "list_reply" if to.listed else "button_reply"
            chosen = {"id": message.answered, "title": message.text}
            said |= {"type": "interactive", "interactive": {"type": shape, shape: chosen}}
        else:
            said |= {"type": "button", "button": {"payload": message.answered, "text": message.text}}
        return self._told(message, {"contacts": [_contact(message.phone)], "messages": [said]})

    def forged(self, letter: Letter) -> Letter:
        return replace(letter, headers={**letter.headers, "x-hub-signature-256": "sha256=" + "0" * 64})

    def _is_ours(self, request: SimRequest) -> bool:
        return request.method == "POST" and request.path.endswith(f"/{self._number}/messages")

    def _send(self, told: Mapping[str, Any], now: datetime) -> SimReply:
        to = str(told.get("to") or "")
        if not to.lstrip("+").isdigit():
            return _error(400, 131009, "(#131009) Parameter value is not valid", details="to")
        read = {"template": self._template, "interactive": _interactive, "text": _text}.get(
            str(told.get("type") or "text")
        )
        if read is None:
            return _error(400, 131051, "(#131051) Unsupported message type")
        try:
            found = read(told)
        except (KeyError, TypeError, IndexError, AttributeError):
            return _error(400, 131008, "(#131008) Required parameter is missing")
        if isinstance(found, SimReply):
            return found
        text, buttons = found
        message = SimMessage(
            self.name,
            f"wamid.{hashlib.sha256(f'{to} {self.tray.next_number()}'.encode()).hexdigest()[:32].upper()}",
            f"+{to.lstrip('+')}",
            text,
            now,
            buttons=buttons,
            reference=told.get("biz_opaque_callback_data"),
            free=told.get("type") != "template",
            listed=told.get("type") == "interactive" and told["interactive"].get("type") == "list",
        )
        self.tray.add(message)
        answer = {
            "messaging_product": "whatsapp",
            "contacts": [{"input": to, "wa_id": to.lstrip("+")}],
            "messages": [{"id": message.id, "message_status": "accepted"}],
        }
        return _json(200, answer)

    def _template(self, told: Mapping[str, Any]) -> "SimReply | tuple[str, tuple[tuple[str, str], ...]]":
        template = told["template"]
        name, language = template["name"], template["language"]["code"]
        components = template.get("components") or []
        words = [
            parameter["text"]
            for component in components
            if component["type"] == "body"
            for parameter in component["parameters"]
        ]
        if any("\n" in word or "\t" in word or "     " in word for word in words):
            return _error(400, 132012, "(#132012) Parameter format does not match")
        if self.templates:
            wanted = self.templates.get((name, language))
            if wanted is None:
                return _error(404, 132001, "(#132001) Template name does not exist in the translation")
            if wanted != len(words):
                return _error(
                    400, 132000, "(#132000) Number of parameters does not match", details=f"expected {wanted}"
                )
        payloads = [
            component["parameters"][0]["payload"]
            for component in components
            if component["type"] == "button" and component["sub_type"] == "quick_reply"
        ]
        titles = ("Konfirmasi", "Batalkan", "Tanya")
        shown = "\n".join([f"[{name}]", *words])
        return shown, tuple(zip(payloads, titles, strict=False))

    def _told(self, message: SimMessage, value: Mapping[str, Any]) -> list[Letter]:
        if self._address is None:
            return []
        metadata = {"display_phone_number": "15550000000", "phone_number_id": self._number}
        change = {
            "field": "messages",
            "value": {"messaging_product": "whatsapp", "metadata": metadata, **value},
        }
        whole = {"object": "whatsapp_business_account", "entry": [{"id": "waba-1", "changes": [change]}]}
        body = json.dumps(whole).encode()
        signature = hmac.new(self._secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {"content-type": "application/json", "x-hub-signature-256": f"sha256={signature}"}
        return [Letter(self.name, message.id, self._address, headers, body)]


def _interactive(told: Mapping[str, Any]) -> "SimReply | tuple[str, tuple[tuple[str, str], ...]]":
    inner = told["interactive"]
    text = inner["body"]["text"]
    if inner["type"] == "list":
        return _list(text, inner["action"])
    buttons = tuple((one["reply"]["id"], one["reply"]["title"]) for one in inner["action"]["buttons"])
    if not 0 < len(buttons) <= 3:
        return _error(400, 131009, "(#131009) Invalid buttons count. Min allowed buttons: 1, max: 3")
    if any(len(title) > 20 or len(key) > 256 for key, title in buttons) or len(text) > 1024:
        return _error(400, 131009, "(#131009) Parameter value is not valid", details="too long")
    return text, buttons


def _list(text: str, action: Mapping[str, Any]) -> "SimReply | tuple[str, tuple[tuple[str, str], ...]]":
    rows = tuple((row["id"], row["title"]) for section in action["sections"] for row in section["rows"])
    if not 0 < len(rows) <= 10:
        return _error(400, 131009, "(#131009) Total row count exceed max allowed count: 10")
    fits = all(0 < len(title) <= 24 and 0 < len(key) <= 200 for key, title in rows)
    if not fits or not 0 < len(action["button"]) <= 20 or len(text) > 1024:
        return _error(400, 131009, "(#131009) Parameter value is not valid", details="too long")
    if len({key for key, _ in rows}) < len(rows):
        return _error(400, 131009, "(#131009) Parameter value is not valid", details="duplicate row id")
    return text, rows


def _text(told: Mapping[str, Any]) -> "SimReply | tuple[str, tuple[tuple[str, str], ...]]":
    text = told["text"]["body"]
    if not 0 < len(text) <= 4096:
        return _error(400, 131009, "(#131009) Parameter value is not valid", details="text.body")
    return text, ()


def _contact(phone: str) -> dict[str, Any]:
    digits = phone.lstrip("+")
    return {"profile": {"name": "Pembeli"}, "wa_id": digits, "user_id": f"ID.{digits[::-1]}"}


def _json(status: int, told: Mapping[str, Any]) -> SimReply:
    return SimReply(status, json.dumps(told).encode())


def _error(
    status: int,
    code: int,
    message: str,
    *,
    kind: str = "OAuthException",
    sub: int | None = None,
    details: str | None = None,
) -> SimReply:
    error: dict[str, Any] = {"message": message, "type": kind, "code": code, "fbtrace_id": "sandbox"}
    if sub is not None:
        error["error_subcode"] = sub
    if details is not None:
        error["error_data"] = {"messaging_product": "whatsapp", "details": details}
    return _json(status, {"error": error})

"""How WhatsApp's Cloud API writes: bodies, headers, signatures. Pure.

Source: Meta's WhatsApp Cloud API reference (messages, templates, webhooks).
"""

import hashlib
import hmac
from typing import Any, Final

import msgspec

from orderan.messaging.models import Chat, Menu, Outgoing
from orderan.messaging.rules import digits_of

BUTTON_TITLE: Final = 20
BUTTON_ID: Final = 256
MOST_ROWS: Final = 10
ROW_TITLE: Final = 24
ROW_ID: Final = 200
BODY: Final = 1024
PLAIN_BODY: Final = 4096
SIGNATURE: Final = "x-hub-signature-256"


def headers(token: str) -> dict[str, str]:
    """What every request carries."""
    return {
        "authorization": f"Bearer {token}",
        "accept": "application/json",
        "content-type": "application/json",
    }


def body(outgoing: Outgoing, chat: Chat) -> bytes:
    """A message: free inside the window, a template outside it."""
    common: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": digits_of(outgoing.to),
        "biz_opaque_callback_data": outgoing.reference,
    }
    if not chat.open:
        return msgspec.json.encode(common | _template(outgoing.language, chat))
    if chat.menu is not None:
        return msgspec.json.encode(common | _list(chat.text, chat.menu))
    return msgspec.json.encode(common | (_interactive(chat) if chat.buttons else _text(chat)))


def too_long(chat: Chat) -> str | None:
    """Which limit of theirs a message is over, None where it keeps all."""
    if len(chat.buttons) > 3:
        return "buttons"
    if any(not 0 < len(button.id) <= BUTTON_ID for button in chat.buttons):
        return "button_id"
    if chat.open and any(not 0 < len(button.title) <= BUTTON_TITLE for button in chat.buttons):
        return "button_title"
    if chat.open and not 0 < len(chat.text) <= (BODY if chat.buttons or chat.menu else PLAIN_BODY):
        return "text"
    return None if chat.menu is None else _too_long_menu(chat.menu)


def signature(body: bytes, app_secret: str) -> str:
    """The signature of news."""
    return "sha256=" + hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()


def signed(body: bytes, given: str, app_secret: str) -> bool:
    """Whether news is signed with this app's secret."""
    return hmac.compare_digest(signature(body, app_secret).encode(), given.encode("utf-8", "replace"))


def _template(language: str, chat: Chat) -> dict[str, Any]:
    if chat.template is None:
        raise ValueError("outside the window only a template may go")
    components: list[dict[str, Any]] = []
    if chat.template.parameters:
        told = [{"type": "text", "text": _one_line(text)} for text in chat.template.parameters]
        components.append({"type": "body", "parameters": told})
    for turn, button in enumerate(chat.buttons):
        components.append(
            {
                "type": "button",
                "sub_type": "quick_reply",
                "index": str(turn),
                "parameters": [{"type": "payload", "payload": button.id}],
            }
        )
    if chat.template.link is not None:
        components.append(
            {
                "type": "button",
                "sub_type": "url",
                "index": str(len(chat.buttons)),
                "parameters": [{"type": "text", "text": chat.template.link}],
            }
        )
    template: dict[str, Any] = {"name": chat.template.name, "language": {"code": language}}
    return {"type": "template", "template": template | ({"components": components} if components else {})}


def _interactive(chat: Chat) -> dict[str, Any]:
    buttons = [
        {"type": "reply", "reply": {"id": button.id, "title": button.title}} for button in chat.buttons
    ]
    told = {"type": "button", "body": {"text": chat.text}, "action": {"buttons": buttons}}
    return {"type": "interactive", "interactive": told}


def _too_long_menu(menu: Menu) -> str | None:
    if not 0 < len(menu.rows) <= MOST_ROWS:
        return "rows"
    if any(not 0 < len(row.id) <= ROW_ID for row in menu.rows):
        return "row_id"
    if any(not 0 < len(row.title) <= ROW_TITLE for row in menu.rows):
        return "row_title"
    return None if 0 < len(menu.title) <= BUTTON_TITLE else "menu_title"


def _list(text: str, menu: Menu) -> dict[str, Any]:
    rows = [{"id": row.id, "title": row.title} for row in menu.rows]
    # A single section needs no title of its own.
    told = {
        "type": "list",
        "body": {"text": text},
        "action": {"button": menu.title, "sections": [{"rows": rows}]},
    }
    return {"type": "interactive", "interactive": told}


def _text(chat: Chat) -> dict[str, Any]:
    return {"type": "text", "text": {"body": chat.text, "preview_url": False}}


def _one_line(text: str) -> str:
    """A parameter may hold neither line breaks nor tabs, nor more than four spaces on end."""
    return " ".join(text.split())

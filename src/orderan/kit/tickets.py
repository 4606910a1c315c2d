"""Signed notes that travel through somebody else's hands: a cookie, a link.

A ticket says what it is for and until when; whoever holds the secret can check it, nobody else
can make or change one. What it says is readable: nothing secret belongs in it.
"""

import base64
import hmac
import json
from datetime import datetime
from typing import Any


def write_ticket(secret: str, purpose: str, says: dict[str, Any], *, until: datetime) -> str:
    """A ticket for one purpose, as text that a cookie or a link can carry."""
    note = json.dumps([says, int(until.timestamp())], separators=(",", ":")).encode()
    return f"{_text(note)}.{_text(_signature(secret, purpose, note))}"


def read_ticket(secret: str, purpose: str, ticket: str, *, now: datetime) -> dict[str, Any] | None:
    """What a ticket says; None when it is not ours, for another purpose, changed or too old."""
    note_text, _, signature_text = ticket.partition(".")
    note, signature = _bytes(note_text), _bytes(signature_text)
    if not hmac.compare_digest(_signature(secret, purpose, note), signature):
        return None
    says, until = json.loads(note)
    return dict(says) if now.timestamp() < until else None


def _signature(secret: str, purpose: str, note: bytes) -> bytes:
    return hmac.digest(secret.encode(), purpose.encode() + b"\0" + note, "sha256")


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
    except ValueError:
        return b""

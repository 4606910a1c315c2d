"""How a webhook is written and signed. Pure.

Source: Standard Webhooks 1.0.0.
"""

import base64
import binascii
import hashlib
import hmac
from datetime import UTC, datetime
from typing import Final

import msgspec

from orderan.messaging.models import Hook

PREFIX: Final = "whsec_"
SHORTEST, LONGEST = 24, 64
MOST_BYTES: Final = 20_000


def key_of(secret: str) -> bytes:
    """The key in a secret, `whsec_` and 24 to 64 bytes in Base64.

    Raises:
        ValueError: It is none.
    """
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as fault:
        raise ValueError("a secret is whsec_ and Base64") from fault
    if not secret.startswith(PREFIX) or not SHORTEST <= len(key) <= LONGEST:
        raise ValueError(f"a secret is {PREFIX} and {SHORTEST} to {LONGEST} bytes in Base64")
    return key


def body(hook: Hook) -> bytes:
    """What is posted."""
    at = hook.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return msgspec.json.encode({"type": hook.type, "timestamp": at, "data": hook.data})


def headers(number: str, body: bytes, keys: list[bytes], *, now: datetime) -> dict[str, str]:
    """What it carries: while secrets are exchanged, a signature by each."""
    stamp = str(int(now.timestamp()))
    return {
        "content-type": "application/json",
        "user-agent": "Orderan",
        "webhook-id": number,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(f"v1,{signature(number, stamp, body, key)}" for key in keys),
    }


def signature(number: str, stamp: str, body: bytes, key: bytes) -> str:
    """The symmetric signature of one attempt."""
    signed = f"{number}.{stamp}.".encode() + body
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()

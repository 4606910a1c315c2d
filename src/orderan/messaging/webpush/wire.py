"""How a push service is written to: encrypted for one browser, signed by one shop. Pure but for fresh keys.

Source: RFC 8030 (push), RFC 8291 (encryption), RFC 8292 (VAPID).
"""

import base64
import binascii
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import http_ece
import jwt
import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from orderan.messaging.models import Push

MOST_BYTES: Final = 3993
"""What is left of a service's 4096 bytes after the header and one record's padding and tag."""
SIGNED_FOR: Final = timedelta(hours=12)
"""Services refuse signatures for more than a day."""


class NotASubscription(ValueError):
    """The text is not what a browser gives."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where and for whom: what a browser gave."""

    endpoint: str
    key: bytes = field(repr=False)
    auth: bytes = field(repr=False)

    @property
    def origin(self) -> str:
        parts = urlsplit(self.endpoint)
        return f"{parts.scheme}://{parts.netloc}"


def subscription(text: str) -> Subscription:
    """A subscription as a browser writes it: `{"endpoint": ..., "keys": {"p256dh": ..., "auth": ...}}`.

    Raises:
        NotASubscription: It is none, or its keys are of another kind.
    """
    try:
        told = msgspec.json.decode(text)
        endpoint, keys = told["endpoint"], told["keys"]
        key, auth = unpadded(keys["p256dh"]), unpadded(keys["auth"])
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)
    except (msgspec.DecodeError, KeyError, TypeError, ValueError) as fault:
        raise NotASubscription(text[:80]) from fault
    parts = urlsplit(endpoint) if isinstance(endpoint, str) else None
    if parts is None or parts.scheme != "https" or not parts.hostname or len(auth) != 16:
        raise NotASubscription(text[:80])
    return Subscription(endpoint, key, auth)


def private_key(text: str) -> ec.EllipticCurvePrivateKey:
    """A shop's key, as PEM or as the 32 bytes in base64url that most tools print.

    Raises:
        ValueError: It is no key of the curve P-256.
    """
    if text.lstrip().startswith("-----"):
        found = serialization.load_pem_private_key(text.encode(), password=None)
    else:
        found = ec.derive_private_key(int.from_bytes(unpadded(text), "big"), ec.SECP256R1())
    if not isinstance(found, ec.EllipticCurvePrivateKey) or not isinstance(found.curve, ec.SECP256R1):
        raise ValueError("a push is signed with a key of the curve P-256")  # noqa: TRY004 - the text is wrong
    return found


def public_text(key: ec.EllipticCurvePrivateKey) -> str:
    """The public half, as a browser wants it when it subscribes."""
    point = key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


def headers(
    to: Subscription, push: Push, key: ec.EllipticCurvePrivateKey, *, subject: str, now: datetime
) -> dict[str, str]:
    """What a push carries beside its body.

    Args:
        subject: Whom the service may ask, as `mailto:` or https.
    """
    claims = {"aud": to.origin, "exp": int((now + SIGNED_FOR).timestamp()), "sub": subject}
    token = jwt.encode(claims, key, algorithm="ES256")
    made = {
        "authorization": f"vapid t={token}, k={public_text(key)}",
        "content-encoding": "aes128gcm",
        "content-type": "application/octet-stream",
        "ttl": str(push.keep_s),
        "urgency": "normal",
    }
    return made | ({"topic": push.topic} if push.topic else {})


def shown(push: Push) -> bytes:
    """What the page's service worker reads: `{"title", "body", "link"}`, and `tag` where there is a topic."""
    told: dict[str, Any] = {"title": push.title, "body": push.body, "link": push.link}
    return msgspec.json.encode(told | ({"tag": push.topic} if push.topic else {}))


def encrypted(
    text: bytes,
    to: Subscription,
    *,
    key: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """A body only the browser can read.

    Args:
        key: The sender's key for this message alone; None makes one.
        salt: Sixteen bytes for this message alone; None draws them.
    """
    made: bytes = http_ece.encrypt(
        text,
        salt=salt,
        private_key=key or ec.generate_private_key(ec.SECP256R1()),
        dh=to.key,
        auth_secret=to.auth,
        version="aes128gcm",
    )
    return made


def unpadded(text: str) -> bytes:
    """Base64url without its padding.

    Raises:
        ValueError: It is none.
    """
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as fault:
        raise ValueError("not base64url") from fault

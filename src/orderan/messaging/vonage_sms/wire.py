"""How Vonage's SMS API writes: requests, headers, signatures. Pure.

Source: Vonage's SMS API reference and "Signing messages".
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from orderan.messaging.models import Outgoing
from orderan.messaging.rules import Alphabet, digits_of, size_of

METHODS: Final = ("sha256", "sha512", "sha1", "md5", "md5hash")
"""How an account signs: by HMAC with one of the first four, or by the plain hash of old accounts."""


def headers() -> dict[str, str]:
    """What every request carries; the keys are in the body."""
    return {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}


def body(api_key: str, api_secret: str, *, sender: str, outgoing: Outgoing, text: str) -> bytes:
    """A message."""
    said = {
        "api_key": api_key,
        "api_secret": api_secret,
        "from": sender,
        "to": digits_of(outgoing.to),
        "text": text,
        "type": "text" if size_of(text).alphabet is Alphabet.GSM_7 else "unicode",
        "client-ref": outgoing.reference,
        "status-report-req": "1",
    }
    if outgoing.notify_url is not None:
        said["callback"] = outgoing.notify_url
    return urlencode(said).encode()


def signature(told: Mapping[str, str], secret: str, method: str) -> str:
    """The signature of a request's parameters, `sig` aside."""
    text = "".join(
        f"&{name}={told[name].replace('&', '_').replace('=', '_')}" for name in sorted(told) if name != "sig"
    )
    if method == "md5hash":
        return hashlib.md5(f"{text}{secret}".encode(), usedforsecurity=False).hexdigest()
    return hmac.new(secret.encode(), text.encode(), method).hexdigest()


def signed(told: Mapping[str, str], secret: str, method: str) -> bool:
    """Whether a request is signed with this account's secret, in the way this account signs."""
    right = signature(told, secret, method)
    return hmac.compare_digest(right.encode(), told.get("sig", "").lower().encode("utf-8", "replace"))

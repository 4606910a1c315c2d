"""How Twilio writes: requests, headers, signatures. Pure.

Source: Twilio's Programmable Messaging API and "Validating signatures from Twilio".
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlencode, urlsplit

SIGNATURE: Final = "x-twilio-signature"
_PORTS: Final = {"https": 443, "http": 80}


def headers(account_sid: str, auth_token: str) -> dict[str, str]:
    """What every request carries."""
    basic = base64.b64encode(f"{account_sid}:{auth_token}".encode()).decode()
    return {
        "authorization": f"Basic {basic}",
        "accept": "application/json",
        "content-type": "application/x-www-form-urlencoded",
    }


def body(*, to: str, sender: str, text: str, notify_url: str | None) -> bytes:
    """A message.

    Args:
        sender: A number, a name, or the SID of a messaging service.
    """
    said = {"To": to, "Body": text}
    said["MessagingServiceSid" if sender.startswith("MG") else "From"] = sender
    if notify_url is not None:
        said["StatusCallback"] = notify_url
    return urlencode(said).encode()


def signature(url: str, form: Mapping[str, Sequence[str]], auth_token: str) -> str:
    """The signature of a request with a form: the address, then every field and its values in order."""
    text = url + "".join(f"{name}{value}" for name in sorted(form) for value in sorted(set(form[name])))
    return base64.b64encode(hmac.new(auth_token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def signed(url: str, form: Mapping[str, Sequence[str]], given: str, auth_token: str) -> bool:
    """Whether a request is signed with this account's token; Twilio signs addresses with and without
    their usual port.
    """
    return any(
        hmac.compare_digest(signature(one, form, auth_token).encode(), given.encode("utf-8", "replace"))
        for one in _addresses(url)
    )


def _addresses(url: str) -> tuple[str, ...]:
    parts = urlsplit(url)
    usual = _PORTS.get(parts.scheme)
    host = parts.netloc.rpartition("@")[2]
    if usual is None:
        return (url,)
    if parts.port is None:
        return url, url.replace(host, f"{host}:{usual}", 1)
    return url, url.replace(f":{parts.port}", "", 1)

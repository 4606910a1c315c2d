"""How Twilio is spoken to and how its requests are signed: the same for calls and for messages. Pure.

Source: Twilio's API reference of 2010-04-01, "Validating signatures from Twilio", and how its own libraries check
one: with the port in the address and without, because what signs is not of one mind about it.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import urlsplit, urlunsplit

SIGNATURE: Final = "x-twilio-signature"
_PORTS: Final = {"https": 443, "http": 80}

Member = tuple[str, str]
"""A field of a form: its name and a value."""


def headers(account: str, token: str) -> dict[str, str]:
    """What every request carries."""
    basic = base64.b64encode(f"{account}:{token}".encode()).decode()
    return {
        "authorization": f"Basic {basic}",
        "accept": "application/json",
        "content-type": "application/x-www-form-urlencoded",
    }


def signature(token: str, url: str, members: Iterable[Member]) -> str:
    """HMAC-SHA1 over the address and every member of the form, by name; a member given twice counts once."""
    text = url + "".join(name + value for name, value in sorted(set(members)))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def signed(token: str, url: str, members: Iterable[Member], given: str) -> bool:
    """Whether a request is signed with the account's token.

    Args:
        given: What its header says.
    """
    told, members = given.encode("utf-8", "replace"), list(members)
    return any(hmac.compare_digest(signature(token, shape, members).encode(), told) for shape in _shapes(url))


def _shapes(url: str) -> Iterator[str]:
    """An address with its port and without, and with the usual one where it has none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return
    host = parts.netloc.rpartition(":")[0] if port is not None else parts.netloc
    yield url
    yield urlunsplit(parts._replace(netloc=host))
    if port is None and parts.scheme in _PORTS:
        yield urlunsplit(parts._replace(netloc=f"{host}:{_PORTS[parts.scheme]}"))

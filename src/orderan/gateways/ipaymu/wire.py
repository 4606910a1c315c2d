"""What is sent to iPaymu and how it is signed. Pure.

A request is signed with the API key, a callback with the account's number, which is no secret: it stands in
the callback itself. A callback that reads well is a hint that something happened, and no more.

Source: iPaymu's documentation of API v2 and its example receivers, which do not quite agree on how a
callback is brought into the shape that is signed; every shape they name is tried.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from orderan.gateways.models import ChargeAsked

DIRECT: Final = "/api/v2/payment/direct"
TRANSACTION: Final = "/api/v2/transaction"
HISTORY: Final = "/api/v2/history"

WESTERN: Final = timezone(timedelta(hours=7))
"""Times have no offset and are those of Western Indonesia."""
PAGE: Final = 20
"""Rows of the list of transactions an answer holds at most."""
NO_PHONE: Final = "080000000000"
"""iPaymu insists on a number; one that can be no handset, so that no stranger is written to."""
MOST_NAME: Final = 100
MOST_COMMENT: Final = 255

_NUMBERS: Final = frozenset({"trx_id", "status_code", "transaction_status_code", "paid_off"})
_AMOUNTS: Final = frozenset({"sub_total", "total", "amount", "fee"})
_NUMBER: Final = re.compile(r"-?[0-9]{1,18}", re.ASCII)


def headers(body: bytes, *, va: str, key: str, now: datetime) -> dict[str, str]:
    return {
        "content-type": "application/json",
        "accept": "application/json",
        "va": va,
        "timestamp": f"{now.astimezone(WESTERN):%Y%m%d%H%M%S}",
        "signature": signature("POST", body, va=va, key=key),
    }


def signature(method: str, body: bytes, *, va: str, key: str) -> str:
    """Of a request; the body as it is sent, byte for byte."""
    hashed = hashlib.sha256(body).hexdigest()
    return hmac.new(key.encode(), f"{method}:{va}:{hashed}:{key}".encode(), hashlib.sha256).hexdigest()


def direct(asked: ChargeAsked, code: str, *, hours: int | None) -> bytes:
    """A charge.

    Args:
        code: `paymentMethod/paymentChannel`.
        hours: Until it expires; None where iPaymu takes no wish.
    """
    method, _, channel = code.partition("/")
    lines = [(item.name, item.quantity, item.price_minor) for item in asked.items]
    if sum(quantity * price for _, quantity, price in lines) != asked.amount_minor:
        lines = [(asked.description, 1, asked.amount_minor)]
    body: dict[str, Any] = {
        "name": asked.payer.name[:MOST_NAME],
        "phone": _phone(asked.payer.phone),
        "email": asked.payer.email or _stand_in(asked.return_url),
        "amount": asked.amount_minor,
        "notifyUrl": asked.notify_url,
        "successUrl": asked.return_url,
        "cancelUrl": asked.return_url,
        "referenceId": asked.reference,
        "paymentMethod": method,
        "paymentChannel": channel,
        "comments": asked.description[:MOST_COMMENT],
        "feeDirection": "MERCHANT",
        "product": [name for name, _, _ in lines],
        "qty": [quantity for _, quantity, _ in lines],
        "price": [price for _, _, price in lines],
    }
    if hours is not None:
        body |= {"expired": hours, "expiredType": "hours"}
    return _json(body)


def transaction(gateway_id: str) -> bytes:
    return _json({"transactionId": gateway_id})


def history(page: int) -> bytes:
    """A page of all transactions, newest first: what comes in meanwhile pushes rows back, and hides none."""
    return _json({"orderBy": "id", "order": "DESC", "page": page, "limit": PAGE})


def read(body: bytes, content_type: str) -> dict[str, Any] | None:
    """A callback's members, as a form or as JSON; None for what is neither."""
    try:
        if "json" in content_type.lower():
            told = json.loads(body)
        else:
            told = dict(parse_qsl(body.decode(), keep_blank_values=True))
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def signed(told: Mapping[str, Any], given: str, va: str) -> bool:
    """Whether a callback is signed with this account's number, in any of the shapes iPaymu names."""
    theirs = given.lower().encode("utf-8", "replace")
    return any(
        hmac.compare_digest(hmac.new(va.encode(), text, hashlib.sha256).hexdigest().encode(), theirs)
        for text in _shapes({name: value for name, value in told.items() if name != "signature"})
    )


def canonical(told: Mapping[str, Any]) -> bytes:
    """A callback as the documentation shapes it: the same for the same news as a form and as JSON."""
    return _sorted(_shaped(told, _NUMBERS, yes=True, no=False))


def _shapes(told: Mapping[str, Any]) -> Iterator[bytes]:
    for text in (
        canonical(told),
        _sorted(_shaped(told, _NUMBERS | _AMOUNTS, yes=1, no=0)),
        _sorted(told),
    ):
        yield text
        yield text.replace(b"/", b"\\/")


def _shaped(told: Mapping[str, Any], numbers: frozenset[str], *, yes: object, no: object) -> dict[str, Any]:
    shaped: dict[str, Any] = {"additional_info": []}
    for name, value in told.items():
        if name == "is_escrow":
            shaped[name] = yes if str(value).lower() in {"1", "true"} else no
        elif name in numbers and isinstance(value, str) and _NUMBER.fullmatch(value):
            shaped[name] = int(value)
        elif name == "additional_info" and value in ("", "[]"):
            shaped[name] = []
        else:
            shaped[name] = value
    return shaped


def _sorted(told: Mapping[str, Any]) -> bytes:
    return json.dumps(dict(sorted(told.items())), separators=(",", ":")).encode()


def _phone(number: str | None) -> str:
    """As it is dialled in Indonesia: 0812..., not +62812..."""
    if number is None:
        return NO_PHONE
    return "0" + number[3:] if number.startswith("+62") else number.removeprefix("+")


def _stand_in(return_url: str) -> str:
    """An address is a must, and it is written to; a buyer without one must not get a stranger's mail."""
    return f"pembeli@{urlsplit(return_url).hostname or 'example.invalid'}"


def _json(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()

"""What is sent to Duitku and how it is signed.

Every signature is an MD5 over fields run together; which fields, and in which order, differs per call.
The one of a callback leaves out the result, so whoever saw one callback can write the opposite.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from orderan.gateways.models import ChargeAsked

INQUIRY: Final = "/webapi/api/merchant/v2/inquiry"
STATUS: Final = "/webapi/api/merchant/transactionStatus"
HEADERS: Final = {"content-type": "application/json", "accept": "application/json"}

MOST_VA_NAME: Final = 20
MOST_DETAILS: Final = 255
MOST_ITEM_NAME: Final = 255


def inquiry_signature(merchant: str, order: str, amount: int, key: str) -> str:
    return _md5(f"{merchant}{order}{amount}{key}")


def status_signature(merchant: str, order: str, key: str) -> str:
    return _md5(f"{merchant}{order}{key}")


def callback_signature(merchant: str, amount: str, order: str, key: str) -> str:
    """The amount as it was written: `40000` and `40000.00` are signed differently."""
    return _md5(f"{merchant}{amount}{order}{key}")


def same(ours: str, theirs: str) -> bool:
    return hmac.compare_digest(ours.encode(), theirs.lower().encode())


def inquiry(asked: ChargeAsked, code: str, *, minutes: int, merchant: str, key: str) -> bytes:
    """A charge.

    Args:
        code: Duitku's word for the method.
        minutes: Until it expires.
    """
    phone = _phone(asked.payer.phone)
    body: dict[str, Any] = {
        "merchantCode": merchant,
        "paymentAmount": asked.amount_minor,
        "paymentMethod": code,
        "merchantOrderId": asked.reference,
        "productDetails": asked.description[:MOST_DETAILS],
        "email": asked.payer.email or _stand_in(asked.return_url),
        "customerVaName": asked.payer.name[:MOST_VA_NAME],
        "callbackUrl": asked.notify_url,
        "returnUrl": asked.return_url,
        "expiryPeriod": minutes,
        "signature": inquiry_signature(merchant, asked.reference, asked.amount_minor, key),
    }
    if phone is not None:
        body["phoneNumber"] = phone
    # A price of Duitku's is that of the whole line; lines that do not add up are refused with 409.
    lines = [
        {
            "name": item.name[:MOST_ITEM_NAME],
            "price": item.price_minor * item.quantity,
            "quantity": item.quantity,
        }
        for item in asked.items
    ]
    if lines and sum(item.price_minor * item.quantity for item in asked.items) == asked.amount_minor:
        body["itemDetails"] = lines
    if asked.card_ranges:
        body["creditCardDetail"] = {"binWhitelist": list(asked.card_ranges)}
    return _json(body)


def status(reference: str, *, merchant: str, key: str) -> bytes:
    return _json(
        {
            "merchantCode": merchant,
            "merchantOrderId": reference,
            "signature": status_signature(merchant, reference, key),
        }
    )


def _phone(number: str | None) -> str | None:
    """As it is dialled in Indonesia: 0812..., not +62812..."""
    if number is None:
        return None
    return "0" + number[3:] if number.startswith("+62") else number.removeprefix("+")


def _stand_in(return_url: str) -> str:
    """Duitku insists on an address and writes to it; a buyer without one must not get a stranger's mail."""
    return f"pembeli@{urlsplit(return_url).hostname or 'example.invalid'}"


def _json(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()  # noqa: S324 - what Duitku checks with

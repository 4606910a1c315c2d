"""How Xendit writes: requests, headers, the token of its webhooks. Pure.

Source: Xendit's API reference (Payments v3, Sessions, Refunds, webhooks).

A body is made of what was asked and of nothing else, the clock neither: a repetition under the same
idempotency key has to be the same to the byte. Only Invoices have no such key.
"""

import base64
import hmac
import re
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from orderan.gateways.models import ChargeAsked, RefundAsked

API_VERSION: Final = "2024-11-11"
LONGEST_NAME: Final = 50
LONGEST_DESCRIPTION: Final = 1000
LONGEST_METADATA: Final = 80

VIRTUAL_ACCOUNT: Final = "_VIRTUAL_ACCOUNT"
COUNTERS: Final = frozenset({"INDOMARET", "ALFAMART"})
PAY_LATER: Final = frozenset({"AKULAKU", "KREDIVO", "INDODANA", "ATOME"})
PAGES: Final = frozenset({"card"})
"""Methods paid on a Payment Session's page, so that no card number comes near us."""
INVOICES: Final = frozenset({"sakuku", "uangme"})
"""Methods Payment Requests do not have; an Invoice's page has them."""
BY_PHONE: Final = frozenset({"ovo"})
"""Wallets that are asked for by their owner's phone number."""

_NOT_A_NAME: Final = re.compile(r"[^A-Za-z0-9]+")


def headers(secret_key: str, *, key: str | None = None) -> dict[str, str]:
    """What every request carries.

    Args:
        key: Keeps a repetition from being carried out twice.
    """
    basic = base64.b64encode(f"{secret_key}:".encode()).decode()
    made = {
        "authorization": f"Basic {basic}",
        "accept": "application/json",
        "content-type": "application/json",
        "api-version": API_VERSION,
    }
    if key is not None:
        made["idempotency-key"] = key
    return made


def charge_body(asked: ChargeAsked, channel: str) -> bytes:
    """A payment request for one channel."""
    body: dict[str, Any] = {
        "reference_id": asked.reference,
        "type": "PAY",
        "country": "ID",
        "currency": asked.currency,
        "request_amount": asked.amount_minor,
        "capture_method": "AUTOMATIC",
        "channel_code": channel,
        "channel_properties": _properties(asked, channel),
        "description": asked.description[:LONGEST_DESCRIPTION],
    }
    if channel in PAY_LATER:
        body |= {"customer": _customer(asked), "items": _items(asked)}
    return msgspec.json.encode(body)


def session_body(asked: ChargeAsked) -> bytes:
    """A page where a card is typed."""
    return msgspec.json.encode(
        {
            "reference_id": asked.reference,
            "session_type": "PAY",
            "mode": "PAYMENT_LINK",
            "amount": asked.amount_minor,
            "currency": asked.currency,
            "country": "ID",
            "capture_method": "AUTOMATIC",
            "allowed_payment_channels": ["CARDS"],
            "locale": "id",
            "description": asked.description[:LONGEST_DESCRIPTION],
            "expires_at": moment(asked.expires_at),
            "success_return_url": asked.return_url,
            "cancel_return_url": asked.return_url,
        }
    )


def invoice_body(asked: ChargeAsked, code: str, *, now: datetime) -> bytes:
    """A page for one method of the older ones."""
    return msgspec.json.encode(
        {
            "external_id": asked.reference,
            "amount": asked.amount_minor,
            "currency": asked.currency,
            "description": asked.description[:LONGEST_DESCRIPTION],
            "invoice_duration": max(int((asked.expires_at - now).total_seconds()), 1),
            "payment_methods": [code],
            "should_send_email": False,
            "success_redirect_url": asked.return_url,
            "failure_redirect_url": asked.return_url,
        }
    )


def refund_body(asked: RefundAsked, payment_request_id: str) -> bytes:
    return msgspec.json.encode(
        {
            "payment_request_id": payment_request_id,
            "reference_id": asked.key,
            "amount": asked.amount_minor,
            "currency": asked.currency,
            "reason": "REQUESTED_BY_CUSTOMER",
            "metadata": {"reason": asked.reason[:LONGEST_METADATA]},
        }
    )


def moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def knows_the_token(given: str, callback_token: str) -> bool:
    """Whether a webhook carries this account's token: all there is, for its body is not signed."""
    if not callback_token:
        return False
    return hmac.compare_digest(given.encode("utf-8", "replace"), callback_token.encode())


def _properties(asked: ChargeAsked, channel: str) -> dict[str, Any]:
    ends = moment(asked.expires_at)
    if channel.endswith(VIRTUAL_ACCOUNT):
        return {"display_name": _name(asked), "expires_at": ends}
    if channel in COUNTERS:
        return {"payer_name": _name(asked), "expires_at": ends}
    if channel == "QRIS":
        return {"expires_at": ends}
    urls = {"success_return_url": asked.return_url, "failure_return_url": asked.return_url}
    if asked.method in BY_PHONE:
        return {"account_mobile_number": asked.payer.phone} | urls
    return urls


def _name(asked: ChargeAsked) -> str:
    """A name as banks print it: letters and digits."""
    return _NOT_A_NAME.sub(" ", asked.payer.name).strip()[:LONGEST_NAME].strip() or "Pembeli"


def _customer(asked: ChargeAsked) -> dict[str, Any]:
    made: dict[str, Any] = {
        "type": "INDIVIDUAL",
        # Letters and digits only there, and every try is somebody new to them.
        "reference_id": asked.reference.encode().hex(),
        "individual_detail": {"given_names": _name(asked)},
    }
    if asked.payer.email:
        made["email"] = asked.payer.email
    if asked.payer.phone:
        made["mobile_number"] = asked.payer.phone
    return made


def _items(asked: ChargeAsked) -> list[dict[str, Any]]:
    return [
        {
            "reference_id": str(turn),
            "type": "PHYSICAL_PRODUCT",
            "name": item.name[:255],
            "net_unit_amount": item.price_minor,
            "quantity": item.quantity,
            "category": "GENERAL",
        }
        for turn, item in enumerate(asked.items, 1)
    ]

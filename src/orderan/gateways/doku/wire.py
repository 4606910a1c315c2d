"""How DOKU writes: requests, headers, signatures. Pure.

Source: DOKU's API reference (Non-SNAP: signature, payment code, Checkout, check status, card refund).
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from orderan.gateways.models import ChargeAsked, RefundAsked

CHECKOUT: Final = "/checkout/v1/payment"
REFUND: Final = "/cancellation/credit-card/refund"
STATUS: Final = "/orders/v1/status/"

ACCOUNTS: Final = {
    "va_bca": "/bca-virtual-account/v2/payment-code",
    "va_bni": "/bni-virtual-account/v2/payment-code",
    "va_bri": "/bri-virtual-account/v2/payment-code",
    "va_mandiri": "/mandiri-virtual-account/v2/payment-code",
    "va_permata": "/permata-virtual-account/v2/payment-code",
    "va_cimb": "/cimb-virtual-account/v2/payment-code",
    "va_bsi": "/bsm-virtual-account/v2/payment-code",
    "va_doku": "/doku-virtual-account/v2/payment-code",
}
STORES: Final = {
    "alfamart": "/alfa-virtual-account/v2/payment-code",
    "indomaret": "/indomaret-online-to-offline/v2/payment-code",
}
"""Every other method is paid on the Checkout page, which is opened for that method alone: OVO too,
whose own endpoint answers only once the buyer has, a minute later."""


def timestamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def digest(body: bytes) -> str:
    return base64.b64encode(hashlib.sha256(body).digest()).decode()


def signature(
    secret: str, *, client_id: str, request_id: str, at: str, target: str, body: bytes | None
) -> str:
    """The signature of a request, ours or theirs.

    Args:
        target: The path alone, without host and query.
        body: None for a request that has none, whose digest is left out.
    """
    lines = [
        f"Client-Id:{client_id}",
        f"Request-Id:{request_id}",
        f"Request-Timestamp:{at}",
        f"Request-Target:{target}",
    ]
    if body is not None:
        lines.append(f"Digest:{digest(body)}")
    made = hmac.new(secret.encode(), "\n".join(lines).encode(), hashlib.sha256).digest()
    return f"HMACSHA256={base64.b64encode(made).decode()}"


def headers(
    secret: str, *, client_id: str, request_id: str, now: datetime, target: str, body: bytes | None
) -> dict[str, str]:
    """What every request carries.

    Args:
        request_id: A repetition with the same one is answered as the first was, with a 409.
    """
    at = timestamp(now)
    made = {
        "client-id": client_id,
        "request-id": request_id,
        "request-timestamp": at,
        "signature": signature(
            secret, client_id=client_id, request_id=request_id, at=at, target=target, body=body
        ),
        "accept": "application/json",
    }
    if body is not None:
        made["content-type"] = "application/json"
    return made


def signed(secret: str, told: Mapping[str, str], *, path: str, body: bytes) -> bool:
    """Whether a notification is signed with this account's key, over exactly these bytes."""
    right = signature(
        secret,
        client_id=told.get("client-id", ""),
        request_id=told.get("request-id", ""),
        at=told.get("request-timestamp", ""),
        target=path,
        body=body,
    )
    return hmac.compare_digest(right.encode(), told.get("signature", "").encode("utf-8", "replace"))


def target_of(method: str) -> str:
    """Where a charge by this method is asked for."""
    return ACCOUNTS.get(method) or STORES.get(method) or CHECKOUT


def charge_body(asked: ChargeAsked, *, code: str, now: datetime) -> bytes:
    """A charge, for the path of `target_of`.

    Args:
        code: DOKU's word for the method, which opens the Checkout page for it alone.
    """
    minutes = max(int((asked.expires_at - now).total_seconds() // 60), 1)
    body: dict[str, Any] = {
        "order": {"invoice_number": asked.reference, "amount": asked.amount_minor},
        "customer": _customer(asked),
        "additional_info": {"override_notification_url": asked.notify_url},
    }
    if asked.method in ACCOUNTS:
        body["virtual_account_info"] = {
            "billing_type": "FIX_BILL",
            "expired_time": minutes,
            "reusable_status": False,
            "info1": asked.description[:30],
        }
    elif asked.method in STORES:
        body["online_to_offline_info"] = {
            "expired_time": minutes,
            "reusable_status": False,
            "info": asked.description[:30],
        }
    else:
        body["order"] |= {
            "currency": "IDR",
            "callback_url": asked.return_url,
            "callback_url_cancel": asked.return_url,
            "auto_redirect": True,
            "line_items": [
                {
                    "id": str(turn),
                    "name": item.name[:255],
                    "price": item.price_minor,
                    "quantity": item.quantity,
                }
                for turn, item in enumerate(asked.items, 1)
            ],
        }
        body["payment"] = {"payment_due_date": minutes, "payment_method_types": [code]}
    return msgspec.json.encode(body)


def refund_body(asked: RefundAsked, *, original_request_id: str) -> bytes:
    return msgspec.json.encode(
        {
            "order": {"invoice_number": asked.reference},
            "payment": {"original_request_id": original_request_id},
            "refund": {"amount": asked.amount_minor},
        }
    )


def _customer(asked: ChargeAsked) -> dict[str, str]:
    customer = {"name": asked.payer.name}
    if asked.payer.email:
        customer["email"] = asked.payer.email
    if asked.payer.phone:
        customer["phone"] = asked.payer.phone.removeprefix("+")
    return customer

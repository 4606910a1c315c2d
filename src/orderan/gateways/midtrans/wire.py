"""How Midtrans writes: requests, headers, signatures. Pure.

Source: Midtrans' API reference (Core API, Snap, HTTP notification).
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, Final

import msgspec

from orderan.gateways.models import ChargeAsked, RefundAsked

WESTERN: Final = timezone(timedelta(hours=7))
"""Midtrans' times have no offset and are those of Western Indonesia."""
IDEMPOTENT_LENGTH: Final = 46

_BANKS: Final = {"va_bca": "bca", "va_bni": "bni", "va_bri": "bri", "va_cimb": "cimb"}
_STORES: Final = {"indomaret", "alfamart"}
SNAP: Final = {
    "card": ("credit_card",),
    "card_instalment": ("credit_card",),
    "va_other": ("other_va",),
    "dd_cimb": ("cimb_clicks",),
    "bca_klikpay": ("bca_klikpay",),
    "bca_klikbca": ("bca_klikbca",),
    "bri_epay": ("bri_epay",),
    "danamon_online": ("danamon_online",),
}
"""Methods paid on Snap's page, so that no card number and no name of a bank's customer comes near us."""

BY_PHONE: Final = frozenset({"ovo"})
"""Wallets that are asked for by their owner's phone number."""


BY_OWN_ID: Final = frozenset({"dana"})
"""Methods whose transactions are asked for by Midtrans' id, and are unknown to them by ours."""


def headers(server_key: str, *, key: str | None = None, notify_url: str | None = None) -> dict[str, str]:
    """What every request carries.

    Args:
        key: Keeps a repetition within five minutes from charging twice; longer ones are ignored there.
        notify_url: Where news of this transaction goes, instead of where the dashboard says.
    """
    basic = base64.b64encode(f"{server_key}:".encode()).decode()
    made = {
        "authorization": f"Basic {basic}",
        "accept": "application/json",
        "content-type": "application/json",
    }
    if key is not None:
        made["idempotency-key"] = key[:IDEMPOTENT_LENGTH]
    if notify_url is not None:
        made["x-override-notification"] = notify_url
    return made


def charge_body(asked: ChargeAsked, *, now: datetime) -> bytes:
    """A charge by the Core API."""
    minutes = max(int((asked.expires_at - now).total_seconds() // 60), 1)
    body = _common(asked) | {
        "custom_expiry": {
            "order_time": f"{now.astimezone(WESTERN):%Y-%m-%d %H:%M:%S} +0700",
            "expiry_duration": minutes,
            "unit": "minute",
        }
    }
    return msgspec.json.encode(body | _method(asked))


def taking_back(method: str) -> str:
    """The call that takes a pending charge back.

    A cancel voids a card that was captured and not settled yet, which may happen while we ask: of cards only
    what is pending is ended.
    """
    return "expire" if method in SNAP else "cancel"


def snap_body(asked: ChargeAsked, *, now: datetime) -> bytes:
    """A page of Snap's where a card is typed, or a bank's own page is opened."""
    minutes = max(int((asked.expires_at - now).total_seconds() // 60), 1)
    card: dict[str, Any] = {"secure": True}
    if asked.method == "card_instalment":
        banks = ("bca", "bni", "mandiri", "bri", "cimb")
        plans = [asked.months] if asked.months else [3, 6, 12]
        card["installment"] = {"required": True, "terms": dict.fromkeys(banks, plans)}
    if asked.card_ranges:
        card["whitelist_bins"] = list(asked.card_ranges)
    body = _common(asked) | {
        "enabled_payments": list(SNAP[asked.method]),
        **({"credit_card": card} if "credit_card" in SNAP[asked.method] else {}),
        "callbacks": {"finish": asked.return_url},
        "expiry": {
            "start_time": f"{now.astimezone(WESTERN):%Y-%m-%d %H:%M:%S} +0700",
            "duration": minutes,
            "unit": "minute",
        },
    }
    return msgspec.json.encode(body)


def refund_body(asked: RefundAsked) -> bytes:
    return msgspec.json.encode(
        {"refund_key": asked.key, "amount": asked.amount_minor, "reason": asked.reason[:255]}
    )


def signature(order_id: str, status_code: str, gross_amount: str, server_key: str) -> str:
    """The signature of a notification: the transaction's status is not covered by it."""
    return hashlib.sha512(f"{order_id}{status_code}{gross_amount}{server_key}".encode()).hexdigest()


def signed(notice: Mapping[str, Any], server_key: str) -> bool:
    """Whether a notification is signed with this account's key."""
    told = [notice.get(name) for name in ("order_id", "status_code", "gross_amount", "signature_key")]
    if not all(isinstance(one, str) for one in told):
        return False
    order_id, status_code, gross_amount, key = map(str, told)
    right = signature(order_id, status_code, gross_amount, server_key)
    return hmac.compare_digest(right.encode(), key.encode("utf-8", "replace"))


def _common(asked: ChargeAsked) -> dict[str, Any]:
    items = asked.items
    customer: dict[str, str] = {"first_name": asked.payer.name}
    if asked.payer.email:
        customer["email"] = asked.payer.email
    if asked.payer.phone:
        customer["phone"] = asked.payer.phone
    return {
        "transaction_details": {"order_id": asked.reference, "gross_amount": asked.amount_minor},
        "item_details": [
            {"id": str(turn), "name": item.name[:50], "price": item.price_minor, "quantity": item.quantity}
            for turn, item in enumerate(items, 1)
        ],
        "customer_details": customer,
    }


def _method(asked: ChargeAsked) -> dict[str, Any]:
    method = asked.method
    if bank := _BANKS.get(method):
        return {"payment_type": "bank_transfer", "bank_transfer": {"bank": bank}}
    if method in _STORES:
        return {"payment_type": "cstore", "cstore": {"store": method, "message": asked.description[:20]}}
    gopay = {
        "payment_type": "gopay",
        "gopay": {"enable_callback": True, "callback_url": asked.return_url},
    }
    others: dict[str, dict[str, Any]] = {
        "va_permata": {"payment_type": "permata"},
        "va_mandiri": {
            "payment_type": "echannel",
            "echannel": {"bill_info1": "Untuk", "bill_info2": asked.description[:30]},
        },
        "qris": {"payment_type": "qris", "qris": {"acquirer": "gopay"}},
        "gopay": gopay,
        "gopay_later": gopay,
        "ovo": {"payment_type": "ovo", "ovo": {"payer_phone_number": asked.payer.phone}},
        "shopeepay": {"payment_type": "shopeepay", "shopeepay": {"callback_url": asked.return_url}},
        "dana": {"payment_type": "dana", "dana": {"callback_url": asked.return_url}},
        "akulaku": {"payment_type": "akulaku"},
        "kredivo": {"payment_type": "kredivo"},
    }
    return others[method]


def snap_base(base_url: str) -> str:
    """Where hosted pages are made: a host of its own at Midtrans, the same one in a simulator."""
    return base_url.replace("://api.", "://app.", 1)

"""What is sent to Stripe and how its news is signed. Pure.

Source: Stripe's API reference and its official Python library.
"""

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote, urlencode

from orderan.gateways.models import ChargeAsked, RefundAsked

SESSIONS: Final = "/v1/checkout/sessions"
INTENTS: Final = "/v1/payment_intents"
REFUNDS: Final = "/v1/refunds"
DISPUTES: Final = "/v1/disputes"
VERSION: Final = "2026-10-28.endive"
"""Answers keep the shape of this version, whatever the account's own is."""
PAGE: Final = 100
"""Rows a list holds at most."""
TOLERANCE: Final = timedelta(seconds=300)
"""News signed longer ago is a copy somebody kept: Stripe signs a repetition anew."""
LEAST: Final = timedelta(minutes=31)
MOST: Final = timedelta(hours=23, minutes=59)
"""Between half an hour and a day a page may last, by Stripe's clock and not by ours."""
MOST_NAME: Final = 250
CENTS: Final = {"IDR": 100}
"""What Stripe counts a unit of ours in: rupiah by the hundredth, as no bank does."""

_CARD_PAGE: Final = "payment_intent.latest_charge.balance_transaction"
_CARD: Final = "latest_charge.balance_transaction"


def headers(secret_key: str, *, key: str | None = None) -> dict[str, str]:
    """What every request carries.

    Args:
        key: Keeps a repetition within a day from being carried out twice.
    """
    made = {
        "authorization": f"Bearer {secret_key}",
        "accept": "application/json",
        "content-type": "application/x-www-form-urlencoded",
        "stripe-version": VERSION,
    }
    if key is not None:
        made["idempotency-key"] = key
    return made


def session(asked: ChargeAsked, *, now: datetime) -> bytes:
    """A page to pay at with a card. It lasts half an hour at least: a shorter wish is taken back by us."""
    cents = CENTS[asked.currency]
    lines = [(item.name, item.price_minor, item.quantity) for item in asked.items]
    if sum(price * quantity for _, price, quantity in lines) != asked.amount_minor or any(
        price < 0 or quantity < 1 for _, price, quantity in lines
    ):
        lines = [(asked.description, asked.amount_minor, 1)]
    fields = {
        "mode": "payment",
        "allowed_payment_method_types[0]": "card",
        "client_reference_id": asked.reference,
        "metadata[reference]": asked.reference,
        # Stripe writes to the addresses of its dashboard; this one is for whoever has to set them there.
        "metadata[notify_url]": asked.notify_url,
        # Of the payment, which news of refunds is about.
        "payment_intent_data[metadata][reference]": asked.reference,
        "payment_intent_data[description]": asked.description,
        "success_url": asked.return_url,
        "cancel_url": asked.return_url,
        "expires_at": str(int(min(max(asked.expires_at, now + LEAST), now + MOST).timestamp())),
    }
    if asked.payer.email:
        fields["customer_email"] = asked.payer.email
    for turn, (name, price, quantity) in enumerate(lines):
        line = f"line_items[{turn}]"
        fields |= {
            f"{line}[price_data][currency]": asked.currency.lower(),
            f"{line}[price_data][unit_amount]": str(price * cents),
            f"{line}[price_data][product_data][name]": name[:MOST_NAME],
            f"{line}[quantity]": str(quantity),
        }
    return urlencode(fields).encode()


def refund(asked: RefundAsked, intent: str) -> bytes:
    return urlencode(
        {
            "payment_intent": intent,
            "amount": str(asked.amount_minor * CENTS[asked.currency]),
            "reason": "requested_by_customer",
            "metadata[key]": asked.key,
            "metadata[reason]": asked.reason[:500],
        }
    ).encode()


def session_path(name: str) -> str:
    return f"{SESSIONS}/{quote(name, safe='')}?" + urlencode({"expand[0]": _CARD_PAGE})


def expire_path(name: str) -> str:
    return f"{SESSIONS}/{quote(name, safe='')}/expire"


def intent_path(name: str) -> str:
    return f"{INTENTS}/{quote(name, safe='')}?" + urlencode({"expand[0]": _CARD})


def list_path(path: str, *, after: str | None = None, **filters: str) -> str:
    """A page of a list, newest first."""
    asked = {**filters, "limit": str(PAGE)} | ({"starting_after": after} if after else {})
    return f"{path}?{urlencode(asked)}"


def made_between(first: datetime, last: datetime) -> dict[str, str]:
    """Filters of a list: what was made from one moment to another."""
    return {"created[gte]": f"{first.timestamp():.0f}", "created[lte]": f"{last.timestamp():.0f}"}


def signature(body: bytes, secret: str, at: str) -> str:
    """Of news.

    Args:
        at: When it was signed, as it stands in the header.
    """
    return hmac.new(secret.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()


def signed(body: bytes, header: str, secret: str, *, now: datetime) -> bool:
    """Whether news is signed with this secret, and lately; several signatures stand there while it is changed."""
    parts = [part.strip().partition("=") for part in header.split(",")]
    at = next((value for name, _, value in parts if name == "t"), "")
    if not (at.isascii() and at.isdigit() and len(at) <= 12):
        return False
    right = signature(body, secret, at).encode()
    given = [value.encode("utf-8", "replace") for name, _, value in parts if name == "v1"]
    fits = [hmac.compare_digest(right, one) for one in given]
    return any(fits) and now.timestamp() - int(at) <= TOLERANCE.total_seconds()

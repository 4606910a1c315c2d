"""Sessions of the simulated Xendit: pages on which cards are typed.

Source: Xendit's API reference (Sessions). A page stays ACTIVE while a card on it is declined: the buyer may type
another.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from orderan.sandbox.gateways.xendit_answers import BUSINESS, error, invalid, moment, opens, written
from orderan.sandbox.models import ChargeState, SimCharge, SimReply

LIVES: Final = timedelta(minutes=30)
LEAST: Final = timedelta(minutes=10)
WORDS: Final = {
    ChargeState.PAID: "COMPLETED",
    ChargeState.REFUNDED: "COMPLETED",
    ChargeState.EXPIRED: "EXPIRED",
    ChargeState.CANCELLED: "CANCELED",
}


def refused(body: Mapping[str, Any], *, ends: datetime, now: datetime) -> SimReply | None:
    """The error of a request that lacks something; None where it has all it needs."""
    amount, reference = body.get("amount"), body.get("reference_id")
    if not isinstance(reference, str) or not 1 <= len(reference) <= 64:
        return invalid("request/body must have required property 'reference_id'")
    if body.get("session_type") != "PAY":
        return error(400, "SESSION_TYPE_NOT_SUPPORTED", "session_type is not supported for now")
    if body.get("mode") != "PAYMENT_LINK":
        return error(400, "MODE_NOT_SUPPORTED", "mode is not supported for now")
    if not isinstance(amount, int) or amount <= 0:
        return error(400, "INVALID_AMOUNT", "Amount must be greater than zero")
    if body.get("allowed_payment_channels") != ["CARDS"]:
        return error(400, "INVALID_PAYMENT_CHANNEL", "Channel(s) are not available")
    if not all(opens(body.get(name)) for name in ("success_return_url", "cancel_return_url")):
        return error(400, "INVALID_URL", "Please provide a valid HTTPS URL")
    if ends < now + LEAST:
        return error(400, "INVALID_EXPIRY_DATE", "expires_at must be at least 10 minutes in the future")
    return None


def ends_at(body: Mapping[str, Any], now: datetime) -> datetime:
    """When the page closes."""
    return moment(body.get("expires_at")) or now + LIVES


def told(charge: SimCharge) -> dict[str, Any]:
    word = WORDS.get(charge.state, "ACTIVE")
    return {
        "payment_session_id": charge.id,
        "created": written(charge.made_at),
        "updated": written(charge.changed_at or charge.made_at),
        "reference_id": charge.reference,
        "session_type": "PAY",
        "currency": "IDR",
        "amount": charge.amount,
        "country": "ID",
        "mode": "PAYMENT_LINK",
        "expires_at": written(charge.expires_at),
        "allowed_payment_channels": ["CARDS"],
        "status": word,
        "payment_link_url": f"https://checkout-staging.xendit.co/sessions/{charge.id}",
        "payment_token_id": None,
        "payment_request_id": charge.extra["session"] if word == "COMPLETED" else None,
        "business_id": BUSINESS,
    }

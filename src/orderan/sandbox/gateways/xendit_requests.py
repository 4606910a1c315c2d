"""Payment requests of the simulated Xendit: what they are made of, and as it answers and writes of them.

Source: Xendit's API reference (Payment Requests v3). Amounts are numbers.
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import uuid5

from orderan.sandbox.gateways import xendit_channels as channels
from orderan.sandbox.gateways.xendit_answers import BUSINESS, NAMES, written
from orderan.sandbox.models import ChargeState, SimCharge

WORDS: Final = {
    ChargeState.PENDING: "REQUIRES_ACTION",
    ChargeState.HELD: "AUTHORIZED",
    ChargeState.PAID: "SUCCEEDED",
    ChargeState.DECLINED: "FAILED",
    ChargeState.EXPIRED: "EXPIRED",
    ChargeState.CANCELLED: "CANCELED",
    ChargeState.REVERSED: "FAILED",
    ChargeState.REFUNDED: "SUCCEEDED",
}


def wrong_with(body: Mapping[str, Any]) -> str | None:
    """What a request lacks; None where it has all it needs."""
    reference, amount = body.get("reference_id"), body.get("request_amount")
    if not isinstance(reference, str) or not 1 <= len(reference) <= 255:
        return "must have required property 'reference_id'"
    if body.get("type") != "PAY" or body.get("capture_method") != "AUTOMATIC":
        return "type and capture_method are not supported"
    if (body.get("country"), body.get("currency")) != ("ID", "IDR"):
        return "country and currency do not fit the channel"
    if not isinstance(amount, int) or isinstance(amount, bool) or amount <= 0:
        return "request_amount must be a positive number"
    return channels.wrong_with(body.get("channel_code"), body.get("channel_properties") or {}, body)


def id_of(charge: SimCharge) -> str:
    """Of the request; that of a page is another than the page's own."""
    return str(charge.extra.get("session", charge.id))


def payment_id(charge: SimCharge) -> str:
    return f"py-{uuid5(NAMES, charge.id)}"


def told(charge: SimCharge) -> dict[str, Any]:
    """A payment request."""
    ends = {"expires_at": written(charge.expires_at)} if "expires_at" in charge.extra["properties"] else {}
    found: dict[str, Any] = {
        "payment_request_id": id_of(charge),
        "business_id": BUSINESS,
        "reference_id": charge.reference,
        "type": "PAY",
        "country": "ID",
        "currency": "IDR",
        "request_amount": charge.amount,
        "capture_method": "AUTOMATIC",
        "channel_code": charge.method,
        "channel_properties": charge.extra["properties"] | ends,
        "actions": charge.extra["actions"] if charge.state is ChargeState.PENDING else [],
        "status": WORDS[charge.state],
        "created": written(charge.made_at),
        "updated": written(charge.changed_at or charge.made_at),
    }
    if charge.state not in {ChargeState.PENDING, ChargeState.EXPIRED, ChargeState.CANCELLED}:
        found["latest_payment_id"] = payment_id(charge)
    if WORDS[charge.state] == "FAILED":
        found["failure_code"] = charge.extra.get("failure_code", "USER_DECLINED_PAYMENT")
    return found | dict(charge.extra["echo"])


def payment(charge: SimCharge) -> dict[str, Any]:
    """A payment, as a webhook tells it."""
    found = told(charge)
    found["payment_id"] = found.pop("latest_payment_id", None)
    del found["actions"]
    if charge.paid:
        at = written(charge.changed_at or charge.made_at)
        found["captures"] = [{"capture_timestamp": at, "capture_amount": charge.paid}]
    return found

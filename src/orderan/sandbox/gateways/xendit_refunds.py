"""Refunds of the simulated Xendit.

Source: Xendit's API reference (Refunds).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from orderan.sandbox.gateways.xendit_answers import PAGE, error, reply, written
from orderan.sandbox.gateways.xendit_channels import PAY_LATER
from orderan.sandbox.gateways.xendit_requests import id_of, payment_id
from orderan.sandbox.models import ChargeState, SimCharge, SimRefund, SimReply

REFUNDABLE: Final = {
    "QRIS": 30,
    "GOPAY": 45,
    "SHOPEEPAY": 365,
    "OVO": 14,
    "DANA": 30,
    "LINKAJA": 30,
    "CARDS": 365,
    "AKULAKU": None,
    "KREDIVO": 14,
    "INDODANA": 30,
    "ATOME": None,
}
"""Days after payment; None is without end."""
KINDS: Final = {"QRIS": "QR_CODE", "CARDS": "CARD"} | dict.fromkeys(PAY_LATER, "PAYLATER")
"""What a refund calls its channel's kind; any other is a wallet."""
WHOLE_ONLY: Final = frozenset({"QRIS", "LINKAJA"})


def refused(charge: SimCharge, body: Mapping[str, Any], *, now: datetime) -> SimReply | None:
    """The error of a refund that is not made; None where nothing stands against it but its amount."""
    if charge.method not in REFUNDABLE:
        return error(403, "REFUND_NOT_SUPPORTED", "The channel does not support refunds")
    if charge.state not in {ChargeState.PAID, ChargeState.REFUNDED} or charge.changed_at is None:
        return error(400, "INELIGIBLE_TRANSACTION_STATUS", "The transaction is not refundable")
    days = REFUNDABLE[charge.method]
    if days is not None and now > charge.extra.setdefault("paid_at", charge.changed_at) + timedelta(days):
        return error(400, "INELIGIBLE_TRANSACTION_STATUS", "The refund window is over")
    if any(one.key == str(body.get("reference_id")) for one in charge.refunds):
        return error(409, "DUPLICATE_ERROR", "reference_id has been used before")
    if charge.method in WHOLE_ONLY and amount_of(charge, body) != charge.paid:
        return error(400, "PARTIAL_REFUND_NOT_SUPPORTED", "Only the whole amount can be refunded")
    return None


def amount_of(charge: SimCharge, body: Mapping[str, Any]) -> int:
    """How much is to be paid back; everything that is left unless it says."""
    return int(body.get("amount") or charge.paid - charge.refunded)


def told(charge: SimCharge, refund: SimRefund) -> dict[str, Any]:
    status = "FAILED" if refund.failed else "SUCCEEDED" if refund.confirmed else "PENDING"
    return {
        "id": refund.id,
        "payment_request_id": id_of(charge),
        "payment_id": payment_id(charge),
        "invoice_id": None,
        "payment_method_type": KINDS.get(charge.method, "EWALLET"),
        "reference_id": refund.key,
        "channel_code": charge.method,
        "country": "ID",
        "currency": "IDR",
        "amount": refund.amount,
        "reason": refund.reason,
        "status": status,
        "failure_code": "REFUND_FAILED" if refund.failed else None,
        "refund_fee_amount": None,
        "created": written(refund.at),
        "updated": written(refund.at),
        "metadata": None,
    }


def listed(found: list[dict[str, Any]], query: Mapping[str, str]) -> SimReply:
    names = [one["id"] for one in found]
    start = names.index(query["after_id"]) + 1 if query.get("after_id") in names else 0
    end = start + int(float(query.get("limit", PAGE)))
    return reply(200, {"data": found[start:end], "has_more": end < len(found)})

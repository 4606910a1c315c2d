"""Objects of the simulated Stripe, as it answers and writes of them: pages, payments, charges, refunds, disputes.

Source: Stripe's API reference. Amounts are hundredths of a rupiah.
"""

from collections.abc import Iterable
from typing import Any, Final

from orderan.sandbox.gateways.stripe_answers import digest, inner, seconds
from orderan.sandbox.models import ChargeState, SimCharge, SimRefund

PAID: Final = frozenset({ChargeState.PAID, ChargeState.REFUNDED, ChargeState.REVERSED})
SESSIONS: Final = {
    ChargeState.PENDING: ("open", "unpaid"),
    ChargeState.DECLINED: ("open", "unpaid"),
    ChargeState.HELD: ("complete", "unpaid"),
    ChargeState.EXPIRED: ("expired", "unpaid"),
    ChargeState.CANCELLED: ("expired", "unpaid"),
}
INTENTS: Final = {
    ChargeState.DECLINED: "requires_payment_method",
    ChargeState.HELD: "requires_capture",
    ChargeState.CANCELLED: "canceled",
}
"""Cancelled is a payment whose money was set aside and let go; a page without one is expired."""


def is_open(charge: SimCharge) -> bool:
    """Whether its page is: also while the last card on it was declined."""
    return charge.state in SESSIONS and SESSIONS[charge.state][0] == "open"


def typed(charge: SimCharge) -> bool:
    """Whether a card was typed on its page; then there is a payment."""
    after = {ChargeState.DECLINED, ChargeState.HELD, *PAID}
    return charge.state in after or charge.held_at is not None


def event_of(charge: SimCharge) -> tuple[str | None, dict[str, Any]]:
    """What is written of a charge as it stands: the kind of the event, None for no event, and its object."""
    if charge.extra.get("dispute"):
        closed = charge.extra["dispute"] in {"won", "lost", "warning_closed", "prevented"}
        return f"charge.dispute.{'closed' if closed else 'created'}", dispute_of(charge)
    if charge.refunded:
        return "charge.refunded", charge_of(charge)
    match charge.state:
        case ChargeState.PAID if charge.held_at:
            return "payment_intent.succeeded", intent_of(charge)
        case ChargeState.CANCELLED if charge.held_at:
            return "payment_intent.canceled", intent_of(charge)
        case ChargeState.PAID | ChargeState.HELD:
            return "checkout.session.completed", session_of(charge)
        case ChargeState.EXPIRED | ChargeState.CANCELLED:
            return "checkout.session.expired", session_of(charge)
        case ChargeState.DECLINED:
            return "payment_intent.payment_failed", intent_of(charge)
        case _:
            return None, {}


def session_of(charge: SimCharge, expand: Iterable[str] = ()) -> dict[str, Any]:
    status, paid = SESSIONS.get(charge.state, ("complete", "paid"))
    status = "complete" if charge.held_at else status
    intent: Any = charge.extra["intent"] if typed(charge) else None
    within = inner(expand, "payment_intent")
    if intent and within is not None:
        intent = intent_of(charge, within)
    return {
        "id": charge.id,
        "object": "checkout.session",
        "amount_subtotal": charge.amount * 100,
        "amount_total": charge.amount * 100,
        "client_reference_id": charge.extra["reference"],
        "created": seconds(charge.made_at),
        "currency": charge.extra["currency"],
        "expires_at": seconds(charge.expires_at),
        "livemode": False,
        "metadata": charge.extra["metadata"],
        "mode": "payment",
        "payment_intent": intent,
        "payment_method_types": [charge.method],
        "payment_status": paid,
        "status": status,
        "url": f"https://checkout.stripe.com/c/pay/{charge.id}" if status == "open" else None,
        **charge.extra["urls"],
    }


def intent_of(charge: SimCharge, expand: Iterable[str] = ()) -> dict[str, Any]:
    latest: Any = charge.extra["charge"] if charge.state in PAID else None
    within = inner(expand, "latest_charge")
    if latest and within is not None:
        latest = charge_of(charge, within)
    failed = {"type": "card_error", "code": "card_declined", "decline_code": "insufficient_funds"}
    return {
        "id": charge.extra["intent"],
        "object": "payment_intent",
        "amount": charge.amount * 100,
        "amount_received": charge.paid * 100,
        "currency": charge.extra["currency"],
        "created": seconds(charge.made_at),
        "last_payment_error": failed if charge.state is ChargeState.DECLINED else None,
        "latest_charge": latest,
        "livemode": False,
        "metadata": charge.extra["intent_metadata"],
        "status": INTENTS.get(charge.state, "succeeded"),
    }


def charge_of(charge: SimCharge, expand: Iterable[str] = ()) -> dict[str, Any]:
    name = f"txn_{digest('balance', charge.id)}"
    fee = charge.paid * 100 * 34 // 1000
    # It is looked at before anything else happens to it, and was made when it was paid.
    made = charge.extra.setdefault("paid_at", charge.changed_at or charge.made_at)
    balance = {
        "id": name,
        "object": "balance_transaction",
        "fee": fee,
        "currency": charge.extra["currency"],
    }
    return {
        "id": charge.extra["charge"],
        "object": "charge",
        "amount": charge.amount * 100,
        "amount_captured": charge.paid * 100,
        "amount_refunded": charge.refunded * 100,
        "balance_transaction": name if inner(expand, "balance_transaction") is None else balance,
        "captured": True,
        "created": seconds(made),
        "currency": charge.extra["currency"],
        "disputed": bool(charge.extra.get("dispute")),
        "livemode": False,
        "metadata": charge.extra["intent_metadata"],
        "paid": True,
        "payment_intent": charge.extra["intent"],
        "refunded": charge.refunded == charge.paid,
        "status": "succeeded",
    }


def refund_of(charge: SimCharge, refund: SimRefund) -> dict[str, Any]:
    status = "failed" if refund.failed else "succeeded" if refund.confirmed else "pending"
    return {
        "id": refund.key,
        "object": "refund",
        "amount": refund.amount * 100,
        "charge": charge.extra["charge"],
        "created": seconds(refund.at),
        "currency": charge.extra["currency"],
        "metadata": charge.extra.get("refund_metadata", {}).get(refund.key, {}),
        "payment_intent": charge.extra["intent"],
        "reason": refund.reason or None,
        "status": status,
    }


def dispute_of(charge: SimCharge) -> dict[str, Any]:
    return {
        "id": f"du_{digest('dispute', charge.id)}",
        "object": "dispute",
        "amount": charge.extra.get("disputed", charge.paid) * 100,
        "charge": charge.extra["charge"],
        "created": seconds(charge.changed_at or charge.made_at),
        "currency": charge.extra["currency"],
        "livemode": False,
        "metadata": {},
        "payment_intent": charge.extra["intent"],
        "reason": "fraudulent",
        "status": charge.extra["dispute"],
    }

"""Invoices of the simulated Xendit: what they are made of, as they answer and as they write.

Source: Xendit's API reference (Invoices v2) and the models of its official library, which refuses an answer that
lacks any of the members below.
"""

from collections.abc import Mapping
from typing import Any, Final

from orderan.sandbox.gateways.xendit_answers import written
from orderan.sandbox.models import ChargeState, SimCharge

DAY_S: Final = 86_400
METHODS: Final = frozenset({"SAKUKU", "UANGME"})
WORDS: Final = {
    ChargeState.PENDING: "PENDING",
    ChargeState.PAID: "PAID",
    ChargeState.EXPIRED: "EXPIRED",
    ChargeState.CANCELLED: "EXPIRED",
}
"""Any other is of none of its payments."""
TOLD: Final = frozenset({ChargeState.PAID, ChargeState.EXPIRED})
"""States it writes about."""
_LISTS: Final = (
    "available_banks", "available_retail_outlets", "available_ewallets", "available_qr_codes",
    "available_direct_debits", "available_paylaters",
)  # fmt: skip


def wrong_with(body: Mapping[str, Any]) -> str | None:
    """What a request lacks; None where it has all it needs."""
    reference, amount, methods = (body.get(name) for name in ("external_id", "amount", "payment_methods"))
    if not isinstance(reference, str) or not 1 <= len(reference) <= 255:
        return "external_id is required"
    if isinstance(amount, bool) or not isinstance(amount, int | float) or amount <= 0 or amount % 1:
        return "amount must be a positive number"
    if not isinstance(methods, list) or len(methods) != 1 or methods[0] not in METHODS:
        return "payment_methods must be channels of this account"
    return None if seconds(body) else "invoice_duration must be a positive number of seconds"


def seconds(body: Mapping[str, Any]) -> int:
    """How long it may be paid; their own library writes it with a point. 0 is none that can be read."""
    given = body.get("invoice_duration", DAY_S)
    return int(given) if isinstance(given, int | float) and not isinstance(given, bool) and given >= 1 else 0


def told(charge: SimCharge, *, business: str) -> dict[str, Any]:
    """An invoice."""
    return {
        "id": charge.id,
        "external_id": charge.reference,
        "user_id": business,
        "status": WORDS.get(charge.state, "PENDING"),
        "merchant_name": "Toko",
        "merchant_profile_picture_url": "https://xnd-merchant-logos.test/toko.png",
        "amount": charge.amount,
        "currency": "IDR",
        "expiry_date": written(charge.expires_at),
        "invoice_url": f"https://checkout-staging.xendit.co/web/{charge.id}",
        "should_send_email": False,
        "created": written(charge.made_at),
        "updated": written(charge.changed_at or charge.made_at),
        **{name: [] for name in _LISTS},
        **_paid(charge),
    }


def news(charge: SimCharge, *, business: str) -> dict[str, Any]:
    """What its callback says."""
    return {
        "id": charge.id,
        "external_id": charge.reference,
        "user_id": business,
        "status": WORDS[charge.state],
        "merchant_name": "Toko",
        "amount": charge.amount,
        "currency": "IDR",
        "payment_method": "EWALLET",
        "payment_channel": charge.method,
        **_paid(charge),
    }


def _paid(charge: SimCharge) -> dict[str, Any]:
    if not charge.paid:
        return {}
    return {"paid_amount": charge.paid, "paid_at": written(charge.changed_at or charge.made_at)}

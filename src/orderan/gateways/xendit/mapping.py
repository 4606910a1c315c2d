"""What Xendit's words mean in ours. Tables and pure functions."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from orderan.gateways.errors import Fault, GatewayFailed, GatewayRefused, OutcomeUnknown
from orderan.gateways.models import Instrument, InstrumentKind, Outcome, RefundOutcome
from orderan.gateways.ports import Offer
from orderan.gateways.xendit.wire import BY_PHONE

NAME: Final = "xendit"

OFFERS: Final = {
    "va_bca": Offer("BCA_VIRTUAL_ACCOUNT"),
    "va_bni": Offer("BNI_VIRTUAL_ACCOUNT"),
    "va_bri": Offer("BRI_VIRTUAL_ACCOUNT"),
    "va_mandiri": Offer("MANDIRI_VIRTUAL_ACCOUNT"),
    "va_permata": Offer("PERMATA_VIRTUAL_ACCOUNT"),
    "va_cimb": Offer("CIMB_VIRTUAL_ACCOUNT"),
    "va_bsi": Offer("BSI_VIRTUAL_ACCOUNT"),
    "va_bnc": Offer("BNC_VIRTUAL_ACCOUNT"),
    "va_bss": Offer("BSS_VIRTUAL_ACCOUNT"),
    "va_bjb": Offer("BJB_VIRTUAL_ACCOUNT"),
    "va_muamalat": Offer("MUAMALAT_VIRTUAL_ACCOUNT"),
    "va_hana": Offer("HANA_VIRTUAL_ACCOUNT"),
    "qris": Offer("QRIS", refundable=True, partly=False, refund_days=30),
    "gopay": Offer("GOPAY", refundable=True, refund_days=45),
    "shopeepay": Offer("SHOPEEPAY", refundable=True, refund_days=365),
    "ovo": Offer("OVO", refundable=True, refund_days=14),
    "dana": Offer("DANA", refundable=True, refund_days=30),
    "linkaja": Offer("LINKAJA", refundable=True, partly=False, refund_days=30),
    "astrapay": Offer("ASTRAPAY"),
    "jeniuspay": Offer("JENIUSPAY"),
    "nexcash": Offer("NEXCASH"),
    "card": Offer("CARDS", refundable=True, refund_days=365, most_minor=200_000_000),
    "indomaret": Offer("INDOMARET", most_minor=2_500_000),
    "alfamart": Offer("ALFAMART"),
    "akulaku": Offer("AKULAKU", refundable=True, most_minor=25_000_000),
    "kredivo": Offer("KREDIVO", refundable=True, refund_days=14),
    "indodana": Offer("INDODANA", refundable=True, refund_days=30, most_minor=25_000_000),
    "atome": Offer("ATOME", refundable=True),
    "sakuku": Offer("SAKUKU"),
    "uangme": Offer("UANGME"),
}

OUTCOMES: Final = {
    "ACCEPTING_PAYMENTS": Outcome.PENDING,
    "REQUIRES_ACTION": Outcome.PENDING,
    "PENDING": Outcome.PENDING,
    "AUTHORIZED": Outcome.HELD,
    "SUCCEEDED": Outcome.SUCCEEDED,
    "FAILED": Outcome.DECLINED,
    "CANCELED": Outcome.CANCELLED,
    "EXPIRED": Outcome.EXPIRED,
}
"""Of a payment request, and of the payments under it."""

SESSIONS: Final = {
    "ACTIVE": Outcome.PENDING,
    "COMPLETED": Outcome.SUCCEEDED,
    "EXPIRED": Outcome.EXPIRED,
    "CANCELED": Outcome.CANCELLED,
}

INVOICES: Final = {
    "PENDING": Outcome.PENDING,
    "PAID": Outcome.SUCCEEDED,
    "SETTLED": Outcome.SUCCEEDED,
    "EXPIRED": Outcome.EXPIRED,
}

REFUNDS: Final = {
    "PENDING": RefundOutcome.PENDING,
    "SUCCEEDED": RefundOutcome.DONE,
    "FAILED": RefundOutcome.FAILED,
    "CANCELED": RefundOutcome.FAILED,
    "CANCELLED": RefundOutcome.FAILED,
}

AWAY: Final = frozenset({"CHANNEL_UNAVAILABLE", "ISSUER_UNAVAILABLE", "TEMPORARILY_UNAVAILABLE"})
"""A bank or wallet behind them; they say that nothing was made."""
BUSY: Final = frozenset({"RATE_LIMIT_EXCEEDED", "PAYMENT_REQUEST_RATE_LIMITED", "REFUND_IN_PROGRESS"})
OF_ACCOUNT: Final = frozenset(
    {"INVALID_MERCHANT_SETTINGS", "REQUEST_FORBIDDEN_ERROR", "CHANNEL_NOT_ACTIVATED", "CHANNEL_NOT_SUPPORTED"}
)
"""Refusals of our account or a channel it does not have, besides every 401. Other 403s are about what was asked, or
about the buyer's own account."""
NOT_FOUND: Final = "DATA_NOT_FOUND"
"""Of a 404 that is about what was asked for; any other may be about the address."""

_SHOWN: Final = {
    "VIRTUAL_ACCOUNT_NUMBER": InstrumentKind.VIRTUAL_ACCOUNT,
    "PAYMENT_CODE": InstrumentKind.PAYMENT_CODE,
    "QR_STRING": InstrumentKind.QR,
    "WEB_URL": InstrumentKind.REDIRECT,
    "DEEPLINK_URL": InstrumentKind.DEEPLINK,
}
"""What the buyer is given, by the descriptor of an action. A page opens on every device, so it goes
before a link into an app."""


def word(told: Mapping[str, Any], name: str = "status") -> str:
    """One of their words, upper case; empty where there is none."""
    found = told.get(name)
    return found.upper() if isinstance(found, str) else ""


def rupiah(amount: object) -> int | None:
    """`150000`, `150000.0` and `"150000.00"` are 150000; None for what is no whole amount."""
    if isinstance(amount, bool) or not isinstance(amount, int | float | str):
        return None
    try:
        exact = Decimal(str(amount))
    except InvalidOperation:
        return None
    if not exact.is_finite() or exact < 0 or exact != exact.to_integral_value():
        return None
    return int(exact)


def moment(text: object) -> datetime | None:
    """A time of theirs; None where it is none, or says no offset."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def instrument_of(method: str, told: Mapping[str, Any], *, ends: datetime) -> Instrument | None:
    """What the buyer pays with, from a payment request; None where it lacks it.

    Args:
        ends: Until when it was asked for; what they say goes before it.
    """
    properties = told.get("channel_properties")
    if isinstance(properties, dict):
        ends = moment(properties.get("expires_at")) or ends
    values = {word(one, "descriptor"): one.get("value") for one in _dicts(told.get("actions"))}
    for descriptor, kind in _SHOWN.items():
        value = values.get(descriptor)
        if not isinstance(value, str) or not value:
            continue
        match kind:
            case InstrumentKind.QR:
                return Instrument(kind, qr=value, expires_at=ends)
            case InstrumentKind.REDIRECT | InstrumentKind.DEEPLINK:
                return Instrument(kind, url=value, expires_at=ends)
            case _:
                return Instrument(kind, number=value, expires_at=ends)
    if method in BY_PHONE:
        return Instrument(InstrumentKind.PUSH, expires_at=ends)
    return None


def code_of(told: object) -> str | None:
    """What they call an error; None where a body is not theirs."""
    if isinstance(told, dict) and isinstance(told.get("error_code"), str):
        return str(told["error_code"]) or None
    return None


def trouble(status: int, told: object, *, changes: bool) -> GatewayRefused | GatewayFailed | OutcomeUnknown:
    """The right failure for an answer that is none of success."""
    code = code_of(told)
    words = str(told.get("message", "")) if isinstance(told, dict) else ""
    if code in AWAY:
        return GatewayFailed(NAME, str(code), words, fault=Fault.BANK)
    if status == 429 or code in BUSY:
        return GatewayFailed(NAME, code or "429", words, fault=Fault.BUSY)
    if 400 <= status < 500 and status != 408 and code is not None:
        return GatewayRefused(NAME, code, words, of_account=status == 401 or code in OF_ACCOUNT)
    kind = OutcomeUnknown if changes else GatewayFailed
    return kind(NAME, code or str(status), words, fault=Fault.GARBLED if told is None else Fault.SERVER)


def _dicts(found: object) -> list[dict[str, Any]]:
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []

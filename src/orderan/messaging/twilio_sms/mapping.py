"""What Twilio's words mean in ours. Tables and pure functions."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from orderan.messaging.errors import (
    Because,
    Fault,
    OutcomeUnknown,
    RefusedForGood,
    RefusedForNow,
    SendFailed,
)
from orderan.messaging.models import Cost, ReceiptState

NAME: Final = "twilio_sms"

FOR_GOOD: Final[Mapping[int, Because]] = {
    21211: Because.RECIPIENT,
    21217: Because.RECIPIENT,
    21265: Because.RECIPIENT,
    21602: Because.MESSAGE,
    21604: Because.RECIPIENT,
    21610: Because.RECIPIENT,
    21612: Because.RECIPIENT,
    21614: Because.RECIPIENT,
    21617: Because.MESSAGE,
    30004: Because.RECIPIENT,
    30005: Because.RECIPIENT,
    30006: Because.RECIPIENT,
    30011: Because.MESSAGE,
}
FOR_NOW: Final[Mapping[int, Because]] = {
    14107: Because.PACE,
    20003: Because.ACCOUNT,
    20005: Because.ACCOUNT,
    20429: Because.PACE,
    21212: Because.ACCOUNT,
    21408: Because.ACCOUNT,
    21606: Because.ACCOUNT,
    21608: Because.ACCOUNT,
    21611: Because.PACE,
    21659: Because.ACCOUNT,
    21660: Because.ACCOUNT,
    30001: Because.PACE,
    30002: Because.ACCOUNT,
    30007: Because.MESSAGE,
    30022: Because.PACE,
    63038: Because.PACE,
}

STATES: Final = {
    "sent": ReceiptState.SENT,
    "delivered": ReceiptState.DELIVERED,
    "read": ReceiptState.READ,
    "undelivered": ReceiptState.FAILED,
    "failed": ReceiptState.FAILED,
    "canceled": ReceiptState.FAILED,
}
UNDER_WAY: Final = frozenset({"accepted", "scheduled", "queued", "sending", "partially_delivered"})
"""Words of news that tell of nothing yet."""


def trouble(
    status: int, told: Mapping[str, Any] | None, again_after_s: float | None
) -> RefusedForGood | RefusedForNow | SendFailed | OutcomeUnknown:
    """The right failure for an answer that is none of success."""
    code = told.get("code") if told else None
    words = str(told.get("message") or "") if told else ""
    number = code if isinstance(code, int) else status
    if because := FOR_GOOD.get(number):
        return RefusedForGood(NAME, str(number), words, because=because)
    if because := FOR_NOW.get(number):
        return RefusedForNow(NAME, str(number), words, because=because, again_after_s=again_after_s)
    if status == 429:
        return RefusedForNow(NAME, str(number), words, because=Because.PACE, again_after_s=again_after_s)
    if 400 <= status < 500:
        return RefusedForNow(NAME, str(number), words, because=Because.ACCOUNT)
    if status == 503:
        return SendFailed(NAME, str(number), words, fault=Fault.SERVER)
    return OutcomeUnknown(NAME, str(number), words, fault=Fault.SERVER if status >= 500 else Fault.GARBLED)


def cost_of(price: object, unit: object) -> Cost | None:
    """Prices are written as what is taken away: `"-0.04400"`; None while it is not known."""
    if not isinstance(price, str) or not isinstance(unit, str):
        return None
    try:
        amount = abs(Decimal(price))
    except InvalidOperation:
        return None
    return Cost(amount, unit.upper()) if amount.is_finite() else None


def for_good(code: str | None) -> bool:
    """Whether a receipt's error says that the number cannot be reached at all."""
    return code is not None and code.isdigit() and FOR_GOOD.get(int(code)) is Because.RECIPIENT

"""What Vonage's words mean in ours. Tables and pure functions."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
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

NAME: Final = "vonage_sms"
TAKEN: Final = "0"
CURRENCY: Final = "EUR"
"""Prices have no currency beside them; Vonage bills in euro."""

FOR_GOOD: Final[Mapping[str, Because]] = {
    "2": Because.MESSAGE,
    "3": Because.MESSAGE,
    "6": Because.RECIPIENT,
    "7": Because.RECIPIENT,
    "12": Because.MESSAGE,
    "33": Because.RECIPIENT,
}
FOR_NOW: Final[Mapping[str, Because]] = {
    "1": Because.PACE,
    "4": Because.ACCOUNT,
    "8": Because.ACCOUNT,
    "9": Because.ACCOUNT,
    "10": Because.PACE,
    "11": Because.ACCOUNT,
    "14": Because.ACCOUNT,
    "15": Because.ACCOUNT,
    "22": Because.ACCOUNT,
    "23": Because.ACCOUNT,
    "29": Because.ACCOUNT,
    "32": Because.ACCOUNT,
}
INTERNAL: Final = "5"

STATES: Final = {
    "accepted": ReceiptState.SENT,
    "buffered": ReceiptState.SENT,
    "delivered": ReceiptState.DELIVERED,
    "expired": ReceiptState.FAILED,
    "failed": ReceiptState.FAILED,
    "rejected": ReceiptState.FAILED,
    "deleted": ReceiptState.FAILED,
}
NOBODY_KNOWS: Final = "unknown"
GONE: Final = frozenset({"3", "4", "9", "11"})
"""Errors of receipts that say the number cannot be reached: gone, barred by its owner, no number, no road."""


def trouble(
    status: int, parts: Sequence[Mapping[str, Any]]
) -> RefusedForGood | RefusedForNow | SendFailed | OutcomeUnknown:
    """The right failure for an answer that is none of success."""
    if not parts:
        if status == 429:
            return RefusedForNow(NAME, "429", because=Because.PACE)
        if 400 <= status < 500:
            return RefusedForNow(NAME, str(status), because=Because.ACCOUNT)
        return OutcomeUnknown(NAME, str(status), fault=Fault.SERVER if status >= 500 else Fault.GARBLED)
    refused = next(part for part in parts if str(part.get("status")) != TAKEN)
    code, words = str(refused.get("status")), str(refused.get("error-text") or "")
    if any(str(part.get("status")) == TAKEN for part in parts):
        return OutcomeUnknown(NAME, f"part_{code}", words, fault=Fault.SERVER)
    if because := FOR_GOOD.get(code):
        return RefusedForGood(NAME, code, words, because=because)
    if code == INTERNAL:
        return SendFailed(NAME, code, words, fault=Fault.SERVER)
    return RefusedForNow(NAME, code, words, because=FOR_NOW.get(code, Because.ACCOUNT))


def cost_of(prices: Sequence[object]) -> Cost | None:
    """What all parts take together; None where one of them does not say."""
    try:
        amounts = [Decimal(str(price)) for price in prices]
    except InvalidOperation:
        return None
    if not amounts or not all(amount.is_finite() for amount in amounts):
        return None
    return Cost(sum(amounts, Decimal(0)), CURRENCY)


def moment(text: str) -> datetime | None:
    """A time of theirs, `2020-01-01 12:00:00 +0000`, or without its offset."""
    for shape in ("%Y-%m-%d %H:%M:%S %z", "%Y-%m-%d %H:%M:%S"):
        try:
            found = datetime.strptime(text, shape)  # noqa: DTZ007 - the zone is added where it is missing
        except ValueError:
            continue
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    return None

"""What Zenziva's words mean in ours. Tables and pure functions."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from orderan.messaging.errors import (
    Because,
    Fault,
    OutcomeUnknown,
    RefusedForGood,
    RefusedForNow,
    SendRefused,
)
from orderan.messaging.models import Cost

NAME: Final = "zenziva"
TAKEN: Final = "1"

FOR_GOOD: Final[Mapping[str, Because]] = {"6": Because.MESSAGE}
FOR_NOW: Final[Mapping[str, Because]] = {
    "5": Because.ACCOUNT,
    "89": Because.PACE,
    "99": Because.ACCOUNT,
}


def trouble(status: int, told: Mapping[str, Any] | None) -> SendRefused | OutcomeUnknown:
    """The right failure for an answer that is none of success. A code that is not in the books is a
    refusal of our account: a person has to look at it, and nothing is held against the number.
    """
    if status == 429:
        return RefusedForNow(NAME, "429", because=Because.PACE)
    if told is None or "status" not in told:
        if 400 <= status < 500:
            return RefusedForNow(NAME, str(status), because=Because.ACCOUNT)
        return OutcomeUnknown(NAME, str(status), fault=Fault.SERVER if status >= 500 else Fault.GARBLED)
    code, words = str(told["status"]), str(told.get("text") or "")
    if because := FOR_GOOD.get(code):
        return RefusedForGood(NAME, code, words, because=because)
    return RefusedForNow(NAME, code, words, because=FOR_NOW.get(code, Because.ACCOUNT))


def cost_of(told: Mapping[str, Any]) -> Cost | None:
    """What it took, in rupiah; None where it does not say."""
    text = str(told.get("cost") or "").replace(",", "")
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    return Cost(amount, "IDR") if amount.is_finite() and amount >= 0 else None

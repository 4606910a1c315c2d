"""What a push service's answers mean in ours. Tables and pure functions."""

from collections.abc import Mapping
from typing import Final

from orderan.messaging.errors import (
    Because,
    Fault,
    OutcomeUnknown,
    RefusedForGood,
    RefusedForNow,
    SendRefused,
)

NAME: Final = "webpush"

FOR_GOOD: Final[Mapping[int, Because]] = {
    404: Because.RECIPIENT,
    410: Because.RECIPIENT,
    413: Because.MESSAGE,
}


def trouble(status: int, words: str, again_after_s: float | None) -> SendRefused | OutcomeUnknown:
    """The right failure for an answer that is none of success: 404 and 410 say the browser is gone."""
    if because := FOR_GOOD.get(status):
        return RefusedForGood(NAME, str(status), words, because=because)
    if status in {429, 503}:
        return RefusedForNow(NAME, str(status), words, because=Because.PACE, again_after_s=again_after_s)
    if 300 <= status < 500:
        return RefusedForNow(NAME, str(status), words, because=Because.ACCOUNT)
    return OutcomeUnknown(NAME, str(status), words, fault=Fault.SERVER)

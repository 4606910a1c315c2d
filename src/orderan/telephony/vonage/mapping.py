"""Vonage's words in ours."""

from collections.abc import Mapping
from typing import Any, Final

from orderan.telephony.errors import Fault, OutcomeUnknown, TelephoneFailed, TelephoneRefused, refusal_of
from orderan.telephony.models import OVER, CallState, CallTruth
from orderan.telephony.rules import price_of, whole

NAME: Final = "vonage"
CURRENCY: Final = "EUR"
"""Every price of theirs is in it, whatever an account is billed in."""

STATES: Final[Mapping[str, CallState]] = {
    "started": CallState.QUEUED,
    "ringing": CallState.RINGING,
    "answered": CallState.ANSWERED,
    "human": CallState.ANSWERED,
    "machine": CallState.MACHINE,
    "completed": CallState.COMPLETED,
    "busy": CallState.BUSY,
    "unanswered": CallState.NO_ANSWER,
    "timeout": CallState.NO_ANSWER,
    "failed": CallState.FAILED,
    "rejected": CallState.FAILED,
    "cancelled": CallState.FAILED,
}


def state(word: object) -> CallState | None:
    return STATES.get(word) if isinstance(word, str) else None


def machine(word: object) -> bool | None:
    """Whether a voicemail took it, where a state says so."""
    return {"human": False, "machine": True}.get(word) if isinstance(word, str) else None


def truth_of(told: Mapping[str, Any], call_id: str, *, raw: bytes) -> CallTruth:
    """How a call stands.

    Raises:
        TelephoneFailed: The answer is not one that can be understood, or is about another call.
    """
    stands = state(told.get("status"))
    if told.get("uuid") != call_id or stands is None:
        raise TelephoneFailed(NAME, "not_understood", str(told.get("status"))[:40], fault=Fault.GARBLED)
    return CallTruth(
        call_id=call_id,
        state=stands,
        machine=machine(told.get("status")),
        duration_s=whole(told.get("duration")) if stands in OVER else None,
        price=price_of(told.get("price"), CURRENCY) if stands in OVER else None,
        raw=raw,
    )


def trouble(
    status: int, told: object, *, changes: bool
) -> TelephoneRefused | TelephoneFailed | OutcomeUnknown:
    """The right failure for an answer that is none of success."""
    said: object = ""
    if isinstance(told, dict):
        said = next((told[name] for name in ("detail", "title", "error_title") if name in told), "")
    detail = said[:200] if isinstance(said, str) else ""
    if status == 429:
        return TelephoneFailed(NAME, "429", detail, fault=Fault.BUSY)
    if 400 <= status < 500 and status != 408:
        return refusal_of(NAME, status, str(status), detail)
    kind = OutcomeUnknown if changes else TelephoneFailed
    return kind(NAME, str(status), detail, fault=Fault.GARBLED if status < 300 else Fault.SERVER)

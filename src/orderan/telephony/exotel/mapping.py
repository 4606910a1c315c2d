"""Exotel's words in ours."""

from collections.abc import Mapping
from typing import Any, Final

from orderan.telephony.errors import Fault, OutcomeUnknown, TelephoneFailed, TelephoneRefused, refusal_of
from orderan.telephony.models import OVER, CallState, CallTruth
from orderan.telephony.rules import address_of, price_of, whole

NAME: Final = "exotel"

STATES: Final[Mapping[str, CallState]] = {
    "queued": CallState.QUEUED,
    "ringing": CallState.RINGING,
    "in-progress": CallState.RINGING,
    "completed": CallState.COMPLETED,
    "busy": CallState.BUSY,
    "no-answer": CallState.NO_ANSWER,
    "failed": CallState.FAILED,
    "canceled": CallState.FAILED,
}
"""In progress is a call from the moment it is dialled; that it was answered, news alone says."""

EVENTS: Final[Mapping[str, CallState]] = {"answered": CallState.ANSWERED}


def state(word: object) -> CallState | None:
    return STATES.get(word) if isinstance(word, str) else None


def machine(answered_by: object) -> bool | None:
    """Whether a voicemail took it; None where Exotel does not say, which is usual."""
    if not isinstance(answered_by, str) or not answered_by:
        return None
    return {"human": False, "machine": True, "voicemail": True}.get(answered_by.lower())


def news_state(told: Mapping[str, Any]) -> CallState | None:
    event = told.get("EventType")
    found = EVENTS.get(event) if isinstance(event, str) else None
    found = found or state(told.get("Status"))
    return CallState.MACHINE if found is CallState.ANSWERED and machine(told.get("AnsweredBy")) else found


def duration(told: Mapping[str, Any]) -> int | None:
    """Seconds spoken, under either of the names it has."""
    spoken = whole(told.get("ConversationDuration"))
    return spoken if spoken is not None else whole(told.get("Duration"))


def truth_of(told: Mapping[str, Any], call_id: str, *, currency: str, raw: bytes) -> CallTruth:
    """How a call stands, from its details.

    Raises:
        TelephoneFailed: The answer is not one that can be understood, or is about another call.
    """
    stands = state(told.get("Status"))
    if told.get("Sid") != call_id or stands is None:
        raise TelephoneFailed(NAME, "not_understood", str(told.get("Status"))[:40], fault=Fault.GARBLED)
    reference = told.get("CustomField")
    return CallTruth(
        call_id=call_id,
        state=stands,
        reference=reference if isinstance(reference, str) and reference else None,
        machine=machine(told.get("AnsweredBy")),
        duration_s=duration(told) if stands in OVER else None,
        price=price_of(told.get("Price"), currency),
        recording_url=address_of(told.get("RecordingUrl")),
        raw=raw,
    )


def trouble(
    status: int, told: object, *, changes: bool
) -> TelephoneRefused | TelephoneFailed | OutcomeUnknown:
    """The right failure for an answer that is none of success."""
    inner = told.get("RestException") if isinstance(told, dict) else None
    said = inner.get("Message") if isinstance(inner, dict) else None
    code = inner.get("Code") if isinstance(inner, dict) else None
    detail = said[:200] if isinstance(said, str) else ""
    word = str(code) if isinstance(code, int | str) and code else str(status)
    if status == 429:
        return TelephoneFailed(NAME, word, detail, fault=Fault.BUSY)
    if 400 <= status < 500 and status != 408:
        return refusal_of(NAME, status, word, detail)
    kind = OutcomeUnknown if changes else TelephoneFailed
    return kind(NAME, word, detail, fault=Fault.GARBLED if status < 300 else Fault.SERVER)

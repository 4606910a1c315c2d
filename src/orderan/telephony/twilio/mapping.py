"""Twilio's words in ours."""

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

from orderan.telephony.errors import Fault, OutcomeUnknown, TelephoneFailed, TelephoneRefused, refusal_of
from orderan.telephony.models import OVER, CallState, CallTruth
from orderan.telephony.rules import address_of, price_of, whole

NAME: Final = "twilio"
NUMBERS: Final = frozenset({"13224", "13225", "21211", "21214", "21217"})
"""Codes of numbers that are none, or that cannot be called.

Source: Twilio's dictionary of errors: 13224 invalid, 13225 blocked, 21211 invalid `To`, 21214 `To` cannot be
reached, 21217 does not appear to be valid.
"""

STATES: Final[Mapping[str, CallState]] = {
    "queued": CallState.QUEUED,
    "initiated": CallState.QUEUED,
    "ringing": CallState.RINGING,
    "in-progress": CallState.ANSWERED,
    "completed": CallState.COMPLETED,
    "busy": CallState.BUSY,
    "no-answer": CallState.NO_ANSWER,
    "failed": CallState.FAILED,
    "canceled": CallState.FAILED,
}


def machine(answered_by: object) -> bool | None:
    """Whether a voicemail or a fax took it; None where Twilio did not look, or could not tell."""
    if not isinstance(answered_by, str) or answered_by in {"", "unknown"}:
        return None
    return answered_by == "fax" or answered_by.startswith("machine")


def state(word: object, *, by_machine: bool | None) -> CallState | None:
    found = STATES.get(word) if isinstance(word, str) else None
    return CallState.MACHINE if found is CallState.ANSWERED and by_machine else found


def truth_of(told: Mapping[str, Any], call_id: str, *, raw: bytes) -> CallTruth:
    """How a call stands, without its recording, which is kept elsewhere.

    Raises:
        TelephoneFailed: The answer is not one that can be understood, or is about another call.
    """
    by_machine = machine(told.get("answered_by"))
    stands = state(told.get("status"), by_machine=by_machine)
    if told.get("sid") != call_id or stands is None:
        raise TelephoneFailed(NAME, "not_understood", str(told.get("status"))[:40], fault=Fault.GARBLED)
    currency = told.get("price_unit")
    return CallTruth(
        call_id=call_id,
        state=stands,
        machine=by_machine,
        duration_s=whole(told.get("duration")) if stands in OVER else None,
        price=price_of(told.get("price"), currency.upper() if isinstance(currency, str) else "USD"),
        raw=raw,
    )


def recording_of(told: Mapping[str, Any], base_url: str) -> str | None:
    """Where the newest of the listed recordings is: its own address, or the one its JSON stands at."""
    listed = told.get("recordings")
    for one in listed if isinstance(listed, list) else []:
        if isinstance(one, dict):
            found, uri = address_of(one.get("media_url")), one.get("uri")
            if found is None and isinstance(uri, str) and uri.startswith("/"):
                found = base_url + uri.removesuffix(".json")
            if found is not None:
                return found
    return None


def recording_sids(told: Mapping[str, Any]) -> list[str]:
    """What the listed recordings are called."""
    listed = told.get("recordings")
    named = [one.get("sid") for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    return [sid for sid in named if isinstance(sid, str) and sid]


def trouble(
    status: int, told: object, *, changes: bool
) -> TelephoneRefused | TelephoneFailed | OutcomeUnknown:
    """The right failure for an answer that is none of success."""
    said = told.get("message") if isinstance(told, dict) else None
    code = told.get("code") if isinstance(told, dict) else None
    detail = said[:200] if isinstance(said, str) else ""
    word = str(code) if isinstance(code, int) else str(status)
    if status == 429:
        return TelephoneFailed(NAME, word, detail, fault=Fault.BUSY)
    if 400 <= status < 500 and status != 408:
        return refusal_of(NAME, status, word, detail, numbers=NUMBERS)
    kind = OutcomeUnknown if changes else TelephoneFailed
    return kind(NAME, word, detail, fault=Fault.GARBLED if status < 300 else Fault.SERVER)


def at(text: object) -> datetime | None:
    """A time of theirs, such as `Wed, 11 Nov 2026 04:00:00 +0000`."""
    try:
        found = parsedate_to_datetime(str(text))
    except (ValueError, IndexError):
        return None
    return found if found.tzinfo is not None else None

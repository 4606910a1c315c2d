"""What is sent to Vonage, what it is told to say, and how either side proves who it is. Pure.

Source: Vonage's reference of the Voice API, of NCCO and of signed webhooks, and its own libraries. That a recording is
deleted with a DELETE of its address stands in no reference: it is what users of theirs do, and it is kept 30 days at most.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import jwt
from jwt.types import Options

from orderan.telephony.models import CallAsked, Farewell, Heard, Language, Prompt, Received
from orderan.telephony.rules import with_query

CALLS: Final = "/v1/calls"
FILES: Final = "/v1/files"
VOICES: Final[Mapping[Language, str]] = {"id": "id-ID", "en": "en-US"}
REFERENCE: Final = "reference"
ASKED: Final = "asked"
RECORD: Final = "record"
"""Put behind the first address asked: where word of the recording goes, which begins with the first answer."""
LASTS: Final = timedelta(minutes=5)
STALE: Final = timedelta(minutes=15)
"""A token of theirs has no end of its own; one this old is somebody who kept it."""
MOST_TEXT: Final = 1500
MOST_RING: Final = 120
MOST_LENGTH: Final = 7200
MOST_DIGITS: Final = 20
MOST_WAIT: Final = 10

_SIGNATURE_ALONE: Final[Options] = {
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
}
"""Their library looks at the machine's clock; what a token claims is looked at here, by ours."""


def call(call_id: str) -> str:
    return f"{CALLS}/{call_id}"


def recording(name: str) -> str:
    return f"{FILES}/{name}"


def recording_name(address: str) -> str | None:
    """What a recording is called, from where it was told to be; None of what is none of theirs."""
    before, _, name = urlsplit(address).path.rpartition("/")
    return name if before == FILES and name else None


def token(application: str, private_key: str, *, now: datetime, once: str) -> str:
    """A JWT that lets us call.

    Args:
        once: A name no other token has.
    """
    claims = {
        "application_id": application,
        "iat": int(now.timestamp()),
        "exp": int((now + LASTS).timestamp()),
        "jti": once,
    }
    return jwt.encode(claims, private_key, algorithm="RS256")


def headers(bearer: str) -> dict[str, str]:
    return {
        "authorization": f"Bearer {bearer}",
        "accept": "application/json",
        "content-type": "application/json",
    }


def call_body(asked: CallAsked) -> bytes:
    ask = with_query(asked.ask_url, **{REFERENCE: asked.reference})
    news = with_query(asked.news_url, **{REFERENCE: asked.reference})
    body: dict[str, Any] = {
        "to": [{"type": "phone", "number": asked.to.removeprefix("+")}],
        "from": {"type": "phone", "number": asked.caller_id.removeprefix("+")},
        "answer_url": [with_query(ask, **{RECORD: news}) if asked.record else ask],
        "answer_method": "POST",
        "event_url": [news],
        "event_method": "POST",
        "ringing_timer": min(asked.ring_s, MOST_RING),
        "length_timer": min(asked.longest_s, MOST_LENGTH),
    }
    if asked.detect_machine:
        body["machine_detection"] = "continue"
    return _json(body)


def hang_up_body() -> bytes:
    return _json({"action": "hangup"})


def signed(received: Received, secret: str, *, application: str, now: datetime) -> bool:
    """Whether a request carries a fresh token over exactly this body, for this application."""
    kind, _, given = received.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer":
        return False
    try:
        claims = jwt.decode(given.strip(), secret, algorithms=["HS256"], options=_SIGNATURE_ALONE)
    except jwt.PyJWTError:
        return False
    made, hashed = claims.get("iat"), claims.get("payload_hash")
    if isinstance(made, bool) or not isinstance(made, int | float) or not isinstance(hashed, str):
        return False
    if abs(now.timestamp() - made) > STALE.total_seconds():
        return False
    if claims.get("application_id", application) != application:
        return False
    whole = hashlib.sha256(received.body).hexdigest()
    return hmac.compare_digest(whole.encode(), hashed.lower().encode("utf-8", "replace"))


def ncco(said: Prompt | Farewell, to: Heard, *, record: str | None) -> bytes:
    """Actions: what is said, in pieces Vonage takes, then what is waited for.

    Args:
        record: Where word of the recording goes; None records nothing.
    """
    prompt = said if isinstance(said, Prompt) else None
    actions: list[dict[str, Any]] = []
    if record is not None:
        actions.append({"action": "record", "eventUrl": [record], "eventMethod": "POST"})
    actions += [
        {
            "action": "talk",
            "text": part,
            "language": VOICES[said.language],
            "bargeIn": prompt is not None and prompt.barge_in,
        }
        for part in _parts(said.text)
    ]
    if prompt is not None:
        actions.append(
            {
                "action": "input",
                "type": ["dtmf"],
                "dtmf": {
                    "maxDigits": min(prompt.digits, MOST_DIGITS),
                    "timeOut": min(prompt.timeout_s, MOST_WAIT),
                    "submitOnHash": prompt.finish_key == "#",
                },
                "eventUrl": [to.back],
                "eventMethod": "POST",
            }
        )
    return _json(actions)


def _parts(text: str) -> Iterator[str]:
    """A text in pieces of 1500 characters at most, cut between sentences or words where there are any."""
    rest = text.strip()
    while len(rest) > MOST_TEXT:
        cuts = [found.end() for found in re.finditer(r"[.!?]\s", rest[:MOST_TEXT])]
        cut = cuts[-1] if cuts else rest.rfind(" ", 0, MOST_TEXT) + 1 or MOST_TEXT
        yield rest[:cut].strip()
        rest = rest[cut:].strip()
    yield rest


def _json(body: object) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()

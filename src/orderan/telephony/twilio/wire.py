"""What is sent to Twilio, and what it is told to say; the rest is in `orderan.kit.twilio`. Pure.

Source: Twilio's API reference of 2010-04-01, and its TwiML reference.
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, urlencode
from xml.sax.saxutils import escape, quoteattr

from orderan.kit import twilio
from orderan.telephony.models import CallAsked, Farewell, Heard, Language, Prompt, Received
from orderan.telephony.rules import with_query

VOICES: Final[Mapping[Language, str]] = {"id": "id-ID", "en": "en-US"}
EVENTS: Final = ("initiated", "ringing", "answered", "completed")
REFERENCE: Final = "reference"
ASKED: Final = "asked"
"""Put behind the address asked with what was pressed: silence then is told from a first question."""
MOST_SECONDS: Final = 600


def calls(account: str) -> str:
    return f"/2010-04-01/Accounts/{account}/Calls.json"


def call(account: str, call_id: str) -> str:
    return f"/2010-04-01/Accounts/{account}/Calls/{call_id}.json"


def recordings(account: str, call_id: str) -> str:
    return f"/2010-04-01/Accounts/{account}/Calls/{call_id}/Recordings.json"


def recording(account: str, sid: str) -> str:
    return f"/2010-04-01/Accounts/{account}/Recordings/{sid}.json"


def call_body(asked: CallAsked) -> bytes:
    news = with_query(asked.news_url, **{REFERENCE: asked.reference})
    fields = [
        ("To", asked.to),
        ("From", asked.caller_id),
        ("Url", with_query(asked.ask_url, **{REFERENCE: asked.reference})),
        ("Method", "POST"),
        ("StatusCallback", news),
        ("StatusCallbackMethod", "POST"),
        *(("StatusCallbackEvent", event) for event in EVENTS),
        ("Timeout", str(min(asked.ring_s, MOST_SECONDS))),
        ("TimeLimit", str(asked.longest_s)),
    ]
    if asked.detect_machine:
        fields.append(("MachineDetection", "Enable"))
    if asked.record:
        fields += [
            ("Record", "true"),
            ("RecordingStatusCallback", news),
            ("RecordingStatusCallbackMethod", "POST"),
        ]
    return urlencode(fields).encode()


def hang_up_body() -> bytes:
    """`completed` ends a call in any state; `canceled` would let one go on that was just answered."""
    return urlencode({"Status": "completed"}).encode()


def form(body: bytes) -> dict[str, str] | None:
    """Members of a form; None for what is none."""
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True))
    except ValueError:
        return None


def signed(received: Received, token: str) -> bool:
    """Whether a request is signed with the account's token: the form, or the hash of another body."""
    hashed = received.query().get("bodySHA256")
    if hashed is not None:
        whole = hashlib.sha256(received.body).hexdigest()
        if not hmac.compare_digest(whole.encode(), hashed.encode("utf-8", "replace")):
            return False
        members = []
    else:
        try:
            members = parse_qsl(received.body.decode(), keep_blank_values=True)
        except ValueError:
            return False
    return twilio.signed(token, received.url, members, received.headers.get(twilio.SIGNATURE, ""))


def twiml(said: Prompt | Farewell, to: Heard) -> bytes:
    voice = f'<Say language="{VOICES[said.language]}">{escape(_speakable(said.text))}</Say>'
    if isinstance(said, Farewell):
        return _document(f"{voice}<Hangup/>")
    gather = {
        "input": "dtmf",
        "numDigits": str(said.digits),
        "timeout": str(said.timeout_s),
        "finishOnKey": said.finish_key,
        "bargeIn": str(said.barge_in).lower(),
        "actionOnEmptyResult": "true",
        "method": "POST",
        "action": to.back,
    }
    written = " ".join(f"{name}={quoteattr(value)}" for name, value in gather.items())
    return _document(f"<Gather {written}>{voice}</Gather>")


def _document(inner: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{inner}</Response>'.encode()


def _speakable(text: str) -> str:
    """Without characters XML cannot hold."""
    return "".join(one for one in text if one >= " " or one in "\t\n\r")

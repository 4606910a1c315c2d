"""What is sent to Twilio, what it is told to say, and how its requests are signed. Pure.

Source: Twilio's API reference of 2010-04-01, its TwiML reference, and how its own libraries check a
signature: with the port in the address and without, because what signs is not of one mind about it.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from xml.sax.saxutils import escape, quoteattr

from orderan.telephony.models import CallAsked, Farewell, Heard, Language, Prompt, Received
from orderan.telephony.rules import with_query

VOICES: Final[Mapping[Language, str]] = {"id": "id-ID", "en": "en-US"}
EVENTS: Final = ("initiated", "ringing", "answered", "completed")
REFERENCE: Final = "reference"
ASKED: Final = "asked"
"""Put behind the address asked with what was pressed: silence then is told from a first question."""
MOST_SECONDS: Final = 600
_PORTS: Final = {"https": 443, "http": 80}


def calls(account: str) -> str:
    return f"/2010-04-01/Accounts/{account}/Calls.json"


def call(account: str, call_id: str) -> str:
    return f"/2010-04-01/Accounts/{account}/Calls/{call_id}.json"


def recordings(account: str, call_id: str) -> str:
    return f"/2010-04-01/Accounts/{account}/Calls/{call_id}/Recordings.json"


def headers(account: str, token: str) -> dict[str, str]:
    told = base64.b64encode(f"{account}:{token}".encode()).decode()
    return {
        "authorization": f"Basic {told}",
        "accept": "application/json",
        "content-type": "application/x-www-form-urlencoded",
    }


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


def signature(token: str, url: str, members: list[tuple[str, str]]) -> str:
    """HMAC-SHA1 over the address and every member of the form, by name; a member given twice counts once."""
    text = url + "".join(name + value for name, value in sorted(set(members)))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def signed(received: Received, token: str) -> bool:
    """Whether a request is signed with the account's token: the form, or the hash of another body."""
    given = received.headers.get("x-twilio-signature", "").encode("utf-8", "replace")
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
    return any(
        hmac.compare_digest(signature(token, url, members).encode(), given) for url in _shapes(received.url)
    )


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


def _shapes(url: str) -> Iterator[str]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return
    host = parts.netloc.rpartition(":")[0] if port is not None else parts.netloc
    yield url
    yield urlunsplit(parts._replace(netloc=host))
    if port is None and parts.scheme in _PORTS:
        yield urlunsplit(parts._replace(netloc=f"{host}:{_PORTS[parts.scheme]}"))

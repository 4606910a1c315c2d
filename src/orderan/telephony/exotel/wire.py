"""What is sent to Exotel, and how its applets are answered. Pure.

A flow is drawn on Exotel's own pages, and its applets ask the addresses written there:

    Gather (parameters from an address, `applet=gather`)  what is said, and how many keys are taken
    Passthru (waits for the answer, `applet=passthru`)    200 asks on at the Gather, 302 says farewell
    Greeting (text from an address, `applet=text`)        the last words

An account of the newer portal needs no flow: it asks with a POST and is answered in ExoML.

Source: Exotel's articles on connecting a call to a flow, on the Gather and Passthru applets, and its
reference of ExoML.
"""

import base64
import hmac
import json
from email import message_from_bytes
from email.message import Message
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode
from xml.sax.saxutils import escape, quoteattr

from orderan.telephony.models import CallAsked, Farewell, Heard, Prompt, Received
from orderan.telephony.rules import with_query

TOKEN: Final = "token"  # noqa: S105 - what it is called in an address
REFERENCE: Final = "reference"
APPLET: Final = "applet"
ASKED: Final = "asked"
GATHER: Final = "gather"
PASSTHRU: Final = "passthru"
TEXT: Final = "text"
EXOML: Final = "exoml"
MOST_SECONDS: Final = 14_400
DIGITS: Final = ("digits", "DigitsPressed", "Digits")
"""Passthru's word, ExoML's, and the one of what ExoML was made after."""


def connect(account: str) -> str:
    return f"/v1/Accounts/{account}/Calls/connect.json"


def call(account: str, call_id: str) -> str:
    return f"/v1/Accounts/{account}/Calls/{call_id}.json"


def flow(account: str, app: str) -> str:
    """The address Exotel itself knows a flow by; it is never called by us."""
    return f"http://my.exotel.com/{account}/exoml/start_voice/{app}"


def headers(key: str, token: str) -> dict[str, str]:
    told = base64.b64encode(f"{key}:{token}".encode()).decode()
    return {
        "authorization": f"Basic {told}",
        "accept": "application/json",
        "content-type": "application/x-www-form-urlencoded",
    }


def connect_body(asked: CallAsked, *, account: str, app: str, token: str) -> bytes:
    """A call into the flow; without one, the newer portal asks us from the first word on."""
    members = {TOKEN: token, REFERENCE: asked.reference}
    fields = [
        ("From", asked.to),
        ("CallerId", asked.caller_id),
        ("Url", flow(account, app) if app else with_query(asked.ask_url, **members)),
        ("CallType", "trans"),
        ("TimeOut", str(asked.ring_s)),
        ("TimeLimit", str(min(asked.longest_s, MOST_SECONDS))),
        ("StatusCallback", with_query(asked.news_url, **members)),
        ("StatusCallbackEvents[0]", "terminal"),
        ("StatusCallbackEvents[1]", "answered"),
        ("StatusCallbackContentType", "application/json"),
        ("CustomField", asked.reference),
    ]
    if asked.record:
        fields.append(("Record", "true"))
    return urlencode(fields).encode()


def knows_the_token(received: Received, token: str) -> bool:
    """Whether our secret stands in the address, which is all that tells Exotel from a stranger."""
    given = received.query().get(TOKEN, "").encode("utf-8", "replace")
    return bool(token) and hmac.compare_digest(given, token.encode())


def members(received: Received) -> dict[str, Any] | None:
    """What a request tells, query and body together; None for a body that is neither JSON nor a form."""
    told: dict[str, Any] = dict(received.query())
    if not received.body:
        return told
    kind = received.headers.get("content-type", "").lower()
    try:
        if "json" in kind:
            inner = json.loads(received.body)
        elif "multipart" in kind:
            inner = _parts(received.headers["content-type"], received.body)
        else:
            inner = dict(parse_qsl(received.body.decode(), keep_blank_values=True))
    except (ValueError, RecursionError):
        return None
    return told | inner if isinstance(inner, dict) else None


def gather(said: Prompt | Farewell) -> bytes:
    """Parameters of a Gather applet; farewells have no key to wait for, and wait the shortest time there is."""
    prompt = said if isinstance(said, Prompt) else None
    told = {
        "gather_prompt": {"text": said.text},
        "max_input_digits": prompt.digits if prompt else 1,
        "finish_on_key": prompt.finish_key if prompt else "#",
        "input_timeout": prompt.timeout_s if prompt else 1,
        "repeat_menu": 0,
    }
    return json.dumps(told, ensure_ascii=False).encode()


def exoml(said: Prompt | Farewell, to: Heard) -> bytes:
    voice = f"<Say>{escape(''.join(one for one in said.text if one >= ' '))}</Say>"
    if isinstance(said, Farewell):
        return _document(f"{voice}<Hangup/>")
    written = " ".join(
        f"{name}={quoteattr(value)}"
        for name, value in (
            ("action", to.back),
            ("method", "POST"),
            ("numDigits", str(said.digits)),
            ("timeout", str(said.timeout_s)),
            ("finishOnKey", said.finish_key),
        )
    )
    # Silence falls through to what stands behind a Gather: it asks again, and is told from the first time.
    again = f'<Redirect method="POST">{escape(to.back)}</Redirect>'
    return _document(f"<Gather {written}>{voice}</Gather>{again}")


def _document(inner: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{inner}</Response>'.encode()


def _parts(kind: str, body: bytes) -> dict[str, Any]:
    head = f"Content-Type: {kind}\r\n\r\n".encode("latin-1", "replace")
    parts = message_from_bytes(head + body).get_payload()
    told: dict[str, Any] = {}
    for part in parts if isinstance(parts, list) else []:
        name = part.get_param("name", header="content-disposition") if isinstance(part, Message) else None
        if isinstance(name, str) and isinstance(part, Message):
            value = part.get_payload(decode=True)
            told[name] = value.decode("utf-8", "replace") if isinstance(value, bytes) else ""
    if not told:
        message = "no parts"
        raise ValueError(message)
    return told

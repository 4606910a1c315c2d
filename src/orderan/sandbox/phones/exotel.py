"""Exotel as it answers, asks and writes: a call connected to a flow, or to ExoML; nothing is signed.

The flow is the one `docs/guides/telephone.md` describes. Its addresses are those a shop would write into the applets, all
the same but for `applet`: where it asks is registered with `registered_at`.

    Gather --keys or silence--> Passthru --200--> Gather
                                         --302--> Greeting, then the end
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from orderan.sandbox.models import Letter, SimReply, SimRequest
from orderan.sandbox.phones import markup
from orderan.sandbox.phones.faults import PhoneFaults, written
from orderan.sandbox.phones.models import Ask, CallBook, Gather, Line, Said, SimCall, Stage, Told

_JAKARTA: Final = timezone(timedelta(hours=7))
_WORDS: Final = {
    Stage.QUEUED: "in-progress",
    Stage.RINGING: "in-progress",
    Stage.TALKING: "in-progress",
    Stage.COMPLETED: "completed",
    Stage.BUSY: "busy",
    Stage.NO_ANSWER: "no-answer",
    Stage.FAILED: "failed",
}
_NEVER: Final = "1970-01-01 05:30:00"
_A_MINUTE: Final = 600
"""Rupiah."""
_GATHER, _PASSTHRU, _TEXT = "gather", "passthru", "text"


class ExotelSimulator:
    """One account at Exotel, with one flow."""

    name = "exotel"

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.book = CallBook()
        self._sid = fields["account_sid"]
        self._key = fields["api_key"]
        self._token = fields["api_token"]
        self._flow = f"http://my.exotel.com/{self._sid}/exoml/start_voice/{fields['app_id']}"
        self._asks: str | None = None

    def registered_at(self, address: str | None) -> None:
        """Where the applets of the flow ask; None is a flow that asks nobody, and hangs up at once."""
        self._asks = address

    def answer(self, request: SimRequest, *, now: datetime) -> SimReply:
        right = "Basic " + base64.b64encode(f"{self._key}:{self._token}".encode()).decode()
        if request.headers.get("authorization") != right:
            return _wrong(401, "Authentication failed")
        root = f"/v1/Accounts/{self._sid}/Calls"
        if request.path in {f"{root}/connect", f"{root}/connect.json"}:
            if request.method != "POST":
                return _wrong(405, "Method not allowed")
            return self._connect(request, now)
        call = self.book.find(request.path.removeprefix(f"{root}/").removesuffix(".json"))
        if call is None or not request.path.startswith(f"{root}/"):
            return _wrong(404, "Call does not exist")
        return _json(200, {"Call": self._told(call)})

    def calls_somebody(self, request: SimRequest) -> bool:
        return request.method == "POST" and "/Calls/connect" in request.path

    def too_many(self) -> SimReply:
        return _wrong(429, "Too many requests", 1429)

    def ask(self, call: SimCall, url: str, keys: str | None, faults: PhoneFaults, *, now: datetime) -> Ask:
        if not call.extra["flow"]:
            return self._exoml(call, url, keys, faults)
        applet = _PASSTHRU if keys is not None else call.extra["applet"]
        call.extra["applet"] = applet
        members = {
            "CallSid": call.id,
            "CallFrom": call.to,
            "CallTo": call.caller_id,
            "Direction": "outbound-dial",
            "Created": _day(call.made_at),
            "DialCallDuration": "0",
            "StartTime": _local(call.answered_at),
            "EndTime": "1970-01-01 05:30:00",
            "CallType": "call-attempt",
            "CallStatus": _WORDS[call.stage],
            "flow_id": self._flow.rsplit("/", 1)[-1],
            "tenant_id": "1",
            "From": call.to,
            "To": call.caller_id,
            "CurrentTime": _local(now),
        }
        if call.extra["custom"]:
            members["CustomField"] = call.extra["custom"]
        if keys is not None:
            digits = written(keys, faults.digits, quoted=True)
            if digits is not None:
                members["digits"] = digits
                call.extra["digits"] = digits
        elif "digits" in call.extra:
            # The flow keeps what was gathered, and tells every applet behind.
            members["digits"] = call.extra["digits"]
        return Ask("GET", _with(self._asks or "", {"applet": applet, **members}), {"Exotel-Version": "1.0"})

    def understand(self, call: SimCall, told: Told) -> Said:
        if not call.extra["flow"]:
            if told.status != 200:
                return Said(wrong=f"HTTP {told.status}")
            return markup.read(told.body, here=call.extra.get("asked", call.ask_url))
        match call.extra["applet"]:
            case "passthru":
                if told.status not in {200, 302}:
                    return Said(wrong=f"HTTP {told.status}")
                call.extra["applet"] = _GATHER if told.status == 200 else _TEXT
                return Said(more="flow")
            case "text":
                if told.status != 200 or not told.media_type.startswith("text/plain"):
                    return Said(wrong=f"HTTP {told.status} {told.media_type}")
                return Said((Line("voice", told.body.decode("utf-8", "replace")),))
            case _:
                return _gathered(told)

    def news(self, call: SimCall, faults: PhoneFaults, *, now: datetime) -> list[Letter]:
        event = "answered" if call.stage is Stage.TALKING else "terminal" if call.over else None
        if event is None or call.news_url is None or event not in call.extra["events"]:
            return []
        call.extra["recorded"] = call.record and call.stage is Stage.COMPLETED and not faults.no_recording
        told = self._told(call)
        body = {
            "CallSid": call.id,
            "EventType": event,
            **{name: told[name] for name in ("DateCreated", "Status", "To", "From", "PhoneNumberSid")},
            "DateUpdated": _local(now),
            **{name: told[name] for name in ("StartTime", "EndTime", "Price", "RecordingUrl", "Direction")},
            "ConversationDuration": call.seconds,
            "CustomField": call.extra["custom"],
            "Legs": [{"OnCallDuration": call.seconds, "Status": told["Status"]}],
        }
        headers = {"Content-Type": "application/json"}
        return [Letter(self.name, call.id, call.news_url, headers, json.dumps(body).encode())]

    def forged(self, letter: Letter) -> Letter:
        """Whoever is not Exotel does not know our token."""
        parts = urlsplit(letter.url)
        query = [(name, "guessed" if name == "token" else value) for name, value in parse_qsl(parts.query)]
        return replace(letter, url=urlunsplit(parts._replace(query=urlencode(query))))

    def _exoml(self, call: SimCall, url: str, keys: str | None, faults: PhoneFaults) -> Ask:
        fields = {
            "CallSid": call.id,
            "CallFrom": call.to,
            "CallTo": call.caller_id,
            "CallStatus": _WORDS[call.stage],
            "CustomField": call.extra["custom"],
        }
        if keys and (digits := written(keys, faults.digits, quoted=False)) is not None:
            fields["DigitsPressed"] = digits
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return Ask("POST", url or call.ask_url, headers, urlencode(fields).encode())

    def _connect(self, request: SimRequest, now: datetime) -> SimReply:
        fields = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
        missing = [name for name in ("From", "CallerId", "Url", "CallType") if not fields.get(name)]
        if missing:
            return _wrong(400, f"Missing mandatory parameter: {missing[0]}")
        if not fields["From"].lstrip("+").isdecimal():
            return _wrong(400, "Invalid parameter: From")
        is_flow = fields["Url"].startswith("http://my.exotel.com/")
        if is_flow and fields["Url"] != self._flow:
            return _wrong(400, "Invalid parameter: Url")
        number = len(self.book) + 1
        call = SimCall(
            provider=self.name,
            id=f"{number:032x}",
            to=fields["From"],
            caller_id=fields["CallerId"],
            made_at=now,
            ring_until=now + timedelta(seconds=int(fields.get("TimeOut") or 60)),
            ask_url=fields["Url"],
            news_url=fields.get("StatusCallback"),
            record=fields.get("Record") == "true",
            extra={
                "flow": is_flow,
                "applet": _GATHER,
                "custom": fields.get("CustomField", ""),
                "events": [
                    value for name, value in fields.items() if name.startswith("StatusCallbackEvents[")
                ]
                or ["terminal"],
                "recorded": False,
            },
        )
        self.book.add(call)
        return _json(200, {"Call": self._told(call)})

    def _told(self, call: SimCall) -> dict[str, Any]:
        minutes = -(-call.seconds // 60)
        recording = f"https://recordings.exotel.com/exotelrecordings/{self._sid}/{call.id}.mp3"
        return {
            "Sid": call.id,
            "ParentCallSid": None,
            "DateCreated": _local(call.made_at),
            "DateUpdated": _local(call.ended_at or call.made_at),
            "AccountSid": self._sid,
            "To": call.caller_id,
            "From": call.to,
            "PhoneNumberSid": call.caller_id,
            "Status": _WORDS[call.stage],
            "StartTime": _local(call.answered_at or call.made_at),
            "EndTime": _local(call.ended_at) if call.ended_at else _NEVER,
            "Duration": str(call.seconds) if call.over else None,
            "Price": f"{minutes * _A_MINUTE}.000000" if call.over and minutes else None,
            "Direction": "outbound-api",
            "AnsweredBy": None,
            "ForwardedFrom": None,
            "CallerName": None,
            "CustomField": call.extra["custom"],
            "Uri": f"/v1/Accounts/{self._sid}/Calls/{call.id}",
            "RecordingUrl": recording if call.extra["recorded"] else None,
        }


def _gathered(told: Told) -> Said:
    if told.status != 200:
        return Said(wrong=f"HTTP {told.status}")
    try:
        wanted = json.loads(told.body)
        text = wanted["gather_prompt"]["text"]
        gather = Gather(
            int(wanted["max_input_digits"]), int(wanted["input_timeout"]), wanted.get("finish_on_key", "#")
        )
    except (ValueError, KeyError, TypeError) as fault:
        return Said(wrong=f"no parameters of a Gather: {fault!r}")
    return Said((Line("voice", str(text)),), gather)


def _with(url: str, members: Mapping[str, str]) -> str:
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True) + list(members.items())
    return urlunsplit(parts._replace(query=urlencode(query)))


def _wrong(status: int, message: str, code: int | None = None) -> SimReply:
    told: dict[str, Any] = {"Status": status, "Message": message}
    return _json(status, {"RestException": told | ({"Code": code} if code else {})})


def _json(status: int, body: Mapping[str, Any]) -> SimReply:
    return SimReply(status, json.dumps(body).encode())


def _local(at: datetime | None) -> str:
    return f"{at.astimezone(_JAKARTA):%Y-%m-%d %H:%M:%S}" if at else _NEVER


def _day(at: datetime) -> str:
    return f"{at.astimezone(_JAKARTA):%a, %d %b %Y %H:%M:%S}"

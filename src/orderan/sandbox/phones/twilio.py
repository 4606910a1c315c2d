"""Twilio as it answers, asks and writes: Calls.json, TwiML, signed forms.

Source: Twilio's API reference of 2010-04-01. Prices are negative texts and come with the end of a call;
dates are those of mail.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from hmac import digest
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from orderan.sandbox.models import Letter, SimReply, SimRequest
from orderan.sandbox.phones import markup
from orderan.sandbox.phones.faults import PhoneFaults, written
from orderan.sandbox.phones.models import Ask, CallBook, Said, SimCall, Stage, Told

_WORDS: Final = {
    Stage.QUEUED: "queued",
    Stage.RINGING: "ringing",
    Stage.TALKING: "in-progress",
    Stage.COMPLETED: "completed",
    Stage.BUSY: "busy",
    Stage.NO_ANSWER: "no-answer",
    Stage.FAILED: "failed",
}
_EVENT_OF: Final = {Stage.QUEUED: "initiated", Stage.RINGING: "ringing", Stage.TALKING: "answered"}
_A_MINUTE: Final = Decimal("0.0085")
"""Dollars."""
_FORM: Final = "application/x-www-form-urlencoded; charset=UTF-8"


class TwilioSimulator:
    """One account at Twilio."""

    name = "twilio"

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.book = CallBook()
        self._sid = fields["account_sid"]
        self._token = fields["auth_token"]

    def answer(self, request: SimRequest, *, now: datetime) -> SimReply:
        right = "Basic " + base64.b64encode(f"{self._sid}:{self._token}".encode()).decode()
        if request.headers.get("authorization") != right:
            return _wrong(401, 20003, "Authenticate")
        recordings = f"/2010-04-01/Accounts/{self._sid}/Recordings/"
        if request.path.startswith(recordings):
            return self._recording(request, request.path.removeprefix(recordings).removesuffix(".json"))
        root = f"/2010-04-01/Accounts/{self._sid}/Calls"
        if request.path == f"{root}.json":
            return self._create(request, now) if request.method == "POST" else self._list()
        name, _, rest = request.path.removeprefix(f"{root}/").partition("/")
        call = self.book.find(name.removesuffix(".json"))
        if call is None or not request.path.startswith(f"{root}/"):
            return _wrong(404, 20404, f"The requested resource {request.path} was not found")
        if rest == "Recordings.json":
            return _json(200, {"recordings": self._recordings(call), "page": 0, "page_size": 50})
        if rest:
            return _wrong(404, 20404, f"The requested resource {request.path} was not found")
        return self._update(call, request, now) if request.method == "POST" else _json(200, self._told(call))

    def calls_somebody(self, request: SimRequest) -> bool:
        return request.method == "POST" and request.path.endswith("/Calls.json")

    def too_many(self) -> SimReply:
        return _wrong(429, 20429, "Too Many Requests")

    def ask(self, call: SimCall, url: str, keys: str | None, faults: PhoneFaults, *, now: datetime) -> Ask:
        del now
        fields = self._about(call)
        if keys is not None and (digits := written(keys, faults.digits, quoted=False)) is not None:
            fields["Digits"] = digits
        if call.detect_machine:
            fields["AnsweredBy"] = "machine_start" if call.machine else "human"
        where = url or call.ask_url
        return Ask("POST", where, self._signed(where, fields), urlencode(fields).encode())

    def understand(self, call: SimCall, told: Told) -> Said:
        if told.status != 200:
            return Said(wrong=f"HTTP {told.status}")
        return markup.read(told.body, here=call.extra.get("asked", call.ask_url))

    def news(self, call: SimCall, faults: PhoneFaults, *, now: datetime) -> list[Letter]:
        event = _EVENT_OF.get(call.stage, "completed")
        if call.news_url is None or event not in call.extra["events"]:
            return []
        fields = self._about(call) | {
            "CallbackSource": "call-progress-events",
            "Timestamp": format_datetime(now.replace(microsecond=0)),
            "SequenceNumber": str(call.extra["sequence"]),
        }
        call.extra["sequence"] += 1
        if call.detect_machine and call.stage in {Stage.TALKING, Stage.COMPLETED}:
            fields["AnsweredBy"] = "machine_start" if call.machine else "human"
        letters = []
        if call.over:
            fields["Duration"], fields["CallDuration"] = str(-(-call.seconds // 60)), str(call.seconds)
            call.extra["recorded"] = self._is_recorded(call) and not faults.no_recording
            if call.extra["recorded"]:
                letters.append(self._recorded(call, call.extra["recording_news"] or call.news_url))
        return [self._letter(call, call.news_url, fields), *letters]

    def forged(self, letter: Letter) -> Letter:
        headers = {**letter.headers, "X-Twilio-Signature": letter.headers["X-Twilio-Signature"][::-1]}
        return replace(letter, headers=headers)

    def _create(self, request: SimRequest, now: datetime) -> SimReply:
        fields: dict[str, list[str]] = {}
        for name, value in parse_qsl(request.body.decode(), keep_blank_values=True):
            fields.setdefault(name, []).append(value)
        one = {name: values[-1] for name, values in fields.items()}
        for name, code in (("To", 21201), ("From", 21213)):
            if not one.get(name):
                return _wrong(400, code, f"No '{name}' number is specified")
        if not _is_number(one["To"]):
            return _wrong(400, 21211, f"The 'To' number {one['To']} is not a valid phone number.")
        if len({"Url", "Twiml", "ApplicationSid"} & set(one)) != 1 or "Url" not in one:
            return _wrong(400, 21205, "Url parameter is required.")
        number = len(self.book) + 1
        call = SimCall(
            provider=self.name,
            id="CA" + hashlib.md5(f"{self._sid}{number}".encode()).hexdigest(),  # noqa: S324 - a name, no secret
            to=one["To"],
            caller_id=one["From"],
            made_at=now,
            ring_until=now + timedelta(seconds=int(one.get("Timeout") or 60)),
            ask_url=one["Url"],
            news_url=one.get("StatusCallback"),
            detect_machine=one.get("MachineDetection") in {"Enable", "DetectMessageEnd"},
            record=one.get("Record") == "true",
            extra={
                "events": fields.get("StatusCallbackEvent", ["completed"]),
                "sequence": 0,
                "recording_news": one.get("RecordingStatusCallback"),
                "recorded": False,
            },
        )
        self.book.add(call)
        return _json(201, self._told(call))

    def _update(self, call: SimCall, request: SimRequest, now: datetime) -> SimReply:
        wished = dict(parse_qsl(request.body.decode())).get("Status")
        if wished not in {"completed", "canceled"}:
            return _wrong(400, 21218, "Invalid Status")
        if call.over:
            return _wrong(400, 21220, "Call is not in-progress. Cannot redirect.")
        if wished == "completed" or call.stage is not Stage.TALKING:
            call.stage = Stage.COMPLETED if call.stage is Stage.TALKING else Stage.NO_ANSWER
            call.ended_at = now
            call.waiting = None
        return _json(200, self._told(call))

    def _list(self) -> SimReply:
        calls = [self._told(call) for call in self.book.all()]
        return _json(200, {"calls": calls, "page": 0, "page_size": 50, "next_page_uri": None})

    def _told(self, call: SimCall) -> dict[str, Any]:
        uri = f"/2010-04-01/Accounts/{self._sid}/Calls/{call.id}"
        price = -(-call.seconds // 60) * _A_MINUTE
        return {
            "sid": call.id,
            "account_sid": self._sid,
            "to": call.to,
            "to_formatted": call.to,
            "from": call.caller_id,
            "from_formatted": call.caller_id,
            "phone_number_sid": "PN00000000000000000000000000000001",
            "parent_call_sid": None,
            "status": _WORDS[call.stage],
            "date_created": format_datetime(call.made_at),
            "date_updated": format_datetime(call.ended_at or call.answered_at or call.made_at),
            "start_time": format_datetime(call.answered_at) if call.answered_at else None,
            "end_time": format_datetime(call.ended_at) if call.ended_at else None,
            "duration": str(call.seconds) if call.over else None,
            "price": f"-{price}" if call.over and call.seconds else None,
            "price_unit": "USD",
            "direction": "outbound-api",
            "answered_by": ("machine_start" if call.machine else "human")
            if call.detect_machine and call.answered_at
            else None,
            "api_version": "2010-04-01",
            "forwarded_from": None,
            "caller_name": None,
            "group_sid": None,
            "trunk_sid": "",
            "queue_time": "0",
            "uri": f"{uri}.json",
            "subresource_uris": {"recordings": f"{uri}/Recordings.json"},
        }

    def _recordings(self, call: SimCall) -> list[dict[str, Any]]:
        if not call.extra["recorded"]:
            return []
        sid = f"RE{call.id[2:]}"
        uri = f"/2010-04-01/Accounts/{self._sid}/Recordings/{sid}.json"
        return [{"sid": sid, "call_sid": call.id, "duration": str(call.seconds), "uri": uri}]

    def _recording(self, request: SimRequest, sid: str) -> SimReply:
        for call in self.book.all():
            for one in self._recordings(call):
                if one["sid"] != sid:
                    continue
                if request.method != "DELETE":
                    return _json(200, one)
                call.extra["recorded"] = False
                return SimReply(204, b"")
        return _wrong(404, 20404, f"The requested resource {request.path} was not found")

    def _is_recorded(self, call: SimCall) -> bool:
        return call.record and call.stage is Stage.COMPLETED and call.answered_at is not None

    def _recorded(self, call: SimCall, where: str) -> Letter:
        sid = f"RE{call.id[2:]}"
        fields = {
            "AccountSid": self._sid,
            "CallSid": call.id,
            "RecordingSid": sid,
            "RecordingUrl": f"https://api.twilio.com/2010-04-01/Accounts/{self._sid}/Recordings/{sid}",
            "RecordingStatus": "completed",
            "RecordingDuration": str(call.seconds),
            "RecordingSource": "OutboundAPI",
        }
        return self._letter(call, where, fields)

    def _about(self, call: SimCall) -> dict[str, str]:
        return {
            "ApiVersion": "2010-04-01",
            "AccountSid": self._sid,
            "CallSid": call.id,
            "CallStatus": _WORDS[call.stage],
            "Called": call.to,
            "Caller": call.caller_id,
            "Direction": "outbound-api",
            "From": call.caller_id,
            "To": call.to,
        }

    def _letter(self, call: SimCall, url: str, fields: Mapping[str, str]) -> Letter:
        return Letter(self.name, call.id, url, self._signed(url, fields), urlencode(fields).encode())

    def _signed(self, url: str, fields: Mapping[str, str]) -> dict[str, str]:
        text = url + "".join(f"{name}{fields[name]}" for name in sorted(fields))
        made = base64.b64encode(digest(self._token.encode(), text.encode(), "sha1")).decode()
        return {"Content-Type": _FORM, "X-Twilio-Signature": made, "User-Agent": "TwilioProxy/1.1"}


def _is_number(text: str) -> bool:
    return text.startswith("+") and text[1:].isdecimal() and 8 <= len(text) <= 16


def _wrong(status: int, code: int, message: str) -> SimReply:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return _json(status, {"code": code, "message": message, "more_info": more, "status": status})


def _json(status: int, body: Mapping[str, Any]) -> SimReply:
    return SimReply(status, json.dumps(body).encode())

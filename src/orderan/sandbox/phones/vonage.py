"""Vonage as it answers, asks and writes: Voice API v1, NCCO, tokens over what it sends.

Source: Vonage's reference of the Voice API and of NCCO.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid5

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from orderan.sandbox.models import Letter, SimReply, SimRequest
from orderan.sandbox.phones.faults import PhoneFaults, written
from orderan.sandbox.phones.models import Ask, CallBook, Gather, Line, Said, SimCall, Stage, Told

_WORDS: Final = {
    Stage.QUEUED: "started",
    Stage.RINGING: "ringing",
    Stage.TALKING: "answered",
    Stage.COMPLETED: "completed",
    Stage.BUSY: "busy",
    Stage.NO_ANSWER: "timeout",
    Stage.FAILED: "failed",
}
_NAMES: Final = UUID("3f1f1c53-30f5-45f3-a1fb-2f6c1f4f9a80")
_RATE: Final = 0.0127
_MOST_TEXT: Final = 1500
_MOST_ACTIONS: Final = 50


class VonageSimulator:
    """One application at Vonage."""

    name = "vonage"

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.book = CallBook()
        self._application = fields["application_id"]
        self._secret = fields["signature_secret"]
        private = serialization.load_pem_private_key(fields["private_key"].encode(), password=None)
        assert isinstance(private, rsa.RSAPrivateKey)
        self._public = private.public_key()

    def answer(self, request: SimRequest, *, now: datetime) -> SimReply:
        if not self._lets_in(request.headers.get("authorization", ""), now):
            return _json(401, {"type": "UNAUTHORIZED", "error_title": "Unauthorized"})
        if request.path.startswith("/v1/files/"):
            return self._file(request, request.path.removeprefix("/v1/files/"))
        name = request.path.removeprefix("/v1/calls").strip("/")
        if not request.path.startswith("/v1/calls"):
            return _json(404, {"type": "NOT_FOUND", "error_title": "Not Found"})
        if not name:
            return self._create(request, now) if request.method == "POST" else self._list()
        call = self.book.find(name)
        if call is None:
            return _json(404, {"title": "Not Found", "type": "about:blank", "detail": "Call not found"})
        if request.method == "PUT":
            return self._update(call, request, now)
        return _json(200, self._told(call))

    def calls_somebody(self, request: SimRequest) -> bool:
        return request.method == "POST" and request.path == "/v1/calls"

    def too_many(self) -> SimReply:
        return _json(429, {"type": "TOO_MANY_REQUESTS", "title": "Rate Limit Hit", "detail": "Please wait"})

    def ask(self, call: SimCall, url: str, keys: str | None, faults: PhoneFaults, *, now: datetime) -> Ask:
        told: dict[str, Any] = self._about(call)
        if keys is not None:
            digits = written(keys, faults.digits, quoted=False)
            told |= {
                "speech": {"results": []},
                "dtmf": {"timed_out": keys == ""} | ({} if digits is None else {"digits": digits}),
                "timestamp": _time(now),
            }
        body = json.dumps(told).encode()
        return Ask("POST", url or call.ask_url, self._signed(body, now), body)

    def understand(self, call: SimCall, told: Told) -> Said:
        if told.status not in {200, 204}:
            return Said(wrong=f"HTTP {told.status}")
        try:
            actions = json.loads(told.body or b"[]")
        except ValueError:
            return Said(wrong="no JSON")
        if not isinstance(actions, list) or len(actions) > _MOST_ACTIONS:
            return Said(wrong="no NCCO")
        try:
            return _understood(call, actions)
        except (TypeError, AttributeError, IndexError) as fault:
            return Said(wrong=f"no NCCO: {fault}")

    def news(self, call: SimCall, faults: PhoneFaults, *, now: datetime) -> list[Letter]:
        if call.news_url is None:
            return []
        word = _WORDS[call.stage]
        about = self._about(call) | {"direction": "outbound", "timestamp": _time(now)}
        letters = [self._letter(call, call.news_url, about | {"status": word} | self._end(call), now)]
        if call.stage is Stage.TALKING and call.detect_machine:
            told = about | {"status": "machine" if call.machine else "human"}
            letters.append(self._letter(call, call.news_url, told, now))
        recording = call.extra.get("record_url")
        if call.stage is Stage.COMPLETED and recording and not faults.no_recording:
            call.extra["recorded"] = True
            letters.append(self._letter(call, recording, self._recorded(call), now))
        return letters

    def forged(self, letter: Letter) -> Letter:
        head, claims, _ = letter.headers["Authorization"].split(".")
        return replace(letter, headers={**letter.headers, "Authorization": f"{head}.{claims}.{'A' * 43}"})

    def _lets_in(self, authorization: str, now: datetime) -> bool:
        try:
            claims = jwt.decode(
                authorization.removeprefix("Bearer "),
                self._public,
                algorithms=["RS256"],
                options={"verify_exp": False, "verify_iat": False, "require": ["iat", "jti"]},
            )
        except jwt.PyJWTError:
            return False
        ends = claims.get("exp", claims["iat"] + 900)
        return bool(claims.get("application_id") == self._application and now.timestamp() < ends)

    def _create(self, request: SimRequest, now: datetime) -> SimReply:
        asked = _read(request.body)
        if asked is None:
            return _invalid("The request body could not be parsed")
        if wrong := _faulty(asked):
            return _invalid(wrong)
        number = len(self.book) + 1
        call = SimCall(
            provider=self.name,
            id=str(uuid5(_NAMES, f"{self._application}:{number}")),
            to=asked["to"][0]["number"],
            caller_id=(asked.get("from") or {}).get("number", "62000000000"),
            made_at=now,
            ring_until=now + timedelta(seconds=int(asked.get("ringing_timer") or 60)),
            ask_url=(asked.get("answer_url") or [""])[0],
            news_url=(asked.get("event_url") or [None])[0],
            detect_machine="machine_detection" in asked or "advanced_machine_detection" in asked,
            extra={"conversation": f"CON-{uuid5(_NAMES, f'{self._application}:{number}:c')}"},
        )
        self.book.add(call)
        told = {
            "uuid": call.id,
            "status": "started",
            "direction": "outbound",
            "conversation_uuid": call.extra["conversation"],
        }
        return _json(201, told)

    def _update(self, call: SimCall, request: SimRequest, now: datetime) -> SimReply:
        asked = _read(request.body) or {}
        if asked.get("action") != "hangup":
            return _invalid("action")
        if call.over:
            return _json(400, {"title": "Bad Request", "type": "about:blank", "detail": "Call is over"})
        call.stage = Stage.COMPLETED if call.stage is Stage.TALKING else Stage.FAILED
        call.ended_at = now
        call.waiting = None
        return SimReply(204, b"")

    def _file(self, request: SimRequest, name: str) -> SimReply:
        """A recording, by the name its news told of."""
        for call in self.book.all():
            if call.extra.get("recorded") and self._recorded(call)["recording_uuid"] == name:
                if request.method != "DELETE":
                    return SimReply(200, b"", {"content-type": "audio/mpeg"})
                call.extra["recorded"] = False
                return SimReply(204, b"")
        return _json(404, {"title": "Not Found", "type": "about:blank", "detail": "File not found"})

    def _list(self) -> SimReply:
        calls = [self._told(call) for call in self.book.all()]
        links = {"self": {"href": "/calls?page_size=10&record_index=0&order=asc"}}
        told = {
            "count": len(calls),
            "page_size": 10,
            "record_index": 0,
            "_links": links,
            "_embedded": {"calls": calls},
        }
        return _json(200, told)

    def _told(self, call: SimCall) -> dict[str, Any]:
        return {
            "_links": {"self": {"href": f"/calls/{call.id}"}},
            "uuid": call.id,
            "conversation_uuid": call.extra["conversation"],
            "to": {"type": "phone", "number": call.to},
            "from": {"type": "phone", "number": call.caller_id},
            "status": _WORDS[call.stage],
            "direction": "outbound",
            **self._end(call),
        }

    def _end(self, call: SimCall) -> dict[str, Any]:
        if call.stage is not Stage.COMPLETED:
            return {}
        return {
            "rate": f"{_RATE:.8f}",
            "price": f"{_RATE * call.seconds / 60:.8f}",
            "duration": str(call.seconds),
            "start_time": _time(call.answered_at or call.made_at),
            "end_time": _time(call.ended_at or call.made_at),
            "network": "51010",
        }

    def _about(self, call: SimCall) -> dict[str, Any]:
        return {
            "from": call.caller_id,
            "to": call.to,
            "uuid": call.id,
            "conversation_uuid": call.extra["conversation"],
        }

    def _recorded(self, call: SimCall) -> dict[str, Any]:
        name = uuid5(_NAMES, f"{call.id}:recording")
        return {
            "start_time": _time(call.answered_at or call.made_at),
            "recording_url": f"https://api.nexmo.com/v1/files/{name}",
            "size": 12_222,
            "recording_uuid": str(name),
            "end_time": _time(call.ended_at or call.made_at),
            "conversation_uuid": call.extra["conversation"],
            "timestamp": _time(call.ended_at or call.made_at),
        }

    def _letter(self, call: SimCall, url: str, told: Mapping[str, Any], now: datetime) -> Letter:
        body = json.dumps(told).encode()
        return Letter(self.name, call.id, url, self._signed(body, now), body)

    def _signed(self, body: bytes, now: datetime) -> dict[str, str]:
        hashed = hashlib.sha256(body).hexdigest()
        claims = {
            "iat": int(now.timestamp()),
            "jti": str(uuid5(_NAMES, f"{hashed}{now.timestamp()}")),
            "iss": "Vonage",
            "payload_hash": hashed,
            "api_key": "sandbox",
            "application_id": self._application,
        }
        told = jwt.encode(claims, self._secret, algorithm="HS256")
        return {"Authorization": f"Bearer {told}", "Content-Type": "application/json"}


def _understood(call: SimCall, actions: list[Any]) -> Said:
    lines: list[Line] = []
    for action in actions:
        kind = action.get("action") if isinstance(action, dict) else None
        match kind:
            case "talk":
                text = action.get("text")
                if not isinstance(text, str) or not 0 < len(text) <= _MOST_TEXT:
                    return Said(wrong="talk.text")
                lines.append(Line("voice", text, str(action.get("language", "en-US"))))
            case "record":
                call.extra["record_url"] = (action.get("eventUrl") or [call.news_url])[0]
            case "input":
                dtmf = action.get("dtmf") or {}
                most, wait = dtmf.get("maxDigits", 4), dtmf.get("timeOut", 3)
                if action.get("type") != ["dtmf"] or not 1 <= most <= 20 or not 0 <= wait <= 10:
                    return Said(wrong="input.dtmf")
                url = (action.get("eventUrl") or [call.news_url])[0]
                finish = "#" if dtmf.get("submitOnHash") else ""
                return Said(tuple(lines), Gather(most, wait, finish, url))
            case _:
                return Said(wrong=f"action {kind!r}")
    return Said(tuple(lines))


def _faulty(asked: Mapping[str, Any]) -> str | None:
    to = asked.get("to")
    number = to[0].get("number") if isinstance(to, list) and to and isinstance(to[0], dict) else None
    if not isinstance(number, str) or not number.isdecimal() or not 7 <= len(number) <= 15:
        return "to"
    if ("from" in asked) == bool(asked.get("random_from_number")):
        return "from"
    if ("ncco" in asked) == ("answer_url" in asked):
        return "answer_url"
    if not 1 <= int(asked.get("ringing_timer") or 60) <= 120:
        return "ringing_timer"
    return None


def _read(body: bytes) -> dict[str, Any] | None:
    try:
        read = json.loads(body)
    except ValueError:
        return None
    return read if isinstance(read, dict) else None


def _invalid(name: str) -> SimReply:
    told = {"type": "VALIDATION", "error_title": "Bad Request", "invalid_parameters": {name: "Is invalid."}}
    return _json(400, told)


def _json(status: int, body: Mapping[str, Any]) -> SimReply:
    return SimReply(status, json.dumps(body).encode())


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.000Z"

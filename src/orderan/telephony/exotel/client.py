"""One account at Exotel.

place     POST Calls/connect into a flow; there is no key against calling twice
truth     GET Calls/{sid}
ask       the applets of the flow, with our token in the address
news      a callback when answered and one at the end, with our token in the address
hang up   Exotel cannot: the flow ends, or the time limit ends it
"""

import hashlib
from typing import Any, Final
from urllib.parse import quote

from orderan.kit.calling import Caller
from orderan.kit.clock import Clock
from orderan.telephony.errors import Fault, NewsForged, NewsUnreadable, OutcomeUnknown
from orderan.telephony.exotel import mapping, wire
from orderan.telephony.exotel.mapping import NAME
from orderan.telephony.models import (
    Account,
    CallAsked,
    CallNews,
    CallPlaced,
    CallState,
    CallTruth,
    Farewell,
    Heard,
    Prompt,
    Received,
    Spoken,
)
from orderan.telephony.ports import Field, Telephone
from orderan.telephony.rules import address_of, pressed, price_of, turn_of, with_query

FIELDS: Final = (
    Field("account_sid", secret=False),
    Field("api_key", secret=True),
    Field("api_token", secret=True),
    Field("app_id", secret=False, default=""),
    Field("currency", secret=False, default="IDR"),
    Field("hook_token", secret=True),
)
"""`app_id` is the flow's, empty on the newer portal; `currency` is what the account is billed in, which no
answer says; `hook_token` is ours, at least 20 letters nobody can guess, and stands in every address Exotel asks."""


def open_telephone(account: Account, caller: Caller, clock: Clock) -> Telephone:
    del clock  # nothing of Exotel's carries the time
    return Exotel(account, caller)


class Exotel:
    """See `Telephone`. Whoever knows our token can write as Exotel: a piece of news is a hint, and what was
    pressed counts only for a call that `look_up` knows.
    """

    name = NAME
    signs = False

    def __init__(self, account: Account, caller: Caller) -> None:
        fields = {field.name: field.default for field in FIELDS if field.default is not None} | dict(
            account.fields
        )
        self._base = account.base_url.rstrip("/")
        self._sid = fields["account_sid"]
        self._headers = wire.headers(fields["api_key"], fields["api_token"])
        self._app = fields["app_id"]
        self._currency = fields["currency"]
        self._token = fields["hook_token"]
        self._caller = caller

    async def place(self, asked: CallAsked) -> CallPlaced:
        reply = await self._caller.order(
            NAME,
            "POST",
            self._base + wire.connect(quote(self._sid, safe="")),
            headers=self._headers,
            body=wire.connect_body(asked, account=self._sid, app=self._app, token=self._token),
        )
        told = reply.json()
        call = _call(told)
        if reply.status not in {200, 201} or call is None:
            raise mapping.trouble(reply.status, told, changes=True)
        call_id = call.get("Sid")
        if not isinstance(call_id, str) or not call_id:
            raise OutcomeUnknown(NAME, "not_understood", fault=Fault.GARBLED)
        stands = mapping.state(call.get("Status"))
        return CallPlaced(
            call_id, CallState.FAILED if stands is CallState.FAILED else CallState.QUEUED, reply.body
        )

    async def look_up(self, call_id: str) -> CallTruth | None:
        reply = await self._caller.ask(
            NAME,
            self._base + wire.call(quote(self._sid, safe=""), quote(call_id, safe="")),
            headers=self._headers,
        )
        told = reply.json()
        if reply.status == 404:
            return None
        call = _call(told)
        if reply.status != 200 or call is None:
            raise mapping.trouble(reply.status, told, changes=False)
        return mapping.truth_of(call, call_id, currency=self._currency, raw=reply.body)

    def read_ask(self, received: Received) -> Heard:
        told = self._verified(received)
        call_id = told.get("CallSid")
        if not isinstance(call_id, str) or not call_id:
            raise NewsUnreadable(NAME)
        manner = told.get(wire.APPLET)
        if manner not in {wire.GATHER, wire.PASSTHRU, wire.TEXT}:
            manner = wire.EXOML if received.method == "POST" else wire.TEXT
        asked = wire.ASKED in received.query()
        given = next((told[name] for name in wire.DIGITS if isinstance(told.get(name), str)), None)
        digits = None
        # A flow keeps what was pressed and tells it to every applet after the Gather: only one has news.
        if manner == wire.PASSTHRU or (manner == wire.EXOML and asked):
            digits = pressed(given or "")
        return Heard(
            call_id=call_id,
            reference=_reference(told),
            digits=digits,
            machine=mapping.machine(told.get("AnsweredBy")),
            manner=manner,
            back=received.url if asked else with_query(received.url, **{wire.ASKED: "1"}),
            turn=turn_of(received.query()),
        )

    def speak(self, said: Prompt | Farewell, to: Heard) -> Spoken:
        match to.manner:
            case wire.GATHER:
                return Spoken(200, "application/json", wire.gather(said))
            case wire.PASSTHRU:
                return Spoken(200 if isinstance(said, Prompt) else 302, "text/plain", b"")
            case wire.EXOML:
                return Spoken(200, "application/xml", wire.exoml(said, to))
            case _:
                return Spoken(200, "text/plain; charset=utf-8", said.text.encode())

    def read_news(self, received: Received) -> CallNews:
        told = self._verified(received)
        call_id = told.get("CallSid")
        if not isinstance(call_id, str) or not call_id:
            raise NewsUnreadable(NAME)
        # Not signed: a key made of the state alone could be used up by a forger before the true news comes.
        everything = "&".join(f"{name}={told[name]}" for name in sorted(told) if name != wire.TOKEN)
        return CallNews(
            call_id=call_id,
            reference=_reference(told),
            state=mapping.news_state(told),
            dedupe_key=hashlib.sha256(everything.encode("utf-8", "replace")).hexdigest(),
            machine=mapping.machine(told.get("AnsweredBy")),
            duration_s=mapping.duration(told),
            price=price_of(told.get("Price"), self._currency),
            recording_url=address_of(told.get("RecordingUrl")),
        )

    def _verified(self, received: Received) -> dict[str, Any]:
        if not wire.knows_the_token(received, self._token):
            raise NewsForged(NAME)
        told = wire.members(received)
        if told is None:
            raise NewsUnreadable(NAME)
        return told


def _call(told: object) -> dict[str, Any] | None:
    call = told.get("Call") if isinstance(told, dict) else None
    return call if isinstance(call, dict) else None


def _reference(told: dict[str, Any]) -> str | None:
    for name in ("CustomField", wire.REFERENCE):
        if isinstance(found := told.get(name), str) and found:
            return found
    return None

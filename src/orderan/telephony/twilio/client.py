"""One account at Twilio.

place     POST Calls.json; there is no key against calling twice
truth     GET Calls/{sid}.json, and once a call is over the list of its recordings
ask       a signed form; `Digits` is what was pressed
news      a signed form per state, and one when a recording is ready
delete    each recording the list of the call names, by DELETE Recordings/{sid}.json
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote

from orderan.kit import twilio
from orderan.kit.calling import Caller
from orderan.kit.clock import Clock
from orderan.telephony.errors import Fault, NewsForged, NewsUnreadable, OutcomeUnknown
from orderan.telephony.models import (
    OVER,
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
from orderan.telephony.rules import address_of, pressed, turn_of, whole, with_query
from orderan.telephony.twilio import mapping, wire
from orderan.telephony.twilio.mapping import NAME

FIELDS: Final = (Field("account_sid", secret=False), Field("auth_token", secret=True))


def open_telephone(account: Account, caller: Caller, clock: Clock) -> Telephone:
    del clock  # nothing of Twilio's carries the time
    return Twilio(account, caller)


class Twilio:
    """See `Telephone`; it hangs up and deletes recordings too."""

    name = NAME
    signs = True

    def __init__(self, account: Account, caller: Caller) -> None:
        self._base = account.base_url.rstrip("/")
        self._sid = account.fields["account_sid"]
        self._token = account.fields["auth_token"]
        self._caller = caller

    async def place(self, asked: CallAsked) -> CallPlaced:
        reply = await self._caller.order(
            NAME,
            "POST",
            self._base + wire.calls(quote(self._sid, safe="")),
            headers=twilio.headers(self._sid, self._token),
            body=wire.call_body(asked),
        )
        told = reply.json()
        if reply.status not in {200, 201} or not isinstance(told, dict):
            raise mapping.trouble(reply.status, told, changes=True)
        call_id, state = told.get("sid"), mapping.state(told.get("status"), by_machine=None)
        if not isinstance(call_id, str) or not call_id:
            raise OutcomeUnknown(NAME, "not_understood", fault=Fault.GARBLED)
        return CallPlaced(call_id, state or CallState.QUEUED, reply.body)

    async def look_up(self, call_id: str) -> CallTruth | None:
        account, name = quote(self._sid, safe=""), quote(call_id, safe="")
        reply = await self._caller.ask(
            NAME, self._base + wire.call(account, name), headers=twilio.headers(self._sid, self._token)
        )
        told = reply.json()
        if reply.status == 404:
            return None
        if reply.status != 200 or not isinstance(told, dict):
            raise mapping.trouble(reply.status, told, changes=False)
        truth = mapping.truth_of(told, call_id, raw=reply.body)
        if truth.state is not CallState.COMPLETED:
            return truth
        listed = await self._recordings(account, name)
        return replace(truth, recording_url=mapping.recording_of(listed, self._base))

    async def hang_up(self, call_id: str) -> None:
        reply = await self._caller.order(
            NAME,
            "POST",
            self._base + wire.call(quote(self._sid, safe=""), quote(call_id, safe="")),
            headers=twilio.headers(self._sid, self._token),
            body=wire.hang_up_body(),
        )
        if reply.status in {200, 204}:
            return
        if reply.status in {400, 404}:
            truth = await self.look_up(call_id)
            if truth is not None and truth.state in OVER:
                return
        raise mapping.trouble(reply.status, reply.json(), changes=True)

    async def delete_recordings(self, call_id: str, recording_url: str | None) -> None:
        del recording_url  # the call itself names them
        account = quote(self._sid, safe="")
        for sid in mapping.recording_sids(await self._recordings(account, quote(call_id, safe=""))):
            reply = await self._caller.order(
                NAME,
                "DELETE",
                self._base + wire.recording(account, quote(sid, safe="")),
                headers=twilio.headers(self._sid, self._token),
                body=None,
            )
            if reply.status not in {200, 204, 404}:
                raise mapping.trouble(reply.status, reply.json(), changes=True)

    def read_ask(self, received: Received) -> Heard:
        told, query = self._verified(received), received.query()
        call_id = told.get("CallSid")
        if not call_id:
            raise NewsUnreadable(NAME)
        again = wire.ASKED in query
        digits = told.get("Digits", "" if again else None)
        return Heard(
            call_id=call_id,
            reference=query.get(wire.REFERENCE) or None,
            digits=None if digits is None else pressed(digits),
            machine=mapping.machine(told.get("AnsweredBy")),
            back=received.url if again else with_query(received.url, **{wire.ASKED: "1"}),
            turn=turn_of(query),
        )

    def speak(self, said: Prompt | Farewell, to: Heard) -> Spoken:
        return Spoken(200, "application/xml", wire.twiml(said, to))

    def read_news(self, received: Received) -> CallNews:
        told = self._verified(received)
        call_id = told.get("CallSid")
        if not call_id:
            raise NewsUnreadable(NAME)
        by_machine = mapping.machine(told.get("AnsweredBy"))
        about = ("CallStatus", "AnsweredBy", "RecordingSid", "RecordingStatus")
        return CallNews(
            call_id=call_id,
            reference=received.query().get(wire.REFERENCE) or None,
            state=mapping.state(told.get("CallStatus"), by_machine=by_machine),
            dedupe_key=":".join([call_id, *(told.get(name, "") for name in about)]),
            machine=by_machine,
            duration_s=whole(told.get("CallDuration")),
            recording_url=address_of(told.get("RecordingUrl")),
            at=mapping.at(told.get("Timestamp")),
        )

    def _verified(self, received: Received) -> dict[str, str]:
        if not wire.signed(received, self._token):
            raise NewsForged(NAME)
        told = wire.form(received.body)
        if told is None:
            raise NewsUnreadable(NAME)
        if told.get("AccountSid", self._sid) != self._sid:
            raise NewsForged(NAME)
        return told

    async def _recordings(self, account: str, name: str) -> Mapping[str, Any]:
        """The list of a call's recordings; empty where the call is kept no more."""
        reply = await self._caller.ask(
            NAME,
            self._base + wire.recordings(account, name),
            headers=twilio.headers(self._sid, self._token),
        )
        told = reply.json()
        if reply.status == 404:
            return {}
        if reply.status != 200 or not isinstance(told, dict):
            raise mapping.trouble(reply.status, told, changes=False)
        return told

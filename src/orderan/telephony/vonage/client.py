"""One application at Vonage.

place     POST /v1/calls; there is no key against calling twice
truth     GET /v1/calls/{uuid}
ask       a signed POST when answered, and one per input; `dtmf.digits` is what was pressed
news      a signed POST per state, and one when a recording is ready
delete    DELETE /v1/files/{name}, by the address its news told of: a call does not name its recording
"""

from typing import Any, Final
from urllib.parse import quote
from uuid import uuid4

import msgspec

from orderan.kit.calling import Caller
from orderan.kit.clock import Clock
from orderan.telephony.errors import (
    Fault,
    NewsForged,
    NewsUnreadable,
    OutcomeUnknown,
    TelephoneRefused,
)
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
from orderan.telephony.rules import address_of, moment, pressed, price_of, turn_of, whole, with_query
from orderan.telephony.vonage import mapping, wire
from orderan.telephony.vonage.mapping import NAME

FIELDS: Final = (
    Field("application_id", secret=False),
    Field("private_key", secret=True),
    Field("signature_secret", secret=True),
)


def open_telephone(account: Account, caller: Caller, clock: Clock) -> Telephone:
    return Vonage(account, caller, clock)


class Vonage:
    """See `Telephone`; it hangs up and deletes recordings too."""

    name = NAME
    signs = True

    def __init__(self, account: Account, caller: Caller, clock: Clock) -> None:
        self._base = account.base_url.rstrip("/")
        self._application = account.fields["application_id"]
        self._key = account.fields["private_key"]
        self._secret = account.fields["signature_secret"]
        self._caller = caller
        self._clock = clock

    async def place(self, asked: CallAsked) -> CallPlaced:
        reply = await self._caller.order(
            NAME, "POST", self._base + wire.CALLS, headers=self._headers(), body=wire.call_body(asked)
        )
        told = reply.json()
        if reply.status not in {200, 201} or not isinstance(told, dict):
            raise mapping.trouble(reply.status, told, changes=True)
        call_id = told.get("uuid")
        if not isinstance(call_id, str) or not call_id:
            raise OutcomeUnknown(NAME, "not_understood", fault=Fault.GARBLED)
        return CallPlaced(call_id, mapping.state(told.get("status")) or CallState.QUEUED, reply.body)

    async def look_up(self, call_id: str) -> CallTruth | None:
        reply = await self._caller.ask(
            NAME, self._base + wire.call(quote(call_id, safe="")), headers=self._headers()
        )
        told = reply.json()
        if reply.status == 404:
            return None
        if reply.status != 200 or not isinstance(told, dict):
            raise mapping.trouble(reply.status, told, changes=False)
        return mapping.truth_of(told, call_id, raw=reply.body)

    async def hang_up(self, call_id: str) -> None:
        reply = await self._caller.order(
            NAME,
            "PUT",
            self._base + wire.call(quote(call_id, safe="")),
            headers=self._headers(),
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
        del call_id
        if recording_url is None:
            return
        name = wire.recording_name(recording_url)
        if name is None:
            raise TelephoneRefused(NAME, "not_a_recording")
        reply = await self._caller.order(
            NAME,
            "DELETE",
            self._base + wire.recording(quote(name, safe="")),
            headers=self._headers(),
            body=None,
        )
        if reply.status not in {200, 202, 204, 404}:
            raise mapping.trouble(reply.status, reply.json(), changes=True)

    def read_ask(self, received: Received) -> Heard:
        told, query = self._verified(received), received.query()
        call_id = told.get("uuid")
        if not isinstance(call_id, str) or not call_id:
            raise NewsUnreadable(NAME)
        again = wire.ASKED in query
        dtmf = told.get("dtmf")
        given = dtmf.get("digits") if isinstance(dtmf, dict) else None
        back = {name: value for name, value in query.items() if name not in {wire.RECORD, wire.ASKED}}
        return Heard(
            call_id=call_id,
            reference=query.get(wire.REFERENCE) or None,
            digits=pressed(given if isinstance(given, str) else "") if again else None,
            manner="" if again else query.get(wire.RECORD, ""),
            back=with_query(received.url.partition("?")[0], **back, **{wire.ASKED: "1"}),
            turn=turn_of(query),
        )

    def speak(self, said: Prompt | Farewell, to: Heard) -> Spoken:
        return Spoken(200, "application/json", wire.ncco(said, to, record=to.manner or None))

    def read_news(self, received: Received) -> CallNews:
        told = self._verified(received)
        call_id, reference = told.get("uuid"), received.query().get(wire.REFERENCE) or None
        if not isinstance(call_id, str) or not call_id:
            call_id = None
        if call_id is None and reference is None:
            raise NewsUnreadable(NAME)
        status = told.get("status")
        about = [told.get(name) for name in ("uuid", "status", "recording_uuid")]
        return CallNews(
            call_id=call_id,
            reference=reference,
            state=mapping.state(status),
            dedupe_key=":".join([reference or "", *(str(one or "") for one in about)]),
            machine=mapping.machine(status),
            duration_s=whole(told.get("duration")),
            price=price_of(told.get("price"), mapping.CURRENCY),
            recording_url=address_of(told.get("recording_url")),
            at=moment(told.get("timestamp")),
        )

    def _headers(self) -> dict[str, str]:
        now = self._clock.now()
        return wire.headers(wire.token(self._application, self._key, now=now, once=str(uuid4())))

    def _verified(self, received: Received) -> dict[str, Any]:
        if not wire.signed(received, self._secret, application=self._application, now=self._clock.now()):
            raise NewsForged(NAME)
        try:
            told = msgspec.json.decode(received.body)
        except (msgspec.DecodeError, UnicodeDecodeError) as fault:
            raise NewsUnreadable(NAME) from fault
        if not isinstance(told, dict):
            raise NewsUnreadable(NAME)
        return told

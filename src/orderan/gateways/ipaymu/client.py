"""iPaymu's client.

charge   POST payment/direct; a reference it says it has already is looked for instead of charged again
truth    POST transaction, by iPaymu's own number and no other name
lost     where an answer was lost we know our reference alone: it is looked for in the list of all
         transactions, which cannot be asked for one reference
cancel   iPaymu cannot: a charge is told as it stands, and runs out
refund   iPaymu cannot: a person pays back
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from orderan.gateways.asking import charged_before, offer_for
from orderan.gateways.errors import (
    Fault,
    GatewayFailed,
    GatewayRefused,
    NoticeForged,
    NoticeUnreadable,
    OutcomeUnknown,
)
from orderan.gateways.ipaymu import mapping, wire
from orderan.gateways.ipaymu.mapping import CURRENCY, NAME, OFFERS
from orderan.gateways.models import (
    Account,
    ChargeAsked,
    Charged,
    Notice,
    Outcome,
    Received,
    RefundAsked,
    Refunding,
    Truth,
)
from orderan.gateways.ports import SKEW, Acknowledgement, Gateway, Offer
from orderan.kit.calling import Caller, Reply
from orderan.kit.clock import Clock

CREDENTIALS: Final = ("va", "api_key")

MOST_PAGES: Final = 25
"""Of the list of transactions, read for one charge: further back it is not looked for."""
TAKEN: Final = Acknowledgement(200, "application/json", b'{"status":"OK"}')
NOT_TAKEN: Final = Acknowledgement(500, "application/json", b'{"status":"error"}')


def open_gateway(account: Account, caller: Caller, clock: Clock) -> Gateway:
    return Ipaymu(account, caller, clock)


class Ipaymu:
    """One account (`va`) at iPaymu."""

    name = NAME
    offers: Mapping[str, Offer] = OFFERS

    def __init__(self, account: Account, caller: Caller, clock: Clock) -> None:
        self._base = account.base_url.rstrip("/")
        self._va = account.credentials["va"]
        self._key = account.credentials["api_key"]
        self._caller = caller
        self._clock = clock

    async def charge(self, asked: ChargeAsked) -> Charged:
        offer = offer_for(self, asked)
        hours = mapping.hours(offer.code, expires_at=asked.expires_at, now=self._clock.now())
        body = wire.direct(asked, offer.code, hours=hours)
        reply = await self._caller.order(
            NAME, "POST", self._base + wire.DIRECT, headers=self._headers(body), body=body
        )
        told = reply.json()
        code = mapping.code_of(reply, told)
        if code in {400, 409, 422} and mapping.says_duplicate(told):
            return await charged_before(self, asked)
        data = mapping.data_of(told)
        if code != 200 or data is None:
            raise mapping.trouble(code, told, changes=True)
        gateway_id = mapping.name_of(data.get("TransactionId"))
        instrument = mapping.instrument(offer.code, data)
        if gateway_id is None or instrument is None or data.get("ReferenceId") not in (None, asked.reference):
            raise OutcomeUnknown(NAME, "incomplete", fault=Fault.GARBLED)
        return Charged(gateway_id, Outcome.PENDING, instrument, reply.body)

    async def look_up(
        self, *, reference: str, gateway_id: str | None, method: str, since: datetime | None = None
    ) -> Truth:
        del method  # a number of iPaymu's is enough
        if gateway_id is None:
            gateway_id = await self._found(reference, since)
        if gateway_id is None:
            return Truth(reference, None, Outcome.ABSENT, None, CURRENCY)
        reply, told = await self._inquire(wire.TRANSACTION, wire.transaction(gateway_id))
        code, data = mapping.code_of(reply, told), mapping.data_of(told)
        if code in {400, 404} and mapping.says_not_found(told):
            return Truth(reference, None, Outcome.ABSENT, None, CURRENCY, raw=reply.body)
        if code != 200 or data is None:
            raise mapping.trouble(code, told, changes=False)
        return mapping.truth_of(data, reference, gateway_id, raw=reply.body)

    async def _found(self, reference: str, since: datetime | None) -> str | None:
        """The number for a reference of ours, None when the list has none.

        Args:
            since: The newest come first: once a row is older than this it is not further back.

        Raises:
            GatewayFailed: The list is longer than we read, so that nobody can say; or it cannot be read.
        """
        seen, total = 0, None
        for turn in range(1, MOST_PAGES + 1):
            page = await self._page(turn)
            found = {
                mapping.name_of(row.get("TransactionId"))
                for row in page.rows
                if row.get("ReferenceId") == reference
            }
            if found:
                return _only(found, reference)
            made = [mapping.moment(row.get("CreatedDate")) for row in page.rows]
            if since is not None and any(at is not None and at < since - SKEW for at in made):
                return None
            seen, total = seen + len(page.rows), page.total if total is None else total
            if page.last and seen < total:
                raise GatewayFailed(NAME, "list_not_whole", fault=Fault.GARBLED)
            if page.last:
                return None
        raise GatewayFailed(NAME, "not_in_reach", reference, fault=Fault.BUSY)

    async def _page(self, turn: int) -> mapping.Page:
        reply, told = await self._inquire(wire.HISTORY, wire.history(turn))
        code, data = mapping.code_of(reply, told), mapping.data_of(told)
        if code != 200 or data is None:
            raise mapping.trouble(code, told, changes=False)
        page = mapping.page_of(data)
        if page is None:
            raise GatewayFailed(NAME, "no_list", fault=Fault.GARBLED)
        return page

    async def cancel(
        self, *, reference: str, gateway_id: str | None, method: str, since: datetime | None = None
    ) -> Truth:
        return await self.look_up(reference=reference, gateway_id=gateway_id, method=method, since=since)

    async def refund(self, asked: RefundAsked) -> Refunding:
        raise GatewayRefused(NAME, "no_refunds", asked.method)

    def read_notice(self, received: Received) -> Notice:
        told = wire.read(received.body, received.headers.get("content-type", ""))
        if told is None or not wire.signed(told, received.headers.get("x-signature", ""), self._va):
            raise NoticeForged
        reference = told.get("reference_id", told.get("referenceId"))
        if not isinstance(reference, str) or not reference:
            raise NoticeUnreadable
        status = mapping.number(told.get("transaction_status_code", told.get("status_code")))
        return Notice(
            reference=reference,
            gateway_id=mapping.name_of(told.get("trx_id")),
            claims=mapping.OUTCOMES.get(status) if status is not None else None,
            # The account's number is no secret: were the key made of less, whoever knows it could use up
            # the key of the success that is still to come.
            dedupe_key=hashlib.sha256(wire.canonical(told)).hexdigest(),
        )

    def acknowledgement(self, *, taken: bool) -> Acknowledgement:
        """Only 200 ends their retries."""
        return TAKEN if taken else NOT_TAKEN

    async def _inquire(self, path: str, body: bytes) -> tuple[Reply, Any]:
        reply = await self._caller.inquire(NAME, self._base + path, headers=self._headers(body), body=body)
        return reply, reply.json()

    def _headers(self, body: bytes) -> dict[str, str]:
        return wire.headers(body, va=self._va, key=self._key, now=self._clock.now())


def _only(found: set[str | None], reference: str) -> str:
    """One reference is one charge: which of several the buyer pays, nobody could say."""
    [first, *others] = found
    if first is None or others:
        raise GatewayFailed(NAME, "more_than_one", reference, fault=Fault.GARBLED)
    return first

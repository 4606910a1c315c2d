"""Duitku's client.

charge   POST inquiry; an order id it has already is looked up instead of charged again
truth    POST transactionStatus, by our reference
cancel   Duitku cannot: a charge is told as it stands, and runs out
refund   Duitku cannot: a person pays back
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import parse_qsl, urlencode

from orderan.gateways.asking import charged_before, offer_for
from orderan.gateways.duitku import mapping, wire
from orderan.gateways.duitku.mapping import NAME, OFFERS
from orderan.gateways.errors import (
    Fault,
    GatewayFailed,
    GatewayRefused,
    NoticeForged,
    NoticeUnreadable,
    OutcomeUnknown,
)
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
from orderan.gateways.ports import Acknowledgement, Gateway, Offer
from orderan.gateways.reading import rupiah_loosely
from orderan.kit.calling import Caller, Reply
from orderan.kit.clock import Clock

CREDENTIALS: Final = ("merchant_code", "api_key")

CURRENCY: Final = "IDR"
TAKEN: Final = Acknowledgement(200, "text/plain", b"OK")
NOT_TAKEN: Final = Acknowledgement(500, "text/plain", b"NOT OK")


def open_gateway(account: Account, caller: Caller, clock: Clock) -> Gateway:
    return Duitku(account, caller, clock)


class Duitku:
    """One project (`merchant code`) at Duitku."""

    name = NAME
    offers: Mapping[str, Offer] = OFFERS

    def __init__(self, account: Account, caller: Caller, clock: Clock) -> None:
        self._base = account.base_url.rstrip("/")
        self._merchant = account.credentials["merchant_code"]
        self._key = account.credentials["api_key"]
        self._caller = caller
        self._clock = clock

    async def charge(self, asked: ChargeAsked) -> Charged:
        offer = offer_for(self, asked)
        now = self._clock.now()
        minutes = mapping.minutes(offer.code, expires_at=asked.expires_at, now=now)
        body = wire.inquiry(asked, offer.code, minutes=minutes, merchant=self._merchant, key=self._key)
        reply = await self._caller.order(
            NAME, "POST", self._base + wire.INQUIRY, headers=wire.HEADERS, body=body
        )
        answer = reply.json()
        if reply.status != 200:
            said = mapping.message(answer)
            if reply.status in {400, 409} and mapping.says_duplicate(said):
                return await charged_before(self, asked)
            raise _not_charged(reply, said)
        if not isinstance(answer, dict) or answer.get("statusCode") != "00":
            raise OutcomeUnknown(NAME, "unread", mapping.message(answer), fault=Fault.GARBLED)
        gateway_id = answer.get("reference")
        instrument = mapping.instrument(offer.code, answer, expires_at=now + timedelta(minutes=minutes))
        if not isinstance(gateway_id, str) or not gateway_id or instrument is None:
            raise OutcomeUnknown(NAME, "incomplete", fault=Fault.GARBLED)
        return Charged(gateway_id, Outcome.PENDING, instrument, reply.body)

    async def look_up(
        self, *, reference: str, gateway_id: str | None, method: str, since: datetime | None = None
    ) -> Truth:
        del gateway_id, method, since  # Duitku is asked by our reference alone
        body = wire.status(reference, merchant=self._merchant, key=self._key)
        reply = await self._caller.inquire(NAME, self._base + wire.STATUS, headers=wire.HEADERS, body=body)
        answer = reply.json()
        if reply.status != 200:
            said = mapping.message(answer)
            if reply.status in {400, 404} and mapping.says_no_transaction(said):
                return Truth(reference, None, Outcome.ABSENT, None, CURRENCY, raw=reply.body)
            raise _not_answered(reply, said)
        return _truth(reference, answer, reply.body)

    async def cancel(
        self, *, reference: str, gateway_id: str | None, method: str, since: datetime | None = None
    ) -> Truth:
        del since
        return await self.look_up(reference=reference, gateway_id=gateway_id, method=method)

    async def refund(self, asked: RefundAsked) -> Refunding:
        raise GatewayRefused(NAME, "no_refunds", asked.method)

    def read_notice(self, received: Received) -> Notice:
        try:
            fields = dict(parse_qsl(received.body.decode(), keep_blank_values=True))
        except ValueError as fault:
            raise NoticeForged from fault
        merchant, amount = fields.get("merchantCode", ""), fields.get("amount", "")
        reference = fields.get("merchantOrderId", "")
        signed = wire.callback_signature(merchant, amount, reference, self._key)
        if not wire.same(signed, fields.get("signature", "")) or merchant != self._merchant:
            raise NoticeForged
        # The signed text runs the amount and the order together: an amount that is none was cut elsewhere.
        if not reference or rupiah_loosely(amount) is None:
            raise NoticeUnreadable
        # The result is not signed. Were the key made of it alone, a forger could use up the key of the
        # success that is still to come; made of everything, he has to guess the rest of that letter too.
        # Who guesses it costs us this news, not the money: open charges are asked for by the clock.
        everything = urlencode(sorted(fields.items())).encode()
        return Notice(
            reference=reference,
            gateway_id=fields.get("reference") or None,
            claims=mapping.CLAIMS.get(fields.get("resultCode", "")),
            dedupe_key=hashlib.sha256(everything).hexdigest(),
        )

    def acknowledgement(self, *, taken: bool) -> Acknowledgement:
        return TAKEN if taken else NOT_TAKEN


def _truth(reference: str, answer: object, raw: bytes) -> Truth:
    if not isinstance(answer, dict) or str(answer.get("merchantOrderId")) != reference:
        raise GatewayFailed(NAME, "unread", fault=Fault.GARBLED)
    code, gateway_id = answer.get("statusCode"), answer.get("reference")
    outcome = mapping.OUTCOMES.get(code) if isinstance(code, str) else None
    amount = rupiah_loosely(answer.get("amount"))
    if outcome is None or (amount is None and outcome is Outcome.SUCCEEDED):
        raise GatewayFailed(NAME, f"status_{code}"[:40], mapping.message(answer), fault=Fault.GARBLED)
    paid = outcome is Outcome.SUCCEEDED
    return Truth(
        reference=reference,
        gateway_id=gateway_id if isinstance(gateway_id, str) and gateway_id else None,
        outcome=outcome,
        amount_minor=amount,
        currency=CURRENCY,
        paid_minor=amount if paid and amount is not None else 0,
        fee_minor=rupiah_loosely(answer.get("fee")) if paid else None,
        reason=mapping.AMBIGUOUS if outcome is Outcome.EXPIRED else None,
        raw=raw,
    )


def _not_charged(reply: Reply, said: str) -> GatewayRefused | GatewayFailed | OutcomeUnknown:
    if reply.status == 429:
        return GatewayFailed(NAME, "429", said, fault=Fault.BUSY)
    if 400 <= reply.status < 500 and reply.status != 408:
        return GatewayRefused(NAME, str(reply.status), said, of_account=reply.status in mapping.OF_ACCOUNT)
    return OutcomeUnknown(NAME, str(reply.status), said, fault=Fault.SERVER)


def _not_answered(reply: Reply, said: str) -> GatewayRefused | GatewayFailed:
    if reply.status == 429:
        return GatewayFailed(NAME, "429", said, fault=Fault.BUSY)
    if 400 <= reply.status < 500 and reply.status != 408:
        return GatewayRefused(NAME, str(reply.status), said, of_account=reply.status in mapping.OF_ACCOUNT)
    return GatewayFailed(NAME, str(reply.status), said, fault=Fault.SERVER)

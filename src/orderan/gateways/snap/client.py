"""One account at a provider that speaks SNAP."""

import asyncio
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import msgspec

from orderan.gateways.asking import offer_for, require_refundable
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
    Instrument,
    InstrumentKind,
    Notice,
    Outcome,
    Received,
    RefundAsked,
    Refunding,
    RefundOutcome,
    Truth,
)
from orderan.gateways.ports import Acknowledgement, Gateway, Offer
from orderan.gateways.reading import object_of, part, rupiah, text
from orderan.gateways.snap import mapping, wire
from orderan.kit.calling import Caller, Reply
from orderan.kit.clock import Clock

CREDENTIALS: Final = (
    "flavour",
    "client_id",
    "client_secret",
    "private_key",
    "public_key",
    "partner_id",
    "channel_id",
    "partner_service_id",
    "merchant_id",
)
"""`flavour` is whose paths and inbound signature: `bi`, the standard's, or `doku`. DOKU shows a QR only
with `terminal_id` and `postal_code` beside these."""
OFFERS: Final[Mapping[str, Offer]] = mapping.OFFERS
EARLY: Final = timedelta(seconds=60)
"""A token is renewed so long before it ends, so that none ends on the way."""
EXTERNAL_LENGTH: Final = 32


def open_gateway(account: Account, caller: Caller, clock: Clock) -> Gateway:
    return Snap(account, caller, clock)


class Snap:
    """See `Gateway`."""

    name = mapping.NAME
    offers: Mapping[str, Offer]

    def __init__(self, account: Account, caller: Caller, clock: Clock) -> None:
        told = account.credentials
        self._base = account.base_url.rstrip("/")
        self._secret = told["client_secret"]
        self._private = told["private_key"]
        self._public = told["public_key"]
        self._us = wire.Merchant(
            told["flavour"],
            told["client_id"],
            told["partner_id"],
            told["channel_id"],
            told["partner_service_id"].strip(),
            told["merchant_id"],
            told.get("terminal_id", ""),
            told.get("postal_code", ""),
        )
        self._paths = wire.PATHS[self._us.flavour]
        self._caller = caller
        self._clock = clock
        self._token = ""
        self._token_ends: datetime | None = None
        self._renewal: asyncio.Task[str] | None = None
        self.offers = {method: offer for method, offer in OFFERS.items() if wire.has(self._us, method)}

    async def charge(self, asked: ChargeAsked) -> Charged:
        offer = offer_for(self, asked)
        if asked.method == mapping.QRIS:
            path, body = self._paths.qr_generate, wire.qr_body(asked, self._us)
        else:
            path, body = self._paths.create_va, wire.create_va_body(asked, self._us, bank=offer.code)
        reply, told = await self._order("POST", path, body, key=asked.reference)
        code = mapping.code_of(reply.status, told)
        if code.status == "409":
            return await self._made_before(asked, code)
        if not code.well or told is None:
            raise mapping.trouble(code, told, changes=True)
        about = text(told, "partnerReferenceNo") or text(told, "virtualAccountData", "trxId")
        if about not in {None, asked.reference}:
            raise OutcomeUnknown(self.name, "another_order", str(about), fault=Fault.GARBLED)
        instrument = self._instrument(asked, told)
        if instrument is None:
            raise OutcomeUnknown(self.name, "no_instrument", fault=Fault.GARBLED)
        # A virtual account goes by its number everywhere.
        gateway_id = instrument.number or text(told, "referenceNo") or asked.reference
        return Charged(gateway_id, Outcome.PENDING, instrument, reply.body)

    async def look_up(
        self, *, reference: str, gateway_id: str | None, method: str, since: datetime | None = None
    ) -> Truth:
        del since  # a charge is found by our reference
        if method == mapping.QRIS:
            return await self._look_up_qr(reference, gateway_id)
        number = self._number(reference, gateway_id)
        reply, told = await self._inquire(self._paths.va_status, wire.va_status_body(number, reference))
        code = mapping.code_of(reply.status, told)
        words = mapping.NEVER_MADE if gateway_id is None else mapping.ONCE_MADE
        if code.status == "404" and code.case in words:
            outcome = words[code.case]
            known = None if outcome is Outcome.ABSENT else number.whole.strip()
            is_known = code.case != mapping.NOT_FOUND
            return Truth(reference, known, outcome, None, "IDR", raw=reply.body, is_known=is_known)
        if code.status == "404" and code.case == mapping.PAID_BILL:
            raise GatewayFailed(self.name, "paid_amount_not_told", code.whole, fault=Fault.GARBLED)
        if not code.well or told is None:
            raise mapping.trouble(code, told, changes=False)
        return mapping.va_truth(
            told,
            reference=reference,
            number=number.whole.strip(),
            asked_number=number.whole,
            raw=reply.body,
        )

    async def cancel(
        self, *, reference: str, gateway_id: str | None, method: str, since: datetime | None = None
    ) -> Truth:
        """Take a virtual account back; a QR cannot be, and runs out by itself."""
        del since  # a charge is found by our reference
        offer = self.offers.get(method)
        if offer is None or method == mapping.QRIS:
            return await self.look_up(reference=reference, gateway_id=gateway_id, method=method)
        number = self._number(reference, gateway_id)
        body = wire.delete_va_body(number, self._us, reference=reference, method=method, bank=offer.code)
        reply, told = await self._order("DELETE", self._paths.delete_va, body, key=f"{reference}:delete")
        code = mapping.code_of(reply.status, told)
        if code.well and told is not None:
            return Truth(reference, number.whole.strip(), Outcome.CANCELLED, None, "IDR", raw=reply.body)
        # Paid, ended, taken back before or never there: the truth says which.
        if code.status not in {"404", "409"} or told is None:
            raise mapping.trouble(code, told, changes=True)
        return await self.look_up(reference=reference, gateway_id=gateway_id, method=method)

    async def refund(self, asked: RefundAsked) -> Refunding:
        require_refundable(self, asked)
        body = wire.qr_refund_body(asked, self._us)
        reply, told = await self._order("POST", self._paths.qr_refund, body, key=f"{asked.key}:refund")
        code = mapping.code_of(reply.status, told)
        if code.status == "409":
            return await self._refunded_before(asked, code)
        if not code.well or told is None:
            raise mapping.trouble(code, told, changes=True)
        amount = rupiah(part(told, "refundAmount", "value"))
        if amount is None:
            raise OutcomeUnknown(self.name, "not_understood", fault=Fault.GARBLED)
        done = RefundOutcome.PENDING if code.status == "202" else RefundOutcome.DONE
        return Refunding(asked.key, text(told, "refundNo") or asked.key, done, amount, reply.body)

    def read_notice(self, received: Received) -> Notice:
        if not self._signed(received):
            raise NoticeForged(self.name)
        if not hmac.compare_digest(
            received.headers.get("x-partner-id", "").encode("utf-8", "replace"), self._us.partner_id.encode()
        ):
            raise NoticeForged(self.name)
        try:
            told = msgspec.json.decode(received.body)
        except (msgspec.DecodeError, UnicodeDecodeError) as fault:
            raise NoticeUnreadable(self.name) from fault
        if not isinstance(told, dict):
            raise NoticeUnreadable(self.name)
        for member, ours in (("partnerServiceId", self._us.prefix), ("merchantId", self._us.merchant_id)):
            theirs = text(told, member)
            if theirs is not None and theirs.strip() != ours:
                raise NoticeForged(self.name)
        number = text(told, "virtualAccountNo")
        return self._about_qr(told) if number is None else self._about_account(told, number.strip())

    def acknowledgement(self, *, taken: bool) -> Acknowledgement:
        """That of a virtual account's payment; what was read has the right code for its service."""
        body = wire.answer("25") if taken else wire.answer("25", "500", "General Error")
        return Acknowledgement(200 if taken else 500, "application/json", body)

    def _about_account(self, told: dict[str, Any], number: str) -> Notice:
        reference = text(told, "trxId")
        if part(told, "paidAmount") is None:
            # A bank that asks whether the account may be paid: ours are known to it already.
            raise NoticeUnreadable(self.name)
        flag = part(told, "paymentFlagStatus")
        claims = Outcome.SUCCEEDED if flag is None else mapping.FLAGS.get(str(flag))
        news = [
            part(told, "paymentRequestId"),
            flag,
            part(told, "paidAmount", "value"),
        ]
        key = ":".join([reference or number, *map(str, news)])
        return Notice(reference, number, claims, key, wire.answer("25", about=told))

    def _about_qr(self, told: object) -> Notice:
        reference = text(told, "originalPartnerReferenceNo")
        gateway_id = text(told, "originalReferenceNo")
        if reference is None and gateway_id is None:
            raise NoticeUnreadable(self.name)
        word = part(told, "latestTransactionStatus")
        news = [gateway_id, word, part(told, "amount", "value"), sorted(mapping.refunds_of(told))]
        key = ":".join([str(reference), *map(str, news)])
        return Notice(reference, gateway_id, mapping.STATUSES.get(str(word)), key, wire.answer("52"))

    def _signed(self, received: Received) -> bool:
        told = received.headers
        at, signature = told.get("x-timestamp", ""), told.get("x-signature", "")
        if self._us.flavour == "doku":
            token = told.get("authorization", "").removeprefix("Bearer ")
            text = wire.request_text("POST", received.path, token, received.body, at)
            right = wire.symmetric(self._secret, text)
            return hmac.compare_digest(right.encode(), signature.encode("utf-8", "replace"))
        try:
            key = wire.public_key(self._public)
        except ValueError:
            return False
        text = wire.inbound_text("POST", received.path, received.body, at)
        return wire.asymmetric_holds(key, text, signature)

    def _number(self, reference: str, gateway_id: str | None) -> wire.Number:
        if gateway_id is not None and gateway_id.startswith(self._us.prefix) and gateway_id.isdigit():
            return wire.number_from(self._us, gateway_id)
        return wire.number_of(self._us, reference)

    def _instrument(self, asked: ChargeAsked, told: object) -> Instrument | None:
        if asked.method == mapping.QRIS:
            qr = text(told, "qrContent")
            said = part(told, "additionalInfo", "validityPeriod")
            ends = mapping.moment(said) or asked.expires_at
            return None if qr is None else Instrument(InstrumentKind.QR, qr=qr, expires_at=ends)
        number = text(told, "virtualAccountData", "virtualAccountNo")
        ends = mapping.moment(part(told, "virtualAccountData", "expiredDate")) or asked.expires_at
        if number is None:
            return None
        return Instrument(InstrumentKind.VIRTUAL_ACCOUNT, number=number.strip(), expires_at=ends)

    async def _look_up_qr(self, reference: str, gateway_id: str | None) -> Truth:
        reply, told = await self._query_qr(reference, gateway_id)
        code = mapping.code_of(reply.status, told)
        if code.status == "404" and code.case == mapping.NOT_FOUND:
            return Truth(reference, None, Outcome.ABSENT, None, "IDR", raw=reply.body)
        if not code.well or told is None:
            raise mapping.trouble(code, told, changes=False)
        return mapping.qr_truth(told, reference=reference, gateway_id=gateway_id, raw=reply.body)

    async def _query_qr(self, reference: str, gateway_id: str | None) -> tuple[Reply, dict[str, Any] | None]:
        body = wire.qr_query_body(self._us, reference=reference, gateway_id=gateway_id)
        return await self._inquire(self._paths.qr_query, body)

    async def _made_before(self, asked: ChargeAsked, code: mapping.Code) -> Charged:
        """The reference is taken: by a call of ours whose answer was lost, or it is another's."""
        try:
            truth = await self.look_up(reference=asked.reference, gateway_id=None, method=asked.method)
        except (GatewayFailed, GatewayRefused) as fault:
            if fault.code == "another_order":
                raise GatewayRefused(self.name, code.whole, "the number is another's") from fault
            kind = fault.fault if isinstance(fault, GatewayFailed) else Fault.GARBLED
            raise OutcomeUnknown(self.name, code.whole, fault.code, fault=kind) from fault
        if truth.outcome is Outcome.ABSENT and code.case == mapping.CONFLICT:
            # The first call may still be on its way.
            raise OutcomeUnknown(self.name, code.whole, "asked before, and not there", fault=Fault.BUSY)
        if truth.outcome is Outcome.ABSENT:
            raise GatewayRefused(self.name, code.whole, "the reference is taken by something else")
        if truth.amount_minor is None:
            raise OutcomeUnknown(self.name, "amount_not_told", fault=Fault.GARBLED)
        if truth.amount_minor != asked.amount_minor:
            raise GatewayRefused(self.name, code.whole, "another amount stands under this reference")
        gateway_id = truth.gateway_id or asked.reference
        if truth.outcome is not Outcome.PENDING:
            return Charged(gateway_id, truth.outcome, None, truth.raw)
        if asked.method == mapping.QRIS:
            # Nobody tells a QR's text twice.
            raise OutcomeUnknown(self.name, "no_instrument", fault=Fault.GARBLED)
        instrument = Instrument(
            InstrumentKind.VIRTUAL_ACCOUNT, number=gateway_id, expires_at=asked.expires_at
        )
        return Charged(gateway_id, truth.outcome, instrument, truth.raw)

    async def _refunded_before(self, asked: RefundAsked, code: mapping.Code) -> Refunding:
        try:
            reply, told = await self._query_qr(asked.reference, asked.gateway_id)
        except (GatewayFailed, GatewayRefused) as fault:
            kind = fault.fault if isinstance(fault, GatewayFailed) else Fault.GARBLED
            raise OutcomeUnknown(self.name, code.whole, fault.code, fault=kind) from fault
        before = mapping.refunds_of(told).get(asked.key)
        if before is None:
            raise OutcomeUnknown(self.name, code.whole, "no such refund is told", fault=Fault.GARBLED)
        gateway_id, amount = before
        return Refunding(asked.key, gateway_id, RefundOutcome.DONE, amount, reply.body)

    async def _inquire(self, path: str, body: bytes) -> tuple[Reply, dict[str, Any] | None]:
        async def ask(headers: Mapping[str, str]) -> Reply:
            return await self._caller.inquire(self.name, f"{self._base}{path}", headers=headers, body=body)

        return await self._call(ask, "POST", path, body, external_id=_any_digits())

    async def _order(
        self, method: str, path: str, body: bytes, *, key: str
    ) -> tuple[Reply, dict[str, Any] | None]:
        """Ask for something to be done.

        Args:
            key: The same for a repetition of the same request.
        """

        async def ask(headers: Mapping[str, str]) -> Reply:
            url = f"{self._base}{path}"
            return await self._caller.order(self.name, method, url, headers=headers, body=body)

        external_id = wire.digits(f"{path}:{key}", EXTERNAL_LENGTH)
        return await self._call(ask, method, path, body, external_id=external_id)

    async def _call(
        self, ask: Any, method: str, path: str, body: bytes, *, external_id: str
    ) -> tuple[Reply, dict[str, Any] | None]:
        """Send with a token, and once more with a new one where the old one is not good any more."""
        token = await self._valid_token()
        reply: Reply
        for last in (False, True):
            headers = wire.headers(
                self._secret,
                self._us,
                method=method,
                path=path,
                token=token,
                external_id=external_id,
                now=self._clock.now(),
                body=body,
            )
            reply = await ask(headers)
            told = object_of(reply)
            code = mapping.code_of(reply.status, told)
            if last or code.status != "401" or code.case not in mapping.BAD_TOKEN:
                return reply, told
            token = await self._valid_token(instead_of=token)
        raise AssertionError

    async def _valid_token(self, *, instead_of: str | None = None) -> str:
        """The token we have, or a new one; whoever needs one meanwhile waits for the same.

        Args:
            instead_of: A token that was not taken any more.
        """
        fresh = self._token_ends is not None and self._clock.now() < self._token_ends
        if fresh and self._token != instead_of:
            return self._token
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.create_task(self._new_token())
        # Who gives up waiting does not take it from the others.
        return await asyncio.shield(self._renewal)

    async def _new_token(self) -> str:
        now = self._clock.now()
        try:
            key = wire.private_key(self._private)
        except ValueError as fault:
            raise GatewayRefused(self.name, "private_key", of_account=True) from fault
        reply = await self._caller.inquire(
            self.name,
            f"{self._base}{self._paths.access}",
            headers=wire.token_headers(key, self._us.client_id, now=now),
            body=wire.TOKEN_BODY,
        )
        told = object_of(reply)
        code = mapping.code_of(reply.status, told)
        token = text(told, "accessToken")
        lasts = rupiah(part(told, "expiresIn"))
        if not code.well or token is None or lasts is None:
            raise mapping.trouble(code, told, changes=False)
        self._token, self._token_ends = token, now + timedelta(seconds=lasts) - EARLY
        return token


def _any_digits() -> str:
    return f"{uuid4().int % 10**EXTERNAL_LENGTH:0{EXTERNAL_LENGTH}d}"

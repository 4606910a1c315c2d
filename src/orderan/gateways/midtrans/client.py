"""One account at Midtrans."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

import msgspec

from orderan.gateways.asking import offer_for, require_refundable
from orderan.gateways.errors import (
    Fault,
    GatewayFailed,
    GatewayRefused,
    NoticeForged,
    OutcomeUnknown,
)
from orderan.gateways.midtrans import mapping, wire
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
from orderan.gateways.reading import object_of
from orderan.kit.calling import Caller, Reply
from orderan.kit.clock import Clock

CREDENTIALS: Final = ("server_key", "merchant_id")
OFFERS: Final[Mapping[str, Offer]] = mapping.OFFERS
SNAP_ID: Final = "snap:"
"""Before a gateway id that is the token of a page: until the buyer picks a method on it, Midtrans
knows of no transaction, and a question about it is answered as if it had never heard of it."""
DUPLICATE: Final = "406"
UNKNOWN_TRANSACTION: Final = "404"
CANNOT_BE_MODIFIED: Final = "412"


def open_gateway(account: Account, caller: Caller, clock: Clock) -> Gateway:
    return Midtrans(account, caller, clock)


class Midtrans:
    """See `Gateway`. A status question is the only truth: a notification's status is not signed."""

    name = mapping.NAME
    offers: Mapping[str, Offer] = OFFERS

    def __init__(self, account: Account, caller: Caller, clock: Clock) -> None:
        self._base = account.base_url.rstrip("/")
        self._key = account.credentials["server_key"]
        self._merchant = account.credentials["merchant_id"]
        self._caller = caller
        self._clock = clock

    async def charge(self, asked: ChargeAsked) -> Charged:
        offer_for(self, asked)
        if asked.method in wire.SNAP:
            return await self._open_page(asked)
        if asked.method in wire.BY_PHONE and not asked.payer.phone:
            raise GatewayRefused(self.name, "phone_missing", asked.method)
        headers = wire.headers(self._key, key=asked.reference, notify_url=asked.notify_url)
        body = wire.charge_body(asked, now=self._clock.now())
        reply = await self._caller.order(
            self.name, "POST", f"{self._base}/v2/charge", headers=headers, body=body
        )
        told = object_of(reply)
        code = mapping.code_of(reply.status, told)
        if code == DUPLICATE:
            return await self._made_before(asked)
        if code not in {"200", "201"} or told is None:
            raise mapping.trouble(code, told, changes=True)
        return self._charged(asked.method, told, reply)

    async def look_up(
        self, *, reference: str, gateway_id: str | None, method: str, since: datetime | None = None
    ) -> Truth:
        del since  # a charge is found by our reference
        page = gateway_id is not None and gateway_id.startswith(SNAP_ID)
        url = f"{self._address(reference, gateway_id, method)}/status"
        reply = await self._caller.ask(self.name, url, headers=wire.headers(self._key))
        told = object_of(reply)
        code = mapping.code_of(reply.status, told)
        if code == UNKNOWN_TRANSACTION:
            outcome = Outcome.PENDING if page else Outcome.ABSENT
            return Truth(reference, gateway_id, outcome, None, "IDR", raw=reply.body, is_known=False)
        if code not in {"200", "201", "202", "407"} or told is None:
            raise mapping.trouble(code, told, changes=False)
        found = mapping.truth_of(told, raw=reply.body)
        if found.reference != reference:
            raise GatewayFailed(self.name, "another_order", found.reference, fault=Fault.GARBLED)
        return found

    async def cancel(
        self, *, reference: str, gateway_id: str | None, method: str, since: datetime | None = None
    ) -> Truth:
        del since  # a charge is found by our reference
        found = await self.look_up(reference=reference, gateway_id=gateway_id, method=method)
        if found.outcome is not Outcome.PENDING:
            return found
        url = f"{self._address(reference, gateway_id, method)}/{wire.taking_back(method)}"
        reply = await self._caller.order(self.name, "POST", url, headers=wire.headers(self._key), body=b"{}")
        told = object_of(reply)
        code = mapping.code_of(reply.status, told)
        # It is paid, or over; or nobody picked a method on the page yet, or there is none.
        if code not in {"200", CANNOT_BE_MODIFIED, UNKNOWN_TRANSACTION}:
            raise mapping.trouble(code, told, changes=True)
        return await self.look_up(reference=reference, gateway_id=gateway_id, method=method)

    async def refund(self, asked: RefundAsked) -> Refunding:
        require_refundable(self, asked)
        card = asked.method in mapping.CARDS
        if card or asked.again:
            told, raw = await self._transaction(asked)
            if card and mapping.is_voided(told) and _is_whole(asked, told):
                return _voided(asked, told, raw)
            before = self._refunded_before(asked, told, raw) if asked.again else None
            if before is not None:
                return before
            if card and mapping.is_captured(told):
                return await self._refund_captured(asked, told)
        return await self._order_refund(asked)

    async def _refund_captured(self, asked: RefundAsked, told: Mapping[str, Any]) -> Refunding:
        """A card whose money is there and not settled is not paid back: all of it is voided, a part has to wait."""
        if not _is_whole(asked, told):
            return Refunding(asked.key, "", RefundOutcome.NOT_YET, asked.amount_minor, b"")
        url = f"{self._of(asked)}/cancel"
        reply = await self._caller.order(self.name, "POST", url, headers=wire.headers(self._key), body=b"{}")
        said = object_of(reply)
        code = mapping.code_of(reply.status, said)
        if code == CANNOT_BE_MODIFIED:
            # It has settled since it was asked.
            return await self._order_refund(asked)
        if code != "200" or said is None:
            raise mapping.trouble(code, said, changes=True)
        return _voided(asked, said, reply.body)

    async def _order_refund(self, asked: RefundAsked) -> Refunding:
        url = f"{self._of(asked)}/refund"
        reply = await self._caller.order(
            self.name, "POST", url, headers=wire.headers(self._key), body=wire.refund_body(asked)
        )
        told = object_of(reply)
        code = mapping.code_of(reply.status, told)
        if code != "200" or told is None:
            raise mapping.trouble(code, told, changes=True)
        amount = mapping.rupiah(told.get("refund_amount"))
        if amount is None:
            raise OutcomeUnknown(self.name, "not_understood", fault=Fault.GARBLED)
        mine = mapping.refund_of(told, asked.key)
        confirmed = told.get("bank_confirmed_at") or (mine or {}).get("bank_confirmed_at")
        done = RefundOutcome.DONE if confirmed else RefundOutcome.PENDING
        return Refunding(asked.key, str(told.get("refund_chargeback_id")), done, amount, reply.body)

    def _of(self, asked: RefundAsked) -> str:
        return self._address(asked.reference, asked.gateway_id, asked.method)

    def _address(self, reference: str, gateway_id: str | None, method: str) -> str:
        """Of a transaction; DANA's are found by Midtrans' own id alone."""
        name = gateway_id if method in wire.BY_OWN_ID and gateway_id else reference
        return f"{self._base}/v2/{quote(name, safe='')}"

    async def _transaction(self, asked: RefundAsked) -> tuple[Mapping[str, Any], bytes]:
        url = f"{self._of(asked)}/status"
        reply = await self._caller.ask(self.name, url, headers=wire.headers(self._key))
        told = object_of(reply)
        code = mapping.code_of(reply.status, told)
        if code not in {"200", "201", "202", "407"} or told is None:
            raise mapping.trouble(code, told, changes=False)
        return told, reply.body

    def _refunded_before(self, asked: RefundAsked, told: Mapping[str, Any], raw: bytes) -> Refunding | None:
        """The refund of this key, as the transaction tells it; None where it lists no such refund.

        Raises:
            GatewayFailed: It cannot be told, so that it must not be ordered again.
        """
        mine = mapping.refund_of(told, asked.key)
        if mine is None:
            listed = sum(mapping.rupiah(one.get("refund_amount")) or 0 for one in mapping.refunds_of(told))
            whole = listed == (mapping.rupiah(told.get("refund_amount") or "0") or 0)
            if asked.taken or not whole:
                raise GatewayFailed(self.name, "refund_not_told", asked.key, fault=Fault.GARBLED)
            return None
        amount = mapping.rupiah(mine.get("refund_amount"))
        if amount is None:
            raise GatewayFailed(self.name, "not_understood", asked.key, fault=Fault.GARBLED)
        done = RefundOutcome.DONE if mine.get("bank_confirmed_at") else RefundOutcome.PENDING
        return Refunding(asked.key, str(mine.get("refund_chargeback_id")), done, amount, raw)

    def read_notice(self, received: Received) -> Notice:
        try:
            told = msgspec.json.decode(received.body)
        except (msgspec.DecodeError, UnicodeDecodeError) as fault:
            # The signature is inside: what is no document is not signed either.
            raise NoticeForged(self.name) from fault
        if not isinstance(told, dict):
            raise NoticeForged(self.name)
        if not wire.signed(told, self._key):
            raise NoticeForged(self.name)
        if told.get("merchant_id") not in (None, self._merchant):
            raise NoticeForged(self.name)
        reference, gateway_id = str(told["order_id"]), told.get("transaction_id")
        claims = mapping.outcome_of(
            told.get("transaction_status"), told.get("fraud_status"), "settlement_time" in told
        )
        news = (told.get("transaction_status"), told.get("status_code"), told.get("refund_amount"))
        # No signature covers it: whoever has one letter of theirs may have written anything here.
        refunds = told.get("refunds")
        confirmed = [
            one.get("bank_confirmed_at")
            for one in (refunds if isinstance(refunds, list) else ())
            if isinstance(one, dict)
        ]
        return Notice(
            reference=reference,
            gateway_id=gateway_id if isinstance(gateway_id, str) else None,
            claims=claims,
            dedupe_key=":".join([reference, *map(str, news), *map(str, confirmed)]),
        )

    def acknowledgement(self, *, taken: bool) -> Acknowledgement:
        """200 ends their retries; 503 makes four more."""
        return Acknowledgement(200 if taken else 503, "application/json", b"{}")

    async def _open_page(self, asked: ChargeAsked) -> Charged:
        headers = wire.headers(self._key, key=asked.reference, notify_url=asked.notify_url)
        body = wire.snap_body(asked, now=self._clock.now())
        url = f"{wire.snap_base(self._base)}/snap/v1/transactions"
        reply = await self._caller.order(self.name, "POST", url, headers=headers, body=body)
        told = object_of(reply)
        if reply.status != 201 or told is None:
            raise mapping.trouble(str(reply.status), told, changes=True)
        token, page = told.get("token"), told.get("redirect_url")
        if not isinstance(token, str) or not isinstance(page, str):
            raise OutcomeUnknown(self.name, "not_understood", fault=Fault.GARBLED)
        instrument = Instrument(InstrumentKind.REDIRECT, url=page, expires_at=asked.expires_at)
        return Charged(f"{SNAP_ID}{token}", Outcome.PENDING, instrument, reply.body)

    async def _made_before(self, asked: ChargeAsked) -> Charged:
        """The reference is taken: by a call of ours whose answer was lost, or it is another's."""
        url = f"{self._base}/v2/{quote(asked.reference, safe='')}/status"
        try:
            reply = await self._caller.ask(self.name, url, headers=wire.headers(self._key))
        except GatewayFailed as fault:
            raise OutcomeUnknown(self.name, DUPLICATE, fault=fault.fault) from fault
        told = object_of(reply)
        if told is None or mapping.code_of(reply.status, told) not in {"200", "201", "407"}:
            raise OutcomeUnknown(self.name, DUPLICATE, fault=Fault.GARBLED)
        if mapping.rupiah(told.get("gross_amount")) != asked.amount_minor:
            raise GatewayRefused(self.name, DUPLICATE, "another amount stands under this reference")
        return self._charged(asked.method, told, reply)

    def _charged(self, method: str, told: Mapping[str, Any], reply: Reply) -> Charged:
        found = mapping.outcome_of(told.get("transaction_status"), told.get("fraud_status"), settled=False)
        gateway_id = told.get("transaction_id")
        if found is None or not isinstance(gateway_id, str):
            raise OutcomeUnknown(self.name, "not_understood", fault=Fault.GARBLED)
        instrument = mapping.instrument_of(method, told)
        if instrument is None and found is Outcome.PENDING:
            raise OutcomeUnknown(self.name, "no_instrument", fault=Fault.GARBLED)
        return Charged(gateway_id, found, instrument, reply.body)


def _is_whole(asked: RefundAsked, told: Mapping[str, Any]) -> bool:
    return asked.amount_minor == mapping.rupiah(told.get("gross_amount"))


def _voided(asked: RefundAsked, told: Mapping[str, Any], raw: bytes) -> Refunding:
    """All of a card went back: that is the refund of all of it, whoever ordered it."""
    return Refunding(asked.key, str(told.get("transaction_id")), RefundOutcome.DONE, asked.amount_minor, raw)

"""One account at DOKU."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote
from uuid import uuid4

import msgspec

from orderan.gateways.asking import offer_for, require_refundable
from orderan.gateways.doku import mapping, wire
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
    RefundOutcome,
    Truth,
)
from orderan.gateways.ports import Acknowledgement, Gateway, Offer
from orderan.gateways.reading import object_of, part, rupiah, text
from orderan.kit.calling import Caller, Reply
from orderan.kit.clock import Clock

CREDENTIALS: Final = ("client_id", "secret_key")
OFFERS: Final[Mapping[str, Offer]] = mapping.OFFERS
PAGE: Final = "checkout:"
"""Before a gateway id that is the token of a page. To accounts older than December 2024 DOKU knows of
no order until the buyer picks a method there, and answers as if it had never heard of it."""


def open_gateway(account: Account, caller: Caller, clock: Clock) -> Gateway:
    return Doku(account, caller, clock)


class Doku:
    """See `Gateway`."""

    name = mapping.NAME
    offers: Mapping[str, Offer] = OFFERS

    def __init__(self, account: Account, caller: Caller, clock: Clock) -> None:
        self._base = account.base_url.rstrip("/")
        self._id = account.credentials["client_id"]
        self._secret = account.credentials["secret_key"]
        self._caller = caller
        self._clock = clock

    async def charge(self, asked: ChargeAsked) -> Charged:
        offer = offer_for(self, asked)
        body = wire.charge_body(asked, code=offer.code, now=self._clock.now())
        reply = await self._post(wire.target_of(asked.method), body, request_id=asked.reference)
        told = object_of(reply)
        if reply.status == 409 or (reply.status == 400 and mapping.about_the_invoice(told)):
            return await self._made_before(asked, reply, told)
        if reply.status not in {200, 201}:
            raise mapping.trouble(reply.status, told, changes=True)
        instrument = mapping.instrument_of(asked.method, told)
        if instrument is None:
            raise OutcomeUnknown(self.name, "no_instrument", fault=Fault.GARBLED)
        return Charged(_id_of(told, asked), Outcome.PENDING, instrument, reply.body)

    async def look_up(
        self, *, reference: str, gateway_id: str | None, method: str, since: datetime | None = None
    ) -> Truth:
        del method, since  # one question for all of them
        reply, told = await self._question(reference)
        if told is None:
            page = gateway_id is not None and gateway_id.startswith(PAGE)
            outcome = Outcome.PENDING if page else Outcome.ABSENT
            known = gateway_id if page else None
            return Truth(reference, known, outcome, None, "IDR", raw=reply.body, is_known=False)
        return mapping.truth_of(told, gateway_id=gateway_id, raw=reply.body)

    async def cancel(
        self, *, reference: str, gateway_id: str | None, method: str, since: datetime | None = None
    ) -> Truth:
        """DOKU takes nothing back before it is paid: told as it stands."""
        del since
        return await self.look_up(reference=reference, gateway_id=gateway_id, method=method)

    async def refund(self, asked: RefundAsked) -> Refunding:
        require_refundable(self, asked)
        reply, told = await self._question(asked.reference)
        outcome = None if told is None else mapping.outcome_of(told)
        if asked.taken and told is not None:
            return self._taken(asked, told, reply)
        if asked.again and outcome is Outcome.REFUNDED:
            # A refund there is told without its key: whether it is this one, the sum of all of them tells.
            raise GatewayRefused(self.name, "refunded_before", asked.key)
        original = text(told, "transaction", "original_request_id")
        if outcome not in {Outcome.SUCCEEDED, Outcome.REFUNDED} or original is None:
            raise GatewayRefused(self.name, "not_paid", str(outcome))
        body = wire.refund_body(asked, original_request_id=original)
        reply = await self._post(wire.REFUND, body, request_id=asked.key)
        said = object_of(reply)
        # 409 is the first answer to this very refund, once more.
        if reply.status not in {200, 409} or said is None:
            raise mapping.trouble(reply.status, said, changes=True)
        amount = rupiah(part(said, "refund", "amount"))
        word = str(part(said, "refund", "status")).upper()
        kind = mapping.REFUNDS.get(str(part(said, "refund", "type")).upper())
        if word == "FAILED" or part(said, "error") is not None:
            code, words = mapping.words_of(said)
            raise GatewayRefused(self.name, code or word, words or str(part(said, "refund", "message")))
        if amount is None or word not in {"SUCCESS", "PENDING"}:
            raise OutcomeUnknown(self.name, "not_understood", word, fault=Fault.GARBLED)
        done = kind is RefundOutcome.DONE and word == "SUCCESS"
        return Refunding(
            asked.key,
            text(said, "refund", "approval_code") or asked.key,
            RefundOutcome.DONE if done else RefundOutcome.PENDING,
            amount,
            reply.body,
        )

    def _taken(self, asked: RefundAsked, told: Mapping[str, Any], reply: Reply) -> Refunding:
        """How a refund stands that they have.

        Raises:
            GatewayFailed: They do not tell: of several they name only the sum.
        """
        amount = rupiah(part(told, "refund", "amount"))
        word = str(part(told, "refund", "status")).upper()
        if amount != asked.amount_minor or word not in {"SUCCESS", "PENDING"}:
            raise GatewayFailed(self.name, "refund_not_told", asked.key, fault=Fault.GARBLED)
        kind = mapping.REFUNDS.get(str(part(told, "refund", "type")).upper())
        done = kind is RefundOutcome.DONE and word == "SUCCESS"
        outcome = RefundOutcome.DONE if done else RefundOutcome.PENDING
        return Refunding(asked.key, asked.key, outcome, amount, reply.body)

    def read_notice(self, received: Received) -> Notice:
        told_id = received.headers.get("client-id", "")
        if not wire.signed(self._secret, received.headers, path=received.path, body=received.body):
            raise NoticeForged(self.name)
        if told_id != self._id:
            raise NoticeForged(self.name)
        try:
            told = msgspec.json.decode(received.body)
        except (msgspec.DecodeError, UnicodeDecodeError) as fault:
            raise NoticeUnreadable(self.name) from fault
        reference = text(told, "order", "invoice_number")
        if reference is None:
            raise NoticeUnreadable(self.name)
        news = [
            part(told, *names)
            for names in (
                ("transaction", "status"),
                ("transaction", "original_request_id"),
                ("transaction", "date"),
                ("refund", "amount"),
            )
        ]
        return Notice(
            reference=reference,
            gateway_id=mapping.number_of(told),
            claims=mapping.outcome_of(told),
            dedupe_key=":".join([reference, *map(str, news)]),
        )

    def acknowledgement(self, *, taken: bool) -> Acknowledgement:
        """Only a 200 ends their retries."""
        return Acknowledgement(200 if taken else 503, "text/plain", b"OK" if taken else b"")

    async def _question(self, reference: str) -> tuple[Reply, dict[str, Any] | None]:
        """What they say of an order; None where they never heard of it."""
        target = f"{wire.STATUS}{quote(reference, safe='')}"
        headers = wire.headers(
            self._secret,
            client_id=self._id,
            request_id=str(uuid4()),
            now=self._clock.now(),
            target=target,
            body=None,
        )
        reply = await self._caller.ask(self.name, f"{self._base}{target}", headers=headers)
        told = object_of(reply)
        # A wrong address is a 404 too, but none that names an error of theirs.
        if reply.status == 404 and part(told, "error") is not None:
            return reply, None
        if reply.status != 200 or told is None:
            raise mapping.trouble(reply.status, told, changes=False)
        found = text(told, "order", "invoice_number")
        if found != reference:
            raise GatewayFailed(self.name, "another_order", str(found), fault=Fault.GARBLED)
        return reply, told

    async def _made_before(self, asked: ChargeAsked, reply: Reply, first: dict[str, Any] | None) -> Charged:
        """The reference is taken: by a call of ours whose answer was lost, or it is another's.

        Args:
            first: With a 409, the answer to the first call; only that one tells a page's address.
        """
        code = f"{reply.status}"
        try:
            asked_again, told = await self._question(asked.reference)
            truth = None if told is None else mapping.truth_of(told, gateway_id=None, raw=asked_again.body)
        except (GatewayFailed, GatewayRefused) as fault:
            kind = fault.fault if isinstance(fault, GatewayFailed) else Fault.GARBLED
            raise OutcomeUnknown(self.name, code, fault.code, fault=kind) from fault
        instrument = mapping.instrument_of(asked.method, first)
        amount = mapping.amount_of(first) if truth is None else truth.amount_minor
        if truth is None and instrument is None:
            raise GatewayRefused(self.name, *mapping.words_of(first))
        if amount not in {None, asked.amount_minor} or mapping.another_method(asked.method, told):
            raise GatewayRefused(self.name, code, "another charge stands under this reference")
        known = told if instrument is None else first
        instrument = instrument or mapping.instrument_of(asked.method, told)
        outcome = Outcome.PENDING if truth is None else truth.outcome
        if instrument is None and outcome is Outcome.PENDING:
            raise OutcomeUnknown(self.name, "no_instrument", fault=Fault.GARBLED)
        return Charged(_id_of(known, asked), outcome, instrument, asked_again.body)

    async def _post(self, target: str, body: bytes, *, request_id: str) -> Reply:
        headers = wire.headers(
            self._secret,
            client_id=self._id,
            request_id=request_id,
            now=self._clock.now(),
            target=target,
            body=body,
        )
        return await self._caller.order(
            self.name, "POST", f"{self._base}{target}", headers=headers, body=body
        )


def _id_of(told: object, asked: ChargeAsked) -> str:
    token = text(told, "response", "payment", "token_id")
    return f"{PAGE}{token}" if token else mapping.number_of(told) or asked.reference

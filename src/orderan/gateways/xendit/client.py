"""One account at Xendit."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote, urlencode

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
from orderan.gateways.reading import object_of
from orderan.gateways.xendit import mapping, wire
from orderan.gateways.xendit.invoices import Invoices
from orderan.kit.calling import Caller, Reply
from orderan.kit.clock import Clock

OFFERS: Final[Mapping[str, Offer]] = mapping.OFFERS
CREDENTIALS: Final = ("secret_key", "callback_token")
SESSION: Final = "ps-"
"""Before the id of a page; a payment request's begins with `pr-`."""
MADE: Final = frozenset({200, 201})
PAGES_READ: Final = 50
OURS: Final = (
    "payment.capture",
    "payment.authorization",
    "payment.failure",
    "payment_request.",
    "payment_session.",
)
"""Events whose `reference_id` is the one we gave. Others name a refund's, or one Xendit made up."""


def open_gateway(account: Account, caller: Caller, clock: Clock) -> Gateway:
    return Xendit(account, caller, clock)


class Xendit:
    """See `Gateway`. References are not unique there, so an idempotency key keeps a charge from being
    made twice; and a webhook is not signed, so only what is asked of the API is true.
    """

    name = mapping.NAME
    offers: Mapping[str, Offer] = OFFERS

    def __init__(self, account: Account, caller: Caller, clock: Clock) -> None:
        self._base = account.base_url.rstrip("/")
        self._key = account.credentials["secret_key"]
        self._token = account.credentials["callback_token"]
        self._caller = caller
        self._clock = clock
        self._invoices = Invoices(self._ask, self._order)

    async def charge(self, asked: ChargeAsked) -> Charged:
        offer = offer_for(self, asked)
        if asked.method in wire.PAGES:
            return await self._open_page(asked)
        if asked.method in wire.INVOICES:
            return await self._invoices.open(asked, offer.code, now=self._clock.now())
        if asked.method in wire.BY_PHONE and not asked.payer.phone:
            raise GatewayRefused(self.name, "phone_missing", asked.method)
        reply, told = await self._order(
            "/v3/payment_requests", wire.charge_body(asked, offer.code), key=asked.reference
        )
        if reply.status == 409:
            return await self._made_before(asked, offer)
        if reply.status not in MADE or told is None:
            raise mapping.trouble(reply.status, told, changes=True)
        return self._charged(asked, told, reply)

    async def look_up(
        self, *, reference: str, gateway_id: str | None, method: str, since: datetime | None = None
    ) -> Truth:
        del since  # a charge is found by our reference
        if method in wire.INVOICES:
            return await self._invoices.look_up(reference, gateway_id)
        if method in wire.PAGES and (gateway_id is None or gateway_id.startswith(SESSION)):
            return await self._page(reference, gateway_id)
        if gateway_id is None:
            told, raw = await self._listed(reference)
        else:
            told, raw = await self._found(f"/v3/payment_requests/{quote(gateway_id, safe='')}")
        if told is None:
            return Truth(reference, None, Outcome.ABSENT, None, "IDR", raw=raw)
        if method not in wire.PAGES and told.get("reference_id") != reference:
            raise GatewayFailed(
                self.name, "another_order", str(told.get("reference_id")), fault=Fault.GARBLED
            )
        return await self._truth(reference, method, told, raw)

    async def cancel(
        self, *, reference: str, gateway_id: str | None, method: str, since: datetime | None = None
    ) -> Truth:
        del since  # a charge is found by our reference
        if method in wire.INVOICES:
            return await self._invoices.expire(reference, gateway_id)
        if gateway_id is None:
            stands = await self.look_up(reference=reference, gateway_id=None, method=method)
            if stands.outcome is not Outcome.PENDING:
                return stands
            gateway_id = stands.gateway_id or ""
        kind = "/sessions" if gateway_id.startswith(SESSION) else "/v3/payment_requests"
        reply, told = await self._order(f"{kind}/{quote(gateway_id, safe='')}/cancel", None)
        if reply.status not in MADE:
            failed = mapping.trouble(reply.status, told, changes=True)
            # Refused is what is paid, over, or of a kind that cannot be taken back; and our key.
            if not isinstance(failed, GatewayRefused) or reply.status in {401, 403}:
                raise failed
        return await self.look_up(reference=reference, gateway_id=gateway_id, method=method)

    async def refund(self, asked: RefundAsked) -> Refunding:
        require_refundable(self, asked)
        paid = asked.gateway_id
        if paid.startswith(SESSION):
            session, _ = await self._found(f"/sessions/{quote(paid, safe='')}")
            found = None if session is None else session.get("payment_request_id")
            if not isinstance(found, str):
                raise GatewayRefused(self.name, "not_paid", paid)
            paid = found
        # Their idempotency keys lapse, ours never do.
        if before := await self._refunded_before(asked, paid):
            return before
        reply, told = await self._order("/refunds", wire.refund_body(asked, paid), key=asked.key)
        if reply.status == 409:
            try:
                before = await self._refunded_before(asked, paid)
            except GatewayFailed as fault:
                raise OutcomeUnknown(self.name, "409", fault=fault.fault) from fault
            if before is None:
                raise OutcomeUnknown(self.name, "409", fault=Fault.GARBLED)
            return before
        if reply.status not in MADE or told is None:
            raise mapping.trouble(reply.status, told, changes=True)
        made = _refunding(asked.key, told, reply.body)
        if made is None:
            raise OutcomeUnknown(self.name, "not_understood", fault=Fault.GARBLED)
        return made

    def read_notice(self, received: Received) -> Notice:
        if not wire.knows_the_token(received.headers.get("x-callback-token", ""), self._token):
            raise NoticeForged(self.name)
        try:
            told = msgspec.json.decode(received.body)
        except (msgspec.DecodeError, UnicodeDecodeError) as fault:
            raise NoticeUnreadable(self.name) from fault
        if isinstance(told, dict) and "event" not in told:
            return self._of_invoice(told)
        event = told.get("event") if isinstance(told, dict) else None
        data = told.get("data") if isinstance(told, dict) else None
        if isinstance(data, dict) and isinstance(data.get("data"), dict):
            # A refund's is written twice in its own documentation.
            data = data["data"]
        if not isinstance(event, str) or not isinstance(data, dict):
            raise NoticeUnreadable(self.name)
        reference = _text(data, "reference_id") if event.startswith(OURS) else None
        gateway_id = _text(data, "payment_request_id") or _text(data, "payment_session_id")
        if reference is None and gateway_id is None:
            raise NoticeUnreadable(self.name)
        about = [_text(data, name) for name in ("payment_id", "id")]
        return Notice(
            reference=reference,
            gateway_id=gateway_id,
            claims=_claims(event, mapping.word(data)),
            dedupe_key=":".join(
                [event, *(one or "" for one in (*about, gateway_id, reference)), mapping.word(data)]
            ),
        )

    def _of_invoice(self, told: Mapping[str, Any]) -> Notice:
        """Their callbacks about Invoices name no event."""
        reference, gateway_id = _text(told, "external_id"), _text(told, "id")
        if reference is None or gateway_id is None:
            raise NoticeUnreadable(self.name)
        status = mapping.word(told)
        return Notice(
            reference=reference,
            gateway_id=gateway_id,
            claims=mapping.INVOICES.get(status),
            dedupe_key=f"invoice:{gateway_id}:{reference}:{status}",
        )

    def acknowledgement(self, *, taken: bool) -> Acknowledgement:
        """200 ends their retries; 503 makes up to six more."""
        return Acknowledgement(200 if taken else 503, "application/json", b"{}")

    async def _open_page(self, asked: ChargeAsked) -> Charged:
        reply, told = await self._order("/sessions", wire.session_body(asked), key=asked.reference)
        if reply.status not in MADE or told is None:
            raise mapping.trouble(reply.status, told, changes=True)
        session, page = _text(told, "payment_session_id"), _text(told, "payment_link_url")
        found = mapping.SESSIONS.get(mapping.word(told))
        if session is None or page is None or found is None:
            raise OutcomeUnknown(self.name, "not_understood", fault=Fault.GARBLED)
        ends = mapping.moment(told.get("expires_at")) or asked.expires_at
        instrument = Instrument(InstrumentKind.REDIRECT, url=page, expires_at=ends)
        return Charged(session, found, instrument, reply.body)

    async def _page(self, reference: str, session: str | None) -> Truth:
        """How a page stands, and what was paid on it.

        One whose id we never heard is as good as none: nobody was given its address.
        """
        absent = Truth(reference, None, Outcome.ABSENT, None, "IDR")
        if session is None:
            return absent
        told, raw = await self._found(f"/sessions/{quote(session, safe='')}")
        if told is None:
            return absent
        if told.get("reference_id") != reference:
            raise GatewayFailed(
                self.name, "another_order", str(told.get("reference_id")), fault=Fault.GARBLED
            )
        found, amount = mapping.SESSIONS.get(mapping.word(told)), mapping.rupiah(told.get("amount"))
        if found is None or amount is None:
            raise GatewayFailed(self.name, "not_understood", mapping.word(told), fault=Fault.GARBLED)
        if found is Outcome.SUCCEEDED:
            name = _text(told, "payment_request_id")
            paid = None
            if name is not None:
                paid, raw = await self._found(f"/v3/payment_requests/{quote(name, safe='')}")
            if paid is None:
                raise GatewayFailed(self.name, "paid_without_payment", session, fault=Fault.GARBLED)
            return await self._truth(reference, "card", paid, raw)
        at = mapping.moment(told.get("updated"))
        currency = _text(told, "currency") or "IDR"
        return Truth(reference, session, found, amount, currency, at=at, raw=raw)

    async def _made_before(self, asked: ChargeAsked, offer: Offer) -> Charged:
        """The key is taken: by a call of ours whose answer was lost, or for something else."""
        try:
            told, raw = await self._listed(asked.reference)
        except (GatewayFailed, GatewayRefused) as fault:
            raise OutcomeUnknown(self.name, "409", fault=Fault.GARBLED) from fault
        if told is None:
            raise OutcomeUnknown(self.name, "409", fault=Fault.GARBLED)
        amount, channel = mapping.rupiah(told.get("request_amount")), mapping.word(told, "channel_code")
        if (amount, channel, told.get("currency")) != (asked.amount_minor, offer.code, asked.currency):
            raise GatewayRefused(self.name, "409", "something else stands under this reference")
        return self._charged(asked, told, Reply(200, {}, raw, 0.0))

    def _charged(self, asked: ChargeAsked, told: Mapping[str, Any], reply: Reply) -> Charged:
        found = mapping.OUTCOMES.get(mapping.word(told))
        gateway_id = _text(told, "payment_request_id")
        if found is None or gateway_id is None:
            raise OutcomeUnknown(self.name, "not_understood", fault=Fault.GARBLED)
        if found is Outcome.DECLINED and mapping.word(told, "failure_code") in mapping.AWAY:
            raise GatewayFailed(self.name, mapping.word(told, "failure_code"), fault=Fault.BANK)
        instrument = mapping.instrument_of(asked.method, told, ends=asked.expires_at)
        if instrument is None and found is Outcome.PENDING:
            raise OutcomeUnknown(self.name, "no_instrument", fault=Fault.GARBLED)
        return Charged(gateway_id, found, instrument, reply.body)

    async def _truth(self, reference: str, method: str, told: Mapping[str, Any], raw: bytes) -> Truth:
        """From a payment request; what was paid back of it is kept elsewhere, and asked for there."""
        found = mapping.OUTCOMES.get(mapping.word(told))
        amount = mapping.rupiah(told.get("request_amount"))
        gateway_id = _text(told, "payment_request_id")
        if found is None or amount is None or gateway_id is None:
            raise GatewayFailed(self.name, "not_understood", mapping.word(told), fault=Fault.GARBLED)
        paid, back = amount if found is Outcome.SUCCEEDED else 0, 0
        offer = self.offers.get(method)
        if paid and (offer is None or offer.refundable):
            back = sum(
                mapping.rupiah(one.get("amount")) or 0
                for one in await self._refunds(gateway_id)
                if mapping.REFUNDS.get(mapping.word(one)) is RefundOutcome.DONE
            )
        return Truth(
            reference=reference,
            gateway_id=gateway_id,
            outcome=Outcome.REFUNDED if back else found,
            amount_minor=amount,
            currency=_text(told, "currency") or "IDR",
            paid_minor=paid,
            refunded_minor=back,
            reason=_text(told, "failure_code") if found is Outcome.DECLINED else None,
            at=mapping.moment(told.get("updated")),
            raw=raw,
        )

    async def _refunded_before(self, asked: RefundAsked, paid: str) -> Refunding | None:
        for told in await self._refunds(paid):
            if told.get("reference_id") == asked.key:
                made = _refunding(asked.key, told, msgspec.json.encode(told))
                if made is None:
                    raise GatewayFailed(self.name, "not_understood", fault=Fault.GARBLED)
                if made.amount_minor != asked.amount_minor:
                    raise GatewayRefused(self.name, "409", "another amount was refunded under this key")
                return made
        return None

    async def _refunds(self, paid: str) -> list[dict[str, Any]]:
        """Every refund of a payment request.

        Raises:
            GatewayFailed: They were not told, or not all of them.
        """
        found: list[dict[str, Any]] = []
        query = {"payment_request_id": paid}
        for _ in range(PAGES_READ):
            told, _ = await self._found(f"/refunds?{urlencode(query)}")
            if told is None:
                return found
            part = told.get("data")
            if not isinstance(part, list) or not all(isinstance(one, dict) for one in part):
                raise GatewayFailed(self.name, "not_understood", fault=Fault.GARBLED)
            found += part
            last = _text(part[-1], "id") if part else None
            if not told.get("has_more") or last is None:
                return found
            query["after_id"] = last
        raise GatewayFailed(self.name, "too_many_refunds", paid, fault=Fault.GARBLED)

    async def _listed(self, reference: str) -> tuple[dict[str, Any] | None, bytes]:
        """The payment request under a reference; None when a whole list has none.

        Raises:
            GatewayFailed: The list is not whole, or has several: nobody guesses which.
        """
        reply = await self._ask(f"/v3/payment_requests?{urlencode({'reference_id': reference})}")
        told = object_of(reply)
        if reply.status != 200 or told is None:
            failed = mapping.trouble(reply.status, told, changes=False)
            if isinstance(failed, GatewayRefused) and reply.status == 404:
                raise GatewayFailed(self.name, failed.code, "no list", fault=Fault.GARBLED)
            raise failed
        part = told.get("data")
        if not isinstance(part, list) or told.get("has_more"):
            raise GatewayFailed(self.name, "not_a_whole_list", fault=Fault.GARBLED)
        mine = [one for one in part if isinstance(one, dict) and one.get("reference_id") == reference]
        if len(mine) > 1:
            raise GatewayFailed(self.name, "several", reference, fault=Fault.GARBLED)
        return (mine[0] if mine else None), reply.body

    async def _found(self, path: str) -> tuple[dict[str, Any] | None, bytes]:
        """What is at an address of theirs; None when they say that there is no such thing."""
        reply = await self._ask(path)
        told = object_of(reply)
        if reply.status == 404 and mapping.code_of(told) == mapping.NOT_FOUND:
            return None, reply.body
        if reply.status != 200 or told is None:
            raise mapping.trouble(reply.status, told, changes=False)
        return told, reply.body

    async def _ask(self, path: str) -> Reply:
        return await self._caller.ask(self.name, f"{self._base}{path}", headers=wire.headers(self._key))

    async def _order(
        self, path: str, body: bytes | None, *, key: str | None = None
    ) -> tuple[Reply, dict[str, Any] | None]:
        headers = wire.headers(self._key, key=key)
        reply = await self._caller.order(self.name, "POST", f"{self._base}{path}", headers=headers, body=body)
        return reply, object_of(reply)


def _text(told: Mapping[str, Any], name: str) -> str | None:
    found = told.get(name)
    return found if isinstance(found, str) and found else None


def _refunding(key: str, told: Mapping[str, Any], raw: bytes) -> Refunding | None:
    """A refund of theirs in our words; None where it cannot be understood."""
    gateway_id, amount = _text(told, "id"), mapping.rupiah(told.get("amount"))
    outcome = mapping.REFUNDS.get(mapping.word(told))
    if gateway_id is None or amount is None or outcome is None:
        return None
    return Refunding(key, gateway_id, outcome, amount, raw)


def _claims(event: str, status: str) -> Outcome | None:
    if event.startswith("refund."):
        return Outcome.REFUNDED if status == "SUCCEEDED" else None
    if event.startswith("payment_session."):
        return mapping.SESSIONS.get(status)
    return mapping.OUTCOMES.get(status)

"""Stripe's client.

charge   POST checkout/sessions: a page of Stripe's, so that no card number comes near us
truth    the page until it is paid, the payment afterwards; disputes are asked for where there are any
lost     where an answer was lost we know our reference alone: it is looked for in the list of all pages,
         which cannot be asked for one reference
cancel   the page is expired
refund   POST refunds, once per key: a key of theirs lasts a day, so that ours is looked for before
"""

import json
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any, Final

from orderan.gateways.asking import offer_for
from orderan.gateways.errors import (
    Fault,
    GatewayFailed,
    GatewayRefused,
    MethodNotOffered,
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
from orderan.gateways.ports import SKEW, Acknowledgement, Gateway, Offer
from orderan.gateways.stripe import mapping, wire
from orderan.gateways.stripe.mapping import NAME, OFFERS
from orderan.kit.calling import Caller, Reply
from orderan.kit.clock import Clock

CREDENTIALS: Final = ("secret_key", "webhook_secret")

CURRENCY: Final = "IDR"
INTENT: Final = "pi_"
"""How the name of a payment begins."""
OWN: Final = ("checkout.session", "payment_intent")
"""Things that are the charge; all others name the payment they belong to."""
MOST_PAGES: Final = 20
"""Of a list, read for one thing: further back it is not looked for."""
TAKEN: Final = Acknowledgement(200, "application/json", b"{}")
NOT_TAKEN: Final = Acknowledgement(500, "application/json", b"{}")


def open_gateway(account: Account, caller: Caller, clock: Clock) -> Gateway:
    return Stripe(account, caller, clock)


class Stripe:
    """One account at Stripe. A charge is named by its page until it is paid, by its payment afterwards."""

    name = NAME
    offers: Mapping[str, Offer] = OFFERS

    def __init__(self, account: Account, caller: Caller, clock: Clock) -> None:
        self._base = account.base_url.rstrip("/")
        self._key = account.credentials["secret_key"]
        self._secret = account.credentials["webhook_secret"]
        self._caller = caller
        self._clock = clock

    async def charge(self, asked: ChargeAsked) -> Charged:
        offer_for(self, asked)
        now = self._clock.now()
        # A key of theirs is forgotten after a day: what has run out is not asked for a second time.
        if asked.expires_at <= now:
            raise GatewayRefused(NAME, "too_late")
        reply, told = await self._order(wire.SESSIONS, wire.session(asked, now=now), key=asked.reference)
        if mapping.used_before(told):
            return await self._charged_before(asked)
        if reply.status != 200:
            raise mapping.trouble(reply.status, told, changes=True)
        instrument = mapping.instrument(told) if isinstance(told, dict) else None
        gateway_id = told.get("id") if isinstance(told, dict) else None
        if instrument is None or not isinstance(gateway_id, str):
            raise OutcomeUnknown(NAME, "not_understood", fault=Fault.GARBLED)
        return Charged(gateway_id, Outcome.PENDING, instrument, reply.body)

    async def _charged_before(self, asked: ChargeAsked) -> Charged:
        """The page that was made with this reference as its key, for something else or at another time."""
        try:
            page = await self._found(asked.reference)
        except (GatewayFailed, GatewayRefused) as fault:
            raise OutcomeUnknown(NAME, "duplicate", fault.code, fault=Fault.SERVER) from fault
        if page is None:
            raise OutcomeUnknown(NAME, "duplicate", fault=Fault.GARBLED)
        try:
            truth = await self.look_up(reference=asked.reference, gateway_id=page["id"], method=asked.method)
        except (GatewayFailed, GatewayRefused) as fault:
            raise OutcomeUnknown(NAME, "duplicate", fault.code, fault=Fault.SERVER) from fault
        if (truth.amount_minor, truth.currency) != (asked.amount_minor, asked.currency):
            raise GatewayRefused(NAME, "duplicate", "another amount")
        if truth.gateway_id is None:
            raise OutcomeUnknown(NAME, "duplicate", fault=Fault.GARBLED)
        return Charged(truth.gateway_id, truth.outcome, mapping.instrument(page), truth.raw)

    async def look_up(
        self, *, reference: str, gateway_id: str | None, method: str, since: datetime | None = None
    ) -> Truth:
        del method  # there is one
        if gateway_id is None:
            page = await self._found(reference, since)
            if page is None:
                return Truth(reference, None, Outcome.ABSENT, None, CURRENCY)
            gateway_id = str(page["id"])
        paid = gateway_id.startswith(INTENT)
        path = wire.intent_path(gateway_id) if paid else wire.session_path(gateway_id)
        reply, told = await self._ask(path)
        if mapping.is_missing(reply.status, told):
            return Truth(reference, None, Outcome.ABSENT, None, CURRENCY, raw=reply.body)
        found = mapping.intent_standing(told) if paid else mapping.session_standing(told)
        disputes = await self._disputes(found.gateway_id) if mapping.disputed(found) else []
        return mapping.truth_of(found, disputes, reference=reference, raw=reply.body)

    async def cancel(
        self, *, reference: str, gateway_id: str | None, method: str, since: datetime | None = None
    ) -> Truth:
        if gateway_id is None:
            page = await self._found(reference, since)
            if page is None:
                return Truth(reference, None, Outcome.ABSENT, None, CURRENCY)
            gateway_id = str(page["id"])
        if not gateway_id.startswith(INTENT):
            reply, told = await self._order(wire.expire_path(gateway_id), b"", key=None)
            # 400: it is paid or over; it is told as it stands.
            if reply.status not in {200, 400} and not mapping.is_missing(reply.status, told):
                raise mapping.trouble(reply.status, told, changes=True)
        return await self.look_up(reference=reference, gateway_id=gateway_id, method=method)

    async def refund(self, asked: RefundAsked) -> Refunding:
        if asked.method not in OFFERS:
            raise MethodNotOffered(asked.method)
        if asked.currency not in wire.CENTS:
            raise GatewayRefused(NAME, "currency", asked.currency)
        intent = await self._intent_of(asked)
        async for row in self._rows(wire.REFUNDS, payment_intent=intent):
            if mapping.is_of(row, asked.key):
                return _refunding(row, asked, json.dumps(row).encode())
        reply, told = await self._order(wire.REFUNDS, wire.refund(asked, intent), key=asked.key)
        if reply.status != 200:
            raise mapping.trouble(reply.status, told, changes=True)
        return _refunding(told, asked, reply.body)

    async def _intent_of(self, asked: RefundAsked) -> str:
        """The payment to pay back from.

        Raises:
            GatewayRefused: There is none, or it is none of this charge.
        """
        truth = await self.look_up(
            reference=asked.reference, gateway_id=asked.gateway_id, method=asked.method
        )
        if truth.gateway_id is None or not truth.paid_minor:
            raise GatewayRefused(NAME, "not_paid", str(truth.outcome))
        return truth.gateway_id

    def read_notice(self, received: Received) -> Notice:
        header = received.headers.get("stripe-signature", "")
        if not wire.signed(received.body, header, self._secret, now=self._clock.now()):
            raise NoticeForged
        try:
            event = json.loads(received.body)
        except (ValueError, RecursionError) as fault:
            raise NoticeUnreadable from fault
        about = _about(event)
        if about is None:
            raise NoticeUnreadable
        name, kind, thing = about
        metadata = thing.get("metadata")
        reference = thing.get("client_reference_id") or (
            metadata.get("reference") if isinstance(metadata, dict) else None
        )
        gateway_id = thing.get("id") if thing.get("object") in OWN else thing.get("payment_intent")
        if not isinstance(reference, str) and not isinstance(gateway_id, str):
            raise NoticeUnreadable
        claims = mapping.CLAIMS.get(kind)
        if kind == "checkout.session.completed":
            claims = Outcome.SUCCEEDED if thing.get("payment_status") == "paid" else Outcome.PENDING
        return Notice(
            reference=reference if isinstance(reference, str) else None,
            gateway_id=gateway_id if isinstance(gateway_id, str) else None,
            claims=claims,
            dedupe_key=name,
        )

    def acknowledgement(self, *, taken: bool) -> Acknowledgement:
        """Anything but 2xx is sent again, for three days."""
        return TAKEN if taken else NOT_TAKEN

    async def _found(self, reference: str, since: datetime | None = None) -> Mapping[str, Any] | None:
        """The page made for a reference of ours, None when the list was read to its end without it.

        Args:
            since: It was made about then: only pages of that time are listed.

        Raises:
            GatewayFailed: The list is longer than we read, so that nobody can say; or it cannot be read.
        """
        made = {} if since is None else wire.made_between(since - SKEW, since + SKEW)
        async for page in self._rows(wire.SESSIONS, **made):
            if page.get("client_reference_id") == reference:
                return page
        return None

    async def _disputes(self, intent: str) -> list[object]:
        rows = [row async for row in self._rows(wire.DISPUTES, payment_intent=intent)]
        if not rows:
            raise mapping.not_understood("a dispute that is in no list")
        return list(rows)

    async def _rows(self, path: str, **filters: str) -> AsyncIterator[Mapping[str, Any]]:
        """Of a list, newest first.

        Raises:
            GatewayFailed: It is longer than we read, or is none.
        """
        after: str | None = None
        for _ in range(MOST_PAGES):
            _, told = await self._ask(wire.list_path(path, after=after, **filters), lists=True)
            rows, more = told.get("data"), told.get("has_more")
            if not isinstance(rows, list) or not isinstance(more, bool):
                raise mapping.not_understood("no list")
            for row in rows:
                after = row.get("id") if isinstance(row, dict) else None
                if not isinstance(after, str):
                    raise mapping.not_understood("no row")
                yield row
            if not more:
                return
            if not rows:
                raise mapping.not_understood("no end")
        raise GatewayFailed(NAME, "not_in_reach", path, fault=Fault.BUSY)

    async def _ask(self, path: str, *, lists: bool = False) -> tuple[Reply, dict[str, Any]]:
        """A question.

        Raises:
            GatewayRefused, GatewayFailed: No answer; that there is no such thing is one, unless a list was asked for.
        """
        reply = await self._caller.ask(NAME, self._base + path, headers=wire.headers(self._key))
        told = reply.json()
        if mapping.is_missing(reply.status, told) and not lists:
            return reply, told
        if reply.status != 200 or not isinstance(told, dict):
            raise mapping.trouble(reply.status, told, changes=False)
        return reply, told

    async def _order(self, path: str, body: bytes, *, key: str | None) -> tuple[Reply, Any]:
        reply = await self._caller.order(
            NAME, "POST", self._base + path, headers=wire.headers(self._key, key=key), body=body
        )
        return reply, reply.json()


def _refunding(told: object, asked: RefundAsked, raw: bytes) -> Refunding:
    """A refund of this key.

    Raises:
        GatewayRefused: The key was used for another amount.
        OutcomeUnknown: It was taken, and nobody knows how it stands.
    """
    read = mapping.refund_of(told, asked.key, asked.currency)
    if read is None:
        raise OutcomeUnknown(NAME, "not_understood", fault=Fault.GARBLED)
    name, outcome, amount = read
    if amount != asked.amount_minor:
        raise GatewayRefused(NAME, "duplicate", "another amount stands under this key")
    return Refunding(asked.key, name, outcome, amount, raw)


def _about(event: object) -> tuple[str, str, Mapping[str, Any]] | None:
    """An event's name and kind, and the thing it is about."""
    if not isinstance(event, dict) or event.get("object") != "event":
        return None
    name, kind, data = event.get("id"), event.get("type"), event.get("data")
    thing = data.get("object") if isinstance(data, dict) else None
    if not isinstance(name, str) or not name or not isinstance(kind, str) or not isinstance(thing, dict):
        return None
    return name, kind, thing

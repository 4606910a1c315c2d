"""A Xendit that keeps its charges in memory: Payment Requests v3, Sessions, Refunds, webhooks.

Source: Xendit's API reference. The status of an answer is HTTP's, an error is `error_code` and
`message`, amounts are numbers, times are UTC. References need not be unique. Webhooks go where the
account's dashboard says, not where a request does, and carry a token instead of a signature.
"""

import base64
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid5

from orderan.sandbox.book import Book, NotPossible
from orderan.sandbox.gateways import xendit_channels as channels
from orderan.sandbox.gateways import xendit_invoices as invoices
from orderan.sandbox.gateways import xendit_refunds as refunds
from orderan.sandbox.gateways import xendit_requests as requests
from orderan.sandbox.gateways import xendit_sessions as sessions
from orderan.sandbox.gateways.xendit_answers import (
    BUSINESS,
    NAMES,
    PAGE,
    error,
    invalid,
    moment,
    no_such_address,
    read,
    reply,
    unknown,
    written,
)
from orderan.sandbox.models import ChargeState, Letter, SimCharge, SimReply, SimRequest

API_VERSION: Final = "2024-11-11"
KEY_LASTS: Final = timedelta(hours=24)
MINUTE: Final = timedelta(minutes=1)
LIVES: Final = timedelta(days=1)
EVENTS: Final = {
    ChargeState.HELD: "payment.authorization",
    ChargeState.PAID: "payment.capture",
    ChargeState.REFUNDED: "payment.capture",
    ChargeState.DECLINED: "payment.failure",
    ChargeState.EXPIRED: "payment_request.expiry",
}


class XenditSimulator:
    """See `Simulator`.

    Attributes:
        webhook_url: What the dashboard says; None sends no news.
        away: Channels whose bank or wallet does not answer.
        most_a_minute: Requests per address and minute, as their rate limit; None is without end.
    """

    name = "xendit"

    def __init__(self, credentials: Mapping[str, str]) -> None:
        self.book = Book(lapses=_lapses)
        self.webhook_url = credentials.get("webhook_url")
        self.away: set[str] = set()
        self.most_a_minute: int | None = None
        self._key = credentials["secret_key"]
        self._token = credentials["callback_token"]
        self._kept: dict[tuple[str, str], tuple[datetime, bytes, SimReply]] = {}
        self._seen: dict[str, list[datetime]] = {}
        self._requests: dict[str, SimCharge] = {}
        self._references: dict[str, list[SimCharge]] = {}

    def registered_at(self, address: str | None) -> None:
        self.webhook_url = address

    def answer(self, request: SimRequest, *, now: datetime) -> SimReply:
        given = request.headers.get("authorization", "")
        if given != "Basic " + base64.b64encode(f"{self._key}:".encode()).decode():
            return error(401, "INVALID_API_KEY", "API key is not authorized for this API")
        if refused := self._limited(request, now):
            return refused
        if request.path.startswith("/v3/") and request.headers.get("api-version") != API_VERSION:
            return error(400, "API_VALIDATION_ERROR", "api-version must be one of [2024-11-11]")
        self.book.expire(now=now)
        key = request.headers.get("idempotency-key")
        if not key or request.method != "POST":
            return self._route(request, now)
        place = (request.path, key)
        if (kept := self._kept.get(place)) and now - kept[0] < KEY_LASTS:
            if kept[1] != request.body:
                return error(409, "IDEMPOTENCY_ERROR", "The key was used for another request")
            return kept[2]
        told = self._route(request, now)
        if told.status < 300:
            self._kept[place] = (now, request.body, told)
        return told

    def method_of(self, request: SimRequest) -> str | None:
        if request.method == "POST" and request.path.rstrip("/") == "/v2/invoices":
            return str(((read(request.body) or {}).get("payment_methods") or [None])[0])
        if request.method != "POST" or request.path not in {"/v3/payment_requests", "/sessions"}:
            return None
        if request.path == "/sessions":
            return "CARDS"
        return str((read(request.body) or {}).get("channel_code"))

    def news(self, charge: SimCharge, *, now: datetime) -> list[Letter]:
        if charge.notify_url is None:
            return []
        if charge.extra.get("invoice"):
            if charge.state not in invoices.TOLD:
                return []
            return [self._written(charge, invoices.news(charge, business=BUSINESS))]
        letters = []
        session = charge.extra.get("session")
        if event := EVENTS.get(charge.state):
            # A page that ran out had no payment request yet.
            if session is None or charge.state is not ChargeState.EXPIRED:
                letters.append(self._letter(charge, event, requests.payment(charge), now))
            word = sessions.WORDS.get(charge.state)
            if session is not None and word in {"COMPLETED", "EXPIRED"}:
                letters.append(
                    self._letter(charge, f"payment_session.{word.lower()}", sessions.told(charge), now)
                )
        for refund in charge.refunds:
            told = refunds.told(charge, refund)
            if told["status"] != "PENDING":
                letters.append(self._letter(charge, f"refund.{told['status'].lower()}", told, now))
        return letters

    def forged(self, letter: Letter) -> Letter:
        headers = dict(letter.headers) | {"x-callback-token": "forged"}
        return Letter(letter.gateway, letter.about, letter.url, headers, letter.body)

    def _limited(self, request: SimRequest, now: datetime) -> SimReply | None:
        if self.most_a_minute is None:
            return None
        kind = f"{request.method} {'/'.join(request.path.split('/')[:3])}"
        recent = [at for at in self._seen.get(kind, []) if now - at < MINUTE]
        self._seen[kind] = recent
        if len(recent) < self.most_a_minute:
            recent.append(now)
            return None
        refused = error(429, "RATE_LIMIT_EXCEEDED", "You have exceeded the rate limit")
        headers = {
            "rate-limit-limit": str(self.most_a_minute),
            "rate-limit-remaining": "0",
            "rate-limit-reset": str((MINUTE - (now - recent[0])).total_seconds()),
        }
        return SimReply(refused.status, refused.body, dict(refused.headers) | headers)

    def _route(self, request: SimRequest, now: datetime) -> SimReply:
        parts = request.path.strip("/").split("/")
        match (request.method, parts):
            case ("POST", ["v3", "payment_requests"]):
                return self._charge(request, now)
            case ("GET", ["v3", "payment_requests"]):
                return self._list(request)
            case (method, ["v3", "payment_requests", name, *rest]):
                charge = self._request(name)
                return unknown() if charge is None else self._about(method, rest, charge, request, now)
            case ("POST", ["sessions"]):
                return self._open(request, now)
            case (method, ["sessions", name, *rest]):
                charge = self.book.find(name)
                if charge is None or charge.id != name or "session" not in charge.extra:
                    return unknown()
                return self._about_session(method, rest, charge, now)
            case (method, ["v2", "invoices", *rest] | ["invoices", *rest]):
                return self._invoices(method, rest, request, now)
            case (method, ["refunds", *rest]):
                return self._refunds(method, rest, request, now)
            case _:
                return no_such_address()

    def _about(
        self, method: str, rest: list[str], charge: SimCharge, request: SimRequest, now: datetime
    ) -> SimReply:
        match (method, rest):
            case ("GET", []):
                return reply(200, requests.told(charge))
            case ("POST", ["cancel"]):
                try:
                    self.book.move(charge, ChargeState.CANCELLED, from_=(ChargeState.PENDING,), now=now)
                except NotPossible:
                    return error(400, "INVALID_VALUE_ERROR", "The payment request can not be canceled")
                return reply(200, requests.told(charge))
            case ("POST", ["simulate"]):
                amount = (read(request.body) or {}).get("amount")
                try:
                    self.book.pay(charge, int(amount or charge.amount), now=now)
                except NotPossible:
                    return error(400, "INVALID_VALUE_ERROR", "The payment request accepts no payment")
                return reply(200, {"status": "PENDING", "message": "A simulated payment is processed"})
            case _:
                return no_such_address()

    def _about_session(self, method: str, rest: list[str], charge: SimCharge, now: datetime) -> SimReply:
        match (method, rest):
            case ("GET", []):
                return reply(200, sessions.told(charge))
            case ("POST", ["cancel"]):
                try:
                    states = (ChargeState.PENDING, ChargeState.DECLINED)
                    self.book.move(charge, ChargeState.CANCELLED, from_=states, now=now)
                except NotPossible:
                    return error(400, "API_VALIDATION_ERROR", "Only an ACTIVE session can be canceled")
                return reply(200, sessions.told(charge))
            case _:
                return no_such_address()

    def _charge(self, request: SimRequest, now: datetime) -> SimReply:
        body = read(request.body)
        if body is None:
            return invalid("The body is not JSON")
        if wrong := requests.wrong_with(body):
            return invalid(wrong)
        channel, properties = str(body["channel_code"]), body.get("channel_properties") or {}
        if channel in self.away:
            return error(503, "CHANNEL_UNAVAILABLE", "The channel is experiencing issues")
        ends = moment(properties.get("expires_at")) or now + LIVES
        if ends <= now:
            return invalid("expires_at must be in the future")
        reference, amount = body["reference_id"], body["request_amount"]
        charge = self._made(f"pr-{self._uuid(reference)}", reference, channel, amount, now, ends)
        charge.extra = {
            "echo": {name: body[name] for name in ("description", "metadata", "items") if name in body},
            "properties": properties,
            "actions": channels.actions(charge, self.book.next_number()),
        }
        self._requests[charge.id] = charge
        return reply(201, requests.told(charge))

    def _list(self, request: SimRequest) -> SimReply:
        reference = request.query.get("reference_id")
        charges = self.book.all() if reference is None else self._references.get(reference, [])
        found = [requests.told(one) for one in charges if self._request(requests.id_of(one)) is one]
        return reply(200, {"data": found[:PAGE], "has_more": len(found) > PAGE})

    def _open(self, request: SimRequest, now: datetime) -> SimReply:
        body = read(request.body) or {}
        ends = sessions.ends_at(body, now)
        if refused := sessions.refused(body, ends=ends, now=now):
            return refused
        if "CARDS" in self.away:
            return error(503, "CHANNEL_UNAVAILABLE", "The channel is experiencing issues")
        reference, amount = body["reference_id"], body["amount"]
        charge = self._made(
            f"ps-{self._uuid(reference).replace('-', '')[:24]}", reference, "CARDS", amount, now, ends
        )
        charge.extra = {"session": f"pr-{self._uuid(charge.id)}", "properties": {}, "echo": {}, "actions": []}
        self._requests[requests.id_of(charge)] = charge
        return reply(201, sessions.told(charge))

    def _invoices(self, method: str, rest: list[str], request: SimRequest, now: datetime) -> SimReply:
        kept = [one for one in self.book.all() if one.extra.get("invoice")]
        match (method, rest):
            case ("POST", []):
                body = read(request.body) or {}
                if wrong := invoices.wrong_with(body):
                    return invalid(wrong)
                name = self._uuid(body["external_id"]).replace("-", "")[:24]
                ends = now + timedelta(seconds=invoices.seconds(body))
                charge = self._made(
                    name, body["external_id"], body["payment_methods"][0], int(body["amount"]), now, ends
                )
                charge.extra = {"invoice": True}
                return reply(200, invoices.told(charge, business=BUSINESS))
            case ("GET", []):
                wanted = request.query.get("external_id")
                found = [one for one in kept if wanted in {None, one.reference}]
                listed = [invoices.told(one, business=BUSINESS) for one in found]
                return SimReply(200, json.dumps(listed[:PAGE]).encode())
            case ("GET", [name]) | ("POST", [name, "expire!"]):
                one = next((one for one in kept if one.id == name), None)
                if one is None:
                    return error(404, "INVOICE_NOT_FOUND_ERROR", "Could not find the invoice")
                if method == "POST":
                    try:
                        self.book.move(one, ChargeState.CANCELLED, from_=(ChargeState.PENDING,), now=now)
                    except NotPossible:
                        return error(400, "INVALID_OPERATION", "The invoice can not be expired")
                return reply(200, invoices.told(one, business=BUSINESS))
            case _:
                return no_such_address()

    def _refunds(self, method: str, rest: list[str], request: SimRequest, now: datetime) -> SimReply:
        match (method, rest):
            case ("POST", []):
                return self._pay_back(read(request.body) or {}, now)
            case ("GET", []):
                wanted = request.query.get("payment_request_id")
                one = None if wanted is None else self._request(wanted)
                charges = self.book.all() if wanted is None else [] if one is None else [one]
                found = [refunds.told(charge, refund) for charge in charges for refund in charge.refunds]
                return refunds.listed(found, request.query)
            case ("GET", [name]):
                kept = ((charge, one) for charge in self.book.all() for one in charge.refunds)
                told = next((refunds.told(*pair) for pair in kept if pair[1].id == name), None)
                return unknown() if told is None else reply(200, told)
            case _:
                return no_such_address()

    def _pay_back(self, body: Mapping[str, Any], now: datetime) -> SimReply:
        charge = self._request(str(body.get("payment_request_id")))
        if charge is None:
            return unknown()
        if refused := refunds.refused(charge, body, now=now):
            return refused
        key = str(body.get("reference_id") or self.book.next_number())
        amount, reason = refunds.amount_of(charge, body), str(body.get("reason"))
        try:
            refund = self.book.refund(charge, key, amount, reason, now=now)
        except NotPossible:
            return error(400, "REFUND_AMOUNT_EXCEEDED", "The amount is more than what is left")
        refund.id = f"rfd-{self._uuid(refund.id)}"
        return reply(200, refunds.told(charge, refund))

    def _request(self, name: str) -> SimCharge | None:
        """The charge whose payment request has this id; of a page there is none before it is paid."""
        charge = self._requests.get(name)
        if charge is None or "session" not in charge.extra:
            return charge
        return charge if charge.paid or charge.state is ChargeState.HELD else None

    def _made(
        self, name: str, reference: str, channel: str, amount: int, now: datetime, ends: datetime
    ) -> SimCharge:
        charge = SimCharge(
            self.name, name, reference, channel, amount, now, ends, notify_url=self.webhook_url
        )
        self.book.add(charge)
        self._references.setdefault(reference, []).append(charge)
        return charge

    def _letter(self, charge: SimCharge, event: str, data: Mapping[str, Any], now: datetime) -> Letter:
        told = {
            "event": event,
            "business_id": BUSINESS,
            "created": written(now),
            "api_version": "v3",
            "data": dict(data),
        }
        return self._written(charge, told)

    def _written(self, charge: SimCharge, told: Mapping[str, Any]) -> Letter:
        headers = {"content-type": "application/json", "x-callback-token": self._token}
        return Letter(self.name, charge.id, charge.notify_url or "", headers, json.dumps(told).encode())

    def _uuid(self, of: str) -> str:
        return str(uuid5(NAMES, f"{of} {self.book.next_number()}"))


def _lapses(charge: SimCharge) -> bool:
    """A page on which the last card was declined runs out like one that nobody paid on."""
    waits = charge.state is ChargeState.DECLINED and "session" in charge.extra
    return waits or charge.state is ChargeState.PENDING

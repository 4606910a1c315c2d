"""A Xendit that keeps its charges in memory: Payment Requests v3, Sessions, Refunds, webhooks.

Source: Xendit's API reference. The status of an answer is HTTP's, an error is `error_code` and
`message`, amounts are numbers, times are UTC. References need not be unique. Webhooks go where the
account's dashboard says, not where a request does, and carry a token instead of a signature.
"""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID, uuid5

from orderan.sandbox.book import Book, NotPossible
from orderan.sandbox.gateways import xendit_invoices as invoices
from orderan.sandbox.models import ChargeState, Letter, SimCharge, SimRefund, SimReply, SimRequest

API_VERSION: Final = "2024-11-11"
KEY_LASTS: Final = timedelta(hours=24)
MINUTE: Final = timedelta(minutes=1)
LIVES: Final = timedelta(days=1)
SESSION_LIVES: Final = timedelta(minutes=30)
SESSION_LEAST: Final = timedelta(minutes=10)
PAGE: Final = 10
BANKS: Final = (
    "BCA",
    "BNI",
    "BRI",
    "MANDIRI",
    "PERMATA",
    "CIMB",
    "BSI",
    "BNC",
    "BSS",
    "BJB",
    "MUAMALAT",
    "HANA",
)
VIRTUAL_ACCOUNTS: Final = frozenset(f"{bank}_VIRTUAL_ACCOUNT" for bank in BANKS)
COUNTERS: Final = frozenset({"INDOMARET", "ALFAMART"})
PAY_LATER: Final = frozenset({"AKULAKU", "KREDIVO", "INDODANA", "ATOME"})
WALLETS: Final = frozenset(
    {"GOPAY", "SHOPEEPAY", "OVO", "DANA", "LINKAJA", "ASTRAPAY", "JENIUSPAY", "NEXCASH"}
)
REFUNDABLE: Final = {
    "QRIS": 30,
    "GOPAY": 45,
    "SHOPEEPAY": 365,
    "OVO": 14,
    "DANA": 30,
    "LINKAJA": 30,
    "CARDS": 365,
    "AKULAKU": None,
    "KREDIVO": 14,
    "INDODANA": 30,
    "ATOME": None,
}
"""Days after payment; None is without end."""
KINDS: Final = {"QRIS": "QR_CODE", "CARDS": "CARD"} | dict.fromkeys(PAY_LATER, "PAYLATER")
"""What a refund calls its channel's kind; any other is a wallet."""
WHOLE_ONLY: Final = frozenset({"QRIS", "LINKAJA"})
WORDS: Final = {
    ChargeState.PENDING: "REQUIRES_ACTION",
    ChargeState.HELD: "AUTHORIZED",
    ChargeState.PAID: "SUCCEEDED",
    ChargeState.DECLINED: "FAILED",
    ChargeState.EXPIRED: "EXPIRED",
    ChargeState.CANCELLED: "CANCELED",
    ChargeState.REVERSED: "FAILED",
    ChargeState.REFUNDED: "SUCCEEDED",
}
EVENTS: Final = {
    ChargeState.HELD: "payment.authorization",
    ChargeState.PAID: "payment.capture",
    ChargeState.REFUNDED: "payment.capture",
    ChargeState.DECLINED: "payment.failure",
    ChargeState.EXPIRED: "payment_request.expiry",
}
SESSION_WORDS: Final = {
    ChargeState.PAID: "COMPLETED",
    ChargeState.REFUNDED: "COMPLETED",
    ChargeState.EXPIRED: "EXPIRED",
    ChargeState.CANCELLED: "CANCELED",
}
"""A page stays ACTIVE while a card on it is declined: the buyer may type another."""
BUSINESS: Final = "5f27a14a9bf05c73dd040bc8"
_NAMES: Final = UUID("0e0f4d3e-95a5-4d0c-8f4e-0b2ff6a3b7a1")


class XenditSimulator:
    """See `Simulator`.

    Attributes:
        webhook_url: What the dashboard says; None sends no news.
        away: Channels whose bank or wallet does not answer.
        most_a_minute: Requests per address and minute, as their rate limit; None is without end.
    """

    name = "xendit"

    def __init__(self, credentials: Mapping[str, str]) -> None:
        self.book = Book()
        self.webhook_url = credentials.get("webhook_url")
        self.away: set[str] = set()
        self.most_a_minute: int | None = None
        self._key = credentials["secret_key"]
        self._token = credentials["callback_token"]
        self._kept: dict[tuple[str, str], tuple[datetime, bytes, SimReply]] = {}
        self._seen: dict[str, list[datetime]] = {}
        self._requests: dict[str, SimCharge] = {}
        self._references: dict[str, list[SimCharge]] = {}
        self._sessions: list[SimCharge] = []

    def registered_at(self, address: str | None) -> None:
        self.webhook_url = address

    def answer(self, request: SimRequest, *, now: datetime) -> SimReply:
        given = request.headers.get("authorization", "")
        if given != "Basic " + base64.b64encode(f"{self._key}:".encode()).decode():
            return _error(401, "INVALID_API_KEY", "API key is not authorized for this API")
        if refused := self._limited(request, now):
            return refused
        if request.path.startswith("/v3/") and request.headers.get("api-version") != API_VERSION:
            return _error(400, "API_VALIDATION_ERROR", "api-version must be one of [2024-11-11]")
        self._lapse(now)
        key = request.headers.get("idempotency-key")
        if not key or request.method != "POST":
            return self._route(request, now)
        place = (request.path, key)
        if (kept := self._kept.get(place)) and now - kept[0] < KEY_LASTS:
            if kept[1] != request.body:
                return _error(409, "IDEMPOTENCY_ERROR", "The key was used for another request")
            return kept[2]
        reply = self._route(request, now)
        if reply.status < 300:
            self._kept[place] = (now, request.body, reply)
        return reply

    def method_of(self, request: SimRequest) -> str | None:
        if request.method == "POST" and request.path.rstrip("/") == "/v2/invoices":
            return str(((_json(request.body) or {}).get("payment_methods") or [None])[0])
        if request.method != "POST" or request.path not in {"/v3/payment_requests", "/sessions"}:
            return None
        if request.path == "/sessions":
            return "CARDS"
        return str((_json(request.body) or {}).get("channel_code"))

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
                letters.append(self._letter(charge, event, self._payment(charge), now))
            word = SESSION_WORDS.get(charge.state)
            if session is not None and word in {"COMPLETED", "EXPIRED"}:
                letters.append(
                    self._letter(charge, f"payment_session.{word.lower()}", self._session(charge), now)
                )
        for refund in charge.refunds:
            told = _refund(charge, refund)
            if told["status"] != "PENDING":
                letters.append(self._letter(charge, f"refund.{told['status'].lower()}", told, now))
        return letters

    def forged(self, letter: Letter) -> Letter:
        headers = dict(letter.headers) | {"x-callback-token": "forged"}
        return Letter(letter.gateway, letter.about, letter.url, headers, letter.body)

    def _lapse(self, now: datetime) -> None:
        """What ran out, pages on which the last card was declined among it."""
        self.book.expire(now=now)
        for charge in self._sessions:
            if charge.state is ChargeState.DECLINED and now >= charge.expires_at:
                self.book.move(charge, ChargeState.EXPIRED, from_=(ChargeState.DECLINED,), now=now)

    def _limited(self, request: SimRequest, now: datetime) -> SimReply | None:
        if self.most_a_minute is None:
            return None
        kind = f"{request.method} {'/'.join(request.path.split('/')[:3])}"
        recent = [at for at in self._seen.get(kind, []) if now - at < MINUTE]
        self._seen[kind] = recent
        if len(recent) < self.most_a_minute:
            recent.append(now)
            return None
        refused = _error(429, "RATE_LIMIT_EXCEEDED", "You have exceeded the rate limit")
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
                return _unknown() if charge is None else self._about(method, rest, charge, request, now)
            case ("POST", ["sessions"]):
                return self._open(request, now)
            case (method, ["sessions", name, *rest]):
                charge = self.book.find(name)
                if charge is None or charge.id != name or "session" not in charge.extra:
                    return _unknown()
                return self._about_session(method, rest, charge, now)
            case (method, ["v2", "invoices", *rest] | ["invoices", *rest]):
                return self._invoices(method, rest, request, now)
            case (method, ["refunds", *rest]):
                return self._refunds(method, rest, request, now)
            case _:
                return _no_such_address()

    def _about(
        self, method: str, rest: list[str], charge: SimCharge, request: SimRequest, now: datetime
    ) -> SimReply:
        match (method, rest):
            case ("GET", []):
                return _reply(200, self._told(charge))
            case ("POST", ["cancel"]):
                try:
                    self.book.move(charge, ChargeState.CANCELLED, from_=(ChargeState.PENDING,), now=now)
                except NotPossible:
                    return _error(400, "INVALID_VALUE_ERROR", "The payment request can not be canceled")
                return _reply(200, self._told(charge))
            case ("POST", ["simulate"]):
                amount = (_json(request.body) or {}).get("amount")
                try:
                    self.book.pay(charge, int(amount or charge.amount), now=now)
                except NotPossible:
                    return _error(400, "INVALID_VALUE_ERROR", "The payment request accepts no payment")
                return _reply(200, {"status": "PENDING", "message": "A simulated payment is processed"})
            case _:
                return _no_such_address()

    def _about_session(self, method: str, rest: list[str], charge: SimCharge, now: datetime) -> SimReply:
        match (method, rest):
            case ("GET", []):
                return _reply(200, self._session(charge))
            case ("POST", ["cancel"]):
                try:
                    states = (ChargeState.PENDING, ChargeState.DECLINED)
                    self.book.move(charge, ChargeState.CANCELLED, from_=states, now=now)
                except NotPossible:
                    return _error(400, "API_VALIDATION_ERROR", "Only an ACTIVE session can be canceled")
                return _reply(200, self._session(charge))
            case _:
                return _no_such_address()

    def _charge(self, request: SimRequest, now: datetime) -> SimReply:
        body = _json(request.body)
        if body is None:
            return _invalid("The body is not JSON")
        channel, amount, reference = (
            body.get("channel_code"),
            body.get("request_amount"),
            body.get("reference_id"),
        )
        if not isinstance(reference, str) or not 1 <= len(reference) <= 255:
            return _invalid("must have required property 'reference_id'")
        if body.get("type") != "PAY" or body.get("capture_method") != "AUTOMATIC":
            return _invalid("type and capture_method are not supported")
        if (body.get("country"), body.get("currency")) != ("ID", "IDR"):
            return _invalid("country and currency do not fit the channel")
        if not isinstance(amount, int) or isinstance(amount, bool) or amount <= 0:
            return _invalid("request_amount must be a positive number")
        if channel in self.away:
            return _error(503, "CHANNEL_UNAVAILABLE", "The channel is experiencing issues")
        properties = body.get("channel_properties") or {}
        if wrong := _wrong_with(channel, properties, body):
            return _invalid(wrong)
        ends = _moment(properties.get("expires_at")) or now + LIVES
        if ends <= now:
            return _invalid("expires_at must be in the future")
        charge = self._made(f"pr-{self._uuid(reference)}", reference, str(channel), amount, now, ends)
        charge.extra = {
            "echo": {name: body[name] for name in ("description", "metadata", "items") if name in body},
            "properties": properties,
            "actions": self._actions(charge),
        }
        self._requests[charge.id] = charge
        return _reply(201, self._told(charge))

    def _list(self, request: SimRequest) -> SimReply:
        reference = request.query.get("reference_id")
        charges = self.book.all() if reference is None else self._references.get(reference, [])
        found = [self._told(one) for one in charges if self._request(_request_id(one)) is one]
        return _reply(200, {"data": found[:PAGE], "has_more": len(found) > PAGE})

    def _open(self, request: SimRequest, now: datetime) -> SimReply:
        body = _json(request.body) or {}
        amount, reference = body.get("amount"), body.get("reference_id")
        if not isinstance(reference, str) or not 1 <= len(reference) <= 64:
            return _invalid("request/body must have required property 'reference_id'")
        if body.get("session_type") != "PAY":
            return _error(400, "SESSION_TYPE_NOT_SUPPORTED", "session_type is not supported for now")
        if body.get("mode") != "PAYMENT_LINK":
            return _error(400, "MODE_NOT_SUPPORTED", "mode is not supported for now")
        if not isinstance(amount, int) or amount <= 0:
            return _error(400, "INVALID_AMOUNT", "Amount must be greater than zero")
        if body.get("allowed_payment_channels") != ["CARDS"]:
            return _error(400, "INVALID_PAYMENT_CHANNEL", "Channel(s) are not available")
        if "CARDS" in self.away:
            return _error(503, "CHANNEL_UNAVAILABLE", "The channel is experiencing issues")
        if not all(_opens(body.get(name)) for name in ("success_return_url", "cancel_return_url")):
            return _error(400, "INVALID_URL", "Please provide a valid HTTPS URL")
        ends = _moment(body.get("expires_at")) or now + SESSION_LIVES
        if ends < now + SESSION_LEAST:
            return _error(400, "INVALID_EXPIRY_DATE", "expires_at must be at least 10 minutes in the future")
        charge = self._made(
            f"ps-{self._uuid(reference).replace('-', '')[:24]}", reference, "CARDS", amount, now, ends
        )
        charge.extra = {"session": f"pr-{self._uuid(charge.id)}", "properties": {}, "echo": {}, "actions": []}
        self._requests[_request_id(charge)] = charge
        self._sessions.append(charge)
        return _reply(201, self._session(charge))

    def _invoices(self, method: str, rest: list[str], request: SimRequest, now: datetime) -> SimReply:
        kept = [one for one in self.book.all() if one.extra.get("invoice")]
        match (method, rest):
            case ("POST", []):
                body = _json(request.body) or {}
                if wrong := invoices.wrong_with(body):
                    return _invalid(wrong)
                name = self._uuid(body["external_id"]).replace("-", "")[:24]
                ends = now + timedelta(seconds=invoices.seconds(body))
                charge = self._made(
                    name, body["external_id"], body["payment_methods"][0], int(body["amount"]), now, ends
                )
                charge.extra = {"invoice": True}
                return _reply(200, invoices.told(charge, business=BUSINESS))
            case ("GET", []):
                wanted = request.query.get("external_id")
                found = [one for one in kept if wanted in {None, one.reference}]
                listed = [invoices.told(one, business=BUSINESS) for one in found]
                return SimReply(200, json.dumps(listed[:PAGE]).encode())
            case ("GET", [name]) | ("POST", [name, "expire!"]):
                one = next((one for one in kept if one.id == name), None)
                if one is None:
                    return _error(404, "INVOICE_NOT_FOUND_ERROR", "Could not find the invoice")
                if method == "POST":
                    try:
                        self.book.move(one, ChargeState.CANCELLED, from_=(ChargeState.PENDING,), now=now)
                    except NotPossible:
                        return _error(400, "INVALID_OPERATION", "The invoice can not be expired")
                return _reply(200, invoices.told(one, business=BUSINESS))
            case _:
                return _no_such_address()

    def _refunds(self, method: str, rest: list[str], request: SimRequest, now: datetime) -> SimReply:
        match (method, rest):
            case ("POST", []):
                return self._pay_back(_json(request.body) or {}, now)
            case ("GET", []):
                wanted = request.query.get("payment_request_id")
                one = None if wanted is None else self._request(wanted)
                charges = self.book.all() if wanted is None else [] if one is None else [one]
                found = [_refund(charge, refund) for charge in charges for refund in charge.refunds]
                return _page(found, request.query)
            case ("GET", [name]):
                kept = ((charge, one) for charge in self.book.all() for one in charge.refunds)
                told = next((_refund(*pair) for pair in kept if pair[1].id == name), None)
                return _unknown() if told is None else _reply(200, told)
            case _:
                return _no_such_address()

    def _pay_back(self, body: Mapping[str, Any], now: datetime) -> SimReply:
        charge = self._request(str(body.get("payment_request_id")))
        if charge is None:
            return _unknown()
        if charge.method not in REFUNDABLE:
            return _error(403, "REFUND_NOT_SUPPORTED", "The channel does not support refunds")
        if charge.state not in {ChargeState.PAID, ChargeState.REFUNDED} or charge.changed_at is None:
            return _error(400, "INELIGIBLE_TRANSACTION_STATUS", "The transaction is not refundable")
        days = REFUNDABLE[charge.method]
        if days is not None and now > charge.extra.setdefault("paid_at", charge.changed_at) + timedelta(days):
            return _error(400, "INELIGIBLE_TRANSACTION_STATUS", "The refund window is over")
        key = str(body.get("reference_id") or self.book.next_number())
        if any(one.key == key for one in charge.refunds):
            return _error(409, "DUPLICATE_ERROR", "reference_id has been used before")
        amount = body.get("amount") or charge.paid - charge.refunded
        if charge.method in WHOLE_ONLY and amount != charge.paid:
            return _error(400, "PARTIAL_REFUND_NOT_SUPPORTED", "Only the whole amount can be refunded")
        try:
            refund = self.book.refund(charge, key, int(amount), str(body.get("reason")), now=now)
        except NotPossible:
            return _error(400, "REFUND_AMOUNT_EXCEEDED", "The amount is more than what is left")
        refund.id = f"rfd-{self._uuid(refund.id)}"
        return _reply(200, _refund(charge, refund))

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

    def _actions(self, charge: SimCharge) -> list[dict[str, str]]:
        number, page = self.book.next_number(), f"https://checkout-staging.xendit.co/{charge.id}"
        shown: dict[str, str]
        if charge.method in VIRTUAL_ACCOUNTS:
            kind, shown = "PRESENT_TO_CUSTOMER", {"VIRTUAL_ACCOUNT_NUMBER": f"88089{number:011d}"}
        elif charge.method in COUNTERS:
            kind, shown = "PRESENT_TO_CUSTOMER", {"PAYMENT_CODE": f"XENDIT{number:08d}"}
        elif charge.method == "QRIS":
            kind, shown = (
                "PRESENT_TO_CUSTOMER",
                {"QR_STRING": f"00020101021226570011ID.XENDIT.WWW{number:012d}"},
            )
        elif charge.method == "SHOPEEPAY":
            kind, shown = "REDIRECT_CUSTOMER", {"DEEPLINK_URL": f"shopeeid://{charge.id}"}
        elif charge.method == "GOPAY":
            kind, shown = "REDIRECT_CUSTOMER", {"DEEPLINK_URL": f"gojek://{charge.id}", "WEB_URL": page}
        else:
            kind, shown = "REDIRECT_CUSTOMER", {"WEB_URL": page}
        charge.number = next(iter(shown.values()))
        return [{"type": kind, "descriptor": what, "value": value} for what, value in shown.items()]

    def _told(self, charge: SimCharge) -> dict[str, Any]:
        """A payment request."""
        ends = {"expires_at": _time(charge.expires_at)} if "expires_at" in charge.extra["properties"] else {}
        told: dict[str, Any] = {
            "payment_request_id": _request_id(charge),
            "business_id": BUSINESS,
            "reference_id": charge.reference,
            "type": "PAY",
            "country": "ID",
            "currency": "IDR",
            "request_amount": charge.amount,
            "capture_method": "AUTOMATIC",
            "channel_code": charge.method,
            "channel_properties": charge.extra["properties"] | ends,
            "actions": charge.extra["actions"] if charge.state is ChargeState.PENDING else [],
            "status": WORDS[charge.state],
            "created": _time(charge.made_at),
            "updated": _time(charge.changed_at or charge.made_at),
        }
        if charge.state not in {ChargeState.PENDING, ChargeState.EXPIRED, ChargeState.CANCELLED}:
            told["latest_payment_id"] = _payment_id(charge)
        if WORDS[charge.state] == "FAILED":
            told["failure_code"] = charge.extra.get("failure_code", "USER_DECLINED_PAYMENT")
        return told | dict(charge.extra["echo"])

    def _session(self, charge: SimCharge) -> dict[str, Any]:
        word = SESSION_WORDS.get(charge.state, "ACTIVE")
        return {
            "payment_session_id": charge.id,
            "created": _time(charge.made_at),
            "updated": _time(charge.changed_at or charge.made_at),
            "reference_id": charge.reference,
            "session_type": "PAY",
            "currency": "IDR",
            "amount": charge.amount,
            "country": "ID",
            "mode": "PAYMENT_LINK",
            "expires_at": _time(charge.expires_at),
            "allowed_payment_channels": ["CARDS"],
            "status": word,
            "payment_link_url": f"https://checkout-staging.xendit.co/sessions/{charge.id}",
            "payment_token_id": None,
            "payment_request_id": charge.extra["session"] if word == "COMPLETED" else None,
            "business_id": BUSINESS,
        }

    def _payment(self, charge: SimCharge) -> dict[str, Any]:
        """A payment, as a webhook tells it."""
        told = self._told(charge)
        told["payment_id"] = told.pop("latest_payment_id", None)
        del told["actions"]
        if charge.paid:
            at = _time(charge.changed_at or charge.made_at)
            told["captures"] = [{"capture_timestamp": at, "capture_amount": charge.paid}]
        return told

    def _letter(self, charge: SimCharge, event: str, data: Mapping[str, Any], now: datetime) -> Letter:
        told = {
            "event": event,
            "business_id": BUSINESS,
            "created": _time(now),
            "api_version": "v3",
            "data": dict(data),
        }
        return self._written(charge, told)

    def _written(self, charge: SimCharge, told: Mapping[str, Any]) -> Letter:
        headers = {"content-type": "application/json", "x-callback-token": self._token}
        return Letter(self.name, charge.id, charge.notify_url or "", headers, json.dumps(told).encode())

    def _uuid(self, of: str) -> str:
        return str(uuid5(_NAMES, f"{of} {self.book.next_number()}"))


def _wrong_with(channel: object, properties: Mapping[str, Any], body: Mapping[str, Any]) -> str | None:
    """What a channel lacks; None where it has all it needs."""
    if channel == "CARDS":
        return None if "card_details" in properties else "must have required property 'card_details'"
    needs: dict[str, tuple[str, ...]] = {"QRIS": ()} | dict.fromkeys(
        WALLETS | PAY_LATER, ("success_return_url",)
    )
    needs |= dict.fromkeys(VIRTUAL_ACCOUNTS, ("display_name",))
    needs |= dict.fromkeys(COUNTERS, ("payer_name",))
    needs["OVO"] = ("account_mobile_number", "success_return_url")
    if channel not in needs:
        return f"API endpoint and method is not supported for '{channel}' channel code with country 'ID'"
    for name in needs[str(channel)]:
        if not properties.get(name):
            return f"channel_properties must have required property '{name}'"
    if not all(_opens(value) for name, value in properties.items() if name.endswith("_return_url")):
        return "Please provide a valid HTTPS URL"
    if channel in PAY_LATER and not (body.get("items") and body.get("customer")):
        return "must have required properties 'items' and 'customer'"
    customer = body.get("customer")
    if customer and not str(customer.get("reference_id")).isalnum():
        return "customer.reference_id must be alphanumeric"
    return None


def _opens(url: object) -> bool:
    """Whether a browser may be sent there: by HTTPS, or on this machine, where a demo runs."""
    parts = urlsplit(str(url))
    here = parts.hostname in {"localhost", "127.0.0.1"}
    return bool(parts.hostname) and (parts.scheme == "https" or (here and parts.scheme == "http"))


def _request_id(charge: SimCharge) -> str:
    return str(charge.extra.get("session", charge.id))


def _payment_id(charge: SimCharge) -> str:
    return f"py-{uuid5(_NAMES, charge.id)}"


def _refund(charge: SimCharge, refund: SimRefund) -> dict[str, Any]:
    status = "FAILED" if refund.failed else "SUCCEEDED" if refund.confirmed else "PENDING"
    return {
        "id": refund.id,
        "payment_request_id": _request_id(charge),
        "payment_id": _payment_id(charge),
        "invoice_id": None,
        "payment_method_type": KINDS.get(charge.method, "EWALLET"),
        "reference_id": refund.key,
        "channel_code": charge.method,
        "country": "ID",
        "currency": "IDR",
        "amount": refund.amount,
        "reason": refund.reason,
        "status": status,
        "failure_code": "REFUND_FAILED" if refund.failed else None,
        "refund_fee_amount": None,
        "created": _time(refund.at),
        "updated": _time(refund.at),
        "metadata": None,
    }


def _page(found: list[dict[str, Any]], query: Mapping[str, str]) -> SimReply:
    names = [one["id"] for one in found]
    start = names.index(query["after_id"]) + 1 if query.get("after_id") in names else 0
    end = start + int(float(query.get("limit", PAGE)))
    return _reply(200, {"data": found[start:end], "has_more": end < len(found)})


def _json(body: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _moment(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def _reply(status: int, told: Mapping[str, Any]) -> SimReply:
    return SimReply(status, json.dumps(told).encode())


def _error(status: int, code: str, words: str) -> SimReply:
    return _reply(status, {"error_code": code, "message": words})


def _invalid(words: str) -> SimReply:
    return _error(400, "API_VALIDATION_ERROR", words)


def _unknown() -> SimReply:
    return _error(404, "DATA_NOT_FOUND", "The requested data does not exist")


def _no_such_address() -> SimReply:
    return _error(404, "NOT_FOUND", "The requested resource was not found")

"""A Stripe that keeps its charges in memory: Checkout Sessions, PaymentIntents, refunds, disputes, events.

Source: Stripe's API reference and its official Python library. Amounts are in the smallest unit, which for
rupiah is the hundredth part; the book holds whole rupiah.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qsl

from orderan.sandbox.book import Book, NotPossible
from orderan.sandbox.models import ChargeState, Letter, SimCharge, SimRefund, SimReply, SimRequest

_VERSION: Final = "2026-10-28.endive"
_KEY_LASTS: Final = timedelta(hours=24)
_SHORTEST, _LONGEST = timedelta(minutes=30), timedelta(hours=24)
_LEAST: Final = 800_000
"""About half a dollar, in hundredths of a rupiah."""
_ROWS: Final = 10
_MOST_ROWS: Final = 100
_PAID: Final = frozenset({ChargeState.PAID, ChargeState.REFUNDED, ChargeState.REVERSED})
_SESSIONS: Final = {
    ChargeState.PENDING: ("open", "unpaid"),
    ChargeState.DECLINED: ("open", "unpaid"),
    ChargeState.HELD: ("complete", "unpaid"),
    ChargeState.EXPIRED: ("expired", "unpaid"),
    ChargeState.CANCELLED: ("expired", "unpaid"),
}
_INTENTS: Final = {
    ChargeState.DECLINED: "requires_payment_method",
    ChargeState.HELD: "requires_capture",
    ChargeState.CANCELLED: "canceled",
}
"""Cancelled is a payment whose money was set aside and let go; a page without one is expired."""


class StripeSimulator:
    """See `Simulator`. A card that is declined leaves its page open: the buyer types another one.

    Attributes:
        endpoint: Where events go; while none is registered, to the address in a charge's metadata, so
            that a sandbox needs no setting up.
    """

    name = "stripe"

    def __init__(self, credentials: Mapping[str, str]) -> None:
        self.book = Book()
        self.endpoint: str | None = None
        self._key = credentials["secret_key"]
        self._secret = credentials["webhook_secret"]
        self._kept: dict[str, tuple[datetime, bytes, SimReply]] = {}
        self._intents: dict[str, SimCharge] = {}

    def answer(self, request: SimRequest, *, now: datetime) -> SimReply:
        basic = "Basic " + base64.b64encode(f"{self._key}:".encode()).decode()
        if request.headers.get("authorization") not in {f"Bearer {self._key}", basic}:
            return _error(401, "invalid_request_error", None, "Invalid API Key provided: sk_test_****")
        self._lapse(now)
        key = request.headers.get("idempotency-key")
        if key is None or request.method != "POST":
            return self._route(request, now)
        print_ = request.path.encode() + b"?" + request.body
        kept = self._kept.get(key)
        if kept is not None and now - kept[0] < _KEY_LASTS:
            if kept[1] != print_:
                words = "Keys for idempotent requests can only be used with the same parameters they were first used with."
                return _error(400, "idempotency_error", None, words)
            return replace(kept[2], headers={**kept[2].headers, "idempotent-replayed": "true"})
        reply = self._route(request, now)
        if reply.status == 200:
            self._kept[key] = (now, print_, reply)
        return reply

    def method_of(self, request: SimRequest) -> str | None:
        return "card" if (request.method, request.path) == ("POST", "/v1/checkout/sessions") else None

    def news(self, charge: SimCharge, *, now: datetime) -> list[Letter]:
        url = self.endpoint or charge.notify_url
        kind, thing = self._event(charge)
        if url is None or kind is None:
            return []
        body = json.dumps(
            {
                "id": "evt_" + _hash(charge.id, kind, charge.refunded, charge.extra.get("dispute")),
                "object": "event",
                "api_version": _VERSION,
                "created": _seconds(charge.changed_at or now),
                "data": {"object": thing},
                "livemode": False,
                "pending_webhooks": 1,
                "request": {"id": None, "idempotency_key": None},
                "type": kind,
            }
        ).encode()
        headers = {
            "content-type": "application/json; charset=utf-8",
            "stripe-signature": f"t={_seconds(now)},v1={self._sign(body, now)},v0={'0' * 64}",
        }
        return [Letter(self.name, charge.id, url, headers, body)]

    def forged(self, letter: Letter) -> Letter:
        at = letter.headers["stripe-signature"].partition(",")[0]
        return replace(letter, headers={**letter.headers, "stripe-signature": f"{at},v1={'0' * 64}"})

    def dispute(self, charge: SimCharge, status: str, *, amount: int | None = None, now: datetime) -> None:
        """The bank takes the money back for its customer, or goes on with that.

        Args:
            amount: How much of it; None is all.

        Raises:
            NotPossible: It was not paid.
        """
        if charge.state not in _PAID:
            raise NotPossible(charge.state)
        charge.extra["dispute"] = status
        charge.extra["disputed"] = charge.paid if amount is None else amount
        charge.changed_at = now

    def _route(self, request: SimRequest, now: datetime) -> SimReply:
        asked = dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
        asked = asked if request.method == "POST" else dict(request.query)
        expand = {value for name, value in {**asked, **request.query}.items() if name.startswith("expand[")}
        match request.method, request.path.strip("/").split("/"):
            case "POST", ["v1", "checkout", "sessions"]:
                return self._open(asked, now)
            case "GET", ["v1", "checkout", "sessions"]:
                made = [charge for charge in self._made() if _is_made_then(charge, asked)]
                return _list("/v1/checkout/sessions", map(self._session, made), asked)
            case "GET", ["v1", "checkout", "sessions", name]:
                charge = self._page(name)
                return (
                    _missing("checkout.session", name)
                    if charge is None
                    else _well(self._session(charge, expand))
                )
            case "POST", ["v1", "checkout", "sessions", name, "expire"]:
                return self._expire(name, now)
            case "GET", ["v1", "payment_intents", name]:
                charge = self._payment(name)
                return (
                    _missing("payment_intent", name)
                    if charge is None
                    else _well(self._intent(charge, expand))
                )
            case "POST", ["v1", "refunds"]:
                return self._refund(asked, now)
            case "GET", ["v1", "refunds" | "disputes" as kind]:
                return self._belonging(kind, asked)
            case "POST", ["v1", "webhook_endpoints"]:
                self.endpoint = asked.get("url")
                told = {
                    "id": "we_1",
                    "object": "webhook_endpoint",
                    "url": self.endpoint,
                    "secret": self._secret,
                }
                return _well({**told, "status": "enabled"})
            case _:
                words = f"Unrecognized request URL ({request.method}: {request.path})."
                return _error(404, "invalid_request_error", None, words)

    def _made(self) -> list[SimCharge]:
        return sorted(self.book.all(), key=lambda charge: int(charge.extra["number"]), reverse=True)

    def _page(self, name: str) -> SimCharge | None:
        charge = self.book.find(name)
        return charge if charge is not None and charge.id == name else None

    def _payment(self, name: str | None) -> SimCharge | None:
        """A payment is there once a card was typed."""
        charge = self._intents.get(name or "")
        return charge if charge is not None and self._typed(charge) else None

    def _lapse(self, now: datetime) -> None:
        self.book.expire(now=now)
        for charge in self.book.all():
            if charge.state is ChargeState.DECLINED and now >= charge.expires_at:
                self.book.move(charge, ChargeState.EXPIRED, from_=(ChargeState.DECLINED,), now=now)

    @staticmethod
    def _typed(charge: SimCharge) -> bool:
        typed = {ChargeState.DECLINED, ChargeState.HELD, *_PAID}
        return charge.state in typed or charge.held_at is not None

    def _open(self, asked: Mapping[str, str], now: datetime) -> SimReply:
        for name in ("mode", "success_url", "line_items[0][price_data][unit_amount]"):
            if not asked.get(name):
                return _error(
                    400, "invalid_request_error", "parameter_missing", f"Missing required param: {name}."
                )
        if any("card[" in name or "number" in name for name in asked):
            return _error(400, "invalid_request_error", "parameter_unknown", "Received unknown parameter")
        if any(name.startswith("payment_method_types") for name in asked):
            code = "payment_method_types_no_longer_supported"
            return _error(400, "invalid_request_error", code, "Use allowed_payment_method_types instead.")
        total, currency = _total(asked)
        if total < _LEAST:
            words = "The Checkout Session's total amount must convert to at least 50 cents."
            return _error(400, "invalid_request_error", "amount_too_small", words)
        ends = now + _LONGEST
        if given := asked.get("expires_at"):
            ends = datetime.fromtimestamp(int(given), now.tzinfo)
            if not _SHORTEST <= ends - now <= _LONGEST:
                words = "The `expires_at` timestamp must be between 30 minutes and 24 hours from now."
                return _error(400, "invalid_request_error", None, words)
        number = self.book.next_number()
        charge = SimCharge(
            self.name,
            f"cs_test_{_hash('page', number)}",
            asked.get("client_reference_id") or f"none-{number}",
            asked.get("allowed_payment_method_types[0]", "card"),
            total // 100,
            now,
            ends,
            notify_url=asked.get("metadata[notify_url]"),
            extra={
                "number": number,
                "intent": f"pi_{_hash('payment', number)}",
                "charge": f"ch_{_hash('charge', number)}",
                "currency": currency,
                "reference": asked.get("client_reference_id"),
                "metadata": _nested(asked, "metadata"),
                "intent_metadata": _nested(asked, "payment_intent_data[metadata]"),
                "urls": {name: asked.get(name) for name in ("success_url", "cancel_url")},
            },
        )
        self.book.add(charge)
        self._intents[charge.extra["intent"]] = charge
        return _well(self._session(charge))

    def _expire(self, name: str, now: datetime) -> SimReply:
        charge = self._page(name)
        if charge is None:
            return _missing("checkout.session", name)
        if _SESSIONS.get(charge.state, ("complete",))[0] != "open":
            words = 'Only Checkout Sessions with a status in ["open"] can be expired.'
            return _error(400, "invalid_request_error", None, words)
        self.book.move(
            charge, ChargeState.CANCELLED, from_=(ChargeState.PENDING, ChargeState.DECLINED), now=now
        )
        return _well(self._session(charge))

    def _refund(self, asked: Mapping[str, str], now: datetime) -> SimReply:
        charge = self._payment(asked.get("payment_intent"))
        if charge is None:
            return _missing("payment_intent", asked.get("payment_intent", ""))
        if charge.state not in _PAID:
            words = "This PaymentIntent does not have a successful charge to refund."
            return _error(400, "invalid_request_error", None, words)
        if charge.extra.get("dispute") not in {None, "won"}:
            return _error(400, "invalid_request_error", "charge_disputed", "Charge has been charged back.")
        left = charge.paid - charge.refunded
        if not left:
            return _error(
                400, "invalid_request_error", "charge_already_refunded", "Charge has already been refunded."
            )
        amount = int(asked.get("amount") or left * 100)
        # Two refunds with the same words are two: only the idempotency key keeps them one.
        name = f"re_{_hash('refund', self.book.next_number())}"
        try:
            refund = self.book.refund(charge, name, amount // 100, asked.get("reason", ""), now=now)
        except NotPossible:
            words = "Refund amount is greater than unrefunded amount on charge."
            return _error(400, "invalid_request_error", None, words)
        charge.extra.setdefault("refund_metadata", {})[name] = _nested(asked, "metadata")
        return _well(self._refund_told(charge, refund))

    def _belonging(self, kind: str, asked: Mapping[str, str]) -> SimReply:
        """What belongs to a payment: its refunds or its disputes."""
        charge = self._payment(asked.get("payment_intent"))
        if charge is None:
            return _missing("payment_intent", asked.get("payment_intent", ""))
        rows: list[dict[str, Any]]
        if kind == "refunds":
            rows = [self._refund_told(charge, refund) for refund in reversed(charge.refunds)]
        else:
            rows = [self._dispute_told(charge)] if charge.extra.get("dispute") else []
        return _list(f"/v1/{kind}", rows, asked)

    def _event(self, charge: SimCharge) -> tuple[str | None, dict[str, Any]]:
        if charge.extra.get("dispute"):
            closed = charge.extra["dispute"] in {"won", "lost", "warning_closed", "prevented"}
            return f"charge.dispute.{'closed' if closed else 'created'}", self._dispute_told(charge)
        if charge.refunded:
            return "charge.refunded", self._charge_told(charge)
        match charge.state:
            case ChargeState.PAID if charge.held_at:
                return "payment_intent.succeeded", self._intent(charge)
            case ChargeState.CANCELLED if charge.held_at:
                return "payment_intent.canceled", self._intent(charge)
            case ChargeState.PAID | ChargeState.HELD:
                return "checkout.session.completed", self._session(charge)
            case ChargeState.EXPIRED | ChargeState.CANCELLED:
                return "checkout.session.expired", self._session(charge)
            case ChargeState.DECLINED:
                return "payment_intent.payment_failed", self._intent(charge)
            case _:
                return None, {}

    def _session(self, charge: SimCharge, expand: Iterable[str] = ()) -> dict[str, Any]:
        status, paid = _SESSIONS.get(charge.state, ("complete", "paid"))
        status = "complete" if charge.held_at else status
        intent: Any = charge.extra["intent"] if self._typed(charge) else None
        inner = _inner(expand, "payment_intent")
        if intent and inner is not None:
            intent = self._intent(charge, inner)
        return {
            "id": charge.id,
            "object": "checkout.session",
            "amount_subtotal": charge.amount * 100,
            "amount_total": charge.amount * 100,
            "client_reference_id": charge.extra["reference"],
            "created": _seconds(charge.made_at),
            "currency": charge.extra["currency"],
            "expires_at": _seconds(charge.expires_at),
            "livemode": False,
            "metadata": charge.extra["metadata"],
            "mode": "payment",
            "payment_intent": intent,
            "payment_method_types": [charge.method],
            "payment_status": paid,
            "status": status,
            "url": f"https://checkout.stripe.com/c/pay/{charge.id}" if status == "open" else None,
            **charge.extra["urls"],
        }

    def _intent(self, charge: SimCharge, expand: Iterable[str] = ()) -> dict[str, Any]:
        latest: Any = charge.extra["charge"] if charge.state in _PAID else None
        inner = _inner(expand, "latest_charge")
        if latest and inner is not None:
            latest = self._charge_told(charge, inner)
        failed = {"type": "card_error", "code": "card_declined", "decline_code": "insufficient_funds"}
        return {
            "id": charge.extra["intent"],
            "object": "payment_intent",
            "amount": charge.amount * 100,
            "amount_received": charge.paid * 100,
            "currency": charge.extra["currency"],
            "created": _seconds(charge.made_at),
            "last_payment_error": failed if charge.state is ChargeState.DECLINED else None,
            "latest_charge": latest,
            "livemode": False,
            "metadata": charge.extra["intent_metadata"],
            "status": _INTENTS.get(charge.state, "succeeded"),
        }

    def _charge_told(self, charge: SimCharge, expand: Iterable[str] = ()) -> dict[str, Any]:
        name = f"txn_{_hash('balance', charge.id)}"
        fee = charge.paid * 100 * 34 // 1000
        # It is looked at before anything else happens to it, and was made when it was paid.
        made = charge.extra.setdefault("paid_at", charge.changed_at or charge.made_at)
        balance = {
            "id": name,
            "object": "balance_transaction",
            "fee": fee,
            "currency": charge.extra["currency"],
        }
        return {
            "id": charge.extra["charge"],
            "object": "charge",
            "amount": charge.amount * 100,
            "amount_captured": charge.paid * 100,
            "amount_refunded": charge.refunded * 100,
            "balance_transaction": name if _inner(expand, "balance_transaction") is None else balance,
            "captured": True,
            "created": _seconds(made),
            "currency": charge.extra["currency"],
            "disputed": bool(charge.extra.get("dispute")),
            "livemode": False,
            "metadata": charge.extra["intent_metadata"],
            "paid": True,
            "payment_intent": charge.extra["intent"],
            "refunded": charge.refunded == charge.paid,
            "status": "succeeded",
        }

    def _refund_told(self, charge: SimCharge, refund: SimRefund) -> dict[str, Any]:
        status = "failed" if refund.failed else "succeeded" if refund.confirmed else "pending"
        return {
            "id": refund.key,
            "object": "refund",
            "amount": refund.amount * 100,
            "charge": charge.extra["charge"],
            "created": _seconds(refund.at),
            "currency": charge.extra["currency"],
            "metadata": charge.extra.get("refund_metadata", {}).get(refund.key, {}),
            "payment_intent": charge.extra["intent"],
            "reason": refund.reason or None,
            "status": status,
        }

    def _dispute_told(self, charge: SimCharge) -> dict[str, Any]:
        return {
            "id": f"du_{_hash('dispute', charge.id)}",
            "object": "dispute",
            "amount": charge.extra.get("disputed", charge.paid) * 100,
            "charge": charge.extra["charge"],
            "created": _seconds(charge.changed_at or charge.made_at),
            "currency": charge.extra["currency"],
            "livemode": False,
            "metadata": {},
            "payment_intent": charge.extra["intent"],
            "reason": "fraudulent",
            "status": charge.extra["dispute"],
        }

    def _sign(self, body: bytes, now: datetime) -> str:
        return hmac.new(
            self._secret.encode(), f"{_seconds(now)}.".encode() + body, hashlib.sha256
        ).hexdigest()


def _total(asked: Mapping[str, str]) -> tuple[int, str]:
    total, turn, currency = 0, 0, ""
    while price := asked.get(f"line_items[{turn}][price_data][unit_amount]"):
        total += int(price) * int(asked.get(f"line_items[{turn}][quantity]", "1"))
        currency = asked.get(f"line_items[{turn}][price_data][currency]", "")
        turn += 1
    return total, currency


def _is_made_then(charge: SimCharge, asked: Mapping[str, str]) -> bool:
    at = _seconds(charge.made_at)
    return int(asked.get("created[gte]", at)) <= at <= int(asked.get("created[lte]", at))


def _nested(asked: Mapping[str, str], name: str) -> dict[str, str]:
    start = f"{name}["
    return {key[len(start) : -1]: value for key, value in asked.items() if key.startswith(start)}


def _inner(expand: Iterable[str], name: str) -> set[str] | None:
    """What is to be expanded within a member; None where the member itself is not."""
    paths = [path.split(".") for path in expand]
    found = [path[1:] for path in paths if path[0] == name]
    return {".".join(path) for path in found if path} if found else None


def _list(url: str, rows: Iterable[Mapping[str, Any]], asked: Mapping[str, str]) -> SimReply:
    made = list(rows)
    if after := asked.get("starting_after"):
        names = [row["id"] for row in made]
        if after not in names:
            return _missing("object", after)
        made = made[names.index(after) + 1 :]
    limit = min(int(asked.get("limit") or _ROWS), _MOST_ROWS)
    return _well({"object": "list", "url": url, "has_more": len(made) > limit, "data": made[:limit]})


def _well(told: Mapping[str, Any]) -> SimReply:
    return SimReply(200, json.dumps(told).encode())


def _error(status: int, kind: str, code: str | None, message: str) -> SimReply:
    told = {"type": kind, "message": message} | ({"code": code} if code else {})
    return SimReply(status, json.dumps({"error": told}).encode())


def _missing(kind: str, name: str) -> SimReply:
    return _error(404, "invalid_request_error", "resource_missing", f"No such {kind}: '{name}'")


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


def _hash(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:24]

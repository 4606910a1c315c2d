"""A Stripe that keeps its charges in memory: Checkout Sessions, PaymentIntents, refunds, disputes, events.

Source: Stripe's API reference and its official Python library. Amounts are in the smallest unit, which for
rupiah is the hundredth part; the book holds whole rupiah.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qsl

from orderan.sandbox.book import Book, NotPossible
from orderan.sandbox.gateways.stripe_answers import digest, error, listed, missing, nested, seconds, well
from orderan.sandbox.gateways.stripe_objects import (
    PAID,
    dispute_of,
    event_of,
    intent_of,
    is_open,
    refund_of,
    session_of,
    typed,
)
from orderan.sandbox.models import ChargeState, Letter, SimCharge, SimReply, SimRequest
from orderan.sandbox.ports import BankDeed

_VERSION: Final = "2026-10-28.endive"
_KEY_LASTS: Final = timedelta(hours=24)
_SHORTEST, _LONGEST = timedelta(minutes=30), timedelta(hours=24)
_LEAST: Final = 800_000
"""About half a dollar, in hundredths of a rupiah."""


_UNDECIDED: Final = frozenset({"needs_response", "under_review"})
_STATUSES: Final = {BankDeed.DISPUTE: "needs_response", BankDeed.WIN: "won", BankDeed.LOSE: "lost"}


class StripeSimulator:
    """See `Simulator`. A card that is declined leaves its page open: the buyer types another one.

    Attributes:
        endpoint: Where events go; while none is registered, to the address in a charge's metadata, so
            that a sandbox needs no setting up.
    """

    name = "stripe"

    def __init__(self, credentials: Mapping[str, str]) -> None:
        self.book = Book(lapses=is_open)
        self.endpoint: str | None = None
        self._key = credentials["secret_key"]
        self._secret = credentials["webhook_secret"]
        self._kept: dict[str, tuple[datetime, bytes, SimReply]] = {}
        self._intents: dict[str, SimCharge] = {}

    def answer(self, request: SimRequest, *, now: datetime) -> SimReply:
        basic = "Basic " + base64.b64encode(f"{self._key}:".encode()).decode()
        if request.headers.get("authorization") not in {f"Bearer {self._key}", basic}:
            return error(401, "invalid_request_error", None, "Invalid API Key provided: sk_test_****")
        self.book.expire(now=now)
        key = request.headers.get("idempotency-key")
        if key is None or request.method != "POST":
            return self._route(request, now)
        print_ = request.path.encode() + b"?" + request.body
        kept = self._kept.get(key)
        if kept is not None and now - kept[0] < _KEY_LASTS:
            if kept[1] != print_:
                words = "Keys for idempotent requests can only be used with the same parameters they were first used with."
                return error(400, "idempotency_error", None, words)
            return replace(kept[2], headers={**kept[2].headers, "idempotent-replayed": "true"})
        reply = self._route(request, now)
        if reply.status == 200:
            self._kept[key] = (now, print_, reply)
        return reply

    def method_of(self, request: SimRequest) -> str | None:
        return "card" if (request.method, request.path) == ("POST", "/v1/checkout/sessions") else None

    def news(self, charge: SimCharge, *, now: datetime) -> list[Letter]:
        url = self.endpoint or charge.notify_url
        kind, thing = event_of(charge)
        if url is None or kind is None:
            return []
        body = json.dumps(
            {
                "id": "evt_" + digest(charge.id, kind, charge.refunded, charge.extra.get("dispute")),
                "object": "event",
                "api_version": _VERSION,
                "created": seconds(charge.changed_at or now),
                "data": {"object": thing},
                "livemode": False,
                "pending_webhooks": 1,
                "request": {"id": None, "idempotency_key": None},
                "type": kind,
            }
        ).encode()
        headers = {
            "content-type": "application/json; charset=utf-8",
            "stripe-signature": f"t={seconds(now)},v1={self._sign(body, now)},v0={'0' * 64}",
        }
        return [Letter(self.name, charge.id, url, headers, body)]

    def forged(self, letter: Letter) -> Letter:
        at = letter.headers["stripe-signature"].partition(",")[0]
        return replace(letter, headers={**letter.headers, "stripe-signature": f"{at},v1={'0' * 64}"})

    def bank_may(self, charge: SimCharge) -> tuple[BankDeed, ...]:
        stands = charge.extra.get("dispute")
        if stands is None and charge.state in PAID and charge.refunded < charge.paid:
            return (BankDeed.DISPUTE,)
        return (BankDeed.WIN, BankDeed.LOSE) if stands in _UNDECIDED else ()

    def bank_does(self, charge: SimCharge, deed: BankDeed, *, now: datetime) -> None:
        if deed not in self.bank_may(charge):
            raise NotPossible(deed)
        amount = charge.paid - charge.refunded
        self.dispute(charge, _STATUSES[deed], amount=charge.extra.get("disputed", amount), now=now)

    def dispute(self, charge: SimCharge, status: str, *, amount: int | None = None, now: datetime) -> None:
        """The bank takes the money back for its customer, or goes on with that.

        Args:
            amount: How much of it; None is all.

        Raises:
            NotPossible: It was not paid.
        """
        if charge.state not in PAID:
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
                return listed("/v1/checkout/sessions", map(session_of, made), asked)
            case "GET", ["v1", "checkout", "sessions", name]:
                charge = self._page(name)
                return (
                    missing("checkout.session", name) if charge is None else well(session_of(charge, expand))
                )
            case "POST", ["v1", "checkout", "sessions", name, "expire"]:
                return self._expire(name, now)
            case "GET", ["v1", "payment_intents", name]:
                charge = self._payment(name)
                return missing("payment_intent", name) if charge is None else well(intent_of(charge, expand))
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
                return well({**told, "status": "enabled"})
            case _:
                words = f"Unrecognized request URL ({request.method}: {request.path})."
                return error(404, "invalid_request_error", None, words)

    def _made(self) -> list[SimCharge]:
        return sorted(self.book.all(), key=lambda charge: int(charge.extra["number"]), reverse=True)

    def _page(self, name: str) -> SimCharge | None:
        charge = self.book.find(name)
        return charge if charge is not None and charge.id == name else None

    def _payment(self, name: str | None) -> SimCharge | None:
        """A payment is there once a card was typed."""
        charge = self._intents.get(name or "")
        return charge if charge is not None and typed(charge) else None

    def _open(self, asked: Mapping[str, str], now: datetime) -> SimReply:
        for name in ("mode", "success_url", "line_items[0][price_data][unit_amount]"):
            if not asked.get(name):
                return error(
                    400, "invalid_request_error", "parameter_missing", f"Missing required param: {name}."
                )
        if any("card[" in name or "number" in name for name in asked):
            return error(400, "invalid_request_error", "parameter_unknown", "Received unknown parameter")
        if any(name.startswith("payment_method_types") for name in asked):
            code = "payment_method_types_no_longer_supported"
            return error(400, "invalid_request_error", code, "Use allowed_payment_method_types instead.")
        total, currency = _total(asked)
        if total < _LEAST:
            words = "The Checkout Session's total amount must convert to at least 50 cents."
            return error(400, "invalid_request_error", "amount_too_small", words)
        ends = now + _LONGEST
        if given := asked.get("expires_at"):
            ends = datetime.fromtimestamp(int(given), now.tzinfo)
            if not _SHORTEST <= ends - now <= _LONGEST:
                words = "The `expires_at` timestamp must be between 30 minutes and 24 hours from now."
                return error(400, "invalid_request_error", None, words)
        number = self.book.next_number()
        charge = SimCharge(
            self.name,
            f"cs_test_{digest('page', number)}",
            asked.get("client_reference_id") or f"none-{number}",
            asked.get("allowed_payment_method_types[0]", "card"),
            total // 100,
            now,
            ends,
            notify_url=asked.get("metadata[notify_url]"),
            extra={
                "number": number,
                "intent": f"pi_{digest('payment', number)}",
                "charge": f"ch_{digest('charge', number)}",
                "currency": currency,
                "reference": asked.get("client_reference_id"),
                "metadata": nested(asked, "metadata"),
                "intent_metadata": nested(asked, "payment_intent_data[metadata]"),
                "urls": {name: asked.get(name) for name in ("success_url", "cancel_url")},
            },
        )
        self.book.add(charge)
        self._intents[charge.extra["intent"]] = charge
        return well(session_of(charge))

    def _expire(self, name: str, now: datetime) -> SimReply:
        charge = self._page(name)
        if charge is None:
            return missing("checkout.session", name)
        if not is_open(charge):
            words = 'Only Checkout Sessions with a status in ["open"] can be expired.'
            return error(400, "invalid_request_error", None, words)
        self.book.move(
            charge, ChargeState.CANCELLED, from_=(ChargeState.PENDING, ChargeState.DECLINED), now=now
        )
        return well(session_of(charge))

    def _refund(self, asked: Mapping[str, str], now: datetime) -> SimReply:
        charge = self._payment(asked.get("payment_intent"))
        if charge is None:
            return missing("payment_intent", asked.get("payment_intent", ""))
        if charge.state not in PAID:
            words = "This PaymentIntent does not have a successful charge to refund."
            return error(400, "invalid_request_error", None, words)
        if charge.extra.get("dispute") not in {None, "won"}:
            return error(400, "invalid_request_error", "charge_disputed", "Charge has been charged back.")
        left = charge.paid - charge.refunded
        if not left:
            return error(
                400, "invalid_request_error", "charge_already_refunded", "Charge has already been refunded."
            )
        amount = int(asked.get("amount") or left * 100)
        # Two refunds with the same words are two: only the idempotency key keeps them one.
        name = f"re_{digest('refund', self.book.next_number())}"
        try:
            refund = self.book.refund(charge, name, amount // 100, asked.get("reason", ""), now=now)
        except NotPossible:
            words = "Refund amount is greater than unrefunded amount on charge."
            return error(400, "invalid_request_error", None, words)
        charge.extra.setdefault("refund_metadata", {})[name] = nested(asked, "metadata")
        return well(refund_of(charge, refund))

    def _belonging(self, kind: str, asked: Mapping[str, str]) -> SimReply:
        """What belongs to a payment: its refunds or its disputes."""
        charge = self._payment(asked.get("payment_intent"))
        if charge is None:
            return missing("payment_intent", asked.get("payment_intent", ""))
        rows: list[dict[str, Any]]
        if kind == "refunds":
            rows = [refund_of(charge, refund) for refund in reversed(charge.refunds)]
        else:
            rows = [dispute_of(charge)] if charge.extra.get("dispute") else []
        return listed(f"/v1/{kind}", rows, asked)

    def _sign(self, body: bytes, now: datetime) -> str:
        return hmac.new(self._secret.encode(), f"{seconds(now)}.".encode() + body, hashlib.sha256).hexdigest()


def _total(asked: Mapping[str, str]) -> tuple[int, str]:
    total, turn, currency = 0, 0, ""
    while price := asked.get(f"line_items[{turn}][price_data][unit_amount]"):
        total += int(price) * int(asked.get(f"line_items[{turn}][quantity]", "1"))
        currency = asked.get(f"line_items[{turn}][price_data][currency]", "")
        turn += 1
    return total, currency


def _is_made_then(charge: SimCharge, asked: Mapping[str, str]) -> bool:
    at = seconds(charge.made_at)
    return int(asked.get("created[gte]", at)) <= at <= int(asked.get("created[lte]", at))

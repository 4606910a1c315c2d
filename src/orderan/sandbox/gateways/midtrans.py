"""A Midtrans that keeps its charges in memory: Core API, Snap, notifications.

Source: Midtrans' API reference. It answers as they do: many errors come with HTTP 200 and a code in the
body, amounts come back as text with two decimals, times have no offset and are those of Jakarta.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, Final
from uuid import UUID, uuid5

from orderan.sandbox.book import Book, NotPossible
from orderan.sandbox.models import ChargeState, Letter, SimCharge, SimReply, SimRequest
from orderan.sandbox.ports import BankDeed

JAKARTA: Final = timezone(timedelta(hours=7))
KEY_LASTS: Final = timedelta(minutes=5)
REFUND_KEY_LASTS: Final = timedelta(days=7)
REFUNDABLE: Final = frozenset(
    {"credit_card", "gopay", "shopeepay", "dana", "ovo", "qris", "kredivo", "akulaku"}
)
WHOLE_ONLY: Final = frozenset({"shopeepay", "ovo"})
CARD: Final = "credit_card"
SETTLES_AT_HOUR: Final = 16
"""In Jakarta, of the day after: until then a card is only captured, and can be voided but not refunded."""
WORDS: Final = {
    ChargeState.PENDING: ("pending", "201"),
    ChargeState.HELD: ("capture", "201"),
    ChargeState.PAID: ("settlement", "200"),
    ChargeState.DECLINED: ("deny", "202"),
    ChargeState.EXPIRED: ("expire", "407"),
    ChargeState.CANCELLED: ("cancel", "200"),
    ChargeState.REVERSED: ("deny", "202"),
    ChargeState.REFUNDED: ("refund", "200"),
}
_NAMES: Final = UUID("5f5e2c1e-6f0e-4f0c-9d6f-3d3f1a1d7c11")


class MidtransSimulator:
    """See `Simulator`."""

    name = "midtrans"

    def __init__(self, credentials: Mapping[str, str]) -> None:
        self.book = Book()
        self._key = credentials["server_key"]
        self._merchant = credentials["merchant_id"]
        self._kept: dict[str, tuple[datetime, SimReply]] = {}
        self._pages: dict[str, dict[str, Any]] = {}
        self._disputed: set[str] = set()
        self._now = datetime.min.replace(tzinfo=JAKARTA)

    def answer(self, request: SimRequest, *, now: datetime) -> SimReply:
        given = request.headers.get("authorization", "")
        if given != "Basic " + base64.b64encode(f"{self._key}:".encode()).decode():
            return _said(401, "401", "Unknown Merchant server_key/id")
        if "application/json" not in request.headers.get("accept", ""):
            return _said(403, "403", "Accept header is missing")
        self.book.expire(now=now)
        self._now = now
        key = request.headers.get("idempotency-key")
        if key and request.method == "POST" and (kept := self._kept.get(key)) and now - kept[0] < KEY_LASTS:
            return kept[1]
        reply = self._route(request, now)
        if key and reply.status in {200, 201} and json.loads(reply.body).get("status_code", "200")[0] == "2":
            self._kept[key] = (now, reply)
        return reply

    def method_of(self, request: SimRequest) -> str | None:
        if request.method != "POST" or request.path not in {"/v2/charge", "/snap/v1/transactions"}:
            return None
        body = _json(request.body) or {}
        if request.path != "/v2/charge":
            return str((body.get("enabled_payments") or [CARD])[0])
        kind = str(body.get("payment_type"))
        part = body.get(kind) or {}
        sub = part.get("bank") or part.get("store") if isinstance(part, dict) else None
        return f"{kind}.{sub}" if sub else kind

    def news(self, charge: SimCharge, *, now: datetime) -> list[Letter]:
        self._now = now
        if charge.notify_url is None:
            return []
        told = self._told(charge)
        if charge.state in {ChargeState.CANCELLED, ChargeState.EXPIRED}:
            told["status_code"] = "202"
        told["status_message"] = "midtrans payment notification"
        told["signature_key"] = self._signature(told)
        return [self._letter(charge, told)]

    def forged(self, letter: Letter) -> Letter:
        told = json.loads(letter.body)
        told["signature_key"] = hashlib.sha512(b"forged").hexdigest()
        return Letter(letter.gateway, letter.about, letter.url, letter.headers, json.dumps(told).encode())

    def bank_may(self, charge: SimCharge) -> tuple[BankDeed, ...]:
        """A chargeback is the last word of theirs: their reference knows no way back from it."""
        there = charge.method == CARD and charge.state is ChargeState.PAID and charge.id not in self._disputed
        return (BankDeed.DISPUTE,) if there else ()

    def bank_does(self, charge: SimCharge, deed: BankDeed, *, now: datetime) -> None:
        if deed not in self.bank_may(charge):
            raise NotPossible(deed)
        self._now = now
        self._disputed.add(charge.id)

    def pick(self, token: str, *, card: str | None = None, now: datetime) -> SimCharge:
        """The buyer pays on Snap's page, by the first way it offers: only now is there a transaction.

        Args:
            card: How the card begins they type; None is one the page takes.

        Raises:
            ValueError: The page takes no such card, and there is no transaction.
        """
        page = self._pages[token]
        ranges = (page.get("credit_card") or {}).get("whitelist_bins")
        if card is not None and ranges and not card.startswith(tuple(ranges)):
            message = "this card is not allowed here"
            raise ValueError(message)
        return self._made(
            page["transaction_details"]["order_id"],
            int(page["transaction_details"]["gross_amount"]),
            (page.get("enabled_payments") or [CARD])[0],
            now,
            now + timedelta(minutes=10),
            page["notify_url"],
        )

    def _route(self, request: SimRequest, now: datetime) -> SimReply:
        parts = request.path.strip("/").split("/")
        match (request.method, parts):
            case ("POST", ["v2", "charge"]):
                return self._charge(request, now)
            case ("POST", ["snap", "v1", "transactions"]):
                return self._page(request)
            case ("GET", ["v2", name, "status"]):
                charge = self.book.find(name)
                return _unknown() if charge is None else self._stands(charge)
            case ("POST", ["v2", name, "cancel"]):
                return self._moved(name, ChargeState.CANCELLED, now)
            case ("POST", ["v2", name, "expire"]):
                return self._moved(name, ChargeState.EXPIRED, now)
            case ("POST", ["v2", name, "refund"] | ["v2", name, "refund", "online", "direct"]):
                return self._refund(name, request, now)
            case _:
                return _said(404, "404", "The requested resource is not found")

    def _charge(self, request: SimRequest, now: datetime) -> SimReply:
        body = _json(request.body)
        if body is None:
            return _said(200, "413", "The request cannot be processed due to malformed syntax")
        details = body.get("transaction_details") or {}
        order_id, amount = details.get("order_id"), details.get("gross_amount")
        if not isinstance(order_id, str) or not isinstance(amount, int) or amount <= 0:
            return _said(200, "400", "One or more parameters in the payload is invalid.")
        items = body.get("item_details") or []
        if items and sum(item["price"] * item["quantity"] for item in items) != amount:
            return _said(200, "400", "gross_amount is not equal to the sum of item_details")
        if self.book.find(order_id) is not None:
            return _said(
                200, "406", "The request could not be completed due to a conflict with the current state"
            )
        method = self.method_of(request) or ""
        if method == "ovo" and not (body.get("ovo") or {}).get("payer_phone_number"):
            return _said(200, "400", "One or more parameters in the payload is invalid.")
        expiry = body.get("custom_expiry") or {}
        ends = now + timedelta(minutes=int(expiry.get("expiry_duration", 1440)))
        notify = request.headers.get("x-override-notification")
        charge = self._made(order_id, amount, method, now, ends, notify)
        if not self._equip(charge, method):
            return _said(200, "402", "Payment channel is not activated.")
        told = self._told(charge)
        return _json_reply(
            200, told | {"status_code": "201", "status_message": "Success, transaction is created"}
        )

    def _page(self, request: SimRequest) -> SimReply:
        body = _json(request.body)
        details = (body or {}).get("transaction_details") or {}
        if body is None or not isinstance(details.get("order_id"), str):
            return _json_reply(400, {"error_messages": ["transaction_details.order_id is required"]})
        token = str(uuid5(_NAMES, f"page {details['order_id']}"))
        if token in self._pages:
            return _json_reply(400, {"error_messages": ["transaction_details.order_id sudah digunakan"]})
        self._pages[token] = body | {"notify_url": request.headers.get("x-override-notification")}
        page = f"https://app.sandbox.midtrans.com/snap/v3/redirection/{token}"
        return _json_reply(201, {"token": token, "redirect_url": page})

    def _made(
        self, order_id: str, amount: int, method: str, now: datetime, ends: datetime, notify: str | None
    ) -> SimCharge:
        charge = SimCharge(
            self.name,
            str(uuid5(_NAMES, f"{order_id} {self.book.next_number()}")),
            order_id,
            method,
            amount,
            now,
            ends,
            notify_url=notify,
        )
        self.book.add(charge)
        return charge

    def _equip(self, charge: SimCharge, method: str) -> bool:
        """Give the buyer something to pay with; False for a method the account does not have."""
        number = f"{self.book.next_number():08d}"
        kind, _, sub = method.partition(".")
        page = f"https://simulator.sandbox.midtrans.com/{kind}/{charge.id}"
        shown: dict[str, dict[str, Any]] = {
            "bank_transfer": {"va_numbers": [{"bank": sub, "va_number": f"88{number}"}]},
            "permata": {"permata_va_number": f"8625{number}"},
            "echannel": {"bill_key": number, "biller_code": "70012"},
            "qris": {
                "qr_string": f"00020101021226620014COM.GO-JEK.WWW{number}",
                "acquirer": "gopay",
                "actions": [{"name": "generate-qr-code", "method": "GET", "url": f"{page}/qr"}],
            },
            "gopay": {
                "actions": [{"name": "deeplink-redirect", "method": "GET", "url": f"gojek://{charge.id}"}]
            },
            "shopeepay": {
                "actions": [{"name": "deeplink-redirect", "method": "GET", "url": f"shopeeid://{charge.id}"}]
            },
            # It asks in the owner's app; there is nothing to show.
            "ovo": {},
            "dana": {"redirect_url": page},
            "akulaku": {"redirect_url": page},
            "kredivo": {"redirect_url": page},
            "cstore": {"payment_code": number, "store": sub},
        }
        charge.extra = dict(shown.get(kind, {}))
        return kind in shown

    def _stands(self, charge: SimCharge) -> SimReply:
        told = self._told(charge)
        if charge.method == "dana":
            # A stored sample of theirs shouts.
            told["transaction_status"] = told["transaction_status"].upper()
        return _json_reply(200, told | {"status_message": "Success, transaction is found"})

    def _moved(self, name: str, state: ChargeState, now: datetime) -> SimReply:
        charge = self.book.find(name)
        if charge is None:
            return _unknown()
        from_ = {ChargeState.PENDING}
        if state is ChargeState.CANCELLED:
            from_ |= {ChargeState.HELD} | ({ChargeState.PAID} if self._is_captured(charge) else set())
        try:
            self.book.move(charge, state, from_=from_, now=now)
        except NotPossible:
            return _said(200, "412", "Transaction status cannot be updated.")
        if charge.method == CARD:
            charge.paid = 0
        return _json_reply(
            200,
            self._told(charge) | {"status_code": "200", "status_message": "Success, transaction is canceled"},
        )

    def _refund(self, name: str, request: SimRequest, now: datetime) -> SimReply:
        charge, body = self.book.find(name), _json(request.body)
        if charge is None:
            return _unknown()
        if body is None:
            return _said(200, "413", "The request cannot be processed due to malformed syntax")
        if charge.method.partition(".")[0] not in REFUNDABLE:
            return _said(200, "412", "Payment type cannot be refunded")
        if self._is_captured(charge):
            return _said(200, "412", "Transaction is not settled yet")
        amount = int(body.get("amount") or charge.paid - charge.refunded)
        if charge.method in WHOLE_ONLY and amount != charge.paid:
            return _said(200, "414", "Partial refund is not allowed")
        if charge.id in self._disputed:
            return _said(200, "412", "Transaction status cannot be updated.")
        try:
            refund = self.book.refund(
                charge,
                str(body.get("refund_key")),
                amount,
                str(body.get("reason")),
                lasts=REFUND_KEY_LASTS,
                now=now,
            )
        except NotPossible as no:
            return _said(200, "414" if str(no) == "amount" else "412", "Refund is not possible")
        told = self._told(charge) | {
            "status_code": "200",
            "status_message": "Success, refund request is approved",
            "refund_chargeback_id": refund.id,
            "refund_key": refund.key,
            "refund_amount": f"{refund.amount}.00",
        }
        return _json_reply(200, told)

    def _told(self, charge: SimCharge) -> dict[str, Any]:
        word, code = WORDS[charge.state]
        captured = self._is_captured(charge)
        if captured:
            word = "capture"
        if charge.refunded and charge.state is ChargeState.PAID:
            word = "partial_refund"
        if charge.id in self._disputed:
            word = "chargeback"
        told: dict[str, Any] = {
            "status_code": code,
            "transaction_id": charge.id,
            "order_id": charge.reference,
            "merchant_id": self._merchant,
            "gross_amount": f"{charge.amount}.00",
            "currency": "IDR",
            "payment_type": charge.method.partition(".")[0],
            "transaction_time": _time(charge.made_at),
            "transaction_status": word,
            "fraud_status": "challenge" if charge.state is ChargeState.HELD else "accept",
            "expiry_time": _time(charge.expires_at),
        }
        if (
            charge.state in {ChargeState.PAID, ChargeState.REVERSED, ChargeState.REFUNDED}
            and charge.changed_at
            and not captured
        ):
            told["settlement_time"] = _time(charge.changed_at)
        if charge.refunds:
            told["refund_amount"] = f"{charge.refunded}.00"
            told["refunds"] = [
                {"refund_chargeback_id": one.id, "refund_amount": f"{one.amount}.00", "refund_key": one.key}
                | ({"bank_confirmed_at": _time(one.at)} if one.confirmed else {})
                for one in charge.refunds
            ]
        if charge.paid and charge.state in {ChargeState.PENDING, ChargeState.EXPIRED, ChargeState.CANCELLED}:
            told["payment_amounts"] = [
                {"paid_at": _time(charge.changed_at or charge.made_at), "amount": f"{charge.paid}.00"}
            ]
        return told | charge.extra

    def _is_captured(self, charge: SimCharge) -> bool:
        """Whether a card's money is there and not settled yet; a chargeback comes weeks after that."""
        if charge.method != CARD or charge.state is not ChargeState.PAID or charge.refunds:
            return False
        if charge.id in self._disputed:
            return False
        return charge.changed_at is not None and self._now < settles_at(charge.changed_at)

    def _letter(self, charge: SimCharge, told: Mapping[str, Any]) -> Letter:
        headers = {"content-type": "application/json", "user-agent": "Veritrans"}
        return Letter(self.name, charge.id, charge.notify_url or "", headers, json.dumps(told).encode())

    def _signature(self, told: Mapping[str, Any]) -> str:
        text = f"{told['order_id']}{told['status_code']}{told['gross_amount']}{self._key}"
        return hashlib.sha512(text.encode()).hexdigest()


def settles_at(captured: datetime) -> datetime:
    """When a card that was captured then has settled."""
    day = captured.astimezone(JAKARTA) + timedelta(days=1)
    return day.replace(hour=SETTLES_AT_HOUR, minute=0, second=0, microsecond=0)


def _json(body: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _json_reply(status: int, told: Mapping[str, Any]) -> SimReply:
    return SimReply(status, json.dumps(told).encode())


def _said(status: int, code: str, words: str) -> SimReply:
    return _json_reply(status, {"status_code": code, "status_message": words})


def _unknown() -> SimReply:
    return _said(200, "404", "Transaction doesn't exist.")


def _time(at: datetime) -> str:
    return f"{at.astimezone(JAKARTA):%Y-%m-%d %H:%M:%S}"

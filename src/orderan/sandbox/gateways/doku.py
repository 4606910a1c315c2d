"""DOKU's own API, as far as its documentation tells: payment codes, the Checkout page, the card refund."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from orderan.sandbox.book import Book, NotPossible
from orderan.sandbox.models import ChargeState, Letter, SimCharge, SimReply, SimRequest

_WIB: Final = timezone(timedelta(hours=7))
_CHECKOUT: Final = "/checkout/v1/payment"
_REFUND: Final = "/cancellation/credit-card/refund"
_STATUS: Final = "/orders/v1/status/"
_CODES: Final = {
    "/bca-virtual-account/v2/payment-code": ("BCA", "VIRTUAL_ACCOUNT_BCA", "19006"),
    "/bni-virtual-account/v2/payment-code": ("BNI", "VIRTUAL_ACCOUNT_BNI", "84923"),
    "/bri-virtual-account/v2/payment-code": ("BRI", "VIRTUAL_ACCOUNT_BRI", "13925"),
    "/mandiri-virtual-account/v2/payment-code": ("BANK_MANDIRI", "VIRTUAL_ACCOUNT_BANK_MANDIRI", "88899"),
    "/permata-virtual-account/v2/payment-code": ("BANK_PERMATA", "VIRTUAL_ACCOUNT_BANK_PERMATA", "88560"),
    "/cimb-virtual-account/v2/payment-code": ("BANK_CIMB", "VIRTUAL_ACCOUNT_BANK_CIMB", "18990"),
    "/bsm-virtual-account/v2/payment-code": ("BANK_SYARIAH_MANDIRI", "VIRTUAL_ACCOUNT_BSI", "60592"),
    "/doku-virtual-account/v2/payment-code": ("DOKU", "VIRTUAL_ACCOUNT_DOKU", "85022"),
    "/alfa-virtual-account/v2/payment-code": ("ALFA", "ONLINE_TO_OFFLINE_ALFA", "60"),
    "/indomaret-online-to-offline/v2/payment-code": ("INDOMARET", "ONLINE_TO_OFFLINE_INDOMARET", "70"),
}
_STATES: Final = {
    ChargeState.PENDING: "PENDING",
    ChargeState.HELD: "REDIRECT",
    ChargeState.PAID: "SUCCESS",
    ChargeState.DECLINED: "FAILED",
    ChargeState.EXPIRED: "EXPIRED",
    ChargeState.REFUNDED: "REFUNDED",
}
_HEADERS: Final = ("client-id", "request-id", "request-timestamp", "signature")
_LONGEST_ID: Final = 128
_ID_LASTS: Final = timedelta(days=1)
"""Their documentation does not say how long."""
_LONGEST_INVOICE: Final = 64


class _Wrong(Exception):
    """Not as it should be.

    Attributes:
        reply: What to say to that.
    """

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.reply = _reply(
            status, {"error": {"code": code, "message": message, "type": "invalid_request_error"}}
        )


class DokuSimulator:
    """See `Simulator`.

    Attributes:
        knows_pages: Whether the status of a page is told before the buyer chose, as it is to accounts
            since December 2024.
    """

    name = "doku"

    def __init__(self, credentials: Mapping[str, str], *, knows_pages: bool = True) -> None:
        self.book = Book()
        self.knows_pages = knows_pages
        self._id = credentials["client_id"]
        self._secret = credentials["secret_key"]
        self._answered: dict[str, tuple[bytes, SimReply, datetime]] = {}

    def answer(self, request: SimRequest, *, now: datetime) -> SimReply:
        self.book.expire(now=now)
        does = {_CHECKOUT: self._checkout, _REFUND: self._refund} | dict.fromkeys(_CODES, self._code)
        asks = request.path.startswith(_STATUS)
        if request.method != ("GET" if asks else "POST") or not (asks or request.path in does):
            return _reply(404, {"message": "no Route matched with those values"})
        try:
            self._check(request)
            if asks:
                return self._status(unquote(request.path.removeprefix(_STATUS)))
            name = request.headers["request-id"]
            before = self._answered.get(name)
            if before is not None and before[0] == request.body and now - before[2] < _ID_LASTS:
                return replace(before[1], status=409)
            reply = does[request.path](request, now)
        except _Wrong as wrong:
            return wrong.reply
        self._answered[name] = (request.body, reply, now)
        return reply

    def method_of(self, request: SimRequest) -> str | None:
        if request.method != "POST":
            return None
        if request.path in _CODES:
            return _CODES[request.path][1]
        if request.path != _CHECKOUT:
            return None
        try:
            types = _members(request.body)["payment"]["payment_method_types"]
        except (_Wrong, KeyError, TypeError):
            return None
        return str(types[0]) if types else None

    def news(self, charge: SimCharge, *, now: datetime) -> list[Letter]:
        """They write of what was paid, failed or paid back, and keep silent about what ended unpaid."""
        if charge.notify_url is None or charge.state not in {
            ChargeState.PAID,
            ChargeState.DECLINED,
            ChargeState.REFUNDED,
        }:
            return []
        body = _bytes(self._told(charge, notice=True))
        told = {
            "Client-Id": self._id,
            "Request-Id": f"doku-{self.book.next_number()}",
            "Request-Timestamp": f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        }
        target = urlsplit(charge.notify_url).path
        signed = self._sign([*told.values()], target, body)
        return [
            Letter(
                self.name,
                charge.id,
                charge.notify_url,
                told | {"Signature": signed, "Content-Type": "application/json"},
                body,
            )
        ]

    def forged(self, letter: Letter) -> Letter:
        told = dict(letter.headers) | {
            "Signature": "HMACSHA256=" + base64.b64encode(b"not the key of anybody..........").decode()
        }
        return replace(letter, headers=told)

    def _check(self, request: SimRequest) -> None:
        for name in _HEADERS:
            if not request.headers.get(name):
                raise _Wrong(400, "invalid_header", f"Header {name} is mandatory")
        client, name, at, signature = (request.headers[one] for one in _HEADERS)
        if client != self._id:
            raise _Wrong(401, "invalid_client_id", "Invalid Client-Id")
        if len(name) > _LONGEST_ID:
            raise _Wrong(400, "invalid_header", "Request-Id is too long")
        body = None if request.method == "GET" else request.body
        if not hmac.compare_digest(self._sign([client, name, at], request.path, body), signature):
            raise _Wrong(401, "invalid_signature", "Invalid Header Signature")

    def _sign(self, told: list[str], target: str, body: bytes | None) -> str:
        names = ("Client-Id", "Request-Id", "Request-Timestamp")
        text = "".join(f"{name}:{value}\n" for name, value in zip(names, told, strict=True))
        text += f"Request-Target:{target}"
        if body is not None:
            text += "\nDigest:" + base64.b64encode(hashlib.sha256(body).digest()).decode()
        made = hmac.digest(self._secret.encode(), text.encode(), "sha256")
        return "HMACSHA256=" + base64.b64encode(made).decode()

    def _code(self, request: SimRequest, now: datetime) -> SimReply:
        told = _members(request.body)
        acquirer, channel, prefix = _CODES[request.path]
        store = channel.startswith("ONLINE")
        service = "ONLINE_TO_OFFLINE" if store else "VIRTUAL_ACCOUNT"
        info = told.get("online_to_offline_info" if store else "virtual_account_info")
        if not isinstance(info, dict) or not isinstance(info.get("expired_time"), int):
            raise _Wrong(400, "invalid_parameter", "expired_time is mandatory")
        charge = self._open(request, told, now, minutes=info["expired_time"])
        charge.method = channel
        charge.number = f"{prefix}{self.book.next_number():011d}"
        charge.extra |= {"service": service, "acquirer": acquirer, "channel": channel}
        made = {
            "payment_code" if store else "virtual_account_number": charge.number,
            "how_to_pay_page": f"https://jokul.doku.com/how-to-pay/{charge.number}",
            "created_date": _local(now),
            "expired_date": _local(charge.expires_at),
            "expired_date_utc": f"{charge.expires_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        }
        return _reply(
            200,
            {
                "order": {"invoice_number": charge.reference},
                "online_to_offline_info" if store else "virtual_account_info": made,
            },
        )

    def _checkout(self, request: SimRequest, now: datetime) -> SimReply:
        told = _members(request.body)
        payment = told.get("payment")
        if not isinstance(payment, dict):
            return _reply(400, {"message": ["PAYMENT IS MANDATORY"]})
        types = payment.get("payment_method_types") or [""]
        charge = self._open(request, told, now, minutes=int(payment.get("payment_due_date", 60)))
        charge.method = str(types[0])
        token = f"{charge.id}-token"
        charge.number = f"https://sandbox.doku.com/checkout-link-v2/{token}"
        charge.extra |= {"service": None, "acquirer": None, "channel": None, "page": True}
        return _reply(
            200,
            {
                "message": ["SUCCESS"],
                "response": {
                    "order": told["order"],
                    "payment": {
                        "payment_method_types": types,
                        "payment_due_date": payment.get("payment_due_date"),
                        "token_id": token,
                        "url": charge.number,
                        "expired_date": _local(charge.expires_at),
                    },
                    "headers": {"client_id": self._id, "request_id": request.headers["request-id"]},
                },
            },
        )

    def _open(self, request: SimRequest, told: dict[str, Any], now: datetime, *, minutes: int) -> SimCharge:
        order = told.get("order")
        order = order if isinstance(order, dict) else {}
        invoice, amount = order.get("invoice_number"), order.get("amount")
        if not isinstance(invoice, str) or not 0 < len(invoice) <= _LONGEST_INVOICE:
            raise _Wrong(400, "invalid_parameter", "order.invoice_number is not valid")
        if not isinstance(amount, int) or amount <= 0:
            raise _Wrong(400, "invalid_parameter", "order.amount is not valid")
        if self.book.find(invoice) is not None:
            raise _Wrong(400, "invalid_parameter", "order.invoice_number is already used")
        charge = SimCharge(
            self.name,
            f"doku-{self.book.next_number()}",
            invoice,
            "",
            amount,
            now,
            now + timedelta(minutes=minutes),
            notify_url=told.get("additional_info", {}).get("override_notification_url"),
            extra={"request_id": request.headers["request-id"]},
        )
        self.book.add(charge)
        return charge

    def _status(self, name: str) -> SimReply:
        charge = self.book.find(name) or next(
            (one for one in self.book.all() if one.extra["request_id"] == name), None
        )
        hidden = charge is not None and not self.knows_pages and self._untouched(charge)
        if charge is None or hidden:
            raise _Wrong(404, "data_not_found", "Data not found")
        return _reply(200, self._told(charge, notice=False))

    def _refund(self, request: SimRequest, now: datetime) -> SimReply:
        told = _members(request.body)
        invoice = str(told.get("order", {}).get("invoice_number"))
        charge = self.book.find(invoice)
        if charge is None or charge.extra["request_id"] != told.get("payment", {}).get("original_request_id"):
            raise _Wrong(404, "data_not_found", "Data not found")
        if charge.method != "CREDIT_CARD":
            raise _Wrong(400, "invalid_parameter", "transaction cannot be refunded")
        amount = told.get("refund", {}).get("amount")
        try:
            name = request.headers["request-id"]
            refund = self.book.refund(charge, name, int(amount), "", lasts=_ID_LASTS, now=now)
        except (NotPossible, TypeError, ValueError) as fault:
            raise _Wrong(400, "invalid_parameter", "refund.amount is not valid") from fault
        refund.confirmed = True
        return _reply(
            200,
            {
                "order": {"invoice_number": invoice},
                "payment": told["payment"],
                "refund": {
                    "amount": refund.amount,
                    "type": _kind(charge),
                    "status": "SUCCESS",
                    "message": "Approved",
                    "approval_code": refund.id,
                },
            },
        )

    def _untouched(self, charge: SimCharge) -> bool:
        return bool(charge.extra.get("page")) and charge.state in {ChargeState.PENDING, ChargeState.EXPIRED}

    def _told(self, charge: SimCharge, *, notice: bool) -> dict[str, Any]:
        service = charge.extra["service"]
        touched = not self._untouched(charge)
        if charge.extra.get("page") and touched:
            service = charge.method.rsplit("_", 1)[0]
        word = "REFUNDED" if charge.refunds else _STATES[charge.state]
        at = charge.changed_at or charge.made_at
        told: dict[str, Any] = {
            "order": {"invoice_number": charge.reference, "amount": charge.amount},
            "transaction": {
                "status": word,
                "date": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
                "original_request_id": charge.extra["request_id"],
            },
            "service": {"id": service},
            "acquirer": {"id": charge.extra["acquirer"]},
            "channel": {"id": charge.method if touched else charge.extra["channel"]},
        }
        if not touched and not notice:
            expired = charge.state is ChargeState.EXPIRED
            told["order"]["status"] = "ORDER_EXPIRED" if expired else "ORDER_GENERATED"
            told["transaction"] = None
        if service == "VIRTUAL_ACCOUNT":
            told["virtual_account_info"] = {"virtual_account_number": charge.number}
        if service == "ONLINE_TO_OFFLINE":
            told["online_to_offline_info"] = {"payment_code": charge.number}
        if charge.refunds:
            told["refund"] = {"amount": charge.refunded, "type": _kind(charge), "status": "SUCCESS"}
        return told


def _kind(charge: SimCharge) -> str:
    return "FULL_REFUND" if charge.refunded == charge.amount else "PARTIAL_REFUND"


def _members(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except ValueError as fault:
        raise _Wrong(400, "invalid_json", "Invalid JSON") from fault
    return told if isinstance(told, dict) else {}


def _local(at: datetime) -> str:
    return f"{at.astimezone(_WIB):%Y%m%d%H%M%S}"


def _bytes(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told, separators=(",", ":")).encode()


def _reply(status: int, told: Mapping[str, Any]) -> SimReply:
    return SimReply(status, _bytes(told))

"""Duitku as it answers and writes.

The answers to an order id it has already, and to one it never heard of, are not in its documentation;
here they are an HTTP error with a message, as its other errors are.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import md5
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from orderan.sandbox.book import Book
from orderan.sandbox.models import ChargeState, Letter, SimCharge, SimReply, SimRequest

_VIRTUAL: Final = ("BC", "I1", "BR", "M2", "BT", "B1", "BV", "DM", "VA", "NC", "S1", "AG", "A1")
_COUNTER: Final = ("IR", "FT")
_QR: Final = ("SP", "NQ", "GQ", "SQ")
_APP: Final = ("SA",)
_PAGE: Final = ("OV", "DA", "LF", "LA", "JP", "VC", "DN", "AT", "T1", "T2", "T3")
_METHODS: Final = (*_VIRTUAL, *_COUNTER, *_QR, *_APP, *_PAGE)

_DEFAULT_MINUTES: Final = {"VC": 30, "OV": 10, "SP": 10, "SA": 10, "LA": 24, "LF": 24, "JP": 10, "AT": 720}
_MOST_MINUTES: Final = {"SP": 60, "SA": 60, "NQ": 1440}
_LEAST: Final = 10_000
_FEE: Final = 4_000

_STATUS: Final = {
    ChargeState.PENDING: ("01", "PROCESS"),
    ChargeState.HELD: ("01", "PROCESS"),
    ChargeState.PAID: ("00", "SUCCESS"),
    ChargeState.REFUNDED: ("00", "SUCCESS"),
    ChargeState.DECLINED: ("02", "CANCELED"),
    ChargeState.EXPIRED: ("02", "CANCELED"),
    ChargeState.CANCELLED: ("02", "CANCELED"),
    ChargeState.REVERSED: ("02", "CANCELED"),
}
_RESULT: Final = {ChargeState.PAID: "00", ChargeState.DECLINED: "01"}


class DuitkuSimulator:
    """One merchant code at Duitku."""

    name = "duitku"

    def __init__(self, credentials: Mapping[str, str]) -> None:
        self.book = Book()
        self._merchant = credentials["merchant_code"]
        self._key = credentials["api_key"]

    def answer(self, request: SimRequest, *, now: datetime) -> SimReply:
        self.book.expire(now=now)
        calls = {
            "/webapi/api/merchant/v2/inquiry": self._inquiry,
            "/webapi/api/merchant/transactionStatus": self._status,
        }
        call = calls.get(request.path)
        if call is None:
            return SimReply(404, b"<html>The resource cannot be found.</html>", {"content-type": "text/html"})
        if request.method != "POST":
            return _wrong(405, "The requested resource does not support this http method.")
        asked = _read(request.body)
        if asked is None:
            return _wrong(400, "An error has occurred.")
        if asked.get("merchantCode") != self._merchant:
            return _wrong(404, "Merchant not found")
        return call(asked, now)

    def method_of(self, request: SimRequest) -> str | None:
        if not request.path.endswith("/inquiry"):
            return None
        asked = _read(request.body) or {}
        method = asked.get("paymentMethod")
        return method if isinstance(method, str) else None

    def news(self, charge: SimCharge, *, now: datetime) -> list[Letter]:
        result = _RESULT.get(charge.state)
        if result is None or charge.notify_url is None:
            return []
        amount = str(charge.amount)
        fields = {
            "merchantCode": self._merchant,
            "amount": amount,
            "merchantOrderId": charge.reference,
            "productDetail": charge.extra["details"],
            "additionalParam": "",
            "paymentCode": charge.method,
            "resultCode": result,
            "merchantUserId": "",
            "reference": charge.id,
            "signature": self._sign(amount, charge.reference),
            "publisherOrderId": f"MGU{charge.id[-6:]}",
            "settlementDate": f"{(charge.changed_at or now) + timedelta(days=1):%Y-%m-%d}",
        }
        if charge.method in _QR:
            fields["issuerCode"] = "93600914"
        return [
            Letter(
                self.name,
                charge.id,
                charge.notify_url,
                {"Content-Type": "application/x-www-form-urlencoded"},
                urlencode(fields).encode(),
            )
        ]

    def forged(self, letter: Letter) -> Letter:
        fields = dict(parse_qsl(letter.body.decode(), keep_blank_values=True))
        fields["signature"] = fields["signature"][::-1]
        return replace(letter, body=urlencode(fields).encode())

    def _inquiry(self, asked: Mapping[str, Any], now: datetime) -> SimReply:
        order, amount, method = (
            asked.get("merchantOrderId"),
            asked.get("paymentAmount"),
            asked.get("paymentMethod"),
        )
        if not isinstance(order, str) or not 0 < len(order) <= 50:
            return _wrong(400, "merchantOrderId is mandatory")
        if not isinstance(amount, int):
            return _wrong(400, "paymentAmount is mandatory")
        if asked.get("signature") != self._sign(order, amount):
            return _wrong(401, "Wrong signature")
        if wrong := _faulty(asked, amount, method):
            return wrong
        if self.book.find(order) is not None:
            return _wrong(409, "Duplicate merchantOrderId")
        return self._taken(asked, order, amount, str(method), now)

    def _taken(
        self, asked: Mapping[str, Any], order: str, amount: int, method: str, now: datetime
    ) -> SimReply:
        minutes = int(asked.get("expiryPeriod") or _DEFAULT_MINUTES.get(method, 1440))
        minutes = min(minutes, _MOST_MINUTES.get(method, minutes))
        number = self.book.next_number()
        charge = SimCharge(
            gateway=self.name,
            id=f"{self._merchant}{method}{number:010d}",
            reference=order,
            method=method,
            amount=amount,
            made_at=now,
            expires_at=now + timedelta(minutes=minutes),
            notify_url=asked["callbackUrl"],
            extra={"details": asked["productDetails"]},
        )
        answer = {
            "merchantCode": self._merchant,
            "reference": charge.id,
            "paymentUrl": f"https://sandbox.duitku.com/topup/v2/TopUpPage.aspx?ref={method}{number:08d}",
            "amount": str(amount),
            "statusCode": "00",
            "statusMessage": "SUCCESS",
        }
        if method in (*_VIRTUAL, *_COUNTER):
            charge.number = answer["vaNumber"] = f"7007014{number:09d}"
        elif method in _QR:
            charge.number = answer["qrString"] = f"00020101021226620016ID.DUITKU.WWW{number:010d}6304"
        elif method in _APP:
            answer["appUrl"] = f"https://wsa.wallet.airpay.co.id/universal-link/pay?order_id={number}"
        self.book.add(charge)
        return _json(200, answer)

    def _status(self, asked: Mapping[str, Any], now: datetime) -> SimReply:
        del now
        order = asked.get("merchantOrderId")
        if not isinstance(order, str) or asked.get("signature") != self._sign(order):
            return _wrong(401, "Wrong signature")
        charge = self.book.find(order)
        if charge is None or charge.reference != order:
            return _wrong(404, "Transaction not found")
        code, word = _STATUS[charge.state]
        return _json(
            200,
            {
                "merchantOrderId": order,
                "reference": charge.id,
                "amount": str(charge.amount),
                "fee": f"{_FEE}.00",
                "statusCode": code,
                "statusMessage": word,
            },
        )

    def _sign(self, *parts: str | int) -> str:
        text = "".join([self._merchant, *map(str, parts), self._key])
        return md5(text.encode()).hexdigest()  # noqa: S324 - Duitku's own signature


def _faulty(asked: Mapping[str, Any], amount: int, method: object) -> SimReply | None:
    missing = [
        name
        for name in ("productDetails", "email", "customerVaName", "callbackUrl", "returnUrl")
        if not isinstance(asked.get(name), str) or not asked[name]
    ]
    if missing:
        return _wrong(400, f"{missing[0]} is mandatory")
    if len(asked["customerVaName"]) > 20:
        return _wrong(400, "customerVaName is too long")
    if amount < _LEAST:
        return _wrong(400, f"Minimum Payment {_LEAST} IDR")
    if method not in _METHODS:
        return _wrong(404, "Payment channel not available")
    items = asked.get("itemDetails")
    if items is not None and sum(item["price"] for item in items) != amount:
        return _wrong(409, "Payment amount must be equal to all item price")
    return None


def _read(body: bytes) -> dict[str, Any] | None:
    try:
        read = json.loads(body)
    except ValueError:
        return None
    return read if isinstance(read, dict) else None


def _wrong(status: int, message: str) -> SimReply:
    return _json(status, {"Message": message})


def _json(status: int, body: Mapping[str, Any]) -> SimReply:
    return SimReply(status, json.dumps(body).encode())

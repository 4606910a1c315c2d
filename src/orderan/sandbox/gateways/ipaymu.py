"""iPaymu as it answers and writes.

That it refuses a reference it has already, and how, is not in its documentation; here it is a 400 with a
message, as its other errors are.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from hmac import digest
from typing import Any, Final
from urllib.parse import urlencode

from orderan.sandbox.book import Book
from orderan.sandbox.models import ChargeState, Letter, SimCharge, SimReply, SimRequest

_JAKARTA: Final = timezone(timedelta(hours=7))
_CHANNELS: Final = {
    "va": (
        "bag",
        "bca",
        "bpd_bali",
        "bni",
        "cimb",
        "mandiri",
        "bmi",
        "bri",
        "bsi",
        "permata",
        "danamon",
        "btn",
    ),
    "cstore": ("alfamart", "indomaret"),
    "qris": ("mpm",),
    "cc": ("cc",),
    "paylater": ("akulaku",),
    "ewallet": ("dana", "shopeepay"),
}
_OWN_HOURS: Final = {"va/bca": 12.0, "cstore/alfamart": 24.0, "qris/mpm": 1 / 12}
_MOST_HOURS: Final = {"va/bsi": 3, "va/bri": 2}
_NEEDED: Final = ("name", "phone", "email", "notifyUrl", "referenceId", "paymentMethod", "paymentChannel")
_LEAST: Final = 10_000
_FEE: Final = 4_000
_MOST_ROWS: Final = 20

_STATUS: Final = {
    ChargeState.PENDING: (0, "Pending"),
    ChargeState.HELD: (7, "Escrow"),
    ChargeState.PAID: (1, "Berhasil"),
    ChargeState.DECLINED: (5, "Gagal"),
    ChargeState.EXPIRED: (-2, "Expired"),
    ChargeState.CANCELLED: (2, "Dibatalkan"),
    ChargeState.REVERSED: (4, "Error"),
    ChargeState.REFUNDED: (3, "Refund"),
}
_TOLD: Final = {ChargeState.PAID: ("berhasil", 1), ChargeState.EXPIRED: ("expired", -2)}


class IpaymuSimulator:
    """One account at iPaymu.

    Attributes:
        as_json: Whether callbacks are JSON, as an account may choose; else they are forms.
    """

    name = "ipaymu"

    def __init__(self, credentials: Mapping[str, str], *, as_json: bool = False) -> None:
        self.book = Book()
        self.as_json = as_json
        self._va = credentials["va"]
        self._key = credentials["api_key"]

    def answer(self, request: SimRequest, *, now: datetime) -> SimReply:
        self.book.expire(now=now)
        calls = {
            "/api/v2/payment/direct": self._direct,
            "/api/v2/transaction": self._transaction,
            "/api/v2/history": self._history,
        }
        call = calls.get(request.path)
        if call is None:
            return SimReply(404, b"<html>404 Not Found</html>", {"content-type": "text/html"})
        if request.method != "POST":
            return _wrong(405, "Method Not Allowed")
        hashed = sha256(request.body).hexdigest()
        right = digest(self._key.encode(), f"POST:{self._va}:{hashed}:{self._key}".encode(), "sha256").hex()
        if request.headers.get("va") != self._va or request.headers.get("signature") != right:
            return _wrong(401, "unauthorized signature")
        if len(request.headers.get("timestamp", "")) != 14:
            return _wrong(401, "unauthorized timestamp")
        asked = _read(request.body)
        return _wrong(400, "Invalid request body") if asked is None else call(asked, now)

    def method_of(self, request: SimRequest) -> str | None:
        if request.path != "/api/v2/payment/direct":
            return None
        asked = _read(request.body) or {}
        return f"{asked.get('paymentMethod')}/{asked.get('paymentChannel')}"

    def news(self, charge: SimCharge, *, now: datetime) -> list[Letter]:
        told = _TOLD.get(charge.state)
        if told is None or charge.notify_url is None:
            return []
        word, code = told
        fields: dict[str, Any] = {
            "trx_id": int(charge.id),
            "sid": charge.extra["session"],
            "reference_id": charge.reference,
            "status": word,
            "status_code": code,
            "transaction_status_code": code,
            "sub_total": str(charge.amount),
            "total": str(charge.amount),
            "amount": str(charge.amount),
            "fee": str(_FEE),
            "paid_off": charge.amount - _FEE,
            "created_at": _time(charge.made_at),
            "expired_at": _time(charge.expires_at),
            "paid_at": _time(charge.changed_at or now),
            "settlement_status": "unsettle",
            "is_escrow": False,
            "via": charge.method.partition("/")[0],
            "channel": charge.method.partition("/")[2],
            "payment_no": charge.number or "",
            "buyer_name": charge.extra["name"],
            "additional_info": [],
            "url": charge.notify_url,
        }
        # PHP's own JSON: sorted, without spaces, slashes escaped.
        text = json.dumps(dict(sorted(fields.items())), separators=(",", ":")).replace("/", "\\/")
        headers = {
            "content-type": "application/json" if self.as_json else "application/x-www-form-urlencoded",
            "x-signature": digest(self._va.encode(), text.encode(), "sha256").hex(),
            "x-timestamp": f"{now.astimezone(_JAKARTA):%Y-%m-%dT%H:%M:%S+07:00}",
            "x-external-id": f"{now:%Y%m%d%H%M%S%f}",
        }
        body = (
            json.dumps(fields)
            if self.as_json
            else urlencode({**fields, "is_escrow": 0, "additional_info": "[]"})
        )
        return [Letter(self.name, charge.id, charge.notify_url, headers, body.encode())]

    def forged(self, letter: Letter) -> Letter:
        return replace(letter, headers={**letter.headers, "x-signature": letter.headers["x-signature"][::-1]})

    def _direct(self, asked: Mapping[str, Any], now: datetime) -> SimReply:
        missing = [name for name in _NEEDED if not isinstance(asked.get(name), str) or not asked[name]]
        if missing:
            return _wrong(400, f"{missing[0]} is required")
        amount, reference = asked.get("amount"), asked["referenceId"]
        method = f"{asked['paymentMethod']}/{asked['paymentChannel']}"
        if not isinstance(amount, int) or amount < _LEAST:
            return _wrong(400, f"Minimum amount {_LEAST}")
        if asked["paymentChannel"] not in _CHANNELS.get(asked["paymentMethod"], ()):
            return _wrong(400, "Payment channel not available")
        lines = zip(asked.get("qty") or (), asked.get("price") or (), strict=True)
        if method == "ewallet/dana" and sum(quantity * price for quantity, price in lines) != amount:
            return _wrong(400, "product, qty and price are required")
        if self.book.find(reference) is not None:
            return _wrong(400, "Duplicate referenceId")
        return self._taken(asked, amount, method, now)

    def _taken(self, asked: Mapping[str, Any], amount: int, method: str, now: datetime) -> SimReply:
        hours = _OWN_HOURS.get(method, min(int(asked.get("expired") or 24), _MOST_HOURS.get(method, 24 * 30)))
        number = self.book.next_number()
        session = f"50B97F0F-E4B7-49EF-900C-{number:012d}"
        charge = SimCharge(
            self.name,
            str(341_000 + number),
            asked["referenceId"],
            method,
            amount,
            now,
            now + timedelta(hours=hours),
            notify_url=asked["notifyUrl"],
            extra={"session": session, "name": asked["name"]},
        )
        data: dict[str, Any] = {
            "SessionId": session,
            "TransactionId": int(charge.id),
            "ReferenceId": charge.reference,
            "Via": asked["paymentMethod"],
            "Channel": asked["paymentChannel"],
            "PaymentNo": None,
            "PaymentName": asked["paymentChannel"].upper(),
            "Total": amount,
            "Fee": _FEE,
            "Expired": _time(charge.expires_at),
            "Note": None,
            "Url": f"https://sandbox.ipaymu.com/payment/{session}",
        }
        match asked["paymentMethod"]:
            case "va" | "cstore":
                charge.number = data["PaymentNo"] = f"1179{number:010d}"
            case "qris":
                charge.number = data["QrString"] = f"00020101021226570011ID.IPAYMU.WWW{number:010d}6304"
        self.book.add(charge)
        return _well(data)

    def _transaction(self, asked: Mapping[str, Any], now: datetime) -> SimReply:
        del now
        name = str(asked.get("transactionId"))
        charge = self.book.find(name)
        if charge is None or charge.id != name:
            return _wrong(404, "Transaction not found")
        dates = {
            "SuccessDate": _time(charge.changed_at) if charge.paid and charge.changed_at else None,
            "ExpiredDate": _time(charge.expires_at),
            "SettlementDate": None,
        }
        return _well({**self._row(charge), "SessionId": charge.extra["session"], **dates})

    def _history(self, asked: Mapping[str, Any], now: datetime) -> SimReply:
        del now
        found = self.book.all()
        if (wanted := asked.get("status")) is not None:
            found = [charge for charge in found if str(_STATUS[charge.state][0]) == str(wanted)]
        found.sort(key=lambda charge: int(charge.id), reverse=asked.get("order") == "DESC")
        limit, page = min(int(asked.get("limit") or 10), _MOST_ROWS), int(asked.get("page") or 1)
        return _well(
            {
                "Total": len(found),
                "Per_Page": limit,
                "Current_Page": page,
                "Total_Page": max(-(-len(found) // limit), 1),
                "Results": [self._row(charge) for charge in found[(page - 1) * limit : page * limit]],
            }
        )

    def _row(self, charge: SimCharge) -> dict[str, Any]:
        code, word = _STATUS[charge.state]
        return {
            "TransactionId": int(charge.id),
            "ReferenceId": charge.reference,
            "Amount": charge.amount,
            "Fee": _FEE,
            "Status": code,
            "StatusDesc": word,
            "PaidStatus": "paid" if charge.paid else "unpaid",
            "CreatedDate": _time(charge.made_at),
        }


def _read(body: bytes) -> dict[str, Any] | None:
    try:
        read = json.loads(body)
    except ValueError:
        return None
    return read if isinstance(read, dict) else None


def _well(data: Mapping[str, Any]) -> SimReply:
    return SimReply(
        200, json.dumps({"Status": 200, "Success": True, "Message": "Success", "Data": data}).encode()
    )


def _wrong(status: int, message: str) -> SimReply:
    told = {"Status": status, "Success": False, "Message": message, "Data": []}
    return SimReply(status, json.dumps(told).encode())


def _time(at: datetime) -> str:
    return f"{at.astimezone(_JAKARTA):%Y-%m-%d %H:%M:%S}"

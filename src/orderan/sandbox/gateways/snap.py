"""A provider that speaks BI SNAP: tokens, virtual accounts, QRIS, and news signed either way."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from orderan.sandbox.book import Book, NotPossible
from orderan.sandbox.gateways.snap_told import account_paid, qr
from orderan.sandbox.gateways.snap_wire import (
    WIB,
    Wrong,
    amount_of,
    local,
    members,
    minified,
    moment_of,
    money,
    packed,
    reply,
    text_of,
)
from orderan.sandbox.models import ChargeState, Letter, SimCharge, SimReply, SimRequest

_TOKEN: Final = "/access-token/b2b"  # noqa: S105 - a path
_SERVICES: Final = {
    ("POST", _TOKEN): "73",
    ("POST", "/transfer-va/create-va"): "27",
    ("POST", "/transfer-va/status"): "26",
    ("DELETE", "/transfer-va/delete-va"): "31",
    ("POST", "/qr/qr-mpm-generate"): "47",
    ("POST", "/qr/qr-mpm-query"): "51",
    ("POST", "/qr/qr-mpm-refund"): "78",
}
_CHANGES: Final = frozenset({"27", "31", "47", "78"})
_HEADERS: Final = ("x-timestamp", "x-signature", "x-partner-id", "x-external-id", "channel-id")
_NUMBER: Final = ("partnerServiceId", "customerNo", "virtualAccountNo")
_LASTS_S: Final = 900


class SnapSimulator:
    """See `Simulator`.

    Its letters are signed with its own key, of which `public_key` is what a merchant is given; those of
    the flavour `doku` with the merchant's secret instead.
    """

    name = "snap"

    def __init__(
        self,
        credentials: Mapping[str, str],
        *,
        notify_url: str | None = None,
        key: rsa.RSAPrivateKey | None = None,
    ) -> None:
        """Know one merchant.

        Args:
            notify_url: Where it registered that news goes; SNAP has no place for that in a request.
            key: What its letters are signed with; None is a new one.
        """
        self._given = key
        self.book = Book()
        self.notify_url = notify_url
        self._told = dict(credentials)
        self._doku = credentials.get("flavour") == "doku"
        self._secret = credentials["client_secret"]
        self._tokens: dict[str, datetime] = {}
        self._answered: dict[tuple[str, str, str], tuple[bytes, SimReply]] = {}

    @cached_property
    def _key(self) -> rsa.RSAPrivateKey:
        return self._given or rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @cached_property
    def public_key(self) -> str:
        return _public_pem(self._key.public_key())

    def registered_at(self, address: str | None) -> None:
        self.notify_url = address

    def answer(self, request: SimRequest, *, now: datetime) -> SimReply:
        self.book.expire(now=now)
        service = _service(request)
        if service is None:
            return SimReply(404, b'{"responseCode":"4040000","responseMessage":"Invalid URL"}')
        try:
            if service == "73":
                return self._give_token(request, now)
            self._check(request, now)
            return self._once(service, request, now)
        except Wrong as wrong:
            return reply(service, wrong.status, wrong.case, wrong.words)

    def method_of(self, request: SimRequest) -> str | None:
        service = _service(request)
        if service == "47":
            return "qris"
        if service != "27":
            return None
        try:
            told = json.loads(request.body)["additionalInfo"]
            return str(told.get("channel") or told["bank"])
        except (ValueError, KeyError, TypeError, AttributeError):
            return None

    def forget_tokens(self) -> None:
        """Every token given so far ends now, as after a restart of theirs."""
        self._tokens.clear()

    def news(self, charge: SimCharge, *, now: datetime) -> list[Letter]:
        """A virtual account is told of once it is paid; a QR also when it fails or is paid back."""
        account = charge.method != "qris"
        told_of = (
            {ChargeState.PAID}
            if account
            else {
                ChargeState.PAID,
                ChargeState.DECLINED,
                ChargeState.REFUNDED,
            }
        )
        if charge.notify_url is None or charge.state not in told_of:
            return []
        told = account_paid(charge) if account else qr(charge) | {"merchantId": self._told["merchant_id"]}
        body = packed(told)
        path = urlsplit(charge.notify_url).path
        at = now.astimezone(WIB).isoformat(timespec="seconds")
        hashed = hashlib.sha256(body).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "X-TIMESTAMP": at,
            "X-PARTNER-ID": self._told["partner_id"],
            "X-EXTERNAL-ID": f"{self.book.next_number():032d}",
            "CHANNEL-ID": self._told["channel_id"],
        }
        if self._doku:
            headers["Authorization"] = "Bearer letter-token"
            text = f"POST:{path}:letter-token:{hashed}:{at}"
            headers["X-SIGNATURE"] = self._symmetric(text)
        else:
            made = self._key.sign(f"POST:{path}:{hashed}:{at}".encode(), padding.PKCS1v15(), hashes.SHA256())
            headers["X-SIGNATURE"] = base64.b64encode(made).decode()
        return [Letter(self.name, charge.id, charge.notify_url, headers, body)]

    def forged(self, letter: Letter) -> Letter:
        told = dict(letter.headers) | {"X-SIGNATURE": base64.b64encode(b"nobody's" * 32).decode()}
        return replace(letter, headers=told)

    def _give_token(self, request: SimRequest, now: datetime) -> SimReply:
        told = request.headers
        text = f"{told.get('x-client-key')}|{told.get('x-timestamp')}"
        try:
            merchant = serialization.load_pem_private_key(self._told["private_key"].encode(), None)
            key = merchant.public_key()
            assert isinstance(key, rsa.RSAPublicKey)
            signature = base64.b64decode(told.get("x-signature", ""), validate=True)
            key.verify(signature, text.encode(), padding.PKCS1v15(), hashes.SHA256())
        except (ValueError, InvalidSignature) as fault:
            raise Wrong(401, "00", "Unauthorized. Signature") from fault
        if told.get("x-client-key") != self._told["client_id"]:
            raise Wrong(401, "00", "Unauthorized. Unknown client")
        if members(request.body).get("grantType") != "client_credentials":
            raise Wrong(400, "02", "Invalid Mandatory Field grantType")
        token = f"token-{self.book.next_number()}"
        self._tokens[token] = now + timedelta(seconds=_LASTS_S)
        lasts: int | str = _LASTS_S if request.path.startswith("/authorization") else str(_LASTS_S)
        given = {"accessToken": token, "tokenType": "Bearer", "expiresIn": lasts}
        return reply("73", 200, "00", "Successful", given)

    def _check(self, request: SimRequest, now: datetime) -> None:
        told = request.headers
        token = told.get("authorization", "").removeprefix("Bearer ")
        if token not in self._tokens or now >= self._tokens[token]:
            raise Wrong(401, "01", "Invalid Token (B2B)")
        for name in _HEADERS:
            if not told.get(name):
                raise Wrong(400, "02", f"Invalid Mandatory Field {name.upper()}")
        hashed = hashlib.sha256(minified(request.body)).hexdigest()
        text = f"{request.method}:{request.path}:{token}:{hashed}:{told['x-timestamp']}"
        if not hmac.compare_digest(self._symmetric(text), told["x-signature"]):
            raise Wrong(401, "00", "Unauthorized. Signature")
        if told["x-partner-id"] != self._told["partner_id"]:
            raise Wrong(401, "00", "Unauthorized. Unknown partner")

    def _symmetric(self, text: str) -> str:
        return base64.b64encode(hmac.new(self._secret.encode(), text.encode(), "sha512").digest()).decode()

    def _once(self, service: str, request: SimRequest, now: datetime) -> SimReply:
        """A repetition of an external id of the day is answered as the first; other words are a conflict."""
        does = {
            "27": self._create,
            "26": self._account_status,
            "31": self._delete,
            "47": self._generate,
            "51": self._query,
            "78": self._refund,
        }
        name = (service, request.headers["x-external-id"], f"{now.astimezone(WIB):%Y%m%d}")
        body = minified(request.body)
        if service in _CHANGES and (before := self._answered.get(name)) is not None:
            if before[0] != body:
                raise Wrong(409, "00", "Conflict")
            return before[1]
        answer = does[service](members(request.body), now)
        if service in _CHANGES:
            self._answered[name] = (body, answer)
        return answer

    def _create(self, told: dict[str, Any], now: datetime) -> SimReply:
        prefix, own, number = (text_of(told, name) for name in _NUMBER)
        reference, amount = text_of(told, "trxId"), amount_of(told, "totalAmount")
        if len(prefix) != 8 or prefix.strip() != self._told["partner_service_id"].strip():
            raise Wrong(400, "01", "Invalid Field Format partnerServiceId")
        if not own.isdigit() or len(own) > 20 or number != prefix + own:
            raise Wrong(400, "01", "Invalid Field Format virtualAccountNo")
        known = self.book.find(number.strip())
        if self.book.find(reference) is not None or (known and known.state is ChargeState.PENDING):
            raise Wrong(409, "01", "Duplicate partnerReferenceNo")
        ends = moment_of(told, "expiredDate")
        info = told.get("additionalInfo") or {}
        if not (info.get("channel") or info.get("bank")):
            raise Wrong(400, "02", "Invalid Mandatory Field additionalInfo")
        charge = SimCharge(
            self.name,
            number.strip(),
            reference,
            str(info.get("channel") or info.get("bank")),
            amount,
            now,
            ends,
            number=number.strip(),
            notify_url=self.notify_url,
            extra={name: told[name] for name in _NUMBER}
            | {"virtualAccountName": text_of(told, "virtualAccountName")},
        )
        self.book.add(charge)
        data = charge.extra | {
            "trxId": reference,
            "totalAmount": money(amount),
            "expiredDate": local(ends),
            "additionalInfo": {"channel": charge.method, "howToPayPage": "", "howToPayApi": ""},
        }
        if self._doku:
            del data["expiredDate"]
        return reply("27", 200, "00", "Successful", {"virtualAccountData": data})

    def _account_status(self, told: dict[str, Any], _: datetime) -> SimReply:
        charge = self._account(told)
        if charge.state is ChargeState.EXPIRED:
            raise Wrong(404, "19", "Bill expired")
        data = {name: charge.extra[name] for name in _NUMBER} | {
            "inquiryRequestId": told.get("inquiryRequestId", ""),
            "paidAmount": money(charge.paid),
        }
        words = {"00": ("Success", "Sukses"), "03": ("Pending", "Menunggu")}
        flag = "00" if charge.state is ChargeState.PAID else "03"
        data["paymentFlagReason"] = dict(zip(("english", "indonesia"), words[flag], strict=True))
        if charge.changed_at is not None:
            data["paymentRequestId"] = f"pay-{charge.id}"
        if self._doku:
            data["billDetails"] = [{"billAmount": money(charge.amount)}]
            info = {"acquirer": charge.method}
            return reply("26", 200, "00", "Successful", {"virtualAccountData": data, "additionalInfo": info})
        data |= {
            "trxId": charge.reference,
            "paymentFlagStatus": flag,
            "totalAmount": money(charge.amount),
            "transactionDate": local(charge.changed_at or charge.made_at),
        }
        return reply("26", 200, "00", "Successful", {"virtualAccountData": data, "additionalInfo": {}})

    def _delete(self, told: dict[str, Any], now: datetime) -> SimReply:
        charge = self._account(told)
        if charge.state is ChargeState.PAID:
            raise Wrong(404, "14", "Paid Bill")
        if charge.state is ChargeState.EXPIRED:
            raise Wrong(404, "19", "Bill expired")
        self.book.move(charge, ChargeState.CANCELLED, from_={ChargeState.PENDING}, now=now)
        data = {name: charge.extra[name] for name in _NUMBER} | {
            "trxId": charge.reference,
            "additionalInfo": {"channel": charge.method, "virtualAccountConfig": ""},
        }
        return reply("31", 200, "00", "Successful", {"virtualAccountData": data})

    def _account(self, told: dict[str, Any]) -> SimCharge:
        charge = self.book.find(text_of(told, "virtualAccountNo").strip())
        if charge is None or charge.state is ChargeState.CANCELLED:
            raise Wrong(404, "12", "Invalid Bill/Virtual Account")
        return charge

    def _generate(self, told: dict[str, Any], now: datetime) -> SimReply:
        reference, amount = text_of(told, "partnerReferenceNo"), amount_of(told, "amount")
        if text_of(told, "merchantId") != self._told["merchant_id"]:
            raise Wrong(404, "08", "Invalid Merchant")
        if self.book.find(reference) is not None:
            raise Wrong(409, "01", "Duplicate partnerReferenceNo")
        ends = moment_of(told, "validityPeriod")
        name = f"A{self.book.next_number():012d}"
        info = told.get("additionalInfo") or {}
        if self._doku and not (told.get("terminalId") and info.get("postalCode") and info.get("feeType")):
            raise Wrong(400, "02", "Invalid Mandatory Field terminalId, postalCode or feeType")
        charge = SimCharge(
            self.name,
            name,
            reference,
            "qris",
            amount,
            now,
            ends,
            number=f"00020101021226SNAP{name}5303360540{amount}5802ID6304ABCD",
            notify_url=self.notify_url,
        )
        self.book.add(charge)
        given = {
            "referenceNo": name,
            "partnerReferenceNo": reference,
            "qrContent": charge.number,
            "terminalId": told.get("terminalId"),
            "additionalInfo": {"validityPeriod": local(ends)},
        }
        return reply("47", 200, "00", "Successful", given)

    def _query(self, told: dict[str, Any], _: datetime) -> SimReply:
        return reply("51", 200, "00", "Successful", qr(self._found(told)) | {"serviceCode": "47"})

    def _refund(self, told: dict[str, Any], now: datetime) -> SimReply:
        charge = self._found(told)
        key, amount = text_of(told, "partnerRefundNo"), amount_of(told, "refundAmount")
        if any(one.key == key for one in charge.refunds):
            raise Wrong(409, "01", "Duplicate partnerRefundNo")
        try:
            refund = self.book.refund(charge, key, amount, str(told.get("reason", "")), now=now)
        except NotPossible as fault:
            raise Wrong(403, "15", "Transaction Not Permitted") from fault
        refund.confirmed = True
        given = {
            "originalPartnerReferenceNo": charge.reference,
            "originalReferenceNo": charge.id,
            "refundNo": refund.id,
            "partnerRefundNo": key,
            "refundAmount": money(amount),
            "refundTime": local(now),
        }
        return reply("78", 200, "00", "Successful", given)

    def _found(self, told: dict[str, Any]) -> SimCharge:
        if told.get("merchantId") != self._told["merchant_id"]:
            raise Wrong(404, "08", "Invalid Merchant")
        charge = self.book.find(text_of(told, "originalPartnerReferenceNo"))
        if charge is None or charge.method != "qris":
            raise Wrong(404, "01", "Transaction Not Found")
        return charge


def _service(request: SimRequest) -> str | None:
    for (method, tail), service in _SERVICES.items():
        if request.method == method and request.path.endswith(tail):
            return service
    return None


def _public_pem(key: rsa.RSAPublicKey) -> str:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(serialization.Encoding.PEM, form).decode()

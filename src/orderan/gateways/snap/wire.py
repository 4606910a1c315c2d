"""How SNAP is written: requests, headers, both signatures. Pure.

    asymmetric   RSA: `client|time` for a token, `METHOD:path:hash:time` for what they send us
    symmetric    HMAC: `METHOD:path:token:hash:time` for everything asked with a token

Neither covers a header but the time, so what a header says decides nothing.

Source: Bank Indonesia's SNAP standard as Midtrans' and DOKU's references and clients tell it. The paths
of QRIS and of a virtual account's status are the standard's; no provider was asked.
"""

import base64
import hashlib
import hmac
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Final

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from orderan.gateways.models import ChargeAsked, RefundAsked

WESTERN: Final = timezone(timedelta(hours=7))
PREFIX_LENGTH: Final = 8
NUMBER_LENGTH: Final = 16
"""Of a virtual account, as far as the prefix leaves room: what every bank's keypad takes."""
LEAST_OWN_DIGITS: Final = 10
"""Fewer, and two charges would come to the same number."""
_BLANKS: Final = re.compile(rb'("[^"\\]*+(?:\\.[^"\\]*+)*+"?)|[ \t\r\n]+', re.DOTALL)
"""A text, or blanks outside of one. It never goes back, so that nobody's bytes keep it busy."""
_NAME: Final = re.compile(r"[^a-zA-Z0-9.\-/+,=_:'@% ]+")
"""What DOKU takes for no part of a name."""


@dataclass(frozen=True, slots=True)
class Paths:
    """Where a provider has the services; the standard fixes only how they end."""

    access: str
    create_va: str
    va_status: str
    delete_va: str
    qr_generate: str
    qr_query: str
    qr_refund: str


PATHS: Final = {
    "bi": Paths(
        access="/v1.0/access-token/b2b",
        create_va="/v1.0/transfer-va/create-va",
        va_status="/v1.0/transfer-va/status",
        delete_va="/v1.0/transfer-va/delete-va",
        qr_generate="/v1.0/qr/qr-mpm-generate",
        qr_query="/v1.0/qr/qr-mpm-query",
        qr_refund="/v1.0/qr/qr-mpm-refund",
    ),
    "doku": Paths(
        access="/authorization/v1/access-token/b2b",
        create_va="/virtual-accounts/bi-snap-va/v1.1/transfer-va/create-va",
        va_status="/orders/v1.0/transfer-va/status",
        delete_va="/virtual-accounts/bi-snap-va/v1.1/transfer-va/delete-va",
        qr_generate="/snap-adapter/b2b/v1.0/qr/qr-mpm-generate",
        qr_query="/snap-adapter/b2b/v1.0/qr/qr-mpm-query",
        qr_refund="/snap-adapter/b2b/v1.0/qr/qr-mpm-refund",
    ),
}

DOKU_CHANNELS: Final = {
    "va_bca": "VIRTUAL_ACCOUNT_BCA",
    "va_bni": "VIRTUAL_ACCOUNT_BNI",
    "va_bri": "VIRTUAL_ACCOUNT_BRI",
    "va_mandiri": "VIRTUAL_ACCOUNT_BANK_MANDIRI",
    "va_permata": "VIRTUAL_ACCOUNT_BANK_PERMATA",
    "va_cimb": "VIRTUAL_ACCOUNT_BANK_CIMB",
    "va_bsi": "VIRTUAL_ACCOUNT_BSI",
    "va_danamon": "VIRTUAL_ACCOUNT_BANK_DANAMON",
    "va_maybank": "VIRTUAL_ACCOUNT_MAYBANK",
    "va_btn": "VIRTUAL_ACCOUNT_BTN",
    "va_bnc": "VIRTUAL_ACCOUNT_BNC",
    "va_bss": "VIRTUAL_ACCOUNT_BSS",
    "va_sinarmas": "VIRTUAL_ACCOUNT_SINARMAS",
    "va_doku": "VIRTUAL_ACCOUNT_DOKU",
}


@dataclass(frozen=True, slots=True)
class Merchant:
    """Who we are to a provider.

    Attributes:
        flavour: Which of `PATHS` the provider has.
        prefix: Of the virtual accounts, `partnerServiceId`, without its blanks.
        terminal_id, postal_code: Of the till that shows a QR; DOKU has none without them.
    """

    flavour: str
    client_id: str
    partner_id: str
    channel_id: str
    prefix: str
    merchant_id: str
    terminal_id: str
    postal_code: str


@dataclass(frozen=True, slots=True)
class Number:
    """A virtual account's number, as SNAP takes it apart."""

    partner_service_id: str
    customer_no: str

    @property
    def whole(self) -> str:
        return self.partner_service_id + self.customer_no

    def members(self) -> dict[str, str]:
        return {
            "partnerServiceId": self.partner_service_id,
            "customerNo": self.customer_no,
            "virtualAccountNo": self.whole,
        }


def has(merchant: Merchant, method: str) -> bool:
    """Whether the provider can be asked for this method."""
    if merchant.flavour != "doku":
        return True
    if method == "qris":
        return bool(merchant.terminal_id and merchant.postal_code)
    return method in DOKU_CHANNELS


def timestamp(at: datetime) -> str:
    return at.astimezone(WESTERN).isoformat(timespec="seconds")


def minified(body: bytes) -> bytes:
    """JSON without the blanks between its members, their order kept."""
    return _BLANKS.sub(lambda found: found.group(1) or b"", body)


def body_hash(body: bytes) -> str:
    return hashlib.sha256(minified(body)).hexdigest()


def private_key(pem: str) -> RSAPrivateKey:
    """Our key.

    Raises:
        ValueError: It is none.
    """
    try:
        found = load_pem_private_key(pem.encode(), password=None)
    except (TypeError, UnsupportedAlgorithm) as fault:
        raise ValueError("not a key without a password") from fault
    if isinstance(found, RSAPrivateKey):
        return found
    raise ValueError("not an RSA key")


def public_key(pem: str) -> RSAPublicKey:
    """Their key.

    Raises:
        ValueError: It is none.
    """
    try:
        found = load_pem_public_key(pem.encode())
    except UnsupportedAlgorithm as fault:
        raise ValueError("not a key we know") from fault
    if isinstance(found, RSAPublicKey):
        return found
    raise ValueError("not an RSA key")


def asymmetric(key: RSAPrivateKey, text: str) -> str:
    return base64.b64encode(key.sign(text.encode(), PKCS1v15(), SHA256())).decode()


def asymmetric_holds(key: RSAPublicKey, text: str, signature: str) -> bool:
    try:
        told = base64.b64decode(signature, validate=True)
        key.verify(told, text.encode("utf-8", "replace"), PKCS1v15(), SHA256())
    except (ValueError, InvalidSignature):
        return False
    return True


def symmetric(secret: str, text: str) -> str:
    made = hmac.digest(secret.encode(), text.encode("utf-8", "replace"), "sha512")
    return base64.b64encode(made).decode()


def token_text(client_id: str, at: str) -> str:
    return f"{client_id}|{at}"


def request_text(method: str, path: str, token: str, body: bytes, at: str) -> str:
    return f"{method}:{path}:{token}:{body_hash(body)}:{at}"


def inbound_text(method: str, path: str, body: bytes, at: str) -> str:
    return f"{method}:{path}:{body_hash(body)}:{at}"


def token_headers(key: RSAPrivateKey, client_id: str, *, now: datetime) -> dict[str, str]:
    at = timestamp(now)
    return {
        "content-type": "application/json",
        "x-timestamp": at,
        "x-client-key": client_id,
        "x-signature": asymmetric(key, token_text(client_id, at)),
    }


TOKEN_BODY: Final = b'{"grantType":"client_credentials"}'


def headers(
    secret: str,
    merchant: Merchant,
    *,
    method: str,
    path: str,
    token: str,
    external_id: str,
    now: datetime,
    body: bytes,
) -> dict[str, str]:
    """What every request with a token carries.

    Args:
        external_id: Digits, new for every request of a day: a repetition is answered as the first, or
            as a conflict.
    """
    at = timestamp(now)
    return {
        "content-type": "application/json",
        "authorization": f"Bearer {token}",
        "x-timestamp": at,
        "x-signature": symmetric(secret, request_text(method, path, token, body, at)),
        "x-partner-id": merchant.partner_id,
        "x-external-id": external_id,
        "channel-id": merchant.channel_id,
    }


def digits(text: str, length: int) -> str:
    """Digits that are always the same for this text, and hardly ever for another."""
    return f"{int(hashlib.sha256(text.encode()).hexdigest(), 16) % 10**length:0{length}d}"


def number_of(merchant: Merchant, reference: str) -> Number:
    """The virtual account of a charge: made of its reference, so that a lost answer can be asked after."""
    length = max(NUMBER_LENGTH - len(merchant.prefix), LEAST_OWN_DIGITS)
    return Number(merchant.prefix.rjust(PREFIX_LENGTH), digits(reference, length))


def number_from(merchant: Merchant, whole: str) -> Number:
    """A virtual account by its number as the buyer types it."""
    return Number(merchant.prefix.rjust(PREFIX_LENGTH), whole.removeprefix(merchant.prefix))


def holder(name: str) -> str:
    """A name as providers take it: Latin letters without their marks."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return " ".join(_NAME.sub(" ", plain).split())[:255] or "Pelanggan"


def money(amount_minor: int, currency: str) -> dict[str, str]:
    return {"value": f"{amount_minor}.00", "currency": currency}


def create_va_body(asked: ChargeAsked, merchant: Merchant, *, bank: str) -> bytes:
    body: dict[str, Any] = number_of(merchant, asked.reference).members() | {
        "virtualAccountName": holder(asked.payer.name),
        "trxId": asked.reference,
        "totalAmount": money(asked.amount_minor, asked.currency),
        "virtualAccountTrxType": "C",
        "expiredDate": timestamp(asked.expires_at),
        "additionalInfo": _additional(asked, merchant, bank=bank),
    }
    if asked.payer.email and asked.payer.email.isascii():
        body["virtualAccountEmail"] = asked.payer.email
    if asked.payer.phone:
        body["virtualAccountPhone"] = asked.payer.phone.removeprefix("+")
    return msgspec.json.encode(body)


def va_status_body(number: Number, reference: str) -> bytes:
    return msgspec.json.encode(number.members() | {"inquiryRequestId": reference})


def delete_va_body(number: Number, merchant: Merchant, *, reference: str, method: str, bank: str) -> bytes:
    doku = merchant.flavour == "doku"
    told = {"channel": DOKU_CHANNELS[method]} if doku else {"bank": bank}
    return msgspec.json.encode(number.members() | {"trxId": reference, "additionalInfo": told})


def qr_body(asked: ChargeAsked, merchant: Merchant) -> bytes:
    body: dict[str, Any] = {
        "partnerReferenceNo": asked.reference,
        "amount": money(asked.amount_minor, asked.currency),
        "merchantId": merchant.merchant_id,
        "validityPeriod": timestamp(asked.expires_at),
    }
    if merchant.terminal_id:
        body["terminalId"] = merchant.terminal_id
    if merchant.postal_code:
        # Fee type 1: the payer adds no tip.
        body["additionalInfo"] = {"postalCode": merchant.postal_code, "feeType": "1"}
    return msgspec.json.encode(body)


def qr_query_body(merchant: Merchant, *, reference: str, gateway_id: str | None) -> bytes:
    body = {"originalPartnerReferenceNo": reference, "merchantId": merchant.merchant_id, "serviceCode": "47"}
    if gateway_id is not None:
        body["originalReferenceNo"] = gateway_id
    return msgspec.json.encode(body)


def qr_refund_body(asked: RefundAsked, merchant: Merchant) -> bytes:
    return msgspec.json.encode(
        {
            "merchantId": merchant.merchant_id,
            "originalPartnerReferenceNo": asked.reference,
            "originalReferenceNo": asked.gateway_id,
            "partnerRefundNo": asked.key,
            "refundAmount": money(asked.amount_minor, asked.currency),
            "reason": asked.reason[:256],
        }
    )


def answer(
    service: str, status: str = "200", words: str = "Successful", *, about: Mapping[str, Any] | None = None
) -> bytes:
    """What we answer them.

    Args:
        about: A virtual account's notification, whose names it wants to hear again.
    """
    told: dict[str, Any] = {"responseCode": f"{status}{service}00", "responseMessage": words}
    if about is not None:
        told["virtualAccountData"] = {name: about[name] for name in _ECHOED if name in about}
    return msgspec.json.encode(told)


_ECHOED: Final = (
    "partnerServiceId",
    "customerNo",
    "virtualAccountNo",
    "virtualAccountName",
    "paymentRequestId",
    "trxDateTime",
)


def _additional(asked: ChargeAsked, merchant: Merchant, *, bank: str) -> dict[str, Any]:
    if merchant.flavour == "doku":
        return {
            "channel": DOKU_CHANNELS[asked.method],
            "virtualAccountConfig": {"reusableStatus": False},
        }
    return {"bank": bank, "merchantId": merchant.merchant_id}

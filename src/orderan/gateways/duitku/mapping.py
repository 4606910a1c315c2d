"""Duitku's words in ours."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from orderan.gateways.models import Instrument, InstrumentKind, Outcome
from orderan.gateways.ports import Offer

NAME: Final = "duitku"

LEAST: Final = 10_000
"""Rupiah of any payment."""

OFFERS: Final[Mapping[str, Offer]] = {
    "va_bca": Offer("BC"),
    "va_bni": Offer("I1"),
    "va_bri": Offer("BR"),
    "va_mandiri": Offer("M2"),
    "va_permata": Offer("BT"),
    "va_cimb": Offer("B1"),
    "va_bsi": Offer("BV"),
    "va_danamon": Offer("DM"),
    "va_maybank": Offer("VA"),
    "va_bnc": Offer("NC"),
    "va_bss": Offer("S1"),
    "va_arthagraha": Offer("AG"),
    "va_other": Offer("A1"),
    "qris": Offer("SP", least_minor=LEAST),
    "shopeepay": Offer("SA", least_minor=LEAST),
    "ovo": Offer("OV", least_minor=LEAST),
    "dana": Offer("DA", least_minor=LEAST),
    "linkaja": Offer("LA", least_minor=LEAST),
    "jeniuspay": Offer("JP", least_minor=LEAST),
    "tokopedia_card": Offer("T1", least_minor=LEAST),
    "tokopedia_wallet": Offer("T2", least_minor=LEAST),
    "tokopedia_other": Offer("T3", least_minor=LEAST),
    "card": Offer("VC", restricts_cards=True),
    "indomaret": Offer("IR"),
    "alfamart": Offer("FT"),
    "indodana": Offer("DN"),
    "atome": Offer("AT"),
}
"""Duitku pays nothing back over its API: a person does it, in its dashboard or by a transfer."""

MOST_MINUTES: Final[Mapping[str, int]] = {
    "SP": 60,
    "SA": 60,
    "OV": 10,
    "JP": 10,
    "LA": 24,
    "VC": 30,
    "AT": 720,
    "DA": 1440,
    "DN": 1440,
    "T1": 1440,
    "T2": 1440,
    "T3": 1440,
}
"""Where Duitku names a limit, that; for wallets and cards its default, which is never too long. A longer
wish is cut to it, so that what we tell the buyer is what Duitku keeps to."""

OUTCOMES: Final[Mapping[str, Outcome]] = {
    "00": Outcome.SUCCEEDED,
    "01": Outcome.PENDING,
    "02": Outcome.EXPIRED,
}
"""Of a question. 02 is `cancelled or expired` in one word, and the answer holds no time to tell them apart
by; that nobody paid in time is true of both, and `AMBIGUOUS` says the rest."""

AMBIGUOUS: Final = "expired_or_cancelled"

CLAIMS: Final[Mapping[str, Outcome]] = {
    "00": Outcome.SUCCEEDED,
    "01": Outcome.DECLINED,
    "02": Outcome.EXPIRED,
}
"""Of a callback, where 01 is a failure and not a wait."""

_KINDS: Final[Mapping[str, InstrumentKind]] = {
    "SP": InstrumentKind.QR,
    "SA": InstrumentKind.DEEPLINK,
    "OV": InstrumentKind.REDIRECT,
    "DA": InstrumentKind.REDIRECT,
    "LA": InstrumentKind.REDIRECT,
    "JP": InstrumentKind.REDIRECT,
    "T1": InstrumentKind.REDIRECT,
    "T2": InstrumentKind.REDIRECT,
    "T3": InstrumentKind.REDIRECT,
    "VC": InstrumentKind.REDIRECT,
    "IR": InstrumentKind.PAYMENT_CODE,
    "FT": InstrumentKind.PAYMENT_CODE,
    "DN": InstrumentKind.REDIRECT,
    "AT": InstrumentKind.REDIRECT,
}
"""All others are virtual accounts."""

OF_ACCOUNT: Final = frozenset({401, 402, 403, 404, 410})
"""Refusals of our key, our account or its contract: a 404 is a merchant or a method they do not have for us. That
they know no transaction, they say in words."""

_DUPLICATE: Final = ("duplicate", "already exist", "already been used", "sudah ada", "sudah digunakan")
_NO_TRANSACTION: Final = ("transaction not found", "transaction does not exist", "transaksi tidak ditemukan")


def minutes(code: str, *, expires_at: datetime, now: datetime) -> int:
    """Minutes a charge may be paid, rounded down: a buyer never has longer than the shop said."""
    wished = int((expires_at - now).total_seconds() // 60)
    return max(1, min(wished, MOST_MINUTES.get(code, wished)))


def instrument(code: str, answer: Mapping[str, Any], *, expires_at: datetime) -> Instrument | None:
    """What the buyer pays with; None where the answer lacks what this method needs."""
    kind = _KINDS.get(code, InstrumentKind.VIRTUAL_ACCOUNT)
    page, app = _text(answer, "paymentUrl"), _text(answer, "appUrl")
    if kind is InstrumentKind.DEEPLINK and app is not None:
        return Instrument(kind, url=app, expires_at=expires_at)
    if kind in {InstrumentKind.DEEPLINK, InstrumentKind.REDIRECT}:
        return Instrument(InstrumentKind.REDIRECT, url=page, expires_at=expires_at) if page else None
    if kind is InstrumentKind.QR:
        qr = _text(answer, "qrString")
        return Instrument(kind, qr=qr, url=page, expires_at=expires_at) if qr else None
    number = _text(answer, "vaNumber")
    return Instrument(kind, number=number, url=page, expires_at=expires_at) if number else None


def message(answer: object) -> str:
    """What Duitku says is wrong, under any of the names it uses."""
    if not isinstance(answer, Mapping):
        return ""
    for name in ("Message", "message", "statusMessage"):
        if isinstance(said := answer.get(name), str):
            return said[:200]
    return ""


def says_duplicate(said: str) -> bool:
    return any(word in said.lower() for word in _DUPLICATE)


def says_no_transaction(said: str) -> bool:
    return any(word in said.lower() for word in _NO_TRANSACTION)


def _text(answer: Mapping[str, Any], name: str) -> str | None:
    value = answer.get(name)
    return value if isinstance(value, str) and value else None

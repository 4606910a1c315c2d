"""What SNAP's words and codes mean in ours. Tables and pure functions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from orderan.gateways.errors import Fault, GatewayFailed, GatewayRefused, OutcomeUnknown
from orderan.gateways.models import Outcome, Truth
from orderan.gateways.ports import Offer
from orderan.gateways.reading import part, rupiah, text
from orderan.gateways.snap.wire import WESTERN

NAME: Final = "snap"
QRIS: Final = "qris"

OFFERS: Final = {
    "va_bca": Offer("bca"),
    "va_bni": Offer("bni"),
    "va_bri": Offer("bri"),
    "va_mandiri": Offer("mandiri"),
    "va_permata": Offer("permata"),
    "va_cimb": Offer("cimb"),
    "va_bsi": Offer("bsi"),
    "va_danamon": Offer("danamon"),
    "va_maybank": Offer("maybank"),
    "va_btn": Offer("btn"),
    "va_bnc": Offer("bnc"),
    "va_bss": Offer("bss"),
    "va_sinarmas": Offer("sinarmas"),
    "va_seabank": Offer("seabank"),
    "va_saqu": Offer("saqu"),
    "va_doku": Offer("doku"),
    "qris": Offer("qris", refundable=True),
}

STATUSES: Final = {
    "00": Outcome.SUCCEEDED,
    "01": Outcome.PENDING,
    "02": Outcome.PENDING,
    "03": Outcome.PENDING,
    "04": Outcome.REFUNDED,
    "05": Outcome.CANCELLED,
    "06": Outcome.DECLINED,
    "07": Outcome.ABSENT,
    "08": Outcome.EXPIRED,
    "09": Outcome.DECLINED,
}
"""`latestTransactionStatus`."""

FLAGS: Final = {
    "00": Outcome.SUCCEEDED,
    "01": Outcome.DECLINED,
    "02": Outcome.PENDING,
    "03": Outcome.PENDING,
}
"""`paymentFlagStatus` of a virtual account, whose 01 is a rejection and no beginning."""

REASONS: Final = {
    "success": Outcome.SUCCEEDED,
    "successful": Outcome.SUCCEEDED,
    "pending": Outcome.PENDING,
    "expired": Outcome.EXPIRED,
    "failed": Outcome.DECLINED,
}
"""`paymentFlagReason` in English, for those who send no flag (DOKU)."""

CONFLICT: Final = "00"
"""Case of a 409: this external id was used; 01 is that the reference was."""
NOT_FOUND: Final = "01"
INVALID_BILL: Final = "12"
PAID_BILL: Final = "14"
EXPIRED_BILL: Final = "19"
BAD_TOKEN: Final = frozenset({"01", "03"})
"""Cases of a 401 that a new token mends."""

REFUSED: Final = frozenset({"400", "401", "403", "404", "405", "409"})
OF_ACCOUNT: Final = frozenset(
    {("403", ""), ("403", "01"), ("403", "15"), ("403", "16"), ("403", "19"), ("403", "20")}
    | {("404", "08"), ("404", "16")}
)
"""Those of them, with their cases, that refuse our contract: a feature or merchant that is not allowed, is held,
listed or unknown. Every 401 is about our key."""

NEVER_MADE: Final = {
    NOT_FOUND: Outcome.ABSENT,
    INVALID_BILL: Outcome.ABSENT,
    EXPIRED_BILL: Outcome.EXPIRED,
}
"""What a 404 says of a virtual account nobody told us of."""
ONCE_MADE: Final = {
    # Who asks for the payment of an account that nobody paid yet is told that there is none.
    NOT_FOUND: Outcome.PENDING,
    INVALID_BILL: Outcome.CANCELLED,
    EXPIRED_BILL: Outcome.EXPIRED,
}
"""What it says of one that they had given us."""


@dataclass(frozen=True, slots=True)
class Code:
    """A `responseCode`: HTTP's status, the service, the case."""

    whole: str
    status: str
    case: str

    @property
    def well(self) -> bool:
        return self.status in {"200", "202"}


def code_of(status: int, told: object) -> Code:
    """What they call how a request went; HTTP's status where they say nothing that agrees with it."""
    code = part(told, "responseCode")
    if isinstance(code, str) and len(code) == 7 and code.isascii() and code.isdigit():
        found = Code(code, code[:3], code[5:])
        if status < 300 or not found.well:
            return found
    return Code(str(status), str(status) if status >= 300 else "", "")


def moment(told: object) -> datetime | None:
    """A time of theirs; one without an offset is Western Indonesian."""
    try:
        found = datetime.fromisoformat(str(told))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=WESTERN)


def va_outcome(told: Mapping[str, Any]) -> Outcome | None:
    """How a virtual account stands, by whichever of three words the provider uses."""
    data = part(told, "virtualAccountData")
    for place in (told, data, part(told, "additionalInfo"), part(data, "additionalInfo")):
        if (word := part(place, "latestTransactionStatus")) is not None:
            return STATUSES.get(str(word))
    if (flag := part(data, "paymentFlagStatus")) is not None:
        return FLAGS.get(str(flag))
    return REASONS.get(str(part(data, "paymentFlagReason", "english")).lower())


def va_truth(told: Mapping[str, Any], *, reference: str, number: str, asked_number: str, raw: bytes) -> Truth:
    """How a virtual account stands.

    Args:
        number: As the buyer types it.
        asked_number: As the question named it.

    Raises:
        GatewayFailed: The answer is about another charge, or not one that can be understood.
    """
    data = part(told, "virtualAccountData")
    outcome = va_outcome(told)
    if outcome is None or not isinstance(data, dict):
        raise GatewayFailed(NAME, "not_understood", _status_words(told), fault=Fault.GARBLED)
    about = text(data, "trxId") or text(told, "additionalInfo", "trxId") or reference
    told_number = text(data, "virtualAccountNo") or asked_number
    if about != reference or told_number.strip() != asked_number.strip():
        raise another(about)
    amount, currency = _first_amount(data, ("totalAmount",), ("billAmount",))
    bills = data.get("billDetails")
    if amount is None and isinstance(bills, list) and len(bills) == 1:
        amount, currency = _first_amount(bills[0], ("billAmount",))
    paid, paid_currency = _first_amount(data, ("paidAmount",))
    if outcome is Outcome.SUCCEEDED and paid is None:
        raise GatewayFailed(NAME, "paid_amount_not_told", fault=Fault.GARBLED)
    return Truth(
        reference=reference,
        gateway_id=number,
        outcome=outcome,
        amount_minor=amount if amount is not None else (paid or None),
        currency=currency or paid_currency or "IDR",
        paid_minor=paid or 0,
        reason=text(data, "paymentFlagReason", "english") if outcome is Outcome.DECLINED else None,
        at=moment(part(data, "transactionDate") or part(data, "trxDateTime")),
        raw=raw,
    )


def qr_truth(told: Mapping[str, Any], *, reference: str, gateway_id: str | None, raw: bytes) -> Truth:
    """How a QR stands.

    Raises:
        GatewayFailed: The answer is about another charge, or not one that can be understood.
    """
    outcome = STATUSES.get(str(part(told, "latestTransactionStatus")))
    if outcome is None:
        raise GatewayFailed(NAME, "not_understood", _status_words(told), fault=Fault.GARBLED)
    about = text(told, "originalPartnerReferenceNo") or reference
    if about != reference:
        raise another(about)
    amount, currency = _first_amount(told, ("amount",))
    refunded = refunds_of(told)
    if outcome is not Outcome.ABSENT and amount is None:
        raise GatewayFailed(NAME, "amount_not_told", fault=Fault.GARBLED)
    if outcome is Outcome.SUCCEEDED and refunded:
        outcome = Outcome.REFUNDED
    if outcome is Outcome.REFUNDED and not refunded:
        raise GatewayFailed(NAME, "refund_amount_not_told", fault=Fault.GARBLED)
    taken = outcome in {Outcome.SUCCEEDED, Outcome.REFUNDED}
    return Truth(
        reference=reference,
        gateway_id=None if outcome is Outcome.ABSENT else gateway_id or text(told, "originalReferenceNo"),
        outcome=outcome,
        amount_minor=amount,
        currency=currency or "IDR",
        paid_minor=(amount or 0) if taken else 0,
        refunded_minor=sum(amount for _, amount in refunded.values()) if taken else 0,
        reason=text(told, "transactionStatusDesc") if outcome is Outcome.DECLINED else None,
        at=moment(part(told, "paidTime")),
        raw=raw,
    )


def refunds_of(told: object) -> dict[str, tuple[str, int]]:
    """What was paid back so far, by our key of the refund: their name of it, and how much."""
    history = part(told, "refundHistory")
    found = {}
    for one in history if isinstance(history, list) else ():
        key, amount = text(one, "partnerRefundNo"), rupiah(part(one, "refundAmount", "value"))
        if key is not None and amount is not None:
            found[key] = (text(one, "refundNo") or key, amount)
    return found


def another(about: str) -> GatewayFailed:
    return GatewayFailed(NAME, "another_order", about, fault=Fault.GARBLED)


def trouble(code: Code, told: object, *, changes: bool) -> GatewayRefused | GatewayFailed | OutcomeUnknown:
    """The right failure for an answer that is none of success."""
    words = text(told, "responseMessage") or ""
    if code.status in REFUSED and told is not None:
        return GatewayRefused(NAME, code.whole, words, of_account=is_of_account(code))
    if code.status == "429":
        return GatewayFailed(NAME, code.whole, words, fault=Fault.BUSY)
    kind = OutcomeUnknown if changes else GatewayFailed
    garbled = told is None or not code.status or code.well
    return kind(NAME, code.whole, words, fault=Fault.GARBLED if garbled else Fault.SERVER)


def is_of_account(code: Code) -> bool:
    """Whether a refusal is about who we are; a 403 may also be about the payment, such as one too dear."""
    return code.status == "401" or (code.status, code.case) in OF_ACCOUNT


def _first_amount(told: object, *places: tuple[str, ...]) -> tuple[int | None, str | None]:
    for names in places:
        amount = rupiah(part(told, *names, "value"))
        if amount is not None:
            return amount, text(told, *names, "currency")
    return None, None


def _status_words(told: object) -> str:
    data = part(told, "virtualAccountData")
    return f"{part(told, 'latestTransactionStatus')} {part(data, 'paymentFlagStatus')}"

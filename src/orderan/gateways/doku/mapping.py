"""What DOKU's words mean in ours. Tables and pure functions."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

from orderan.gateways.doku import wire
from orderan.gateways.errors import Fault, GatewayFailed, GatewayRefused, OutcomeUnknown
from orderan.gateways.models import Instrument, InstrumentKind, Outcome, RefundOutcome, Truth
from orderan.gateways.ports import Offer
from orderan.gateways.reading import part, rupiah, text

NAME: Final = "doku"

OFFERS: Final = {
    "va_bca": Offer("VIRTUAL_ACCOUNT_BCA"),
    "va_bni": Offer("VIRTUAL_ACCOUNT_BNI"),
    "va_bri": Offer("VIRTUAL_ACCOUNT_BRI"),
    "va_mandiri": Offer("VIRTUAL_ACCOUNT_BANK_MANDIRI"),
    "va_permata": Offer("VIRTUAL_ACCOUNT_BANK_PERMATA"),
    "va_cimb": Offer("VIRTUAL_ACCOUNT_BANK_CIMB"),
    "va_bsi": Offer("VIRTUAL_ACCOUNT_BSI"),
    "va_danamon": Offer("VIRTUAL_ACCOUNT_BANK_DANAMON"),
    "va_maybank": Offer("VIRTUAL_ACCOUNT_MAYBANK"),
    "va_btn": Offer("VIRTUAL_ACCOUNT_BTN"),
    "va_bnc": Offer("VIRTUAL_ACCOUNT_BNC"),
    "va_bss": Offer("VIRTUAL_ACCOUNT_BSS"),
    "va_sinarmas": Offer("VIRTUAL_ACCOUNT_SINARMAS"),
    "va_doku": Offer("VIRTUAL_ACCOUNT_DOKU"),
    "qris": Offer("QRIS"),
    "shopeepay": Offer("EMONEY_SHOPEEPAY"),
    "ovo": Offer("EMONEY_OVO"),
    "dana": Offer("EMONEY_DANA"),
    "linkaja": Offer("EMONEY_LINKAJA"),
    "jeniuspay": Offer("JENIUS_PAY"),
    "doku_wallet": Offer("EMONEY_DOKU"),
    "card": Offer("CREDIT_CARD", refundable=True),
    "card_instalment": Offer("CREDIT_CARD", refundable=True),
    "indomaret": Offer("ONLINE_TO_OFFLINE_INDOMARET"),
    "alfamart": Offer("ONLINE_TO_OFFLINE_ALFA"),
    "akulaku": Offer("PEER_TO_PEER_AKULAKU"),
    "kredivo": Offer("PEER_TO_PEER_KREDIVO"),
    "indodana": Offer("PEER_TO_PEER_INDODANA"),
    "dd_bri": Offer("DIRECT_DEBIT_BRI"),
    "dd_mandiri": Offer("DIRECT_DEBIT_MANDIRI_SNAP"),
    "dd_cimb": Offer("DIRECT_DEBIT_CIMB_SNAP"),
    "dd_allo": Offer("DIRECT_DEBIT_ALLO_SNAP"),
}
CODES: Final = frozenset(offer.code for offer in OFFERS.values())

OUTCOMES: Final = {
    "PENDING": Outcome.PENDING,
    "REDIRECT": Outcome.PENDING,
    "TIMEOUT": Outcome.PENDING,
    "SUCCESS": Outcome.SUCCEEDED,
    "FAILED": Outcome.DECLINED,
    "EXPIRED": Outcome.EXPIRED,
    "REFUNDED": Outcome.REFUNDED,
}
"""Of a transaction. `TIMEOUT` is a wallet that has not answered them, so that they do not know either."""

ORDERS: Final = {"ORDER_GENERATED": Outcome.PENDING, "ORDER_EXPIRED": Outcome.EXPIRED}
"""Of a Checkout page that was not paid."""

REFUNDS: Final = {
    "VOID": RefundOutcome.DONE,
    "PARTIAL_REFUND": RefundOutcome.DONE,
    "FULL_REFUND": RefundOutcome.DONE,
    "MANUAL_PARTIAL_REFUND": RefundOutcome.PENDING,
    "MANUAL_FULL_REFUND": RefundOutcome.PENDING,
}
"""A manual one is done by their people later."""

REFUSED: Final = frozenset({400, 401, 402, 403, 404, 405, 406, 409, 410, 413, 415, 422})
"""Our request, our key or our contract: asking the same again is refused again."""
OF_ACCOUNT: Final = frozenset({401, 402, 403, 410})
"""Those of them that refuse our key or our contract."""
MAINTENANCE: Final = "MAINTENANCE_MODE"

WESTERN: Final = timezone(timedelta(hours=7))


def moment(told: object) -> datetime | None:
    """A time of theirs: `20211229093735` is Western Indonesian, `2021-12-29T02:37:35Z` says so itself."""
    try:
        if isinstance(told, str) and told.isascii() and told.isdigit():
            return datetime.strptime(told, "%Y%m%d%H%M%S").replace(tzinfo=WESTERN)
        found = datetime.fromisoformat(str(told))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def outcome_of(told: Mapping[str, Any]) -> Outcome | None:
    """How a charge stands, None for a word that is not in the books.

    A failed try leaves a Checkout page open, where the buyer may try again until it ends.
    """
    order = part(told, "order", "status")
    page = ORDERS.get(str(order).upper()) if order is not None else None
    word = part(told, "transaction", "status")
    if word is None:
        return page
    found = OUTCOMES.get(str(word).upper())
    return page if found is Outcome.DECLINED and page is not None else found


def truth_of(told: Mapping[str, Any], *, gateway_id: str | None, raw: bytes) -> Truth:
    """How a charge stands, from the answer to a status question.

    Raises:
        GatewayFailed: The answer is not one that can be understood.
    """
    outcome = outcome_of(told)
    amount = rupiah(part(told, "order", "amount"))
    reference = text(told, "order", "invoice_number")
    if outcome is None or amount is None or reference is None:
        words = f"{part(told, 'transaction', 'status')} {part(told, 'order', 'status')}"
        raise GatewayFailed(NAME, "not_understood", words, fault=Fault.GARBLED)
    refunded = 0
    if outcome is Outcome.REFUNDED:
        told_amount = rupiah(part(told, "refund", "amount"))
        if told_amount is None:
            raise GatewayFailed(NAME, "refund_amount_not_told", fault=Fault.GARBLED)
        refunded = told_amount
    return Truth(
        reference=reference,
        gateway_id=gateway_id or number_of(told) or text(told, "transaction", "original_request_id"),
        outcome=outcome,
        amount_minor=amount,
        currency=text(told, "order", "currency") or "IDR",
        paid_minor=amount if outcome in {Outcome.SUCCEEDED, Outcome.REFUNDED} else 0,
        refunded_minor=refunded,
        reason=_reason(told) if outcome is Outcome.DECLINED else None,
        at=moment(part(told, "transaction", "date")),
        raw=raw,
    )


def amount_of(told: object) -> int | None:
    """What a charge was for, from the answer to it; None where it does not say."""
    for names in (("order", "amount"), ("response", "order", "amount")):
        if (found := rupiah(part(told, *names))) is not None:
            return found
    return None


def number_of(told: object) -> str | None:
    """The number of a virtual account, or the code for a counter."""
    return text(told, "virtual_account_info", "virtual_account_number") or text(
        told, "online_to_offline_info", "payment_code"
    )


def instrument_of(method: str, told: object) -> Instrument | None:
    """What the buyer pays with, from the answer to a charge or about one; None where it lacks it."""
    if method in wire.ACCOUNTS or method in wire.STORES:
        number = number_of(told)
        if number is None:
            return None
        store = method in wire.STORES
        told_info = part(told, "online_to_offline_info" if store else "virtual_account_info")
        ends = moment(part(told_info, "expired_date_utc")) or moment(part(told_info, "expired_date"))
        kind = InstrumentKind.PAYMENT_CODE if store else InstrumentKind.VIRTUAL_ACCOUNT
        return Instrument(kind, number=number, expires_at=ends)
    page = text(told, "response", "payment", "url")
    if page is None:
        return None
    ends = moment(part(told, "response", "payment", "expired_date"))
    return Instrument(InstrumentKind.REDIRECT, url=page, expires_at=ends)


def another_method(method: str, told: object) -> bool:
    """Whether an order is clearly paid by another method; a page knows of none before the buyer chose."""
    channel = part(told, "channel", "id")
    return channel in CODES and channel != OFFERS[method].code


def words_of(told: object) -> tuple[str, str]:
    """Their code and words for what went wrong: pages have a list of words, the rest an object."""
    error = part(told, "error")
    if isinstance(error, dict):
        return str(error.get("code", "")), str(error.get("message", ""))
    message = part(told, "message")
    words = "; ".join(map(str, message)) if isinstance(message, list) else str(message or "")
    return "", words


def about_the_invoice(told: object) -> bool:
    """Whether they complain of the invoice number, as they do of one that is taken.

    Their words for that are not in the documentation, so that any of them has the truth asked.
    """
    return "invoice" in " ".join(words_of(told)).lower()


def trouble(status: int, told: object, *, changes: bool) -> GatewayRefused | GatewayFailed | OutcomeUnknown:
    """The right failure for an answer that is none of success."""
    code, words = words_of(told)
    code = code or str(status)
    if status in REFUSED and told is not None:
        return GatewayRefused(NAME, code, words, of_account=status in OF_ACCOUNT)
    if status == 429 or (status == 503 and code.upper() == MAINTENANCE):
        return GatewayFailed(NAME, code, words, fault=Fault.BUSY)
    kind = OutcomeUnknown if changes else GatewayFailed
    return kind(NAME, code, words, fault=Fault.GARBLED if told is None else Fault.SERVER)


def _reason(told: Mapping[str, Any]) -> str:
    card = part(told, "card_payment", "response_code")
    wallet = part(told, "emoney_payment", "response_code")
    return str(card or wallet or part(told, "transaction", "status"))

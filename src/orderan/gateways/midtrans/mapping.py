"""What Midtrans' words mean in ours. Tables and pure functions."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from orderan.gateways.errors import Fault, GatewayFailed, GatewayRefused, OutcomeUnknown
from orderan.gateways.midtrans.wire import WESTERN
from orderan.gateways.models import Instrument, InstrumentKind, Outcome, RefundOutcome, Truth
from orderan.gateways.ports import Offer

NAME: Final = "midtrans"

OFFERS: Final = {
    "va_bca": Offer("bank_transfer.bca"),
    "va_bni": Offer("bank_transfer.bni"),
    "va_bri": Offer("bank_transfer.bri"),
    "va_cimb": Offer("bank_transfer.cimb"),
    "va_permata": Offer("permata"),
    "va_mandiri": Offer("echannel"),
    "va_other": Offer("other_va"),
    "qris": Offer("qris", refundable=True, refund_days=7),
    "gopay": Offer("gopay", refundable=True, refund_days=45),
    "gopay_later": Offer("gopay", refundable=True, refund_days=45),
    "shopeepay": Offer("shopeepay", refundable=True, partly=False, refund_days=365),
    "dana": Offer("dana", refundable=True, refund_days=45),
    "ovo": Offer("ovo", refundable=True, partly=False, refund_days=7),
    "indomaret": Offer("cstore.indomaret"),
    "alfamart": Offer("cstore.alfamart"),
    "akulaku": Offer("akulaku", refundable=True),
    "kredivo": Offer("kredivo", refundable=True, refund_days=14),
    "dd_cimb": Offer("cimb_clicks"),
    "bca_klikpay": Offer("bca_klikpay"),
    "bca_klikbca": Offer("bca_klikbca"),
    "bri_epay": Offer("bri_epay"),
    "danamon_online": Offer("danamon_online"),
    "card": Offer("credit_card", refundable=True, restricts_cards=True),
    "card_instalment": Offer("credit_card", refundable=True, restricts_cards=True),
}
"""GoPay Later is a charge of GoPay's: the buyer chooses it in the app, and `payment_option_type` tells which it was."""

OUTCOMES: Final = {
    "pending": Outcome.PENDING,
    "authorize": Outcome.HELD,
    "settlement": Outcome.SUCCEEDED,
    "deny": Outcome.DECLINED,
    "failure": Outcome.DECLINED,
    "expire": Outcome.EXPIRED,
    "cancel": Outcome.CANCELLED,
    "refund": Outcome.REFUNDED,
    "partial_refund": Outcome.REFUNDED,
    "chargeback": Outcome.DISPUTED,
    "partial_chargeback": Outcome.DISPUTED,
}
CARDS: Final = frozenset({"card", "card_instalment"})
"""Methods whose money is captured first and settles the day after: until then it is voided, not refunded."""
TAKEN_IN: Final = frozenset({"settlement", "refund", "partial_refund", "chargeback", "partial_chargeback"})
REFUSED: Final = frozenset(
    {"400", "401", "402", "403", "405", "406", "408", "410", "411", "412", "413", "414"}
)
"""Our request, our key or our contract: asking the same again is refused again."""
OF_ACCOUNT: Final = frozenset({"401", "402", "403", "410"})
"""Those of them that refuse our key, our contract for a method, or an account that was closed."""
BUSY: Final = frozenset({"429", "503"})
"""A bank or a queue behind them; they say that nothing was made."""


def outcome_of(status: object, fraud: object, settled: bool) -> Outcome | None:
    """A transaction's status in our words, None for a word that is not in the books.

    `capture` is paid once the fraud desk accepts; `deny` after a settlement is a counter that took the
    payment back.
    """
    word = str(status).lower()
    if word == "capture":
        return {"accept": Outcome.SUCCEEDED, "deny": Outcome.DECLINED}.get(str(fraud), Outcome.HELD)
    if word == "deny" and settled:
        return Outcome.REVERSED
    return OUTCOMES.get(word)


def is_captured(told: Mapping[str, Any]) -> bool:
    """Whether a card's money is there and has not settled."""
    return str(told.get("transaction_status")).lower() == "capture" and told.get("fraud_status") == "accept"


def is_voided(told: Mapping[str, Any]) -> bool:
    """Whether a transaction was taken back before it settled."""
    return str(told.get("transaction_status")).lower() == "cancel"


def rupiah(text: object) -> int | None:
    """`"44000.00"` is 44000; None for what is no whole amount."""
    whole, _, cents = str(text).partition(".")
    if not whole.isascii() or not whole.isdigit() or cents.strip("0"):
        return None
    return int(whole)


def moment(text: object) -> datetime | None:
    """A time of theirs, aware."""
    try:
        return datetime.strptime(str(text), "%Y-%m-%d %H:%M:%S").replace(tzinfo=WESTERN)
    except ValueError:
        return None


def truth_of(told: Mapping[str, Any], *, raw: bytes) -> Truth:
    """How a charge stands, from the answer to a status question.

    Raises:
        GatewayFailed: The answer is not one that can be understood.
    """
    outcome = outcome_of(told.get("transaction_status"), told.get("fraud_status"), "settlement_time" in told)
    amount = rupiah(told.get("gross_amount"))
    reference = told.get("order_id")
    if outcome is None or amount is None or not isinstance(reference, str):
        raise GatewayFailed(NAME, "not_understood", str(told.get("transaction_status")), fault=Fault.GARBLED)
    word = str(told.get("transaction_status")).lower()
    back, disputed = rupiah(told.get("refund_amount") or "0") or 0, None
    if outcome is Outcome.DISPUTED:
        back, disputed = _back_and_disputed(told, whole=amount if word == "chargeback" else None)
    paid = amount if word in TAKEN_IN or outcome in {Outcome.SUCCEEDED, Outcome.REVERSED} else _parts(told)
    return Truth(
        reference=reference,
        gateway_id=told.get("transaction_id"),
        outcome=outcome,
        amount_minor=amount,
        currency=str(told.get("currency") or "IDR"),
        paid_minor=paid,
        refunded_minor=back,
        disputed_minor=disputed,
        reason=_reason(told) if outcome is Outcome.DECLINED else None,
        at=moment(told.get("settlement_time") or told.get("transaction_time")),
        raw=raw,
        card_digits=str(told.get("masked_card") or "").partition("-")[0] or None,
    )


def _back_and_disputed(told: Mapping[str, Any], *, whole: int | None) -> tuple[int, int | None]:
    """What was paid back and what a bank took of a charge; None where that is not told.

    Their reference shows no such answer. It names both with `refund_chargeback_id` and sums them up: what
    was ordered by a key is paid back, the rest was taken.

    Args:
        whole: What the charge was for, where the bank took all that was left of it.
    """
    back = sum(rupiah(one.get("refund_amount")) or 0 for one in refunds_of(told) if one.get("refund_key"))
    total = whole if whole is not None else rupiah(told.get("refund_amount") or "0") or 0
    return back, total - back if total > back else None


def _parts(told: Mapping[str, Any]) -> int:
    """What was paid in parts to an open virtual account."""
    parts = told.get("payment_amounts")
    if not isinstance(parts, list):
        return 0
    return sum(rupiah(part.get("amount")) or 0 for part in parts if isinstance(part, dict))


def refunds_of(told: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Every refund of a transaction that it lists."""
    listed = told.get("refunds")
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def refund_of(told: Mapping[str, Any], key: str) -> Mapping[str, Any] | None:
    """The refund that was ordered by a key of ours."""
    return next((one for one in refunds_of(told) if one.get("refund_key") == key), None)


def _reason(told: Mapping[str, Any]) -> str:
    return str(told.get("channel_response_code") or told.get("fraud_status") or told.get("status_code"))


def instrument_of(method: str, told: Mapping[str, Any]) -> Instrument | None:
    """What the buyer pays with, from the answer to a charge; None where it lacks it."""
    ends = moment(told.get("expiry_time"))
    actions = {
        str(one.get("name")): one.get("url") for one in told.get("actions") or () if isinstance(one, dict)
    }
    match method:
        case "va_permata":
            return _number(InstrumentKind.VIRTUAL_ACCOUNT, told.get("permata_va_number"), ends)
        case "va_mandiri":
            found = _number(InstrumentKind.BILL, told.get("bill_key"), ends)
            return (
                None
                if found is None
                else Instrument(
                    found.kind, found.number, biller=str(told.get("biller_code")), expires_at=ends
                )
            )
        case "qris":
            text = told.get("qr_string")
            return Instrument(InstrumentKind.QR, qr=text, expires_at=ends) if isinstance(text, str) else None
        case "ovo":
            return Instrument(InstrumentKind.PUSH, expires_at=ends)
        case "gopay" | "gopay_later" | "shopeepay":
            link = actions.get("deeplink-redirect")
            return (
                Instrument(InstrumentKind.DEEPLINK, url=link, qr=told.get("qr_string"), expires_at=ends)
                if link
                else None
            )
        case "indomaret" | "alfamart":
            return _number(InstrumentKind.PAYMENT_CODE, told.get("payment_code"), ends)
        case "dana" | "akulaku" | "kredivo":
            link = told.get("redirect_url") or actions.get("deeplink-redirect")
            return Instrument(InstrumentKind.REDIRECT, url=link, expires_at=ends) if link else None
        case _:
            numbers = told.get("va_numbers")
            first = numbers[0] if isinstance(numbers, list) and numbers else {}
            return _number(InstrumentKind.VIRTUAL_ACCOUNT, first.get("va_number"), ends)


def _number(kind: InstrumentKind, number: object, ends: datetime | None) -> Instrument | None:
    return Instrument(kind, number=number, expires_at=ends) if isinstance(number, str) else None


def code_of(status: int, told: object) -> str:
    """What they call how a request went: their body's code rules over HTTP's, which is often 200."""
    if isinstance(told, dict) and isinstance(told.get("status_code"), str | int):
        return str(told["status_code"])
    return str(status)


def trouble(code: str, told: object, *, changes: bool) -> GatewayRefused | GatewayFailed | OutcomeUnknown:
    """The right failure for an answer that is none of success."""
    words = str(told.get("status_message", "")) if isinstance(told, dict) else ""
    if code in REFUSED:
        return GatewayRefused(NAME, code, words, of_account=code in OF_ACCOUNT)
    if code in BUSY:
        return GatewayFailed(NAME, code, words, fault=Fault.BANK if code == "503" else Fault.BUSY)
    kind = OutcomeUnknown if changes else GatewayFailed
    return kind(NAME, code, words, fault=Fault.SERVER if told is not None else Fault.GARBLED)


REFUND_OUTCOMES: Final = {"refund": RefundOutcome.PENDING, "partial_refund": RefundOutcome.PENDING}

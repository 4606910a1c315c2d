"""Stripe's words in ours. Tables and pure functions.

A page (`checkout.session`) is open, complete or expired; once a card is typed there, it has a payment
(`payment_intent`), whose last charge knows what was paid back and whether the bank disputes it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from orderan.gateways.errors import Fault, GatewayFailed, GatewayRefused, OutcomeUnknown
from orderan.gateways.models import Instrument, InstrumentKind, Outcome, RefundOutcome, Truth
from orderan.gateways.ports import Offer
from orderan.gateways.stripe.wire import CENTS

NAME: Final = "stripe"

OFFERS: Final[Mapping[str, Offer]] = {"card": Offer("card", refundable=True)}

INTENTS: Final = {
    "requires_payment_method": Outcome.PENDING,
    "requires_confirmation": Outcome.PENDING,
    "requires_action": Outcome.PENDING,
    "processing": Outcome.PENDING,
    "requires_capture": Outcome.HELD,
    "canceled": Outcome.CANCELLED,
    "succeeded": Outcome.SUCCEEDED,
}
TAKEN_BACK: Final = {
    "needs_response": True,
    "under_review": True,
    "lost": True,
    "appeal_needs_response": True,
    "appeal_under_review": True,
    "won": False,
    "prevented": False,
    "warning_needs_response": False,
    "warning_under_review": False,
    "warning_closed": False,
}
"""Whether a dispute in this state has the money away from us: a warning asks, and takes nothing."""
REFUNDS: Final = {
    "pending": RefundOutcome.PENDING,
    "requires_action": RefundOutcome.PENDING,
    "succeeded": RefundOutcome.DONE,
    "failed": RefundOutcome.FAILED,
    "canceled": RefundOutcome.FAILED,
}
CLAIMS: Final = {
    "checkout.session.async_payment_succeeded": Outcome.SUCCEEDED,
    "checkout.session.async_payment_failed": Outcome.DECLINED,
    "checkout.session.expired": Outcome.EXPIRED,
    "payment_intent.succeeded": Outcome.SUCCEEDED,
    "payment_intent.canceled": Outcome.CANCELLED,
    "charge.refunded": Outcome.REFUNDED,
    "charge.dispute.created": Outcome.DISPUTED,
    "charge.dispute.funds_withdrawn": Outcome.DISPUTED,
    "charge.dispute.funds_reinstated": Outcome.SUCCEEDED,
}
EXPIRED_OR_CANCELLED: Final = "expired_or_cancelled"
"""A page that ran out and one we took back are told in one word."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a charge stands, before anything is known of its disputes.

    Attributes:
        charge: Of the card; None where none went through.
    """

    reference: object
    gateway_id: str
    outcome: Outcome
    amount: int
    currency: str
    charge: Mapping[str, Any] | None = None
    reason: str | None = None


def session_standing(told: Mapping[str, Any]) -> Standing:
    """How a page stands.

    Raises:
        GatewayFailed: The answer is not one that can be understood.
    """
    intent = told.get("payment_intent")
    if told.get("payment_status") == "paid":
        return intent_standing(_mapping(intent))
    match told.get("status"), told.get("payment_status"):
        case "open", "unpaid":
            outcome, reason = Outcome.PENDING, None
        case "expired", "unpaid":
            outcome, reason = Outcome.EXPIRED, EXPIRED_OR_CANCELLED
        case "complete", "unpaid":
            found = intent_standing(_mapping(intent))
            if _mapping(intent).get("status") != "requires_payment_method":
                return found
            outcome, reason = Outcome.DECLINED, _why(_mapping(intent))
        case other:
            raise not_understood(str(other))
    return Standing(
        told.get("client_reference_id"),
        _text(told.get("id")),
        outcome,
        _whole(told.get("amount_total")),
        _text(told.get("currency")).upper(),
        reason=reason,
    )


def intent_standing(told: Mapping[str, Any]) -> Standing:
    """How a payment stands.

    Raises:
        GatewayFailed: The answer is not one that can be understood.
    """
    status, metadata, charge = (told.get(one) for one in ("status", "metadata", "latest_charge"))
    outcome = INTENTS.get(status) if isinstance(status, str) else None
    if outcome is None or not isinstance(metadata, dict):
        raise not_understood(str(status))
    return Standing(
        metadata.get("reference"),
        _text(told.get("id")),
        outcome,
        _whole(told.get("amount")),
        _text(told.get("currency")).upper(),
        _mapping(charge) if outcome is Outcome.SUCCEEDED else None,
    )


def truth_of(found: Standing, disputes: Iterable[object], *, reference: str, raw: bytes) -> Truth:
    """The whole of it.

    Raises:
        GatewayFailed: Not understood, or about another charge.
    """
    if found.reference != reference:
        raise GatewayFailed(NAME, "another_charge", str(found.reference)[:40], fault=Fault.GARBLED)
    amount = minor(found.amount, found.currency)
    if amount is None:
        raise not_understood(f"{found.amount} {found.currency}")
    if found.charge is None:
        return Truth(
            reference,
            found.gateway_id,
            found.outcome,
            amount,
            found.currency,
            reason=found.reason,
            raw=raw,
        )
    paid = minor(_whole(found.charge.get("amount_captured")), found.currency)
    if paid is None:
        raise not_understood("amount_captured")
    away = taken_back(disputes)
    gone = sum(_rounded_up(_whole(one.get("amount")), found.currency) for one in away)
    refunded = _rounded_up(_whole(found.charge.get("amount_refunded")), found.currency)
    outcome = Outcome.REFUNDED if refunded else Outcome.SUCCEEDED
    return Truth(
        reference=reference,
        gateway_id=found.gateway_id,
        outcome=Outcome.DISPUTED if away else outcome,
        amount_minor=amount,
        currency=found.currency,
        paid_minor=paid,
        refunded_minor=refunded,
        disputed_minor=gone if away else None,
        fee_minor=_fee(found.charge.get("balance_transaction"), found.currency),
        at=moment(found.charge.get("created")),
        raw=raw,
    )


def taken_back(disputes: Iterable[object]) -> list[Mapping[str, Any]]:
    """Those of a charge's disputes that have the money away from us.

    Raises:
        GatewayFailed: One of them stands as no word we know says.
    """
    rows: list[Mapping[str, Any]] = [one if isinstance(one, dict) else {} for one in disputes]
    words = [one.get("status") for one in rows]
    away = [TAKEN_BACK.get(word) if isinstance(word, str) else None for word in words]
    if None in away:
        raise not_understood(str(words))
    return [one for one, is_away in zip(rows, away, strict=True) if is_away]


def disputed(found: Standing) -> bool:
    return found.charge is not None and found.charge.get("disputed") is True


def refund_of(told: object, key: str, currency: str) -> tuple[str, RefundOutcome, int] | None:
    """A refund's name, how it stands and its amount; None where it is not this key's or not understood."""
    if not isinstance(told, dict):
        return None
    metadata, name, status, amount = (told.get(one) for one in ("metadata", "id", "status", "amount"))
    outcome = REFUNDS.get(status) if isinstance(status, str) else None
    if not isinstance(metadata, dict) or metadata.get("key") != key or not isinstance(name, str):
        return None
    if outcome is None or not isinstance(amount, int) or (paid_back := minor(amount, currency)) is None:
        return None
    return name, outcome, paid_back


def is_of(told: object, key: str) -> bool:
    """Whether a refund carries this key, however it stands."""
    metadata = told.get("metadata") if isinstance(told, dict) else None
    return isinstance(metadata, dict) and metadata.get("key") == key


def instrument(told: Mapping[str, Any]) -> Instrument | None:
    """The page to pay at; None where there is none, or no more."""
    url = told.get("url")
    if told.get("status") != "open" or not isinstance(url, str):
        return None
    return Instrument(InstrumentKind.REDIRECT, url=url, expires_at=moment(told.get("expires_at")))


def error_of(told: object) -> Mapping[str, Any]:
    error = told.get("error") if isinstance(told, dict) else None
    return error if isinstance(error, dict) else {}


def is_missing(status: int, told: object) -> bool:
    """Whether Stripe says it has no such thing; a 404 of anybody between us says nothing."""
    return status == 404 and error_of(told).get("code") == "resource_missing"


def used_before(told: object) -> bool:
    """Whether the key of a request was used for another one."""
    return error_of(told).get("type") == "idempotency_error"


OF_ACCOUNT: Final = frozenset(
    {
        "account_invalid",
        "api_key_expired",
        "livemode_mismatch",
        "payment_method_unactivated",
        "testmode_charges_only",
    }
)
"""Refusals of our key, our account or a method it does not have, besides every 401 and 403. A 402 is a card's."""


def trouble(status: int, told: object, *, changes: bool) -> GatewayRefused | GatewayFailed | OutcomeUnknown:
    """The right failure for an answer that is none of success."""
    error = error_of(told)
    code = str(error.get("code") or error.get("type") or status)[:60]
    words = str(error.get("message") or "")[:200]
    if status == 429:
        return GatewayFailed(NAME, code, words, fault=Fault.BUSY)
    # 409: the same request is under way at this moment. 424: a bank behind Stripe did not answer.
    if 400 <= status < 500 and status not in {408, 409, 424}:
        return GatewayRefused(NAME, code, words, of_account=status in {401, 403} or code in OF_ACCOUNT)
    kind = OutcomeUnknown if changes else GatewayFailed
    return kind(NAME, code, words, fault=Fault.GARBLED if status < 400 else Fault.SERVER)


def not_understood(what: str) -> GatewayFailed:
    return GatewayFailed(NAME, "not_understood", what[:80], fault=Fault.GARBLED)


def minor(amount: int, currency: str) -> int | None:
    """In our units; None for a part of one."""
    whole, rest = divmod(amount, CENTS.get(currency, 1))
    return whole if not rest else None


def moment(seconds: object) -> datetime | None:
    if isinstance(seconds, bool) or not isinstance(seconds, int):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _rounded_up(amount: int, currency: str) -> int:
    """A person at the dashboard pays back sen too, and fees come to them."""
    return -(-amount // CENTS.get(currency, 1))


def _fee(told: object, currency: str) -> int | None:
    """None where it is kept in another currency, that of the account."""
    if not isinstance(told, dict) or str(told.get("currency")).upper() != currency:
        return None
    fee = told.get("fee")
    return _rounded_up(fee, currency) if isinstance(fee, int) and not isinstance(fee, bool) else None


def _why(intent: Mapping[str, Any]) -> str:
    error = intent.get("last_payment_error")
    told = error if isinstance(error, dict) else {}
    return str(told.get("decline_code") or told.get("code") or "declined")[:60]


def _mapping(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise not_understood("not expanded")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise not_understood("no text")
    return value


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise not_understood("no amount")
    return value

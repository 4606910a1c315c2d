"""iPaymu's words in ours."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from orderan.gateways.errors import Fault, GatewayFailed, GatewayRefused, OutcomeUnknown
from orderan.gateways.ipaymu.wire import WESTERN
from orderan.gateways.models import Instrument, InstrumentKind, Outcome, Truth
from orderan.gateways.ports import Offer
from orderan.gateways.reading import rupiah_loosely
from orderan.kit.calling import Reply

NAME: Final = "ipaymu"
CURRENCY: Final = "IDR"

OFFERS: Final[Mapping[str, Offer]] = {
    "va_bca": Offer("va/bca"),
    "va_bni": Offer("va/bni"),
    "va_bri": Offer("va/bri"),
    "va_mandiri": Offer("va/mandiri"),
    "va_permata": Offer("va/permata"),
    "va_cimb": Offer("va/cimb"),
    "va_bsi": Offer("va/bsi"),
    "va_danamon": Offer("va/danamon"),
    "va_btn": Offer("va/btn"),
    "va_muamalat": Offer("va/bmi"),
    "va_arthagraha": Offer("va/bag"),
    "va_bpd_bali": Offer("va/bpd_bali"),
    "qris": Offer("qris/mpm"),
    "shopeepay": Offer("ewallet/shopeepay"),
    "dana": Offer("ewallet/dana"),
    "card": Offer("cc/cc"),
    "indomaret": Offer("cstore/indomaret"),
    "alfamart": Offer("cstore/alfamart"),
    "akulaku": Offer("paylater/akulaku"),
}
"""iPaymu pays nothing back over its API: a person does it, in its dashboard or by a transfer."""

MOST_HOURS: Final[Mapping[str, int | None]] = {
    "va/bsi": 3,
    "va/bri": 2,
    "va/bca": None,
    "cstore/alfamart": None,
    "qris/mpm": None,
}
"""Where iPaymu cuts a wish, to how many hours; None where it takes no wish and has its own end."""

OUTCOMES: Final[Mapping[int, Outcome]] = {
    -2: Outcome.EXPIRED,
    0: Outcome.PENDING,
    1: Outcome.SUCCEEDED,
    2: Outcome.CANCELLED,
    3: Outcome.REFUNDED,
    4: Outcome.DECLINED,
    5: Outcome.DECLINED,
    6: Outcome.SUCCEEDED,
    7: Outcome.HELD,
}
"""6 is paid and not yet settled. 7 is kept by iPaymu until the goods are there: money that is not ours yet."""
TAKEN_IN: Final = frozenset({Outcome.SUCCEEDED, Outcome.REFUNDED})

OF_ACCOUNT: Final = frozenset({401, 402, 403, 410})
"""Refusals of our key, our account or its contract, whatever is asked."""

_DUPLICATE: Final = ("duplicate", "already exist", "already been used", "sudah ada", "sudah digunakan")
_NOT_FOUND: Final = ("not found", "tidak ditemukan")


def hours(code: str, *, expires_at: datetime, now: datetime) -> int | None:
    """Whole hours a charge may be paid, rounded down, one at least; None where iPaymu takes no wish."""
    most = MOST_HOURS.get(code, 0)
    if most is None:
        return None
    wished = max(int((expires_at - now).total_seconds() // 3600), 1)
    return min(wished, most) if most else wished


def code_of(reply: Reply, told: object) -> int:
    """How a request went: HTTP's status, and where that says well, the one in the body."""
    if reply.status != 200 or not isinstance(told, dict):
        return reply.status
    status = number(told.get("Status", 200))
    if status == 200 and told.get("Success") is False:
        return 0
    return status if status is not None else 0


def message(told: object) -> str:
    said = told.get("Message") if isinstance(told, dict) else None
    return said[:200] if isinstance(said, str) else ""


def says_duplicate(told: object) -> bool:
    return any(word in message(told).lower() for word in _DUPLICATE)


def says_not_found(told: object) -> bool:
    return any(word in message(told).lower() for word in _NOT_FOUND)


def trouble(code: int, told: object, *, changes: bool) -> GatewayRefused | GatewayFailed | OutcomeUnknown:
    """The right failure for an answer that is none of success."""
    said = message(told)
    if code == 429:
        return GatewayFailed(NAME, "429", said, fault=Fault.BUSY)
    if 400 <= code < 500 and code != 408:
        return GatewayRefused(NAME, str(code), said, of_account=code in OF_ACCOUNT)
    kind = OutcomeUnknown if changes else GatewayFailed
    return kind(NAME, str(code), said, fault=Fault.GARBLED if code in {0, 200} else Fault.SERVER)


def data_of(told: object) -> Mapping[str, Any] | None:
    data = told.get("Data") if isinstance(told, dict) else None
    return data if isinstance(data, dict) else None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the list of transactions.

    Attributes:
        total: Rows of all pages together.
        last: Whether none comes after it.
    """

    rows: list[Mapping[str, Any]]
    total: int
    last: bool


def page_of(data: Mapping[str, Any]) -> Page | None:
    """None for what is no page.

    The documentation calls the rows `Results`; answers with `Transaction` and `Pagination` were seen too.
    """
    rows, pages = data.get("Results"), data
    if rows is None:
        rows, pages = data.get("Transaction"), data.get("Pagination") or {}
    if not isinstance(rows, list) or not isinstance(pages, dict):
        return None
    told = {str(name).lower(): number(value) for name, value in pages.items()}
    turn, turns = told.get("current_page"), told.get("total_page", told.get("total_pages"))
    total = told.get("total")
    if turn is None or turns is None or total is None or not all(isinstance(row, dict) for row in rows):
        return None
    return Page(rows, total, last=turn >= turns)


def name_of(value: object) -> str | None:
    """A transaction's number, which they write as a number and as a text."""
    found = number(value)
    return str(found) if found is not None and found > 0 else None


def truth_of(data: Mapping[str, Any], reference: str, gateway_id: str, *, raw: bytes) -> Truth:
    """How a charge stands, from the answer to a question by iPaymu's own number.

    Raises:
        GatewayFailed: The answer is not one that can be understood, or is about another charge.
    """
    # Some answers leave our reference out; the number they were asked by is theirs to know.
    if name_of(data.get("TransactionId")) != gateway_id or data.get("ReferenceId") not in (
        None,
        "",
        reference,
    ):
        raise GatewayFailed(NAME, "another_charge", fault=Fault.GARBLED)
    status = number(data.get("Status"))
    outcome = OUTCOMES.get(status) if status is not None else None
    amount = rupiah_loosely(data.get("Amount"))
    if outcome is None or amount is None:
        raise GatewayFailed(NAME, f"status_{data.get('Status')}"[:40], fault=Fault.GARBLED)
    paid = amount if outcome in TAKEN_IN else 0
    return Truth(
        reference=reference,
        gateway_id=gateway_id,
        outcome=outcome,
        amount_minor=amount,
        currency=CURRENCY,
        paid_minor=paid,
        # It has one word for money paid back, and none for a part of it.
        refunded_minor=amount if outcome is Outcome.REFUNDED else 0,
        fee_minor=rupiah_loosely(data.get("Fee")) if paid else None,
        reason=f"status_{status}" if outcome is Outcome.DECLINED else None,
        at=moment(data.get("SuccessDate")) if paid else None,
        raw=raw,
    )


def instrument(code: str, data: Mapping[str, Any]) -> Instrument | None:
    """What the buyer pays with; None where the answer lacks what this method needs."""
    ends = moment(data.get("Expired"))
    page, shown = _text(data, "Url"), _text(data, "PaymentNo")
    match code.partition("/")[0]:
        case "va":
            kind = InstrumentKind.VIRTUAL_ACCOUNT
        case "cstore":
            kind = InstrumentKind.PAYMENT_CODE
        case "qris":
            qr = _text(data, "QrString")
            return Instrument(InstrumentKind.QR, qr=qr, url=page, expires_at=ends) if qr else None
        case _:
            return Instrument(InstrumentKind.REDIRECT, url=page, expires_at=ends) if page else None
    return Instrument(kind, number=shown, url=page, expires_at=ends) if shown else None


def number(value: object) -> int | None:
    """A whole number, as one or as a text."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    try:
        return int(value)
    except ValueError:
        return None


def moment(text: object) -> datetime | None:
    """A time of theirs, aware."""
    try:
        return datetime.strptime(str(text), "%Y-%m-%d %H:%M:%S").replace(tzinfo=WESTERN)
    except ValueError:
        return None


def _text(data: Mapping[str, Any], name: str) -> str | None:
    value = data.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) and value else None

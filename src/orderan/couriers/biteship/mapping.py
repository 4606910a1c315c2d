"""Biteship's words in ours."""

from collections.abc import Mapping
from typing import Any, Final

from orderan.couriers.models import Booked, Notice, Rate, Status, Step
from orderan.couriers.reading import listed, moment, part, rupiah, text
from orderan.couriers.vocabulary import read_word

NAME: Final = "biteship"

CODES: Final[Mapping[str, str]] = {
    "jne": "jne",
    "jnt": "jnt",
    "sicepat": "sicepat",
    "anteraja": "anteraja",
    "ninja": "ninja",
    "pos": "pos",
    "tiki": "tiki",
    "idexpress": "idexpress",
    "lion": "lion",
    "sap": "sap",
    "wahana": "wahana",
    "gosend": "gojek",
    "grab": "grab",
}
"""Biteship's code by ours."""

OURS: Final = {theirs: ours for ours, theirs in CODES.items()}
RIDERS: Final = frozenset({"gojek", "grab", "borzo", "lalamove"})
"""They go from door to door: what is dropping off is at no hub."""

CASH_FEES: Final[Mapping[str, tuple[int, int]]] = {
    "sicepat": (4, 2_000),
    "jne": (4, 3_500),
    "sap": (3, 0),
    "anteraja": (3, 5_000),
    "tiki": (3, 0),
    "jnt": (3, 0),
    "idexpress": (3, 0),
}
"""Percent of the cash and the least fee where it is paid out after seven days, by our code; for offers that do not say."""


def status_of(word: str, courier: str) -> Status | None:
    """A status of theirs, of a parcel this courier of theirs carries."""
    if word.strip().lower() == "dropping_off" and courier.strip().lower() in RIDERS:
        return Status.OUT_FOR_DELIVERY
    return read_word(NAME, word)


def offers(answer: object, *, cod_minor: int, insured: bool) -> list[Rate]:
    """The offers of an answer; those of couriers we do not know are left out."""
    found = []
    for one in listed(answer, "pricing"):
        courier, cost = OURS.get(text(one, "courier_code")), rupiah(part(one, "price"))
        service = text(one, "courier_service_code")
        if courier is None or cost is None or not service:
            continue
        cod = part(one, "available_for_cash_on_delivery") is True
        least, most = _days(one)
        found.append(
            Rate(
                courier=courier,
                service=service,
                cost_minor=cost,
                insurance_minor=rupiah(part(one, "insurance_fee")) if insured else None,
                cod_fee_minor=_cash_fee(courier, one, cod_minor) if cod and cod_minor else None,
                cod=cod,
                least_days=least,
                most_days=most,
            )
        )
    return found


def booked(answer: object) -> Booked | None:
    """A booking as an order answer tells it; None where it lacks a name."""
    reference = text(answer, "id")
    if not reference:
        return None
    company = text(answer, "courier", "company")
    return Booked(
        reference=reference,
        awb=text(answer, "courier", "waybill_id") or None,
        routing_code=text(answer, "courier", "routing_code") or None,
        cost_minor=rupiah(part(answer, "price")),
        status=status_of(text(answer, "status"), company),
    )


def steps(answer: object) -> tuple[Step, ...]:
    """What a tracking answer tells, oldest first."""
    company = text(answer, "courier", "company")
    told = [
        Step(
            at=moment(part(one, "updated_at")),
            status=status_of(text(one, "status"), company),
            word=text(one, "status"),
            note=text(one, "note"),
        )
        for one in listed(answer, "history")
        if text(one, "status")
    ]
    return tuple(sorted(told, key=lambda step: step.at.timestamp() if step.at else 0.0))


def notice(told: Mapping[str, Any]) -> Notice | None:
    """What a letter tells, in whichever of its two shapes; None for one that is about no order."""
    reference = text(told, "order_id")
    if not reference:
        return None
    company = text(told, "courier", "company") or text(told, "courier_company")
    word = text(told, "status")
    happened = moment(part(told, "updated_at"))
    step = Step(at=happened, status=status_of(word, company), word=word, note=text(told, "note"))
    cost = rupiah(part(told, "order_price")) or rupiah(part(told, "price"))
    return Notice(
        courier=OURS.get(company.lower()),
        awb=text(told, "courier", "waybill_id") or text(told, "courier_waybill_id") or None,
        reference=reference,
        key=None,
        steps=(step,) if word else (),
        proven=True,
        cost_minor=cost if text(told, "event") == "order.price" else None,
    )


def said(answer: object) -> str:
    """What Biteship says is wrong."""
    code, error = text(answer, "code"), text(answer, "error") or text(answer, "message")
    return f"{code} {error}".strip()[:200]


def _days(one: object) -> tuple[int | None, int | None]:
    unit = text(one, "shipment_duration_unit")
    numbers = [
        int(word) for word in text(one, "shipment_duration_range").replace("-", " ").split() if word.isdigit()
    ]
    if not numbers or max(numbers) > 365:
        return None, None
    if unit.startswith("hour"):
        return 0, 0 if max(numbers) <= 24 else max(numbers) // 24
    return min(numbers), max(numbers)


def _cash_fee(courier: str, one: object, cod_minor: int) -> int | None:
    fee = rupiah(part(one, "cash_on_delivery_fee"))
    if fee:
        return fee
    known = CASH_FEES.get(courier)
    return max(cod_minor * known[0] // 100, known[1]) if known else None

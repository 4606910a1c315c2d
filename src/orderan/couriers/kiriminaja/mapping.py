"""KiriminAja's words in ours."""

from collections.abc import Mapping
from typing import Any, Final

from orderan.couriers.errors import NoticeUnreadable
from orderan.couriers.models import Booked, Notice, Rate, Status, Step
from orderan.couriers.reading import days, listed, moment, part, rupiah, text
from orderan.couriers.vocabulary import is_refusal, read_word

NAME: Final = "kiriminaja"

CODES: Final[Mapping[str, str]] = {
    "jne": "jne",
    "jnt": "jnt",
    "sicepat": "sicepat",
    "anteraja": "anteraja",
    "ninja": "ninja",
    "pos": "posindonesia",
    "tiki": "tiki",
    "idexpress": "idx",
    "lion": "lion",
    "sap": "sap",
    "spx": "spx",
    "gosend": "gosend",
    "grab": "grab_express",
}
"""KiriminAja's code by ours."""

OURS: Final = {theirs: ours for ours, theirs in CODES.items()}

METHODS: Final[Mapping[str, tuple[str, Status]]] = {
    "processed_packages": ("date", Status.BOOKED),
    "shipped_packages": ("shipped_at", Status.PICKED_UP),
    "finished_packages": ("finished_at", Status.DELIVERED),
    "canceled_packages": ("canceled_at", Status.CANCELLED),
    "returned_packages": ("returned_at", Status.RETURNING),
    "return_finished_packages": ("returned_at", Status.RETURNED),
}
"""By the method of a letter: which member has its time, and what happened. A letter of a return tells by that time
whether it has arrived; `update_instant_packages` tells by a code."""


def offers(answer: object, *, cod_minor: int, insured: bool) -> list[Rate]:
    """The offers of an answer; those of couriers we do not know are left out."""
    found = []
    for one in listed(answer, "results"):
        courier, cost = OURS.get(text(one, "service").lower()), rupiah(part(one, "cost"))
        service = text(one, "service_type")
        if courier is None or not cost or not service:
            continue
        least, most = days(text(one, "etd"))
        cod = part(one, "cod") is True
        found.append(
            Rate(
                courier=courier,
                service=service,
                cost_minor=cost,
                insurance_minor=rupiah(text(one, "insurance")) if insured else None,
                cod_fee_minor=_cash_fee(one, cod_minor) if cod and cod_minor else None,
                cod=cod,
                least_days=least,
                most_days=most,
            )
        )
    return found


def _cash_fee(one: object, cod_minor: int) -> int | None:
    told = part(one, "setting", "cod_fee")
    if isinstance(told, bool) or not isinstance(told, int | float):
        return None
    # A share of the cash, 0.04 for four percent, in parts of ten thousand so that no rupiah is lost on the way.
    fee = -(-cod_minor * round(told * 10_000) // 10_000)
    return max(fee, rupiah(part(one, "setting", "minimum_cod_fee")) or 0)


def booked(answer: object, name: str) -> Booked:
    """A booking as the answer to its request tells it; the number is there or comes by letter."""
    own = next((one for one in listed(answer, "details") if text(one, "order_id") == name), None)
    return Booked(
        reference=name,
        awb=text(own, "awb") or None,
        routing_code=text(own, "sorting_code") or None,
        cost_minor=rupiah(part(own, "shipping_cost")),
        status=Status.BOOKED,
    )


def found(told: object, name: str) -> Booked:
    """A booking as its tracking answer tells it."""
    code = text(told, "status_code") or text(told, "details", "status_code")
    return Booked(
        reference=name,
        awb=text(told, "details", "awb") or None,
        routing_code=text(told, "details", "sorting_code") or None,
        cost_minor=rupiah(part(told, "details", "costs", "shipping_cost")),
        status=read_word(NAME, code),
    )


def steps(told: object) -> tuple[Step, ...]:
    """What a tracking answer tells, oldest first."""
    read = [
        Step(
            at=moment(part(one, "created_at")),
            status=read_word(NAME, text(one, "status_code")),
            word=text(one, "status"),
            code=text(one, "status_code"),
            note=text(one, "receiver"),
            refused=is_refusal(NAME, text(one, "status_code")),
        )
        for one in listed(told, "histories")
    ]
    # The newest stands in front; of two in one second the later line is the earlier event.
    read.reverse()
    back = moment(part(told, "details", "returned_at"))
    if back is not None and not any(one.status is Status.RETURNED for one in read):
        read.append(Step(at=back, status=Status.RETURNED, word="returned_at"))
    return tuple(sorted(read, key=lambda step: step.at.timestamp() if step.at else 0.0))


def notices(told: Mapping[str, Any], prefix: str) -> tuple[Notice, ...]:
    """What a letter tells, parcel by parcel.

    Args:
        prefix: What stands before our keys in their names.

    Raises:
        NoticeUnreadable: Its method is none we know, or it is about nobody.
    """
    method, data = text(told, "method"), told.get("data")
    rows = data if isinstance(data, list) else [data]
    if method != "update_instant_packages" and method not in METHODS:
        raise NoticeUnreadable
    found_ = tuple(one for row in rows if (one := _notice(method, row, prefix)) is not None)
    if not found_:
        raise NoticeUnreadable
    return found_


def _notice(method: str, row: object, prefix: str) -> Notice | None:
    name = text(row, "order_id")
    if not name:
        return None
    return Notice(
        courier=OURS.get(text(row, "service").lower()),
        awb=text(row, "awb") or None,
        reference=name,
        key=name.removeprefix(f"{prefix}-"),
        steps=(_step(method, row),),
        proven=True,
        routing_code=text(row, "sorting_code") or None,
    )


def _step(method: str, row: object) -> Step:
    code = text(row, "status_code") or text(row, "status")
    if method == "update_instant_packages":
        return Step(
            moment(part(row, "date")), read_word(NAME, code), method, code, refused=is_refusal(NAME, code)
        )
    member, status = METHODS[method]
    at = moment(part(row, member)) or moment(part(row, "date"))
    if method == "returned_packages" and part(row, "returned_at"):
        status = Status.RETURNED
    return Step(at, status, method, code if code.isdigit() else "", text(row, "reason"))


def says_used(said: str) -> bool:
    """Whether a refusal is that they have a parcel of this name already."""
    told = said.lower()
    return any(word in told for word in ("already", "duplicate", "sudah ada", "sudah digunakan", "unique"))

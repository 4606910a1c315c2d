"""Which sale a cancellation takes back.

Sales and cancellations meet only within one key: same customer, sku, unit price and currency.
There a cancellation takes from the latest sale first, never from one that came after it, never
more units than a sale still has, never more money than was paid for them. It is matched whole or
not at all: a line of the file has one outcome, so a cancellation of ten with seven left to cancel
waits with all its ten, and takes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from orderan.importing.models import Reason
from orderan.importing.money import EXACT, rounded_minor


class Sold(NamedTuple):
    """What is left of one sale line: units not yet cancelled, and the money paid for them."""

    number: int
    at: datetime
    units: int
    minor: int


class Cancelling(NamedTuple):
    """One cancellation line; `units` and `price` are not negative."""

    number: int
    at: datetime
    units: int
    price: Decimal
    currency: str


class Taken(NamedTuple):
    """Units and money of one sale that one cancellation takes back."""

    cancellation: int
    sale: int
    units: int
    minor: int


class Unmatched(NamedTuple):
    """A cancellation that waits, and why."""

    cancellation: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Matching:
    """Every cancellation either has its units in `taken`, to the last one, or is in `unmatched`."""

    taken: tuple[Taken, ...]
    unmatched: tuple[Unmatched, ...]


def match(sales: Iterable[Sold], cancellations: Iterable[Cancelling]) -> Matching:
    """Match the cancellations of one key, in order of time, lines of one instant as numbered.

    Takes time and memory in proportion to the lines: an exhausted sale is never looked at again,
    and a cancellation of more than is left is told so without looking.
    """
    coming = sorted(sales, key=lambda sale: (sale.at, sale.number))
    shelf = _Shelf()
    taken: list[Taken] = []
    unmatched: list[Unmatched] = []
    arrived = 0
    for cancellation in sorted(cancellations, key=lambda line: (line.at, line.number)):
        while arrived < len(coming) and coming[arrived].at <= cancellation.at:
            shelf.put(coming[arrived])
            arrived += 1
        found = shelf.take(cancellation)
        if isinstance(found, Reason):
            unmatched.append(Unmatched(cancellation.number, found))
        else:
            taken.extend(found)
    return Matching(tuple(taken), tuple(unmatched))


class _Shelf:
    """Sales so far, latest on top."""

    def __init__(self) -> None:
        self._sales: list[Sold] = []
        self._units = 0
        self._ever = False

    def put(self, sale: Sold) -> None:
        self._ever = True
        if sale.units > 0:
            self._sales.append(sale)
            self._units += sale.units

    def take(self, wanted: Cancelling) -> Sequence[Taken] | Reason:
        if wanted.units > self._units:
            return Reason.MORE_CANCELLED_THAN_SOLD if self._ever else Reason.NOTHING_SOLD_TO_CANCEL
        plan: list[Taken] = []
        got = 0
        place = len(self._sales)
        while got < wanted.units:
            place -= 1
            sale = self._sales[place]
            units = min(sale.units, wanted.units - got)
            # Parts of the line's own rounded amount, so that they add up to it exactly.
            minor = _money(wanted, got + units) - _money(wanted, got)
            if minor > sale.minor:
                return Reason.MORE_REFUNDED_THAN_PAID
            plan.append(Taken(wanted.number, sale.number, units, minor))
            got += units
        self._commit(plan, place)
        return plan

    def _commit(self, plan: Sequence[Taken], place: int) -> None:
        last = plan[-1]
        left = self._sales[place]
        left = left._replace(units=left.units - last.units, minor=left.minor - last.minor)
        del self._sales[place:]
        if left.units > 0:
            self._sales.append(left)
        self._units -= sum(part.units for part in plan)


def _money(line: Cancelling, units: int) -> int:
    return rounded_minor(EXACT.multiply(Decimal(units), line.price), line.currency)

"""How an order's cash at the door lies in its parcels. Pure.

What is due lies in the parcels by the worth of the goods in them. Goods that came back are asked
for no more; they are looked for in the parcels a courier brought back first, then in those whose
cash was collected, then in the rest. Goods that were refused at a door are asked for no more from
then on, and of the parcel they were in. Cash that was noted for the order without a parcel is loose:
a statement uses it up before it says that more was collected than was due. What is due and lies in
no parcel any more was left over where less was collected, so any of these may bring it later.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from orderan.kit.money import split_minor
from orderan.orders import Line, Order
from orderan.payments import MoneyKind
from orderan.shipping import Parcel, ParcelState

NOTHING_REFUSED: Final[Mapping[tuple[UUID, int], tuple[int, int]]] = {}
NOT_SHIPPED = ""
"""Stands among an order's parcels for its goods that did not leave yet."""


def reference_of(parcel: Parcel) -> str:
    """Under which the ledger has what was collected for a parcel; a statement's name comes before it."""
    return f"{parcel.courier}:{parcel.awb}"


@dataclass
class OrderCash:
    """What is to collect of an order, and what couriers have or paid us, per parcel; minor units.

    Attributes:
        due_minor: Not collected yet.
        weights: Worth of what is not collected yet, per parcel.
        loose_minor: Collected, not paid to us, and of no parcel.
        statements: References under which couriers paid.
    """

    due_minor: int
    weights: dict[str, int]
    collected: dict[str, int] = field(default_factory=dict)
    remitted: dict[str, int] = field(default_factory=dict)
    loose_minor: int = 0
    statements: frozenset[str] = frozenset()

    def to_collect(self, name: str, told_minor: int | None) -> int:
        """What is news of what a courier collected for a parcel: as told, or else the parcel's share."""
        if told_minor is None:
            return self._share(name, self.due_minor)
        return told_minor if self._known(name) else told_minor - self._loose_for(told_minor)

    def collect(self, name: str, amount_minor: int) -> None:
        """Note it."""
        self.due_minor -= amount_minor
        self.weights.pop(name, None)
        self.collected[name] = amount_minor

    def due_parts(self) -> dict[str, int]:
        """What is due, by where it lies; all of it under `NOT_SHIPPED` where it lies in no parcel any more."""
        if not self.weights:
            return {NOT_SHIPPED: self.due_minor}
        return dict(zip(self.weights, split_minor(self.due_minor, list(self.weights.values())), strict=True))

    def with_courier(self, name: str) -> int:
        """Collected for a parcel and not paid to us."""
        return self.collected.get(name, 0) - self.remitted.get(name, 0)

    def is_with_courier(self, name: str) -> bool:
        """Whether a courier has cash for a parcel, as far as anybody noted it."""
        return self.with_courier(name) > 0 or (self.loose_minor > 0 and name in self.weights)

    def to_remit(self, name: str) -> int:
        """What a courier pays for a parcel where the statement does not tell."""
        if self._known(name):
            return self.with_courier(name)
        return self._share(name, self.due_minor + self.loose_minor)

    def remit(self, name: str, amount_minor: int) -> tuple[int, int]:
        """Note what a courier paid; returns what was collected for it unheard, and what is too much.

        Of what is too much nothing is noted.
        """
        if self._known(name):
            lacking = max(amount_minor - self.with_courier(name), 0)
            loose = min(lacking, self.loose_minor)
            unheard = min(lacking - loose, self.left_over)
            if lacking > loose + unheard:
                return 0, lacking - loose - unheard
            self.loose_minor -= loose
            self.due_minor -= unheard
            self.collected[name] = self.collected.get(name, 0) + unheard
        else:
            loose = self._loose_for(amount_minor)
            unheard = amount_minor - loose
            self.loose_minor -= loose
            if unheard:
                self.collect(name, unheard)
            self.weights.pop(name, None)
        self.remitted[name] = self.remitted.get(name, 0) + amount_minor
        return unheard, 0

    def is_open(self, name: str) -> bool:
        """Whether something is due that lies in a parcel, or in none any more."""
        return self.due_minor > 0 and (name in self.weights or not self.weights)

    @property
    def left_over(self) -> int:
        """Due, and in no parcel any more."""
        return 0 if self.weights else max(self.due_minor, 0)

    def _known(self, name: str) -> bool:
        return name in self.collected or name in self.remitted

    def _loose_for(self, amount_minor: int) -> int:
        return min(self.loose_minor, max(amount_minor - self.due_minor, 0))

    def _share(self, name: str, left_minor: int) -> int:
        if name not in self.weights:
            return 0
        parts = split_minor(left_minor, list(self.weights.values()))
        return parts[list(self.weights).index(name)]


def cash_of(
    order: Order,
    lines: Sequence[Line],
    parcels: Sequence[Parcel],
    events: Iterable[tuple[MoneyKind, str | None, int]],
    refused: Mapping[tuple[UUID, int], tuple[int, int]] = NOTHING_REFUSED,
) -> OrderCash:
    """The cash of an order.

    Args:
        lines, parcels: All of the order's.
        refused: At doors, see `refused_at_doors`.
        events: Its `cod_collected` and `cod_remitted`: (kind, reference, amount).
    """
    names = [reference_of(parcel) for parcel in parcels]
    sums: dict[MoneyKind, dict[str, int]] = {MoneyKind.COD_COLLECTED: {}, MoneyKind.COD_REMITTED: {}}
    totals = dict.fromkeys(sums, 0)
    statements = set()
    for kind, reference, amount in events:
        totals[kind] += amount
        if reference is None:
            continue
        statements.add(reference)
        for name in names:
            if reference == name or reference.endswith(f":{name}"):
                sums[kind][name] = sums[kind].get(name, 0) + amount
    collected, remitted = sums[MoneyKind.COD_COLLECTED], sums[MoneyKind.COD_REMITTED]
    at_parcels = sum(max(amount - remitted.get(name, 0), 0) for name, amount in collected.items())
    loose = totals[MoneyKind.COD_COLLECTED] - totals[MoneyKind.COD_REMITTED] - at_parcels
    return OrderCash(
        order.due_minor,
        _weights(order, lines, parcels, collected.keys() | remitted.keys(), refused),
        collected,
        remitted,
        max(loose, 0),
        frozenset(statements),
    )


def _weights(
    order: Order,
    lines: Sequence[Line],
    parcels: Sequence[Parcel],
    known: Iterable[str],
    refused: Mapping[tuple[UUID, int], tuple[int, int]],
) -> dict[str, int]:
    """What is worth how much of what is still due: by parcel, and goods that did not leave yet."""
    known = set(known)
    out = _still_out(lines, parcels, known, refused)
    weights = {
        name: 0
        for parcel in parcels
        if (name := reference_of(parcel)) not in known and not _is_back(parcel, out)
    }
    waiting = 0
    for line in lines:
        bought = line.quantity - line.cancelled
        net = line.goods_minor - line.discount_minor + (0 if order.tax_included else line.tax_minor)
        waiting += net * (bought - line.shipped) // max(bought, 1)
        # A bundle travels as its parts: its worth follows them.
        whole = max(sum(_units(parcel, line) for parcel in parcels) * bought, 1)
        for name in weights:
            weights[name] += net * line.shipped * out[name, line.line_no] // whole
    return weights | ({NOT_SHIPPED: waiting} if waiting else {})


def _still_out(
    lines: Sequence[Line],
    parcels: Sequence[Parcel],
    known: Iterable[str],
    refused: Mapping[tuple[UUID, int], tuple[int, int]],
) -> dict[tuple[str, int], int]:
    """Units per parcel and line that did not come back, and were not refused at the door."""
    known = set(known)
    in_turn = sorted(
        parcels, key=lambda one: (one.state != ParcelState.RETURNED, reference_of(one) not in known)
    )
    out = {}
    for line in lines:
        inside = {reference_of(parcel): _units(parcel, line) for parcel in in_turn}
        # A bundle travels as its parts.
        parts, shipped = sum(inside.values()), max(line.shipped, 1)
        arrived = 0
        for parcel in in_turn:
            units, of_them_back = refused.get((parcel.id, line.line_no), (0, 0))
            inside[reference_of(parcel)] -= units * parts // shipped
            arrived += of_them_back
        back = (line.returned - arrived) * parts // shipped
        for name, units in inside.items():
            gone = min(back, units)
            back -= gone
            out[name, line.line_no] = units - gone
    return out


def _is_back(parcel: Parcel, out: Mapping[tuple[str, int], int]) -> bool:
    """Whether all its goods were received again, so that nothing is asked for them any more."""
    lines = {content.line_no for content in parcel.contents}
    return parcel.state == ParcelState.RETURNED and not any(out[reference_of(parcel), line] for line in lines)


def _units(parcel: Parcel, line: Line) -> int:
    return sum(content.quantity for content in parcel.contents if content.line_no == line.line_no)

"""Sums and choices about the lines of an order. Pure.

A unit is on its way through a line: unallocated, allocated, picked, packed, shipped. Letting
units go starts with the least advanced, because a unit on a shelf costs nobody a walk.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from orderan.kit.money import round_half_up, split_minor
from orderan.orders.models import Line

BASIS = 10_000
LATE_AFTER = timedelta(days=1)


def late_before(now: datetime) -> datetime:
    """Work planned before this has not left for more than a day."""
    return now - LATE_AFTER


@dataclass(frozen=True, slots=True)
class Tax:
    """A tax: rate_bp basis points on numerator/denominator of the price."""

    rate_bp: int
    numerator: int
    denominator: int

    def of(self, net_minor: int, *, included: bool) -> int:
        """Tax on an amount, or in it when prices include tax; rounded half up once."""
        up, down = self.rate_bp * self.numerator, BASIS * self.denominator
        return round_half_up(net_minor * up, down + up if included else down)


@dataclass(frozen=True, slots=True)
class Cut:
    """Units of a line to let go, counted by how far each was."""

    line_no: int
    unallocated: int
    allocated: int
    picked: int
    packed: int

    @property
    def units(self) -> int:
        return self.unallocated + self.promised

    @property
    def promised(self) -> int:
        """Units that stock was allocated to."""
        return self.allocated + self.picked + self.packed


@dataclass(frozen=True, slots=True)
class Sums:
    """What an order costs, minor units."""

    goods_minor: int
    discount_minor: int
    shipping_minor: int
    tax_minor: int
    rounding_minor: int
    total_minor: int
    units: int


def owed(line: Line) -> int:
    """Units of a line that stand: ordered and not cancelled."""
    return line.quantity - line.cancelled


def unshipped(line: Line) -> int:
    """Units that can still be let go; a shipped unit can only come back as a return."""
    return owed(line) - line.shipped


def least_advanced(line: Line, units: int) -> Cut:
    """Choose `units` of what is unshipped, the least advanced first; units <= unshipped(line)."""
    left = units
    taken = []
    for there in (
        owed(line) - line.allocated,
        line.allocated - line.picked,
        line.picked - line.packed,
        line.packed - line.shipped,
    ):
        now = min(left, max(there, 0))
        taken.append(now)
        left -= now
    return Cut(line.line_no, *taken)


def without(line: Line, cut: Cut) -> Line:
    """The line's quantities after a cut; its money is left alone."""
    return replace(
        line,
        cancelled=line.cancelled + cut.units,
        allocated=line.allocated - cut.promised,
        picked=line.picked - cut.picked - cut.packed,
        packed=line.packed - cut.packed,
    )


def with_more(line: Line, units: int, *, new: bool, allocated: bool) -> Line:
    """The line with more units standing; a new line has them already."""
    return replace(
        line,
        quantity=line.quantity if new else line.quantity + units,
        allocated=line.allocated + (units if allocated else 0),
    )


@dataclass(frozen=True, slots=True)
class Spec:
    """A discount as it was granted to so many units of a line."""

    code: str
    payer: str
    amount_minor: int
    units: int

    def of(self, units: int) -> int:
        """What of it stands for so many units: its share where they are fewer, and never more."""
        if units >= self.units:
            return self.amount_minor
        return split_minor(self.amount_minor, [units, self.units - units])[0] if units else 0


def specs_of(line: Line) -> list[Spec]:
    """What was granted to a line; where nothing was ever cut, that is what stands."""
    if line.discount_minor and not line.discounts:
        return [Spec("discount", "merchant", line.discount_minor, line.quantity)]
    return [
        Spec(
            str(entry[0]),
            str(entry[1]),
            int(entry[3] if len(entry) > 3 else entry[2]),
            # As placed, for all of them; with an amount as granted and nothing else, for what stands.
            int(entry[4]) if len(entry) > 4 else line.quantity if len(entry) == 3 else owed(line),
        )
        for entry in line.discounts or ()
    ]


def net_of(line: Line, units: int) -> int:
    """What so many units of a line cost after what was granted to it, before tax where prices are without."""
    at_most = line.unit_price_minor * units
    return max(at_most - sum(spec.of(units) for spec in specs_of(line)), 0)


def repriced(line: Line, units: int, specs: Sequence[Spec], *, included: bool) -> Line:
    """The line's money for `units` at its own price and tax; a discount never exceeds the goods.

    Args:
        specs: What was granted; the share of units that are gone comes back with them.
    """
    goods = line.unit_price_minor * units
    left = goods
    entries: list[list[str | int]] = []
    for spec in specs:
        amount = min(spec.of(units), left)
        left -= amount
        entries.append([spec.code, spec.payer, amount, spec.amount_minor, spec.units])
    return replace(
        line,
        goods_minor=goods,
        discount_minor=goods - left,
        tax_minor=tax_of(line).of(left, included=included),
        discounts=entries or None,
    )


def cancelled_by(line: Line, cut: Cut, *, included: bool) -> Line:
    """The line after a cancellation: quantities, goods, their share of the discounts, tax on the rest."""
    return repriced(without(line, cut), owed(line) - cut.units, specs_of(line), included=included)


def weight(lines: Iterable[Line], units: Mapping[int, int], weight_g: Mapping[UUID, int]) -> int:
    """What so many units of lines weigh, in grams.

    Args:
        units: Per line; a line that is missing has none.
        weight_g: Of one unit, per sku; a sku that is missing weighs nothing.
    """
    return sum(weight_g.get(line.sku_id, 0) * units.get(line.line_no, 0) for line in lines)


def summed(lines: Iterable[Line], *, shipping_minor: int, rounding_minor: int, tax_included: bool) -> Sums:
    """What an order costs, from its lines as they stand."""
    lines = list(lines)
    goods = sum(line.goods_minor for line in lines)
    discount = sum(line.discount_minor for line in lines)
    tax = sum(line.tax_minor for line in lines)
    return Sums(
        goods_minor=goods,
        discount_minor=discount,
        shipping_minor=shipping_minor,
        tax_minor=tax,
        rounding_minor=rounding_minor,
        total_minor=goods - discount + shipping_minor + (0 if tax_included else tax) + rounding_minor,
        units=sum(owed(line) for line in lines),
    )


def tax_of(line: Line) -> Tax:
    """The tax a line was written with; rates made since then are not for it."""
    return Tax(line.tax_rate_bp, line.tax_base_numerator, line.tax_base_denominator)

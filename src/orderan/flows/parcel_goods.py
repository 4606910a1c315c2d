"""What is in a parcel, counted in units of its order's lines, and what of it a sum of money is the price of. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from orderan.orders import Line
from orderan.returns import worth
from orderan.shipping import Parcel

MOST_SUMS: Final = 5_000
"""Ways to keep a part that are looked at; a parcel of more says nothing by its price."""


def units_in(
    parcel: Parcel, parcels: Sequence[Parcel], lines: Sequence[Line], coming: Mapping[int, int]
) -> dict[int, int]:
    """Units of order lines in a parcel that may be kept or not; of a bundle those that are in it whole.

    Args:
        parcels, lines: All of the order's.
        coming: Units per line that are asked back already.
    """
    found = {}
    for line in lines:
        parts = _parts(parcel, line)
        left = line.shipped - line.returned - coming.get(line.line_no, 0)
        if not parts or left <= 0:
            continue
        sent: dict[UUID, int] = {}
        for one in parcels:
            for sku_id, units in _parts(one, line).items():
                sent[sku_id] = sent.get(sku_id, 0) + units
        # A line's parts travel in proportion to its units; a part that is in another parcel is not in this one whole.
        whole = min(parts.get(sku_id, 0) * line.shipped // units for sku_id, units in sent.items())
        if whole > 0:
            found[line.line_no] = min(whole, left)
    return found


def _parts(parcel: Parcel, line: Line) -> dict[UUID, int]:
    parts: dict[UUID, int] = {}
    for content in parcel.contents:
        if content.line_no == line.line_no:
            parts[content.sku_id] = parts.get(content.sku_id, 0) + content.quantity
    return parts


def priced_at(
    amount_minor: int, inside: Mapping[int, int], lines: Sequence[Line], *, tax_included: bool
) -> dict[int, int] | None:
    """The fewest units of a parcel whose price is exactly so much, by line; None where no part of it costs that.

    Args:
        inside: Units that are in the parcel whole, by line.
        lines: All of the order's, of which nothing came back yet.
    """
    ways: dict[int, tuple[tuple[int, int], ...]] = {0: ()}
    for line_no, units in inside.items():
        for price, way in list(ways.items()):
            for count in range(1, units + 1):
                [one] = worth(lines, [(line_no, count)], refunded_before={}, tax_included=tax_included)
                fewer = ways.get(price + one.amount_minor)
                longer = (*way, (line_no, count))
                if fewer is None or _units_of(longer) < _units_of(fewer):
                    ways[price + one.amount_minor] = longer
            if len(ways) > MOST_SUMS:
                return None
    found = dict(ways.get(amount_minor, ()))
    return found if 0 < sum(found.values()) < sum(inside.values()) else None


def _units_of(way: Sequence[tuple[int, int]]) -> int:
    return sum(units for _, units in way)

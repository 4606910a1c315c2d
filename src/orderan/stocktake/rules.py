"""How far a count is off, whether somebody else has to count again, and whose goods are missing."""

from collections.abc import Sequence

from orderan.kit.ids import NIL
from orderan.stocktake.models import Row, Tolerance


def off(counted: int, before: int, after: int) -> int:
    """Units more (positive) or less than the book had.

    Selling goes on while people count: what was picked between the beginning and the end was counted by one
    person and not by another. So every figure the book had between the two is right, and another is off from
    the nearest of them.
    """
    low, high = sorted((before, after))
    if counted > high:
        return counted - high
    return min(counted - low, 0)


def must_recount(difference: int, unit_minor: int, tolerance: Tolerance) -> bool:
    """Whether so many units more or less need a second pair of eyes."""
    units = abs(difference)
    worth = tolerance.minor is not None and units * unit_minor > tolerance.minor
    return units > tolerance.units or worth


def shared(counted: int, rows: Sequence[Row]) -> list[int]:
    """Units of a sku and lot over the rows of its owners, of whom nobody can tell the goods apart.

    Partners' goods are taken to be all there before our own: what is missing is ours to answer for.

    Returns:
        Units for each row, in the order of `rows`; they add up to `counted`.
    """
    left, found = counted, [0] * len(rows)
    last = next((index for index, row in enumerate(rows) if row.key.owner_id == NIL), len(rows) - 1)
    for index, row in enumerate(rows):
        if index != last:
            found[index] = min(left, max(row.before or 0, row.after or 0))
            left -= found[index]
    found[last] = left
    return found

"""How much of what a count found, or missed, can be booked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from orderan.inventory.models import StockKey


@dataclass(frozen=True, slots=True)
class CountOff:
    """Units more (positive) or less than the book has of a row, in a bin or (None) in no bin."""

    bin_id: UUID | None
    key: StockKey
    change: int


def bookable(
    changes: Sequence[CountOff],
    *,
    inside: Mapping[tuple[UUID | None, StockKey], int],
    free: Mapping[StockKey, int],
) -> list[int]:
    """Units of each change that can be booked; the rest has to wait.

    All that was found can be. What is missing is taken from where it was missed, as far as the book still has it
    there, and never from units that are promised: whoever they are promised to has to be told first.

    Args:
        inside: Units in each bin, and in none, of each row.
        free: Units of each row that nobody was promised; below zero where more is promised than is there.
    """
    booked = [max(one.change, 0) for one in changes]
    spare = dict(free)
    for one, found in zip(changes, booked, strict=True):
        spare[one.key] += found
    left = dict(inside)
    for index, one in enumerate(changes):
        if one.change < 0:
            spot = (one.bin_id, one.key)
            units = max(min(-one.change, left.get(spot, 0), spare[one.key]), 0)
            booked[index] = -units
            spare[one.key] -= units
            left[spot] = left.get(spot, 0) - units
    return booked

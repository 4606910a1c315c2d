"""Which bins units are taken from, and the way a picker walks."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from orderan.inventory.bin_models import BinKind, Binned, Take

Stop = TypeVar("Stop")


def taken(bins: Sequence[Binned], take: Take) -> list[tuple[Binned, int]]:
    """Units from each bin that serves a take; fewer than were asked for where the bins hold fewer.

    Pick faces serve before reserves, and the bin with the fewest units first: it is emptied, and one
    visit serves the next order as well.
    """
    left, found = take.quantity, []
    fit = [one for one in bins if one.key == take.key and take.bin_id in (None, one.bin_id)]
    for one in sorted(fit, key=lambda one: (one.kind is BinKind.RESERVE, one.quantity, one.code)):
        if units := min(left, one.quantity):
            found.append((one, units))
            left -= units
    return found


def walk(stops: Iterable[tuple[tuple[int, int], Stop]]) -> list[Stop]:
    """Stops in the order of an S through the aisles: up one, down the next, from the packing table on.

    Args:
        stops: ((x along the aisles' ends, y into the aisle), what is there), centimetres.

    Source: the S-shape (traversal) heuristic of order picking: R. de Koster, T. Le-Duc, K. J. Roodbergen, "Design and
    control of warehouse order picking: a literature review" (2007), section 6.
    """
    aisles: dict[int, list[tuple[int, Stop]]] = {}
    for (x, y), stop in stops:
        aisles.setdefault(x, []).append((y, stop))
    way: list[Stop] = []
    for turn, x in enumerate(sorted(aisles)):
        way += [stop for _, stop in sorted(aisles[x], key=lambda at: at[0] if turn % 2 == 0 else -at[0])]
    return way


def less(bins: Sequence[Binned], found: Sequence[tuple[Binned, int]]) -> list[Binned]:
    """The bins without what was taken out of them."""
    out = {(one.bin_id, one.key): units for one, units in found}
    return [replace(one, quantity=one.quantity - out.get((one.bin_id, one.key), 0)) for one in bins]

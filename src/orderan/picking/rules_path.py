"""Ways through the aisles: lengths, and the shortest one. Pure.

The floor is one block: parallel aisles, a cross aisle in front of them, on which the packing table
stands, and one behind. A walk begins and ends at the table.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, auto
from itertools import pairwise
from typing import Final

from orderan.picking.models import Spot, Walk

TABLE: Final[Spot] = (0, 0)


class _Ends(IntEnum):
    """What the ways so far are at the right-most aisle.

    ODD        one way at its front, one at its back
    BACK       pairs of ways at its back only
    FRONT      pairs of ways at its front only
    JOINED     pairs of ways at both, all of one piece
    APART      pairs of ways at both, in two pieces
    """

    ODD = auto()
    BACK = auto()
    FRONT = auto()
    JOINED = auto()
    APART = auto()


class _Along(IntEnum):
    """How an aisle is walked: through it, in and out from an end, from both up to the widest gap, twice."""

    THROUGH = auto()
    FROM_BACK = auto()
    FROM_FRONT = auto()
    AROUND_GAP = auto()
    TWICE = auto()


_FIRST: Final = {
    _Along.THROUGH: _Ends.ODD,
    _Along.FROM_BACK: _Ends.BACK,
    _Along.FROM_FRONT: _Ends.FRONT,
    _Along.AROUND_GAP: _Ends.APART,
    _Along.TWICE: _Ends.JOINED,
}
_THEN: Final = {
    _Ends.ODD: {
        _Along.THROUGH: _Ends.JOINED,
        _Along.FROM_BACK: _Ends.ODD,
        _Along.FROM_FRONT: _Ends.ODD,
        _Along.AROUND_GAP: _Ends.ODD,
    },
    _Ends.BACK: {
        _Along.THROUGH: _Ends.ODD,
        _Along.FROM_BACK: _Ends.BACK,
        _Along.FROM_FRONT: _Ends.APART,
        _Along.AROUND_GAP: _Ends.APART,
        _Along.TWICE: _Ends.JOINED,
    },
    _Ends.FRONT: {
        _Along.THROUGH: _Ends.ODD,
        _Along.FROM_BACK: _Ends.APART,
        _Along.FROM_FRONT: _Ends.FRONT,
        _Along.AROUND_GAP: _Ends.APART,
        _Along.TWICE: _Ends.JOINED,
    },
    _Ends.JOINED: {
        _Along.THROUGH: _Ends.ODD,
        _Along.FROM_BACK: _Ends.JOINED,
        _Along.FROM_FRONT: _Ends.JOINED,
        _Along.AROUND_GAP: _Ends.JOINED,
    },
    _Ends.APART: {
        _Along.THROUGH: _Ends.ODD,
        _Along.FROM_BACK: _Ends.APART,
        _Along.FROM_FRONT: _Ends.APART,
        _Along.AROUND_GAP: _Ends.APART,
        _Along.TWICE: _Ends.JOINED,
    },
}
_ACROSS: Final[dict[_Ends, tuple[tuple[int, int, _Ends], ...]]] = {
    _Ends.ODD: ((1, 1, _Ends.ODD),),
    _Ends.BACK: ((0, 2, _Ends.BACK), (2, 2, _Ends.APART)),
    _Ends.FRONT: ((2, 0, _Ends.FRONT), (2, 2, _Ends.APART)),
    _Ends.JOINED: ((0, 2, _Ends.BACK), (2, 0, _Ends.FRONT), (2, 2, _Ends.JOINED)),
    _Ends.APART: ((2, 2, _Ends.APART),),
}
"""To the next aisle: ways along the front, ways along the back, and what they are there."""
_WHOLE: Final = (_Ends.BACK, _Ends.FRONT, _Ends.JOINED)
"""Of one piece, so that a walk can end here."""


@dataclass(frozen=True, slots=True)
class _Part:
    """The cheapest ways so far, the last step of them and the part before it."""

    length: int
    step: tuple[int, int] | _Along
    before: "_Part | None"


def shortest(spots: Sequence[Spot], *, depth_cm: int) -> Walk:
    """The shortest walk from the table past every spot and back; exact, in time linear in the aisles.

    Args:
        depth_cm: Length of every aisle; a spot lies at 0 to here in it.

    Source: H. D. Ratliff and A. S. Rosenthal, "Order-picking in a rectangular warehouse: a solvable case of the traveling
        salesman problem", Operations Research 31 (1983); tables 1 and 2.
    """
    aisles: dict[int, list[int]] = defaultdict(list)
    for x, y in [TABLE, *spots]:
        aisles[x].append(y)
    across = sorted(aisles)
    parts: dict[_Ends, _Part] = {}
    for turn, x in enumerate(across):
        reached: dict[_Ends, _Part] = {}
        ways = _lengths(sorted(aisles[x]), depth_cm)
        if not turn:
            for way, length in ways.items():
                _keep(reached, _FIRST[way], _Part(length, way, None))
        for ends, part in parts.items():
            for way, then in _THEN[ends].items():
                if way in ways:
                    _keep(reached, then, _Part(part.length + ways[way], way, part))
        parts = reached
        if turn + 1 < len(across):
            parts = _moved(parts, across[turn + 1] - x)
    best = min((parts[ends] for ends in _WHOLE if ends in parts), key=lambda part: part.length)
    return Walk(best.length, _order(spots, across, aisles, best, depth_cm))


def _keep(found: dict[_Ends, _Part], ends: _Ends, part: _Part) -> None:
    if ends not in found or part.length < found[ends].length:
        found[ends] = part


def _moved(parts: dict[_Ends, _Part], distance: int) -> dict[_Ends, _Part]:
    moved: dict[_Ends, _Part] = {}
    for ends, part in parts.items():
        for front, back, then in _ACROSS[ends]:
            _keep(moved, then, _Part(part.length + (front + back) * distance, (front, back), part))
    return moved


def _lengths(ys: Sequence[int], depth: int) -> dict[_Along, int]:
    ways = {
        _Along.THROUGH: depth,
        _Along.FROM_FRONT: 2 * ys[-1],
        _Along.FROM_BACK: 2 * (depth - ys[0]),
        _Along.TWICE: 2 * depth,
    }
    if len(ys) > 1:
        ways[_Along.AROUND_GAP] = 2 * (depth - max(_gaps(ys)))
    return ways


def _gaps(ys: Sequence[int]) -> list[int]:
    return [far - near for near, far in pairwise(ys)]


def _order(
    spots: Sequence[Spot],
    across: Sequence[int],
    aisles: dict[int, list[int]],
    best: _Part,
    depth: int,
) -> list[int]:
    """Indices of the spots as the ways of the best walk come past them, in one round."""
    ways: dict[Spot, list[Spot]] = defaultdict(list)
    part: _Part | None = best
    turn = len(across) - 1
    while part is not None:
        if isinstance(part.step, _Along):
            for near, far in _pieces(sorted(aisles[across[turn]]), part.step, depth):
                _lay(ways, (across[turn], near), (across[turn], far))
        else:
            turn -= 1
            for y, times in zip((0, depth), part.step, strict=True):
                for _ in range(times):
                    _lay(ways, (across[turn], y), (across[turn + 1], y))
        part = part.before
    there: dict[Spot, list[int]] = defaultdict(list)
    for index, spot in enumerate(spots):
        there[spot].append(index)
    found: list[int] = []
    for spot in _round(ways):
        found += there.pop(spot, [])
    # Either way round is as long; a picker begins with what is near.
    if found and _from_table(spots[found[-1]], depth) < _from_table(spots[found[0]], depth):
        found.reverse()
    return found


def _from_table(spot: Spot, depth: int) -> int:
    return distance(TABLE, spot, depth_cm=depth)


def _lay(ways: dict[Spot, list[Spot]], one: Spot, other: Spot) -> None:
    ways[one].append(other)
    ways[other].append(one)


def _pieces(ys: Sequence[int], way: _Along, depth: int) -> list[tuple[int, int]]:
    """Stretches between neighbouring spots and ends of an aisle, each as often as it is walked."""
    nodes = sorted({0, depth, *ys})
    stretches = list(pairwise(nodes))
    match way:
        case _Along.THROUGH:
            return stretches
        case _Along.TWICE:
            walked = stretches
        case _Along.FROM_FRONT:
            walked = [one for one in stretches if one[1] <= ys[-1]]
        case _Along.FROM_BACK:
            walked = [one for one in stretches if one[0] >= ys[0]]
        case _:
            gaps = _gaps(ys)
            widest = gaps.index(max(gaps))
            walked = [one for one in stretches if one[1] <= ys[widest] or one[0] >= ys[widest + 1]]
    return walked * 2


def _round(ways: dict[Spot, list[Spot]]) -> list[Spot]:
    """One round over every way, each once, from the table: Hierholzer's."""
    under_way, passed = [TABLE], []
    while under_way:
        here = under_way[-1]
        if not ways[here]:
            passed.append(under_way.pop())
            continue
        there = ways[here].pop()
        ways[there].remove(here)
        under_way.append(there)
    return passed


def s_shape(spots: Sequence[Spot], *, depth_cm: int) -> int:
    """Length of an S: every aisle with a spot is walked through, the last of an odd number in and out.

    Source: as `orderan.inventory.walk`.
    """
    if not spots:
        return 0
    aisles = sorted({x for x, _ in spots})
    wide = 2 * (max(aisles[-1], 0) - min(aisles[0], 0))
    if len(aisles) % 2 == 0:
        return wide + len(aisles) * depth_cm
    return wide + (len(aisles) - 1) * depth_cm + 2 * max(y for x, y in spots if x == aisles[-1])


def distance(one: Spot, other: Spot, *, depth_cm: int) -> int:
    """The shortest way between two spots."""
    if one[0] == other[0]:
        return abs(one[1] - other[1])
    through = one[1] + other[1]
    return abs(one[0] - other[0]) + min(through, 2 * depth_cm - through)

"""Which carton goods fit into. Pure.

Units are laid one by one, the largest first, each into the smallest free room it fits into in any position; what is
left of a room is cut into three. A carton is proposed only where every unit found its place, so that what is proposed
holds the goods; a tighter way of laying them that this does not find costs a larger carton, never a wrong one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Final

from orderan.packing.models import Carton

MOST_LAID: Final = 200
"""Units that are laid one by one; of more only room and weight are summed, with air between them."""
FILL_BP: Final = 7_000
"""Of a carton's room that many small units take at most."""

Size = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Thing:
    """Units to lay, all of one size.

    Attributes:
        weight_g: Of a unit.
    """

    size: Size
    units: int
    weight_g: int


@dataclass(frozen=True, slots=True)
class Laid:
    """Where a unit lies: its corner nearest to the carton's, and its size as it is turned."""

    at: Size
    size: Size


def suggest(things: Sequence[Thing], cartons: Sequence[Carton]) -> Carton | None:
    """The smallest carton that holds these goods, of equal ones the cheapest; None where none does.

    Goods whose measures are not known fit nowhere that anybody could say.
    """
    if not things or any(not all(thing.size) for thing in things):
        return None
    for carton in sorted(cartons, key=lambda one: (one.volume_mm3, one.cost_minor, one.code)):
        if carton.active and holds(things, carton):
            return carton
    return None


def holds(things: Sequence[Thing], carton: Carton) -> bool:
    """Whether a carton can carry these goods and has room for them."""
    if sum(thing.weight_g * thing.units for thing in things) > carton.carries_g:
        return False
    room = sum(_volume(thing.size) * thing.units for thing in things)
    if sum(thing.units for thing in things) <= MOST_LAID:
        return room <= carton.volume_mm3 and lay(things, carton) is not None
    inside = sorted(_size_of(carton))
    fits = all(
        all(side <= most for side, most in zip(sorted(thing.size), inside, strict=True)) for thing in things
    )
    return fits and room * 10_000 <= carton.volume_mm3 * FILL_BP


def lay(things: Sequence[Thing], carton: Carton) -> list[Laid] | None:
    """A place for every unit; None where one found none."""
    units = sorted(
        (thing.size for thing in things for _ in range(thing.units)),
        key=lambda size: (-max(size), -_volume(size)),
    )
    rooms = [Laid((0, 0, 0), _size_of(carton))]
    laid = []
    for size in units:
        rooms.sort(key=lambda room: _volume(room.size))
        found = next(
            (
                (turn, room, turned)
                for turn, room in enumerate(rooms)
                for turned in _turns(size)
                if all(side <= most for side, most in zip(turned, room.size, strict=True))
            ),
            None,
        )
        if found is None:
            return None
        turn, room, turned = found
        laid.append(Laid(room.at, turned))
        rooms[turn : turn + 1] = _rest(room, turned)
    return laid


def _turns(size: Size) -> list[Size]:
    """Every way a unit can lie along the edges."""
    return sorted({(a, b, c) for a, b, c in permutations(size)})


def _rest(room: Laid, taken: Size) -> list[Laid]:
    """What is left of a room beside, before and above what lies in its corner."""
    (x, y, z), (long, wide, high), (a, b, c) = room.at, room.size, taken
    left = (
        Laid((x + a, y, z), (long - a, wide, high)),
        Laid((x, y + b, z), (a, wide - b, high)),
        Laid((x, y, z + c), (a, b, high - c)),
    )
    return [one for one in left if all(one.size)]


def _size_of(carton: Carton) -> Size:
    return carton.length_mm, carton.width_mm, carton.height_mm


def _volume(size: Size) -> int:
    return size[0] * size[1] * size[2]

"""Orders tied to one, placed on a drawing: the one in the middle, the others around it. Pure.

The numbers are those of an SVG that is as wide as a phone: whatever is wider shows the same, larger.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, pi, sin
from typing import Final
from uuid import UUID

from orderan.trust import LINKING, KeyKind, Link

WIDTH: Final = 360
HEIGHT: Final = 344
MOST_DRAWN: Final = 8
"""Orders around the one: their numbers stand beside each other without touching."""
_ACROSS, _DOWN = 128, 118
_MIDDLE: Final = (WIDTH // 2, 158)


@dataclass(frozen=True, slots=True)
class Point:
    """An order on the drawing; the first is the one that was asked about."""

    id: UUID
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Edge:
    """What two orders share; `main` is one of the order that was asked about."""

    x1: int
    y1: int
    x2: int
    y2: int
    main: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """All of it; `left_out` counts tied orders that are not drawn."""

    points: tuple[Point, ...]
    edges: tuple[Edge, ...]
    left_out: int


def shared(links: Sequence[Link]) -> dict[UUID, tuple[KeyKind, ...]]:
    """What each tied order shares with the one, those that share most first, then the newest."""
    kinds: dict[UUID, set[KeyKind]] = defaultdict(set)
    newest = {}
    for link in links:
        kinds[link.other_id].add(link.kind)
        newest[link.other_id] = link.at
    ranked = sorted(kinds, key=lambda other: (len(kinds[other]), newest[other], other), reverse=True)
    return {other: tuple(kind for kind in LINKING if kind in kinds[other]) for other in ranked}


def drawn(order_id: UUID, tied: Mapping[UUID, Sequence[KeyKind]], among: Sequence[Link]) -> Drawing:
    """The drawing of an order and of those tied to it.

    Args:
        tied: As of `shared`.
        among: What those share with each other.
    """
    around = list(tied)[:MOST_DRAWN]
    x, y = _MIDDLE
    places = {order_id: _MIDDLE}
    for turn, other in enumerate(around):
        angle = 2 * pi * turn / len(around) - pi / 2
        places[other] = (round(x + _ACROSS * cos(angle)), round(y + _DOWN * sin(angle)))
    pairs = {
        (link.subject_id, link.other_id)
        for link in among
        if link.subject_id in places
        and link.other_id in places
        and order_id not in (link.subject_id, link.other_id)
    }
    edges = [Edge(*places[one], *places[other], main=False) for one, other in sorted(pairs)]
    edges += [Edge(*_MIDDLE, *places[other], main=True) for other in around]
    points = tuple(Point(one, *place) for one, place in places.items())
    return Drawing(points, tuple(edges), len(tied) - len(around))

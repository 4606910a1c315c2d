"""Runs drawn without any map of somebody else: points on a plane, as far apart as they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import Final

from orderan.routes import Point

WIDE: Final = 1000
HIGH: Final = 560
EDGE: Final = 40
COLOURS: Final = 6


@dataclass(frozen=True, slots=True)
class Dot:
    """Something on the map.

    Attributes:
        kind: `depot`, `stop` or `van`.
        line: Which run it belongs to, counted from 0; None of none.
    """

    point: Point
    kind: str
    label: str
    title: str
    tone: str = "calm"
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """The same, where it is drawn."""

    dot: Dot
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Picture:
    """A map: what is on it, and a line per run through its points in turn.

    Attributes:
        lines: (colour, points as SVG writes them).
        km: How wide it is.
    """

    drawn: tuple[Drawn, ...]
    lines: tuple[tuple[int, str], ...]
    km: float


def picture(dots: Sequence[Dot], ways: Sequence[Sequence[Point]]) -> Picture | None:
    """Lay dots out, north up; None where there is nothing to lay out.

    Over a city the globe is flat: a degree of longitude is shorter by the cosine of the latitude.
    """
    points = [dot.point for dot in dots] + [point for way in ways for point in way]
    if not points:
        return None
    middle = sum(point.latitude for point in points) / len(points)
    narrow = cos(radians(middle)) or 1.0
    east = [point.longitude * narrow for point in points]
    north = [point.latitude for point in points]
    # A hundredth of a degree is about a kilometre: a single door is not magnified to fill the page.
    span = max((max(east) - min(east)) / (WIDE - 2 * EDGE), (max(north) - min(north)) / (HIGH - 2 * EDGE))
    span = max(span, 0.01 / (WIDE - 2 * EDGE))
    centre_x, centre_y = (max(east) + min(east)) / 2, (max(north) + min(north)) / 2

    def put(point: Point) -> tuple[float, float]:
        x = WIDE / 2 + (point.longitude * narrow - centre_x) / span
        y = HIGH / 2 - (point.latitude - centre_y) / span
        return round(x, 1), round(y, 1)

    drawn = tuple(Drawn(dot, *put(dot.point)) for dot in dots)
    lines = tuple(
        (turn % COLOURS, " ".join(f"{x},{y}" for x, y in map(put, way))) for turn, way in enumerate(ways)
    )
    return Picture(drawn, lines, round(span * WIDE * 111.32, 1))

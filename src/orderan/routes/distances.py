"""How far and how long it is from place to place, where no map is asked: over the globe, and by factors. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import asin, ceil, cos, radians, sin, sqrt
from typing import Final

EARTH_M: Final = 6_371_008.8
"""Mean radius (IUGG)."""
HOURS: Final = 24
TRAFFIC: Final = (
    (0.80,) * 5 + (0.90, 1.15, 1.45, 1.40, 1.20, 1.10, 1.10) + (1.10, 1.10, 1.15, 1.25, 1.45, 1.60)
) + (1.50, 1.30, 1.10, 1.00, 0.90, 0.80)
"""How much longer driving takes at each hour of the day than at the usual pace: an assumption about a weekday in a
city of Java, which a shop replaces by its own once it has driven."""
CLEAR: Final = "clear"
WEATHER: Final[Mapping[str, float]] = {CLEAR: 1.0, "rain": 1.25, "flood": 1.8}
"""The same for the weather: an assumption too."""


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the globe, in degrees (WGS 84)."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Roads:
    """How roads differ from the straight line.

    Attributes:
        winding: Metres of road for each metre of the straight line: 1.3 to 1.4 in cities of Java.
        kmh: The usual pace, stops at lights included.
        traffic: Factor on driving time per hour of the day, 24 of them.
    """

    winding: float = 1.35
    kmh: float = 24.0
    traffic: tuple[float, ...] = TRAFFIC


def great_circle_m(here: Point, there: Point) -> float:
    """Metres over the globe.

    Source: the haversine formula; R. W. Sinnott, "Virtues of the Haversine", Sky and Telescope 68 (2), 1984.
    """
    north, south = radians(here.latitude), radians(there.latitude)
    high = sin((south - north) / 2) ** 2
    wide = sin(radians(there.longitude - here.longitude) / 2) ** 2
    return 2 * EARTH_M * asin(min(1.0, sqrt(high + cos(north) * cos(south) * wide)))


def pace(roads: Roads, begins: datetime, ends: datetime, weather: str = CLEAR) -> float:
    """The factor on driving time between two instants, of one zone: the mean of the hours, by how much of each it is.

    Routes are solved with one factor for the whole shift: a search that knows the hour of every leg takes far longer
    than a dispatcher waits.
    """
    slow, at = 0.0, begins
    while at < ends:
        until = min(ends, at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1))
        slow += roads.traffic[at.hour] * (until - at).total_seconds()
        at = until
    whole = (ends - begins).total_seconds()
    return WEATHER.get(weather, 1.0) * (slow / whole if whole > 0 else roads.traffic[begins.hour])


def table(
    points: Sequence[Point], roads: Roads, *, factor: float = 1.0
) -> tuple[tuple[tuple[int, ...], ...], tuple[tuple[int, ...], ...]]:
    """Metres and seconds from each point to each.

    Args:
        factor: On driving time; see `pace`.
    """
    metres = tuple(
        tuple(round(roads.winding * great_circle_m(here, there)) for there in points) for here in points
    )
    slow = factor * 3.6 / roads.kmh
    return metres, tuple(tuple(ceil(one * slow) for one in row) for row in metres)

"""The nouns: what is to be driven, by what, and a way to do it.

Distances are metres and times seconds since an instant of the caller's choice, all whole numbers; a benchmark may
take other units, as long as it takes the same for all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

NEVER: Final = 2**40
"""A time, distance or duration that no day reaches: no bound."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Somewhere a vehicle has to be.

    Attributes:
        key: What the caller calls it.
        place: Row of the matrices.
        delivers: What leaves the vehicle here, per dimension of the problem.
        collects: What the vehicle has more of from here on, per dimension.
        opens, closes: When the visit may begin, both included; who comes early waits.
        service_s: How long it takes.
        prize: What leaving it out costs; None is a stop that must be made.
    """

    key: str
    place: int
    delivers: tuple[int, ...] = ()
    collects: tuple[int, ...] = ()
    opens: int = 0
    closes: int = NEVER
    service_s: int = 0
    prize: int | None = None


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A van with its driver, or several that are alike.

    Attributes:
        start, end: Places it leaves from and comes back to.
        capacity: The most it may hold at any moment, per dimension.
        on_board: What it holds already and keeps, per dimension.
        leaves, back: Bounds of its shift: not out before the one, in by the other.
        longest_s, farthest_m: The most a route of it may take and measure.
        fixed, per_m, per_s: What a route costs: at all, per metre and per second from leaving to coming back.
        count: How many of them there are.
    """

    key: str
    start: int
    end: int
    capacity: tuple[int, ...] = ()
    on_board: tuple[int, ...] = ()
    leaves: int = 0
    back: int = NEVER
    longest_s: int = NEVER
    farthest_m: int = NEVER
    fixed: int = 0
    per_m: int = 1
    per_s: int = 0
    count: int = 1


@dataclass(frozen=True, slots=True)
class Problem:
    """What is to be driven.

    Attributes:
        dimensions: Names of what is carried: kilograms, parcels, cash.
        metres, seconds: From place to place, row to column.
    """

    dimensions: tuple[str, ...]
    stops: tuple[Stop, ...]
    vehicles: tuple[Vehicle, ...]
    metres: Sequence[Sequence[int]]
    seconds: Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class Route:
    """What one vehicle does: indexes of the problem's vehicles and stops."""

    vehicle: int
    stops: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Solution:
    """Routes, and the stops that no vehicle makes."""

    routes: tuple[Route, ...]
    left_out: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Visit:
    """When a vehicle is at a stop: it arrives, waits until `begins`, and is off at `ends`."""

    stop: int
    arrives: int
    begins: int
    ends: int

"""Reading routing problems of the literature, with the conventions by which their distances are rounded.

exact     distances as they are (double precision): Solomon's own, and tables of two decimals. Solved in
          ten-thousandths, driving times rounded up, so that what keeps a window there keeps it exactly; compared by
          the distances as they are
decimal   distances cut to one decimal: the DIMACS challenge of 2022, CVRPLIB's table for Solomon and Homberger
integer   distances rounded to whole numbers: CVRPLIB's X, A, B, E, F, M and P

Sources: Solomon, "Algorithms for the vehicle routing and scheduling problems with time window constraints",
Operations Research 35 (2), 1987, for the format; TSPLIB 95 for EUC_2D; the rules of the 12th DIMACS challenge.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum, auto
from math import ceil, hypot
from typing import Final

from orderan.routes.models import NEVER, Problem, Solution, Stop, Vehicle
from orderan.routes.rules import on_the_way

FINE: Final = 10_000


class Convention(StrEnum):
    """How distances are rounded."""

    EXACT = auto()
    DECIMAL = auto()
    INTEGER = auto()


SCALE: Final = {Convention.EXACT: FINE, Convention.DECIMAL: 10, Convention.INTEGER: 1}


class NotAnInstance(Exception):
    """A file is neither of Solomon's format nor of VRPLIB's, or of a kind that is not read; says why."""


@dataclass(frozen=True, slots=True)
class Instance:
    """A problem as it is written down: the depot first, then the customers.

    Attributes:
        windows, service: None where the file has no times.
        weights: Distances where the file has these in place of coordinates.
        vehicles: The most there are; None where the file does not say.
    """

    name: str
    vehicles: int | None
    capacity: int
    places: tuple[tuple[float, float], ...]
    demands: tuple[int, ...]
    windows: tuple[tuple[float, float], ...] | None = None
    service: tuple[float, ...] | None = None
    weights: tuple[tuple[float, ...], ...] | None = None

    def problem(self, convention: Convention, *, vehicles: int | None = None) -> Problem:
        """As whole numbers, every length and time times the convention's scale.

        Args:
            vehicles: No more than these.
        """
        scale = SCALE[convention]
        lengths = self.lengths()
        metres = [[_whole(one, convention) for one in row] for row in lengths]
        seconds = metres
        if convention is Convention.EXACT and self.windows is not None:
            # Whole numbers stay what they are; a hair is taken off before rounding up what only looks like more.
            seconds = [[ceil(one * FINE - 1e-6) for one in row] for row in lengths]
        windows = self.windows or ((0.0, float(NEVER // scale)),) * len(self.places)
        service = self.service or (0.0,) * len(self.places)
        stops = tuple(
            Stop(
                key=str(at),
                place=at,
                delivers=(self.demands[at],),
                opens=round(windows[at][0] * scale),
                closes=round(windows[at][1] * scale),
                service_s=round(service[at] * scale),
            )
            for at in range(1, len(self.demands))
        )
        there_are = min(one for one in (self.vehicles, vehicles, len(stops)) if one is not None)
        van = Vehicle(
            key="vehicle",
            start=0,
            end=0,
            capacity=(self.capacity,),
            leaves=round(windows[0][0] * scale),
            back=round(windows[0][1] * scale),
            count=there_are,
        )
        return Problem(("demand",), stops, (van,), metres, seconds)

    def lengths(self) -> list[list[float]]:
        """Distances as they are."""
        if self.weights is not None:
            return [list(row) for row in self.weights]
        return [[hypot(x - u, y - v) for u, v in self.places] for x, y in self.places]

    def length(self, problem: Problem, solution: Solution, convention: Convention) -> float:
        """Length of all routes, comparable with what is published under the convention."""
        if convention is Convention.EXACT:
            exact = replace(problem, metres=self.lengths())  # type: ignore[arg-type] # sums are exact here
            return float(sum(on_the_way(exact, route) for route in solution.routes))
        return sum(on_the_way(problem, route) for route in solution.routes) / SCALE[convention]


def _whole(length: float, convention: Convention) -> int:
    if convention is Convention.DECIMAL:
        return int(length * 10)
    return int(length * SCALE[convention] + 0.5)


def read_instance(text: str, name: str) -> Instance:
    """Raises NotAnInstance."""
    try:
        return _vrplib(text, name) if re.search(r"(?m)^\s*DIMENSION\b", text) else _solomon(text, name)
    except (ValueError, IndexError, KeyError) as fault:
        raise NotAnInstance(f"{name}: {fault}") from fault


def _solomon(text: str, name: str) -> Instance:
    lines = [line.split() for line in text.splitlines() if line.strip()]
    numbers = [row for row in lines if all(re.fullmatch(r"-?\d+(\.\d+)?", one) for one in row)]
    fleet = next((row for row in numbers if len(row) == 2), None)
    rows = [row for row in numbers if len(row) == 7]
    if fleet is None or len(rows) < 2 or [int(row[0]) for row in rows] != list(range(len(rows))):
        raise NotAnInstance(
            f"{name}: neither vehicles and customers of Solomon's format, nor a DIMENSION of VRPLIB's"
        )
    return Instance(
        name=lines[0][0] if len(lines[0]) == 1 and not lines[0][0].isdigit() else name,
        vehicles=int(fleet[0]),
        capacity=int(fleet[1]),
        places=tuple((float(row[1]), float(row[2])) for row in rows),
        demands=tuple(int(row[3]) for row in rows),
        windows=tuple((float(row[4]), float(row[5])) for row in rows),
        service=tuple(float(row[6]) for row in rows),
    )


SECTION: Final = re.compile(r"^([A-Z_]+)_SECTION\b")


def _vrplib(text: str, name: str) -> Instance:
    heads: dict[str, str] = {}
    sections: dict[str, list[list[str]]] = {}
    current: list[list[str]] | None = None
    for line in text.splitlines():
        row = line.strip()
        if not row or row == "EOF":
            continue
        if found := SECTION.match(row):
            current = sections.setdefault(found[1], [])
        elif current is None or ":" in row:
            key, _, value = row.partition(":")
            heads[key.strip()] = value.strip()
        else:
            current.append(row.split())
    return _of_sections(name, heads, sections)


def _of_sections(name: str, heads: Mapping[str, str], sections: Mapping[str, list[list[str]]]) -> Instance:
    wide = int(heads["DIMENSION"])
    depots = [row[0] for row in sections.get("DEPOT", [["1"]]) if row[0] != "-1"]
    if depots != ["1"]:
        raise NotAnInstance(f"{name}: the depot is not the first place, or there are several")
    if beyond := sorted(set(sections) - READ):
        raise NotAnInstance(f"{name}: has rules that are not read: {', '.join(beyond)}")
    for limit in ("DISTANCE", "MAX_DISTANCE"):
        if limit in heads:
            raise NotAnInstance(f"{name}: has a longest route ({limit}), which is not read")
    kind = heads.get("EDGE_WEIGHT_TYPE", "EUC_2D")
    coordinates = _columns(sections, "NODE_COORD", wide)
    weights = None
    if kind == "EXPLICIT":
        weights = _weights(name, heads, sections["EDGE_WEIGHT"], wide)
    elif kind not in {"EUC_2D", "EXACT_2D", "FLOOR_2D"} or coordinates is None:
        raise NotAnInstance(f"{name}: distances of kind {kind} are not read")
    places = tuple((row[0], row[1]) for row in coordinates) if coordinates else ((0.0, 0.0),) * wide
    demands = _columns(sections, "DEMAND", wide)
    windows = _columns(sections, "TIME_WINDOW", wide)
    stays = _columns(sections, "SERVICE_TIME", wide)
    service = tuple(row[0] for row in stays) if stays else None
    if service is None and windows is not None and "SERVICE_TIME" in heads:
        service = (0.0, *(float(heads["SERVICE_TIME"]) for _ in range(wide - 1)))
    return Instance(
        name=heads.get("NAME", name),
        vehicles=int(heads["VEHICLES"]) if "VEHICLES" in heads else None,
        capacity=int(float(heads["CAPACITY"])),
        places=places,
        demands=tuple(int(row[0]) for row in demands) if demands else (0,) * wide,
        windows=tuple((row[0], row[1]) for row in windows) if windows else None,
        service=service,
        weights=weights,
    )


READ: Final = frozenset({"NODE_COORD", "DEMAND", "DEPOT", "TIME_WINDOW", "SERVICE_TIME", "EDGE_WEIGHT"})


def _columns(sections: Mapping[str, list[list[str]]], name: str, wide: int) -> list[list[float]] | None:
    if name not in sections:
        return None
    rows = sections[name]
    if [row[0] for row in rows] != [str(at) for at in range(1, wide + 1)]:
        raise ValueError(f"{name}_SECTION does not hold the places 1 to {wide}")
    return [[float(one) for one in row[1:]] for row in rows]


def _weights(
    name: str, heads: Mapping[str, str], rows: Sequence[Sequence[str]], wide: int
) -> tuple[tuple[float, ...], ...]:
    numbers = [float(one) for row in rows for one in row]
    form = heads.get("EDGE_WEIGHT_FORMAT", "")
    if form == "FULL_MATRIX" and len(numbers) == wide * wide:
        return tuple(tuple(numbers[wide * at : wide * (at + 1)]) for at in range(wide))
    if form == "LOWER_ROW" and len(numbers) == wide * (wide - 1) // 2:
        below = [[numbers[at * (at - 1) // 2 + to] for to in range(at)] for at in range(wide)]
        return tuple(
            tuple(0.0 if at == to else below[max(at, to)][min(at, to)] for to in range(wide))
            for at in range(wide)
        )
    raise NotAnInstance(f"{name}: distances written as {form or 'nothing'} are not read")

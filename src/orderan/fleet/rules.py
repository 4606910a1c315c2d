"""From vans, drivers and parcels to a problem of routing, and from its solution to tours. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from orderan.fleet.errors import PointUnreadable
from orderan.fleet.models import Depot, Driver, Tour, Van, Waiting
from orderan.routes import (
    Point,
    Problem,
    Route,
    Solution,
    Stop,
    Vehicle,
    best_start,
    on_the_way,
    timetable,
)

DIMENSIONS: Final = ("g", "parcels", "cash")
TENTHS: Final = 10
"""Costs are whole tenths of a rupiah, since a metre costs a few rupiah."""
LEFT_MINOR: Final = 500_000
"""What leaving a parcel for another day counts as, times its urgency: more than any detour within a city."""
OVERTIME: Final = timedelta(hours=4)
"""How much later than now a van that is out may come back, whatever its shift."""
LEAST_SHIFT: Final = timedelta(minutes=15)
"""Of a shift that is nearly over nobody is sent out."""

Matrix = Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class Layout:
    """A problem with what its indexes mean.

    Attributes:
        midnight: The instant its times count from.
    """

    problem: Problem
    crews: tuple[tuple[Van, Driver], ...]
    waiting: tuple[Waiting, ...]
    midnight: datetime


def read_point(typed: str) -> Point:
    """A latitude and a longitude as people type or paste them: `-6.2088, 106.8456`, also within an address of a map.

    Raises:
        PointUnreadable: There are no two such numbers, or they are nowhere on the globe.
    """
    found = re.search(r"(-?\d{1,2}\.\d+)\s*[,; ]\s*(-?\d{1,3}\.\d+)", typed)
    if found is None:
        raise PointUnreadable(typed.strip()[:60])
    point = Point(float(found[1]), float(found[2]))
    if not (-90 <= point.latitude <= 90 and -180 <= point.longitude <= 180):
        raise PointUnreadable(typed.strip()[:60])
    return point


def midnight_of(depot: Depot, day: date) -> datetime:
    """The instant a day begins at a depot."""
    return datetime.combine(day, time(0), ZoneInfo(depot.zone))


def shift_of(depot: Depot, driver: Driver, day: date, *, now: datetime) -> tuple[datetime, datetime] | None:
    """When a driver may be out, from now on; None where what is left of it is too short."""
    zone = ZoneInfo(depot.zone)
    begins = max(datetime.combine(day, driver.begins, zone), now)
    ends = datetime.combine(day, driver.ends, zone)
    return (begins, ends) if ends - begins >= LEAST_SHIFT else None


def window_of(depot: Depot, parcel: Waiting, day: date) -> tuple[datetime, datetime]:
    """When a parcel may be handed over: its own hours, where it has any, within those of the depot."""
    zone = ZoneInfo(depot.zone)
    opens = max(depot.opens, parcel.opens or depot.opens)
    closes = min(depot.closes, parcel.closes or depot.closes)
    if opens > closes:
        opens, closes = depot.opens, depot.closes
    return datetime.combine(day, opens, zone), datetime.combine(day, closes, zone)


def crews_of(
    depot: Depot, vans: Sequence[Van], drivers: Sequence[Driver], day: date, *, now: datetime
) -> list[tuple[Van, Driver]]:
    """Who drives what: the largest van goes to who has the longest of their shift before them."""
    left = {
        driver.staff_id: shift[1] - shift[0]
        for driver in drivers
        if (shift := shift_of(depot, driver, day, now=now)) is not None
    }
    ready = sorted(
        (driver for driver in drivers if driver.staff_id in left),
        key=lambda driver: (-left[driver.staff_id], driver.staff_id),
    )
    large_first = sorted(vans, key=lambda van: (-van.capacity_g, van.name))
    return list(zip(large_first, ready, strict=False))


def laid_out(
    depot: Depot,
    crews: Sequence[tuple[Van, Driver]],
    waiting: Sequence[Waiting],
    day: date,
    table: tuple[Matrix, Matrix],
    *,
    now: datetime,
) -> Layout:
    """The problem of a day: every van from the depot and back to it.

    Args:
        table: Metres and seconds between the depot, which is first, and each of `waiting` in turn.
    """
    midnight = midnight_of(depot, day)
    stops = tuple(_stop(depot, parcel, day, midnight, place=place) for place, parcel in enumerate(waiting, 1))
    vehicles = []
    for van, driver in crews:
        shift = shift_of(depot, driver, day, now=now)
        assert shift is not None
        vehicles.append(_vehicle(van, start=0, leaves=_s(shift[0], midnight), back=_s(shift[1], midnight)))
    problem = Problem(DIMENSIONS, stops, tuple(vehicles), *table)
    return Layout(problem, tuple(crews), tuple(waiting), midnight)


def laid_out_again(
    depot: Depot,
    crew: tuple[Van, Driver],
    ahead: Sequence[Waiting],
    kept: Sequence[Waiting],
    cash_minor: int,
    day: date,
    table: tuple[Matrix, Matrix],
    *,
    now: datetime,
) -> Layout:
    """The rest of a run that is out: from where the van is, now, through what is in it, and back to the depot.

    Args:
        ahead: Parcels still to be handed over.
        kept: Parcels that failed and are in the van until it is back.
        cash_minor: Collected so far.
        table: Between the depot, where the van is, and each of `ahead`.
    """
    van, driver = crew
    midnight = midnight_of(depot, day)
    stops = tuple(
        _stop(depot, parcel, day, midnight, place=place, at=now) for place, parcel in enumerate(ahead, 2)
    )
    # What is in the van is brought, shift or not: it is only planned within one.
    ends = max(datetime.combine(day, driver.ends, ZoneInfo(depot.zone)), now + OVERTIME)
    on_board = tuple(sum(amounts) for amounts in zip((0, 0, cash_minor), *map(_size, kept), strict=True))
    vehicle = _vehicle(van, start=1, leaves=_s(now, midnight), back=_s(ends, midnight), on_board=on_board)
    return Layout(Problem(DIMENSIONS, stops, (vehicle,), *table), (crew,), tuple(ahead), midnight)


def _stop(
    depot: Depot, parcel: Waiting, day: date, midnight: datetime, *, place: int, at: datetime | None = None
) -> Stop:
    opens, closes = window_of(depot, parcel, day)
    if at is not None and closes <= at:
        # Too late already: as soon as the others allow.
        closes = at + OVERTIME
    return Stop(
        key=str(parcel.parcel_id),
        place=place,
        delivers=_size(parcel),
        collects=(0, 0, parcel.cash_minor),
        opens=_s(opens, midnight),
        closes=_s(closes, midnight),
        service_s=depot.service_s,
        prize=round(TENTHS * LEFT_MINOR * parcel.urgency),
    )


def _size(parcel: Waiting) -> tuple[int, int, int]:
    return (parcel.weight_g, 1, 0)


def _vehicle(van: Van, *, start: int, leaves: int, back: int, on_board: tuple[int, ...] = ()) -> Vehicle:
    return Vehicle(
        key=van.name,
        start=start,
        end=0,
        capacity=(van.capacity_g, van.capacity_parcels, van.cash_limit_minor),
        on_board=on_board,
        leaves=leaves,
        back=back,
        fixed=TENTHS * van.fixed_minor,
        per_m=max(1, round(TENTHS * van.per_km_minor / 1000)),
        per_s=round(TENTHS * van.per_hour_minor / 3600),
    )


def tours_of(layout: Layout, solution: Solution) -> tuple[list[Tour], list[Waiting]]:
    """What each van does and when, and the parcels that stay."""
    tours = [_tour(layout, route) for route in solution.routes]
    return tours, [layout.waiting[index] for index in solution.left_out]


def tour_in_turn(layout: Layout, stops: Sequence[int]) -> Tour:
    """The tour of the only van through these stops in this turn, whether it is on time or not."""
    return _tour(layout, Route(0, tuple(stops)))


def with_the_left_out(layout: Layout, solution: Solution) -> list[int]:
    """All stops of a van that is out, those that are too late to be on time at the end: they are in it anyway."""
    made = [stop for route in solution.routes for stop in route.stops]
    late = sorted(solution.left_out, key=lambda stop: layout.problem.stops[stop].closes)
    return [*made, *late]


def _tour(layout: Layout, route: Route) -> Tour:
    problem, (van, driver) = layout.problem, layout.crews[route.vehicle]
    leaves = best_start(problem, route)
    visits, back = timetable(problem, route, leaves=leaves)
    stops = []
    for visit in visits:
        stop = problem.stops[visit.stop]
        moments = [_at(layout, second) for second in (visit.begins, stop.opens, stop.closes)]
        stops.append((layout.waiting[visit.stop], moments[0], moments[1], moments[2]))
    return Tour(
        van.id,
        driver.staff_id,
        _at(layout, leaves),
        _at(layout, back),
        on_the_way(problem, route),
        tuple(stops),
    )


def _at(layout: Layout, second: int) -> datetime:
    return layout.midnight + timedelta(seconds=second)


def _s(moment: datetime, midnight: datetime) -> int:
    return int((moment - midnight).total_seconds())


def nearest_area(areas: Mapping[str, Point], village_code: str | None) -> Point | None:
    """The point of the smallest region around a village that has one."""
    code = village_code or ""
    while code:
        if code in areas:
            return areas[code]
        code = code.rpartition(".")[0]
    return None


def why_left(parcel: Waiting, vans: Sequence[Van]) -> str:
    """Why a parcel is on no run: `no_point`, `too_heavy`, `too_much_cash`, or `no_room` where a shift is too short."""
    if parcel.point is None:
        return "no_point"
    if all(parcel.weight_g > van.capacity_g for van in vans):
        return "too_heavy"
    if all(parcel.cash_minor > van.cash_limit_minor for van in vans):
        return "too_much_cash"
    return "no_room"


def urgency_of(*, shipped_on: date, deliver_on: date | None, tried: bool, day: date) -> float:
    """How much worse it is to leave a parcel: more with each day it waits, most on the day it was promised for."""
    promised = 3.0 if deliver_on is not None and deliver_on <= day else 0.0
    return min(1.0 + 0.5 * max((day - shipped_on).days, 0) + (0.5 if tried else 0.0) + promised, 10.0)

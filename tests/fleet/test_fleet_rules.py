"""From vans, drivers and parcels to a problem and back: without a database."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from uuid import UUID

import pytest

from orderan.fleet import (
    Depot,
    Driver,
    PointUnreadable,
    Van,
    Waiting,
    crews_of,
    laid_out,
    laid_out_again,
    nearest_area,
    read_point,
    tour_in_turn,
    tours_of,
    urgency_of,
    why_left,
    with_the_left_out,
)
from orderan.kit.ids import new_id
from orderan.routes import Point, Roads, check, solve, table

PLACE = new_id()
DEPOT = Depot(PLACE, Point(-6.2, 106.82), time(8), time(20), 300, "Asia/Jakarta")
DAY = date(2026, 11, 11)
NINE = datetime(2026, 11, 11, 2, 0, tzinfo=UTC)
VAN = Van(new_id(), PLACE, "Blind Van", 100_000, 20, 1_000_000, 50_000, 2_500, 25_000)
DRIVER = Driver(new_id(), PLACE, time(8), time(17))


def parcel(north: float, east: float, **others: object) -> Waiting:
    point = Point(DEPOT.point.latitude + north, DEPOT.point.longitude + east)
    made = Waiting(new_id(), new_id(), point, pinned=True, weight_g=1_000, cash_minor=0)
    return replace(made, **others)  # type: ignore[arg-type]


def distances(*parcels: Waiting, start: Point | None = None) -> tuple[object, object]:
    points = [DEPOT.point, *([start] if start else []), *(one.point for one in parcels if one.point)]
    return table(points, Roads())


@pytest.mark.parametrize(
    ("typed", "point"),
    [
        ("-6.2088, 106.8456", Point(-6.2088, 106.8456)),
        (" -6.2088;106.8456 ", Point(-6.2088, 106.8456)),
        ("https://peta.test/place/@-6.2088,106.8456,17z", Point(-6.2088, 106.8456)),
    ],
)
def test_points_are_read_as_people_paste_them(typed: str, point: Point) -> None:
    assert read_point(typed) == point


@pytest.mark.parametrize("typed", ["", "Jl. Mawar 1", "-6.2088", "-96.2, 106.8", "-6.2, 206.8"])
def test_what_is_no_point_is_refused(typed: str) -> None:
    with pytest.raises(PointUnreadable):
        read_point(typed)


def test_the_smallest_region_that_has_a_point_counts() -> None:
    city, district = Point(-6.2, 106.8), Point(-6.21, 106.81)
    known = {"31.71": city, "31.71.01": district}
    assert nearest_area(known, "31.71.01.1001") == district
    assert nearest_area(known, "31.71.02.1001") == city
    assert nearest_area(known, "35.78.01.1001") is None
    assert nearest_area(known, None) is None


def test_a_solved_tour_is_feasible_and_shorter_than_the_order_they_came_in() -> None:
    # Two clusters on either side, entered alternately: the worst order there is.
    waiting = [parcel(0.03 * (1 if turn % 2 else -1), 0.002 * turn) for turn in range(8)]
    layout = laid_out(DEPOT, [(VAN, DRIVER)], waiting, DAY, distances(*waiting), now=NINE)  # type: ignore[arg-type]

    solution = solve(layout.problem, seconds=0.5)

    assert check(layout.problem, solution) == ()
    [tour], left = tours_of(layout, solution)
    assert left == []
    entered = tour_in_turn(layout, range(len(waiting)))
    assert tour.metres * 3 < entered.metres
    assert tour.leaves_at >= NINE


def test_hours_cash_and_load_are_kept_and_what_does_not_fit_says_why() -> None:
    noon = parcel(0.01, 0.0, opens=time(12), closes=time(13))
    rich = parcel(0.01, 0.01, cash_minor=2_000_000)
    heavy = parcel(0.01, 0.02, weight_g=200_000)
    near = parcel(0.005, 0.0, cash_minor=900_000)
    also = parcel(0.006, 0.0, cash_minor=900_000, urgency=3.0)
    waiting = [noon, rich, heavy, near, also]
    layout = laid_out(DEPOT, [(VAN, DRIVER)], waiting, DAY, distances(*waiting), now=NINE)  # type: ignore[arg-type]

    tours, left = tours_of(layout, solve(layout.problem, seconds=0.5))

    reasons = {one.parcel_id: why_left(one, [VAN]) for one in left}
    assert reasons == {
        rich.parcel_id: "too_much_cash",
        heavy.parcel_id: "too_heavy",
        # Both together are more cash than a van may hold: the urgent one goes.
        near.parcel_id: "no_room",
    }
    [tour] = tours
    arrivals = {one.parcel_id: arrives for one, arrives, _, _ in tour.stops}
    assert arrivals[noon.parcel_id] >= datetime(2026, 11, 11, 5, 0, tzinfo=UTC)
    assert set(arrivals) == {noon.parcel_id, also.parcel_id}


def test_a_van_that_is_out_brings_everything_in_it_however_late_it_is() -> None:
    evening = datetime(2026, 11, 11, 11, 0, tzinfo=UTC)
    ahead = [parcel(0.02, 0.0), parcel(0.01, 0.0, closes=time(15)), parcel(0.03, 0.0)]
    start = ahead[0].point
    layout = laid_out_again(
        DEPOT,
        (VAN, DRIVER),
        ahead,
        [parcel(0.0, 0.01)],
        900_000,
        DAY,
        distances(*ahead, start=start),  # type: ignore[arg-type]
        now=evening,
    )

    turns = with_the_left_out(layout, solve(layout.problem, seconds=0.3))

    assert sorted(turns) == [0, 1, 2]
    assert turns[0] == 0


def test_the_largest_van_goes_to_who_has_the_longest_shift_left() -> None:
    small = replace(VAN, id=new_id(), name="Motor", capacity_g=20_000)
    soon_over = replace(DRIVER, staff_id=UUID(int=1), ends=time(10))
    over = replace(DRIVER, staff_id=UUID(int=2), ends=time(9))
    crews = crews_of(DEPOT, [small, VAN], [over, soon_over, DRIVER], DAY, now=NINE)
    assert crews == [(VAN, DRIVER), (small, soon_over)]


def test_what_waits_longer_was_tried_or_was_promised_is_more_urgent() -> None:
    fresh = urgency_of(shipped_on=DAY, deliver_on=None, tried=False, day=DAY)
    waited = urgency_of(shipped_on=date(2026, 11, 9), deliver_on=None, tried=False, day=DAY)
    tried = urgency_of(shipped_on=DAY, deliver_on=None, tried=True, day=DAY)
    promised = urgency_of(shipped_on=DAY, deliver_on=DAY, tried=False, day=DAY)
    assert fresh == 1.0 < tried < waited < promised
    assert urgency_of(shipped_on=date(2025, 1, 1), deliver_on=DAY, tried=True, day=DAY) == 10.0

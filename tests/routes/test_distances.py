"""Distances from the globe and from a server by road: each has its source, its factor, and its ways to fail."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from orderan.kit.calling import Caller, PartnerFailed, PartnerRefused
from orderan.routes import TRAFFIC, Osrm, Point, Roads, TableUnusable, great_circle_m, pace, table

MONAS, BANDUNG = Point(-6.175392, 106.827153), Point(-6.914744, 107.609810)
FOUR = [MONAS, BANDUNG, Point(-6.2, 106.9), Point(-6.3, 106.8)]


def test_a_degree_of_the_equator_and_jakarta_to_bandung_are_as_long_as_they_are() -> None:
    assert great_circle_m(Point(0, 0), Point(0, 1)) == pytest.approx(111_195, abs=1)
    assert great_circle_m(MONAS, BANDUNG) == pytest.approx(119_260, rel=0.01)
    assert great_circle_m(MONAS, MONAS) == 0


def test_a_table_winds_and_takes_the_pace_of_its_hour() -> None:
    roads = Roads(winding=1.4, kmh=36)
    metres, seconds = table([MONAS, BANDUNG], roads, factor=1.5)

    assert metres[0][1] == metres[1][0] == round(1.4 * great_circle_m(MONAS, BANDUNG))
    assert seconds[0][1] == pytest.approx(metres[0][1] / 10 * 1.5, abs=1)
    assert metres[0][0] == seconds[1][1] == 0


def test_the_pace_of_a_shift_is_the_mean_of_its_hours_by_how_much_of_each_it_is() -> None:
    assert len(TRAFFIC) == 24
    hours = tuple(2.0 if hour == 8 else 1.0 for hour in range(24))
    roads, eight = Roads(traffic=hours), datetime(2026, 11, 30, 8, tzinfo=UTC)

    assert pace(roads, eight, eight + timedelta(hours=1)) == pytest.approx(2)
    assert pace(roads, eight + timedelta(minutes=30), eight + timedelta(hours=2)) == pytest.approx(4 / 3)
    assert pace(roads, eight, eight) == 2
    assert pace(roads, eight, eight + timedelta(hours=1), "rain") == pytest.approx(2.5)


class Road:
    """A server that drives a metre a second along the index of each point, and remembers what it was asked."""

    def __init__(self, spoil: Callable[[dict[str, Any]], Any] = lambda told: told, status: int = 200) -> None:
        self.asked: list[str] = []
        self.spoil, self.status = spoil, status

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(str(request.url))
        where = request.url.path.rsplit("/", 1)[1].split(";")
        known = [f"{one.longitude:.6f},{one.latitude:.6f}" for one in FOUR]
        rows, columns = (
            [int(one) for one in request.url.params[side].split(";")] for side in ("sources", "destinations")
        )
        far = [
            [100 * abs(known.index(where[a]) - known.index(where[b])) + 0.4 for b in columns] for a in rows
        ]
        told = {"code": "Ok", "distances": far, "durations": far}
        return httpx2.Response(self.status, content=json.dumps(self.spoil(told)).encode())


def osrm(road: Callable[[httpx2.Request], httpx2.Response], block: int = 50) -> Osrm:
    return Osrm(Caller(transport=httpx2.MockTransport(road)), "http://osrm.test", block=block)


@pytest.mark.anyio
@pytest.mark.parametrize(("block", "questions"), [(50, 1), (2, 4)])
async def test_a_server_is_asked_in_pieces_and_the_table_is_whole(block: int, questions: int) -> None:
    road = Road()
    metres, seconds = await osrm(road, block).table(FOUR, factor=2)

    assert [row[0] for row in metres] == [0, 100, 200, 300]
    assert metres[1][3] == 200
    assert seconds[1][3] == 401
    assert len(road.asked) == questions
    assert "/table/v1/driving/106.827153,-6.175392;" in road.asked[0]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("road", "refused"),
    [
        (Road(lambda _: {"code": "TooBig"}, status=400), PartnerRefused),
        (Road(status=503), TableUnusable),
        (Road(lambda _: []), TableUnusable),
        (Road(lambda told: told | {"distances": [[1]]}), TableUnusable),
        (Road(lambda told: told | {"durations": [[None] * 4] * 4}), TableUnusable),
        (Road(lambda told: {"code": "Ok", "durations": told["durations"]}), TableUnusable),
    ],
)
async def test_an_answer_that_is_no_table_is_a_failure_with_a_name(
    road: Road, refused: type[Exception]
) -> None:
    with pytest.raises(refused):
        await osrm(road).table(FOUR)


@pytest.mark.anyio
async def test_no_answer_is_a_failure_in_which_nothing_happened() -> None:
    def silent(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ReadTimeout("slow", request=request)

    with pytest.raises(PartnerFailed):
        await osrm(silent).table(FOUR)

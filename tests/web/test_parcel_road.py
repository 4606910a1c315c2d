"""What a buyer sees of a parcel's road: what happened, where it goes, and never whose door it is."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from orderan.couriers import Status
from orderan.customers import atlas
from orderan.flows.views_road import Moved, OnVan, ParcelRoad
from orderan.kit.ids import NIL
from orderan.routes import Point
from orderan.shipping import ParcelStep, Source
from orderan.web.buyer.parcel_road import FRESH, drawing, happened, province_in
from orderan.web.buyer.provinces import SEATS
from orderan.web.words import words

NOW = datetime(2026, 11, 11, 4, 0, tzinfo=UTC)
JAKARTA, SURABAYA = "31.71.01.1001", "35.78.01.1001"
ENGLISH = words("en")
DEPOT, DOOR, VAN = Point(-6.2, 106.8), Point(-6.3, 106.9), Point(-6.25, 106.82)


def step(status: Status | None, place: str, hours: int = 0) -> ParcelStep:
    at = NOW + timedelta(hours=hours)
    return ParcelStep(NIL, at, status, "WORD", "", place, False, Source.LETTER, NIL)


def road(*steps: ParcelStep, on_van: OnVan | None = None) -> ParcelRoad:
    return ParcelRoad(NIL, JAKARTA, SURABAYA, steps, (Moved(NOW, "picked_up"),), on_van)


def test_every_province_has_its_place_on_the_drawing() -> None:
    assert set(SEATS) == {province.code for province in atlas().children()}


def test_a_couriers_word_for_a_place_is_read_where_it_names_a_city_and_only_then() -> None:
    assert province_in("JAKARTA") == "31"
    assert province_in("Gateway SEMARANG 2") == "33"
    assert province_in("DC Kota Surabaya") == "35"
    assert province_in("BANJAR") is None
    assert province_in("MALANGAN") is None
    assert province_in("") is None


def test_the_drawing_goes_from_where_it_left_by_what_was_named_to_where_it_goes() -> None:
    drawn = drawing(
        road(
            step(Status.PICKED_UP, "JAKARTA"),
            step(Status.IN_TRANSIT, "SEMARANG", 5),
            step(Status.IN_TRANSIT, "SEMARANG", 6),
        ),
        ENGLISH,
        now=NOW,
    )
    assert drawn is not None
    assert [one.dot.point for one in drawn.drawn] == [SEATS["31"], SEATS["33"], SEATS["35"]]
    assert [one.dot.tone for one in drawn.drawn] == ["calm", "wait", "calm"]
    assert drawn.drawn[0].x < drawn.drawn[1].x < drawn.drawn[2].x


def test_within_one_province_or_to_nowhere_known_there_is_nothing_to_draw() -> None:
    assert drawing(ParcelRoad(NIL, JAKARTA, JAKARTA, (), (), None), ENGLISH, now=NOW) is None
    assert drawing(ParcelRoad(NIL, "", SURABAYA, (), (), None), ENGLISH, now=NOW) is None
    assert drawing(ParcelRoad(NIL, "99.01.01.1001", SURABAYA, (), (), None), ENGLISH, now=NOW) is None


def test_our_van_is_drawn_while_it_is_heard_of_and_not_after() -> None:
    def seen(ago: timedelta) -> list[str]:
        on_van = OnVan(NOW, DEPOT, DOOR, VAN, NOW - ago, 2)
        drawn = drawing(road(on_van=on_van), ENGLISH, now=NOW)
        return [] if drawn is None else [one.dot.kind for one in drawn.drawn]

    assert seen(FRESH) == ["depot", "stop", "van"]
    assert seen(FRESH + timedelta(seconds=1)) == ["depot", "stop"]
    nowhere = OnVan(NOW, DEPOT, None, None, None, 0)
    assert drawing(road(on_van=nowhere), ENGLISH, now=NOW) is None


def test_what_happened_is_told_by_the_courier_with_places_else_by_us() -> None:
    told = happened(
        road(
            step(Status.PICKED_UP, "JAKARTA"),
            step(None, "SEMARANG", 1),
            step(Status.IN_TRANSIT, "SEMARANG", 2),
            step(Status.IN_TRANSIT, "SEMARANG", 3),
        ),
        ENGLISH,
    )
    assert [(one.title, one.place) for one in told] == [
        ("In transit", "SEMARANG"),
        ("Picked up by courier", "JAKARTA"),
    ]
    assert [one.title for one in happened(road(), ENGLISH)] == ["Picked up by courier"]


@given(st.text(max_size=60))
def test_whatever_a_courier_writes_as_a_place_is_no_error(text: str) -> None:
    assert province_in(text) is None or province_in(text) in SEATS

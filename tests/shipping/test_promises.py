"""Which day is promised, by the rule alone."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderan.shipping import (
    LEAST_LEFT,
    PERCENTS,
    UNDER_WAY,
    DayOff,
    LeadTime,
    PromiseSource,
    PromiseTerms,
    Road,
    estimate,
    keys_of,
    leaves_on,
    plain_terms,
    read_terms,
)
from orderan.shipping.rules_promises import faults

JAKARTA, BANDUNG = "31.71.01.1001", "32.73.01.1001"
ZONE = "Asia/Jakarta"
TERMS = PromiseTerms()
FRIDAY = date(2026, 11, 27)
ROAD = Road(JAKARTA, BANDUNG, "jne", "reg")


def lead(courier: str, service: str, origin: str, area: str, days: int, parcels: int = 50) -> LeadTime:
    return LeadTime(courier, service, origin, area, parcels, tuple(days for _ in PERCENTS))


def by_key(*leads: LeadTime) -> dict[tuple[str, str, str, str], LeadTime]:
    return {(one.courier, one.service, one.origin, one.area): one for one in leads}


def at(hour: int, day: date = FRIDAY) -> datetime:
    """An hour of Jakarta."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC) - timedelta(hours=7)


@pytest.mark.parametrize(
    ("accepted", "leaves"),
    [
        (at(9), date(2026, 11, 28)),
        (at(14), date(2026, 11, 30)),
        (at(23), date(2026, 11, 30)),
        (at(9, date(2026, 11, 29)), date(2026, 12, 1)),
    ],
    ids=["before the hour", "at the hour", "at night", "on a Sunday"],
)
def test_what_is_accepted_too_late_leaves_a_working_day_later(accepted: datetime, leaves: date) -> None:
    assert leaves_on(accepted, TERMS, ZONE) == leaves


def test_days_off_are_skipped_when_it_leaves_and_on_the_road() -> None:
    off = tuple(DayOff(date(2027, 3, day), "Idulfitri") for day in (10, 11, 12))
    terms = PromiseTerms(days_off=off)
    assert leaves_on(at(9, date(2027, 3, 9)), terms, ZONE) == date(2027, 3, 13)
    found = estimate(ROAD, date(2027, 3, 9), terms, by_key(lead("jne", "reg", "31.71", "32.73", 2)))
    # Saturday the 13th, Sunday is none, Monday the 15th.
    assert found.promised_on == date(2027, 3, 15)


def test_the_nearest_place_with_enough_parcels_is_what_is_promised_by() -> None:
    leads = [
        lead("jne", "reg", "31.71", "32.73.01", 1, parcels=TERMS.least_parcels - 1),
        lead("jne", "reg", "31.71", "32.73", 2),
        lead("jne", "reg", "31.71", "32", 3),
        lead("jne", "reg", "31", "32", 4),
        lead("jne", "", "31.71", "32.73", 5),
        lead("jne", "", "31", "32", 6),
        lead("", "", "31.71", "32.73", 7),
        lead("", "", "31", "32", 8),
    ]
    days = [estimate(ROAD, FRIDAY, TERMS, by_key(*leads[turn:])).days for turn in range(len(leads))]
    assert days == [2, 2, 3, 4, 5, 6, 7, 8]
    assert [keys_of(ROAD)[turn] for turn in range(8)] == list(by_key(*leads))


def test_without_measures_the_courier_is_believed_and_then_the_table() -> None:
    said = Road(JAKARTA, BANDUNG, "jne", "reg", 9)
    assert estimate(said, FRIDAY, TERMS, {}).source is PromiseSource.COURIER
    assert [
        (estimate(Road(JAKARTA, area), FRIDAY, TERMS, {}).days)
        for area in (JAKARTA, "31.74.01.1001", BANDUNG, "")
    ] == [TERMS.city_days, TERMS.province_days, TERMS.far_days, TERMS.far_days]


def test_a_surer_shop_promises_by_what_more_parcels_took() -> None:
    found = by_key(LeadTime("jne", "reg", "31.71", "32.73", 50, (1, 2, 3, 4, 5, 6)))
    days = [estimate(ROAD, FRIDAY, PromiseTerms(percent=percent), found).days for percent in PERCENTS]
    assert days == [1, 2, 3, 4, 5, 6]


@given(
    st.dates(date(2026, 1, 1), date(2028, 1, 1)), st.integers(0, 30), st.sets(st.integers(1, 7), min_size=1)
)
def test_a_promised_day_is_a_working_one_and_more_days_are_never_earlier(
    leaving: date, days: int, works: set[int]
) -> None:
    terms = PromiseTerms(carries_on=tuple(sorted(works)), days_off=(DayOff(date(2027, 3, 10), "Idulfitri"),))
    one, more = (
        estimate(Road(JAKARTA, BANDUNG, said_days=said), leaving, terms, {}).promised_on
        for said in (days, days + 1)
    )
    assert one.isoweekday() in works
    assert one != date(2027, 3, 10)
    assert leaving <= one <= more


def test_terms_are_read_as_they_were_kept_and_every_fault_is_named() -> None:
    terms = PromiseTerms(days_off=(DayOff(date(2027, 3, 10), "Idulfitri"),))
    assert read_terms(plain_terms(terms)) == terms
    assert faults(terms) == ()
    off = (DayOff(date(2027, 3, 10), ""), DayOff(date(2027, 3, 10), "Idulfitri"))
    wrong = PromiseTerms(81, 0, -1, 1440, (), (0,), -1, 61, 6, off)
    assert [fault.partition(": ")[0] for fault in faults(wrong)] == [
        "percent",
        "least_parcels",
        "pack_days",
        "cutoff",
        "packs_on",
        "carries_on",
        "city_days",
        "province_days",
        "days_off",
        "days_off",
    ]


def test_every_state_of_a_parcel_under_way_says_how_little_time_is_too_little() -> None:
    assert set(LEAST_LEFT) >= set(UNDER_WAY)

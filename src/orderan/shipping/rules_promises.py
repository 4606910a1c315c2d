"""Which day is promised. Pure: the same question has the same answer, today and when it is played again.

leaves     the day an order is accepted, or the next working day where that is too late or a day off, and the
           working days packing takes
arrives    so many working days of couriers later as the shop's share of parcels took: to that kecamatan, else its
           city, its province, from the province as a whole, by any service, by anybody; else as the courier says;
           else by the shop's table of distances
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from orderan.shipping.promises import (
    PERCENTS,
    DayOff,
    Estimate,
    LeadTime,
    PromiseSource,
    PromiseTerms,
    Road,
)
from orderan.shipping.states import ParcelState

PROVINCE: Final = 2
CITY: Final = 5
DISTRICT: Final = 8
"""Letters of a village code that name the area."""
MOST_DAYS: Final = 60
MOST_DAYS_OFF: Final = 200
LONGEST_NAME: Final = 80

LEAST_LEFT: Final[Mapping[ParcelState, timedelta]] = MappingProxyType(
    {
        ParcelState.CREATED: timedelta(hours=36),
        ParcelState.PICKED_UP: timedelta(hours=36),
        ParcelState.IN_TRANSIT: timedelta(hours=14),
        ParcelState.OUT_FOR_DELIVERY: timedelta(hours=4),
        ParcelState.ATTEMPT_FAILED: timedelta(hours=30),
    }
)
"""A parcel that stands there with less than this left of its promised day will hardly make it."""

Key = tuple[str, str, str, str]
"""Courier, service, beginning of the origin's code, beginning of the area's."""


def keys_of(road: Road) -> list[Key]:
    """What is looked up for a road, the nearest first."""
    if len(road.area) < CITY or len(road.origin) < CITY:
        return []
    near, wide = road.origin[:CITY], road.origin[:PROVINCE]
    areas = [road.area[:DISTRICT], road.area[:CITY], road.area[:PROVINCE]]
    keys: list[Key] = []
    if road.courier and road.service:
        keys += [(road.courier, road.service, near, area) for area in areas]
        keys.append((road.courier, road.service, wide, road.area[:PROVINCE]))
    if road.courier:
        keys += [
            (road.courier, "", near, road.area[:CITY]),
            (road.courier, "", wide, road.area[:PROVINCE]),
        ]
    return [*keys, ("", "", near, road.area[:CITY]), ("", "", wide, road.area[:PROVINCE])]


def leaves_on(accepted_at: datetime, terms: PromiseTerms, zone: str) -> date:
    """The day an order leaves that is accepted at a moment."""
    local = accepted_at.astimezone(ZoneInfo(zone))
    day = local.date()
    if local.hour * 60 + local.minute >= terms.cutoff_minute:
        day += timedelta(days=1)
    first = _at_work(day, terms.packs_on, terms)
    return _after(first, terms.pack_days, terms.packs_on, terms)


def estimate(road: Road, leaving: date, terms: PromiseTerms, known: Mapping[Key, LeadTime]) -> Estimate:
    """The day something arrives that leaves on a day."""
    at = PERCENTS.index(terms.percent)
    for key in keys_of(road):
        found = known.get(key)
        if found is not None and found.parcels >= terms.least_parcels:
            days = found.days[at]
            return _estimate(leaving, days, PromiseSource.MEASURED, terms, found)
    if road.said_days is not None:
        return _estimate(leaving, road.said_days, PromiseSource.COURIER, terms)
    return _estimate(leaving, _by_distance(road, terms), PromiseSource.TABLE, terms)


def faults(terms: PromiseTerms) -> tuple[str, ...]:
    """What is wrong with terms, each as `field: fault`."""
    found = []
    if terms.percent not in PERCENTS:
        found.append("percent: not_offered")
    if not 1 <= terms.least_parcels <= 100_000:
        found.append("least_parcels: out_of_range")
    if not 0 <= terms.pack_days <= MOST_DAYS:
        found.append("pack_days: out_of_range")
    if not 0 <= terms.cutoff_minute < 24 * 60:
        found.append("cutoff: not_a_time")
    for name in ("packs_on", "carries_on"):
        days = getattr(terms, name)
        if not days or not set(days) <= set(range(1, 8)):
            found.append(f"{name}: not_weekdays")
    found += [
        f"{name}: out_of_range"
        for name in ("city_days", "province_days", "far_days")
        if not 0 <= getattr(terms, name) <= MOST_DAYS
    ]
    off = terms.days_off
    if len(off) > MOST_DAYS_OFF or any(not 0 < len(one.name) <= LONGEST_NAME for one in off):
        found.append("days_off: not_days")
    if len({one.day for one in off}) < len(off):
        found.append("days_off: twice")
    return tuple(found)


def plain_terms(terms: PromiseTerms) -> dict[str, Any]:
    """As they are kept."""
    return asdict(terms) | {
        "days_off": [{"day": one.day.isoformat(), "name": one.name} for one in terms.days_off]
    }


def read_terms(plain: Mapping[str, Any]) -> PromiseTerms:
    """As they were kept; what is kept was checked before."""
    return PromiseTerms(
        **{
            **plain,
            "packs_on": tuple(plain["packs_on"]),
            "carries_on": tuple(plain["carries_on"]),
            "days_off": tuple(
                DayOff(date.fromisoformat(one["day"]), one["name"]) for one in plain["days_off"]
            ),
        }
    )


def plain_lead(lead: LeadTime) -> dict[str, Any]:
    """As a decision keeps it."""
    return asdict(lead) | {"days": list(lead.days)}


def read_leads(plain: Iterable[Mapping[str, Any]]) -> dict[Key, LeadTime]:
    """Lead times of a decision, by what they are looked up by."""
    leads = [LeadTime(**{**one, "days": tuple(one["days"])}) for one in plain]
    return {(one.courier, one.service, one.origin, one.area): one for one in leads}


def _estimate(
    leaving: date, days: int, source: PromiseSource, terms: PromiseTerms, rests_on: LeadTime | None = None
) -> Estimate:
    arrives = _at_work(_after(leaving, days, terms.carries_on, terms), terms.carries_on, terms)
    return Estimate(leaving, arrives, days, source, rests_on)


def _by_distance(road: Road, terms: PromiseTerms) -> int:
    if len(road.area) >= CITY and road.area[:CITY] == road.origin[:CITY]:
        return terms.city_days
    if len(road.area) >= PROVINCE and road.area[:PROVINCE] == road.origin[:PROVINCE]:
        return terms.province_days
    return terms.far_days


def _at_work(day: date, on: Collection[int], terms: PromiseTerms) -> date:
    """The day itself, or the next on which somebody works."""
    off = {one.day for one in terms.days_off}
    while day.isoweekday() not in on or day in off:
        day += timedelta(days=1)
    return day


def _after(day: date, days: int, on: Collection[int], terms: PromiseTerms) -> date:
    """So many working days later."""
    for _ in range(days):
        day = _at_work(day + timedelta(days=1), on, terms)
    return day

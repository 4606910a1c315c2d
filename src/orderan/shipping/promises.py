"""When parcels arrive: what couriers took, what a shop counts with, and what it promised."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum, auto
from typing import Final
from uuid import UUID

PERCENTS: Final = (50, 60, 70, 80, 90, 95)
"""Shares of parcels whose days are kept: so many of a hundred arrived within them."""


@dataclass(frozen=True, slots=True)
class DayOff:
    """A day nobody packs or carries on."""

    day: date
    name: str


@dataclass(frozen=True, slots=True)
class PromiseTerms:
    """What a shop counts with when it promises a day.

    Attributes:
        percent: So many parcels of a hundred are to arrive by the promised day; one of `PERCENTS`.
        least_parcels: A place counts as measured from so many parcels on.
        pack_days: Working days from an order's acceptance to its handover.
        cutoff_minute: What is accepted later counts from the next working day; minutes of the shop's day.
        packs_on, carries_on: Days of the week, Monday is 1, on which the shop packs and couriers carry.
        city_days, province_days, far_days: Days on the road where nothing was measured and no courier said any: to
            the same city, the same province, and elsewhere.
        days_off: Days on which nobody does either.
    """

    percent: int = 80
    least_parcels: int = 20
    pack_days: int = 1
    cutoff_minute: int = 14 * 60
    packs_on: tuple[int, ...] = (1, 2, 3, 4, 5, 6)
    carries_on: tuple[int, ...] = (1, 2, 3, 4, 5, 6)
    city_days: int = 2
    province_days: int = 3
    far_days: int = 6
    days_off: tuple[DayOff, ...] = ()


@dataclass(frozen=True, slots=True)
class TermsVersion:
    """Terms as somebody wrote them once."""

    version: int
    terms: PromiseTerms
    made_by: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class LeadTime:
    """How long parcels of a kind took, in working days of couriers.

    Attributes:
        courier, service: Empty is all of them.
        origin, area: Beginnings of village codes: of the place they left from, and of where they went.
        days: At each of `PERCENTS`.
    """

    courier: str
    service: str
    origin: str
    area: str
    parcels: int
    days: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Road:
    """Where something goes, and with whom as far as that is known.

    Attributes:
        origin, area: Village codes; empty where none is known.
        courier, service: Empty while nobody was chosen.
        said_days: Days its courier says it takes at most; None where it said nothing.
    """

    origin: str
    area: str
    courier: str = ""
    service: str = ""
    said_days: int | None = None


class PromiseSource(StrEnum):
    """How a promise is known.

    MEASURED  from what parcels took before
    COURIER   the courier said so
    TABLE     from the shop's own table, by how far it is
    """

    MEASURED = auto()
    COURIER = auto()
    TABLE = auto()


class Risk(StrEnum):
    """Why a promise is in danger.

    NOT_LEFT        it should have left by now
    LATER           what was promised when it left is a later day than what was promised before
    SLOW            it is not as far as it should be
    ATTEMPT_FAILED  nobody took it, and the day is near
    MISSED          the day is over
    """

    NOT_LEFT = auto()
    LATER = auto()
    SLOW = auto()
    ATTEMPT_FAILED = auto()
    MISSED = auto()


@dataclass(frozen=True, slots=True)
class Estimate:
    """A day, and what it rests on.

    Attributes:
        days: Working days on the road.
        rests_on: Of what was measured; None of a table or of a courier's word.
    """

    leaves_on: date
    promised_on: date
    days: int
    source: PromiseSource
    rests_on: LeadTime | None


@dataclass(frozen=True, slots=True)
class Promise:
    """The day an order or a parcel of it is promised for.

    Attributes:
        parcel_id: None of the order as a whole, as it was accepted.
        kept: Whether it arrived by then; None while nobody knows.
    """

    id: UUID
    order_id: UUID
    parcel_id: UUID | None
    leaves_on: date
    promised_on: date
    source: PromiseSource
    made_at: datetime
    risk: Risk | None = None
    risk_at: datetime | None = None
    closed_at: datetime | None = None
    kept: bool | None = None

"""What simulators of couriers are made of."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, auto
from itertools import count
from typing import Any


class Stage(StrEnum):
    """Where a parcel is at a courier, whatever the courier calls it."""

    BOOKED = auto()
    ASSIGNED = auto()
    PICKED = auto()
    TRANSIT = auto()
    OUT = auto()
    FAILED = auto()
    REFUSED = auto()
    DELIVERED = auto()
    RETURNING = auto()
    RETURNED = auto()
    LOST = auto()
    CANCELLED = auto()
    NOT_FOUND = auto()


BEFORE_PICKUP = frozenset({Stage.BOOKED, Stage.ASSIGNED})


@dataclass(frozen=True, slots=True)
class Happened:
    """An entry of a parcel's history."""

    at: datetime
    stage: Stage
    note: str = ""


@dataclass
class SimParcel:
    """A parcel as a courier keeps it; money is whole rupiah.

    Attributes:
        reference: The courier's own name for it.
        key: The shop's.
        awb: None until it is given out.
        extra: What this courier keeps beyond that.
    """

    partner: str
    reference: str
    key: str
    courier: str
    service: str
    awb: str | None
    cost: int
    cod: int
    made_at: datetime
    history: list[Happened] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def stage(self) -> Stage:
        return self.history[-1].stage

    def happen(self, stage: Stage, *, at: datetime, note: str = "") -> None:
        self.history.append(Happened(at, stage, note))


@dataclass
class Quirks:
    """What couriers do that nobody would expect; each can be had on its page.

    Attributes:
        late_awb: A number is given out when the parcel is fetched, not when it is booked.
        unknown_at_first: Tracking knows nothing before the parcel is fetched.
        lags: Tracking is one event behind what the letters told.
        numbers_as_text: Prices and weights are written as text.
        nobody_rides: A rider is looked for and not found.
    """

    late_awb: bool = False
    unknown_at_first: bool = False
    lags: bool = False
    numbers_as_text: bool = False
    nobody_rides: bool = False


@dataclass
class Shelf:
    """The parcels one simulated courier keeps, in memory."""

    quirks: Quirks = field(default_factory=Quirks)
    _parcels: dict[str, SimParcel] = field(default_factory=dict)
    _numbers: "Iterator[int]" = field(default_factory=lambda: count(1))

    def next_number(self) -> int:
        """A number nobody had yet."""
        return next(self._numbers)

    def add(self, parcel: SimParcel) -> None:
        self._parcels[parcel.reference] = parcel

    def find(self, name: str) -> SimParcel | None:
        """By the courier's name, the shop's, or the tracking number."""
        if name in self._parcels:
            return self._parcels[name]
        return next((one for one in self._parcels.values() if name in (one.key, one.awb)), None)

    def all(self) -> list[SimParcel]:
        """Newest first."""
        return sorted(self._parcels.values(), key=lambda one: (one.made_at, one.reference), reverse=True)

    def seen(self, parcel: SimParcel) -> list[Happened]:
        """A parcel's history as tracking shows it; nothing where tracking does not know it yet."""
        fetched = any(one.stage not in BEFORE_PICKUP for one in parcel.history)
        if self.quirks.unknown_at_first and not fetched:
            return []
        return parcel.history[:-1] if self.quirks.lags and len(parcel.history) > 1 else parcel.history

    def price(self, amount: int) -> int | str:
        return str(amount) if self.quirks.numbers_as_text else amount


def cost_of(weight_g: int, per_kg: int) -> int:
    """A tariff: so much for every kilogram begun."""
    return max(-(-weight_g // 1000), 1) * per_kg


def number(told: object) -> int:
    """A number however it was written; 0 for none."""
    try:
        return int(float(str(told)))
    except ValueError:
        return 0

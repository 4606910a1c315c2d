"""The nouns: depots, vans, drivers, runs and their stops."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from orderan.fleet.states import PlanningState, RunState, StopState
from orderan.routes import Point


@dataclass(frozen=True, slots=True)
class Depot:
    """Where vans of a location begin.

    Attributes:
        opens, closes: When doors are stopped at, on the clock of `zone`.
        service_s: How long a stop takes.
    """

    location_id: UUID
    point: Point
    opens: time
    closes: time
    service_s: int
    zone: str


@dataclass(frozen=True, slots=True)
class Van:
    """A van.

    Attributes:
        capacity_g, capacity_parcels: What it holds.
        cash_limit_minor: The most cash that may be in it.
        fixed_minor, per_km_minor, per_hour_minor: What it costs to go out at all, to drive, and to be out.
    """

    id: UUID
    location_id: UUID
    name: str
    capacity_g: int
    capacity_parcels: int
    cash_limit_minor: int
    fixed_minor: int
    per_km_minor: int
    per_hour_minor: int
    active: bool = True


@dataclass(frozen=True, slots=True)
class Driver:
    """An account of the shop that drives; its shift on the clock of the location."""

    staff_id: UUID
    location_id: UUID
    begins: time
    ends: time
    active: bool = True


@dataclass(frozen=True, slots=True)
class Waiting:
    """A parcel that is to be driven.

    Attributes:
        point: Of its door; None where nobody knows.
        pinned: Whether it is the door itself, and not the middle of its region.
        cash_minor: To collect at the door.
        opens, closes: When somebody is home.
        urgency: How much worse it is to leave it for another day than any other parcel: 1 is usual.
    """

    parcel_id: UUID
    order_id: UUID
    point: Point | None
    pinned: bool
    weight_g: int
    cash_minor: int
    opens: time | None = None
    closes: time | None = None
    urgency: float = 1.0


@dataclass(frozen=True, slots=True)
class Run:
    """A tour of a van.

    Attributes:
        leaves_at, returns_at, metres: As the last solution has them.
        version: Counts every change of it and of its stops: a solution of an older one is not applied.
    """

    id: UUID
    location_id: UUID
    day: date
    van_id: UUID
    driver_id: UUID
    state: RunState
    weather: str
    metres: int
    leaves_at: datetime
    returns_at: datetime
    planned_at: datetime
    solved_at: datetime
    moved_at: datetime
    left_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class RunStop:
    """A parcel on a run, in its turn.

    Attributes:
        arrives_at: When the van is expected.
        opens_at, closes_at: When it may be handed over.
        cash_minor: To collect.
        pinned: Whether its door was known, and not only the middle of its region.
        reason: Why it failed.
        collected_minor: What the driver took.
    """

    id: UUID
    run_id: UUID
    order_id: UUID
    parcel_id: UUID
    turn: int
    state: StopState
    arrives_at: datetime
    opens_at: datetime
    closes_at: datetime
    cash_minor: int
    moved_at: datetime
    reason: str | None
    pinned: bool = True
    collected_minor: int = 0
    has_photo: bool = False

    @property
    def is_late(self) -> bool:
        """Whether the van is expected when nobody may be home any more."""
        return self.arrives_at > self.closes_at


@dataclass(frozen=True, slots=True)
class Tour:
    """A run as it is to be made.

    Attributes:
        stops: (parcel, expected at, opens, closes), in turn.
    """

    van_id: UUID
    driver_id: UUID
    leaves_at: datetime
    returns_at: datetime
    metres: int
    stops: tuple[tuple[Waiting, datetime, datetime, datetime], ...]


@dataclass(frozen=True, slots=True)
class Planning:
    """Routes that were asked for.

    Attributes:
        run_id: Of the rest of this run; None is all that waits at the location.
        refusal: Code of the refusal that came of it.
        outcome: Counts of what was planned and left out, and by what distances.
    """

    id: UUID
    location_id: UUID
    run_id: UUID | None
    weather: str
    state: PlanningState
    asked_at: datetime
    moved_at: datetime
    refusal: str | None = None
    outcome: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """Where a van was seen last."""

    van_id: UUID
    point: Point
    seen_at: datetime

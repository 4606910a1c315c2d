"""Facts about incidents."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from orderan.kit.events import Event


@dataclass(frozen=True)
class IncidentMoved(Event):
    """An incident came into a state; `was` is empty for one that was just seen."""

    kind: ClassVar[str] = "incidents.moved.v1"

    was: str
    state: str
    severity: str
    since: datetime
    methods: list[str]


@dataclass(frozen=True)
class IncidentWorsened(Event):
    """More of it does not work than was thought: what is wrong, or how bad it is, is said anew."""

    kind: ClassVar[str] = "incidents.worsened.v1"

    was_kind: str
    becomes: str
    was_severity: str
    severity: str
    methods: list[str]


@dataclass(frozen=True)
class CalledFalse(Event):
    """A person said that nothing was wrong."""

    kind: ClassVar[str] = "incidents.called_false.v1"

    by_itself: bool
    methods: list[str]


@dataclass(frozen=True)
class Announced(Event):
    """Words about an incident stand on the shop's public pages from now on, or no longer."""

    kind: ClassVar[str] = "incidents.announced.v1"

    published: bool


@dataclass(frozen=True)
class BuyerTold(Event):
    """The buyer of this order is to hear that their way to pay has trouble, or that it works again.

    Attributes:
        what: `trouble` or `recovered`.
    """

    kind: ClassVar[str] = "incidents.buyer_told.v1"

    incident_id: UUID
    what: str
    method: str
    attempt_id: UUID


@dataclass(frozen=True)
class MaintenancePlanned(Event):
    """Maintenance of an account stands in the calendar; no methods are all of them."""

    kind: ClassVar[str] = "incidents.maintenance_planned.v1"

    account_id: UUID
    methods: list[str]
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class MaintenanceCancelled(Event):
    """It does not take place."""

    kind: ClassVar[str] = "incidents.maintenance_cancelled.v1"

    account_id: UUID

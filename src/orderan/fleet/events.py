"""Facts about own vans; they are recorded under their run."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from orderan.kit.events import Event


@dataclass(frozen=True)
class RunMoved(Event):
    """A run was planned, or came into another state."""

    kind: ClassVar[str] = "fleet.run_moved.v1"

    location_id: UUID
    van_id: UUID
    was: str | None
    state: str


@dataclass(frozen=True)
class StopMoved(Event):
    """A stop was made, failed, or was taken off its run."""

    kind: ClassVar[str] = "fleet.stop_moved.v1"

    stop_id: UUID
    parcel_id: UUID
    was: str
    state: str
    reason: str | None

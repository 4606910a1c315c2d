"""Facts about warehouse work; they are recorded under their order."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from orderan.kit.events import Event


@dataclass(frozen=True)
class TaskMoved(Event):
    """A location's work on an order came into another state."""

    kind: ClassVar[str] = "fulfilment.task_moved.v1"

    task_id: UUID
    location_id: UUID
    was: str
    state: str

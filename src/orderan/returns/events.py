"""Facts about returns; they are recorded under their order."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from orderan.kit.events import Event


@dataclass(frozen=True)
class ReturnMoved(Event):
    """A return came into a state; `was` is empty for one that was just asked for."""

    kind: ClassVar[str] = "returns.return_moved.v1"

    return_id: UUID
    number: int
    was: str
    state: str


@dataclass(frozen=True)
class ExchangeMoved(Event):
    """A replacement came into a state; it is recorded under the replacement's own order."""

    kind: ClassVar[str] = "returns.exchange_moved.v1"

    return_id: UUID
    was: str
    state: str


@dataclass(frozen=True)
class DisputeMoved(Event):
    """A quarrel over a parcel that came back came into a state; `was` is empty for one that was just opened."""

    kind: ClassVar[str] = "returns.dispute_moved.v1"

    return_id: UUID
    was: str
    state: str

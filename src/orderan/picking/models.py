"""The nouns of picking."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, auto
from typing import Any
from uuid import UUID

Spot = tuple[int, int]
"""A place on the floor, centimetres from the packing table: (along the ends of the aisles, into the aisle)."""


class Method(StrEnum):
    """How orders of a wave are walked.

    ORDER    one at a time
    BATCH    several on one trolley, sorted at the packing table
    CLUSTER  several on one trolley, each in its own slot
    ZONE     as a cluster, but each picker stays in one zone
    """

    ORDER = auto()
    BATCH = auto()
    CLUSTER = auto()
    ZONE = auto()


@dataclass(frozen=True, slots=True)
class PickingPolicy:
    """How a location gives work to its pickers.

    Attributes:
        slots: Orders on one trolley at most.
        most_units: Units on one trolley at most, but for an order that is larger by itself.
        waiting_lists: While so many lists wait for a picker, no wave is released by itself; a cut-off that is near counts more.
        automatic: The worker releases by the cut-offs.
        elsewhere: What is not in its bin is taken from another location, where one has it.
        substitute: What no location has is replaced by what the shop names as its substitute, where the buyer lets it.
        partial: What nobody has is left out of the order, and what was paid for it is refunded.
    """

    method: Method = Method.CLUSTER
    slots: int = 12
    most_units: int = 60
    waiting_lists: int = 6
    automatic: bool = False
    elsewhere: bool = True
    substitute: bool = True
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Cutoff:
    """When a courier leaves a location.

    Attributes:
        courier: Its code.
        services: Of orders that leave with it; none is all.
        closes_minute: Of the location's own day.
        lead_minutes: How long before that its orders are released.
        days: From Monday, 1.
    """

    id: UUID
    location_id: UUID
    courier: str
    services: Sequence[str]
    closes_minute: int
    lead_minutes: int
    days: Sequence[int]

    def takes(self, service: str | None) -> bool:
        return not self.services or service in self.services


@dataclass(frozen=True, slots=True)
class Job:
    """What an order, or its part in a zone, needs of a walk."""

    task_id: UUID
    spots: Sequence[Spot]
    units: int
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Walk:
    """A way from the packing table past every spot and back; `order` are indices of the spots."""

    length_cm: int
    order: Sequence[int]


@dataclass(frozen=True, slots=True)
class Trolley:
    """Orders one picker walks for at once; the slot of each is its place here, from 1."""

    zone: str
    jobs: Sequence[Job]
    walk_cm: int


@dataclass(frozen=True, slots=True)
class Wave:
    """Tasks that were released together.

    Attributes:
        cutoff_at: What it has to be ready for; None is no courier's.
        walk_cm, alone_cm: How far its lists are walked, and how far order by order would be.
    """

    id: UUID
    location_id: UUID
    state: str
    method: Method
    courier: str
    cutoff_at: datetime | None
    made_by: str
    orders: int
    units: int
    walk_cm: int
    alone_cm: int
    released_at: datetime
    moved_at: datetime


@dataclass(frozen=True, slots=True)
class PickList:
    """What one picker walks at once.

    Attributes:
        zone: "" is everywhere.
        picker: The actor who has it, or had it last.
    """

    id: UUID
    wave_id: UUID
    location_id: UUID
    no: int
    zone: str
    state: str
    picker: str | None
    walk_cm: int
    taken_at: datetime | None
    moved_at: datetime


class ScanKind(StrEnum):
    """What a phone says: units in hand, units that are not in their bin, a scan of something else."""

    PICK = auto()
    SHORT = auto()
    WRONG = auto()


@dataclass(frozen=True, slots=True)
class Scan:
    """One thing a phone says.

    Attributes:
        seq: Counts up by one on the phone, from 1.
        scanned: What the scanner read, as it read it.
        happened_at: By the phone's clock, as it wrote it.
        signature: HMAC-SHA-256 in hex, see `rules_scan.signed`.
    """

    seq: int
    kind: ScanKind
    list_id: UUID
    quantity: int
    happened_at: str
    signature: str
    task_id: UUID | None = None
    line_no: int | None = None
    sku_id: UUID | None = None
    owner_id: UUID | None = None
    lot_id: UUID | None = None
    bin_id: UUID | None = None
    scanned: str = ""


class Outcome(StrEnum):
    """What became of a scan; a conflict moved nothing, and the phone has to say so to its picker."""

    ACCEPTED = auto()
    CONFLICT = auto()


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of a scan.

    Attributes:
        code: Of the refusal behind a conflict, or what was done about a shortage.
        facts: Of it.
        again: It had been heard before.
    """

    seq: int
    outcome: Outcome
    code: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    again: bool = False


@dataclass(frozen=True, slots=True)
class Device:
    """A phone that picks, and the last number heard of it."""

    id: UUID
    actor: str
    seq: int

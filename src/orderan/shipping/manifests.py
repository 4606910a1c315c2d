"""A courier's driver at the door: which labels were scanned, and what each of them is."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto
from typing import Final
from uuid import UUID

MANIFEST_PREFIX: Final = "mnf"


@dataclass(frozen=True, slots=True)
class Manifest:
    """A pick-up of a courier at a location."""

    id: UUID
    location_id: UUID
    courier: str
    state: str
    opened_by: str
    opened_at: datetime
    moved_at: datetime
    closed_by: str | None


class ScanVerdict(StrEnum):
    """What a label is at this pick-up.

    READY          booked with this courier here, and packed: it goes along
    OTHER_COURIER  another courier was booked for it
    OTHER_PLACE    it leaves from another location
    CANCELLED      its booking or its order is not wanted any more
    GONE           it left already
    NOT_READY      it is not packed, stands on the packing table, or another amount of cash is due than was booked
    SEVERAL        its task has more parcels than this one label, and is handed over with all of them
    UNKNOWN        no booking of the shop's has this number
    LEFT_BEHIND    it was ready and nobody scanned it, and somebody said that it stays
    """

    READY = auto()
    OTHER_COURIER = auto()
    OTHER_PLACE = auto()
    CANCELLED = auto()
    GONE = auto()
    NOT_READY = auto()
    SEVERAL = auto()
    UNKNOWN = auto()
    LEFT_BEHIND = auto()


@dataclass(frozen=True, slots=True)
class Label:
    """What is known of a tracking number.

    Attributes:
        booking_state, courier, task_id, location_id, task_state: None where no booking has it.
        left: A parcel left with this number already.
        held: The packing table has not let go of it, or its cash differs.
        parcels: That its task was packed into.
    """

    awb: str
    booking_state: str | None = None
    courier: str | None = None
    task_id: UUID | None = None
    location_id: UUID | None = None
    task_state: str | None = None
    left: bool = False
    held: bool = False
    parcels: int = 1


@dataclass(frozen=True, slots=True)
class ManifestScan:
    """A label of a manifest.

    Attributes:
        task_id: None where the shop has no booking of this number.
    """

    awb: str
    verdict: ScanVerdict
    task_id: UUID | None
    actor: str
    scanned_at: datetime

"""The nouns of what comes back by parcel, and of quarrels over it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, auto
from typing import Final
from uuid import UUID


class What(StrEnum):
    """In what a parcel that came back is not the one that was to come."""

    AWB = auto()
    WEIGHT = auto()
    ORIGIN = auto()
    MISSING = auto()


@dataclass(frozen=True, slots=True)
class ReturnShipment:
    """What a return is sent with.

    Attributes:
        weight_g: What its goods weigh by their product pages; 0 where nobody knows.
        origin: The city it is sent from; empty where nobody knows.
    """

    return_id: UUID
    courier: str
    awb: str
    weight_g: int
    origin: str
    issued_by: str
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class Extra:
    """Something in the parcel that is not in its return."""

    what: str
    units: int


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of a parcel that came back, beside what lay in it; empty or None is what nobody noted.

    Attributes:
        damaged: Units per line that are damaged to the eye.
    """

    awb: str = ""
    weight_g: int | None = None
    origin: str = ""
    damaged: dict[int, int] = field(default_factory=dict)
    extras: Sequence[Extra] = ()


NOTHING_SEEN: Final = Seen()


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it was issued.

    Attributes:
        digits: Of a number: in how many places it is another one; 0 of anything else.
    """

    what: What
    issued: str
    seen: str
    digits: int = 0


@dataclass(frozen=True, slots=True)
class ReceivedLine:
    """Units of a line that came against those that were to come."""

    line_no: int
    expected: int
    received: int
    damaged: int


@dataclass(frozen=True, slots=True)
class Reception:
    """A return on the receiving table."""

    return_id: UUID
    location_id: UUID
    awb: str
    weight_g: int | None
    origin: str
    received_by: str
    received_at: datetime
    lines: Sequence[ReceivedLine]
    extras: Sequence[Extra]


@dataclass(frozen=True, slots=True)
class Dispute:
    """The file of a return whose parcel is not what was issued; its id is the return's."""

    id: UUID
    state: str
    found: tuple[Difference, ...]
    opened_by: str
    opened_at: datetime
    deadline: datetime
    moved_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    note: str | None


@dataclass(frozen=True, slots=True)
class DisputeNote:
    """Evidence in words."""

    id: UUID
    words: str
    written_by: str
    written_at: datetime

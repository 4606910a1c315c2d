"""The nouns of the packing table."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum, auto
from typing import Final
from uuid import UUID

MOST_PARCELS: Final = 20
"""Of one packing."""
CARTON_PREFIX: Final = "ctn"

UnitKey = tuple[int, UUID, UUID, UUID]
"""Line number, sku, owner and lot."""


@dataclass(frozen=True, slots=True)
class PackingPolicy:
    """What has to be seen to before a parcel may leave; of the two tolerances the wider one holds.

    Attributes:
        required: Nothing leaves that was not packed at the table.
        weigh: Every parcel is weighed.
        photo: Every opened parcel is photographed.
        tolerance_g: So many grams off are right.
        tolerance_bp: So many hundredths of a per cent of the expected weight off are right.
    """

    required: bool = False
    weigh: bool = False
    photo: bool = False
    tolerance_g: int = 50
    tolerance_bp: int = 300


@dataclass(frozen=True, slots=True)
class Carton:
    """A box the shop packs in.

    Attributes:
        length_mm, width_mm, height_mm: Of the inside.
        weight_g: Its own.
        carries_g: The most it may hold.
        cost_minor: What one costs the shop.
    """

    id: UUID
    code: str
    length_mm: int
    width_mm: int
    height_mm: int
    weight_g: int
    carries_g: int
    cost_minor: int = 0
    active: bool = True

    @property
    def volume_mm3(self) -> int:
        return self.length_mm * self.width_mm * self.height_mm


@dataclass(frozen=True, slots=True)
class Packing:
    """A task at the packing table.

    Attributes:
        override_why: Why it was closed although something of it is not as it should be; None where all was right.
    """

    id: UUID
    task_id: UUID
    order_id: UUID
    location_id: UUID
    state: str
    opened_by: str
    opened_at: datetime
    moved_at: datetime
    closed_by: str | None
    override_why: str | None


@dataclass(frozen=True, slots=True)
class PackedParcel:
    """A parcel of a packing; weight None is not weighed yet."""

    packing_id: UUID
    no: int
    carton_id: UUID | None = None
    weight_g: int | None = None
    has_photo: bool = False


@dataclass(frozen=True, slots=True)
class PackedUnit:
    """Units in a parcel."""

    packing_id: UUID
    parcel_no: int
    line_no: int
    sku_id: UUID
    owner_id: UUID
    lot_id: UUID
    quantity: int

    @property
    def key(self) -> UnitKey:
        return self.line_no, self.sku_id, self.owner_id, self.lot_id


@dataclass(frozen=True, slots=True)
class Goods:
    """Units that belong into the parcels of a packing.

    Attributes:
        gtin: As it stands in the catalogue, any length.
        lot: What is printed on the goods; None where no lots are kept.
        weight_g, length_mm, width_mm, height_mm: Of a unit; 0 is not known.
    """

    line_no: int
    sku_id: UUID
    owner_id: UUID
    lot_id: UUID
    sku: str
    title: str
    gtin: str | None
    lot: str | None
    expires_on: date | None
    quantity: int
    weight_g: int = 0
    length_mm: int = 0
    width_mm: int = 0
    height_mm: int = 0

    @property
    def key(self) -> UnitKey:
        return self.line_no, self.sku_id, self.owner_id, self.lot_id


class ScanOutcome(StrEnum):
    """What a scan at the table was.

    RIGHT       the unit belongs in, and is in now
    WRONG       nothing of the order is that
    EXTRA       as many as belong in are in already
    DOUBLED     this very unit, by its serial number, is in already
    OTHER_LOT   the goods are right and the lot is not the one that was allocated
    EXPIRED     it is past its date
    UNREADABLE  the symbol does not hold what it promises
    TAKEN_OUT   a unit went out of its parcel again
    """

    RIGHT = auto()
    WRONG = auto()
    EXTRA = auto()
    DOUBLED = auto()
    OTHER_LOT = auto()
    EXPIRED = auto()
    UNREADABLE = auto()
    TAKEN_OUT = auto()


@dataclass(frozen=True, slots=True)
class Scanned:
    """A scan, understood.

    Attributes:
        goods: What it was meant for; None where nothing fits.
        serial: As the symbol says; "" where it says none.
    """

    outcome: ScanOutcome
    text: str
    goods: Goods | None = None
    serial: str = ""
    quantity: int = 1

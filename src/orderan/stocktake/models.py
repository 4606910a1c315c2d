"""The nouns of stock-takes."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto
from uuid import UUID

from orderan.inventory import StockKey
from orderan.stocktake.states import AreaState, TakeState


class Scope(StrEnum):
    """Which part of a location is counted."""

    ALL = auto()
    ZONES = auto()
    BINS = auto()
    SKUS = auto()


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a count may be off before somebody else has to count again.

    Attributes:
        units: More than so many are too many.
        minor: Of what they are worth; None is that worth does not matter.
    """

    units: int = 0
    minor: int | None = None


@dataclass(frozen=True, slots=True)
class AreaAsked:
    """What one person counts at once, as it is opened.

    Attributes:
        bin_id: None is a stretch of goods that lie in no bin.
        label: What a person looks for: a bin's code, or the skus a stretch goes from and to.
        keys: Rows the book has there.
    """

    bin_id: UUID | None
    label: str
    keys: tuple[StockKey, ...]


@dataclass(frozen=True, slots=True)
class StockTake:
    """A count of a location or a part of it."""

    id: UUID
    location_id: UUID
    state: TakeState
    scope: Scope
    note: str
    tolerance: Tolerance
    opened_by: str
    opened_at: datetime
    approved_by: str | None = None
    approved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Area:
    """What one person counts at once.

    Attributes:
        counter: Who counts it now.
        counters: Whoever counted it; none of them counts it again, nor approves.
    """

    id: UUID
    take_id: UUID
    no: int
    bin_id: UUID | None
    label: str
    state: AreaState
    counter: str | None
    counters: tuple[str, ...]

    @property
    def again(self) -> bool:
        """Whether it is counted for a second time."""
        return self.state in {AreaState.RECOUNT, AreaState.RECOUNTING}


@dataclass(frozen=True, slots=True)
class Row:
    """Goods in an area.

    Attributes:
        before, after: What the book had there when the count began and when it ended; None is not yet.
        counted: What was counted last; None is not yet.
        first: What was counted before that.
        difference: What is there more (positive) or less than the book had; None until counted.
        flagged: Has to be counted again.
        posted: What of the difference was booked.
    """

    key: StockKey
    unit_minor: int
    before: int | None
    counted: int | None
    after: int | None
    first: int | None = None
    difference: int | None = None
    flagged: bool = False
    posted: int = 0


@dataclass(frozen=True, slots=True)
class Counted:
    """Units somebody counted of goods in an area."""

    key: StockKey
    units: int


@dataclass(frozen=True, slots=True)
class Off:
    """A difference that can be booked: `bin_id` None is in no bin."""

    area_id: UUID
    bin_id: UUID | None
    key: StockKey
    change: int

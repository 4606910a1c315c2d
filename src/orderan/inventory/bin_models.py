"""The nouns of shelves."""

from dataclasses import dataclass
from enum import StrEnum, auto
from uuid import UUID

from orderan.inventory.models import StockKey


class BinKind(StrEnum):
    """Pickers take from a pick face; a reserve fills it again, and is picked from when that is empty."""

    PICK = auto()
    RESERVE = auto()


class BinMove(StrEnum):
    """Why units went into a bin or out of it; LEFT is that they left the location without a picker."""

    PUT_AWAY = auto()
    PICK = auto()
    SHIFT = auto()
    COUNT = auto()
    LEFT = auto()


@dataclass(frozen=True, slots=True)
class BinAsked:
    """A bin as somebody draws it; its code is what it is known by.

    Attributes:
        x_cm, y_cm: Where it stands, from the packing table, along the aisles and across them.
    """

    code: str
    kind: BinKind = BinKind.PICK
    zone: str = ""
    x_cm: int = 0
    y_cm: int = 0
    active: bool = True


@dataclass(frozen=True, slots=True)
class Bin:
    """A place on a shelf.

    Attributes:
        units: Of all goods in it.
        skus: How many different ones.
        blocked_why: Nobody takes from it, nor puts into it, until somebody has looked; None is that all may.
    """

    id: UUID
    location_id: UUID
    code: str
    kind: BinKind
    zone: str
    x_cm: int
    y_cm: int
    active: bool
    blocked_why: str | None
    units: int = 0
    skus: int = 0


@dataclass(frozen=True, slots=True)
class Binned:
    """Units of a stock row in a bin that a picker may take from."""

    bin_id: UUID
    code: str
    kind: BinKind
    x_cm: int
    y_cm: int
    key: StockKey
    quantity: int


@dataclass(frozen=True, slots=True)
class PutAway:
    """Units that go from the floor into a bin."""

    bin_id: UUID
    key: StockKey
    quantity: int


@dataclass(frozen=True, slots=True)
class Shift:
    """Units that go from one bin to another of the same location."""

    from_bin: UUID
    to_bin: UUID
    key: StockKey
    quantity: int


@dataclass(frozen=True, slots=True)
class Take:
    """Units a picker takes; `bin_id` None is from wherever the sheet says."""

    key: StockKey
    quantity: int
    bin_id: UUID | None = None

"""The nouns of stock."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum, auto
from typing import NamedTuple
from uuid import UUID


class LocationKind(StrEnum):
    """Real places hold counters; the others are accounts goods come from and go to."""

    WAREHOUSE = auto()
    STORE = auto()
    QUARANTINE = auto()
    SUPPLIER = auto()
    CUSTOMER = auto()
    LOSS = auto()
    TRANSIT = auto()


COUNTED = frozenset({LocationKind.WAREHOUSE, LocationKind.STORE, LocationKind.QUARANTINE})
"""Kinds of location whose stock is counted."""


class Bucket(StrEnum):
    """A part of a location: on_hand is free + reserved + allocated."""

    FREE = auto()
    RESERVED = auto()
    ALLOCATED = auto()
    DAMAGED = auto()
    QUARANTINE = auto()
    INCOMING = auto()


class MovementKind(StrEnum):
    """Why goods moved between accounts."""

    RESERVE = auto()
    ALLOCATE = auto()
    RELEASE = auto()
    DISPATCH = auto()
    RECEIVE = auto()
    EXPECT = auto()
    ADJUST = auto()
    TRANSFER_OUT = auto()
    TRANSFER_IN = auto()
    RETURN = auto()
    QUARANTINE = auto()
    DAMAGE = auto()
    RESTORE = auto()
    HISTORIC = auto()


class ClaimState(StrEnum):
    """Reserved has a time limit kept by the holder; allocated has none."""

    RESERVED = auto()
    ALLOCATED = auto()


@dataclass(frozen=True)
class Location:
    """A place or an account.

    Attributes:
        village_code: Where it stands; nearness is counted by shared administrative areas.
        rank: Among equally near locations the lower rank serves first.
    """

    shop_id: int
    id: UUID
    code: str
    name: str
    kind: LocationKind
    village_code: str | None
    address: str
    time_zone: str
    sells: bool
    rank: int
    active: bool


class StockKey(NamedTuple):
    """One stock row; its order is the order locks are taken in."""

    sku_id: UUID
    location_id: UUID
    owner_id: UUID
    lot_id: UUID


@dataclass(slots=True)
class StockRow:
    """A locked stock row; `free` goes down as a batch is decided."""

    key: StockKey
    free: int
    expires_on: date | None
    rank: int
    village_code: str | None
    safety: int


@dataclass(frozen=True, slots=True)
class Want:
    """Units of a sku for a line of the holder; bundles arrive as their parts."""

    line_no: int
    sku_id: UUID
    quantity: int


@dataclass(frozen=True, slots=True)
class Demand:
    """Everything one holder wants at once.

    Attributes:
        village_code: Where it goes, for nearness; None when it does not matter.
        only_at: Take from this location and no other.
    """

    holder_id: UUID
    wants: Sequence[Want]
    village_code: str | None = None
    only_at: UUID | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """Units of a stock row promised to a line of a holder."""

    holder_id: UUID
    line_no: int
    key: StockKey
    quantity: int


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A sku that is short: what was wanted in all, what could be had."""

    sku_id: UUID
    wanted: int
    free: int


@dataclass(frozen=True, slots=True)
class Taken:
    """A demand that was met, and how it was chosen."""

    claims: Sequence[Claim]
    reasons: Sequence[str] = field(default=())

"""The nouns of stock."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum, auto
from typing import NamedTuple
from uuid import UUID

from orderan.sourcing import FIRST_RULES, SourcingRules


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
    COUNT = auto()
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
    """A locked stock row; `free` goes down as a batch is decided.

    Attributes:
        free: Units that could be promised, permitted oversell among them.
        oversell: How many of them need not be there.
    """

    key: StockKey
    free: int
    expires_on: date | None
    rank: int
    village_code: str | None
    safety: int
    oversell: int = 0

    def open_to(self, *, beyond_stock: bool) -> int:
        """Units somebody can have who may, or may not, be promised what is not there."""
        return self.free if beyond_stock else max(self.free - self.oversell, 0)


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
        beyond_stock: Permitted oversell may serve it; else only what is there.
        value_minor: What the order is worth, for rules of splitting.
        channel_id: Whose rules of shelf life count; None is none.
        refuses: Rows that do not keep long enough for it; `take_stock` finds them.
    """

    holder_id: UUID
    wants: Sequence[Want]
    village_code: str | None = None
    only_at: UUID | None = None
    beyond_stock: bool = True
    value_minor: int = 0
    channel_id: UUID | None = None
    refuses: frozenset[StockKey] = frozenset()


@dataclass(frozen=True, slots=True)
class Claim:
    """Units of a stock row promised to a line of a holder."""

    holder_id: UUID
    line_no: int
    key: StockKey
    quantity: int


@dataclass(frozen=True, slots=True)
class Part:
    """Units of a sku claimed by a line, when it is not the whole claim.

    Attributes:
        location_id, lot_id: Only units claimed there, or of that lot; None is wherever they are.
    """

    holder_id: UUID
    line_no: int
    sku_id: UUID
    quantity: int
    location_id: UUID | None = None
    lot_id: UUID | None = None

    def covers(self, claim: Claim) -> bool:
        return (
            (self.holder_id, self.line_no, self.sku_id) == (claim.holder_id, claim.line_no, claim.key.sku_id)
            and self.location_id in (None, claim.key.location_id)
            and self.lot_id in (None, claim.key.lot_id)
        )


@dataclass(frozen=True, slots=True)
class Counters:
    """A stock row's counters; free is what is neither reserved nor allocated, physically."""

    on_hand: int = 0
    reserved: int = 0
    allocated: int = 0
    damaged: int = 0
    quarantine: int = 0
    incoming: int = 0
    oversell: int = 0

    @property
    def free(self) -> int:
        return self.on_hand - self.reserved - self.allocated

    def of(self, bucket: Bucket) -> int:
        """Units in a bucket of the row."""
        return int(getattr(self, bucket.value))


@dataclass(frozen=True, slots=True)
class Lot:
    """A batch of goods with its expiry."""

    id: UUID
    sku_id: UUID
    code: str
    expires_on: date | None


class TransferState(StrEnum):
    """Goods on the way between two of our locations."""

    DRAFT = auto()
    IN_TRANSIT = auto()
    RECEIVED = auto()
    CANCELLED = auto()


@dataclass(frozen=True, slots=True)
class TransferLine:
    """What travels: received + lost <= quantity."""

    line_no: int
    sku_id: UUID
    owner_id: UUID
    lot_id: UUID
    quantity: int
    received: int = 0
    lost: int = 0
    loss_reason: str | None = None

    @property
    def under_way(self) -> int:
        return self.quantity - self.received - self.lost


@dataclass(frozen=True)
class Transfer:
    """Goods moved from one of our locations to another, over the transit account."""

    shop_id: int
    id: UUID
    from_location: UUID
    to_location: UUID
    state: TransferState
    note: str
    created_by: str
    created_at: datetime
    dispatched_at: datetime | None
    received_at: datetime | None
    lines: Sequence[TransferLine] = field(default=())


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A sku that is short: what was wanted in all, what could be had."""

    sku_id: UUID
    wanted: int
    free: int


class Lots(NamedTuple):
    """Units that could be had of one stock row when a place was chosen.

    `place` counts into the places that were weighed, `sku` into the skus that were wanted.
    """

    place: int
    sku: int
    key: StockKey
    free: int
    expires_on: date | None


class Candidate(NamedTuple):
    """A location that had something of what was wanted.

    Attributes:
        order_minor: What the rules add for an order served there.
        full: It served as many orders that day as it can.
    """

    location_id: UUID
    rank: int
    village_code: str | None
    order_minor: int = 0
    full: bool = False


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a choice of places was made from.

    Attributes:
        places: The candidates in the order of their cost.
        lots: Rows at those places, as many as cover what was wanted, first to be taken first.
        rules: What was followed.
    """

    places: Sequence[Candidate] = ()
    lots: Sequence[Lots] = ()
    rules: SourcingRules = FIRST_RULES


@dataclass(frozen=True, slots=True)
class Taken:
    """A demand that was met, and how it was chosen.

    Attributes:
        cost_minor: Of serving it from there, by the rules; rupiah nobody pays, only compared.
    """

    claims: Sequence[Claim]
    reasons: Sequence[str] = field(default=())
    weighed: Weighed = field(default=Weighed())
    cost_minor: int = 0

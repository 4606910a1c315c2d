"""The nouns of returns."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from orderan.returns.models_policy import Cause, Remedy


@dataclass(frozen=True, slots=True)
class Wanted:
    """Units of an order line that are to come back, and why.

    Attributes:
        sku: What they are to be exchanged for; empty where they are not.
    """

    line_no: int
    quantity: int
    reason: str = ""
    cause: Cause | None = None
    sku: str = ""


@dataclass(frozen=True, slots=True)
class Inspected:
    """Where the received units of a line go: back on sale, or aside."""

    line_no: int
    to_stock: int
    to_quarantine: int
    condition: str = ""


@dataclass(frozen=True, slots=True)
class ReturnLine:
    """A line of a return with what became of it."""

    return_id: UUID
    line_no: int
    quantity: int
    received: int
    to_stock: int
    to_quarantine: int
    reason: str
    condition: str | None
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class GoodsReturn:
    """One return of an order; `number` counts them per order from one.

    Attributes:
        parcel_id: Of which its buyer kept the rest at the door; None of any other return.
        policy_version: Of the policy its buyer asked under; None where somebody of the shop asked.
        way_paid_by: Who pays the way back, by that policy.
        way: What its buyer wants for it.
        trusted_at: When its refund was granted, before anybody had seen the goods; None of most.
    """

    id: UUID
    number: int
    order_id: UUID
    state: str
    reason: str
    location_id: UUID | None
    refund_id: UUID | None
    requested_by: str
    requested_at: datetime
    received_at: datetime | None
    inspected_at: datetime | None
    closed_at: datetime | None
    moved_at: datetime | None
    note: str | None
    parcel_id: UUID | None = None
    policy_version: int | None = None
    way_paid_by: str | None = None
    way: str = Remedy.REFUND
    trusted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """The order a return is exchanged for.

    Attributes:
        lines: Line of the replacement by the line that comes back.
    """

    return_id: UUID
    order_id: UUID
    state: str
    lines: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Sent:
    """Units of a stock row that went out for a line: what may come back, of which owner and lot.

    Attributes:
        each: Units of the sku in one unit of the line: of a bundle more than one, or several skus.
    """

    line_no: int
    sku_id: UUID
    owner_id: UUID
    lot_id: UUID
    quantity: int
    each: int = 1

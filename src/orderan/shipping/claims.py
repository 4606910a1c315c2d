"""Claims to couriers, for parcels they lost or damaged."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

USUAL_CLAIM_DAYS = 7
"""Within so many days of the loss, of a courier of which nobody said otherwise: few take claims for less long."""
WARNED_DAYS = 3
"""So many days before its deadline somebody is told of a claim that is not filed."""
CLAIM_KINDS = ("lost", "damaged")


@dataclass(frozen=True, slots=True)
class ParcelClaim:
    """A claim; amounts are rupiah.

    Attributes:
        kind: `lost` or `damaged`.
        amount_minor: What is claimed.
        accepted_minor: What the courier agreed to; None before.
        paid_minor, reference: What it paid, and under which name; None before.
        deadline: Until when it takes the claim.
    """

    id: UUID
    order_id: UUID
    parcel_id: UUID
    courier: str
    kind: str
    state: str
    amount_minor: int
    accepted_minor: int | None
    paid_minor: int | None
    reference: str | None
    deadline: datetime
    opened_at: datetime
    moved_at: datetime
    moved_by: str


@dataclass(frozen=True, slots=True)
class ClaimEvidence:
    """Something that speaks for a claim.

    Attributes:
        kind: `told` with the news that the parcel is gone, or a `note` of somebody.
    """

    kind: str
    words: str
    added_by: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class ListedClaim:
    """A claim beside its parcel's number and its order's."""

    claim: ParcelClaim
    awb: str
    number: int
    currency: str


@dataclass(frozen=True, slots=True)
class ClaimSum:
    """How many claims, and their rupiah together: claimed, agreed to, paid."""

    many: int = 0
    claimed_minor: int = 0
    accepted_minor: int = 0
    paid_minor: int = 0

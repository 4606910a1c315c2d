"""Let claims go: the units are free again in the same instant."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from orderan.inventory import store
from orderan.inventory.errors import ClaimMissing
from orderan.inventory.models import Bucket, Claim, ClaimState, MovementKind
from orderan.inventory.store import Movement
from orderan.kit.db import Tx


@dataclass(frozen=True, slots=True)
class Part:
    """Units of a sku of one line to let go, when it is not the whole claim."""

    holder_id: UUID
    line_no: int
    sku_id: UUID
    quantity: int


async def release_claims(
    tx: Tx, holders: Collection[UUID], *, now: datetime, parts: Sequence[Part] | None = None
) -> list[Claim]:
    """Release all open claims of these holders, or only the parts named; returns what was released.

    The caller has locked the holders' own rows, so no claim of theirs changes meanwhile.

    Raises:
        ClaimMissing: A part is more than what is still claimed; nothing was released.
    """
    released = []
    for state in ClaimState:
        claims = await store.claims_of(tx, holders, state=state)
        released += [(state, claim) for claim in claims]
    if parts is not None:
        released = _cut(released, parts)
    if not released:
        return []
    claims = [claim for _, claim in released]
    await store.lock_rows(tx, {claim.key for claim in claims})
    movements = [
        Movement(
            key=claim.key,
            quantity=claim.quantity,
            from_location=claim.key.location_id,
            from_bucket=Bucket(state.value),
            to_location=claim.key.location_id,
            to_bucket=Bucket.FREE,
            cause_id=claim.holder_id,
        )
        for state, claim in released
    ]
    counted = {claim.key.location_id for claim in claims}
    await store.move(tx, MovementKind.RELEASE, movements, counted=counted, now=now)
    await store.shrink_claims(tx, claims)
    return claims


def _cut(claims: Sequence[tuple[ClaimState, Claim]], parts: Sequence[Part]) -> list[tuple[ClaimState, Claim]]:
    left: dict[tuple[UUID, int, UUID], int] = defaultdict(int)
    for part in parts:
        left[part.holder_id, part.line_no, part.sku_id] += part.quantity
    chosen = []
    for state, claim in reversed(claims):
        of = (claim.holder_id, claim.line_no, claim.key.sku_id)
        if units := min(left[of], claim.quantity):
            left[of] -= units
            chosen.append((state, Claim(claim.holder_id, claim.line_no, claim.key, units)))
    for (holder, _, _), units in left.items():
        if units:
            raise ClaimMissing(holder)
    return chosen

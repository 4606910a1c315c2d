"""Turn reservations into allocations: the money is there, the time limit goes."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from orderan.inventory import store
from orderan.inventory.models import Bucket, Claim, ClaimState, MovementKind
from orderan.inventory.store import Movement
from orderan.kit.db import Tx


async def allocate_claims(tx: Tx, holders: Collection[UUID], *, now: datetime) -> list[Claim]:
    """Allocate whatever these holders have reserved; returns the claims, oldest line first.

    The caller has locked the holders' own rows. Nothing reserved means nothing to do.
    """
    claims = await store.claims_of(tx, holders, state=ClaimState.RESERVED)
    if not claims:
        return []
    await store.lock_rows(tx, {claim.key for claim in claims})
    movements = [
        Movement(
            key=claim.key,
            quantity=claim.quantity,
            from_location=claim.key.location_id,
            from_bucket=Bucket.RESERVED,
            to_location=claim.key.location_id,
            to_bucket=Bucket.ALLOCATED,
            cause_id=claim.holder_id,
        )
        for claim in claims
    ]
    counted = {claim.key.location_id for claim in claims}
    await store.move(tx, MovementKind.ALLOCATE, movements, counted=counted, now=now)
    await store.set_claims_allocated(tx, holders)
    return claims

"""Let claims go: the units are free again in the same instant."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from orderan.inventory import rules, store
from orderan.inventory.models import Bucket, Claim, ClaimState, MovementKind, Part
from orderan.inventory.store import Movement
from orderan.kit.db import Tx


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
        # Reserved units go before allocated ones, and of either the last line first.
        order = list(ClaimState)
        released.sort(key=lambda pair: (order.index(pair[0]), -pair[1].line_no))
        chosen = rules.cut([claim for _, claim in released], parts)
        released = [(released[index][0], claim) for index, claim in chosen]
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

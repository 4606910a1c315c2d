"""Serve a claim from another place: its units are free where they were and promised where they will be."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from orderan.inventory import rules, store
from orderan.inventory.errors import StockShort
from orderan.inventory.models import Bucket, Claim, ClaimState, Demand, MovementKind, Part, StockKey, Want
from orderan.inventory.rules import Pool
from orderan.inventory.shelf_life_views import too_short_for
from orderan.inventory.store import Movement
from orderan.kit.db import Tx

_KIND = {ClaimState.RESERVED: MovementKind.RESERVE, ClaimState.ALLOCATED: MovementKind.ALLOCATE}


async def move_claims(
    tx: Tx,
    parts: Sequence[Part],
    *,
    to_location: UUID,
    channels: Mapping[UUID, UUID] | None = None,
    now: datetime,
) -> list[Claim]:
    """Move the named parts of a holder's claims to another location; returns the new claims.

    What was reserved stays reserved, what was allocated stays allocated. The caller has locked
    the holders' own rows. Only units that are there serve a claim from another place: it is moved
    because somebody waits for it.

    Args:
        channels: Of each holder, whose rules of shelf life count at the other place; None is nobody's.

    Raises:
        ClaimMissing: A part is more than what is claimed; nothing moved.
        StockShort: The other place cannot serve all of it; nothing moved.
    """
    skus = {part.sku_id for part in parts}
    # Every row of these skus is locked at once, in key order: the old rows and the new ones
    # locked one after the other could meet somebody who goes the other way round.
    await store.lock_every_row(tx, skus)
    rows = await store.lock_sellable(tx, skus, now=now)
    pool = Pool(rows)
    kept = [row.key for row in rows if row.expires_on]
    named = channels or {}
    short = await too_short_for(tx, set(named.values()), kept, now=now) if named and kept else {}
    refuses = {holder: short[channel] for holder, channel in named.items() if channel in short}
    holders = {part.holder_id for part in parts}
    held = [
        (state, claim)
        for state in ClaimState
        for claim in await store.claims_of(tx, holders, state=state)
        if claim.key.location_id != to_location
    ]
    chosen = rules.cut([claim for _, claim in held], parts)
    made = []
    for state in ClaimState:
        old = [claim for index, claim in chosen if held[index][0] is state]
        if old:
            made += await _replace(tx, old, pool, state, to_location, refuses, now=now)
    return made


async def _replace(
    tx: Tx,
    old: Sequence[Claim],
    pool: Pool,
    state: ClaimState,
    to_location: UUID,
    refuses: Mapping[UUID, frozenset[StockKey]],
    *,
    now: datetime,
) -> list[Claim]:
    new: list[Claim] = []
    for holder in dict.fromkeys(claim.holder_id for claim in old):
        wants = [
            Want(line_no, sku_id, units)
            for (line_no, sku_id), units in rules.per_line(
                claim for claim in old if claim.holder_id == holder
            ).items()
        ]
        refused = refuses.get(holder, frozenset())
        outcome = pool.take(Demand(holder, wants, only_at=to_location, beyond_stock=False, refuses=refused))
        if isinstance(outcome, tuple):
            raise StockShort(outcome)
        new += outcome.claims
    bucket = Bucket(state.value)
    back = [_movement(claim, bucket, Bucket.FREE) for claim in old]
    forth = [_movement(claim, Bucket.FREE, bucket) for claim in new]
    await store.move(
        tx, MovementKind.RELEASE, back, counted={claim.key.location_id for claim in old}, now=now
    )
    await store.move(tx, _KIND[state], forth, counted={to_location}, now=now)
    await store.shrink_claims(tx, old)
    await store.insert_claims(tx, new, state)
    return new


def _movement(claim: Claim, out_of: Bucket, into: Bucket) -> Movement:
    place = claim.key.location_id
    return Movement(claim.key, claim.quantity, place, out_of, place, into, cause_id=claim.holder_id)

"""Take stock for a batch of demands: each whole or not at all, in the order they came."""

from collections.abc import Sequence
from datetime import datetime

from orderan.inventory import store
from orderan.inventory.errors import StockShort
from orderan.inventory.models import Bucket, Claim, ClaimState, Demand, MovementKind, Taken
from orderan.inventory.rules import Pool
from orderan.inventory.store import Movement
from orderan.kit.db import Tx

_INTO = {
    ClaimState.RESERVED: (MovementKind.RESERVE, Bucket.RESERVED),
    ClaimState.ALLOCATED: (MovementKind.ALLOCATE, Bucket.ALLOCATED),
}


async def take_stock(
    tx: Tx, demands: Sequence[tuple[Demand, ClaimState]], *, now: datetime
) -> list[Taken | StockShort]:
    """Reserve or allocate for each demand, in order; an answer per demand.

    Rows of all skus are locked once, in key order, so two batches wait for each other and never
    deadlock. A demand's units are summed per sku before they are taken, so two lines of a sku,
    or two bundles that share a part, cannot both count the same unit.

    Returns:
        Taken with the claims made, or StockShort naming every sku that is short; a demand that
        is short takes nothing and does not hinder the others.
    """
    skus = {want.sku_id for demand, _ in demands for want in demand.wants}
    pool = Pool(await store.lock_sellable(tx, skus, now=now) if skus else [])
    answers: list[Taken | StockShort] = []
    made: dict[ClaimState, list[Claim]] = {state: [] for state in ClaimState}
    for demand, state in demands:
        outcome = pool.take(demand)
        if isinstance(outcome, Taken):
            answers.append(outcome)
            made[state].extend(outcome.claims)
        else:
            answers.append(StockShort(outcome))
    async with tx.together():
        for state, claims in made.items():
            if claims:
                await _write(tx, claims, state, now=now)
    return answers


async def _write(tx: Tx, claims: Sequence[Claim], state: ClaimState, *, now: datetime) -> None:
    kind, bucket = _INTO[state]
    movements = [
        Movement(
            key=claim.key,
            quantity=claim.quantity,
            from_location=claim.key.location_id,
            from_bucket=Bucket.FREE,
            to_location=claim.key.location_id,
            to_bucket=bucket,
            cause_id=claim.holder_id,
        )
        for claim in claims
    ]
    await store.move(tx, kind, movements, counted={claim.key.location_id for claim in claims}, now=now)
    await store.insert_claims(tx, claims, state)

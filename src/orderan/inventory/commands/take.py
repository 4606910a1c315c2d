"""Take stock for a batch of demands: each whole or not at all, in the order they came."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from orderan.inventory import served_store, store
from orderan.inventory.errors import StockShort
from orderan.inventory.models import Bucket, Claim, ClaimState, Demand, MovementKind, StockRow, Taken
from orderan.inventory.rules import Pool
from orderan.inventory.rules_batch import serve
from orderan.inventory.shelf_life_views import too_short_for
from orderan.inventory.store import Movement
from orderan.kit.db import Tx
from orderan.sourcing import followed

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
    rules = await followed(tx)
    limited = [location for location, place in rules.places.items() if place.orders_a_day is not None]
    rows = await store.lock_sellable(tx, skus, now=now) if skus else []
    # Counted once the rows are locked: two batches of the same goods count one after the other.
    served = await served_store.served_today(tx, limited, now=now) if limited and rows else {}
    answers: list[Taken | StockShort] = []
    made: dict[ClaimState, list[Claim]] = {state: [] for state in ClaimState}
    outcomes = serve(
        Pool(rows, rules, served), await _kept_apart(tx, [one for one, _ in demands], rows, now=now)
    )
    for (_, state), outcome in zip(demands, outcomes, strict=True):
        if isinstance(outcome, Taken):
            answers.append(outcome)
            made[state].extend(outcome.claims)
        else:
            answers.append(StockShort(outcome))
    async with tx.together():
        for state, claims in made.items():
            if claims:
                await write_claims(tx, claims, state, now=now)
        if limited:
            await served_store.count_served(tx, _orders_of(made, limited), now=now)
    return answers


async def _kept_apart(
    tx: Tx, demands: Sequence[Demand], rows: Sequence[StockRow], *, now: datetime
) -> list[Demand]:
    """The demands, each with the rows that do not keep long enough for its channel."""
    channels = {demand.channel_id for demand in demands if demand.channel_id}
    keys = [row.key for row in rows if row.expires_on]
    short = await too_short_for(tx, channels, keys, now=now) if channels and keys else {}
    if not short:
        return list(demands)
    return [
        replace(demand, refuses=short[demand.channel_id]) if demand.channel_id in short else demand
        for demand in demands
    ]


def _orders_of(made: Mapping[ClaimState, Sequence[Claim]], limited: Collection[UUID]) -> dict[UUID, int]:
    """How many holders took something at each of these locations."""
    pairs = {(claim.key.location_id, claim.holder_id) for claims in made.values() for claim in claims}
    return Counter(location for location, _ in pairs if location in limited)


async def write_claims(tx: Tx, claims: Sequence[Claim], state: ClaimState, *, now: datetime) -> None:
    """Move these units of locked rows into a bucket and write down whose they are."""
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

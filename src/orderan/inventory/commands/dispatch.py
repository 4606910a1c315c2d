"""Goods leave the building: allocated units go to the customer and their claims are gone."""

from collections.abc import Sequence
from datetime import datetime

from orderan.inventory import rules, store, views
from orderan.inventory.errors import StockShort
from orderan.inventory.models import Bucket, Claim, ClaimState, LocationKind, MovementKind, Part, Shortfall
from orderan.inventory.store import Movement
from orderan.kit.db import Tx


async def dispatch_claims(tx: Tx, parts: Sequence[Part], *, now: datetime) -> list[Claim]:
    """Book allocated units out to the customer account; returns the claims dispatched.

    The caller has locked the holders' own rows, so a release of the same claim waits or came first.

    Raises:
        ClaimMissing: A part is more than what is allocated to it; nothing was dispatched.
        StockShort: Units sold beyond stock are not physically there yet; nothing was dispatched.
        UnknownLocation: The shop has no customer account.
    """
    holders = {part.holder_id for part in parts}
    allocated = await store.claims_of(tx, holders, state=ClaimState.ALLOCATED)
    claims = [claim for _, claim in rules.cut(allocated, parts)]
    if not claims:
        return []
    await store.lock_rows(tx, {claim.key for claim in claims})
    await _require_on_hand(tx, claims)
    customer = await views.account(tx, LocationKind.CUSTOMER)
    movements = [
        Movement(
            key=claim.key,
            quantity=claim.quantity,
            from_location=claim.key.location_id,
            from_bucket=Bucket.ALLOCATED,
            to_location=customer,
            to_bucket=Bucket.FREE,
            cause_id=claim.holder_id,
        )
        for claim in claims
    ]
    counted = {claim.key.location_id for claim in claims}
    await store.move(tx, MovementKind.DISPATCH, movements, counted=counted, now=now)
    await store.shrink_claims(tx, claims)
    return claims


async def _require_on_hand(tx: Tx, claims: Sequence[Claim]) -> None:
    wanted = rules.per_key((claim.key, claim.quantity) for claim in claims)
    there = await views.counters(tx, wanted)
    short = tuple(
        Shortfall(key.sku_id, units, there[key].on_hand)
        for key, units in wanted.items()
        if units > there[key].on_hand
    )
    if short:
        raise StockShort(short)

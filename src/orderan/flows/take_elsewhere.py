"""What a picker did not find is taken from another location.

here     the missing units leave the task; with nothing else to pick it is cancelled, and else
         picking goes on with what is there
there    a task of its own for the same units of the same order
stock    promised there in the same instant; here they are set aside, because nobody has seen
         them, and would be sold again if they were free
inbox    the entry about the shortage is settled
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from orderan.flows.pick_task import Within, lock_work
from orderan.fulfilment import (
    TaskNotShort,
    TaskState,
    follow_goods,
    lines_of_tasks,
    lock_tasks,
    missing_units,
    plan_tasks,
    start_tasks,
    withdraw_missing,
)
from orderan.inventory import (
    Bucket,
    Claim,
    Level,
    Part,
    availability,
    list_locations,
    move_claims,
    rows_of,
    set_aside,
)
from orderan.kit import inbox
from orderan.kit.db import Tx

NOT_FOUND: Final = "not on the shelf"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A place that can serve everything a task misses.

    Attributes:
        units: What can be picked there of each missing sku, in the order of what is missing.
    """

    location_id: UUID
    name: str
    units: Sequence[tuple[UUID, int]]


async def places_elsewhere(
    tx: Tx, task_id: UUID, *, at: UUID, within: Within = None, now: datetime
) -> list[Elsewhere]:
    """Places other than `at` that have all of what a task misses, those that serve first on top."""
    missing = missing_units(await lines_of_tasks(tx, [task_id]))
    return await places_with(tx, missing, at=at, within=within, now=now)


async def places_with(
    tx: Tx, missing: Sequence[tuple[UUID, int]], *, at: UUID, within: Within = None, now: datetime
) -> list[Elsewhere]:
    """Places other than `at` that have all of this: (sku, units); those that serve first on top."""
    if not missing:
        return []
    found = await availability(tx, now=now, skus=[sku for sku, _ in missing], limit=len(missing))
    there = {one.sku_id: one.at for one in found}
    places = []
    for place in await list_locations(tx):
        if place.id == at or (within is not None and place.id not in within):
            continue
        units = [(sku, _there(there.get(sku, {}).get(place.id))) for sku, _ in missing]
        if all(has >= wanted for (_, has), (_, wanted) in zip(units, missing, strict=True)):
            places.append(Elsewhere(place.id, place.name, units))
    return places


async def pickable(tx: Tx, skus: Sequence[UUID], *, at: UUID, now: datetime) -> dict[UUID, int]:
    """Units of each of these skus that can be picked at a place now; one that has none may be missing."""
    if not skus:
        return {}
    found = await availability(tx, now=now, skus=skus, locations=[at], limit=len(skus))
    return {one.sku_id: _there(one.at.get(at)) for one in found}


def _there(level: Level | None) -> int:
    """Units that can be picked now: sellable, and not only because they are permitted to be missing."""
    return 0 if level is None else min(level.sellable, max(level.free - level.safety, 0))


async def take_elsewhere(
    tx: Tx, task_id: UUID, *, to_location: UUID, within: Within = None, now: datetime
) -> None:
    """Let another location serve what a short task misses.

    Raises:
        TaskNotFound: Not there for this caller.
        TaskNotShort: Nothing was reported missing.
        ClaimMissing: It is the task's own location.
        StockShort: The other place has not all of it; nothing changed.
    """
    orders, [task] = await lock_work(tx, [task_id], within=within)
    if task.state != TaskState.SHORT:
        raise TaskNotShort(task.state)
    missing = await withdraw_missing(tx, task, now=now)
    channels = {order.id: order.channel_id for order in orders.values()}
    await serve_elsewhere(tx, missing, to_location=to_location, channels=channels, now=now)
    [after] = (await lock_tasks(tx, [task_id])).values()
    if after.state == TaskState.SHORT:
        await start_tasks(tx, [after], now=now)
    await inbox.settle(tx, [f"task_short:{task_id}"], note="taken from another location", now=now)
    await follow_goods(tx, list(orders), now=now)


async def serve_elsewhere(
    tx: Tx,
    missing: Sequence[Claim],
    *,
    to_location: UUID,
    channels: Mapping[UUID, UUID],
    now: datetime,
) -> None:
    """Plan what was withdrawn from a task of a locked order at another place, and set it aside where nobody found it.

    Args:
        channels: Of each order; goods that do not keep long enough for it are not sent from there.

    Raises:
        ClaimMissing: It is the same place.
        StockShort: The other place has not all of it.
    """
    parts = [_part(claim) for claim in missing]
    made = await move_claims(tx, parts, to_location=to_location, channels=channels, now=now)
    await set_aside_missing(tx, missing, now=now)
    await plan_tasks(tx, made, now=now)


def _part(claim: Claim) -> Part:
    key = claim.key
    return Part(claim.holder_id, claim.line_no, key.sku_id, claim.quantity, key.location_id, key.lot_id)


async def set_aside_missing(tx: Tx, missing: Sequence[Claim], *, now: datetime) -> None:
    """Keep units nobody found, and nobody claims any more, from being sold again.

    As far as the row has free units: what was sold beyond what is on hand was never counted.
    """
    units = {claim.key: 0 for claim in missing}
    for claim in missing:
        units[claim.key] += claim.quantity
    for key in sorted(units):
        for row in await rows_of(tx, key.sku_id, locations=[key.location_id]):
            if (row.owner_id, row.lot_id) == (key.owner_id, key.lot_id):
                units[key] = min(units[key], max(row.free, 0))
    if wanted := {key: count for key, count in units.items() if count}:
        await set_aside(tx, wanted, into=Bucket.QUARANTINE, reason=NOT_FOUND, now=now)

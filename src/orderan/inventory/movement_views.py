"""Reading the ledger: what happened to stock, newest first."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from orderan.kit.db import Tx


@dataclass(frozen=True, slots=True)
class Moved:
    """A movement with the names a person reads."""

    id: UUID
    sku_id: UUID
    sku: str
    title: str
    lot: str | None
    quantity: int
    from_location: UUID
    from_name: str
    from_bucket: str
    to_location: UUID
    to_name: str
    to_bucket: str
    kind: str
    cause_id: UUID | None
    reason: str | None
    actor: str
    occurred_at: datetime


_BASE: LiteralString = """
SELECT movement.id, movement.sku_id, sku.code AS sku,
       CASE WHEN sku.name = '' THEN product.name ELSE product.name || ' – ' || sku.name END AS title,
       lot.code AS lot, movement.quantity,
       movement.from_location, source.name AS from_name, movement.from_bucket,
       movement.to_location, target.name AS to_name, movement.to_bucket,
       movement.kind, movement.cause_id, movement.reason, movement.actor, movement.occurred_at
FROM movement
JOIN sku ON sku.shop_id = movement.shop_id AND sku.id = movement.sku_id
JOIN product ON product.shop_id = sku.shop_id AND product.id = sku.product_id
JOIN location AS source ON source.shop_id = movement.shop_id AND source.id = movement.from_location
JOIN location AS target ON target.shop_id = movement.shop_id AND target.id = movement.to_location
LEFT JOIN lot ON lot.shop_id = movement.shop_id AND lot.id = movement.lot_id
WHERE movement.shop_id = %(shop)s
"""

# Each filter is its own clause, put in only where it is asked for: then the planner sees a plain
# condition and goes by the index of the sku, of the cause, or of the shop's whole history.
_FILTERS: dict[str, LiteralString] = {
    "sku": " AND movement.sku_id = %(sku)s",
    "location": " AND (movement.from_location = %(location)s OR movement.to_location = %(location)s)",
    "places": " AND (movement.from_location = ANY(%(places)s) OR movement.to_location = ANY(%(places)s))",
    "kinds": " AND movement.kind = ANY(%(kinds)s)",
    "cause": " AND movement.cause_id = %(cause)s",
    "since": " AND movement.occurred_at >= %(since)s",
    "until": " AND movement.occurred_at < %(until)s",
    "after": " AND (movement.occurred_at, movement.id) < (%(after)s, %(after_id)s)",
}
_ORDER: LiteralString = " ORDER BY movement.occurred_at DESC, movement.id DESC LIMIT %(limit)s"


async def movements(
    tx: Tx,
    *,
    sku_id: UUID | None = None,
    location_id: UUID | None = None,
    locations: Collection[UUID] | None = None,
    kinds: Collection[str] | None = None,
    cause_id: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    after: tuple[datetime, UUID] | None = None,
    limit: int = 50,
) -> list[Moved]:
    """Movements that fit, newest first; since <= occurred_at < until.

    Args:
        locations: The reader's scope: either end must be among them.
        after: (occurred_at, id) of the last one seen.
    """
    params: dict[str, Any] = {
        "sku": sku_id,
        "location": location_id,
        "places": None if locations is None else list(locations),
        "kinds": list(kinds) if kinds else None,
        "cause": cause_id,
        "since": since,
        "until": until,
        "after": after[0] if after else None,
    }
    sql = _BASE
    for name, clause in _FILTERS.items():
        if params[name] is not None:
            sql += clause
    params |= {"shop": tx.shop_id, "after_id": after[1] if after else None, "limit": limit}
    return [Moved(**row._asdict()) for row in await tx.all(sql + _ORDER, params)]

"""Reading transfers."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from orderan.kit.db import Tx


@dataclass(frozen=True, slots=True)
class TransferRow:
    """A transfer as a list shows it; units are sums over its lines."""

    id: UUID
    from_location: UUID
    from_name: str
    to_location: UUID
    to_name: str
    state: str
    note: str
    created_by: str
    created_at: datetime
    dispatched_at: datetime | None
    received_at: datetime | None
    skus: int
    units: int
    received: int
    lost: int


async def list_transfers(
    tx: Tx,
    *,
    states: Collection[str] | None = None,
    locations: Collection[UUID] | None = None,
    after: tuple[datetime, UUID] | None = None,
    limit: int = 50,
) -> list[TransferRow]:
    """Transfers, newest first.

    Args:
        locations: The reader's scope: either end must be among them.
        after: (created_at, id) of the last one seen.
    """
    rows = await tx.all(
        """
        SELECT transfer.id, transfer.from_location, source.name AS from_name, transfer.to_location,
               target.name AS to_name, transfer.state, transfer.note, transfer.created_by, transfer.created_at,
               transfer.dispatched_at, transfer.received_at, sums.skus, sums.units, sums.received, sums.lost
        FROM transfer
        JOIN location AS source ON source.shop_id = transfer.shop_id AND source.id = transfer.from_location
        JOIN location AS target ON target.shop_id = transfer.shop_id AND target.id = transfer.to_location
        CROSS JOIN LATERAL (
            SELECT count(DISTINCT sku_id) AS skus, coalesce(sum(quantity), 0)::bigint AS units,
                   coalesce(sum(line.received), 0)::bigint AS received, coalesce(sum(line.lost), 0)::bigint AS lost
            FROM transfer_line AS line
            WHERE line.shop_id = transfer.shop_id AND line.transfer_id = transfer.id
        ) AS sums
        WHERE transfer.shop_id = %(shop)s
          AND (%(states)s::text[] IS NULL OR transfer.state = ANY(%(states)s))
          AND (%(places)s::uuid[] IS NULL OR transfer.from_location = ANY(%(places)s)
               OR transfer.to_location = ANY(%(places)s))
          AND (%(after)s::timestamptz IS NULL
               OR (transfer.created_at, transfer.id) < (%(after)s, %(after_id)s::uuid))
        ORDER BY transfer.created_at DESC, transfer.id DESC
        LIMIT %(limit)s
        """,
        {
            "shop": tx.shop_id,
            "states": list(states) if states else None,
            "places": None if locations is None else list(locations),
            "after": after[0] if after else None,
            "after_id": after[1] if after else None,
            "limit": limit,
        },
    )
    return [TransferRow(**row._asdict()) for row in rows]


async def names_of(tx: Tx, transfer_id: UUID) -> dict[int, Any]:
    """Sku code, title and lot of each line of a transfer."""
    rows = await tx.all(
        """
        SELECT line.line_no, sku.code, lot.code AS lot, lot.expires_on,
               CASE WHEN sku.name = '' THEN product.name ELSE product.name || ' – ' || sku.name END AS title
        FROM transfer_line AS line
        JOIN sku ON sku.shop_id = line.shop_id AND sku.id = line.sku_id
        JOIN product ON product.shop_id = sku.shop_id AND product.id = sku.product_id
        LEFT JOIN lot ON lot.shop_id = line.shop_id AND lot.id = line.lot_id
        WHERE line.shop_id = %(shop)s AND line.transfer_id = %(id)s
        """,
        {"shop": tx.shop_id, "id": transfer_id},
    )
    return {row.line_no: row for row in rows}

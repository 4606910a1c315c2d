"""Reading where stock runs low."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx


@dataclass(frozen=True, slots=True)
class Low:
    """A sku at or below its reorder point at a location; free counts no expired lot."""

    sku_id: UUID
    code: str
    title: str
    location_id: UUID
    location: str
    free: int
    incoming: int
    reorder_point: int
    currency: str


async def running_low(tx: Tx, *, now: datetime) -> list[Low]:
    """Every active sku with a reorder point whose free units are not above it."""
    rows = await tx.all(
        """
        SELECT stock_policy.sku_id, sku.code,
               CASE WHEN sku.name = '' THEN product.name ELSE product.name || ' – ' || sku.name END AS title,
               stock_policy.location_id, location.name AS location,
               coalesce(sums.free, 0)::bigint AS free, coalesce(sums.incoming, 0)::bigint AS incoming,
               stock_policy.reorder_point, shop.currency
        FROM stock_policy
        JOIN shop ON shop.shop_id = stock_policy.shop_id
        JOIN sku ON sku.shop_id = stock_policy.shop_id AND sku.id = stock_policy.sku_id
        JOIN product ON product.shop_id = sku.shop_id AND product.id = sku.product_id
        JOIN location ON location.shop_id = stock_policy.shop_id AND location.id = stock_policy.location_id
        LEFT JOIN (
            SELECT stock.shop_id, stock.sku_id, stock.location_id,
                   sum(CASE WHEN stock.expires_on IS NULL
                                 OR stock.expires_on > (%(now)s::timestamptz AT TIME ZONE location.time_zone)::date
                            THEN stock.on_hand - stock.reserved - stock.allocated ELSE 0 END) AS free,
                   sum(stock.incoming) AS incoming
            FROM stock
            JOIN location ON location.shop_id = stock.shop_id AND location.id = stock.location_id
            WHERE stock.shop_id = %(shop)s
            GROUP BY stock.shop_id, stock.sku_id, stock.location_id
        ) AS sums ON sums.shop_id = stock_policy.shop_id AND sums.sku_id = stock_policy.sku_id
             AND sums.location_id = stock_policy.location_id
        WHERE stock_policy.shop_id = %(shop)s AND stock_policy.reorder_point > 0
          AND coalesce(sums.free, 0) <= stock_policy.reorder_point
          AND sku.state = 'active' AND sku.is_stocked AND location.active
        ORDER BY stock_policy.sku_id, stock_policy.location_id
        """,
        {"shop": tx.shop_id, "now": now},
    )
    return [Low(**row._asdict()) for row in rows]


@dataclass(frozen=True, slots=True)
class Entries:
    """Dedupe keys of inbox entries: open ones, and those dismissed lately."""

    open: frozenset[str]
    dismissed: frozenset[str]


async def entries(tx: Tx, *, kind: str, dismissed_since: datetime) -> Entries:
    """What the exception inbox has of a kind."""
    rows = await tx.all(
        """
        SELECT DISTINCT dedupe_key, state
        FROM exception_entry
        WHERE shop_id = %(shop)s AND kind = %(kind)s
          AND (state = 'open' OR (state = 'dismissed' AND closed_at > %(since)s))
        """,
        {"shop": tx.shop_id, "kind": kind, "since": dismissed_since},
    )
    return Entries(
        open=frozenset(row.dedupe_key for row in rows if row.state == "open"),
        dismissed=frozenset(row.dedupe_key for row in rows if row.state == "dismissed"),
    )

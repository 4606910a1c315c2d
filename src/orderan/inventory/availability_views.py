"""Reading availability: what can be sold, where, and why no more."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, LiteralString
from uuid import UUID

from orderan.catalog import scanned_gtin
from orderan.kit.db import Tx


@dataclass(frozen=True, slots=True)
class Level:
    """Units of a sku, at one location or over several.

    Attributes:
        free: Physically there and promised to nobody, expired lots left out.
        safety: Kept back from sale.
        sellable: What the next order can have: free and permitted oversell at active locations
            that sell, less safety; never below zero.
    """

    on_hand: int = 0
    reserved: int = 0
    allocated: int = 0
    free: int = 0
    safety: int = 0
    sellable: int = 0
    incoming: int = 0
    damaged: int = 0
    quarantine: int = 0


@dataclass(frozen=True, slots=True)
class Availability:
    """A sku with its level over the locations asked for, and at each where it has a row."""

    sku_id: UUID
    code: str
    title: str
    gtin: str | None
    unit: str
    total: Level
    at: dict[UUID, Level]
    low_at: frozenset[UUID]

    @property
    def low(self) -> bool:
        return bool(self.low_at)


# Levels per sku and location. A policy without stock counts too: it says zero is too little.
_LEVELS: LiteralString = """
levels AS (
    SELECT sku_id, location_id,
           coalesce(sum(on_hand), 0)::bigint AS on_hand,
           coalesce(sum(reserved), 0)::bigint AS reserved,
           coalesce(sum(allocated), 0)::bigint AS allocated,
           coalesce(sum(stock.on_hand - stock.reserved - stock.allocated)
                    FILTER (WHERE expires_on IS NULL
                                  OR expires_on > (%(now)s::timestamptz AT TIME ZONE location.time_zone)::date), 0)::bigint AS free,
           coalesce(max(stock_policy.safety), 0)::bigint AS safety,
           CASE WHEN bool_and(location.sells AND location.active)
                THEN greatest(0, coalesce(sum(stock.on_hand + stock.oversell - stock.reserved - stock.allocated)
                                 FILTER (WHERE expires_on IS NULL
                                               OR expires_on > (%(now)s::timestamptz AT TIME ZONE location.time_zone)::date), 0)
                              - coalesce(max(stock_policy.safety), 0))
                ELSE 0 END::bigint AS sellable,
           coalesce(sum(incoming), 0)::bigint AS incoming,
           coalesce(sum(damaged), 0)::bigint AS damaged,
           coalesce(sum(quarantine), 0)::bigint AS quarantine,
           coalesce(max(stock_policy.reorder_point), 0)::bigint AS reorder_point
    FROM (SELECT * FROM stock WHERE shop_id = %(shop)s AND sku_id IN (SELECT id FROM asked)) AS stock
    FULL JOIN (SELECT * FROM stock_policy WHERE shop_id = %(shop)s AND sku_id IN (SELECT id FROM asked))
              AS stock_policy USING (shop_id, sku_id, location_id)
    JOIN location USING (shop_id)
    WHERE location.id = location_id AND (%(places)s::uuid[] IS NULL OR location_id = ANY(%(places)s))
    GROUP BY sku_id, location_id
)
"""

_ASKED: LiteralString = """
WITH asked AS (
    SELECT sku.id, sku.code, sku.gtin, sku.unit,
           CASE WHEN sku.name = '' THEN product.name ELSE product.name || ' – ' || sku.name END AS title
    FROM sku
    JOIN product ON product.shop_id = sku.shop_id AND product.id = sku.product_id
    WHERE sku.shop_id = %(shop)s AND sku.is_stocked
      AND (%(skus)s::uuid[] IS NULL OR sku.id = ANY(%(skus)s))
      AND (%(after)s::text IS NULL OR sku.code > %(after)s)
      AND (%(before)s::text IS NULL OR sku.code < %(before)s)
      AND (%(text)s::text IS NULL OR sku.code ILIKE %(text)s OR product.name ILIKE %(text)s
           OR sku.name ILIKE %(text)s
           OR (sku.gtin IS NOT NULL AND lpad(sku.gtin, 14, '0') = %(gtin)s::text))
      AND (sku.state = 'active' OR EXISTS (
            SELECT 1 FROM stock
            WHERE stock.shop_id = sku.shop_id AND stock.sku_id = sku.id
              AND stock.on_hand + stock.damaged + stock.quarantine + stock.incoming > 0))
      AND (NOT %(low)s OR EXISTS (
            SELECT 1
            FROM stock_policy
            JOIN location ON location.shop_id = stock_policy.shop_id AND location.id = stock_policy.location_id
            LEFT JOIN stock ON stock.shop_id = stock_policy.shop_id AND stock.sku_id = stock_policy.sku_id
                 AND stock.location_id = stock_policy.location_id
                 AND (stock.expires_on IS NULL
                      OR stock.expires_on > (%(now)s::timestamptz AT TIME ZONE location.time_zone)::date)
            WHERE stock_policy.shop_id = sku.shop_id AND stock_policy.sku_id = sku.id
              AND stock_policy.reorder_point > 0
              AND (%(places)s::uuid[] IS NULL OR stock_policy.location_id = ANY(%(places)s))
            GROUP BY stock_policy.location_id
            HAVING coalesce(sum(stock.on_hand - stock.reserved - stock.allocated), 0)
                   <= max(stock_policy.reorder_point)))
"""

_NEXT: LiteralString = "ORDER BY sku.code LIMIT %(limit)s),"
_PREVIOUS: LiteralString = "ORDER BY sku.code DESC LIMIT %(limit)s),"

_JOINED: LiteralString = """
SELECT asked.id, asked.code, asked.gtin, asked.unit, asked.title, levels.*
FROM asked
LEFT JOIN levels ON levels.sku_id = asked.id
ORDER BY asked.code, levels.location_id
"""


async def availability(
    tx: Tx,
    *,
    now: datetime,
    skus: Collection[UUID] | None = None,
    search: str | None = None,
    locations: Collection[UUID] | None = None,
    low_only: bool = False,
    after: str | None = None,
    before: str | None = None,
    limit: int = 50,
) -> list[Availability]:
    """Stocked skus by code, each with its levels; one statement however many there are.

    Args:
        search: Part of a code or name, or a whole barcode.
        locations: Count only these; None is all of them.
        low_only: Only skus at or below a reorder point somewhere among them.
        after, before: Codes to go on after, or to go back before.
    """
    plain = (search or "").strip()
    escaped = plain.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    params: dict[str, Any] = {
        "shop": tx.shop_id,
        "now": now,
        "skus": None if skus is None else list(skus),
        "text": f"%{escaped}%" if plain else None,
        "gtin": scanned_gtin(plain),
        "places": None if locations is None else list(locations),
        "low": low_only,
        "after": after,
        "before": before,
        "limit": limit,
    }
    page = _PREVIOUS if before is not None and after is None else _NEXT
    return _grouped(await tx.all(_ASKED + page + _LEVELS + _JOINED, params))


def _grouped(rows: list[Any]) -> list[Availability]:
    at: dict[UUID, dict[UUID, Level]] = {}
    low: dict[UUID, set[UUID]] = {}
    skus: dict[UUID, Any] = {}
    for row in rows:
        skus[row.id] = row
        here = at.setdefault(row.id, {})
        if row.location_id is not None:
            here[row.location_id] = level_of(row)
            if row.reorder_point and row.free <= row.reorder_point:
                low.setdefault(row.id, set()).add(row.location_id)
    return [
        Availability(
            sku_id=sku_id,
            code=row.code,
            title=row.title,
            gtin=row.gtin,
            unit=row.unit,
            total=_sum(at[sku_id].values()),
            at=at[sku_id],
            low_at=frozenset(low.get(sku_id, ())),
        )
        for sku_id, row in skus.items()
    ]


def level_of(row: Any) -> Level:
    return Level(
        on_hand=row.on_hand,
        reserved=row.reserved,
        allocated=row.allocated,
        free=row.free,
        safety=row.safety,
        sellable=row.sellable,
        incoming=row.incoming,
        damaged=row.damaged,
        quarantine=row.quarantine,
    )


def _sum(levels: Collection[Level]) -> Level:
    return Level(*(sum(getattr(level, name) for level in levels) for name in Level.__slots__))


@dataclass(frozen=True, slots=True)
class Change:
    """What a watcher is told: units sellable and free of a sku at a location."""

    sku_id: UUID
    code: str
    location_id: UUID
    sellable: int
    free: int


async def watched_levels(tx: Tx, skus: Collection[UUID], *, now: datetime) -> list[Change]:
    """Current levels of these skus at every location, in one statement."""
    found = await availability(tx, now=now, skus=skus, limit=len(skus))
    return [
        Change(one.sku_id, one.code, location, level.sellable, level.free)
        for one in found
        for location, level in one.at.items()
    ]


@dataclass(frozen=True, slots=True)
class StockAt:
    """A stock row of a sku, with its lot and its owner."""

    location_id: UUID
    owner_id: UUID
    lot_id: UUID
    lot: str | None
    expires_on: date | None
    on_hand: int
    reserved: int
    allocated: int
    damaged: int
    quarantine: int
    incoming: int
    oversell: int

    @property
    def free(self) -> int:
        return self.on_hand - self.reserved - self.allocated


async def rows_of(tx: Tx, sku_id: UUID, *, locations: Collection[UUID] | None = None) -> list[StockAt]:
    """Stock rows of a sku, per location the lot that expires first on top."""
    rows = await tx.all(
        """
        SELECT stock.location_id, stock.owner_id, stock.lot_id, lot.code AS lot, stock.expires_on, stock.on_hand,
               stock.reserved, stock.allocated, stock.damaged, stock.quarantine, stock.incoming, stock.oversell
        FROM stock
        LEFT JOIN lot ON lot.shop_id = stock.shop_id AND lot.id = stock.lot_id
        WHERE stock.shop_id = %(shop)s AND stock.sku_id = %(sku)s
          AND (%(places)s::uuid[] IS NULL OR stock.location_id = ANY(%(places)s))
        ORDER BY stock.location_id, stock.expires_on, stock.lot_id, stock.owner_id
        """,
        {"shop": tx.shop_id, "sku": sku_id, "places": None if locations is None else list(locations)},
    )
    return [StockAt(**row._asdict()) for row in rows]


@dataclass(frozen=True, slots=True)
class ClaimAt:
    """An open claim on a sku: whose, how far, how much, from where."""

    holder_id: UUID
    line_no: int
    location_id: UUID
    lot: str | None
    state: str
    quantity: int


async def claims_on(
    tx: Tx, sku_id: UUID, *, locations: Collection[UUID] | None = None, limit: int = 100
) -> list[ClaimAt]:
    """Open claims on a sku, the oldest holder first (their ids are time-ordered)."""
    rows = await tx.all(
        """
        SELECT claim.holder_id, claim.line_no, claim.location_id, lot.code AS lot, claim.state, claim.quantity
        FROM claim
        LEFT JOIN lot ON lot.shop_id = claim.shop_id AND lot.id = claim.lot_id
        WHERE claim.shop_id = %(shop)s AND claim.sku_id = %(sku)s
          AND (%(places)s::uuid[] IS NULL OR claim.location_id = ANY(%(places)s))
        ORDER BY claim.holder_id, claim.line_no, claim.location_id
        LIMIT %(limit)s
        """,
        {
            "shop": tx.shop_id,
            "sku": sku_id,
            "places": None if locations is None else list(locations),
            "limit": limit,
        },
    )
    return [ClaimAt(**row._asdict()) for row in rows]


async def policies_of(tx: Tx, sku_id: UUID) -> dict[UUID, tuple[int, int]]:
    """(safety, reorder point) of a sku per location."""
    rows = await tx.all(
        """
        SELECT location_id, safety, reorder_point
        FROM stock_policy
        WHERE shop_id = %(shop)s AND sku_id = %(sku)s
        """,
        {"shop": tx.shop_id, "sku": sku_id},
    )
    return {row.location_id: (row.safety, row.reorder_point) for row in rows}

"""Reading stock-takes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from orderan.inventory import StockKey
from orderan.kit.db import Tx
from orderan.kit.ids import NIL
from orderan.stocktake.models import Area, AreaAsked, Off, Row, StockTake
from orderan.stocktake.states import AreaState
from orderan.stocktake.store import area_of, take_of


async def areas_of(tx: Tx, take_id: UUID, *, only: Collection[UUID] | None = None) -> list[Area]:
    """Areas in the order they are walked."""
    rows = await tx.all(
        """
        SELECT id, take_id, no, bin_id, label, state, counter, counters
        FROM stock_take_area
        WHERE shop_id = %(shop)s AND take_id = %(take)s AND (%(only)s::uuid[] IS NULL OR id = ANY(%(only)s))
        ORDER BY no
        """,
        {"shop": tx.shop_id, "take": take_id, "only": None if only is None else list(only)},
    )
    return [area_of(row) for row in rows]


async def take_of_area(tx: Tx, area_id: UUID) -> UUID | None:
    row = await tx.maybe(
        "SELECT take_id FROM stock_take_area WHERE shop_id = %(shop)s AND id = %(id)s",
        {"shop": tx.shop_id, "id": area_id},
    )
    return row.take_id if row else None


async def find_area(tx: Tx, area_id: UUID) -> tuple[StockTake, Area] | None:
    """An area and its stock-take, as they are now; None where there is none."""
    row = await tx.maybe(
        """
        SELECT stock_take.id, location_id, stock_take.state, scope, note, tolerance_units, tolerance_minor, opened_by,
               opened_at, approved_by, approved_at
        FROM stock_take_area
        JOIN stock_take ON stock_take.shop_id = stock_take_area.shop_id AND stock_take.id = stock_take_area.take_id
        WHERE stock_take_area.shop_id = %(shop)s AND stock_take_area.id = %(id)s
        """,
        {"shop": tx.shop_id, "id": area_id},
    )
    if row is None:
        return None
    take = take_of(row)
    [area] = await areas_of(tx, take.id, only=[area_id])
    return take, area


async def rows_in(tx: Tx, area_id: UUID) -> list[Row]:
    """Goods of an area; of one sku and lot our own come last."""
    rows = await tx.all(
        """
        SELECT sku_id, location_id, owner_id, lot_id, unit_minor, before, counted, after, first, difference, flagged, posted
        FROM stock_take_row
        WHERE shop_id = %(shop)s AND area_id = %(area)s
        ORDER BY sku_id, lot_id, owner_id = %(ours)s, owner_id
        """,
        {"shop": tx.shop_id, "area": area_id, "ours": NIL},
    )
    return [Row(StockKey(*row[:4]), *row[4:]) for row in rows]


async def counted_by(tx: Tx, take_id: UUID) -> set[str]:
    """Everybody who counted something of it."""
    rows = await tx.all(
        """
        SELECT DISTINCT unnest(counters) AS who FROM stock_take_area WHERE shop_id = %(shop)s AND take_id = %(take)s
        """,
        {"shop": tx.shop_id, "take": take_id},
    )
    return {row.who for row in rows}


async def live_labels(tx: Tx, location_id: UUID, areas: Sequence[AreaAsked]) -> list[str]:
    """Bins and goods among these that are counted by an open stock-take, at most ten."""
    rows = await tx.all(
        """
        SELECT bin.code AS label
        FROM stock_take_area
        JOIN bin ON bin.shop_id = stock_take_area.shop_id AND bin.id = stock_take_area.bin_id
        WHERE stock_take_area.shop_id = %(shop)s AND stock_take_area.live AND stock_take_area.bin_id = ANY(%(bins)s)
        UNION
        SELECT sku.code
        FROM unnest(%(skus)s::uuid[], %(owners)s::uuid[], %(lots)s::uuid[], %(spots)s::uuid[])
             AS asked (sku_id, owner_id, lot_id, spot_id)
        JOIN stock_take_row ON stock_take_row.shop_id = %(shop)s AND stock_take_row.live
             AND stock_take_row.location_id = %(location)s AND stock_take_row.sku_id = asked.sku_id
             AND stock_take_row.owner_id = asked.owner_id AND stock_take_row.lot_id = asked.lot_id
             AND stock_take_row.spot_id = asked.spot_id
        JOIN sku ON sku.shop_id = stock_take_row.shop_id AND sku.id = stock_take_row.sku_id
        ORDER BY 1
        LIMIT 10
        """,
        {
            "shop": tx.shop_id,
            "location": location_id,
            "bins": [area.bin_id for area in areas if area.bin_id],
            "skus": [key.sku_id for area in areas for key in area.keys],
            "owners": [key.owner_id for area in areas for key in area.keys],
            "lots": [key.lot_id for area in areas for key in area.keys],
            "spots": [area.bin_id or NIL for area in areas for _ in area.keys],
        },
    )
    return [row.label for row in rows]


async def counted_in_another(tx: Tx, area: Area, key: StockKey) -> bool:
    """Whether goods at the same spot stand in another area that is being counted."""
    found: bool = await tx.value(
        """
        SELECT EXISTS (
            SELECT FROM stock_take_row
            WHERE shop_id = %(shop)s AND live AND sku_id = %(sku)s AND location_id = %(location)s
              AND owner_id = %(owner)s AND lot_id = %(lot)s AND spot_id = %(spot)s AND area_id <> %(area)s)
        """,
        {
            "shop": tx.shop_id,
            "sku": key.sku_id,
            "location": key.location_id,
            "owner": key.owner_id,
            "lot": key.lot_id,
            "spot": area.bin_id or NIL,
            "area": area.id,
        },
    )
    return found


async def unsettled(tx: Tx, take_id: UUID) -> int:
    """Areas somebody still has to count."""
    found: int = await tx.value(
        """
        SELECT count(*) FROM stock_take_area
        WHERE shop_id = %(shop)s AND take_id = %(take)s AND state NOT IN ('counted', 'skipped')
        """,
        {"shop": tx.shop_id, "take": take_id},
    )
    return found


async def to_post(tx: Tx, take_id: UUID) -> list[Off]:
    """Differences of counted areas, or the rest of those that were booked in part."""
    rows = await tx.all(
        """
        SELECT stock_take_row.area_id, stock_take_area.bin_id, stock_take_row.sku_id, stock_take_row.location_id,
               stock_take_row.owner_id, stock_take_row.lot_id, stock_take_row.difference - stock_take_row.posted AS change
        FROM stock_take_row
        JOIN stock_take_area ON stock_take_area.shop_id = stock_take_row.shop_id AND stock_take_area.id = stock_take_row.area_id
        WHERE stock_take_row.shop_id = %(shop)s AND stock_take_row.take_id = %(take)s AND stock_take_row.difference <> 0
          AND stock_take_row.difference <> stock_take_row.posted AND stock_take_area.state = 'counted'
        ORDER BY stock_take_area.no, stock_take_row.sku_id, stock_take_row.owner_id, stock_take_row.lot_id
        """,
        {"shop": tx.shop_id, "take": take_id},
    )
    return [
        Off(
            row.area_id,
            row.bin_id,
            StockKey(row.sku_id, row.location_id, row.owner_id, row.lot_id),
            row.change,
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class TakeRow:
    """A stock-take as a list shows it.

    Attributes:
        areas, settled: How many there are, and how many nobody has to go to any more.
        recounts: Areas that wait for another person.
        rows: Goods counted so far.
        differing: Goods of which there are more or fewer than the book had.
        found, lost: Units.
        found_minor, lost_minor: What they are worth.
        held: Units of a posted stock-take that are not booked yet.
    """

    take: StockTake
    place: str
    areas: int
    settled: int
    recounts: int
    rows: int
    differing: int
    found: int
    lost: int
    found_minor: int
    lost_minor: int
    held: int


async def list_takes(
    tx: Tx,
    *,
    within: Collection[UUID] | None,
    only: UUID | None = None,
    states: Collection[str] | None = None,
    before: tuple[datetime, UUID] | None = None,
    limit: int = 50,
) -> list[TakeRow]:
    """Stock-takes of these locations (None: of all), newest first."""
    rows = await tx.all(
        """
        SELECT stock_take.id, stock_take.location_id, stock_take.state, scope, note, tolerance_units, tolerance_minor,
               opened_by, opened_at, approved_by, approved_at, location.name AS place,
               area.areas, area.settled, area.recounts, row.*
        FROM stock_take
        JOIN location ON location.shop_id = stock_take.shop_id AND location.id = stock_take.location_id
        CROSS JOIN LATERAL (
            SELECT count(*)::int AS areas, (count(*) FILTER (WHERE state IN ('counted', 'skipped')))::int AS settled,
                   (count(*) FILTER (WHERE state IN ('recount', 'recounting')))::int AS recounts
            FROM stock_take_area
            WHERE stock_take_area.shop_id = stock_take.shop_id AND stock_take_area.take_id = stock_take.id) AS area
        CROSS JOIN LATERAL (
            SELECT count(*)::int AS rows, (count(*) FILTER (WHERE difference <> 0))::int AS differing,
                   coalesce(sum(greatest(difference, 0)), 0)::bigint AS found,
                   coalesce(sum(-least(difference, 0)), 0)::bigint AS lost,
                   coalesce(sum(greatest(difference, 0) * unit_minor), 0)::bigint AS found_minor,
                   coalesce(sum(-least(difference, 0) * unit_minor), 0)::bigint AS lost_minor,
                   (CASE WHEN stock_take.state = 'posted' THEN coalesce(sum(abs(difference - posted)), 0) ELSE 0 END)::bigint
                       AS held
            FROM stock_take_row
            JOIN stock_take_area ON stock_take_area.shop_id = stock_take_row.shop_id
                 AND stock_take_area.id = stock_take_row.area_id AND stock_take_area.take_id = stock_take.id
            WHERE stock_take_area.shop_id = stock_take.shop_id AND difference IS NOT NULL) AS row
        WHERE stock_take.shop_id = %(shop)s
          AND (%(within)s::uuid[] IS NULL OR stock_take.location_id = ANY(%(within)s))
          AND (%(only)s::uuid IS NULL OR stock_take.id = %(only)s)
          AND (%(states)s::text[] IS NULL OR stock_take.state = ANY(%(states)s))
          AND (%(at)s::timestamptz IS NULL OR (opened_at, stock_take.id) < (%(at)s, %(id)s::uuid))
        ORDER BY opened_at DESC, stock_take.id DESC
        LIMIT %(limit)s
        """,
        {
            "shop": tx.shop_id,
            "within": None if within is None else list(within),
            "only": only,
            "states": None if states is None else list(states),
            "at": before[0] if before else None,
            "id": before[1] if before else None,
            "limit": limit,
        },
    )
    return [TakeRow(take_of(row), *row[11:]) for row in rows]


@dataclass(frozen=True, slots=True)
class Difference:
    """Goods of which there are more or fewer than the book had.

    Attributes:
        before, after: What the book had when the count began and ended.
        first: What the count before said, where it was counted again.
    """

    area_id: UUID
    no: int
    label: str
    key: StockKey
    sku: str
    title: str
    lot: str | None
    expires_on: date | None
    unit_minor: int
    before: int
    counted: int
    after: int
    first: int | None
    difference: int
    posted: int

    @property
    def worth_minor(self) -> int:
        return self.difference * self.unit_minor

    @property
    def held(self) -> int:
        """Units not booked yet."""
        return abs(self.difference - self.posted)


async def differences(tx: Tx, take_id: UUID, *, after: int = 0, limit: int = 50) -> list[Difference]:
    """Differences, those worth most first; past the first `after` of them."""
    rows = await tx.all(
        """
        SELECT *
        FROM (
            SELECT stock_take_area.id AS area_id, stock_take_area.no, stock_take_area.label, stock_take_row.sku_id,
                   stock_take_row.location_id, stock_take_row.owner_id, stock_take_row.lot_id, sku.code AS sku,
                   CASE WHEN sku.name = '' THEN product.name ELSE product.name || ' – ' || sku.name END AS title,
                   lot.code AS lot, lot.expires_on, unit_minor, before, counted, after, first, difference, posted,
                   row_number() OVER (ORDER BY abs(difference) * unit_minor DESC, abs(difference) DESC, stock_take_area.no,
                                               sku.code, stock_take_row.owner_id, stock_take_row.lot_id) AS rank
            FROM stock_take_row
            JOIN stock_take_area ON stock_take_area.shop_id = stock_take_row.shop_id
                 AND stock_take_area.id = stock_take_row.area_id
            JOIN sku ON sku.shop_id = stock_take_row.shop_id AND sku.id = stock_take_row.sku_id
            JOIN product ON product.shop_id = sku.shop_id AND product.id = sku.product_id
            LEFT JOIN lot ON lot.shop_id = stock_take_row.shop_id AND lot.id = stock_take_row.lot_id
            WHERE stock_take_row.shop_id = %(shop)s AND stock_take_row.take_id = %(take)s AND difference <> 0
        ) AS ranked
        WHERE rank > %(after)s
        ORDER BY rank
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "take": take_id, "after": after, "limit": limit},
    )
    return [_difference(row) for row in rows]


def _difference(row: Any) -> Difference:
    return Difference(row[0], row[1], row[2], StockKey(*row[3:7]), *row[7:18])


@dataclass(frozen=True, slots=True)
class ToCount:
    """An area somebody can count, as a list on a phone shows it."""

    area: Area
    place: str
    note: str


async def to_count(tx: Tx, *, within: Collection[UUID] | None, limit: int = 200) -> list[ToCount]:
    """Areas of open stock-takes that are not settled, those to count again first."""
    rows = await tx.all(
        """
        SELECT stock_take_area.id, take_id, no, bin_id, label, stock_take_area.state, counter, counters,
               location.name AS place, stock_take.note
        FROM stock_take_area
        JOIN stock_take ON stock_take.shop_id = stock_take_area.shop_id AND stock_take.id = stock_take_area.take_id
        JOIN location ON location.shop_id = stock_take.shop_id AND location.id = stock_take.location_id
        WHERE stock_take_area.shop_id = %(shop)s AND stock_take.state = 'counting'
          AND stock_take_area.state IN ('open', 'counting', 'recount', 'recounting')
          AND (%(within)s::uuid[] IS NULL OR stock_take.location_id = ANY(%(within)s))
        ORDER BY stock_take_area.state = 'open', stock_take.opened_at, no
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "within": None if within is None else list(within), "limit": limit},
    )
    return [ToCount(area_of(row), row.place, row.note) for row in rows]


@dataclass(frozen=True, slots=True)
class Seen:
    """Goods of an area as a counter sees them: never what the book has."""

    key: StockKey
    sku: str
    title: str
    gtin: str | None
    unit: str
    lot: str | None
    expires_on: date | None
    counted: int | None
    flagged: bool


async def seen_in(tx: Tx, area: Area) -> list[Seen]:
    """What a counter is shown: what they counted, and what they have to count where that is told them."""
    rows = await tx.all(
        """
        SELECT stock_take_row.sku_id, stock_take_row.location_id, owner_id, lot_id, sku.code AS sku,
               CASE WHEN sku.name = '' THEN product.name ELSE product.name || ' – ' || sku.name END AS title,
               sku.gtin, sku.unit, lot.code AS lot, lot.expires_on, counted, flagged
        FROM stock_take_row
        JOIN sku ON sku.shop_id = stock_take_row.shop_id AND sku.id = stock_take_row.sku_id
        JOIN product ON product.shop_id = sku.shop_id AND product.id = sku.product_id
        LEFT JOIN lot ON lot.shop_id = stock_take_row.shop_id AND lot.id = stock_take_row.lot_id
        WHERE stock_take_row.shop_id = %(shop)s AND stock_take_row.area_id = %(area)s
          AND (flagged OR NOT %(again)s)
        ORDER BY sku.code, lot.expires_on, lot.code, owner_id
        """,
        {
            "shop": tx.shop_id,
            "area": area.id,
            "again": area.state in {AreaState.RECOUNT, AreaState.RECOUNTING},
        },
    )
    return [Seen(StockKey(*row[:4]), *row[4:]) for row in rows]


async def takes_waiting(tx: Tx, befores: Mapping[str, datetime]) -> list[Any]:
    """One statement for every state. Columns: id, state, since."""
    return await tx.all(
        """
        SELECT stock_take.id, stock_take.state, stock_take.moved_at AS since
        FROM unnest(%(states)s::text[], %(befores)s::timestamptz[]) AS allowed (state, before)
        JOIN stock_take ON stock_take.shop_id = %(shop)s AND stock_take.state = allowed.state
             AND stock_take.state IN ('counting', 'counted') AND stock_take.moved_at <= allowed.before
        """,
        {"shop": tx.shop_id, "states": list(befores), "befores": list(befores.values())},
    )

"""Reading stock: what commands need to decide."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from orderan.catalog import scanned_gtin
from orderan.inventory.errors import UnknownLocation
from orderan.inventory.models import COUNTED, Counters, Location, LocationKind, Lot, StockKey
from orderan.kit.db import Tx
from orderan.kit.ids import NIL


@dataclass(frozen=True, slots=True)
class StockedSku:
    """A sku that holds stock of its own."""

    id: UUID
    code: str
    title: str
    gtin: str | None
    unit: str
    lot_tracked: bool


async def stocked_skus(tx: Tx, texts: Collection[str]) -> dict[str, StockedSku]:
    """Active stocked skus by what a person typed or scanned: the code in any case, or the barcode."""
    typed = list(texts)
    rows = await tx.all(
        """
        SELECT asked.typed, sku.id, sku.code, sku.gtin, sku.unit, sku.lot_tracked,
               CASE WHEN sku.name = '' THEN product.name ELSE product.name || ' – ' || sku.name END AS title
        FROM unnest(%(texts)s::text[], %(gtins)s::text[]) AS asked (typed, gtin)
        JOIN sku ON sku.shop_id = %(shop)s
             AND (sku.code IN (asked.typed, upper(asked.typed), lower(asked.typed))
                  OR (sku.gtin IS NOT NULL AND lpad(sku.gtin, 14, '0') = asked.gtin))
        JOIN product ON product.shop_id = sku.shop_id AND product.id = sku.product_id
        WHERE sku.is_stocked AND sku.state = 'active'
        ORDER BY sku.code = asked.typed, sku.code
        """,
        {"shop": tx.shop_id, "texts": typed, "gtins": [scanned_gtin(text) for text in typed]},
    )
    return {
        row.typed: StockedSku(row.id, row.code, row.title, row.gtin, row.unit, row.lot_tracked)
        for row in rows
    }


async def lots_by_code(tx: Tx, wanted: Sequence[tuple[UUID, str]]) -> dict[tuple[UUID, str], Lot]:
    """Lots by (sku, code)."""
    rows = await tx.all(
        """
        SELECT lot.id, lot.sku_id, lot.code, lot.expires_on
        FROM unnest(%(skus)s::uuid[], %(codes)s::text[]) AS asked (sku_id, code)
        JOIN lot ON lot.shop_id = %(shop)s AND lot.sku_id = asked.sku_id AND lot.code = asked.code
        """,
        {"shop": tx.shop_id, "skus": [sku for sku, _ in wanted], "codes": [code for _, code in wanted]},
    )
    return {(row.sku_id, row.code): Lot(**row._asdict()) for row in rows}


async def list_locations(tx: Tx, *, kinds: Collection[LocationKind] | None = None) -> list[Location]:
    """Locations of the shop, the ones that serve first on top."""
    rows = await tx.all(
        """
        SELECT shop_id, id, code, name, kind, village_code, address, time_zone, sells, rank, active
        FROM location
        WHERE shop_id = %(shop)s AND (%(kinds)s::text[] IS NULL OR kind = ANY(%(kinds)s))
        ORDER BY active DESC, sells DESC, rank, name, id
        """,
        {"shop": tx.shop_id, "kinds": None if kinds is None else [str(kind) for kind in kinds]},
    )
    return [Location(**row._asdict() | {"kind": LocationKind(row.kind)}) for row in rows]


async def business_of(tx: Tx, location_id: UUID) -> tuple[int, int]:
    """Units promised from a location, and transfers under way to or from it."""
    row = await tx.one(
        """
        SELECT (SELECT coalesce(sum(reserved + allocated), 0)::bigint FROM stock
                WHERE shop_id = %(shop)s AND location_id = %(location)s) AS promised,
               (SELECT count(*) FROM transfer
                WHERE shop_id = %(shop)s AND state IN ('draft', 'in_transit')
                  AND (from_location = %(location)s OR to_location = %(location)s)) AS under_way
        """,
        {"shop": tx.shop_id, "location": location_id},
    )
    return row.promised, row.under_way


async def account(tx: Tx, kind: LocationKind) -> UUID:
    """The shop's account of a kind (supplier, customer, loss, transit): the first one made.

    Raises:
        UnknownLocation: The shop has none.
    """
    row = await tx.maybe(
        "SELECT id FROM location WHERE shop_id = %(shop)s AND kind = %(kind)s ORDER BY created_at, id LIMIT 1",
        {"shop": tx.shop_id, "kind": kind},
    )
    if row is None:
        raise UnknownLocation(kind)
    found: UUID = row.id
    return found


async def require_counted(tx: Tx, locations: Collection[UUID]) -> None:
    """Raises UnknownLocation unless each of these is a place of the shop that holds counted stock."""
    rows = await tx.all(
        "SELECT id FROM location WHERE shop_id = %(shop)s AND id = ANY(%(ids)s) AND kind = ANY(%(kinds)s)",
        {"shop": tx.shop_id, "ids": list(locations), "kinds": [str(kind) for kind in COUNTED]},
    )
    if missing := set(locations) - {row.id for row in rows}:
        raise UnknownLocation(str(min(missing)))


async def counters(tx: Tx, keys: Collection[StockKey]) -> dict[StockKey, Counters]:
    """Counters of these rows; a row that does not exist counts nothing."""
    keys = sorted(set(keys))
    rows = await tx.all(
        """
        SELECT sku_id, location_id, owner_id, lot_id, on_hand, reserved, allocated, damaged, quarantine,
               incoming, oversell
        FROM stock
        JOIN unnest(%(skus)s::uuid[], %(locations)s::uuid[], %(owners)s::uuid[], %(lots)s::uuid[])
             AS asked (sku_id, location_id, owner_id, lot_id)
             USING (sku_id, location_id, owner_id, lot_id)
        WHERE stock.shop_id = %(shop)s
        """,
        {
            "shop": tx.shop_id,
            "skus": [key.sku_id for key in keys],
            "locations": [key.location_id for key in keys],
            "owners": [key.owner_id for key in keys],
            "lots": [key.lot_id for key in keys],
        },
    )
    found = {StockKey(*row[:4]): Counters(*row[4:]) for row in rows}
    return {key: found.get(key, Counters()) for key in keys}


async def held_by_customers(
    tx: Tx, holders: Collection[UUID], customer: UUID
) -> dict[tuple[UUID, UUID, UUID, UUID], int]:
    """Units that went out to holders and did not come back, per (holder, sku, owner, lot)."""
    rows = await tx.all(
        """
        SELECT cause_id, sku_id, owner_id, lot_id,
               sum(CASE WHEN to_location = %(customer)s THEN quantity ELSE -quantity END)::bigint AS units
        FROM movement
        WHERE shop_id = %(shop)s AND cause_id = ANY(%(holders)s)
          AND (to_location = %(customer)s OR from_location = %(customer)s)
        GROUP BY cause_id, sku_id, owner_id, lot_id
        """,
        {"shop": tx.shop_id, "holders": list(holders), "customer": customer},
    )
    return {(row.cause_id, row.sku_id, row.owner_id, row.lot_id): row.units for row in rows}


async def counted_rows(
    tx: Tx, *, locations: Collection[UUID] | None = None
) -> list[tuple[str, str, str | None, date | None, int]]:
    """Every stock row of our own goods as a count sheet has it: sku, location, lot, expiry, on hand."""
    rows = await tx.all(
        """
        SELECT sku.code AS sku, location.code AS place, lot.code AS lot, stock.expires_on, stock.on_hand
        FROM stock
        JOIN sku ON sku.shop_id = stock.shop_id AND sku.id = stock.sku_id
        JOIN location ON location.shop_id = stock.shop_id AND location.id = stock.location_id
        LEFT JOIN lot ON lot.shop_id = stock.shop_id AND lot.id = stock.lot_id
        WHERE stock.shop_id = %(shop)s AND stock.owner_id = %(ours)s
          AND (%(places)s::uuid[] IS NULL OR stock.location_id = ANY(%(places)s))
        ORDER BY location.code, sku.code, stock.expires_on, lot.code
        """,
        {
            "shop": tx.shop_id,
            "ours": NIL,
            "places": None if locations is None else list(locations),
        },
    )
    return [tuple(row) for row in rows]


async def sellable_units(
    tx: Tx, skus: Collection[UUID], *, locations: Collection[UUID] | None = None, now: datetime
) -> dict[UUID, int]:
    """Units of each sku that could be taken now over all places that sell: not promised, not
    expired at the place's own date, safety stock held back per place.

    Args:
        locations: Only these places; None is all of them.
    """
    rows = await tx.all(
        """
        SELECT place.sku_id, sum(greatest(place.free - coalesce(stock_policy.safety, 0), 0))::bigint AS units
        FROM (
            SELECT stock.sku_id, stock.location_id,
                   sum(greatest(stock.on_hand + stock.oversell - stock.reserved - stock.allocated, 0)) AS free
            FROM stock
            JOIN location ON location.shop_id = stock.shop_id AND location.id = stock.location_id
            WHERE stock.shop_id = %(shop)s AND stock.sku_id = ANY(%(skus)s)
              AND location.sells AND location.active
              AND (%(locations)s::uuid[] IS NULL OR stock.location_id = ANY(%(locations)s::uuid[]))
              AND (stock.expires_on IS NULL OR stock.expires_on > (%(now)s::timestamptz AT TIME ZONE location.time_zone)::date)
            GROUP BY stock.sku_id, stock.location_id
        ) AS place
        LEFT JOIN stock_policy ON stock_policy.shop_id = %(shop)s AND stock_policy.sku_id = place.sku_id
             AND stock_policy.location_id = place.location_id
        GROUP BY place.sku_id
        """,
        {
            "shop": tx.shop_id,
            "skus": list(skus),
            "locations": None if locations is None else list(locations),
            "now": now,
        },
    )
    found = {row.sku_id: int(row.units) for row in rows}
    return {sku: found.get(sku, 0) for sku in skus}

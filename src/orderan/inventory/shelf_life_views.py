"""Reading how long goods keep: what a channel will not take, and what expires soon."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from orderan.inventory.models import StockKey
from orderan.kit.db import Tx
from orderan.kit.ids import NIL


@dataclass(frozen=True, slots=True)
class ShelfLife:
    """What a lot must have left to be promised to a channel.

    Attributes:
        sku_id: None is every sku without a rule of its own.
        least_days: Days until it expires, by the calendar of the place it lies at.
        least_percent: Of the days between its first receipt and its expiry.
        sku: Its code; "" of every sku.
    """

    channel_id: UUID
    sku_id: UUID | None
    least_days: int
    least_percent: int = 0
    sku: str = ""


async def shelf_lives(tx: Tx) -> list[ShelfLife]:
    """The rules of the shop, those for every sku first."""
    rows = await tx.all(
        """
        SELECT channel_id, sku_id, least_days, least_percent, coalesce(sku.code, '') AS sku
        FROM shelf_life
        LEFT JOIN sku ON sku.shop_id = shelf_life.shop_id AND sku.id = shelf_life.sku_id
        WHERE shelf_life.shop_id = %(shop)s
        ORDER BY channel_id, sku_id
        """,
        {"shop": tx.shop_id},
    )
    return [
        ShelfLife(
            channel_id=row.channel_id,
            sku_id=None if row.sku_id == NIL else row.sku_id,
            least_days=row.least_days,
            least_percent=row.least_percent,
            sku=row.sku,
        )
        for row in rows
    ]


async def too_short_for(
    tx: Tx, channels: Collection[UUID], keys: Sequence[StockKey], *, now: datetime
) -> dict[UUID, frozenset[StockKey]]:
    """Of these rows those that do not keep long enough, by channel."""
    rows = await tx.all(
        """
        SELECT shelf_life.channel_id, stock.sku_id, stock.location_id, stock.owner_id, stock.lot_id
        FROM unnest(%(skus)s::uuid[], %(locations)s::uuid[], %(owners)s::uuid[], %(lots)s::uuid[])
             AS asked (sku_id, location_id, owner_id, lot_id)
        JOIN stock USING (sku_id, location_id, owner_id, lot_id)
        JOIN location ON location.shop_id = stock.shop_id AND location.id = stock.location_id
        JOIN lot ON lot.shop_id = stock.shop_id AND lot.id = stock.lot_id
        JOIN shelf_life ON shelf_life.shop_id = stock.shop_id AND shelf_life.channel_id = ANY(%(channels)s)
             AND (shelf_life.sku_id = stock.sku_id
                  OR (shelf_life.sku_id = %(every)s
                      AND NOT EXISTS (SELECT FROM shelf_life AS own
                                      WHERE own.shop_id = stock.shop_id AND own.channel_id = shelf_life.channel_id
                                        AND own.sku_id = stock.sku_id)))
        WHERE stock.shop_id = %(shop)s
          AND stock.expires_on - (%(now)s::timestamptz AT TIME ZONE location.time_zone)::date
              < greatest(least_days,
                         ceil((stock.expires_on - (lot.created_at AT TIME ZONE location.time_zone)::date)
                              * least_percent / 100.0))
        """,
        {
            "shop": tx.shop_id,
            "channels": list(channels),
            "every": NIL,
            "now": now,
            "skus": [key.sku_id for key in keys],
            "locations": [key.location_id for key in keys],
            "owners": [key.owner_id for key in keys],
            "lots": [key.lot_id for key in keys],
        },
    )
    found: dict[UUID, set[StockKey]] = {}
    for row in rows:
        found.setdefault(row.channel_id, set()).add(StockKey(*row[1:5]))
    return {channel: frozenset(short) for channel, short in found.items()}


@dataclass(frozen=True, slots=True)
class Expiring:
    """Units of a lot that expires soon, or did.

    Attributes:
        days: Left until it expires, by the calendar of the place; 0 or less is expired.
        free, promised: Units nobody was promised, and units somebody was.
        channels: Channels it does not keep long enough for.
    """

    key: StockKey
    sku: str
    title: str
    location: str
    lot: str
    expires_on: date
    days: int
    free: int
    promised: int
    channels: tuple[UUID, ...]


async def expiring(
    tx: Tx,
    *,
    within: Collection[UUID] | None,
    days: int,
    now: datetime,
    after: tuple[date, UUID, UUID, UUID, UUID] | None = None,
    limit: int = 50,
) -> list[Expiring]:
    """Lots on hand that expire in so many days at most, the first to expire on top.

    Args:
        after: Only those past this one: (expiry, sku, location, owner, lot).
    """
    rows = await tx.all(
        """
        SELECT stock.sku_id, stock.location_id, stock.owner_id, stock.lot_id, sku.code AS sku,
               CASE WHEN sku.name = '' THEN product.name ELSE product.name || ' – ' || sku.name END AS title,
               location.name AS location, coalesce(lot.code, '') AS lot, stock.expires_on,
               stock.expires_on - (%(now)s::timestamptz AT TIME ZONE location.time_zone)::date AS days,
               greatest(stock.on_hand - stock.reserved - stock.allocated, 0) AS free,
               least(stock.reserved + stock.allocated, stock.on_hand) AS promised
        FROM stock
        JOIN location ON location.shop_id = stock.shop_id AND location.id = stock.location_id
        JOIN sku ON sku.shop_id = stock.shop_id AND sku.id = stock.sku_id
        JOIN product ON product.shop_id = sku.shop_id AND product.id = sku.product_id
        LEFT JOIN lot ON lot.shop_id = stock.shop_id AND lot.id = stock.lot_id
        WHERE stock.shop_id = %(shop)s AND stock.on_hand > 0
          AND stock.expires_on <= (%(now)s::timestamptz AT TIME ZONE location.time_zone)::date + %(days)s::int
          AND (%(within)s::uuid[] IS NULL OR stock.location_id = ANY(%(within)s))
          AND (%(at)s::date IS NULL
               OR (stock.expires_on, stock.sku_id, stock.location_id, stock.owner_id, stock.lot_id)
                  > (%(at)s, %(sku)s::uuid, %(location)s::uuid, %(owner)s::uuid, %(lot)s::uuid))
        ORDER BY stock.expires_on, stock.sku_id, stock.location_id, stock.owner_id, stock.lot_id
        LIMIT %(limit)s
        """,
        {
            "shop": tx.shop_id,
            "now": now,
            "days": days,
            "within": None if within is None else list(within),
            "limit": limit,
        }
        | dict(zip(("at", "sku", "location", "owner", "lot"), after or (None,) * 5, strict=True)),
    )
    keys = [StockKey(*row[:4]) for row in rows]
    channels = {one.channel_id for one in await shelf_lives(tx)}
    short = await too_short_for(tx, channels, keys, now=now) if channels else {}
    return [
        Expiring(
            key=key,
            sku=row.sku,
            title=row.title,
            location=row.location,
            lot=row.lot,
            expires_on=row.expires_on,
            days=row.days,
            free=row.free,
            promised=row.promised,
            channels=tuple(channel for channel in sorted(short) if key in short[channel]),
        )
        for key, row in zip(keys, rows, strict=True)
    ]


async def expired_free(tx: Tx, *, now: datetime, limit: int) -> dict[StockKey, int]:
    """Units nobody was promised of lots that expired, at places that count stock."""
    rows = await tx.all(
        """
        SELECT stock.sku_id, stock.location_id, stock.owner_id, stock.lot_id,
               stock.on_hand - stock.reserved - stock.allocated AS units
        FROM stock
        JOIN location ON location.shop_id = stock.shop_id AND location.id = stock.location_id
        WHERE stock.shop_id = %(shop)s AND stock.on_hand > 0
          AND stock.expires_on <= (%(now)s::timestamptz AT TIME ZONE location.time_zone)::date
          AND stock.on_hand > stock.reserved + stock.allocated
        ORDER BY stock.sku_id, stock.location_id, stock.owner_id, stock.lot_id
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "now": now, "limit": limit},
    )
    return {StockKey(*row[:4]): row.units for row in rows}

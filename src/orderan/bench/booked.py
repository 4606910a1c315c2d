"""What the book has of three warehouses: what is there, in which bins, what came, left and was written off."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from orderan.inventory import StockKey
from orderan.kit.db import Tx


@dataclass(frozen=True, slots=True)
class Booked:
    """A stock row; `aside` is not for sale."""

    on_hand: int = 0
    aside: int = 0
    free: int = 0

    @property
    def there(self) -> int:
        return self.on_hand + self.aside


@dataclass(frozen=True, slots=True)
class Written:
    """What the ledger says came to a place, left it for a buyer, and was written off."""

    received: int = 0
    sent: int = 0
    lost: int = 0


@dataclass(frozen=True, slots=True)
class Picked:
    """Units of a task's goods that the book has picked; `over` is beyond what its lines want."""

    task_id: UUID
    key: StockKey
    units: int
    over: int


async def booked(tx: Tx, place: UUID) -> dict[StockKey, Booked]:
    rows = await tx.all(
        """
        SELECT sku_id, location_id, owner_id, lot_id, on_hand::int AS on_hand, (quarantine + damaged)::int AS aside,
               (on_hand - reserved - allocated)::int AS free
        FROM stock WHERE shop_id = %(shop)s AND location_id = %(place)s
        """,
        {"shop": tx.shop_id, "place": place},
    )
    return {
        StockKey(row.sku_id, row.location_id, row.owner_id, row.lot_id): Booked(
            row.on_hand, row.aside, row.free
        )
        for row in rows
    }


async def binned(tx: Tx, place: UUID) -> Counter[tuple[UUID, StockKey]]:
    """Units by bin."""
    rows = await tx.all(
        """
        SELECT bin_stock.bin_id, bin_stock.sku_id, bin.location_id, bin_stock.owner_id, bin_stock.lot_id,
               bin_stock.quantity::int AS units
        FROM bin_stock JOIN bin ON bin.shop_id = bin_stock.shop_id AND bin.id = bin_stock.bin_id
        WHERE bin_stock.shop_id = %(shop)s AND bin.location_id = %(place)s AND bin_stock.quantity > 0
        """,
        {"shop": tx.shop_id, "place": place},
    )
    return Counter(
        {
            (row.bin_id, StockKey(row.sku_id, row.location_id, row.owner_id, row.lot_id)): row.units
            for row in rows
        }
    )


async def written(tx: Tx) -> dict[StockKey, Written]:
    """By goods and place, from the ledger alone."""
    rows = await tx.all(
        """
        SELECT sku_id, place.id AS location_id, owner_id, lot_id,
               sum(CASE WHEN other.kind = 'supplier' THEN sign * quantity ELSE 0 END)::int AS received,
               -sum(CASE WHEN other.kind = 'customer' THEN sign * quantity ELSE 0 END)::int AS sent,
               -sum(CASE WHEN other.kind = 'loss' THEN sign * quantity ELSE 0 END)::int AS lost
        FROM movement
        CROSS JOIN LATERAL (VALUES (to_location, from_location, 1), (from_location, to_location, -1))
             AS side (here, there, sign)
        JOIN location AS place ON place.shop_id = movement.shop_id AND place.id = side.here
             AND place.kind = 'warehouse'
        JOIN location AS other ON other.shop_id = movement.shop_id AND other.id = side.there
        WHERE movement.shop_id = %(shop)s
        GROUP BY 1, 2, 3, 4
        """,
        {"shop": tx.shop_id},
    )
    return {
        StockKey(row.sku_id, row.location_id, row.owner_id, row.lot_id): Written(
            row.received, row.sent, row.lost
        )
        for row in rows
    }


async def picked(tx: Tx) -> list[Picked]:
    """Of tasks that were not cancelled."""
    rows = await tx.all(
        """
        SELECT task_line.task_id, task_line.sku_id, task.location_id, task_line.owner_id, task_line.lot_id,
               sum(task_line.picked)::int AS units,
               sum(greatest(task_line.picked - task_line.quantity, 0))::int AS over
        FROM task_line JOIN task ON task.shop_id = task_line.shop_id AND task.id = task_line.task_id
        WHERE task_line.shop_id = %(shop)s AND task.state <> 'cancelled'
        GROUP BY 1, 2, 3, 4, 5
        """,
        {"shop": tx.shop_id},
    )
    return [
        Picked(
            row.task_id, StockKey(row.sku_id, row.location_id, row.owner_id, row.lot_id), row.units, row.over
        )
        for row in rows
    ]

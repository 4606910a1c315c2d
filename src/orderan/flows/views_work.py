"""What the warehouse and the shipping desk work from: tasks, pick sheets, parcels."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, LiteralString
from uuid import UUID

from orderan.flows.views_bins import where_to_take
from orderan.fulfilment import TaskNotFound
from orderan.inventory import StockKey
from orderan.kit.db import Tx
from orderan.kit.ids import to_text
from orderan.orders import Scope
from orderan.shipping import ParcelNotFound

Place = tuple[datetime, UUID]
"""Where a page ended: the moment it is sorted by, and the id."""


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task on the board; `holds` counts what stands in the way of picking it."""

    id: UUID
    order_id: UUID
    number: int
    state: str
    location_id: UUID
    place: str
    planned_at: datetime
    moved_at: datetime
    assigned_to: str | None
    units: int
    picked: int
    skus: int
    terms: str
    money: str
    service: str | None
    holds: int


_TASK: LiteralString = """
SELECT task.id, task.order_id, sales_order.number, task.state, task.location_id, location.name AS place,
       task.planned_at, coalesce(task.moved_at, task.planned_at) AS moved_at, task.assigned_to,
       work.units, work.picked, work.skus, sales_order.terms, sales_order.money,
       sales_order.shipping_service AS service, sales_order.open_holds AS holds
FROM task
JOIN sales_order ON sales_order.shop_id = task.shop_id AND sales_order.id = task.order_id
JOIN location ON location.shop_id = task.shop_id AND location.id = task.location_id
CROSS JOIN LATERAL (
    SELECT coalesce(sum(task_line.quantity), 0)::int AS units, coalesce(sum(task_line.picked), 0)::int AS picked,
           count(DISTINCT task_line.sku_id)::int AS skus
    FROM task_line
    WHERE task_line.shop_id = task.shop_id AND task_line.task_id = task.id) AS work
WHERE task.shop_id = %(shop)s
  AND (%(locations)s::uuid[] IS NULL OR task.location_id = ANY(%(locations)s::uuid[]))
  AND (%(channels)s::uuid[] IS NULL OR sales_order.channel_id = ANY(%(channels)s::uuid[]))
"""


async def task_board(
    tx: Tx,
    scope: Scope,
    *,
    states: Collection[str],
    location_id: UUID | None = None,
    order_id: UUID | None = None,
    after: Place | None = None,
    limit: int = 50,
) -> list[TaskRow]:
    """Tasks in these states, the oldest first: what waits longest is done next."""
    rows = await tx.all(
        _TASK
        + """
          AND task.state = ANY(%(states)s)
          AND (%(location)s::uuid IS NULL OR task.location_id = %(location)s::uuid)
          AND (%(order)s::uuid IS NULL OR task.order_id = %(order)s::uuid)
          AND (%(at)s::timestamptz IS NULL OR (task.planned_at, task.id) > (%(at)s::timestamptz, %(last)s::uuid))
        ORDER BY task.planned_at, task.id
        LIMIT %(limit)s
        """,
        {
            "shop": tx.shop_id,
            "states": list(states),
            "location": location_id,
            "order": order_id,
            "at": after[0] if after else None,
            "last": after[1] if after else None,
            "limit": limit,
        }
        | scope.bounds(),
    )
    return [TaskRow(*row) for row in rows]


async def task_counts(tx: Tx, scope: Scope, *, location_id: UUID | None = None) -> dict[str, int]:
    """How many tasks stand in each state that is not an end."""
    rows = await tx.all(
        """
        SELECT task.state, count(*)::int AS many
        FROM task
        JOIN sales_order ON sales_order.shop_id = task.shop_id AND sales_order.id = task.order_id
        WHERE task.shop_id = %(shop)s AND task.state NOT IN ('handed_over', 'cancelled')
          AND (%(locations)s::uuid[] IS NULL OR task.location_id = ANY(%(locations)s::uuid[]))
          AND (%(channels)s::uuid[] IS NULL OR sales_order.channel_id = ANY(%(channels)s::uuid[]))
          AND (%(location)s::uuid IS NULL OR task.location_id = %(location)s::uuid)
        GROUP BY task.state
        """,
        {"shop": tx.shop_id, "location": location_id} | scope.bounds(),
    )
    return {row.state: row.many for row in rows}


async def work_places(tx: Tx, scope: Scope) -> list[Any]:
    """Locations that pick, for choosing one: id, name."""
    return await tx.all(
        """
        SELECT id, name FROM location
        WHERE shop_id = %(shop)s AND kind IN ('warehouse', 'store') AND active
          AND (%(locations)s::uuid[] IS NULL OR id = ANY(%(locations)s::uuid[]))
        ORDER BY rank, name
        """,
        {"shop": tx.shop_id} | scope.bounds(),
    )


@dataclass(frozen=True, slots=True)
class SheetLine:
    """Units of a stock row on a pick sheet, as a picker reads and scans them.

    Attributes:
        bins: Where what is left lies: (code, units); what is not there is on the floor, or the location has no bins.
    """

    line_no: int
    sku_id: UUID
    sku: str
    title: str
    gtin: str | None
    unit: str
    owner_id: UUID
    lot_id: UUID
    lot: str | None
    expires_on: date | None
    quantity: int
    picked: int
    packed: int
    bins: Sequence[tuple[str, int]] = ()

    @property
    def left(self) -> int:
        return self.quantity - self.picked


async def pick_sheet(tx: Tx, scope: Scope, task_id: UUID) -> tuple[TaskRow, list[SheetLine]]:
    """A task with what it picks, in the order a picker walks past the bins; without bins in the order of skus.

    Raises:
        TaskNotFound: The shop has no such task, or it is outside the scope.
    """
    row = await tx.maybe(
        _TASK + " AND task.id = %(task)s", {"shop": tx.shop_id, "task": task_id} | scope.bounds()
    )
    if row is None:
        raise TaskNotFound(to_text("tsk", task_id))
    lines = await tx.all(
        """
        SELECT task_line.line_no, task_line.sku_id, sku.code AS sku,
               CASE WHEN sku.name = '' THEN product.name ELSE product.name || ' – ' || sku.name END AS title,
               sku.gtin, sku.unit, task_line.owner_id, task_line.lot_id, lot.code AS lot, lot.expires_on,
               task_line.quantity, task_line.picked, task_line.packed
        FROM task_line
        JOIN sku ON sku.shop_id = task_line.shop_id AND sku.id = task_line.sku_id
        JOIN product ON product.shop_id = sku.shop_id AND product.id = sku.product_id
        LEFT JOIN lot ON lot.shop_id = task_line.shop_id AND lot.id = task_line.lot_id
        WHERE task_line.shop_id = %(shop)s AND task_line.task_id = %(task)s
        ORDER BY sku.code, lot.expires_on, task_line.line_no
        """,
        {"shop": tx.shop_id, "task": task_id},
    )
    sheet = [SheetLine(*line) for line in lines]
    wanted = {
        turn: (StockKey(line.sku_id, row.location_id, line.owner_id, line.lot_id), line.left)
        for turn, line in enumerate(sheet)
    }
    places, way = await where_to_take(tx, wanted)
    return TaskRow(*row), [
        replace(sheet[turn], bins=tuple((bin_.code, units) for bin_, units in places[turn])) for turn in way
    ]


async def task_named(tx: Tx, scope: Scope, number: int) -> UUID | None:
    """The open task of an order number, for a scanner: the one that is furthest along."""
    row = await tx.maybe(
        """
        SELECT task.id
        FROM sales_order
        JOIN task ON task.shop_id = sales_order.shop_id AND task.order_id = sales_order.id
        WHERE sales_order.shop_id = %(shop)s AND sales_order.number = %(number)s
          AND task.state NOT IN ('handed_over', 'cancelled')
          AND (%(locations)s::uuid[] IS NULL OR task.location_id = ANY(%(locations)s::uuid[]))
          AND (%(channels)s::uuid[] IS NULL OR sales_order.channel_id = ANY(%(channels)s::uuid[]))
        ORDER BY array_position(ARRAY['packed', 'picked', 'picking', 'short', 'released', 'planned'], task.state),
                 task.id
        LIMIT 1
        """,
        {"shop": tx.shop_id, "number": number} | scope.bounds(),
    )
    return None if row is None else row.id


@dataclass(frozen=True, slots=True)
class ParcelRow:
    """A parcel on the shipping desk.

    Attributes:
        deliver_on: The day its buyer wants it, where they named one.
        door: What they said, or where the asking stands, of the last day they were asked about; None where nobody was.
        wish: What they want done after a try in vain, or `waiting`; None where nothing is to be done.
        part: Whether they kept a part of it, and the rest comes back.
    """

    id: UUID
    order_id: UUID
    number: int
    courier: str
    service: str
    awb: str
    state: str
    weight_g: int
    created_at: datetime
    shipped_at: datetime | None
    moved_at: datetime
    delivered_at: datetime | None
    place: str
    terms: str
    money: str
    total_minor: int
    currency: str
    deliver_on: date | None
    door: str | None
    wish: str | None
    part: bool


_PARCEL: LiteralString = """
SELECT parcel.id, parcel.order_id, sales_order.number, parcel.courier, parcel.service, parcel.awb, parcel.state,
       parcel.weight_g, parcel.created_at, parcel.shipped_at,
       coalesce(parcel.moved_at, parcel.created_at) AS moved_at, parcel.delivered_at, location.name AS place,
       sales_order.terms, sales_order.money, sales_order.total_minor, sales_order.currency, parcel.deliver_on,
       (SELECT delivery_day.state FROM delivery_day
        WHERE delivery_day.shop_id = parcel.shop_id AND delivery_day.parcel_id = parcel.id
        ORDER BY delivery_day.day DESC LIMIT 1) AS door,
       (SELECT coalesce(missed_door.wish, missed_door.state) FROM missed_door
        WHERE missed_door.shop_id = parcel.shop_id AND missed_door.parcel_id = parcel.id
          AND missed_door.state <> 'overtaken'
        ORDER BY missed_door.missed_at DESC LIMIT 1) AS wish,
       EXISTS (SELECT FROM goods_return
               WHERE goods_return.shop_id = parcel.shop_id AND goods_return.parcel_id = parcel.id) AS part
FROM parcel
JOIN sales_order ON sales_order.shop_id = parcel.shop_id AND sales_order.id = parcel.order_id
JOIN task ON task.shop_id = parcel.shop_id AND task.id = parcel.task_id
JOIN location ON location.shop_id = task.shop_id AND location.id = task.location_id
WHERE parcel.shop_id = %(shop)s
  AND (%(locations)s::uuid[] IS NULL OR task.location_id = ANY(%(locations)s::uuid[]))
  AND (%(channels)s::uuid[] IS NULL OR sales_order.channel_id = ANY(%(channels)s::uuid[]))
"""


async def parcel_list(
    tx: Tx,
    scope: Scope,
    *,
    states: Collection[str],
    courier: str | None = None,
    awb: str | None = None,
    after: Place | None = None,
    limit: int = 50,
) -> list[ParcelRow]:
    """Parcels in these states, the newest first; or whichever carries a tracking number."""
    rows = await tx.all(
        _PARCEL
        + """
          AND parcel.state = ANY(%(states)s)
          AND (%(courier)s::text IS NULL OR parcel.courier = %(courier)s::text)
          AND (%(awb)s::text IS NULL OR parcel.awb = %(awb)s::text)
          AND (%(at)s::timestamptz IS NULL OR (parcel.created_at, parcel.id) < (%(at)s::timestamptz, %(last)s::uuid))
        ORDER BY parcel.created_at DESC, parcel.id DESC
        LIMIT %(limit)s
        """,
        {
            "shop": tx.shop_id,
            "states": list(states),
            "courier": courier,
            "awb": awb,
            "at": after[0] if after else None,
            "last": after[1] if after else None,
            "limit": limit,
        }
        | scope.bounds(),
    )
    return [ParcelRow(*row) for row in rows]


async def parcel_counts(tx: Tx, scope: Scope) -> dict[str, int]:
    """How many parcels stand in each state that is not an end."""
    rows = await tx.all(
        """
        SELECT parcel.state, count(*)::int AS many
        FROM parcel
        JOIN sales_order ON sales_order.shop_id = parcel.shop_id AND sales_order.id = parcel.order_id
        JOIN task ON task.shop_id = parcel.shop_id AND task.id = parcel.task_id
        WHERE parcel.shop_id = %(shop)s AND parcel.state NOT IN ('delivered', 'returned', 'lost', 'damaged')
          AND (%(locations)s::uuid[] IS NULL OR task.location_id = ANY(%(locations)s::uuid[]))
          AND (%(channels)s::uuid[] IS NULL OR sales_order.channel_id = ANY(%(channels)s::uuid[]))
        GROUP BY parcel.state
        """,
        {"shop": tx.shop_id} | scope.bounds(),
    )
    return {row.state: row.many for row in rows}


async def one_parcel(tx: Tx, scope: Scope, parcel_id: UUID) -> ParcelRow:
    """A parcel.

    Raises:
        ParcelNotFound: The shop has no such parcel, or it is outside the scope.
    """
    row = await tx.maybe(
        _PARCEL + " AND parcel.id = %(id)s", {"shop": tx.shop_id, "id": parcel_id} | scope.bounds()
    )
    if row is None:
        raise ParcelNotFound(to_text("pcl", parcel_id))
    return ParcelRow(*row)

"""What the packing table works from: the task behind a code, what belongs into its parcels, and what waits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from orderan.catalog import scanned_gtin
from orderan.flows.views_work import TaskRow, pick_sheet
from orderan.kit.db import Tx
from orderan.kit.errors import Refusal
from orderan.kit.ids import NotAnId, from_text
from orderan.kit.text import NumberMistyped, read_number
from orderan.marks import read_mark
from orderan.orders import Scope
from orderan.packing import (
    Carton,
    Goods,
    Obstacle,
    PackedParcel,
    PackedUnit,
    Packing,
    PackingPolicy,
    PackingState,
    ScanRow,
    Thing,
    UnitKey,
    cartons,
    expected_g,
    missing,
    obstacles,
    packed_of,
    packing_policy,
    packings_of,
    parcels_in,
    scans_of,
    suggest,
    units_inside,
)


async def goods_of_task(tx: Tx, task_id: UUID) -> list[Goods]:
    """What was picked for a task, in the order of its skus; the lots that expire first stand first."""
    rows = await tx.all(
        """
        SELECT task_line.line_no, task_line.sku_id, task_line.owner_id, task_line.lot_id, sku.code,
               CASE WHEN sku.name = '' THEN product.name ELSE product.name || ' – ' || sku.name END AS title,
               sku.gtin, lot.code AS lot, lot.expires_on, task_line.picked, sku.weight_g, sku.length_mm, sku.width_mm,
               sku.height_mm
        FROM task_line
        JOIN sku ON sku.shop_id = task_line.shop_id AND sku.id = task_line.sku_id
        JOIN product ON product.shop_id = sku.shop_id AND product.id = sku.product_id
        LEFT JOIN lot ON lot.shop_id = task_line.shop_id AND lot.id = task_line.lot_id
        WHERE task_line.shop_id = %(shop)s AND task_line.task_id = %(task)s AND task_line.picked > 0
        ORDER BY sku.code, lot.expires_on, task_line.line_no, task_line.lot_id
        """,
        {"shop": tx.shop_id, "task": task_id},
    )
    return [Goods(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Meant:
    """The task behind a code; `by_unit` where a unit in hand said which."""

    task_id: UUID
    by_unit: bool = False


async def task_for_code(tx: Tx, scope: Scope, code: str, *, today: date) -> Meant | None:
    """The task that is meant by an order's number, a task's id, a slot of a trolley, a tracking number or a unit in hand.

    A unit belongs to the task that is packed already, else to the one that is complete soonest: of fewest units, and of
    these the oldest.
    """
    text = code.strip()
    for found in (_by_id, _by_slot, _by_number, _by_awb):
        task = await found(tx, scope, text)
        if task is not None:
            return Meant(task)
    task = await _by_unit(tx, scope, text, today=today)
    return None if task is None else Meant(task, by_unit=True)


async def _by_id(tx: Tx, scope: Scope, text: str) -> UUID | None:
    try:
        wanted = from_text("tsk", text)
    except NotAnId:
        return None
    return await _visible(tx, scope, wanted)


async def _by_slot(tx: Tx, scope: Scope, text: str) -> UUID | None:
    """`pkl_...:3` is what lies in the third slot of the trolley of that list."""
    list_text, colon, slot = text.rpartition(":")
    if not colon or not slot.isdecimal() or len(slot) > 4:
        return None
    try:
        wanted = from_text("pkl", list_text)
    except NotAnId:
        return None
    row = await tx.maybe(
        """
        SELECT task_id FROM pick_list_task
        WHERE shop_id = %(shop)s AND list_id = %(list)s AND slot = %(slot)s
        LIMIT 1
        """,
        {"shop": tx.shop_id, "list": wanted, "slot": int(slot)},
    )
    return None if row is None else await _visible(tx, scope, row.task_id)


async def _by_number(tx: Tx, scope: Scope, text: str) -> UUID | None:
    try:
        number = read_number(text)
    except NumberMistyped:
        return None
    if number >= 2**63:
        return None
    row = await tx.maybe(
        """
        SELECT task.id
        FROM sales_order
        JOIN task ON task.shop_id = sales_order.shop_id AND task.order_id = sales_order.id
        WHERE sales_order.shop_id = %(shop)s AND sales_order.number = %(number)s
          AND task.state NOT IN ('handed_over', 'cancelled')
          AND (%(locations)s::uuid[] IS NULL OR task.location_id = ANY(%(locations)s::uuid[]))
          AND (%(channels)s::uuid[] IS NULL OR sales_order.channel_id = ANY(%(channels)s::uuid[]))
        ORDER BY array_position(ARRAY['picked', 'packed', 'picking', 'short', 'released', 'planned'], task.state), task.id
        LIMIT 1
        """,
        {"shop": tx.shop_id, "number": number} | scope.bounds(),
    )
    return None if row is None else row.id


async def _by_awb(tx: Tx, scope: Scope, text: str) -> UUID | None:
    row = await tx.maybe(
        """
        SELECT task_id FROM courier_booking
        WHERE shop_id = %(shop)s AND awb = %(awb)s AND state IN ('booked', 'handed_over')
        LIMIT 1
        """,
        {"shop": tx.shop_id, "awb": "".join(text.split()).upper()},
    )
    return None if row is None else await _visible(tx, scope, row.task_id)


async def _visible(tx: Tx, scope: Scope, task_id: UUID) -> UUID | None:
    row = await tx.maybe(
        """
        SELECT task.id
        FROM task
        JOIN sales_order ON sales_order.shop_id = task.shop_id AND sales_order.id = task.order_id
        WHERE task.shop_id = %(shop)s AND task.id = %(task)s
          AND (%(locations)s::uuid[] IS NULL OR task.location_id = ANY(%(locations)s::uuid[]))
          AND (%(channels)s::uuid[] IS NULL OR sales_order.channel_id = ANY(%(channels)s::uuid[]))
        """,
        {"shop": tx.shop_id, "task": task_id} | scope.bounds(),
    )
    return None if row is None else row.id


async def _by_unit(tx: Tx, scope: Scope, text: str, *, today: date) -> UUID | None:
    try:
        mark = read_mark(text, today=today)
    except Refusal:
        return None
    row = await tx.maybe(
        """
        SELECT task.id
        FROM task_line
        JOIN task ON task.shop_id = task_line.shop_id AND task.id = task_line.task_id AND task.state = 'picked'
        JOIN sku ON sku.shop_id = task_line.shop_id AND sku.id = task_line.sku_id
        JOIN sales_order ON sales_order.shop_id = task.shop_id AND sales_order.id = task.order_id
        LEFT JOIN packing ON packing.shop_id = task.shop_id AND packing.task_id = task.id AND packing.state <> 'dropped'
        LEFT JOIN LATERAL (
            SELECT sum(packing_unit.quantity)::int AS units
            FROM packing_unit
            WHERE packing_unit.shop_id = task.shop_id AND packing_unit.packing_id = packing.id
              AND packing_unit.line_no = task_line.line_no AND packing_unit.sku_id = task_line.sku_id
              AND packing_unit.owner_id = task_line.owner_id AND packing_unit.lot_id = task_line.lot_id
        ) AS inside ON TRUE
        WHERE task_line.shop_id = %(shop)s AND task_line.picked > coalesce(inside.units, 0)
          AND (lower(sku.code) = lower(%(text)s) OR lpad(sku.gtin, 14, '0') = %(gtin)s)
          AND (%(locations)s::uuid[] IS NULL OR task.location_id = ANY(%(locations)s::uuid[]))
          AND (%(channels)s::uuid[] IS NULL OR sales_order.channel_id = ANY(%(channels)s::uuid[]))
        ORDER BY packing.id IS NULL,
                 (SELECT sum(other.picked) FROM task_line AS other
                  WHERE other.shop_id = task.shop_id AND other.task_id = task.id),
                 task.planned_at, task.id
        LIMIT 1
        """,
        {"shop": tx.shop_id, "text": text[:64], "gtin": scanned_gtin(mark.gtin or mark.text)}
        | scope.bounds(),
    )
    return None if row is None else row.id


@dataclass(frozen=True, slots=True)
class AtTheTable:
    """A task that waits for the table, or is on it."""

    task_id: UUID
    number: int
    place: str
    state: str
    since: datetime
    units: int
    inside: int
    packing: str | None


async def packing_queue(tx: Tx, scope: Scope, *, limit: int = 50) -> list[AtTheTable]:
    """What is on the table and what waits for it, the former first and the oldest of each first."""
    rows = await tx.all(
        """
        SELECT task.id, sales_order.number, location.name AS place, task.state,
               coalesce(task.moved_at, task.planned_at) AS since,
               (SELECT coalesce(sum(task_line.picked), 0)::int FROM task_line
                WHERE task_line.shop_id = task.shop_id AND task_line.task_id = task.id) AS units,
               (SELECT coalesce(sum(packing_unit.quantity), 0)::int FROM packing_unit
                WHERE packing_unit.shop_id = packing.shop_id AND packing_unit.packing_id = packing.id) AS inside,
               packing.state AS packing
        FROM task
        JOIN sales_order ON sales_order.shop_id = task.shop_id AND sales_order.id = task.order_id
        JOIN location ON location.shop_id = task.shop_id AND location.id = task.location_id
        LEFT JOIN packing ON packing.shop_id = task.shop_id AND packing.task_id = task.id AND packing.state = 'open'
        WHERE task.shop_id = %(shop)s AND task.state IN ('picked', 'packed')
          AND (task.state = 'picked' OR packing.id IS NOT NULL)
          AND (%(locations)s::uuid[] IS NULL OR task.location_id = ANY(%(locations)s::uuid[]))
          AND (%(channels)s::uuid[] IS NULL OR sales_order.channel_id = ANY(%(channels)s::uuid[]))
        ORDER BY packing.id IS NULL, task.planned_at, task.id
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "limit": limit} | scope.bounds(),
    )
    return [AtTheTable(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Table:
    """A task at the table, with everything that is to be seen of it.

    Attributes:
        packing: None where it was not put on the table yet.
        obstacles: What keeps it from being closed.
        refused: Scans that were refused, the latest first.
    """

    row: TaskRow
    goods: Sequence[Goods]
    packing: Packing | None
    parcels: Sequence[PackedParcel]
    inside: Sequence[PackedUnit]
    cartons: Mapping[UUID, Carton]
    policy: PackingPolicy
    obstacles: Sequence[Obstacle]
    refused: Sequence[ScanRow]

    @property
    def is_open(self) -> bool:
        return self.packing is not None and self.packing.state == PackingState.OPEN

    @property
    def units(self) -> int:
        return sum(one.quantity for one in self.goods)

    @property
    def units_inside(self) -> int:
        return sum(unit.quantity for unit in self.inside)

    def within(self, parcel_no: int) -> list[PackedUnit]:
        """What is in a parcel."""
        return [unit for unit in self.inside if unit.parcel_no == parcel_no]

    def expected_g(self, parcel: PackedParcel) -> int | None:
        """What a parcel should weigh, as far as that is known."""
        carton = self.cartons.get(parcel.carton_id) if parcel.carton_id else None
        return expected_g(self.within(parcel.no), self.goods, carton)

    def proposed(self, parcel: PackedParcel) -> Carton | None:
        """The smallest carton for a parcel: what is in it, and into the last one what still belongs in anywhere."""
        units: dict[UnitKey, int] = packed_of(self.within(parcel.no))
        for one, left in missing(self.goods, self.inside) if parcel.no == self.parcels[-1].no else []:
            units[one.key] = units.get(one.key, 0) + left
        things = [
            Thing((one.length_mm, one.width_mm, one.height_mm), many, one.weight_g)
            for one in self.goods
            if (many := units.get(one.key, 0))
        ]
        return suggest(things, list(self.cartons.values()))


async def packing_table(tx: Tx, scope: Scope, task_id: UUID) -> Table:
    """A task at the table.

    Raises:
        TaskNotFound: The shop has no such task, or it is outside the scope.
    """
    row, _ = await pick_sheet(tx, scope, task_id)
    goods = await goods_of_task(tx, task_id)
    packing = (await packings_of(tx, [task_id])).get(task_id)
    kinds = {carton.id: carton for carton in await cartons(tx)}
    policy = await packing_policy(tx)
    if packing is None:
        return Table(row, goods, None, (), (), kinds, policy, (), ())
    parcels, inside = await parcels_in(tx, [packing.id]), await units_inside(tx, [packing.id])
    found = obstacles(goods, parcels, inside, kinds, policy)
    refused = await scans_of(tx, packing.id, refused=True, limit=20)
    return Table(row, goods, packing, parcels, inside, kinds, policy, found, refused)

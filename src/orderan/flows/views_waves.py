"""What waves are drawn from, and what a picker walks."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from orderan.flows.views_bins import where_to_take
from orderan.fulfilment import obstacles, readiness
from orderan.inventory import Binned, StockKey
from orderan.kit.db import Tx
from orderan.orders import Scope
from orderan.picking import Spot, shortest, slots_of, zones_walked

END_CM = 100
"""From the last bin of an aisle to the cross aisle behind it."""
MOST_LOOKED_AT = 2_000


@dataclass(frozen=True, slots=True)
class Criteria:
    """Which orders a wave is drawn from.

    Attributes:
        services: Shipping services; none is all.
        before: Placed before this moment.
        single: Orders of one unit alone (True), of more (False), or all.
        most: Orders at most, those that were placed first.
        only: Among these tasks; None is all.
    """

    services: Collection[str] = ()
    before: datetime | None = None
    single: bool | None = None
    most: int = 200
    only: Collection[UUID] | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A task that could be put on a list, with what it picks: (stock row, units)."""

    task_id: UUID
    order_id: UUID
    number: int
    state: str
    service: str | None
    placed_at: datetime
    units: int
    wanted: Sequence[tuple[StockKey, int]]


async def candidates(
    tx: Tx, scope: Scope, location_id: UUID, criteria: Criteria
) -> tuple[list[Candidate], int]:
    """Tasks of a location that are ready and on no list, those placed first on top; and how many are not ready.

    A task whose buyer has yet to give their word is neither: it is nobody's work yet.
    """
    rows = await tx.all(
        """
        SELECT task.id AS task_id, task.order_id, sales_order.number, task.state,
               sales_order.shipping_service AS service, sales_order.placed_at, work.units
        FROM task
        JOIN sales_order ON sales_order.shop_id = task.shop_id AND sales_order.id = task.order_id
        CROSS JOIN LATERAL (
            SELECT sum(task_line.quantity)::int AS units FROM task_line
            WHERE task_line.shop_id = task.shop_id AND task_line.task_id = task.id) AS work
        WHERE task.shop_id = %(shop)s AND task.location_id = %(location)s AND task.state IN ('planned', 'released')
          AND sales_order.cleared
          AND (%(locations)s::uuid[] IS NULL OR task.location_id = ANY(%(locations)s::uuid[]))
          AND (%(channels)s::uuid[] IS NULL OR sales_order.channel_id = ANY(%(channels)s::uuid[]))
          AND (%(services)s::text[] IS NULL OR sales_order.shipping_service = ANY(%(services)s::text[]))
          AND (%(before)s::timestamptz IS NULL OR sales_order.placed_at < %(before)s::timestamptz)
          AND (%(single)s::boolean IS NULL OR (work.units = 1) = %(single)s::boolean)
          AND (%(only)s::uuid[] IS NULL OR task.id = ANY(%(only)s::uuid[]))
          AND NOT EXISTS (SELECT FROM pick_list_task
                          WHERE pick_list_task.shop_id = task.shop_id AND pick_list_task.task_id = task.id
                            AND pick_list_task.live)
        ORDER BY sales_order.placed_at, task.id
        LIMIT %(limit)s
        """,
        {
            "shop": tx.shop_id,
            "location": location_id,
            "services": list(criteria.services) or None,
            "before": criteria.before,
            "single": criteria.single,
            "only": None if criteria.only is None else list(criteria.only),
            "limit": MOST_LOOKED_AT,
        }
        | scope.bounds(),
    )
    ready = await readiness(tx, {row.order_id for row in rows})
    able = [row for row in rows if not obstacles(ready[row.order_id])]
    chosen = able[: criteria.most]
    wanted = await _wanted(tx, location_id, [row.task_id for row in chosen])
    found = [Candidate(**row._asdict(), wanted=wanted.get(row.task_id, ())) for row in chosen]
    return found, len(rows) - len(able)


async def _wanted(
    tx: Tx, location_id: UUID, tasks: Collection[UUID]
) -> dict[UUID, list[tuple[StockKey, int]]]:
    rows = await tx.all(
        """
        SELECT task_id, sku_id, owner_id, lot_id, sum(quantity - picked)::int AS units
        FROM task_line
        WHERE shop_id = %(shop)s AND task_id = ANY(%(tasks)s) AND quantity > picked
        GROUP BY task_id, sku_id, owner_id, lot_id
        ORDER BY task_id, sku_id, owner_id, lot_id
        """,
        {"shop": tx.shop_id, "tasks": list(tasks)},
    )
    found: dict[UUID, list[tuple[StockKey, int]]] = defaultdict(list)
    for row in rows:
        found[row.task_id].append((StockKey(row.sku_id, location_id, row.owner_id, row.lot_id), row.units))
    return found


@dataclass(frozen=True, slots=True)
class Floor:
    """How a location's bins stand: how deep its aisles are, and the zone of each bin."""

    depth_cm: int
    zones: Mapping[UUID, str]


async def floor_of(tx: Tx, location_id: UUID) -> Floor:
    """A location without bins is a floor of no depth: every walk on it is as long as any other."""
    rows = await tx.all(
        "SELECT id, zone, y_cm FROM bin WHERE shop_id = %(shop)s AND location_id = %(location)s",
        {"shop": tx.shop_id, "location": location_id},
    )
    depth = max((row.y_cm for row in rows), default=None)
    return Floor(0 if depth is None else depth + END_CM, {row.id: row.zone for row in rows})


@dataclass(frozen=True, slots=True)
class StopFor:
    """Units of a stop that are for one line of one task.

    Attributes:
        slot: Of the trolley.
    """

    task_id: UUID
    line_no: int
    number: int
    slot: int
    units: int


@dataclass(frozen=True, slots=True)
class Stop:
    """Units of a stock row that are taken at one place, for every order of the list.

    Attributes:
        bin_id: None is that they lie on the floor, or that the location has no bins.
        image: The first picture of the product, "" where it has none.
    """

    bin_id: UUID | None
    bin: str
    zone: str
    sku_id: UUID
    owner_id: UUID
    lot_id: UUID
    sku: str
    title: str
    gtin: str | None
    image: str
    lot: str | None
    expires_on: date | None
    takes: Sequence[StopFor]

    @property
    def units(self) -> int:
        return sum(one.units for one in self.takes)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is left to walk for a list, in the order it is walked.

    Attributes:
        units, picked: Of its tasks; for a list of one zone of the whole tasks.
        waiting: (order number, slot) of orders that cannot be picked now: something is short.
    """

    stops: Sequence[Stop]
    units: int
    picked: int
    waiting: Sequence[tuple[int, int]]


async def list_sheet(tx: Tx, list_id: UUID, location_id: UUID, zone: str) -> Sheet:
    """The stops of a list, along the shortest walk; what lies in no bin comes last."""
    slots = await slots_of(tx, list_id)
    rows = await tx.all(
        """
        SELECT task_line.task_id, task.state, sales_order.number, task_line.line_no, task_line.sku_id, task_line.owner_id,
               task_line.lot_id, task_line.quantity, task_line.picked, sku.code AS sku,
               CASE WHEN sku.name = '' THEN product.name ELSE product.name || ' – ' || sku.name END AS title,
               sku.gtin, coalesce(product.images -> 0 ->> 'file', '') AS image, lot.code AS lot, lot.expires_on
        FROM task
        JOIN sales_order ON sales_order.shop_id = task.shop_id AND sales_order.id = task.order_id
        JOIN task_line ON task_line.shop_id = task.shop_id AND task_line.task_id = task.id
        JOIN sku ON sku.shop_id = task_line.shop_id AND sku.id = task_line.sku_id
        JOIN product ON product.shop_id = sku.shop_id AND product.id = sku.product_id
        LEFT JOIN lot ON lot.shop_id = task_line.shop_id AND lot.id = task_line.lot_id
        WHERE task.shop_id = %(shop)s AND task.id = ANY(%(tasks)s) AND task.state <> 'cancelled'
        ORDER BY task_line.task_id, task_line.line_no, task_line.sku_id, task_line.owner_id, task_line.lot_id
        """,
        {"shop": tx.shop_id, "tasks": list(slots)},
    )
    todo = [row for row in rows if row.state == "picking" and row.quantity > row.picked]
    floor = await floor_of(tx, location_id)
    places, _ = await where_to_take(
        tx, {turn: (_key(row, location_id), row.quantity - row.picked) for turn, row in enumerate(todo)}
    )
    walked = await zones_walked(tx, slots) if zone else {}
    stops: dict[tuple[Any, ...], tuple[Spot | None, Stop]] = {}
    for turn, row in enumerate(todo):
        for bin_, units in _at_bins(places[turn], row.quantity - row.picked):
            own = floor.zones.get(bin_.bin_id, "") if bin_ else ""
            if zone and not _is_walked_here(zone, own, walked.get(row.task_id, [])):
                continue
            take = StopFor(row.task_id, row.line_no, row.number, slots[row.task_id], units)
            _add(stops, bin_, own, row, take)
    return Sheet(
        stops=_in_order(list(stops.values()), floor.depth_cm),
        units=sum(row.quantity for row in rows),
        picked=sum(row.picked for row in rows),
        waiting=sorted({(row.number, slots[row.task_id]) for row in rows if row.state == "short"}),
    )


def _key(row: Any, location_id: UUID) -> StockKey:
    return StockKey(row.sku_id, location_id, row.owner_id, row.lot_id)


def _at_bins(found: Sequence[tuple[Binned, int]], wanted: int) -> list[tuple[Binned | None, int]]:
    """Bins and units; what is in none comes with None."""
    rest = wanted - sum(units for _, units in found)
    return [*found, *([(None, rest)] if rest else [])]


def _is_walked_here(zone: str, own: str, walked: Sequence[str]) -> bool:
    """In its own zone; where nobody walks that for the task, with the first of its lists."""
    return own == zone if own in walked else zone == next(iter(walked), zone)


def _add(
    stops: dict[tuple[Any, ...], tuple[Spot | None, Stop]],
    bin_: Binned | None,
    zone: str,
    row: Any,
    take: StopFor,
) -> None:
    key = (bin_.bin_id if bin_ else None, row.sku_id, row.owner_id, row.lot_id)
    if key in stops:
        spot, stop = stops[key]
        stops[key] = spot, replace(stop, takes=[*stop.takes, take])
        return
    stops[key] = (
        (bin_.x_cm, bin_.y_cm) if bin_ else None,
        Stop(
            bin_.bin_id if bin_ else None,
            bin_.code if bin_ else "",
            zone,
            row.sku_id,
            row.owner_id,
            row.lot_id,
            row.sku,
            row.title,
            row.gtin,
            row.image,
            row.lot,
            row.expires_on,
            [take],
        ),
    )


def _in_order(stops: Sequence[tuple[Spot | None, Stop]], depth_cm: int) -> list[Stop]:
    placed = [(spot, stop) for spot, stop in stops if spot is not None]
    way = shortest([spot for spot, _ in placed], depth_cm=depth_cm).order
    return [placed[turn][1] for turn in way] + [stop for spot, stop in stops if spot is None]


@dataclass(frozen=True, slots=True)
class ListRow:
    """A list as pickers and their lead see it.

    Attributes:
        picker: The name of who has it, or had it last; None is nobody.
        mine: The one who looks has it.
        orders, units, picked: Of the tasks on it that were not cancelled.
    """

    id: UUID
    wave_id: UUID
    no: int
    zone: str
    state: str
    picker: str | None
    mine: bool
    place: str
    method: str
    courier: str
    cutoff_at: datetime | None
    walk_cm: int
    moved_at: datetime
    orders: int
    units: int
    picked: int


async def list_rows(
    tx: Tx,
    scope: Scope,
    *,
    states: Collection[str] | None = None,
    wave_id: UUID | None = None,
    only: UUID | None = None,
    limit: int = 200,
) -> list[ListRow]:
    """Lists by what they have to be ready for, then the oldest first."""
    rows = await tx.all(
        """
        SELECT pick_list.id, pick_list.wave_id, pick_list.no, pick_list.zone, pick_list.state, staff.name AS picker,
               pick_list.picker IS NOT DISTINCT FROM %(actor)s AS mine, location.name AS place, wave.method, wave.courier,
               wave.cutoff_at, pick_list.walk_cm, pick_list.moved_at, work.orders, work.units, work.picked
        FROM pick_list
        JOIN wave ON wave.shop_id = pick_list.shop_id AND wave.id = pick_list.wave_id
        JOIN location ON location.shop_id = pick_list.shop_id AND location.id = pick_list.location_id
        LEFT JOIN staff ON staff.shop_id = pick_list.shop_id AND 'staff:' || staff.id::text = pick_list.picker
        CROSS JOIN LATERAL (
            SELECT count(DISTINCT task.id)::int AS orders, coalesce(sum(task_line.quantity), 0)::int AS units,
                   coalesce(sum(task_line.picked), 0)::int AS picked
            FROM pick_list_task
            JOIN task ON task.shop_id = pick_list_task.shop_id AND task.id = pick_list_task.task_id
            JOIN task_line ON task_line.shop_id = task.shop_id AND task_line.task_id = task.id
            WHERE pick_list_task.shop_id = pick_list.shop_id AND pick_list_task.list_id = pick_list.id
              AND task.state <> 'cancelled') AS work
        WHERE pick_list.shop_id = %(shop)s
          AND (%(locations)s::uuid[] IS NULL OR pick_list.location_id = ANY(%(locations)s::uuid[]))
          AND (%(states)s::text[] IS NULL OR pick_list.state = ANY(%(states)s::text[]))
          AND (%(wave)s::uuid IS NULL OR pick_list.wave_id = %(wave)s::uuid)
          AND (%(only)s::uuid IS NULL OR pick_list.id = %(only)s::uuid)
        ORDER BY wave.cutoff_at NULLS LAST, wave.released_at, pick_list.wave_id, pick_list.no
        LIMIT %(limit)s
        """,
        {
            "shop": tx.shop_id,
            "actor": tx.actor,
            "locations": scope.bounds()["locations"],
            "states": None if states is None else list(states),
            "wave": wave_id,
            "only": only,
            "limit": limit,
        },
    )
    return [ListRow(*row) for row in rows]


async def names_of(tx: Tx, actors: Collection[str]) -> dict[str, str]:
    """What people are called, by who they are in the trail; programs have no name."""
    rows = await tx.all(
        """
        SELECT 'staff:' || id::text AS actor, name FROM staff
        WHERE shop_id = %(shop)s AND 'staff:' || id::text = ANY(%(actors)s)
        """,
        {"shop": tx.shop_id, "actors": list(actors)},
    )
    return {row.actor: row.name for row in rows}

"""How far parcels of an order are, for whoever waits for them: from where to where, what was heard, and where our van is.

Nothing here names a street or a person: places are villages' codes, the van is where its driver's phone was last.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from orderan.fleet import areas, positions, run_of, stops_ahead
from orderan.fleet import depots as fleet_depots
from orderan.kit.db import Tx
from orderan.routes import Point
from orderan.shipping import ParcelStep, steps_of

MOST_MOVES: Final = 200


@dataclass(frozen=True, slots=True)
class Moved:
    """A parcel came into a state, as we saw it."""

    at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class OnVan:
    """A parcel that our van has with it.

    Attributes:
        depot: Where it left from; None where that is not known.
        door: The middle of the region it goes to, never the door itself; None where nobody said where that is.
        van, seen_at: Where the van was last, and when; None where its phone told nothing.
        before: Stops that are made before this one.
    """

    arrives_at: datetime
    depot: Point | None
    door: Point | None
    van: Point | None
    seen_at: datetime | None
    before: int


@dataclass(frozen=True, slots=True)
class ParcelRoad:
    """How far a parcel is; origin and destination are codes of villages, empty where unknown."""

    parcel_id: UUID
    origin: str
    destination: str
    steps: tuple[ParcelStep, ...]
    moves: tuple[Moved, ...]
    on_van: OnVan | None


async def parcel_roads(tx: Tx, order_id: UUID) -> dict[UUID, ParcelRoad]:
    """Of each parcel of an order."""
    rows = await tx.all(
        """
        SELECT parcel.id, coalesce(location.village_code, '') AS origin, coalesce(address.village_code, '') AS destination
        FROM parcel
        JOIN task ON task.shop_id = parcel.shop_id AND task.id = parcel.task_id
        JOIN location ON location.shop_id = task.shop_id AND location.id = task.location_id
        JOIN sales_order ON sales_order.shop_id = parcel.shop_id AND sales_order.id = parcel.order_id
        LEFT JOIN customer_address AS address ON address.shop_id = sales_order.shop_id
             AND address.id = sales_order.address_id
        WHERE parcel.shop_id = %(shop)s AND parcel.order_id = %(order)s
        ORDER BY parcel.id
        """,
        {"shop": tx.shop_id, "order": order_id},
    )
    ids = [row.id for row in rows]
    steps: dict[UUID, list[ParcelStep]] = {one: [] for one in ids}
    for step in await steps_of(tx, ids):
        steps[step.parcel_id].append(step)
    moves = await _moves(tx, order_id)
    vans = await _vans(tx, {row.id: row.destination for row in rows})
    return {
        row.id: ParcelRoad(
            row.id,
            row.origin,
            row.destination,
            tuple(steps[row.id]),
            tuple(moves.get(row.id, ())),
            vans.get(row.id),
        )
        for row in rows
    }


async def _moves(tx: Tx, order_id: UUID) -> dict[UUID, list[Moved]]:
    rows = await tx.all(
        """
        SELECT (payload ->> 'parcel_id')::uuid AS parcel_id, occurred_at,
               CASE WHEN kind = 'shipping.parcel_shipped.v1' THEN 'picked_up' ELSE payload ->> 'state' END AS state
        FROM event
        WHERE shop_id = %(shop)s AND entity_id = %(order)s
          AND kind IN ('shipping.parcel_shipped.v1', 'shipping.parcel_moved.v1')
        ORDER BY seq DESC
        LIMIT %(most)s
        """,
        {"shop": tx.shop_id, "order": order_id, "most": MOST_MOVES},
    )
    found: dict[UUID, list[Moved]] = {}
    for row in reversed(rows):
        found.setdefault(row.parcel_id, []).append(Moved(row.occurred_at, row.state))
    return found


async def _vans(tx: Tx, destinations: dict[UUID, str]) -> dict[UUID, OnVan]:
    """Parcels that are on a run under way."""
    ahead = await stops_ahead(tx, list(destinations))
    if not ahead:
        return {}
    known, middles = await fleet_depots(tx), await areas(tx)
    found = {}
    for stop in ahead:
        run = await run_of(tx, stop.run_id)
        if run is None or run.state != "out":
            continue
        seen = (await positions(tx, [run.van_id])).get(run.van_id)
        depot = known.get(run.location_id)
        found[stop.parcel_id] = OnVan(
            stop.arrives_at,
            depot.point if depot else None,
            _middle(destinations[stop.parcel_id], middles),
            seen.point if seen else None,
            seen.seen_at if seen else None,
            await _before(tx, stop.run_id, stop.turn),
        )
    return found


async def _before(tx: Tx, run_id: UUID, turn: int) -> int:
    count: int = await tx.value(
        """
        SELECT count(*)::int FROM fleet_stop
        WHERE shop_id = %(shop)s AND run_id = %(run)s AND turn < %(turn)s AND state IN ('planned', 'next')
        """,
        {"shop": tx.shop_id, "run": run_id, "turn": turn},
    )
    return count


def _middle(village: str, middles: Mapping[str, Point]) -> Point | None:
    """Of the smallest region around a village whose middle is known."""
    while village:
        if village in middles:
            return middles[village]
        village = village.rpartition(".")[0]
    return None

"""What there is to plan: what waits, the vans and drivers that are free, and where the doors are. Nothing is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from orderan.fleet import (
    AHEAD,
    STALE,
    Depot,
    DepotMissing,
    Driver,
    NobodyDrives,
    NothingWaits,
    Run,
    RunState,
    StopState,
    Van,
    Waiting,
    areas,
    depots,
    drivers_of,
    nearest_area,
    positions,
    run_of,
    runs_of_day,
    shift_of,
    stops_of,
    urgency_of,
    vans_of,
    wishes,
)
from orderan.flows.collect_cod import cash_at_doors
from orderan.flows.views_fleet import Carried, carried, carried_from, door_points
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import to_text
from orderan.routes import Point, Roads, pace
from orderan.shipping import parcels_of_orders

LIGHT_G: Final = 500
"""What a parcel that nobody weighed counts as."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What is to be solved.

    Attributes:
        instead_of: Version of each run that would be replaced.
        start: Where the van of a run that is out is.
        kept, cash_minor: What failed and is in that van, and the cash it has.
    """

    depot: Depot
    day: date
    vans: Sequence[Van]
    drivers: Sequence[Driver]
    waiting: Sequence[Waiting]
    instead_of: Mapping[UUID, int]
    start: Point | None = None
    kept: Sequence[Waiting] = ()
    cash_minor: int = 0


async def read_ground(tx: Tx, keyring: Keyring, location_id: UUID, *, now: datetime) -> Ground:
    """What waits at a location, with the vans and drivers that are not out."""
    depot = (await depots(tx)).get(location_id)
    if depot is None:
        raise DepotMissing(to_text("loc", location_id))
    day = now.astimezone(ZoneInfo(depot.zone)).date()
    runs = await runs_of_day(tx, location_id, day)
    planned = {run.id: run.version for run in runs if run.state is RunState.PLANNED}
    out = [run for run in runs if run.state is RunState.OUT]
    rows = [
        row
        for row in await carried_from(tx, location_id)
        if not row.in_van
        and (row.held_by is None or row.held_by in planned)
        and (row.deliver_on is None or row.deliver_on <= day)
    ]
    return Ground(
        depot=depot,
        day=day,
        vans=[
            van
            for van in await vans_of(tx, location_id)
            if van.active and van.id not in {run.van_id for run in out}
        ],
        drivers=[
            named.driver
            for named in await drivers_of(tx, location_id)
            if named.driver.active and named.driver.staff_id not in {run.driver_id for run in out}
        ],
        waiting=await _waiting(tx, keyring, rows, depot, day),
        instead_of=planned,
    )


async def read_rest(tx: Tx, keyring: Keyring, run_id: UUID, *, now: datetime) -> tuple[Run, Ground]:
    """What a run has ahead, from where its van is.

    Raises:
        NothingWaits: There is no such run, or it is over.
        NobodyDrives: Its driver drives no more.
    """
    run = await run_of(tx, run_id)
    if run is None or run.state not in {RunState.PLANNED, RunState.OUT}:
        raise NothingWaits
    depot = (await depots(tx))[run.location_id]
    stops = await stops_of(tx, [run_id])
    rows = await carried(tx, {stop.parcel_id for stop in stops})
    waiting = await _waiting(tx, keyring, list(rows.values()), depot, run.day)
    by_parcel = {parcel.parcel_id: parcel for parcel in waiting}
    ahead = [by_parcel[stop.parcel_id] for stop in stops if stop.state in AHEAD]
    failed = [by_parcel[stop.parcel_id] for stop in stops if stop.state is StopState.FAILED]
    van = next(van for van in await vans_of(tx, run.location_id) if van.id == run.van_id)
    driver = next(
        (
            named.driver
            for named in await drivers_of(tx, run.location_id)
            if named.driver.staff_id == run.driver_id
        ),
        None,
    )
    if driver is None:
        raise NobodyDrives(1, 0)
    seen = (await positions(tx, [van.id])).get(van.id)
    made = [stop for stop in stops if stop.state not in AHEAD]
    last = max(made, key=lambda stop: (stop.moved_at, stop.turn), default=None)
    start = by_parcel[last.parcel_id].point if last is not None else None
    if seen is not None and now - seen.seen_at <= STALE:
        start = seen.point
    return run, Ground(
        depot,
        run.day,
        [van],
        [driver],
        ahead,
        {run.id: run.version},
        start,
        failed,
        sum(stop.collected_minor for stop in stops),
    )


async def _waiting(
    tx: Tx, keyring: Keyring, rows: Sequence[Carried], depot: Depot, day: date
) -> list[Waiting]:
    zone = ZoneInfo(depot.zone)
    points = await door_points(tx, keyring, rows)
    middles = await areas(tx)
    hours = await wishes(tx, [row.parcel_id for row in rows])
    parcels = {parcel.id: parcel for parcel in await parcels_of_orders(tx, {row.order_id for row in rows})}
    cash = await cash_at_doors(tx, [parcels[row.parcel_id] for row in rows])
    return [
        Waiting(
            parcel_id=row.parcel_id,
            order_id=row.order_id,
            point=points.get(row.parcel_id) or nearest_area(middles, row.village_code),
            pinned=row.parcel_id in points,
            weight_g=row.weight_g or LIGHT_G,
            cash_minor=cash[row.parcel_id],
            opens=hours[row.parcel_id][0] if row.parcel_id in hours else None,
            closes=hours[row.parcel_id][1] if row.parcel_id in hours else None,
            urgency=urgency_of(
                shipped_on=row.shipped_at.astimezone(zone).date(),
                deliver_on=row.deliver_on,
                tried=row.tried,
                day=day,
            ),
        )
        for row in rows
    ]


def slower_by(
    ground: Ground, crews: Sequence[tuple[Van, Driver]], weather: str, roads: Roads, *, now: datetime
) -> float:
    """How much slower than usual driving is, of the hours these drivers have before them."""
    zone = ZoneInfo(ground.depot.zone)
    shifts = [
        shift
        for _, driver in crews
        if (shift := shift_of(ground.depot, driver, ground.day, now=now)) is not None
    ]
    here = now.astimezone(zone)
    begins = min((shift[0] for shift in shifts), default=here).astimezone(zone)
    ends = max((shift[1] for shift in shifts), default=here).astimezone(zone)
    return pace(roads, begins, ends, weather)

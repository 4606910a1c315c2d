"""Reading of the own fleet."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from orderan.fleet.models import Depot, Driver, Position, Run, RunStop, Van
from orderan.fleet.store import RUN_COLUMNS, STOP_COLUMNS, as_depot, as_run, as_stop
from orderan.kit.db import Tx
from orderan.routes import Point


async def depots(tx: Tx) -> dict[UUID, Depot]:
    """Locations that have vans, by id."""
    rows = await tx.all(
        """
        SELECT fleet_depot.location_id, fleet_depot.latitude, fleet_depot.longitude, fleet_depot.opens,
               fleet_depot.closes, fleet_depot.service_s, location.time_zone
        FROM fleet_depot
        JOIN location ON location.shop_id = fleet_depot.shop_id AND location.id = fleet_depot.location_id
        WHERE fleet_depot.shop_id = %(shop)s
        """,
        {"shop": tx.shop_id},
    )
    return {row.location_id: as_depot(row) for row in rows}


async def vans_of(tx: Tx, location_id: UUID) -> list[Van]:
    """Vans of a location, also those out of use, by name."""
    rows = await tx.all(
        """
        SELECT id, location_id, name, capacity_g, capacity_parcels, cash_limit_minor, fixed_minor,
               per_km_minor, per_hour_minor, active
        FROM fleet_van
        WHERE shop_id = %(shop)s AND location_id = %(location)s
        ORDER BY name
        """,
        {"shop": tx.shop_id, "location": location_id},
    )
    return [Van(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Named:
    """A driver with the name of their account."""

    driver: Driver
    name: str


async def drivers_of(tx: Tx, location_id: UUID) -> list[Named]:
    """Drivers of a location whose accounts are active, by name."""
    rows = await tx.all(
        """
        SELECT fleet_driver.staff_id, fleet_driver.location_id, fleet_driver.begins, fleet_driver.ends,
               fleet_driver.active, staff.name
        FROM fleet_driver
        JOIN staff ON staff.shop_id = fleet_driver.shop_id AND staff.id = fleet_driver.staff_id
             AND staff.state = 'active'
        WHERE fleet_driver.shop_id = %(shop)s AND fleet_driver.location_id = %(location)s
        ORDER BY lower(staff.name), staff.id
        """,
        {"shop": tx.shop_id, "location": location_id},
    )
    return [Named(Driver(*row[:5]), row.name) for row in rows]


async def areas(tx: Tx) -> dict[str, Point]:
    """Points of regions, by code."""
    rows = await tx.all(
        "SELECT area_code, latitude, longitude FROM fleet_area WHERE shop_id = %(shop)s", {"shop": tx.shop_id}
    )
    return {row.area_code: Point(row.latitude, row.longitude) for row in rows}


async def doors(tx: Tx, addresses: Collection[UUID]) -> dict[UUID, tuple[UUID, bytes]]:
    """Doors of addresses as they are sealed: (whose key, the point), by address."""
    rows = await tx.all(
        """
        SELECT address_id, customer_id, point_enc FROM fleet_door
        WHERE shop_id = %(shop)s AND address_id = ANY(%(ids)s)
        """,
        {"shop": tx.shop_id, "ids": list(addresses)},
    )
    return {row.address_id: (row.customer_id, bytes(row.point_enc)) for row in rows}


async def wishes(tx: Tx, parcels: Collection[UUID]) -> dict[UUID, tuple[time, time]]:
    """The hours somebody is home for parcels that have any."""
    rows = await tx.all(
        "SELECT parcel_id, opens, closes FROM fleet_wish WHERE shop_id = %(shop)s AND parcel_id = ANY(%(ids)s)",
        {"shop": tx.shop_id, "ids": list(parcels)},
    )
    return {row.parcel_id: (row.opens, row.closes) for row in rows}


async def runs_of_day(tx: Tx, location_id: UUID, day: date) -> list[Run]:
    """Runs of a day that were not cancelled, and those of days before that are not closed; by when they leave."""
    rows = await tx.all(
        f"""
        SELECT {RUN_COLUMNS} FROM fleet_run
        WHERE shop_id = %(shop)s AND location_id = %(location)s AND state <> 'cancelled'
          AND (day = %(day)s OR (day < %(day)s AND state <> 'closed'))
        ORDER BY leaves_at, id
        """,
        {"shop": tx.shop_id, "location": location_id, "day": day},
    )
    return [as_run(row) for row in rows]


async def run_of(tx: Tx, run_id: UUID) -> Run | None:
    """A run, without a lock."""
    row = await tx.maybe(
        f"SELECT {RUN_COLUMNS} FROM fleet_run WHERE shop_id = %(shop)s AND id = %(id)s",
        {"shop": tx.shop_id, "id": run_id},
    )
    return None if row is None else as_run(row)


async def run_of_driver(tx: Tx, staff_id: UUID) -> Run | None:
    """What a driver is to do: the run they are on, or else the next that is planned for them, or not closed yet."""
    row = await tx.maybe(
        f"""
        SELECT {RUN_COLUMNS} FROM fleet_run
        WHERE shop_id = %(shop)s AND driver_id = %(staff)s AND state IN ('planned', 'out', 'back')
        ORDER BY array_position(ARRAY['out', 'planned', 'back'], state), day, leaves_at
        LIMIT 1
        """,
        {"shop": tx.shop_id, "staff": staff_id},
    )
    return None if row is None else as_run(row)


async def stops_of(tx: Tx, runs: Collection[UUID]) -> list[RunStop]:
    """Stops of runs in their turn, those that were taken off left out."""
    rows = await tx.all(
        f"""
        SELECT {STOP_COLUMNS} FROM fleet_stop
        WHERE shop_id = %(shop)s AND run_id = ANY(%(runs)s) AND state <> 'skipped'
        ORDER BY run_id, turn, id
        """,
        {"shop": tx.shop_id, "runs": list(runs)},
    )
    return [as_stop(row) for row in rows]


async def stop_of(tx: Tx, stop_id: UUID) -> RunStop | None:
    """A stop, without a lock."""
    row = await tx.maybe(
        f"SELECT {STOP_COLUMNS} FROM fleet_stop WHERE shop_id = %(shop)s AND id = %(id)s",
        {"shop": tx.shop_id, "id": stop_id},
    )
    return None if row is None else as_stop(row)


async def stops_ahead(tx: Tx, parcels: Collection[UUID]) -> list[RunStop]:
    """Stops of these parcels that were not made yet."""
    rows = await tx.all(
        f"""
        SELECT {STOP_COLUMNS} FROM fleet_stop
        WHERE shop_id = %(shop)s AND parcel_id = ANY(%(parcels)s) AND state IN ('planned', 'next')
        ORDER BY id
        """,
        {"shop": tx.shop_id, "parcels": list(parcels)},
    )
    return [as_stop(row) for row in rows]


@dataclass(frozen=True, slots=True)
class Proof:
    """Proof of a delivery as it is sealed under its buyer's key."""

    received_by: bytes | None
    photo: bytes | None


async def proof_of(tx: Tx, stop_id: UUID) -> Proof | None:
    """Who took a parcel, and its picture."""
    row = await tx.maybe(
        "SELECT received_by_enc, photo_enc FROM fleet_stop WHERE shop_id = %(shop)s AND id = %(id)s",
        {"shop": tx.shop_id, "id": stop_id},
    )
    if row is None:
        return None
    return Proof(
        None if row.received_by_enc is None else bytes(row.received_by_enc),
        None if row.photo_enc is None else bytes(row.photo_enc),
    )


async def runs_waiting(tx: Tx, befores: Mapping[str, datetime]) -> list[Any]:
    """Runs that stand in a state since before its moment: id, state, since, van, day."""
    return await tx.all(
        """
        SELECT fleet_run.id, fleet_run.state, fleet_run.moved_at AS since, fleet_van.name AS van,
               fleet_run.day::text AS day
        FROM fleet_run
        JOIN fleet_van ON fleet_van.shop_id = fleet_run.shop_id AND fleet_van.id = fleet_run.van_id
        JOIN unnest(%(states)s::text[], %(befores)s::timestamptz[]) AS bound (state, before)
             ON bound.state = fleet_run.state AND fleet_run.moved_at < bound.before
        WHERE fleet_run.shop_id = %(shop)s AND fleet_run.state IN ('planned', 'out', 'back')
        ORDER BY fleet_run.moved_at, fleet_run.id
        """,
        {"shop": tx.shop_id, "states": list(befores), "befores": list(befores.values())},
    )


async def positions(tx: Tx, vans: Collection[UUID]) -> dict[UUID, Position]:
    """Where vans were seen last, by van."""
    rows = await tx.all(
        """
        SELECT van_id, latitude, longitude, seen_at FROM fleet_position
        WHERE shop_id = %(shop)s AND van_id = ANY(%(vans)s)
        """,
        {"shop": tx.shop_id, "vans": list(vans)},
    )
    return {row.van_id: Position(row.van_id, Point(row.latitude, row.longitude), row.seen_at) for row in rows}

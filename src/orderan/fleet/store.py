"""Writing of the own fleet."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time
from typing import Any, Final, LiteralString
from uuid import UUID

from orderan.fleet.models import Depot, Driver, Run, RunStop, Van
from orderan.fleet.states import RunState, StopState
from orderan.kit.db import Tx
from orderan.routes import Point

RUN_COLUMNS: Final[
    LiteralString
] = """id, location_id, day, van_id, driver_id, state, weather, metres, leaves_at,
    returns_at, planned_at, solved_at, moved_at, left_at, version"""
STOP_COLUMNS: Final[LiteralString] = """id, run_id, order_id, parcel_id, turn, state, arrives_at, opens_at,
    closes_at, cash_minor, moved_at, reason, pinned, collected_minor, photo_enc IS NOT NULL AS has_photo"""


def as_run(row: Any) -> Run:
    """A row of the run table."""
    columns = row._asdict()
    return Run(**columns | {"state": RunState(columns["state"])})


def as_stop(row: Any) -> RunStop:
    """A row of the stop table."""
    columns = row._asdict()
    return RunStop(**columns | {"state": StopState(columns["state"])})


async def put_depot(
    tx: Tx, location_id: UUID, point: Point, opens: time, closes: time, service_s: int
) -> None:
    await tx.run(
        """
        INSERT INTO fleet_depot (shop_id, location_id, latitude, longitude, opens, closes, service_s)
        VALUES (%(shop)s, %(location)s, %(latitude)s, %(longitude)s, %(opens)s, %(closes)s, %(service)s)
        ON CONFLICT (shop_id, location_id) DO UPDATE
        SET latitude = excluded.latitude, longitude = excluded.longitude, opens = excluded.opens,
            closes = excluded.closes, service_s = excluded.service_s
        """,
        {
            "shop": tx.shop_id,
            "location": location_id,
            "latitude": point.latitude,
            "longitude": point.longitude,
            "opens": opens,
            "closes": closes,
            "service": service_s,
        },
    )


async def lock_depot(tx: Tx, location_id: UUID) -> Depot | None:
    """The depot of a location, locked: whoever plans or drives there waits for who does already."""
    row = await tx.maybe(
        """
        SELECT fleet_depot.location_id, fleet_depot.latitude, fleet_depot.longitude, fleet_depot.opens,
               fleet_depot.closes, fleet_depot.service_s, location.time_zone
        FROM fleet_depot
        JOIN location ON location.shop_id = fleet_depot.shop_id AND location.id = fleet_depot.location_id
        WHERE fleet_depot.shop_id = %(shop)s AND fleet_depot.location_id = %(location)s
        FOR NO KEY UPDATE OF fleet_depot
        """,
        {"shop": tx.shop_id, "location": location_id},
    )
    return None if row is None else as_depot(row)


def as_depot(row: Any) -> Depot:
    """A row of the depot table with the zone of its location."""
    return Depot(
        row.location_id,
        Point(row.latitude, row.longitude),
        row.opens,
        row.closes,
        row.service_s,
        row.time_zone,
    )


async def put_van(tx: Tx, van: Van, *, now: datetime) -> bool:
    """Write a van; False where another of its location has its name."""
    row = await tx.maybe(
        """
        SELECT 1 FROM fleet_van
        WHERE shop_id = %(shop)s AND location_id = %(location)s AND name = %(name)s AND id <> %(id)s
        """,
        {"shop": tx.shop_id, "location": van.location_id, "name": van.name, "id": van.id},
    )
    if row is not None:
        return False
    await tx.run(
        """
        INSERT INTO fleet_van (shop_id, id, location_id, name, capacity_g, capacity_parcels,
                               cash_limit_minor, fixed_minor, per_km_minor, per_hour_minor, active, created_at)
        VALUES (%(shop)s, %(id)s, %(location)s, %(name)s, %(grams)s, %(parcels)s, %(cash)s, %(fixed)s,
                %(km)s, %(hour)s, %(active)s, %(now)s)
        ON CONFLICT (shop_id, id) DO UPDATE
        SET name = excluded.name, capacity_g = excluded.capacity_g, capacity_parcels = excluded.capacity_parcels, cash_limit_minor = excluded.cash_limit_minor,
            fixed_minor = excluded.fixed_minor, per_km_minor = excluded.per_km_minor,
            per_hour_minor = excluded.per_hour_minor, active = excluded.active
        """,
        {
            "shop": tx.shop_id,
            "id": van.id,
            "location": van.location_id,
            "name": van.name,
            "grams": van.capacity_g,
            "parcels": van.capacity_parcels,
            "cash": van.cash_limit_minor,
            "fixed": van.fixed_minor,
            "km": van.per_km_minor,
            "hour": van.per_hour_minor,
            "active": van.active,
            "now": now,
        },
    )
    return True


async def put_driver(tx: Tx, driver: Driver) -> bool:
    """Write a driver; False where it is no active account, or one that is on a run of another location."""
    written = await tx.run(
        """
        INSERT INTO fleet_driver (shop_id, staff_id, location_id, begins, ends, active)
        SELECT staff.shop_id, staff.id, %(location)s, %(begins)s, %(ends)s, %(active)s
        FROM staff
        WHERE staff.shop_id = %(shop)s AND staff.id = %(staff)s AND staff.state = 'active'
          AND NOT EXISTS (SELECT FROM fleet_run
                          WHERE fleet_run.shop_id = %(shop)s AND fleet_run.driver_id = %(staff)s
                            AND fleet_run.state IN ('planned', 'out') AND fleet_run.location_id <> %(location)s)
        ON CONFLICT (shop_id, staff_id) DO UPDATE
        SET location_id = excluded.location_id, begins = excluded.begins, ends = excluded.ends,
            active = excluded.active
        """,
        {
            "shop": tx.shop_id,
            "staff": driver.staff_id,
            "location": driver.location_id,
            "begins": driver.begins,
            "ends": driver.ends,
            "active": driver.active,
        },
    )
    return written == 1


async def put_area(tx: Tx, area_code: str, point: Point, *, now: datetime) -> None:
    await tx.run(
        """
        INSERT INTO fleet_area (shop_id, area_code, latitude, longitude, set_by, set_at)
        VALUES (%(shop)s, %(area)s, %(latitude)s, %(longitude)s, %(actor)s, %(now)s)
        ON CONFLICT (shop_id, area_code) DO UPDATE
        SET latitude = excluded.latitude, longitude = excluded.longitude, set_by = excluded.set_by,
            set_at = excluded.set_at
        """,
        {
            "shop": tx.shop_id,
            "area": area_code,
            "latitude": point.latitude,
            "longitude": point.longitude,
            "actor": tx.actor,
            "now": now,
        },
    )


async def put_door(tx: Tx, address_id: UUID, customer_id: UUID, sealed: bytes, *, now: datetime) -> None:
    await tx.run(
        """
        INSERT INTO fleet_door (shop_id, address_id, customer_id, point_enc, set_by, set_at)
        VALUES (%(shop)s, %(address)s, %(customer)s, %(sealed)s, %(actor)s, %(now)s)
        ON CONFLICT (shop_id, address_id) DO UPDATE
        SET customer_id = excluded.customer_id, point_enc = excluded.point_enc, set_by = excluded.set_by,
            set_at = excluded.set_at
        """,
        {
            "shop": tx.shop_id,
            "address": address_id,
            "customer": customer_id,
            "sealed": sealed,
            "actor": tx.actor,
            "now": now,
        },
    )


async def put_wish(tx: Tx, parcel_id: UUID, hours: tuple[time, time] | None) -> None:
    """Write the hours of a parcel; None forgets them."""
    await tx.run(
        "DELETE FROM fleet_wish WHERE shop_id = %(shop)s AND parcel_id = %(parcel)s",
        {"shop": tx.shop_id, "parcel": parcel_id},
    )
    if hours is not None:
        await tx.run(
            """
            INSERT INTO fleet_wish (shop_id, parcel_id, opens, closes)
            VALUES (%(shop)s, %(parcel)s, %(opens)s, %(closes)s)
            """,
            {"shop": tx.shop_id, "parcel": parcel_id, "opens": hours[0], "closes": hours[1]},
        )


async def insert_runs(
    tx: Tx, runs: Sequence[tuple[UUID, UUID, UUID, datetime, datetime, int]], *, location_id: UUID, day: date, weather: str, now: datetime
) -> None:  # fmt: skip
    """Planned runs: (run, van, driver, leaves, returns, metres)."""
    await tx.run(
        """
        INSERT INTO fleet_run (shop_id, id, location_id, day, van_id, driver_id, state, weather, metres, leaves_at,
                               returns_at, planned_by, planned_at, solved_at, moved_at, version)
        SELECT %(shop)s, id, %(location)s, %(day)s, van_id, driver_id, 'planned', %(weather)s, metres, leaves_at,
               returns_at, %(actor)s, %(now)s, %(now)s, %(now)s, 1
        FROM unnest(%(ids)s::uuid[], %(vans)s::uuid[], %(drivers)s::uuid[], %(leaves)s::timestamptz[],
                    %(returns)s::timestamptz[], %(metres)s::int[])
             AS made (id, van_id, driver_id, leaves_at, returns_at, metres)
        """,
        {
            "shop": tx.shop_id,
            "location": location_id,
            "day": day,
            "weather": weather,
            "actor": tx.actor,
            "now": now,
            "ids": [run[0] for run in runs],
            "vans": [run[1] for run in runs],
            "drivers": [run[2] for run in runs],
            "leaves": [run[3] for run in runs],
            "returns": [run[4] for run in runs],
            "metres": [run[5] for run in runs],
        },
    )


async def insert_stops(tx: Tx, stops: Sequence[RunStop]) -> None:
    await tx.run(
        """
        INSERT INTO fleet_stop (shop_id, id, run_id, order_id, parcel_id, turn, state, arrives_at, opens_at,
                                closes_at, cash_minor, collected_minor, pinned, moved_at, moved_by)
        SELECT %(shop)s, id, run_id, order_id, parcel_id, turn, state, arrives_at, opens_at, closes_at, cash, 0,
               pinned, moved_at, %(actor)s
        FROM unnest(%(ids)s::uuid[], %(runs)s::uuid[], %(orders)s::uuid[], %(parcels)s::uuid[], %(turns)s::int[],
                    %(states)s::text[], %(arrives)s::timestamptz[], %(opens)s::timestamptz[],
                    %(closes)s::timestamptz[], %(cash)s::bigint[], %(pinned)s::bool[], %(moved)s::timestamptz[])
             AS made (id, run_id, order_id, parcel_id, turn, state, arrives_at, opens_at, closes_at, cash, pinned,
                      moved_at)
        """,
        {
            "shop": tx.shop_id,
            "actor": tx.actor,
            "ids": [stop.id for stop in stops],
            "runs": [stop.run_id for stop in stops],
            "orders": [stop.order_id for stop in stops],
            "parcels": [stop.parcel_id for stop in stops],
            "turns": [stop.turn for stop in stops],
            "states": [str(stop.state) for stop in stops],
            "arrives": [stop.arrives_at for stop in stops],
            "opens": [stop.opens_at for stop in stops],
            "closes": [stop.closes_at for stop in stops],
            "cash": [stop.cash_minor for stop in stops],
            "pinned": [stop.pinned for stop in stops],
            "moved": [stop.moved_at for stop in stops],
        },
    )


async def lock_runs(tx: Tx, runs: Collection[UUID]) -> dict[UUID, Run]:
    """Lock runs in id order; the orders of their parcels were locked before."""
    rows = await tx.all(
        f"""
        SELECT {RUN_COLUMNS} FROM fleet_run
        WHERE shop_id = %(shop)s AND id = ANY(%(ids)s)
        ORDER BY id
        FOR NO KEY UPDATE
        """,
        {"shop": tx.shop_id, "ids": list(runs)},
    )
    return {row.id: as_run(row) for row in rows}


async def set_run(tx: Tx, run: Run, *, becomes: RunState, now: datetime) -> int:
    """Move a run that is in the state it has to be in; returns how many moved."""
    return await tx.run(
        """
        UPDATE fleet_run
        SET state = %(becomes)s, moved_at = %(now)s, version = version + 1,
            left_at = CASE WHEN %(becomes)s = 'out' THEN %(now)s ELSE left_at END
        WHERE shop_id = %(shop)s AND id = %(id)s AND state = %(was)s
        """,
        {"shop": tx.shop_id, "id": run.id, "was": run.state, "becomes": becomes, "now": now},
    )


async def set_tour(
    tx: Tx, run_id: UUID, *, leaves_at: datetime, returns_at: datetime, metres: int, now: datetime
) -> None:
    """What the last solution says of a run."""
    await tx.run(
        """
        UPDATE fleet_run
        SET leaves_at = %(leaves)s, returns_at = %(returns)s, metres = %(metres)s, solved_at = %(now)s,
            version = version + 1
        WHERE shop_id = %(shop)s AND id = %(id)s
        """,
        {"shop": tx.shop_id, "id": run_id, "leaves": leaves_at, "returns": returns_at, "metres": metres, "now": now},
    )  # fmt: skip


async def set_turns(tx: Tx, stops: Sequence[tuple[UUID, UUID, int, datetime]]) -> None:
    """Put stops that are ahead into their turn: (stop, run, turn, expected at)."""
    await tx.run(
        """
        UPDATE fleet_stop SET run_id = made.run_id, turn = made.turn, arrives_at = made.arrives_at
        FROM unnest(%(ids)s::uuid[], %(runs)s::uuid[], %(turns)s::int[], %(arrives)s::timestamptz[])
             AS made (id, run_id, turn, arrives_at)
        WHERE fleet_stop.shop_id = %(shop)s AND fleet_stop.id = made.id AND fleet_stop.state IN ('planned', 'next')
        """,
        {
            "shop": tx.shop_id,
            "ids": [stop[0] for stop in stops],
            "runs": [stop[1] for stop in stops],
            "turns": [stop[2] for stop in stops],
            "arrives": [stop[3] for stop in stops],
        },
    )


async def set_stops(
    tx: Tx,
    stops: Collection[UUID],
    *,
    was: StopState,
    becomes: StopState,
    reason: str | None,
    now: datetime,
) -> int:
    """Move stops that are in the state they have to be in; returns how many."""
    return await tx.run(
        """
        UPDATE fleet_stop SET state = %(becomes)s, reason = %(reason)s, moved_at = %(now)s, moved_by = %(actor)s
        WHERE shop_id = %(shop)s AND id = ANY(%(ids)s) AND state = %(was)s
        """,
        {
            "shop": tx.shop_id,
            "ids": list(stops),
            "was": was,
            "becomes": becomes,
            "reason": reason if becomes is StopState.FAILED else None,
            "now": now,
            "actor": tx.actor,
        },
    )


async def put_proof(tx: Tx, stop_id: UUID, received_by: bytes, photo: bytes | None) -> int:
    """Who took it and its picture, sealed, once; returns how many rows that were delivered had none yet."""
    return await tx.run(
        """
        UPDATE fleet_stop SET received_by_enc = %(name)s, photo_enc = %(photo)s
        WHERE shop_id = %(shop)s AND id = %(id)s AND state = 'delivered' AND received_by_enc IS NULL
        """,
        {"shop": tx.shop_id, "id": stop_id, "name": received_by, "photo": photo},
    )


async def note_collected(tx: Tx, stop_id: UUID, amount_minor: int) -> None:
    """What a driver took at the door of a stop that was delivered."""
    await tx.run(
        """
        UPDATE fleet_stop SET collected_minor = %(amount)s
        WHERE shop_id = %(shop)s AND id = %(id)s AND state = 'delivered'
        """,
        {"shop": tx.shop_id, "id": stop_id, "amount": amount_minor},
    )


async def touch(tx: Tx, run_id: UUID) -> None:
    """A stop of a run changed: what was solved for it before counts no more."""
    await tx.run(
        "UPDATE fleet_run SET version = version + 1 WHERE shop_id = %(shop)s AND id = %(id)s",
        {"shop": tx.shop_id, "id": run_id},
    )


async def put_position(tx: Tx, van_id: UUID, point: Point, *, now: datetime) -> None:
    """Where a van is, unless it was seen later already."""
    await tx.run(
        """
        INSERT INTO fleet_position (shop_id, van_id, latitude, longitude, seen_at)
        VALUES (%(shop)s, %(van)s, %(latitude)s, %(longitude)s, %(now)s)
        ON CONFLICT (shop_id, van_id) DO UPDATE
        SET latitude = excluded.latitude, longitude = excluded.longitude, seen_at = excluded.seen_at
        WHERE fleet_position.seen_at < excluded.seen_at
        """,
        {
            "shop": tx.shop_id,
            "van": van_id,
            "latitude": point.latitude,
            "longitude": point.longitude,
            "now": now,
        },
    )

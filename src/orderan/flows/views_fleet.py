"""What own vans carry: parcels that wait for one, and the orders and doors behind stops."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, LiteralString
from uuid import UUID

from orderan.customers import Field, WholeAddress, reveal, seals_for
from orderan.fleet import doors
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.routes import Point

DOOR: Final = "fleet_door"
"""Table of sealed points, as it is bound into their ciphertext."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A parcel of own couriers with the order and the address behind it.

    Attributes:
        village_code, area: Of the address; no street.
        tried: Whether it was brought before and nobody took it.
        held_by: The run that is to make its stop; None where it waits.
        in_van: Whether it failed on a run whose van is out still, or was put off while it was.
    """

    parcel_id: UUID
    order_id: UUID
    number: int
    awb: str
    state: str
    location_id: UUID
    weight_g: int
    shipped_at: datetime
    deliver_on: date | None
    customer_id: UUID | None
    address_id: UUID | None
    village_code: str | None
    area: str
    channel_id: UUID
    currency: str
    total_minor: int
    tried: bool
    held_by: UUID | None
    in_van: bool


_CARRIED: LiteralString = """
SELECT parcel.id AS parcel_id, parcel.order_id, sales_order.number, parcel.awb, parcel.state, task.location_id,
       parcel.weight_g, coalesce(parcel.shipped_at, parcel.created_at) AS shipped_at, parcel.deliver_on,
       sales_order.customer_id, sales_order.address_id, address.village_code, coalesce(address.area, '') AS area,
       sales_order.channel_id, sales_order.currency, sales_order.total_minor,
       parcel.state = 'attempt_failed' AS tried,
       ahead.run_id AS held_by,
       EXISTS (SELECT FROM fleet_stop AS failed
               JOIN fleet_run ON fleet_run.shop_id = failed.shop_id AND fleet_run.id = failed.run_id
                    AND fleet_run.state = 'out'
               WHERE failed.shop_id = parcel.shop_id AND failed.parcel_id = parcel.id
                 AND failed.state IN ('failed', 'skipped')) AS in_van
FROM parcel
JOIN task ON task.shop_id = parcel.shop_id AND task.id = parcel.task_id
JOIN sales_order ON sales_order.shop_id = parcel.shop_id AND sales_order.id = parcel.order_id
LEFT JOIN customer_address AS address ON address.shop_id = sales_order.shop_id AND address.id = sales_order.address_id
LEFT JOIN fleet_stop AS ahead ON ahead.shop_id = parcel.shop_id AND ahead.parcel_id = parcel.id
     AND ahead.state IN ('planned', 'next')
WHERE parcel.shop_id = %(shop)s
"""


async def carried_from(tx: Tx, location_id: UUID) -> list[Carried]:
    """Parcels of own couriers that left this location and are not at their buyer's yet, oldest first."""
    rows = await tx.all(
        _CARRIED
        + """
          AND parcel.courier = 'own' AND task.location_id = %(location)s
          AND parcel.state IN ('picked_up', 'in_transit', 'out_for_delivery', 'attempt_failed')
        ORDER BY shipped_at, parcel.id
        """,
        {"shop": tx.shop_id, "location": location_id},
    )
    return [Carried(*row) for row in rows]


async def carried(tx: Tx, parcels: Collection[UUID]) -> dict[UUID, Carried]:
    """These parcels, wherever they stand, by id."""
    rows = await tx.all(
        _CARRIED + " AND parcel.id = ANY(%(ids)s)", {"shop": tx.shop_id, "ids": list(parcels)}
    )
    return {row.parcel_id: Carried(*row) for row in rows}


async def door_points(tx: Tx, keyring: Keyring, rows: Collection[Carried]) -> Mapping[UUID, Point]:
    """Where the doors of these parcels are, by parcel, of those somebody pinned and whose buyer was not erased."""
    sealed = await doors(tx, {row.address_id for row in rows if row.address_id is not None})
    seals = await seals_for(tx, keyring, {owner for owner, _ in sealed.values()})
    found = {}
    for row in rows:
        owner, point = sealed.get(row.address_id, (None, b"")) if row.address_id else (None, b"")
        if owner is not None and owner in seals:
            text = seals[owner].open(DOOR, "point", point) or ""
            latitude, _, longitude = text.partition(",")
            found[row.parcel_id] = Point(float(latitude), float(longitude))
    return found


async def whole_address(tx: Tx, keyring: Keyring, row: Carried, *, now: datetime) -> WholeAddress | None:
    """Who lives behind a door and how they are called, for the one who stands before it; the reading is logged.

    None where the order has no address, or its buyer was erased.
    """
    if row.customer_id is None or row.address_id is None:
        return None
    if row.customer_id not in await seals_for(tx, keyring, [row.customer_id]):
        return None
    shown = await reveal(tx, keyring, row.customer_id, [Field.ADDRESSES], purpose="antar paket", now=now)
    return next((one for one in shown.addresses or () if one.id == row.address_id), None)

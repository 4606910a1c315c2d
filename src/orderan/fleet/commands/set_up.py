"""What a fleet is made of: where vans begin, vans, drivers, and where regions and doors are."""

import re
from datetime import datetime, time
from typing import Final
from uuid import UUID

from orderan.fleet import store, views
from orderan.fleet.errors import (
    AreaUnusable,
    DepotMissing,
    DriverUnusable,
    HoursUnreadable,
    VanNameTaken,
    VanNotFound,
    VanUnusable,
)
from orderan.fleet.models import Driver, Van
from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx
from orderan.kit.ids import to_text
from orderan.routes import Point

PREFIX: Final = "van"
LONGEST_NAME: Final = 40
LONGEST_SERVICE_S: Final = 7200
_AREA: Final = re.compile(r"\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?", re.ASCII)


async def keep_depot(
    tx: Tx,
    location_id: UUID,
    point: Point,
    *,
    opens: time,
    closes: time,
    service_s: int,
    now: datetime,
) -> None:
    """Say where vans of a location begin, when doors may be stopped at, and how long a stop takes.

    Raises:
        HoursUnreadable: Doors close before they open, or a stop takes longer than two hours.
    """
    if opens >= closes or not 0 <= service_s <= LONGEST_SERVICE_S:
        raise HoursUnreadable(f"{opens:%H.%M}-{closes:%H.%M}, {service_s // 60}")
    await store.put_depot(tx, location_id, point, opens, closes, service_s)
    after = {"opens": f"{opens:%H:%M}", "closes": f"{closes:%H:%M}", "service_s": service_s}
    await leave(tx, Trace("fleet.depot", "location", str(location_id), after=after), now=now)


async def keep_van(tx: Tx, van: Van, *, now: datetime) -> None:
    """Add a van, or change one.

    Raises:
        DepotMissing: Nobody said where vans of this location begin.
        VanUnusable: It has no name, holds nothing, or costs less than nothing.
        VanNameTaken: Another van of the location has the name.
    """
    if not van.name or len(van.name) > LONGEST_NAME:
        raise VanUnusable("name")
    if van.capacity_g <= 0 or van.capacity_parcels <= 0:
        raise VanUnusable("capacity")
    if min(van.cash_limit_minor, van.fixed_minor, van.per_km_minor, van.per_hour_minor) < 0:
        raise VanUnusable("cost")
    await _locked_depot(tx, van.location_id)
    before = {one.id: one for one in await views.vans_of(tx, van.location_id)}.get(van.id)
    if not await store.put_van(tx, van, now=now):
        raise VanNameTaken(van.name)
    trace = Trace(
        "fleet.van", "van", str(van.id), before=None if before is None else _told(before), after=_told(van)
    )
    await leave(tx, trace, now=now)


async def keep_driver(tx: Tx, driver: Driver, *, now: datetime) -> None:
    """Let an account of the shop drive from a location, or say that it does not any more.

    Raises:
        DepotMissing: Nobody said where vans of this location begin.
        HoursUnreadable: The shift ends before it begins.
        DriverUnusable: The account is not active, or drives at another location right now.
    """
    if driver.begins >= driver.ends:
        raise HoursUnreadable(f"{driver.begins:%H.%M}-{driver.ends:%H.%M}")
    await _locked_depot(tx, driver.location_id)
    if not await store.put_driver(tx, driver):
        raise DriverUnusable(str(driver.staff_id))
    after = {
        "location": str(driver.location_id),
        "begins": f"{driver.begins:%H:%M}",
        "ends": f"{driver.ends:%H:%M}",
        "active": driver.active,
    }
    await leave(tx, Trace("fleet.driver", "staff", str(driver.staff_id), after=after), now=now)


async def keep_area(tx: Tx, area_code: str, point: Point, *, now: datetime) -> None:
    """Say where the middle of a region is, for doors in it that nobody has pinned.

    Args:
        area_code: Of a province, regency, district or village: `31.71.01`.

    Raises:
        AreaUnusable: Not shaped like such a code.
    """
    if not _AREA.fullmatch(area_code):
        raise AreaUnusable(area_code[:20])
    await store.put_area(tx, area_code, point, now=now)


async def own_van(tx: Tx, location_id: UUID, van_id: UUID) -> Van:
    """A van of a location.

    Raises:
        VanNotFound: The location has none of that id.
    """
    for van in await views.vans_of(tx, location_id):
        if van.id == van_id:
            return van
    raise VanNotFound(to_text(PREFIX, van_id))


async def _locked_depot(tx: Tx, location_id: UUID) -> None:
    if await store.lock_depot(tx, location_id) is None:
        raise DepotMissing(to_text("loc", location_id))


def _told(van: Van) -> dict[str, object]:
    return {
        "name": van.name,
        "capacity_g": van.capacity_g,
        "capacity_parcels": van.capacity_parcels,
        "cash_limit_minor": van.cash_limit_minor,
        "active": van.active,
    }

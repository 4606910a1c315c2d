"""Open, change and close the places that hold stock, and the accounts every shop needs."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from psycopg.errors import UniqueViolation

from orderan.inventory import place_store, views
from orderan.inventory.errors import LocationBusy, LocationCannotSell, LocationCodeTaken
from orderan.inventory.models import Location, LocationKind
from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx
from orderan.kit.errors import N_
from orderan.kit.ids import new_id

SELLING_KINDS = frozenset({LocationKind.WAREHOUSE, LocationKind.STORE})

ACCOUNTS = {
    LocationKind.SUPPLIER: N_("Pemasok"),
    LocationKind.CUSTOMER: N_("Pelanggan"),
    LocationKind.LOSS: N_("Selisih dan kehilangan"),
    LocationKind.TRANSIT: N_("Dalam perjalanan"),
}


async def add_location(tx: Tx, location: Location, *, now: datetime) -> None:
    """Open a place or an account.

    Raises:
        LocationCodeTaken: Another location of the shop has the code.
        LocationCannotSell: It should sell, but is neither a warehouse nor a store.
    """
    _require_can_sell(location)
    try:
        async with tx.savepoint():
            await place_store.insert_location(tx, location, now=now)
    except UniqueViolation as fault:
        raise LocationCodeTaken(location.code) from fault
    await _tell(tx, "location.add", None, location, now=now)


async def open_accounts(tx: Tx, *, time_zone: str, now: datetime) -> None:
    """Make the accounts a shop lacks: supplier, customer, loss and transit."""
    there = {location.kind for location in await views.list_locations(tx)}
    for kind, name in ACCOUNTS.items():
        if kind not in there:
            account = Location(
                shop_id=tx.shop_id,
                id=new_id(),
                code=kind.upper(),
                name=name,
                kind=kind,
                village_code=None,
                address="",
                time_zone=time_zone,
                sells=False,
                rank=0,
                active=True,
            )
            await add_location(tx, account, now=now)


async def change_location(
    tx: Tx,
    location_id: UUID,
    *,
    code: str,
    name: str,
    village_code: str | None,
    address: str,
    time_zone: str,
    sells: bool,
    rank: int,
    now: datetime,
) -> Location:
    """Change what a location is called, where it stands and whether it sells; its kind stays.

    Raises:
        UnknownLocation, LocationCodeTaken, LocationCannotSell.
    """
    before = await place_store.lock_location(tx, location_id)
    after = replace(
        before,
        code=code,
        name=name,
        village_code=village_code,
        address=address,
        time_zone=time_zone,
        sells=sells,
        rank=rank,
    )
    _require_can_sell(after)
    try:
        async with tx.savepoint():
            await place_store.update_location(tx, after)
    except UniqueViolation as fault:
        raise LocationCodeTaken(code) from fault
    await _tell(tx, "location.change", before, after, now=now)
    return after


async def close_location(tx: Tx, location_id: UUID, *, now: datetime) -> Location:
    """Stop selling from a location and sending to it; its stock stays counted.

    Raises:
        UnknownLocation: The shop has none of that id.
        LocationBusy: Units are promised from it, or a transfer is under way.
    """
    before = await place_store.lock_location(tx, location_id)
    promised, under_way = await views.business_of(tx, location_id)
    if promised or under_way:
        raise LocationBusy(before.name, promised, under_way)
    after = replace(before, active=False)
    await place_store.update_location(tx, after)
    await _tell(tx, "location.close", before, after, now=now)
    return after


async def reopen_location(tx: Tx, location_id: UUID, *, now: datetime) -> Location:
    """Raises UnknownLocation."""
    before = await place_store.lock_location(tx, location_id)
    after = replace(before, active=True)
    await place_store.update_location(tx, after)
    await _tell(tx, "location.reopen", before, after, now=now)
    return after


def _require_can_sell(location: Location) -> None:
    if location.sells and location.kind not in SELLING_KINDS:
        raise LocationCannotSell(location.kind)


async def _tell(tx: Tx, action: str, before: Location | None, after: Location, *, now: datetime) -> None:
    trace = Trace(
        action, "location", str(after.id), before=_plain(before) if before else None, after=_plain(after)
    )
    await leave(tx, trace, now=now)


def _plain(location: Location) -> dict[str, object]:
    return {
        "code": location.code,
        "name": location.name,
        "kind": location.kind,
        "village_code": location.village_code,
        "address": location.address,
        "time_zone": location.time_zone,
        "sells": location.sells,
        "rank": location.rank,
        "active": location.active,
    }

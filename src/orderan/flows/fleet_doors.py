"""Where doors are, and when somebody is home: what a dispatcher knows of an address and the planner does not."""

from datetime import datetime, time
from uuid import UUID

from orderan.customers import CustomerNotActive, UnknownCustomer, seal_for
from orderan.fleet import HoursUnreadable, Proof, proof_of, put_door, put_wish, stop_of
from orderan.flows.drive_run import PROOF
from orderan.flows.views_fleet import DOOR, Carried, carried
from orderan.kit.audit import Trace, leave
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import to_text
from orderan.routes import Point
from orderan.shipping import ParcelNotFound


async def parcel_here(tx: Tx, parcel_id: UUID, *, within: frozenset[UUID] | None) -> Carried:
    """A parcel that left from where one may look.

    Raises:
        ParcelNotFound: The shop has none of that id, or it left from elsewhere.
    """
    row = (await carried(tx, [parcel_id])).get(parcel_id)
    if row is None or (within is not None and row.location_id not in within):
        raise ParcelNotFound(to_text("pcl", parcel_id))
    return row


async def pin_door(
    tx: Tx,
    keyring: Keyring,
    parcel_id: UUID,
    point: Point,
    *,
    within: frozenset[UUID] | None = None,
    now: datetime,
) -> None:
    """Say where the door of a parcel's address is: for this parcel, and for every later one that goes there.

    Raises:
        ParcelNotFound: The shop has no such parcel, or it left from elsewhere.
        UnknownCustomer, CustomerNotActive: Nobody lives there any more whose key could seal it.
    """
    row = await parcel_here(tx, parcel_id, within=within)
    if row.customer_id is None or row.address_id is None:
        raise ParcelNotFound(to_text("pcl", parcel_id))
    seal = await seal_for(tx, keyring, row.customer_id)
    sealed = seal.shut(DOOR, "point", f"{point.latitude:.6f},{point.longitude:.6f}")
    await put_door(tx, row.address_id, row.customer_id, sealed, now=now)
    # Where it is stays sealed: the trail says that somebody pinned it.
    await leave(tx, Trace("fleet.pin_door", "parcel", str(parcel_id)), now=now)


async def set_hours(
    tx: Tx,
    parcel_id: UUID,
    hours: tuple[time, time] | None,
    *,
    within: frozenset[UUID] | None = None,
    now: datetime,
) -> None:
    """Say when somebody is home for a parcel; None forgets it.

    Raises:
        ParcelNotFound: The shop has no such parcel, or it left from elsewhere.
        HoursUnreadable: It ends before it begins.
    """
    await parcel_here(tx, parcel_id, within=within)
    if hours is not None and hours[0] >= hours[1]:
        raise HoursUnreadable(f"{hours[0]:%H.%M}-{hours[1]:%H.%M}")
    await put_wish(tx, parcel_id, hours)
    after = None if hours is None else {"opens": f"{hours[0]:%H:%M}", "closes": f"{hours[1]:%H:%M}"}
    await leave(tx, Trace("fleet.hours", "parcel", str(parcel_id), after=after), now=now)


async def proof_shown(tx: Tx, keyring: Keyring, stop_id: UUID) -> tuple[str | None, tuple[str, bytes] | None]:
    """Who took a parcel, and its picture as (kind, bytes); None where there is none or its buyer was erased."""
    stop, proof = await stop_of(tx, stop_id), await proof_of(tx, stop_id)
    if stop is None or proof is None:
        return None, None
    row = (await carried(tx, [stop.parcel_id]))[stop.parcel_id]
    return await _opened(tx, keyring, row, proof)


async def _opened(
    tx: Tx, keyring: Keyring, row: Carried, proof: Proof
) -> tuple[str | None, tuple[str, bytes] | None]:
    if row.customer_id is None or not proof.received_by:
        return None, None
    try:
        seal = await seal_for(tx, keyring, row.customer_id)
    except (UnknownCustomer, CustomerNotActive):
        return None, None
    name = seal.open(PROOF, "received_by", proof.received_by)
    packed = seal.open(PROOF, "photo", proof.photo)
    if packed is None:
        return name, None
    kind, _, content = packed.partition(":")
    return name, (kind, bytes.fromhex(content))

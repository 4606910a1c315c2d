"""What buyers want done with parcels nobody took, over the API."""

from datetime import date, datetime
from typing import Any

from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from orderan.access import Permission, Principal
from orderan.flows.missed_door import Door, door_of_parcel, pass_on
from orderan.flows.views_work import one_parcel
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.shipping import DOOR_PREFIX, DoorNotFound, DoorState, DoorWish
from orderan.web.api.answering import READ, once, scope_of
from orderan.web.api.shapes import REFUSED, IdempotencyKey, Told


class MissedDoorTold(Told):
    """The last try in vain to hand a parcel over; an address is read on its page, where who reads it is kept."""

    id: str
    parcel_id: str
    state: DoorState
    wish: DoorWish | None
    deliver_on: date | None
    missed_at: datetime
    wished_at: datetime | None


@get(
    "/parcels/{parcel_id:str}/missed-door",
    summary="What a buyer wants done with a parcel nobody took",
    opt={"needs": Permission.SHIPPING_READ},
    responses=READ,
)
async def missed_door_read(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    parcel_id: FromPath[str],
) -> MissedDoorTold:
    """Of its last try in vain."""
    seen = await db.run(caller, lambda tx: _seen(tx, principal, parcel_id, now))
    return _told(seen)


@post(
    "/parcels/{parcel_id:str}/missed-door/told",
    summary="The courier was told what the buyer wants",
    opt={"needs": Permission.SHIPPING_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def missed_door_told(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    parcel_id: FromPath[str],
    idempotency_key: IdempotencyKey,
) -> MissedDoorTold:
    """Its entry in the inbox closes."""

    async def command(tx: Tx) -> MissedDoorTold:
        seen = await _seen(tx, principal, parcel_id, now)
        await pass_on(tx, seen.door.id, within=principal.location_ids, now=now)
        return _told(await _seen(tx, principal, parcel_id, now))

    return await once(request, principal, runner, idempotency_key, command, now=now)


async def _seen(tx: Tx, principal: Principal, parcel_id: str, now: datetime) -> Door:
    row = await one_parcel(tx, scope_of(principal), from_text("pcl", parcel_id))
    seen = await door_of_parcel(tx, row.id, now=now)
    if seen is None:
        raise DoorNotFound(parcel_id)
    return seen


def _told(seen: Door) -> MissedDoorTold:
    door = seen.door
    return MissedDoorTold(
        id=to_text(DOOR_PREFIX, door.id),
        parcel_id=to_text("pcl", door.parcel_id),
        state=DoorState(door.state),
        wish=None if door.wish is None else DoorWish(door.wish),
        deliver_on=door.deliver_on,
        missed_at=door.missed_at,
        wished_at=door.wished_at,
    )


handlers = [Router("/api/v1", route_handlers=[missed_door_read, missed_door_told], tags=["parcels"])]
